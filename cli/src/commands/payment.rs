//! `houseful payment`: money on its way.

use super::names;
use crate::{
    args::PaymentCommand,
    context::Context,
    error::CliError,
    output::{Columns, extra, usual},
};

static COLUMNS: Columns = Columns {
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

static RECONCILED: Columns = Columns {
    id: "checked",
    columns: &[
        usual("checked", "Checked"),
        usual("repaired", "Repaired"),
        usual("unknown", "Unknown"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: PaymentCommand) -> Result<(), CliError> {
    let columns = match command {
        PaymentCommand::Reconcile => &RECONCILED,
        PaymentCommand::List { .. } | PaymentCommand::View { .. } => &COLUMNS,
    };
    if ctx.listed_fields(columns)? {
        return Ok(());
    }
    let client = ctx.client().await?;
    match command {
        PaymentCommand::List { open, booking } => {
            let booking = match booking {
                Some(name) => Some(names::booking(ctx, &client, &name).await?),
                None => None,
            };
            let page = ctx
                .wait("asking for payments", client.payments(open, booking))
                .await?;
            ctx.list(columns, &page, &page.items, "no payments")
        }
        PaymentCommand::View { payment, booking } => {
            let booking = match booking {
                Some(name) => Some(names::booking(ctx, &client, &name).await?),
                None => own_booking(ctx, &client, payment),
            };
            let payment = ctx
                .wait("asking for the payment", client.payment(payment, booking))
                .await?;
            ctx.one(columns, &payment)
        }
        PaymentCommand::Reconcile => {
            let done = ctx.wait("comparing", client.reconcile()).await?;
            ctx.one(columns, &done)
        }
    }
}

/// The booking that was paid with this payment here, whose secret then goes along.
fn own_booking(
    ctx: &Context,
    client: &crate::client::Client,
    payment: houseful_core::ids::PaymentId,
) -> Option<houseful_core::ids::BookingId> {
    let sales = ctx.state.sales(client.home());
    let sale = sales
        .into_iter()
        .find(|s| s.cash.1 == payment || s.card.as_ref().is_some_and(|c| c.payment == payment))?;
    client.keep_secret(sale.booking, sale.secret?);
    Some(sale.booking)
}
