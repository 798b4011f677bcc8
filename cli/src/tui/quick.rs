//! The quick line: a whole sale typed after `:`, in the grammar of `houseful sell`.
//!
//! It does what the same keys would do by hand: it opens the show, puts its wish in line behind
//! what the server is still asked, and goes on to payment if the line says so. A line with a
//! mistake stays for correction. A number means the show that had it when the line was opened,
//! whatever has become of the list since: money may be taken before anybody reads the title.

use houseful_core::{ids::ShowId, money::Money, wire::catalogue::Show};
use tui_input::Input;

use super::{
    desk::Desk,
    field,
    key::Key,
    keymap::Action,
    model::{Model, Step, View},
    msg::{Answer, Ask, Failure, Generation, Reply},
    seats::{Seats, Wanted},
    wording,
};
use crate::wish::{LineShow, PayWord, WishLine, WishWords};

/// How many lines are remembered.
const LINES_MAX: usize = 100;

/// The line that is being typed, and those of before.
#[derive(Clone, Debug, Default)]
pub struct Quick {
    /// The line, while it is typed.
    pub typed: Option<Input>,
    /// What its numbers mean: the shows of the list that was looked at when it was opened.
    shows: Vec<ShowId>,
    /// Lines of this session, the newest last.
    lines: Vec<String>,
    /// Which of them is shown; none while a new one is typed.
    at: Option<usize>,
    /// What was typed before an older line was looked at.
    draft: String,
    /// A line whose show the server is asked for.
    finding: Option<(Generation, Ordered)>,
}

/// A line that was read, and how it was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ordered {
    /// What it says after the show.
    pub words: WishWords,
    /// As it was typed.
    pub text: String,
    /// What its number was typed for, should it come back for correction.
    shows: Vec<ShowId>,
}

impl Quick {
    /// Opens the line with this text; its numbers mean these shows, counted from 1.
    pub fn open_with(&mut self, text: String, shows: Vec<ShowId>) {
        self.typed = Some(Input::new(text));
        self.shows = shows;
        self.at = None;
        self.draft.clear();
    }

    /// Opens a line again for correction. Its number means what it meant.
    pub fn reopen(&mut self, line: Ordered) {
        self.open_with(line.text, line.shows);
    }

    fn close(&mut self) {
        self.typed = None;
    }

    fn remember(&mut self, text: &str) {
        self.lines.retain(|line| line != text);
        self.lines.push(text.to_owned());
        if self.lines.len() > LINES_MAX {
            self.lines.remove(0);
        }
    }

    fn look_back(&mut self) {
        let at = self.at.unwrap_or(self.lines.len());
        if let Some(before) = at.checked_sub(1) {
            if self.at.is_none() {
                self.draft = self.text();
            }
            self.show_line(Some(before));
        }
    }

    fn look_forward(&mut self) {
        if let Some(at) = self.at {
            self.show_line((at + 1 < self.lines.len()).then_some(at + 1));
        }
    }

    fn show_line(&mut self, at: Option<usize>) {
        self.at = at;
        let line = at.and_then(|at| self.lines.get(at));
        self.typed = Some(Input::new(line.unwrap_or(&self.draft).clone()));
    }

    fn text(&self) -> String {
        let typed = self.typed.as_ref();
        typed.map_or(String::new(), |typed| typed.value().to_owned())
    }
}

/// Opens an empty line over the view on top.
pub fn open(model: &mut Model) {
    let shows = model.numbered();
    model.desk.quick.open_with(String::new(), shows);
}

/// Another key was pressed: nobody waits for a show that is asked for.
pub fn give_up(quick: &mut Quick) {
    quick.finding = None;
}

/// A key was typed into the line.
pub fn typed(quick: &mut Quick, key: Key) {
    if let Some(typed) = &mut quick.typed {
        field::edit(typed, key);
    }
}

/// A key of the line's own was pressed.
pub fn act(model: &mut Model, action: Action) -> Step {
    let quick = &mut model.desk.quick;
    match action {
        Action::Up => quick.look_back(),
        Action::Down => quick.look_forward(),
        Action::Back => quick.close(),
        Action::Accept => return enter(model),
        _ => {}
    }
    Step::Stay
}

/// Does what the line says.
fn enter(model: &mut Model) -> Step {
    let text = model.desk.quick.text().trim().to_owned();
    if text.is_empty() {
        model.desk.quick.close();
        return Step::Stay;
    }
    let line: WishLine = match text.parse() {
        Ok(line) => line,
        Err(error) => {
            model.desk.say(error.to_string());
            return Step::Stay;
        }
    };
    let ordered = Ordered {
        words: line.words,
        text,
        shows: model.desk.quick.shows.clone(),
    };
    let id = match line.show {
        LineShow::Id(id) => id,
        LineShow::Number(number) => {
            let at = usize::from(number).checked_sub(1);
            let Some(id) = at.and_then(|at| ordered.shows.get(at)) else {
                model.desk.say(wording::no_line(usize::from(number)));
                if ordered.shows.is_empty() {
                    // The list was not here yet; by the next Enter it was looked at.
                    model.desk.quick.shows = model.numbered();
                }
                return Step::Stay;
            };
            *id
        }
    };
    let known = known(model).find(|show| show.id == id).cloned();
    match known {
        Some(show) => start(model, show, ordered),
        None => find(model, id, ordered),
    }
}

/// Asks for a show that is on no list.
fn find(model: &mut Model, id: ShowId, ordered: Ordered) -> Step {
    let asked = model.desk.ask(Ask::Show(id));
    model.desk.quick.finding = Some((asked, ordered));
    model.desk.quick.close();
    model.desk.say(wording::LOOKING_FOR_SHOW);
    Step::Stay
}

/// All shows that are known here.
fn known(model: &Model) -> impl Iterator<Item = &Show> {
    let above = model.above.iter().flat_map(|view| match view {
        View::Browse(browse) => &browse.shows[..],
        View::Seats(seats) => std::slice::from_ref(&seats.show),
        View::Ticket(ticket) => std::slice::from_ref(&ticket.show),
        View::Live(live) => std::slice::from_ref(&live.show),
        View::Payment(_) | View::Bookings(_) | View::Late(_) => &[],
    });
    model.home.shows.iter().chain(above)
}

/// Takes an answer if it is for a line; `None` when it is not.
pub fn answer(model: &mut Model, answer: &Answer) -> Option<Step> {
    let asked = answer.generation;
    let (_, ordered) = model.desk.quick.finding.take_if(|(out, _)| *out == asked)?;
    let why = match &answer.result {
        Ok(Reply::Show(detail)) => {
            model.desk.notice = None;
            model.desk.quick.reopen(ordered.clone());
            return Some(start(model, detail.show.clone(), ordered));
        }
        Ok(_) => return Some(Step::Stay),
        Err(Failure::Refused(problem)) => problem.detail.clone(),
        Err(Failure::NoAnswer(why) | Failure::Broken(why)) => why.clone(),
    };
    model.desk.quick.reopen(ordered);
    model.desk.say(why);
    Some(Step::Stay)
}

/// Opens the show and puts the line's wish in line; a line that can't be stays for correction.
fn start(model: &mut Model, show: Show, ordered: Ordered) -> Step {
    if let Some(why) = objection(model, &show, &ordered.words) {
        model.desk.say(why);
        return Step::Stay;
    }
    let quick = &mut model.desk.quick;
    quick.remember(&ordered.text);
    quick.close();
    let open = matches!(model.above.last(), Some(View::Seats(seats)) if seats.show.id == show.id);
    if !open {
        if let Some(View::Seats(_) | View::Ticket(_)) = model.above.last() {
            model.above.pop();
        }
        let seats = Seats::open(&mut model.desk, show);
        model.above.push(View::Seats(Box::new(seats)));
    }
    match model.above.last_mut() {
        Some(View::Seats(seats)) => seats.want(&mut model.desk, Wanted::Line(Box::new(ordered))),
        _ => Step::Stay,
    }
}

/// What stands against a line, as far as it can be known before prices and hall are here.
fn objection(model: &Model, show: &Show, words: &WishWords) -> Option<String> {
    let desk: &Desk = &model.desk;
    if let Some(why) = wording::not_for_sale(show) {
        return Some(why);
    }
    let holds_here = match model.above.last() {
        Some(View::Payment(_)) => return Some(wording::PAYING_FIRST.to_owned()),
        Some(View::Seats(seats)) if seats.show.id == show.id => seats.owned.is_some(),
        Some(View::Seats(seats)) if seats.owned.is_some() => {
            return Some(wording::held_first(&seats.labels()));
        }
        _ => false,
    };
    match &words.pay {
        Some(pay) if !words.says_who() && !holds_here => Some(wording::who_first(pay)),
        Some(PayWord::Cash(_)) if !desk.takes_cash() => Some(wording::CASH_NEEDS_CLERK.to_owned()),
        Some(PayWord::Cash(Some(given))) => Money::parse(given, show.price_from.currency)
            .err()
            .map(|e| e.to_string()),
        _ => None,
    }
}
