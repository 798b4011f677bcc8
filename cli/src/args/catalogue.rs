//! What is on, where: `today find city cinema movie`.

use std::str::FromStr;

use clap::{Args, Subcommand};

use crate::client::Near;

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

/// Around a point.
#[derive(Clone, Debug, Default, Args)]
pub struct NearArgs {
    /// Around this point, as in `53.80,-1.55`
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub near: Option<Point>,
    /// At most so far from it, as in `10` or `10km`
    #[arg(long, value_name = "KM", requires = "near", value_parser = kilometres)]
    pub within: Option<f64>,
}

impl NearArgs {
    /// The point and radius.
    #[must_use]
    pub fn near(&self) -> Option<Near> {
        self.near.map(|p| Near {
            latitude: p.latitude,
            longitude: p.longitude,
            within_km: self.within,
        })
    }
}

/// A point on the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

impl FromStr for Point {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (latitude, longitude) = text.split_once(',')?;
            let point = Self {
                latitude: latitude.trim().parse().ok()?,
                longitude: longitude.trim().parse().ok()?,
            };
            let on_earth = (-90.0..=90.0).contains(&point.latitude)
                && (-180.0..=180.0).contains(&point.longitude);
            on_earth.then_some(point)
        };
        parse().ok_or_else(|| "a point is latitude and longitude, as in `53.80,-1.55`".to_owned())
    }
}

fn kilometres(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("km").unwrap_or(text).trim();
    number
        .parse()
        .ok()
        .filter(|km: &f64| km.is_finite() && *km > 0.0 && *km <= 20_100.0)
        .ok_or_else(|| "a distance is like `10` or `10km`, up to 20100".to_owned())
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
        /// Words of the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Around a point.
        #[command(flatten)]
        near: NearArgs,
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
        after_long_help = "Examples:\n  houseful cinema list\n  houseful cinema list --city cty_1 -o json"
    )]
    List {
        /// In this city, by id or name
        #[arg(long, value_name = "CITY")]
        city: Option<String>,
        /// Words of the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Around a point.
        #[command(flatten)]
        near: NearArgs,
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
        after_long_help = "Examples:\n  houseful movie list\n  houseful movie list --city cty_1 --date tomorrow"
    )]
    List {
        /// Whose films.
        #[command(flatten)]
        scope: ScopeArgs,
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
}
