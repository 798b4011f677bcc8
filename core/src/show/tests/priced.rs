//! Holds under a price card with rules: what is quoted is held, kept and given back.

use proptest::prelude::*;

use super::{
    cases::{ask_back, by, must},
    *,
};
use crate::{
    price::{Purchase, SeatWanted, WhyNot},
    refusal::PriceRefused,
    show::{
        Line, PriceFacts, TermsRow,
        priced::{Buyer, priced},
    },
    time::DAY_MS,
};

/// A card of GBP with a daypart, a surcharge, an offer by code, a fee with a cap and a tax in it.
const CARD: &str = r#"{
  "currency": "GBP",
  "ticket_types": [
    {"code": "adult", "name": "Adult", "key": "a"},
    {"code": "child", "name": "Child", "key": "c"}
  ],
  "prices": [
    {"category": "standard", "ticket_type": "adult", "minor": 1250},
    {"category": "standard", "ticket_type": "child", "minor": 800}
  ],
  "rules": {
    "dayparts": [{"name": "Matinee", "when": {"hours": {"until": "17:00"}}, "change": {"less_percent": "20"}}],
    "surcharges": [{"name": "3D glasses", "formats": ["3D"], "minor": 150}],
    "offers": [{"name": "Ten off", "to": {"code": "TENOFF"}, "gives": {"booking_less": 1000},
                "limits": {"tickets_min": 2}}],
    "fees": {"web": {"minor": 75, "per": "ticket", "max_minor": 200}},
    "taxes": [{"name": "VAT", "on": "tickets", "included": true, "rates": [{"percent": "20"}]}]
  }
}"#;

fn card() -> PriceCard {
    let card: PriceCard = serde_json::from_str(CARD).expect("a card");
    assert_eq!(card.check_rules(), Ok(()));
    card
}

/// A show at three in the afternoon of the day after [`NOW`], in 3D.
fn ruled(prices: PriceCard) -> ShowTerms {
    let old = terms();
    let window = old.windows[&Channel::Web];
    ShowTerms {
        prices: Arc::new(prices),
        facts: Some(PriceFacts {
            zone: jiff::tz::TimeZone::get("Europe/London").expect("a zone"),
            format: "3D".to_owned(),
        }),
        starts_at: UtcMillis(NOW.0 - NOW.0 % DAY_MS + DAY_MS + 14 * 3_600_000),
        windows: BTreeMap::from([(Channel::Web, window), (Channel::Counter, window)]),
        ..(*old).clone()
    }
}

fn show(prices: PriceCard) -> ShowState {
    let mut state = ShowState::new(ShowId(1));
    let terms = Arc::new(ruled(prices));
    must(&mut state, &command(1, Ask::Open(terms)), NOW);
    state
}

fn table_lines(terms: &ShowTerms, seats: &[(&str, &str)]) -> Vec<Line> {
    let line = |(seat, ticket_type): &(&str, &str)| Line {
        seat: terms
            .layout
            .find(seat.parse().expect("a label"))
            .expect("a seat"),
        ticket_type: (*ticket_type).to_owned(),
        minor: 0,
        quoted: None,
    };
    seats.iter().map(line).collect()
}

const WEB: Buyer<'_> = Buyer {
    channel: Channel::Web,
    codes: &[],
    member: None,
};

fn record(state: &ShowState) -> &crate::show::BookingRecord {
    state.booking(Uuid::from_u128(7)).expect("a booking")
}

#[test]
fn a_hold_costs_what_is_quoted_and_each_line_keeps_why() {
    let mut state = show(card());
    must(&mut state, &hold(2, 7, &["A1", "A2", "A3"]), NOW);
    let held = record(&state);
    // 12.50 less 20 percent and 1.50 for the glasses; 2.00 of fee for three.
    let lines: Vec<_> = held
        .lines
        .iter()
        .map(|l| (l.minor, held.fee_of(l)))
        .collect();
    assert_eq!(lines, [(1150, 67), (1150, 67), (1150, 66)]);
    assert_eq!((held.fee_minor, held.total().minor), (200, 3650));
    let quoted = held.lines[0].quoted.as_ref().expect("a quote");
    let steps: Vec<_> = quoted.steps.iter().map(|s| s.why.to_string()).collect();
    assert_eq!(
        steps,
        ["price", "Matinee", "3D glasses", "booking fee (web)"]
    );
    assert_eq!(quoted.taxes[0].ticket_minor, 192);

    must(&mut state, &change(3, 7, &["A1", "A2"]), NOW);
    assert_eq!(record(&state).total().minor, 2 * (1150 + 75));
}

/// Other seats for a booking.
fn change(n: u128, booking: u128, seats: &[&str]) -> Command {
    let Ask::Hold { wish, rules, .. } = hold(n, booking, seats).ask else {
        unreachable!("a hold");
    };
    let booking = Uuid::from_u128(booking);
    let ask = Ask::ChangeSeats {
        booking,
        wish,
        rules,
        proof: Proof::default(),
    };
    command(n, ask)
}

#[test]
fn a_code_said_with_the_hold_counts_for_other_seats_too() {
    let mut state = show(card());
    let mut with_code = hold(2, 7, &["A1", "A2"]);
    if let Ask::Hold { proof, .. } = &mut with_code.ask {
        proof.codes = vec!["TENOFF".to_owned()];
    }
    must(&mut state, &with_code, NOW);
    assert_eq!(record(&state).total().minor, 2 * 1150 - 1000 + 150);
    must(&mut state, &change(3, 7, &["A2", "A3"]), NOW);
    assert_eq!(record(&state).total().minor, 2 * 1150 - 1000 + 150);
    // What it would not have been given for is said, and the seats stay.
    let fewer = does(&mut state, &change(4, 7, &["A2"]), NOW);
    assert_eq!(fewer, Err(refused_code("TENOFF", WhyNot::TooFewTickets)));
    assert_eq!(record(&state).lines.len(), 2);
}

#[test]
fn seats_given_back_one_by_one_come_to_what_was_paid() {
    for order in [["A1", "A2", "A3"], ["A3", "A1", "A2"], ["A2", "A3", "A1"]] {
        let mut state = show(card());
        must(&mut state, &hold(2, 7, &["A1", "A2", "A3"]), NOW);
        let paid = record(&state).total().minor;
        let payment = PaymentId(Uuid::from_u128(40));
        let ask = Ask::PayCash {
            booking: Uuid::from_u128(7),
            payment,
            given_minor: None,
        };
        must(&mut state, &by(7, 3, ask), NOW);
        for (n, seat) in (10..).zip(order) {
            let mut wish = ask_back(&[seat]);
            if let Ask::Refund { rules, .. } = &mut wish {
                rules.alone = true;
            }
            must(&mut state, &by(7, n, wish), NOW);
        }
        let refunds = &record(&state).refunds;
        let back: i64 = refunds.iter().map(|r| r.refund.back_minor()).sum();
        assert_eq!((back, record(&state).fee_minor), (paid, 0), "{order:?}");
    }
}

#[test]
fn a_code_lowers_the_price_or_is_refused_with_its_reason() {
    let terms = ruled(card());
    let two = table_lines(&terms, &[("A1", "adult"), ("A2", "child")]);
    let with = |code: &str, lines: &[Line]| {
        let codes = [code.to_owned()];
        let buyer = Buyer {
            codes: &codes,
            ..WEB
        };
        priced(&terms, buyer, lines.to_vec(), NOW)
    };
    let lower = with("tenoff", &two).expect("a price");
    let sum: i64 = lower.lines.iter().map(|l| l.minor).sum();
    // 11.50 and 7.90, less 10.00.
    assert_eq!((sum, lower.fee_minor), (940, 150));
    for (code, lines, why) in [
        ("NONE", &two[..], WhyNot::Unknown),
        ("TENOFF", &two[..1], WhyNot::TooFewTickets),
    ] {
        let refused = with(code, lines).err();
        assert_eq!(refused, Some(refused_code(code, why)));
    }
    let plain = ShowTerms {
        prices: super::terms().prices.clone(),
        ..terms.clone()
    };
    let codes = ["TENOFF".to_owned()];
    let buyer = Buyer {
        codes: &codes,
        ..WEB
    };
    let refused = priced(&plain, buyer, two.clone(), NOW).err();
    assert_eq!(refused, Some(refused_code("TENOFF", WhyNot::Unknown)));
}

fn refused_code(code: &str, why: WhyNot) -> Refusal {
    let code = code.to_owned();
    Refusal::NoPrice(PriceRefused::Code { code, why })
}

#[test]
fn a_show_without_facts_or_of_another_day_has_no_price() {
    let terms = ShowTerms {
        facts: None,
        ..ruled(card())
    };
    let lines = table_lines(&terms, &[("A1", "adult")]);
    let refused = priced(&terms, WEB, lines.clone(), NOW).err();
    assert_eq!(refused, Some(Refusal::NoPrice(PriceRefused::NoFacts)));
    let mut later = card();
    let rules = later.rules.as_mut().expect("rules");
    rules.valid.from = Some("2026-11-24".parse().expect("a date"));
    let refused = priced(&ruled(later), WEB, lines, NOW).err();
    let day = "1970-01-13".parse().expect("a date");
    let refusal = Refusal::NoPrice(PriceRefused::OtherDay { day });
    assert_eq!(refused, Some(refusal));
}

#[test]
fn terms_and_lines_of_before_are_written_as_they_were() {
    let row = serde_json::to_value(TermsRow::from(terms().as_ref())).expect("a row");
    assert_eq!(row.get("facts"), None);
    let line = table_lines(&terms(), &[("A1", "adult")]).remove(0);
    let text = r#"{"seat":0,"ticket_type":"adult","minor":0}"#;
    assert_eq!(serde_json::to_string(&line).expect("a line"), text);
    assert_eq!(serde_json::from_str::<Line>(text).expect("a line"), line);
    let row = TermsRow::from(&ruled(card()));
    let text = serde_json::to_string(&row).expect("a row");
    assert!(text.contains(r#""facts":{"zone":"Europe/London","format":"3D"}"#));
    assert_eq!(serde_json::from_str::<TermsRow>(&text).expect("a row"), row);
}

proptest! {
    /// A card without rules: the table and a fee for each, as `quote` says it too.
    #[test]
    fn a_card_without_rules_sells_as_it_always_did(
        minor in 0_i64..5_000,
        fee in 0_i64..300,
        seats in 1_usize..=6,
    ) {
        let mut prices = (*terms().prices).clone();
        prices.prices[0].minor = minor;
        prices.fees.insert(Channel::Web, fee);
        let names: Vec<String> = (1..=seats).map(|n| format!("A{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut state = show(prices.clone());
        must(&mut state, &hold(2, 7, &names), NOW);
        let held = record(&state);
        let count = i64::try_from(seats).expect("a few");
        prop_assert!(held.lines.iter().all(|l| l.minor == minor && l.quoted.is_none()));
        prop_assert_eq!(held.fee_minor, fee * count);
        let terms = ruled(prices.clone());
        let wanted = SeatWanted {
            seat: None,
            category: "standard".to_owned(),
            ticket_type: "adult".to_owned(),
        };
        let facts = terms.facts.as_ref().expect("facts");
        let purchase = Purchase {
            occasion: crate::price::Occasion::in_zone(&facts.zone, terms.starts_at, NOW, "2D"),
            channel: Channel::Web,
            seats: vec![wanted; seats],
            codes: Vec::new(),
            member: None,
            used: Vec::new(),
        };
        let quote = prices.quote(&purchase).expect("a quote");
        prop_assert_eq!(held.total(), quote.total());
    }
}
