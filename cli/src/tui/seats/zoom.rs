//! How large the seats are drawn, and where the booking stands beside them: chosen by the size of
//! hall and window, or by hand.

use houseful_core::seat::SeatNo;

use crate::tui::hall::{Blocks, Hall};

/// How large seats are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zoom {
    /// A cell for each block of seats.
    Blocks,
    /// One column a seat.
    One,
    /// Two columns a seat.
    Two,
    /// Three columns a seat.
    Three,
    /// Four columns a seat, with its number.
    Four,
}

impl Zoom {
    /// All of them, the farthest away first.
    pub const ALL: [Self; 5] = [Self::Blocks, Self::One, Self::Two, Self::Three, Self::Four];

    /// One step closer; `None` when there is none.
    #[must_use]
    pub fn closer(self) -> Option<Self> {
        Self::ALL.into_iter().find(|zoom| *zoom > self)
    }

    /// One step back; `None` when there is none.
    #[must_use]
    pub fn wider(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|zoom| *zoom < self)
    }
}

/// Columns of the booking beside the grid, at least.
pub const PANEL_COLUMNS: u16 = 24;
/// Rows of the booking under the grid, at least and at most.
const PANEL_ROWS: (u16, u16) = (2, 4);
/// Header and counts above, readout and keys below.
const AROUND: u16 = 5;
/// The screen and the numbers above the seats.
pub const ABOVE_SEATS: u16 = 2;
/// Columns of the grid at least: the screen above the seats has to be readable.
const GRID_MIN: u16 = 22;
/// Windows from this width on get seats with room around them.
const WIDE: u16 = 110;
/// Windows from this width on keep the booking at the side of a hall that is too wide anyway.
const SIDE: u16 = 80;
/// Columns of a block's cell: the cursor, three digits, whether seats of ours are in it.
pub const BLOCK_CELL: u16 = 5;

/// Where everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// How large seats are drawn.
    pub zoom: Zoom,
    /// Columns of the grid.
    pub columns: u16,
    /// Rows of the grid, with what is above its seats.
    pub rows: u16,
    /// Whether the booking is beside the grid; else it is under it.
    pub beside: bool,
}

impl Arrangement {
    /// Lines for seats or blocks.
    #[must_use]
    pub fn lines(&self) -> u16 {
        self.rows.saturating_sub(ABOVE_SEATS)
    }

    /// What suits this hall in a window of so many columns and rows.
    ///
    /// The closest view that shows whole rows wins. A hall that is too wide for any, or more than
    /// twice as high as the window, starts in blocks until seats are `held`: from then on their
    /// surroundings are worth more than the whole.
    #[must_use]
    pub fn of(hall: &Hall, window: (u16, u16), by_hand: Option<Zoom>, held: bool) -> Self {
        if let Some(zoom) = by_hand {
            return Self::with(hall, window, zoom);
        }
        let closest = Self::closest(hall, window);
        let suits = closest.is_some_and(|zoom| {
            let lines = usize::from(Self::with(hall, window, zoom).lines());
            hall.seat_rows().len() <= 2 * lines
        });
        let zoom = match closest {
            Some(zoom) if suits || held => zoom,
            None if held => Zoom::Two,
            _ => Zoom::Blocks,
        };
        Self::with(hall, window, zoom)
    }

    /// The view that blocks open into.
    #[must_use]
    pub fn inside(hall: &Hall, window: (u16, u16)) -> Zoom {
        Self::closest(hall, window).unwrap_or(Zoom::Two)
    }

    /// The closest view that shows whole rows. Numbers on the seats are for windows with room for
    /// the booking beside them.
    fn closest(hall: &Hall, (columns, _): (u16, u16)) -> Option<Zoom> {
        let offered = if columns >= WIDE {
            &[Zoom::Four, Zoom::Three, Zoom::Two, Zoom::One][..]
        } else {
            &[Zoom::Two, Zoom::One]
        };
        let fits = |zoom: &Zoom| {
            let panel = if *zoom > Zoom::Two { PANEL_COLUMNS } else { 0 };
            Ruler::new(hall, *zoom).width() + panel <= columns
        };
        offered.iter().copied().find(fits)
    }

    fn with(hall: &Hall, (columns, rows): (u16, u16), zoom: Zoom) -> Self {
        let height = rows.saturating_sub(AROUND);
        let needed = match zoom {
            Zoom::Blocks => {
                // Names on the right too, unless that costs the booking its place.
                let (needed, right) = (block_columns(hall), block_margin(hall) - 1);
                let fits = needed + right + PANEL_COLUMNS <= columns;
                if fits { needed + right } else { needed }
            }
            zoom => Ruler::new(hall, zoom).width(),
        };
        let needed = needed.max(GRID_MIN);
        let fits_beside = needed.saturating_add(PANEL_COLUMNS) <= columns;
        let beside = fits_beside || needed > columns && columns >= SIDE;
        if beside {
            return Self {
                zoom,
                columns: needed.min(columns.saturating_sub(PANEL_COLUMNS)),
                rows: height,
                beside,
            };
        }
        let seats = count(hall.seat_rows().len());
        let left = height.saturating_sub(seats.saturating_add(ABOVE_SEATS));
        let panel = left.clamp(PANEL_ROWS.0, PANEL_ROWS.1);
        Self {
            zoom,
            columns,
            rows: height.saturating_sub(panel),
            beside,
        }
    }
}

/// Columns of the whole hall in blocks.
fn block_columns(hall: &Hall) -> u16 {
    let across = count(Blocks::of(hall, 1).across);
    block_margin(hall).saturating_add(across.saturating_mul(BLOCK_CELL))
}

/// Columns for the names of a block's rows, `AA-CC`, with a blank on both sides.
#[must_use]
pub fn block_margin(hall: &Hall) -> u16 {
    2 * hall.row_name_columns() + 3
}

/// Where the columns of a hall are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruler {
    /// Columns a seat takes.
    pub seat: u16,
    /// Columns left of the seats.
    pub left: u16,
    /// Columns right of them.
    pub right: u16,
    /// Where each drawn column begins, and the last one ends.
    starts: Vec<u16>,
}

impl Ruler {
    /// The columns of a hall in one of the views of single seats.
    #[must_use]
    pub fn new(hall: &Hall, zoom: Zoom) -> Self {
        let digits = if hall.highest_number() > 99 { 3 } else { 2 };
        let (seat, aisle) = match zoom {
            Zoom::Blocks | Zoom::One => (1, 1),
            Zoom::Two => (2, 2),
            Zoom::Three => (3, 2),
            Zoom::Four => (digits + 2, 2),
        };
        let mut starts = vec![0];
        let (mut at, mut seats) = (0_u16, hall.seat_columns().iter().peekable());
        for column in 0..hall.layout.columns {
            let is_seat = seats.next_if(|c| **c == column).is_some();
            at = at.saturating_add(if is_seat { seat } else { aisle });
            starts.push(at);
        }
        let name = hall.row_name_columns();
        // Where a seat's own columns do not begin with a blank, one has to be there.
        let (left, right) = match zoom {
            Zoom::One | Zoom::Blocks => (name + 2, name + 2),
            Zoom::Four => (name + 2, name + 1),
            Zoom::Two | Zoom::Three => (name + 1, name + 1),
        };
        Self {
            seat,
            left,
            right,
            starts,
        }
    }

    /// Columns of the whole hall.
    #[must_use]
    pub fn width(&self) -> u16 {
        let seats = self.starts.last().copied().unwrap_or(0);
        seats.saturating_add(self.left).saturating_add(self.right)
    }

    /// Where a drawn column begins.
    #[must_use]
    pub fn start(&self, column: u16) -> u16 {
        let last = self.starts.len().saturating_sub(1);
        let at = usize::from(column).min(last);
        self.starts.get(at).copied().unwrap_or(0)
    }

    /// The drawn columns that fit into so many, with the one in focus: the first, and the one
    /// after the last. It stays at `from` as long as that shows the focus.
    fn part(&self, focus: u16, room: u16, from: u16) -> (u16, u16) {
        let all = u16::try_from(self.starts.len().saturating_sub(1)).unwrap_or(0);
        let room = room.saturating_sub(self.left + self.right);
        let mut first = scrolled(focus, all, room / self.seat.max(1), from);
        let fits = |first: u16, end: u16| self.start(end) - self.start(first) <= room;
        let mut end = first;
        while end < all && fits(first, end + 1) {
            end += 1;
        }
        while end == all && first > 0 && fits(first - 1, end) {
            first -= 1;
        }
        (first, end)
    }
}

/// The part of a hall that is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// How large it is drawn.
    pub zoom: Zoom,
    /// Drawn columns, or blocks: the first, and the one after the last.
    pub columns: (u16, u16),
    /// Drawn rows, in order; walkways are left out where that makes room.
    pub rows: Vec<u16>,
    /// How many of the rows are above.
    pub above: u16,
}

impl Section {
    /// The part that is on the screen with this seat, as near as can be to the one before it: a
    /// step of the cursor then changes few cells.
    #[must_use]
    pub fn of(hall: &Hall, arranged: &Arrangement, focus: SeatNo, before: Option<&Self>) -> Self {
        let before = before.filter(|b| b.zoom == arranged.zoom);
        let from = before.map_or((0, 0), |b| (b.columns.0, b.above));
        if arranged.zoom == Zoom::Blocks {
            return Self::of_blocks(hall, arranged, focus, from.0);
        }
        let (row, column) = hall.seat(focus).map_or((0, 0), |s| (s.row, s.column));
        let columns = Ruler::new(hall, arranged.zoom).part(column, arranged.columns, from.0);
        let lines = arranged.lines();
        let all: Vec<u16> = if hall.layout.rows <= lines {
            (0..hall.layout.rows).collect()
        } else {
            hall.seat_rows().collect()
        };
        let at = all.partition_point(|r| *r < row);
        let above = scrolled(count(at), count(all.len()), lines, from.1);
        let rows = all.into_iter().skip(usize::from(above));
        Self {
            zoom: arranged.zoom,
            columns,
            rows: rows.take(usize::from(lines)).collect(),
            above,
        }
    }

    fn of_blocks(hall: &Hall, arranged: &Arrangement, focus: SeatNo, from: u16) -> Self {
        let blocks = Blocks::of(hall, usize::from(arranged.lines()));
        let room = arranged.columns.saturating_sub(block_margin(hall)) / BLOCK_CELL;
        let (across, _) = blocks.at(hall, focus);
        let first = scrolled(count(across), count(blocks.across), room, from);
        Self {
            zoom: Zoom::Blocks,
            columns: (first, (first + room).min(count(blocks.across))),
            rows: Vec::new(),
            above: 0,
        }
    }
}

fn count(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// The first of `all` lines that is drawn where `room` of them fit, so that the one in focus is
/// among them and not at the edge. It stays at `from` as long as it can, then centres the focus.
fn scrolled(focus: u16, all: u16, room: u16, from: u16) -> u16 {
    if all <= room {
        return 0;
    }
    let last = all - room;
    let from = from.min(last);
    let edge = (room / 6).min(2);
    let clear_above = from == 0 || focus >= from + edge;
    let clear_below = from == last || focus + edge < from + room;
    let inside = (from..from + room).contains(&focus);
    if inside && clear_above && clear_below {
        from
    } else {
        focus.saturating_sub(room / 2).min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_focus_is_always_in_the_part_that_is_drawn() {
        for room in 1..30 {
            for all in 1..70 {
                for (focus, from) in (0..all).flat_map(|f| [(f, 0), (f, f), (f, 90), (f, all / 2)])
                {
                    let first = scrolled(focus, all, room, from);
                    assert!(
                        first <= focus && focus < first + room,
                        "{focus} {all} {room}"
                    );
                    assert!(first == 0 || first + room <= all);
                    assert_eq!(scrolled(focus, all, room, first), first, "it stays there");
                }
            }
        }
    }

    #[test]
    fn a_step_back_never_scrolls_back() {
        let there = scrolled(18, 60, 20, 0);
        assert_eq!((there, scrolled(17, 60, 20, there)), (8, 8));
    }
}
