//! Single values of a chain: names, positions, languages, hours.

use std::fmt;

use houseful_core::{
    seat::SEATS_MAX,
    text::{Name, shown},
    time::{DAY_MS, UtcMillis},
};

use super::error::CatalogueError;

/// A year in milliseconds, the longest time between a show and its sales.
pub(super) const YEAR_MS: i64 = 366 * DAY_MS;
/// The most entries of a list: other names, genres, languages, formats.
const LIST_MAX: usize = 64;
/// The longest show.
const MINUTES_MAX: u32 = 24 * 60;

/// A part of a chain by kind and key, to say whose value is wrong.
#[derive(Clone, Copy)]
pub(super) struct Part<'a>(pub(super) &'static str, pub(super) &'a str);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str(self.1)
        } else {
            write!(f, "{} `{}`", self.0, shown(self.1, 80))
        }
    }
}

impl Part<'_> {
    pub(super) fn value(self, field: &'static str, problem: &str) -> CatalogueError {
        CatalogueError::Value {
            part: self.to_string(),
            field,
            problem: problem.to_owned(),
        }
    }

    /// A text of one line that is safe to store and to draw, without the blanks around it.
    pub(super) fn name(self, text: &str) -> Result<String, CatalogueError> {
        match Name::new(text) {
            Ok(name) => Ok(name.as_str().to_owned()),
            Err(error) => Err(CatalogueError::Name {
                part: self.to_string(),
                error,
            }),
        }
    }

    pub(super) fn list(
        self,
        field: &'static str,
        texts: &[String],
    ) -> Result<Vec<String>, CatalogueError> {
        if texts.len() > LIST_MAX {
            return Err(self.value(field, "has more than 64 entries"));
        }
        texts.iter().map(|text| self.name(text)).collect()
    }

    pub(super) fn country(self, code: &str) -> Result<(), CatalogueError> {
        if code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(())
        } else {
            Err(self.value("country", "is not two capital letters such as `GB`"))
        }
    }

    pub(super) fn seats_max(self, seats: u16) -> Result<(), CatalogueError> {
        if (1..=SEATS_MAX).contains(&usize::from(seats)) {
            Ok(())
        } else {
            Err(self.value("seats_max", "is not between 1 and 2048"))
        }
    }

    /// Leaves room at both ends for sales windows and the show itself.
    pub(super) fn starts_at(self, at: UtcMillis) -> Result<(), CatalogueError> {
        if (YEAR_MS..=UtcMillis::MAX.0 - YEAR_MS).contains(&at.0) {
            Ok(())
        } else {
            Err(self.value("start", "is not between the years 1971 and 9998"))
        }
    }

    pub(super) fn language(self, tag: &str) -> Result<(), CatalogueError> {
        let part =
            |p: &str| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric());
        let first = tag.split('-').next().unwrap_or_default();
        let right = tag.len() <= 35 && first.len() >= 2 && tag.split('-').all(part);
        if right {
            Ok(())
        } else {
            Err(self.value("language", "is not a tag such as `en` or `pt-BR`"))
        }
    }

    pub(super) fn minutes(self, minutes: u32) -> Result<(), CatalogueError> {
        if (1..=MINUTES_MAX).contains(&minutes) {
            Ok(())
        } else {
            Err(self.value("minutes", "is not between 1 and 1440"))
        }
    }
}
