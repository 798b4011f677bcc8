//! Text to a layout: lines first, then the hall they make together.
//!
//! Nothing here stops at the first mistake. A mistake that would only repeat itself (an unknown
//! letter in every row) is told once.

use super::{
    COLUMNS_MAX, LayoutError, ROWS_MAX, SeatLayout, TEXT_BYTES_MAX,
    header::{self, Header},
    seating,
};
use crate::text;

/// More mistakes than this are not told at once.
const ERRORS_MAX: usize = 50;
/// The longest line, in characters.
const LINE_CHARS_MAX: usize = 400;

/// One line of places, before seats are made of it.
#[derive(Debug)]
pub(super) struct DrawnRow {
    /// The line of the text, from 1.
    pub line: u32,
    /// The drawn row, from 0; walkways count.
    pub row: u16,
    pub name: String,
    /// The number of the first place.
    pub first: u16,
    /// Where in the line each place stands (characters from 0), and its letter.
    pub places: Vec<(u16, char)>,
}

/// What has gone wrong so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<LayoutError>);

impl Mistakes {
    /// Notes a mistake; `at` is the character in the line, from 0.
    pub(super) fn note(&mut self, line: u32, at: usize, message: impl Into<String>) {
        self.0.push(LayoutError {
            line,
            column: u32::try_from(at).map_or(u32::MAX, |at| at.saturating_add(1)),
            message: message.into(),
        });
    }

    pub(super) fn join(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(super) fn none(&self) -> bool {
        self.0.is_empty()
    }

    fn sorted(mut self) -> Vec<LayoutError> {
        self.0.sort_by_key(|error| (error.line, error.column));
        self.0.truncate(ERRORS_MAX);
        self.0
    }
}

/// A layout, and where in the text each of its seats stands: line, and character from 0.
pub(super) type Drawn = (SeatLayout, Vec<(u32, usize)>);

pub(super) fn parse(text: &str) -> Result<Drawn, Vec<LayoutError>> {
    let mut reader = Reader::default();
    let mut bytes = 0_usize;
    for (number, line) in (1_u32..).zip(text.strip_prefix('\u{feff}').unwrap_or(text).split('\n')) {
        bytes += line.len() + 1;
        if bytes > TEXT_BYTES_MAX + 1 {
            reader.mistakes.note(
                number,
                0,
                format!("the text is longer than {TEXT_BYTES_MAX} bytes; leave out comments"),
            );
            return Err(reader.mistakes.sorted());
        }
        reader.line(number, line.strip_suffix('\r').unwrap_or(line));
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    mistakes: Mistakes,
    header: Header,
    rows: Vec<DrawnRow>,
    /// Blank lines since the last row; they are a walkway if another row follows.
    blank: usize,
    /// Letters already told to be unknown.
    told: Vec<char>,
}

impl Reader {
    fn line(&mut self, number: u32, line: &str) {
        if let Some(at) = line.chars().position(text::is_unsafe) {
            let message = match line.chars().nth(at) {
                Some('\t') => "a tab; draw with spaces, so that columns stay where they are".into(),
                found => format!(
                    "the character U+{:04X} can't be drawn; delete it",
                    found.map_or(0, u32::from)
                ),
            };
            return self.mistakes.note(number, at, message);
        }
        if line.chars().count() > LINE_CHARS_MAX {
            let message =
                format!("the line is longer than {LINE_CHARS_MAX} characters; shorten it");
            return self.mistakes.note(number, LINE_CHARS_MAX, message);
        }
        let content = line.trim_matches(' ');
        let indent = line.chars().take_while(|c| *c == ' ').count();
        if content.is_empty() {
            self.blank += usize::from(!self.rows.is_empty());
        } else if content.starts_with('#') {
        } else if content.contains(':') {
            if !self.rows.is_empty() {
                let message = "a header line below the first row; move it above the drawing";
                return self.mistakes.note(number, indent, message);
            }
            header::read(&mut self.header, &mut self.mistakes, number, line);
        } else {
            self.row(number, line, indent);
        }
    }

    fn row(&mut self, number: u32, line: &str, indent: usize) {
        let content = line.trim_matches(' ');
        let (head, places) = content.split_once(' ').unwrap_or((content, ""));
        let drawn = self.rows.last().map_or(0, |row| usize::from(row.row) + 1) + self.blank;
        self.blank = 0;
        let Some((name, first)) = row_head(head) else {
            return self.mistakes.note(number, indent, wrong_head(head));
        };
        let start = indent + head.chars().count() + 1;
        let mut row = DrawnRow {
            line: number,
            row: u16::try_from(drawn).unwrap_or(u16::MAX),
            name,
            first,
            places: Vec::new(),
        };
        for (at, letter) in (start..).zip(places.chars()) {
            if letter == ' ' {
                continue;
            }
            if !self.known(letter) {
                self.unknown(number, at, letter);
            }
            // Lines are at most `LINE_CHARS_MAX` long.
            row.places
                .push((u16::try_from(at).unwrap_or(u16::MAX), letter));
        }
        if row.places.iter().all(|(_, letter)| *letter == '_') {
            let message = format!(
                "row {} has no seats; draw some, or leave the line out",
                row.name
            );
            self.mistakes.note(number, indent, message);
        }
        if drawn >= ROWS_MAX {
            let message = format!("the hall has more than {ROWS_MAX} rows, walkways among them");
            self.mistakes.note(number, indent, message);
        }
        self.rows.push(row);
    }

    fn known(&self, letter: char) -> bool {
        matches!(letter, 'w' | 'c' | '%' | 'x' | '_') || self.header.category_of(letter).is_some()
    }

    fn unknown(&mut self, line: u32, at: usize, letter: char) {
        if self.told.contains(&letter) {
            return;
        }
        self.told.push(letter);
        let message = match letter {
            '.' | '-' => format!(
                "`{letter}` is not a place; write a space for an aisle, `_` for a missing seat"
            ),
            '#' => "`#` is not a place; write `%` for a house seat, `x` for a broken one".into(),
            'a'..='z' => format!(
                "`{letter}` is not a category; declare it above: `category {letter}: premium \"Premium\"`"
            ),
            'A'..='Z' => format!(
                "`{letter}` is not a place; categories are small letters, and a row's letters stand once, at its start"
            ),
            _ => format!(
                "`{letter}` is not a place; a place is a category's letter, `w`, `c`, `%`, `x` or `_`"
            ),
        };
        self.mistakes.note(line, at, message);
    }

    fn finish(mut self) -> Result<Drawn, Vec<LayoutError>> {
        if self.header.name.is_none() && !self.header.name_tried {
            let message = "the hall has no name; begin with `name: Screen 1`";
            self.mistakes.note(1, 0, message);
        }
        let left = self.rows.iter().flat_map(|row| &row.places).map(|p| p.0);
        let left = left.min().unwrap_or(0);
        for row in &self.rows {
            let wide = |at: u16| usize::from(at - left) >= COLUMNS_MAX;
            if let Some((at, _)) = row.places.iter().find(|(at, _)| wide(*at)) {
                let message = format!(
                    "row {} is wider than {COLUMNS_MAX} columns; draw it narrower",
                    row.name
                );
                self.mistakes.note(row.line, usize::from(*at), message);
            }
        }
        if self.rows.is_empty() && self.mistakes.none() {
            let message = "the hall has no rows; draw one line for each, like `A  oooo oooo`";
            self.mistakes.note(1, 0, message);
        }
        let drawn = seating::seat(self.header, &self.rows, left, &mut self.mistakes);
        drawn.ok_or_else(|| self.mistakes.sorted())
    }
}

/// `A` or `AA12`: the letters, and the number of the first place.
fn row_head(head: &str) -> Option<(String, u16)> {
    let digits = head
        .find(|c: char| !c.is_ascii_uppercase())
        .unwrap_or(head.len());
    let (name, number) = head.split_at(digits);
    let plain = number.bytes().all(|b| b.is_ascii_digit());
    let first = match number {
        "" => 1,
        _ if !plain || number.starts_with('0') || number.len() > 3 => return None,
        _ => number.parse().ok()?,
    };
    (1..=3)
        .contains(&name.len())
        .then(|| (name.to_owned(), first))
}

fn wrong_head(head: &str) -> String {
    let shown = text::shown(head, 24);
    let capitals = head.chars().take_while(char::is_ascii_uppercase).count();
    if (1..=3).contains(&capitals) && head.chars().nth(capitals).is_some_and(|c| !c.is_numeric()) {
        let name = head.get(..capitals).unwrap_or_default();
        return format!("`{shown}` is not a row; put spaces between `{name}` and its places");
    }
    format!(
        "`{shown}` begins neither a row nor a header line; a row begins with 1 to 3 capital letters, like `A` or `AA`, or with its first seat, like `A7`; a header line is `name: ...`"
    )
}
