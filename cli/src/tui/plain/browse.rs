//! City, film, show: one column after the other, in words.

use super::{home, talk::Talk};
use crate::tui::{
    browse::{Browse, Column},
    wording::{self, plain},
};

/// What is asked of the column that has the cursor.
pub(super) fn prompt(browse: &Browse) -> &'static str {
    let [city, film, show] = plain::BROWSE_PROMPTS;
    match browse.column {
        Column::City => city,
        Column::Movie => film,
        Column::Show => show,
    }
}

/// Whether a column is on its way.
pub(super) fn awaits(browse: &Browse) -> bool {
    [Column::City, Column::Movie, Column::Show]
        .into_iter()
        .any(|column| browse.is_waiting(column))
}

/// The lines of the column that has the cursor.
pub(super) fn tell(browse: &Browse, talk: &mut Talk) -> Vec<String> {
    let (heading, lines) = match browse.column {
        Column::City => {
            let cities = browse.fitting_cities();
            let lines = cities.iter().map(|c| plain::city(&c.name, c.cinemas));
            (plain::cities(cities.len()), lines.collect())
        }
        Column::Movie => {
            let movies = browse.fitting_movies();
            let lines = movies
                .iter()
                .map(|m| plain::film(&m.title, &m.certificate, m.minutes));
            (plain::films(city(browse), movies.len()), lines.collect())
        }
        Column::Show => shows(browse),
    };
    list(heading, lines, talk)
}

fn shows(browse: &Browse) -> (String, Vec<String>) {
    let shows = browse.fitting_shows();
    let zones_differ = browse.zones_differ();
    let lines = shows.iter().map(|show| {
        let when = home::when(show, None, zones_differ);
        let place = format!("{}, {}", show.cinema_name, show.screen_name);
        format!("{when}, {place}, {}", home::state(show))
    });
    let title = browse.marked_movie().map_or("", |m| m.title.as_str());
    (plain::shows_of(title, shows.len()), lines.collect())
}

fn list(heading: String, lines: Vec<String>, talk: &mut Talk) -> Vec<String> {
    let none = lines.is_empty();
    let lines: Vec<String> = (1..)
        .zip(lines)
        .map(|(number, text)| plain::line(number, &text))
        .collect();
    let mut said = vec![heading];
    said.extend(talk.list(lines));
    said.extend(talk.more_hint().map(str::to_owned));
    if none {
        said.push(plain::sentence(wording::NONE_HERE));
    }
    said
}

fn city(browse: &Browse) -> Option<&str> {
    let marked = browse.marked_city()?;
    let found = browse.cities.iter().find(|c| c.id == marked);
    found.map(|c| c.name.as_str())
}

/// What changed: another column, other lines, or another line of them.
pub(super) fn news(was: &Browse, is: &Browse, talk: &mut Talk) -> Vec<String> {
    if is.typing {
        if was.typing {
            return Vec::new();
        }
        return vec![plain::TYPE_FILTER.to_owned()];
    }
    let searched = was.search.value() != is.search.value() || was.typing;
    let other = match is.column {
        Column::City => was.cities != is.cities,
        Column::Movie => was.movies != is.movies,
        Column::Show => was.shows != is.shows,
    };
    if was.column != is.column || searched || other {
        return tell(is, talk);
    }
    let (before, now) = (line(was), line(is));
    if before == now {
        return Vec::new();
    }
    marked(is).into_iter().collect()
}

/// The marked line of the column.
fn line(browse: &Browse) -> usize {
    match browse.column {
        Column::City => browse.city,
        Column::Movie => browse.movie,
        Column::Show => browse.show,
    }
}

fn marked(browse: &Browse) -> Option<String> {
    let at = line(browse);
    Some(match browse.column {
        Column::City => match at.checked_sub(1) {
            None => plain::ALL_CITIES.to_owned(),
            Some(index) => {
                let cities = browse.fitting_cities();
                let city = cities.get(index)?;
                plain::line(at, &plain::city(&city.name, city.cinemas))
            }
        },
        Column::Movie => {
            let movie = browse.marked_movie()?;
            let text = plain::film(&movie.title, &movie.certificate, movie.minutes);
            plain::line(at + 1, &text)
        }
        Column::Show => {
            let shows = browse.fitting_shows();
            let show = shows.get(at)?;
            let text = format!("{}, {}", home::when(show, None, false), home::state(show));
            plain::line(at + 1, &text)
        }
    })
}
