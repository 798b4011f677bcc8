//! Lane and database: what is decided is committed to a file, and read again from it in the end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use houseful_core::{
    ids::PaymentId,
    layout::SeatLayout,
    message::{Announcement, Settle},
    show::{Command, Event, ShowState, ShowTerms},
    time::UtcMillis,
    wire::{booking::Booking, seats::SeatMap},
};
use houseful_server::{
    bus::Bus,
    clock::{Clock, ClockKind},
    database::{Address, Books},
    hub::Hub,
    lane::{Lane, LaneError, Plans},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::{
    core_house::{catalogue, open},
    house::{House, Opening, Said},
    stage::{SHOW, START},
    who::Who,
};
use crate::{cluster::Cluster, folder::Folder};

/// A payment as somebody spoke of it: others may speak of another amount or means under its id.
type Spoken = (PaymentId, i64, &'static str);

/// Remembers the newest thing that payment was told of each payment.
#[derive(Debug, Default)]
struct Told(Mutex<BTreeMap<Spoken, Settle>>);

impl Told {
    fn all(&self) -> BTreeMap<Spoken, Settle> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Bus for Told {
    fn announce(&self, _: Announcement) {}

    fn settle(&self, ask: Settle) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let spoken = (ask.payment, ask.amount.minor, ask.tender.word());
        let newer = told.get(&spoken).is_none_or(|t| t.ver <= ask.ver);
        if newer {
            told.insert(spoken, ask);
        }
    }
}

/// A lane on a database of its own.
pub struct StoreHouse {
    runtime: Runtime,
    /// Goes when the house does.
    _folder: Option<Folder>,
    address: Address,
    books: Books,
    lane: Lane,
    hub: Hub,
    clock: Clock,
    told: Arc<Told>,
    terms: Option<Arc<ShowTerms>>,
}

impl StoreHouse {
    /// Starts with an empty file.
    ///
    /// # Errors
    /// The file can't be made.
    pub fn on_file() -> Result<Self, String> {
        let folder = Folder::new();
        let address = Address::from(folder.path("db"));
        Self::at(address, Some(folder))
    }

    /// Starts with an empty database of the cluster that tests share.
    ///
    /// # Errors
    /// The database can't be opened.
    pub fn on_postgres() -> Result<Self, String> {
        let url = Cluster::shared().database();
        Self::at(Address::new(url.as_ref()), None)
    }

    /// The same on one that says that Citus has its tables.
    ///
    /// # Errors
    /// The database can't be opened.
    pub fn on_nodes() -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|e| e.to_string())?;
        let url = runtime.block_on(Cluster::shared().database_of_nodes());
        Self::at(Address::new(url.as_ref()), None)
    }

    fn at(address: Address, folder: Option<Folder>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|e| e.to_string())?;
        let opened = runtime.block_on(Books::open(&address, ClockKind::Manual));
        let books = opened.map_err(|e| e.to_string())?;
        let clock = Clock::start(ClockKind::Manual, START);
        let (hub, told) = (Hub::new(), Arc::new(Told::default()));
        let store = Arc::clone(&books.journal);
        let lane = {
            let _inside = runtime.enter();
            let bus: Arc<dyn Bus> = Arc::<Told>::clone(&told);
            Lane::start(store, bus, hub.clone(), clock.clone(), Plans::none())
        };
        Ok(Self {
            runtime,
            _folder: folder,
            address,
            books,
            lane,
            hub,
            clock,
            told,
            terms: None,
        })
    }

    fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&ShowState, u64, UtcMillis) -> T + Send + 'static,
    ) -> Result<T, String> {
        let seen = self.runtime.block_on(self.lane.read(SHOW, look));
        seen.map_err(|e| e.to_string())
    }

    /// What booking wants of payment has been said, each with its newest version. Of what costs
    /// nothing there is nothing to say.
    fn check_told(&self, state: &ShowState) -> Result<(), String> {
        let told = self.told.all();
        for (id, p) in state.payments().filter(|(_, p)| p.amount.minor > 0) {
            let said = told.get(&(id, p.amount.minor, p.tender.word()));
            let wanted = state.settle(id);
            if wanted.as_ref() != said {
                return Err(format!("payment should hear {wanted:?} and heard {said:?}"));
            }
        }
        Ok(())
    }

    /// Opens the database again and folds what stands in it.
    fn read_again(&self, state: &ShowState) -> Result<Vec<(UtcMillis, Event)>, String> {
        let opened = self
            .runtime
            .block_on(Books::open(&self.address, ClockKind::Manual));
        let books = opened.map_err(|e| e.to_string())?;
        let loaded = self.runtime.block_on(books.journal.load(SHOW));
        self.runtime.block_on(books.ground.close());
        let loaded = loaded.map_err(|e| e.to_string())?;
        let mut again = ShowState::new(SHOW);
        for (at, event) in &loaded.events {
            again.apply(*at, event);
        }
        if again != *state {
            return Err("the journal folds to another state".into());
        }
        let head = loaded.head.ok_or("the head is missing")?;
        let taken = state.slots().len() - state.free_written();
        // Payment that was just asked is waited for a little longer, no end of a hold is.
        let due = state.next_due()..=state.next_due_unless_asked(UtcMillis::MAX);
        let fits = head.version.ver == state.ver()
            && due.contains(&head.next_due)
            && usize::try_from(head.taken) == Ok(taken);
        if fits {
            Ok(loaded.events)
        } else {
            Err(format!("the head is {head:?}"))
        }
    }
}

impl House for StoreHouse {
    fn open(&mut self, opening: &Opening) -> Result<(), String> {
        self.terms = Some(Arc::clone(&opening.terms));
        self.ask(&catalogue(), &open(&opening.terms)).map(drop)
    }

    fn ask(&mut self, _: &Who, command: &Command) -> Result<Said, String> {
        let answer = self.runtime.block_on(self.lane.ask(SHOW, command.clone()));
        match answer {
            Ok(answer) => Ok(Said::Yes {
                fresh: answer.fresh,
                booking: answer.booking,
            }),
            Err(LaneError::Refused { refusal, next_best }) => {
                Ok(Said::no(&refusal, next_best.seats, next_best.relaxed))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn map(&mut self) -> Result<SeatMap, String> {
        let picture = self.hub.picture(SHOW).ok_or("there is no picture")?;
        serde_json::from_slice(&picture.body()).map_err(|e| e.to_string())
    }

    fn booking(&mut self, who: &Who, booking: Uuid) -> Result<Option<Booking>, String> {
        let actor = who.actor();
        self.look(move |state, tip, now| {
            let record = state.booking(booking);
            let may = record.is_some_and(|r| actor.staff || r.owner == actor.owner);
            state.booking_view(booking, tip, now).filter(|_| may)
        })
    }

    fn tick(&mut self, ms: i64) -> Result<(), String> {
        let moved = self.clock.advance(ms);
        moved.then_some(()).ok_or_else(|| "the clock stands".into())
    }

    fn now(&self) -> UtcMillis {
        self.clock.now()
    }

    fn layout(&self) -> Result<&SeatLayout, String> {
        let terms = self.terms.as_ref().ok_or("the show was not opened")?;
        Ok(&terms.layout)
    }

    fn state(&mut self) -> Result<ShowState, String> {
        self.look(|state, _, _| state.clone())
    }

    fn finish(&mut self) -> Result<Vec<(UtcMillis, Event)>, String> {
        let state = self.state()?;
        self.check_told(&state)?;
        self.runtime.block_on(self.books.ground.close());
        self.read_again(&state)
    }
}

impl Drop for StoreHouse {
    fn drop(&mut self) {
        self.runtime.block_on(self.books.ground.close());
    }
}
