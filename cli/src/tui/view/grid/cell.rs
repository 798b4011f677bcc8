//! One seat. Its character stands in every view; what stands around it depends on the room:
//!
//! | columns | free | ours | others | with the cursor | in a range |
//! |---|---|---|---|---|---|
//! | 1 | `o` | `#` | `.` | beside the row and above | the readout tells |
//! | 2 | ` o` | ` #` | ` .` | `>o` | `-o` |
//! | 3 | ` o ` | `[#]` | ` . ` | `>o<` | `-o ` |
//! | 4 | `p 8 ` | `[ 8]` | `  . ` | `p 8<`, and `>` before it | `-` before it |
//!
//! At four columns the hall's first category has no letter: a number alone is a free seat of it.

use ratatui::style::Style;

use crate::tui::{hall::SeatLook, seats::Zoom, theme::Theme, view::sheet::Sheet};

/// A seat to be drawn.
pub(super) struct Cell {
    pub(super) look: SeatLook,
    pub(super) number: u16,
    /// Whether it is of the hall's first category.
    pub(super) is_plain: bool,
    pub(super) is_cursor: bool,
    pub(super) is_in_range: bool,
    /// Whether somebody else changed it just now.
    pub(super) is_fresh: bool,
}

impl Cell {
    /// Draws it; gives the column of its character.
    pub(super) fn draw(
        &self,
        sheet: &mut Sheet<'_>,
        at: (u16, u16),
        zoom: Zoom,
        width: u16,
    ) -> u16 {
        let (x, y) = at;
        let theme = sheet.theme();
        let style = self.style(theme);
        match zoom {
            Zoom::Blocks | Zoom::One => {
                sheet.dot(x, y, self.look.glyph(), style);
                x
            }
            Zoom::Two | Zoom::Three => {
                if zoom == Zoom::Three && self.look == SeatLook::Mine {
                    sheet.dot(x, y, '[', style);
                    sheet.dot(x + 2, y, ']', style);
                }
                self.draw_marks(sheet, (x, y), (zoom == Zoom::Three).then_some(x + 2));
                sheet.dot(x + 1, y, self.look.glyph(), style);
                x + 1
            }
            Zoom::Four => {
                let last = x + width.saturating_sub(1);
                let is_bare = self.draw_number(sheet, (x, y), last, style);
                let before = if is_bare { x } else { x.saturating_sub(1) };
                self.draw_marks(sheet, (before, y), Some(last));
                last.saturating_sub(1)
            }
        }
    }

    /// A number for what is free or ours, a character for the rest; tells whether the first column
    /// is blank.
    fn draw_number(&self, sheet: &mut Sheet<'_>, at: (u16, u16), last: u16, style: Style) -> bool {
        let (x, y) = at;
        let digits = usize::from((last - x).saturating_sub(1));
        let text = match self.look {
            SeatLook::Free(_) | SeatLook::Mine => self.number.to_string(),
            look => look.glyph().to_string(),
        };
        for (column, c) in (x + 1..).zip(format!("{text:>digits$}").chars()) {
            sheet.dot(column, y, c, style);
        }
        match self.look {
            SeatLook::Free(letter) if !self.is_plain => sheet.dot(x, y, letter, style),
            SeatLook::Mine => {
                sheet.dot(x, y, '[', style);
                sheet.dot(last, y, ']', style);
            }
            _ => return true,
        }
        false
    }

    /// The cursor around it, or the range before it.
    fn draw_marks(&self, sheet: &mut Sheet<'_>, before: (u16, u16), after: Option<u16>) {
        let strong = sheet.theme().strong();
        if self.is_cursor {
            sheet.dot(before.0, before.1, '>', strong);
            if let Some(after) = after {
                sheet.dot(after, before.1, '<', strong);
            }
        } else if self.is_in_range {
            sheet.dot(before.0, before.1, '-', strong);
        }
    }

    fn style(&self, theme: Theme) -> Style {
        let style = match self.look {
            SeatLook::Free(_) => theme.text(),
            SeatLook::Mine => theme.mine(),
            SeatLook::Asking | SeatLook::Held => theme.waiting(),
            SeatLook::Booked | SeatLook::House | SeatLook::Broken => theme.faint(),
        };
        if self.is_cursor || self.is_in_range {
            style.patch(theme.marked())
        } else if self.is_fresh {
            style.patch(theme.strong()).patch(theme.marked())
        } else {
            style
        }
    }
}
