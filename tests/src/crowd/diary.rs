//! What a crowd was told, and whether it can all be true: first by itself, then beside the journals
//! of whoever leads now.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use houseful_core::{
    ids::{BookingId, ShowId},
    wire::seats::Version,
};

use super::journal::Journals;

/// Something that was told to be so.
#[derive(Clone, Copy, Debug)]
pub struct Yes {
    /// The version of the show that carries it.
    pub version: Version,
    /// When it was asked for, first.
    pub asked: Instant,
    /// When the answer was there.
    pub answered: Instant,
    /// Whether it may have been done at an earlier version: it had to be asked again, or the answer
    /// rests on a later look.
    pub later: bool,
}

/// A pair of seats that somebody had.
#[derive(Clone, Debug)]
pub struct Sale {
    booking: BookingId,
    pair: usize,
    server: usize,
    held: Yes,
    paid: Option<Yes>,
    /// When it was first asked to give the seats back.
    ending: Option<Instant>,
    ended: Option<Yes>,
}

impl Sale {
    /// Seats that `server` said were held.
    #[must_use]
    pub const fn new(booking: BookingId, pair: usize, server: usize, held: Yes) -> Self {
        Self {
            booking,
            pair,
            server,
            held,
            paid: None,
            ending: None,
            ended: None,
        }
    }

    fn told(&self) -> impl Iterator<Item = Yes> {
        [Some(self.held), self.paid, self.ended]
            .into_iter()
            .flatten()
    }
}

/// What happened, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Pairs that were held, paid and given back.
    pub held: usize,
    /// The same.
    pub paid: usize,
    /// The same.
    pub ended: usize,
    /// Who was told that the seats are taken, by server.
    pub refused: Vec<usize>,
    /// Pairs that were held, by server.
    pub won: Vec<usize>,
    /// Who was told to come back, by the problem's code.
    pub not_now: BTreeMap<String, usize>,
}

/// What a crowd was told.
#[derive(Clone, Debug)]
pub struct Diary {
    sales: Vec<Sale>,
    /// When somebody was told of something written, in order.
    writes: Vec<Instant>,
    refused: Vec<usize>,
    not_now: BTreeMap<String, usize>,
}

impl Diary {
    /// An empty one, for a house of so many servers.
    #[must_use]
    pub fn new(servers: usize) -> Self {
        Self {
            sales: Vec::new(),
            writes: Vec::new(),
            refused: vec![0; servers],
            not_now: BTreeMap::new(),
        }
    }

    /// Notes seats that somebody has now; their place, for what becomes of them.
    pub fn add(&mut self, sale: Sale) -> usize {
        self.wrote(sale.held);
        self.sales.push(sale);
        self.sales.len() - 1
    }

    /// Notes that a sale's end is asked for from now on.
    pub fn ends(&mut self, sale: usize, asked: Instant) {
        self.sales[sale].ending = Some(asked);
    }

    /// Notes that a sale's seats were given back.
    pub fn ended(&mut self, sale: usize, yes: Yes) {
        self.wrote(yes);
        self.sales[sale].ended = Some(yes);
    }

    /// Notes that a sale was paid.
    pub fn paid(&mut self, sale: usize, yes: Yes) {
        self.wrote(yes);
        self.sales[sale].paid = Some(yes);
    }

    /// Notes that somebody was told that the seats are taken.
    pub fn refused(&mut self, server: usize) {
        self.refused[server] += 1;
    }

    /// Notes that somebody was told to come back.
    pub fn not_now(&mut self, code: &str) {
        *self.not_now.entry(code.to_owned()).or_default() += 1;
    }

    fn wrote(&mut self, yes: Yes) {
        self.writes.push(yes.answered);
    }

    /// When something written was told.
    #[must_use]
    pub fn writes(&self) -> &[Instant] {
        &self.writes
    }

    /// How much written was asked for and told after a moment.
    #[must_use]
    pub fn writes_since(&self, since: Instant) -> usize {
        let told = self.sales.iter().flat_map(Sale::told);
        told.filter(|yes| yes.asked > since).count()
    }

    /// The longest time in which nobody was told of anything written, of those that go on after
    /// `since`.
    #[must_use]
    pub fn longest_silence(&self, since: Instant) -> Duration {
        let mut writes = self.writes.clone();
        writes.sort_unstable();
        let gaps = writes.windows(2).filter(|pair| pair[1] > since);
        gaps.map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// As it is now, to be looked at while more is written into it.
    #[must_use]
    pub fn so_far(&self) -> Self {
        self.clone()
    }

    /// What happened so far.
    #[must_use]
    pub fn count(&self) -> Count {
        let mut won = vec![0; self.refused.len()];
        for sale in &self.sales {
            won[sale.server] += 1;
        }
        let of = |is: fn(&Sale) -> bool| self.sales.iter().filter(|sale| is(sale)).count();
        Count {
            held: self.sales.len(),
            paid: of(|sale| sale.paid.is_some()),
            ended: of(|sale| sale.ended.is_some()),
            refused: self.refused.clone(),
            won,
            not_now: self.not_now.clone(),
        }
    }

    /// Whether the answers agree among themselves: no seat was two people's, no version meant two
    /// things, and none went back.
    ///
    /// # Errors
    /// The first that can't be, in words.
    pub fn agrees(&self) -> Result<(), String> {
        self.one_owner_a_seat()?;
        self.one_tip_a_version()?;
        self.versions_go_on()
    }

    /// Whoever has seats at a version had them given back by everybody before, and not only asked
    /// for later than that.
    fn one_owner_a_seat(&self) -> Result<(), String> {
        let mut by_seat: BTreeMap<(ShowId, usize), Vec<&Sale>> = BTreeMap::new();
        for sale in &self.sales {
            by_seat
                .entry((sale.booking.show, sale.pair))
                .or_default()
                .push(sale);
        }
        for sales in by_seat.values_mut() {
            sales.sort_by_key(|sale| sale.held.version.ver);
            for two in sales.windows(2) {
                let [first, next] = two else { continue };
                let free = match (first.ending, first.ended) {
                    (Some(_), Some(ended)) if !ended.later => {
                        ended.version.ver <= next.held.version.ver
                    }
                    // It may have been done before anybody was told.
                    (Some(asked), _) => asked < next.held.answered,
                    (None, _) => false,
                };
                if !free || first.held.version.ver == next.held.version.ver {
                    return Err(format!("one pair of seats, two owners: {first:?} {next:?}"));
                }
            }
        }
        Ok(())
    }

    fn one_tip_a_version(&self) -> Result<(), String> {
        let mut tips = BTreeMap::new();
        for sale in &self.sales {
            for yes in sale.told() {
                let (show, version) = (sale.booking.show, yes.version);
                let before = *tips.entry((show, version.ver)).or_insert(version.tip);
                if before != version.tip {
                    return Err(format!("{show} stood at {version} and at {before:016x}"));
                }
            }
        }
        Ok(())
    }

    /// Who asked after somebody else was answered is told of the same or a later version.
    fn versions_go_on(&self) -> Result<(), String> {
        let mut by_show: BTreeMap<ShowId, Vec<Yes>> = BTreeMap::new();
        for sale in &self.sales {
            by_show
                .entry(sale.booking.show)
                .or_default()
                .extend(sale.told());
        }
        for (show, told) in by_show {
            let (mut asked, mut answered) = (told.clone(), told);
            asked.sort_by_key(|yes| yes.asked);
            answered.sort_by_key(|yes| yes.answered);
            let (mut highest, mut before) = (0, answered.iter().peekable());
            for yes in asked {
                while let Some(earlier) = before.next_if(|e| e.answered < yes.asked) {
                    highest = highest.max(earlier.version.ver);
                }
                if yes.version.ver < highest {
                    let now = yes.version;
                    return Err(format!("{show} was at {highest}, and then at {now}"));
                }
            }
        }
        Ok(())
    }

    /// Whether everything that was told stands in the journals.
    ///
    /// # Errors
    /// The first that does not, in words.
    pub fn is_kept_by(&self, journals: &Journals) -> Result<(), String> {
        for sale in &self.sales {
            let show = sale.booking.show;
            for yes in sale.told() {
                if !journals.has(show, yes.version) {
                    return Err(format!(
                        "told of {show} at {}, and it is not there: {sale:?}",
                        yes.version
                    ));
                }
            }
            journals.tells_of(show, sale.booking.uuid, sale.held.version)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "diary/tests.rs"]
mod tests;
