//! Help of the root: commands in groups, the everyday ones first.

use std::fmt::Write;

/// Commands by what people come for. A command that this build lacks is left out.
pub const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Every day",
        &["sell", "today", "find", "tui", "display", "demo"],
    ),
    ("Catalogue", &["city", "cinema", "movie", "show", "layout"]),
    (
        "Sales",
        &[
            "price", "why", "hold", "booking", "ticket", "payment", "voucher", "refund", "report",
        ],
    ),
    (
        "Running it",
        &[
            "serve",
            "db",
            "bus",
            "auth",
            "config",
            "plan-capacity",
            "doctor",
        ],
    ),
    (
        "Plumbing",
        &["api", "clock", "completion", "man", "help", "version"],
    ),
];

const EXAMPLES: &str =
    "\x20 houseful demo                                 try it, with nothing to set up
  houseful sell 1 --adult 2 --best --pay cash   two best seats, first show
  houseful show seats 1 --only free -q          its free seats, one a line
";

/// What `houseful` alone prints.
#[must_use]
pub fn short_help() -> String {
    format!(
        "Houseful sells cinema seats from a terminal.\n\n{EXAMPLES}\n\
         `houseful help` lists all commands, `houseful help sell` explains one.\n"
    )
}

/// What `houseful help` and `houseful --help` print.
pub(super) fn root_help(command: &clap::Command) -> String {
    let mut text =
        String::from("Sells cinema seats from a terminal\n\nUsage: houseful [OPTIONS] <COMMAND>\n");
    for (title, names) in GROUPS {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{title}:\n");
        for sub in names.iter().filter_map(|n| command.find_subcommand(n)) {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {:<13} {about}", sub.get_name());
        }
    }
    let _ = write!(
        text,
        "\nOptions for every command, before or after it:\n\
         \x20 -o, --output table|plain|json|ndjson|csv   --fields A,B   --header\n\
         \x20 -q, --quiet   --server URL   --embedded FILE   --token-file FILE\n\
         \x20 --timeout SECONDS   --yes   --no-input   --dry-run   --idempotency-key CMD_ID\n\
         \x20 --color auto|always|never   --theme default|light|high-contrast|mono\n\
         \x20 --colors STYLES   --motion on|off   --plain   --till NAME   --tz ZONE   -v\n\
         \nExamples:\n{EXAMPLES}\
         \nTopics: houseful help exit-codes, environment, output, shows, seats, words,\n\
         \x20 keys, plain\n"
    );
    text
}
