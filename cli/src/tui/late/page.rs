//! One case of the late-payments desk as a page: what happened, what each tender paid, what is to
//! be done; and the changes that somebody can make, each asked with the same command until it is
//! answered.

use houseful_core::{
    time::UtcMillis,
    wire::{
        admin::Role,
        booking::{Booking, Contact},
        catalogue::Show,
        desk::{CaseHow, DeskCase, DeskEnd, DeskKind, ResolveRequest, StoryStep},
        payment::Payment,
        refund::VerdictRequest,
    },
};
use tui_input::Input;

use crate::tui::{
    desk::Desk,
    field,
    key::Key,
    keymap::Action,
    model::{Step, View},
    msg::{Answer, Ask, Failure, Owned, Reply},
    overlay::Overlay,
    question::Question,
    seats::Seats,
    wording,
};

/// How often a case is looked at that is on its way.
const UNSETTLED_MS: i64 = 10_000;
/// The longest note.
const NOTE_CHARS_MAX: usize = 200;

/// What a note is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteFor {
    /// Saying what was done.
    Resolve(CaseHow),
    /// Saying no to a refund.
    Refuse,
}

/// A note that is being typed.
#[derive(Clone, Debug)]
pub struct NoteForm {
    /// What for.
    pub what: NoteFor,
    /// The note so far.
    pub note: Input,
}

impl NoteForm {
    /// A key was typed.
    pub fn typed(&mut self, key: Key) {
        let full = self.note.value().chars().count() >= NOTE_CHARS_MAX;
        if !(full && matches!(key, Key::Char(_))) {
            field::edit(&mut self.note, key);
        }
    }

    /// Whether nothing can be said without one.
    fn needs_words(&self) -> bool {
        matches!(
            self.what,
            NoteFor::Refuse | NoteFor::Resolve(CaseHow::Other)
        )
    }
}

/// A change whose answer is awaited.
#[derive(Clone, Debug)]
struct Doing {
    ask: Ask,
    question: Question,
}

/// One case.
#[derive(Clone, Debug)]
pub struct CasePage {
    /// As the server last told it.
    pub case: DeskCase,
    /// Its booking, once it is here.
    pub booking: Option<Booking>,
    /// The show, once it is here.
    pub show: Option<Show>,
    /// What happened, in order.
    pub story: Vec<StoryStep>,
    /// Whether that is here.
    pub told: bool,
    /// The payment with its tenders, once it is here.
    pub payment: Option<Payment>,
    /// A note that is being typed.
    pub form: Option<NoteForm>,
    /// Why something of it can't be told.
    pub refused: Option<String>,
    /// Whether a manager has just decided it, so that it is another case by now.
    pub is_over: bool,
    doing: Option<Doing>,
    asks_booking: Question,
    asks_show: Question,
    asks_story: Question,
    asks_payment: Question,
}

impl CasePage {
    /// A case as a list had it.
    #[must_use]
    pub fn new(case: DeskCase) -> Self {
        Self {
            case,
            booking: None,
            show: None,
            story: Vec::new(),
            told: false,
            payment: None,
            form: None,
            refused: None,
            is_over: false,
            doing: None,
            asks_booking: Question::default(),
            asks_show: Question::default(),
            asks_story: Question::default(),
            asks_payment: Question::default(),
        }
    }

    /// Staff need no secret.
    fn owned(&self) -> Owned {
        Owned {
            id: self.case.booking,
            secret: None,
        }
    }

    /// Whether the answer to a change is awaited.
    #[must_use]
    pub fn is_changing(&self) -> bool {
        self.doing.is_some()
    }

    /// Asks how everything stands.
    pub fn look(&mut self, desk: &mut Desk) {
        let owned = self.owned();
        self.asks_story.ask(desk, Ask::Story(owned.id));
        self.asks_booking.ask(desk, Ask::Booking(owned.clone()));
        if let Some(payment) = self.case.payment {
            self.asks_payment.ask(desk, Ask::Payment(owned, payment));
        }
        if self.show.is_none() {
            self.asks_show.ask(desk, Ask::Show(self.case.booking.show));
        }
    }

    /// Why a key does nothing now; `None` when it does.
    #[must_use]
    pub fn hindrance(&self, desk: &Desk, action: Action) -> Option<&'static str> {
        let is_manager = || {
            let role = desk.info.as_ref().and_then(|info| info.role);
            desk.info.is_none() || role >= Some(Role::Manager)
        };
        match action {
            Action::Approve | Action::Refuse if self.case.refund.is_none() => {
                Some(wording::NO_REFUND_WAITS)
            }
            Action::Approve | Action::Refuse if !is_manager() => Some(wording::VERDICT_BY_MANAGER),
            Action::Resolve if self.case.kind == DeskKind::RefundWaits => {
                Some(if self.case.end == DeskEnd::Waits {
                    wording::RESOLVE_BY_VERDICT
                } else {
                    wording::NOTHING_TO_RESOLVE
                })
            }
            Action::Resolve if self.case.resolution.is_some() || !self.is_resolvable() => {
                Some(wording::NOTHING_TO_RESOLVE)
            }
            Action::SellOthers if !wording::sells_others(&self.case) => {
                Some(wording::NO_OTHER_SEATS)
            }
            _ => None,
        }
    }

    /// Whether anything can be said about it: it needs somebody, or its money came to another end
    /// than its payer asked for.
    fn is_resolvable(&self) -> bool {
        self.case.needs_somebody()
            || matches!(self.case.kind, DeskKind::MoneyBack | DeskKind::MoneyGone)
    }

    /// A key was pressed.
    pub fn act(&mut self, desk: &mut Desk, action: Action, _: Key) -> Step {
        if self.form.is_some() {
            self.fill_in(desk, action);
            return Step::Stay;
        }
        let changes = matches!(action, Action::Approve | Action::Refuse | Action::Resolve);
        if changes && self.doing.is_some() {
            desk.say(wording::CHANGE_UNANSWERED);
            return Step::Stay;
        }
        if let Some(why) = self.hindrance(desk, action) {
            desk.say(why);
            return Step::Stay;
        }
        match action {
            Action::Accept => return Step::LookUp(self.case.booking),
            Action::Approve => {
                if let Some(refund) = &self.case.refund {
                    let what = wording::ask_approve(refund);
                    desk.overlays.push(Overlay::AskApprove { what });
                }
            }
            Action::Refuse => self.note(NoteFor::Refuse),
            Action::Resolve => desk.overlays.push(Overlay::AskResolve),
            Action::SellOthers => return self.sell_others(desk),
            Action::Refresh => self.look(desk),
            _ => {}
        }
        Step::Stay
    }

    /// Seats of the same show for whoever was left without: their name goes along.
    fn sell_others(&self, desk: &mut Desk) -> Step {
        let Some(show) = self.show.clone() else {
            desk.say(wording::SALE_SHOW_COMES);
            return Step::Stay;
        };
        let contact = self.booking.as_ref().and_then(|b| b.contact.clone());
        desk.say(wording::sell_others(self.case.seats, contact.as_ref()));
        let mut seats = Seats::open(desk, show);
        seats.is_for = contact.filter(|contact: &Contact| !contact.is_empty());
        Step::Open(Box::new(View::Seats(Box::new(seats))))
    }

    fn note(&mut self, what: NoteFor) {
        let note = Input::default();
        self.form = Some(NoteForm { what, note });
    }

    /// A key of the note that types nothing.
    fn fill_in(&mut self, desk: &mut Desk, action: Action) {
        match action {
            Action::Accept => {
                let Some(form) = self.form.take() else { return };
                let note = form.note.value().trim().to_owned();
                if note.is_empty() && form.needs_words() {
                    desk.say(wording::NOTE_FIRST);
                    self.form = Some(form);
                    return;
                }
                match form.what {
                    NoteFor::Refuse => self.verdict(desk, false, note),
                    NoteFor::Resolve(how) => self.resolve(desk, how, note),
                }
            }
            Action::Back => self.form = None,
            _ => {}
        }
    }

    /// What was done was chosen: a note may say more.
    pub fn chose(&mut self, how: CaseHow) {
        self.note(NoteFor::Resolve(how));
    }

    /// A manager says yes or no to the refund that waits.
    pub fn verdict(&mut self, desk: &mut Desk, approve: bool, note: String) {
        let Some(refund) = &self.case.refund else {
            return;
        };
        let request = VerdictRequest {
            command: desk.new_command(),
            refund: refund.id,
            approve,
            note,
        };
        let ask = Ask::Verdict(self.owned(), Box::new(request));
        self.change(desk, ask);
    }

    fn resolve(&mut self, desk: &mut Desk, how: CaseHow, note: String) {
        let Some(payment) = self.case.payment else {
            return;
        };
        let is_cash = self.case.kind == DeskKind::CashWaits;
        let request = ResolveRequest {
            command: desk.new_command(),
            payment,
            how,
            note,
            told_minor: is_cash.then_some(self.case.amount.minor),
        };
        let ask = Ask::Resolve(self.owned(), Box::new(request));
        self.change(desk, ask);
    }

    fn change(&mut self, desk: &mut Desk, ask: Ask) {
        self.doing = Some(Doing {
            question: Question::asked(desk, ask.clone()),
            ask,
        });
    }

    /// Time has passed.
    pub fn tick(&mut self, desk: &mut Desk) {
        if let Some(doing) = &mut self.doing {
            if doing.question.is_due(desk.now) {
                doing.question.ask(desk, doing.ask.clone());
            }
            return;
        }
        let (now, owned) = (desk.now, self.owned());
        if self.asks_story.is_due(now) {
            self.asks_story.ask(desk, Ask::Story(owned.id));
        }
        if self.asks_booking.is_due(now) {
            self.asks_booking.ask(desk, Ask::Booking(owned.clone()));
        }
        if self.asks_show.is_due(now) {
            self.asks_show.ask(desk, Ask::Show(owned.id.show));
        }
        if let (true, Some(payment)) = (self.asks_payment.is_due(now), self.case.payment) {
            self.asks_payment.ask(desk, Ask::Payment(owned, payment));
        }
    }

    /// When to look again.
    #[must_use]
    pub fn again_at(&self) -> Option<UtcMillis> {
        match &self.doing {
            Some(doing) => doing.question.again_at(),
            None => [
                &self.asks_booking,
                &self.asks_show,
                &self.asks_story,
                &self.asks_payment,
            ]
            .into_iter()
            .filter_map(Question::again_at)
            .min(),
        }
    }

    /// Takes an answer if it is about this case; `false` when it is not.
    pub fn answer(&mut self, desk: &mut Desk, answer: &Answer) -> bool {
        let generation = answer.generation;
        let doing = self.doing.as_mut();
        if doing.is_some_and(|d| d.question.takes(generation)) {
            self.changed(desk, answer);
            return true;
        }
        let questions = [
            &mut self.asks_booking,
            &mut self.asks_show,
            &mut self.asks_story,
            &mut self.asks_payment,
        ];
        let question = questions
            .into_iter()
            .find_map(|question| question.takes(generation).then_some(question));
        let Some(question) = question else {
            return false;
        };
        match &answer.result {
            Ok(reply) => {
                question.answered();
                self.take(desk, reply);
            }
            // Money of a booking that nobody knows has no booking to be looked at; one whose server
            // is away is told of later.
            Err(Failure::Refused(problem)) if problem.status == 404 => {}
            Err(failure) => {
                if let Some(why) = question.failed(failure, desk.now) {
                    self.refused = Some(why.to_owned());
                }
            }
        }
        true
    }

    fn take(&mut self, desk: &Desk, reply: &Reply) {
        match reply {
            Reply::Booking(booking) => self.booking = Some((**booking).clone()),
            Reply::Show(detail) => self.show = Some(detail.show.clone()),
            Reply::Story(story) => {
                self.story.clone_from(story);
                self.told = true;
                self.refused = None;
            }
            Reply::Payment(payment) => {
                let moves = !payment.settled;
                let moved = self.payment.as_ref().is_some_and(|p| p != &**payment);
                if moved {
                    self.asks_story.rest(desk.now, 0);
                }
                self.payment = Some((**payment).clone());
                if moves {
                    self.asks_payment.rest(desk.now, UNSETTLED_MS);
                }
            }
            _ => {}
        }
    }

    /// A change was answered.
    fn changed(&mut self, desk: &mut Desk, answer: &Answer) {
        let Some(mut doing) = self.doing.take() else {
            return;
        };
        match (&answer.result, &doing.ask) {
            (Ok(Reply::Case(case)), _) => {
                self.case = (**case).clone();
                desk.say(wording::RESOLVED);
                self.look(desk);
            }
            (Ok(Reply::Booking(booking)), Ask::Verdict(_, request)) => {
                desk.say(if request.approve {
                    wording::approved(booking, request.refund)
                } else {
                    wording::REFUSED.to_owned()
                });
                self.is_over = true;
            }
            (Ok(_), _) => {}
            (Err(Failure::NoAnswer(_)), _) => {
                doing.question.try_again(desk.now);
                self.doing = Some(doing);
            }
            (Err(Failure::Refused(problem)), _) => {
                desk.tell_problem(problem);
                self.look(desk);
            }
            (Err(Failure::Broken(why)), _) => {
                desk.say(why.clone());
                self.look(desk);
            }
        }
    }
}
