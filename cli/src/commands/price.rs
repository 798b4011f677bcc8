//! `houseful price`: what tickets would cost, and why.

use std::fmt::Write;

use houseful_core::{
    money::{Currency, Money},
    price::{Step, TaxTotal},
    wire::{
        Time,
        booking::Wish,
        catalogue::ShowDetail,
        price::{PriceLine, PricePreview, PriceRequest, PriceWish, TicketsWanted},
    },
};

use super::{board, sell, show::in_words};
use crate::{
    args::{PriceCommand, PricePreviewArgs},
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "total",
    columns: &[
        usual("show", "Show"),
        usual("lines.ticket_type", "Ticket types"),
        usual("fee", "Fee"),
        usual("total", "Total"),
        extra("lines.seat", "Seats"),
        extra("lines.category", "Categories"),
        extra("lines.price.minor", "Prices"),
        extra("taxes.name", "Taxes"),
        extra("taxes.tax_minor", "Tax"),
        extra("net", "Net"),
        extra("offers.offer", "Offers"),
        extra("channel", "Channel"),
        extra("at", "At"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: PriceCommand) -> Result<(), CliError> {
    let PriceCommand::Preview(args) = command;
    let client = ctx.client().await?;
    let id = board::find(ctx, &client, &args.show, &args.scope).await?;
    let detail = ctx.wait("asking for the show", client.show(id)).await?;
    let request = request(&args, &detail)?;
    let price = ctx
        .wait("asking for the price", client.price(id, &request))
        .await?;
    ctx.one_drawn(&COLUMNS, &price, &|view| drawn(&price, &detail, view))
}

fn request(args: &PricePreviewArgs, detail: &ShowDetail) -> Result<PriceRequest, CliError> {
    let wish = &args.wish;
    let named = wish.tickets();
    let by_seat = wish.seats.is_some() || wish.best.is_some();
    let wanted = match sell::planned(wish, detail)? {
        Some(Wish::Seats(seats)) if by_seat => PriceWish::Seats(seats),
        Some(Wish::Best(best)) if by_seat => PriceWish::Best(best),
        _ => {
            let one = detail
                .ticket_types
                .first()
                .map(|kind| (kind.code.clone(), 1));
            let tickets = named.into_iter().map(|t| (t.ticket_type, t.count));
            let tickets: Vec<(String, u16)> = tickets.collect();
            let wanted = if tickets.is_empty() {
                one.into_iter().collect()
            } else {
                tickets
            };
            let wanted = wanted
                .into_iter()
                .map(|(ticket_type, count)| TicketsWanted {
                    category: wish.category.clone(),
                    ticket_type,
                    count,
                });
            PriceWish::Tickets(wanted.collect())
        }
    };
    Ok(PriceRequest {
        wish: wanted,
        channel: args.channel,
        codes: wish.codes.clone(),
        member: wish.member.clone(),
        at: args.at.map(Time),
        as_hold: false,
        allow_orphans: wish.allow_orphans,
        over_limit: wish.over_limit,
    })
}

/// The price with every step of every ticket; tickets that are alike are told once.
fn drawn(price: &PricePreview, detail: &ShowDetail, view: &View) -> String {
    let mut text = format!("{}\n", in_words(detail, view));
    for alike in price.lines.chunk_by(is_alike) {
        if let Some(line) = alike.first() {
            write_line(&mut text, line, alike);
        }
    }
    write_sums(&mut text, price);
    for offer in &price.offers {
        let less = Money::new(offer.less_minor, price.total.currency);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  note: {} gave {less}", escaped(&offer.offer));
    }
    for refused in &price.not_given {
        let (to, why) = (refused.to.to_string(), refused.why);
        let _ = writeln!(text, "  note: {} gives nothing: {why}", escaped(&to));
    }
    text
}

fn is_alike(a: &PriceLine, b: &PriceLine) -> bool {
    let words = |line: &PriceLine| (line.category.clone(), line.ticket_type.clone(), line.price);
    words(a) == words(b) && a.quoted.steps == b.quoted.steps
}

fn write_line(text: &mut String, line: &PriceLine, alike: &[PriceLine]) {
    let seats: Vec<String> = alike
        .iter()
        .filter_map(|line| line.seat)
        .map(|seat| seat.to_string())
        .collect();
    let who = match seats.as_slice() {
        [] => format!("{} x", alike.len()),
        seats => seats.join(" "),
    };
    let currency = line.price.currency;
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "  {who} {} {}",
        escaped(&line.ticket_type),
        escaped(&line.category)
    );
    for step in &line.quoted.steps {
        let _ = writeln!(text, "    {}", step_in_words(step, currency));
    }
}

/// `Matinee   -2.50   10.00`: the rule, what it does, what it comes to.
fn step_in_words(step: &Step, currency: Currency) -> String {
    let plain = |minor: i64| Money::new(minor, currency).plain();
    let change = step.after_minor - step.before_minor;
    let sign = if change < 0 { "" } else { "+" };
    let change = format!("{sign}{}", plain(change));
    let why = escaped(&step.why.to_string());
    format!("{why:<25} {change:>10} {:>10}", plain(step.after_minor))
}

/// Fee, taxes and the total.
pub(super) fn write_sums(text: &mut String, price: &PricePreview) {
    // Writing to a String cannot fail.
    if price.fee.minor != 0 {
        let _ = writeln!(text, "  {:<29} {:>12}", "fee", price.fee.to_string());
    }
    let _ = writeln!(text, "  {:<29} {:>12}", "TOTAL", price.total.to_string());
    write_taxes(text, &price.taxes, price.total.currency);
}

/// The taxes that are in a total.
pub(super) fn write_taxes(text: &mut String, taxes: &[TaxTotal], currency: Currency) {
    for tax in taxes {
        let money = |minor| Money::new(minor, currency).to_string();
        let name = format!("in it {} {}%", escaped(&tax.name), tax.percent);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<29} {:>12}", money(tax.tax_minor));
    }
}
