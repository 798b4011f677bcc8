//! The table of cases (`fixtures/prices`), identities that hold for any card, and cards of before.

mod cards;
mod cases;
mod identities;

use std::{collections::BTreeMap, sync::OnceLock};

use super::{Occasion, PriceCard, Purchase, SeatWanted, rates};
use crate::{money::Money, price::Channel};

/// The cards of the table, by name.
const CARDS: [(&str, &str); 6] = [
    (
        "lichtburg",
        include_str!("../../../fixtures/prices/cards/lichtburg.toml"),
    ),
    (
        "mixed",
        include_str!("../../../fixtures/prices/cards/mixed.toml"),
    ),
    (
        "outremont",
        include_str!("../../../fixtures/prices/cards/outremont.toml"),
    ),
    (
        "plain",
        include_str!("../../../fixtures/prices/cards/plain.toml"),
    ),
    (
        "roxy",
        include_str!("../../../fixtures/prices/cards/roxy.toml"),
    ),
    (
        "sathyam",
        include_str!("../../../fixtures/prices/cards/sathyam.toml"),
    ),
];

/// A card of the table, checked. One that begins with `flat:` has one price, and says currency,
/// places whose taxes it has, the price, and what else is not as usual.
fn card(name: &str) -> PriceCard {
    static READ: OnceLock<BTreeMap<&str, PriceCard>> = OnceLock::new();
    if let Some(rest) = name.strip_prefix("flat:") {
        return read(name, &flat(rest));
    }
    let all = READ.get_or_init(|| CARDS.map(|(name, text)| (name, read(name, text))).into());
    let card = all.get(name).unwrap_or_else(|| panic!("no card {name}"));
    card.clone()
}

fn read(name: &str, text: &str) -> PriceCard {
    let mut table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
    let places = table.remove("tax_places");
    let mut card: PriceCard = table.try_into().unwrap_or_else(|e| panic!("{name}: {e}"));
    for place in places.iter().filter_map(toml::Value::as_array).flatten() {
        let taxes = rates::taxes(place.as_str().unwrap_or_default());
        assert!(!taxes.is_empty(), "{name}: no taxes of {place}");
        card.rules.get_or_insert_default().taxes.extend(taxes);
    }
    assert_eq!(card.check_rules(), Ok(()), "{name}");
    card
}

fn flat(spec: &str) -> String {
    let mut parts = spec.split(':');
    let mut next = || parts.next().unwrap_or_default();
    let (currency, places, price) = (next(), next(), next());
    let minor = Money::parse(price, currency.parse().expect(spec))
        .expect(spec)
        .minor;
    let places: Vec<String> = places
        .split('+')
        .filter(|place| *place != "none")
        .map(|place| format!("{place:?}"))
        .collect();
    let options = parts.map(|option| match option.split_once('=') {
        Some(("cash", step)) => format!("cash = {{ step_minor = {step} }}\n"),
        _ if ["half_up", "half_even", "down"].contains(&option) => {
            format!("rounding = {option:?}\n")
        }
        _ => format!("tax_rounding = {option:?}\n"),
    });
    format!(
        "tax_places = [{}]\ncurrency = {currency:?}\n\
         ticket_types = [{{ code = \"adult\", name = \"Adult\", key = \"a\" }}]\n\
         prices = [{{ category = \"standard\", ticket_type = \"adult\", minor = {minor} }}]\n\
         [rules]\n{}",
        places.join(", "),
        options.collect::<String>(),
    )
}

/// Seats as the table writes them: `A1 adult; F4 premium child`.
fn seats(text: &str) -> Vec<SeatWanted> {
    let wanted = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (category, ticket_type) = match words[..] {
            [_, ticket_type] => ("standard", ticket_type),
            [_, category, ticket_type] => (category, ticket_type),
            _ => panic!("not a seat: {text}"),
        };
        SeatWanted {
            seat: Some(words[0].parse().expect(text)),
            category: category.to_owned(),
            ticket_type: ticket_type.to_owned(),
        }
    };
    text.split(';').map(wanted).collect()
}

/// A purchase without codes; the show as `2026-11-24 19:30 2D`.
fn purchase(show: &str, sold: &str, channel: Channel, wanted: &str) -> Purchase {
    let local = |text: &str| text.replacen(' ', "T", 1).parse().expect(text);
    let (starts, format) = show.split_at(16);
    Purchase {
        occasion: Occasion {
            starts: local(starts),
            sold: local(sold),
            format: format.trim().to_owned(),
        },
        channel,
        seats: seats(wanted),
        codes: Vec::new(),
        member: None,
        used: Vec::new(),
    }
}
