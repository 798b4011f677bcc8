//! The first view: the next shows, numbered.

use houseful_core::{
    ids::{CinemaId, ShowId},
    wire::catalogue::{Show, ShowStatus},
};
use tui_input::Input;

use super::{
    browse::Browse,
    desk::Desk,
    field,
    filter::fitting,
    key::Key,
    keymap::{Action, Place},
    list::moved,
    local_time,
    model::{Step, View},
    msg::{Answer, Ask, Reply, ShowsWanted},
    question::Question,
    seats::Seats,
    wording,
};

/// How many shows are asked for at a time.
const SHOWS: u16 = 250;
/// How many when a filter is typed: other days count too.
const SHOWS_TO_FILTER: u16 = 500;
/// After how long the list is asked for again.
const STALE_MS: i64 = 20_000;
/// How many days ahead can be looked at.
const DAYS_MAX: u16 = 60;
/// How long ago a show may have begun to be looked for: no counter sells later.
const BEGUN_MS: i64 = 90 * 60_000;

/// The next shows.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Only this cinema's.
    pub cinema: Option<CinemaId>,
    /// The shows as the server listed them.
    pub shows: Vec<Show>,
    /// The indices of those that fit the filter.
    pub fitting: Vec<usize>,
    /// Those lines as they were on the screen last.
    pub seen: Vec<ShowId>,
    /// Which of those is marked.
    pub cursor: usize,
    /// Days from today; 0 lists what comes next.
    pub day: u16,
    /// That day, `2026-11-22`, when it is not today.
    pub date: Option<String>,
    /// Whether shows are listed that have begun and are still sold: before the next ones, and never
    /// unless somebody asks for them.
    pub begun: bool,
    /// The time zone of the first show of today's list.
    zone: String,
    /// The filter.
    pub filter: Input,
    /// Whether it is being typed.
    pub typing: bool,
    /// Asks for the list.
    pub asks: Question,
    /// Whether this day's list was here.
    pub loaded: bool,
    /// Why the server would not give the list, when it last would not.
    pub refused: Option<String>,
    wide: bool,
}

impl Home {
    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        if self.typing {
            Place::Filter
        } else {
            Place::Home
        }
    }

    /// The time zone that "today" is in.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        if self.zone.is_empty() {
            "UTC"
        } else {
            &self.zone
        }
    }

    /// The shows that fit the filter.
    pub fn lines(&self) -> impl Iterator<Item = &Show> {
        self.fitting.iter().filter_map(|i| self.shows.get(*i))
    }

    /// The list is on the screen as it is now.
    pub fn note_seen(&mut self) {
        self.seen = self.lines().map(|show| show.id).collect();
    }

    /// The marked show.
    #[must_use]
    pub fn marked(&self) -> Option<&Show> {
        self.lines().nth(self.cursor)
    }

    /// Asks for the list.
    pub fn load(&mut self, desk: &mut Desk) {
        let limit = if self.wide || self.begun {
            SHOWS_TO_FILTER
        } else {
            SHOWS
        };
        let wanted = ShowsWanted {
            cinema: self.cinema,
            date: self.date.clone(),
            from: self.begun.then(|| desk.server_now().plus_ms(-BEGUN_MS)),
            limit,
            ..ShowsWanted::default()
        };
        self.asks.ask(desk, Ask::Shows(wanted));
    }

    /// Asks for the list again when it is old.
    pub fn tick(&mut self, desk: &mut Desk) {
        if self.asks.is_due(desk.now) {
            self.load(desk);
        }
    }

    /// Whether the list has shows of several time zones.
    #[must_use]
    pub fn zones_differ(&self) -> bool {
        let mut zones = self.shows.iter().map(|s| &s.time_zone);
        let first = zones.next();
        zones.any(|zone| Some(zone) != first)
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, key: Key) -> Step {
        match action {
            Action::Digit => return self.sell_line(desk, key),
            Action::Accept if self.typing => self.typing = false,
            Action::Accept => return self.sell(desk, self.cursor),
            Action::Back if self.typing || !self.filter.value().is_empty() => {
                self.typing = false;
                self.filter.reset();
                self.refit(None);
                // The other days were there to be looked through.
                if std::mem::take(&mut self.wide) {
                    self.load(desk);
                }
            }
            Action::Filter => {
                self.typing = true;
                if !self.wide {
                    self.wide = true;
                    self.load(desk);
                }
            }
            Action::Back | Action::NextDay if self.begun => self.turn_to(desk, 0, false),
            Action::NextDay if self.day < DAYS_MAX => self.turn_to(desk, self.day + 1, false),
            Action::PreviousDay if self.day > 0 => self.turn_to(desk, self.day - 1, false),
            Action::PreviousDay if self.begun => desk.say(wording::NOTHING_BEFORE),
            Action::PreviousDay => self.turn_to(desk, 0, true),
            Action::Browse => {
                return Step::Open(Box::new(View::Browse(Box::new(Browse::open(desk)))));
            }
            Action::Resume => return self.resume(desk),
            Action::Refresh => self.load(desk),
            _ => {
                if let Some(line) = moved(action, self.cursor, self.fitting.len()) {
                    self.move_to(line);
                }
            }
        }
        Step::Stay
    }

    /// A key was typed into the filter.
    pub fn typed(&mut self, key: Key) {
        if field::edit(&mut self.filter, key) {
            self.refit(None);
        }
    }

    fn move_to(&mut self, line: usize) {
        self.cursor = line.min(self.fitting.len().saturating_sub(1));
    }

    /// Lists another day, or what has begun today.
    fn turn_to(&mut self, desk: &mut Desk, day: u16, begun: bool) {
        let now = desk.server_now();
        self.begun = begun;
        self.day = day;
        self.date = (day > 0)
            .then(|| local_time::day_from(now, self.time_zone(), day))
            .flatten();
        self.cursor = 0;
        // Another day's shows under this day's name would be sold by their numbers.
        self.shows.clear();
        self.loaded = false;
        self.refit(None);
        self.load(desk);
    }

    /// Opens the show with the number that was pressed.
    pub fn sell_line(&mut self, desk: &mut Desk, key: Key) -> Step {
        let Some(line) = key.digit().filter(|d| *d > 0) else {
            return Step::Stay;
        };
        self.choose(desk, usize::from(line))
    }

    /// Opens the show on a line of the list, counted from 1.
    pub fn choose(&mut self, desk: &mut Desk, number: usize) -> Step {
        let Some(line) = number.checked_sub(1) else {
            return Step::Stay;
        };
        if line < self.fitting.len() {
            self.cursor = line;
        }
        self.sell(desk, line)
    }

    fn sell(&mut self, desk: &mut Desk, line: usize) -> Step {
        let Some(show) = self.lines().nth(line).cloned() else {
            desk.say(wording::no_line(line + 1));
            return Step::Stay;
        };
        if let Some(why) = wording::not_for_sale(&show) {
            desk.say(why);
            return Step::Stay;
        }
        // The next customer wants a show that is to come.
        if self.begun {
            self.turn_to(desk, 0, false);
        }
        Step::Open(Box::new(View::Seats(Box::new(Seats::open(desk, show)))))
    }

    fn resume(&mut self, desk: &mut Desk) -> Step {
        let Some(kept) = desk.kept.take() else {
            desk.say(wording::NOTHING_TO_RESUME);
            return Step::Stay;
        };
        let only_held = kept.is_only_held();
        match (&kept.booking, &kept.show) {
            (Some(booking), Some(show)) if only_held => {
                let (booking, show) = (booking.clone(), show.clone());
                let seats = Seats::resume(desk, show, kept.owned, booking);
                Step::Open(Box::new(View::Seats(Box::new(seats))))
            }
            (Some(booking), Some(show)) => Step::Settle {
                booking: Box::new(booking.clone()),
                show: Box::new(show.clone()),
                payment: kept.payment,
                owned: kept.owned,
            },
            _ => {
                let why = kept.refused.clone();
                desk.say(why.unwrap_or_else(|| wording::STILL_ASKING.to_owned()));
                desk.kept = Some(kept);
                Step::Stay
            }
        }
    }

    fn refit(&mut self, marked: Option<ShowId>) {
        let lines: Vec<(String, String)> = self
            .shows
            .iter()
            .map(|s| {
                let side = format!(
                    "{} {} {} {}",
                    s.cinema_name, s.screen_name, s.format, s.starts_local
                );
                (s.title.clone(), side.replace('T', " "))
            })
            .collect();
        self.fitting = fitting(self.filter.value(), &lines);
        let again = marked.and_then(|id| self.lines().position(|s| s.id == id));
        self.move_to(again.unwrap_or(if marked.is_some() { self.cursor } else { 0 }));
    }

    /// Takes an answer if it is this view's; `false` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> bool {
        if !self.asks.takes(answer.generation) {
            return false;
        }
        match &answer.result {
            Ok(Reply::Shows(shows)) => {
                self.asks.answered();
                self.asks.rest(desk.now, STALE_MS);
                self.loaded = true;
                self.refused = None;
                let marked = self.marked().map(|s| s.id);
                self.shows.clone_from(shows);
                if self.begun {
                    let now = desk.server_now();
                    let is_begun =
                        |show: &Show| show.starts_at.0 <= now && show.status == ShowStatus::OnSale;
                    self.shows.retain(is_begun);
                    // The latest first: those are asked for.
                    self.shows.reverse();
                }
                if let (0, Some(first)) = (self.day, shows.first()) {
                    self.zone.clone_from(&first.time_zone);
                }
                self.refit(marked);
            }
            Ok(_) => {}
            // It is the list's state, not an event: it stays on the screen until the list comes.
            Err(failure) => {
                if let Some(why) = self.asks.failed(failure, desk.now) {
                    self.refused = Some(why.to_owned());
                }
            }
        }
        true
    }
}
