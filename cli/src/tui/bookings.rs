//! Bookings: the newest, or those that fit what was typed or scanned; one of them in full, with
//! what can be done about it.
//!
//! The server searches. A letter typed asks nothing by itself: the question goes out when the
//! typing has stopped for a moment.

mod contact;
mod detail;
mod give_back;

use std::collections::{BTreeMap, BTreeSet};

use houseful_core::{
    ids::{BookingId, ShardName, ShowId},
    time::UtcMillis,
    wire::{booking::Booking, catalogue::Show},
};
use tui_input::Input;

pub use contact::{ContactField, ContactForm};
pub use detail::{Detail, What};
pub use give_back::{GiveBack, Quoted};

use super::{
    desk::{Desk, is_held},
    field,
    key::Key,
    keymap::{Action, Place},
    list::moved,
    model::Step,
    msg::{Answer, Ask, BookingsWanted, Failure, Reply},
    question::Question,
    wording,
};

/// How long typing rests before the server is asked.
const DEBOUNCE_MS: i64 = 250;
/// After how long the list is asked for again.
const STALE_MS: i64 = 15_000;
/// The longest text that the server searches for.
const SEARCH_CHARS_MAX: usize = 120;

/// The bookings view.
#[derive(Clone, Debug, Default)]
pub struct Bookings {
    /// What is searched for; the newest are listed when it is empty.
    pub search: Input,
    /// Whether it is being typed.
    pub typing: bool,
    /// The bookings as the server listed them.
    pub found: Vec<Booking>,
    /// Databases that the server could not ask: what they have is not on the list.
    pub away: Vec<ShardName>,
    /// Which of those is marked.
    pub cursor: usize,
    /// Whether the list for this search was here.
    pub loaded: bool,
    /// Why the server would not give the list, when it last would not.
    pub refused: Option<String>,
    /// The booking that is open.
    pub detail: Option<Box<Detail>>,
    /// The shows of the bookings, as far as they are known.
    pub shows: BTreeMap<ShowId, Show>,
    /// The booking to mark when it is listed.
    wanted: Option<BookingId>,
    /// Whether a list of one is opened at once: its code was scanned.
    opens_one: bool,
    asks: Question,
    /// When the typing has rested.
    ask_at: Option<UtcMillis>,
    asks_show: Question,
    asked_show: Option<ShowId>,
    /// Shows that the server would not tell.
    unknown: BTreeSet<ShowId>,
}

impl Bookings {
    /// Opens the view; `wanted` is marked when it is among the newest.
    pub fn open<'a>(
        desk: &mut Desk,
        shows: impl Iterator<Item = &'a Show>,
        wanted: Option<BookingId>,
    ) -> Self {
        let mut view = Self {
            shows: shows.map(|show| (show.id, show.clone())).collect(),
            wanted,
            ..Self::default()
        };
        view.load(desk);
        view
    }

    /// Searches for what was scanned, and opens what is found if that is one.
    pub fn look_up(&mut self, desk: &mut Desk, text: &str) {
        let text: String = text.chars().take(SEARCH_CHARS_MAX).collect();
        self.search = Input::new(text);
        self.typing = false;
        self.detail = None;
        self.forget_list();
        self.opens_one = true;
        self.load(desk);
    }

    /// Opens the booking with this number on the list.
    pub fn choose(&mut self, desk: &mut Desk, number: usize) -> Step {
        match number.checked_sub(1).filter(|at| *at < self.found.len()) {
            Some(at) => {
                self.cursor = at;
                self.act(desk, Action::Accept, Key::Enter)
            }
            None => {
                desk.say(wording::no_booking_line(number));
                Step::Stay
            }
        }
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        match &self.detail {
            Some(detail) if detail.form.is_some() => Place::ContactForm,
            Some(_) => Place::BookingDetail,
            None if self.typing => Place::BookingsSearch,
            None => Place::Bookings,
        }
    }

    /// Whether leaving the view would lose what was typed, or the answer to a change.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let under_way = |d: &Detail| d.form.is_some() || d.doing.is_some();
        self.detail.as_deref().is_some_and(under_way)
    }

    /// Whether the answer to a change of the open booking is awaited.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.detail.as_deref().is_some_and(|d| d.doing.is_some())
    }

    /// The marked booking.
    #[must_use]
    pub fn marked(&self) -> Option<&Booking> {
        self.found.get(self.cursor)
    }

    /// The show of the open booking, or of the marked one.
    #[must_use]
    pub fn show(&self) -> Option<&Show> {
        let open = self.detail.as_deref().map(|d| &d.booking);
        self.shows.get(&open.or(self.marked())?.show)
    }

    /// Whether a key of the open booking does something now.
    #[must_use]
    pub fn offers(&self, desk: &Desk, action: Action) -> bool {
        self.detail
            .as_deref()
            .is_none_or(|d| d.hindrance(desk, action).is_none())
    }

    /// Whether an answer about the list is awaited, or the typing rests.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.asks.is_out() || self.ask_at.is_some()
    }

    fn text(&self) -> &str {
        self.search.value().trim()
    }

    fn load(&mut self, desk: &mut Desk) {
        self.ask_at = None;
        let wanted = match self.text() {
            "" => BookingsWanted::Recent,
            text => BookingsWanted::Found(text.to_owned()),
        };
        self.asks.ask(desk, Ask::Bookings(wanted));
    }

    /// What another search listed must not be opened under this one.
    fn forget_list(&mut self) {
        self.found.clear();
        self.away.clear();
        self.cursor = 0;
        self.loaded = false;
        self.refused = None;
        self.opens_one = false;
    }

    /// The view is on top again: what it shows may be old.
    pub fn look_again(&mut self, desk: &mut Desk) {
        self.load(desk);
        if let Some(detail) = &mut self.detail {
            detail.look(desk);
        }
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, key: Key) -> Step {
        if let Some(detail) = &mut self.detail {
            if action == Action::Back && detail.form.is_none() {
                if detail.doing.is_some() {
                    desk.say(wording::LEFT_UNANSWERED);
                }
                self.detail = None;
                self.load(desk);
                return Step::Stay;
            }
            let show = self.shows.get(&detail.booking.show);
            return detail.act(desk, show, action, key);
        }
        match action {
            Action::Accept if self.typing => {
                self.typing = false;
                if self.ask_at.is_some() {
                    self.load(desk);
                }
            }
            Action::Accept => self.open_marked(desk),
            Action::Back if self.typing || !self.search.value().is_empty() => {
                self.typing = false;
                self.search.reset();
                self.forget_list();
                self.load(desk);
            }
            Action::Back => return Step::Back,
            Action::Filter => {
                self.typing = true;
                // The next customer has another name.
                if !self.search.value().is_empty() {
                    self.search.reset();
                    self.forget_list();
                    self.load(desk);
                }
            }
            Action::Refresh => self.load(desk),
            _ => {
                if let Some(line) = moved(action, self.cursor, self.found.len()) {
                    self.move_to(line);
                }
            }
        }
        Step::Stay
    }

    /// A key was typed into the search box or the form.
    pub fn typed(&mut self, desk: &Desk, key: Key) {
        if let Some(form) = self.detail.as_deref_mut().and_then(|d| d.form.as_mut()) {
            return form.typed(key);
        }
        if field::edit(&mut self.search, key) {
            self.forget_list();
            self.ask_at = Some(desk.now.plus_ms(DEBOUNCE_MS));
        }
    }

    fn move_to(&mut self, line: usize) {
        self.cursor = line.min(self.found.len().saturating_sub(1));
        self.wanted = None;
    }

    fn open_marked(&mut self, desk: &mut Desk) {
        match self.marked().cloned() {
            Some(booking) => self.open_one(desk, booking),
            None if self.is_asking() => desk.say(wording::LIST_COMES),
            None => desk.say(wording::NO_BOOKING_MARKED),
        }
    }

    fn open_one(&mut self, desk: &mut Desk, booking: Booking) {
        let mut detail = Detail::new(booking);
        detail.look(desk);
        self.detail = Some(Box::new(detail));
        self.ask_for_show(desk);
    }

    /// Asks for the first show that is not known, one at a time: the open booking's before those
    /// of the list.
    fn ask_for_show(&mut self, desk: &mut Desk) {
        if !self.asks_show.is_quiet() {
            return;
        }
        let open = self.detail.iter().map(|d| d.booking.show);
        let listed = self.found.iter().map(|b| b.show);
        let known = |show: &ShowId| self.shows.contains_key(show) || self.unknown.contains(show);
        let missing = open.chain(listed).find(|show| !known(show));
        self.asked_show = missing;
        if let Some(show) = missing {
            self.asks_show.ask(desk, Ask::Show(show));
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        let now = desk.now;
        if self.ask_at.is_some_and(|at| at <= now) || self.asks.is_due(now) {
            self.load(desk);
        }
        if let (true, Some(show)) = (self.asks_show.is_due(now), self.asked_show) {
            self.asks_show.ask(desk, Ask::Show(show));
        }
        if let Some(detail) = &mut self.detail {
            detail.tick(desk);
        }
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        let detail = self.detail.as_deref().and_then(Detail::again_at);
        [
            self.ask_at,
            self.asks.again_at(),
            self.asks_show.again_at(),
            detail,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The end of a hold whose countdown is on the screen, the soonest first.
    #[must_use]
    pub fn next_end(&self, desk: &Desk) -> Option<UtcMillis> {
        let open = self.detail.as_deref().map(|d| &d.booking);
        let shown: Vec<&Booking> = match open {
            Some(booking) => vec![booking],
            None => self.found.iter().collect(),
        };
        let held = shown.into_iter().filter(|b| is_held(b));
        held.map(|b| b.hold_until.0)
            .filter(|end| desk.alive(*end))
            .min()
    }

    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        let generation = answer.generation;
        if self.asks.takes(generation) {
            self.take_list(desk, answer);
        } else if self.asks_show.takes(generation) {
            self.take_show(desk, answer);
        } else {
            let detail = self.detail.as_deref_mut()?;
            if !detail.answer(desk, answer) {
                return None;
            }
            let booking = &detail.booking;
            let listed = self.found.iter_mut().find(|b| b.id == booking.id);
            if let Some(listed) = listed {
                listed.clone_from(booking);
            }
        }
        self.ask_for_show(desk);
        Some(Step::Stay)
    }

    fn take_list(&mut self, desk: &mut Desk, answer: &Answer) {
        match &answer.result {
            Ok(Reply::Bookings(told)) => {
                let found = &told.items;
                self.away.clone_from(&told.away);
                self.asks.answered();
                self.asks.rest(desk.now, STALE_MS);
                let marked = self.marked().map(|b| b.id).or(self.wanted);
                self.found.clone_from(found);
                let line = self.found.iter().position(|b| Some(b.id) == marked);
                self.cursor = line.unwrap_or(self.cursor).min(found.len().max(1) - 1);
                self.loaded = true;
                self.refused = None;
                if let (true, [one]) = (std::mem::take(&mut self.opens_one), found.as_slice()) {
                    self.open_one(desk, one.clone());
                }
            }
            Ok(_) => {}
            // It is the list's state, not an event: it stays on the screen until the list comes.
            Err(failure) => {
                if let Some(why) = self.asks.failed(failure, desk.now) {
                    self.refused = Some(why.to_owned());
                }
            }
        }
    }

    fn take_show(&mut self, desk: &Desk, answer: &Answer) {
        let Some(asked) = self.asked_show else { return };
        match &answer.result {
            Ok(Reply::Show(detail)) => {
                self.asks_show.answered();
                self.shows.insert(asked, detail.show.clone());
            }
            Err(Failure::NoAnswer(_)) => self.asks_show.try_again(desk.now),
            // Without its name and time the booking is still a booking.
            Ok(_) | Err(Failure::Refused(_) | Failure::Broken(_)) => {
                self.unknown.insert(asked);
            }
        }
    }
}
