//! What booking says to payment, and when it has nothing to say.

use super::{NOW, does, hold, news, opened};
use crate::{
    message::{Announcement, Tender},
    show::{Ask, Command},
    wire::payment::PaymentState,
};

#[test]
fn of_what_is_done_nothing_is_said_again() {
    let mut state = opened();
    does(&mut state, &hold(2, 20, &["A1", "A2"]), NOW).expect("held");
    let mut authorised = news(&state, 20, 200, PaymentState::Authorised);
    does(&mut state, &authorised, NOW).expect("secured");
    let said = |news: &Announcement, state: &crate::show::ShowState| state.settle_for(news);
    let Ask::Announced(told) = &mut authorised.ask else {
        panic!("no news");
    };
    let asked = said(told, &state).expect("a settlement");
    // Before it is done, whoever announces is answered, however often.
    told.settled_ver = Some(asked.ver);
    told.state = PaymentState::Captured;
    assert_eq!(said(told, &state).as_ref(), Some(&asked));
    let told = told.clone();
    does(&mut state, &authorised, NOW).expect("confirmed");
    assert_eq!(said(&told, &state), None);
    // Whoever has not heard of it, or speaks of something else, is answered.
    for other in [
        Announcement {
            settled_ver: None,
            ..told.clone()
        },
        Announcement {
            settled_ver: Some(asked.ver - 1),
            ..told.clone()
        },
    ] {
        assert_eq!(said(&other, &state).as_ref(), Some(&asked));
    }
    let mut dearer = told;
    dearer.amount.minor += 1;
    let keep = said(&dearer, &state).map(|settle| settle.keep_minor);
    assert_eq!(keep, Some(0));
}

#[test]
fn who_knows_one_tender_alone_is_told_of_the_whole_and_gives_nothing_back() {
    let mut state = opened();
    does(&mut state, &hold(2, 20, &["A1", "A2"]), NOW).expect("held");
    let Ask::Announced(mut whole) = news(&state, 20, 200, PaymentState::Captured).ask else {
        panic!("no news");
    };
    whole.tender = Tender::Split;
    let told = Command {
        ask: Ask::Announced(whole.clone()),
        ..news(&state, 20, 200, PaymentState::Captured)
    };
    does(&mut state, &told, NOW).expect("confirmed");
    let mut card = whole.clone();
    card.tender = Tender::Card;
    card.amount.minor -= 900;
    let asked = state.settle_for(&card).expect("a settlement");
    assert_eq!((asked.tender, asked.amount), (Tender::Split, whole.amount));
    assert_eq!(asked.keep_minor, whole.amount.minor);
    // Another payment under its id is another matter.
    card.booking.uuid = uuid::Uuid::from_u128(99);
    assert_eq!(state.settle_for(&card).map(|s| s.keep_minor), Some(0));
}

#[test]
fn what_a_lost_journal_asked_for_is_not_done_here() {
    let mut state = opened();
    does(&mut state, &hold(2, 20, &["A1", "A2"]), NOW).expect("held");
    let first = news(&state, 20, 200, PaymentState::Captured);
    does(&mut state, &first, NOW).expect("confirmed");
    // A second payment for the same seats: nothing of it is kept.
    let second = news(&state, 20, 201, PaymentState::Captured);
    does(&mut state, &second, NOW).expect("returned");
    let Ask::Announced(told) = second.ask else {
        panic!("no news");
    };
    let asked = state.settle_for(&told).expect("a settlement");
    assert_eq!((asked.keep_minor, asked.reopened_at), (0, None));
    let mut says = |ver| {
        let done = Announcement {
            settled_ver: Some(ver),
            reopened_at: Some(NOW),
            ..told.clone()
        };
        let answer = state.settle_for(&done);
        let said = super::command(0, Ask::Announced(done));
        let events = does(&mut state, &said, NOW).expect("heard");
        (events.len(), answer.map(|a| (a.ver, a.reopened_at)))
    };
    // Payment obeyed a version that this journal has yet to reach.
    let answer = Some((asked.ver, Some(NOW)));
    assert_eq!(says(asked.ver + 16), (0, answer));
    assert_eq!(says(asked.ver), (1, answer), "that was asked");
}
