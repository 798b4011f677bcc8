//! `houseful payment`: money on its way.

use houseful_core::{
    ids::PaymentId,
    message::Tender,
    money::Money,
    time::UtcMillis,
    wire::{
        Page, Time,
        payment::{LostPart, LostPartRequest, Payment, PaymentState, ReopenRequest},
    },
};
use serde::Serialize;

use super::{dry_run, late, names, report};
use crate::{
    args::PaymentCommand,
    client::Client,
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
        extra("tenders.means", "Tenders"),
        extra("booking", "Booking"),
        extra("reason", "Reason"),
        extra("created_at", "Begun"),
        extra("updated_at", "Changed"),
    ],
};

/// One payment, with what paid it.
pub(super) static DETAIL: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Payment"),
        usual("state", "State"),
        usual("provider", "By"),
        usual("amount", "Amount"),
        usual("captured", "Taken"),
        usual("refunded", "Given back"),
        usual("settled", "Settled"),
        usual("tenders.means", "Tenders"),
        usual("tenders.label", "Vouchers"),
        usual("tenders.state", "Their states"),
        usual("tenders.captured", "Taken of each"),
        usual("tenders.refunded", "Given back of each"),
        extra("tenders.amount", "Asked of each"),
        extra("tenders.refund_due", "On its way back"),
        extra("tenders.reason", "Why not"),
        extra("booking", "Booking"),
        extra("reason", "Reason"),
        extra("created_at", "Begun"),
        extra("updated_at", "Changed"),
    ],
};

/// Payments that are not settled, with what each waits for.
pub(super) static OPEN: Columns = Columns {
    id: "id",
    columns: &[
        usual("id", "Payment"),
        usual("age", "Age"),
        usual("state", "State"),
        usual("waits_for", "Waits for"),
        usual("flagged", "Look"),
        usual("amount", "Amount"),
        usual("captured", "Taken"),
        usual("refunded", "Given back"),
        usual("reason", "Reason"),
        extra("provider", "By"),
        extra("booking", "Booking"),
        extra("settled", "Settled"),
        extra("created_at", "Begun"),
        extra("updated_at", "Changed"),
    ],
};

/// A payment that is not settled.
#[derive(Debug, Serialize)]
struct Open {
    /// How long ago it was begun.
    age: String,
    /// Whose turn it is.
    waits_for: &'static str,
    /// Whether a person should look: it was tried again and again, or booking is silent.
    flagged: bool,
    #[serde(flatten)]
    payment: Payment,
}

impl Open {
    fn of(payment: Payment, now: Option<UtcMillis>) -> Self {
        let age = now.map(|now| report::age(payment.created_at.0, now));
        Self {
            age: age.unwrap_or_default(),
            waits_for: waits_for(&payment),
            // One that is under way has a reason only when its wait is out of the ordinary.
            flagged: payment.reason.is_some(),
            payment,
        }
    }
}

fn waits_for(payment: &Payment) -> &'static str {
    match payment.state {
        PaymentState::Pending => "the provider to decide",
        PaymentState::Authorised => "booking's word, or the capture",
        PaymentState::RefundDue => "the provider to give it back",
        PaymentState::Captured | PaymentState::Refunded => "booking to hear of it",
        PaymentState::Declined | PaymentState::Voided | PaymentState::CaptureRefused => {
            "booking to hear that nothing was taken"
        }
    }
}

pub(super) static RECONCILED: Columns = Columns {
    id: "checked",
    columns: &[
        usual("checked", "Checked"),
        usual("repaired", "Repaired"),
        usual("unknown", "Unknown"),
        usual("differing", "Differing"),
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
            let asked = client.payments(open, booking);
            let page = ctx.wait("asking for payments", asked).await?;
            if !open {
                return ctx.list(&COLUMNS, &page, &page.items, "no payments");
            }
            let now = client.server_now();
            let items = page.items.into_iter().map(|p| Open::of(p, now)).collect();
            let page: Page<Open> = Page {
                items,
                next: page.next,
            };
            ctx.list(&OPEN, &page, &page.items, "no payment is open")
        }
        PaymentCommand::View { payment, booking } => {
            let booking = match booking {
                Some(name) => Some(names::booking(ctx, &client, &name).await?),
                None => own_booking(ctx, &client, payment),
            };
            let asked = ("asking for the payment", client.payment(payment, booking));
            ctx.one_of(&DETAIL, asked).await
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
        PaymentCommand::Late(args) => late::run(ctx, &client, args).await,
        PaymentCommand::Resolve {
            payment,
            how,
            note,
            amount,
        } => resolve(ctx, &client, payment, (how.into(), note, amount)).await,
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

/// Says what became of what is owed of a payment's lost part.
async fn resolve(
    ctx: &mut Context,
    client: &Client,
    id: PaymentId,
    (how, note, amount): (LostPart, String, Option<String>),
) -> Result<(), CliError> {
    let asked = client.payment(id, None);
    let known = ctx.wait("asking for the payment", asked).await?;
    let lost = known
        .tenders
        .iter()
        .filter(|t| t.means == Tender::Split.word());
    let owed: i64 = lost.map(|tender| tender.refund_due.minor).sum();
    let owed = Money::new(owed, known.amount.currency);
    let told = match amount {
        None => owed,
        Some(text) => Money::parse(&text, known.amount.currency)
            .map_err(|error| CliError::usage(error.to_string()))?,
    };
    let request = LostPartRequest {
        how,
        told_minor: told.minor,
        note,
    };
    let effect = match how {
        _ if told != owed => format!("nothing: {owed} is owed, not {told}"),
        LostPart::PaidBack => format!("{owed} would be taken for paid back by hand"),
        LostPart::NotOwed => format!("{owed} would be owed no more"),
    };
    if ctx.globals.dry_run {
        let path = format!("/v1/payments/{id}/lost-part");
        return dry_run::tell(ctx, "POST", path, &request, effect);
    }
    if owed.minor > 0 && told == owed {
        ctx.confirm(&format!("take {owed} for settled, for good?"))
            .await?;
    }
    let asked = ("writing it down", client.lost_part(id, &request));
    ctx.one_of(&DETAIL, asked).await
}

/// The booking that was paid with this payment here, whose secret then goes along.
fn own_booking(
    ctx: &Context,
    client: &Client,
    payment: PaymentId,
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
