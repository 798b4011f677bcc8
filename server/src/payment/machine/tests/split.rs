//! Several tenders for one payment: all of them or none, whoever dies in between.

use super::{money as money_of_all, *};

const VOUCHER: i64 = 500;
const CARD: i64 = 1_000;
const CASH: i64 = 400;

/// A payment by a voucher, a card and cash.
fn three() -> Account {
    let part = |means, amount| Part::new(fresh().id, means, amount);
    fresh().of_parts(vec![
        part(Tender::Cash, CASH),
        part(Tender::Card, CARD),
        part(Tender::Voucher, VOUCHER),
    ])
}

/// What a provider says of a tender.
fn says(account: &Account, means: Tender, status: ChargeStatus, money: (i64, i64)) -> Input {
    let part = account.parts.iter().find(|p| p.means == means);
    let (part, (captured, refunded)) = (part.expect("a tender"), money);
    Input::Learned(Charge {
        payment: part.id,
        amount: Money::new(part.amount, money_of_all().currency),
        status,
        captured,
        refunded,
        reason: (status == ChargeStatus::Declined).then(|| "no".to_owned()),
        ..charge(status, captured, refunded)
    })
}

fn hear(account: &mut Account, means: Tender, status: ChargeStatus, money: (i64, i64)) -> Step {
    let input = says(account, means, status, money);
    step(account, &input, 5)
}

fn promise(account: &mut Account, means: &[Tender]) {
    for means in means {
        hear(account, *means, ChargeStatus::Authorised, (0, 0));
    }
}

const ALL: [Tender; 3] = [Tender::Voucher, Tender::Card, Tender::Cash];

/// What the next call is, and about which means.
fn next(account: &Account) -> Option<(Tender, Call)> {
    account.next_call().map(|(part, call)| (part.means, call))
}

/// The money of each means: what is in seats, on its way back, and back.
fn money_of(account: &Account, means: Tender) -> (i64, i64, i64) {
    let part = account.parts.iter().find(|p| p.means == means);
    let part = part.expect("a tender");
    let due = part.ordered_back - part.refunded;
    (part.captured - part.ordered_back, due, part.refunded)
}

#[test]
fn tenders_are_asked_for_in_order_and_the_card_has_the_payments_own_id() {
    let account = three();
    let order: Vec<_> = account.parts.iter().map(|p| p.means).collect();
    assert_eq!(order, ALL);
    let ids: std::collections::BTreeSet<_> = account.parts.iter().map(|p| p.id).collect();
    assert_eq!(ids.len(), 3);
    let alone = fresh().of_parts(vec![Part::new(fresh().id, Tender::Voucher, AMOUNT)]);
    assert_ne!(alone.parts[0].id, alone.id, "whoever pays chose that one");
    assert_eq!(account.parts[1].id, account.id);
    assert_eq!(three(), account, "the same ids each time");
    assert_eq!(account.tender(), Tender::Split);
    assert_eq!(fresh().tender(), Tender::Card);
}

#[test]
fn nothing_is_told_before_all_are_promised_and_nothing_counts_before_all_are_taken() {
    let mut account = three();
    promise(&mut account, &ALL[..2]);
    assert_eq!(
        (account.state, account.tell_at),
        (PaymentState::Pending, None)
    );
    let told = hear(&mut account, Tender::Cash, ChargeStatus::Authorised, (0, 0));
    assert!(told.announce);
    assert_eq!(account.announcement().tender, Tender::Split);
    step(&mut account, &settle(AMOUNT, 5), 6);
    // A bank may refuse, so it is asked first.
    let card = Call::Capture { minor: CARD };
    assert_eq!(next(&account), Some((Tender::Card, card)));
    for (means, minor) in [(Tender::Card, CARD), (Tender::Voucher, VOUCHER)] {
        hear(&mut account, means, ChargeStatus::Captured, (minor, 0));
        assert_eq!(account.state, PaymentState::Authorised, "{means:?}");
    }
    hear(
        &mut account,
        Tender::Cash,
        ChargeStatus::Captured,
        (CASH, 0),
    );
    assert!(account.is_settled() && account.is_final());
    assert_eq!(
        (account.state, account.captured),
        (PaymentState::Captured, AMOUNT)
    );
}

#[test]
fn one_that_is_refused_takes_the_others_with_it_and_the_hold_goes_on() {
    let mut account = three();
    promise(&mut account, &[Tender::Voucher]);
    hear(&mut account, Tender::Card, ChargeStatus::Declined, (0, 0));
    assert_eq!(
        account.state,
        PaymentState::Pending,
        "the voucher is not back yet"
    );
    assert_eq!(next(&account), Some((Tender::Voucher, Call::Void)));
    hear(&mut account, Tender::Voucher, ChargeStatus::Voided, (0, 0));
    assert_eq!(next(&account), Some((Tender::Cash, Call::Void)));
    let last = hear(&mut account, Tender::Cash, ChargeStatus::Voided, (0, 0));
    assert!(account.is_final() && account.is_settled() && !last.announce);
    assert_eq!(account.state, PaymentState::Declined);
    assert_eq!(
        account.reason.as_deref(),
        Some("card: no"),
        "it names the tender"
    );
    assert!(account.tried);
}

#[test]
fn a_capture_that_is_refused_gives_back_what_was_promised_and_what_was_taken() {
    let mut account = three();
    promise(&mut account, &ALL);
    step(&mut account, &settle(AMOUNT, 5), 6);
    // Against the order, as after a message that came late.
    hear(
        &mut account,
        Tender::Voucher,
        ChargeStatus::Captured,
        (VOUCHER, 0),
    );
    hear(
        &mut account,
        Tender::Card,
        ChargeStatus::CaptureRefused,
        (0, 0),
    );
    assert_eq!(account.state, PaymentState::RefundDue);
    assert_eq!(money_of(&account, Tender::Voucher), (0, VOUCHER, 0));
    hear(
        &mut account,
        Tender::Voucher,
        ChargeStatus::Captured,
        (VOUCHER, VOUCHER),
    );
    assert_eq!(next(&account), Some((Tender::Cash, Call::Void)));
    hear(&mut account, Tender::Cash, ChargeStatus::Voided, (0, 0));
    assert_eq!(account.state, PaymentState::Refunded);
    assert!(!account.is_settled(), "booking wanted all of it");
    step(&mut account, &settle(0, 6), 7);
    assert!(account.is_settled());
}

#[test]
fn money_goes_back_to_the_card_first_then_as_cash_and_onto_the_voucher_last() {
    let mut account = three();
    promise(&mut account, &ALL);
    step(&mut account, &settle(AMOUNT, 5), 6);
    for (means, minor) in [
        (Tender::Card, CARD),
        (Tender::Voucher, VOUCHER),
        (Tender::Cash, CASH),
    ] {
        hear(&mut account, means, ChargeStatus::Captured, (minor, 0));
    }
    let kept = |account: &Account| ALL.map(|means| money_of(account, means).0);
    for (keep, ver, expected) in [
        (1_200, 6, [500, 300, 400]),
        (700, 7, [500, 0, 200]),
        (300, 8, [300, 0, 0]),
        (0, 9, [0, 0, 0]),
    ] {
        step(&mut account, &settle(keep, ver), 10);
        assert_eq!(kept(&account), expected, "keep {keep}");
        assert_eq!(account.applied(), keep);
    }
}

#[test]
fn what_is_in_the_house_goes_back_although_the_bank_is_away() {
    let mut account = three();
    promise(&mut account, &ALL);
    step(&mut account, &settle(0, 5), 6);
    assert_eq!(next(&account), Some((Tender::Voucher, Call::Void)));
    hear(&mut account, Tender::Voucher, ChargeStatus::Voided, (0, 0));
    hear(&mut account, Tender::Cash, ChargeStatus::Voided, (0, 0));
    assert_eq!(next(&account), Some((Tender::Card, Call::Void)));
    hear(&mut account, Tender::Card, ChargeStatus::Voided, (0, 0));
    assert_eq!(
        (account.state, account.settled_ver),
        (PaymentState::Voided, Some(5))
    );
}

#[test]
fn a_tender_has_its_turn_when_those_before_it_are_promised() {
    let mut account = three();
    assert_eq!(next(&account), Some((Tender::Voucher, Call::Resolve)));
    promise(&mut account, &[Tender::Voucher]);
    assert_eq!(next(&account), Some((Tender::Card, Call::Resolve)));
    hear(&mut account, Tender::Card, ChargeStatus::Pending, (0, 0));
    assert_eq!(next(&account), Some((Tender::Card, Call::Resolve)));
    promise(&mut account, &[Tender::Card]);
    assert_eq!(next(&account), Some((Tender::Cash, Call::Resolve)));
}

#[test]
fn of_several_tenders_that_nobody_knows_any_more_the_card_is_found_again() {
    let ask = Settle {
        payment: fresh().id,
        booking: fresh().booking,
        amount: money(),
        tender: Tender::Split,
        keep_minor: AMOUNT,
        ver: 4,
        reopened_at: None,
    };
    let mut account = Account::unheard(&ask, UtcMillis(0));
    step(&mut account, &settle(AMOUNT, 4), 1);
    assert_eq!(account.announcement().tender, Tender::Split);
    step(&mut account, &learned(ChargeStatus::Captured, CARD, 0), 2);
    assert_eq!((account.captured, account.is_settled()), (CARD, false));
    assert_eq!(account.call(), None, "a person has to look");
    step(&mut account, &settle(0, 5), 3);
    let back = Call::Refund { total_minor: CARD };
    assert_eq!(account.call(), Some(back), "what is there goes back");
}

#[test]
fn news_of_a_tender_that_is_none_of_its_own_changes_nothing() {
    let mut account = three();
    let stranger = Charge {
        payment: PaymentId(Uuid::from_u128(99)),
        ..charge(ChargeStatus::Captured, AMOUNT, 0)
    };
    let before = account.parts.clone();
    step(&mut account, &Input::Learned(stranger), 5);
    assert_eq!(account.parts, before);
}

/// Every provider's own books.
fn ledgers(account: &Account) -> Vec<Charge> {
    let ledger = |part: &Part| Charge {
        payment: part.id,
        amount: Money::new(part.amount, account.amount.currency),
        ..charge(ChargeStatus::Authorised, 0, 0)
    };
    account.parts.iter().map(ledger).collect()
}

/// Asks whoever has to be asked until nothing is left to ask.
fn play_all(account: &mut Account, ledgers: &mut [Charge]) {
    for i in 0..40 {
        let Some((id, call)) = account.next_call().map(|(part, call)| (part.id, call)) else {
            return;
        };
        let ledger = ledgers.iter_mut().find(|l| l.payment == id);
        let ledger = ledger.expect("a provider");
        obey(ledger, call);
        step(account, &Input::Learned(ledger.clone()), 10_000 + i);
    }
    panic!("it never ends: {account:?}");
}

fn any_news() -> impl Strategy<Value = (usize, Charge)> {
    (0..3_usize, any_charge())
}

fn any_happening() -> impl Strategy<Value = (Option<usize>, Input)> {
    prop_oneof![
        4 => any_news().prop_map(|(which, charge)| (Some(which), Input::Learned(charge))),
        1 => Just((None, missed())),
        2 => (0..=AMOUNT, 1..6_u64).prop_map(|(minor, ver)| (None, settle(minor, ver))),
        1 => Just((None, settle(0, 0))),
        1 => Just((None, Input::Tell)),
        1 => Just((None, Input::Reopen)),
    ]
}

proptest! {
    #[test]
    fn each_tender_adds_up_whatever_happens(
        happenings in proptest::collection::vec((any_happening(), 0..400_000_i64), 1..30)
    ) {
        let mut account = three();
        let mut now = 0;
        for ((which, input), passed) in &happenings {
            now += passed;
            let mut input = input.clone();
            if let (Some(part), Input::Learned(charge)) =
                (which.and_then(|at| account.parts.get(at)), &mut input)
            {
                charge.payment = part.id;
                charge.captured = charge.captured.min(part.amount);
                charge.refunded = charge.refunded.min(charge.captured);
            }
            let before = account.clone();
            account.step(&input, at(now));
            prop_assert_eq!(account.check(), Ok(()));
            for (part, was) in account.parts.iter().zip(&before.parts) {
                prop_assert!(part.captured >= was.captured);
                prop_assert!(part.ordered_back >= was.ordered_back);
                prop_assert!(part.refunded >= was.refunded);
                prop_assert!(part.refunded <= part.ordered_back);
                prop_assert!(part.ordered_back <= part.captured);
            }
        }
        // Whatever was said, what is asked comes to an end.
        let mut truth = ledgers(&account);
        for (ledger, part) in truth.iter_mut().zip(&account.parts) {
            ledger.status = part.status;
            (ledger.captured, ledger.refunded) = (part.captured, part.refunded);
            if ledger.status == ChargeStatus::Pending {
                ledger.status = ChargeStatus::Authorised;
            }
        }
        play_all(&mut account, &mut truth);
        prop_assert_eq!(account.check(), Ok(()));
        if let Some(keep) = account.keep.filter(|_| account.is_settled()) {
            let there: i64 = truth.iter().map(|l| l.captured - l.refunded).sum();
            prop_assert_eq!(there, keep.minor);
        }
    }

    #[test]
    fn whatever_booking_keeps_is_kept_in_the_end(
        mut settles in proptest::collection::vec((0..=AMOUNT, 2..9_u64), 1..6),
        taken_first in any::<bool>(),
    ) {
        settles.sort_by_key(|(_, ver)| *ver);
        settles.dedup_by_key(|(_, ver)| *ver);
        let mut least = AMOUNT;
        for (keep, _) in &mut settles {
            least = least.min(*keep);
            *keep = least;
        }
        let mut account = three();
        let mut truth = ledgers(&account);
        for ledger in truth.clone() {
            step(&mut account, &Input::Learned(ledger), 1);
        }
        if taken_first {
            step(&mut account, &settle(AMOUNT, 1), 1);
            play_all(&mut account, &mut truth);
        }
        for (minor, ver) in &settles {
            step(&mut account, &settle(*minor, *ver), 2);
        }
        play_all(&mut account, &mut truth);
        let (keep, ver) = settles[settles.len() - 1];
        prop_assert_eq!(account.settled_ver, Some(ver));
        prop_assert_eq!(truth.iter().map(|l| l.captured - l.refunded).sum::<i64>(), keep);
        prop_assert!(truth.iter().all(|l| l.status != ChargeStatus::Authorised));
    }
}

#[test]
fn a_tender_that_can_not_be_asked_holds_up_no_other_and_is_named() {
    let mut account = three();
    promise(&mut account, &ALL);
    step(&mut account, &settle(0, 7), 6);
    // The voucher's row can't be read, time and again: each of the others has its turn.
    let mut asked = Vec::new();
    for _ in 0..40 {
        let Some((means, call)) = next(&account) else {
            break;
        };
        assert_eq!(call, Call::Void);
        asked.push(means);
        if means == Tender::Voucher {
            step(&mut account, &missed(), 7);
        } else {
            hear(&mut account, means, ChargeStatus::Voided, (0, 0));
        }
    }
    assert!(asked[..4].contains(&Tender::Card) && asked[..4].contains(&Tender::Cash));
    assert_eq!(next(&account), Some((Tender::Voucher, Call::Void)));
    let why = account.reason.clone().unwrap_or_default();
    assert!(why.starts_with("voucher: no answer"), "{why}");
}

#[test]
fn a_card_that_does_not_answer_is_still_taken_before_the_others() {
    let mut account = three();
    promise(&mut account, &ALL);
    step(&mut account, &settle(AMOUNT, 7), 6);
    for _ in 0..5 {
        assert_eq!(
            next(&account),
            Some((Tender::Card, Call::Capture { minor: CARD }))
        );
        step(&mut account, &missed(), 7);
    }
}

#[test]
fn a_card_that_was_given_back_elsewhere_leaves_the_split_to_a_person() {
    let mut account = three();
    promise(&mut account, &ALL);
    step(&mut account, &settle(AMOUNT, 7), 6);
    for (means, minor) in [
        (Tender::Card, CARD),
        (Tender::Voucher, VOUCHER),
        (Tender::Cash, CASH),
    ] {
        hear(&mut account, means, ChargeStatus::Captured, (minor, 0));
    }
    assert!(account.is_settled());
    let Input::Learned(gone) = says(&account, Tender::Card, ChargeStatus::Captured, (CARD, CARD))
    else {
        panic!("an answer");
    };
    let done = step(&mut account, &Input::Heard(gone), 8);
    assert!(done.short && done.announce, "{account:?}");
    assert!(account.reason.is_some() && !account.is_settled());
    assert_eq!(
        account.call(),
        None,
        "nothing goes back that nobody asked for"
    );
}
