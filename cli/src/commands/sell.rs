//! `houseful sell`: from a wish to tickets. Everything is written down before it is asked for.

mod ask;
mod card;
mod cash;
mod plan;
mod quote;
mod resume;
mod stop;

use houseful_core::wire::{
    Time,
    booking::{Booking, HoldRequest},
    catalogue::ShowDetail,
};

use super::{board, booking, names, show};
use crate::{
    args::{HoldArgs, Pay, PayArgs, ScopeArgs, SellArgs, ShowRef, WishArgs},
    client::Client,
    context::Context,
    error::CliError,
    moment,
    state::{Sale, Stage},
};

/// How far somebody wants to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// To a hold.
    Hold,
    /// To tickets, from wherever the sale stands.
    Sell,
    /// To be paid now; the server says why not, if so.
    Pay,
}

/// What a sale at this machine works with.
struct Desk {
    client: Client,
    sale: Sale,
}

impl Desk {
    /// Notes how far the sale got, on the disk.
    fn note(&mut self, ctx: &Context, stage: Stage) -> Result<(), CliError> {
        self.sale.stage = stage;
        Ok(ctx.state.store_sale(&self.sale)?)
    }

    /// Notes what a finished sale is called.
    fn finish(&mut self, ctx: &Context, booking: &Booking) -> Result<(), CliError> {
        self.sale.code = booking.code;
        self.note(ctx, Stage::Finished)
    }
}

pub(super) async fn run(ctx: &mut Context, args: SellArgs) -> Result<(), CliError> {
    if ctx.listed_fields(&booking::COLUMNS)? {
        return Ok(());
    }
    if args.resume {
        return resume::run(ctx, args.pay).await;
    }
    let pay = (!args.hold_only).then_some(args.pay);
    sell(ctx, args.show, &args.wish, &args.scope, pay).await
}

/// `houseful hold create`.
pub(super) async fn hold(ctx: &mut Context, args: HoldArgs) -> Result<(), CliError> {
    sell(ctx, Some(args.show), &args.wish, &args.scope, None).await
}

/// Holds seats and, unless `pay` is `None`, takes payment.
async fn sell(
    ctx: &mut Context,
    named: Option<ShowRef>,
    wish: &WishArgs,
    scope: &ScopeArgs,
    pay: Option<Option<Pay>>,
) -> Result<(), CliError> {
    check_answers(ctx, named.as_ref(), wish, pay.as_ref())?;
    let client = ctx.client().await?;
    let id = match &named {
        Some(named) => board::find(ctx, &client, named, scope).await?,
        None => ask::show(ctx, &client, scope).await?,
    };
    let detail = ctx.wait("asking for the show", client.show(id)).await?;
    let plan = match plan::Plan::of(wish, &detail)? {
        Some(plan) => plan,
        None => ask::plan(ctx, wish, &detail).await?,
    };
    let request = request(ctx, &plan, &detail);
    if ctx.globals.dry_run {
        return quote::tell(ctx, &client, &detail, &request).await;
    }
    if let Some(sale) = same_command(ctx, &client, &request)? {
        return match pay {
            None => resume::continue_sale(ctx, client, sale, None, Goal::Hold).await,
            Some(pay) => resume::continue_sale(ctx, client, sale, pay, Goal::Sell).await,
        };
    }
    let sale = Sale::new(client.home(), request, Time(moment::wall_clock()));
    let mut desk = Desk { client, sale };
    let name = named.map_or_else(|| id.to_string(), |n| typed(&n, id));
    let again = plan.command(&name, pay.as_ref().and_then(Option::as_ref));
    let work = hold_and_pay(ctx, &mut desk, &detail, again, pay);
    let done = stop::or_ctrl_c(work).await;
    stop::tidy(ctx, &mut desk, done).await
}

/// Says at once what would have to be asked when nobody is there to answer.
fn check_answers(
    ctx: &Context,
    named: Option<&ShowRef>,
    wish: &WishArgs,
    pay: Option<&Option<Pay>>,
) -> Result<(), CliError> {
    let missing = |flag: &str| {
        Err(CliError::NobodyToAsk {
            flag: flag.to_owned(),
        })
    };
    if ctx.asks() {
        return Ok(());
    }
    let says_seats = wish.seats.is_some() || wish.best.is_some_and(|n| n > 0);
    if named.is_none() {
        missing("SHOW")
    } else if !says_seats && wish.tickets().is_empty() {
        missing("--adult N (or --ticket, --seats, --best N)")
    } else if matches!(pay, Some(None)) && !ctx.globals.dry_run {
        missing("--pay (or --hold-only)")
    } else {
        Ok(())
    }
}

/// The sale that was begun here with the same command id. The same id for something else is a
/// mistake that nobody should get tickets from.
fn same_command(
    ctx: &Context,
    client: &Client,
    request: &HoldRequest,
) -> Result<Option<Sale>, CliError> {
    let known = ctx.state.sales(client.home());
    let sale = known
        .into_iter()
        .find(|s| s.command() == Some(request.command));
    let same = sale.as_ref().and_then(|s| s.request.as_ref());
    match same {
        Some(known) if known != request => Err(CliError::usage_hint(
            format!("{} was used for another sale here", request.command),
            "leave out `--idempotency-key` for a fresh one",
        )),
        _ => Ok(sale),
    }
}

fn typed(named: &ShowRef, id: houseful_core::ids::ShowId) -> String {
    match named {
        ShowRef::Number(number) => number.to_string(),
        ShowRef::Id(_) | ShowRef::Words(_) => id.to_string(),
    }
}

fn request(ctx: &Context, plan: &plan::Plan, detail: &ShowDetail) -> HoldRequest {
    let mut booking = moment::fresh_booking(detail.show.id);
    if let Some(key) = ctx.globals.idempotency_key {
        // The same key is the same booking, on whatever machine.
        booking.uuid = key.0;
    }
    HoldRequest {
        booking,
        command: ctx.command_id(),
        wish: plan.wish.clone(),
        allow_orphans: plan.allow_orphans,
        over_limit: plan.over_limit,
    }
}

async fn hold_and_pay(
    ctx: &mut Context,
    desk: &mut Desk,
    detail: &ShowDetail,
    again: plan::Again,
    pay: Option<Option<Pay>>,
) -> Result<Booking, CliError> {
    let booking = take_seats(ctx, desk, detail, &again).await?;
    match pay {
        None => Ok(booking),
        Some(pay) => take_payment(ctx, desk, booking, pay).await,
    }
}

/// Asks for the seats. A definite no leaves nothing behind.
async fn take_seats(
    ctx: &mut Context,
    desk: &mut Desk,
    detail: &ShowDetail,
    again: &plan::Again,
) -> Result<Booking, CliError> {
    loop {
        match request_seats(ctx, desk).await {
            Err(error) if error.outcome_unknown() => {
                return Err(error.with_next("houseful sell --resume"));
            }
            Err(error) => {
                if ask::despite_orphans(ctx, desk, &error).await? {
                    continue;
                }
                ctx.state.forget_sale(desk.sale.booking)?;
                let error = error.with_about(show::in_words(detail));
                return Err(match again.with_next_best(&error) {
                    Some(command) => error.with_next(command),
                    None => error,
                });
            }
            Ok(booking) => return Ok(booking),
        }
    }
}

/// Sends the request for the seats, which is on the disk before.
async fn request_seats(ctx: &mut Context, desk: &mut Desk) -> Result<Booking, CliError> {
    desk.note(ctx, Stage::Holding)?;
    if let Some(secret) = &desk.sale.secret {
        desk.client.keep_secret(desk.sale.booking, secret.clone());
    }
    let Some(request) = &desk.sale.request else {
        return Err(CliError::System {
            what: "this sale has no request for seats".to_owned(),
        });
    };
    let booking = ctx.wait("holding seats", desk.client.hold(request)).await?;
    desk.note(ctx, Stage::Held)?;
    Ok(booking)
}

/// Takes payment for a held booking, in the way that was chosen or is chosen now.
async fn take_payment(
    ctx: &mut Context,
    desk: &mut Desk,
    booking: Booking,
    pay: Option<Pay>,
) -> Result<Booking, CliError> {
    let pay = match pay {
        Some(pay) => pay,
        None => ask::payment(ctx, &booking).await?,
    };
    match pay {
        Pay::Cash(given) => cash::take(ctx, desk, &booking, given.as_deref()).await,
        Pay::Card(number) => card::take(ctx, desk, number).await,
    }
}

/// `houseful booking pay`.
pub(super) async fn pay_booking(ctx: &mut Context, args: PayArgs) -> Result<(), CliError> {
    if args.pay.is_none() && !ctx.asks() {
        return Err(CliError::NobodyToAsk {
            flag: "--pay".to_owned(),
        });
    }
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, &args.booking).await?;
    let known = ctx.state.sale(id)?.filter(|s| s.server == client.home());
    let now = Time(moment::wall_clock());
    let sale = known.unwrap_or_else(|| Sale::of_other(client.home(), id, now));
    resume::continue_sale(ctx, client, sale, args.pay, Goal::Pay).await
}
