//! What all views share: time, connection, ids, overlays, and the effects that pile up during one
//! update.

use houseful_core::{
    expiry::is_alive,
    ids::{BookingId, CommandId, PaymentId, ShowId},
    time::UtcMillis,
    wire::{
        admin::{Role, ServerInfo},
        booking::{Booking, BookingState, ReleaseRequest},
        catalogue::Show,
        problem::Problem,
    },
};
use uuid::Uuid;

use super::{
    msg::{Ask, Effect, Generation, Owned, Secret, Unfinished},
    naming::Naming,
    overlay::Overlay,
    palette::Palette,
    question::Question,
    quick::Quick,
    seats::Asking,
    server_clock::ServerClock,
    ticket::TicketView,
    wording,
};

/// How the server was last heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// When it last answered, locally.
    pub heard_at: Option<UtcMillis>,
    /// How long that took.
    pub round_trip_ms: i64,
    /// Why it can't be reached, if it can't.
    pub down: Option<String>,
    /// The feed of the show on screen.
    pub feed: Feed,
    /// Since when that feed is down, locally.
    pub feed_down_at: Option<UtcMillis>,
    /// Questions that are not answered yet, with when they were asked, locally; the oldest first.
    unanswered: Vec<(Generation, UtcMillis)>,
}

impl Link {
    /// Notes since when the feed is down.
    pub fn note_feed(&mut self, now: UtcMillis) {
        self.feed_down_at = match self.feed {
            Feed::Down => self.feed_down_at.or(Some(now)),
            Feed::Off | Feed::Opening | Feed::Live => None,
        };
    }

    /// The server was heard. A question may hang all the same: that other things come says nothing
    /// of its answer.
    pub fn hear(&mut self, now: UtcMillis) {
        self.heard_at = Some(now);
    }

    /// A question has its answer, or will have none.
    pub fn answered(&mut self, question: Generation) {
        self.unanswered.retain(|(asked, _)| *asked != question);
    }

    /// When the oldest question was asked that is not answered, where the server can be reached.
    fn asked_at(&self) -> Option<UtcMillis> {
        let (_, asked) = self.unanswered.first()?;
        self.down.is_none().then_some(*asked)
    }

    /// Since when an answer is waited for, once that is worth telling.
    #[must_use]
    pub fn silent_since(&self, now: UtcMillis) -> Option<UtcMillis> {
        let asked = self.asked_at()?;
        (now.ms_since(asked) >= SILENT_MS).then_some(asked)
    }

    /// When the silence is told for the first time, or its next second.
    #[must_use]
    pub fn silence_wakes_at(&self, now: UtcMillis) -> Option<UtcMillis> {
        let asked = self.asked_at()?;
        let seconds = now.ms_since(asked).max(0) / 1_000 + 1;
        Some(asked.plus_ms((seconds * 1_000).max(SILENT_MS)))
    }

    /// Since when nothing was heard, where nothing is expected to come by itself and it is worth
    /// telling how old the data is.
    #[must_use]
    pub fn old_since(&self, now: UtcMillis) -> Option<UtcMillis> {
        let expects = self.feed != Feed::Off || self.down.is_some();
        let heard = self.heard_at.filter(|_| !expects)?;
        (now.ms_since(heard) >= OLD_MS).then_some(heard)
    }
}

/// From which age on data is called old: lists are asked for again long before.
const OLD_MS: i64 = 60_000;

/// From which time without an answer on the footer says so: long before a question is given up.
const SILENT_MS: i64 = 3_000;

/// The live feed of the show on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Feed {
    /// None is wanted.
    #[default]
    Off,
    /// It is being opened.
    Opening,
    /// It tells what happens as it happens.
    Live,
    /// It broke and is being opened again.
    Down,
}

/// Ids drawn by the runtime before they are needed, so that `update` stays pure.
#[derive(Clone, Debug, Default)]
pub struct IdPool {
    ready: Vec<Uuid>,
    last: Uuid,
}

impl IdPool {
    /// How many are wanted at least: no single key press uses more.
    pub const SIZE: usize = 16;

    /// How many are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        Self::SIZE.saturating_sub(self.ready.len())
    }

    /// Puts a fresh random id in.
    pub fn put(&mut self, id: Uuid) {
        self.ready.push(id);
    }

    /// Takes one out. When none is left the neighbour of the last one serves: still unused.
    pub fn take(&mut self) -> Uuid {
        let next = Uuid::from_u128(self.last.as_u128().wrapping_add(1));
        self.last = self.ready.pop().unwrap_or(next);
        self.last
    }
}

/// The booking that `r` on the first view takes up again.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Which.
    pub owned: Owned,
    /// As the server last told it.
    pub booking: Option<Booking>,
    /// Its show.
    pub show: Option<Show>,
    /// The card payment towards it whose outcome is not known.
    pub payment: Option<PaymentId>,
    /// Why the server would not tell how it stands.
    pub refused: Option<String>,
    /// The hold itself, while its answer was not heard: till then the server may not know it.
    pub hold: Option<Box<Asking>>,
    /// Asks for the booking.
    pub asks_booking: Question,
    /// Asks for the show.
    pub asks_show: Question,
}

impl Kept {
    /// Whether giving its seats up loses nothing: they are held, and no money is on its way.
    #[must_use]
    pub fn is_only_held(&self) -> bool {
        self.payment.is_none() && self.booking.as_ref().is_some_and(is_held)
    }

    fn unfinished(&self) -> Unfinished {
        Unfinished {
            owned: self.owned.clone(),
            payment: self.payment,
        }
    }
}

/// What all views share.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Local time of the last message.
    pub now: UtcMillis,
    /// The server's time.
    pub clock: ServerClock,
    /// The connection.
    pub link: Link,
    /// Who and how the server is.
    pub info: Option<ServerInfo>,
    /// Asks for it.
    pub asks_info: Question,
    /// Fresh ids.
    pub ids: IdPool,
    /// What is drawn over the view; the last is on top.
    pub overlays: Vec<Overlay>,
    /// One line for the user, until the next key.
    pub notice: Option<String>,
    /// The quick line.
    pub quick: Quick,
    /// The palette, while it is open.
    pub palette: Option<Palette>,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// The booking to resume.
    pub kept: Option<Kept>,
    /// Sales behind it in line, the newest last.
    pub older: Vec<Unfinished>,
    /// The tickets that were sold here last.
    pub last_sale: Option<Box<TicketView>>,
    /// What was scanned when it could not be looked up.
    pub scanned: Option<String>,
    /// Names that are not written down yet.
    pub naming: Vec<Naming>,
    /// Releases under way.
    pub releasing: Vec<(Generation, Owned)>,
    /// Whether Ctrl-C was pressed once.
    pub interrupted: bool,
    /// Whether a shell waits behind the screens, to which they can give the terminal for a while.
    pub has_shell: bool,
    /// Whether the program is ending.
    pub over: bool,
    /// The bookings that this run made.
    made: Vec<BookingId>,
    generation: Generation,
    out: Vec<Effect>,
}

impl Desk {
    /// The server's time now.
    #[must_use]
    pub fn server_now(&self) -> UtcMillis {
        self.clock.at(self.now)
    }

    /// Whether a hold with this end is alive now.
    #[must_use]
    pub fn alive(&self, hold_until: UtcMillis) -> bool {
        is_alive(hold_until, self.server_now())
    }

    /// Whether the user may take cash.
    #[must_use]
    pub fn takes_cash(&self) -> bool {
        self.info
            .as_ref()
            .is_none_or(|i| i.role.is_some_and(|r| r >= Role::Clerk))
    }

    /// Says at once that nothing can be sold, if the server knows nobody here.
    pub fn say_if_nobody(&mut self) {
        if self.info.as_ref().is_some_and(|info| info.role.is_none()) {
            self.say(wording::SIGN_IN_FIRST);
        }
    }

    fn next_generation(&mut self) -> Generation {
        self.generation = Generation(self.generation.0 + 1);
        self.generation
    }

    /// Asks the server; the answer will carry the generation.
    pub fn ask(&mut self, ask: Ask) -> Generation {
        let generation = self.next_generation();
        self.out.push(Effect::Ask(generation, ask));
        self.link.unanswered.push((generation, self.now));
        generation
    }

    /// Follows the feed of a show.
    pub fn watch(&mut self, show: ShowId) -> Generation {
        let generation = self.next_generation();
        self.link.feed = Feed::Opening;
        self.out.push(Effect::Watch(generation, show));
        generation
    }

    /// Follows no feed.
    pub fn unwatch(&mut self) {
        if std::mem::take(&mut self.link.feed) != Feed::Off {
            self.out.push(Effect::Unwatch);
        }
    }

    /// Wants something done.
    pub fn then(&mut self, effect: Effect) {
        self.out.push(effect);
    }

    /// What has to be done since it was last taken.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.out)
    }

    /// A fresh booking of a show with its secret.
    pub fn new_booking(&mut self, show: ShowId) -> Owned {
        let id = BookingId {
            show,
            uuid: self.ids.take(),
        };
        self.made.push(id);
        let secret = format!(
            "{}{}",
            self.ids.take().as_simple(),
            self.ids.take().as_simple()
        );
        Owned {
            id,
            secret: Some(Secret(secret)),
        }
    }

    /// Whether this run made a booking, and no earlier one and no other till.
    #[must_use]
    pub fn made_here(&self, booking: BookingId) -> bool {
        self.made.contains(&booking)
    }

    /// A fresh command id.
    pub fn new_command(&mut self) -> CommandId {
        CommandId(self.ids.take())
    }

    /// A fresh payment id.
    pub fn new_payment(&mut self) -> PaymentId {
        PaymentId(self.ids.take())
    }

    /// Gives a booking up. It works too when the server has not heard of it yet.
    pub fn release(&mut self, owned: Owned) {
        let command = self.new_command();
        if self.kept.as_ref().is_some_and(|k| k.owned.id == owned.id) {
            self.kept = None;
        }
        let generation = self.ask(Ask::Release(owned.clone(), ReleaseRequest { command }));
        self.releasing.push((generation, owned));
    }

    /// Keeps a sale for `r`, and asks what became of it. One that was kept before comes after it.
    pub fn keep(&mut self, sale: Unfinished, show: Option<Show>) {
        self.make_room(sale.owned.id);
        let ask = Ask::Booking(sale.owned.clone());
        let asks_booking = Question::asked(self, ask);
        self.put_by(sale, show, asks_booking);
    }

    /// Keeps a sale whose first hold is not answered. That is asked until it is: a question for
    /// the booking could overtake it.
    pub fn keep_unheard(&mut self, owned: Owned, show: Show, hold: Asking) {
        self.make_room(owned.id);
        let payment = None;
        self.put_by(
            Unfinished { owned, payment },
            Some(show),
            Question::default(),
        );
        if let Some(kept) = &mut self.kept {
            kept.hold = Some(Box::new(hold));
        }
    }

    fn make_room(&mut self, booking: BookingId) {
        if let Some(before) = self.kept.take()
            && before.owned.id != booking
        {
            self.put_older(before.unfinished());
        }
    }

    /// Puts a sale by, to be looked at after those that came later. One booking is one sale.
    pub fn put_older(&mut self, mut sale: Unfinished) {
        let before = self.take_older(sale.owned.id);
        sale.payment = sale.payment.or(before.and_then(|before| before.payment));
        self.older.push(sale);
    }

    fn take_older(&mut self, booking: BookingId) -> Option<Unfinished> {
        let at = self.older.iter().position(|s| s.owned.id == booking)?;
        Some(self.older.remove(at))
    }

    fn put_by(&mut self, sale: Unfinished, show: Option<Show>, asks_booking: Question) {
        self.take_older(sale.owned.id);
        let Unfinished { owned, payment } = sale;
        let asks_show = match &show {
            Some(_) => Question::default(),
            None => Question::asked(self, Ask::Show(owned.id.show)),
        };
        self.kept = Some(Kept {
            owned,
            booking: None,
            show,
            payment,
            refused: None,
            hold: None,
            asks_booking,
            asks_show,
        });
    }

    /// Takes a sale that was put by, to go on with it.
    pub fn take_kept(&mut self, booking: BookingId) -> Option<Unfinished> {
        let kept = self.kept.take_if(|k| k.owned.id == booking);
        let older = self.take_older(booking);
        kept.map(|kept| kept.unfinished()).or(older)
    }

    /// Nothing is left to do for a booking, so it is not offered to be taken up again either.
    pub fn forget(&mut self, booking: BookingId) {
        self.take_kept(booking);
        self.then(Effect::Forget(booking));
    }

    /// The same of a booking that may be another till's.
    pub fn forget_if_kept(&mut self, booking: BookingId) {
        if self.take_kept(booking).is_some() {
            self.then(Effect::Forget(booking));
        }
    }

    /// Tells the user something on one line.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(text.into());
    }

    /// Tells the user that something broke that is not the screens, and where the report is.
    pub fn tell_mishap(&mut self, what: &str, file: Option<&str>) {
        self.overlays.push(Overlay::Trouble {
            what: wording::mishap(what),
            hint: file.map(wording::report),
            code: "internal".to_owned(),
        });
    }

    /// Seats are not held any more: takes away what lies over the view and only had a meaning
    /// while they were, and what would take the keys of what there is to tell now.
    pub fn uncover(&mut self) {
        self.overlays.retain(|overlay| !overlay.needs_hold());
        self.palette = None;
    }

    /// Stands aside for the shell, if there is one.
    pub fn suspend(&mut self) {
        if self.has_shell {
            self.then(Effect::Suspend);
        } else {
            self.say(wording::NO_SHELL);
        }
    }

    /// Tells the user what the server refused.
    pub fn tell_problem(&mut self, problem: &Problem) {
        let trouble = Overlay::Trouble {
            what: problem.detail.clone(),
            hint: problem.hint.clone(),
            code: problem.code.clone(),
        };
        // What is asked again and again tells its trouble once.
        if !self.overlays.contains(&trouble) {
            self.overlays.push(trouble);
        }
    }
}

/// Whether a refusal says what became of a booking: its hold is over, or there is none. Every
/// other refusal (of a token, of a server in trouble) leaves the booking as it is.
#[must_use]
pub fn is_end(problem: &Problem) -> bool {
    matches!(
        problem.code.as_str(),
        "not_found" | "hold_expired" | "hold_released" | "booking_cancelled"
    )
}

/// Whether a booking still holds its seats without being paid.
#[must_use]
pub fn is_held(booking: &Booking) -> bool {
    booking.state == BookingState::Held
}
