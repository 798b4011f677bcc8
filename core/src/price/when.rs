//! Days and hours, as the cinema's wall clock has them.
//!
//! A cinema's day begins at 06:00, like the business date of its books (`docs/money.md`): the show
//! at half past midnight on Saturday is Friday's last one, has Friday's price, and is still "after
//! 17:00". So hours never wrap around midnight: they run from 06:00 to 06:00.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::time::UtcMillis;

/// The hour at which a cinema's day begins.
const DAY_BEGINS_HOUR: i8 = 6;

/// What prices depend on beside the card and the seats: the show's start and the sale, both on the
/// cinema's wall clock, and what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// When the show starts.
    pub starts: DateTime,
    /// When the seats are sold.
    pub sold: DateTime,
    /// `2D`, `3D`, `IMAX`, ...: as the catalogue says it.
    pub format: String,
}

impl Occasion {
    /// The occasion of a show in a cinema of `zone`, sold at `sold_at`.
    #[must_use]
    pub fn in_zone(
        zone: &TimeZone,
        starts_at: UtcMillis,
        sold_at: UtcMillis,
        format: &str,
    ) -> Self {
        let local = |at: UtcMillis| {
            // The calendar ends a day before the last time of a journal does.
            let at = Timestamp::from_millisecond(at.0.max(0)).unwrap_or(Timestamp::MAX);
            zone.to_datetime(at)
        };
        Self {
            starts: local(starts_at),
            sold: local(sold_at),
            format: format.to_owned(),
        }
    }

    /// The cinema's day that the show belongs to.
    #[must_use]
    pub fn day(&self) -> Date {
        let date = self.starts.date();
        if self.starts.hour() >= DAY_BEGINS_HOUR {
            return date;
        }
        date.checked_sub(1.day()).unwrap_or(date)
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    fn of(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// What a public holiday is to a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Holidays {
    /// A day like any other: its day of the week counts.
    #[default]
    Alike,
    /// The rule holds on them too, whatever day of the week they are: a weekend price.
    Too,
    /// The rule does not hold on them: a Tuesday price.
    Never,
    /// The rule holds on them alone.
    Only,
}

/// First and last day, both of them in it; a side that is absent is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Dates {
    /// All days there are.
    pub const ALWAYS: Self = Self {
        from: None,
        until: None,
    };

    /// Whether `date` is one of them.
    #[must_use]
    pub fn hold(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }

    pub(super) fn is_always(&self) -> bool {
        *self == Self::ALWAYS
    }

    pub(super) fn is_backwards(&self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if until < from)
    }
}

/// From a time of day until right before another, within the cinema's day: 06:00 to 06:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first moment.
    #[serde(default = "Hours::edge", skip_serializing_if = "Hours::is_edge")]
    pub from: Time,
    /// The first moment after it.
    #[serde(default = "Hours::edge", skip_serializing_if = "Hours::is_edge")]
    pub until: Time,
}

impl Hours {
    const DAY_SECONDS: i32 = 24 * 3_600;

    const fn edge() -> Time {
        Time::constant(DAY_BEGINS_HOUR, 0, 0, 0)
    }

    fn is_edge(time: &Time) -> bool {
        *time == Self::edge()
    }

    /// Seconds since the cinema's day began.
    fn second(time: Time) -> i32 {
        let hour = i32::from(time.hour()) - i32::from(DAY_BEGINS_HOUR);
        let second = hour * 3_600 + i32::from(time.minute()) * 60 + i32::from(time.second());
        second.rem_euclid(Self::DAY_SECONDS)
    }

    fn last(self) -> i32 {
        match Self::second(self.until) {
            0 => Self::DAY_SECONDS,
            second => second,
        }
    }

    fn hold(self, time: Time) -> bool {
        (Self::second(self.from)..self.last()).contains(&Self::second(time))
    }

    pub(super) fn is_backwards(self) -> bool {
        self.last() <= Self::second(self.from)
    }
}

/// The shows that a rule is for. What is not said does not matter, so an empty one is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Days of the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Times of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Days of the calendar.
    #[serde(default, skip_serializing_if = "Dates::is_always")]
    pub dates: Dates,
    /// What public holidays are to it.
    #[serde(default, skip_serializing_if = "When::is_alike")]
    pub holidays: Holidays,
}

impl When {
    fn is_alike(holidays: &Holidays) -> bool {
        *holidays == Holidays::Alike
    }

    pub(super) fn is_always(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a show is one of them; `holidays` are the days that count as public holidays.
    #[must_use]
    pub fn holds(&self, occasion: &Occasion, holidays: &[Date]) -> bool {
        let day = occasion.day();
        let weekday = self.days.is_empty() || self.days.contains(&Day::of(day));
        let day_fits = match (self.holidays, holidays.contains(&day)) {
            (Holidays::Too, true) | (Holidays::Only, true) => true,
            (Holidays::Never, true) | (Holidays::Only, false) => false,
            (Holidays::Alike, _) | (Holidays::Too | Holidays::Never, false) => weekday,
        };
        let hours = self.hours.is_none_or(|h| h.hold(occasion.starts.time()));
        day_fits && hours && self.dates.hold(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(starts: &str) -> Occasion {
        Occasion {
            starts: starts.parse().expect(starts),
            sold: starts.parse().expect(starts),
            format: "2D".to_owned(),
        }
    }

    fn when(json: &str) -> When {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn a_show_after_midnight_is_the_evening_before() {
        let friday = when(r#"{"days":["fri"],"hours":{"from":"17:00"}}"#);
        // 2026-11-27 is a Friday.
        for (starts, holds) in [
            ("2026-11-27T16:59:59", false),
            ("2026-11-27T17:00", true),
            ("2026-11-28T00:30", true),
            ("2026-11-28T05:59:59", true),
            ("2026-11-28T06:00", false),
            ("2026-11-27T00:30", false),
        ] {
            assert_eq!(friday.holds(&at(starts), &[]), holds, "{starts}");
        }
        let morning = when(r#"{"hours":{"until":"12:00"}}"#);
        assert!(morning.holds(&at("2026-11-27T06:00"), &[]));
        assert!(!morning.holds(&at("2026-11-27T05:00"), &[]));
        assert!(!morning.holds(&at("2026-11-27T12:00"), &[]));
    }

    #[test]
    fn a_rule_says_what_public_holidays_are_to_it() {
        let holidays: Vec<Date> = vec!["2026-12-25".parse().expect("a date")];
        // Christmas of 2026 is a Friday.
        for (rule, on_holiday, on_friday, on_saturday) in [
            (r#"{"days":["fri"]}"#, true, true, false),
            (r#"{"days":["fri"],"holidays":"never"}"#, false, true, false),
            (r#"{"days":["sat"],"holidays":"too"}"#, true, false, true),
            (r#"{"holidays":"only"}"#, true, false, false),
            ("{}", true, true, true),
        ] {
            let holds = |starts| when(rule).holds(&at(starts), &holidays);
            assert_eq!(holds("2026-12-25T20:00"), on_holiday, "{rule}");
            assert_eq!(holds("2026-12-26T00:15"), on_holiday, "{rule}");
            assert_eq!(holds("2026-12-18T20:00"), on_friday, "{rule}");
            assert_eq!(holds("2026-12-19T20:00"), on_saturday, "{rule}");
        }
    }

    #[test]
    fn the_wall_clock_is_the_cinemas() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        // 23:30 UTC is 18:30 there in winter.
        let at = UtcMillis::parse_rfc3339("2026-11-24T23:30:00Z").expect("a time");
        let occasion = Occasion::in_zone(&zone, at, at, "2D");
        assert_eq!(occasion.starts.to_string(), "2026-11-24T18:30:00");
        let far = Occasion::in_zone(&zone, UtcMillis(i64::MAX), UtcMillis(i64::MIN), "2D");
        assert!(far.starts > far.sold, "{far:?}");
    }

    #[test]
    fn dates_have_their_last_day_in_them() {
        let rule = when(r#"{"dates":{"from":"2026-12-24","until":"2026-12-26"}}"#);
        for (starts, holds) in [
            ("2026-12-24T05:00", false),
            ("2026-12-24T06:00", true),
            ("2026-12-27T02:00", true),
            ("2026-12-27T06:00", false),
        ] {
            assert_eq!(rule.holds(&at(starts), &[]), holds, "{starts}");
        }
    }
}
