//! Steps that are not about choosing seats: money, what staff do, time, and commands sent again.

use std::sync::Arc;

use houseful_core::{
    ids::{BookingId, CommandId, QuoteHash},
    layout::BlockReason,
    message::{Announcement, Tender},
    refund::RefundReason,
    refusal::Refusal,
    show::{Ask, Command, RefundRules, ReturnReason},
    time::UtcMillis,
    wire::payment::PaymentState,
};
use proptest::{prelude::*, test_runner::TestCaseError};
use uuid::Uuid;

use super::Run;
use crate::model::{
    naive::Worth,
    ops::Op,
    world::{SHOW, actor, book_id, gbp, label, payment_id, person, terms},
};

impl Run<'_> {
    pub(super) fn step_money(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match op {
            Op::Cash {
                of,
                who,
                given,
                payment,
            } => {
                let (book, who) = self.one_of(*of, Some(*who));
                let ask = Ask::PayCash {
                    booking: book_id(book),
                    payment: payment_id(*payment),
                    given_minor: *given,
                };
                let command = self.command(who, ask);
                self.both(&command, Some(book), |n| {
                    n.cash(who, book, *payment, *given)
                })
            }
            Op::News {
                of,
                payment,
                state,
                odd,
            } => self.news(self.pick(*of), *payment, *state, *odd),
            Op::Cancel { of, who } => {
                let (book, who) = self.one_of(*of, Some(*who));
                let ask = Ask::Cancel {
                    booking: book_id(book),
                    reason: String::new(),
                };
                let command = self.command(who, ask);
                self.both(&command, Some(book), |naive| naive.cancel(who, book))
            }
            Op::Refund {
                of,
                who,
                bits,
                waive,
            } => self.refund(*of, *who, *bits, *waive),
            Op::Verdict {
                of,
                who,
                approve,
                odd,
            } => self.verdict(*of, *who, *approve, *odd),
            other => self.step_house(other),
        }
    }

    fn refund(&mut self, of: u8, who: u8, bits: u8, waive: bool) -> Result<(), TestCaseError> {
        let (book, who) = self.one_of(of, Some(who));
        let own = self.naive.books.get(&book).map(|b| b.seats.clone());
        let mut seats: Vec<Option<u16>> = (0_u8..4)
            .zip(own.unwrap_or_default())
            .filter(|(bit, _)| bits & (1 << bit) != 0)
            .map(|(_, seat)| Some(seat))
            .collect();
        if bits >= 16 {
            // Something odd: a seat of nobody's hall, a seat twice, perhaps another's.
            seats.push(
                [None, seats.first().copied().flatten(), Some(0), Some(7)][usize::from(bits) - 16],
            );
        }
        let ask = Ask::Refund {
            booking: book_id(book),
            seats: seats.iter().map(|s| label(*s)).collect(),
            reason: RefundReason::Customer,
            note: String::new(),
            rules: RefundRules {
                alone: who.name == 4,
                waive,
            },
            told_minor: None,
        };
        let command = self.command(who, ask);
        let n = u32::try_from(command.id.0.as_u128()).unwrap_or(0);
        self.both(&command, Some(book), |naive| {
            naive.refund(who, book, (n, &seats), waive)
        })
    }

    fn verdict(&mut self, of: u8, who: u8, approve: bool, odd: bool) -> Result<(), TestCaseError> {
        // Mostly where something waits.
        let mut waiting = self.naive.books.iter().filter(|(_, b)| b.waits.is_some());
        let found = waiting.next().map(|(id, _)| *id).filter(|_| !odd);
        let (book, who) = (found.unwrap_or_else(|| self.pick(of)), person(who));
        let waits = self.naive.books.get(&book).and_then(|b| b.waits.as_ref());
        let asked = waits.map_or(1, |w| w.command);
        let ask = Ask::RefundVerdict {
            booking: book_id(book),
            asked: CommandId(Uuid::from_u128(u128::from(asked))),
            approve,
            note: String::new(),
            manager: who.name == 4,
        };
        let command = self.command(who, ask);
        self.both(&command, Some(book), |naive| {
            naive.verdict(who, book, asked, approve)
        })
    }

    fn step_house(&mut self, op: &Op) -> Result<(), TestCaseError> {
        let staff = person(4);
        match op {
            Op::Sales(what) => {
                let reason = String::new();
                let ask = match what {
                    0 => Ask::CancelShow { reason },
                    n if n % 3 == 0 => Ask::Pause,
                    _ => Ask::Resume,
                };
                let command = self.command(staff, ask.clone());
                self.both(&command, None, |naive| match ask {
                    Ask::Pause => naive.pause(true),
                    Ask::Resume => naive.pause(false),
                    _ => naive.cancel_show(),
                })
            }
            Op::Block { raw, block } => {
                let (_, want) = Self::want(raw, staff);
                let seats = want.seats.iter().map(|s| label(*s)).collect();
                let reason = BlockReason::House;
                let ask = if *block {
                    Ask::Block { seats, reason }
                } else {
                    Ask::Unblock { seats }
                };
                let command = self.command(staff, ask);
                self.both(&command, None, |naive| naive.block(&want.seats, *block))
            }
            Op::Expire => {
                let command = self.command(staff, Ask::Expire);
                let expected = self.naive.expire();
                let got = self.decide(&command);
                prop_assert_eq!(expected.ok(), got.ok());
                Ok(())
            }
            Op::Tick(kind) => {
                // Cash waits to be handed out for as long as it takes; time does not bring it about.
                let due = self.state.next_due().filter(|at| *at < UtcMillis::MAX);
                let until = due.map_or(0, |at| at.0 - self.naive.now);
                self.naive.now += match kind {
                    0 => 1,
                    1 => until.max(1),
                    2 => (until - 1).max(1),
                    3 => 299_999,
                    4 => 600_000,
                    5 => 300_000,
                    n => i64::from(*n) * 7_000,
                };
                Ok(())
            }
            Op::Again { which, twist } => self.again(usize::from(*which), *twist),
            _ => {
                let mut other = (*terms()).clone();
                other.seats_max += 1;
                let same = self.command(staff, Ask::Open(terms()));
                prop_assert_eq!(self.decide(&same), Ok(false));
                let other = self.command(staff, Ask::Open(Arc::new(other)));
                prop_assert_eq!(self.decide(&other), Err(Refusal::OpenedAlready));
                self.met.borrow_mut().refusals.insert("opened_already");
                Ok(())
            }
        }
    }

    /// Only commands that were carried out: others may come out otherwise a second time.
    fn again(&mut self, which: usize, twist: u8) -> Result<(), TestCaseError> {
        let known = |c: &&Command| {
            let n = u32::try_from(c.id.0.as_u128()).unwrap_or(0);
            self.naive.done.contains_key(&n)
        };
        let all: Vec<Command> = self.sent.iter().filter(known).cloned().collect();
        let Some(mut command) = all.get(which % all.len().max(1)).cloned() else {
            return Ok(());
        };
        match twist {
            0 => command.actor = actor(person(u8::try_from(which % 5).unwrap_or(0))),
            1 => {
                command.ask = Ask::Release {
                    booking: Uuid::nil(),
                }
            }
            _ => {}
        }
        self.both(&command, None, |_| Err(("never asked", vec![])))
    }

    fn news(&mut self, book: u8, payment: u8, state: u8, odd: u8) -> Result<(), TestCaseError> {
        use PaymentState as S;
        // News of a known payment are mostly its own, else another's under its id.
        let known = self.naive.worth.get(&payment).copied().filter(|_| odd != 2);
        let (book, cash) = known.map_or((book, false), |w| (w.book, w.cash));
        let uuid = book_id(book);
        let booking = BookingId { show: SHOW, uuid };
        let record = self.state.booking(uuid);
        let states = [
            S::Authorised,
            S::Captured,
            S::Authorised,
            S::CaptureRefused,
            S::Declined,
            S::Voided,
            S::Refunded,
            S::Pending,
        ];
        let state = states[usize::from(state)];
        let quote = record.map_or(QuoteHash(Uuid::nil()), |r| r.quote(booking));
        let total = record.map_or(1000, |r| r.total().minor);
        let minor = match known {
            Some(worth) => worth.minor,
            None if odd == 2 => total + 1,
            None => total,
        };
        let news = Announcement {
            payment: payment_id(payment),
            booking,
            quote: if odd == 1 {
                QuoteHash(Uuid::nil())
            } else {
                quote
            },
            amount: gbp(minor),
            tender: if cash { Tender::Cash } else { Tender::Card },
            state,
            settled_ver: self.state.settle(payment_id(payment)).map(|s| s.ver),
            refunded_minor: 0,
            reopened_at: None,
        };
        let command = self.command(person(4), Ask::Announced(news));
        let worth = Worth { book, minor, cash };
        self.naive.news(payment, worth, state.word(), odd == 0);
        let got = self.decide(&command);
        prop_assert!(got.is_ok(), "{:?}", got);
        let reason = self
            .state
            .payments()
            .find(|(id, _)| *id == payment_id(payment));
        let reason = reason.and_then(|(_, p)| p.returned).map(ReturnReason::word);
        self.met.borrow_mut().returns.extend(reason);
        Ok(())
    }
}
