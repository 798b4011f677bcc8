//! Diaries that can't be true are found out.

use houseful_core::ids::ShowId;
use uuid::Uuid;

use super::*;
use crate::wait;

const SHOW: ShowId = ShowId(1);

/// Answers, one after the other, each asked for after the one before was there.
struct Told {
    at: Instant,
}

impl Told {
    fn new() -> Self {
        Self { at: wait::now() }
    }

    fn moment(&mut self) -> Instant {
        self.at += Duration::from_millis(1);
        self.at
    }

    fn yes(&mut self, ver: u64, tip: u64) -> Yes {
        let version = Version { ver, tip };
        let (asked, answered) = (self.moment(), self.moment());
        Yes {
            version,
            asked,
            answered,
            later: false,
        }
    }
}

fn sale(number: u128, pair: usize, held: Yes) -> Sale {
    let booking = BookingId {
        show: SHOW,
        uuid: Uuid::from_u128(number),
    };
    Sale::new(booking, pair, 0, held)
}

/// Holds a pair at a version and gives it back at another.
fn held_and_ended(diary: &mut Diary, told: &mut Told, number: u128, vers: [u64; 2]) {
    let first = diary.add(sale(number, 0, told.yes(vers[0], vers[0])));
    diary.ends(first, told.moment());
    diary.ended(first, told.yes(vers[1], vers[1]));
}

#[test]
fn seats_may_be_had_one_after_the_other() {
    let (mut diary, mut told) = (Diary::new(1), Told::new());
    held_and_ended(&mut diary, &mut told, 1, [2, 3]);
    held_and_ended(&mut diary, &mut told, 2, [4, 6]);
    diary.add(sale(3, 1, told.yes(7, 7)));
    diary.add(sale(4, 0, told.yes(8, 8)));
    assert_eq!(diary.agrees(), Ok(()));
    let count = diary.count();
    assert_eq!((count.held, count.ended, count.won), (4, 2, vec![4]));
    assert_eq!(diary.writes().len(), 6);
}

#[test]
fn two_owners_are_found() {
    let (mut diary, mut told) = (Diary::new(1), Told::new());
    diary.add(sale(1, 0, told.yes(2, 2)));
    diary.add(sale(2, 0, told.yes(3, 3)));
    let why = diary.agrees().expect_err("two owners");
    assert!(why.contains("two owners"), "{why}");
}

#[test]
fn seats_that_were_given_back_too_late_are_found() {
    let (mut diary, mut told) = (Diary::new(1), Told::new());
    held_and_ended(&mut diary, &mut told, 1, [2, 5]);
    diary.add(sale(2, 0, told.yes(4, 4)));
    assert!(diary.one_owner_a_seat().is_err());
    // Who had to ask again was told of a later version than the one it was done at.
    if let Some(ended) = &mut diary.sales[0].ended {
        ended.later = true;
    }
    assert_eq!(diary.one_owner_a_seat(), Ok(()));
}

#[test]
fn a_version_that_means_two_things_is_found() {
    let (mut diary, mut told) = (Diary::new(1), Told::new());
    diary.add(sale(1, 0, told.yes(2, 20)));
    diary.add(sale(2, 1, told.yes(2, 21)));
    let why = diary.agrees().expect_err("two tips");
    assert!(why.contains("stood at"), "{why}");
}

#[test]
fn a_version_that_goes_back_is_found() {
    let (mut diary, mut told) = (Diary::new(1), Told::new());
    diary.add(sale(1, 0, told.yes(9, 9)));
    diary.add(sale(2, 1, told.yes(4, 4)));
    let why = diary.agrees().expect_err("it went back");
    assert!(why.contains("was at 9"), "{why}");
    // Two that were asked at once may be answered in any order.
    diary.sales[1].held.asked = diary.sales[0].held.asked;
    assert_eq!(diary.agrees(), Ok(()));
}

#[test]
fn a_silence_is_measured_between_answers() {
    let (mut diary, mut told) = (Diary::new(1), Told::new());
    let before = told.moment();
    diary.add(sale(1, 0, told.yes(1, 1)));
    told.at += Duration::from_secs(3);
    let later = told.at;
    diary.add(sale(2, 1, told.yes(2, 2)));
    diary.add(sale(3, 2, told.yes(3, 3)));
    let silence = diary.longest_silence(before);
    assert!(silence.as_secs() == 3, "{silence:?}");
    assert_eq!(diary.longest_silence(told.at).as_millis(), 0);
    assert_eq!(diary.writes_since(later), 2);
}
