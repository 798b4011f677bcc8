//! Cards of before keep their hash, and a card with a rule that makes no sense is refused.

use super::{CARDS, card};
use crate::price::{
    Change, Daypart, Gives, Hours, OfferTo, PriceCard, PriceCardError, PriceRules, When,
};

/// Written by a program that knew no rules; its hash is the first half of `sha256sum` of this text.
const BEFORE: &str = r#"{"currency":"GBP","ticket_types":[{"code":"adult","name":"Adult","key":"a"}],"prices":[{"category":"standard","ticket_type":"adult","minor":950}],"fees":{"web":75},"refunds":{"steps":[{"before_minutes":120,"keep_percent":50}],"booking_fee_kept":true,"clerk_max_minor":2000}}"#;
const BEFORE_WITHOUT_TERMS: &str = r#"{"currency":"JPY","ticket_types":[{"code":"adult","name":"Adult","key":"a"}],"prices":[{"category":"standard","ticket_type":"adult","minor":2000}],"fees":{}}"#;

#[test]
fn a_card_of_before_reads_on_and_keeps_its_hash() {
    for (text, hash) in [
        (BEFORE, "1c53504759ccc8e4ee6ac01dc0f59418"),
        (BEFORE_WITHOUT_TERMS, "c8bed46282a9ec435e825645ba04c845"),
    ] {
        let card: PriceCard = serde_json::from_str(text).expect(text);
        assert_eq!(card.rules, None);
        assert_eq!(serde_json::to_string(&card).expect(text), text);
        assert_eq!(card.hash().to_string(), hash);
    }
}

#[test]
fn a_card_with_rules_goes_both_ways_and_each_rule_is_in_its_hash() {
    for (name, _) in CARDS {
        let card = card(name);
        let json = serde_json::to_string(&card).expect(name);
        let back: PriceCard = serde_json::from_str(&json).expect(name);
        assert_eq!((&back, back.hash()), (&card, card.hash()), "{name}");
        // Programs of before rules ask for the fees, and so sell nothing by a card with rules.
        let top: serde_json::Value = serde_json::from_str(&json).expect(name);
        assert_eq!(top.get("fees").is_some(), card.rules.is_none(), "{name}");
    }
    let roxy = card("roxy");
    let differs = |change: fn(&mut PriceRules)| {
        let mut other = roxy.clone();
        change(other.rules.get_or_insert_default());
        assert_ne!(other.hash(), roxy.hash());
    };
    differs(|r| r.dayparts.swap(0, 1));
    differs(|r| r.offers[0].on_top = true);
    differs(|r| r.taxes.clear());
    differs(|r| r.rounding = crate::money::Rounding::Down);
    differs(|r| r.tax_rounding = crate::price::TaxRounding::Booking);
}

#[test]
fn a_card_with_rules_keeps_its_hash_too() {
    // Journals rest on it: neither a field in another place nor a date written otherwise may pass.
    let hash = |name| {
        let mut card = card(name);
        // What the tables of rates say may change.
        let rules = card.rules.get_or_insert_default();
        rules.taxes.retain(|tax| tax.name != "MwSt");
        format!("{name} {}", card.hash())
    };
    assert_eq!(
        ["lichtburg", "sathyam", "mixed"].map(hash),
        [
            "lichtburg e925b57fccd9b2e5766d2ad433e7b9f0",
            "sathyam c8103820d15ab26830610c6a47b5cae4",
            "mixed 741595ea832a745834a7dc516ea856a8"
        ]
    );
}

#[test]
fn a_word_that_no_rule_has_is_refused_and_not_passed_over() {
    let with = |rules: &str| {
        let json = BEFORE_WITHOUT_TERMS
            .replace("\"fees\":{}", &format!("\"fees\":{{}},\"rules\":{rules}"));
        serde_json::from_str::<PriceCard>(&json).is_ok()
    };
    assert!(with("{}"));
    assert!(with(
        r#"{"dayparts":[{"name":"T","when":{"days":["tue"]},"change":{"price":1}}]}"#
    ));
    for misspelt in [r#""Rules":{}"#, r#""rule":{}"#] {
        let json =
            BEFORE_WITHOUT_TERMS.replace("\"fees\":{}", &format!("\"fees\":{{}},{misspelt}"));
        assert!(
            serde_json::from_str::<PriceCard>(&json).is_err(),
            "{misspelt}"
        );
    }
    let row = BEFORE_WITHOUT_TERMS.replace("\"minor\":2000", "\"minor\":2000,\"major\":20");
    assert!(serde_json::from_str::<PriceCard>(&row).is_err());
    assert!(!with(r#"{"daypart":[]}"#));
    assert!(!with(
        r#"{"dayparts":[{"name":"T","when":{"day":["tue"]},"change":{"price":1}}]}"#
    ));
    assert!(!with(
        r#"{"dayparts":[{"name":"T","when":{},"change":{"price":1.5}}]}"#
    ));
    assert!(!with(
        r#"{"taxes":[{"name":"T","included":true,"rates":[{"percent":7.5}]}]}"#
    ));
}

#[test]
fn a_rule_with_a_mistake_is_refused_by_name() {
    let broken = |rule: &str, change: fn(&mut PriceRules)| {
        let mut card = card("roxy");
        change(card.rules.get_or_insert_default());
        match card.check_rules() {
            Err(PriceCardError::Rule { rule: named, .. }) => assert_eq!(named, rule),
            other => panic!("{rule}: {other:?}"),
        }
    };
    broken("Tuesday", |r| {
        r.dayparts[0].scope.ticket_types.push("dog".into());
    });
    broken("Tuesday", |r| {
        r.dayparts[0].scope.categories.push("attic".into());
    });
    broken("Tuesday", |r| r.dayparts[0].change = Change::Price(-1));
    broken("", |r| r.dayparts[0].name.clear());
    broken("Matinee", |r| {
        r.dayparts[2].when.hours = Some(Hours {
            from: "17:00".parse().expect("a time"),
            until: "16:00".parse().expect("a time"),
        });
    });
    broken("Christmas", |r| {
        let dates = &mut r.dayparts[1].when.dates;
        std::mem::swap(&mut dates.from, &mut dates.until);
    });
    broken("3D", |r| r.surcharges[0].minor = -1);
    broken("Roxy Gold", |r| r.offers[1].name = "Roxy Gold".into());
    broken("Roxy Gold", |r| {
        r.offers[0].to = OfferTo::Code("a b".into());
    });
    broken("Friends", |r| r.offers[1].gives = Gives::Less(i64::MAX));
    broken("Three for two", |r| {
        r.offers[3].gives = Gives::PayFor { pay: 3, of: 3 }
    });
    broken("Staff evening", |r| {
        r.offers[5].gives = Gives::LessPercent("100.001".parse().expect("a percentage"));
    });
    broken("VAT", |r| r.taxes[0].rates.clear());
    broken("web", |r| {
        r.fees
            .entry(crate::price::Channel::Web)
            .and_modify(|f| f.max_minor = Some(-1));
    });
    broken("cash", |r| {
        r.cash = Some(crate::price::CashRounding {
            step_minor: 0,
            rounding: crate::money::Rounding::HalfUp,
        });
    });
    broken("valid", |r| {
        std::mem::swap(&mut r.valid.from, &mut r.valid.until);
    });
    broken("VAT", |r| r.taxes[0].joined = true);
    broken("VAT", |r| {
        // The new rate, and nobody said until when the old one is.
        let mut more = r.taxes[0].clone();
        more.dates.from = "2026-06-01".parse().ok();
        r.taxes.push(more);
    });
    broken("VAT", |r| {
        // A day between two rates.
        let mut more = r.taxes[0].clone();
        more.dates.from = "2026-06-02".parse().ok();
        r.taxes[0].dates.until = "2026-05-31".parse().ok();
        r.taxes.push(more);
    });
    let mut twice = card("roxy");
    twice.fees.insert(crate::price::Channel::Web, 1);
    assert!(matches!(
        twice.check_rules(),
        Err(PriceCardError::Rule { .. })
    ));
    let mut many = card("roxy");
    many.rules.get_or_insert_default().dayparts = vec![
        Daypart {
            name: "Again".into(),
            when: When::default(),
            scope: crate::price::Scope::default(),
            change: Change::Price(1),
        };
        201
    ];
    assert_eq!(many.check_rules(), Err(PriceCardError::TooManyRules));
}

#[test]
fn lists_of_prices_know_days_and_formats() {
    let roxy = card("roxy");
    let on = |show: &str| {
        let wanted = super::purchase(
            show,
            "2026-11-20 10:00",
            crate::price::Channel::Web,
            "A1 adult",
        );
        roxy.listed_minor("standard", "adult", &wanted.occasion)
    };
    assert_eq!(on("2026-11-25 19:30 2D"), Some(950));
    assert_eq!(on("2026-11-24 19:30 3D"), Some(750));
    assert_eq!(on("2029-11-24 19:30 3D"), None);
}

#[test]
fn no_show_is_sold_under_limits_that_no_show_can_keep() {
    let friends = PriceCardError::LimitOverShows("Friends".to_owned());
    assert_eq!(card("roxy").check(), Err(friends));
    assert_eq!(card("outremont").check(), Ok(()));
    assert_eq!(card("plain").check(), Ok(()));
}

#[test]
fn a_card_that_nobody_checked_does_no_harm() {
    let wanted = "A1 adult; A2 child; F4 premium adult; A3 comp";
    for channel in crate::price::Channel::ALL {
        let mut wanted =
            super::purchase("2026-11-24 14:30 3D", "2026-11-20 10:00", channel, wanted);
        wanted.codes = ["FRIENDS", "3FOR2", "TENOFF"].map(str::to_owned).into();
        for odd in [i64::MIN, -1, 0, 1, i64::MAX] {
            let mut card = card("roxy");
            card.prices.iter_mut().for_each(|row| row.minor = odd);
            let rules = card.rules.get_or_insert_default();
            rules.dayparts.clear();
            rules.surcharges.iter_mut().for_each(|s| s.minor = odd);
            rules.offers[1].gives = Gives::Less(odd);
            rules.offers[3].gives = Gives::PayFor { pay: 9, of: 0 };
            rules.offers[4].gives = Gives::BookingLess(odd);
            rules.fees.values_mut().for_each(|fee| fee.minor = odd);
            if odd < 0 {
                rules.fees.clear();
                card.fees.insert(channel, odd);
            }
            let rules = card.rules.get_or_insert_default();
            rules.taxes[0].included = odd > 0;
            assert!(card.check_rules().is_err());
            let quote = card.quote(&wanted).expect("a quote");
            let all = quote
                .lines
                .iter()
                .flat_map(|l| [l.ticket_minor, l.fee_minor, l.tax_minor()]);
            assert!(
                all.chain([quote.total_minor, quote.cash_minor])
                    .all(|minor| minor >= 0)
            );
        }
    }
}
