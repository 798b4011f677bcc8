//! `houseful voucher`: value that pays by a code.

use houseful_core::{
    money::{Currency, Money},
    wire::{
        Time,
        voucher::{CancelVoucher, CreateVouchers, VoucherSeed},
    },
};

use super::dry_run;
use crate::{
    args::{VoucherArgs, VoucherCommand, VoucherRef},
    context::Context,
    error::CliError,
    moment,
    output::{Columns, extra, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Voucher"),
        usual("label", "Code ends"),
        usual("state", "State"),
        usual("value", "Worth"),
        usual("left", "Left"),
        usual("uses", "Uses"),
        usual("valid_until", "Ends"),
        extra("uses_max", "Uses at most"),
        extra("valid_from", "Begins"),
        extra("note", "Note"),
        extra("created_at", "Made"),
        extra("cancelled_at", "Taken back"),
        extra("made_by", "Made by"),
        extra("cancelled_by", "Taken back by"),
    ],
};

/// Vouchers that were just made, with their codes.
pub(super) static NEW: Columns = Columns {
    id: "id",
    columns: &[
        usual("code", "Code"),
        usual("value", "Worth"),
        usual("valid_until", "Ends"),
        usual("id", "Voucher"),
    ],
};

/// A voucher and what it was used for.
pub(super) static DETAIL: Columns = Columns {
    id: "voucher.id",
    columns: &[
        usual("voucher.id", "Voucher"),
        usual("voucher.label", "Code ends"),
        usual("voucher.state", "State"),
        usual("voucher.value", "Worth"),
        usual("voucher.left", "Left"),
        usual("voucher.uses", "Uses"),
        usual("voucher.valid_until", "Ends"),
        usual("uses.payment", "Payments"),
        usual("uses.state", "Their states"),
        usual("uses.used", "Used by each"),
        usual("uses.returned", "Come back of each"),
        usual("trail.kind", "What became of it"),
        usual("trail.by", "By whom"),
        extra("voucher.uses_max", "Uses at most"),
        extra("voucher.valid_from", "Begins"),
        extra("voucher.note", "Note"),
        extra("voucher.created_at", "Made"),
        extra("voucher.cancelled_at", "Taken back"),
        extra("voucher.made_by", "Made by"),
        extra("voucher.cancelled_by", "Taken back by"),
        extra("uses.amount", "Asked by each"),
        extra("uses.at", "When"),
        extra("trail.at", "When each happened"),
        extra("trail.amount", "How much each"),
        extra("trail.payment", "By which payment"),
        extra("trail.reason", "Why"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: VoucherCommand) -> Result<(), CliError> {
    match command {
        VoucherCommand::Create(args) => create(ctx, args).await,
        VoucherCommand::List => {
            let client = ctx.client().await?;
            let asked = ("asking for vouchers", client.vouchers());
            ctx.list_of(&COLUMNS, asked, "no vouchers").await
        }
        VoucherCommand::View { voucher } => {
            let client = ctx.client().await?;
            match voucher {
                VoucherRef::Id(id) => {
                    let asked = ("asking for the voucher", client.voucher(id));
                    ctx.one_of(&DETAIL, asked).await
                }
                VoucherRef::Code(code) => {
                    let asked = ("asking for the voucher", client.check_voucher(code));
                    ctx.one_of(&COLUMNS, asked).await
                }
            }
        }
        VoucherCommand::Cancel { voucher, reason } => {
            let request = CancelVoucher { reason };
            if ctx.globals.dry_run {
                let path = format!("/v1/vouchers/{voucher}/cancel");
                let effect = "nobody could pay with it any more";
                return dry_run::tell(ctx, "POST", path, &request, effect.to_owned());
            }
            ctx.confirm("take the voucher back for good?").await?;
            let client = ctx.client().await?;
            let asked = ("taking it back", client.cancel_voucher(voucher, &request));
            ctx.one_of(&COLUMNS, asked).await
        }
    }
}

/// Makes vouchers. Their codes are written to the output and nowhere else.
async fn create(ctx: &mut Context, args: VoucherArgs) -> Result<(), CliError> {
    let currency: Result<Currency, _> = args.currency.to_uppercase().parse();
    let currency = currency.map_err(|e| CliError::usage(e.to_string()))?;
    let value = Money::parse(&args.value, currency).map_err(|e| CliError::usage(e.to_string()))?;
    let command = ctx.command_id();
    let seed = if ctx.globals.dry_run {
        VoucherSeed(moment::fresh_secret())
    } else {
        // On the disk before it is asked for: whoever asks again is told the same codes.
        ctx.state.note_vouchers(command)?
    };
    let request = CreateVouchers {
        command,
        seed,
        value,
        count: args.count,
        uses_max: args.uses,
        valid_from: args.from.map(Time),
        valid_until: args.expires.map(Time),
        note: args.note,
    };
    if ctx.globals.dry_run {
        let all = Money::new(value.minor.saturating_mul(i64::from(args.count)), currency);
        let effect = match args.count {
            1 => format!("one voucher would be made, worth {value}"),
            count => format!("{count} vouchers would be made, worth {value} each and {all} in all"),
        };
        let mut body = serde_json::to_value(&request).unwrap_or_default();
        // Nobody needs what would be made of it.
        body["seed"] = "...".into();
        return dry_run::tell(ctx, "POST", "/v1/vouchers".to_owned(), &body, effect);
    }
    let client = ctx.client().await?;
    let asked = ctx
        .wait("making vouchers", client.create_vouchers(&request))
        .await;
    let page = asked.map_err(CliError::from);
    if page.as_ref().is_err_and(CliError::outcome_unknown) {
        let again = format!("houseful --idempotency-key {command} voucher create ...");
        return page.map(drop).map_err(|error| error.with_next(again));
    }
    if page.is_err() {
        ctx.state.vouchers_told(command)?;
    }
    let page = page?;
    ctx.list(&NEW, &page, &page.items, "no vouchers")?;
    // They are on their way to whoever asked; from here on they are nowhere else.
    ctx.flush()?;
    Ok(ctx.state.vouchers_told(command)?)
}
