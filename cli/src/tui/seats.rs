//! The seat grid: one show, its hall, who has what, and the booking being made.
//!
//! A seat is ours only when the server said so. While a question about seats is out, further
//! changes wait in line and keep their meaning; moving about never waits.

mod answers;
mod line;
mod offers;
mod order;
mod others;
mod picture;
mod range;
mod said;
mod window;
mod zoom;

use std::collections::VecDeque;

use houseful_core::{
    best::Zone,
    seat::{SeatLabel, SeatNo},
    time::UtcMillis,
    wire::{
        booking::{Booking, Contact, SeatWish},
        catalogue::{Show, ShowDetail},
    },
};
use tui_input::Input;

pub use offers::{OFFERS, OFFERS_WIDTH, Offer};
pub use order::{Asking, Wanted};
pub use others::{Happening, Others, What};
pub use picture::Picture;
pub use said::Said;
pub use zoom::{ABOVE_SEATS, Arrangement, BLOCK_CELL, Ruler, Section, Zoom, block_margin};

use super::{
    desk::Desk,
    field,
    hall::{Board, Hall, SeatLook, Way},
    key::Key,
    keymap::{Action, Place},
    model::Step,
    msg::{Ask, Generation, Owned},
    overlay::{Leaving, Overlay},
    question::Question,
    wording,
};
use crate::wish;

/// How many changes may wait in line.
const AHEAD_MAX: usize = 32;

/// The seat grid of a show.
#[derive(Clone, Debug)]
pub struct Seats {
    /// The show as the list had it.
    pub show: Show,
    /// Its prices, once they are here.
    pub detail: Option<ShowDetail>,
    /// Its hall, once it is here.
    pub hall: Option<Hall>,
    /// What each seat is, once it is here.
    pub board: Option<Board>,
    /// The seat under the cursor.
    pub cursor: SeatNo,
    /// Where the best seats shall be.
    pub zone: Zone,
    /// How many the best seats are for; 0 until a digit says so.
    pub party: u16,
    /// Whether the best seats shall have a wheelchair place among them.
    pub accessible: bool,
    /// Where the range begins that is being chosen.
    pub range: Option<SeatNo>,
    /// How large seats are drawn, if that was chosen by hand.
    pub zoom_by_hand: Option<Zoom>,
    /// Columns and rows of the window.
    window: (u16, u16),
    /// The part of the hall that was on the screen last.
    section: Option<Section>,
    /// What other people did.
    pub others: Others,
    /// The seat names being typed.
    pub goto: Option<Input>,
    /// The code being typed.
    pub saying: Option<Input>,
    /// What the customer says for another price: it goes with the seats.
    pub said: Said,
    /// Who the booking is for, if somebody known asked for it: written down with the first hold.
    pub is_for: Option<Contact>,
    /// The booking's id and secret, from the first question on.
    pub owned: Option<Owned>,
    /// The booking as the server last told it, while it holds seats.
    pub booking: Option<Booking>,
    /// The question about seats that is out.
    pub asking: Option<Asking>,
    /// What waits for its answer.
    pub ahead: VecDeque<Wanted>,
    /// The category that the best seats shall be of, when a line said so.
    category: Option<String>,
    /// Whether the cursor was moved by hand.
    moved: bool,
    /// Whether the seats held are the server's choice.
    by_best: bool,
    /// How many better offers to pass over.
    skip: u16,
    history: Vec<Vec<SeatWish>>,
    /// What `b` would bring.
    offers: offers::Offers,
    asks_detail: Question,
    asks_layout: Question,
    asks_map: Question,
    /// Whether changes came that do not follow the board: the next map is right, whatever its number.
    is_lost: bool,
    feed: Generation,
    /// Asks how the booking stands.
    checks: Question,
}

impl Seats {
    /// Opens a show.
    pub fn open(desk: &mut Desk, show: Show) -> Self {
        let id = show.id;
        let feed = desk.watch(id);
        desk.say_if_nobody();
        Self {
            asks_detail: Question::asked(desk, Ask::Show(id)),
            asks_layout: Question::asked(desk, Ask::Layout(id)),
            asks_map: Question::asked(desk, Ask::Seats(id)),
            feed,
            show,
            detail: None,
            hall: None,
            board: None,
            is_lost: false,
            cursor: SeatNo(0),
            zone: Zone::Any,
            party: 0,
            accessible: false,
            range: None,
            zoom_by_hand: None,
            window: (0, 0),
            section: None,
            others: Others::default(),
            goto: None,
            saying: None,
            said: Said::default(),
            is_for: None,
            owned: None,
            booking: None,
            asking: None,
            ahead: VecDeque::new(),
            category: None,
            moved: false,
            by_best: false,
            skip: 0,
            history: Vec::new(),
            offers: offers::Offers::default(),
            checks: Question::default(),
        }
    }

    /// Opens a show with a booking that holds seats of it.
    pub fn resume(desk: &mut Desk, show: Show, owned: Owned, booking: Booking) -> Self {
        let mut seats = Self::open(desk, show);
        seats.party = u16::try_from(booking.lines.len()).unwrap_or(0);
        seats.owned = Some(owned);
        seats.booking = Some(booking);
        seats
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        if self.goto.is_some() {
            Place::GoTo
        } else if self.saying.is_some() {
            Place::Code
        } else if self.range.is_some() {
            Place::Range
        } else {
            Place::Seats
        }
    }

    /// Whether hall, seats and prices are here.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.detail.is_some() && self.hall.is_some() && self.board.is_some()
    }

    /// Whether somebody moved the cursor to where it is.
    #[must_use]
    pub fn is_pointed_at(&self) -> bool {
        self.moved
    }

    /// Whether something is asked, or will be asked again, that the seats can't be sold without.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        let loads = [&self.asks_detail, &self.asks_layout, &self.asks_map];
        let loading = !self.is_loaded() && loads.iter().any(|question| !question.is_quiet());
        loading || self.asking.is_some() || !self.ahead.is_empty()
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, key: Key) -> Step {
        if self.range.is_some() {
            return self.act_in_range(desk, action);
        }
        if action == Action::Accept && self.opens_block()
            || action == Action::Pick && self.zoom() == Zoom::Blocks
        {
            self.zoom_in();
            return Step::Stay;
        }
        let wanted = match action {
            Action::Digit => Wanted::Best(u16::from(key.digit().unwrap_or(1))),
            Action::NextBest => Wanted::NextBest,
            Action::Zone => Wanted::Zone,
            Action::Accessible => Wanted::Accessible,
            Action::Undo => Wanted::Undo,
            Action::TicketType => match key {
                Key::Char(c) => Wanted::TicketType(c),
                _ => return Step::Stay,
            },
            Action::Accept if self.goto.is_some() => match self.named() {
                Some(Ok(labels)) => Wanted::Named(labels),
                Some(Err(why)) => {
                    desk.say(why);
                    return Step::Stay;
                }
                None => return Step::Stay,
            },
            Action::Accept if self.saying.is_some() => {
                let typed = self.saying.take();
                let typed = typed.map(|input| input.value().trim().to_owned());
                Wanted::Say(typed.unwrap_or_default())
            }
            Action::Accept => Wanted::Pay,
            Action::Pick | Action::TurnTicketType => {
                let label = self.hall.as_ref().and_then(|h| h.seat(self.cursor));
                match (label.map(|s| s.label), action) {
                    (Some(label), Action::Pick) => Wanted::Toggle(label),
                    (Some(label), _) => Wanted::TurnTicketType(label),
                    (None, _) => return Step::Stay,
                }
            }
            _ => return self.look_around(desk, action),
        };
        self.want(desk, wanted)
    }

    /// Keys that change no seats and never wait.
    fn look_around(&mut self, desk: &mut Desk, action: Action) -> Step {
        let way = match action {
            Action::Back if self.goto.is_some() => {
                self.goto = None;
                return Step::Stay;
            }
            Action::Back if self.saying.is_some() => {
                self.saying = None;
                return Step::Stay;
            }
            Action::Back => return self.leave(desk),
            Action::GoTo => {
                self.goto = Some(Input::default());
                return Step::Stay;
            }
            Action::Code => {
                self.saying = Some(Input::default());
                return Step::Stay;
            }
            Action::Refresh => {
                self.load_map(desk);
                self.load_missing(desk);
                return Step::Stay;
            }
            Action::Range => {
                self.begin_range();
                return Step::Stay;
            }
            Action::ZoomIn | Action::ZoomOut => {
                self.turn_zoom(desk, action == Action::ZoomIn);
                return Step::Stay;
            }
            Action::Up => Way::Up,
            Action::Down => Way::Down,
            Action::Left => Way::Left,
            Action::Right => Way::Right,
            Action::Next => Way::NextBlock,
            Action::Previous => Way::PreviousBlock,
            Action::First => Way::RowStart,
            Action::Last => Way::RowEnd,
            Action::PageUp | Action::PageDown => {
                let way = if action == Action::PageUp {
                    Way::Up
                } else {
                    Way::Down
                };
                (0..8).for_each(|_| self.step(way));
                return Step::Stay;
            }
            _ => return Step::Stay,
        };
        self.step(way);
        Step::Stay
    }

    /// Puts the cursor on a seat.
    pub fn point(&mut self, no: SeatNo) {
        self.cursor = no;
        self.moved = true;
    }

    /// A key was typed into the field for seat names, or for codes.
    pub fn typed(&mut self, key: Key) {
        if let Some(field) = self.goto.as_mut().or(self.saying.as_mut()) {
            field::edit(field, key);
        }
    }

    fn named(&mut self) -> Option<Result<Vec<SeatLabel>, String>> {
        let goto = self.goto.as_ref()?;
        let hall = self.hall.as_ref()?;
        let labels = wish::seats(goto.value())
            .and_then(|ranges| wish::labels(&ranges, Some(&hall.layout)))
            .map_err(|e| e.to_string());
        if let Ok(labels) = &labels {
            let first = labels.first().and_then(|label| hall.find(*label));
            self.cursor = first.unwrap_or(self.cursor);
            self.moved = true;
            self.goto = None;
        }
        Some(labels)
    }

    fn leave(&mut self, desk: &mut Desk) -> Step {
        if self.owned.is_none() {
            desk.unwatch();
            return Step::Back;
        }
        // What was not asked for yet is taken back by leaving.
        self.ahead.clear();
        desk.overlays.push(Overlay::AskRelease {
            seats: self.labels(),
            then: Leaving::Back,
        });
        Step::Stay
    }

    /// Whether news of this generation is for this view.
    #[must_use]
    pub fn follows(&self, generation: Generation) -> bool {
        self.feed == generation
    }

    /// The view is on top again; another view may have had the one feed meanwhile.
    pub fn look_again(&mut self, desk: &mut Desk) {
        self.feed = desk.watch(self.show.id);
        self.load_map(desk);
    }

    /// Whether leaving it would lose seats, or an answer about seats.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.owned.is_some() || self.asking.is_some() || !self.ahead.is_empty()
    }

    /// The names of the seats held.
    #[must_use]
    pub fn labels(&self) -> Vec<SeatLabel> {
        self.booking
            .iter()
            .flat_map(|b| b.lines.iter().map(|l| l.seat))
            .collect()
    }

    /// Gives up what is held or asked for.
    pub fn release(&mut self, desk: &mut Desk) {
        if let Some(owned) = self.owned.take() {
            desk.release(owned);
        }
        let ours = self.our_seats();
        self.others.give_back(ours);
        self.booking = None;
        self.asking = None;
        self.checks = Question::default();
        self.ahead.clear();
    }

    /// What every seat is at this moment, in the order of the layout.
    #[must_use]
    pub fn looks(&self, desk: &Desk) -> Vec<SeatLook> {
        self.picture(desk).map_or_else(Vec::new, |p| p.looks)
    }

    /// What a ticket of the default type costs in a category.
    #[must_use]
    pub fn price_of(&self, category: &str) -> Option<houseful_core::money::Money> {
        let detail = self.detail.as_ref()?;
        let default = detail.ticket_types.first()?;
        detail
            .prices
            .iter()
            .find(|p| p.category == category && p.ticket_type == default.code)
            .map(|p| p.price)
    }

    /// A ticket type's name.
    #[must_use]
    pub fn type_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.detail
            .iter()
            .flat_map(|d| &d.ticket_types)
            .find(|t| t.code == code)
            .map_or(code, |t| t.name.as_str())
    }

    fn load_map(&mut self, desk: &mut Desk) {
        self.asks_map.ask(desk, Ask::Seats(self.show.id));
    }

    /// Asks how the booking stands.
    fn check(&mut self, desk: &mut Desk) {
        if let Some(owned) = &self.owned {
            self.checks.ask(desk, Ask::Booking(owned.clone()));
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        let now = desk.now;
        let id = self.show.id;
        self.others.fade(now);
        if self.asks_detail.is_due(now) {
            self.asks_detail.ask(desk, Ask::Show(id));
        }
        if self.asks_layout.is_due(now) {
            self.asks_layout.ask(desk, Ask::Layout(id));
        }
        if self.asks_map.is_due(now) {
            self.load_map(desk);
        }
        if self.asking.as_ref().is_some_and(|a| a.question.is_due(now)) {
            self.ask_again(desk);
        }
        let over = self
            .booking
            .as_ref()
            .is_some_and(|b| !desk.alive(b.hold_until.0));
        // Only the server says that a hold is dead; until it has, the seats are drawn as asked.
        if self.checks.is_due(now) || over && self.checks.is_quiet() && self.asking.is_none() {
            self.check(desk);
            if over {
                desk.say(wording::HOLD_ENDING);
            }
        }
    }

    fn load_missing(&mut self, desk: &mut Desk) {
        let id = self.show.id;
        if self.detail.is_none() && !self.asks_detail.is_out() {
            self.asks_detail.ask(desk, Ask::Show(id));
        }
        if self.hall.is_none() && !self.asks_layout.is_out() {
            self.asks_layout.ask(desk, Ask::Layout(id));
        }
    }

    /// When to look again for what did not come.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        let asking = self.asking.as_ref().map(|a| &a.question);
        [
            &self.asks_detail,
            &self.asks_layout,
            &self.asks_map,
            &self.checks,
        ]
        .into_iter()
        .chain(asking)
        .filter_map(Question::again_at)
        .min()
    }
}
