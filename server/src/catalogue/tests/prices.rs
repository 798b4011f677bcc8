//! What a snapshot makes of a price card with rules.

use std::sync::Arc;

use houseful_core::{
    ids::ShowId,
    price::{PriceCard, PriceRules},
};

use super::{STARTS, Snapshot, at, check, demo, every_show};
use crate::{
    catalogue::{Chain, rows::Rows},
    hub::Count,
};

/// Shows that begin before noon cost half.
const RULES: &str = r#"{"dayparts": [{"name": "Morning", "when": {"hours": {"until": "12:00"}},
    "change": {"less_percent": "50"}}]}"#;

fn unopened(_: ShowId) -> Option<Count> {
    None
}

/// The chain with these rules on all of its cards.
fn ruled(chain: &Chain) -> Snapshot {
    let rules: PriceRules = serde_json::from_str(RULES).expect("rules");
    let mut rows = check::check(chain, &Rows::default()).expect("a chain that is right");
    for card in rows.prices.values_mut() {
        *card = Arc::new(PriceCard {
            rules: Some(Box::new(rules.clone())),
            ..(**card).clone()
        });
    }
    Snapshot::of(rows).expect("a snapshot")
}

#[test]
fn lists_tell_the_prices_of_the_hour_and_terms_say_what_holds_need_for_them() {
    let mut chain = demo::chain(at(STARTS[0]), 1).expect("a chain");
    for card in chain.price_cards.values_mut() {
        card.rules = None;
    }
    let (plain, ruled) = (super::snapshot(&chain), ruled(&chain));
    let now = at(STARTS[0]);
    let page = plain.shows(&every_show(), &unopened, now).expect("a page");
    let (mut mornings, mut others) = (0, 0);
    for show in page.items {
        let terms = ruled.terms(show.id).expect("terms");
        let facts = terms.facts.as_ref().expect("facts");
        let starts = jiff::Timestamp::from_millisecond(terms.starts_at.0).expect("a time");
        let hour = facts.zone.to_datetime(starts).hour();
        let is_morning = (6..12).contains(&hour);
        let half = |minor: i64| if is_morning { minor - minor / 2 } else { minor };
        *(if is_morning {
            &mut mornings
        } else {
            &mut others
        }) += 1;
        let told = ruled.show_detail(show.id, &unopened, now).expect("a show");
        let before = plain.show_detail(show.id, &unopened, now).expect("a show");
        assert_eq!(facts.format, told.show.format);
        assert_eq!(told.show.price_from.minor, half(show.price_from.minor));
        assert_eq!(told.prices.len(), before.prices.len());
        for (told, before) in told.prices.iter().zip(&before.prices) {
            let off = told.price.minor - half(before.price.minor);
            assert!(off.abs() <= 1, "{told:?} {before:?}");
        }
        assert_eq!(plain.terms(show.id).expect("terms").facts, None);
    }
    assert!(mornings > 0 && others > 0, "{mornings} {others}");
}
