//! `houseful payment`: money on its way.

use houseful_core::wire::{Time, payment::ReopenRequest};

use super::{dry_run, names, report};
use crate::{
    args::PaymentCommand,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
    state::Sale,
};

pub(super) static COLUMNS: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Payment"),
        usual("state", "State"),
        usual("provider", "By"),
        usual("amount", "Amount"),
        usual("captured", "Taken"),
        usual("refunded", "Given back"),
        usual("settled", "Settled"),
        extra("booking", "Booking"),
        extra("reason", "Reason"),
        extra("created_at", "Begun"),
        extra("updated_at", "Changed"),
    ],
};

pub(super) static RECONCILED: Columns = Columns {
    id: "checked",
    columns: &[
        usual("checked", "Checked"),
        usual("repaired", "Repaired"),
        usual("unknown", "Unknown"),
    ],
};

pub(super) static REOPENED: Columns = Columns {
    id: "reopened",
    columns: &[
        usual("reopened", "Reopened"),
        usual("cash", "Cash to look at"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: PaymentCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        PaymentCommand::List { open, booking } => {
            let booking = match booking {
                Some(name) => Some(names::booking(ctx, &client, &name).await?),
                None => None,
            };
            let asked = ("asking for payments", client.payments(open, booking));
            ctx.list_of(&COLUMNS, asked, "no payments").await
        }
        PaymentCommand::View { payment, booking } => {
            let booking = match booking {
                Some(name) => Some(names::booking(ctx, &client, &name).await?),
                None => own_booking(ctx, &client, payment),
            };
            let asked = ("asking for the payment", client.payment(payment, booking));
            ctx.one_of(&COLUMNS, asked).await
        }
        PaymentCommand::Reconcile => {
            if ctx.globals.dry_run {
                let path = "/v1/payments/reconcile".to_owned();
                let effect = "payments would be compared with the provider's list, and what \
                              differs mended";
                let nothing = serde_json::json!({});
                return dry_run::tell(ctx, "POST", path, &nothing, effect.to_owned());
            }
            let asked = ("comparing", client.reconcile());
            ctx.one_of(&RECONCILED, asked).await
        }
        PaymentCommand::Late(args) => report::desk(ctx, &client, args).await,
        PaymentCommand::Reopen { since } => {
            let request = ReopenRequest { since: Time(since) };
            if ctx.globals.dry_run {
                let path = "/v1/payments/reopen".to_owned();
                let effect = "booking would be asked again about the payments that changed since \
                              then";
                return dry_run::tell(ctx, "POST", path, &request, effect.to_owned());
            }
            let asked = ("asking booking again", client.reopen(&request));
            ctx.one_of(&REOPENED, asked).await
        }
    }
}

/// The booking that was paid with this payment here, whose secret then goes along.
fn own_booking(
    ctx: &Context,
    client: &crate::client::Client,
    payment: houseful_core::ids::PaymentId,
) -> Option<houseful_core::ids::BookingId> {
    let paid = |s: &Sale| {
        s.cash.1 == payment || s.card.as_ref().is_some_and(|card| card.payment == payment)
    };
    let open = ctx.state.open_sales(client.home());
    let sale = open.into_iter().find(paid);
    let sale = sale.or_else(|| ctx.state.sales(client.home()).into_iter().find(paid))?;
    client.keep_secret(sale.booking, sale.secret?);
    Some(sale.booking)
}
