//! `houseful report`.

use houseful_core::{
    time::UtcMillis,
    wire::report::{MoneyReport, MoneyRow},
};

use super::names;
use crate::{
    args::{MoneyArgs, ReportCommand},
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
