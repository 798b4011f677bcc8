//! What is asked step by step when somebody sits at a terminal.

use houseful_core::{
    ids::ShowId,
    money::Money,
    refusal::Refusal,
    wire::{
        booking::{Booking, TicketWish},
        catalogue::ShowDetail,
    },
};

use super::{Desk, card, cash, plan::Plan};
use crate::{
    args::{Pay, ScopeArgs, TicketCount, WishArgs},
    client::Client,
    commands::{board, show::in_words},
    context::Context,
    error::CliError,
    moment,
    output::escaped,
    wish,
};

/// Shows the board and asks for a number on it.
pub(super) async fn show(
    ctx: &mut Context,
    client: &Client,
    scope: &ScopeArgs,
) -> Result<ShowId, CliError> {
    let board = board::board(ctx, client, scope).await?;
    if board.is_empty() {
        return Err(CliError::NotFound {
            message: "there are no shows on the board".to_owned(),
            hint: Some("`--date tomorrow` looks at the next day".to_owned()),
        });
    }
    let all: Vec<_> = board.iter().collect();
    board::list(ctx, &all);
    board::choose(ctx, &board).await
}

/// Asks how many tickets and which seats.
pub(super) async fn plan(
    ctx: &mut Context,
    typed: &WishArgs,
    detail: &ShowDetail,
) -> Result<Plan, CliError> {
    ctx.say(&in_words(detail, &ctx.style.view));
    let kinds: Vec<String> = detail
        .ticket_types
        .iter()
        .map(|t| format!("{} {}", t.key, escaped(&t.name)))
        .collect();
    let question = format!("tickets, as in 2 or 2a1c ({}):", kinds.join(", "));
    let tickets = loop {
        let answer = ctx.ask(&question, "--adult N").await?;
        let read = wish::tickets(&answer).and_then(|t| wish::types(&t, &detail.ticket_types));
        match read {
            Ok(tickets) => break tickets,
            Err(e) => ctx.say(&escaped(&e.to_string())),
        }
    };
    loop {
        let answer = ctx
            .ask("seats, as in H8,H9 (Enter for the best):", "--best")
            .await?;
        let counted = |t: &TicketWish| TicketCount {
            ticket_type: t.ticket_type.clone(),
            count: t.count,
        };
        let mut wish = WishArgs {
            tickets: tickets.iter().map(counted).collect(),
            ..typed.clone()
        };
        if answer.is_empty() {
            wish.best = Some(0);
        } else {
            match wish::seats(&answer).and_then(|s| wish::labels(&s, None)) {
                Ok(seats) => wish.seats = Some(seats),
                Err(e) => {
                    ctx.say(&e.to_string());
                    continue;
                }
            }
        }
        match Plan::of(&wish, detail) {
            Ok(Some(plan)) => return Ok(plan),
            Ok(None) => {}
            Err(e) => ctx.say(&e.to_string()),
        }
    }
}

/// Asks how to pay.
pub(super) async fn payment(ctx: &mut Context, booking: &Booking) -> Result<Pay, CliError> {
    let seats: Vec<String> = booking.lines.iter().map(|l| l.seat.to_string()).collect();
    ctx.say(&format!(
        "{} held for five minutes, {}",
        seats.join(" "),
        booking.total
    ));
    loop {
        let question = format!(
            "pay {}: Enter for exact cash, the amount given, card, or voucher:CODE,cash:",
            booking.total
        );
        let answer = ctx.ask(&question, "--pay").await?;
        let text = match answer.as_str() {
            "" => "cash".to_owned(),
            text if text.starts_with(|c: char| c.is_ascii_digit()) => format!("cash={text}"),
            text => text.to_owned(),
        };
        match text.parse() {
            Ok(Pay::Cash(Some(given))) => match enough(&given, booking.total) {
                Ok(None) => return Ok(Pay::Cash(Some(given))),
                Ok(Some(question)) => {
                    let answer = ctx.ask(&format!("{question} [y/N]"), "--yes").await?;
                    if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
                        return Ok(Pay::Cash(Some(given)));
                    }
                }
                Err(e) => ctx.say(&e),
            },
            Ok(Pay::Split(parts))
                if super::split::check(&parts, booking.total.currency).is_err() =>
            {
                ctx.say("write amounts as in cash:10.00,card");
            }
            Ok(pay @ (Pay::Card(_) | Pay::Split(_))) => {
                match card::read_if_any(ctx, Some(pay)).await {
                    Ok(Some(pay)) => return Ok(pay),
                    Ok(None) => {}
                    Err(e) => ctx.say(&e.to_string()),
                }
            }
            Ok(pay) => return Ok(pay),
            Err(e) => ctx.say(&e),
        }
    }
}

/// Whether what was handed over pays for the booking, and what to ask when it is very much more.
fn enough(given: &str, total: Money) -> Result<Option<String>, String> {
    let given = cash::amount(given, total.currency).map_err(|e| e.to_string())?;
    if given.minor < total.minor {
        return Err(Refusal::CashTooLittle { total, given }.to_string());
    }
    Ok(cash::much(given, total))
}

/// At the counter a refusal for a single seat left alone is a question. A yes changes the request
/// and its command, which never was carried out.
pub(super) async fn despite_orphans(
    ctx: &mut Context,
    desk: &mut Desk,
    error: &CliError,
) -> Result<bool, CliError> {
    let CliError::Refused { problem, .. } = error else {
        return Ok(false);
    };
    let Some(request) = &mut desk.sale.request else {
        return Ok(false);
    };
    if problem.code != "orphan_seat" || request.allow_orphans || !ctx.asks() {
        return Ok(false);
    }
    ctx.say(&escaped(&problem.detail));
    let answer = ctx
        .ask("take them all the same? [y/N]", "--allow-orphans")
        .await?;
    let yes = matches!(answer.as_str(), "y" | "Y" | "yes");
    if yes {
        request.allow_orphans = true;
        request.command = moment::fresh_command();
    }
    Ok(yes)
}

/// Whether seats that are not where the words said are paid all the same. Without anybody to ask
/// they are not, unless `--yes` said so beforehand.
pub(super) async fn despite_gave_way(
    ctx: &mut Context,
    booking: &Booking,
    gave_way: &str,
) -> Result<bool, CliError> {
    if !ctx.asks() && !ctx.globals.yes {
        return Ok(false);
    }
    let seats: Vec<String> = booking.lines.iter().map(|l| l.seat.to_string()).collect();
    let question = format!(
        "{} held, not what was asked for: {gave_way}. Pay all the same?",
        seats.join(" ")
    );
    match ctx.confirm(&question).await {
        Ok(()) => Ok(true),
        Err(CliError::NotConfirmed { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
