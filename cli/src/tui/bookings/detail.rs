//! One booking in full, and what staff can do about it: resume, release, refund, say who it is for.
//!
//! A change is asked with the same command until it is answered, so a lost answer does nothing
//! twice.

use houseful_core::{
    refund::RefundReason,
    seat::SeatLabel,
    time::UtcMillis,
    wire::{
        admin::Role,
        booking::{Booking, BookingState, CancelRequest, ReleaseRequest},
        catalogue::Show,
        payment::Payment,
        refund::RefundRequest,
    },
};

use super::{
    ContactForm,
    give_back::{GiveBack, Quoted},
};
use crate::tui::{
    desk::{Desk, is_held},
    key::Key,
    keymap::Action,
    model::{Step, View},
    msg::{Answer, Ask, Failure, Owned, Reply},
    overlay::Overlay,
    question::Question,
    seats::Seats,
    ticket::{TicketView, several},
    wording,
};

/// How often a booking is looked at whose money is on its way.
const UNSETTLED_MS: i64 = 2_000;

/// What is being done about a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Its seats are given back.
    Release,
    /// Its money goes back.
    Refund,
    /// Some of its tickets are given back.
    GiveBack,
    /// Who it is for is written down.
    Contact,
}

/// A change whose answer is awaited.
#[derive(Clone, Debug)]
pub struct Doing {
    /// What.
    pub what: What,
    ask: Ask,
    question: Question,
}

/// One booking.
#[derive(Clone, Debug)]
pub struct Detail {
    /// As the server last told it.
    pub booking: Booking,
    /// The form for who it is for, while that is typed.
    pub form: Option<ContactForm>,
    /// The change that is asked.
    pub doing: Option<Doing>,
    /// What paid it, once it is here; asked for where it was several means.
    pub payment: Option<Payment>,
    /// Asks what each means paid.
    asks_payment: Question,
    /// Asks how it stands.
    looks: Question,
    /// Asks what giving the chosen seats back comes to.
    quotes: Question,
}

impl Detail {
    /// A booking as a list had it.
    #[must_use]
    pub fn new(booking: Booking) -> Self {
        Self {
            booking,
            form: None,
            doing: None,
            payment: None,
            asks_payment: Question::default(),
            looks: Question::default(),
            quotes: Question::default(),
        }
    }

    /// Staff need no secret.
    fn owned(&self) -> Owned {
        Owned {
            id: self.booking.id,
            secret: None,
        }
    }

    /// Asks how it stands.
    pub fn look(&mut self, desk: &mut Desk) {
        self.looks.ask(desk, Ask::Booking(self.owned()));
        self.ask_payment(desk);
    }

    /// Asks what each means paid, where it was several.
    fn ask_payment(&mut self, desk: &mut Desk) {
        if let Some(payment) = several(&self.booking) {
            let ask = Ask::Payment(self.owned(), payment);
            self.asks_payment.ask(desk, ask);
        }
    }

    /// Why a key does nothing now; `None` when it does.
    #[must_use]
    pub fn hindrance(&self, desk: &Desk, action: Action) -> Option<String> {
        let state = self.booking.state;
        let alive = is_held(&self.booking) && desk.alive(self.booking.hold_until.0);
        let why = match action {
            Action::Resume if !alive => wording::cannot_resume(state),
            Action::GiveUp if !alive => wording::cannot_release(state),
            Action::Refund => match state {
                BookingState::Confirmed | BookingState::Secured => {
                    let role = desk.info.as_ref().and_then(|info| info.role);
                    return (desk.info.is_some() && role < Some(Role::Manager))
                        .then(|| wording::refund_needs_manager(role));
                }
                _ => wording::cannot_refund(state),
            },
            Action::GiveBack => match state {
                BookingState::Confirmed if self.booking.refund_asked.is_some() => {
                    wording::GIVE_BACK_WAITS
                }
                BookingState::Confirmed => return None,
                _ => wording::cannot_refund(state),
            },
            Action::Tickets if self.booking.tickets.is_empty() => wording::no_tickets(state),
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, show: Option<&Show>, action: Action, _: Key) -> Step {
        if self.form.is_some() {
            self.fill_in(desk, action);
            return Step::Stay;
        }
        let changes = matches!(
            action,
            Action::Resume
                | Action::GiveUp
                | Action::Refund
                | Action::GiveBack
                | Action::EditContact
                // From the tickets one key leads to the first view, where nothing asks again.
                | Action::Tickets
        );
        if changes && self.doing.is_some() {
            desk.say(wording::CHANGE_UNANSWERED);
            return Step::Stay;
        }
        if let Some(why) = self.hindrance(desk, action) {
            desk.say(why);
            return Step::Stay;
        }
        match (action, show) {
            (Action::Resume | Action::Tickets, None) => desk.say(wording::SHOW_COMES),
            (Action::Resume, Some(show)) => {
                let (show, booking) = (show.clone(), self.booking.clone());
                // What this till put by it goes on with, by its own secret.
                let kept = desk.take_kept(booking.id);
                let payment = kept.as_ref().and_then(|kept| kept.payment);
                let owned = kept.map_or_else(|| self.owned(), |kept| kept.owned);
                if payment.is_some() {
                    return Step::Settle {
                        owned,
                        booking: Box::new(booking),
                        show: Box::new(show),
                        payment,
                    };
                }
                let seats = Seats::resume(desk, show, owned, booking);
                return Step::Open(Box::new(View::Seats(Box::new(seats))));
            }
            (Action::Tickets, Some(show)) => {
                let ticket = TicketView::again(desk, show.clone(), self.booking.clone());
                return Step::Open(Box::new(View::Ticket(Box::new(ticket))));
            }
            (Action::GiveUp, _) => desk.overlays.push(Overlay::AskGiveUp {
                seats: self.booking.lines.iter().map(|line| line.seat).collect(),
            }),
            (Action::Refund, _) => desk.overlays.push(Overlay::AskRefund {
                what: wording::refund_what(&self.booking),
                reason: None,
            }),
            (Action::GiveBack, _) => {
                let form = GiveBack::new(&self.booking);
                self.quote(desk, form.chosen());
                desk.overlays.push(Overlay::AskGiveBack(form));
            }
            (Action::EditContact, _) => {
                self.form = Some(ContactForm::new(self.booking.contact.as_ref()));
            }
            (Action::Refresh, _) => self.look(desk),
            _ => {}
        }
        Step::Stay
    }

    /// A key of the form that types nothing.
    fn fill_in(&mut self, desk: &mut Desk, action: Action) {
        match action {
            Action::Next | Action::Previous | Action::Up | Action::Down => {
                if let Some(form) = &mut self.form {
                    form.turn();
                }
            }
            Action::Accept => {
                if let Some(form) = self.form.take() {
                    let request = Box::new(form.request());
                    self.change(desk, What::Contact, Ask::Contact(self.owned(), request));
                }
            }
            Action::Back => self.form = None,
            _ => {}
        }
    }

    /// Gives its seats back: the user said yes.
    pub fn release(&mut self, desk: &mut Desk) {
        let command = desk.new_command();
        let ask = Ask::Release(self.owned(), ReleaseRequest { command });
        self.change(desk, What::Release, ask);
    }

    /// Gives its money back: the user said yes, and why.
    pub fn refund(&mut self, desk: &mut Desk, reason: &str) {
        let request = CancelRequest {
            command: desk.new_command(),
            reason: reason.to_owned(),
        };
        let ask = Ask::Cancel(self.owned(), Box::new(request));
        self.change(desk, What::Refund, ask);
    }

    /// Asks what giving these seats back comes to.
    fn quote(&mut self, desk: &mut Desk, seats: Vec<SeatLabel>) {
        self.quotes = Question::default();
        if !seats.is_empty() {
            self.quotes.ask(desk, Ask::RefundQuote(self.owned(), seats));
        }
    }

    /// A key of the dialog about giving tickets back; gives the dialog while it stays open.
    pub fn give_back(
        &mut self,
        desk: &mut Desk,
        mut form: GiveBack,
        action: Action,
        key: Key,
    ) -> Option<GiveBack> {
        match action {
            Action::Up | Action::Down => form.step(action == Action::Down),
            Action::Pick => {
                form.turn();
                self.quote(desk, form.chosen());
            }
            Action::Digit => {
                let at = key.digit().map_or(0, usize::from).checked_sub(1);
                match at.and_then(|at| RefundReason::ALL.get(at)) {
                    Some(reason) => form.reason = Some(*reason),
                    None => desk.say(wording::NO_SUCH_GIVE_BACK_REASON),
                }
            }
            Action::Accept => match (&form.quote, form.reason) {
                (Quoted::Told(quote), Some(reason)) => {
                    let told = quote.back.minor;
                    self.gives_back(desk, form.chosen(), reason, told);
                    return None;
                }
                (Quoted::Told(_), None) => desk.say(wording::GIVE_BACK_REASON_FIRST),
                (other, _) => desk.say(wording::give_back_sum(other)),
            },
            _ => return None,
        }
        Some(form)
    }

    fn gives_back(
        &mut self,
        desk: &mut Desk,
        seats: Vec<SeatLabel>,
        reason: RefundReason,
        told_minor: i64,
    ) {
        let note = match reason {
            // Which has to have a note, and here is nobody to type one.
            RefundReason::Other => wording::give_back_reason(reason).to_owned(),
            _ => String::new(),
        };
        let request = RefundRequest {
            command: desk.new_command(),
            seats,
            reason,
            note,
            told_minor: Some(told_minor),
            waive: false,
        };
        let ask = Ask::GiveBack(self.owned(), Box::new(request));
        self.change(desk, What::GiveBack, ask);
    }

    /// What the server says goes back, for the dialog that is open about it.
    fn quoted(&mut self, desk: &mut Desk, answer: &Answer) {
        let now = desk.now;
        let open = |overlay: &Overlay| matches!(overlay, Overlay::AskGiveBack(_));
        let found = desk.overlays.iter_mut().rev().find(|o| open(o));
        let Some(Overlay::AskGiveBack(form)) = found else {
            return;
        };
        match &answer.result {
            Ok(Reply::Quote(quote)) => {
                self.quotes.answered();
                form.quote = Quoted::Told(quote.clone());
            }
            Ok(_) => {}
            Err(Failure::NoAnswer(_)) => self.quotes.try_again(now),
            Err(Failure::Refused(problem)) => {
                form.quote = Quoted::Refused(problem.detail.clone());
            }
            Err(Failure::Broken(why)) => form.quote = Quoted::Refused(why.clone()),
        }
    }

    fn change(&mut self, desk: &mut Desk, what: What, ask: Ask) {
        // An older answer would show the booking as it was.
        self.looks = Question::default();
        self.doing = Some(Doing {
            what,
            question: Question::asked(desk, ask.clone()),
            ask,
        });
    }

    /// Whether money of it is still on its way.
    fn is_unsettled(&self) -> bool {
        self.booking.state == BookingState::Secured
            || self.booking.payments.iter().any(|p| !p.settled)
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        if let Some(doing) = &mut self.doing {
            if doing.question.is_due(desk.now) {
                doing.question.ask(desk, doing.ask.clone());
            }
            return;
        }
        if self.quotes.is_due(desk.now) {
            let open = |overlay: &Overlay| match overlay {
                Overlay::AskGiveBack(form) => Some(form.chosen()),
                _ => None,
            };
            match desk.overlays.iter().rev().find_map(open) {
                Some(seats) => self.quotes.ask(desk, Ask::RefundQuote(self.owned(), seats)),
                None => self.quotes = Question::default(),
            }
        }
        if self.asks_payment.is_due(desk.now) {
            self.ask_payment(desk);
        }
        // Only the server says that a hold is dead.
        let over = is_held(&self.booking) && !desk.alive(self.booking.hold_until.0);
        if self.looks.is_due(desk.now) || over && self.looks.is_quiet() {
            self.look(desk);
        }
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        match &self.doing {
            Some(doing) => doing.question.again_at(),
            None => {
                let all = [&self.looks, &self.quotes, &self.asks_payment];
                all.into_iter().filter_map(Question::again_at).min()
            }
        }
    }

    /// Takes an answer if it is about this booking; `false` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> bool {
        let generation = answer.generation;
        if self
            .doing
            .as_mut()
            .is_some_and(|d| d.question.takes(generation))
        {
            self.changed(desk, answer);
            return true;
        }
        if self.quotes.takes(generation) {
            self.quoted(desk, answer);
            return true;
        }
        if self.asks_payment.takes(generation) {
            match &answer.result {
                Ok(Reply::Payment(payment)) => {
                    self.asks_payment.answered();
                    self.payment = Some((**payment).clone());
                    if !payment.settled {
                        self.asks_payment.rest(desk.now, UNSETTLED_MS);
                    }
                }
                Ok(_) => {}
                // The booking is told without it.
                Err(failure) => drop(self.asks_payment.failed(failure, desk.now)),
            }
            return true;
        }
        if !self.looks.takes(generation) {
            return false;
        }
        match &answer.result {
            Ok(Reply::Booking(booking)) => {
                self.looks.answered();
                self.booking = (**booking).clone();
                let over = is_held(booking) && !desk.alive(booking.hold_until.0);
                if over {
                    self.looks.look_again(desk.now);
                } else if self.is_unsettled() {
                    self.looks.rest(desk.now, UNSETTLED_MS);
                }
            }
            Ok(_) => {}
            Err(failure) => {
                if let Some(why) = self.looks.failed(failure, desk.now) {
                    desk.say(why);
                }
            }
        }
        true
    }

    /// A change was answered.
    fn changed(&mut self, desk: &mut Desk, answer: &Answer) {
        let Some(mut doing) = self.doing.take() else {
            return;
        };
        match &answer.result {
            Ok(Reply::Booking(booking)) => {
                let before = std::mem::replace(&mut self.booking, (**booking).clone());
                // Not every answer tells who it is for, nor who holds it.
                self.booking.by = self.booking.by.take().or(before.by);
                if doing.what != What::Contact {
                    let contact = self.booking.contact.take();
                    self.booking.contact = contact.or(before.contact);
                }
                if doing.what != What::Contact {
                    desk.forget_if_kept(booking.id);
                }
                desk.say(match doing.what {
                    What::Release => wording::HOLD_RELEASED.to_owned(),
                    What::Contact => wording::CONTACT_KEPT.to_owned(),
                    What::Refund => wording::refunded(&self.booking),
                    What::GiveBack => match &doing.ask {
                        Ask::GiveBack(_, request) => {
                            wording::gave_back(&self.booking, request.command)
                        }
                        _ => String::new(),
                    },
                });
                self.look(desk);
            }
            Ok(_) => {}
            Err(Failure::NoAnswer(_)) => {
                doing.question.try_again(desk.now);
                self.doing = Some(doing);
            }
            Err(Failure::Refused(problem)) => {
                desk.tell_problem(problem);
                if let Ask::Contact(_, request) = &doing.ask {
                    // What was typed can be mended.
                    self.form = Some(ContactForm::of(request));
                }
                self.look(desk);
            }
            Err(Failure::Broken(why)) => {
                desk.say(why.clone());
                self.look(desk);
            }
        }
    }
}
