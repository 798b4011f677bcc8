//! A place to draw on that never draws outside of itself, whatever the size of the window, and
//! never lets foreign text break a line.

use houseful_core::text::is_unsafe;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::{keymap::Keymap, msg::Hit, theme::Theme};

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
pub struct Hits(Vec<(Part, Hit)>);

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
            .map(|(_, hit)| *hit)
    }
}

/// The screen.
pub(super) struct Sheet<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    theme: Theme,
    keys: Option<&'a Keymap>,
    hits: Vec<(Part, Hit)>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, theme: Theme) -> Self {
        let area = area.intersection(buffer.area);
        Self {
            buffer,
            area,
            theme,
            keys: None,
            hits: Vec::new(),
        }
    }

    /// Says the keys that sentences name as they are bound.
    pub(super) fn naming(mut self, keys: &'a Keymap) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Notes what is drawn in some columns of a row, for the mouse.
    pub(super) fn hit(&mut self, x: u16, y: u16, width: u16, hit: Hit) {
        let part = self.part(x, y, width, 1);
        self.hits.push((part, hit));
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
        self.keys
            .map_or_else(|| text.to_owned(), |keys| keys.say(text))
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

    /// Empties a rectangle.
    pub(super) fn clear(&mut self, part: Part) {
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

/// How many columns text takes.
pub(super) fn columns_of(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Text in at most so many columns, without characters that could break the line; what is cut off
/// ends in `..`.
pub(super) fn fit(text: &str, columns: u16) -> String {
    let clean: String = text.chars().filter(|c| !is_unsafe(*c)).collect();
    let columns = usize::from(columns);
    if clean.width() <= columns {
        return clean;
    }
    let room = columns.saturating_sub(2);
    let mut used = 0;
    let mut cut = String::new();
    for c in clean.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        cut.push(c);
    }
    let dots = columns.min(2);
    cut.push_str(&".."[..dots]);
    cut
}

/// Text in exactly so many columns, filled with blanks on the right.
pub(super) fn pad(text: &str, columns: u16) -> String {
    let mut text = fit(text, columns);
    let missing = usize::from(columns).saturating_sub(text.width());
    text.extend(std::iter::repeat_n(' ', missing));
    text
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
