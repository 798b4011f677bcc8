//! One value in one cell: complete for programs, easy to read for people.

use houseful_core::{money::Money, text::is_unsafe, time::UtcMillis};
use jiff::tz::TimeZone;
use serde_json::Value;

/// How people want to see values.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Where times are, unless the row says its own `time_zone`.
    pub zone: Option<TimeZone>,
    /// Whether `zone` was asked for and beats the row's own.
    pub zone_forced: bool,
    /// How many columns the terminal has.
    pub width: Option<u16>,
    /// Whether colours are welcome.
    pub color: bool,
}

impl View {
    /// A time in a sentence: on the clock of `own`, or of the zone that was asked for, which is
    /// then named.
    #[must_use]
    pub fn time(&self, at: UtcMillis, own: &str) -> String {
        match self.forced_zone() {
            Some(zone) => format!("{} {}", local_time(at, Some(zone)), zone_name(zone)),
            None => local_time(at, TimeZone::get(own).ok().as_ref()),
        }
    }

    /// The same without the day.
    #[must_use]
    pub fn clock(&self, at: UtcMillis, own: Option<&str>) -> String {
        match self.forced_zone() {
            Some(zone) => format!("{} {}", local_clock(at, Some(zone)), zone_name(zone)),
            None => {
                let own = own.and_then(|own| TimeZone::get(own).ok());
                local_clock(at, own.as_ref())
            }
        }
    }

    /// The zone that was asked for, whatever the row's own.
    #[must_use]
    pub fn forced_zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref().filter(|_| self.zone_forced)
    }
}

/// Whether a field is a time that is shown on a wall clock.
fn is_time(field: &str) -> bool {
    field.ends_with("_at") || matches!(field, "hold_until" | "until" | "at") || is_wall(field)
}

/// Whether a field is what a wall clock shows; its instant stands beside it.
fn is_wall(field: &str) -> bool {
    field.ends_with("starts_local")
}

/// The title of a column; where times are in the zone that was asked for, it is named.
pub(super) fn title(field: &str, title: &str, view: &View) -> String {
    match view.forced_zone().filter(|_| is_time(field)) {
        Some(zone) => format!("{title} ({})", zone_name(zone)),
        None => title.to_owned(),
    }
}

fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// The value at a dotted path, `null` if there is none. A list on the way gives the list of what
/// its items have there: `lines.seat`.
pub(super) fn at(row: &Value, path: &str) -> Value {
    let Some((first, rest)) = path.split_once('.') else {
        return row[path].clone();
    };
    match &row[first] {
        Value::Array(items) => items.iter().map(|item| at(item, rest)).collect(),
        inner => at(inner, rest),
    }
}

/// A value as programs read it: nothing left out, money as `GBP 9.50`.
pub(super) fn full(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => {
            let flat = items.iter().all(|i| !i.is_object() && !i.is_array());
            if flat {
                let items: Vec<String> = items.iter().map(full).collect();
                items.join(",")
            } else {
                value.to_string()
            }
        }
        Value::Object(_) => match serde_json::from_value::<Money>(value.clone()) {
            Ok(money) => money.to_string(),
            Err(_) => value.to_string(),
        },
    }
}

/// A value as people read it: times on the wall, lists with spaces.
pub(super) fn pretty(field: &str, row: &Value, view: &View) -> String {
    let value = at(row, field);
    match &value {
        // What the cinema's own clock shows says nothing of another zone.
        Value::String(text) if is_wall(field) => {
            let starts_at = row[field.replace("_local", "_at")].as_str();
            let starts_at = starts_at.and_then(|at| UtcMillis::parse_rfc3339(at).ok());
            match (view.forced_zone(), starts_at) {
                (Some(zone), Some(at)) => in_zone(at, Some(zone), "%Y-%m-%d %H:%M"),
                _ => text.replace('T', " "),
            }
        }
        Value::String(text) if is_time(field) => {
            let own = row["time_zone"]
                .as_str()
                .and_then(|z| TimeZone::get(z).ok());
            let zone = if view.zone_forced { None } else { own };
            let at = UtcMillis::parse_rfc3339(text).ok();
            at.map_or_else(
                || text.clone(),
                |at| local_time(at, zone.as_ref().or(view.zone.as_ref())),
            )
        }
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            full(&value).replace(',', ", ")
        }
        Value::Array(items) => items.len().to_string(),
        Value::Number(n) if field.ends_with("_km") => n
            .as_f64()
            .map_or_else(|| n.to_string(), |km| format!("{km:.1}")),
        _ => full(&value),
    }
}

/// A time on the wall, `Sat 21 Nov 19:15`; in UTC, and saying so, without a zone.
#[must_use]
pub fn local_time(at: UtcMillis, zone: Option<&TimeZone>) -> String {
    in_zone(at, zone, "%a %-d %b %H:%M")
}

/// The hour of a time on the wall, `19:15:07`.
#[must_use]
pub fn local_clock(at: UtcMillis, zone: Option<&TimeZone>) -> String {
    in_zone(at, zone, "%H:%M:%S")
}

fn in_zone(at: UtcMillis, zone: Option<&TimeZone>, pattern: &str) -> String {
    let Ok(instant) = jiff::Timestamp::from_millisecond(at.0) else {
        return at.rfc3339();
    };
    let local = instant.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC));
    let text = local.strftime(pattern).to_string();
    if zone.is_some() { text } else { text + " UTC" }
}

/// `text` without anything that a terminal would obey or that would break a line.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if is_unsafe(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}
