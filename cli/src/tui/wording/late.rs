//! What is said on the late-payments desk: what a case is about, how it ended, what is to be done,
//! and what happened to a booking.

use houseful_core::{
    ids::{CommandId, ShowId},
    time::UtcMillis,
    wire::{
        booking::{AppliedPayment, Booking, Contact},
        catalogue::Show,
        desk::{CaseHow, CaseResolution, DeskCase, DeskEnd, DeskKind, StoryStep, StoryWhat},
        payment::{PaidTender, Payment, PaymentState},
        refund::{DeclinedHow, RefundWaiting},
    },
};

use super::{bookings::returned_because, seat_list};
use crate::tui::local_time;

/// Shows that stand still, so nothing can be told of their cases.
#[must_use]
pub fn shows_left_out(shows: &[ShowId]) -> String {
    match shows {
        [one] => format!("without the cases of show {one}, which stands still"),
        more => format!(
            "without the cases of {} shows, which stand still",
            more.len()
        ),
    }
}

/// Above the cases that need somebody.
pub const LATE_OPEN: &str = "What needs somebody";
/// Above the cases that have ended.
pub const LATE_ENDED: &str = "What has ended, the newest first";
/// No case needs anybody.
pub const NOTHING_OPEN: &str = "nothing needs anybody now; ⟨late.turn⟩ lists what has ended";
/// No case has ended.
pub const NOTHING_ENDED: &str = "nothing has come late or gone back yet";
/// There is more than is listed.
pub const MORE_ENDED: &str = "older ones: ⟨late.older⟩";
/// The last page is listed.
pub const NO_MORE_ENDED: &str = "there are no older ones";
/// Enter on an empty list.
pub const NO_CASE_MARKED: &str = "there is no case to open";
/// The server would not give the list; why follows.
pub const LATE_REFUSED: &str = "the server does not give the list; it is asked again:";
/// A verdict without a refund that waits.
pub const NO_REFUND_WAITS: &str = "no refund of it waits for a manager";
/// Somebody who is no manager says yes.
pub const VERDICT_BY_MANAGER: &str = "a manager says yes or no to a refund";
/// A case that needs nobody.
pub const NOTHING_TO_RESOLVE: &str = "nothing has to be done about it";
/// A case of a refund is ended by saying yes or no.
pub const RESOLVE_BY_VERDICT: &str =
    "a manager says yes or no to it: ⟨late_case.approve⟩ or ⟨late_case.refuse⟩";
/// A new sale where the payer has seats, or nobody knows how many were wanted.
pub const NO_OTHER_SEATS: &str = "nobody was left without seats here";
/// A refund was approved whose cash nobody has handed out.
pub const CASH_STAYS: &str = "say here when it is out";
/// Above the reasons to resolve a case.
pub const RESOLVE_WHICH: &str = "What was done about it?";
/// A digit without a choice there.
pub const NO_SUCH_RESOLVE: &str = "there are four: 1 to 4";
/// A note is needed.
pub const NOTE_FIRST: &str = "a note has to say what";
/// Before the note.
pub const NOTE: &str = "Note: ";
/// Before a refund is refused.
pub const REFUSE_WHY: &str = "Refuse the refund, and say why:";
/// No money moves by it.
pub const RESOLVE_MOVES_NOTHING: &str =
    "This is written down with who said it. No money moves by it.";
/// Written down.
pub const RESOLVED: &str = "written down";
/// A refund was refused.
pub const REFUSED: &str = "refused; the tickets are as they were";
/// The show of a new sale is not known yet.
pub const SALE_SHOW_COMES: &str = "asking the server about the show";

/// What a case is about, in few words.
#[must_use]
pub fn case_what(case: &DeskCase) -> &str {
    match case.kind {
        DeskKind::LateWon if case.end == DeskEnd::Over => "came late, ended otherwise since",
        DeskKind::LateWon => "came late, won its seats",
        DeskKind::MoneyShort => "more went back than was ordered",
        DeskKind::Overdue => case.why.as_deref().map_or("not done yet", returned_because),
        DeskKind::MoneyGone => "gone at the provider",
        DeskKind::RefundWaits => "a refund",
        DeskKind::MoneyBack => case.why.as_deref().map_or("goes back", returned_because),
        DeskKind::CashWaits if case.end == DeskEnd::GivenBack => "cash that waited",
        DeskKind::CashWaits => "cash to be handed out",
    }
}

/// Where a case stands.
#[must_use]
pub fn case_end(case: &DeskCase) -> String {
    let end = match (case.end, case.kind) {
        (DeskEnd::OnItsWay, _) if case.overdue => "goes back, overdue",
        (DeskEnd::OnItsWay, _) => "on its way",
        (DeskEnd::GivenBack, DeskKind::CashWaits) => "back",
        (DeskEnd::GivenBack, _) => "given back",
        (DeskEnd::Confirmed, _) => "has the seats",
        (DeskEnd::Waits, DeskKind::RefundWaits) => "waits for a manager",
        (DeskEnd::Waits, DeskKind::CashWaits) => "waits for a till",
        (DeskEnd::Waits, _) => "waits for somebody",
        (DeskEnd::Over, _) => "over",
        (DeskEnd::Approved, _) => "approved",
        (DeskEnd::Declined, _) => declined(case),
    };
    match &case.resolution {
        // The cash is the whole case.
        Some(resolution) if case.kind == DeskKind::CashWaits => case_how(resolution.how).to_owned(),
        Some(resolution) => format!("{end}; {}", case_how(resolution.how)),
        None => end.to_owned(),
    }
}

fn declined(case: &DeskCase) -> &'static str {
    match case.declined.as_ref().map(|d| d.how) {
        Some(DeclinedHow::Withdrawn) => "taken back by whoever asked",
        Some(DeclinedHow::Lapsed) => "not answered in time",
        Some(DeclinedHow::Overtaken) => "given back otherwise",
        Some(DeclinedHow::Refused) | None => "refused",
    }
}

/// What a person did about a case.
#[must_use]
pub const fn case_how(how: CaseHow) -> &'static str {
    match how {
        CaseHow::HandedOut => "handed out in cash",
        CaseHow::PaidBack => "paid back by hand at the provider",
        CaseHow::Told => "the customer was told",
        CaseHow::Other => "something else",
    }
}

/// The same with who, when and the note.
#[must_use]
pub fn resolution(resolution: &CaseResolution, zone: &str) -> String {
    let at = when(resolution.at.0, zone);
    let by = match &resolution.by {
        Some(by) => format!(" by {by}"),
        None => String::new(),
    };
    let note = match resolution.note.as_str() {
        "" => String::new(),
        note => format!(": {note}"),
    };
    format!("{}, {at}{by}{note}", case_how(resolution.how))
}

/// How long ago, on a line.
#[must_use]
pub fn case_age(at: UtcMillis, now: UtcMillis) -> String {
    let minutes = now.ms_since(at).max(0) / 60_000;
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

/// What it is about in money; of cash, what is to be handed out.
#[must_use]
pub fn case_amount(case: &DeskCase) -> String {
    match (case.kind, case.cash) {
        (DeskKind::CashWaits, Some(cash)) => cash.to_string(),
        // Payment could not be asked what of several means is cash.
        (DeskKind::CashWaits, None) if case.end == DeskEnd::Waits => {
            format!("up to {}", case.amount)
        }
        _ => case.amount.to_string(),
    }
}

/// What is to be done about a case.
#[must_use]
pub fn case_next(case: &DeskCase) -> String {
    if case.resolution.is_some() && case.end != DeskEnd::Waits {
        return "nothing: somebody saw to it".to_owned();
    }
    match (case.kind, case.end) {
        (DeskKind::RefundWaits, DeskEnd::Waits) => {
            "a manager says yes or no: ⟨late_case.approve⟩ or ⟨late_case.refuse⟩".to_owned()
        }
        (DeskKind::CashWaits, DeskEnd::Waits) => format!(
            "hand out {}, then say so: ⟨late_case.resolve⟩",
            case_amount(case)
        ),
        (DeskKind::MoneyShort, DeskEnd::Waits) => {
            "take the tickets back (⟨late_case.accept⟩ opens the booking), or say what was done: \
             ⟨late_case.resolve⟩"
                .to_owned()
        }
        (_, DeskEnd::OnItsWay) if case.overdue => {
            "payment tries on by itself; look at the provider, and say what was done: \
             ⟨late_case.resolve⟩"
                .to_owned()
        }
        (_, DeskEnd::OnItsWay) => "nothing: it goes on by itself".to_owned(),
        (DeskKind::MoneyBack, _) if sells_others(case) => {
            "offer other seats: ⟨late_case.sell_others⟩".to_owned()
        }
        _ => "nothing: it has ended".to_owned(),
    }
}

/// Whether the payer wanted seats and got none, so that others can be offered.
#[must_use]
pub fn sells_others(case: &DeskCase) -> bool {
    let lost = ["seats_gone", "too_late", "capture_overdue"];
    case.kind != DeskKind::CashWaits
        && case.seats > 0
        && case.why.as_deref().is_some_and(|why| lost.contains(&why))
}

/// A time of the story: the day and the time on the wall of the cinema.
#[must_use]
pub fn when(at: UtcMillis, zone: &str) -> String {
    let day = local_time::day_from(at, zone, 0).unwrap_or_default();
    format!(
        "{} {}",
        local_time::day_name(&day),
        local_time::wall_clock(at, zone)
    )
}

/// One thing that happened to a booking.
#[must_use]
pub fn story_said(step: &StoryStep) -> String {
    let seats = seat_list(&step.seats);
    let amount = step.amount.map(|m| m.to_string()).unwrap_or_default();
    let tender = step.tender.as_deref().unwrap_or("money");
    let why = step.why.as_deref();
    let said = match step.what {
        StoryWhat::Held => format!("{seats} held, {amount}"),
        StoryWhat::SeatsChanged => format!("changed to {seats}, {amount}"),
        StoryWhat::Released => "the seats were given up".to_owned(),
        StoryWhat::Expired => "the hold ran out".to_owned(),
        StoryWhat::Paid => format!("{amount} by {tender}: tickets were made"),
        StoryWhat::PaidLate => format!("{amount} by {tender} came late and won the same seats"),
        StoryWhat::Confirmed => "the money is there, the tickets were given out".to_owned(),
        StoryWhat::MoneyBack => format!(
            "{amount} by {tender} goes back: {}",
            why.map_or("it was good for nothing here", returned_because)
        ),
        StoryWhat::CaptureRefused => "the bank did not pay what it had promised".to_owned(),
        StoryWhat::CaptureOverdue => "the bank did not pay in time".to_owned(),
        StoryWhat::MoneySettled => "payment has done so".to_owned(),
        StoryWhat::MoneyGone => "the money went back at the provider's own desk".to_owned(),
        StoryWhat::MoneyShort => format!("{amount} went back in all, more than was ordered"),
        StoryWhat::Cancelled => "taken back by the house".to_owned(),
        StoryWhat::ShowCancelled => "the show was called off".to_owned(),
        StoryWhat::RefundAsked => format!("{amount} for {seats} asked back of a manager"),
        StoryWhat::Refunded => format!("{seats} given back, {amount} goes back"),
        StoryWhat::RefundRefused => "the refund was refused or taken back".to_owned(),
        StoryWhat::RefundLapsed => "nobody said yes or no to the refund in time".to_owned(),
        StoryWhat::CaseResolved => {
            let how = CaseHow::ALL.into_iter().find(|how| Some(how.word()) == why);
            how.map_or("somebody saw to it", case_how).to_owned()
        }
    };
    let by = match &step.by {
        Some(by) => format!(" ({by})"),
        None => String::new(),
    };
    let note = match step.note.as_str() {
        "" => String::new(),
        note => format!(": {note}"),
    };
    format!("{said}{by}{note}")
}

/// What one tender paid, and what of it is back.
#[must_use]
pub fn tender_said(tender: &PaidTender) -> String {
    let name = tender_name(tender);
    let none = tender.captured.minor == 0;
    let took = match tender.state {
        PaymentState::Pending => format!("{} asked", tender.amount),
        PaymentState::Authorised => format!("{} promised", tender.amount),
        PaymentState::Declined => format!("{} refused", tender.amount),
        PaymentState::Voided => format!("{} promised, nothing taken", tender.amount),
        PaymentState::CaptureRefused => format!("{} promised and refused", tender.amount),
        _ if none => "nothing taken".to_owned(),
        PaymentState::Captured | PaymentState::RefundDue | PaymentState::Refunded => {
            format!("{} taken", tender.captured)
        }
    };
    let mut said = format!("{name}  {took}");
    if tender.refunded.minor > 0 {
        said += &format!(", {} back", tender.refunded.plain());
    }
    if tender.refund_due.minor > 0 {
        said += &format!(", {} on its way back", tender.refund_due.plain());
    }
    if let Some(why) = &tender.reason {
        said += &format!(" ({why})");
    }
    said
}

fn tender_name(tender: &PaidTender) -> String {
    match &tender.label {
        Some(label) => format!("{} ..{label}", tender.means),
        None => tender.means.clone(),
    }
}

/// What each tender paid, on one line: `voucher 8.00, cash 11.00`. What was not taken is left out.
#[must_use]
pub fn paid_by(payment: &Payment) -> String {
    let taken = payment.tenders.iter().filter(|t| t.captured.minor > 0);
    let said = |t: &PaidTender| format!("{} {}", t.means, t.captured.plain());
    let parts: Vec<String> = taken.map(said).collect();
    if parts.is_empty() && payment.captured.minor > 0 {
        return format!("{} {}", payment.provider, payment.captured.plain());
    }
    parts.join(", ")
}

/// What one means paid, on one line: `cash 19.00`; nothing of a booking that cost nothing.
#[must_use]
pub fn paid_once(paid: &AppliedPayment) -> Option<String> {
    let amount = paid.amount.filter(|amount| amount.minor > 0)?;
    let tender = paid.tender.as_deref()?;
    Some(format!("{tender} {}", amount.plain()))
}

/// A number without a case.
#[must_use]
pub fn no_case_line(number: usize) -> String {
    format!("there is no case number {number} on this list")
}

/// Before a manager says yes.
#[must_use]
pub fn ask_approve(refund: &RefundWaiting) -> String {
    let seats: Vec<_> = refund.lines.iter().map(|line| line.seat).collect();
    let note = match refund.note.as_str() {
        "" => String::new(),
        note => format!(" Asked for with the note: {note}."),
    };
    format!(
        "Give {} back for {} and keep {}?{note}",
        refund.back,
        seat_list(&seats),
        refund.kept.plain()
    )
}

/// A refund was approved.
#[must_use]
pub fn approved(booking: &Booking, refund: CommandId) -> String {
    let said = super::gave_back(booking, refund);
    match booking.cash_back {
        Some(_) => format!("{said}; {CASH_STAYS}"),
        None => said,
    }
}

/// Above the note.
#[must_use]
pub fn note_for(how: CaseHow) -> String {
    format!("Write down: {}. A note may say more.", case_how(how))
}

/// What was done, with its digit.
#[must_use]
pub fn resolve_line(at: usize) -> String {
    let how = CaseHow::ALL.get(at).copied();
    how.map_or_else(String::new, |how| format!("  {} {}", at + 1, case_how(how)))
}

/// Seats are sold to whoever was left without.
#[must_use]
pub fn sell_others(seats: u16, contact: Option<&Contact>) -> String {
    let parts = contact.map(|c| [c.name.as_deref(), c.phone.as_deref()]);
    let parts: Vec<&str> = parts.into_iter().flatten().flatten().collect();
    let name = match parts.as_slice() {
        [] => String::new(),
        parts => format!(" for {}", parts.join(", ")),
    };
    let seats = match seats {
        1 => "1 seat was".to_owned(),
        seats => format!("{seats} seats were"),
    };
    format!("a new sale{name}: {seats} lost")
}

/// A show on one line: the film, when, where.
#[must_use]
pub fn show_line(show: &Show) -> String {
    format!(
        "{} ({})  {} {}  {}, {}",
        show.title,
        show.certificate,
        local_time::day_name(&show.starts_local),
        local_time::time_of(&show.starts_local),
        show.cinema_name,
        show.screen_name
    )
}

/// While a change is out.
pub const ASKING_CHANGE: &str = "asking the server ...";
