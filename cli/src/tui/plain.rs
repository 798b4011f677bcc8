//! Plain mode: the same model, spoken line by line. Nothing is drawn, nothing is ever taken back,
//! so a screen reader hears each thing once and a script can wait for each prompt.
//!
//! A typed line becomes messages for `update` (`hear`); once the server has answered everything
//! that matters here, the difference is said (`speak`) and a prompt follows. All of it is pure:
//! `runtime/plain.rs` reads the lines and writes the words.

mod bookings;
mod browse;
mod clock;
mod dialogs;
mod hall;
mod hear;
mod home;
mod late;
mod link;
mod live;
mod payment;
mod seats;
mod speak;
mod talk;
mod ticket;
mod vocabulary;

use houseful_core::time::UtcMillis;

use super::{
    keymap::Place,
    model::{Model, View},
    msg::Msg,
    wording,
};
use hear::{Heard, hear};
use talk::Talk;

/// The window that the model is told of: every hall fits into it, seat by seat.
pub const PAGE: (u16, u16) = (4_000, 1_000);

/// After how long it is said that the server is being asked.
const LATE_MS: i64 = 1_000;

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A line.
    Line(String),
    /// A question, on a line that stays open for the answer.
    Prompt(String),
}

/// The face of plain mode: what its user was told, and what is to be said.
#[derive(Clone, Debug)]
pub struct Face {
    /// The model as it was when it was last spoken of.
    told: Model,
    talk: Talk,
    /// The prompt that stands; lines are heard only after one.
    prompt: Option<&'static str>,
    /// Since when an answer is awaited.
    waits_since: Option<UtcMillis>,
    /// Whether it was said that an answer is late.
    said_late: bool,
    /// Whether a line was heard that nothing was said to yet.
    owes_answer: bool,
    patience_ms: i64,
    now: UtcMillis,
    said: Vec<Said>,
}

impl Face {
    /// A face that lets its user act all the same when there is no answer for so long.
    #[must_use]
    pub fn new(patience_ms: i64) -> Self {
        Self {
            told: Model::default(),
            talk: Talk::default(),
            prompt: None,
            waits_since: None,
            said_late: false,
            owes_answer: false,
            patience_ms,
            now: UtcMillis::default(),
            said: Vec::new(),
        }
    }

    /// Whether a line would be heard now: a prompt stands.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        self.prompt.is_some()
    }

    /// What is to be written since it was last taken.
    pub fn take_said(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.said)
    }

    /// When this face has something to say although nothing happens.
    #[must_use]
    pub fn wake_at(&self) -> Option<UtcMillis> {
        let since = self.waits_since?;
        let wait = if self.said_late {
            self.patience_ms
        } else {
            LATE_MS.min(self.patience_ms)
        };
        Some(since.plus_ms(wait))
    }

    /// Hears a typed line; gives what it means for the model.
    pub fn hear(&mut self, line: &str, model: &Model) -> Vec<Msg> {
        self.prompt = None;
        self.waits_since = None;
        self.said_late = false;
        self.owes_answer = true;
        match hear(line, model, &self.talk) {
            Heard::Do(msgs) => {
                self.talk.amount = false;
                self.talk.rest.clear();
                if !msgs.is_empty() {
                    // The same said again is an answer to the new line.
                    self.told.desk.notice = None;
                }
                return msgs;
            }
            Heard::AskAmount => {
                self.talk.amount = true;
                self.say(&[wording::plain::TYPE_AMOUNT.to_owned()]);
            }
            Heard::Say(lines) => self.say(&lines),
            Heard::Tell(tell) => {
                self.talk.amount = false;
                let lines = speak::tell(&tell, model, &mut self.talk);
                self.say(&lines);
            }
        }
        Vec::new()
    }

    /// Tells everything about the place anew.
    pub fn again(&mut self, model: &Model) {
        let lines = speak::tell(&hear::Tell::Again, model, &mut self.talk);
        self.say(&lines);
    }

    /// Says what becomes of the seats when the program ends.
    pub fn farewell(&mut self, model: &Model) {
        let lines = speak::farewell(&self.told, model);
        self.say(&lines);
    }

    /// Says that nobody will type any more.
    pub fn input_ended(&mut self) {
        self.say(&[wording::plain::END_OF_INPUT.to_owned()]);
    }

    /// Looks at the model after something happened, and says what has to be said.
    pub fn look(&mut self, model: &Model) {
        self.now = model.desk.now;
        self.forget_gone(model);
        if self.is_waiting(model) {
            let lines = link::news(&self.told, model);
            self.said_late |= !lines.is_empty();
            self.told.desk.link = model.desk.link.clone();
            let late = self
                .waits_since
                .is_some_and(|since| self.now.ms_since(since) >= LATE_MS);
            self.say(&lines);
            if late && !self.said_late {
                self.said_late = true;
                self.said
                    .push(Said::Line(wording::plain::ASKING.to_owned()));
            }
            return;
        }
        self.waits_since = None;
        let mut lines = speak::news(&self.told, model, &mut self.talk);
        if lines.is_empty() && self.owes_answer {
            lines = speak::summary(model, &mut self.talk);
        }
        self.told = model.clone();
        self.say(&lines);
        let prompt = prompt(model, &self.talk);
        if !model.desk.over && self.prompt != Some(prompt) {
            self.prompt = Some(prompt);
            self.owes_answer = false;
            self.said.push(Said::Prompt(prompt.to_owned()));
        }
    }

    /// Whether nothing is said before an answer. Once a prompt stands, what is asked meanwhile is
    /// no business of its user.
    fn is_waiting(&mut self, model: &Model) -> bool {
        if self.prompt.is_some() || model.desk.over || !speak::awaits(model) {
            return false;
        }
        let since = *self.waits_since.get_or_insert(self.now);
        self.now.ms_since(since) < self.patience_ms
    }

    /// What went away in between is news when it comes back.
    fn forget_gone(&mut self, model: &Model) {
        let overlays = model.desk.overlays.len();
        self.told.desk.overlays.truncate(overlays);
        if model.desk.notice.is_none() {
            self.told.desk.notice = None;
        }
        if let (Some(View::Payment(told)), Some(View::Payment(now))) =
            (self.told.above.last_mut(), model.above.last())
            && now.message.is_none()
        {
            told.message = None;
        }
    }

    fn say(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.owes_answer = false;
        // The prompt comes anew under what was said.
        self.prompt = None;
        // A sentence that names a key tells the word for it.
        let keymap = &self.told.keymap;
        for line in lines {
            let line = keymap.say_by(line, vocabulary::word_for);
            let line = super::local_time::in_words(&line, self.told.time_zone()).into_owned();
            self.said.push(Said::Line(line));
        }
    }
}

/// What a line means for the model; `None` when it is only told something.
#[cfg(test)]
pub fn meaning(line: &str, model: &Model) -> Option<Vec<Msg>> {
    let mut talk = Talk::default();
    talk.shows.extend(model.home.lines().map(|show| show.id));
    match hear(line, model, &talk) {
        Heard::Do(msgs) => Some(msgs),
        _ => None,
    }
}

/// What is asked here.
fn prompt(model: &Model, talk: &Talk) -> &'static str {
    let place = model.place();
    match (place, model.above.last()) {
        (Place::Browse, Some(View::Browse(browse))) => browse::prompt(browse),
        (Place::AskRefund, _) => wording::plain::REFUND_PROMPT,
        (Place::AskGiveBack, _) => wording::plain::GIVE_BACK_PROMPT,
        (Place::Seats, Some(View::Seats(seats))) => {
            wording::plain::prompt(place, seats.booking.is_some(), false)
        }
        _ => wording::plain::prompt(place, false, talk.amount),
    }
}
