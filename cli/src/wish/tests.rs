//! The line as it is typed, printed and understood.

use std::collections::BTreeSet;

use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest},
    sample::select,
};

use super::*;

fn seat() -> impl Strategy<Value = SeatRange> {
    ("[A-Z]{1,3}", 1..990_u16, 0..9_u16).prop_map(|(row, number, more)| {
        let label = |number| SeatLabel::new(&row, number).expect("a seat");
        SeatRange::new(label(number), label(number + more)).expect("one row")
    })
}

fn who() -> impl Strategy<Value = Vec<Tickets>> {
    let key = option::of(select(vec!['a', 'c', 's', 'e', 'z', 'ż', 'x']));
    vec((1..1_000_u16, key), 0..5).prop_map(|all| {
        let tickets = |(count, key)| Tickets { count, key };
        all.into_iter().map(tickets).collect()
    })
}

fn pay() -> impl Strategy<Value = PayWord> {
    prop_oneof![
        Just(PayWord::Card),
        Just(PayWord::Hold),
        option::of("[0-9]{1,5}(\\.[0-9]{1,2})?").prop_map(PayWord::Cash),
        split(),
    ]
}

/// Vouchers, and one means for the rest.
fn split() -> impl Strategy<Value = PayWord> {
    let amount = || option::of("[0-9]{1,5}(\\.[0-9]{1,2})?");
    let rest = prop_oneof![
        Just(SplitWord::Card),
        (amount(), amount()).prop_map(|(amount, given)| SplitWord::Cash { amount, given }),
    ];
    (vec(any::<u128>(), 1..3), option::of(rest)).prop_map(|(codes, rest)| {
        let codes: BTreeSet<u128> = codes.into_iter().map(|c| c % (1 << 80)).collect();
        let codes = codes.into_iter().map(VoucherCode::from_bits);
        PayWord::Split(codes.map(SplitWord::Voucher).chain(rest).collect())
    })
}

fn words() -> impl Strategy<Value = WishWords> {
    let zone = select(vec![Zone::Any, Zone::Front, Zone::Middle, Zone::Rear]);
    let category = select(vec![
        "standard",
        "premium",
        "rear",
        "cash",
        "accessible",
        "vip1",
        "9mm",
        "h8",
        "sofa_2",
        "hold",
    ]);
    let narrow = (option::of(zone), option::of(category), any::<bool>());
    let distinct = |mut seats: Vec<SeatRange>| {
        let mut seen = Vec::new();
        seats.retain(|s| {
            !seen.contains(s) && {
                seen.push(*s);
                true
            }
        });
        seats
    };
    let place = prop_oneof![
        vec(seat(), 1..6)
            .prop_map(distinct)
            .prop_map(|seats| WishWords {
                seats,
                ..WishWords::default()
            }),
        narrow.prop_map(|(zone, category, accessible)| WishWords {
            zone,
            category: category.map(str::to_owned),
            accessible,
            ..WishWords::default()
        }),
    ];
    (who(), place, option::of(pay())).prop_map(|(tickets, place, pay)| WishWords {
        tickets,
        pay,
        ..place
    })
}

fn line() -> impl Strategy<Value = WishLine> {
    let show = prop_oneof![
        (1..=u16::MAX).prop_map(LineShow::Number),
        (1..9_999_u64).prop_map(|id| LineShow::Id(ShowId(id))),
    ];
    (show, words()).prop_map(|(show, words)| WishLine { show, words })
}

proptest! {
    #[test]
    fn a_line_that_is_printed_is_read_as_the_same(line in line()) {
        prop_assert_eq!(line.to_string().parse(), Ok(line));
    }

    #[test]
    fn no_text_is_too_much(text in ".{0,200}") {
        let read: Result<WishLine, WishError> = text.parse();
        if let Ok(line) = read {
            prop_assert_eq!(line.to_string().parse(), Ok(line));
        }
        let _ = (tickets(&text), seats(&text));
    }

    #[test]
    fn no_line_of_such_words_is_too_much(
        text in "([0-9]{0,6}|[a-z]{1,4}|[h-j][0-9]{1,4}|-|,|=|cash=| |rear|shw_){0,14}"
    ) {
        let read: Result<WishLine, WishError> = text.parse();
        if let Ok(line) = read {
            prop_assert_eq!(line.to_string().parse(), Ok(line));
        }
    }
}

fn read(text: &str) -> String {
    match text.parse::<WishLine>() {
        Ok(line) => line.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn lines_are_read_as_people_type_them() {
    for (typed, meant) in [
        ("1 2a1c h8-10 card", "1 2a1c h8-10 card"),
        ("3 2 rear", "3 2 rear"),
        ("shw_1042 2 cash=50", "shw_1042 2 cash=50"),
        ("1 h8,j3 hold", "1 h8,j3 hold"),
        ("  1   H8,9  2A ", "1 2A h8,h9"),
        ("1 h10-8", "1 h8-10"),
        ("1 2a 1c", "1 2a1c"),
        ("1 2 1c", "1 2 1c"),
        ("1 REAR 2 Cash", "1 2 rear cash"),
        ("1 2 premium accessible", "1 2 premium accessible"),
        ("1", "1"),
    ] {
        assert_eq!(read(typed), meant, "{typed}");
    }
}

#[test]
fn a_mistake_names_its_word_and_what_could_stand_there() {
    for (typed, word, instead) in [
        ("", "show", "1 2a1c h8-10 card"),
        ("dune 2", "`dune`", "number or id"),
        ("0 2", "`0`", "number or id"),
        ("1 2a9", "", "1 2a 9"),
        ("1 2-3", "`2-3`", "2a1c"),
        ("1 0a", "`0a`", "2a1c"),
        ("1 9999", "`9999`", "2a1c"),
        ("1 h8-j9", "`h8-j9`", "one row"),
        ("1 h", "", "1 h"),
        ("1 h8x", "`h8x`", "H8"),
        ("1 h8-", "``", "H8"),
        ("1 h8 rear", "`h8` and `rear`", "leave one"),
        ("1 rear front", "`rear` and `front`", "leave one"),
        ("1 2 cash card", "`cash` and `card`", "leave one"),
        ("1 2 cash=x", "`cash=x`", "cash=50"),
        ("1 2 !!", "`!!`", "front, middle, rear"),
        ("1 a1-999", "many", "seats"),
    ] {
        let told = read(typed);
        if word.is_empty() {
            assert!(typed.parse::<WishLine>().is_ok(), "{typed}: {told}");
            continue;
        }
        assert!(
            told.contains(word) && told.contains(instead),
            "{typed}: {told}"
        );
    }
}

#[test]
fn tickets_and_seats_are_read_alone_where_they_are_asked_for() {
    let read = |text| tickets(text).map(|t| t.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(read("2a, 1c"), read("2a1c"));
    for bad in ["", "a", "0", "-1", "99999999"] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let read = |text| seats(text).map(|s| s.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(read("h8 9"), read("h8,h9"));
    assert!(read("9").is_err() && read(" , ").is_err());
}

fn detail() -> houseful_core::wire::catalogue::ShowDetail {
    serde_json::from_value(serde_json::json!({
        "id": "shw_1", "movie": "mov_1", "title": "Dune", "certificate": "15", "minutes": 100,
        "cinema": "cin_1", "cinema_name": "Roxy", "city_name": "Leeds", "screen": "scr_1",
        "screen_name": "Screen 1", "format": "2D", "language": "en", "subtitles": [],
        "starts_at": "2026-11-21T19:15:00.000Z", "ends_at": "2026-11-21T21:15:00.000Z",
        "starts_local": "2026-11-21T19:15", "sales_close_at": "2026-11-21T19:30:00.000Z",
        "time_zone": "Europe/London", "status": "on_sale", "free": 10, "total": 20,
        "price_from": {"minor": 950, "currency": "GBP"},
        "ticket_types": [{"code": "adult", "name": "Adult", "key": "a"},
                         {"code": "child", "name": "Child", "key": "c"}],
        "prices": [{"category": "standard", "ticket_type": "adult",
                    "price": {"minor": 950, "currency": "GBP"}}],
        "fees": [], "seats_max": 10
    }))
    .expect("a show")
}

fn meant(text: &str) -> Result<String, String> {
    let words: WishWords = text.parse().map_err(|e: WishError| e.to_string())?;
    let party = words.party(&detail(), None).map_err(|e| e.to_string())?;
    let (wish, _) = party.wish(&detail()).map_err(|e| e.to_string())?;
    serde_json::to_string(&wish).map_err(|e| e.to_string())
}

#[test]
fn what_a_line_means_depends_on_the_show() {
    let is = |text: &str, parts: &[&str]| {
        let told = meant(text).unwrap_or_else(|e| e);
        for part in parts {
            assert!(told.contains(part), "{text}: {told}");
        }
    };
    is(
        "2",
        &[r#"{"ticket_type":"adult","count":2}"#, r#""zone":"any""#],
    );
    is(
        "1a1c1a rear",
        &[r#"{"ticket_type":"adult","count":2}"#, r#""zone":"rear""#],
    );
    is(
        "h8-9 1c1a",
        &[
            r#"{"seat":"H8","ticket_type":"child"}"#,
            r#"{"seat":"H9","ticket_type":"adult"}"#,
        ],
    );
    is("h8", &[r#"{"seat":"H8","ticket_type":"adult"}"#]);
    is("2 standard", &[r#""category":"standard""#]);
    is("2 sofa", &["`sofa`", "categories are standard"]);
    is("2x", &["`x`", "a Adult, c Child"]);
    is("h8 2", &["seats says 1, the tickets are 2"]);
    is("rear", &["no tickets"]);
}
