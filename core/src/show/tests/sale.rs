//! What `can_sell` and `why` say is what a hold is told.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use uuid::Uuid;

use super::{NOW, command, does, terms};
use crate::{
    ids::OwnerRef,
    layout::SeatLayout,
    price::Channel,
    refusal::Refusal,
    sale::{Audience, CodeHash, Prebook, SaleAsk, SaleRules},
    show::{
        Actor, Ask, Command, HoldRules, OrphanRule, Party, Proof, SalesWindow, SeatPick, ShowState,
        ShowTerms, Wish,
    },
    time::UtcMillis,
};

const HALL: &str = "name: N\n\nA  wcoooo%\nB  oooooox\n";
const SEATS: [&str; 14] = [
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "B1", "B2", "B3", "B4", "B5", "B6", "B7",
];

fn ruled() -> Arc<ShowTerms> {
    let label = |text: &str| text.parse().expect("a label");
    let window = |opens: i64, closes: i64| SalesWindow {
        opens_at: NOW.plus_ms(opens),
        closes_at: NOW.plus_ms(closes),
    };
    Arc::new(ShowTerms {
        layout: Arc::new(SeatLayout::parse(HALL).expect("a hall")),
        starts_at: NOW.plus_ms(1_000_000),
        windows: BTreeMap::from([
            (Channel::Web, window(100_000, 800_000)),
            (Channel::Counter, window(0, 900_000)),
        ]),
        rules: SaleRules {
            prebook: vec![Prebook {
                channel: Channel::Web,
                audience: Audience::Code(CodeHash::of("s", "dune")),
                opens_at: NOW,
                closes_at: NOW.plus_ms(100_000),
            }],
            counter_reserve: 3,
            house_free_at: Some(NOW.plus_ms(400_000)),
            per_booking: BTreeMap::from([(Channel::Web, 4)]),
            per_customer: BTreeMap::from([(Channel::Web, 5)]),
            companions: true,
            pairs: vec![[label("B1"), label("B2")]],
        },
        ..(*terms()).clone()
    })
}

/// Somebody's wish, some time after the one before.
#[derive(Clone, Debug)]
struct Turn {
    who: u8,
    seats: Vec<usize>,
    best: bool,
    code: bool,
    special: bool,
    later_ms: i64,
}

fn turn() -> impl Strategy<Value = Turn> {
    let seats = proptest::collection::vec(0..SEATS.len(), 0..6);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (0..4_u8, seats, flags, 0..150_000_i64).prop_map(
        |(who, seats, (best, code, special), later_ms)| Turn {
            who,
            seats,
            best,
            code,
            special,
            later_ms,
        },
    )
}

impl Turn {
    fn wish(&self) -> Wish {
        if self.best {
            let count = u16::try_from(self.seats.len()).expect("few");
            let ticket_type = "adult".to_owned();
            return Wish::Best {
                party: vec![Party { ticket_type, count }],
                zone: crate::best::Zone::Any,
                category: None,
                accessible: self.special,
                skip: 0,
            };
        }
        let pick = |seat: &usize| SeatPick {
            seat: SEATS[*seat].parse().expect("a label"),
            ticket_type: None,
        };
        Wish::Seats(self.seats.iter().map(pick).collect())
    }

    fn actor(&self) -> Actor {
        let staff = self.who == 3;
        Actor {
            owner: OwnerRef([self.who; 16]),
            staff,
            channel: if staff {
                Channel::Counter
            } else {
                Channel::Web
            },
        }
    }

    fn command(&self, n: u128) -> Command {
        let codes = if self.code {
            vec!["DUNE".into()]
        } else {
            vec![]
        };
        let ask = Ask::Hold {
            booking: Uuid::from_u128(1_000 + n),
            wish: self.wish(),
            rules: HoldRules {
                orphans: if self.special {
                    OrphanRule::Allow
                } else {
                    OrphanRule::Refuse
                },
                over_limit: self.special && self.who == 3,
            },
            proof: Proof {
                codes,
                member: None,
            },
        };
        Command {
            actor: self.actor(),
            ..command(100 + n, ask)
        }
    }
}

/// What the rules say to a hold before it is asked for.
fn foretold(state: &ShowState, command: &Command, now: UtcMillis) -> Result<(), Refusal> {
    let Ask::Hold {
        wish, rules, proof, ..
    } = &command.ask
    else {
        panic!("not a hold");
    };
    let ask = SaleAsk {
        channel: command.actor.channel,
        owner: Some(command.actor.owner),
        proof: Some(proof),
        rules: *rules,
        own: None,
        wish: Some(wish),
    };
    let (verdict, why) = (state.can_sell(&ask, now), state.why(&ask, now));
    let last = verdict.steps.last().expect("a step");
    assert_eq!(last.says.clone().map(drop), verdict.answer, "the last step");
    let refusals = why.rules.iter().filter(|step| !step.passes).count();
    assert_eq!(refusals, usize::from(!why.sold));
    let code = verdict.answer.as_ref().err().map(|r| r.code().to_owned());
    assert_eq!(why.code, code);
    let told = serde_json::to_string(&why).expect("json");
    for (id, record) in state.bookings() {
        assert!(!told.contains(&id.to_string()) && !told.contains(&record.owner.to_string()));
    }
    verdict.answer
}

/// What is true after a sale on the web, by a look at the books and not by the rules.
fn keeps_the_rules(state: &ShowState, turn: &Turn, n: u128, now: UtcMillis) {
    let record = state.booking(Uuid::from_u128(1_000 + n)).expect("held");
    let seats: Vec<String> = record
        .lines
        .iter()
        .filter_map(|line| state.label(line.seat))
        .map(|label| label.to_string())
        .collect();
    let has = |label: &str| seats.iter().any(|s| s == label);
    let theirs = state
        .bookings()
        .filter(|(_, r)| r.owner == record.owner && r.is_living(now));
    let theirs: usize = theirs.map(|(_, r)| r.lines.len()).sum();
    assert!(
        seats.len() <= 4 && theirs <= 5,
        "{} and {theirs}",
        seats.len()
    );
    assert!(state.free(now).len() >= 3, "the counter has its seats");
    assert_eq!(has("B1"), has("B2"), "a pair is not split");
    assert!(!has("A2") || has("A1"), "a companion is not alone");
    let past = now.0 - NOW.0;
    assert!(!has("A7") || past >= 400_000, "the house has its seat");
    assert!(!has("B7"), "nobody sits on what is broken");
    let prebook = turn.code && past < 100_000;
    assert!(prebook || (100_000..800_000).contains(&past));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn a_hold_is_told_what_the_rules_say(turns in proptest::collection::vec(turn(), 1..24)) {
        let mut state = ShowState::new(crate::ids::ShowId(1));
        does(&mut state, &command(1, Ask::Open(ruled())), NOW).expect("opened");
        let mut now = NOW;
        for (n, turn) in (0_u128..).zip(&turns) {
            now = now.plus_ms(turn.later_ms);
            let command = turn.command(n);
            let says = foretold(&state, &command, now);
            let comes = does(&mut state, &command, now).map(drop);
            prop_assert_eq!(&says, &comes);
            if comes.is_ok() && turn.who != 3 {
                keeps_the_rules(&state, turn, n, now);
            }
        }
    }
}

#[test]
fn a_repeat_without_proof_is_named_as_before() {
    let turn = Turn {
        who: 1,
        seats: vec![2, 3],
        best: false,
        code: false,
        special: false,
        later_ms: 0,
    };
    let (plain, code) = (turn.command(1), Turn { code: true, ..turn }.command(1));
    assert_ne!(plain.fingerprint(), code.fingerprint());
    // The name that a program from before there were codes gave to this very request.
    let booking = Uuid::from_u128(1_001);
    let text = format!("hold {booking} A3=- A4=- ");
    let named = crate::ids::digest16(&[text.as_bytes()]);
    assert_eq!(plain.fingerprint().0, named);
}
