//! A show that moves to another shard.

use super::*;
use crate::{expiry::HOLD_MS, ids::ShardName};

fn shard(name: &str) -> ShardName {
    name.parse().expect("a name")
}

fn seal(n: u128, to: &str) -> Command {
    command(n, Ask::Seal { to: shard(to) })
}

fn arrive(n: u128, at: &str) -> Command {
    let from = shard("north");
    command(
        n,
        Ask::Arrive {
            at: shard(at),
            from,
        },
    )
}

fn moved_to(to: &str) -> Refusal {
    Refusal::ShowMoved { to: shard(to) }
}

#[test]
fn a_sealed_show_decides_nothing_any_more() {
    let mut state = opened();
    does(&mut state, &hold(2, 20, &["A1"]), NOW).expect("held");
    assert!(state.next_due().is_some());
    assert_eq!(
        does(&mut state, &seal(3, "south"), NOW).map(|e| e.len()),
        Ok(1)
    );
    assert_eq!(state.moved_to(), Some(&shard("south")));
    assert_eq!(state.next_due(), None, "it waits where the show lives now");
    assert_eq!(
        state.next_due_unless_asked(NOW),
        None,
        "and so says its head"
    );
    let over = NOW.plus_ms(HOLD_MS);
    let authorised = news(&state, 20, 9, PaymentState::Authorised);
    let asks = [
        // Also the repeat of what was done here: its answer may have changed since.
        hold(2, 20, &["A1"]),
        hold(4, 21, &["A2"]),
        command(5, Ask::Open(terms())),
        command(6, Ask::Expire),
        command(7, Ask::Pause),
        authorised,
        seal(8, "west"),
    ];
    for ask in asks {
        assert_eq!(state.decide(&ask, over), Err(moved_to("south")), "{ask:?}");
    }
    assert_eq!(
        does(&mut state, &seal(9, "south"), NOW),
        Ok(Vec::new()),
        "said again"
    );
}

#[test]
fn the_copy_goes_on_where_the_show_stood() {
    let mut state = opened();
    does(&mut state, &hold(2, 20, &["A1"]), NOW).expect("held");
    does(&mut state, &seal(3, "south"), NOW).expect("sealed");
    assert_eq!(
        state.decide(&arrive(4, "west"), NOW),
        Err(moved_to("south"))
    );
    assert_eq!(
        does(&mut state, &arrive(5, "south"), NOW).map(|e| e.len()),
        Ok(1)
    );
    assert_eq!(
        does(&mut state, &arrive(6, "south"), NOW),
        Ok(Vec::new()),
        "said again"
    );
    assert_eq!(state.moved_to(), None);
    // What was done before the move is answered as before, and the hold has its five minutes.
    assert_eq!(state.decide(&hold(2, 20, &["A1"]), NOW), Ok(Vec::new()));
    assert_eq!(state.next_due(), Some(NOW.plus_ms(HOLD_MS)));
    let taken = state.decide(&hold(7, 21, &["A1"]), NOW);
    assert!(
        matches!(taken, Err(Refusal::SeatsTaken { .. })),
        "{taken:?}"
    );
    let over = NOW.plus_ms(HOLD_MS);
    does(&mut state, &hold(8, 22, &["A1"]), over).expect("free at its instant");
}

#[test]
fn a_show_that_was_never_opened_does_not_move() {
    let mut unsealed = opened();
    let early = does(&mut unsealed, &arrive(2, "south"), NOW);
    assert_eq!(
        early,
        Err(Refusal::NotSealed),
        "copied before it was sealed"
    );
    let state = ShowState::new(ShowId(1));
    assert_eq!(
        state.decide(&seal(1, "south"), NOW),
        Err(Refusal::NotOpened)
    );
    assert_eq!(
        state.decide(&arrive(1, "south"), NOW),
        Err(Refusal::NotOpened)
    );
}

#[test]
fn a_show_of_a_slot_that_went_elsewhere_is_asked_for_there() {
    let state = ShowState::elsewhere(ShowId(1), shard("south"));
    assert!(!state.is_nowhere());
    assert!(ShowState::new(ShowId(1)).is_nowhere());
    let arrives = Ask::Arrive {
        at: shard("south"),
        from: shard("north"),
    };
    let asks = [
        Ask::Open(terms()),
        Ask::Expire,
        Ask::Seal { to: shard("west") },
        arrives,
    ];
    for ask in asks {
        let refused = state.decide(&command(1, ask.clone()), NOW);
        assert_eq!(refused, Err(moved_to("south")), "{ask:?}");
    }
}

#[test]
fn a_shard_has_a_plain_name() {
    for good in ["n", "north-1", "eu-west-2"] {
        assert!(good.parse::<ShardName>().is_ok(), "{good}");
    }
    let long = "n".repeat(33);
    for bad in [
        "", "1north", "-n", "North", "nord ost", "n_1", "nörd", &long,
    ] {
        assert!(bad.parse::<ShardName>().is_err(), "{bad}");
    }
}
