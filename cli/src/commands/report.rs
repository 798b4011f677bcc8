//! `houseful report`, and the late-payments desk: `houseful payment late`.

use houseful_core::{
    time::UtcMillis,
    wire::{
        Page, Time,
        desk::{DeskCase, DeskEnd, DeskKind},
        report::{MoneyReport, MoneyRow},
    },
};
use serde::Serialize;

use super::names;
use crate::{
    args::{DeskArgs, MoneyArgs, ReportCommand},
    client::Client,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

/// Money by cinema, business date and tender.
pub(super) static MONEY: Columns = Columns {
    id: "cinema",
    columns: &[
        usual("date", "Date"),
        usual("cinema_name", "Cinema"),
        usual("tender", "Tender"),
        usual("captured", "Taken"),
        usual("refunded", "Given back"),
        usual("tickets", "Tickets"),
        usual("fees_kept", "Fees kept"),
        usual("on_its_way", "On its way"),
        usual("difference", "Difference"),
        extra("payments", "Payments"),
        extra("cinema", "Cinema id"),
    ],
};

/// Cases of the desk.
pub(super) static DESK: Columns = Columns {
    id: "booking",
    columns: &[
        usual("age", "Age"),
        usual("kind", "What"),
        usual("code", "Code"),
        usual("amount", "Amount"),
        usual("why", "Why"),
        usual("end", "Ended"),
        usual("next", "What can be done"),
        extra("booking", "Booking"),
        extra("payment", "Payment"),
        extra("tender", "By"),
        extra("at", "At"),
        extra("seats", "Seats"),
        extra("overdue", "Overdue"),
    ],
};

/// A case as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    age: String,
    next: String,
    #[serde(flatten)]
    case: DeskCase,
}

pub(super) async fn run(ctx: &mut Context, command: ReportCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        ReportCommand::Money(args) => money(ctx, &client, args).await,
    }
}

async fn money(ctx: &mut Context, client: &Client, args: MoneyArgs) -> Result<(), CliError> {
    let cinema = match args.cinema {
        Some(name) => Some(names::cinema(client, &name).await?),
        None => None,
    };
    let date = args.date.map(|date| date.to_string());
    let asked = client.report_money(date.as_deref(), cinema);
    let report: MoneyReport = ctx
        .wait("holding the books against each other", asked)
        .await?;
    let rows: &[MoneyRow] = &report.rows;
    ctx.list(&MONEY, &report, rows, "no payments")?;
    if report.sound {
        ctx.say("sound: taken - given back = tickets + fees kept");
        return Ok(());
    }
    for wrong in &report.breaks {
        let sums = match (wrong.payment, wrong.has, wrong.wants) {
            (Some(payment), Some(has), Some(wants)) => {
                format!("; {payment}: payment has {has}, booking wants {wants}")
            }
            _ => String::new(),
        };
        ctx.warn(&format!("{}: {}{sums}", wrong.booking, wrong.what));
    }
    Err(CliError::NotSound {
        what: format!("the books disagree about {} payments", report.breaks.len()),
    })
}

/// The late-payments desk.
pub(super) async fn desk(
    ctx: &mut Context,
    client: &Client,
    args: DeskArgs,
) -> Result<(), CliError> {
    let asked = client.desk(args.since.map(Time), args.kind.map(DeskKind::from));
    let page = ctx.wait("asking what came late", asked).await?;
    let now = client.server_now();
    let listed = |case: DeskCase| Listed {
        age: now.map_or_else(String::new, |now| age(case.at.0, now)),
        next: next(&case),
        case,
    };
    let needs = |case: &DeskCase| case.end == DeskEnd::Waits || case.overdue;
    let cases = page
        .items
        .into_iter()
        .filter(|case| !args.open || needs(case));
    let items: Vec<Listed> = cases.map(listed).collect();
    let page = Page { items, next: None };
    ctx.list(&DESK, &page, &page.items, "nothing came late")
}

/// How long ago: `45s`, `12m`, `3h`, `2d`.
pub(super) fn age(at: UtcMillis, now: UtcMillis) -> String {
    let seconds = now.ms_since(at).max(0) / 1_000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What a human can do. A case is decided in the commit that sees it, so mostly that is nothing, or
/// to sell other seats to somebody whose money came too late.
fn next(case: &DeskCase) -> String {
    let name = || {
        case.code
            .map_or_else(|| case.booking.to_string(), |c| c.to_string())
    };
    match (case.kind, case.end) {
        (DeskKind::RefundWaits, _) => format!("houseful refund approve {}", name()),
        (_, DeskEnd::OnItsWay) if case.overdue => case.payment.map_or_else(
            || "look at it".to_owned(),
            |payment| format!("houseful payment view {payment}"),
        ),
        (DeskKind::Overdue, _) => "houseful payment list --open".to_owned(),
        (DeskKind::MoneyShort, _) => {
            format!("houseful booking refund {} --waive --reason other", name())
        }
        (DeskKind::LateWon, DeskEnd::Confirmed) => "nothing: they have the seats".to_owned(),
        (DeskKind::LateWon, _) => "nothing: it ended otherwise since".to_owned(),
        (DeskKind::MoneyGone, _) => "nothing: the seats are for sale".to_owned(),
        (DeskKind::MoneyBack, _) if sells_others(case) => {
            format!(
                "houseful sell {} --adult {} --best",
                case.booking.show, case.seats
            )
        }
        (DeskKind::MoneyBack, _) => "nothing: the money goes back by itself".to_owned(),
    }
}

/// Whether the payer wanted seats and got none, so that others can be offered.
fn sells_others(case: &DeskCase) -> bool {
    let lost = ["seats_gone", "too_late"];
    case.seats > 0 && case.why.as_deref().is_some_and(|why| lost.contains(&why))
}
