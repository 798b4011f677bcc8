//! What the server and its feed say to the seat grid.

use houseful_core::{
    price::Channel,
    seat::{SeatLabel, SeatNo},
    wire::{
        booking::{Booking, BookingState, SeatWish, Wish},
        problem::Problem,
        seats::{SeatChanges, SeatMap, Version},
    },
};

use super::{Asking, Seats, order::wishes_of};
use crate::tui::{
    desk::{Desk, Feed, is_end, is_held},
    hall::{Board, Hall},
    model::Step,
    msg::{Answer, Failure, Generation, News, Reply},
    overlay::Overlay,
    question::Question,
    ticket::TicketView,
    wording,
};

impl Seats {
    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        let generation = answer.generation;
        let asking = self.asking.as_mut();
        if asking.is_some_and(|a| a.question.takes(generation)) {
            return Some(self.answer_to_seats(desk, &answer.result));
        }
        if self.checks.takes(generation) {
            return Some(self.answer_to_check(desk, &answer.result));
        }
        let question = [
            &mut self.asks_detail,
            &mut self.asks_layout,
            &mut self.asks_map,
        ]
        .into_iter()
        .find_map(|question| question.takes(generation).then_some(question))?;
        match &answer.result {
            Ok(_) => question.answered(),
            Err(Failure::NoAnswer(_)) => question.try_again(desk.now),
            Err(Failure::Refused(problem)) => desk.tell_problem(problem),
            Err(Failure::Broken(why)) => desk.say(why.clone()),
        }
        match &answer.result {
            Ok(Reply::Show(detail)) => {
                self.show = detail.show.clone();
                self.detail = Some((**detail).clone());
            }
            Ok(Reply::Layout(layout)) => {
                let hall = Hall::new((**layout).clone());
                if !self.moved {
                    self.cursor = hall.middle();
                }
                self.hall = Some(hall);
                self.point_at_booking();
            }
            Ok(Reply::Map(map)) => self.take_map(desk, map),
            _ => {}
        }
        Some(self.go_on(desk))
    }

    fn take_map(&mut self, desk: &mut Desk, map: &SeatMap) {
        let older = self
            .board
            .as_ref()
            .is_some_and(|b| b.version.ver > map.version.ver && b.show == map.show);
        // An older map may come late, unless the show's history was rewritten (another tip).
        let late = older && (!self.is_lost || self.knows(map.version));
        if late && desk.link.feed == Feed::Live {
            return;
        }
        match Board::new(map) {
            Some(board) => self.take_board(desk, board),
            None => desk.say(wording::MAP_NOT_UNDERSTOOD),
        }
    }

    /// Takes news of the feed if it is this view's.
    pub fn news(&mut self, desk: &mut Desk, generation: Generation, news: &News) -> Step {
        if !self.follows(generation) {
            return Step::Stay;
        }
        match news {
            News::Map(map) => {
                // The feed's own map is where its changes start from.
                desk.link.feed = Feed::Live;
                if let Some(board) = Board::new(map) {
                    self.take_board(desk, board);
                }
            }
            News::Changes(changes) => {
                desk.link.feed = Feed::Live;
                let followed = self.follow(desk, changes);
                if !followed && !self.knows(changes.version) {
                    self.is_lost = true;
                    if !self.asks_map.is_out() {
                        self.load_map(desk);
                    }
                }
            }
            // The first connection tells all seats; until then there is nothing to be live.
            News::Up if desk.link.feed == Feed::Down => desk.link.feed = Feed::Live,
            News::Up => {}
            News::Down(_) => desk.link.feed = Feed::Down,
        }
        self.go_on(desk)
    }

    fn knows(&self, version: Version) -> bool {
        self.board.as_ref().is_some_and(|b| b.knows(version))
    }

    /// Takes over changes that follow what is known; `false` when they do not.
    fn follow(&mut self, desk: &Desk, changes: &SeatChanges) -> bool {
        let Some(mut board) = self.board.clone() else {
            return false;
        };
        let followed = board.change(changes);
        if followed {
            self.take_board(desk, board);
        }
        followed
    }

    /// Takes over what all seats are, and notes what other people did.
    fn take_board(&mut self, desk: &Desk, board: Board) {
        let ours = self.our_seats();
        if let Some(older) = self.board.as_ref().filter(|b| b.show == board.show) {
            let times = (desk.server_now(), desk.now);
            self.others.note((older, &board), &ours, times);
        }
        self.is_lost = false;
        self.board = Some(board.after(self.board.as_ref()));
    }

    /// The seats that are ours or asked for.
    pub(super) fn our_seats(&self) -> Vec<SeatNo> {
        let Some(hall) = &self.hall else {
            return Vec::new();
        };
        let asked = self.asking.iter().flat_map(|a| a.seats.iter().copied());
        let seats = self.labels().into_iter().chain(asked);
        seats.filter_map(|label| hall.find(label)).collect()
    }

    fn answer_to_seats(&mut self, desk: &mut Desk, result: &Result<Reply, Failure>) -> Step {
        match result {
            Ok(Reply::Booking(booking)) => {
                let asked = self.asking.take();
                if !is_held(booking) {
                    return self.not_held(desk, booking);
                }
                self.took_seats(desk, booking, asked);
                return self.go_on(desk);
            }
            Err(Failure::NoAnswer(_)) => {
                if let Some(asking) = &mut self.asking {
                    asking.question.try_again(desk.now);
                }
            }
            Err(Failure::Refused(problem)) => {
                let asked = self.asking.take();
                self.ahead.clear();
                let is_sure = problem.status < 500;
                self.settle_refused(desk, asked.as_ref(), is_sure);
                self.refused(desk, problem, asked.as_ref());
            }
            Err(Failure::Broken(why)) => {
                let asked = self.asking.take();
                self.ahead.clear();
                self.settle_refused(desk, asked.as_ref(), true);
                desk.say(why.clone());
            }
            Ok(_) => self.asking = None,
        }
        Step::Stay
    }

    /// A first hold that was refused leaves no trace at the server, so it needs none here. Where
    /// it may have come through all the same it is given back, and a change is looked for.
    fn settle_refused(&mut self, desk: &mut Desk, asked: Option<&Asking>, is_sure: bool) {
        let is_sure = is_sure && !asked.is_some_and(|a| a.question.is_unanswered());
        if self.booking.is_some() {
            if !is_sure {
                self.check(desk);
            }
        } else if let Some(owned) = self.owned.take() {
            if is_sure {
                desk.forget(owned.id);
            } else {
                desk.release(owned);
            }
        }
    }

    /// The booking holds nothing any more: it was paid elsewhere, or its hold has ended.
    fn not_held(&mut self, desk: &mut Desk, booking: &Booking) -> Step {
        let (show, booking) = (self.show.clone(), Box::new(booking.clone()));
        match (booking.state, &self.owned) {
            (BookingState::Confirmed, _) => {
                Step::Sold(Box::new(TicketView::new(show, *booking, None, None)))
            }
            (BookingState::Secured, Some(owned)) => Step::Settle {
                owned: owned.clone(),
                booking,
                show: Box::new(show),
                payment: None,
            },
            _ => {
                self.hold_over(desk, &booking, None);
                Step::Stay
            }
        }
    }

    fn took_seats(&mut self, desk: &mut Desk, booking: &Booking, asked: Option<Asking>) {
        let before = self.booking.as_ref().map(wishes_of).unwrap_or_default();
        let (best, undo) = asked.map_or((false, false), |a| (a.best, a.undo));
        if !undo && before != wishes_of(booking) {
            self.history.push(before);
        }
        self.by_best = best;
        if !best {
            self.party = u16::try_from(booking.lines.len()).unwrap_or(self.party);
        }
        if !booking.relaxed.is_empty() {
            desk.say(wording::relaxed(&booking.relaxed));
        }
        self.booking = Some(booking.clone());
        if let Some((contact, owned)) = self.is_for.take().zip(self.owned.clone()) {
            desk.name(owned, contact);
        }
        let ours = self.our_seats();
        self.others.were_ours(&ours);
        if best {
            self.point_at_booking();
        }
        // Who is asked whether to release the seats shall see which they are now.
        for overlay in &mut desk.overlays {
            if let Overlay::AskRelease { seats, .. } = overlay {
                *seats = self.labels();
            }
        }
        if desk.link.feed != Feed::Live && !self.asks_map.is_out() {
            self.load_map(desk);
        }
    }

    /// Puts the cursor on the first seat held.
    fn point_at_booking(&mut self) {
        let first = self.booking.as_ref().and_then(|b| b.lines.first());
        let no = first
            .zip(self.hall.as_ref())
            .and_then(|(line, hall)| hall.find(line.seat));
        self.cursor = no.unwrap_or(self.cursor);
        // A range stays in one row.
        self.range = None;
    }

    fn refused(&mut self, desk: &mut Desk, problem: &Problem, asked: Option<&Asking>) {
        let wish = asked.and_then(Asking::wish).cloned();
        let at_counter = desk
            .info
            .as_ref()
            .is_some_and(|i| i.channel == Some(Channel::Counter));
        // What was overruled already and is refused all the same can't be overruled.
        let leave = asked.map(Asking::leave).unwrap_or_default();
        match (problem.code.as_str(), wish) {
            _ if is_end(problem) => self.lost_hold(desk, problem.detail.clone()),
            // Somebody else finished it: how, the booking itself tells.
            ("already_paid", _) => self.check(desk),
            // What gives nothing is not said again with every seat.
            ("code_refused" | "too_many_codes", _) => {
                self.said.codes.clear();
                desk.tell_problem(problem);
            }
            ("orphan_seat", Some(wish)) if at_counter && !leave.orphans => {
                desk.overlays.push(Overlay::Override {
                    what: problem.detail.clone(),
                    wish,
                    allow_orphans: true,
                    over_limit: leave.limit,
                });
            }
            ("too_many_seats", Some(wish)) if at_counter && !leave.limit => {
                desk.overlays.push(Overlay::Override {
                    what: problem.detail.clone(),
                    wish,
                    allow_orphans: true,
                    over_limit: true,
                });
            }
            ("seats_taken" | "not_enough_seats" | "orphan_seat", Some(wish)) => {
                let facts = &problem.facts;
                desk.overlays.push(Overlay::LostRace {
                    what: problem.detail.clone(),
                    lost: facts.seats.clone(),
                    kept: self.labels(),
                    next_best: with_types(&facts.next_best, &wish),
                    relaxed: facts.relaxed.clone(),
                });
            }
            _ => desk.tell_problem(problem),
        }
    }

    fn answer_to_check(&mut self, desk: &mut Desk, result: &Result<Reply, Failure>) -> Step {
        match result {
            Ok(Reply::Booking(booking)) if is_held(booking) => {
                self.checks.answered();
                self.booking = Some((**booking).clone());
                if !desk.alive(booking.hold_until.0) {
                    // The server's clock is behind ours: it decides, and is asked again.
                    self.checks.look_again(desk.now);
                }
            }
            Ok(Reply::Booking(booking)) => return self.not_held(desk, booking),
            Ok(_) => {}
            Err(Failure::Refused(problem)) if is_end(problem) => {
                self.lost_hold(desk, problem.detail.clone());
            }
            // This says nothing about the hold: it stays as it was, and is asked about again.
            Err(failure) => {
                if let Some(why) = self.checks.failed(failure, desk.now) {
                    desk.say(why);
                }
            }
        }
        Step::Stay
    }

    fn lost_hold(&mut self, desk: &mut Desk, what: String) {
        if let Some(booking) = self.booking.clone() {
            self.hold_over(desk, &booking, Some(what));
        } else {
            desk.say(what);
        }
    }

    /// The hold has ended: tells it, and offers the same seats again.
    pub fn hold_over(&mut self, desk: &mut Desk, booking: &Booking, what: Option<String>) {
        let seats: Vec<(SeatLabel, String)> = self
            .booking
            .iter()
            .flat_map(|b| &b.lines)
            .map(|line| (line.seat, line.ticket_type.clone()))
            .collect();
        desk.forget(booking.id);
        desk.uncover();
        let over = wording::over(booking.state).unwrap_or(wording::HOLD_EXPIRED);
        let what = what.unwrap_or_else(|| over.to_owned());
        desk.overlays.push(Overlay::HoldOver { what, seats });
        desk.notice = None;
        let ours = self.our_seats();
        self.others.give_back(ours);
        self.owned = None;
        self.booking = None;
        self.asking = None;
        self.checks = Question::default();
        self.ahead.clear();
        self.history.clear();
        self.by_best = false;
    }
}

/// The offered seats with the ticket types of the wish, in order.
fn with_types(offered: &[SeatLabel], wish: &Wish) -> Vec<SeatWish> {
    let types: Vec<Option<String>> = match wish {
        Wish::Seats(wishes) => wishes.iter().map(|w| w.ticket_type.clone()).collect(),
        Wish::Best(best) => best
            .tickets
            .iter()
            .flat_map(|t| std::iter::repeat_n(Some(t.ticket_type.clone()), usize::from(t.count)))
            .collect(),
    };
    offered
        .iter()
        .enumerate()
        .map(|(i, seat)| SeatWish {
            seat: *seat,
            ticket_type: types.get(i).cloned().flatten(),
        })
        .collect()
}
