//! How an error is told: three lines for people, one JSON object for programs.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use houseful_core::{
    text::shown,
    wire::problem::{Facts, Problem},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::CliError;
use crate::client::ClientError;

/// What to do where no server answers.
const NO_SERVER: &str =
    "start one with `houseful serve`, try `houseful demo`, or name another with `--server URL`";

/// An error, ready to be told. The JSON form is part of the contract with scripts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Stable, for programs.
    pub code: String,
    /// What happened to which thing.
    pub message: String,
    /// What to do next, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What to type next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The exit code.
    pub exit: u8,
    /// The request's name in the server's log.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// Facts to act on.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
}

/// Where and how errors are told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reporter {
    /// One JSON object instead of text.
    pub json: bool,
    /// Colours are welcome on stderr.
    pub color: bool,
}

impl Reporter {
    /// Tells the error. Nothing more can be done when even that fails.
    pub fn tell(self, error: &CliError, err: &mut dyn Write) {
        if matches!(error, CliError::ReaderGone) {
            return;
        }
        let report = Report::of(error);
        let text = if self.json {
            serde_json::to_string(&report).unwrap_or_default() + "\n"
        } else {
            self.text(&report)
        };
        let _ = err.write_all(text.as_bytes());
        let _ = err.flush();
    }

    fn text(self, report: &Report) -> String {
        let paint = |style: Style, word: &str| {
            if self.color {
                format!("{style}{word}{style:#}")
            } else {
                word.to_owned()
            }
        };
        let label = AnsiColor::Red.on_default().bold();
        let mut text = format!("{} {}\n", paint(label, "error:"), report.message);
        let hint_label = paint(Style::new().bold(), " hint:");
        match (&report.hint, &report.command) {
            (Some(hint), Some(command)) => {
                text += &format!("{hint_label} {hint}\n       {command}\n");
            }
            (Some(only), None) | (None, Some(only)) => text += &format!("{hint_label} {only}\n"),
            (None, None) => {}
        }
        text += &format!(" code: {}   exit {}", report.code, report.exit);
        if !report.request_id.is_empty() {
            text += &format!("   request {}", report.request_id);
        }
        text + "\n"
    }
}

impl Report {
    /// What there is to say about an error.
    #[must_use]
    pub fn of(error: &CliError) -> Self {
        let mut report = Self {
            code: error.code().to_owned(),
            // Messages may quote what a server or a file said.
            message: shown(&error.to_string(), 2_000),
            hint: None,
            command: None,
            exit: error.exit().code(),
            request_id: String::new(),
            fields: Map::new(),
        };
        report.add_next_step(error);
        report
    }

    fn add_next_step(&mut self, error: &CliError) {
        match error {
            CliError::Usage { hint, .. }
            | CliError::NoServer { hint, .. }
            | CliError::NotFound { hint, .. } => {
                self.hint.clone_from(hint);
            }
            CliError::GaveWay { .. } => {
                self.hint = Some("nothing was paid; `--yes` takes what there is".to_owned());
            }
            CliError::NobodyToAsk { .. } => {
                self.hint = Some("run it in a terminal to be asked, or give the flag".to_owned());
            }
            CliError::Refused {
                problem,
                next,
                about,
            } => self.add_problem(problem, next.as_deref(), about.as_deref()),
            CliError::NoAnswer { error, next } => self.add_no_answer(error, next.as_deref()),
            CliError::Unanswered { .. } => self.hint = Some(NO_SERVER.to_owned()),
            CliError::StillHeld {
                error,
                booking,
                held_until,
                held_until_local,
            } => {
                self.add_next_step(error);
                let held = format!("the seats are still held until {held_until_local}");
                self.hint = Some(match self.hint.take() {
                    Some(hint) => format!("{hint}; {held}"),
                    None => held,
                });
                self.command = Some(format!("houseful booking pay {booking} --pay cash"));
                self.fields.insert("booking".to_owned(), json!(booking));
                self.fields
                    .insert("held_until".to_owned(), json!(held_until));
            }
            CliError::Declined {
                booking,
                held_until,
                held_until_local,
                ..
            } => {
                self.hint = Some(format!(
                    "nothing was taken; the seats are still held until {held_until_local}"
                ));
                self.command = Some(format!("houseful booking pay {booking} --pay card=-"));
                self.fields.insert("booking".to_owned(), json!(booking));
                self.fields
                    .insert("held_until".to_owned(), json!(held_until));
            }
            CliError::Pending { booking, payment } => {
                self.hint = Some(
                    "ask again in a while; it ends in tickets or in your money back".to_owned(),
                );
                self.command = Some(format!("houseful booking watch {booking}"));
                self.fields.insert("booking".to_owned(), json!(booking));
                self.fields.insert("payment".to_owned(), json!(payment));
            }
            CliError::TooLate { booking, .. } => {
                self.hint = Some("look what became of it, then sell again".to_owned());
                self.command = Some(format!("houseful booking view {booking}"));
                self.fields.insert("booking".to_owned(), json!(booking));
            }
            CliError::Part { away } => {
                self.hint = Some(
                    "run it again when they answer; `houseful api GET /v1` says how they stand"
                        .to_owned(),
                );
                self.fields.insert("away".to_owned(), json!(away));
            }
            CliError::ShowsLeftOut { shows } => {
                self.hint =
                    Some("`houseful db check` says what is wrong with their journals".to_owned());
                self.fields.insert("shows".to_owned(), json!(shows));
            }
            CliError::NotConfirmed { .. } => {
                self.hint = Some("nothing was changed; `--yes` says yes beforehand".to_owned());
            }
            CliError::Config(e) => self.hint = e.hint(),
            CliError::State(_) | CliError::File { .. } => {
                self.command = Some("houseful doctor --paths".to_owned());
            }
            CliError::Server(_) => {
                self.hint = Some("where it comes from".to_owned());
                self.command = Some("houseful config explain server".to_owned());
            }
            CliError::Unwell { .. } => {
                self.hint = Some("the failed checks say what to do".to_owned());
            }
            CliError::Stopped { next, .. } => self.command.clone_from(next),
            CliError::Damaged { .. } => {
                self.hint = Some("`houseful db restore` puts a copy in its place".to_owned());
            }
            CliError::NotSound { .. } => {
                self.hint = Some(
                    "`houseful payment reconcile` compares with the provider; `houseful payment \
                     list --open` has what is under way"
                        .to_owned(),
                );
            }
            CliError::Output(_) | CliError::ReaderGone | CliError::System { .. } => {}
        }
    }

    fn add_problem(&mut self, problem: &Problem, next: Option<&str>, about: Option<&str>) {
        if let Some(about) = about {
            self.message = format!("{} ({about})", self.message);
        }
        self.request_id = shown(&problem.request_id, 80);
        self.hint = problem.hint.as_deref().map(|h| shown(h, 500));
        self.command = next.map(str::to_owned);
        if let Some(hint) = next_best(&problem.facts) {
            self.hint = Some(hint);
        }
        match problem.code.as_str() {
            "token_invalid" => {
                self.hint = Some("sign in with an API token".to_owned());
                self.command = Some("houseful auth login".to_owned());
            }
            "forbidden" => self.command = Some("houseful auth status".to_owned()),
            "internal" if self.hint.is_none() => {
                self.hint = Some("it is in the server's log under the request's name".to_owned());
            }
            _ => {}
        }
        if let Ok(Value::Object(fields)) = serde_json::to_value(&problem.facts) {
            self.fields = fields;
        }
    }

    fn add_no_answer(&mut self, error: &ClientError, next: Option<&str>) {
        self.request_id = error.request_id().to_owned();
        self.command = next.map(str::to_owned);
        self.hint = match (error, next) {
            (ClientError::BadAnswer { .. }, _) => {
                Some("is the address that of a Houseful server of this version?".to_owned())
            }
            (_, Some(_)) => Some("it is safe to ask again".to_owned()),
            (ClientError::Unreachable { .. }, None) => Some(NO_SERVER.to_owned()),
            _ => Some("run the same command again, perhaps with a longer `--timeout`".to_owned()),
        };
    }
}

/// The next best seats in words, with what had to give way.
fn next_best(facts: &Facts) -> Option<String> {
    let seats: Vec<String> = facts.next_best.iter().map(ToString::to_string).collect();
    let relaxed: Vec<String> = facts.relaxed.iter().map(ToString::to_string).collect();
    let seats = match seats.as_slice() {
        [] => return None,
        [one] => format!("{one} is the next best"),
        many => format!("{} are the next best", many.join(" ")),
    };
    Some(match relaxed.as_slice() {
        [] => seats,
        relaxed => format!("{seats}: {}", relaxed.join(", ")),
    })
}

impl CliError {
    /// Stable, for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Usage { .. } => "usage",
            Self::NobodyToAsk { .. } => "flag_required",
            Self::Config(_) => "bad_config",
            Self::State(_) => "state_unusable",
            Self::Server(_) => "bad_server",
            Self::NoServer { code, .. } => code,
            Self::Refused { problem, .. } => &problem.code,
            Self::NoAnswer { error, .. } => match error {
                ClientError::Problem(problem) => &problem.code,
                ClientError::Unreachable { .. } => "unreachable",
                ClientError::TimedOut { .. } => "timed_out",
                ClientError::BadAnswer { .. } => "bad_answer",
            },
            Self::Unanswered { .. } => "unreachable",
            Self::StillHeld { error, .. } => error.code(),
            Self::GaveWay { .. } => "gave_way",
            Self::Declined { .. } => "payment_declined",
            Self::Pending { .. } => "payment_pending",
            Self::TooLate { .. } => "hold_expired",
            Self::NotFound { .. } => "not_found",
            Self::Part { .. } => "shard_unavailable",
            Self::ShowsLeftOut { .. } => "sales_read_only",
            Self::NotConfirmed { .. } => "not_confirmed",
            Self::Unwell { .. } => "unwell",
            Self::Damaged { .. } => "damaged",
            Self::NotSound { .. } => "not_sound",
            Self::File { .. } => "file",
            Self::Output(_) => "output",
            Self::ReaderGone => "reader_gone",
            Self::Stopped { .. } => "stopped",
            Self::System { .. } => "system",
        }
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::wire::problem::SeatFact;

    use super::*;

    fn taken() -> CliError {
        let problem = Problem {
            kind: "/problems/seats_taken".to_owned(),
            title: "Seats taken".to_owned(),
            status: 409,
            detail: "seat H9 is taken".to_owned(),
            code: "seats_taken".to_owned(),
            hint: Some("choose other seats".to_owned()),
            retryable: false,
            request_id: "req_1".to_owned(),
            facts: Facts {
                seats: vec![SeatFact {
                    seat: "H9".to_owned(),
                    why: "held".to_owned(),
                    until: None,
                }],
                next_best: ["H13", "H14"].map(|s| s.parse().expect("a seat")).to_vec(),
                ..Facts::default()
            },
        };
        CliError::from(ClientError::Problem(Box::new(problem)))
            .with_about("Dune, 19:15")
            .with_next("houseful sell 1 --seats H13,H14 --pay cash")
    }

    fn told(error: &CliError, json: bool) -> String {
        let mut out = Vec::new();
        let reporter = Reporter { json, color: false };
        reporter.tell(error, &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn people_read_what_happened_what_to_do_and_the_code() {
        assert_eq!(
            told(&taken(), false),
            "error: seat H9 is taken (Dune, 19:15)\n \
             hint: H13 H14 are the next best\n       \
             houseful sell 1 --seats H13,H14 --pay cash\n \
             code: seats_taken   exit 3   request req_1\n"
        );
    }

    #[test]
    fn programs_read_one_object() {
        let told: Value = serde_json::from_str(&told(&taken(), true)).expect("JSON");
        assert_eq!(
            told,
            json!({
                "code": "seats_taken", "message": "seat H9 is taken (Dune, 19:15)",
                "hint": "H13 H14 are the next best",
                "command": "houseful sell 1 --seats H13,H14 --pay cash",
                "exit": 3, "request_id": "req_1",
                "fields": {"seats": [{"seat": "H9", "why": "held"}], "next_best": ["H13", "H14"]},
            })
        );
    }

    #[test]
    fn a_server_can_not_write_escape_codes_to_the_terminal() {
        let mut error = taken();
        if let CliError::Refused { problem, .. } = &mut error {
            problem.detail = "\u{1b}[2Jgone".to_owned();
        }
        assert!(!told(&error, false).contains('\u{1b}'));
    }

    #[test]
    fn seats_that_gave_way_are_held_and_say_how_they_are_paid() {
        let error = CliError::StillHeld {
            error: Box::new(CliError::GaveWay {
                gave_way: "another category".to_owned(),
            }),
            booking: houseful_core::ids::BookingId {
                show: houseful_core::ids::ShowId(1),
                uuid: uuid::Uuid::from_u128(5),
            },
            held_until: houseful_core::wire::Time(houseful_core::time::UtcMillis(0)),
            held_until_local: "19:20".to_owned(),
        };
        let told = told(&error, false);
        assert_eq!(error.exit().code(), 3);
        assert!(
            told.contains("not what was asked for: another category"),
            "{told}"
        );
        assert!(told.contains("nothing was paid"), "{told}");
        assert!(told.contains("still held until 19:20"), "{told}");
        assert!(told.contains("houseful booking pay bkg_"), "{told}");
        assert!(told.contains("code: gave_way   exit 3"), "{told}");
    }

    #[test]
    fn a_reader_that_left_is_not_an_error() {
        assert_eq!(told(&CliError::ReaderGone, false), "");
        assert_eq!(CliError::ReaderGone.exit().code(), 0);
    }
}
