//! Help topics: what holds for every command.

use std::fmt::Write;

use crate::{config::KEYS, error::ExitStatus};

/// The topics.
pub(super) const NAMES: [&str; 5] = ["exit-codes", "environment", "output", "shows", "seats"];

const OUTPUT: &str = "\
Answers go to stdout, everything else to stderr.

  -o table    aligned columns for people; times on the cinema's clock. Used in a terminal.
  -o plain    one line a thing, tabs between full values, no header (`--header` adds one). Used in
              a pipe. Never cut off. Control characters are written as \\t, \\n, \\u{1b}.
  -o json     one document, as the server sends it; lists are in `items`
  -o ndjson   one JSON object a line
  -o csv      a header, then one line a thing; text that a spreadsheet would take for a formula
              begins with a quote

`--fields id,title` picks fields and their order in every format; dots lead into objects
(`price_from.minor`, `lines.seat`); `--fields` alone lists the fields of a command.
`-q` writes ids alone. With `-o json` and `-o ndjson` errors are JSON objects on stderr.
";

const SHOWS: &str = "\
A show is named

  3                     by its number in `houseful today`, with the same --cinema, --city and --date
  shw_1042              by its id, which never changes; scripts should use it
  \"dune 19:15\"          by words of its title, cinema and time, in a terminal only

Numbers begin with the next show to come, so they move on as shows begin.
";

const SEATS: &str = "\
A seat is named by row and number, as in H8. `--seats H8,H9` takes these or none; `--best` takes the
best together: in one row, no seat left alone, near the middle, and says what had to give way.

On a drawing letters can be bought and signs can not:

  o p v ...  a free seat, by category   w  a wheelchair place   c  a companion's seat
  .  sold    ~  held by somebody        %  kept back by the house

A hold lasts 300 seconds from its first seat; changing seats does not restart it. Then the seats are
free again, by themselves.
";

/// The text of a topic.
pub(super) fn text(topic: &str) -> Option<String> {
    Some(match topic {
        "exit-codes" => exit_codes(),
        "environment" => environment(),
        "output" => OUTPUT.to_owned(),
        "shows" => SHOWS.to_owned(),
        "seats" => SEATS.to_owned(),
        _ => return None,
    })
}

fn exit_codes() -> String {
    ExitStatus::ALL
        .iter()
        .map(|(status, words)| format!("{:>4}  {words}\n", status.code()))
        .collect()
}

fn environment() -> String {
    let mut text = String::from(
        "A flag beats the environment, which beats ./houseful.toml, your own file, and the system's.\n\n",
    );
    for key in &KEYS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:<22} {}", key.env, key.about);
    }
    text + "\x20 HOUSEFUL_CONFIG        your configuration file, instead of ~/.config/houseful/config.toml
  HOUSEFUL_STATE         folder for tokens and unfinished sales, instead of ~/.local/state/houseful
  HOUSEFUL_LOG           what to log on stderr, as in `houseful=debug`
  NO_COLOR, FORCE_COLOR  colours off, on
"
}
