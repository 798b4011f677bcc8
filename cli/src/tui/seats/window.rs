//! Which part of the hall is in the window, and how large.

use super::{Arrangement, Seats, Section, Zoom};
use crate::tui::{
    desk::Desk,
    hall::{Blocks, Hall, Way},
    wording,
};

impl Seats {
    /// Moves the cursor, from block to block where those are drawn.
    pub(super) fn step(&mut self, way: Way) {
        let Some(hall) = &self.hall else { return };
        let arranged = self.arrangement(hall, self.window);
        self.cursor = if arranged.zoom == Zoom::Blocks {
            Blocks::of(hall, usize::from(arranged.lines())).step(hall, self.cursor, way)
        } else {
            hall.step(self.cursor, way)
        };
        self.moved = true;
    }

    /// Where everything is in a window of this size.
    #[must_use]
    pub fn arrangement(&self, hall: &Hall, window: (u16, u16)) -> Arrangement {
        Arrangement::of(hall, window, self.zoom_by_hand, self.booking.is_some())
    }

    /// The part of the hall that is on the screen.
    #[must_use]
    pub fn section(&self, hall: &Hall, arranged: &Arrangement) -> Section {
        Section::of(hall, arranged, self.cursor, self.section.as_ref())
    }

    /// The window has this size now, and the cursor may have moved.
    pub fn fit(&mut self, window: (u16, u16)) {
        self.window = window;
        if let Some(hall) = &self.hall {
            let arranged = self.arrangement(hall, window);
            self.section = Some(self.section(hall, &arranged));
        }
    }

    /// How large seats are drawn.
    #[must_use]
    pub fn zoom(&self) -> Zoom {
        let hall = self.hall.as_ref();
        hall.map_or(Zoom::Two, |hall| self.arrangement(hall, self.window).zoom)
    }

    /// Whether Enter opens the block under the cursor: where there is something to pay, it pays.
    pub(super) fn opens_block(&self) -> bool {
        let nothing = self.booking.is_none() && self.asking.is_none() && self.ahead.is_empty();
        nothing && self.goto.is_none() && self.is_loaded() && self.zoom() == Zoom::Blocks
    }

    /// From blocks to their seats.
    pub(super) fn zoom_in(&mut self) {
        if let Some(hall) = &self.hall {
            self.zoom_by_hand = Some(Arrangement::inside(hall, self.window));
        }
    }

    /// One step closer or back.
    pub(super) fn turn_zoom(&mut self, desk: &mut Desk, closer: bool) {
        let zoom = self.zoom();
        let next = if closer { zoom.closer() } else { zoom.wider() };
        match next {
            Some(next) => self.zoom_by_hand = Some(next),
            None => desk.say(wording::no_zoom(closer)),
        }
    }
}
