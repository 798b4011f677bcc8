//! What lists of shows, cities and films say.

use houseful_core::money::Money;

use super::duration;

/// There is nothing more of a list.
pub const NO_MORE: &str = "That was all of it.";

/// The whole list can be heard.
pub const MORE: &str = "More: type m.";

/// Beside it.
pub const FIND: &str = "Find: type a word.";

/// The show on that line is over.
pub const LINE_GONE: &str = "That show is no longer on the list. Type list to hear it anew.";

/// A list without a line.
pub const NO_SHOWS: &str =
    "no shows on sale here; next day and previous day change the day, browse tells other cities";

/// A filter that nothing fits.
pub const NOTHING_FITS: &str = "nothing fits; clear shows all again";

/// The field for the filter.
pub const TYPE_FILTER: &str = "Type a part of a film, a place or a time.";

/// What a digit is for in Browse.
pub const ALL_CITIES: &str = "0 is all cities.";

/// What is asked of a column of Browse.
pub const BROWSE_PROMPTS: [&str; 3] = ["City? ", "Film? ", "Show? "];

/// A number without a line.
#[must_use]
pub fn no_line(number: usize, lines: usize) -> String {
    match lines {
        0 => "There is no line to choose.".to_owned(),
        1 => format!("There is no line {number}; there is 1."),
        _ => format!("There is no line {number}; there are 1 to {lines}."),
    }
}

/// A list's heading.
#[must_use]
pub fn shows_heading(day: &str, at: Option<&str>, count: usize, filter: Option<&str>) -> String {
    let at = at.map_or(String::new(), |cinema| format!(", at {cinema}"));
    let shows = count_of(count, "show");
    match (filter, count) {
        (None, _) => format!("{day}{at}. {shows}."),
        (Some(text), 1) => format!("{day}{at}. {shows} fits `{text}`. Type clear for all."),
        (Some(text), _) => format!("{day}{at}. {shows} fit `{text}`. Type clear for all."),
    }
}

/// The list as it was.
#[must_use]
pub fn same_shows(count: usize) -> String {
    format!("{} as before; list tells them.", count_of(count, "show"))
}

/// `1 show`, `2 shows`.
#[must_use]
pub fn count_of(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

/// The next shows of a day.
#[must_use]
pub fn day(day: &str, days: u16) -> String {
    match (days, day.is_empty()) {
        (0, true) => "Next shows".to_owned(),
        (0, false) => format!("Next shows, {day}"),
        (1, _) => format!("Tomorrow, {day}"),
        _ => day.to_owned(),
    }
}

/// A numbered line.
#[must_use]
pub fn line(number: usize, text: &str) -> String {
    format!("{number}. {text}")
}

/// How many seats a show has left, in a list.
#[must_use]
pub fn free(free: u32) -> String {
    match free {
        0 => "sold out".to_owned(),
        _ => format!("{free} free"),
    }
}

/// A show in a list.
#[must_use]
pub fn show_line(when: &str, title: &str, place: &str, state: &str, from: Money) -> String {
    format!("{when} {title}, {place}, {state}, from {from}")
}

/// A held booking that can be taken up again.
#[must_use]
pub fn kept_hold(title: &str, seats: &str, left: i64) -> String {
    format!(
        "On hold: {title}, {seats}, {} left. Type resume to take it up again.",
        duration(left)
    )
}

/// A line about a kept booking, with what to type.
#[must_use]
pub fn kept(text: &str) -> String {
    text.replace("r takes it up again", "resume takes it up again")
        .replace("r shows", "resume shows")
}

/// Cities to choose from.
#[must_use]
pub fn cities(count: usize) -> String {
    let count = match count {
        1 => "1 city".to_owned(),
        _ => format!("{count} cities"),
    };
    format!("{count}. {ALL_CITIES}")
}

/// A city in the list.
#[must_use]
pub fn city(name: &str, cinemas: u32) -> String {
    let count = usize::try_from(cinemas).unwrap_or(usize::MAX);
    format!("{name}, {}", count_of(count, "cinema"))
}

/// Films to choose from.
#[must_use]
pub fn films(city: Option<&str>, count: usize) -> String {
    let place = city.map_or("in all cities".to_owned(), |city| format!("in {city}"));
    format!("{} {place}.", count_of(count, "film"))
}

/// A film in the list.
#[must_use]
pub fn film(title: &str, certificate: &str, minutes: u32) -> String {
    format!("{title} ({certificate}), {minutes} minutes")
}

/// Shows of a film to choose from.
#[must_use]
pub fn shows_of(title: &str, count: usize) -> String {
    format!("{title}. {}.", count_of(count, "show"))
}
