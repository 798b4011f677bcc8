//! `show` and `auth`.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use houseful_core::{
    ids::ShowId, layout::BlockReason, price::Channel, seat::SeatLabel, wire::admin::Role,
    wire::seats::Version,
};

use super::{KindArgs, ScopeArgs};
use crate::wish::LineShow;

/// How somebody names a show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShowRef {
    /// Its place on today's board, from 1.
    Number(u16),
    /// Its id.
    Id(ShowId),
    /// Words of its title, cinema and time.
    Words(String),
}

impl FromStr for ShowRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("shw_") {
            return text.parse().map(Self::Id).map_err(|e| format!("{e}"));
        }
        if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
            return match text.parse() {
                Ok(number) if number > 0 => Ok(Self::Number(number)),
                _ => Err("numbers on the board begin with 1".to_owned()),
            };
        }
        if text.trim().is_empty() {
            return Err("name a show by today's number or its id".to_owned());
        }
        Ok(Self::Words(text.to_owned()))
    }
}

impl From<LineShow> for ShowRef {
    fn from(show: LineShow) -> Self {
        match show {
            LineShow::Number(number) => Self::Number(number),
            LineShow::Id(id) => Self::Id(id),
        }
    }
}

/// A show, and whose board its number is on.
#[derive(Clone, Debug, Args)]
pub struct ShowArg {
    /// Today's number (`3`), the show's id (`shw_1042`) or, in a terminal, words
    #[arg(value_name = "SHOW")]
    pub show: ShowRef,
    /// Whose board the number is on.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// `houseful show`.
#[derive(Debug, Subcommand)]
pub enum ShowCommand {
    /// List shows in order of their start
    #[command(
        after_long_help = "Examples:\n  houseful show list --limit 10\n  houseful show list --city cty_1 --date tomorrow -o csv"
    )]
    List {
        /// Whose shows.
        #[command(flatten)]
        scope: ScopeArgs,
        /// Of this film, by id or title
        #[arg(long, value_name = "FILM")]
        movie: Option<String>,
        /// What kind of shows.
        #[command(flatten)]
        kind: KindArgs,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// Show one show with its prices
    #[command(after_long_help = "Examples:\n  houseful show view 1")]
    View {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
    },
    /// Show which seats are free
    #[command(
        after_long_help = "Examples:\n  houseful show seats 1\n  houseful show seats 1 --only free -q\n  houseful show seats 1 --fields label,category,state -o csv"
    )]
    Seats {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// Only seats in this state: free, held, booked or blocked
        #[arg(long, value_name = "STATE", value_parser = ["free", "held", "booked", "blocked"])]
        only: Option<String>,
    },
    /// Follow the seats of a show as they change
    #[command(after_long_help = "Examples:\n  houseful show watch 1 --changes 1")]
    Watch {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// Go on from this version
        #[arg(long, value_name = "VERSION")]
        since: Option<Version>,
        /// Stop after so many events
        #[arg(long, value_name = "N")]
        changes: Option<u64>,
    },
    /// Stop sales of a show for a while
    #[command(
        after_long_help = "Examples:\n  houseful show pause 4 --reason \"projector\"\n  houseful show resume 4"
    )]
    Pause {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// Why, for the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Sell a paused show again
    #[command(after_long_help = "Examples:\n  houseful show resume 4")]
    Resume {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// Why, for the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Call a show off and return all money
    #[command(
        after_long_help = "Examples:\n  houseful show cancel 5 --reason \"projector\" --dry-run"
    )]
    Cancel {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// Why, for the audit trail
        #[arg(long)]
        reason: String,
        /// The show and how many seats are sold, as in `shw_1042-17`
        #[arg(long, value_name = "WORDS")]
        confirm: Option<String>,
    },
    /// Keep seats from sale
    #[command(
        after_long_help = "Examples:\n  seats=$(houseful show seats 6 --only free -q | head -n 2 | paste -sd, -)\n  houseful show block 6 --seats \"$seats\" --reason house\n  houseful show unblock 6 --seats \"$seats\""
    )]
    Block {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// The seats, as in `H8,H9`
        #[arg(long, value_name = "SEATS", value_delimiter = ',', required = true)]
        seats: Vec<SeatLabel>,
        /// Why
        #[arg(long, value_name = "WHY", default_value = "house")]
        reason: BlockReasonArg,
    },
    /// Give blocked seats to sale
    #[command(after_long_help = "Examples:\n  houseful show unblock 6 --seats A1 --dry-run")]
    Unblock {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// The seats, as in `H8,H9`
        #[arg(long, value_name = "SEATS", value_delimiter = ',', required = true)]
        seats: Vec<SeatLabel>,
    },
    /// List what happened to a show, event by event
    #[command(after_long_help = "Examples:\n  houseful show journal 1 -o ndjson")]
    Journal {
        /// Which show.
        #[command(flatten)]
        show: ShowArg,
        /// Only events after this number
        #[arg(long, value_name = "N", default_value_t = 0)]
        after: u64,
        /// At most so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        limit: Option<u16>,
    },
}

/// Why seats are kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BlockReasonArg {
    /// For guests of the house
    House,
    /// Nobody can sit there
    Broken,
    /// For a wheelchair user's companion
    Companion,
}

impl From<BlockReasonArg> for BlockReason {
    fn from(reason: BlockReasonArg) -> Self {
        match reason {
            BlockReasonArg::House => Self::House,
            BlockReasonArg::Broken => Self::Broken,
            BlockReasonArg::Companion => Self::Companion,
        }
    }
}

/// `houseful auth`.
#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// Show which server, and who we are to it
    #[command(after_long_help = "Examples:\n  houseful auth status")]
    Status,
    /// Store an API token for the server
    #[command(
        after_long_help = "Examples:\n  houseful auth token create --account till-1 --role clerk --save token.txt\n  houseful auth login --token-file token.txt\n  houseful auth login --token-file - < token.txt"
    )]
    Login,
    /// Forget the stored API token
    #[command(after_long_help = "Examples:\n  houseful auth logout")]
    Logout,
    /// API tokens, for admins
    #[command(subcommand, alias = "tokens")]
    Token(TokenCommand),
}

/// `houseful auth token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; its secret is told once
    #[command(
        after_long_help = "Examples:\n  houseful auth token create --account till-1 --role clerk --channel counter"
    )]
    Create {
        /// A person, a till or a website
        #[arg(long)]
        account: String,
        /// What it may do
        #[arg(long)]
        role: RoleArg,
        /// Where its sales are booked: counter, web or api
        #[arg(long, default_value = "counter")]
        channel: Channel,
        /// Write the secret to this file instead of the terminal
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
    },
    /// List tokens, without their secrets
    #[command(after_long_help = "Examples:\n  houseful auth token list")]
    List,
    /// Make a token worthless
    #[command(
        after_long_help = "Examples:\n  houseful auth token create --account till-9 --role clerk --channel counter\n  id=$(houseful auth token list --fields id,account | grep till-9 | cut -f1)\n  houseful auth token revoke \"$id\" --yes"
    )]
    Revoke {
        /// The token's id
        #[arg(value_name = "TOKEN_ID")]
        id: String,
    },
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Buys
    Customer,
    /// Sells at the counter
    Clerk,
    /// Blocks seats, cancels shows and bookings
    Manager,
    /// Makes tokens
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Customer => Self::Customer,
            RoleArg::Clerk => Self::Clerk,
            RoleArg::Manager => Self::Manager,
            RoleArg::Admin => Self::Admin,
        }
    }
}
