//! Flags that every command takes, before or after its name.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use houseful_core::ids::CommandId;

use crate::{
    config::{SWITCH, THEMES},
    output::Format,
};

/// What drives the clock of a server in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ClockArg {
    /// Real time
    #[default]
    System,
    /// Stands still until `houseful clock advance` moves it; not where sales are real
    Manual,
}

/// Flags that every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Address of the server
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        value_name = "URL",
        conflicts_with = "embedded"
    )]
    pub server: Option<String>,
    /// Serve this database file in this process
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub embedded: Option<PathBuf>,
    /// What drives the clock of a server in this process
    #[arg(
        long,
        global = true,
        value_name = "KIND",
        hide_short_help = true,
        help_heading = "For tests"
    )]
    pub clock: Option<ClockArg>,
    /// Leave the background timer of a server in this process off
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "For tests"
    )]
    pub no_timer: bool,
    /// Read the API token from this file, `-` for standard input
    #[arg(long, global = true, hide_short_help = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// How to write answers
    #[arg(
        short,
        long,
        global = true,
        hide_short_help = true,
        value_name = "FORMAT"
    )]
    pub output: Option<Format>,
    /// The same as `-o json`
    #[arg(long, global = true, hide_short_help = true, conflicts_with = "output")]
    pub json: bool,
    /// Write these fields, in this order; alone it lists them
    #[arg(
        long,
        global = true, hide_short_help = true,
        value_name = "A,B",
        num_args = 0..=1,
        default_missing_value = ""
    )]
    pub fields: Option<String>,
    /// Write a header in plain output
    #[arg(long, global = true, hide_short_help = true)]
    pub header: bool,
    /// Write ids alone
    #[arg(short, long, global = true, hide_short_help = true)]
    pub quiet: bool,
    /// Say yes to what would be asked
    #[arg(short, long, global = true, hide_short_help = true)]
    pub yes: bool,
    /// Never ask anything
    #[arg(long, global = true, hide_short_help = true)]
    pub no_input: bool,
    /// Say what would be done and change nothing
    #[arg(long, global = true, hide_short_help = true)]
    pub dry_run: bool,
    /// Use this command id, so that running it again does it once
    #[arg(long, global = true, hide_short_help = true, value_name = "CMD_ID")]
    pub idempotency_key: Option<CommandId>,
    /// Wait at most so long for an answer
    #[arg(long, global = true, hide_short_help = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: Option<u64>,
    /// When to use colours
    #[arg(long, global = true, hide_short_help = true, value_name = "WHEN", value_parser = ["auto", "always", "never"])]
    pub color: Option<String>,
    /// Colours of the full screen
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME", value_parser = THEMES)]
    pub theme: Option<String>,
    /// Own styles for its roles, as in `mine=green bold:key=blue`
    #[arg(long, global = true, hide_short_help = true, value_name = "STYLES")]
    pub colors: Option<String>,
    /// What this till is called; its customer display goes by that name
    #[arg(long, global = true, hide_short_help = true, value_name = "NAME")]
    pub till: Option<String>,
    /// Whether progress moves while something takes long
    #[arg(long, global = true, hide_short_help = true, value_name = "ON_OR_OFF", value_parser = SWITCH)]
    pub motion: Option<String>,
    /// Whether the full screen listens to the mouse
    #[arg(long, global = true, hide_short_help = true, value_name = "ON_OR_OFF", value_parser = SWITCH)]
    pub mouse: Option<String>,
    /// Only ever add lines: no colours, no progress, no full screen
    #[arg(long, global = true, hide_short_help = true)]
    pub plain: bool,
    /// Show times in this time zone
    #[arg(long, global = true, hide_short_help = true, value_name = "ZONE")]
    pub tz: Option<String>,
    /// Tell more on stderr; twice for even more
    #[arg(short, long, global = true, hide_short_help = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Globals {
    /// The flags that stand over settings, by key.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let path = |p: &PathBuf| p.to_string_lossy().into_owned();
        let output = if self.json {
            Some(Format::Json)
        } else {
            self.output
        };
        let word =
            output.and_then(|f| ValueEnum::to_possible_value(&f).map(|v| v.get_name().to_owned()));
        [
            ("server", self.server.clone()),
            ("embedded", self.embedded.as_ref().map(path)),
            ("token_file", self.token_file.as_ref().map(path)),
            ("output", word),
            ("timeout_s", self.timeout.map(|t| t.to_string())),
            ("color", self.color.clone()),
            ("plain", self.plain.then(|| "true".to_owned())),
            ("tz", self.tz.clone()),
            ("theme", self.theme.clone()),
            ("colors", self.colors.clone()),
            ("till", self.till.clone()),
            ("motion", self.motion.clone()),
            ("mouse", self.mouse.clone()),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
    }

    /// Whether the clock of a server in this process is moved by hand.
    #[must_use]
    pub fn manual_clock(&self) -> bool {
        self.clock == Some(ClockArg::Manual)
    }

    /// Whether only the list of fields is wanted.
    #[must_use]
    pub fn lists_fields(&self) -> bool {
        self.fields.as_deref() == Some("")
    }
}
