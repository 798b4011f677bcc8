//! A whole cinema chain in one process, to try and to watch.
//!
//! The chain, its sales and its crowd go over HTTP like all others; what this module knows of the
//! server is how to start it on a fresh file with the demo chain.

pub mod crowd;
pub mod headless;
pub mod place;

use houseful_core::{
    price::Channel,
    wire::admin::{Role, TokenRequest},
};
use houseful_server::app::DemoSize;

use self::{
    crowd::{Crowd, Doors, Habits},
    place::Place,
};
use crate::{
    client::{Client, ClientError, TIMEOUT_DEFAULT},
    embedded::hosting::{HostError, Hosted, Hosting},
};

/// What kind of demo.
#[derive(Debug)]
pub struct Plan {
    /// Where the chain is kept.
    pub place: Place,
    /// The chain, its sales and the crowd follow from this.
    pub seed: u64,
    /// How large the chain is.
    pub size: DemoSize,
    /// Seconds of the server's time in a real second.
    pub speed: u32,
    /// Move the clock by hand only.
    pub manual_clock: bool,
    /// Leave the background timer off.
    pub no_timer: bool,
    /// Open the doors while the chain's prior sales are still being made.
    pub sell_meanwhile: bool,
    /// Where to listen.
    pub listen: std::net::SocketAddr,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The chain can't be served.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The server did not do what a demo needs.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server's own address can't be used.
    #[error(transparent)]
    Address(#[from] crate::client::BadServer),
}

/// A demo that is open.
#[derive(Debug)]
pub struct Demo {
    hosted: Hosted,
    admin: Client,
    staff: Client,
    doors: Doors,
    /// Ids of tokens that end with this demo.
    tokens: Vec<String>,
    seed: u64,
    speed: u32,
    // Last, so that the folder goes when nobody uses it any more.
    place: Place,
}

impl Demo {
    /// Builds the chain, or goes on with the one in the file, and opens the doors.
    ///
    /// # Errors
    /// See [`DemoError`].
    pub async fn open(plan: Plan) -> Result<Self, DemoError> {
        let hosting = Hosting {
            listen: plan.listen,
            mode: Some(houseful_core::wire::admin::Mode::Demo),
            manual_clock: plan.manual_clock,
            speed: plan.speed,
            timer: !plan.no_timer,
            demo_chain: Some(plan.seed),
            demo_size: plan.size,
            sell_meanwhile: plan.sell_meanwhile,
            ..Hosting::new(plan.place.address())
        };
        let hosted = Hosted::start(hosting).await?;
        match Doorkeeper::of(&hosted).await {
            Ok(keeper) => Ok(Self {
                hosted,
                admin: keeper.admin,
                staff: keeper.staff,
                doors: keeper.doors,
                tokens: keeper.tokens,
                seed: plan.seed,
                speed: if plan.manual_clock { 0 } else { plan.speed },
                place: plan.place,
            }),
            Err(error) => {
                hosted.stop().await;
                Err(error)
            }
        }
    }

    /// Where its server listens.
    #[must_use]
    pub fn server(&self) -> &str {
        self.hosted.server()
    }

    /// The folder that goes with the demo, if it is not kept.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.place.folder()
    }

    /// A client for whoever looks on: a manager at the counter. Who tries things out shall not be told
    /// to fetch somebody else for a refund; there is nobody else.
    #[must_use]
    pub fn staff(&self) -> &Client {
        &self.staff
    }

    /// A client that may do everything.
    #[must_use]
    pub fn admin(&self) -> &Client {
        &self.admin
    }

    /// The doors for a crowd.
    #[must_use]
    pub fn doors(&self) -> &Doors {
        &self.doors
    }

    /// The habits of a crowd of so many.
    #[must_use]
    pub fn habits(&self, people: usize) -> Habits {
        Habits {
            people,
            seed: self.seed,
            speed: self.speed,
        }
    }

    /// Lets a crowd in.
    #[must_use]
    pub fn crowd(&self, people: usize) -> Crowd {
        Crowd::start(&self.doors, self.habits(people))
    }

    /// Closes the doors; without `--keep` everything is gone after this.
    pub async fn close(self) {
        if self.place.is_kept() {
            for token in &self.tokens {
                if let Err(error) = self.admin.revoke_token(token).await {
                    tracing::warn!(%error, "a token of the demo outlives it");
                }
            }
        }
        self.hosted.stop().await;
        drop(self.place);
    }
}

/// Makes the tokens a demo needs.
struct Doorkeeper {
    admin: Client,
    staff: Client,
    doors: Doors,
    tokens: Vec<String>,
}

impl Doorkeeper {
    async fn of(hosted: &Hosted) -> Result<Self, DemoError> {
        let admin = connect(hosted, hosted.token())?;
        let mut tokens = Vec::new();
        let mut make = async |account: &str, role, channel| {
            let request = TokenRequest {
                account: account.to_owned(),
                role,
                channel,
            };
            let token = admin.create_token(&request).await?;
            tokens.push(token.id);
            let client = connect(hosted, token.secret.as_deref().unwrap_or_default())?;
            // It learns the server's clock, by which its people live.
            client.server_info().await?;
            Ok::<_, DemoError>(client)
        };
        let staff = make("box office", Role::Manager, Channel::Counter).await?;
        let doors = Doors {
            web: make("website", Role::Customer, Channel::Web).await?,
            till: make("tills", Role::Clerk, Channel::Counter).await?,
            office: make("office", Role::Manager, Channel::Counter).await?,
        };
        Ok(Self {
            admin,
            staff,
            doors,
            tokens,
        })
    }
}

fn connect(hosted: &Hosted, token: &str) -> Result<Client, crate::client::BadServer> {
    // What is kept is sold from again, by another demo or with `--embedded`.
    let home = hosted.home();
    let token = Some(token.to_owned());
    Client::new_at_home(home, hosted.server(), token, TIMEOUT_DEFAULT)
}
