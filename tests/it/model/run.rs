//! One case: each command goes to the rules and to the model, and what they say is compared.

#![expect(clippy::expect_used, reason = "a case that can't go on has to stop")]

mod steps;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use houseful_core::{
    best::Zone,
    ids::{CommandId, PaymentId},
    refusal::Refusal,
    seat::SeatNo,
    show::{
        Ask, Command, Event, HoldRules, OrphanRule, Party, Proof, Rolls, SeatPick, ShowState, Wish,
    },
    time::UtcMillis,
};
use houseful_tests::witness;
use proptest::{prelude::*, test_runner::TestCaseError};
use uuid::Uuid;

use super::{
    naive::{Expected, Naive, Want, Who},
    ops::{Op, Raw},
    world::{MAX, NOW, SEATS, SHOW, WIDTH, actor, book_id, gbp, label, payment_id, person, terms},
};

/// What was met over all cases.
#[derive(Default)]
pub struct Met {
    pub holds: u32,
    pub won: u32,
    pub refusals: BTreeSet<&'static str>,
    pub returns: BTreeSet<&'static str>,
}

struct Run<'a> {
    state: ShowState,
    journal: Vec<(UtcMillis, Event)>,
    naive: Naive,
    met: &'a RefCell<Met>,
    /// Commands that were sent, to be sent again.
    sent: Vec<Command>,
    next_book: u8,
    next_command: u32,
}

impl<'a> Run<'a> {
    fn new(met: &'a RefCell<Met>) -> Self {
        let naive = Naive {
            now: NOW,
            width: WIDTH,
            seats: SEATS,
            max: usize::from(MAX),
            web_closes: NOW + 30 * 60_000,
            starts: NOW + 40 * 60_000,
            paused: false,
            cancelled: false,
            blocked: BTreeSet::new(),
            books: BTreeMap::new(),
            kept: BTreeMap::new(),
            fees: BTreeMap::new(),
            worth: BTreeMap::new(),
            done: BTreeMap::new(),
        };
        let mut run = Self {
            state: ShowState::new(SHOW),
            journal: Vec::new(),
            naive,
            met,
            sent: Vec::new(),
            next_book: 0,
            next_command: 1,
        };
        let open = run.command(person(4), Ask::Open(terms()));
        run.decide(&open).expect("the show opens");
        run
    }

    fn now(&self) -> UtcMillis {
        UtcMillis(self.naive.now)
    }

    fn command(&mut self, who: Who, ask: Ask) -> Command {
        let id = self.next_command;
        self.next_command += 1;
        Command {
            id: CommandId(Uuid::from_u128(u128::from(id))),
            actor: actor(who),
            ask,
            rolls: Rolls {
                code: u64::from(id),
                tickets: [7; 32],
            },
        }
    }

    fn decide(&mut self, command: &Command) -> Result<bool, Refusal> {
        let events = self.state.decide(command, self.now())?;
        for event in &events {
            self.state.apply(self.now(), event);
            self.journal.push((self.now(), event.clone()));
        }
        Ok(!events.is_empty())
    }

    /// A booking that is there, or once in a while one that is not.
    fn pick(&self, of: u8) -> u8 {
        of % (self.next_book + 1)
    }

    fn one_of(&self, of: u8, who: Option<u8>) -> (u8, Who) {
        let book = self.pick(of);
        let owner = self.naive.books.get(&book).map_or(0, |b| b.owner);
        (book, person(who.unwrap_or(owner)))
    }

    fn want(raw: &Raw, who: Who) -> (Wish, Want) {
        let mut seats: Vec<Option<u16>> = (0..raw.many)
            .map(|i| Some((raw.first + i) % SEATS))
            .collect();
        match raw.odd {
            1 => seats.push(None),
            2 => seats.extend(seats.clone().first()),
            _ => {}
        }
        let kind = ["adult", "child", "dog"][usize::from(raw.kind)];
        let want = Want {
            seats: seats.clone(),
            kind,
            orphans_allowed: who.name == 4,
            over_limit: who.name == 3,
        };
        let wish = if raw.best {
            Wish::Best {
                party: vec![Party {
                    ticket_type: kind.into(),
                    count: raw.many,
                }],
                zone: [Zone::Any, Zone::Front, Zone::Rear][usize::from(raw.first % 3)],
                category: (raw.odd == 3).then(|| "balcony".to_owned()),
                accessible: false,
                skip: 0,
            }
        } else {
            let pick = |seat: &Option<u16>| SeatPick {
                seat: label(*seat),
                ticket_type: Some(kind.to_owned()),
            };
            Wish::Seats(seats.iter().map(pick).collect())
        };
        (wish, want)
    }

    /// Sends the command to both and compares what they say.
    fn both(
        &mut self,
        command: &Command,
        book: Option<u8>,
        expect: impl FnOnce(&mut Naive) -> Expected,
    ) -> Result<(), TestCaseError> {
        let n = u32::try_from(command.id.0.as_u128()).expect("a small id");
        let words = format!("{:?}", command.ask);
        let by = (words, command.actor.owner.0[0]);
        let expected = match self.naive.done.get(&n) {
            Some((words, owner)) => {
                let same = *words == by.0 && (*owner == by.1 || command.actor.staff);
                if same {
                    Ok(false)
                } else {
                    Err(("id_reused", Vec::new()))
                }
            }
            None => expect(&mut self.naive),
        };
        let got = self.decide(command);
        if expected == Ok(true) {
            self.naive.done.insert(n, by);
        }
        self.sent.push(command.clone());
        match (&expected, &got) {
            (Ok(changes), Ok(changed)) => prop_assert_eq!(changes, changed, "{:?}", command),
            (Err((code, seats)), Err(refusal)) => {
                prop_assert_eq!(*code, refusal.code(), "{:?}", command);
                self.met.borrow_mut().refusals.insert(code);
                let named: BTreeSet<String> =
                    refusal.facts().seats.into_iter().map(|s| s.seat).collect();
                let wanted = seats.iter().map(|s| label(Some(*s)).to_string()).collect();
                let tells = matches!(*code, "seats_taken" | "orphan_seat" | "seats_sold");
                prop_assert!(!tells || named == wanted, "{:?}: {:?}", command, refusal);
            }
            _ => prop_assert!(false, "{command:?}: expected {expected:?}, got {got:?}"),
        }
        self.adopt(command, book, &expected)
    }

    /// The model does not choose the best seats: it looks whether those chosen were to be had.
    fn adopt(
        &mut self,
        command: &Command,
        book: Option<u8>,
        expected: &Expected,
    ) -> Result<(), TestCaseError> {
        let (Ask::Hold { wish, .. } | Ask::ChangeSeats { wish, .. }) = &command.ask else {
            return Ok(());
        };
        let (Wish::Best { party, .. }, Some(book), Ok(true)) = (wish, book, expected) else {
            return Ok(());
        };
        let record = self.state.booking(book_id(book)).expect("a booking");
        let seats: Vec<u16> = record.lines.iter().map(|l| l.seat.0).collect();
        let distinct: BTreeSet<u16> = seats.iter().copied().collect();
        prop_assert_eq!(distinct.len(), usize::from(party[0].count));
        let adopted = self.naive.adopt(book, &seats, &party[0].ticket_type);
        adopted.map_err(TestCaseError::fail)
    }

    fn step(&mut self, op: &Op) -> Result<(), TestCaseError> {
        match op {
            Op::Hold { who, fresh, raw } => {
                let who = person(*who);
                let book = if *fresh {
                    self.next_book
                } else {
                    self.pick(raw.kind)
                };
                self.next_book = self.next_book.max(book + 1);
                let (wish, want) = Self::want(raw, who);
                let rules = rules(&want);
                let booking = book_id(book);
                let command = self.command(
                    who,
                    Ask::Hold {
                        booking,
                        wish,
                        rules,
                        proof: Proof::default(),
                    },
                );
                self.met.borrow_mut().holds += 1;
                let chosen = |naive: &mut Naive| match best_of(raw, &want) {
                    Some(Err(refused)) if naive.may_choose(who, book) => Err((refused, vec![])),
                    Some(best) => naive.hold(who, book, Err(best.unwrap_or((0, "adult", false)))),
                    None => naive.hold(who, book, Ok(&want)),
                };
                let before = self.journal.len();
                self.both(&command, Some(book), chosen)?;
                self.met.borrow_mut().won += u32::from(self.journal.len() > before);
                Ok(())
            }
            Op::Change { of, who, raw } => {
                let (book, who) = self.one_of(*of, *who);
                let (wish, want) = Self::want(raw, who);
                let rules = rules(&want);
                let booking = book_id(book);
                let command = self.command(
                    who,
                    Ask::ChangeSeats {
                        booking,
                        wish,
                        rules,
                        proof: Proof::default(),
                    },
                );
                self.both(&command, Some(book), |naive| match best_of(raw, &want) {
                    Some(Err(refused)) if naive.may_change(who, book) => Err((refused, vec![])),
                    Some(best) => naive.change(who, book, Err(best.unwrap_or((0, "adult", false)))),
                    None => naive.change(who, book, Ok(&want)),
                })
            }
            Op::Release { of, who } => {
                let (book, who) = self.one_of(*of, *who);
                self.next_book = self.next_book.max(book + 1);
                let booking = book_id(book);
                let command = self.command(who, Ask::Release { booking });
                self.both(&command, Some(book), |naive| naive.release(who, book))
            }
            other => self.step_money(other),
        }
    }

    /// Seats, bookings and money are the same on both sides.
    fn compare(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.state.check(), Ok(()));
        let free = self.state.free(self.now());
        for seat in 0..SEATS {
            prop_assert_eq!(
                free.contains(SeatNo(seat)),
                self.naive.free(seat, None),
                "seat {}",
                seat
            );
            let owner = self.state.slots()[usize::from(seat)].booking();
            if let Some(book) = self.naive.owner(seat) {
                prop_assert_eq!(owner, Some(book_id(book)), "seat {}", seat);
            }
        }
        prop_assert_eq!(self.state.bookings().count(), self.naive.books.len());
        for (id, book) in &self.naive.books {
            let record = self.state.booking(book_id(*id)).expect("a booking");
            let view = record.state_at(self.now()).word();
            prop_assert_eq!(view, self.naive.view(book), "booking {}", id);
            prop_assert_eq!(record.total(), gbp(book.total), "booking {}", id);
            let waits = record.refund_asked.is_some();
            prop_assert_eq!(waits, book.waits.is_some(), "booking {}", id);
            let ends = (record.hold_until.0, record.held_at.0);
            prop_assert_eq!(ends, (book.until, book.held_at), "booking {}", id);
        }
        let kept: BTreeMap<PaymentId, i64> = self
            .state
            .payments()
            .map(|(id, p)| (id, p.keep_minor))
            .collect();
        let wanted = self
            .naive
            .kept
            .iter()
            .map(|(p, kept)| (payment_id(*p), *kept));
        prop_assert_eq!(kept, wanted.collect());
        self.adds_up()
    }

    /// Of each payment: what was paid is in seats, was kept for tickets that came back, or goes back.
    fn adds_up(&self) -> Result<(), TestCaseError> {
        for (id, payment) in self.state.payments() {
            let stands = self.state.booking(payment.booking);
            let stands = stands.filter(|r| r.payment == Some(id));
            let applied = stands.map_or(0, |r| r.total().minor);
            let back = payment.amount.minor - payment.keep_minor;
            let parts = applied + payment.fees_minor + back;
            prop_assert_eq!(payment.amount.minor, parts, "payment {:?}", id);
            prop_assert!(back >= 0 && payment.fees_minor >= 0);
        }
        Ok(())
    }
}

fn rules(want: &Want) -> HoldRules {
    HoldRules {
        orphans: if want.orphans_allowed {
            OrphanRule::Allow
        } else {
            OrphanRule::Refuse
        },
        over_limit: want.over_limit,
    }
}

/// For best seats: how many of what, or the refusal of an unknown category.
fn best_of(raw: &Raw, want: &Want) -> Option<Result<(usize, &'static str, bool), &'static str>> {
    let kind = want.kind;
    let max = if want.over_limit { SEATS } else { MAX };
    let odd = raw.odd == 3 && (1..=max).contains(&raw.many);
    raw.best.then_some(if odd {
        Err("unknown_category")
    } else {
        Ok((usize::from(raw.many), kind, want.over_limit))
    })
}

/// Plays one case to its end.
pub fn run(ops: &[Op], met: &RefCell<Met>) -> Result<(), TestCaseError> {
    let mut run = Run::new(met);
    for op in ops {
        run.step(op)?;
        run.compare()?;
    }
    let mut again = ShowState::new(SHOW);
    for (at, event) in &run.journal {
        again.apply(*at, event);
    }
    prop_assert!(again == run.state, "the journal folds to another state");
    witness::attest(&run.journal).map_err(TestCaseError::fail)
}
