//! A house with one show, a manual clock and a carrier in any weather: lane, store, timer and
//! payment role as the server wires them, without HTTP.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use houseful_core::{
    ids::{BookingId, PaymentId, ShowId},
    layout::SeatLayout,
    message::Settle,
    seat::SeatLabel,
    show::{Actor, Ask, ShowTerms, Wish},
    time::UtcMillis,
    wire::{
        booking::{Booking, BookingState},
        payment::{Card, PayRequest, Payment, PaymentState},
    },
};
use houseful_server::{
    audit,
    bus::{
        Bus,
        local::{self, LocalBus, Weather},
    },
    chance,
    clock::{Clock, ClockKind},
    database::{Address, Books, Ground},
    hub::Hub,
    lane::{Answer, Lane, LaneError, Plans},
    payment::{self, Cards, PaymentError, Payments, TokenClaims},
    timer,
};
use houseful_tests::{folder::Folder, made_up};
use tokio_util::sync::CancellationToken;

pub const SHOW: ShowId = ShowId(7);
/// What a seat costs.
pub const PRICE: i64 = 1_900;
/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The house.
pub struct House {
    pub lane: Lane,
    pub payments: Payments,
    pub clock: Clock,
    bus: Arc<LocalBus>,
    books: Books,
    /// Where payments are, if they are elsewhere.
    other: Option<Arc<dyn Ground>>,
    shutdown: CancellationToken,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl House {
    /// Opens the house in a folder, with its show on sale.
    pub async fn open(folder: &Folder, weather: Weather) -> Self {
        Self::open_with(folder, weather, ClockKind::Manual, UtcMillis(0)).await
    }

    /// Opens it under any clock, no earlier than `not_before`.
    pub async fn open_with(
        folder: &Folder,
        weather: Weather,
        clock: ClockKind,
        not_before: UtcMillis,
    ) -> Self {
        let file = folder.path("house.db").into();
        let books = Books::open(&file, clock).await.expect("a database");
        Self::of(books, None, clock, (weather, not_before)).await
    }

    /// Opens it with a database for booking and another one for payment.
    pub async fn open_at([booking, payment]: [Address; 2], not_before: UtcMillis) -> Self {
        let clock = ClockKind::Manual;
        let open = async |at: &Address| Books::open(at, clock).await.expect("a database");
        let (booking, payment) = (open(&booking).await, open(&payment).await);
        let books = Books {
            payments: payment.payments,
            charges: payment.charges,
            payment_books: payment.payment_books,
            ..booking
        };
        Self::of(
            books,
            Some(payment.ground),
            clock,
            (super::CALM, not_before),
        )
        .await
    }

    async fn of(
        books: Books,
        other: Option<Arc<dyn Ground>>,
        clock: ClockKind,
        (weather, not_before): (Weather, UtcMillis),
    ) -> Self {
        let clock = Clock::start(clock, not_before.max(books.ground.latest_time()));
        let store = Arc::clone(&books.journal);
        let (bus, news, asks) = LocalBus::in_weather(weather);
        let bus = Arc::new(bus);
        let shutdown = CancellationToken::new();
        let key = payment::load_key(books.payments.as_ref(), clock.now()).await;
        let key = key.expect("a key");
        let lane = Lane::start(
            Arc::clone(&store),
            Arc::clone(&bus) as Arc<dyn Bus>,
            Hub::new(),
            clock.clone(),
            Plans::none(),
        );
        let payments = Payments::start(
            (
                Arc::clone(&books.payments),
                Cards::terminal(Arc::clone(&books.charges), &clock),
            ),
            Arc::clone(&bus) as Arc<dyn Bus>,
            key,
            clock.clone(),
            shutdown.clone(),
        );
        let mut tasks = Vec::from(local::deliver(
            (news, asks),
            lane.clone().into(),
            payments.clone(),
            shutdown.clone(),
        ));
        tasks.push(timer::start(
            store,
            lane.clone().into(),
            clock.clone(),
            shutdown.clone(),
        ));
        let house = Self {
            lane,
            payments,
            clock,
            bus,
            books,
            other,
            shutdown,
            tasks,
        };
        if house.lane.read(SHOW, |_, _, _| ()).await.is_err() {
            let now = house.clock.now();
            house
                .ask(Ask::Open(terms(now)), till())
                .await
                .expect("opened");
        }
        house
    }

    /// Stops the house as a server would.
    pub async fn close(self) -> UtcMillis {
        let now = self.clock.now();
        self.shutdown.cancel();
        for task in self.tasks {
            task.await.expect("a task that ends");
        }
        self.payments.stop().await;
        drop((self.lane, self.payments, self.bus));
        self.books.ground.close().await;
        if let Some(other) = self.other {
            other.close().await;
        }
        now
    }

    pub async fn ask(&self, ask: Ask, actor: Actor) -> Result<Answer, LaneError> {
        self.lane.ask(SHOW, made_up::command(actor, ask)).await
    }

    /// Holds the best seats for so many.
    pub async fn hold(&self, count: u16, who: &str) -> BookingId {
        let wish = made_up::best(count);
        self.hold_wish(wish, who).await.expect("free seats")
    }

    /// Holds seats by name.
    pub async fn hold_seats(&self, seats: &[SeatLabel], who: &str) -> Result<BookingId, LaneError> {
        let labels: Vec<String> = seats.iter().map(ToString::to_string).collect();
        self.hold_wish(made_up::seats(&labels), who).await
    }

    async fn hold_wish(&self, wish: Wish, who: &str) -> Result<BookingId, LaneError> {
        let hold = made_up::hold(made_up::customer(who), wish);
        let uuid = hold.ask.booking().expect("a booking");
        self.lane.ask(SHOW, hold).await?;
        Ok(BookingId { show: SHOW, uuid })
    }

    pub async fn booking(&self, id: BookingId) -> Booking {
        self.lane
            .read(SHOW, move |show, tip, now| {
                show.booking_view(id.uuid, tip, now)
            })
            .await
            .expect("a show")
            .expect("a booking")
    }

    pub async fn payment(&self, id: PaymentId) -> Payment {
        let found = self.payments.get(id).await.expect("readable");
        found.expect("a payment")
    }

    /// What the payer of a booking would agree to now.
    pub async fn claims(&self, id: BookingId) -> TokenClaims {
        let claims = self
            .lane
            .read(SHOW, move |show, _, _| {
                show.booking(id.uuid).map(|record| TokenClaims {
                    booking: id,
                    quote: record.quote(id),
                    amount: record.total(),
                    expires_at: record.hold_until,
                    owner: None,
                })
            })
            .await
            .expect("a show");
        claims.expect("a booking")
    }

    pub async fn request(&self, booking: BookingId, card: &str) -> PayRequest {
        self.request_for(&self.claims(booking).await, card)
    }

    /// A new payment, signed for.
    pub fn request_for(&self, claims: &TokenClaims, card: &str) -> PayRequest {
        PayRequest::by_card(
            PaymentId(chance::uuid()),
            self.payments.key().sign(claims),
            Card::number(card),
        )
    }

    /// Pays, and waits for the end while the clock stands still.
    pub async fn pay(&self, booking: BookingId, card: &str) -> Result<Payment, PaymentError> {
        let request = self.request(booking, card).await;
        self.payments.pay(request, 20_000).await
    }

    /// Begins to pay and does not wait.
    pub async fn begin(&self, booking: BookingId, card: &str) -> PaymentId {
        let request = self.request(booking, card).await;
        let id = request.payment;
        let begun = self.payments.pay(request, 0).await.expect("begun");
        assert_eq!(begun.id, id);
        id
    }

    /// Moves the clock by steps until something holds; says how much server time that took.
    pub async fn advance_until(
        &self,
        step_ms: i64,
        most_ms: i64,
        holds: impl AsyncFn() -> bool,
    ) -> i64 {
        let start = self.clock.now();
        let began = Clock::stopwatch();
        loop {
            // Give what is due at this time a chance to happen before time goes on.
            for _ in 0..8 {
                if holds().await {
                    return self.clock.now().ms_since(start);
                }
                self.clock.rest_real(5).await;
            }
            assert!(
                Clock::stopwatch().duration_since(began) < PATIENCE,
                "it does not happen"
            );
            // At the end of its time it may still take a busy machine a while.
            if self.clock.now().ms_since(start) < most_ms {
                self.clock.advance(step_ms);
            }
        }
    }

    /// Waits until something holds while the clock stands still.
    pub async fn until(&self, holds: impl AsyncFn() -> bool) {
        let began = Clock::stopwatch();
        while !holds().await {
            assert!(
                Clock::stopwatch().duration_since(began) < PATIENCE,
                "it does not happen"
            );
            self.clock.rest_real(5).await;
        }
    }

    pub async fn until_state(&self, id: PaymentId, state: PaymentState) {
        self.until(async || self.payment(id).await.state == state)
            .await;
    }

    /// What booking has asked and not seen done.
    pub async fn unsettled(&self) -> Vec<Settle> {
        let read = self
            .lane
            .read(SHOW, |show, _, _| show.unsettled().collect());
        read.await.expect("a show")
    }

    /// What booking has said of these payments last.
    pub async fn said<const N: usize>(&self, payments: [PaymentId; N]) -> Vec<Settle> {
        let read = self.lane.read(SHOW, move |show, _, _| {
            payments.iter().filter_map(|id| show.settle(*id)).collect()
        });
        read.await.expect("a show")
    }

    /// Payment hears something, whoever brings it.
    pub async fn hears(&self, said: &[Settle]) {
        for ask in said {
            self.payments.settle(ask.clone()).await.expect("written");
        }
    }

    /// Whether nothing is open on either side.
    pub async fn is_at_rest(&self) -> bool {
        let open = self.payments.list(true, None).await.expect("readable");
        open.is_empty() && self.unsettled().await.is_empty()
    }

    /// Lets the house come to rest and holds it to its promises: nothing is open, what was taken
    /// and not given back is exactly what the tickets cost, and the provider agrees.
    pub async fn comes_to_rest(&self) {
        self.advance_until(5_000, 3_600_000, async || self.is_at_rest().await)
            .await;
        let payments = self.payments.list(false, None).await.expect("readable");
        let mut kept: BTreeMap<BookingId, i64> = BTreeMap::new();
        for p in &payments {
            assert!(p.refunded.minor <= p.captured.minor && p.captured.minor <= p.amount.minor);
            *kept.entry(p.booking).or_default() += p.captured.minor - p.refunded.minor;
        }
        let bookings = self
            .lane
            .read(SHOW, |show, tip, now| {
                let all: Vec<_> = show.bookings().map(|(id, _)| id).collect();
                all.into_iter()
                    .filter_map(|id| show.booking_view(id, tip, now))
                    .collect::<Vec<_>>()
            })
            .await
            .expect("a show");
        for booking in bookings {
            let worth = match booking.state {
                BookingState::Confirmed => booking.total.minor,
                BookingState::Secured => panic!("{} waits for ever", booking.id),
                _ => 0,
            };
            let money = kept.remove(&booking.id).unwrap_or(0);
            assert_eq!(money, worth, "{} is {:?}", booking.id, booking.state);
            let tickets = if worth > 0 { booking.lines.len() } else { 0 };
            let valid = booking.tickets.iter().filter(|t| t.valid).count();
            assert_eq!(valid, tickets);
        }
        assert!(kept.values().all(|minor| *minor == 0), "{kept:?}");
        let compared = self.payments.reconcile().await.expect("compared");
        assert_eq!((compared.repaired, compared.unknown), (0, 0));
        let audit = {
            let (shows, payments) = (&self.books.show_books, &self.books.payment_books);
            let swept = audit::sweep(shows.as_ref(), payments.as_ref(), self.clock.now());
            swept.await.expect("counted")
        };
        let wrong = (audit.double_sold, audit.money_mismatch, audit.stuck_seats);
        assert_eq!(wrong, (0, 0, 0), "{audit:?}");
    }
}

/// The till of the house.
pub fn till() -> Actor {
    made_up::staff("till")
}

fn terms(now: UtcMillis) -> Arc<ShowTerms> {
    let hall = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/halls/basin.txt");
    let text = std::fs::read_to_string(hall).expect("a hall");
    let layout = SeatLayout::parse(&text).expect("a hall");
    let categories = layout.categories().iter();
    let rows: Vec<_> = categories
        .map(|c| (c.code.as_str(), "adult", PRICE))
        .collect();
    let starts_at = now.plus_ms(6 * 3_600_000);
    Arc::new(ShowTerms {
        facts: None,
        starts_at,
        windows: made_up::windows(now, starts_at),
        ..made_up::terms(&text, made_up::card(&rows))
    })
}
