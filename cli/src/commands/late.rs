//! `houseful payment late`: the late-payments desk, one case of it, and what a person did about it.

use std::fmt::Write;

use houseful_core::{
    ids::{PaymentId, ShowId},
    text::shown,
    wire::{
        Page, Time,
        booking::Booking,
        desk::{CaseHow, Cases, DeskCase, DeskEnd, DeskKind, ResolveRequest, StoryStep},
        payment::Payment,
    },
};
use serde::Serialize;

use super::{dry_run, names, report::age};
use crate::{
    args::{DeskArgs, LateArgs, LateCommand},
    client::{Client, ClientError, DeskQuery, DeskState},
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, extra, usual},
    tui,
};

/// The most rows that are asked for at once.
const PAGE: u16 = 200;

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
        extra("cash", "Cash"),
        extra("at", "At"),
        extra("seats", "Seats"),
        extra("overdue", "Overdue"),
        extra("resolution.how", "Seen to"),
        extra("resolution.by", "Seen to by"),
        extra("resolution.at", "Seen to at"),
        extra("resolution.note", "Note"),
        extra("declined.how", "Not given back"),
        extra("declined.note", "Why not"),
    ],
};

/// One case with its story.
pub(super) static CASE: Columns = Columns {
    id: "case.booking",
    columns: &[
        usual("case.kind", "What"),
        usual("case.end", "Ended"),
        usual("case.amount", "Amount"),
        usual("next", "What can be done"),
        usual("story.what", "Story"),
        usual("story.at", "Times"),
        extra("case.booking", "Booking"),
        extra("case.payment", "Payment"),
        extra("payment.state", "State"),
        extra("payment.tenders.means", "Tenders"),
        extra("payment.tenders.captured", "Taken of each"),
        extra("payment.tenders.refunded", "Given back of each"),
        extra("case.resolution.how", "Seen to"),
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

/// A case in full.
#[derive(Debug, Serialize)]
struct Opened {
    case: DeskCase,
    next: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<Payment>,
    story: Vec<StoryStep>,
}

pub(super) async fn run(
    ctx: &mut Context,
    client: &Client,
    args: LateArgs,
) -> Result<(), CliError> {
    match args.command {
        None => list(ctx, client, &args.list).await,
        Some(LateCommand::View { case }) => view(ctx, client, &case).await,
        Some(LateCommand::Resolve { case, how, note }) => {
            resolve(ctx, client, &case, how.into(), note).await
        }
    }
}

async fn list(ctx: &mut Context, client: &Client, args: &DeskArgs) -> Result<(), CliError> {
    let mut wanted = DeskQuery {
        since: args.since.map(Time),
        kind: args.kind.map(DeskKind::from),
        state: match (args.open, args.ended) {
            (true, _) => Some(DeskState::Open),
            (_, true) => Some(DeskState::Ended),
            _ => None,
        },
        limit: Some(PAGE),
        cursor: None,
    };
    if args.all {
        wanted.since = Some(Time(houseful_core::time::UtcMillis(0)));
    }
    let max = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let Cases {
        items, read_only, ..
    } = ctx
        .wait("asking what came late", cases(client, wanted, max))
        .await?;
    let now = client.server_now();
    let listed = |case: DeskCase| Listed {
        age: now.map_or_else(String::new, |now| age(case.at.0, now)),
        next: next(&case),
        case,
    };
    let items: Vec<Listed> = items.into_iter().map(listed).collect();
    let page = Page { items, next: None };
    let empty = if args.open {
        "nothing needs anybody"
    } else {
        "nothing came late"
    };
    ctx.list(&DESK, &page, &page.items, empty)?;
    match read_only {
        none if none.is_empty() => Ok(()),
        shows => Err(CliError::ShowsLeftOut { shows }),
    }
}

/// The cases, page by page: all that need somebody, and at most `max` of those that have ended.
async fn cases(client: &Client, mut wanted: DeskQuery, max: usize) -> Result<Cases, ClientError> {
    let (mut all, mut ended) = (Cases::default(), 0);
    loop {
        let page = client.desk(&wanted).await?;
        let new = |show: &ShowId| !all.read_only.contains(show);
        let read_only: Vec<ShowId> = page.read_only.into_iter().filter(new).collect();
        all.read_only.extend(read_only);
        for case in page.items {
            if !case.needs_somebody() {
                ended += 1;
                if ended > max {
                    return Ok(all);
                }
            }
            all.items.push(case);
        }
        match page.next {
            Some(next) => wanted.cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// The case that somebody names, by its payment or its booking: of what needs somebody the one that
/// fits, else of what has ended the newest that does.
async fn named(
    ctx: &mut Context,
    client: &Client,
    text: &str,
    fits: impl Fn(&DeskCase) -> bool,
) -> Result<DeskCase, CliError> {
    let payment = text.parse::<PaymentId>().ok();
    let booking = match payment {
        Some(_) => None,
        None => Some(names::booking(ctx, client, text).await?),
    };
    let is_it = |case: &DeskCase| match payment {
        Some(payment) => case.payment == Some(payment),
        None => Some(case.booking) == booking,
    };
    let missing = || {
        CliError::usage_hint(
            format!("no case of the desk is known as `{}`", shown(text, 60)),
            "`houseful payment late --all` has them",
        )
    };
    let mut other = None;
    for state in [DeskState::Open, DeskState::Ended] {
        let mut wanted = DeskQuery {
            state: Some(state),
            limit: Some(PAGE),
            ..DeskQuery::default()
        };
        loop {
            let page = ctx
                .wait("asking what came late", client.desk(&wanted))
                .await?;
            let of_it = page.items.into_iter().filter(&is_it);
            let (mut fit, rest): (Vec<_>, Vec<_>) = of_it.partition(&fits);
            other = other.or(rest.into_iter().next());
            if state == DeskState::Open && fit.len() > 1 {
                return Err(CliError::usage_hint(
                    format!("`{}` has several cases", shown(text, 60)),
                    "name one by its payment, or say `--how handed_out` of its cash",
                ));
            }
            if !fit.is_empty() {
                return Ok(fit.swap_remove(0));
            }
            match page.next {
                Some(next) => wanted.cursor = Some(next),
                None => break,
            }
        }
    }
    other.ok_or_else(missing)
}

async fn view(ctx: &mut Context, client: &Client, text: &str) -> Result<(), CliError> {
    let case = named(ctx, client, text, |case| case.kind != DeskKind::RefundWaits).await?;
    let asked = client.story(case.booking);
    let story = ctx.wait("asking what happened", asked).await?.items;
    let payment = match case.payment {
        // Where payment is away the rest is told all the same.
        Some(id) => client.payment(id, Some(case.booking)).await.ok(),
        None => None,
    };
    // Who it is for is told to people, and stands in no answer of the desk.
    let booking = client.booking(case.booking).await.ok();
    let zone = client.show(case.booking.show).await.ok();
    let zone = zone.map_or_else(|| "UTC".to_owned(), |detail| detail.show.time_zone);
    let opened = Opened {
        next: next(&case),
        case,
        payment,
        story,
    };
    ctx.one_drawn(&CASE, &opened, &|view| {
        drawn(&opened, booking.as_ref(), (&zone, view))
    })
}

fn drawn(opened: &Opened, booking: Option<&Booking>, (zone, view): (&str, &View)) -> String {
    let case = &opened.case;
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}, {}: {}",
        tui::case_what(case),
        case.amount,
        tui::case_end(case)
    );
    let contact = booking.and_then(|b| b.contact.as_ref());
    if let Some(contact) = contact {
        let parts = [contact.name.as_deref(), contact.phone.as_deref()];
        let parts: Vec<String> = parts.into_iter().flatten().map(escaped).collect();
        let _ = writeln!(text, "for {}", parts.join(", "));
    }
    for step in &opened.story {
        let at = view.time(step.at.0, zone);
        let _ = writeln!(text, "  {at}  {}", escaped(&tui::story_said(step)));
    }
    let tenders = opened.payment.iter().flat_map(|p| &p.tenders);
    for tender in tenders {
        let _ = writeln!(text, "  {}", escaped(&tui::tender_said(tender)));
    }
    if let Some(resolution) = &case.resolution {
        let by = resolution
            .by
            .as_deref()
            .map_or_else(String::new, |by| format!(" by {}", escaped(by)));
        let at = view.time(resolution.at.0, zone);
        let note = match resolution.note.as_str() {
            "" => String::new(),
            note => format!(": {}", escaped(note)),
        };
        let _ = writeln!(
            text,
            "seen to at {at}{by}: {}{note}",
            tui::case_how(resolution.how)
        );
    }
    let _ = writeln!(text, "{}", opened.next);
    text
}

async fn resolve(
    ctx: &mut Context,
    client: &Client,
    text: &str,
    how: CaseHow,
    note: String,
) -> Result<(), CliError> {
    if how == CaseHow::Other && note.trim().is_empty() {
        return Err(CliError::usage_hint(
            "a note has to say what was done".to_owned(),
            "add `--note WORDS`: it is needed for `--how other`",
        ));
    }
    // A refund that waits is ended by a manager's word, and cash by handing it out.
    let fits = |case: &DeskCase| {
        let is_cash = case.kind == DeskKind::CashWaits;
        case.kind != DeskKind::RefundWaits && (how != CaseHow::HandedOut || is_cash)
    };
    let case = named(ctx, client, text, fits).await?;
    let is_payment = case.kind != DeskKind::RefundWaits;
    let Some(payment) = case.payment.filter(|_| is_payment) else {
        return Err(CliError::usage_hint(
            "that case ends when a manager says yes or no".to_owned(),
            "`houseful refund approve` or `houseful refund refuse` does",
        ));
    };
    let is_cash = case.kind == DeskKind::CashWaits;
    let request = ResolveRequest {
        command: ctx.command_id(),
        payment,
        how,
        note,
        told_minor: is_cash.then_some(case.amount.minor),
    };
    let effect = format!(
        "{} would be written down about {}; no money would move",
        tui::case_how(how),
        tui::case_what(&case)
    );
    if ctx.globals.dry_run {
        let path = format!("/v1/bookings/{}/case-resolution", case.booking);
        return dry_run::tell(ctx, "POST", path, &request, effect);
    }
    let asked = client.resolve_case(case.booking, &request);
    let case = ctx.wait("writing it down", asked).await?;
    let now = client.server_now();
    let listed = Listed {
        age: now.map_or_else(String::new, |now| age(case.at.0, now)),
        next: next(&case),
        case,
    };
    ctx.one(&DESK, &listed)
}

/// What a human can do. A case is decided in the commit that sees it, so mostly that is nothing, or
/// to sell other seats to somebody whose money came too late.
fn next(case: &DeskCase) -> String {
    let name = || {
        case.code
            .map_or_else(|| case.booking.to_string(), |c| c.to_string())
    };
    let payment = || case.payment.map_or_else(name, |p| p.to_string());
    match (case.kind, case.end) {
        _ if case.resolution.is_some() => "nothing: somebody saw to it".to_owned(),
        (DeskKind::RefundWaits, DeskEnd::Waits) => format!("houseful refund approve {}", name()),
        (DeskKind::RefundWaits, _) => "nothing: it has ended".to_owned(),
        (DeskKind::CashWaits, DeskEnd::Waits) => {
            let much = case
                .cash
                .map_or_else(|| "the cash".to_owned(), |c| c.to_string());
            let payment = payment();
            format!("hand out {much}; houseful payment late resolve {payment} --how handed_out")
        }
        (_, DeskEnd::OnItsWay) if case.overdue => {
            format!("houseful payment late view {}", payment())
        }
        (DeskKind::MoneyShort, DeskEnd::Waits) => {
            format!("houseful booking refund {} --waive --reason other", name())
        }
        (DeskKind::LateWon, DeskEnd::Confirmed) => "nothing: they have the seats".to_owned(),
        (DeskKind::LateWon, _) => "nothing: it ended otherwise since".to_owned(),
        (DeskKind::MoneyGone, _) => "nothing: the seats are for sale".to_owned(),
        _ if tui::sells_others(case) => format!(
            "houseful sell {} --adult {} --best",
            case.booking.show, case.seats
        ),
        (DeskKind::MoneyBack, DeskEnd::OnItsWay) => {
            "nothing: the money goes back by itself".to_owned()
        }
        _ => "nothing: it has ended".to_owned(),
    }
}
