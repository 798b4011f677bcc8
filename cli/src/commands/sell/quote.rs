//! `--dry-run`: which seats and what they cost, by the word of the server. Nothing is held, so the
//! real sale may come out otherwise.

use std::fmt::Write;

use houseful_core::{
    money::Money,
    refusal::Refusal,
    wire::{
        booking::{HoldRequest, Wish},
        catalogue::ShowDetail,
        price::{PricePreview, PriceRequest, PriceWish},
    },
};
use serde::Serialize;

use crate::{
    client::Client,
    commands::{dry_run::refused, price::write_sums, show::in_words},
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, extra, usual},
};

/// A price for seats that nobody holds.
#[derive(Debug, Serialize)]
struct Quote {
    dry_run: bool,
    #[serde(flatten)]
    price: PricePreview,
    request: HoldRequest,
}

pub(in crate::commands) static COLUMNS: Columns = Columns {
    id: "lines.seat",
    columns: &[
        usual("show", "Show"),
        usual("lines.seat", "Seats"),
        usual("fee", "Fee"),
        usual("total", "Total"),
        extra("lines.ticket_type", "Ticket types"),
        extra("lines.category", "Categories"),
        extra("lines.price.minor", "Prices"),
        extra("relaxed", "Gave way"),
        extra("alone", "Left alone"),
        extra("channel", "Channel"),
    ],
};

pub(super) async fn tell(
    ctx: &mut Context,
    client: &Client,
    detail: &ShowDetail,
    request: &HoldRequest,
    given: Option<Money>,
) -> Result<(), CliError> {
    let asked = PriceRequest {
        wish: match request.wish.clone() {
            Wish::Seats(seats) => PriceWish::Seats(seats),
            Wish::Best(best) => PriceWish::Best(best),
        },
        channel: None,
        codes: request.codes.clone(),
        member: request.member.clone(),
        at: None,
        as_hold: true,
        allow_orphans: request.allow_orphans,
        over_limit: request.over_limit,
    };
    let asked = client.price(detail.show.id, &asked);
    let price = ctx.wait("asking for the price", asked).await?;
    let total = price.total;
    if let Some(given) = given.filter(|given| given.minor < total.minor) {
        return Err(refused(&Refusal::CashTooLittle { total, given }));
    }
    let quote = Quote {
        dry_run: true,
        price,
        request: request.clone(),
    };
    ctx.one_drawn(&COLUMNS, &quote, &|view| drawn(&quote.price, detail, view))
}

fn drawn(price: &PricePreview, detail: &ShowDetail, view: &View) -> String {
    let mut text = format!(
        "{}\nnothing is held; a sale now would be:\n",
        in_words(detail, view)
    );
    for line in &price.lines {
        let seat = line.seat.map(|seat| seat.to_string());
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {:<5} {:<10} {:<12} {:>12}",
            seat.unwrap_or_default(),
            escaped(&line.ticket_type),
            escaped(&line.category),
            line.price.to_string()
        );
    }
    write_sums(&mut text, price);
    for relaxed in &price.relaxed {
        let _ = writeln!(text, "  note: {relaxed}");
    }
    if !price.alone.is_empty() {
        let seats: Vec<String> = price.alone.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "  note: leaves {} alone", seats.join(" "));
    }
    text
}
