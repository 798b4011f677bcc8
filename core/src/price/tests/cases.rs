//! Plays the table of cases: every number in it has to come out to the minor unit.

use std::fmt::Write;

use super::{card, purchase};
use crate::{
    money::{Currency, Money},
    price::{OfferTo, Purchase, Quote, QuoteError, UsedBefore},
};

const TABLE: &str = include_str!("../../../../fixtures/prices/cases.tsv");

/// What the columns are, as in the first line of the table.
const COLUMNS: [&str; 16] = [
    "case",
    "card",
    "show",
    "sold",
    "channel",
    "seats",
    "asks",
    "tickets+fees",
    "fee",
    "taxes",
    "net",
    "total",
    "cash",
    "first_ticket",
    "given",
    "source",
];

fn asks(purchase: &mut Purchase, text: &str) {
    for ask in text.split(';').map(str::trim).filter(|ask| *ask != "-") {
        match ask.split_once(' ').expect(ask) {
            ("code", code) => purchase.codes.push(code.to_owned()),
            ("member", kind) => purchase.member = Some(kind.to_owned()),
            ("used", rest) => {
                let (offer, counts) = rest.rsplit_once(' ').expect(ask);
                let (customer, in_all) = counts.split_once('/').expect(ask);
                purchase.used.push(UsedBefore {
                    offer: offer.to_owned(),
                    customer: customer.parse().expect(ask),
                    in_all: in_all.parse().expect(ask),
                });
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The right half of a row as the quote has it.
fn answer(quote: &Quote) -> [String; 8] {
    let money = |minor: i64| plain(minor, quote.currency);
    let join = |parts: Vec<String>| match parts.len() {
        0 => "-".to_owned(),
        _ => parts.join("; "),
    };
    let line = |line: &crate::price::QuoteLine| {
        let seat = line.seat.map_or_else(String::new, |seat| seat.to_string());
        format!(
            "{seat} {}+{}",
            money(line.ticket_minor),
            money(line.fee_minor)
        )
    };
    let tax = |tax: &crate::price::TaxTotal| {
        let (name, percent) = (&tax.name, tax.percent);
        format!(
            "{name} {percent}% {} of {}",
            money(tax.tax_minor),
            money(tax.net_minor)
        )
    };
    let mut why = String::new();
    for (i, step) in quote.lines[0].steps.iter().enumerate() {
        let after = money(step.after_minor);
        let _ = if i == 0 {
            write!(why, "{after}")
        } else {
            write!(why, " > {} {after}", step.why)
        };
    }
    let used =
        |o: &crate::price::OfferUse| format!("{} x{} -{}", o.offer, o.uses, money(o.less_minor));
    let not = |n: &crate::price::NotGiven| {
        let (OfferTo::Code(code) | OfferTo::Member(code)) = &n.to;
        let why = serde_json::to_value(n.why).expect("a word");
        format!("not {code}: {}", why.as_str().unwrap_or_default())
    };
    let given = quote.offers.iter().map(used);
    let given = given.chain(quote.not_given.iter().map(not)).collect();
    [
        join(quote.lines.iter().map(line).collect()),
        money(quote.fee_minor),
        join(quote.taxes.iter().map(tax).collect()),
        money(quote.net_minor),
        money(quote.total_minor),
        money(quote.cash_minor),
        why,
        join(given),
    ]
}

fn plain(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).plain()
}

fn refusal(error: &QuoteError) -> &'static str {
    match error {
        QuoteError::NoSeats => "refused: no_seats",
        QuoteError::TooManySeats => "refused: too_many_seats",
        QuoteError::TooManyCodes => "refused: too_many_codes",
        QuoteError::UnknownTicketType { .. } => "refused: unknown_ticket_type",
        QuoteError::NotSold { .. } => "refused: not_sold",
        QuoteError::NotValid { .. } => "refused: not_valid",
    }
}

#[test]
fn every_case_of_the_table_comes_out_to_the_minor_unit() {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some(COLUMNS.join("\t").as_str()));
    let (mut cases, mut wrong) = (0, String::new());
    for row in lines.filter(|row| !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        assert_eq!(cells.len(), COLUMNS.len(), "{row}");
        let channel = cells[4].parse().expect(row);
        let mut wanted = purchase(cells[2], cells[3], channel, cells[5]);
        asks(&mut wanted, cells[6]);
        let said = match card(cells[1]).quote(&wanted) {
            Ok(quote) => answer(&quote),
            Err(error) => {
                let mut said = [const { String::new() }; 8].map(|_| "-".to_owned());
                refusal(&error).clone_into(&mut said[0]);
                said
            }
        };
        for ((column, expected), said) in COLUMNS[7..15].iter().zip(&cells[7..15]).zip(&said) {
            if expected != said {
                let case = cells[0];
                let _ = writeln!(wrong, "{case}, {column}: not {expected}, but {said}");
            }
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(cases >= 100, "only {cases} cases");
}
