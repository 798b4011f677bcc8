//! What is shown where others write too.

use houseful_core::{show::ShowState, time::UtcMillis};

use super::*;
use crate::clock::Clock;

const SHOW: ShowId = ShowId(1);

/// A picture of a hall without seats; only versions matter here.
fn at(ver: u64, tip: u64) -> Picture {
    let mut picture = Picture::of(&ShowState::new(SHOW), tip);
    picture.version = Version { ver, tip };
    picture
}

fn head(ver: u64, tip: u64, taken: u32) -> Head {
    Head {
        show: SHOW,
        version: Version { ver, tip },
        next_due: None,
        taken,
        total: 10,
        sales: SalesWord::Open,
    }
}

fn free(hub: &Hub) -> Option<u32> {
    hub.count(SHOW, UtcMillis(0)).map(|count| count.free)
}

#[test]
fn a_picture_of_another_branch_is_taken_whatever_its_number() {
    let (hub, seen) = (Hub::new(), Clock::stopwatch());
    hub.publish(at(7, 1), seen);
    let mut feed = hub.watch(&hub.picture(SHOW).expect("a picture"));
    for (ver, tip) in [(7, 2), (6, 3), (9, 3)] {
        hub.publish(at(ver, tip), seen);
        assert!(feed.has_changed().expect("open"));
        let shown = feed.borrow_and_update().version();
        assert_eq!(shown, Version { ver, tip });
    }
    // A reader that has seen the branch that was lost is told what differs from it.
    let lost = Version { ver: 7, tip: 1 };
    assert!(hub.recent(SHOW, lost).is_some());
    hub.publish(at(9, 3), seen);
    assert!(
        !feed.has_changed().expect("open"),
        "the same again is no news"
    );
}

#[test]
fn others_are_told_of_a_move_that_a_replica_showed_first() {
    let (hub, seen) = (Hub::new(), Clock::stopwatch());
    let moves = hub.moves();
    hub.follow(at(7, 1), seen);
    assert!(moves.take().is_empty(), "whoever wrote it tells it");
    // The lane's own picture comes after the replica's.
    hub.publish(at(7, 1), seen + Duration::from_millis(1));
    assert_eq!(moves.take().len(), 1);
    hub.publish(at(7, 1), seen + Duration::from_millis(2));
    assert!(moves.take().is_empty(), "the same again is no news");
}

#[test]
fn a_picture_is_as_old_as_the_question_it_answers() {
    let (hub, seen) = (Hub::new(), Clock::stopwatch());
    let age = |s| hub.age(SHOW, seen + Duration::from_secs(s));
    assert_eq!(age(5), None);
    hub.publish(at(7, 1), seen);
    assert_eq!(age(5), Some(Duration::from_secs(5)));
    let later = seen + Duration::from_secs(3);
    hub.publish(at(7, 1), later);
    assert_eq!(age(5), Some(Duration::from_secs(2)));
    hub.publish(at(7, 1), seen);
    assert_eq!(
        age(5),
        Some(Duration::from_secs(2)),
        "an older answer says less"
    );
    hub.publish(at(7, 2), seen);
    assert_eq!(age(5), Some(Duration::from_secs(5)), "another picture");
}

#[test]
fn heads_count_where_the_picture_is_behind_and_nobody_watches() {
    let (hub, seen) = (Hub::new(), Clock::stopwatch());
    // Sent before the heads were read, and committed after that.
    let read = Clock::stopwatch();
    hub.publish(at(7, 1), seen);
    hub.know(0, &[head(6, 1, 4)], read, Origin::Primary);
    assert!(hub.picture(SHOW).is_some(), "the heads were read before");
    let later = read + Duration::from_secs(60);
    hub.know(0, &[head(7, 1, 5)], later, Origin::Primary);
    assert!(hub.picture(SHOW).is_some(), "it says the same");
    let feed = hub.watch(&hub.picture(SHOW).expect("a picture"));
    hub.know(0, &[head(8, 1, 5)], later, Origin::Primary);
    assert!(hub.picture(SHOW).is_some(), "somebody watches");
    assert_eq!(hub.watched(), [SHOW]);
    drop(feed);
    assert_eq!(hub.watched(), []);
    hub.know(0, &[head(8, 1, 5)], later, Origin::Primary);
    assert!(hub.picture(SHOW).is_none());
    assert_eq!(free(&hub), Some(5));
}

#[test]
fn a_picture_that_was_dropped_meanwhile_can_be_watched() {
    let (hub, seen) = (Hub::new(), Clock::stopwatch());
    hub.publish(at(7, 1), seen);
    let picture = hub.picture(SHOW).expect("a picture");
    hub.know(
        0,
        &[head(8, 1, 5)],
        seen + Duration::from_secs(60),
        Origin::Primary,
    );
    assert!(hub.picture(SHOW).is_none());
    let mut feed = hub.watch(&picture);
    assert_eq!(feed.borrow_and_update().version().ver, 7);
    hub.publish(at(8, 1), seen);
    assert!(feed.has_changed().expect("open"));
}

#[test]
fn a_replica_that_is_behind_takes_nothing_back() {
    let (hub, read) = (Hub::new(), Clock::stopwatch());
    hub.publish(at(7, 1), read);
    // It has all that was there before this server's own sale was shown, and not that.
    for (ver, tip) in [(6, 9), (7, 2)] {
        let stands = Version { ver, tip };
        assert!(matches!(hub.compare(SHOW, stands, read), News::Behind));
        assert_eq!(
            hub.follow(at(ver, tip), read).expect("shown").version().ver,
            7
        );
    }
    assert_eq!(shown(&hub), (7, 1));
    // It goes on.
    hub.follow(at(8, 3), read);
    assert_eq!(shown(&hub), (8, 3));
    // One that has all that was there after this was shown, and not this, is on the line that is left.
    let later = Clock::stopwatch() + Duration::from_millis(1);
    let stands = Version { ver: 5, tip: 4 };
    assert!(matches!(hub.compare(SHOW, stands, later), News::Another));
    hub.follow(at(5, 4), later);
    assert_eq!(shown(&hub), (5, 4));
}

#[test]
fn what_a_replica_showed_is_not_taken_back_by_an_older_answer_of_the_primary() {
    let (hub, read) = (Hub::new(), Clock::stopwatch());
    hub.follow(at(8, 2), read);
    hub.publish(at(7, 1), read);
    assert_eq!(shown(&hub), (8, 2));
    let later = Clock::stopwatch() + Duration::from_millis(1);
    hub.publish(at(7, 5), later);
    assert_eq!(shown(&hub), (7, 5), "the branch was lost");
    // What the primary says on what it said counts as it comes.
    hub.publish(at(6, 6), read);
    assert_eq!(shown(&hub), (6, 6));
}

#[test]
fn a_picture_is_as_young_as_whoever_knew_it_last() {
    let (hub, start) = (Hub::new(), Clock::stopwatch());
    let after = |s| start + Duration::from_secs(s);
    let stands = Version { ver: 7, tip: 1 };
    hub.publish(at(7, 1), start);
    assert!(matches!(hub.compare(SHOW, stands, after(3)), News::None(_)));
    let now = hub.shown(SHOW, after(5)).expect("a picture");
    assert_eq!(
        (now.age, now.origin),
        (Duration::from_secs(2), Origin::Replica)
    );
    // A replica that is further behind says the same, and no more.
    assert!(matches!(hub.compare(SHOW, stands, after(1)), News::None(_)));
    let now = hub.shown(SHOW, after(5)).expect("a picture");
    assert_eq!(
        (now.age, now.origin),
        (Duration::from_secs(2), Origin::Replica)
    );
    hub.publish(at(7, 1), after(4));
    let now = hub.shown(SHOW, after(5)).expect("a picture");
    assert_eq!(
        (now.age, now.origin),
        (Duration::from_secs(1), Origin::Primary)
    );
}

#[test]
fn lists_go_forward_and_are_as_old_as_the_oldest_shard() {
    let (hub, start) = (Hub::new(), Clock::stopwatch());
    let after = |s| start + Duration::from_secs(s);
    assert_eq!(hub.lists(start), None);
    hub.know(0, &[head(8, 1, 5)], after(10), Origin::Primary);
    hub.know(0, &[head(7, 1, 4)], after(9), Origin::Replica);
    assert_eq!(free(&hub), Some(5), "another replica was further behind");
    hub.know(0, &[head(9, 1, 6)], after(12), Origin::Replica);
    assert_eq!(free(&hub), Some(4));
    hub.know(1, &[], after(11), Origin::Primary);
    let oldest = Some((Duration::from_secs(2), Origin::Primary));
    assert_eq!(hub.lists(after(13)), oldest);
}

#[test]
fn a_show_that_left_and_arrived_nowhere_is_away() {
    let (hub, start) = (Hub::new(), Clock::stopwatch());
    let moved = Head {
        sales: SalesWord::Moved,
        ..head(9, 1, 6)
    };
    hub.know(0, &[moved], start, Origin::Primary);
    assert_eq!(hub.count(SHOW, UtcMillis(0)), Some(Count::AWAY));
    assert!(!hub.knows(SHOW), "whoever wants it asks where it went");
    hub.know(1, &[head(10, 1, 6)], start, Origin::Primary);
    assert_eq!((free(&hub), hub.knows(SHOW)), (Some(4), true));
    hub.know(0, &[moved], start + Duration::from_secs(1), Origin::Primary);
    assert_eq!(free(&hub), Some(4), "it is told by the one that has it");
}

#[test]
fn heads_that_came_further_than_a_replica_count_though_it_was_heard_later() {
    let (hub, read) = (Hub::new(), Clock::stopwatch());
    let before = |ms| {
        read.checked_sub(Duration::from_millis(ms))
            .expect("a while")
    };
    // Heard now, of what was there a second ago; the heads are younger.
    hub.follow(at(7, 1), before(1_000));
    let feed = hub.watch(&hub.picture(SHOW).expect("a picture"));
    hub.know(0, &[head(8, 1, 6)], before(1_100), Origin::Replica);
    assert_ne!(free(&hub), Some(4), "they are older than the picture");
    hub.know(0, &[head(8, 1, 5)], before(500), Origin::Primary);
    assert_eq!(free(&hub), Some(5), "somebody watches");
    assert!(hub.picture(SHOW).is_some());
    drop(feed);
    hub.know(0, &[head(8, 1, 5)], before(400), Origin::Primary);
    assert!(hub.picture(SHOW).is_none());
}

#[test]
fn a_picture_that_was_dropped_is_not_taken_back_by_a_replica_that_is_behind() {
    let (hub, read) = (Hub::new(), Clock::stopwatch());
    hub.publish(at(7, 1), read);
    hub.retire(SHOW);
    assert!(hub.picture(SHOW).is_none());
    let stands = Version { ver: 6, tip: 9 };
    assert!(matches!(hub.compare(SHOW, stands, read), News::Behind));
    assert!(hub.follow(at(6, 9), read).is_none());
    assert!(hub.picture(SHOW).is_none());
    // One that stands where this server stood has all of it.
    let same = Version { ver: 7, tip: 1 };
    assert!(matches!(hub.compare(SHOW, same, read), News::Another));
    hub.follow(at(7, 1), read).expect("shown");
    assert_eq!(shown(&hub), (7, 1));
}

/// What is shown.
fn shown(hub: &Hub) -> (u64, u64) {
    let picture = hub.picture(SHOW).expect("a picture");
    (picture.version().ver, picture.version().tip)
}
