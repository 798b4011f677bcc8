//! `houseful sell`: from a wish to tickets. Everything is written down before it is asked for.

mod ask;
mod card;
mod cash;
mod plan;
mod quote;
mod resume;
mod split;
mod stop;
mod unsent;

use houseful_core::{
    best::{Relaxed, Zone},
    wire::{
        Time,
        booking::{Booking, BookingState, HoldRequest, Wish},
        catalogue::ShowDetail,
    },
};

pub(super) use quote::COLUMNS as QUOTED;

use super::{board, names, show};
use crate::{
    args::{HoldArgs, Pay, PayArgs, ScopeArgs, SellArgs, ShowRef, WishArgs},
    client::Client,
    context::Context,
    error::CliError,
    moment,
    output::escaped,
    state::{Held, Sale, Stage},
    wish::{WishError, WishLine, WishWords},
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
    /// Whether an earlier run may have sent what this one sends again.
    sent_before: bool,
    /// Whether this run asked for the seats. What it only found held is not its own to give up.
    asked_here: bool,
}

impl Desk {
    /// Notes how far the sale got, on the disk.
    fn note(&mut self, ctx: &Context, stage: Stage) -> Result<(), CliError> {
        self.sale.stage = stage;
        Ok(ctx.state.store_sale(&self.sale)?)
    }

    /// Notes what the server has done already. That is no less done when it can't be noted: the
    /// note of before stands, and whoever takes the sale up from it gets the same answer.
    fn note_done(&mut self, ctx: &mut Context, stage: Stage) {
        self.sale.stage = stage;
        if let Err(error) = ctx.state.store_sale(&self.sale) {
            ctx.warn(&format!(
                "done, but it can't be noted: {}",
                error.what_failed()
            ));
        }
    }

    /// Notes what a finished sale is called.
    fn finish(&mut self, ctx: &mut Context, booking: &Booking) {
        self.sale.code = booking.code;
        self.note_done(ctx, Stage::Finished);
    }

    /// Whether after this error it is certain that nothing was done. What an earlier run may have
    /// sent is settled only by an answer that comes from the show itself.
    fn nothing_done(&self, error: &CliError) -> bool {
        !error.outcome_unknown() && (!self.sent_before || error.is_decided())
    }
}

pub(super) async fn run(ctx: &mut Context, args: SellArgs) -> Result<(), CliError> {
    if args.resume {
        let pay = card::read_if_any(ctx, args.pay).await?;
        return resume::run(ctx, pay).await;
    }
    if is_conversation(ctx, &args) {
        return super::tui::of_cinema(ctx, args.scope.cinema.as_deref()).await;
    }
    let pay = (!args.hold_only).then_some(args.pay);
    let (show, words) = read_line(args.show, &args.words).map_err(|e| plan::told(&e))?;
    plan::check_words(&words, &args.wish, pay.as_ref())?;
    let pay = plan::pay_of(&words, pay);
    let wanted = (args.wish, words);
    sell(ctx, show, wanted, &args.scope, pay).await
}

/// The show and the words after it. A whole line may stand in quotes too; what only looks like one
/// (`12 monkeys`) is the name of a film.
fn read_line(
    show: Option<ShowRef>,
    words: &[String],
) -> Result<(Option<ShowRef>, WishWords), WishError> {
    if let (Some(ShowRef::Words(text)), []) = (&show, words)
        && let Ok(line) = text.parse::<WishLine>()
        && line.words.says_who()
    {
        return Ok((Some(line.show.into()), line.words));
    }
    let words = words.iter().flat_map(|word| word.split_whitespace());
    Ok((show, WishWords::read(words)?))
}

/// Whether a whole conversation is wanted: nothing is said yet about the sale, in plain mode or at
/// a terminal that only ever adds lines.
fn is_conversation(ctx: &Context, args: &SellArgs) -> bool {
    let terminal = ctx.console.terminal;
    let wish = &args.wish;
    let no_wish = wish.tickets().is_empty()
        && wish.seats.is_none()
        && wish.best.is_none()
        && wish.zone.is_none()
        && wish.category.is_none();
    let no_place = args.scope.city.is_none() && args.scope.date.is_none();
    let says_nothing =
        args.show.is_none() && no_wish && args.pay.is_none() && !args.hold_only && no_place;
    let for_one_sale = ctx.globals.dry_run || ctx.globals.idempotency_key.is_some();
    let at_terminal = terminal.stdin && terminal.stdout;
    let spoken = ctx.globals.plain || at_terminal && (ctx.settings.plain() || terminal.dumb);
    says_nothing && !for_one_sale && !ctx.globals.no_input && spoken
}

/// `houseful hold create`.
pub(super) async fn hold(ctx: &mut Context, args: HoldArgs) -> Result<(), CliError> {
    let wanted = (args.wish, WishWords::default());
    sell(ctx, Some(args.show), wanted, &args.scope, None).await
}

/// Holds seats and, unless `pay` is `None`, takes payment. What is wanted stands in flags and in
/// the words of a line.
async fn sell(
    ctx: &mut Context,
    named: Option<ShowRef>,
    wanted: (WishArgs, WishWords),
    scope: &ScopeArgs,
    pay: Option<Option<Pay>>,
) -> Result<(), CliError> {
    let (mut wish, words) = wanted;
    check_answers(ctx, named.as_ref(), (&wish, &words), pay.as_ref())?;
    let pay = match pay {
        Some(pay) => Some(card::read_if_any(ctx, pay).await?),
        None => None,
    };
    let client = ctx.client().await?;
    let id = match &named {
        Some(named) => board::find(ctx, &client, named, scope).await?,
        None => ask::show(ctx, &client, scope).await?,
    };
    let detail = ctx.wait("asking for the show", client.show(id)).await?;
    read_words(ctx, &client, &detail, (&mut wish, &words)).await?;
    let plan = match plan::Plan::of(&wish, &detail)? {
        Some(plan) => plan,
        None => ask::plan(ctx, &wish, &detail).await?,
    };
    // A slip in the amount is told before any seat is held for it.
    if let Some(Some(Pay::Split(parts))) = &pay {
        split::check(parts, detail.show.price_from.currency)?;
    }
    let given = match &pay {
        Some(Some(Pay::Cash(Some(text)))) => {
            Some(cash::amount(text, detail.show.price_from.currency)?)
        }
        _ => None,
    };
    let request = request(ctx, &plan, &detail);
    if ctx.globals.dry_run {
        return quote::tell(ctx, &client, &detail, &request, given).await;
    }
    if let Some(sale) = same_command(ctx, &client, &request)? {
        return match pay {
            None => resume::continue_sale(ctx, client, sale, None, Goal::Hold).await,
            Some(pay) => resume::continue_sale(ctx, client, sale, pay, Goal::Sell).await,
        };
    }
    let sale = Sale::new(client.home(), request, Time(moment::wall_clock()));
    let mut desk = Desk {
        client,
        sale,
        sent_before: false,
        asked_here: false,
    };
    let name = named.map_or_else(|| id.to_string(), |n| typed(&n, id));
    let again = plan.command(&name, pay.as_ref().and_then(Option::as_ref));
    let work = hold_and_pay(ctx, &mut desk, &detail, again, pay);
    let done = stop::or_ctrl_c(work).await;
    stop::tidy(ctx, &mut desk, done).await
}

/// The seats or tickets that flags name, as a hold would wish for them.
pub(super) fn planned(args: &WishArgs, detail: &ShowDetail) -> Result<Option<Wish>, CliError> {
    Ok(plan::Plan::of(args, detail)?.map(|plan| plan.wish))
}

/// Puts the words of a line among the flags, by the names of the show's hall.
async fn read_words(
    ctx: &mut Context,
    client: &Client,
    detail: &ShowDetail,
    (wish, words): (&mut WishArgs, &WishWords),
) -> Result<(), CliError> {
    let layout = if words.seats.is_empty() && words.category.is_none() {
        None
    } else {
        let asked = client.layout(detail.show.id);
        Some(ctx.wait("asking for the hall", asked).await?)
    };
    plan::take_words(wish, words, detail, layout.as_ref())
}

/// Says at once what would have to be asked when nobody is there to answer.
fn check_answers(
    ctx: &Context,
    named: Option<&ShowRef>,
    (wish, words): (&WishArgs, &WishWords),
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
    } else if !says_seats && !words.says_who() && wish.tickets().is_empty() {
        missing("--adult N (or --ticket, --seats, --best N, or words such as 2a1c)")
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
    if ctx.globals.idempotency_key.is_none() {
        return Ok(None);
    }
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
        codes: plan.codes.clone(),
        member: plan.member.clone(),
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
        Some(pay) => {
            if let (Some(_), Some(gave_way)) = (&pay, gave_way(desk, &booking.relaxed)) {
                despite(ctx, desk, &booking, gave_way).await?;
            }
            take_payment(ctx, desk, booking, pay).await
        }
    }
}

/// What gave way where the sale said where the best seats shall be; `None` when nothing did.
fn gave_way(desk: &Desk, relaxed: &[Relaxed]) -> Option<String> {
    let request = desk.sale.request.as_ref()?;
    narrowed(&request.wish, relaxed)
}

/// Goes on only when somebody wants the seats although something gave way for them; else says that
/// they are held and not paid.
async fn despite(
    ctx: &mut Context,
    desk: &Desk,
    booking: &Booking,
    gave_way: String,
) -> Result<(), CliError> {
    if ask::despite_gave_way(ctx, booking, &gave_way).await? {
        return Ok(());
    }
    let until = until_local(ctx, &desk.client, booking).await;
    Err(CliError::GaveWay { gave_way }.with_hold(booking, until))
}

fn narrowed(wish: &Wish, relaxed: &[Relaxed]) -> Option<String> {
    let Wish::Best(best) = wish else {
        return None;
    };
    let narrows = best.zone != Zone::Any || best.category.is_some() || best.accessible;
    let parts: Vec<String> = relaxed.iter().map(ToString::to_string).collect();
    (narrows && !parts.is_empty()).then(|| parts.join(", "))
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
            Err(error) if !desk.nothing_done(&error) => {
                return Err(error.with_next("houseful sell --resume"));
            }
            Err(error) => {
                if ask::despite_orphans(ctx, desk, &error).await? {
                    continue;
                }
                // A note that can't be taken away is one that is taken up for nothing, later.
                let _ = ctx.state.forget_sale(desk.sale.booking);
                let error = error.with_about(show::in_words(detail, &ctx.style.view));
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
    desk.asked_here = true;
    if let Some(secret) = &desk.sale.secret {
        desk.client.keep_secret(desk.sale.booking, secret.clone());
    }
    let Some(request) = &desk.sale.request else {
        return Err(CliError::System {
            what: "this sale has no request for seats".to_owned(),
        });
    };
    let booking = ctx.wait("holding seats", desk.client.hold(request)).await?;
    desk.sale.held = Some(Held::of(&booking));
    desk.note_done(ctx, Stage::Held);
    // From here on it is certain what was done; the next request is a new one.
    desk.sent_before = false;
    Ok(booking)
}

/// Takes payment for a held booking, in the way that was chosen or is chosen now.
async fn take_payment(
    ctx: &mut Context,
    desk: &mut Desk,
    booking: Booking,
    pay: Option<Pay>,
) -> Result<Booking, CliError> {
    let asked = pay.is_none();
    let mut pay = pay;
    loop {
        let taken = match pay.take() {
            Some(pay) => match cash::check_given(ctx, &booking, &pay).await {
                Ok(()) => take(ctx, desk, &booking, pay).await,
                Err(error) => Err(error),
            },
            None => match ask::payment(ctx, &booking).await {
                Ok(pay) => take(ctx, desk, &booking, pay).await,
                Err(error) => Err(error),
            },
        };
        match taken {
            // Nothing was taken, and whoever chose the card is there to choose another.
            Err(error @ CliError::Declined { .. }) if asked => {
                ctx.say(&escaped(&error.to_string()));
            }
            Err(error) if booking.state == BookingState::Held && error.leaves_hold() => {
                let until = until_local(ctx, &desk.client, &booking).await;
                return Err(error.with_hold(&booking, until));
            }
            taken => return taken,
        }
    }
}

/// Takes payment in one way.
async fn take(
    ctx: &mut Context,
    desk: &mut Desk,
    booking: &Booking,
    pay: Pay,
) -> Result<Booking, CliError> {
    match pay {
        Pay::Cash(given) => cash::take(ctx, desk, booking, given.as_deref()).await,
        Pay::Card(card) => card::take(ctx, desk, card).await,
        Pay::Split(parts) => split::take(ctx, desk, parts).await,
    }
}

/// The end of a hold on the wall clock of the cinema, or of the zone that was asked for.
async fn until_local(ctx: &Context, client: &Client, booking: &Booking) -> String {
    let view = &ctx.style.view;
    let own = match view.forced_zone() {
        Some(_) => None,
        None => client.show(booking.show).await.ok(),
    };
    let own = own.as_ref().map(|detail| detail.show.time_zone.as_str());
    view.clock(booking.hold_until.0, own)
}

/// `houseful booking pay`.
pub(super) async fn pay_booking(ctx: &mut Context, args: PayArgs) -> Result<(), CliError> {
    if args.pay.is_none() && !ctx.asks() {
        return Err(CliError::NobodyToAsk {
            flag: "--pay".to_owned(),
        });
    }
    let pay = card::read_if_any(ctx, args.pay).await?;
    let client = ctx.client().await?;
    let id = names::booking(ctx, &client, &args.booking).await?;
    // Its note, whatever address of this house it was made at.
    let known = ctx.state.sale(id)?;
    let now = Time(moment::wall_clock());
    let sale = known.unwrap_or_else(|| Sale::of_other(client.home(), id, now));
    resume::continue_sale(ctx, client, sale, pay, Goal::Pay).await
}

#[cfg(test)]
mod tests {
    use houseful_core::wire::booking::BestRequest;

    use super::*;

    #[test]
    fn only_words_that_say_where_can_give_way() {
        let best = |zone, category: Option<&str>, accessible| {
            Wish::Best(BestRequest {
                tickets: Vec::new(),
                zone,
                category: category.map(str::to_owned),
                accessible,
                skip: 0,
            })
        };
        let relaxed = [Relaxed::TwoRows, Relaxed::OtherCategory];
        let said = format!("{}, {}", relaxed[0], relaxed[1]);
        for wish in [
            best(Zone::Rear, None, false),
            best(Zone::Any, Some("premium"), false),
            best(Zone::Any, None, true),
        ] {
            assert_eq!(narrowed(&wish, &relaxed), Some(said.clone()));
            assert_eq!(narrowed(&wish, &[]), None, "as it was said");
        }
        assert_eq!(narrowed(&best(Zone::Any, None, false), &relaxed), None);
        assert_eq!(narrowed(&Wish::Seats(Vec::new()), &relaxed), None);
    }
}
