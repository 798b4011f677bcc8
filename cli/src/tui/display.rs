//! The customer's display: a till's seat map on another terminal. It reads what the till lets its
//! customer see, and what the server tells everybody; it has no token, no keys that sell, and
//! names nobody.

use houseful_core::{ids::ShowId, time::UtcMillis};

use super::{
    desk::Desk,
    hall::SeatLook,
    key::Key,
    msg::{Ask, Effect, Failure, Msg, Reply},
    question::Question,
    seats::{self, Seats},
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
    /// The seats of the show that the till sells, once they are on their way.
    pub seats: Option<Seats>,
    /// Time, connection, questions.
    pub desk: Desk,
    /// Columns and rows of the window.
    pub size: (u16, u16),
    /// Asks for the show.
    asks_show: Question,
    asked: Option<ShowId>,
    /// When the seats are asked for anew that the server would not tell.
    reload_at: Option<UtcMillis>,
}

/// How long to wait before that.
const RETRY_MS: i64 = 5_000;

impl Display {
    /// The display of a till.
    #[must_use]
    pub fn of(till: String) -> Self {
        Self {
            till,
            seen: Seen::Closed,
            seats: None,
            desk: Desk::default(),
            size: (0, 0),
            asks_show: Question::default(),
            asked: None,
            reload_at: None,
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

    /// Where the till's server listens.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        match &self.seen {
            Seen::Open(posted) => Some(&posted.server),
            Seen::Closed => None,
        }
    }

    /// Takes a message over, and tells what has to be done.
    pub fn update(&mut self, msg: DisplayMsg, now: UtcMillis) -> Vec<Effect> {
        self.desk.now = now.max(self.desk.now);
        match msg {
            DisplayMsg::Till(seen) => self.follow(seen),
            DisplayMsg::Any(msg) => self.take(msg),
        }
        if self.asks_show.is_due(self.desk.now) {
            self.ask_show();
        }
        if let Some(seats) = &mut self.seats {
            seats.fit(self.size);
            seats.tick(&mut self.desk);
        }
        self.reload();
        // Nobody stands at its keyboard: what fails is tried again, and the seats stay away until
        // they are known.
        self.desk.overlays.clear();
        self.desk.take_effects()
    }

    fn take(&mut self, msg: Msg) {
        match msg {
            Msg::Key(key) => self.press(key),
            Msg::Resized(columns, rows) => self.size = (columns, rows),
            Msg::Answer(answer) => {
                if let Some(heard) = answer.heard {
                    self.desk.clock.hear(heard);
                }
                if self.asks_show.takes(answer.generation) {
                    self.take_show(&answer.result);
                } else if let Some(seats) = &mut self.seats {
                    seats.answer(&mut self.desk, &answer);
                }
                self.point();
            }
            Msg::Feed(generation, news) => {
                if let Some(seats) = &mut self.seats {
                    seats.news(&mut self.desk, generation, &news);
                }
            }
            Msg::Stop => self.quit(),
            _ => {}
        }
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Char('q') | Key::Esc | Key::Ctrl('c') => self.quit(),
            Key::Ctrl('l') => self.desk.then(Effect::Redraw),
            _ => {}
        }
    }

    fn quit(&mut self) {
        self.desk.over = true;
        self.desk.then(Effect::Quit);
    }

    /// The till shows something else.
    fn follow(&mut self, seen: Seen) {
        let moved = |old: &Self, seen: &Seen| match seen {
            Seen::Open(posted) => old.server() != Some(&posted.server),
            Seen::Closed => true,
        };
        let moved = moved(self, &seen);
        self.seen = seen;
        let show = self.picture().map(|picture| picture.show);
        if moved || show != self.asked {
            self.desk.unwatch();
            self.seats = None;
            self.asked = show;
            self.asks_show = Question::default();
            self.ask_show();
        }
        self.point();
    }

    fn ask_show(&mut self) {
        if let Some(show) = self.asked {
            self.asks_show.ask(&mut self.desk, Ask::Show(show));
        }
    }

    fn take_show(&mut self, result: &Result<Reply, Failure>) {
        match result {
            Ok(Reply::Show(detail)) => {
                self.asks_show.answered();
                self.seats = Some(Seats::open(&mut self.desk, detail.show.clone()));
            }
            Ok(_) => {}
            Err(failure) => drop(self.asks_show.failed(failure, self.desk.now)),
        }
    }

    /// Asks anew for a hall that was refused, or not understood: nobody here could.
    fn reload(&mut self) {
        let now = self.desk.now;
        let is_stuck =
            |seats: &&Seats| (seats.hall.is_none() || seats.board.is_none()) && !seats.is_waiting();
        let Some(seats) = self.seats.as_ref().filter(is_stuck) else {
            self.reload_at = None;
            return;
        };
        let at = *self.reload_at.get_or_insert(now.plus_ms(RETRY_MS));
        if at <= now {
            let show = seats.show.clone();
            self.seats = Some(Seats::open(&mut self.desk, show));
            self.reload_at = None;
        }
    }

    /// The customer's seats are in the part of the hall that is drawn.
    fn point(&mut self) {
        let first = self.picture().and_then(|p| p.lines.first()).map(|l| l.seat);
        if let (Some(seats), Some(first)) = (&mut self.seats, first)
            && let Some(no) = seats.hall.as_ref().and_then(|hall| hall.find(first))
        {
            seats.cursor = no;
        }
    }

    /// What every seat is for the customer: theirs, free, or taken. Held, kept and broken seats
    /// look sold.
    #[must_use]
    pub fn for_customer(&self) -> Option<seats::Picture<'_>> {
        let mut picture = self.seats.as_ref()?.picture(&self.desk)?;
        let mine = self.picture().map_or(&[][..], |p| &p.lines);
        for ((_, seat), look) in picture.hall.seats().zip(&mut picture.looks) {
            *look = match *look {
                _ if mine.iter().any(|line| line.seat == seat.label) => SeatLook::Mine,
                SeatLook::Free(letter) => SeatLook::Free(letter),
                SeatLook::Mine
                | SeatLook::Asking
                | SeatLook::Held
                | SeatLook::Booked
                | SeatLook::House
                | SeatLook::Broken => SeatLook::Booked,
            };
        }
        Some(picture)
    }

    /// What the screen says where there are no seats to show.
    #[must_use]
    pub fn waiting(&self) -> String {
        match (&self.seen, self.picture()) {
            (Seen::Closed, _) => wording::display_closed(&self.till),
            (Seen::Open(_), None) => wording::DISPLAY_WELCOME.to_owned(),
            (Seen::Open(_), Some(_)) => wording::LOADING.to_owned(),
        }
    }

    /// When something on the screen changes by itself, in local time.
    #[must_use]
    pub fn wake_at(&self) -> Option<UtcMillis> {
        let seats = self.seats.as_ref();
        let board = seats.and_then(|seats| seats.board.as_ref());
        let end = board.and_then(|board| board.next_end(self.desk.server_now()));
        let end = end.and_then(|end| self.desk.clock.local_of(end, self.desk.now));
        let again = seats.and_then(Seats::again_at);
        let fades = seats.and_then(|seats| seats.others.fades_at());
        let shows = self.asks_show.again_at();
        let soonest = [shows, again, end, fades, self.reload_at]
            .into_iter()
            .flatten()
            .min();
        soonest.map(|at| at.max(self.desk.now.plus_ms(1)))
    }
}
