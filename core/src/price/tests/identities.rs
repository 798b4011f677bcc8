//! What holds for every card and every purchase.

use proptest::prelude::*;

use super::{CARDS, card, purchase};
use crate::{
    money::{Percent, Rounding},
    price::{
        BookingFee, Channel, Gives, Offer, OfferTo, Per, PriceCard, Purchase, Quote, Reason,
        TaxRounding, UsedBefore,
    },
};

const SHOWS: [&str; 8] = [
    "2026-11-23 14:30 2D",
    "2026-11-24 19:30 3D",
    "2026-11-25 00:15 IMAX",
    "2026-11-27 20:15 IMAX 3D",
    "2026-11-28 09:30 2D long",
    "2026-12-25 15:00 2D",
    "2026-12-31 23:45 3D",
    "2027-01-01 05:59 2D",
];
const CODES: [&str; 9] = [
    "friends", "MONDAY5", "3FOR2", "TENOFF", "STAFF", "BIRTHDAY", "GRUPPE", "DIWALI", "FAMILLE",
];

/// A card of the table, with its roundings drawn anew.
fn any_card() -> impl Strategy<Value = PriceCard> {
    let rounding = prop_oneof![
        Just(Rounding::HalfUp),
        Just(Rounding::HalfEven),
        Just(Rounding::Down)
    ];
    let taxes = prop_oneof![Just(TaxRounding::Line), Just(TaxRounding::Booking)];
    let percent = prop::option::of(0_u32..100_000);
    (0..CARDS.len(), rounding, taxes, percent, any::<bool>()).prop_map(
        |(i, rounding, tax_rounding, percent, shuffle)| {
            let mut card = card(CARDS[i].0);
            let simple = std::mem::take(&mut card.fees).into_iter();
            let rules = card.rules.get_or_insert_default();
            rules.fees.extend(simple.map(|(channel, minor)| {
                let (per, max_minor) = (Per::Ticket, None);
                let fee = BookingFee {
                    minor,
                    per,
                    max_minor,
                };
                (channel, fee)
            }));
            rules.rounding = rounding;
            rules.tax_rounding = tax_rounding;
            if let Some(percent) = percent {
                rules.offers.push(Offer {
                    name: "Drawn".to_owned(),
                    to: OfferTo::Member("drawn".to_owned()),
                    gives: Gives::LessPercent(Percent::thousandths(percent)),
                    scope: crate::price::Scope::default(),
                    when: crate::price::When::default(),
                    sold: crate::price::Dates::ALWAYS,
                    channels: Vec::new(),
                    limits: crate::price::Limits::default(),
                    on_top: shuffle,
                });
            }
            assert_eq!(card.check_rules(), Ok(()));
            card
        },
    )
}

/// A purchase under `card`: 1 to 12 seats of its table.
fn any_purchase(card: &PriceCard) -> impl Strategy<Value = Purchase> + use<> {
    let rows = card.prices.clone();
    let seats = prop::collection::vec(0..rows.len(), 1..=12);
    let codes = prop::collection::vec(0..CODES.len(), 0..4);
    let member = prop_oneof![
        Just(""),
        Just("gold"),
        Just("club"),
        Just("carte"),
        Just("drawn")
    ];
    let channel = prop_oneof![
        Just(Channel::Counter),
        Just(Channel::Web),
        Just(Channel::Api)
    ];
    (seats, codes, member, channel, 0..SHOWS.len(), 0_u32..14).prop_map(
        move |(seats, codes, member, channel, show, used)| {
            let seat = |(n, row): (usize, usize)| {
                let row = &rows[row];
                format!("A{} {} {}", n + 1, row.category, row.ticket_type)
            };
            let seats: Vec<String> = seats.into_iter().enumerate().map(seat).collect();
            let mut wanted = purchase(SHOWS[show], "2026-11-22 10:00", channel, &seats.join(";"));
            wanted.codes = codes
                .into_iter()
                .map(|code| CODES[code].to_owned())
                .collect();
            wanted.member = Some(member.to_owned()).filter(|m| !m.is_empty());
            wanted.used.push(UsedBefore {
                offer: "Friends".to_owned(),
                customer: used,
                in_all: used * 40,
            });
            wanted
        },
    )
}

fn any_case() -> impl Strategy<Value = (PriceCard, Purchase)> {
    any_card().prop_flat_map(|card| {
        let wanted = any_purchase(&card);
        (Just(card), wanted)
    })
}

/// Everything that has to add up in a quote.
fn adds_up(card: &PriceCard, quote: &Quote) {
    let sum =
        |of: &dyn Fn(&crate::price::QuoteLine) -> i64| quote.lines.iter().map(of).sum::<i64>();
    assert_eq!(
        sum(&|l| l.total_minor()),
        quote.total_minor,
        "lines make the total"
    );
    assert_eq!(
        quote.net_minor + quote.tax_minor,
        quote.total_minor,
        "net and tax"
    );
    assert_eq!(sum(&|l| l.fee_minor), quote.fee_minor, "parts of the fee");
    let taxes: i64 = quote.taxes.iter().map(|t| t.tax_minor).sum();
    assert_eq!(taxes, quote.tax_minor, "taxes by rate");
    let tables: i64 = sum(&|l| l.steps[0].after_minor);
    let less: i64 = quote.offers.iter().map(|o| o.less_minor).sum();
    let moved = sum(&|l| {
        let steps = l.steps[1..]
            .iter()
            .filter(|s| !matches!(s.why, Reason::Offer(_)));
        steps.map(|s| s.after_minor - s.before_minor).sum()
    });
    assert_eq!(tables + moved - less, quote.total_minor, "steps and offers");
    for line in &quote.lines {
        let mut before = 0;
        for step in &line.steps {
            assert_eq!(step.before_minor, before, "no gap between steps");
            assert!(step.after_minor >= 0);
            before = step.after_minor;
        }
        assert_eq!(before, line.total_minor(), "the last step is what is paid");
        assert!(line.ticket_minor >= 0 && line.fee_minor >= 0 && line.net_minor() >= 0);
        for tax in &line.taxes {
            assert!(tax.ticket_minor >= 0 && tax.fee_minor >= 0 && tax.net_minor >= 0);
        }
    }
    assert_eq!(
        card.cash_minor(quote.cash_minor),
        quote.cash_minor,
        "cash is whole coins"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn everything_in_a_quote_adds_up_and_nothing_is_below_nothing((card, wanted) in any_case()) {
        adds_up(&card, &card.quote(&wanted).expect("a quote"));
    }

    #[test]
    fn the_order_of_seats_and_codes_changes_nothing(
        (card, wanted) in any_case(),
        turn in 0_usize..12,
    ) {
        let quote = card.quote(&wanted).expect("a quote");
        let mut other = wanted.clone();
        let turn = turn % other.seats.len();
        other.seats.rotate_left(turn);
        other.codes.reverse();
        prop_assert_eq!(&card.quote(&other).expect("a quote"), &quote);
        other.seats.reverse();
        other.codes.extend(wanted.codes.clone());
        prop_assert_eq!(&card.quote(&other).expect("a quote"), &quote);
        prop_assert_eq!(card.quote(&wanted).expect("a quote"), quote);
    }

    #[test]
    fn taxes_of_one_rate_are_equal((card, wanted) in any_case()) {
        // Of India's two halves none gets the odd paisa.
        let quote = card.quote(&wanted).expect("a quote");
        let of = |name: &str| -> Vec<_> {
            let taxes = quote.taxes.iter().filter(|t| t.name == name);
            taxes.map(|t| (t.percent, t.net_minor, t.tax_minor)).collect()
        };
        prop_assert_eq!(of("CGST"), of("SGST"));
    }

    #[test]
    fn an_offer_never_makes_anything_dearer((card, wanted) in any_case()) {
        // A lower slab of a tax could only lower it further; a fee never rises by an offer.
        let with = card.quote(&wanted).expect("a quote");
        let plain = Purchase { codes: Vec::new(), member: None, ..wanted };
        let without = card.quote(&plain).expect("a quote");
        prop_assert!(with.total_minor <= without.total_minor + with.lines.len() as i64);
        prop_assert!(with.fee_minor <= without.fee_minor + with.lines.len() as i64);
    }

    #[test]
    fn a_quote_that_was_kept_reads_as_it_was((card, wanted) in any_case()) {
        let quote = card.quote(&wanted).expect("a quote");
        let kept = serde_json::to_string(&quote).expect("text");
        prop_assert!(!kept.contains('.') || !has_float(&kept));
        prop_assert_eq!(serde_json::from_str::<Quote>(&kept).expect("a quote"), quote);
    }
}

/// Whether a JSON text has a number that is not whole.
fn has_float(json: &str) -> bool {
    fn any(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Number(number) => number.is_f64(),
            serde_json::Value::Array(list) => list.iter().any(any),
            serde_json::Value::Object(map) => map.values().any(any),
            _ => false,
        }
    }
    serde_json::from_str(json).is_ok_and(|value| any(&value))
}
