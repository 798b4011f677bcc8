//! `config doctor api clock completion man help`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `houseful config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// List all settings and their values
    #[command(after_long_help = "Examples:\n  houseful config list")]
    List,
    /// Print the value of a setting
    #[command(after_long_help = "Examples:\n  houseful config get timeout_s")]
    Get {
        /// Name of the setting
        key: String,
    },
    /// Change a setting in your own file
    #[command(
        after_long_help = "Examples:\n  houseful config set timeout_s 20\n  houseful config set timeout_s --unset"
    )]
    Set {
        /// Name of the setting
        key: String,
        /// Its new value
        #[arg(required_unless_present = "unset")]
        value: Option<String>,
        /// Take it out of the file
        #[arg(long, conflicts_with = "value")]
        unset: bool,
        /// In ./houseful.toml instead
        #[arg(long)]
        project: bool,
    },
    /// List the keys of the full screen
    #[command(
        after_long_help = "Examples:\n  houseful config keys\n  houseful config keys --place seats -o json"
    )]
    Keys {
        /// Only of this place
        #[arg(long, value_name = "PLACE")]
        place: Option<String>,
    },
    /// Print where the files are
    #[command(after_long_help = "Examples:\n  houseful config path")]
    Path,
    /// Print where each value comes from, and what it hides
    #[command(
        after_long_help = "Examples:\n  houseful config explain\n  houseful config explain server"
    )]
    Explain {
        /// Only this setting
        key: Option<String>,
    },
}

/// `houseful doctor`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  houseful doctor\n  houseful doctor --paths")]
pub struct DoctorArgs {
    /// List every file and folder this program uses
    #[arg(long)]
    pub paths: bool,
}

/// `houseful api`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful api GET /v1\n  houseful api GET '/v1/shows?limit=2'"
)]
pub struct ApiArgs {
    /// GET, POST or DELETE
    #[arg(value_parser = ["GET", "POST", "DELETE"], ignore_case = true)]
    pub method: String,
    /// Path and query, as in `/v1/shows?limit=2`
    pub path: String,
    /// The body: JSON, `@FILE`, or `-` for standard input
    #[arg(long, short = 'd', value_name = "JSON")]
    pub body: Option<String>,
    /// Send the secret of this booking along
    #[arg(long, value_name = "BOOKING")]
    pub booking: Option<houseful_core::ids::BookingId>,
}

/// `houseful clock`.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// Show the server's clock
    #[command(after_long_help = "Examples:\n  houseful clock view")]
    View,
    /// Move a clock that is moved by hand, as in `5m` or `1h 30m`
    #[command(after_long_help = "Examples:\n  houseful clock advance 5m --dry-run")]
    Advance {
        /// How far, as in `300s`, `5m`, `1h 30m`
        #[arg(value_name = "TIME", value_parser = advance_ms)]
        by_ms: i64,
    },
}

/// Reads `5m`, `1h 30m`, `300s` as milliseconds.
fn advance_ms(text: &str) -> Result<i64, String> {
    let sentence = || "write it as `300s`, `5m` or `1h 30m`, up to 10 years".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| sentence())?;
    let time = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .map_err(|_| sentence())?;
    i64::try_from(time.as_millis())
        .ok()
        .filter(|ms| (0..=315_360_000_000).contains(ms))
        .ok_or_else(sentence)
}

/// `houseful completion`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  houseful completion bash > houseful.bash")]
pub struct CompletionArgs {
    /// Which shell
    pub shell: clap_complete::Shell,
}

/// `houseful man`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  houseful man ./man1")]
pub struct ManArgs {
    /// Folder for one page a command; the main page goes to stdout if absent
    pub folder: Option<PathBuf>,
}

/// `houseful help`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful help sell\n  houseful help exit-codes\n  houseful help --tree"
)]
pub struct HelpArgs {
    /// A command (`show seats`) or a topic: exit-codes, environment, output, shows, seats
    #[arg(value_name = "COMMAND_OR_TOPIC")]
    pub words: Vec<String>,
    /// Print the whole command tree
    #[arg(long)]
    pub tree: bool,
}
