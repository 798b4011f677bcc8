//! Everything that can stop a command, each with an exit code, a sentence and a next step.

mod crash;
mod exit;
mod report;

use std::{io, path::PathBuf};

use houseful_core::{
    ids::{BookingId, PaymentId, ShardName, ShowId},
    wire::{Time, booking::Booking, problem::Problem},
};

pub use crash::{install as install_crash_report, last_report, last_words};
pub use exit::ExitStatus;
pub use report::{Report, Reporter};

use crate::{
    client::{BadServer, ClientError},
    config::ConfigError,
    state::StateError,
};

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A flag or value that can't be; the sentence says which.
    #[error("{message}")]
    Usage {
        /// What is wrong with what was typed.
        message: String,
        /// What to type instead.
        hint: Option<String>,
    },
    /// Somebody has to be asked, and nobody is there to answer.
    #[error("{flag} is required when not running interactively")]
    NobodyToAsk {
        /// The flag that would say it.
        flag: String,
    },
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The state folder can't be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The server's address or the token can't be used.
    #[error(transparent)]
    Server(#[from] BadServer),
    /// No server could be started in this process.
    #[error("{message}")]
    NoServer {
        /// Stable, for programs.
        code: &'static str,
        /// What is in the way.
        message: String,
        /// What to do next.
        hint: Option<String>,
    },
    /// The server refused.
    #[error("{}", .problem.detail)]
    Refused {
        /// What it said.
        problem: Box<Problem>,
        /// The command to type next, when this program knows a better one than the server.
        next: Option<String>,
        /// What it was about, in words: the show and its time.
        about: Option<String>,
    },
    /// No answer, or none that can be read.
    #[error("{error}")]
    NoAnswer {
        /// What happened to the connection.
        error: ClientError,
        /// The command to type next.
        next: Option<String>,
    },
    /// The screens were open, and no server ever answered them.
    #[error("{why}")]
    Unanswered {
        /// What happened to the connection.
        why: String,
    },
    /// The card was declined; the hold goes on for the time that is left.
    #[error("the payment was declined: {reason}")]
    Declined {
        /// What the provider said.
        reason: String,
        /// The booking, still held.
        booking: BookingId,
        /// Until when.
        held_until: Time,
        /// The same on the wall clock of the cinema.
        held_until_local: String,
    },
    /// A payment came to nothing for a reason of its own; the hold goes on.
    #[error("{error}")]
    StillHeld {
        /// Why nothing was taken.
        error: Box<Self>,
        /// The booking, still held.
        booking: BookingId,
        /// Until when.
        held_until: Time,
        /// The same on the wall clock of the cinema.
        held_until_local: String,
    },
    /// The payment has no outcome yet.
    #[error("the payment has no outcome yet; the bank has not answered")]
    Pending {
        /// The booking.
        booking: BookingId,
        /// The payment.
        payment: PaymentId,
    },
    /// The hold was over before it was paid.
    #[error("{message}")]
    TooLate {
        /// What happened, and what becomes of the money.
        message: String,
        /// The booking.
        booking: BookingId,
    },
    /// The best seats are not where the words of the sale said, so nothing was paid for them.
    #[error("the seats are not what was asked for: {gave_way}")]
    GaveWay {
        /// What gave way.
        gave_way: String,
    },
    /// Nothing has that name.
    #[error("{message}")]
    NotFound {
        /// What was looked for.
        message: String,
        /// How to find it.
        hint: Option<String>,
    },
    /// Databases of shows could not be asked, so the list that was written is not all there is.
    #[error("{}", left_out(.away))]
    Part {
        /// Which.
        away: Vec<ShardName>,
    },
    /// Shows stand still, so the list that was written is not all there is.
    #[error("{}", shows_left_out(.shows))]
    ShowsLeftOut {
        /// Which.
        shows: Vec<ShowId>,
    },
    /// The user said no, or did not say the words that were asked for.
    #[error("{message}")]
    NotConfirmed {
        /// What was not done.
        message: String,
    },
    /// A check of `doctor` failed.
    #[error("{failed} of {checks} checks failed")]
    Unwell {
        /// How many failed.
        failed: usize,
        /// How many there were.
        checks: usize,
    },
    /// The books do not agree.
    #[error("{what}")]
    NotSound {
        /// About what.
        what: String,
    },
    /// A database file is not what it should be.
    #[error("{} is damaged", .file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
    },
    /// A file can't be read or written.
    #[error("can't {what} {}: {source}", .path.display())]
    File {
        /// `read`, `write`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Output can't be written; a reader that has left is [`CliError::ReaderGone`].
    #[error("can't write the output: {0}")]
    Output(io::Error),
    /// Nobody reads our output any more, as after `| head`. Not an error.
    #[error("nobody reads the output")]
    ReaderGone,
    /// Ctrl-C.
    #[error("{message}")]
    Stopped {
        /// What was tidied up.
        message: String,
        /// The command to type next.
        next: Option<String>,
    },
    /// Something that should work on every machine does not.
    #[error("{what}")]
    System {
        /// What.
        what: String,
    },
}

impl CliError {
    /// A flag or value that can't be.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: None,
        }
    }

    /// The same with what to type instead.
    pub fn usage_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Names the command to type next, where this error has room for one.
    #[must_use]
    pub fn with_next(mut self, command: impl Into<String>) -> Self {
        match &mut self {
            Self::Refused { next, .. } | Self::NoAnswer { next, .. } => {
                *next = Some(command.into());
            }
            _ => {}
        }
        self
    }

    /// Says what a refusal was about.
    #[must_use]
    pub fn with_about(mut self, words: impl Into<String>) -> Self {
        if let Self::Refused { about, .. } = &mut self {
            *about = Some(words.into());
        }
        self
    }

    /// Whether the answer comes from the show or booking itself, so that it also settles what was
    /// asked before: a server that is busy or does not know the token says nothing of that.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Refused { problem, .. }
            if matches!(problem.status, 404 | 409 | 410 | 422) && problem.code != "outcome_unknown")
    }

    /// Whether a payment that ends with this error leaves the hold as it was.
    #[must_use]
    pub fn leaves_hold(&self) -> bool {
        match self {
            Self::Usage { .. }
            | Self::NobodyToAsk { .. }
            | Self::NotConfirmed { .. }
            | Self::State(_)
            | Self::File { .. } => true,
            Self::Refused { problem, .. } => {
                !self.outcome_unknown() && !matches!(problem.status, 404 | 409 | 410 | 500..)
            }
            _ => false,
        }
    }

    /// Says of a payment that came to nothing that the seats are still held.
    #[must_use]
    pub fn with_hold(self, booking: &Booking, until_local: String) -> Self {
        Self::StillHeld {
            error: Box::new(self),
            booking: booking.id,
            held_until: booking.hold_until,
            held_until_local: until_local,
        }
    }

    /// Whether nobody can tell if the server did what it was asked.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Refused { problem, .. } => problem.code == "outcome_unknown",
            Self::NoAnswer { error, .. } => error.outcome_unknown(),
            _ => false,
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Problem(problem) => Self::Refused {
                problem,
                next: None,
                about: None,
            },
            error => Self::NoAnswer { error, next: None },
        }
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ReaderGone
        } else {
            Self::Output(error)
        }
    }
}

/// Which databases are missing from what was written.
fn left_out(away: &[ShardName]) -> String {
    let names: Vec<&str> = away.iter().map(ShardName::as_str).collect();
    match names.as_slice() {
        [one] => format!("shard {one} does not answer: the list is without what it has"),
        more => {
            let all = more.join(", ");
            format!("the shards {all} do not answer: the list is without what they have")
        }
    }
}

/// Which shows are missing from what was written.
fn shows_left_out(shows: &[ShowId]) -> String {
    let names: Vec<String> = shows.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [one] => format!("show {one} stands still: the list is without what it has"),
        more => {
            let all = more.join(", ");
            format!("the shows {all} stand still: the list is without what they have")
        }
    }
}
