//! Wall clocks of cinemas.
//!
//! A day is what the calendar on the cinema's wall says, so it may have 23, 23.5, 24.5 or 25 hours.

use houseful_core::time::UtcMillis;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

/// The instant at which the wall clock shows `at`, the first of two; `None` where the clock jumps
/// over it.
pub(super) fn instant(at: DateTime, zone: &TimeZone) -> Option<UtcMillis> {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            ambiguous.earlier().ok().map(millis)
        }
    }
}

/// What the wall clock shows at `at`.
pub(super) fn wall(at: UtcMillis, zone: &TimeZone) -> DateTime {
    // Only times outside of jiff's years -9999 to 9999 fail, and none is let in.
    let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
    zone.to_datetime(at)
}

/// The first instant of a day and the first after it.
pub(super) fn day(date: Date, zone: &TimeZone) -> (UtcMillis, UtcMillis) {
    let midnight = |date: Date| {
        // Where midnight is jumped over, the day begins when the clock has jumped.
        let at = zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
        at.compatible().map_or(UtcMillis::MAX, millis)
    };
    let next = date.tomorrow().map_or(UtcMillis::MAX, midnight);
    (midnight(date), next)
}

/// `2026-11-21T19:15`
pub(super) fn minute(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

fn millis(at: Timestamp) -> UtcMillis {
    UtcMillis(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a time zone")
    }

    fn hours(date: &str, zone_name: &str) -> f64 {
        let (from, to) = day(date.parse().expect("a date"), &zone(zone_name));
        to.ms_since(from) as f64 / 3_600_000.0
    }

    #[test]
    fn days_of_a_clock_change_are_longer_or_shorter() {
        for (date, place, expected) in [
            ("2026-03-29", "Europe/London", 23.0),
            ("2026-10-25", "Europe/London", 25.0),
            ("2026-10-26", "Europe/London", 24.0),
            ("2026-10-04", "Australia/Lord_Howe", 23.5),
            ("2026-04-05", "Australia/Lord_Howe", 24.5),
            ("2026-03-08", "America/New_York", 23.0),
            ("2026-11-01", "America/New_York", 25.0),
            // The clock jumps from midnight to one.
            ("2026-04-24", "Africa/Cairo", 23.0),
        ] {
            assert_eq!(hours(date, place), expected, "{date} in {place}");
        }
    }

    #[test]
    fn a_time_that_is_jumped_over_has_no_instant_and_one_shown_twice_is_the_first() {
        let at = |local: &str, place: &str| {
            instant(local.parse().expect("a time"), &zone(place)).map(UtcMillis::rfc3339)
        };
        assert_eq!(at("2026-03-29T01:30", "Europe/London"), None);
        assert_eq!(at("2026-10-04T02:15", "Australia/Lord_Howe"), None);
        assert_eq!(at("2026-03-08T02:30", "America/New_York"), None);
        let first = |text: &str| Some(format!("{text}:00.000Z"));
        assert_eq!(
            at("2026-10-25T01:30", "Europe/London"),
            first("2026-10-25T00:30")
        );
        assert_eq!(
            at("2026-11-01T01:30", "America/New_York"),
            first("2026-11-01T05:30")
        );
        assert_eq!(
            at("2026-04-05T01:45", "Australia/Lord_Howe"),
            first("2026-04-04T14:45")
        );
    }

    #[test]
    fn every_instant_is_in_the_day_its_wall_clock_shows() {
        for place in [
            "Europe/London",
            "Australia/Lord_Howe",
            "America/New_York",
            "Asia/Tokyo",
        ] {
            let zone = zone(place);
            let start = UtcMillis::parse_rfc3339("2026-01-01T00:00:00Z").expect("a time");
            for step in 0..(366 * 8) {
                let at = start.plus_ms(step * 10_800_000 - 1);
                let (from, to) = day(wall(at, &zone).date(), &zone);
                assert!(from <= at && at < to, "{} in {place}", at.rfc3339());
            }
        }
    }
}
