//! The live board of a show: who holds what and for how long, how full it is, and what changed
//! last. The feed drives it; nothing here can be bought or given up.

use std::collections::{BTreeMap, VecDeque};

use houseful_core::{
    ids::BookingId,
    price::Channel,
    seat::SeatNo,
    time::UtcMillis,
    wire::{
        booking::Booking,
        catalogue::Show,
        seats::{SeatMap, SeatMark, Version},
    },
};

use super::{
    desk::{Desk, Feed},
    hall::{Board, Hall},
    keymap::Action,
    list::moved,
    model::Step,
    msg::{Answer, Ask, BookingsWanted, Failure, Generation, News, Reply},
    question::Question,
    wording,
};

/// How many changes are remembered.
const CHANGES_MAX: usize = 200;
/// The least time between two questions for who holds what.
const HELD_EVERY_MS: i64 = 1_000;

/// Seats that became something at the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When it was heard, by the server's clock.
    pub at: UtcMillis,
    /// What they became.
    pub mark: SeatMark,
    /// The seats.
    pub seats: Vec<SeatNo>,
    /// Whose they are, or were: where that is known.
    pub by: Option<Holder>,
}

/// Who has seats: the public feed does not tell, staff can look it up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// Where the booking was made.
    pub channel: Channel,
    /// The account of staff that made it, if it was staff.
    pub account: Option<String>,
}

impl Holder {
    /// Who has a booking.
    #[must_use]
    pub fn of(booking: &Booking) -> Self {
        Self {
            channel: booking.channel,
            account: booking.by.clone(),
        }
    }
}

/// How many seats are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// For sale.
    pub free: usize,
    /// Held.
    pub held: usize,
    /// Sold, or paid for and being settled.
    pub sold: usize,
    /// Kept back by staff.
    pub blocked: usize,
}

/// The live board of a show.
#[derive(Clone, Debug)]
pub struct Live {
    /// The show.
    pub show: Show,
    /// Its hall, once it is here.
    pub hall: Option<Hall>,
    /// What each seat is, once it is here.
    pub board: Option<Board>,
    /// Who holds seats, the soonest end first.
    pub held: Vec<Booking>,
    /// Whether that was told.
    pub loaded: bool,
    /// Which of them is marked.
    pub cursor: usize,
    /// What changed, the newest first.
    pub changes: VecDeque<Change>,
    /// Why the server would not tell who holds what.
    pub refused: Option<String>,
    /// Who has a seat, as far as that was told.
    holders: BTreeMap<SeatNo, Holder>,
    /// Asks who bought seats that nobody was seen to hold.
    asks_sold: Question,
    asks_layout: Question,
    asks_map: Question,
    asks_held: Question,
    /// Whether something has changed since that was asked last.
    is_stale: bool,
    /// Whether changes came that do not follow the board: the next map is right, whatever its
    /// number.
    is_lost: bool,
    held_asked_at: UtcMillis,
    feed: Generation,
}

impl Live {
    /// Opens the board of a show.
    pub fn open(desk: &mut Desk, show: Show) -> Self {
        let id = show.id;
        let feed = desk.watch(id);
        Self {
            asks_layout: Question::asked(desk, Ask::Layout(id)),
            asks_map: Question::asked(desk, Ask::Seats(id)),
            asks_held: Question::asked(desk, Ask::Bookings(BookingsWanted::HeldOf(id))),
            held_asked_at: desk.now,
            feed,
            show,
            hall: None,
            board: None,
            held: Vec::new(),
            loaded: false,
            cursor: 0,
            changes: VecDeque::new(),
            refused: None,
            holders: BTreeMap::new(),
            asks_sold: Question::default(),
            is_stale: false,
            is_lost: false,
        }
    }

    /// The view is on top again: its feed may have been another's meanwhile.
    pub fn look_again(&mut self, desk: &mut Desk) {
        self.feed = desk.watch(self.show.id);
        self.load_map(desk);
        self.is_stale = true;
    }

    /// Whether this is the generation of its feed.
    #[cfg(test)]
    pub(super) fn follows(&self, generation: Generation) -> bool {
        self.feed == generation
    }

    /// The marked booking.
    #[must_use]
    pub fn marked(&self) -> Option<&Booking> {
        self.held.get(self.cursor)
    }

    /// How many seats are what at this time of the server.
    #[must_use]
    pub fn counts(&self, server_now: UtcMillis) -> Option<Counts> {
        let board = self.board.as_ref()?;
        let mut counts = Counts::default();
        for no in (0..).map(SeatNo).take(board.len()) {
            match board.mark(no, server_now) {
                SeatMark::Free => counts.free += 1,
                SeatMark::Held => counts.held += 1,
                SeatMark::Booked => counts.sold += 1,
                SeatMark::Blocked(_) => counts.blocked += 1,
            }
        }
        Some(counts)
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action) -> Step {
        match action {
            Action::Back => return Step::Back,
            Action::Accept => match self.marked() {
                Some(booking) => return Step::LookUp(booking.id),
                None => desk.say(wording::NOBODY_HOLDS),
            },
            Action::Refresh => {
                self.load_map(desk);
                self.load_held(desk);
            }
            _ => {
                if let Some(line) = moved(action, self.cursor, self.held.len()) {
                    self.move_to(line);
                }
            }
        }
        Step::Stay
    }

    fn move_to(&mut self, line: usize) {
        self.cursor = line.min(self.held.len().saturating_sub(1));
    }

    fn load_map(&mut self, desk: &mut Desk) {
        self.asks_map.ask(desk, Ask::Seats(self.show.id));
    }

    fn load_held(&mut self, desk: &mut Desk) {
        self.is_stale = false;
        self.held_asked_at = desk.now;
        let wanted = BookingsWanted::HeldOf(self.show.id);
        self.asks_held.ask(desk, Ask::Bookings(wanted));
    }

    /// When who holds what may be asked again, if it has to be.
    fn held_at(&self) -> Option<UtcMillis> {
        let wanted = self.is_stale && !self.asks_held.is_out();
        let soonest = self.held_asked_at.plus_ms(HELD_EVERY_MS);
        let again = self.asks_held.again_at();
        // A question that failed has its own time.
        again.or(wanted.then_some(soonest))
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        let (now, id) = (desk.now, self.show.id);
        if self.asks_layout.is_due(now) {
            self.asks_layout.ask(desk, Ask::Layout(id));
        }
        if self.asks_map.is_due(now) {
            self.load_map(desk);
        }
        // Only the server says that a hold is over.
        self.is_stale |= self.held.iter().any(|b| !desk.alive(b.hold_until.0));
        if self.held_at().is_some_and(|at| at <= now) {
            self.load_held(desk);
        }
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        let questions = [self.asks_layout.again_at(), self.asks_map.again_at()];
        questions
            .into_iter()
            .chain([self.held_at()])
            .flatten()
            .min()
    }

    /// The end of the hold that ends first.
    #[must_use]
    pub fn next_end(&self, desk: &Desk) -> Option<UtcMillis> {
        let ends = self.held.iter().map(|b| b.hold_until.0);
        ends.filter(|end| desk.alive(*end)).min()
    }

    /// Takes news of the feed if it is this view's.
    pub fn news(&mut self, desk: &mut Desk, generation: Generation, news: &News) {
        if self.feed != generation {
            return;
        }
        match news {
            News::Map(map) => {
                // Its changes start from there.
                desk.link.feed = Feed::Live;
                self.replace(desk, map);
            }
            News::Changes(changes) => {
                desk.link.feed = Feed::Live;
                self.is_stale = true;
                let seats = changes.seats.iter();
                let became = seats.filter_map(|s| Some((s.seat, SeatMark::from_letter(s.state)?)));
                let became: Vec<_> = became.collect();
                let followed = self.board.as_mut().is_some_and(|b| b.change(changes));
                if followed {
                    self.note(desk, &became);
                } else if !self.knows(changes.version) {
                    self.is_lost = true;
                    if !self.asks_map.is_out() {
                        self.load_map(desk);
                    }
                }
            }
            News::Up if desk.link.feed == Feed::Down => desk.link.feed = Feed::Live,
            News::Up => {}
            News::Down(_) => desk.link.feed = Feed::Down,
        }
    }

    fn knows(&self, version: Version) -> bool {
        self.board.as_ref().is_some_and(|b| b.knows(version))
    }

    /// Takes a map that was asked for, unless the feed has gone on since.
    fn take_map(&mut self, desk: &mut Desk, map: &SeatMap) {
        let older = |b: &Board| b.version.ver > map.version.ver;
        let is_late =
            self.board.as_ref().is_some_and(older) && (!self.is_lost || self.knows(map.version));
        if !is_late || desk.link.feed != Feed::Live {
            self.replace(desk, map);
        }
    }

    /// Takes all seats over; what changed since the last map was missed and is told now.
    fn replace(&mut self, desk: &mut Desk, map: &SeatMap) {
        let Some(board) = Board::new(map) else {
            return desk.say(wording::MAP_NOT_UNDERSTOOD);
        };
        let now = desk.server_now();
        if let Some(before) = &self.board {
            let seats = (0..).map(SeatNo).take(board.len());
            let changed = seats.filter(|no| before.mark(*no, now) != board.mark(*no, now));
            let became: Vec<_> = changed.map(|no| (no, board.mark(no, now))).collect();
            self.note(desk, &became);
        }
        self.is_stale = true;
        self.is_lost = false;
        self.board = Some(board.after(self.board.as_ref()));
    }

    fn note(&mut self, desk: &Desk, became: &[(SeatNo, SeatMark)]) {
        let at = desk.server_now();
        let mut changes: BTreeMap<(char, Option<Holder>), Change> = BTreeMap::new();
        for (seat, mark) in became {
            let by = match mark {
                // Who had it lets it go; who has it now is not known yet.
                SeatMark::Free => self.holders.remove(seat),
                SeatMark::Booked => self.holders.get(seat).cloned(),
                SeatMark::Held | SeatMark::Blocked(_) => {
                    self.holders.remove(seat);
                    None
                }
            };
            let change = changes
                .entry((mark.letter(), by.clone()))
                .or_insert_with(|| Change {
                    at,
                    mark: *mark,
                    seats: Vec::new(),
                    by,
                });
            change.seats.push(*seat);
        }
        changes
            .into_values()
            .for_each(|change| self.changes.push_front(change));
        self.changes.truncate(CHANGES_MAX);
    }

    /// Takes over whose seats are whose, and says so beside the changes that lacked it.
    fn take_holders(&mut self, bookings: &[Booking]) {
        let Some(hall) = &self.hall else { return };
        for booking in bookings.iter().filter(|b| b.show == self.show.id) {
            let seats = booking.lines.iter().map(|line| line.seat);
            for seat in seats.filter_map(|label| hall.find(label)) {
                self.holders.insert(seat, Holder::of(booking));
            }
        }
        let changes = std::mem::take(&mut self.changes);
        let named = changes.into_iter().flat_map(|change| {
            let is_asked = matches!(change.mark, SeatMark::Held | SeatMark::Booked);
            if change.by.is_some() || !is_asked {
                return vec![change];
            }
            let mut parts: BTreeMap<Option<&Holder>, Vec<SeatNo>> = BTreeMap::new();
            for seat in &change.seats {
                let holder = self.holders.get(seat);
                parts.entry(holder).or_default().push(*seat);
            }
            let part = |(by, seats): (Option<&Holder>, Vec<SeatNo>)| Change {
                by: by.cloned(),
                seats,
                ..change
            };
            parts.into_iter().map(part).collect()
        });
        self.changes = named.collect();
    }

    /// Seats that were sold faster than anybody saw them held: who bought them is told with the
    /// bookings whose money changed last.
    fn ask_who_bought(&mut self, desk: &mut Desk) {
        let is_unknown = |c: &Change| c.mark == SeatMark::Booked && c.by.is_none();
        if self.changes.front().is_some_and(is_unknown) && self.asks_sold.is_quiet() {
            self.asks_sold
                .ask(desk, Ask::Bookings(BookingsWanted::Recent));
        }
    }

    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        let generation = answer.generation;
        if self.asks_held.takes(generation) {
            self.take_held(desk, answer);
            self.ask_who_bought(desk);
            return Some(Step::Stay);
        }
        if self.asks_sold.takes(generation) {
            match &answer.result {
                Ok(Reply::Bookings(sold)) => {
                    self.asks_sold.answered();
                    self.take_holders(&sold.items);
                }
                // It is only beside the changes; the next one asks again.
                _ => self.asks_sold = Question::default(),
            }
            return Some(Step::Stay);
        }
        let question = [&mut self.asks_layout, &mut self.asks_map]
            .into_iter()
            .find_map(|question| question.takes(generation).then_some(question))?;
        match &answer.result {
            Ok(Reply::Layout(layout)) => {
                self.hall = Some(Hall::new((**layout).clone()));
                let held = self.held.clone();
                self.take_holders(&held);
            }
            Ok(Reply::Map(map)) => self.take_map(desk, map),
            Ok(_) => {}
            Err(failure) => {
                if let Some(why) = question.failed(failure, desk.now) {
                    self.refused = Some(why.to_owned());
                }
            }
        }
        Some(Step::Stay)
    }

    fn take_held(&mut self, desk: &mut Desk, answer: &Answer) {
        match &answer.result {
            Ok(Reply::Bookings(held)) => {
                self.asks_held.answered();
                let marked: Option<BookingId> = self.marked().map(|b| b.id);
                self.take_holders(&held.items);
                self.held.clone_from(&held.items);
                self.held.sort_by_key(|b| (b.hold_until.0, b.id));
                let line = self.held.iter().position(|b| Some(b.id) == marked);
                self.move_to(line.unwrap_or(self.cursor));
                self.loaded = true;
                self.refused = None;
            }
            Ok(_) => {}
            // What is shown may be wrong now, and is said to be.
            Err(failure) => {
                let why = self.asks_held.failed(failure, desk.now);
                if let (Some(why), Failure::Refused(_) | Failure::Broken(_)) = (why, failure) {
                    self.refused = Some(why.to_owned());
                }
            }
        }
    }
}
