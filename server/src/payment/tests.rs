//! What is written down, what survives, and who is told, against a real file and a till-tape of
//! a bus.

mod heard;
mod lost;
mod split;

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use houseful_core::{
    ids::{QuoteHash, ShowId},
    message::{Announcement, Tender},
    time::UtcMillis,
    wire::payment::{Card, PaymentState},
};
use rusqlite::Connection;

use super::*;
use crate::{
    chance,
    clock::ClockKind,
    store::{StoreError, sqlite::Database},
};

const APPROVES: &str = "4242424242424242";

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("houseful-payment-{}", chance::uuid()));
        std::fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    fn open(&self) -> Database {
        Database::open(&self.0.join("pay.db")).expect("a database")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes down what passes and carries nothing.
#[derive(Debug, Default)]
struct Tape(Mutex<Vec<Announcement>>);

impl Tape {
    fn all(&self) -> Vec<Announcement> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Bus for Tape {
    fn announce(&self, news: Announcement) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(news);
    }

    fn settle(&self, _: Settle) {}
}

struct Role {
    payments: Payments,
    tape: Arc<Tape>,
    clock: Clock,
    db: Database,
}

async fn role(db: Database) -> Role {
    let clock = Clock::start(ClockKind::Manual, UtcMillis(0));
    let tape = Arc::new(Tape::default());
    let store = Arc::new(SqlitePayments::new(db.clone()));
    let key = load_key(store.as_ref(), clock.now()).await.expect("a key");
    let bus: Arc<dyn Bus> = Arc::clone(&tape) as Arc<dyn Bus>;
    let shutdown = CancellationToken::new();
    let charges: Arc<dyn SimLedger> = Arc::new(SqliteCharges::new(db.clone()));
    let rooms: (Arc<dyn PaymentStore>, Cards) = (store, Cards::terminal(charges, &clock));
    let payments = Payments::start(rooms, bus, key, clock.clone(), shutdown);
    Role {
        payments,
        tape,
        clock,
        db,
    }
}

impl Role {
    fn request(&self, booking: BookingId, card: &str) -> PayRequest {
        let claims = TokenClaims {
            booking,
            quote: QuoteHash(uuid::Uuid::from_u128(9)),
            amount: Money::new(1_900, "GBP".parse().expect("a currency")),
            expires_at: self.clock.now().plus_ms(300_000),
            owner: None,
        };
        PayRequest::by_card(
            PaymentId(chance::uuid()),
            self.payments.key().sign(&claims),
            Card::number(card),
        )
    }

    async fn begin(&self, card: &str) -> PayRequest {
        let request = self.request(booking(), card);
        self.payments.pay(request.clone(), 0).await.expect("begun");
        request
    }

    fn keep(&self, request: &PayRequest, keep_minor: i64, ver: u64) -> Settle {
        let claims = self.payments.claims(&request.token).expect("claims");
        Settle {
            payment: request.payment,
            booking: claims.booking,
            amount: claims.amount,
            tender: Tender::Card,
            keep_minor,
            ver,
            reopened_at: None,
        }
    }

    async fn settles(&self, ask: Settle) {
        self.payments.settle(ask).await.expect("written");
    }

    async fn until(&self, id: PaymentId, state: PaymentState) -> Payment {
        let began = Clock::stopwatch();
        loop {
            let seen = self.payments.get(id).await.expect("readable");
            match seen {
                Some(payment) if payment.state == state => return payment,
                seen => assert!(
                    Clock::stopwatch().duration_since(began).as_secs() < 30,
                    "{seen:?}"
                ),
            }
            self.clock.rest_real(2).await;
        }
    }

    /// Waits until nobody is at a payment: what the last step had to tell has been told.
    async fn idle(&self, id: PaymentId) {
        let began = Clock::stopwatch();
        while self.payments.flow.is_busy(id) {
            assert!(
                Clock::stopwatch().duration_since(began).as_secs() < 30,
                "somebody is at it for ever"
            );
            self.clock.rest_real(2).await;
        }
    }

    async fn sql(&self, sql: impl Into<String>) -> Result<usize, StoreError> {
        let sql = sql.into();
        let job = move |conn: &Connection| Ok(conn.execute(&sql, [])?);
        self.db.write(job).await
    }
}

fn booking() -> BookingId {
    BookingId {
        show: ShowId(1),
        uuid: chance::uuid(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_card_number_is_ever_written() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    for card in [
        APPROVES,
        "4000000000000002",
        "4000000000000119",
        "4111111111111111",
    ] {
        role.begin(card).await;
    }
    let declined = role.begin("4000000000000002").await.payment;
    role.until(declined, PaymentState::Declined).await;
    for entry in std::fs::read_dir(&folder.0).expect("the folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        for number in [
            APPROVES,
            "4000000000000002",
            "4000000000000119",
            "4111111111111111",
        ] {
            let found = bytes.windows(16).any(|w| w == number.as_bytes());
            assert!(!found, "{number} is in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_survive_and_change() {
    let folder = Folder::new();
    let db = folder.open();
    let store = SqlitePayments::new(db.clone());
    let first = load_key(&store, UtcMillis(1)).await.expect("a key");
    let role = role(db.clone()).await;
    let token = role.request(booking(), APPROVES).token;
    assert!(first.verify(&token).is_some());
    let second = change_key(&store, UtcMillis(2)).await.expect("a key");
    assert!(second.verify(&token).is_some());
    let third = change_key(&store, UtcMillis(3)).await.expect("a key");
    assert!(third.verify(&token).is_none(), "two keys are believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsettled_payment_is_announced_again_and_a_settled_one_is_not() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin(APPROVES).await;
    let id = request.payment;
    role.until(id, PaymentState::Authorised).await;
    let began = Clock::stopwatch();
    while role.tape.all().len() < 4 {
        assert!(
            Clock::stopwatch().duration_since(began).as_secs() < 30,
            "it is not said again"
        );
        role.clock.advance(1_000);
        role.clock.rest_real(2).await;
    }
    role.settles(role.keep(&request, 1_900, 5)).await;
    let paid = role.until(id, PaymentState::Captured).await;
    assert!(paid.settled);
    role.idle(id).await;
    let captured = |a: &Announcement| a.settled_ver == Some(5);
    assert_eq!(role.tape.all().iter().filter(|a| captured(a)).count(), 1);
    // Whoever asks again has not heard of it.
    role.settles(role.keep(&request, 1_900, 5)).await;
    assert_eq!(role.tape.all().iter().filter(|a| captured(a)).count(), 2);
    let before = role.tape.all().len();
    for _ in 0..20 {
        role.clock.advance(10_000);
        role.clock.rest_real(2).await;
    }
    assert_eq!(role.tape.all().len(), before);
    assert_eq!(role.payments.list(true, None).await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_is_never_decided_is_given_up() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin("4000000000000259").await;
    let id = request.payment;
    let began = Clock::stopwatch();
    while role.payments.reconcile().await.map(|done| done.checked) != Ok(1) {
        let waited = Clock::stopwatch().duration_since(began).as_secs();
        assert!(waited < 30, "the terminal never heard of it");
    }
    role.sql("UPDATE sim_charge SET promised_at = NULL")
        .await
        .expect("a terminal that never decides");
    for _ in 0..3 {
        role.clock.advance(399_999);
        role.clock.rest_real(20).await;
        role.until(id, PaymentState::Pending).await;
    }
    role.clock.advance(60_000);
    let over = role.until(id, PaymentState::Voided).await;
    assert!(over.settled && over.is_final());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_tries_out_cards_not_even_at_the_same_time() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let booking = booking();
    let tries = (0..12).map(|_| {
        let request = role.request(booking, "4000000000000002");
        role.payments.pay(request, 0)
    });
    let begun = futures_util::future::join_all(tries).await;
    let refused = Err(PaymentError::TooManyAttempts { max: 3 });
    assert_eq!(begun.iter().filter(|b| b.is_ok()).count(), 3);
    assert_eq!(begun.iter().filter(|b| **b == refused).count(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_away_locks_nobody_out() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let booking = booking();
    for _ in 0..4 {
        let request = role.request(booking, "4000000000000127");
        let id = request.payment;
        role.payments.pay(request, 0).await.expect("begun");
        let began = Clock::stopwatch();
        while role.payments.get(id).await.map(|p| p.map(|p| p.state))
            != Ok(Some(PaymentState::Declined))
        {
            let waited = Clock::stopwatch().duration_since(began).as_secs();
            assert!(waited < 30, "it is not found out");
            role.clock.advance(500);
            role.clock.rest_real(2).await;
        }
    }
    let request = role.request(booking, APPROVES);
    let id = request.payment;
    role.payments.pay(request, 0).await.expect("begun");
    role.until(id, PaymentState::Authorised).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_wait_for_one_booking_all_but_two_are_answered_at_once() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin("4000000000000259").await;
    let answered = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let waits = |_| {
        let (payments, request) = (role.payments.clone(), request.clone());
        let answered = Arc::clone(&answered);
        tokio::spawn(async move {
            let told = payments.pay(request, WAIT_MS_MAX).await;
            answered.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            told
        })
    };
    let began = Clock::stopwatch();
    let payers: Vec<_> = (0..20).map(waits).collect();
    let count = || answered.load(std::sync::atomic::Ordering::SeqCst);
    while count() < 18 {
        let waited = Clock::stopwatch().duration_since(began).as_secs();
        assert!(waited < 15, "only {} were answered", count());
        role.clock.rest_real(2).await;
    }
    assert_eq!(count(), 18, "two may wait");
    role.settles(role.keep(&request, 0, 5)).await;
    for payer in payers {
        let told = payer.await.expect("a payer").expect("an answer");
        assert!(told.is_final() || told.state == PaymentState::Pending);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_where_its_page_ended() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let mut begun = Vec::new();
    for i in 0..7 {
        // Two at each moment, so that the id has to tell them apart.
        role.clock.advance(i % 2);
        begun.push(role.begin("4000000000000259").await.payment);
    }
    for limit in [1, 3, 7, 8] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = role.payments.page(Filter::default(), after, limit).await;
            let (items, next) = page.expect("a page");
            assert!(items.is_sorted_by_key(|p| std::cmp::Reverse(p.created_at)));
            seen.extend(items.iter().map(|p| p.id));
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7, "by {limit}");
        assert!(begun.iter().all(|id| seen.contains(id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_for_another_booking_or_amount_is_refused() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let request = role.begin(APPROVES).await;
    role.until(request.payment, PaymentState::Authorised).await;
    let good = role.keep(&request, 1_900, 5);
    let mut others = vec![good.clone(), good.clone(), good.clone(), good.clone()];
    others[0].booking = booking();
    others[1].amount.minor = 1_901;
    others[2].keep_minor = -1;
    others[3].tender = Tender::Cash;
    for other in others {
        role.settles(other).await;
        let seen = role.until(request.payment, PaymentState::Authorised).await;
        assert_eq!((seen.captured.minor, seen.settled), (0, false));
    }
    role.settles(good).await;
    role.until(request.payment, PaymentState::Captured).await;
}
