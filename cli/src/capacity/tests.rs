//! Plans that were computed by hand.

use super::*;

/// Round limits, so that a person can check the sums.
fn limits() -> Limits {
    Limits {
        load_percent: 50,
        lists_per_s: 1_000,
        maps_per_s: 2_000,
        file_holds_per_s: 500,
        show_holds_per_s: 100,
        primary_holds_per_s: 400,
        payments_per_s: 200,
        kafka_payments_per_s: 100,
        told_per_s: 10_000,
        feeds: 10_000,
        show_bytes: 1 << 16,
        watcher_bytes: 1 << 14,
        hold_bytes: 512,
        sale_bytes: 2_048,
    }
}

fn demand(dau: u64) -> Demand {
    Demand {
        dau,
        visits_per_sale: 20,
        looks_per_sale: 100,
        maps_per_sale: 25,
        seats_per_booking: 2,
        holds_per_100_sales: 150,
        busiest_hour_percent: 20,
        opening_night: 9,
        card_percent: 80,
        hottest_show_percent: 5,
        watch_seconds: 60,
        tickets_per_show: 50,
        days_on_sale: 7,
        spare_servers: 1,
        standbys: 2,
    }
}

#[test]
fn a_million_users_come_out_as_by_hand() {
    let plan = plan(&demand(1_000_000), &limits());
    // 1,000,000 / 20 = 50,000 sales; x 20 % x 9 = 90,000 an hour = 25 a second.
    let by_hand = [
        ("sales", 50_000),
        ("tickets", 100_000),
        // 2,000 a day for a week.
        ("shows", 14_000),
        ("peak_sales", 90_000),
        // 25 x 75, 25 x 25, 25 x 1.5 = 37.5, 25 x 0.8.
        ("lists", 1_875),
        ("maps", 625),
        ("holds", 38),
        ("payments", 20),
        // 25 x 20 visits x 60 s.
        ("watchers", 30_000),
        // 37.5 x 5 % = 1.9; its 1,500 watchers are told of 4 changes a second.
        ("hottest_holds", 2),
        ("told", 6_000),
        // 188 + 32 + 8 + 10 + 60.
        ("one_server", 298),
        ("one_show", 2),
        // 38 holds and twice 25 sales of 400.
        ("one_primary", 22),
        ("one_broker", 20),
        // 298 % at half load are 5.96, and one to spare.
        ("servers", 7),
        ("primaries", 1),
        ("standbys", 2),
        // 20 x 3 and 38 x 2.
        ("messages", 136),
        ("partitions", 12),
        // 365 x (50,000 x 2,048 + 25,000 x 512) / 2^20 = 40,100.1.
        ("disk", 40_101),
        // 14,000 / 16 and 30,000 / 64 = 468.75.
        ("memory_shows", 875),
        ("memory_watchers", 469),
    ];
    let got: Vec<_> = plan
        .items
        .iter()
        .map(|line| (line.name, line.value))
        .collect();
    assert_eq!(got, by_hand);
    assert_eq!(plan.breaks_first, "one_server");
}

#[test]
fn one_user_needs_one_of_each_and_a_spare() {
    let plan = plan(&demand(1), &limits());
    for (name, value) in [
        ("sales", 1),
        ("peak_sales", 2),
        ("holds", 1),
        ("servers", 2),
        ("primaries", 1),
    ] {
        assert_eq!(plan.value(name), value, "{name}");
    }
}

#[test]
fn what_decides_is_named() {
    // 10,000 open maps a server, and hardly any work.
    let patient = Demand {
        watch_seconds: 600,
        ..demand(1_000_000)
    };
    let easy = Limits {
        lists_per_s: 1_000_000,
        maps_per_s: 1_000_000,
        told_per_s: 1_000_000,
        ..limits()
    };
    let deciding = |plan: &Plan| {
        let line = plan.items.iter().find(|line| line.name == "servers");
        line.map(|line| (line.value, line.limit))
    };
    let feeds = plan(&patient, &easy);
    assert_eq!(deciding(&feeds), Some((31, Some("feeds"))));
    let work = plan(&demand(1_000_000), &limits());
    assert_eq!(deciding(&work), Some((7, Some("processor"))));
    // Everybody wants one show: no server and no shard helps.
    let opening = Demand {
        hottest_show_percent: 100,
        opening_night: 900,
        ..demand(100_000)
    };
    let slow_show = Limits {
        show_holds_per_s: 1,
        told_per_s: 1_000_000_000,
        ..easy
    };
    assert_eq!(plan(&opening, &slow_show).breaks_first, "one_show");
}

#[test]
fn more_users_never_need_less() {
    let least = plan(&demand(1), &limits());
    let mut before = least.items;
    let mut dau: u64 = 1;
    while dau < 10_000_000_000 {
        dau += dau.div_ceil(7);
        let after = plan(&demand(dau), &limits()).items;
        for (less, more) in before.iter().zip(&after) {
            assert!(less.value <= more.value, "{} for {dau} users", more.name);
        }
        before = after;
    }
}

#[test]
fn more_of_anything_that_is_asked_for_never_needs_less() {
    type Change = fn(&mut Demand);
    let changes: [(&str, Change); 8] = [
        ("looks", |d| d.looks_per_sale += 40),
        ("seats", |d| d.seats_per_booking += 1),
        ("holds", |d| d.holds_per_100_sales += 40),
        ("busiest hour", |d| d.busiest_hour_percent += 5),
        ("opening night", |d| d.opening_night += 3),
        ("cards", |d| d.card_percent += 7),
        ("hottest show", |d| d.hottest_show_percent += 3),
        ("watchers", |d| d.watch_seconds += 30),
    ];
    for (name, change) in changes {
        for dau in [1, 900, 50_001, 7_000_000] {
            let mut more = demand(dau);
            change(&mut more);
            let (less, more) = (plan(&demand(dau), &limits()), plan(&more, &limits()));
            for (less, more) in less.items.iter().zip(&more.items) {
                assert!(less.value <= more.value, "{name}: {}", more.name);
            }
        }
    }
}

#[test]
fn the_most_of_everything_is_no_overflow() {
    let most = Demand {
        visits_per_sale: u64::MAX,
        looks_per_sale: u64::MAX,
        holds_per_100_sales: u64::MAX,
        opening_night: u64::MAX,
        watch_seconds: u64::MAX,
        tickets_per_show: 1,
        days_on_sale: u64::MAX,
        ..demand(u64::MAX)
    };
    let none = Limits {
        lists_per_s: 0,
        ..limits()
    };
    assert!(plan(&most, &none).value("servers") > 0);
}

#[test]
fn thousands_are_told_apart() {
    let written = [0, 999, 1_000, 27_182_818].map(grouped);
    assert_eq!(written, ["0", "999", "1,000", "27,182,818"]);
}
