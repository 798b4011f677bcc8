//! What people, money and time do to bookings that are there.

use super::{Book, Expected, Naive, Stands, Waits, Who, Worth, no};

impl Naive {
    pub fn release(&mut self, who: Who, id: u8) -> Expected {
        if self.books.contains_key(&id) {
            match self.mine(who, id)?.stands {
                Stands::Held | Stands::Expired => {}
                Stands::Released => return Ok(false),
                Stands::Cancelled => return no("booking_cancelled"),
                _ => return no("already_paid"),
            }
        }
        let now = self.now;
        let book = self.books.entry(id).or_insert_with(|| Book {
            owner: who.name,
            web: !who.staff,
            stands: Stands::Released,
            seats: Vec::new(),
            total: 0,
            kind: String::new(),
            back: 0,
            waits: None,
            held_at: now,
            until: now,
            payment: None,
        });
        book.stands = Stands::Released;
        Ok(true)
    }

    pub fn cash(&mut self, who: Who, id: u8, payment: u8, given: Option<i64>) -> Expected {
        let book = self.mine(who, id)?;
        self.still_held(book)?;
        if self.kept.contains_key(&payment) {
            return no("id_reused");
        }
        let total = book.total;
        if total > 0 && !who.staff {
            return no("forbidden");
        }
        if given.is_some_and(|g| g < total) {
            return no("cash_too_little");
        }
        let worth = Worth {
            book: id,
            minor: total,
            cash: true,
        };
        self.worth.insert(payment, worth);
        self.pay(id, payment, Stands::Confirmed);
        Ok(true)
    }

    fn pay(&mut self, id: u8, payment: u8, stands: Stands) {
        if let Some(book) = self.books.get_mut(&id) {
            self.kept.insert(payment, book.total);
            (book.stands, book.payment) = (stands, Some(payment));
        }
    }

    pub fn cancel(&mut self, who: Who, id: u8) -> Expected {
        match self.mine(who, id)?.stands {
            Stands::Secured { .. } | Stands::Confirmed => {}
            Stands::Cancelled => return no("booking_cancelled"),
            _ => return no("not_paid"),
        }
        if let Some(book) = self.books.get_mut(&id) {
            book.stands = Stands::Cancelled;
        }
        self.keep_nothing(id);
        Ok(true)
    }

    /// Giving back: 10 percent are kept until half an hour before the show, half until ten minutes
    /// before it, then it is over. A clerk gives back 15.00 of a booking alone.
    pub fn refund(
        &mut self,
        who: Who,
        id: u8,
        (command, seats): (u32, &[Option<u16>]),
        waive: bool,
    ) -> Expected {
        if !who.staff {
            return no("forbidden");
        }
        let book = self.mine(who, id)?;
        match book.stands {
            Stands::Confirmed => {}
            Stands::Cancelled => return no("booking_cancelled"),
            _ => return no("not_paid"),
        }
        let manager = who.name == 4;
        let waits = book.waits.as_ref().is_some_and(|w| self.now < w.until);
        if waits && !manager {
            return no("refund_pending");
        }
        let mut chosen = self.find(seats)?;
        if chosen.iter().any(|s| !book.seats.contains(s)) {
            return no("not_in_booking");
        }
        if chosen.is_empty() {
            chosen.clone_from(&book.seats);
        }
        let minutes = (self.starts - self.now).div_euclid(60_000);
        let percent = match minutes {
            _ if waive => 0,
            30.. => 10,
            10..30 => 50,
            _ => return no("refund_closed"),
        };
        let mut lines = Vec::new();
        let mut back = 0;
        for seat in chosen {
            let price = self.price(seat, &book.kind)?;
            let kept = price * percent / 100;
            back += price - kept;
            lines.push((seat, kept));
        }
        if !manager && (waive || book.back + back > 1500) {
            let day = self.now + 86_400_000;
            let until = if self.now < self.starts {
                self.starts.min(day)
            } else {
                day
            };
            if let Some(book) = self.books.get_mut(&id) {
                let by = who.name;
                book.waits = Some(Waits {
                    command,
                    until,
                    by,
                    lines,
                });
            }
            return Ok(true);
        }
        self.give_back(id, &lines);
        Ok(true)
    }

    /// A manager's word about what waits.
    pub fn verdict(&mut self, who: Who, id: u8, asked: u32, approve: bool) -> Expected {
        let waits = self.mine(who, id)?.waits.clone();
        let Some(waits) = waits.filter(|w| w.command == asked) else {
            return no("not_found");
        };
        if self.now >= waits.until {
            return no("refund_closed");
        }
        if who.name != 4 && (approve || waits.by != who.name) {
            return no("forbidden");
        }
        if approve {
            self.give_back(id, &waits.lines);
        } else if let Some(book) = self.books.get_mut(&id) {
            book.waits = None;
        }
        Ok(true)
    }

    fn give_back(&mut self, id: u8, lines: &[(u16, i64)]) {
        let Some(mut book) = self.books.get(&id).cloned() else {
            return;
        };
        let mut fees = 0;
        for (seat, kept) in lines {
            let price = self.price(*seat, &book.kind).unwrap_or(0);
            book.seats.retain(|s| s != seat);
            book.total -= price;
            book.back += price - kept;
            fees += kept;
        }
        book.waits = None;
        let payment = book.payment;
        if book.seats.is_empty() {
            (book.stands, book.payment) = (Stands::Cancelled, None);
        }
        if let Some(payment) = payment {
            let all = self.fees.entry(payment).or_default();
            *all += fees;
            self.kept.insert(payment, book.total + *all);
        }
        self.books.insert(id, book);
    }

    pub fn pause(&mut self, pause: bool) -> Expected {
        if self.cancelled {
            return no("show_cancelled");
        }
        let changes = self.paused != pause;
        self.paused = pause;
        Ok(changes)
    }

    pub fn cancel_show(&mut self) -> Expected {
        if self.cancelled {
            return Ok(false);
        }
        self.cancelled = true;
        let all: Vec<u8> = self.books.keys().copied().collect();
        for id in all {
            if let Some(book) = self.books.get_mut(&id)
                && !matches!(book.stands, Stands::Expired | Stands::Released)
            {
                book.stands = Stands::Cancelled;
            }
            self.keep_nothing(id);
        }
        Ok(true)
    }

    pub fn block(&mut self, seats: &[Option<u16>], block: bool) -> Expected {
        let seats = self.find(seats)?;
        if seats.is_empty() {
            return no("no_seats");
        }
        if !block {
            let before = self.blocked.len();
            self.blocked.retain(|s| !seats.contains(s));
            return Ok(self.blocked.len() != before);
        }
        let sold: Vec<u16> = seats
            .iter()
            .copied()
            .filter(|s| self.owner(*s).is_some())
            .collect();
        if !sold.is_empty() {
            return Err(("seats_sold", sold));
        }
        self.clear(&seats, None);
        self.blocked.extend(seats);
        Ok(true)
    }

    pub fn expire(&mut self) -> Expected {
        let dead = |(id, b): (&u8, &Book)| {
            let waits = matches!(b.stands, Stands::Held | Stands::Secured { .. });
            (waits && !self.alive(b)).then_some(*id)
        };
        let dead: Vec<u8> = self.books.iter().filter_map(dead).collect();
        for id in &dead {
            self.lapse(*id);
        }
        let mut lapsed = false;
        for book in self.books.values_mut() {
            if book.waits.as_ref().is_some_and(|w| self.now >= w.until) {
                (book.waits, lapsed) = (None, true);
            }
        }
        Ok(!dead.is_empty() || lapsed)
    }

    /// Money's news. `fair`: for the very offer and amount that stand.
    pub fn news(&mut self, payment: u8, worth: Worth, word: &str, fair: bool) {
        let id = worth.book;
        if self.kept.contains_key(&payment) {
            if self.worth.get(&payment) != Some(&worth) {
                return;
            }
            let waits =
                |b: &Book| b.payment == Some(payment) && matches!(b.stands, Stands::Secured { .. });
            let Some(id) = self.books.iter().find(|(_, b)| waits(b)).map(|(id, _)| *id) else {
                return;
            };
            let dead = self.books.get(&id).is_none_or(|b| self.now >= b.until);
            let stands = match word {
                "captured" => Stands::Confirmed,
                "capture_refused" | "declined" | "voided" | "refunded" if dead => Stands::Expired,
                "capture_refused" | "declined" | "voided" | "refunded" => Stands::Held,
                _ => return,
            };
            if let Some(book) = self.books.get_mut(&id) {
                book.stands = stands;
            }
            if stands != Stands::Confirmed {
                self.keep_nothing(id);
            }
            return;
        }
        let back = word == "refunded";
        if !back && word != "authorised" && word != "captured" {
            return;
        }
        self.worth.insert(payment, worth);
        if back || !(fair && self.good(id)) {
            self.kept.insert(payment, 0);
            return;
        }
        let seats = self
            .books
            .get(&id)
            .map(|b| b.seats.clone())
            .unwrap_or_default();
        self.clear(&seats, Some(id));
        let until = self.now + 900_000;
        let stands = if word == "captured" {
            Stands::Confirmed
        } else {
            Stands::Secured { until }
        };
        self.pay(id, payment, stands);
    }

    /// Whether fair money gets the seats.
    fn good(&self, id: u8) -> bool {
        let Some(book) = self.books.get(&id) else {
            return false;
        };
        if self.cancelled || !matches!(book.stands, Stands::Held | Stands::Expired) {
            return false;
        }
        if self.alive(book) {
            return true;
        }
        let again = self.books.values().any(|other| {
            other.owner == book.owner && other.held_at >= book.until && self.alive(other)
        });
        self.now < book.until + 900_000
            && self.now < self.starts
            && self.sells(book.web).is_ok()
            && !(book.web && again)
            && book.seats.iter().all(|s| self.free(*s, None))
    }
}
