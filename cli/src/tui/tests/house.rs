//! A till at a small house whose seats follow the real rules: `core` decides, in memory.

use std::{collections::VecDeque, sync::Arc};

use houseful_core::{
    code::BookingCode,
    ids::{CinemaId, CityId, MovieId, OwnerRef, ScreenId, ShowId},
    layout::SeatLayout,
    money::Money,
    price::{Channel, PriceCard, PriceRow, TicketType},
    refusal::Refusal,
    show::{
        Actor, Ask as CoreAsk, Command, HoldRules, OrphanRule, Party, Rolls, SalesWindow, SeatPick,
        ShowState, ShowTerms, Wish as CoreWish,
    },
    time::UtcMillis,
    wire::{
        Time,
        admin::{Mode, Role, ServerInfo},
        booking::{Booking, Wish},
        catalogue::{City, Fee, Movie, Price, Show, ShowDetail, ShowStatus},
        payment::{PayRequest, Payment, PaymentState, PaymentToken},
        problem::Problem,
        seats::{LayoutCategory, LayoutSeat, LayoutView, SeatChanges, Version},
    },
};
use ratatui::{Terminal, backend::TestBackend};
use uuid::Uuid;

use crate::tui::{
    key::Key,
    model::{Model, View},
    msg::{Answer, Ask, Effect, Failure, Generation, Msg, News, Reply},
    seats::Seats,
    server_clock::Heard,
    theme::Theme,
    update::update,
    view::view,
};

/// Saturday 21 November 2026, 19:12 in London.
pub(super) const START: UtcMillis = UtcMillis(1_795_288_320_000);

/// The Grand of the demo: fourteen rows of twenty-two.
pub(super) const GRAND: &str = include_str!("../../../../fixtures/halls/grand.txt");

/// A till, and the house it sells for.
pub(super) struct Till {
    pub(super) model: Model,
    pub(super) now: UtcMillis,
    pub(super) state: ShowState,
    pub(super) layout: Arc<SeatLayout>,
    pub(super) shows: Vec<Show>,
    /// Questions that have no answer yet, with the answers they will get.
    pub(super) unanswered: VecDeque<(Generation, Ask)>,
    /// Whether questions wait until `answer` is called.
    pub(super) slow: bool,
    /// Whether no question is answered at all.
    pub(super) cut_off: bool,
    /// What the card terminal says.
    pub(super) card: PaymentState,
    /// Bookings that need no resuming any more.
    pub(super) forgotten: usize,
    /// Whether the program ended.
    pub(super) quit: bool,
    paid: Option<(Payment, Option<Booking>)>,
    feed: Option<Generation>,
    rolls: u64,
}

impl Till {
    /// A till on its first view.
    pub(super) fn open() -> Self {
        Self::open_with(GRAND)
    }

    pub(super) fn open_with(hall: &str) -> Self {
        let mut till = Self::unstarted(hall);
        till.send(Msg::Resized(80, 24));
        till.send(Msg::Started(Vec::new()));
        till
    }

    pub(super) fn unstarted(hall: &str) -> Self {
        let layout = Arc::new(SeatLayout::parse(hall).expect("a hall"));
        let terms = terms(Arc::clone(&layout));
        let mut till = Self {
            model: Model::new(Some(CinemaId(1))),
            now: START,
            state: ShowState::new(ShowId(1)),
            shows: shows(layout.len()),
            layout,
            unanswered: VecDeque::new(),
            slow: false,
            cut_off: false,
            card: PaymentState::Captured,
            forgotten: 0,
            quit: false,
            paid: None,
            feed: None,
            rolls: 0,
        };
        till.decide(CoreAsk::Open(Arc::new(terms)), None, clerk())
            .expect("opened");
        till
    }

    /// Presses keys: letters and digits as they are, `\n` Enter, `\u{1b}` Esc, `\u{8}` Backspace.
    pub(super) fn press(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(match c {
                '\n' => Key::Enter,
                '\u{1b}' => Key::Esc,
                '\u{8}' => Key::Backspace,
                c => Key::Char(c),
            });
        }
    }

    pub(super) fn key(&mut self, key: Key) {
        self.send(Msg::Key(key));
    }

    /// Lets time pass, waking the model when it asked to be woken.
    pub(super) fn pass(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        for _ in 0..10_000 {
            match self.model.wake_at() {
                Some(at) if at < end => self.now = at.max(self.now),
                _ => break,
            }
            self.send(Msg::Tick);
        }
        self.now = end;
        self.send(Msg::Tick);
    }

    pub(super) fn send(&mut self, msg: Msg) {
        while self.model.desk.ids.missing() > 0 {
            self.rolls += 1;
            self.model
                .desk
                .ids
                .put(Uuid::from_u128(u128::from(self.rolls)));
        }
        let effects = update(&mut self.model, msg, self.now);
        for effect in effects {
            match effect {
                Effect::Ask(generation, ask) => self.unanswered.push_back((generation, ask)),
                Effect::Watch(generation, _) => self.feed = Some(generation),
                Effect::Unwatch => self.feed = None,
                Effect::Forget(_) => self.forgotten += 1,
                Effect::Redraw => {}
                Effect::Quit => self.quit = true,
            }
        }
        if !self.slow {
            self.answer();
        }
    }

    /// Answers everything that was asked.
    pub(super) fn answer(&mut self) {
        while let Some((generation, ask)) = self.unanswered.pop_front() {
            let result = self.result(&ask);
            self.tell(generation, result);
        }
    }

    /// Answers one question, which may be an old one.
    pub(super) fn tell(&mut self, generation: Generation, result: Result<Reply, Failure>) {
        let heard = Heard {
            at: self.now,
            server_at: self.now,
            round_trip_ms: 1,
        };
        self.send(Msg::Answer(Answer {
            generation,
            heard: (!self.cut_off).then_some(heard),
            result,
        }));
    }

    pub(super) fn result(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        if self.cut_off {
            return Err(Failure::NoAnswer("connection refused".into()));
        }
        Ok(match ask {
            Ask::Info => Reply::Info(Box::new(info(self.now))),
            Ask::Cities => Reply::Cities(vec![city()]),
            Ask::Movies(_) => Reply::Movies(movies()),
            Ask::Shows(_) => Reply::Shows(self.shows.clone()),
            Ask::Show(_) => Reply::Show(Box::new(self.detail())),
            Ask::Layout(_) => Reply::Layout(Box::new(layout_view(&self.layout))),
            Ask::Seats(_) => Reply::Map(Box::new(self.state.seat_map(7))),
            Ask::Hold(owned, request) => {
                let ask = CoreAsk::Hold {
                    booking: owned.id.uuid,
                    wish: wish(&request.wish),
                    rules: rules(request.allow_orphans, request.over_limit),
                };
                self.booking_after(ask, Some(request.command.0), owned.id.uuid)?
            }
            Ask::Change(owned, request) => {
                let ask = CoreAsk::ChangeSeats {
                    booking: owned.id.uuid,
                    wish: wish(&request.wish),
                    rules: rules(request.allow_orphans, request.over_limit),
                };
                self.booking_after(ask, Some(request.command.0), owned.id.uuid)?
            }
            Ask::Release(owned, request) => {
                let booking = owned.id.uuid;
                let ask = CoreAsk::Release { booking };
                self.booking_after(ask, Some(request.command.0), booking)?
            }
            Ask::Cash(owned, request) => {
                let ask = CoreAsk::PayCash {
                    booking: owned.id.uuid,
                    payment: request.payment,
                    given_minor: request.given_minor,
                };
                let reply = self.booking_after(ask, Some(request.command.0), owned.id.uuid)?;
                with_change(reply, request.given_minor)
            }
            Ask::Booking(owned) => match &self.paid {
                Some((payment, Some(booking))) if payment.state == PaymentState::Captured => {
                    Reply::Booking(Box::new(booking.clone()))
                }
                _ => self.booking(owned.id.uuid)?,
            },
            Ask::Token(owned) => Reply::Token(Box::new(PaymentToken {
                token: "token".into(),
                booking: owned.id,
                amount: money(1900),
                expires_at: Time(self.now),
            })),
            Ask::Pay(owned, request) => self.pay(owned.id.uuid, request)?,
            Ask::Payment(..) => {
                let (payment, _) = self.paid.as_mut().expect("a payment");
                payment.state = self.card;
                Reply::Payment(Box::new(payment.clone()))
            }
        })
    }

    fn pay(&mut self, booking_id: Uuid, request: &PayRequest) -> Result<Reply, Failure> {
        let Reply::Booking(mut booking) = self.booking(booking_id)? else {
            unreachable!("a booking");
        };
        let payment = Payment {
            id: request.payment,
            booking: booking.id,
            state: self.card,
            provider: "card".into(),
            amount: booking.total,
            captured: booking.total,
            refunded: money(0),
            reason: Some("insufficient funds".into()),
            settled: true,
            created_at: Time(self.now),
            updated_at: Time(self.now),
        };
        booking.state = houseful_core::wire::booking::BookingState::Confirmed;
        booking.code = Some(BookingCode::new(ShowId(1), 5));
        self.paid = Some((payment.clone(), Some(*booking)));
        Ok(Reply::Payment(Box::new(payment)))
    }

    fn booking_after(
        &mut self,
        ask: CoreAsk,
        command: Option<Uuid>,
        booking: Uuid,
    ) -> Result<Reply, Failure> {
        self.decide(ask, command, clerk())
            .map_err(|refusal| Failure::Refused(Box::new(self.problem(&refusal))))?;
        self.booking(booking)
    }

    fn booking(&self, booking: Uuid) -> Result<Reply, Failure> {
        self.state
            .booking_view(booking, 7, self.now)
            .map(|b| Reply::Booking(Box::new(b)))
            .ok_or_else(|| Failure::Broken("no such booking".into()))
    }

    /// Somebody else holds these seats.
    pub(super) fn somebody_holds(&mut self, seats: &[&str]) {
        let picks = seats
            .iter()
            .map(|seat| SeatPick {
                seat: seat.parse().expect("a seat"),
                ticket_type: None,
            })
            .collect();
        self.rolls += 1_000_000;
        let ask = CoreAsk::Hold {
            booking: Uuid::from_u128(u128::from(self.rolls)),
            wish: CoreWish::Seats(picks),
            rules: rules(true, true),
        };
        let other = Actor {
            owner: OwnerRef::of_staff("other"),
            ..clerk()
        };
        self.decide(ask, None, other).expect("free seats");
    }

    /// Puts a command to the rules; the feed tells what changed.
    pub(super) fn decide(
        &mut self,
        ask: CoreAsk,
        command: Option<Uuid>,
        actor: Actor,
    ) -> Result<(), Refusal> {
        self.rolls += 1;
        let command = Command {
            id: houseful_core::ids::CommandId(
                command.unwrap_or(Uuid::from_u128(u128::from(self.rolls) << 64)),
            ),
            actor,
            ask,
            rolls: Rolls {
                code: self.rolls,
                tickets: [u8::try_from(self.rolls % 251).unwrap_or(0); 32],
            },
        };
        let events = self.state.decide(&command, self.now)?;
        let before = self.state.clone();
        for event in &events {
            self.state.apply(self.now, event);
        }
        if let (Some(feed), false) = (self.feed, events.is_empty()) {
            let version = |ver| Version { ver, tip: 7 };
            let changes = SeatChanges {
                from: version(before.ver()),
                version: version(self.state.ver()),
                status: self.state.status(),
                seats: houseful_core::show::view::seat_changes(before.slots(), self.state.slots()),
            };
            self.send(Msg::Feed(feed, News::Changes(changes)));
        }
        Ok(())
    }

    fn problem(&self, refusal: &Refusal) -> Problem {
        let mut facts = refusal.facts();
        if refusal.code() == "seats_taken"
            && let Some(offer) = self.state.next_best(2, self.now)
        {
            facts.next_best = offer
                .seats
                .iter()
                .filter_map(|no| self.state.label(*no))
                .collect();
            facts.relaxed = offer.relaxed;
        }
        Problem {
            kind: format!("/problems/{}", refusal.code()),
            title: refusal.code().replace('_', " "),
            status: refusal.status(),
            detail: refusal.to_string(),
            code: refusal.code().to_owned(),
            hint: refusal.hint().map(str::to_owned),
            retryable: refusal.retryable(),
            request_id: "req_1".into(),
            facts,
        }
    }

    fn detail(&self) -> ShowDetail {
        let card = price_card(&self.layout);
        ShowDetail {
            show: self.shows[0].clone(),
            prices: card
                .prices
                .iter()
                .map(|row| Price {
                    category: row.category.clone(),
                    ticket_type: row.ticket_type.clone(),
                    price: money(row.minor),
                })
                .collect(),
            ticket_types: card.ticket_types,
            fees: vec![Fee {
                channel: Channel::Web,
                fee: money(75),
            }],
            seats_max: 10,
        }
    }

    /// The seat grid that is open.
    pub(super) fn seats(&self) -> &Seats {
        self.model
            .above
            .iter()
            .find_map(|view| match view {
                View::Seats(seats) => Some(&**seats),
                _ => None,
            })
            .expect("the seat grid")
    }

    /// The seats that the till shows as held, with their ticket types.
    pub(super) fn held(&self) -> Vec<String> {
        let booking = self.seats().booking.as_ref();
        booking
            .iter()
            .flat_map(|b| &b.lines)
            .map(|line| format!("{} {}", line.seat, line.ticket_type))
            .collect()
    }

    /// The lines of the screen at a size.
    pub(super) fn lines(&self, columns: u16, rows: u16) -> Vec<String> {
        lines_of(&self.model, columns, rows)
    }

    /// The screen at 80x24 as one text.
    pub(super) fn screen(&self) -> String {
        self.lines(80, 24).join("\n")
    }
}

/// The drawn lines without any style, blanks at the end cut off.
pub(super) fn lines_of(model: &Model, columns: u16, rows: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test terminal");
    terminal
        .draw(|frame| view(model, Theme::COLOURED, frame))
        .expect("drawn");
    let buffer = terminal.backend().buffer().clone();
    (0..rows)
        .map(|y| {
            let mut line = String::new();
            let mut x = 0;
            while x < columns {
                let cell = buffer[(x, y)].symbol();
                line.push_str(cell);
                x += u16::try_from(unicode_width::UnicodeWidthStr::width(cell).max(1)).unwrap_or(1);
            }
            line.trim_end().to_owned()
        })
        .collect()
}

fn with_change(reply: Reply, given_minor: Option<i64>) -> Reply {
    match reply {
        Reply::Booking(mut booking) => {
            let given = given_minor.unwrap_or(booking.total.minor);
            booking.change = Some(money(given - booking.total.minor));
            Reply::Booking(booking)
        }
        other => other,
    }
}

fn clerk() -> Actor {
    Actor {
        owner: OwnerRef::of_staff("till-1"),
        staff: false,
        channel: Channel::Counter,
    }
}

fn rules(allow_orphans: bool, over_limit: bool) -> HoldRules {
    HoldRules {
        orphans: if allow_orphans {
            OrphanRule::Allow
        } else {
            OrphanRule::Refuse
        },
        over_limit,
    }
}

fn wish(wish: &Wish) -> CoreWish {
    match wish {
        Wish::Seats(wishes) => CoreWish::Seats(
            wishes
                .iter()
                .map(|w| SeatPick {
                    seat: w.seat,
                    ticket_type: w.ticket_type.clone(),
                })
                .collect(),
        ),
        Wish::Best(best) => CoreWish::Best {
            party: best
                .tickets
                .iter()
                .map(|t| Party {
                    ticket_type: t.ticket_type.clone(),
                    count: t.count,
                })
                .collect(),
            zone: best.zone,
            category: best.category.clone(),
            accessible: best.accessible,
            skip: best.skip,
        },
    }
}

pub(super) fn money(minor: i64) -> Money {
    Money::new(minor, "GBP".parse().expect("a currency"))
}

fn price_card(layout: &SeatLayout) -> PriceCard {
    let kind = |code: &str, name: &str, key| TicketType {
        code: code.into(),
        name: name.into(),
        key,
    };
    let prices = layout
        .categories()
        .iter()
        .zip([950, 1250, 1600, 1100])
        .flat_map(|(category, minor)| {
            [("adult", minor), ("child", minor - 250)].map(|(ticket_type, minor)| PriceRow {
                category: category.code.clone(),
                ticket_type: ticket_type.into(),
                minor,
            })
        })
        .collect();
    PriceCard {
        currency: "GBP".parse().expect("a currency"),
        ticket_types: vec![kind("adult", "Adult", 'a'), kind("child", "Child", 'c')],
        prices,
        fees: [(Channel::Web, 75)].into(),
    }
}

fn terms(layout: Arc<SeatLayout>) -> ShowTerms {
    let window = SalesWindow {
        opens_at: UtcMillis(0),
        closes_at: START.plus_ms(86_400_000),
    };
    ShowTerms {
        prices: Arc::new(price_card(&layout)),
        layout,
        starts_at: START.plus_ms(18 * 60_000),
        windows: [(Channel::Counter, window)].into(),
        seats_max: 10,
    }
}

fn info(now: UtcMillis) -> ServerInfo {
    ServerInfo {
        name: "houseful".into(),
        version: "0.1.0".into(),
        mode: Mode::Demo,
        roles: Vec::new(),
        time: Time(now),
        clock: "system".into(),
        speed: 1,
        role: Some(Role::Clerk),
        account: Some("till-1".into()),
        channel: Some(Channel::Counter),
    }
}

fn city() -> City {
    City {
        id: CityId(1),
        name: "Leeds".into(),
        country: "GB".into(),
        time_zone: "Europe/London".into(),
        latitude: 53.8,
        longitude: -1.55,
        cinemas: 1,
        distance_km: None,
    }
}

fn movies() -> Vec<Movie> {
    let movie = |id, title: &str| Movie {
        id: MovieId(id),
        title: title.into(),
        minutes: 101,
        certificate: "12A".into(),
        genres: vec!["drama".into()],
        language: "en".into(),
        shows: 4,
    };
    vec![movie(1, "The Lantern Keeper"), movie(2, "Salt Roads")]
}

fn shows(seats: usize) -> Vec<Show> {
    let titles = [
        ("The Lantern Keeper", "12A", 3),
        ("Salt Roads", "15", 18),
        ("千と千尋の神隠し", "PG", 28),
        ("Кін-дза-дза!", "12A", 48),
        (
            "A Very Long Title About Nothing In Particular, Part Two",
            "U",
            63,
        ),
    ];
    let show = |(id, (title, certificate, minutes)): (u64, (&str, &str, i64))| {
        let starts_at = START.plus_ms(minutes * 60_000);
        let total = if id == 1 {
            u32::try_from(seats).unwrap_or(0)
        } else {
            96
        };
        Show {
            id: ShowId(id),
            movie: MovieId(id),
            title: title.to_owned(),
            certificate: certificate.to_owned(),
            minutes: 101,
            cinema: CinemaId(1),
            cinema_name: "Roxy Leeds".into(),
            city_name: "Leeds".into(),
            screen: ScreenId(id),
            screen_name: format!("Screen {id}"),
            format: "2D".into(),
            language: "en".into(),
            subtitles: Vec::new(),
            starts_at: Time(starts_at),
            ends_at: Time(starts_at.plus_ms(6_060_000)),
            starts_local: format!(
                "2026-11-21T{:02}:{:02}",
                19 + (12 + minutes) / 60,
                (12 + minutes) % 60
            ),
            sales_close_at: Time(starts_at),
            time_zone: "Europe/London".into(),
            status: ShowStatus::OnSale,
            free: match id {
                2 => 0,
                4 => 5,
                _ => total,
            },
            total,
            price_from: money(950),
        }
    };
    (1..).zip(titles).map(show).collect()
}

pub(super) fn layout_view(layout: &SeatLayout) -> LayoutView {
    let categories = layout.categories();
    LayoutView {
        hash: layout.hash(),
        name: layout.name().to_owned(),
        text: layout.to_text(),
        categories: categories
            .iter()
            .map(|c| LayoutCategory {
                code: c.code.clone(),
                name: c.name.clone(),
                glyph: c.glyph,
            })
            .collect(),
        seats: layout
            .seats()
            .map(|(_, seat)| LayoutSeat {
                label: seat.label,
                category: categories[usize::from(seat.category.0)].code.clone(),
                place: seat.place,
                row: seat.row,
                column: seat.column,
            })
            .collect(),
        rows: layout.drawn_rows(),
        columns: layout.columns(),
    }
}
