//! The late-payments desk: what needs somebody, or what has ended; one case of it as a page.
//!
//! Nothing is decided here. A manager says yes or no to a refund, somebody says what was done about
//! a case, and the server answers how it stands then.

mod page;

use houseful_core::{
    ids::ShowId,
    time::UtcMillis,
    wire::{
        catalogue::Show,
        desk::{Cases, DeskCase},
    },
};

pub use page::{CasePage, NoteFor};

use super::{
    desk::Desk,
    key::Key,
    keymap::{Action, Place},
    list::moved,
    model::Step,
    msg::{Answer, Ask, LateWanted, Reply},
    question::Question,
    wording,
};

/// After how long the list is asked for again.
const STALE_MS: i64 = 15_000;

/// The desk.
#[derive(Clone, Debug, Default)]
pub struct Late {
    /// Whether what has ended is listed, and not what needs somebody.
    pub ended: bool,
    /// The cases as the server listed them.
    pub cases: Vec<DeskCase>,
    /// Which of them is marked.
    pub cursor: usize,
    /// Whether the list was here.
    pub loaded: bool,
    /// Why the server would not give it, when it last would not.
    pub refused: Option<String>,
    /// Shows whose cases can't be listed, since they stand still.
    pub read_only: Vec<ShowId>,
    /// Leads to what ended before.
    pub next: Option<String>,
    /// The case that is open.
    pub page: Option<Box<CasePage>>,
    asks: Question,
    /// Whether older cases were asked for, and not the list anew.
    asks_older: bool,
}

impl Late {
    /// Opens the desk.
    pub fn open(desk: &mut Desk) -> Self {
        let mut view = Self::default();
        view.load(desk);
        view
    }

    /// Where its keys are.
    #[must_use]
    pub fn place(&self) -> Place {
        match &self.page {
            Some(page) if page.form.is_some() => Place::CaseNote,
            Some(_) => Place::LateCase,
            None => Place::Late,
        }
    }

    /// The marked case.
    #[must_use]
    pub fn marked(&self) -> Option<&DeskCase> {
        self.cases.get(self.cursor)
    }

    /// The show of the open case.
    #[must_use]
    pub fn show(&self) -> Option<&Show> {
        self.page.as_deref()?.show.as_ref()
    }

    /// Whether leaving the view would lose what was typed, or the answer to a change.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let under_way = |page: &CasePage| page.form.is_some() || page.is_changing();
        self.page.as_deref().is_some_and(under_way)
    }

    /// Whether the answer to a change of the open case is awaited.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.page.as_deref().is_some_and(CasePage::is_changing)
    }

    /// Whether a key of the open case does something now.
    #[must_use]
    pub fn offers(&self, desk: &Desk, action: Action) -> bool {
        match &self.page {
            Some(page) => page.hindrance(desk, action).is_none(),
            None => action != Action::Older || self.next.is_some(),
        }
    }

    fn load(&mut self, desk: &mut Desk) {
        self.asks_older = false;
        let (ended, cursor) = (self.ended, None);
        self.asks.ask(desk, Ask::Late(LateWanted { ended, cursor }));
    }

    /// The view is on top again: what it shows may be old.
    pub fn look_again(&mut self, desk: &mut Desk) {
        self.load(desk);
        if let Some(page) = &mut self.page {
            page.look(desk);
        }
    }

    /// Opens the case with this number on the list.
    pub fn choose(&mut self, desk: &mut Desk, number: usize) {
        match number.checked_sub(1).filter(|at| *at < self.cases.len()) {
            Some(at) if self.page.is_none() => {
                self.cursor = at;
                self.open_marked(desk);
            }
            _ => desk.say(wording::no_case_line(number)),
        }
    }

    fn open_marked(&mut self, desk: &mut Desk) {
        match self.marked().cloned() {
            Some(case) => {
                let mut page = CasePage::new(case);
                page.look(desk);
                self.page = Some(Box::new(page));
            }
            None if !self.loaded => desk.say(wording::LIST_COMES),
            None => desk.say(wording::NO_CASE_MARKED),
        }
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, key: Key) -> Step {
        if let Some(page) = &mut self.page {
            if action == Action::Back && page.form.is_none() {
                if page.is_changing() {
                    desk.say(wording::LEFT_UNANSWERED);
                }
                self.page = None;
                self.load(desk);
                return Step::Stay;
            }
            return page.act(desk, action, key);
        }
        match action {
            Action::Back => return Step::Back,
            Action::Accept => self.open_marked(desk),
            Action::Turn => {
                self.ended = !self.ended;
                self.cases.clear();
                (self.cursor, self.loaded, self.next) = (0, false, None);
                self.load(desk);
            }
            Action::Older => match self.next.clone() {
                Some(cursor) if !self.asks.is_out() => {
                    self.asks_older = true;
                    let (ended, cursor) = (self.ended, Some(cursor));
                    self.asks.ask(desk, Ask::Late(LateWanted { ended, cursor }));
                }
                Some(_) => desk.say(wording::LIST_COMES),
                None => desk.say(wording::NO_MORE_ENDED),
            },
            Action::Refresh => self.load(desk),
            _ => {
                if let Some(line) = moved(action, self.cursor, self.cases.len()) {
                    self.cursor = line;
                }
            }
        }
        Step::Stay
    }

    /// A key was typed into the note.
    pub fn typed(&mut self, key: Key) {
        if let Some(form) = self.page.as_deref_mut().and_then(|p| p.form.as_mut()) {
            form.typed(key);
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        if self.asks.is_due(desk.now) {
            if self.asks_older || self.has_older_listed() {
                // What was listed by hand is not taken away again.
                self.asks_older = false;
                self.asks = Question::default();
            } else {
                self.load(desk);
            }
        }
        if let Some(page) = &mut self.page {
            page.tick(desk);
        }
    }

    /// Whether more than the first page is listed.
    fn has_older_listed(&self) -> bool {
        self.ended && self.cases.len() > usize::from(LateWanted::PAGE)
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        let page = self.page.as_deref().and_then(CasePage::again_at);
        [self.asks.again_at(), page].into_iter().flatten().min()
    }

    /// Takes an answer if it is this view's; `None` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> Option<Step> {
        if self.asks.takes(answer.generation) {
            self.take_list(desk, answer);
            return Some(Step::Stay);
        }
        let page = self.page.as_deref_mut()?;
        if !page.answer(desk, answer) {
            return None;
        }
        if page.is_over {
            self.page = None;
            self.load(desk);
        }
        Some(Step::Stay)
    }

    fn take_list(&mut self, desk: &mut Desk, answer: &Answer) {
        match &answer.result {
            Ok(Reply::Late(page)) => {
                self.asks.answered();
                self.asks.rest(desk.now, STALE_MS);
                self.take_page(page);
                self.loaded = true;
                self.refused = None;
                let open = self.page.as_deref_mut();
                let listed = |page: &CasePage| self.cases.iter().find(|c| same(c, &page.case));
                if let Some(page) = open
                    && let Some(case) = listed(page).filter(|case| **case != page.case)
                {
                    page.case = case.clone();
                    page.look(desk);
                }
            }
            Ok(_) => {}
            // It is the list's state, not an event: it stays on the screen until the list comes.
            Err(failure) => {
                if let Some(why) = self.asks.failed(failure, desk.now) {
                    self.refused = Some(why.to_owned());
                }
            }
        }
    }

    fn take_page(&mut self, page: &Cases) {
        if std::mem::take(&mut self.asks_older) {
            let listed = std::mem::take(&mut self.cases);
            let is_new = |case: &&DeskCase| !listed.iter().any(|known| same(known, case));
            let older: Vec<DeskCase> = page.items.iter().filter(is_new).cloned().collect();
            self.cases = listed.into_iter().chain(older).collect();
        } else {
            let marked = self.marked().cloned();
            self.cases.clone_from(&page.items);
            let is_it = |case: &DeskCase| marked.as_ref().is_some_and(|m| same(m, case));
            let line = self.cases.iter().position(is_it);
            let last = self.cases.len().saturating_sub(1);
            self.cursor = line.unwrap_or(self.cursor).min(last);
        }
        self.read_only.clone_from(&page.read_only);
        self.next.clone_from(&page.next);
    }
}

/// Whether two are the same case, however it stands.
fn same(a: &DeskCase, b: &DeskCase) -> bool {
    let refund = |case: &DeskCase| {
        let waits = case.refund.as_ref().map(|r| r.id);
        waits.or(case.declined.as_ref().map(|d| d.id))
    };
    (a.booking, a.payment, a.kind, refund(a)) == (b.booking, b.payment, b.kind, refund(b))
}
