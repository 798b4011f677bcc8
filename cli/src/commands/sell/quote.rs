//! `--dry-run`: which seats and what they cost, worked out here from what the server shows.
//! Nothing is held, so the real sale may come out otherwise.

use std::fmt::Write;

use houseful_core::{
    best::{BestWish, Relaxed, best},
    layout::SeatLayout,
    money::Money,
    orphan::orphans,
    price::Channel,
    refusal::{Refusal, TakenSeat},
    seat::{SeatLabel, SeatNo, SeatSet},
    wire::{
        booking::{BestRequest, BookingLine, HoldRequest, SeatWish, Wish},
        catalogue::ShowDetail,
        seats::{SeatMap, SeatMark},
    },
};
use serde::Serialize;

use crate::{
    client::Client,
    commands::{
        dry_run::refused,
        show::{free_seats, in_words},
    },
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, extra, usual},
};

/// A price for seats that nobody holds.
#[derive(Debug, Serialize)]
struct Quote {
    dry_run: bool,
    show: houseful_core::ids::ShowId,
    channel: Channel,
    lines: Vec<BookingLine>,
    fee: Money,
    total: Money,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relaxed: Vec<Relaxed>,
    /// Seats that nobody would want any more, which only the counter may leave behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alone: Vec<SeatLabel>,
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
    let id = detail.show.id;
    let all = async { tokio::try_join!(client.layout(id), client.seats(id), client.server_info()) };
    let (view, map, info) = ctx.wait("asking for the seats", all).await?;
    let layout = SeatLayout::parse(&view.text).map_err(|_| CliError::System {
        what: "the hall can't be read by this program; is it older than the server?".to_owned(),
    })?;
    let now = client.server_now().unwrap_or(info.time.0);
    let free = free_seats(&map, now)?;
    let (seats, relaxed) = match &request.wish {
        Wish::Seats(wishes) => (named(&layout, &free, &map, wishes)?, Vec::new()),
        Wish::Best(wish) => offered(&layout, &free, wish, detail)?,
    };
    let channel = info.channel.unwrap_or(Channel::Web);
    let chosen: Vec<SeatNo> = seats.iter().map(|(seat, _)| *seat).collect();
    let alone = orphans(&layout, &free, &chosen);
    let alone = alone.iter().filter_map(|no| layout.get(*no));
    let alone: Vec<SeatLabel> = alone.map(|seat| seat.label).collect();
    let mut quote = priced(detail, &layout, channel, seats, request)?;
    let total = quote.total;
    if let Some(given) = given.filter(|given| given.minor < total.minor) {
        return Err(refused(&Refusal::CashTooLittle { total, given }));
    }
    quote.relaxed = relaxed;
    quote.alone = alone;
    ctx.one_drawn(&COLUMNS, &quote, &|view| drawn(&quote, detail, view))
}

type Ticketed = Vec<(SeatNo, String)>;

fn named(
    layout: &SeatLayout,
    free: &SeatSet,
    map: &SeatMap,
    wishes: &[SeatWish],
) -> Result<Ticketed, CliError> {
    let mut seats = Ticketed::new();
    let mut lost = Vec::new();
    for wish in wishes {
        let seat = layout.find(wish.seat).ok_or_else(|| {
            CliError::usage(format!(
                "there is no seat {} in {}",
                wish.seat,
                escaped(layout.name())
            ))
        })?;
        if seats.iter().any(|(known, _)| *known == seat) {
            return Err(CliError::usage(format!(
                "seat {} is named twice",
                wish.seat
            )));
        }
        if !free.contains(seat) {
            lost.push(taken(map, wish.seat, seat));
        }
        seats.push((seat, wish.ticket_type.clone().unwrap_or_default()));
    }
    if !lost.is_empty() {
        return Err(refused(&Refusal::SeatsTaken { seats: lost }));
    }
    Ok(seats)
}

/// What stands in the way at a seat that is not free.
fn taken(map: &SeatMap, seat: SeatLabel, no: SeatNo) -> TakenSeat {
    let mark = map.states.chars().nth(no.index());
    let mark = mark.and_then(SeatMark::from_letter);
    let hold = map.holds.iter().find(|hold| hold.seats.contains(&no));
    TakenSeat {
        seat,
        why: mark.map_or("taken", SeatMark::word),
        until: hold.map(|hold| hold.until.0),
    }
}

fn offered(
    layout: &SeatLayout,
    free: &SeatSet,
    wish: &BestRequest,
    detail: &ShowDetail,
) -> Result<(Ticketed, Vec<Relaxed>), CliError> {
    let category = match &wish.category {
        None => None,
        Some(code) => Some(layout.category(code).ok_or_else(|| {
            let codes: Vec<&str> = layout
                .categories()
                .iter()
                .map(|c| c.code.as_str())
                .collect();
            let code = houseful_core::text::shown(code, 30);
            CliError::usage_hint(
                format!("there is no category `{code}` here"),
                codes.join(", "),
            )
        })?),
    };
    let sold = |category: &str, ticket_type: &str| {
        let mut prices = detail.prices.iter();
        prices.any(|p| p.category == category && p.ticket_type == ticket_type)
    };
    let barred = layout.categories_where(|category| {
        let mut tickets = wish.tickets.iter().filter(|t| t.count > 0);
        tickets.any(|t| !sold(category, &t.ticket_type))
    });
    let count: u32 = wish.tickets.iter().map(|t| u32::from(t.count)).sum();
    let offer = best(
        layout,
        free,
        &BestWish {
            seats: u16::try_from(count).unwrap_or(u16::MAX),
            zone: wish.zone,
            category,
            barred,
            accessible: wish.accessible,
            skip: wish.skip,
        },
    );
    let offer = offer.ok_or_else(|| CliError::NotFound {
        message: format!("there are no {count} such seats, {} are free", free.len()),
        hint: Some("fewer seats, or another show".to_owned()),
    })?;
    let types = wish
        .tickets
        .iter()
        .flat_map(|t| std::iter::repeat_n(t.ticket_type.clone(), usize::from(t.count)));
    Ok((offer.seats.into_iter().zip(types).collect(), offer.relaxed))
}

fn priced(
    detail: &ShowDetail,
    layout: &SeatLayout,
    channel: Channel,
    seats: Ticketed,
    request: &HoldRequest,
) -> Result<Quote, CliError> {
    let mut lines = Vec::new();
    for (no, ticket_type) in seats {
        let Some(seat) = layout.get(no) else { continue };
        let category = layout.categories().get(usize::from(seat.category.0));
        let category = category.map(|c| c.code.clone()).unwrap_or_default();
        let price = detail
            .prices
            .iter()
            .find(|p| p.category == category && p.ticket_type == ticket_type)
            .map(|p| p.price)
            .ok_or_else(|| {
                let known: Vec<&str> = detail
                    .ticket_types
                    .iter()
                    .map(|t| t.code.as_str())
                    .collect();
                CliError::usage_hint(
                    format!("`{ticket_type}` tickets are not sold for {category} seats"),
                    format!("ticket types: {}", known.join(", ")),
                )
            })?;
        lines.push(BookingLine {
            seat: seat.label,
            category,
            ticket_type,
            price,
        });
    }
    let currency = detail.show.price_from.currency;
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let fee = detail.fees.iter().find(|f| f.channel == channel);
    let fee = fee.map_or(0, |f| f.fee.minor).saturating_mul(count);
    let fee = Money::new(fee, currency);
    let total = lines
        .iter()
        .try_fold(fee, |sum, line| sum.plus(line.price))
        .ok_or_else(|| CliError::usage("the total is too large to be paid"))?;
    Ok(Quote {
        dry_run: true,
        show: detail.show.id,
        channel,
        lines,
        fee,
        total,
        relaxed: Vec::new(),
        alone: Vec::new(),
        request: request.clone(),
    })
}

fn drawn(quote: &Quote, detail: &ShowDetail, view: &View) -> String {
    let mut text = format!(
        "{}\nnothing is held; a sale now would be:\n",
        in_words(detail, view)
    );
    for line in &quote.lines {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {:<5} {:<10} {:<12} {:>12}",
            line.seat,
            escaped(&line.ticket_type),
            escaped(&line.category),
            line.price.to_string()
        );
    }
    let _ = writeln!(text, "  {:<29} {:>12}", "fee", quote.fee.to_string());
    let _ = writeln!(text, "  {:<29} {:>12}", "TOTAL", quote.total.to_string());
    for relaxed in &quote.relaxed {
        let _ = writeln!(text, "  note: {relaxed}");
    }
    if !quote.alone.is_empty() {
        let seats: Vec<String> = quote.alone.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "  note: leaves {} alone", seats.join(" "));
    }
    text
}
