//! One show that is looked at: its prices, its hall, and the state of its seats as the live feed
//! tells it. Nothing here can change anything at the server.

use houseful_core::{
    ids::ShowId,
    time::UtcMillis,
    wire::{catalogue::ShowDetail, seats::SeatMap},
};

use super::{
    desk::{Desk, Feed},
    hall::{Board, Hall},
    msg::{Answer, Ask, Failure, Generation, News, Reply},
    question::Question,
    wording,
};

/// A show that is looked at.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Which.
    pub show: ShowId,
    /// Itself with its prices, once they are here.
    pub detail: Option<ShowDetail>,
    /// Its hall, once it is here.
    pub hall: Option<Hall>,
    /// What each seat is, once it is here.
    pub board: Option<Board>,
    feed: Generation,
    asks_detail: Question,
    asks_layout: Question,
    asks_map: Question,
}

/// What came with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// The prices.
    Detail,
    /// The hall.
    Hall,
    /// The states of the seats.
    Map,
    /// Nothing.
    Nothing,
}

impl Watched {
    /// Looks at a show from now on, and at no other.
    pub fn open(desk: &mut Desk, show: ShowId) -> Self {
        let feed = desk.watch(show);
        Self {
            show,
            detail: None,
            hall: None,
            board: None,
            feed,
            asks_detail: Question::asked(desk, Ask::Show(show)),
            asks_layout: Question::asked(desk, Ask::Layout(show)),
            asks_map: Question::asked(desk, Ask::Seats(show)),
        }
    }

    /// Whether hall, seats and prices are here.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.detail.is_some() && self.hall.is_some() && self.board.is_some()
    }

    /// Takes an answer if it is to one of its questions.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Came> {
        let question = [
            &mut self.asks_detail,
            &mut self.asks_layout,
            &mut self.asks_map,
        ]
        .into_iter()
        .find_map(|question| question.takes(answer.generation).then_some(question))?;
        match &answer.result {
            Ok(_) => question.answered(),
            Err(Failure::NoAnswer(_)) => question.try_again(desk.now),
            Err(Failure::Refused(problem)) => desk.tell_problem(problem),
            Err(Failure::Broken(why)) => desk.say(why.clone()),
        }
        Some(match &answer.result {
            Ok(Reply::Show(detail)) => {
                self.detail = Some((**detail).clone());
                Came::Detail
            }
            Ok(Reply::Layout(layout)) => {
                self.hall = Some(Hall::new((**layout).clone()));
                Came::Hall
            }
            Ok(Reply::Map(map)) => {
                self.take_map(desk, map);
                Came::Map
            }
            _ => Came::Nothing,
        })
    }

    fn take_map(&mut self, desk: &mut Desk, map: &SeatMap) {
        let older = self
            .board
            .as_ref()
            .is_some_and(|b| b.version.ver > map.version.ver && b.show == map.show);
        // An older map may come late, unless the show's history was rewritten (another tip).
        if older && desk.link.feed == Feed::Live {
            return;
        }
        match Board::new(map) {
            Some(board) => self.board = Some(board),
            None => desk.say(wording::MAP_NOT_UNDERSTOOD),
        }
    }

    /// Takes news of the feed if it is of this show; `false` when it is not.
    pub fn news(&mut self, desk: &mut Desk, generation: Generation, news: &News) -> bool {
        if self.feed != generation {
            return false;
        }
        match news {
            News::Map(map) => {
                // The feed's own map is where its changes start from.
                desk.link.feed = Feed::Live;
                if let Some(board) = Board::new(map) {
                    self.board = Some(board);
                }
            }
            News::Changes(changes) => {
                desk.link.feed = Feed::Live;
                let board = self.board.as_mut();
                let followed = board.is_some_and(|b| {
                    b.change(changes) || b.version.ver >= changes.version.ver
                });
                if !followed && !self.asks_map.is_out() {
                    self.load_map(desk);
                }
            }
            // The first connection tells all seats; until then there is nothing to be live.
            News::Up if desk.link.feed == Feed::Down => desk.link.feed = Feed::Live,
            News::Up => {}
            News::Down(_) => desk.link.feed = Feed::Down,
        }
        true
    }

    /// Asks for the states of the seats again.
    pub fn load_map(&mut self, desk: &mut Desk) {
        self.asks_map.ask(desk, Ask::Seats(self.show));
    }

    /// Asks for what is not here and not asked for.
    pub fn load_missing(&mut self, desk: &mut Desk) {
        if self.detail.is_none() && !self.asks_detail.is_out() {
            self.asks_detail.ask(desk, Ask::Show(self.show));
        }
        if self.hall.is_none() && !self.asks_layout.is_out() {
            self.asks_layout.ask(desk, Ask::Layout(self.show));
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        let now = desk.now;
        if self.asks_detail.is_due(now) {
            self.asks_detail.ask(desk, Ask::Show(self.show));
        }
        if self.asks_layout.is_due(now) {
            self.asks_layout.ask(desk, Ask::Layout(self.show));
        }
        if self.asks_map.is_due(now) {
            self.load_map(desk);
        }
    }

    /// When to look again for what did not come.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        [&self.asks_detail, &self.asks_layout, &self.asks_map]
            .into_iter()
            .filter_map(Question::again_at)
            .min()
    }

    /// A ticket type's name.
    #[must_use]
    pub fn type_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.detail
            .iter()
            .flat_map(|d| &d.ticket_types)
            .find(|t| t.code == code)
            .map_or(code, |t| t.name.as_str())
    }
}
