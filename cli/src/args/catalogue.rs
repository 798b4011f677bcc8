//! What is on, where: `today find city cinema movie`.

use std::str::FromStr;

use clap::{Args, Subcommand};

use super::near::NearArgs;
use crate::client::Kind;

/// Whose shows are meant.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Where and when")]
pub struct ScopeArgs {
    /// In this cinema, by id or name
    #[arg(long, value_name = "CINEMA")]
    pub cinema: Option<String>,
    /// In this city, by id or name
    #[arg(long, value_name = "CITY")]
    pub city: Option<String>,
    /// On this day: today, tomorrow or 2026-11-21
    #[arg(long, value_name = "DAY")]
    pub date: Option<DateArg>,
}

/// A day on the wall calendar of a cinema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateArg {
    /// The day it is there.
    Today,
    /// The day after.
    Tomorrow,
    /// A day.
    Day(jiff::civil::Date),
}

impl FromStr for DateArg {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "today" => Ok(Self::Today),
            "tomorrow" => Ok(Self::Tomorrow),
            _ => text
                .parse()
                .map(Self::Day)
                .map_err(|_| "a day is `today`, `tomorrow` or like `2026-11-21`".to_owned()),
        }
    }
}

/// What kind of shows.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What kind")]
pub struct KindArgs {
    /// In this format, as in `IMAX`
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Spoken in this language, as in `en` or `pt-BR`
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
    /// With this age certificate, as in `12A`
    #[arg(long, value_name = "AGE")]
    pub certificate: Option<String>,
}

impl From<KindArgs> for Kind {
    fn from(args: KindArgs) -> Self {
        Self {
            format: args.format,
            language: args.language,
            certificate: args.certificate,
        }
    }
}

/// `houseful today`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful today\n  houseful today --city Leeds --date tomorrow\n  houseful today -o ndjson"
)]
pub struct TodayArgs {
    /// Whose board.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// `houseful find`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  houseful find soup\n  houseful find soup --city Leeds --date tomorrow"
)]
pub struct FindArgs {
    /// Words of a title, cinema or city
    #[arg(value_name = "TEXT", required = true, num_args = 1..)]
    pub words: Vec<String>,
    /// In this city, by id or name
    #[arg(long, value_name = "CITY")]
    pub city: Option<String>,
    /// Only shows on this day: today, tomorrow or 2026-11-21
    #[arg(long, value_name = "DAY")]
    pub date: Option<DateArg>,
    /// Only what is near.
    #[command(flatten)]
    pub near: NearArgs,
}

/// `houseful city`.
#[derive(Debug, Subcommand)]
pub enum CityCommand {
    /// List cities with cinemas
    #[command(
        after_long_help = "Examples:\n  houseful city list\n  houseful city list --near 53.80,-1.55 --within 100km"
    )]
    List {
        /// In this country, as in `GB`
        #[arg(long, value_name = "COUNTRY")]
        country: Option<String>,
        /// Words of the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Around a point or a city.
        #[command(flatten)]
        near: NearArgs,
        /// Tell distances in miles
        #[arg(long, requires = "around")]
        miles: bool,
    },
    /// Show one city
    #[command(after_long_help = "Examples:\n  houseful city view cty_1")]
    View {
        /// Id or name
        #[arg(value_name = "CITY")]
        city: String,
    },
}

/// `houseful cinema`.
#[derive(Debug, Subcommand)]
pub enum CinemaCommand {
    /// List cinemas
    #[command(
        after_long_help = "Examples:\n  houseful cinema list\n  houseful cinema list --city cty_1 -o json\n  houseful cinema list --near-city Leeds --within 12mi --miles"
    )]
    List {
        /// In this country, as in `GB`
        #[arg(long, value_name = "COUNTRY")]
        country: Option<String>,
        /// In this city, by id or name
        #[arg(long, value_name = "CITY")]
        city: Option<String>,
        /// Words of the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Around a point or a city.
        #[command(flatten)]
        near: NearArgs,
        /// Tell distances in miles
        #[arg(long, requires = "around")]
        miles: bool,
    },
    /// Show one cinema
    #[command(after_long_help = "Examples:\n  houseful cinema view cin_1")]
    View {
        /// Id or name
        #[arg(value_name = "CINEMA")]
        cinema: String,
    },
}

/// `houseful movie`.
#[derive(Debug, Subcommand)]
pub enum MovieCommand {
    /// List films that are on
    #[command(
        after_long_help = "Examples:\n  houseful movie list\n  houseful movie list --city cty_1 --date tomorrow --format 3D"
    )]
    List {
        /// Whose films.
        #[command(flatten)]
        scope: ScopeArgs,
        /// What kind of shows.
        #[command(flatten)]
        kind: KindArgs,
        /// Words of the title
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Show one film
    #[command(after_long_help = "Examples:\n  houseful movie view mov_1")]
    View {
        /// Id or title
        #[arg(value_name = "FILM")]
        movie: String,
    },
    /// Show on which days a film has shows, and whether seats are to be had
    #[command(
        after_long_help = "Examples:\n  houseful movie calendar mov_1 --city Leeds\n  houseful movie calendar mov_1 --cinema cin_1 --date tomorrow --days 14 -o csv"
    )]
    Calendar {
        /// Id or title
        #[arg(value_name = "FILM")]
        movie: String,
        /// Where, and from which day on.
        #[command(flatten)]
        scope: ScopeArgs,
        /// So many days
        #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=31))]
        days: u16,
        /// In this format, as in `IMAX`
        #[arg(long, value_name = "FORMAT")]
        format: Option<String>,
        /// Spoken in this language, as in `en` or `pt-BR`
        #[arg(long, value_name = "LANGUAGE")]
        language: Option<String>,
    },
}
