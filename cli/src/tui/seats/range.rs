//! Picking a run of seats in a row: `v`, move, `v`.

use houseful_core::seat::{SeatLabel, SeatNo};

use super::{Seats, Wanted, zoom::Zoom};
use crate::tui::{
    desk::Desk,
    hall::{SeatLook, Way},
    keymap::Action,
    model::Step,
    wording,
};

impl Seats {
    /// A key was pressed while a range is being chosen.
    pub(super) fn act_in_range(&mut self, desk: &mut Desk, action: Action) -> Step {
        let way = match action {
            Action::Left => Way::Left,
            Action::Right => Way::Right,
            Action::Next => Way::NextBlock,
            Action::Previous => Way::PreviousBlock,
            Action::First => Way::RowStart,
            Action::Last => Way::RowEnd,
            Action::Pick => return self.take_range(desk),
            Action::Back => {
                self.range = None;
                return Step::Stay;
            }
            _ => return Step::Stay,
        };
        self.step(way);
        Step::Stay
    }

    /// Begins a range at the seat under the cursor.
    pub(super) fn begin_range(&mut self) {
        if self.zoom() == Zoom::Blocks {
            self.zoom_in();
        } else if self.hall.is_some() {
            self.range = Some(self.cursor);
        }
    }

    /// The seats of the range that is being chosen, left to right.
    #[must_use]
    pub fn in_range(&self) -> &[SeatNo] {
        let hall = self.hall.as_ref().zip(self.range);
        hall.map_or(&[], |(hall, from)| hall.between(from, self.cursor))
    }

    /// The seats of the range that can be bought, and those that are ours already.
    #[must_use]
    pub fn range_labels(&self, looks: &[SeatLook]) -> Vec<SeatLabel> {
        let open = |no: &&SeatNo| {
            let look = looks.get(no.index());
            matches!(look, Some(SeatLook::Free(_) | SeatLook::Mine))
        };
        let seats = self.in_range().iter().filter(open);
        seats
            .filter_map(|no| self.hall.as_ref()?.seat(*no))
            .map(|seat| seat.label)
            .collect()
    }

    fn take_range(&mut self, desk: &mut Desk) -> Step {
        let looks = self.looks(desk);
        let labels = self.range_labels(&looks);
        self.range = None;
        if labels.is_empty() {
            desk.say(wording::NONE_FREE_IN_RANGE);
            return Step::Stay;
        }
        self.want(desk, Wanted::Named(labels))
    }
}
