//! What the server says about a payment, and what that means for the booking.

use houseful_core::{
    money::Money,
    wire::{
        booking::{Booking, BookingState},
        payment::{PayRequest, Payment as Told, PaymentState},
        problem::Problem,
    },
};

use super::{Payment, Stage, Tender};
use crate::tui::{
    desk::{Desk, is_end},
    model::Step,
    msg::{Answer, Ask, Failure, Reply},
    ticket::TicketView,
    wording,
};

impl Payment {
    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        if self.checks.takes(answer.generation) {
            return Some(self.answer_to_check(desk, &answer.result));
        }
        if self.asks_voucher.takes(answer.generation) {
            return Some(self.voucher_told(desk, &answer.result));
        }
        let Stage::Paying(paying) = &mut self.stage else {
            return None;
        };
        if !paying.question.takes(answer.generation) {
            return None;
        }
        Some(match &answer.result {
            Ok(Reply::Booking(booking)) => self.booking_told(desk, booking),
            Ok(Reply::Payment(told)) => self.payment_told(desk, told),
            Ok(Reply::Token(token)) => {
                let (payment, token) = (paying.payment, token.token.clone());
                let request = match paying.card.clone() {
                    Some(card) => Some(PayRequest::by_card(payment, token, card)),
                    None if paying.tenders.is_empty() => None,
                    None => Some(PayRequest::by(payment, token, paying.tenders.clone())),
                };
                if let Some(request) = request {
                    paying.question.answered();
                    paying.ask(desk, Ask::Pay(self.owned.clone(), Box::new(request)));
                }
                Step::Stay
            }
            Ok(_) => Step::Stay,
            Err(Failure::NoAnswer(_)) => {
                paying.question.try_again(desk.now);
                Step::Stay
            }
            Err(Failure::Refused(problem)) => self.refused(desk, problem),
            Err(Failure::Broken(why)) => {
                desk.say(why.clone());
                if paying.question.is_unanswered() {
                    paying.question.try_later(desk.now);
                } else {
                    self.stage = Stage::Choose;
                }
                Step::Stay
            }
        })
    }

    fn answer_to_check(&mut self, desk: &mut Desk, result: &Result<Reply, Failure>) -> Step {
        match result {
            Ok(Reply::Booking(booking)) => {
                self.checks.answered();
                match booking.state {
                    BookingState::Held => {
                        self.booking = (**booking).clone();
                        if !desk.alive(booking.hold_until.0) {
                            self.checks.look_again(desk.now);
                        }
                    }
                    BookingState::Confirmed => return self.sold(booking),
                    BookingState::Secured => {
                        let (show, owned) = (self.show.clone(), self.owned.clone());
                        *self = Self::settle(desk, show, owned, (**booking).clone(), None);
                    }
                    BookingState::Expired | BookingState::Released | BookingState::Cancelled => {
                        return self.hold_over(booking, None);
                    }
                }
            }
            Ok(_) => {}
            Err(Failure::Refused(problem)) if is_end(problem) => {
                return self.hold_over(&self.booking.clone(), Some(problem.detail.clone()));
            }
            // This says nothing about the hold: it stays as it was, and is asked about again.
            Err(failure) => {
                if let Some(why) = self.checks.failed(failure, desk.now) {
                    desk.say(why);
                }
            }
        }
        Step::Stay
    }

    fn sold(&self, booking: &Booking) -> Step {
        let given = match &self.stage {
            Stage::Paying(paying) => paying.given,
            _ => None,
        };
        let tender = match &self.stage {
            Stage::Paying(paying) => Some(paying.tender),
            _ => None,
        };
        let mut booking = booking.clone();
        if tender == Some(Tender::VouchersAndCash) {
            // The server knows what was booked, not what was handed over.
            let left = self.left();
            let change = given.map_or(0, |given| given.minor - left.minor);
            booking.change = Some(Money::new(change.max(0), left.currency));
        }
        let given = given.or((tender == Some(Tender::VouchersAndCash)).then(|| self.left()));
        Step::Sold(Box::new(TicketView::new(
            self.show.clone(),
            booking,
            tender,
            given,
        )))
    }

    fn hold_over(&self, booking: &Booking, what: Option<String>) -> Step {
        Step::HoldOver {
            booking: Box::new(booking.clone()),
            what: what.or_else(|| self.message.clone()),
        }
    }

    fn booking_told(&mut self, desk: &mut Desk, booking: &Booking) -> Step {
        let Stage::Paying(paying) = &mut self.stage else {
            return Step::Stay;
        };
        let state = paying.told.as_ref().map(|t| t.state);
        let money_is_back = matches!(
            state,
            Some(PaymentState::Voided | PaymentState::RefundDue | PaymentState::Refunded)
        );
        let returned = booking
            .payments
            .iter()
            .any(|p| p.id == paying.payment && p.returned_because.is_some());
        match booking.state {
            BookingState::Confirmed => return self.sold(booking),
            BookingState::Held if money_is_back || returned => {
                self.booking = booking.clone();
                self.message = Some(wording::MONEY_BACK.to_owned());
                self.stage = Stage::Choose;
            }
            // Cash is booked at once or not at all.
            BookingState::Held if paying.tender == Tender::Cash => {
                self.booking = booking.clone();
                self.message = Some(wording::CASH_NOT_BOOKED.to_owned());
                self.stage = Stage::Choose;
            }
            BookingState::Held | BookingState::Secured => {
                self.booking = booking.clone();
                paying.ask_soon(desk, Ask::Booking(self.owned.clone()));
            }
            _ if money_is_back || returned => {
                // Of a capture that came too late the desk tells what to hand out.
                let overdue = booking.payments.iter().any(|p| {
                    p.id == paying.payment
                        && p.returned_because.as_deref() == Some("capture_overdue")
                });
                let has_cash = paying.tender == Tender::VouchersAndCash && !overdue;
                let what = if has_cash {
                    wording::hand_back(wording::OVER_CASH_BACK)
                } else {
                    wording::OVER_MONEY_BACK.to_owned()
                };
                return self.hold_over(booking, Some(what));
            }
            // The seats went back; what became of the money is still to be told.
            _ if state.is_some() => {
                let payment = paying.payment;
                paying.ask_soon(desk, Ask::Payment(self.owned.clone(), payment));
            }
            _ => return self.hold_over(booking, None),
        }
        Step::Stay
    }

    fn payment_told(&mut self, desk: &mut Desk, told: &Told) -> Step {
        let Stage::Paying(paying) = &mut self.stage else {
            return Step::Stay;
        };
        paying.told = Some(told.clone());
        match told.state {
            PaymentState::Pending => {
                let payment = paying.payment;
                paying.ask_soon(desk, Ask::Payment(self.owned.clone(), payment));
            }
            PaymentState::Declined | PaymentState::CaptureRefused => {
                let cash = paying.tender == Tender::VouchersAndCash;
                let why = wording::declined(told.reason.as_deref());
                self.message = Some(if cash { wording::hand_back(&why) } else { why });
                self.stage = Stage::Choose;
            }
            PaymentState::Authorised
            | PaymentState::Captured
            | PaymentState::Voided
            | PaymentState::RefundDue
            | PaymentState::Refunded => {
                paying.ask(desk, Ask::Booking(self.owned.clone()));
            }
        }
        Step::Stay
    }

    fn refused(&mut self, desk: &mut Desk, problem: &Problem) -> Step {
        let Stage::Paying(paying) = &mut self.stage else {
            return Step::Stay;
        };
        let owned = self.owned.clone();
        let payment = paying.payment;
        // What was asked for may have been done all the same: an earlier try was not answered, or
        // the server broke in the middle. Then that is looked for before anything else is taken.
        let may_be_done = paying.question.is_unanswered() || problem.status >= 500;
        match (&paying.ask, problem.code.as_str()) {
            (Ask::Payment(..), "not_found") => {
                self.message = Some(wording::NOT_CHARGED.to_owned());
                self.stage = Stage::Choose;
            }
            (Ask::Booking(_), _) if is_end(problem) => return self.refused_for_good(problem),
            (Ask::Payment(..) | Ask::Booking(_), _) => {
                paying.question.try_later(desk.now);
                desk.say(problem.detail.clone());
            }
            (Ask::Pay(..), _) if may_be_done => {
                paying.ask(desk, Ask::Payment(owned, payment));
                desk.say(problem.detail.clone());
            }
            (Ask::Cash(..), _) if may_be_done => {
                paying.ask(desk, Ask::Booking(owned));
                desk.say(problem.detail.clone());
            }
            (_, "already_paid") => paying.ask(desk, Ask::Booking(owned)),
            _ if is_end(problem) => return self.refused_for_good(problem),
            _ => {
                self.stage = Stage::Choose;
                desk.tell_problem(problem);
            }
        }
        Step::Stay
    }

    fn refused_for_good(&self, problem: &Problem) -> Step {
        self.hold_over(&self.booking, Some(problem.detail.clone()))
    }
}
