//! How answers are written: a table for people, lines and JSON for programs.
//!
//! Everything is made from the wire types' JSON, so a field has one name everywhere. Only the
//! table may shorten or prettify; what a program reads is complete.

mod cell;
mod delimited;
mod fields;
mod json;
mod table;

use std::{io, str::FromStr};

use serde::Serialize;
use serde_json::Value;

pub use cell::{View, escaped, local_clock, local_time};
pub use fields::{Column, Columns, Picked, extra, joined, usual};

use crate::error::CliError;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns for people; times on the cinema's clock.
    Table,
    /// One line a thing, tabs between full values.
    Plain,
    /// One JSON document, as the server sends it.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values with a header.
    Csv,
}

impl Format {
    /// Whether programs read it as JSON; errors are then JSON too.
    #[must_use]
    pub const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        clap::ValueEnum::from_str(text, false)
    }
}

/// What a user chose about output.
#[derive(Clone, Debug)]
pub struct Style {
    /// The format.
    pub format: Format,
    /// The fields, in order; the usual ones if `None`.
    pub fields: Option<Vec<String>>,
    /// Print a header where the format has none by itself.
    pub header: bool,
    /// Print ids alone.
    pub ids_only: bool,
    /// Whether JSON is spread over lines.
    pub pretty_json: bool,
    /// How people want to see values.
    pub view: View,
}

impl Style {
    /// Writes a list. `envelope` is the whole answer and `rows` what it lists.
    ///
    /// # Errors
    /// An unknown field, or the output can't be written.
    pub fn list<T: Serialize>(
        &self,
        out: &mut dyn io::Write,
        columns: &Columns,
        envelope: &impl Serialize,
        rows: &[T],
    ) -> Result<(), CliError> {
        let rows: Vec<Value> = rows.iter().map(json::value).collect();
        if self.ids_only {
            return self.ids(out, columns, &rows);
        }
        let picked = columns.pick(self.fields.as_deref(), self.format)?;
        match self.format {
            Format::Table => table::rows(out, &picked, &rows, &self.view)?,
            Format::Plain => delimited::tabs(out, &picked, &rows, self.header)?,
            Format::Csv => delimited::csv(out, &picked, &rows)?,
            Format::Ndjson => json::lines(out, self.chosen(&picked), &rows)?,
            Format::Json => {
                let mut whole = json::value(envelope);
                if let Some(picked) = self.chosen(&picked) {
                    json::reduce_items(&mut whole, picked);
                }
                json::document(out, &whole, self.pretty_json)?;
            }
        }
        Ok(())
    }

    /// Writes one thing. For people `human` may write it in its own way.
    ///
    /// # Errors
    /// An unknown field, or the output can't be written.
    pub fn one<T: Serialize>(
        &self,
        out: &mut dyn io::Write,
        columns: &Columns,
        thing: &T,
        human: Option<&dyn Fn(&View) -> String>,
    ) -> Result<(), CliError> {
        let value = json::value(thing);
        let rows = std::slice::from_ref(&value);
        if self.ids_only {
            return self.ids(out, columns, rows);
        }
        let picked = columns.pick(self.fields.as_deref(), self.format)?;
        match (self.format, human) {
            (Format::Table, Some(human)) if self.fields.is_none() => {
                out.write_all(human(&self.view).as_bytes())?;
            }
            (Format::Table, _) => table::card(out, &picked, &value, &self.view)?,
            (Format::Plain, _) => delimited::tabs(out, &picked, rows, self.header)?,
            (Format::Csv, _) => delimited::csv(out, &picked, rows)?,
            (Format::Ndjson, _) => json::lines(out, self.chosen(&picked), rows)?,
            (Format::Json, _) => {
                let whole = match self.chosen(&picked) {
                    Some(picked) => json::reduced(&value, picked),
                    None => value,
                };
                json::document(out, &whole, self.pretty_json)?;
            }
        }
        Ok(())
    }

    /// The picked fields, if the user picked any: JSON is whole otherwise.
    fn chosen<'a>(&self, picked: &'a Picked<'a>) -> Option<&'a Picked<'a>> {
        self.fields.is_some().then_some(picked)
    }

    fn ids(
        &self,
        out: &mut dyn io::Write,
        columns: &Columns,
        rows: &[Value],
    ) -> Result<(), CliError> {
        for row in rows {
            let id = cell::full(&cell::at(row, columns.id));
            writeln!(out, "{}", escaped(&id))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
