//! `sell` and what it shares with `hold create`.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use houseful_core::{best::Zone, seat::SeatLabel, wire::payment::Card};

use super::{ScopeArgs, ShowRef};

const EXAMPLES: &str = "Examples:
  houseful sell 1 --adult 2 --best --pay cash
  houseful sell 1 2a1c rear cash=100
  houseful sell 1 --adult 2 --child 1 --best --zone rear --pay cash=100
  houseful sell 1 --ticket senior=2 --best --pay card=4242424242424242
  houseful sell 1 --adult 1 --best --pay card=4000000000000002   # exit 7
  houseful sell 1 --adult 2 --best --dry-run";

/// `houseful sell`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct SellArgs {
    /// Today's number (`3`), the show's id (`shw_1042`) or, in a terminal, words
    #[arg(value_name = "SHOW")]
    pub show: Option<ShowRef>,
    /// The rest in short: tickets (2, 2a1c), seats (h8-9) or a zone, then cash, cash=50, card or
    /// hold; the same words follow `:` on the screens
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// Which seats.
    #[command(flatten)]
    pub wish: WishArgs,
    /// How to pay: cash, cash=50.00 (change is told), card (for practice), card=- (its number from
    /// standard input), card=@FILE or card=NUMBER
    #[arg(long, value_name = "HOW", conflicts_with = "hold_only")]
    pub pay: Option<Pay>,
    /// Hold the seats and leave payment for later
    #[arg(long)]
    pub hold_only: bool,
    /// Finish the sale that was interrupted
    #[arg(long, conflicts_with_all = ["show", "hold_only", "seats", "best", "tickets", "adult", "child", "student", "senior"])]
    pub resume: bool,
    /// Whose board the number is on.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// `houseful hold create`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  houseful hold create 1 --adult 2 --best")]
pub struct HoldArgs {
    /// Today's number (`3`), the show's id (`shw_1042`) or, in a terminal, words
    #[arg(value_name = "SHOW")]
    pub show: ShowRef,
    /// Which seats.
    #[command(flatten)]
    pub wish: WishArgs,
    /// Whose board the number is on.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// Which seats, for whom.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Seats and tickets")]
pub struct WishArgs {
    /// So many adults
    #[arg(long, value_name = "N")]
    pub adult: Option<u16>,
    /// So many children
    #[arg(long, value_name = "N")]
    pub child: Option<u16>,
    /// So many students
    #[arg(long, value_name = "N")]
    pub student: Option<u16>,
    /// So many seniors
    #[arg(long, value_name = "N")]
    pub senior: Option<u16>,
    /// So many of any ticket type, as in `student=2`; may be repeated
    #[arg(long = "ticket", value_name = "TYPE=N", value_delimiter = ',')]
    pub tickets: Vec<TicketCount>,
    /// These seats, all or none, as in `H8,H9`
    #[arg(
        long,
        value_name = "SEATS",
        value_delimiter = ',',
        conflicts_with = "best"
    )]
    pub seats: Option<Vec<SeatLabel>>,
    /// The best seats together; the number may come from the tickets
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "0")]
    pub best: Option<u16>,
    /// Where to sit: any, front, middle or rear
    #[arg(long, value_name = "ZONE", conflicts_with = "seats")]
    pub zone: Option<Zone>,
    /// Seat category, by code
    #[arg(long, value_name = "CODE", conflicts_with = "seats")]
    pub category: Option<String>,
    /// With a wheelchair place
    #[arg(long, conflicts_with = "seats")]
    pub accessible: bool,
    /// Pass over so many better offers
    #[arg(long, value_name = "N", conflicts_with = "seats")]
    pub skip: Option<u16>,
    /// Go on although a single seat would be left alone (counter only)
    #[arg(long)]
    pub allow_orphans: bool,
    /// Go on above the limit of seats for a booking (counter only)
    #[arg(long)]
    pub over_limit: bool,
}

impl WishArgs {
    /// All tickets that were asked for, as type and number.
    #[must_use]
    pub fn tickets(&self) -> Vec<TicketCount> {
        let named = [
            ("adult", self.adult),
            ("child", self.child),
            ("student", self.student),
            ("senior", self.senior),
        ];
        let mut all: Vec<TicketCount> = Vec::new();
        let named = named.into_iter().filter_map(|(ticket_type, count)| {
            let ticket_type = ticket_type.to_owned();
            count.map(|count| TicketCount { ticket_type, count })
        });
        for ticket in named.chain(self.tickets.iter().cloned()) {
            match all.iter_mut().find(|t| t.ticket_type == ticket.ticket_type) {
                Some(known) => known.count = known.count.saturating_add(ticket.count),
                None => all.push(ticket),
            }
        }
        all
    }
}

/// `TYPE=N`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketCount {
    /// Ticket type code.
    pub ticket_type: String,
    /// How many.
    pub count: u16,
}

impl FromStr for TicketCount {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (ticket_type, count) = text.split_once('=')?;
            let named = !ticket_type.is_empty()
                && ticket_type
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            let count = count.parse().ok()?;
            named.then(|| Self {
                ticket_type: ticket_type.to_owned(),
                count,
            })
        };
        parse().ok_or_else(|| "write it as a ticket type and a number, `student=2`".to_owned())
    }
}

/// How to pay. The text of a card is never shown again.
#[derive(Clone, PartialEq, Eq)]
pub enum Pay {
    /// Cash: the exact total, or what was handed over.
    Cash(Option<String>),
    /// By card.
    Card(CardFrom),
}

/// Where the number of a card comes from. On the command line others can read it, and the shell
/// keeps it: that is for test cards.
#[derive(Clone, PartialEq, Eq)]
pub enum CardFrom {
    /// The practice card of a simulated terminal.
    Practice,
    /// This number.
    Number(String),
    /// Standard input, or the keyboard.
    Stdin,
    /// The first line of a file.
    File(PathBuf),
}

/// The digits of a card's number; blanks and dashes between them are left out. What names a card to
/// Stripe, as in `pm_card_visa`, is left as it is.
///
/// # Errors
/// What it should look like.
pub fn card_number(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if text.starts_with(Card::METHOD) && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    let digits = text.replace([' ', '-'], "");
    let good = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if good {
        Ok(digits)
    } else {
        Err("a card number has 12 to 19 digits".to_owned())
    }
}

impl std::fmt::Debug for Pay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cash(_) => "Cash",
            Self::Card(_) => "Card",
        })
    }
}

impl FromStr for Pay {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (how, what) = match text.split_once('=') {
            Some((how, what)) => (how, Some(what.to_owned())),
            None => (text, None),
        };
        match how {
            "cash" => Ok(Self::Cash(what)),
            "card" => Ok(Self::Card(match what.as_deref() {
                None => CardFrom::Practice,
                Some("-") => CardFrom::Stdin,
                Some(text) => match text.strip_prefix('@') {
                    Some(file) if !file.is_empty() => CardFrom::File(file.into()),
                    _ => CardFrom::Number(card_number(text)?),
                },
            })),
            _ => Err("pay with `cash`, `cash=50.00`, `card`, `card=-` or `card=@FILE`".to_owned()),
        }
    }
}
