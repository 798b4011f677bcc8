//! What booking says to payment, and when it has nothing to say.

use super::{NOW, does, hold, news, opened};
use crate::{message::Announcement, show::Ask, wire::payment::PaymentState};

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
