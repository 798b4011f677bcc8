//! Every setting there is.

use std::fmt;

use crate::tui::theme;

/// Where `houseful serve` listens unless told otherwise.
pub(super) const SERVER_DEFAULT: &str = "http://127.0.0.1:7878";

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Its name in files.
    pub name: &'static str,
    /// Its flag.
    pub flag: &'static str,
    /// Its environment variable.
    pub env: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What values there are.
    pub kind: Kind,
    /// Its value when nobody says anything.
    pub default: Option<&'static str>,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false` (`on`, `off`, `1`, `0`).
    Switch,
    /// Seconds, 1 to 600.
    Seconds,
    /// An IANA time zone.
    Zone,
    /// Styles for the roles of a theme.
    Styles,
    /// A short name: letters, digits, `-`, `_` and `.`, at most 32, the first a letter or digit.
    Name,
}

/// Why a text is no value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Which part of it is wrong, if it has parts.
    pub fault: Option<String>,
    /// What values there are.
    pub takes: String,
}

impl Misfit {
    /// Only what values there are.
    #[must_use]
    pub fn takes(takes: impl Into<String>) -> Self {
        Self {
            fault: None,
            takes: takes.into(),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fault) = &self.fault {
            write!(f, ": {fault}")?;
        }
        write!(f, "; it takes {}", self.takes)
    }
}

impl Kind {
    /// Whether `text` is such a value.
    ///
    /// # Errors
    /// What is wrong with it where that can be said, and what it should be.
    pub fn check(self, text: &str) -> Result<(), Misfit> {
        let fault = match self {
            Self::Styles => text.parse::<theme::Styles>().err(),
            _ => None,
        };
        let good = match self {
            Self::Text => !text.chars().any(houseful_core::text::is_unsafe),
            Self::Choice(words) => words.contains(&text),
            Self::Switch => matches!(text, "true" | "false" | "on" | "off" | "1" | "0"),
            Self::Seconds => text.parse().is_ok_and(|s: u64| (1..=600).contains(&s)),
            Self::Zone => jiff::tz::TimeZone::get(text).is_ok(),
            Self::Styles => fault.is_none(),
            Self::Name => is_name(text),
        };
        if good {
            return Ok(());
        }
        Err(Misfit {
            fault: fault.map(|fault| fault.to_string()),
            takes: self.words(),
        })
    }

    /// What values there are, in words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Text => "text without control characters".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Switch => "true or false".to_owned(),
            Self::Seconds => "a whole number of seconds, 1 to 600".to_owned(),
            Self::Zone => "an IANA time zone such as Europe/London".to_owned(),
            Self::Styles => theme::STYLES_FORM.to_owned(),
            Self::Name => "letters, digits, `-`, `_` and `.`, at most 32".to_owned(),
        }
    }
}

fn is_name(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= 32
        && text.chars().all(part)
}

const fn key(
    name: &'static str,
    flag: &'static str,
    env: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key {
        name,
        flag,
        env,
        about,
        kind,
        default,
    }
}

/// The looks of the full screen.
pub use crate::tui::theme::NAMES as THEMES;
/// How a switch is said on the command line.
pub const SWITCH: [&str; 2] = ["on", "off"];

/// Every setting, in the order of `config list`.
pub static KEYS: [Key; 15] = [
    key(
        "server",
        "--server",
        "HOUSEFUL_SERVER",
        Kind::Text,
        Some(SERVER_DEFAULT),
        "address of the server",
    ),
    key(
        "embedded",
        "--embedded",
        "HOUSEFUL_EMBEDDED",
        Kind::Text,
        None,
        "database file to serve in this process instead",
    ),
    key(
        "token_file",
        "--token-file",
        "HOUSEFUL_TOKEN_FILE",
        Kind::Text,
        None,
        "file with the API token (not in ./houseful.toml)",
    ),
    key(
        "cinema",
        "--cinema",
        "HOUSEFUL_CINEMA",
        Kind::Text,
        None,
        "cinema whose board is meant, by id or name",
    ),
    key(
        "city",
        "--city",
        "HOUSEFUL_CITY",
        Kind::Text,
        None,
        "city whose boards are meant, by id or name",
    ),
    key(
        "output",
        "--output",
        "HOUSEFUL_OUTPUT",
        Kind::Choice(&["table", "plain", "json", "ndjson", "csv"]),
        None,
        "how answers are written; a table in a terminal, else plain",
    ),
    key(
        "color",
        "--color",
        "HOUSEFUL_COLOR",
        Kind::Choice(&["auto", "always", "never"]),
        Some("auto"),
        "when to use colours",
    ),
    key(
        "plain",
        "--plain",
        "HOUSEFUL_PLAIN",
        Kind::Switch,
        Some("false"),
        "only ever add lines: no colours, no progress, no redrawing",
    ),
    key(
        "timeout_s",
        "--timeout",
        "HOUSEFUL_TIMEOUT_S",
        Kind::Seconds,
        Some("10"),
        "seconds to wait for an answer",
    ),
    key(
        "tz",
        "--tz",
        "HOUSEFUL_TZ",
        Kind::Zone,
        None,
        "time zone of shown times; the cinema's own unless set",
    ),
    key(
        "theme",
        "--theme",
        "HOUSEFUL_THEME",
        Kind::Choice(&THEMES),
        Some("default"),
        "colours of the full screen",
    ),
    key(
        "colors",
        "--colors",
        "HOUSEFUL_COLORS",
        Kind::Styles,
        None,
        "own styles for roles of the full screen, as in `mine=green bold:key=blue`",
    ),
    key(
        "till",
        "--till",
        "HOUSEFUL_TILL",
        Kind::Name,
        Some("till"),
        "what this till is called; its customer display goes by that name",
    ),
    key(
        "mouse",
        "--mouse",
        "HOUSEFUL_MOUSE",
        Kind::Switch,
        Some("false"),
        "whether the full screen listens to the mouse; text can't be marked then",
    ),
    key(
        "motion",
        "--motion",
        "HOUSEFUL_MOTION",
        Kind::Switch,
        Some("true"),
        "whether progress moves while something takes long",
    ),
];

/// The setting with this name.
#[must_use]
pub fn find_key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name)
}
