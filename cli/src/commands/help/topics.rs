//! Help topics: what holds for every command.

use std::fmt::Write;

use crate::{config::KEYS, error::ExitStatus};

/// The topics.
pub(super) const NAMES: [&str; 8] = [
    "exit-codes",
    "environment",
    "output",
    "shows",
    "seats",
    "words",
    "keys",
    "plain",
];

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

const WORDS: &str = "\
A sale in one line: the show, and behind it any of these words, in any order. The line stands behind
`houseful sell`, and behind `:` on the full screen.

  2  2a1c  2a 1c        tickets: of the usual type, or with the letters of the price list
  h8  h8-10  h8,j3      seats: one, a range in a row, several
  front  middle  rear   where the best seats shall be
  premium               a category, by code or name; category=CODE if it looks like something else
  accessible            with a wheelchair place
  cash  cash=50  card   how it is paid; cash=50 tells the change
  voucher:CODE card     a voucher as far as it goes, then a card (or cash)
  hold                  held for five minutes, paid later

  houseful sell 1 2a1c h8-10 card
  houseful sell 3 2 rear cash=50

Words and flags can stand together, as long as they do not say the same thing.
";

const SCREEN_KEYS: &str = "\
The keys of the full screen can be changed in a configuration file (`houseful config path`):

  [keys]
  seats.next_best = \"x\"              in one place
  all.help = [\"!\", \"f1\"]            several keys, in every place that has it
  home.browse = []                   none at all

`houseful config keys` lists places, actions and keys. A key is a character, ctrl- with a letter, or
one of space, enter, esc, tab, shift-tab, backspace, delete, up, down, left, right, home, end, pgup,
pgdn, f1. Esc, Enter and Ctrl-C stay what they are. Digits choose lines, parties and amounts, and the
letters of ticket types come from the price list: these can't be changed.

Two actions of one place with the same key are refused, with the file and line, and so is a key of
the seats that is the letter of a usual ticket type: a, c, e, s.
";

const PLAIN: &str = "\
Plain mode does everything the full screen does, one line after the other: each thing is said once,
nothing is drawn or redrawn, and nothing but text is written. It is for screen readers, braille
lines, terminals that can do no more, and scripts.

  houseful tui --plain        `plain = true` in the configuration and HOUSEFUL_PLAIN=true choose it
  houseful demo --plain       too; TERM=dumb does by itself
  houseful sell --plain       the same, for a sale of which nothing is said yet

  Show? 1
  Salt Roads (15), Sat 21 Nov 19:15, Roxy Leeds, Screen 1. 191 of 308 free.
  How many seats, or seat names? 2
  Holding H8 and H9, middle of row H. 2 adult, GBP 19.00. Time left 5 minutes.
  Enter to pay, or choose?
  Pay GBP 19.00. 1 cash exact, 2 cash other amount, 3 card, voucher.
  Pay? 1
  Paid. Booking 7KQ4-M2XP-93FD. Seats H8 H9, Screen 1, 19:15.
  Next show?

An empty line is Enter. A choice is a number, a word or the beginning of one; `help` tells the words
of the place you are in. Seats are `h8 h9` or `h8-12`, tickets `2` or `2a1c`, cash `50`. `seats`
tells the hall row by row, `row h` one row, `time` what is left of the five minutes. That is also
said by itself at 2 minutes, 1 minute and 30 seconds.

In a script write a line when its prompt is there; a prompt comes when the server has answered. Lines
may also come all at once through a pipe: each waits for its prompt. The end of the input, like
`quit` typed twice, releases what this run holds; an unfinished sale of an earlier run stays held.
SIGTERM leaves everything held for the next start, as does SIGINT to a script; at a keyboard Ctrl-C
twice releases.
";

/// The text of a topic.
pub(super) fn text(topic: &str) -> Option<String> {
    Some(match topic {
        "exit-codes" => exit_codes(),
        "environment" => environment(),
        "output" => OUTPUT.to_owned(),
        "shows" => SHOWS.to_owned(),
        "seats" => SEATS.to_owned(),
        "words" => WORDS.to_owned(),
        "keys" => SCREEN_KEYS.to_owned(),
        "plain" => PLAIN.to_owned(),
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
