//! A show that is to be sold and of which nothing is written yet.

use super::*;

fn planned() -> ShowState {
    ShowState::planned(ShowId(1), &terms())
}

#[test]
fn the_first_thing_that_happens_opens_it() {
    let hold = hold(2, 1, &["A1", "A2"]);
    let mut state = planned();
    let first = does(&mut state, &hold, NOW).expect("held");
    let opening = Event::Opened {
        command: hold.id,
        terms: terms(),
    };
    assert_eq!((first.first(), state.ver()), (Some(&opening), 2));
    // From there on it is a show like any other.
    let mut other = ShowState::new(ShowId(1));
    other.apply(NOW, &opening);
    assert_eq!(does(&mut other, &hold, NOW).expect("held"), first[1..]);
    assert_eq!(state, other);
    assert_eq!(does(&mut state, &hold, NOW), Ok(Vec::new()), "said again");
}

#[test]
fn what_does_not_happen_leaves_no_trace() {
    let mut state = planned();
    let before = state.clone();
    assert!(state.is_planned() && !state.is_nowhere());
    assert_eq!(state.free(NOW), opened().free(NOW));
    let nobody = hold(2, 1, &["A99"]);
    assert!(matches!(
        does(&mut state, &nobody, NOW),
        Err(Refusal::UnknownSeats { .. })
    ));
    assert_eq!(
        does(&mut state, &command(3, Ask::Expire), NOW),
        Ok(Vec::new())
    );
    assert_eq!(
        does(&mut state, &command(4, Ask::Resume), NOW),
        Ok(Vec::new())
    );
    assert_eq!(state, before);
}

#[test]
fn it_can_be_opened_without_a_sale_and_is_not_moved() {
    let mut state = planned();
    let shard: crate::ids::ShardName = "north".parse().expect("a name");
    let seal = command(2, Ask::Seal { to: shard.clone() });
    assert_eq!(does(&mut state, &seal, NOW), Err(Refusal::NotOpened));
    let (at, from) = (shard.clone(), shard);
    let arrive = command(3, Ask::Arrive { at, from });
    assert_eq!(does(&mut state, &arrive, NOW), Err(Refusal::NotOpened));
    let open = command(4, Ask::Open(terms()));
    assert_eq!(does(&mut state, &open, NOW).map(|e| e.len()), Ok(1));
    assert_eq!(state, opened());
}
