//! Exit codes: few, documented, never changed.

use super::CliError;
use crate::client::ClientError;

/// How the program ends; the number is part of the contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done.
    Done = 0,
    /// Failed in another way.
    Failed = 1,
    /// Wrong use.
    Usage = 2,
    /// Refused by the state of the show or booking.
    Conflict = 3,
    /// Sign-in needed or not allowed.
    NotAllowed = 4,
    /// Not found.
    NotFound = 5,
    /// The hold or quote is over.
    Expired = 6,
    /// Payment declined.
    Declined = 7,
    /// Payment not settled yet.
    Pending = 8,
    /// Server not reachable in time.
    Unreachable = 9,
    /// Stopped by Ctrl-C.
    Stopped = 130,
}

impl ExitStatus {
    /// All of them with the words of `houseful help exit-codes`.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Done, "done"),
        (Self::Failed, "failed in another way"),
        (
            Self::Usage,
            "wrong use: a flag or value is missing, unknown or impossible",
        ),
        (
            Self::Conflict,
            "conflict: a seat is taken, the show is sold out or not on sale",
        ),
        (Self::NotAllowed, "sign-in needed, or not allowed"),
        (Self::NotFound, "not found"),
        (Self::Expired, "the hold or the quote is over"),
        (
            Self::Declined,
            "payment declined: nothing was taken, the seats are held while time remains",
        ),
        (Self::Pending, "pending: the payment has no outcome yet"),
        (
            Self::Unreachable,
            "server not reachable or busy: safe to run again, sales with `--resume`",
        ),
        (Self::Stopped, "stopped by Ctrl-C"),
    ];

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What a problem of the server amounts to.
    #[must_use]
    pub fn of_problem(code: &str, status: u16) -> Self {
        match code {
            "seats_taken" | "not_enough_seats" | "orphan_seat" | "not_on_sale" | "counter_only"
            | "customer_limit" | "companion_alone" | "pair_split" | "booking_not_held"
            | "already_paid" | "not_paid" | "show_cancelled" | "seats_sold" | "sales_read_only"
            | "clock_not_manual" => Self::Conflict,
            "token_invalid" | "forbidden" => Self::NotAllowed,
            "not_found" => Self::NotFound,
            "hold_expired" | "hold_released" | "payment_token_invalid" => Self::Expired,
            "too_many_requests" | "busy" | "store_unwritable" | "outcome_unknown"
            | "shard_unavailable" => Self::Unreachable,
            "unknown_seats"
            | "duplicate_seats"
            | "no_seats"
            | "too_many_seats"
            | "unknown_ticket_type"
            | "not_sold_in_category"
            | "id_reused"
            | "cash_too_little"
            | "bad_request"
            | "bad_value"
            | "too_large"
            | "not_json"
            | "method_not_allowed" => Self::Usage,
            // A code of a newer server: its status says enough.
            _ => match status {
                401 | 403 => Self::NotAllowed,
                404 => Self::NotFound,
                409 => Self::Conflict,
                410 => Self::Expired,
                429 | 502..=504 => Self::Unreachable,
                400..=499 => Self::Usage,
                _ => Self::Failed,
            },
        }
    }
}

impl CliError {
    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> ExitStatus {
        match self {
            Self::ReaderGone => ExitStatus::Done,
            Self::Usage { .. }
            | Self::NobodyToAsk { .. }
            | Self::Config(_)
            | Self::Server(_)
            | Self::NotConfirmed { .. } => ExitStatus::Usage,
            Self::Refused { problem, .. } => ExitStatus::of_problem(&problem.code, problem.status),
            Self::NoAnswer { error, .. } => match error {
                ClientError::Unreachable { .. } | ClientError::TimedOut { .. } => {
                    ExitStatus::Unreachable
                }
                ClientError::BadAnswer {
                    status: 502..=504, ..
                } => ExitStatus::Unreachable,
                ClientError::BadAnswer { .. } => ExitStatus::Failed,
                ClientError::Problem(problem) => {
                    ExitStatus::of_problem(&problem.code, problem.status)
                }
            },
            Self::Unanswered { .. } | Self::Part { .. } => ExitStatus::Unreachable,
            Self::StillHeld { error, .. } => error.exit(),
            Self::GaveWay { .. } | Self::ShowsLeftOut { .. } => ExitStatus::Conflict,
            Self::Declined { .. } => ExitStatus::Declined,
            Self::Pending { .. } => ExitStatus::Pending,
            Self::TooLate { .. } => ExitStatus::Expired,
            Self::NotFound { .. } => ExitStatus::NotFound,
            Self::Stopped { .. } => ExitStatus::Stopped,
            Self::State(_)
            | Self::Unwell { .. }
            | Self::Damaged { .. }
            | Self::NotSound { .. }
            | Self::File { .. }
            | Self::Output(_)
            | Self::NoServer { .. }
            | Self::System { .. } => ExitStatus::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of `docs/api.md` with the exit code a script may rely on.
    #[test]
    fn every_problem_code_has_its_exit_code() {
        let api = include_str!("../../../docs/api.md");
        let (_, section) = api.split_once("## Problem codes").expect("the section");
        let mut seen = 0;
        for entry in section.split('·') {
            let mut parts = entry.split_whitespace();
            let code = parts.next().expect("a code").trim_matches('`');
            let status: u16 = parts.next().expect("a status").parse().expect("a number");
            let exit = ExitStatus::of_problem(code, status);
            let expected = match (code, status) {
                ("payment_token_invalid", _) => ExitStatus::Expired,
                (_, 409) => ExitStatus::Conflict,
                (_, 401 | 403) => ExitStatus::NotAllowed,
                (_, 404) => ExitStatus::NotFound,
                (_, 410) => ExitStatus::Expired,
                (_, 429 | 503) => ExitStatus::Unreachable,
                (_, 500) => ExitStatus::Failed,
                _ => ExitStatus::Usage,
            };
            assert_eq!(exit, expected, "{code}");
            seen += 1;
        }
        assert!(seen >= 30, "{seen}");
    }

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        let codes = ExitStatus::ALL.map(|(status, _)| status.code());
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]);
    }
}
