//! The page of keys: its lines, and the part of them that is on the screen.

use super::{
    keymap::{Action, Keymap, Place},
    model::WINDOW_MIN,
    wording,
};

/// The widest box of the page, with its edges.
const WIDTH_MAX: u16 = 84;
/// Edges and blanks on both sides of the lines.
const AROUND: u16 = 4;
/// Rows that the lines can't have: the edges, the heading, the view's own head with the time that is
/// left of a hold above the box, and the keys of the page below it.
const ROWS_AROUND: u16 = 7;

/// The page of keys of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    /// Whose keys.
    pub place: Place,
    /// The first row of lines that is on the screen.
    top: usize,
}

/// What of the page is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Columns of the box, with its edges.
    pub width: u16,
    /// Rows of lines, each with one or two of them.
    pub rows: Vec<Vec<String>>,
    /// The first row that is on the screen.
    pub top: usize,
    /// How many rows are on the screen.
    pub room: usize,
}

impl Page {
    /// Whether there is more than the screen shows.
    #[must_use]
    pub fn scrolls(&self) -> bool {
        self.rows.len() > self.room
    }

    /// The last row that the page can begin with.
    fn last_top(&self) -> usize {
        self.rows.len().saturating_sub(self.room)
    }
}

impl Help {
    /// The page from its top.
    #[must_use]
    pub const fn of(place: Place) -> Self {
        Self { place, top: 0 }
    }

    /// The page in a window of so many columns and rows: in two columns where all lines fit into
    /// them whole and one is not enough.
    #[must_use]
    pub fn page(&self, keymap: &Keymap, (columns, rows): (u16, u16)) -> Page {
        let lines: Vec<String> = keymap
            .help(self.place)
            .map(|line| wording::help_line(&keymap.say(line.help), line))
            .collect();
        let width = columns.saturating_sub(2).min(WIDTH_MAX);
        let room = usize::from(rows.saturating_sub(ROWS_AROUND)).max(1);
        let half = usize::from(width.saturating_sub(AROUND) / 2);
        // The texts are ours; each of their characters has one column.
        let is_narrow = lines.iter().all(|line| line.chars().count() < half);
        let rows: Vec<Vec<String>> = if lines.len() > room && is_narrow {
            let (left, right) = lines.split_at(lines.len().div_ceil(2));
            let right = right.iter().map(Some).chain(std::iter::repeat(None));
            let pairs = left.iter().zip(right);
            let pair = |(left, right): (&String, Option<&String>)| {
                std::iter::once(left).chain(right).cloned().collect()
            };
            pairs.map(pair).collect()
        } else {
            lines.into_iter().map(|line| vec![line]).collect()
        };
        let mut page = Page {
            width,
            rows,
            top: 0,
            room,
        };
        page.top = self.top.min(page.last_top());
        page
    }

    /// A key of the page was pressed; `false` when it closes the page.
    pub fn act(&mut self, action: Action, keymap: &Keymap, size: (u16, u16)) -> bool {
        // Before the size is known the least is taken for it.
        let size = if size == (0, 0) { WINDOW_MIN } else { size };
        let page = self.page(keymap, size);
        let (last, step) = (page.last_top(), page.room.saturating_sub(1).max(1));
        self.top = match action {
            Action::Up => page.top.saturating_sub(1),
            Action::Down => page.top + 1,
            Action::PageUp => page.top.saturating_sub(step),
            Action::PageDown => page.top + step,
            Action::First => 0,
            Action::Last => last,
            _ => return false,
        }
        .min(last);
        true
    }
}
