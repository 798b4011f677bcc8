//! The rules once more, as plainly as they can be said: no journal, no versions, no timetable.
//! Nothing of the product's rules is used.

mod deeds;

use std::collections::{BTreeMap, BTreeSet};

/// Where a booking stands, as last written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Held,
    Secured { until: i64 },
    Confirmed,
    Cancelled,
    Expired,
    Released,
}

#[derive(Clone, Debug)]
pub struct Book {
    pub owner: u8,
    pub web: bool,
    pub stands: Stands,
    pub seats: Vec<u16>,
    pub total: i64,
    pub kind: String,
    /// What was given back of it.
    pub back: i64,
    /// The refund that waits for a manager.
    pub waits: Option<Waits>,
    pub held_at: i64,
    pub until: i64,
    pub payment: Option<u8>,
}

/// The command that asked for a refund, until when and by whom, with the seats and what would be
/// kept of them.
#[derive(Clone, Debug)]
pub struct Waits {
    pub command: u32,
    pub until: i64,
    pub by: u8,
    pub lines: Vec<(u16, i64)>,
}

/// What a payment is for. Another one under its id is good for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    pub book: u8,
    pub minor: i64,
    pub cash: bool,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    pub name: u8,
    pub staff: bool,
}

/// Which seats, for how much each, under which house rules.
#[derive(Clone, Debug)]
pub struct Want {
    /// `None` is a seat that the hall does not have.
    pub seats: Vec<Option<u16>>,
    pub kind: &'static str,
    pub orphans_allowed: bool,
    pub over_limit: bool,
}

/// What is expected: fine (and whether anything changes), or a refusal's code and its seats.
pub type Expected = Result<bool, No>;

/// A refusal's code and the seats it names.
pub type No = (&'static str, Vec<u16>);

pub struct Naive {
    pub now: i64,
    /// Rows of this many seats; the last row is premium.
    pub width: u16,
    pub seats: u16,
    pub max: usize,
    pub web_closes: i64,
    pub starts: i64,
    pub paused: bool,
    pub cancelled: bool,
    pub blocked: BTreeSet<u16>,
    pub books: BTreeMap<u8, Book>,
    pub kept: BTreeMap<u8, i64>,
    /// What of that is kept for tickets that came back.
    pub fees: BTreeMap<u8, i64>,
    /// What each payment that was met is, told apart from others under its id.
    pub worth: BTreeMap<u8, Worth>,
    /// What was asked under an id that was used: the words, and by whom.
    pub done: BTreeMap<u32, (String, u8)>,
}

fn no<T>(code: &'static str) -> Result<T, No> {
    Err((code, Vec::new()))
}

impl Naive {
    pub fn alive(&self, book: &Book) -> bool {
        match book.stands {
            Stands::Held => self.now < book.until,
            Stands::Secured { until } => self.now < until,
            Stands::Confirmed => true,
            _ => false,
        }
    }

    /// What its owner is told.
    pub fn view(&self, book: &Book) -> &'static str {
        match book.stands {
            Stands::Held | Stands::Secured { .. } if !self.alive(book) => "expired",
            Stands::Held => "held",
            Stands::Secured { .. } => "secured",
            Stands::Confirmed => "confirmed",
            Stands::Cancelled => "cancelled",
            Stands::Expired => "expired",
            Stands::Released => "released",
        }
    }

    pub fn owner(&self, seat: u16) -> Option<u8> {
        let has = |b: &Book| self.alive(b) && b.seats.contains(&seat);
        self.books.iter().find(|(_, b)| has(b)).map(|(id, _)| *id)
    }

    pub fn free(&self, seat: u16, own: Option<u8>) -> bool {
        let owner = self.owner(seat);
        !self.blocked.contains(&seat) && (owner.is_none() || owner == own)
    }

    pub fn price(&self, seat: u16, kind: &str) -> Result<i64, No> {
        let premium = seat / self.width == (self.seats - 1) / self.width;
        match (kind, premium) {
            ("adult", false) => Ok(1000),
            ("adult", true) => Ok(1500),
            ("child", false) => Ok(700),
            ("child", true) => no("not_sold_in_category"),
            _ => no("unknown_ticket_type"),
        }
    }

    /// Single seats that a choice would leave, where another choice would not.
    fn lonely(&self, taken: &[u16], own: Option<u8>) -> Vec<u16> {
        let beside = |seat: u16| {
            let row = seat / self.width * self.width..(seat / self.width + 1) * self.width;
            [seat.checked_sub(1), Some(seat + 1)]
                .into_iter()
                .flatten()
                .filter(move |s| row.contains(s))
        };
        let before = |s: u16| self.free(s, own);
        let after = |s: u16| before(s) && !taken.contains(&s);
        let left_in_stretch = |seat: u16| {
            let mut stretch = BTreeSet::from([seat]);
            loop {
                let more: BTreeSet<u16> = stretch
                    .iter()
                    .flat_map(|s| beside(*s))
                    .filter(|s| before(*s) && !stretch.contains(s))
                    .collect();
                if more.is_empty() {
                    return stretch.iter().filter(|s| after(**s)).count();
                }
                stretch.extend(more);
            }
        };
        (0..self.seats)
            .filter(|s| after(*s) && beside(*s).any(|n| taken.contains(&n)))
            .filter(|s| !beside(*s).any(after) && left_in_stretch(*s) > 1)
            .collect()
    }

    fn sells(&self, web: bool) -> Result<(), No> {
        if self.cancelled {
            return no("show_cancelled");
        }
        if self.paused || (web && self.now >= self.web_closes) {
            return no("not_on_sale");
        }
        Ok(())
    }

    fn count(&self, wanted: usize, over: bool) -> Result<(), No> {
        let max = if over {
            usize::from(self.seats)
        } else {
            self.max
        };
        match wanted {
            0 => no("no_seats"),
            n if n > max => no("too_many_seats"),
            _ => Ok(()),
        }
    }

    /// Named seats: which, and what they cost.
    fn choose(&self, want: &Want, own: Option<u8>) -> Result<(Vec<u16>, i64), No> {
        self.count(want.seats.len(), want.over_limit)?;
        let seats = self.find(&want.seats)?;
        let taken: Vec<u16> = seats
            .iter()
            .copied()
            .filter(|s| !self.free(*s, own))
            .collect();
        if !taken.is_empty() {
            return Err(("seats_taken", taken));
        }
        let lonely = self.lonely(&seats, own);
        if !want.orphans_allowed && !lonely.is_empty() {
            return Err(("orphan_seat", lonely));
        }
        let prices = seats.iter().map(|s| self.price(*s, want.kind));
        let total = prices.sum::<Result<i64, _>>()?;
        Ok((seats, total))
    }

    fn find(&self, seats: &[Option<u16>]) -> Result<Vec<u16>, No> {
        let found: Vec<u16> = seats.iter().copied().flatten().collect();
        if found.len() < seats.len() {
            return no("unknown_seats");
        }
        if found.iter().collect::<BTreeSet<_>>().len() < found.len() {
            return no("duplicate_seats");
        }
        Ok(found)
    }

    /// Whether the best seats exist; which they are is not said here.
    fn best(&self, wanted: usize, kind: &str, own: Option<u8>, over: bool) -> Expected {
        self.count(wanted, over)?;
        if kind == "dog" {
            return no("unknown_ticket_type");
        }
        let free = (0..self.seats).filter(|s| self.free(*s, own));
        let sold = free.filter(|s| self.price(*s, kind).is_ok());
        if sold.count() < wanted {
            return no("not_enough_seats");
        }
        Ok(true)
    }

    fn mine(&self, who: Who, book: u8) -> Result<&Book, No> {
        match self.books.get(&book) {
            Some(b) if who.staff || b.owner == who.name => Ok(b),
            _ => no("not_found"),
        }
    }

    fn still_held(&self, book: &Book) -> Result<(), No> {
        match self.view(book) {
            "held" => Ok(()),
            "expired" => no("hold_expired"),
            "released" => no("hold_released"),
            "cancelled" => no("booking_cancelled"),
            _ => no("already_paid"),
        }
    }

    /// Ends those of others that are over and still stand on these seats.
    fn clear(&mut self, seats: &[u16], own: Option<u8>) {
        let dead = |(id, b): (&u8, &Book)| {
            let over = !self.alive(b) && b.seats.iter().any(|s| seats.contains(s));
            (over && Some(*id) != own).then_some(*id)
        };
        let dead: Vec<u8> = self.books.iter().filter_map(dead).collect();
        for id in dead {
            self.lapse(id);
        }
    }

    fn lapse(&mut self, id: u8) {
        let Some(book) = self.books.get_mut(&id) else {
            return;
        };
        if matches!(book.stands, Stands::Held | Stands::Secured { .. }) {
            book.stands = Stands::Expired;
        }
        self.keep_nothing(id);
    }

    fn keep_nothing(&mut self, id: u8) {
        if let Some(payment) = self.books.get_mut(&id).and_then(|b| b.payment.take()) {
            let fees = self.fees.get(&payment).copied().unwrap_or(0);
            self.kept.insert(payment, fees);
        }
        if let Some(book) = self.books.get_mut(&id) {
            book.waits = None;
        }
    }

    pub fn hold(
        &mut self,
        who: Who,
        id: u8,
        chosen: Result<&Want, (usize, &str, bool)>,
    ) -> Expected {
        if self.books.contains_key(&id) {
            let released = self.mine(who, id)?.stands == Stands::Released;
            return no(if released {
                "hold_released"
            } else {
                "id_reused"
            });
        }
        self.sells(!who.staff)?;
        let (seats, total) = match chosen {
            Ok(want) => self.choose(want, None)?,
            Err((wanted, kind, over)) => {
                self.best(wanted, kind, None, over)?;
                (Vec::new(), 0)
            }
        };
        self.clear(&seats, None);
        let book = Book {
            owner: who.name,
            web: !who.staff,
            stands: Stands::Held,
            seats,
            total,
            kind: chosen.map_or("adult", |want| want.kind).to_owned(),
            back: 0,
            waits: None,
            held_at: self.now,
            until: self.now + 300_000,
            payment: None,
        };
        self.books.insert(id, book);
        Ok(true)
    }

    pub fn change(
        &mut self,
        who: Who,
        id: u8,
        chosen: Result<&Want, (usize, &str, bool)>,
    ) -> Expected {
        let book = self.mine(who, id)?;
        self.still_held(book)?;
        self.sells(book.web)?;
        let (seats, total) = match chosen {
            Ok(want) => self.choose(want, Some(id))?,
            Err((wanted, kind, over)) => {
                self.best(wanted, kind, Some(id), over)?;
                (Vec::new(), 0)
            }
        };
        self.clear(&seats, Some(id));
        if let Some(book) = self.books.get_mut(&id) {
            (book.seats, book.total) = (seats, total);
            book.kind = chosen.map_or("adult", |want| want.kind).to_owned();
        }
        Ok(true)
    }

    /// Whether a hold gets as far as choosing seats.
    pub fn may_choose(&self, who: Who, id: u8) -> bool {
        !self.books.contains_key(&id) && self.sells(!who.staff).is_ok()
    }

    /// Whether a change gets as far as choosing seats.
    pub fn may_change(&self, who: Who, id: u8) -> bool {
        let held = |b: &Book| self.still_held(b).is_ok() && self.sells(b.web).is_ok();
        self.mine(who, id).is_ok_and(held)
    }

    /// Takes over which best seats were given, if they could be given.
    pub fn adopt(&mut self, id: u8, seats: &[u16], kind: &str) -> Result<(), String> {
        let others: Vec<u16> = seats
            .iter()
            .copied()
            .filter(|s| !self.free(*s, Some(id)))
            .collect();
        if !others.is_empty() {
            return Err(format!("seats {others:?} were not to be had"));
        }
        self.clear(seats, Some(id));
        let prices = seats.iter().map(|s| self.price(*s, kind));
        let total = prices.sum::<Result<i64, _>>().map_err(|e| e.0.to_owned())?;
        if let Some(book) = self.books.get_mut(&id) {
            (book.seats, book.total) = (seats.to_vec(), total);
            kind.clone_into(&mut book.kind);
        }
        Ok(())
    }
}
