//! One contract for whoever takes cards: the simulated terminal, the double, and localstripe, which
//! somebody else wrote.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use std::{
    collections::BTreeSet,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use houseful_core::{
    ids::{BookingId, PaymentId, QuoteHash, ShowId},
    money::Money,
    time::UtcMillis,
    wire::payment::Card,
};
use houseful_server::{
    chance,
    clock::{Clock, ClockKind},
    database::Books,
    payment::{
        card::CardTerminal,
        provider::{Calling, Charge, ChargeStatus, Order, Provider},
        stripe::{Branch, IntentBook, Named, Stripe, StripeConfig},
    },
};
use houseful_tests::{folder::Folder, stripe_double::StripeDouble, test_app::http};

/// Somebody who takes cards.
struct Taker {
    provider: Arc<dyn Provider>,
    /// A card that is good, and one that is declined.
    good: Card,
    bad: Card,
    /// Whether what was cancelled can't be captured any more. localstripe lets it.
    keeps_cancelled: bool,
}

pub(super) fn order(code: &str, minor: i64) -> Order {
    Order {
        payment: PaymentId(chance::uuid()),
        booking: BookingId {
            show: ShowId(7),
            uuid: chance::uuid(),
        },
        quote: QuoteHash(chance::uuid()),
        amount: Money::new(minor, code.parse().expect("a currency")),
    }
}

pub(super) fn stands(charge: &Charge) -> (ChargeStatus, i64, i64) {
    (charge.status, charge.captured, charge.refunded)
}

impl Taker {
    async fn promised(&self, order: &Order) -> Charge {
        let charge = self
            .provider
            .authorise(order.clone(), self.good.clone())
            .await;
        charge.expect("an answer")
    }

    async fn keeps_the_contract(&self) {
        self.money_moves_once_and_goes_back_by_totals().await;
        self.a_promise_is_given_back_for_good().await;
        self.what_was_called_off_never_comes_to_life().await;
        self.what_is_declined_stays_declined().await;
        self.its_list_has_every_charge_once().await;
    }

    async fn money_moves_once_and_goes_back_by_totals(&self) {
        use ChargeStatus::{Authorised, Captured};
        let p = &self.provider;
        for (code, minor) in [("GBP", 1_900), ("JPY", 1_900), ("ISK", 1_900)] {
            let order = order(code, minor);
            assert_eq!(p.look_up(order.clone()).await, Ok(None), "{code}");
            for _ in 0..2 {
                let charge = self.promised(&order).await;
                assert_eq!(stands(&charge), (Authorised, 0, 0), "{code}");
                let about = (charge.payment, charge.booking, charge.quote, charge.amount);
                assert_eq!(
                    about,
                    (order.payment, order.booking, order.quote, order.amount)
                );
            }
            for _ in 0..2 {
                let charge = p.capture(order.clone(), minor).await.expect("captured");
                assert_eq!(stands(&charge), (Captured, minor, 0), "{code}");
            }
            // Taken is taken: only a refund helps.
            let charge = p.void(order.clone()).await.expect("an answer");
            assert_eq!(stands(&charge), (Captured, minor, 0), "{code}");
            for (total, back) in [
                (500, 500),
                (500, 500),
                (400, 500),
                (1_900, 1_900),
                (9_999, 1_900),
            ] {
                let charge = p.refund(order.clone(), total).await.expect("given back");
                assert_eq!(stands(&charge), (Captured, minor, back), "{code} {total}");
            }
            let found = p
                .look_up(order.clone())
                .await
                .expect("an answer")
                .expect("a charge");
            assert_eq!(stands(&found), (Captured, minor, minor), "{code}");
        }
    }

    async fn a_promise_is_given_back_for_good(&self) {
        let (p, order) = (&self.provider, order("GBP", 1_900));
        self.promised(&order).await;
        for _ in 0..2 {
            let charge = p.void(order.clone()).await.expect("voided");
            assert_eq!(stands(&charge), (ChargeStatus::Voided, 0, 0));
        }
        let found = p
            .look_up(order.clone())
            .await
            .expect("an answer")
            .expect("a charge");
        assert_eq!(stands(&found), (ChargeStatus::Voided, 0, 0));
        if self.keeps_cancelled {
            let charge = p.capture(order, 1_900).await.expect("an answer");
            assert_eq!(stands(&charge), (ChargeStatus::Voided, 0, 0));
        }
    }

    async fn what_was_called_off_never_comes_to_life(&self) {
        let (p, order) = (&self.provider, order("GBP", 1_900));
        for _ in 0..2 {
            let charge = p.void(order.clone()).await.expect("called off");
            assert_eq!(stands(&charge), (ChargeStatus::Never, 0, 0));
        }
        // Its order arrives after all.
        let late = self.promised(&order).await;
        assert_eq!(stands(&late), (ChargeStatus::Never, 0, 0));
    }

    async fn what_is_declined_stays_declined(&self) {
        let (p, order) = (&self.provider, order("GBP", 1_900));
        let charge = p
            .authorise(order.clone(), self.bad.clone())
            .await
            .expect("an answer");
        assert_eq!(stands(&charge), (ChargeStatus::Declined, 0, 0));
        assert!(charge.reason.is_some_and(|why| why.contains("declined")));
        let found = p
            .look_up(order.clone())
            .await
            .expect("an answer")
            .expect("a charge");
        assert_eq!(found.status, ChargeStatus::Declined);
        let voided = p.void(order).await.expect("an answer");
        assert_eq!(stands(&voided), (ChargeStatus::Declined, 0, 0));
    }

    async fn its_list_has_every_charge_once(&self) {
        let p = &self.provider;
        let mut wanted = BTreeSet::new();
        for _ in 0..5 {
            let order = order("GBP", 1_900);
            self.promised(&order).await;
            wanted.insert(order.payment);
        }
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = p.list(UtcMillis(0), after, 2).await.expect("a page");
            seen.extend(page.charges.iter().map(|charge| charge.payment));
            pages += 1;
            after = page.next;
            if after.is_none() || pages > 100 {
                break;
            }
        }
        let once: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(once.len(), seen.len(), "each once");
        assert!(wanted.is_subset(&once) && pages > 2, "{pages} pages");
    }
}

async fn books(folder: &Folder) -> Books {
    let file = folder.path("house.db").into();
    Books::open(&file, ClockKind::System)
        .await
        .expect("a database")
}

fn clock() -> Clock {
    Clock::start(ClockKind::System, UtcMillis(0))
}

pub(super) async fn stripe(folder: &Folder, file: &str) -> (Books, Arc<dyn Provider>) {
    let books = books(folder).await;
    let config = StripeConfig::parse(file).expect("a configuration");
    let stripe = Stripe::new(&config, Arc::clone(&books.intents), clock()).expect("a client");
    (books, Arc::new(stripe))
}

#[tokio::test]
async fn the_simulated_terminal_keeps_the_contract() {
    let folder = Folder::new();
    let books = books(&folder).await;
    let taker = Taker {
        provider: Arc::new(CardTerminal::new(Arc::clone(&books.charges), clock())),
        good: Card::number("4242424242424242"),
        bad: Card::number("4000000000000002"),
        keeps_cancelled: true,
    };
    taker.keeps_the_contract().await;
    books.ground.close().await;
}

#[tokio::test]
async fn stripe_keeps_the_contract_over_the_double() {
    let folder = Folder::new();
    let double = StripeDouble::start(1).await;
    let (books, provider) = stripe(&folder, &double.file()).await;
    let taker = Taker {
        provider,
        good: Card::named("pm_card_visa"),
        bad: Card::named("pm_card_visa_chargeDeclined"),
        keeps_cancelled: true,
    };
    taker.keeps_the_contract().await;
    books.ground.close().await;
}

/// Reads the whole list; the charge of an order on it.
async fn on_the_list(provider: &Arc<dyn Provider>, order: &Order) -> Option<Charge> {
    let page = provider.list(UtcMillis(0), None, 100).await;
    let page = page.expect("a page");
    assert_eq!(page.next, None);
    page.charges
        .into_iter()
        .find(|c| c.payment == order.payment)
}

#[tokio::test]
async fn what_was_closed_in_a_restored_book_is_taken_up_when_stripe_has_it() {
    use ChargeStatus::{Authorised, Captured, Never};
    let (before, after) = (Folder::new(), Folder::new());
    let double = StripeDouble::start(2).await;
    let (books, provider) = stripe(&before, &double.file()).await;
    let (sold, promised) = (order("GBP", 1_900), order("GBP", 1_900));
    for order in [&sold, &promised] {
        let charge = provider.authorise(order.clone(), Card::named("pm_card_visa"));
        assert_eq!(charge.await.expect("a promise").status, Authorised);
    }
    let charge = provider.capture(sold.clone(), 1_900).await;
    assert_eq!(charge.expect("an answer").status, Captured);
    books.ground.close().await;

    let (books, provider) = stripe(&after, &double.file()).await;
    for order in [&sold, &promised] {
        let closed = provider.void(order.clone()).await.expect("an answer");
        assert_eq!(closed.status, Never, "the book knows nothing of it");
    }
    for (order, minor, status) in [(&sold, 1_900, Captured), (&promised, 0, Authorised)] {
        let listed = on_the_list(&provider, order).await.expect("a charge");
        assert_eq!(stands(&listed), (status, minor, 0));
    }
    // So it is given back now, and not only in the book.
    let voided = provider.void(promised.clone()).await.expect("an answer");
    assert_eq!(voided.status, ChargeStatus::Voided);
    let back = provider.refund(sold.clone(), 1_900).await;
    assert_eq!(stands(&back.expect("an answer")), (Captured, 1_900, 1_900));
    books.ground.close().await;
}

#[tokio::test]
async fn what_only_booking_knows_of_is_not_given_up_before_the_list_was_read() {
    let (before, after) = (Folder::new(), Folder::new());
    let double = StripeDouble::start(3).await;
    let (books, provider) = stripe(&before, &double.file()).await;
    let sold = order("GBP", 1_900);
    let charge = provider.authorise(sold.clone(), Card::named("pm_card_visa"));
    charge.await.expect("a promise");
    books.ground.close().await;

    let (books, provider) = stripe(&after, &double.file()).await;
    // Booking does not know what the payer agreed to.
    let unheard = |order: Order| Order {
        quote: QuoteHash(uuid::Uuid::nil()),
        ..order
    };
    let (sold, never) = (unheard(sold), unheard(order("GBP", 1_900)));
    for order in [&sold, &never] {
        let closed = provider.void(order.clone()).await;
        assert!(closed.is_err(), "{closed:?}");
    }
    assert!(on_the_list(&provider, &sold).await.is_some());
    let voided = provider.void(sold).await.expect("an answer");
    assert_eq!(voided.status, ChargeStatus::Voided);
    let closed = provider.void(never).await.expect("an answer");
    assert_eq!(closed.status, ChargeStatus::Never);
    books.ground.close().await;
}

/// A localstripe of its own, ended with the test.
struct LocalStripe {
    child: Child,
    address: String,
}

impl LocalStripe {
    async fn start() -> Self {
        let program = PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../target/localstripe/bin/localstripe"
        ));
        assert!(
            program.exists(),
            "localstripe is not there: `scripts/test` installs it, see `need_localstripe` in scripts/prepare"
        );
        for _ in 0..10 {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let port = listener.local_addr().expect("an address").port();
            drop(listener);
            let child = Command::new(&program)
                .args(["--from-scratch", "--port", &port.to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("localstripe");
            let address = format!("http://127.0.0.1:{port}");
            let mut local = Self { child, address };
            if local.answers().await {
                return local;
            }
        }
        panic!("localstripe does not answer");
    }

    /// Whether it came up; not when somebody else took the port before it did.
    async fn answers(&mut self) -> bool {
        for _ in 0..300 {
            let lives = self.child.try_wait().is_ok_and(|ended| ended.is_none());
            let asked = http().get(format!("{}/_config/", self.address)).send();
            let said = asked.await.map(|said| said.status().as_u16());
            if !lives || said.is_ok_and(|status| status == 404) {
                return lives;
            }
            Clock::rest_before_any(100).await;
        }
        false
    }
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn stripe_keeps_the_contract_over_localstripe() {
    let folder = Folder::new();
    let local = LocalStripe::start().await;
    let file = format!(
        "house = \"odeon\"\nsecret_key = \"sk_test_12345\"\nwebhook_secrets = [\"whsec_of_localstripe\"]\napi = \"{}\"\n",
        local.address
    );
    let (books, provider) = stripe(&folder, &file).await;
    let taker = Taker {
        provider,
        good: Card::named("pm_card_visa"),
        // The one of its test cards that it declines when it is charged.
        bad: Card::named("pm_card_chargeCustomerFail"),
        keeps_cancelled: false,
    };
    taker.keeps_the_contract().await;
    books.ground.close().await;
}

/// A book that can come to be in another branch of its database's history, as after a failover.
struct Moved {
    book: Arc<dyn IntentBook>,
    branch: AtomicU32,
}

impl IntentBook for Moved {
    fn branch(&self) -> Branch {
        Some((7, self.branch.load(Ordering::SeqCst)))
    }

    fn name(&self, payment: PaymentId, intent: String) -> Calling<'_, Named> {
        self.book.name(payment, intent)
    }

    fn close(&self, payment: PaymentId) -> Calling<'_, Named> {
        self.book.close(payment)
    }

    fn adopt(&self, payment: PaymentId, intent: String) -> Calling<'_, Named> {
        self.book.adopt(payment, intent)
    }

    fn get(&self, payment: PaymentId) -> Calling<'_, Option<Named>> {
        self.book.get(payment)
    }

    fn payment_of(&self, intent: String) -> Calling<'_, Option<PaymentId>> {
        self.book.payment_of(intent)
    }

    fn read_until(&self) -> Calling<'_, Option<UtcMillis>> {
        self.book.read_until()
    }

    fn note_read(&self, until: UtcMillis) -> Calling<'_, ()> {
        self.book.note_read(until)
    }
}

#[tokio::test]
async fn after_a_failover_the_whole_list_is_read_again_before_anything_is_given_up() {
    let folder = Folder::new();
    let double = StripeDouble::start(4).await;
    let (books, _) = stripe(&folder, &double.file()).await;
    let moved = Arc::new(Moved {
        book: Arc::clone(&books.intents),
        branch: AtomicU32::new(1),
    });
    let config = StripeConfig::parse(&double.file()).expect("a configuration");
    let provider = Stripe::new(&config, Arc::clone(&moved) as _, clock());
    let provider: Arc<dyn Provider> = Arc::new(provider.expect("a provider"));
    let unheard = || Order {
        quote: QuoteHash(uuid::Uuid::nil()),
        ..order("GBP", 1_900)
    };
    assert!(provider.wants_whole_list());
    assert!(provider.void(unheard()).await.is_err());
    on_the_list(&provider, &unheard()).await;
    assert!(!provider.wants_whole_list());
    let closed = provider.void(unheard()).await.expect("an answer");
    assert_eq!(closed.status, ChargeStatus::Never);
    // Another server leads, and may lack the lines that were written last.
    moved.branch.store(2, Ordering::SeqCst);
    assert!(provider.wants_whole_list());
    assert!(provider.void(unheard()).await.is_err());
    on_the_list(&provider, &unheard()).await;
    let closed = provider.void(unheard()).await.expect("an answer");
    assert_eq!(closed.status, ChargeStatus::Never);
    books.ground.close().await;
}
