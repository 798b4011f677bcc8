//! Offers for drawn halls, and what is true of every offer.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::layout::{
    Place,
    tests::{hall, halls},
};

const EVEN: &str = "name: N\n
A  oooooooooo
B  oooooooooo
C  oooooooooo
D  oooooooooo
E  oooooooooo
F  oooooooooo
";

/// The hall, and its seats but those drawn as `%` or `x`.
fn drawn(text: &str) -> (SeatLayout, SeatSet) {
    let layout = hall(text);
    let free = layout.seats().filter(|(_, seat)| seat.blocked.is_none());
    let free = free.map(|(no, _)| no).collect();
    (layout, free)
}

fn shown(layout: &SeatLayout, offer: Option<&BestOffer>) -> String {
    let Some(offer) = offer else {
        return "none".to_owned();
    };
    let labels = offer.seats.iter().filter_map(|no| layout.get(*no));
    let words = labels.map(|seat| seat.label.to_string());
    let relaxed = offer.relaxed.iter().map(|r| format!("{r:?}"));
    words.chain(relaxed).collect::<Vec<_>>().join(" ")
}

/// The offer for a hall where all but `%` and `x` is free.
fn offered(text: &str, wish: BestWish) -> String {
    let (layout, free) = drawn(text);
    shown(&layout, best(&layout, &free, &wish).as_ref())
}

fn wish(seats: u16) -> BestWish {
    BestWish {
        seats,
        ..BestWish::default()
    }
}

#[test]
fn the_middle_two_thirds_back_is_best() {
    assert_eq!(offered(EVEN, wish(2)), "D5 D6");
    assert_eq!(offered(EVEN, wish(1)), "D5");
    assert_eq!(offered(EVEN, wish(3)), "D4 D5 D6");
    assert_eq!(
        offered(&EVEN.replace("\n\n", "\nsweet: B9\n\n"), wish(1)),
        "B8"
    );
    let zone = |zone| offered(EVEN, BestWish { zone, ..wish(2) });
    assert_eq!(zone(Zone::Front), "B5 B6");
    assert_eq!(zone(Zone::Middle), "D5 D6");
    assert_eq!(zone(Zone::Rear), "E5 E6");
}

#[test]
fn the_next_best_shares_no_seat_with_the_better() {
    let next = |skip| offered(EVEN, BestWish { skip, ..wish(2) });
    assert_eq!([next(0), next(1), next(2)], ["D5 D6", "D3 D4", "D7 D8"]);
    assert_eq!(next(29), "A9 A10");
    let four = "name: N\nA  oooo%oooo%oo%oo";
    let next = |skip| offered(four, BestWish { skip, ..wish(4) });
    assert_eq!(
        [next(0), next(1), next(2)],
        ["A6 A7 A8 A9", "A1 A2 A3 A4", "A11 A12 A14 A15 Scattered"]
    );
}

#[test]
fn after_the_last_offer_comes_the_best_again() {
    let next = |skip| offered(EVEN, BestWish { skip, ..wish(2) });
    assert_eq!([next(30), next(31), next(59)], [next(0), next(1), next(29)]);
    assert_eq!(next(SKIP_MAX), next(SKIP_MAX % 30));
    assert_eq!([next(SKIP_MAX + 1), next(SKIP_MAX + 3)], [next(0), next(2)]);
    let single = |skip| offered("name: N\nA  %o%o", BestWish { skip, ..wish(1) });
    assert_eq!(single(u16::MAX), single(u16::MAX % (SKIP_MAX + 1) % 2));
    let none = |skip| offered("name: N\nA  %o", BestWish { skip, ..wish(2) });
    assert_eq!([none(0), none(1), none(u16::MAX)], ["none"; 3]);
}

#[test]
fn a_seat_is_left_alone_only_if_it_has_to_be() {
    assert_eq!(offered("name: N\nA  %ooo%%oooo%", wish(2)), "A7 A8");
    assert_eq!(
        offered("name: N\nA  %ooo%%%ooo%", wish(2)),
        "A3 A4 SingleLeft"
    );
}

#[test]
fn wishes_are_given_up_one_after_the_other() {
    let four = |text| offered(text, wish(4));
    assert_eq!(
        four("name: N\nA  ooo o%oo\nB  %oo%\nC  oo ooo"),
        "C1 C2 C3 C4 SingleLeft AroundAisle"
    );
    assert_eq!(
        four("name: N\nA  oo%%oo\nB  %oo%%o\nC  %%%%oo"),
        "A1 A2 B2 B3 TwoRows"
    );
    assert_eq!(
        four("name: N\nA  oo%%%%\n\nB  %oo%%o\nC  %%%%%o"),
        "A1 A2 B2 B3 Scattered"
    );
    assert_eq!(
        four("name: N\nA  o%o%\nB  %%%%\nC  o%%o"),
        "A1 A3 C1 C4 Scattered"
    );
    assert_eq!(four("name: N\nA  o%o%o"), "none");
}

#[test]
fn a_party_is_split_evenly_and_nobody_sits_alone_if_it_can_be_helped() {
    // Three and one would be nearer to the middle.
    let rows = "name: N\nA  %%ooo%\nB  %ooo%%";
    assert_eq!(offered(rows, wish(4)), "A3 A4 B3 B4 SingleLeft TwoRows");
    let scattered = "name: N\nA  oooo%%%%%oo%%o";
    assert_eq!(
        offered(scattered, wish(5)),
        "A2 A3 A4 A10 A11 SingleLeft Scattered"
    );
    let aisle = "name: N\nA  oo% oooo oo";
    assert_eq!(
        offered(aisle, wish(5)),
        "A5 A6 A7 A8 A9 SingleLeft AroundAisle"
    );
}

#[test]
fn a_zone_is_given_up_before_company_and_a_category_after_it() {
    let hall = "name: N\ncategory o: a\ncategory p: b\n\nA  ooo\nB  o%o\nC  p%p";
    let zoned = |zone| offered(hall, BestWish { zone, ..wish(2) });
    assert_eq!(zoned(Zone::Rear), "A1 A2 SingleLeft OutsideZone");
    let category = |category, seats| {
        let category = Some(CategoryNo(category));
        offered(
            hall,
            BestWish {
                category,
                ..wish(seats)
            },
        )
    };
    assert_eq!(category(1, 2), "C1 C3 Scattered");
    assert_eq!(category(1, 3), "A1 A2 A3 OtherCategory");
    assert_eq!(category(9, 1), "B1 OtherCategory");
}

#[test]
fn places_for_wheelchairs_are_sold_to_those_who_ask() {
    let hall = "name: N\nA  wco ooo\nB  ooo oow\nC  ooo www";
    let accessible = |seats| {
        let accessible = true;
        offered(
            hall,
            BestWish {
                accessible,
                ..wish(seats)
            },
        )
    };
    assert_eq!(offered(hall, wish(12)).split(' ').count(), 12 + 1);
    assert_eq!(offered(hall, wish(13)), "none");
    assert_eq!(accessible(1), "C4");
    assert_eq!(accessible(2), "A1 A2");
    assert_eq!(accessible(3), "B4 B5 B6");
    // Singles for the rest of the party, not two more wheelchair places.
    let apart = BestWish {
        accessible: true,
        ..wish(4)
    };
    let spared = offered("name: N\nA  wo%ww%o%o", apart);
    assert_eq!(spared, "A1 A2 A7 A9 Scattered");
    let none = "name: N\nA  ccooo";
    assert_eq!(
        offered(
            none,
            BestWish {
                accessible: true,
                ..wish(1)
            }
        ),
        "none"
    );
}

#[test]
fn words_are_read_and_written() {
    for zone in [Zone::Any, Zone::Front, Zone::Middle, Zone::Rear] {
        assert_eq!(zone.to_string().to_uppercase().parse(), Ok(zone));
    }
    assert!("back".parse::<Zone>().is_err());
    let json = serde_json::to_string(&[Relaxed::AroundAisle]).expect("json");
    assert_eq!(json, "[\"around_aisle\"]");
}

#[test]
fn wishes_beyond_all_bounds_get_nothing() {
    let (layout, free) = drawn(EVEN);
    let none = |wish| assert_eq!(best(&layout, &free, &wish), None);
    none(wish(0));
    none(wish(61));
    none(wish(u16::MAX));
    let foreign = [SeatNo(60), SeatNo(u16::MAX)].into_iter().collect();
    assert_eq!(best(&layout, &foreign, &wish(1)), None);
    let all = best(&layout, &free, &wish(60)).expect("the whole hall");
    assert_eq!(all.seats.len(), 60);
}

prop_compose! {
    fn cases()(
        layout in halls(),
        taken in vec(prop::bool::weighted(0.3), 200),
        seats in 1_u16..7,
        zone in prop::sample::select(vec![Zone::Any, Zone::Front, Zone::Middle, Zone::Rear]),
        category in prop::option::of(0_u8..3),
        barred in prop::option::weighted(0.3, 0_u8..3),
        accessible in prop::bool::weighted(0.3),
        skip in prop_oneof![3 => Just(0_u16), 1 => 1_u16..4],
    ) -> (SeatLayout, SeatSet, BestWish) {
        let free = layout.seats().map(|(no, _)| no).filter(|no| !taken[no.index()]).collect();
        let category = category.map(CategoryNo);
        let mut set = CategorySet::default();
        barred.into_iter().for_each(|no| set.insert(CategoryNo(no)));
        (layout, free, BestWish { seats, zone, category, barred: set, accessible, skip })
    }
}

/// The slow way: seats this wish may have, looked up one by one.
struct Slow<'a>(&'a SeatLayout, &'a SeatSet, &'a BestWish);

impl Slow<'_> {
    fn open(&self, no: SeatNo) -> bool {
        let Some(seat) = self.0.get(no) else {
            return false;
        };
        let sold = !self.2.barred.contains(seat.category);
        sold && self.1.contains(no) && (seat.place == Place::Standard || self.2.accessible)
    }

    fn in_category(&self, no: SeatNo) -> bool {
        let seat = self.0.get(no).expect("a seat");
        seat.place != Place::Standard || self.2.category.is_none_or(|c| c == seat.category)
    }

    fn in_zone(&self, no: SeatNo) -> bool {
        let rows = self.0.rows();
        let row = rows
            .iter()
            .position(|r| r.seats.contains(&no.0))
            .expect("a row");
        // In sixths, the middle of the row lies in one of the thirds.
        let third = [Zone::Front, Zone::Middle, Zone::Rear][(row * 2 + 1) * 3 / (rows.len() * 2)];
        self.2.zone == Zone::Any || third == self.2.zone
    }

    fn wheelchair(&self, seats: &[SeatNo]) -> bool {
        let wheelchair = |no: &SeatNo| {
            self.0
                .get(*no)
                .is_some_and(|s| s.place == Place::Wheelchair)
        };
        !self.2.accessible || seats.iter().any(wheelchair)
    }

    /// Every way to sit side by side in the zone and category.
    fn together(&self) -> Vec<Vec<SeatNo>> {
        let mut ways = Vec::new();
        for row in 0..self.0.drawn_rows() {
            for column in 0..self.0.columns() {
                let way: Vec<SeatNo> = (column..column + self.2.seats)
                    .filter_map(|column| self.0.at(row, column))
                    .filter(|no| self.open(*no) && self.in_zone(*no) && self.in_category(*no))
                    .collect();
                if way.len() == usize::from(self.2.seats) && self.wheelchair(&way) {
                    ways.push(way);
                }
            }
        }
        ways
    }

    fn leaves_single(&self, seats: &[SeatNo]) -> bool {
        let taken = seats.iter().copied().collect();
        !orphan::left_alone(self.0, self.1, &taken).is_empty()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_offer_is_what_was_wished_or_says_where_it_is_not((layout, free, wish) in cases()) {
        let slow = Slow(&layout, &free, &wish);
        let open: Vec<SeatNo> = free.iter().filter(|no| slow.open(*no)).collect();
        let enough = open.len() >= usize::from(wish.seats) && slow.wheelchair(&open);
        let Some(offer) = best(&layout, &free, &wish) else {
            prop_assert!(!enough);
            return Ok(());
        };
        prop_assert!(enough);
        prop_assert_eq!(offer.seats.len(), usize::from(wish.seats));
        prop_assert!(offer.seats.is_sorted_by(|a, b| a < b));
        prop_assert!(offer.seats.iter().all(|no| slow.open(*no)));
        prop_assert!(slow.wheelchair(&offer.seats));
        let said = |relaxed| offer.relaxed.contains(&relaxed);
        prop_assert_eq!(said(Relaxed::SingleLeft), slow.leaves_single(&offer.seats));
        prop_assert!(said(Relaxed::SingleLeft) || orphan::orphans(&layout, &free, &offer.seats).is_empty());
        prop_assert_eq!(said(Relaxed::OutsideZone), !offer.seats.iter().all(|no| slow.in_zone(*no)));
        prop_assert_eq!(said(Relaxed::OtherCategory), !offer.seats.iter().all(|no| slow.in_category(*no)));
        let shapes = [Relaxed::AroundAisle, Relaxed::TwoRows, Relaxed::Scattered];
        let split = shapes.into_iter().filter(|shape| said(*shape)).count();
        let apart = offer.seats.windows(2).any(|pair| layout.right_of(pair[0]) != Some(pair[1]));
        prop_assert_eq!(split, usize::from(apart));
        let mut rows: Vec<u16> = offer.seats.iter().filter_map(|no| layout.get(*no)).map(|s| s.row).collect();
        rows.dedup();
        prop_assert!(!said(Relaxed::AroundAisle) || rows.len() == 1);
        prop_assert!(!said(Relaxed::TwoRows) || matches!(rows[..], [a, b] if a + 1 == b));
    }

    #[test]
    fn a_party_sits_together_whenever_it_can((layout, free, wish) in cases()) {
        let wish = BestWish { skip: 0, ..wish };
        let slow = Slow(&layout, &free, &wish);
        let ways = slow.together();
        if ways.is_empty() {
            return Ok(());
        }
        let offer = best(&layout, &free, &wish).expect("an offer");
        prop_assert!(ways.contains(&offer.seats));
        // An accessible party rather leaves a seat alone than takes a second wheelchair place.
        if !wish.accessible && ways.iter().any(|way| !slow.leaves_single(way)) {
            prop_assert_eq!(offer.relaxed, []);
        }
    }

    #[test]
    fn offers_passed_over_share_no_seat_until_the_first_comes_again((layout, free, wish) in cases()) {
        let next = |skip| best(&layout, &free, &BestWish { skip, ..wish });
        let mut seen = SeatSet::default();
        for skip in 0..4 {
            let Some(offer) = next(skip) else {
                break;
            };
            if skip > 0 && Some(&offer) == next(0).as_ref() {
                prop_assert_eq!(next(skip + 1), next(1));
                break;
            }
            for seat in offer.seats {
                prop_assert!(seen.insert(seat));
            }
        }
    }
}
