//! The customer's display: a till's seat map on another terminal. It reads what the till lets its
//! customer see and what the server tells everybody; it has no token, no keys that sell, no names.

use houseful_core::{
    layout::BlockReason,
    time::UtcMillis,
    wire::seats::SeatMark,
};

use super::{
    desk::Desk,
    hall::SeatLook,
    key::Key,
    msg::{Effect, Msg},
    watched::Watched,
    wording,
};
use crate::mirror::{Picture, Seen};

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum DisplayMsg {
    /// The till shows this from now on.
    Till(Seen),
    /// What happens to all screens.
    Any(Msg),
}

/// All that the display knows.
#[derive(Clone, Debug)]
pub struct Display {
    /// Which till it follows.
    pub till: String,
    /// What that till shows.
    pub seen: Seen,
    /// The show, once a till sells it.
    pub watched: Option<Watched>,
    /// Time, connection, questions.
    pub desk: Desk,
}

impl Display {
    /// The display of a till.
    #[must_use]
    pub fn of(till: String) -> Self {
        Self {
            till,
            seen: Seen::Closed,
            watched: None,
            desk: Desk::default(),
        }
    }

    /// What the till shows its customer, if there is one.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        match &self.seen {
            Seen::Open(posted) => posted.picture.as_ref(),
            Seen::Closed => None,
        }
    }

    /// Takes a message over, and tells what has to be done.
    pub fn update(&mut self, msg: DisplayMsg, now: UtcMillis) -> Vec<Effect> {
        self.desk.now = now.max(self.desk.now);
        match msg {
            DisplayMsg::Till(seen) => self.follow(seen),
            DisplayMsg::Any(Msg::Key(key)) => self.press(key),
            DisplayMsg::Any(Msg::Answer(answer)) => {
                if let Some(heard) = answer.heard {
                    self.desk.clock.hear(heard);
                }
                if let Some(watched) = &mut self.watched {
                    watched.answer(&mut self.desk, &answer);
                }
            }
            DisplayMsg::Any(Msg::Feed(generation, news)) => {
                if let Some(watched) = &mut self.watched {
                    watched.news(&mut self.desk, generation, &news);
                }
            }
            DisplayMsg::Any(Msg::Stop) => self.quit(),
            DisplayMsg::Any(Msg::Suspend) => self.desk.suspend(),
            DisplayMsg::Any(Msg::Continued) => self.desk.then(Effect::Resume),
            DisplayMsg::Any(_) => {}
        }
        if let Some(watched) = &mut self.watched {
            watched.tick(&mut self.desk);
        }
        // Nobody stands at its keyboard: what fails is tried again, and the seats stay away until
        // they are known.
        self.desk.overlays.clear();
        self.desk.take_effects()
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Char('q') | Key::Esc | Key::Ctrl('c') => self.quit(),
            Key::Ctrl('l') => self.desk.then(Effect::Redraw),
            Key::Ctrl('z') => self.desk.suspend(),
            _ => {}
        }
    }

    fn quit(&mut self) {
        self.desk.over = true;
        self.desk.then(Effect::Quit);
    }

    fn follow(&mut self, seen: Seen) {
        let server = |seen: &Seen| match seen {
            Seen::Open(posted) => Some(posted.server.clone()),
            Seen::Closed => None,
        };
        let moved = server(&seen) != server(&self.seen);
        self.seen = seen;
        let show = self.picture().map(|p| p.show);
        if moved || show != self.watched.as_ref().map(|w| w.show) {
            self.desk.unwatch();
            self.watched = show.map(|show| Watched::open(&mut self.desk, show));
        }
    }

    /// What every seat is for the customer: theirs, free, or taken. Held, kept and broken seats
    /// look sold.
    #[must_use]
    pub fn looks(&self) -> Vec<SeatLook> {
        let Some((hall, board)) = self
            .watched
            .as_ref()
            .and_then(|w| Some((w.hall.as_ref()?, w.board.as_ref()?)))
        else {
            return Vec::new();
        };
        let now = self.desk.server_now();
        let lines = self.picture().map_or(&[][..], |p| &p.lines);
        hall.seats()
            .map(|(no, seat)| match board.mark(no, now) {
                _ if lines.iter().any(|l| l.seat == seat.label) => SeatLook::Mine,
                SeatMark::Free => SeatLook::Free(hall.letter(seat)),
                SeatMark::Held
                | SeatMark::Booked
                | SeatMark::Blocked(
                    BlockReason::Broken | BlockReason::House | BlockReason::Companion,
                ) => SeatLook::Booked,
            })
            .collect()
    }

    /// What the screen says where there are no seats to show.
    #[must_use]
    pub fn waiting(&self) -> String {
        match (&self.seen, &self.watched) {
            (Seen::Closed, _) => wording::display_closed(&self.till),
            (Seen::Open(_), None) => wording::DISPLAY_WELCOME.to_owned(),
            (Seen::Open(_), Some(_)) => wording::LOADING.to_owned(),
        }
    }

    /// When something on the screen changes by itself, in local time.
    #[must_use]
    pub fn wake_at(&self) -> Option<UtcMillis> {
        let watched = self.watched.as_ref()?;
        let end = watched.board.as_ref()?.next_end(self.desk.server_now());
        let end = end.and_then(|end| self.desk.clock.local_of(end, self.desk.now));
        [watched.again_at(), end].into_iter().flatten().min()
    }
}
