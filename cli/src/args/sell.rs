//! `sell` and what it shares with `hold create`.

use std::str::FromStr;

use clap::Args;
use houseful_core::{best::Zone, seat::SeatLabel};

use super::{Pay, ScopeArgs, ShowRef};

const EXAMPLES: &str = "Examples:
  houseful sell 1 --adult 2 --best --pay cash
  houseful sell 1 2a1c rear cash=100
  houseful sell 1 --adult 2 --child 1 --best --zone rear --pay cash=100
  houseful sell 1 --ticket senior=2 --best --pay card=4242424242424242
  houseful sell 1 --adult 1 --best --pay card=4000000000000002   # exit 7
  houseful sell 1 --adult 2 --best --pay cash:5.00,card
  houseful sell 1 --adult 2 --best --dry-run";

/// `houseful sell`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct SellArgs {
    /// Today's number (`3`), the show's id (`shw_1042`) or, in a terminal, words
    #[arg(value_name = "SHOW")]
    pub show: Option<ShowRef>,
    /// The rest in short: tickets (2, 2a1c), seats (h8-9) or a zone, then cash, cash=50, card, hold
    /// or voucher:CODE and one for the rest; the same words follow `:` on the screens
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// Which seats.
    #[command(flatten)]
    pub wish: WishArgs,
    /// How to pay: cash, cash=50.00 (change is told), card (for practice), card=- (its number from
    /// standard input), card=@FILE or card=NUMBER; or several, as in voucher:CODE,card or
    /// cash:10.00,card
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
    /// A code for a lower price or a sale that is not open to all; may be repeated
    #[arg(long = "code", value_name = "CODE")]
    pub codes: Vec<String>,
    /// The kind of member the customer is, as staff say
    #[arg(long, value_name = "KIND")]
    pub member: Option<String>,
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
