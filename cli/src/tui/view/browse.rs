//! City, movie, show in three columns.

use houseful_core::wire::catalogue::Show;

use super::{
    header,
    sheet::{Part, Sheet, columns_of, fit_before, right, window},
};
use crate::tui::{
    browse::{Browse, Column},
    local_time,
    model::Model,
    msg::Hit,
    wording,
};

/// Where the columns begin: header, search, headings, rules.
const TOP: u16 = 4;
/// Lines under the columns for the marked movie.
const BELOW: u16 = 2;

pub(super) fn draw(
    model: &Model,
    browse: &Browse,
    sheet: &mut Sheet<'_>,
    body: Part,
) -> Option<(u16, u16)> {
    header(
        model,
        sheet,
        &wording::view_title(wording::View::Browse, None),
    );
    let theme = sheet.theme();
    sheet.put(1, 1, wording::label::SEARCH, theme.key());
    let left = 1 + columns_of(wording::label::SEARCH);
    let room = body.width.saturating_sub(left + 1);
    let typed_at = sheet.field(left, 1, room, &browse.search);
    let city = body.width / 4;
    let movie = (body.width - city) * 45 / 100;
    let show = body.width - city - movie;
    let height = body.height.saturating_sub(BELOW);
    let part = |x, width| Part {
        x,
        y: 2,
        width,
        height: height.saturating_sub(2),
    };
    let cities = std::iter::once(wording::ALL_CITIES.to_owned())
        .chain(browse.fitting_cities().iter().map(|c| c.name.clone()))
        .collect();
    let movies = browse.fitting_movies();
    let titles = movies
        .iter()
        .map(|m| {
            fit_before(
                &m.title,
                &format!(" ({})", m.certificate),
                movie.saturating_sub(3),
            )
        })
        .collect();
    let shows = shows_column(browse);
    let columns: [(Column, &str, Part, Vec<String>, usize); 3] = [
        (
            Column::City,
            wording::label::CITY,
            part(0, city),
            cities,
            browse.city,
        ),
        (
            Column::Movie,
            wording::label::FILM,
            part(city, movie),
            titles,
            browse.movie,
        ),
        (
            Column::Show,
            wording::label::SHOW,
            part(city + movie, show),
            shows,
            browse.show,
        ),
    ];
    let mut cursor = None;
    for (column, heading, part, lines, marked) in columns {
        let at = draw_column(browse, sheet, column, heading, part, &lines, marked);
        if column == browse.column {
            cursor = at;
        }
    }
    if let Some(movie) = browse.marked_movie() {
        let about = wording::about_film(movie);
        sheet.put(1, body.height.saturating_sub(1), &about, theme.faint());
    }
    if let (Some(show), None) = (browse.marked_show(), &model.desk.notice) {
        let text = super::show_line(show);
        sheet.put(1, body.height, &text, theme.text());
    }
    if browse.typing {
        cursor = Some((typed_at, 1));
    }
    cursor
}

fn shows_column(browse: &Browse) -> Vec<String> {
    let shows = browse.fitting_shows();
    let zones_differ = browse.zones_differ();
    let free: Vec<String> = shows.iter().map(|show| free(show)).collect();
    let widest = free.iter().map(|free| columns_of(free)).max().unwrap_or(0);
    shows
        .iter()
        .zip(&free)
        .enumerate()
        .map(|(line, (show, free))| {
            let number = if line < 9 {
                (line + 1).to_string()
            } else {
                String::new()
            };
            let free = right(free, widest);
            let mut starts = local_time::time_of(&show.starts_local).to_owned();
            if zones_differ {
                starts.push(' ');
                starts += &local_time::zone_name(show.starts_at.0, &show.time_zone);
            }
            format!(
                "{number:>1} {} {starts} {free} {}",
                local_time::weekday_and_day(&show.starts_local),
                show.cinema_name
            )
        })
        .collect()
}

/// How many seats are free, or why none can be had.
fn free(show: &Show) -> String {
    match (wording::status_word(show.status), show.free) {
        (Some(word), _) => word.to_owned(),
        (None, 0) => wording::fullness(0, show.total).to_owned(),
        (None, free) => wording::free(free),
    }
}

fn draw_column(
    browse: &Browse,
    sheet: &mut Sheet<'_>,
    column: Column,
    heading: &str,
    part: Part,
    lines: &[String],
    marked: usize,
) -> Option<(u16, u16)> {
    let theme = sheet.theme();
    let active = column == browse.column && !browse.typing;
    let width = part.width.saturating_sub(2);
    let style = if active {
        theme.strong()
    } else {
        theme.faint()
    };
    sheet.clip(part.x + 1, part.y, width, heading, style);
    // Which column has the cursor is told by characters, not by the style alone.
    let (line, mark) = if active { ("=", ">") } else { ("-", "*") };
    let rule = line.repeat(usize::from(width));
    sheet.clip(part.x + 1, part.y + 1, width, &rule, theme.faint());
    let waiting = browse.is_waiting(column);
    if lines.is_empty() || (waiting && lines.len() < 2) {
        let text = if waiting {
            wording::LOADING
        } else {
            wording::NONE_HERE
        };
        sheet.clip(
            part.x + 2,
            TOP,
            width.saturating_sub(1),
            text,
            theme.faint(),
        );
        return None;
    }
    let room = usize::from(part.height.saturating_sub(2));
    let first = window(marked, lines.len(), room);
    let mut cursor = None;
    for ((line, text), y) in lines.iter().enumerate().skip(first).take(room).zip(TOP..) {
        let here = line == marked;
        let style = match (here, active) {
            (true, true) => theme.marked(),
            (true, false) => theme.strong(),
            _ => theme.text(),
        };
        sheet.clip(part.x + 2, y, width.saturating_sub(1), text, style);
        sheet.hit(part.x, y, part.width, Hit::ColumnLine(column, line));
        if here {
            sheet.put(part.x, y, mark, style);
            cursor = Some((part.x, y));
        }
    }
    cursor
}
