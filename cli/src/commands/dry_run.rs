//! `--dry-run`: says what would be sent or written, and does neither.

use std::path::Path;

use houseful_core::{
    refusal::Refusal,
    text::shown,
    wire::{
        booking::{Booking, BookingState},
        problem::Problem,
    },
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    args::Command,
    context::Context,
    error::CliError,
    output::{Columns, usual},
};

/// A request that was not sent.
#[derive(Debug, Serialize)]
struct Unsent {
    dry_run: bool,
    method: &'static str,
    path: String,
    body: Value,
    effect: String,
}

/// A file that was not touched.
#[derive(Debug, Serialize)]
struct Unwritten {
    dry_run: bool,
    file: String,
    effect: String,
}

/// The fields of a request that was not sent.
pub(super) static REQUEST: Columns = Columns {
    id: "path",
    columns: &[
        usual("method", "Method"),
        usual("path", "Path"),
        usual("body", "Body"),
        usual("effect", "Effect"),
    ],
};

/// The fields of a file that was not touched.
pub(super) static FILE: Columns = Columns {
    id: "file",
    columns: &[usual("file", "File"), usual("effect", "Effect")],
};

/// Refuses what can't be done without changing anything.
pub(super) fn check(command: &Command) -> Result<(), CliError> {
    let name = match command {
        Command::Tui => "tui",
        Command::Display => "display",
        #[cfg(feature = "embedded")]
        Command::Serve(_) => "serve",
        #[cfg(feature = "embedded")]
        Command::Demo(_) => "demo",
        _ => return Ok(()),
    };
    Err(CliError::usage_hint(
        format!("`houseful {name}` has no dry run"),
        "leave out `--dry-run`",
    ))
}

/// Writes the request that would be sent, and what it would do.
pub(super) fn tell(
    ctx: &mut Context,
    method: &'static str,
    path: String,
    body: &impl Serialize,
    effect: String,
) -> Result<(), CliError> {
    let unsent = Unsent {
        dry_run: true,
        method,
        path,
        body: serde_json::to_value(body).unwrap_or(Value::Null),
        effect,
    };
    ctx.one_drawn(&REQUEST, &unsent, &|_| {
        let body = match &unsent.body {
            Value::Null => String::new(),
            body => serde_json::to_string_pretty(body).unwrap_or_default() + "\n",
        };
        format!(
            "nothing was changed; this would be sent:\n{method} {}\n{body}{}\n",
            unsent.path,
            shown(&unsent.effect, 500)
        )
    })
}

/// Writes which file would be touched, and how.
pub(super) fn tell_file(ctx: &mut Context, file: &Path, effect: &str) -> Result<(), CliError> {
    let unwritten = Unwritten {
        dry_run: true,
        file: file.display().to_string(),
        effect: effect.to_owned(),
    };
    ctx.one_drawn(&FILE, &unwritten, &|_| {
        let file = shown(&unwritten.file, 500);
        format!("nothing was changed; {effect}: {file}\n")
    })
}

/// The refusal that the server would answer with, as far as can be seen from here.
pub(super) fn refused(refusal: &Refusal) -> CliError {
    let code = refusal.code();
    CliError::Refused {
        problem: Box::new(Problem {
            kind: format!("/problems/{code}"),
            title: code.replace('_', " "),
            status: refusal.status(),
            detail: refusal.to_string(),
            code: code.to_owned(),
            hint: refusal.hint().map(str::to_owned),
            retryable: refusal.retryable(),
            request_id: String::new(),
            facts: refusal.facts(),
        }),
        next: None,
        about: None,
    }
}

/// Whether a booking can still be paid; the refusal if not.
pub(super) fn can_be_paid(booking: &Booking) -> Result<(), CliError> {
    let refusal = match booking.state {
        BookingState::Held => return Ok(()),
        BookingState::Secured | BookingState::Confirmed => Refusal::AlreadyPaid,
        BookingState::Cancelled => Refusal::BookingCancelled,
        BookingState::Released => Refusal::HoldReleased,
        BookingState::Expired => Refusal::HoldExpired {
            at: booking.hold_until.0,
        },
    };
    Err(refused(&refusal))
}

/// Whether a booking can be given up; the refusal if not.
pub(super) fn can_be_released(booking: &Booking) -> Result<(), CliError> {
    match booking.state {
        // Giving up what is over, or was given up before, is no mistake.
        BookingState::Held | BookingState::Expired | BookingState::Released => Ok(()),
        BookingState::Secured | BookingState::Confirmed => Err(refused(&Refusal::AlreadyPaid)),
        BookingState::Cancelled => Err(refused(&Refusal::BookingCancelled)),
    }
}

/// Whether a booking can be cancelled; the refusal if not.
pub(super) fn can_be_cancelled(booking: &Booking) -> Result<(), CliError> {
    match booking.state {
        BookingState::Secured | BookingState::Confirmed => Ok(()),
        BookingState::Cancelled => Err(refused(&Refusal::BookingCancelled)),
        BookingState::Held | BookingState::Expired | BookingState::Released => {
            Err(refused(&Refusal::NotPaid))
        }
    }
}
