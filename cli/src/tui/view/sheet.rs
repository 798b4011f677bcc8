//! A place to draw on that never draws outside of itself, whatever the size of the window, and
//! never lets foreign text break a line.

use houseful_core::text::is_unsafe;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use tui_input::Input;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::tui::{keymap::Keymap, local_time, msg::Hit, theme::Theme};

/// A rectangle of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Left column.
    pub(super) x: u16,
    /// Top row.
    pub(super) y: u16,
    /// Columns.
    pub(super) width: u16,
    /// Rows.
    pub(super) height: u16,
}

/// What was drawn where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits(Vec<(Part, Option<Hit>)>);

impl Hits {
    /// What is drawn in a cell; the last that was drawn there.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<Hit> {
        let inside = |part: &Part| {
            (part.x..part.x.saturating_add(part.width)).contains(&x)
                && (part.y..part.y.saturating_add(part.height)).contains(&y)
        };
        let mut last_first = self.0.iter().rev();
        last_first
            .find(|(part, _)| inside(part))
            .and_then(|(_, hit)| *hit)
    }
}

/// The screen.
pub(super) struct Sheet<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    theme: Theme,
    keys: Option<&'a Keymap>,
    /// The zone that times in sentences of the server are told in.
    zone: &'a str,
    /// What was drawn where; nothing where a box lies over it.
    hits: Vec<(Part, Option<Hit>)>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, theme: Theme) -> Self {
        let area = area.intersection(buffer.area);
        Self {
            buffer,
            area,
            theme,
            keys: None,
            zone: "UTC",
            hits: Vec::new(),
        }
    }

    /// Says the keys that sentences name as they are bound.
    pub(super) fn naming(mut self, keys: &'a Keymap) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Tells the times in sentences of the server by the clock of this zone.
    pub(super) fn in_zone(mut self, zone: &'a str) -> Self {
        self.zone = zone;
        self
    }

    /// Notes what is drawn in some columns of a row, for the mouse.
    pub(super) fn hit(&mut self, x: u16, y: u16, width: u16, hit: Hit) {
        let part = self.part(x, y, width, 1);
        self.hits.push((part, Some(hit)));
    }

    /// What was drawn where.
    pub(super) fn into_hits(self) -> Hits {
        Hits(self.hits)
    }

    pub(super) fn theme(&self) -> Theme {
        self.theme
    }

    pub(super) fn width(&self) -> u16 {
        self.area.width
    }

    pub(super) fn height(&self) -> u16 {
        self.area.height
    }

    /// A rectangle, cut to the screen.
    pub(super) fn part(&self, x: u16, y: u16, width: u16, height: u16) -> Part {
        Part {
            x: x.min(self.area.width),
            y: y.min(self.area.height),
            width: width.min(self.area.width.saturating_sub(x)),
            height: height.min(self.area.height.saturating_sub(y)),
        }
    }

    /// Draws text from a column on, to the right edge at most.
    pub(super) fn put(&mut self, x: u16, y: u16, text: &str, style: Style) {
        let room = self.area.width.saturating_sub(x);
        self.clip(x, y, room, text, style);
    }

    /// Draws text in at most so many columns; what is cut off ends in `..`.
    pub(super) fn clip(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        let columns = columns.min(self.area.width.saturating_sub(x));
        if y >= self.area.height || columns == 0 {
            return;
        }
        let text = fit(&self.said(text), columns);
        let (x, y) = (self.area.x + x, self.area.y + y);
        self.buffer
            .set_stringn(x, y, text, usize::from(columns), style);
    }

    /// Text with the keys that it names as they are bound.
    pub(super) fn said(&self, text: &str) -> String {
        let text = local_time::in_words(text, self.zone);
        self.keys
            .map_or_else(|| text.clone().into_owned(), |keys| keys.say(&text))
    }

    /// Draws text that ends at the right edge.
    pub(super) fn right(&mut self, y: u16, text: &str, style: Style) {
        let text = self.said(text);
        let width = columns_of(&text).min(self.area.width);
        self.clip(self.area.width - width, y, width, &text, style);
    }

    /// Draws text in the middle of so many columns.
    pub(super) fn centre(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        let width = columns_of(text).min(columns);
        self.clip(x + (columns - width) / 2, y, width, text, style);
    }

    /// Draws one narrow character that is ours, not foreign text.
    pub(super) fn dot(&mut self, x: u16, y: u16, character: char, style: Style) {
        let at = (self.area.x.saturating_add(x), self.area.y.saturating_add(y));
        if x < self.area.width
            && y < self.area.height
            && let Some(cell) = self.buffer.cell_mut(at)
        {
            cell.set_char(character).set_style(style);
        }
    }

    /// Draws a text field from a column on, in so many columns: of a text that is longer the part
    /// around its cursor, which is one column after its last character. Gives the cursor's column.
    pub(super) fn field(&mut self, x: u16, y: u16, columns: u16, typed: &Input) -> u16 {
        let columns = columns.min(self.area.width.saturating_sub(x));
        let before = columns_of(start_of(typed.value(), typed.cursor()));
        // The cursor needs a column of its own.
        let hidden = (before + 1).saturating_sub(columns);
        let (mut skipped, mut shown) = (0, String::new());
        for cluster in typed.value().graphemes(true) {
            if skipped < hidden {
                skipped += columns_of(cluster);
            } else {
                shown.push_str(cluster);
            }
        }
        let style = self.theme.text();
        self.cut(x, y, columns, &shown, style);
        x + before
            .saturating_sub(skipped)
            .min(columns.saturating_sub(1))
    }

    /// Draws text in at most so many columns; the rest is not drawn, without a sign of it.
    fn cut(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        if y < self.area.height {
            let clean: String = text.chars().filter(|c| !is_unsafe(*c)).collect();
            let (x, y) = (self.area.x + x, self.area.y + y);
            self.buffer
                .set_stringn(x, y, clean, usize::from(columns), style);
        }
    }

    /// Empties a rectangle; what was drawn there can't be clicked any more.
    pub(super) fn clear(&mut self, part: Part) {
        self.hits.push((part, None));
        for y in part.y..part.y.saturating_add(part.height) {
            if y < self.area.height {
                let (x, y) = (self.area.x + part.x, self.area.y + y);
                for column in x..(x + part.width).min(self.area.right()) {
                    self.buffer[(column, y)].reset();
                }
            }
        }
    }
}

/// How many columns text takes: each of its grapheme clusters has its own, as they are drawn.
pub(super) fn columns_of(text: &str) -> u16 {
    let columns: usize = text.graphemes(true).map(UnicodeWidthStr::width).sum();
    u16::try_from(columns).unwrap_or(u16::MAX)
}

/// The start of a text, up to this many characters.
fn start_of(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    end.map_or(text, |(at, _)| &text[..at])
}

/// Text in at most so many columns, without characters that could break the line; what is cut off
/// ends in `..`. What people see as one character is never cut in two.
pub(super) fn fit(text: &str, columns: u16) -> String {
    let clean: String = text.chars().filter(|c| !is_unsafe(*c)).collect();
    if columns_of(&clean) <= columns {
        return clean;
    }
    let room = columns.saturating_sub(2);
    let mut used = 0;
    let mut cut = String::new();
    for cluster in clean.graphemes(true) {
        used += columns_of(cluster);
        if used > room {
            break;
        }
        cut.push_str(cluster);
    }
    cut.push_str(&".."[..usize::from(columns.min(2))]);
    cut
}

/// Text in at most so many columns of which the end is kept whole, as long as there is room for it.
pub(super) fn fit_before(text: &str, end: &str, columns: u16) -> String {
    let room = columns.saturating_sub(columns_of(end));
    fit(&(fit(text, room) + end), columns)
}

/// Text in exactly so many columns, filled with blanks on the right.
pub(super) fn pad(text: &str, columns: u16) -> String {
    let mut text = fit(text, columns);
    let missing = columns.saturating_sub(columns_of(&text));
    text.extend(std::iter::repeat_n(' ', usize::from(missing)));
    text
}

/// Text at the right end of so many columns.
pub(super) fn right(text: &str, columns: u16) -> String {
    let text = fit(text, columns);
    let blanks = usize::from(columns.saturating_sub(columns_of(&text)));
    " ".repeat(blanks) + &text
}

/// Which part of a long list is drawn so that the marked line is on it: the first line. The top of
/// the list stays as long as it can.
pub(super) fn window(marked: usize, all: usize, room: usize) -> usize {
    if all <= room || marked < room {
        return 0;
    }
    (marked + 1).saturating_sub(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_and_cleaned() {
        assert_eq!(fit("Paddington", 6), "Padd..");
        assert_eq!(fit("千と千尋の神隠し", 7), "千と..");
        assert_eq!(pad("千と", 6), "千と  ");
        assert_eq!(fit("a\u{202e}b\u{1b}c", 9), "abc");
        assert_eq!(fit("abc", 1), ".");
        assert_eq!(fit("abc", 0), "");
        assert_eq!(fit_before("Paddington", " (U)", 9), "Pad.. (U)");
        assert_eq!(fit_before("Up", " (U)", 9), "Up (U)");
        assert_eq!(fit_before("Paddington", " (12A)", 4), " (..");
    }

    #[test]
    fn text_is_cut_between_what_people_see_as_characters() {
        // A vowel sign stays with its consonant, an accent with its letter.
        assert_eq!(fit("नदी के किनारे", 5), "नदी..");
        assert_eq!(fit("e\u{301}te\u{301} long", 5), "e\u{301}te\u{301}..");
        assert_eq!(fit("ที่นี่ไม่มีใคร", 4), "ที่นี่..");
        // Letters that a font may join have a cell each all the same.
        assert_eq!(columns_of("لا"), 2);
        assert_eq!(columns_of(&pad("لا شيء", 9)), 9);
    }

    #[test]
    fn the_end_of_a_long_field_is_on_the_screen() {
        let area = Rect::new(0, 0, 20, 1);
        let mut buffer = Buffer::empty(area);
        let mut sheet = Sheet::new(&mut buffer, area, Theme::DEFAULT);
        let typed: Input = "0123456789 abcdefghij".into();
        assert_eq!(sheet.field(8, 0, 12, &typed), 19);
        let line = |buffer: &Buffer| {
            buffer
                .content
                .iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
        };
        assert_eq!(line(&buffer), "         abcdefghij ");
        let mut buffer = Buffer::empty(area);
        let mut sheet = Sheet::new(&mut buffer, area, Theme::DEFAULT);
        let typed = typed.with_cursor(3);
        assert_eq!(sheet.field(8, 0, 12, &typed), 11);
        assert_eq!(line(&buffer), "        0123456789 a");
    }

    #[test]
    fn the_marked_line_is_in_the_window() {
        for marked in 0..50 {
            let first = window(marked, 50, 7);
            assert!(first <= marked && marked < first + 7);
        }
        assert_eq!(window(3, 5, 7), 0);
    }
}
