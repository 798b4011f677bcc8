//! A till at a small house whose seats follow the real rules: `core` decides, in memory.

mod catalogue;
mod late;
mod server;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use houseful_core::{
    ids::{CinemaId, CommandId, OwnerRef, PaymentId, ShardName, ShowId},
    layout::SeatLayout,
    price::Channel,
    refusal::Refusal,
    show::{
        Actor, Ask as CoreAsk, Command, Event, HoldRules, OrphanRule, PriceFacts, Proof, Rolls,
        SeatPick, ShowState, ShowTerms, Wish as CoreWish, view::seat_changes,
    },
    time::UtcMillis,
    wire::{
        admin::Role,
        booking::{Booking, Contact},
        catalogue::Show,
        payment::{Payment, PaymentState},
        seats::{SeatChanges, Version},
    },
};
use ratatui::{Terminal, backend::TestBackend};
use uuid::Uuid;

use self::catalogue::{shows, terms};
pub(super) use self::server::refused;
use crate::tui::{
    key::Key,
    model::{Model, View},
    msg::{Answer, Ask, Effect, Failure, Generation, Msg, News, Reply},
    seats::Seats,
    server_clock::Heard,
    theme::Theme,
    update::update,
    view::view,
};

/// Saturday 21 November 2026, 19:12 in London.
pub(super) const START: UtcMillis = UtcMillis(1_795_288_320_000);

/// The Grand of the demo: fourteen rows of twenty-two.
pub(super) const GRAND: &str = include_str!("../../../../fixtures/halls/grand.txt");

/// A till, and the house it sells for.
pub(super) struct Till {
    pub(super) model: Model,
    pub(super) now: UtcMillis,
    pub(super) state: ShowState,
    pub(super) layout: Arc<SeatLayout>,
    pub(super) shows: Vec<Show>,
    /// Questions that have no answer yet, with the answers they will get.
    pub(super) unanswered: VecDeque<(Generation, Ask)>,
    /// Whether questions wait until `answer` is called.
    pub(super) slow: bool,
    /// Whether no question is answered at all.
    pub(super) cut_off: bool,
    /// The code with which every question is refused, if it is.
    pub(super) refusal: Option<&'static str>,
    /// Shows that have begun, the first to begin first.
    pub(super) begun: Vec<Show>,
    /// Databases of shows that the server can't ask.
    pub(super) away: Vec<ShardName>,
    /// Shows whose journals the server can't read.
    pub(super) unread: Vec<ShowId>,
    /// What the card terminal says.
    pub(super) card: PaymentState,
    /// How often time alone woke the screens.
    pub(super) ticks: usize,
    /// Bookings that need no resuming any more.
    pub(super) forgotten: usize,
    /// What the customer's display shows.
    pub(super) mirrored: Option<crate::mirror::Picture>,
    /// Whether the shell has the terminal.
    pub(super) aside: bool,
    /// What was copied last.
    pub(super) copied: Option<String>,
    /// Whether the mouse is listened to.
    pub(super) mouse: bool,
    /// Whether the program ended.
    pub(super) quit: bool,
    /// What the till's token may do.
    pub(super) role: Role,
    /// Who bookings are for.
    pub(super) contacts: BTreeMap<Uuid, Contact>,
    /// Why money went back.
    pub(super) reasons: Vec<String>,
    /// What the vouchers are worth whose codes end so, in minor units.
    pub(super) vouchers: BTreeMap<&'static str, i64>,
    /// What payments of several means are, by id.
    pub(super) split: BTreeMap<PaymentId, Payment>,
    /// What happened, with when.
    pub(super) journal: Vec<(UtcMillis, Event)>,
    /// Every question that was asked.
    pub(super) asked: Vec<Ask>,
    paid: Option<(Payment, Option<Booking>)>,
    feed: Option<Generation>,
    rolls: u64,
}

impl Till {
    /// A till on its first view.
    pub(super) fn open() -> Self {
        Self::open_with(GRAND)
    }

    pub(super) fn open_with(hall: &str) -> Self {
        let mut till = Self::unstarted(hall);
        till.send(Msg::Resized(80, 24));
        till.send(Msg::Started(Vec::new()));
        till
    }

    /// A till in a house whose price card has these rules.
    pub(super) fn under(rules: &str) -> Self {
        let mut till = Self::unstarted_under(rules);
        till.send(Msg::Resized(80, 24));
        till.send(Msg::Started(Vec::new()));
        till
    }

    pub(super) fn unstarted_under(rules: &str) -> Self {
        let rules = serde_json::from_str(rules).expect("rules");
        Self::with_terms(GRAND, |terms| {
            let mut prices = (*terms.prices).clone();
            prices.fees.clear();
            prices.rules = Some(Box::new(rules));
            prices.check().expect("a card");
            ShowTerms {
                prices: Arc::new(prices),
                facts: Some(PriceFacts {
                    zone: jiff::tz::TimeZone::UTC,
                    format: "2D".to_owned(),
                }),
                ..terms
            }
        })
    }

    pub(super) fn unstarted(hall: &str) -> Self {
        Self::with_terms(hall, |terms| terms)
    }

    fn with_terms(hall: &str, change: impl FnOnce(ShowTerms) -> ShowTerms) -> Self {
        let layout = Arc::new(SeatLayout::parse(hall).expect("a hall"));
        let terms = change(terms(Arc::clone(&layout)));
        let mut till = Self {
            model: Model::new(Some(CinemaId(1))),
            now: START,
            state: ShowState::new(ShowId(1)),
            shows: shows(layout.len()),
            layout,
            unanswered: VecDeque::new(),
            slow: false,
            cut_off: false,
            refusal: None,
            begun: Vec::new(),
            away: Vec::new(),
            unread: Vec::new(),
            card: PaymentState::Captured,
            ticks: 0,
            forgotten: 0,
            mirrored: None,
            aside: false,
            copied: None,
            mouse: false,
            quit: false,
            role: Role::Manager,
            contacts: BTreeMap::new(),
            reasons: Vec::new(),
            vouchers: BTreeMap::new(),
            split: BTreeMap::new(),
            journal: Vec::new(),
            asked: Vec::new(),
            paid: None,
            feed: None,
            rolls: 0,
        };
        till.decide(CoreAsk::Open(Arc::new(terms)), None, clerk())
            .expect("opened");
        till
    }

    /// Presses keys: letters and digits as they are, `\n` Enter, `\u{1b}` Esc, `\u{8}` Backspace,
    /// `\u{10}` Ctrl-P.
    pub(super) fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(match c {
                '\n' => Key::Enter,
                '\u{1b}' => Key::Esc,
                '\u{8}' => Key::Backspace,
                '\u{10}' => Key::Ctrl('p'),
                c => Key::Char(c),
            });
        }
    }

    pub(super) fn key(&mut self, key: Key) {
        self.send(Msg::Key(key));
    }

    /// Lets time pass, waking the model when it asked to be woken.
    pub(super) fn pass(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        for _ in 0..10_000 {
            match self.model.wake_at() {
                Some(at) if at < end => self.now = at.max(self.now),
                _ => break,
            }
            self.ticks += 1;
            self.send(Msg::Tick);
        }
        self.now = end;
        self.send(Msg::Tick);
    }

    pub(super) fn send(&mut self, msg: Msg) {
        while self.model.desk.ids.missing() > 0 {
            self.rolls += 1;
            self.model
                .desk
                .ids
                .put(Uuid::from_u128(u128::from(self.rolls)));
        }
        let effects = update(&mut self.model, msg, self.now);
        for effect in effects {
            match effect {
                Effect::Ask(generation, ask) => {
                    self.asked.push(ask.clone());
                    self.unanswered.push_back((generation, ask));
                }
                Effect::Watch(generation, _) => self.feed = Some(generation),
                Effect::Unwatch => self.feed = None,
                Effect::Forget(_) => self.forgotten += 1,
                Effect::Mirror(picture) => self.mirrored = picture.map(|p| *p),
                Effect::Redraw => {}
                Effect::Copy(text) => self.copied = Some(text),
                Effect::Mouse(on) => self.mouse = on,
                Effect::Suspend => self.aside = true,
                Effect::Resume => self.aside = false,
                Effect::Quit => self.quit = true,
            }
        }
        if !self.slow {
            self.answer();
        }
    }

    /// Answers everything that was asked.
    pub(super) fn answer(&mut self) {
        while let Some((generation, ask)) = self.unanswered.pop_front() {
            let result = self.result(&ask);
            self.tell(generation, result);
        }
    }

    /// Answers one question, which may be an old one.
    pub(super) fn tell(&mut self, generation: Generation, result: Result<Reply, Failure>) {
        let heard = Heard {
            at: self.now,
            server_at: self.now,
            round_trip_ms: 1,
        };
        self.send(Msg::Answer(Answer {
            generation,
            heard: (!self.cut_off).then_some(heard),
            result,
        }));
    }

    /// Somebody else holds these seats.
    pub(super) fn somebody_holds(&mut self, seats: &[&str]) {
        let picks = seats
            .iter()
            .map(|seat| SeatPick {
                seat: seat.parse().expect("a seat"),
                ticket_type: None,
            })
            .collect();
        self.rolls += 1_000_000;
        let ask = CoreAsk::Hold {
            booking: Uuid::from_u128(u128::from(self.rolls)),
            wish: CoreWish::Seats(picks),
            rules: rules(true, true),
            proof: Proof::default(),
        };
        let other = Actor {
            owner: OwnerRef::of_staff("other"),
            ..clerk()
        };
        self.decide(ask, None, other).expect("free seats");
    }

    /// Somebody else buys these seats.
    pub(super) fn somebody_buys(&mut self, seats: &[&str]) {
        self.somebody_holds(seats);
        let other = Actor {
            owner: OwnerRef::of_staff("other"),
            ..clerk()
        };
        let ask = CoreAsk::PayCash {
            booking: Uuid::from_u128(u128::from(self.rolls - 1)),
            payment: PaymentId(Uuid::from_u128(u128::from(self.rolls) << 32)),
            given_minor: None,
        };
        self.decide(ask, None, other).expect("sold");
    }

    /// Puts a command to the rules; the feed tells what changed.
    pub(super) fn decide(
        &mut self,
        ask: CoreAsk,
        command: Option<Uuid>,
        actor: Actor,
    ) -> Result<(), Refusal> {
        self.rolls += 1;
        let command = Command {
            id: CommandId(command.unwrap_or(Uuid::from_u128(u128::from(self.rolls) << 64))),
            actor,
            ask,
            rolls: Rolls {
                code: self.rolls,
                tickets: [u8::try_from(self.rolls % 251).unwrap_or(0); 32],
            },
        };
        let events = self.state.decide(&command, self.now)?;
        let before = self.state.clone();
        for event in &events {
            self.state.apply(self.now, event);
            self.journal.push((self.now, event.clone()));
        }
        if let (Some(feed), false) = (self.feed, events.is_empty()) {
            let version = |ver| Version { ver, tip: 7 };
            let changes = SeatChanges {
                from: version(before.ver()),
                version: version(self.state.ver()),
                status: self.state.status(),
                seats: seat_changes(before.slots(), self.state.slots()),
            };
            self.send(Msg::Feed(feed, News::Changes(changes)));
        }
        Ok(())
    }

    /// The seat grid that is open.
    pub(super) fn seats(&self) -> &Seats {
        self.model
            .above
            .iter()
            .find_map(|view| match view {
                View::Seats(seats) => Some(&**seats),
                _ => None,
            })
            .expect("the seat grid")
    }

    /// The seats that the till shows as held, with their ticket types.
    pub(super) fn held(&self) -> Vec<String> {
        let booking = self.seats().booking.as_ref();
        booking
            .iter()
            .flat_map(|b| &b.lines)
            .map(|line| format!("{} {}", line.seat, line.ticket_type))
            .collect()
    }

    /// The lines of the screen at a size.
    pub(super) fn lines(&self, columns: u16, rows: u16) -> Vec<String> {
        lines_of(&self.model, columns, rows)
    }

    /// The screen at 80x24 as one text.
    pub(super) fn screen(&self) -> String {
        self.lines(80, 24).join("\n")
    }
}

/// The drawn lines without any style, blanks at the end cut off.
pub(super) fn lines_of(model: &Model, columns: u16, rows: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test terminal");
    terminal
        .draw(|frame| drop(view(model, Theme::DEFAULT, frame)))
        .expect("drawn");
    let buffer = terminal.backend().buffer().clone();
    (0..rows)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < columns {
                let cell = buffer[(x, y)].symbol();
                line.push_str(cell);
                x += u16::try_from(unicode_width::UnicodeWidthStr::width(cell).max(1)).unwrap_or(1);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

pub(super) fn clerk() -> Actor {
    Actor {
        owner: OwnerRef::of_staff("till-1"),
        staff: true,
        channel: Channel::Counter,
    }
}

fn rules(allow_orphans: bool, over_limit: bool) -> HoldRules {
    HoldRules {
        orphans: if allow_orphans {
            OrphanRule::Allow
        } else {
            OrphanRule::Refuse
        },
        over_limit,
    }
}
