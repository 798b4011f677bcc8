//! Lines of lists by number, and finding them by a word.

use super::{Heard, key_of};
use crate::tui::{
    browse::{Browse, Column},
    filter::fitting,
    key::Key,
    keymap::{Action, Place},
    model::{Model, View},
    msg::Msg,
    plain::talk::Talk,
    wording::plain,
};

/// Letters that a word needs to be looked for without being asked to.
const LETTERS_MIN: usize = 3;

/// The show that was told under a number, wherever it is on the list by now.
pub(super) fn show(number: usize, model: &Model, talk: &Talk) -> Heard {
    let told = number.checked_sub(1).and_then(|at| talk.shows.get(at));
    let Some(told) = told else {
        return Heard::say(plain::no_line(number, talk.shows.len()));
    };
    match model.home.lines().position(|show| show.id == *told) {
        Some(line) => Heard::Do(vec![Msg::Number(line + 1)]),
        None => Heard::say(plain::LINE_GONE),
    }
}

/// A line of the column of Browse that has the cursor.
pub(super) fn of_column(number: usize, browse: &Browse) -> Heard {
    let (first, lines) = match browse.column {
        Column::City => (0, browse.fitting_cities().len()),
        Column::Movie => (1, browse.fitting_movies().len()),
        Column::Show => (1, browse.fitting_shows().len()),
    };
    if (first..=lines).contains(&number) {
        Heard::Do(vec![Msg::Number(number)])
    } else {
        Heard::say(plain::no_line(number, lines))
    }
}

/// `find dune`.
pub(super) fn find(line: &str, place: Place, model: &Model) -> Option<Heard> {
    if let Some(heard) = clear(line, place, model) {
        return Some(heard);
    }
    let (word, text) = line.split_once(' ')?;
    let finds = plain::action_words(Action::Filter);
    if !finds.contains(&word.to_lowercase().as_str()) {
        return None;
    }
    search(text, place, model)
}

/// The whole list again.
fn clear(line: &str, place: Place, model: &Model) -> Option<Heard> {
    let filtered = match model.above.last() {
        None => !model.home.filter.value().is_empty(),
        Some(View::Browse(browse)) => !browse.search.value().is_empty(),
        Some(_) => false,
    };
    let all = line.eq_ignore_ascii_case("clear") && filtered;
    all.then(|| Heard::keys(key_of(model, place, Action::Back)))
}

/// Types into the filter.
fn search(text: &str, place: Place, model: &Model) -> Option<Heard> {
    let mut keys = vec![key_of(model, place, Action::Filter)?, Key::Ctrl('u')];
    keys.extend(text.chars().map(Key::Char));
    keys.push(Key::Enter);
    // What is found first is a film, whatever column somebody was in.
    if let Some(View::Browse(browse)) = model.above.last() {
        keys.extend(match browse.column {
            Column::City => key_of(model, place, Action::Next),
            Column::Movie => None,
            Column::Show => key_of(model, place, Action::Previous),
        });
    }
    Some(Heard::keys(keys))
}

/// A word that is no other, and that some show has in it.
pub(super) fn by_itself(line: &str, place: Place, model: &Model) -> Option<Heard> {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    // One sign of an ideographic script is a word.
    let enough = letters >= LETTERS_MIN || letters > 0 && !line.is_ascii();
    if place != Place::Home || !enough {
        return None;
    }
    let shows = model.home.shows.iter();
    let lines: Vec<(String, String)> = shows
        .map(|s| {
            (
                s.title.clone(),
                format!("{} {}", s.cinema_name, s.screen_name),
            )
        })
        .collect();
    if fitting(line, &lines).is_empty() {
        return None;
    }
    search(line, place, model)
}
