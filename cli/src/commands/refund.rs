//! `houseful booking refund` and `houseful refund`: giving tickets back by the terms they were sold
//! under, and what managers say to what clerks may not give back alone.

use houseful_core::{
    ids::{BookingId, CommandId},
    refund::RefundReason,
    text::shown,
    wire::{
        Page,
        booking::Booking,
        desk::{DeskCase, DeskKind},
        refund::{RefundQuote, RefundRequest, RefundSeat, RefundWaiting, VerdictRequest},
    },
};

use super::{booking, dry_run, names};
use crate::{
    args::{RefundArgs, RefundCommand},
    client::{Client, DeskQuery, DeskState},
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

/// What a refund would come to.
pub(super) static QUOTE: Columns = Columns {
    id: "booking",
    columns: &[
        usual("lines.seat", "Seats"),
        usual("lines.back", "Each back"),
        usual("kept", "Kept"),
        usual("back", "Back"),
        usual("needs_approval", "Needs approval"),
        extra("keep_percent", "Percent kept"),
        extra("booking", "Booking"),
    ],
};

/// Refunds that wait.
pub(super) static WAITING: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Refund"),
        usual("code", "Code"),
        usual("lines.seat", "Seats"),
        usual("back", "Back"),
        usual("kept", "Kept"),
        usual("reason", "Why"),
        usual("note", "Note"),
        usual("at", "Since"),
        extra("booking", "Booking"),
        extra("waived", "Terms set aside"),
    ],
};

/// Gives tickets back, or asks a manager for it.
pub(super) async fn create(ctx: &mut Context, args: RefundArgs) -> Result<(), CliError> {
    let reason = RefundReason::from(args.reason);
    if args.note.trim().is_empty() && (args.waive || reason == RefundReason::Other) {
        return Err(CliError::usage_hint(
            "a note has to say why".to_owned(),
            "add `--note WORDS`: it is needed for `other` and for `--waive`",
        ));
    }
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, &args.booking).await?;
    let asked = client.refund_quote(id, &args.seats, args.waive);
    let quote = ctx.wait("asking what goes back", asked).await?;
    if ctx.globals.dry_run {
        return ctx.one_drawn(&QUOTE, &quote, &|_| drawn(&quote));
    }
    ctx.confirm(&question(&quote)).await?;
    let request = RefundRequest {
        command: ctx.command_id(),
        seats: args.seats,
        reason,
        note: args.note,
        told_minor: Some(quote.back.minor),
        waive: args.waive,
    };
    let done = ctx
        .wait("giving back", client.refund(id, &request))
        .await
        .map_err(|error| unheard(error.into(), id))?;
    if let Some(asked) = done
        .refund_asked
        .as_ref()
        .filter(|a| a.id == request.command)
    {
        ctx.say(&format!(
            "approval needed: {} of {} wait for a manager as {}\n\
             houseful refund approve {}",
            asked.back,
            seats(&asked.lines),
            asked.id,
            done.code
                .map_or_else(|| id.to_string(), |code| code.to_string()),
        ));
    }
    say_cash(ctx, &done, false);
    booking::show(ctx, &client, &done).await
}

/// Cash goes back by somebody's hand: says how much, once it is decided. Of what a manager approved
/// somewhere else it waits on the late-payments desk until a till says that it was handed out.
pub(super) fn say_cash(ctx: &mut Context, done: &Booking, approved: bool) {
    let say_so = match done.code {
        Some(code) if approved => {
            format!("; then say so: houseful payment late resolve {code} --how handed_out")
        }
        _ => String::new(),
    };
    if let Some(cash) = &done.cash_back {
        ctx.say(&format!("hand back {cash} in cash{say_so}"));
    }
    if done.cash_unknown {
        ctx.say(&format!(
            "some of it may be cash, and payment can't be asked now: `houseful payment late` tells \
             how much to hand back{say_so}"
        ));
    }
}

/// A refund whose answer was lost may have been made. Asking for the same seats again does no harm:
/// those that went back are not of the booking any more.
fn unheard(error: CliError, id: BookingId) -> CliError {
    if error.outcome_unknown() {
        error.with_next(format!("houseful booking view {id}"))
    } else {
        error
    }
}

fn seats(lines: &[RefundSeat]) -> String {
    let names: Vec<String> = lines.iter().map(|l| l.seat.to_string()).collect();
    names.join(" ")
}

fn question(quote: &RefundQuote) -> String {
    let manager = if quote.needs_approval {
        "ask a manager to "
    } else {
        ""
    };
    let fee = if quote.kept.minor > 0 {
        format!(" ({} are kept)", quote.kept)
    } else {
        String::new()
    };
    format!(
        "{manager}give back {} and return {}{fee}?",
        seats(&quote.lines),
        quote.back
    )
}

fn drawn(quote: &RefundQuote) -> String {
    let mut text = String::from("nothing was changed; this would go back:\n");
    for line in &quote.lines {
        let fee = if line.fee.minor > 0 {
            format!(" and fee {}", line.fee.plain())
        } else {
            String::new()
        };
        text.push_str(&format!(
            "  {:<5} {} back, {} kept of {}{fee}\n",
            line.seat.to_string(),
            line.back.plain(),
            line.kept.plain(),
            line.price.plain(),
        ));
    }
    text.push_str(&format!(
        "  all   {} back, {} kept\n",
        quote.back, quote.kept
    ));
    if quote.needs_approval {
        text.push_str("a manager would have to approve it\n");
    }
    text
}

/// What managers do about refunds that wait.
pub(super) async fn run(ctx: &mut Context, command: RefundCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        RefundCommand::List => {
            let items = waiting(ctx, &client).await?;
            let page = Page { items, next: None };
            ctx.list(&WAITING, &page, &page.items, "no refund waits")
        }
        RefundCommand::Approve { refund } => {
            decide(ctx, &client, &refund, true, String::new()).await
        }
        RefundCommand::Refuse { refund, note } => decide(ctx, &client, &refund, false, note).await,
    }
}

/// All refunds that wait, those that wait longest first.
async fn waiting(ctx: &mut Context, client: &Client) -> Result<Vec<RefundWaiting>, CliError> {
    let wanted = DeskQuery {
        kind: Some(DeskKind::RefundWaits),
        state: Some(DeskState::Open),
        ..DeskQuery::default()
    };
    let asked = client.desk(&wanted);
    let page = ctx.wait("asking what waits", asked).await?;
    let mut items: Vec<RefundWaiting> = page
        .items
        .into_iter()
        .filter_map(|c: DeskCase| c.refund)
        .collect();
    items.sort_by_key(|w| w.at);
    Ok(items)
}

async fn decide(
    ctx: &mut Context,
    client: &Client,
    text: &str,
    approve: bool,
    note: String,
) -> Result<(), CliError> {
    let (waits, id) = named(ctx, client, text).await?;
    let request = VerdictRequest {
        command: ctx.command_id(),
        refund: waits.id,
        approve,
        note,
    };
    let (verb, would) = if approve {
        ("give back", "would be given back")
    } else {
        ("refuse to give back", "would not be given back")
    };
    let what = format!("{} for {}", seats(&waits.lines), waits.back);
    if ctx.globals.dry_run {
        let path = format!("/v1/bookings/{id}/refund-verdict");
        return dry_run::tell(ctx, "POST", path, &request, format!("{what} {would}"));
    }
    ctx.confirm(&format!("{verb} {what}?")).await?;
    let asked = client.refund_verdict(id, &request);
    let done = ctx.wait("telling", asked).await;
    let done = done.map_err(|error| unheard(error.into(), id))?;
    say_cash(ctx, &done, true);
    booking::show(ctx, client, &done).await
}

/// What waits under this id, or of this booking.
async fn named(
    ctx: &mut Context,
    client: &Client,
    text: &str,
) -> Result<(RefundWaiting, BookingId), CliError> {
    let missing = || {
        CliError::usage_hint(
            format!("no refund waits as `{}`", shown(text, 60)),
            "`houseful refund list` has those that do",
        )
    };
    if let Ok(wanted) = text.parse::<CommandId>() {
        let all = waiting(ctx, client).await?;
        let found = all
            .into_iter()
            .find(|w| w.id == wanted)
            .ok_or_else(missing)?;
        let booking = found.booking;
        return Ok((found, booking));
    }
    let id = names::booking(ctx, client, text).await?;
    let asked = client.booking(id);
    let found: Booking = ctx.wait("asking for the booking", asked).await?;
    Ok((*found.refund_asked.ok_or_else(missing)?, id))
}
