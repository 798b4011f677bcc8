//! Follows the catalogue role: who may ask for what, and in a booking server what is on.
//!
//! What is heard is kept in this server's own database, so that it starts and sells when no
//! catalogue server answers. A token that was revoked opens nothing here a second later, as long as
//! one does; until one answers again nobody can revoke a token either.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};

use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{
    ServerRole,
    cluster::{AskError, Cluster},
    words::{
        BindAnswer, BindWanted, CatalogueFacts, HouseFacts, Nothing, PartAnswer, PartWanted,
        TokensAnswer, at,
    },
};
use crate::{
    app::StartError,
    auth::tokens::Tokens,
    catalogue::Catalogue,
    clock::{Clock, ClockKind},
    copies::LOOK_MS,
    database::Books,
    house,
    store::StoreError,
};

/// How often other servers are asked how they do, in milliseconds of real time.
const GREET_MS: u64 = 1_000;

/// Why the catalogue is not followed for the moment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lag {
    /// No catalogue server answers as one should.
    #[error(transparent)]
    Asked(#[from] AskError),
    /// The own database.
    #[error("the copy can't be written: {0}")]
    Store(#[from] StoreError),
    /// A show can't be opened for sale.
    #[error("a show can't be opened for sale: {0}")]
    Show(#[from] StartError),
    /// The shows here are of another catalogue; what is on sale must not change its meaning.
    #[error(
        "the catalogue server has another catalogue than the one whose shows are sold here; nothing of it was taken over"
    )]
    Another,
    /// The house has this role in another database.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
}

/// The seats or the money of the house are in another database than this server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Elsewhere {
    /// Seats.
    #[error(
        "the shows of this house are sold from another database, and nothing is sold from this one; all booking servers of a house share one database (is --db right?)"
    )]
    Booking,
    /// Money.
    #[error(
        "the payments of this house are in another database, and none is made with this one; all payment servers of a house share one database (is --db right?)"
    )]
    Payment,
}

impl Elsewhere {
    /// What it is for a role; the catalogue is nowhere else.
    pub(crate) const fn of(role: ServerRole) -> Option<Self> {
        match role {
            ServerRole::Catalogue => None,
            ServerRole::Booking => Some(Self::Booking),
            ServerRole::Payment => Some(Self::Payment),
        }
    }
}

/// A server that follows the catalogue role; clones share it.
#[derive(Clone)]
pub(crate) struct Follower(Arc<Inner>);

struct Inner {
    cluster: Cluster,
    books: Books,
    catalogue: Catalogue,
    tokens: Tokens,
    clock: Clock,
    /// When the last look at tokens began, and whether it went well. One looks at a time, and never
    /// waits for a catalogue.
    tokens_turn: Mutex<Option<(Instant, bool)>>,
    /// One takes over the catalogue at a time.
    catalogue_turn: Mutex<()>,
    /// Which role of this server the house has in another database: 0 none, 1 booking, 2 payment.
    elsewhere: AtomicU8,
}

impl Follower {
    pub(crate) fn new(
        cluster: Cluster,
        books: Books,
        (catalogue, tokens): (Catalogue, Tokens),
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            cluster,
            books,
            catalogue,
            tokens,
            clock,
            tokens_turn: Mutex::default(),
            catalogue_turn: Mutex::default(),
            elsewhere: AtomicU8::new(0),
        }))
    }

    /// What the catalogue server said last about the database of this server: that the house has
    /// its seats or its money in another one.
    pub(crate) fn elsewhere(&self) -> Option<Elsewhere> {
        match self.0.elsewhere.load(Ordering::SeqCst) {
            1 => Some(Elsewhere::Booking),
            2 => Some(Elsewhere::Payment),
            _ => None,
        }
    }

    /// Looks again and again, until `shutdown` is cancelled: at tokens, and beside that at the
    /// catalogue, which may take its time.
    pub(crate) fn start(&self, shutdown: &CancellationToken) -> JoinHandle<()> {
        let (follower, shutdown) = (self.clone(), shutdown.clone());
        tokio::spawn(async move {
            let tokens = async {
                let mut told = String::new();
                loop {
                    follower.0.clock.rest_real(LOOK_MS).await;
                    told = tell(follower.look_at_tokens_in_turn().await, &told);
                }
            };
            let catalogue = async {
                let mut told = String::new();
                loop {
                    follower.0.clock.rest_real(LOOK_MS).await;
                    told = tell(follower.look_at_the_rest().await, &told);
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = async { tokio::join!(tokens, catalogue); } => {}
            }
        })
    }

    /// Looks because of a token that nobody knows here: it may have been made a moment ago. Many who
    /// ask at once are served by one look that began after they asked.
    pub(crate) async fn look_for_a_token(&self) -> Result<(), Lag> {
        let asked = Clock::stopwatch();
        let mut turn = self.0.tokens_turn.lock().await;
        match *turn {
            Some((began, true)) if began >= asked => Ok(()),
            Some((began, false)) if began >= asked => {
                Err(AskError::Nobody(ServerRole::Catalogue).into())
            }
            _ => self.look_at_tokens(&mut turn).await,
        }
    }

    /// Looks once, and takes over what is new.
    pub(crate) async fn look(&self) -> Result<(), Lag> {
        self.look_at_tokens_in_turn().await?;
        self.look_at_the_rest().await
    }

    async fn look_at_tokens_in_turn(&self) -> Result<(), Lag> {
        let mut turn = self.0.tokens_turn.lock().await;
        self.look_at_tokens(&mut turn).await
    }

    async fn look_at_tokens(&self, turn: &mut Option<(Instant, bool)>) -> Result<(), Lag> {
        let began = Clock::stopwatch();
        *turn = Some((began, false));
        self.follow_tokens().await?;
        *turn = Some((began, true));
        Ok(())
    }

    /// Looks whether this is the house's database for what this server does, and then at the
    /// catalogue.
    async fn look_at_the_rest(&self) -> Result<(), Lag> {
        let _turn = self.0.catalogue_turn.lock().await;
        let (stands, shared) = self.heard().await?;
        self.bind().await?;
        if self.0.cluster.has(ServerRole::Booking) && !shared {
            self.look_at_the_catalogue(&stands).await?;
        }
        Ok(())
    }

    /// Says with which database this server does what it does. The first is the house's: an empty
    /// one would have all seats for sale again.
    async fn bind(&self) -> Result<(), Lag> {
        let it = &self.0;
        let database = house::journal_id(it.books.house.as_ref()).await?;
        for role in it.cluster.own().iter() {
            let Some(elsewhere) = Elsewhere::of(role) else {
                continue;
            };
            let wanted = BindWanted {
                role,
                database: database.clone(),
            };
            let asked = it.cluster.ask(ServerRole::Catalogue, at::BIND, &wanted);
            let BindAnswer { bound } = asked.await?;
            if !bound {
                let which = if elsewhere == Elsewhere::Booking {
                    1
                } else {
                    2
                };
                it.elsewhere.store(which, Ordering::SeqCst);
                return Err(elsewhere.into());
            }
        }
        it.elsewhere.store(0, Ordering::SeqCst);
        Ok(())
    }

    /// Where the catalogue stands, and whether it is in this server's own database.
    async fn heard(&self) -> Result<(CatalogueFacts, bool), Lag> {
        let it = &self.0;
        let asked = it
            .cluster
            .ask(ServerRole::Catalogue, at::HOUSE, &Nothing {});
        let heard: HouseFacts = asked.await?;
        if heard.house != it.cluster.house() {
            return Err(AskError::Nobody(ServerRole::Catalogue).into());
        }
        let facts = it.books.house.as_ref();
        if it.clock.kind() == ClockKind::Manual {
            house::move_clock(facts, &it.clock, heard.now).await?;
        }
        let Some(stands) = heard.catalogue else {
            return Err(AskError::OtherVersion(ServerRole::Catalogue).into());
        };
        let shared = house::mark(facts).await?.as_ref() == Some(&stands.mark);
        Ok((stands, shared))
    }

    async fn follow_tokens(&self) -> Result<(), Lag> {
        let it = &self.0;
        let facts = it.books.house.as_ref();
        let (stands, shared) = self.heard().await?;
        if shared {
            // The same database: what is written there is here.
            it.tokens.follow().await?;
            return Ok(());
        }
        if house::tokens_seen(facts).await? != Some(stands.tokens_moves) {
            let asked = it
                .cluster
                .ask(ServerRole::Catalogue, at::TOKENS, &Nothing {});
            let copy: TokensAnswer = asked.await?;
            let copy = crate::auth::tokens::TokenCopy::from(copy);
            let moves = copy.moves;
            it.tokens.take_over(copy, it.clock.now()).await?;
            house::keep_tokens_seen(facts, moves).await?;
        } else {
            // Another server of this database may have taken them over.
            it.tokens.follow().await?;
        }
        Ok(())
    }

    async fn look_at_the_catalogue(&self, stands: &CatalogueFacts) -> Result<(), Lag> {
        let it = &self.0;
        let facts = it.books.house.as_ref();
        it.catalogue.follow().await?;
        let own = house::catalogue_id(facts).await?;
        let fresh = it.catalogue.snapshot().is_empty();
        if !fresh && own.as_ref().is_some_and(|own| *own != stands.id) {
            return Err(Lag::Another);
        }
        if house::catalogue_seen(facts).await? == Some(stands.moves) {
            return Ok(());
        }
        let adopts = fresh || own.is_none();
        let moves = self.take_in(adopts.then_some(&stands.id)).await?;
        house::keep_catalogue_seen(facts, moves).await?;
        Ok(())
    }

    /// Takes over what is new, part by part; answers with how far that is. A database that has not
    /// said yet of which catalogue its shows are comes to `adopt` this one.
    async fn take_in(&self, mut adopt: Option<&String>) -> Result<u64, Lag> {
        let it = &self.0;
        let mut places = None;
        loop {
            let (after, shows) = it.catalogue.snapshot().extent();
            let wanted = PartWanted {
                after,
                shows,
                places,
            };
            let asked = it
                .cluster
                .ask(ServerRole::Catalogue, at::CATALOGUE, &wanted);
            let part = match asked.await? {
                PartAnswer::Part(part) => *part,
                PartAnswer::Another => return Err(Lag::Another),
            };
            if let Some(id) = adopt.take() {
                // Whose shows these are is known before the first of them is there.
                house::keep_catalogue_id(it.books.house.as_ref(), id).await?;
            }
            let (moves, more) = (part.moves, part.more);
            let written = it.catalogue.take_in(part).await?;
            if written && !more && places.is_none_or(|p| p == moves) {
                return Ok(moves);
            }
            places = written.then_some(moves);
        }
    }
}

/// Says why something is not followed, once; answers with what was said.
fn tell(looked: Result<(), Lag>, told: &str) -> String {
    let Err(lag) = looked else {
        return String::new();
    };
    let why = lag.to_string();
    if why != told {
        match lag {
            Lag::Elsewhere(_) => tracing::error!(why, "this server sells nothing"),
            _ => tracing::warn!(why, "the catalogue is not followed"),
        }
    }
    why
}

/// Asks the other servers how they do, again and again, until `shutdown` is cancelled.
pub(crate) fn greet(cluster: Cluster, clock: Clock, shutdown: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            cluster.greet().await;
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest_real(GREET_MS) => {}
            }
        }
    })
}
