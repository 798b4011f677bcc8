//! Cases that a person ends: what may be said about a payment, and cash that waits in a drawer.

use super::*;
use crate::{
    money::Money,
    refund::{RefundReason, RefundStep, RefundTerms},
    show::RefundRules,
    wire::{
        desk::{CaseHow, StoryWhat},
        refund::DeclinedHow,
    },
};

pub(super) const MANAGER: u8 = 9;

/// A show in a day that gives everything back, of which a clerk gives back nothing alone.
fn house() -> ShowState {
    let step = RefundStep {
        before_minutes: 0,
        keep_percent: 0,
    };
    house_with(vec![step], 0)
}

/// A show in a day with these terms.
pub(super) fn house_with(steps: Vec<RefundStep>, clerk_max_minor: i64) -> ShowState {
    let old = terms();
    let prices = PriceCard {
        refunds: Some(RefundTerms {
            steps,
            booking_fee_kept: false,
            clerk_max_minor,
        }),
        ..(*old.prices).clone()
    };
    let window = SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: UtcMillis::MAX,
    };
    let terms = ShowTerms {
        prices: Arc::new(prices),
        starts_at: NOW.plus_ms(crate::time::DAY_MS),
        windows: BTreeMap::from([(Channel::Web, window), (Channel::Counter, window)]),
        ..(*old).clone()
    };
    let mut state = ShowState::new(ShowId(1));
    must(&mut state, &command(99, Ask::Open(Arc::new(terms))), NOW);
    state
}

pub(super) fn by(who: u8, n: u128, ask: Ask) -> Command {
    Command {
        actor: Actor {
            owner: OwnerRef([who; 16]),
            staff: true,
            channel: Channel::Counter,
        },
        ..command(n, ask)
    }
}

pub(super) fn must(state: &mut ShowState, command: &Command, now: UtcMillis) -> Vec<Event> {
    does(state, command, now).expect("a yes")
}

/// A booking of two seats for 19.00 that was paid in cash.
pub(super) fn sold(state: &mut ShowState) -> PaymentId {
    let payment = PaymentId(Uuid::from_u128(40));
    let held = Command {
        actor: by(7, 0, Ask::Pause).actor,
        ..hold(1, 7, &["A1", "A2"])
    };
    must(state, &held, NOW);
    let pay = Ask::PayCash {
        booking: Uuid::from_u128(7),
        payment,
        given_minor: None,
    };
    must(state, &by(7, 2, pay), NOW);
    payment
}

pub(super) fn ask_back(seats: &[&str]) -> Ask {
    let seats = seats.iter().map(|s| s.parse().expect("a seat"));
    Ask::Refund {
        booking: Uuid::from_u128(7),
        seats: seats.collect(),
        reason: RefundReason::Unable,
        note: String::new(),
        rules: RefundRules {
            alone: false,
            waive: false,
        },
        told_minor: None,
    }
}

pub(super) fn verdict(asked: u128, approve: bool, note: &str) -> Ask {
    Ask::RefundVerdict {
        booking: Uuid::from_u128(7),
        asked: CommandId(Uuid::from_u128(asked)),
        approve,
        note: note.into(),
        manager: true,
    }
}

fn resolve(payment: PaymentId, how: CaseHow) -> Ask {
    resolve_of(payment, how, Some(950))
}

fn resolve_of(payment: PaymentId, how: CaseHow, told_minor: Option<i64>) -> Ask {
    Ask::ResolveCase {
        booking: Uuid::from_u128(7),
        payment,
        how,
        note: "at till 2".into(),
        told_minor,
    }
}

#[test]
fn cash_that_a_manager_approved_elsewhere_waits_until_a_till_has_handed_it_out() {
    let mut state = house();
    let payment = sold(&mut state);
    must(&mut state, &by(7, 3, ask_back(&["A1"])), NOW);
    must(&mut state, &by(MANAGER, 4, verdict(3, true, "")), NOW);
    let settled = Event::PaymentSettled { payment };
    state.apply(NOW, &settled);
    state.check().expect("sound");
    let known = state.payment(payment).expect("a payment");
    assert!(known.needs_somebody(NOW), "{known:?}");
    assert_eq!(known.to_hand_minor(), 950);
    // The desk looks at shows that wait for something, and nothing is done by itself.
    assert_eq!(state.next_due(), Some(UtcMillis::MAX));
    assert_eq!(state.next_end(NOW), None);

    let said = |how| by(7, 5, resolve(payment, how));
    let no = state.decide(&said(CaseHow::Told), NOW);
    let due = Money::new(950, "GBP".parse().expect("GBP"));
    assert_eq!(no, Err(Refusal::CashDue { due }));
    // Whoever was told another sum has another sum in the hand.
    for sum in [None, Some(949), Some(1_900)] {
        let blind = by(7, 5, resolve_of(payment, CaseHow::HandedOut, sum));
        assert_eq!(state.decide(&blind, NOW), Err(Refusal::CashDue { due }));
    }
    must(&mut state, &said(CaseHow::HandedOut), NOW);
    assert_eq!(state.next_due(), None);
    let known = state.payment(payment).expect("a payment");
    assert!(!known.needs_somebody(NOW));
    // The same again is the same; somebody else is told that it was done.
    assert_eq!(state.decide(&said(CaseHow::HandedOut), NOW), Ok(Vec::new()));
    let second = by(8, 6, resolve(payment, CaseHow::HandedOut));
    let refused = Refusal::CaseResolved {
        at: NOW,
        how: CaseHow::HandedOut,
    };
    assert_eq!(state.decide(&second, NOW), Err(refused));

    // What is approved afterwards waits again, alone.
    must(&mut state, &by(7, 7, ask_back(&["A2"])), NOW);
    must(&mut state, &by(MANAGER, 8, verdict(7, true, "")), NOW);
    let known = state.payment(payment).expect("a payment");
    assert_eq!(known.to_hand_minor(), 950);
    // That cash is out says nothing of money that does not go back.
    let late = NOW.plus_ms(crate::show::OVERDUE_MS);
    must(
        &mut state,
        &by(7, 9, resolve(payment, CaseHow::HandedOut)),
        NOW,
    );
    let known = state.payment(payment).expect("a payment");
    assert!(
        !known.needs_somebody(NOW) && known.is_in_trouble(late),
        "{known:?}"
    );
    let told = by(7, 10, resolve_of(payment, CaseHow::Told, None));
    must(&mut state, &told, late);
    let known = state.payment(payment).expect("a payment");
    assert!(!known.needs_somebody(late));
}

#[test]
fn cash_that_is_given_back_at_the_till_waits_for_nobody() {
    let mut state = house();
    let payment = sold(&mut state);
    let alone = RefundRules {
        alone: true,
        waive: false,
    };
    let Ask::Refund { booking, .. } = ask_back(&[]) else {
        unreachable!("a refund");
    };
    let now = Ask::Refund {
        booking,
        seats: Vec::new(),
        reason: RefundReason::Unable,
        note: String::new(),
        rules: alone,
        told_minor: None,
    };
    must(&mut state, &by(MANAGER, 3, now), NOW);
    let known = state.payment(payment).expect("a payment");
    assert!(!known.needs_somebody(NOW), "{known:?}");
    let told = by(7, 4, resolve(payment, CaseHow::Told));
    assert_eq!(state.decide(&told, NOW), Err(Refusal::NoSuchCase));
    let other = Ask::ResolveCase {
        booking: Uuid::from_u128(8),
        payment,
        how: CaseHow::Told,
        note: String::new(),
        told_minor: None,
    };
    assert_eq!(
        state.decide(&by(7, 5, other), NOW),
        Err(Refusal::NoSuchCase)
    );
}

#[test]
fn cash_of_a_show_that_is_called_off_waits_for_those_who_paid() {
    let mut state = house();
    let payment = sold(&mut state);
    let off = Ask::CancelShow {
        reason: "projector".into(),
    };
    must(&mut state, &by(MANAGER, 3, off), NOW);
    let known = state.payment(payment).expect("a payment");
    assert_eq!(known.to_hand_minor(), 1_900);
}

#[test]
fn what_goes_back_by_itself_is_not_handed_out_as_well() {
    let mut state = house();
    must(&mut state, &hold(1, 7, &["A1"]), NOW);
    let payment = PaymentId(Uuid::from_u128(41));
    let news = news(&state, 7, 41, PaymentState::Authorised);
    let release = Ask::Release {
        booking: Uuid::from_u128(7),
    };
    must(&mut state, &command(2, release), NOW);
    must(&mut state, &news, NOW);
    let cash = by(7, 4, resolve(payment, CaseHow::HandedOut));
    assert_eq!(state.decide(&cash, NOW), Err(Refusal::NoCashDue));
    // It was overdue, somebody saw to it, and it needs nobody any more although it goes on.
    let later = NOW.plus_ms(crate::show::OVERDUE_MS);
    let known = state.payment(payment).expect("a payment").clone();
    assert!(!known.needs_somebody(NOW) && known.needs_somebody(later));
    must(
        &mut state,
        &by(7, 5, resolve(payment, CaseHow::PaidBack)),
        later,
    );
    let known = state.payment(payment).expect("a payment");
    assert!(!known.settled && !known.needs_somebody(later));
    let customer = command(6, resolve(payment, CaseHow::Told));
    assert_eq!(state.decide(&customer, later), Err(Refusal::RefundByStaff));
}

#[test]
fn a_refund_that_was_not_made_is_told_with_its_note_to_staff_alone() {
    let mut state = house();
    sold(&mut state);
    must(&mut state, &by(7, 3, ask_back(&["A1"])), NOW);
    must(
        &mut state,
        &by(MANAGER, 4, verdict(3, false, "they came")),
        NOW,
    );
    must(&mut state, &by(7, 5, ask_back(&["A1"])), NOW);
    must(&mut state, &by(7, 6, verdict(5, false, "")), NOW);
    must(&mut state, &by(7, 7, ask_back(&["A2"])), NOW);
    let over = NOW.plus_ms(crate::time::DAY_MS);
    must(&mut state, &by(7, 8, Ask::Expire), over);
    let booking = Uuid::from_u128(7);
    let told = state.staff_view(booking, 1, over).expect("a booking");
    let how: Vec<_> = told.refunds_declined.iter().map(|d| d.how).collect();
    assert_eq!(
        how,
        [
            DeclinedHow::Refused,
            DeclinedHow::Withdrawn,
            DeclinedHow::Lapsed
        ]
    );
    assert_eq!(told.refunds_declined[0].note, "they came");
    let told = state.booking_view(booking, 1, over).expect("a booking");
    assert!(told.refunds_declined.iter().all(|d| d.note.is_empty()));
}

#[test]
fn a_story_tells_what_happened_to_one_booking_and_who_did_it() {
    let mut state = house();
    let mut all: Vec<(UtcMillis, Event)> = Vec::new();
    let mut deed = |state: &mut ShowState, command: &Command| {
        let events = must(state, command, NOW);
        all.extend(events.into_iter().map(|event| (NOW, event)));
    };
    let held = Command {
        actor: by(7, 0, Ask::Pause).actor,
        ..hold(1, 7, &["A1", "A2"])
    };
    deed(&mut state, &held);
    deed(&mut state, &hold(2, 8, &["B1"]));
    let payment = PaymentId(Uuid::from_u128(40));
    let pay = Ask::PayCash {
        booking: Uuid::from_u128(7),
        payment,
        given_minor: None,
    };
    deed(&mut state, &by(7, 3, pay));
    deed(&mut state, &by(7, 4, ask_back(&["A1"])));
    deed(&mut state, &by(MANAGER, 5, verdict(4, true, "")));
    deed(&mut state, &by(8, 6, resolve(payment, CaseHow::HandedOut)));
    let off = Ask::CancelShow {
        reason: "projector".into(),
    };
    deed(&mut state, &by(MANAGER, 7, off));
    let story = state.story(Uuid::from_u128(7), all.iter().map(|(at, e)| (*at, e)));
    let what: Vec<_> = story.iter().map(|(step, _)| step.what).collect();
    assert_eq!(
        what,
        [
            StoryWhat::Held,
            StoryWhat::Paid,
            StoryWhat::Confirmed,
            StoryWhat::RefundAsked,
            StoryWhat::Refunded,
            StoryWhat::CaseResolved,
            StoryWhat::ShowCancelled,
        ]
    );
    let who = |at: usize| story[at].1;
    assert_eq!(who(3), Some(OwnerRef([7; 16])));
    assert_eq!(who(4), Some(OwnerRef([MANAGER; 16])));
    let resolved = &story[5].0;
    assert_eq!(resolved.note, "at till 2");
    assert_eq!(resolved.why.as_deref(), Some("handed_out"));
    assert_eq!(story[4].0.amount.map(|m| m.minor), Some(950));
    // The other booking has its own.
    let other = state.story(Uuid::from_u128(8), all.iter().map(|(at, e)| (*at, e)));
    let what: Vec<_> = other.iter().map(|(step, _)| step.what).collect();
    assert_eq!(what, [StoryWhat::Held, StoryWhat::ShowCancelled]);
}
