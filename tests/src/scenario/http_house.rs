//! A whole server, asked over HTTP by people with tokens and secrets of their own.
//!
//! What people do goes over HTTP, the clock moves by its admin route, and the hall comes from the
//! catalogue. Two have no form there: payment's messages go where the carrier brings them, and the
//! timer is switched off and runs when the story says so. [`HttpHouse::steps`] counts both.

mod request;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use houseful_core::{
    code::slot_of,
    ids::BookingId,
    layout::SeatLayout,
    price::Channel,
    show::{Ask, Command, Event, HoldRules, Proof, ShowState, ShowTerms, Wish},
    time::{DAY_MS, UtcMillis},
    wire::{
        admin::{ClockRequest, JournalEntry, Role},
        booking::Booking,
        catalogue::ShowDetail,
        payment::PaymentToken,
        problem::Problem,
        seats::SeatMap,
        why::Why,
    },
};
use houseful_server::{
    bus::{heard::announced, local::Weather},
    database::Address,
    shards::{self, ShardFile},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use uuid::Uuid;

use self::request::{chain, price_request, request};
use super::{
    house::{House, Opening, Priced, Said},
    stage::{SHOW, START},
    who::{Quote, Who},
};
use crate::{
    cluster::Cluster,
    test_app::{self, As, Setup, TestApp},
    wait,
};

/// The longest way a clock goes at once.
const JUMP_MS: i64 = 3_650 * DAY_MS;

/// How the steps of a story were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// By requests.
    pub requests: usize,
    /// By messages of payment.
    pub messages: usize,
    /// By the timer.
    pub timer: usize,
    /// How often the show went to another database meanwhile.
    pub moves: usize,
}

/// A server of its own, with a clock that the story moves.
pub struct HttpHouse {
    runtime: Runtime,
    app: Option<TestApp>,
    terms: Option<Arc<ShowTerms>>,
    /// Tokens of staff by name.
    tokens: BTreeMap<String, String>,
    steps: Steps,
    /// The shards between which the show moves during the story.
    moving: Option<Moving>,
}

/// A show on the move.
struct Moving {
    file: ShardFile,
    /// How many things were asked.
    asked: usize,
    /// How often its slot moved.
    moved: usize,
}

/// Before which of the things that are asked the show moves.
const MOVES: [usize; 2] = [2, 5];
/// How long readers may go on seeing the show as it was, in seconds.
const SEEN_S: u64 = 20;

impl HttpHouse {
    /// Starts the server on a file. Its carrier loses everything, so that payment says no more than
    /// the story, and its timer is off.
    ///
    /// # Errors
    /// It does not start.
    pub fn on_file() -> Result<Self, String> {
        Self::with(Setup::default())
    }

    /// The same on a database of the cluster that tests share.
    ///
    /// # Errors
    /// It does not start.
    pub fn on_postgres() -> Result<Self, String> {
        let url = Cluster::shared().database();
        Self::with(Setup::default().on(Address::new(url.as_ref())))
    }

    /// The same on one that says that Citus has its tables.
    ///
    /// # Errors
    /// It does not start.
    pub fn on_nodes() -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|e| e.to_string())?;
        let url = runtime.block_on(Cluster::shared().database_of_nodes());
        Self::with(Setup::default().on(Address::new(url.as_ref())))
    }

    /// The same with shows spread over two databases. In the middle of the story its show goes to the
    /// other one, and back, and nobody notices.
    ///
    /// # Errors
    /// It does not start.
    pub fn on_shards() -> Result<Self, String> {
        let cluster = Cluster::shared();
        let [home, north, south] = [(); 3].map(|()| cluster.database());
        let shards = [("north", north, "0-511"), ("south", south, "512-1023")];
        let text = shards.map(|(name, primary, slots)| {
            format!("[[shard]]\nname = \"{name}\"\nprimary = \"{primary}\"\nslots = \"{slots}\"\n")
        });
        let file = ShardFile::of(Path::new("shards.toml"), &text.concat());
        let file = file.map_err(|e| e.to_string())?;
        let setup = Setup::default().on(Address::new(home.as_ref()));
        let mut house = Self::with(setup.shards(file.clone()))?;
        house.moving = Some(Moving {
            file,
            asked: 0,
            moved: 0,
        });
        Ok(house)
    }

    /// The same with each role a server of its own; people know the payment server's address.
    ///
    /// # Errors
    /// They do not start.
    pub fn apart() -> Result<Self, String> {
        Self::with(Setup::default().apart())
    }

    fn with(setup: Setup) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|e| e.to_string())?;
        let mut setup = setup.weather(Weather {
            lose: 1_000,
            ..Weather::default()
        });
        setup.config.timer = false;
        let app = runtime.block_on(setup.start());
        let mut house = Self {
            runtime,
            app: Some(app),
            terms: None,
            tokens: BTreeMap::new(),
            steps: Steps::default(),
            moving: None,
        };
        house.go_to_start()?;
        Ok(house)
    }

    /// How the steps were taken so far.
    #[must_use]
    pub fn steps(&self) -> Steps {
        self.steps
    }

    fn app(&self) -> Result<&TestApp, String> {
        self.app.as_ref().ok_or_else(|| "the story is over".into())
    }

    fn go_to_start(&mut self) -> Result<(), String> {
        loop {
            match START.ms_since(self.now()) {
                0 => return Ok(()),
                left if left < 0 => return Err("the story has begun long ago".into()),
                left => self.tick(left.min(JUMP_MS))?,
            }
        }
    }

    /// Moves the show to the other shard if the story has come so far, and waits until readers see it
    /// there.
    fn move_on(&mut self) -> Result<(), String> {
        let Some(moving) = &mut self.moving else {
            return Ok(());
        };
        moving.asked += 1;
        if !MOVES.contains(&moving.asked) {
            return Ok(());
        }
        moving.moved += 1;
        let slot = slot_of(SHOW);
        // It begins where the file has it.
        let first = moving.file.map.shard_of_slot(slot);
        let to = moving.file.shards[(first + moving.moved) % 2].name.clone();
        let file = moving.file.clone();
        let before = self.version()?;
        let told = &mut |_| ();
        let moved = shards::move_slot(&file, (slot, &to), told);
        let moved = self.runtime.block_on(moved).map_err(|e| e.to_string())?;
        // Of what nothing is written nothing moves: it is on sale there as it was here.
        let is_written = !before.starts_with("\"0-");
        if moved.shows != u64::from(is_written) {
            return Err(format!("the show did not move: {moved:?}"));
        }
        if !is_written {
            return Ok(());
        }
        self.steps.moves += 1;
        let seen = || self.version().ok().filter(|version| *version != before);
        let seen = wait::within(SEEN_S, seen);
        seen.map(drop)
            .ok_or_else(|| "readers do not see that the show has moved".into())
    }

    /// The answer to somebody: `None` gets, `Some` posts.
    fn answer(
        &mut self,
        who: &Who,
        path: &str,
        body: Option<&Value>,
    ) -> Result<test_app::Said, String> {
        if who.is_staff() && !self.tokens.contains_key(&who.name) {
            let app = self.app()?;
            let made = app.token(&who.name, who.duty, Channel::Counter);
            let token = self.runtime.block_on(made);
            self.tokens.insert(who.name.clone(), token);
        }
        let secret = secret(&who.name);
        let sender = match self.tokens.get(&who.name) {
            Some(token) => As::Bearer(token),
            None => As::Customer(&secret),
        };
        self.send(sender, path, body)
    }

    fn send(
        &self,
        who: As<'_>,
        path: &str,
        body: Option<&Value>,
    ) -> Result<test_app::Said, String> {
        let app = self.app()?;
        Ok(self.runtime.block_on(async {
            match body {
                Some(body) => app.post(who, path, body).await,
                None => app.get(who, path).await,
            }
        }))
    }

    /// The version of the show that readers see.
    fn version(&self) -> Result<String, String> {
        let path = format!("/v1/shows/{SHOW}/seats");
        let said = self.send(As::Nobody, &path, None)?;
        Ok(said.header("etag").to_owned())
    }

    /// Has a command carried out that no person gives.
    fn inside(&self, command: Command) -> Result<Said, String> {
        let lane = self.app()?.server().lane().clone();
        let answer = self.runtime.block_on(lane.ask(SHOW, command));
        let answer = answer.map_err(|e| e.to_string())?;
        Ok(Said::Yes {
            fresh: answer.fresh,
            booking: answer.booking,
        })
    }

    fn request(&mut self, who: &Who, command: &Command) -> Result<Said, String> {
        let (path, body) = request(who, command)?;
        let before = self.version()?;
        let said = self.answer(who, &path, Some(&body))?;
        let fresh = self.version()? != before;
        if !(200..300).contains(&said.status) {
            return refused(&said, fresh);
        }
        let created = fresh && matches!(command.ask, Ask::Hold { .. });
        // A refund that waits for a manager is not done yet.
        let waits = matches!(command.ask, Ask::Refund { .. }) && said.status == 202;
        if !waits && said.status != if created { 201 } else { 200 } {
            return Err(format!("{}: {}", said.status, said.text));
        }
        let booking = command.ask.booking().map(|_| read::<Booking>(&said));
        Ok(Said::Yes {
            fresh,
            booking: booking.transpose()?.map(Box::new),
        })
    }

    /// What managers read of the journal is what is stored.
    fn check_journal(&mut self, stored: &[(UtcMillis, Event)]) -> Result<(), String> {
        let manager = Who {
            name: "the auditor".to_owned(),
            duty: Role::Manager,
        };
        let path = format!("/v1/shows/{SHOW}/journal?limit=1000");
        let said = self.answer(&manager, &path, None)?;
        let told: Vec<JournalEntry> = serde_json::from_value(said.body["items"].clone())
            .map_err(|e| format!("{e}: {}", said.text))?;
        let told = told.iter().map(|entry| (entry.at.0, entry.kind.as_str()));
        let same = told.eq(stored.iter().map(|(at, event)| (*at, event.to_row().kind)));
        same.then_some(())
            .ok_or_else(|| "the journal is told otherwise than it is stored".into())
    }

    /// The independent sweep finds nothing.
    fn check_audit(&self) -> Result<(), String> {
        let audit = self.send(As::Manager, "/v1/audit", None)?.body;
        // The payment role knows nothing of payments that the story made up.
        let books = self.steps.messages > 0 || audit["money_mismatch"] == 0;
        let sound = audit["double_sold"] == 0 && audit["stuck_seats"] == 0 && books;
        sound.then_some(()).ok_or_else(|| audit.to_string())
    }
}

/// What a customer of this name proves a booking's owner by.
#[must_use]
pub fn secret(name: &str) -> String {
    format!("the-secret-of-{name}-in-this-story")
}

fn read<T: DeserializeOwned>(said: &test_app::Said) -> Result<T, String> {
    serde_json::from_value(said.body.clone()).map_err(|e| format!("{e}: {}", said.text))
}

fn refused(said: &test_app::Said, fresh: bool) -> Result<Said, String> {
    let problem: Problem = read(said)?;
    if fresh || problem.status != said.status {
        return Err(format!("a refusal that left a trace: {}", said.text));
    }
    Ok(Said::No {
        code: problem.code,
        facts: Box::new(problem.facts),
    })
}

impl House for HttpHouse {
    fn open(&mut self, opening: &Opening) -> Result<(), String> {
        self.terms = Some(Arc::clone(&opening.terms));
        let app = self.app()?;
        let shows = self.runtime.block_on(app.import(chain(opening)));
        match shows.as_slice() {
            [show] if *show == SHOW && app.terms(SHOW) == opening.terms => {}
            other => return Err(format!("the catalogue made {other:?} of the story's show")),
        }
        let detail = self.send(As::Nobody, &format!("/v1/shows/{SHOW}"), None)?;
        read::<ShowDetail>(&detail).map(drop)
    }

    fn ask(&mut self, who: &Who, command: &Command) -> Result<Said, String> {
        self.move_on()?;
        match &command.ask {
            Ask::Announced(news) => {
                self.steps.messages += 1;
                self.inside(announced(news.clone()))
            }
            Ask::Expire => {
                self.steps.timer += 1;
                self.inside(command.clone())
            }
            _ => {
                self.steps.requests += 1;
                self.request(who, command)
            }
        }
    }

    fn map(&mut self) -> Result<SeatMap, String> {
        self.steps.requests += 1;
        read(&self.send(As::Nobody, &format!("/v1/shows/{SHOW}/seats"), None)?)
    }

    fn why(&mut self, who: &Who, wish: &Wish, proof: &Proof) -> Result<Why, String> {
        let Wish::Seats(picks) = wish else {
            return Err("why is about seats by name".into());
        };
        let seats: Vec<String> = picks.iter().map(|p| p.seat.to_string()).collect();
        let mut path = format!("/v1/shows/{SHOW}/why?seat={}", seats.join(","));
        for code in &proof.codes {
            path.push_str(&format!("&code={code}"));
        }
        if let Some(member) = &proof.member {
            path.push_str(&format!("&member={member}"));
        }
        let said = self.answer(who, &path, None)?;
        read(&said)
    }

    fn price(
        &mut self,
        who: &Who,
        (wish, rules): (&Wish, HoldRules),
        proof: &Proof,
    ) -> Result<Priced, String> {
        let body = price_request(who, (wish, rules), proof)?;
        let said = self.answer(who, &format!("/v1/shows/{SHOW}/price"), Some(&body))?;
        match said.status {
            200 => read(&said).map(Ok),
            _ => Ok(Err(read::<Problem>(&said)?.code)),
        }
    }

    fn booking(&mut self, who: &Who, booking: Uuid) -> Result<Option<Booking>, String> {
        self.steps.requests += 1;
        let said = self.answer(who, &format!("/v1/bookings/{}", bkg(booking)), None)?;
        match said.status {
            404 => Ok(None),
            _ => read(&said).map(Some),
        }
    }

    /// Leave to pay, as the payment role reads it.
    fn quote(&mut self, who: &Who, booking: Uuid) -> Result<Quote, String> {
        self.steps.requests += 1;
        let path = format!("/v1/bookings/{}/payment-token", bkg(booking));
        let leave: PaymentToken = read(&self.answer(who, &path, Some(&json!({})))?)?;
        let claims = self.app()?.server().payments().key().verify(&leave.token);
        let claims = claims.filter(|c| c.booking == bkg(booking) && c.amount == leave.amount);
        let claims = claims.ok_or("the token says something else than its answer")?;
        Ok(Quote {
            hash: claims.quote,
            amount: claims.amount,
        })
    }

    fn tick(&mut self, ms: i64) -> Result<(), String> {
        let body = json!(ClockRequest { advance_ms: ms });
        let said = self.send(As::Admin, "/v1/test/clock", Some(&body))?;
        match said.status {
            200 => Ok(()),
            _ => Err(said.text),
        }
    }

    fn now(&self) -> UtcMillis {
        self.app.as_ref().map_or(START, TestApp::now)
    }

    fn layout(&self) -> Result<&SeatLayout, String> {
        let terms = self.terms.as_ref().ok_or("the show was not opened")?;
        Ok(&terms.layout)
    }

    fn state(&mut self) -> Result<ShowState, String> {
        let lane = self.app()?.server().lane().clone();
        let state = lane.read(SHOW, |state, _, _| state.clone());
        self.runtime.block_on(state).map_err(|e| e.to_string())
    }

    fn finish(&mut self) -> Result<Vec<(UtcMillis, Event)>, String> {
        let journals = self.app()?.server().journals().clone();
        let loaded = self.runtime.block_on(journals.load(SHOW));
        let mut stored = loaded.map_err(|e| e.to_string())?.events;
        self.check_journal(&stored)?;
        self.check_audit()?;
        if self.moving.is_some() {
            let moved = self.steps.moves;
            let is_way =
                |event: &Event| matches!(event, Event::Sealed { .. } | Event::Arrived { .. });
            let before = stored.len();
            stored.retain(|(_, event)| !is_way(event));
            if before - stored.len() != 2 * moved {
                return Err(format!(
                    "the show moved {moved} times, its journal says otherwise"
                ));
            }
        }
        Ok(stored)
    }
}

fn bkg(uuid: Uuid) -> BookingId {
    BookingId { show: SHOW, uuid }
}

impl Drop for HttpHouse {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            self.runtime.block_on(app.abandon());
        }
    }
}
