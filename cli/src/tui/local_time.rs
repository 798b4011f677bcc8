//! Times as people at the cinema read them. Which zone is always said; this machine's own zone
//! is never used.

use std::borrow::Cow;

use houseful_core::time::UtcMillis;
use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn civil(at: UtcMillis, zone_name: &str) -> Option<DateTime> {
    let at = Timestamp::from_millisecond(at.0).ok()?;
    Some(at.to_zoned(zone(zone_name)).datetime())
}

/// A sentence of the server's with its times as people at the cinema read them: in place of
/// `2026-11-21T19:15:00.000Z` stands `Sat 21 Nov 19:15`.
#[must_use]
pub fn in_words<'a>(text: &'a str, zone_name: &str) -> Cow<'a, str> {
    let mut said = String::new();
    // So much of the text is told, and so much was looked at.
    let (mut done, mut looked) = (0, 0);
    while let Some(dash) = text.get(looked..).and_then(|rest| rest.find('-')) {
        let dash = looked + dash;
        looked = dash + 1;
        let start = dash.checked_sub(4).filter(|start| *start >= done);
        let Some((start, from)) = start.and_then(|s| Some((s, text.get(s..)?))) else {
            continue;
        };
        let word = from.find('Z').and_then(|end| from.get(..=end));
        let Some(word) = word.filter(|word| (20..=24).contains(&word.len())) else {
            continue;
        };
        let at = UtcMillis::parse_rfc3339(word).ok();
        if let Some(at) = at.and_then(|at| civil(at, zone_name)) {
            said.push_str(text.get(done..start).unwrap_or_default());
            said.push_str(&at.strftime("%a %-d %b %H:%M").to_string());
            done = start + word.len();
            looked = done;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    Cow::Owned(said + text.get(done..).unwrap_or_default())
}

/// The wall clock of a zone: `19:12`.
#[must_use]
pub fn wall_clock(at: UtcMillis, zone_name: &str) -> String {
    civil(at, zone_name).map_or_else(String::new, |t| t.strftime("%H:%M").to_string())
}

/// The same to the second: `19:12:58`.
#[must_use]
pub fn clock_with_seconds(at: UtcMillis, zone_name: &str) -> String {
    civil(at, zone_name).map_or_else(String::new, |t| t.strftime("%H:%M:%S").to_string())
}

/// What a zone is called at a time: `GMT`, `JST`; its offset where it has no letters.
#[must_use]
pub fn zone_name(at: UtcMillis, zone_name: &str) -> String {
    Timestamp::from_millisecond(at.0).map_or_else(
        |_| String::new(),
        |at| at.to_zoned(zone(zone_name)).strftime("%Z").to_string(),
    )
}

/// The day so many days from now in a zone, as the server wants it: `2026-11-21`.
#[must_use]
pub fn day_from(at: UtcMillis, zone_name: &str, days: u16) -> Option<String> {
    let day = civil(at, zone_name)?.date();
    let day = day.checked_add(i64::from(days).days()).ok()?;
    Some(day.to_string())
}

/// A day for people: `Sat 21 Nov`. Takes `2026-11-21` and `2026-11-21T19:15`.
#[must_use]
pub fn day_name(local: &str) -> String {
    let day: Option<jiff::civil::Date> = local.get(..10).and_then(|d| d.parse().ok());
    day.map_or_else(|| local.to_owned(), |d| d.strftime("%a %-d %b").to_string())
}

/// The weekday and day of a local time: `Sat 21`.
#[must_use]
pub fn weekday_and_day(local: &str) -> String {
    let name = day_name(local);
    name.rsplit_once(' ')
        .map_or(name.clone(), |(day, _)| day.to_owned())
}

/// The weekday of a local time: `Sat`.
#[must_use]
pub fn weekday(local: &str) -> String {
    day_name(local).chars().take(3).collect()
}

/// The time of a local time: `19:15` of `2026-11-21T19:15`.
#[must_use]
pub fn time_of(local: &str) -> &str {
    local.get(11..16).unwrap_or(local)
}

/// How long until then, in the largest fitting unit: `3 min`, `2 h`, `now`.
#[must_use]
pub fn time_until(then: UtcMillis, now: UtcMillis) -> String {
    // Rounded up: a show is not "now" before it begins.
    let minutes = then.ms_since(now).saturating_add(59_999).div_euclid(60_000);
    match minutes {
        ..=0 => "now".to_owned(),
        1..=119 => format!("{minutes} min"),
        120..=2_879 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

/// How long ago something began: `12m ago`.
#[must_use]
pub fn time_since(then: UtcMillis, now: UtcMillis) -> String {
    let minutes = now.ms_since(then).max(0) / 60_000;
    format!("{minutes}m ago")
}

/// What is left of a hold: `04:41`, `00:00` at its end.
#[must_use]
pub fn countdown(until: UtcMillis, now: UtcMillis) -> String {
    let seconds = until.seconds_left(now);
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_cinema() {
        let at = UtcMillis::parse_rfc3339("2026-06-30T23:30:00Z").expect("a time");
        assert_eq!(wall_clock(at, "Europe/London"), "00:30");
        assert_eq!(wall_clock(at, "Asia/Kolkata"), "05:00");
        assert_eq!(
            day_from(at, "Europe/London", 1),
            Some("2026-07-02".to_owned())
        );
        assert_eq!(zone_name(at, "Europe/London"), "BST");
        assert_eq!(zone_name(at, "Asia/Tokyo"), "JST");
        assert_eq!(day_name("2026-11-21T19:15"), "Sat 21 Nov");
        assert_eq!(time_of("2026-11-21T19:15"), "19:15");
    }

    #[test]
    fn times_in_a_sentence_are_those_of_the_cinema() {
        let said = |text| in_words(text, "Europe/London").into_owned();
        assert_eq!(
            said("tickets could be given back until 2026-06-30T23:30:00.000Z, and no later"),
            "tickets could be given back until Wed 1 Jul 00:30, and no later"
        );
        assert_eq!(
            said("2026-11-21T19:15:00Z to 2026-11-22T19:15:00Z"),
            "Sat 21 Nov 19:15 to Sun 22 Nov 19:15"
        );
        for same in [
            "",
            "-",
            "a-b Z",
            "é-ü 2026-11-21T19:15",
            "x 2026-99-21T19:15:00Z y",
            "ab-cde-fgZ-h",
        ] {
            assert_eq!(said(same), same);
        }
    }

    #[test]
    fn what_is_left_is_rounded_up() {
        assert_eq!(countdown(UtcMillis(300_000), UtcMillis(1)), "05:00");
        assert_eq!(countdown(UtcMillis(300_000), UtcMillis(299_999)), "00:01");
        assert_eq!(countdown(UtcMillis(300_000), UtcMillis(300_000)), "00:00");
        assert_eq!(time_until(UtcMillis(60_000), UtcMillis(59_999)), "1 min");
        assert_eq!(time_until(UtcMillis(60_000), UtcMillis(60_000)), "now");
        assert_eq!(time_until(UtcMillis(7_200_000), UtcMillis(0)), "2 h");
    }
}
