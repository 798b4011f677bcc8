//! Changes to the booking: what the user wants, put as one question at a time.

use houseful_core::{
    best::Zone,
    seat::SeatLabel,
    time::UtcMillis,
    wire::booking::{
        BestRequest, Booking, ChangeSeatsRequest, HoldRequest, SeatWish, TicketWish, Wish,
    },
};

use super::{AHEAD_MAX, Seats};
use crate::tui::{
    desk::Desk,
    hall::SeatLook,
    key::Key,
    model::{Step, View},
    msg::Ask,
    payment::Payment,
    question::Question,
    quick::Ordered,
    wording,
};
use crate::wish::PayWord;

/// A change that the user wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The best seats together for so many.
    Best(u16),
    /// The next best for the party.
    NextBest,
    /// Another zone.
    Zone,
    /// Wheelchair places, or no longer.
    Accessible,
    /// Pick or drop a seat.
    Toggle(SeatLabel),
    /// These seats.
    Named(Vec<SeatLabel>),
    /// The ticket type with this key for the last seat that has the default one.
    TicketType(char),
    /// Another ticket type for this seat.
    TurnTicketType(SeatLabel),
    /// A code or a membership for another price.
    Say(String),
    /// Exactly this, with leave to break a rule of the house.
    Exactly {
        /// Which seats.
        wish: Wish,
        /// Go on although a single seat is left alone.
        allow_orphans: bool,
        /// Go on above the limit of seats.
        over_limit: bool,
    },
    /// The seats of before the last change.
    Undo,
    /// What a quick line says.
    Line(Box<Ordered>),
    /// On to payment.
    Pay,
    /// On to payment, and to this way of it.
    PayBy {
        /// Which.
        word: PayWord,
        /// Only if the seats are where the line said.
        as_said: bool,
    },
    /// A key that was pressed after `Pay`: it is for what comes then.
    Key(Key),
}

impl Wanted {
    /// Whether it leads away from the seats.
    fn leaves(&self) -> bool {
        match self {
            Self::Pay | Self::PayBy { .. } => true,
            Self::Line(line) => line.pays().is_some(),
            _ => false,
        }
    }

    /// The seats it names.
    pub fn seats(&self) -> Vec<SeatLabel> {
        match self {
            Self::Toggle(label) => vec![*label],
            Self::Named(labels) => labels.clone(),
            _ => Vec::new(),
        }
    }
}

/// A question about seats that is out.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
    /// When it is out, and when it is asked again.
    pub question: Question,
    /// What is asked, again word for word when its answer gets lost.
    pub ask: Ask,
    /// Seats that change by it.
    pub seats: Vec<SeatLabel>,
    /// When it was first asked.
    pub since: UtcMillis,
    /// Whether the server chooses.
    pub best: bool,
    /// Whether it takes a change back.
    pub undo: bool,
}

impl Asking {
    /// What is wished.
    #[must_use]
    pub fn wish(&self) -> Option<&Wish> {
        match &self.ask {
            Ask::Hold(_, request) => Some(&request.wish),
            Ask::Change(_, request) => Some(&request.wish),
            _ => None,
        }
    }

    /// Which rules were overruled already.
    pub(super) fn leave(&self) -> Leave {
        let (orphans, limit) = match &self.ask {
            Ask::Hold(_, request) => (request.allow_orphans, request.over_limit),
            Ask::Change(_, request) => (request.allow_orphans, request.over_limit),
            _ => (false, false),
        };
        Leave { orphans, limit }
    }
}

/// Leave to break rules of the house.
#[derive(Clone, Copy, Default)]
pub(super) struct Leave {
    pub(super) orphans: bool,
    pub(super) limit: bool,
}

impl Seats {
    /// Does what the user wants, or puts it in line behind the question that is out.
    pub fn want(&mut self, desk: &mut Desk, wanted: Wanted) -> Step {
        if self.asking.is_some() || !self.is_loaded() {
            if self.ahead.len() < AHEAD_MAX {
                self.ahead.push_back(wanted);
            }
            return Step::Stay;
        }
        match wanted {
            Wanted::Best(party) => {
                self.category = None;
                self.party = party;
                self.skip = 0;
                self.ask_best(desk);
            }
            Wanted::NextBest if self.party == 0 => desk.say(wording::PARTY_FIRST),
            Wanted::NextBest => {
                self.skip = self.skip.saturating_add(1);
                self.ask_best(desk);
            }
            Wanted::Zone => self.turn_zone(desk),
            Wanted::Accessible => self.turn_accessible(desk),
            Wanted::Toggle(label) => self.toggle(desk, label),
            Wanted::Named(labels) => self.take_named(desk, &labels),
            Wanted::TicketType(key) => self.set_type(desk, key),
            Wanted::TurnTicketType(label) => self.turn_type(desk, label),
            Wanted::Say(text) => self.say_for_price(desk, &text),
            Wanted::Exactly {
                wish,
                allow_orphans,
                over_limit,
            } => {
                let leave = Leave {
                    orphans: allow_orphans,
                    limit: over_limit,
                };
                self.ask_seats(desk, wish, false, leave);
            }
            Wanted::Undo => self.undo(desk),
            Wanted::Line(line) => return self.take_line(desk, *line),
            Wanted::Pay => return self.pay(desk, None),
            Wanted::PayBy { word, as_said } => return self.pay_by(desk, &word, as_said),
            Wanted::Key(_) => {}
        }
        Step::Stay
    }

    /// Whether keys are typed ahead of the payment view.
    #[must_use]
    pub fn is_leaving_to_pay(&self) -> bool {
        self.ahead.iter().any(Wanted::leaves)
    }

    /// Puts a key in line that is meant for the payment view.
    pub fn type_ahead(&mut self, key: Key) {
        if self.ahead.len() < AHEAD_MAX {
            self.ahead.push_back(Wanted::Key(key));
        }
    }

    /// The keys that were typed ahead of the payment view.
    pub fn take_typed_ahead(&mut self) -> Vec<Key> {
        let keys = self.ahead.drain(..).filter_map(|wanted| match wanted {
            Wanted::Key(key) => Some(key),
            _ => None,
        });
        keys.collect()
    }

    /// Does what waited in line, until something has to wait again.
    pub fn go_on(&mut self, desk: &mut Desk) -> Step {
        while self.asking.is_none() && self.is_loaded() {
            let Some(wanted) = self.ahead.pop_front() else {
                break;
            };
            let leaving = wanted.leaves();
            match self.want(desk, wanted) {
                // A line that pays asks for its seats before.
                Step::Stay if leaving && self.asking.is_none() => self.ahead.clear(),
                Step::Stay => {}
                step => return step,
            }
        }
        Step::Stay
    }

    /// On to payment as a line says, unless its seats are not those that it asked for.
    fn pay_by(&mut self, desk: &mut Desk, word: &PayWord, as_said: bool) -> Step {
        let relaxed = self.booking.as_ref().map_or(&[][..], |b| &b.relaxed);
        if as_said && !relaxed.is_empty() {
            desk.say(wording::gave_way(relaxed));
            return Step::Stay;
        }
        self.pay(desk, Some(word))
    }

    fn pay(&mut self, desk: &mut Desk, word: Option<&PayWord>) -> Step {
        match (&self.owned, &self.booking) {
            (Some(owned), Some(booking)) => {
                // From here on the payment view looks after the hold.
                self.checks = Question::default();
                let (show, owned) = (self.show.clone(), owned.clone());
                let mut payment = Payment::open(show, owned, booking.clone());
                if let Some(word) = word {
                    payment.begin_by(desk, word);
                }
                Step::Open(Box::new(View::Payment(Box::new(payment))))
            }
            _ => {
                desk.say(wording::SEATS_FIRST);
                Step::Stay
            }
        }
    }

    fn turn_zone(&mut self, desk: &mut Desk) {
        self.zone = match self.zone {
            Zone::Any => Zone::Front,
            Zone::Front => Zone::Middle,
            Zone::Middle => Zone::Rear,
            Zone::Rear => Zone::Any,
        };
        self.skip = 0;
        if self.by_best && self.booking.is_some() {
            self.ask_best(desk);
        }
    }

    fn turn_accessible(&mut self, desk: &mut Desk) {
        self.accessible = !self.accessible;
        self.skip = 0;
        desk.say(wording::accessible(self.accessible));
        if self.by_best && self.booking.is_some() {
            self.ask_best(desk);
        }
    }

    fn default_type(&self) -> Option<&str> {
        let detail = self.detail.as_ref()?;
        detail.ticket_types.first().map(|t| t.code.as_str())
    }

    /// The party by ticket type: as it is held if that is as many, else all of the default type.
    fn tickets(&self) -> Vec<TicketWish> {
        let lines = self.booking.as_ref().map_or(&[][..], |b| &b.lines);
        if lines.len() != usize::from(self.party) {
            let ticket_type = self.default_type().unwrap_or_default().to_owned();
            return vec![TicketWish {
                ticket_type,
                count: self.party,
            }];
        }
        let mut tickets: Vec<TicketWish> = Vec::new();
        for line in lines {
            match tickets
                .iter_mut()
                .find(|t| t.ticket_type == line.ticket_type)
            {
                Some(ticket) => ticket.count = ticket.count.saturating_add(1),
                None => tickets.push(TicketWish {
                    ticket_type: line.ticket_type.clone(),
                    count: 1,
                }),
            }
        }
        tickets
    }

    fn ask_best(&mut self, desk: &mut Desk) {
        let best = BestRequest {
            tickets: self.tickets(),
            zone: self.zone,
            category: self.category.clone(),
            accessible: self.accessible,
            skip: self.skip,
        };
        self.ask_seats(desk, Wish::Best(best), false, Leave::default());
    }

    pub(super) fn held_wishes(&self) -> Vec<SeatWish> {
        self.booking.as_ref().map(wishes_of).unwrap_or_default()
    }

    fn wish_for(&self, label: SeatLabel) -> SeatWish {
        SeatWish {
            seat: label,
            ticket_type: self.default_type().map(str::to_owned),
        }
    }

    fn toggle(&mut self, desk: &mut Desk, label: SeatLabel) {
        let mut wishes = self.held_wishes();
        let before = wishes.len();
        wishes.retain(|w| w.seat != label);
        if wishes.len() == before {
            let no = self.hall.as_ref().and_then(|h| h.find(label));
            let look = no.and_then(|no| self.looks(desk).get(no.index()).copied());
            match look {
                Some(SeatLook::Free(_)) => wishes.push(self.wish_for(label)),
                Some(look) => return desk.say(wording::cannot_pick(label, look)),
                None => return,
            }
        }
        self.ask_named(desk, wishes, false);
    }

    /// Named seats come in place of what the server chose, and beside what the user chose.
    pub(super) fn take_named(&mut self, desk: &mut Desk, labels: &[SeatLabel]) {
        let held = self.held_wishes();
        let mut wishes = if self.by_best {
            Vec::new()
        } else {
            held.clone()
        };
        for label in labels {
            if !wishes.iter().any(|w| w.seat == *label) {
                let same = held.iter().find(|w| w.seat == *label).cloned();
                wishes.push(same.unwrap_or_else(|| self.wish_for(*label)));
            }
        }
        if wishes != held {
            self.ask_named(desk, wishes, false);
        }
    }

    fn set_type(&mut self, desk: &mut Desk, key: char) {
        let types = self.detail.as_ref().map_or(&[][..], |d| &d.ticket_types);
        let Some(chosen) = types.iter().find(|t| t.key == key) else {
            return desk.say(wording::unknown_key(key, types));
        };
        let (code, default) = (chosen.code.clone(), self.default_type().map(str::to_owned));
        let mut wishes = self.held_wishes();
        if wishes.is_empty() {
            return desk.say(wording::SEATS_FIRST);
        }
        let to_default = Some(&code) == default.as_ref();
        let is_default = |w: &SeatWish| w.ticket_type == default;
        let last = wishes
            .iter_mut()
            .rev()
            .find(|w| is_default(w) != to_default);
        match last {
            Some(wish) => wish.ticket_type = Some(code),
            None => return desk.say(wording::NO_SEAT_OF_THAT_TYPE),
        }
        self.ask_named(desk, wishes, self.by_best);
    }

    fn turn_type(&mut self, desk: &mut Desk, label: SeatLabel) {
        let types: Vec<String> = self
            .detail
            .iter()
            .flat_map(|d| d.ticket_types.iter().map(|t| t.code.clone()))
            .collect();
        let mut wishes = self.held_wishes();
        let Some(wish) = wishes.iter_mut().find(|w| w.seat == label) else {
            return desk.say(wording::not_yours(label));
        };
        let at = types
            .iter()
            .position(|t| Some(t) == wish.ticket_type.as_ref());
        let next = at.map_or(0, |at| (at + 1) % types.len().max(1));
        wish.ticket_type = types.get(next).cloned();
        self.ask_named(desk, wishes, self.by_best);
    }

    fn undo(&mut self, desk: &mut Desk) {
        let Some(before) = self.history.pop() else {
            return desk.say(wording::NOTHING_TO_UNDO);
        };
        if before.is_empty() {
            self.by_best = false;
            return self.release(desk);
        }
        self.ask_seats(desk, Wish::Seats(before), true, Leave::default());
    }

    /// Asks for exactly these seats; none at all gives the booking up.
    pub(super) fn ask_named(&mut self, desk: &mut Desk, wishes: Vec<SeatWish>, by_best: bool) {
        if wishes.is_empty() {
            self.history.push(self.held_wishes());
            self.by_best = false;
            return self.release(desk);
        }
        self.ask_seats(desk, Wish::Seats(wishes), false, Leave::default());
        if let Some(asking) = &mut self.asking {
            asking.best = by_best;
        }
    }

    pub(super) fn ask_seats(&mut self, desk: &mut Desk, wish: Wish, undo: bool, leave: Leave) {
        let best = matches!(wish, Wish::Best(_));
        let seats = match &wish {
            Wish::Seats(wishes) => changed(&self.held_wishes(), wishes),
            Wish::Best(_) => Vec::new(),
        };
        let command = desk.new_command();
        let (allow_orphans, over_limit) = (leave.orphans, leave.limit);
        let ask = match (&self.owned, &self.booking) {
            (Some(owned), Some(_)) => {
                let request = ChangeSeatsRequest {
                    command,
                    wish,
                    allow_orphans,
                    over_limit,
                    codes: self.said.codes.clone(),
                    member: self.said.member.clone(),
                };
                Ask::Change(owned.clone(), Box::new(request))
            }
            _ => {
                let owned = desk.new_booking(self.show.id);
                self.owned = Some(owned.clone());
                let request = HoldRequest {
                    booking: owned.id,
                    command,
                    wish,
                    allow_orphans,
                    over_limit,
                    codes: self.said.codes.clone(),
                    member: self.said.member.clone(),
                };
                Ask::Hold(owned, Box::new(request))
            }
        };
        self.asking = Some(Asking {
            question: Question::asked(desk, ask.clone()),
            ask,
            seats,
            since: desk.now,
            best,
            undo,
        });
    }

    /// Asks the same once more: same ids, same content, so it can't happen twice.
    pub(super) fn ask_again(&mut self, desk: &mut Desk) {
        if let Some(asking) = &mut self.asking {
            asking.question.ask(desk, asking.ask.clone());
        }
    }
}

/// The seats of a booking with their ticket types.
#[must_use]
pub fn wishes_of(booking: &Booking) -> Vec<SeatWish> {
    booking
        .lines
        .iter()
        .map(|line| SeatWish {
            seat: line.seat,
            ticket_type: Some(line.ticket_type.clone()),
        })
        .collect()
}

/// Seats that are in one list and not in the other.
fn changed(before: &[SeatWish], after: &[SeatWish]) -> Vec<SeatLabel> {
    let missing = |from: &[SeatWish], other: &[SeatWish]| -> Vec<SeatLabel> {
        from.iter()
            .filter(|w| !other.iter().any(|o| o.seat == w.seat))
            .map(|w| w.seat)
            .collect()
    };
    let mut seats = missing(before, after);
    seats.extend(missing(after, before));
    seats
}
