//! Paying by several tenders: vouchers, a card and cash together.

use houseful_core::{
    code::VoucherCode,
    ids::CommandId,
    wire::{
        payment::{PaidTender, TenderWish},
        voucher::{CreateVouchers, VoucherSeed, VoucherState},
    },
};

use super::*;

const DECLINES: &str = "4000000000000002";
const REFUSES_CAPTURE: &str = "4000000000000341";

fn seed() -> VoucherSeed {
    VoucherSeed(chance::secret())
}

/// Leave to pay 19.00 for a booking of its own, by these tenders.
pub(super) fn request(role: &Role, tenders: Vec<TenderWish>) -> PayRequest {
    let by_card = role.request(booking(), APPROVES);
    PayRequest::by(by_card.payment, by_card.token, tenders)
}

pub(super) fn voucher(code: VoucherCode) -> TenderWish {
    let amount_minor = None;
    TenderWish::Voucher { code, amount_minor }
}

pub(super) fn card(number: &str) -> TenderWish {
    let card = Card::number(number);
    let amount_minor = None;
    TenderWish::Card { card, amount_minor }
}

pub(super) fn cash(minor: i64) -> TenderWish {
    let amount_minor = Some(minor);
    TenderWish::Cash { amount_minor }
}

impl Role {
    /// A voucher that is worth so much.
    pub(super) async fn voucher(&self, minor: i64) -> VoucherCode {
        self.voucher_until(minor, None).await
    }

    /// The same with an end.
    pub(super) async fn voucher_until(&self, minor: i64, end_ms: Option<i64>) -> VoucherCode {
        let request = CreateVouchers {
            command: CommandId(chance::uuid()),
            seed: seed(),
            value: Money::new(minor, "GBP".parse().expect("a currency")),
            count: 1,
            uses_max: None,
            valid_from: None,
            valid_until: end_ms.map(|ms| self.clock.now().plus_ms(ms).into()),
            note: None,
        };
        let made = self
            .payments
            .create_vouchers(request, "maya".to_owned())
            .await
            .expect("made");
        made.first().expect("one").code
    }

    async fn left(&self, code: VoucherCode) -> i64 {
        let voucher = self.payments.check_voucher(code).await.expect("a voucher");
        voucher.left.minor
    }

    pub(super) async fn pay(&self, request: &PayRequest) -> Result<Payment, PaymentError> {
        self.payments.pay(request.clone(), 0).await
    }

    /// What booking wants of a split payment.
    pub(super) fn keep_split(&self, request: &PayRequest, keep_minor: i64, ver: u64) -> Settle {
        Settle {
            tender: Tender::Split,
            ..self.keep(request, keep_minor, ver)
        }
    }

    /// The ledger of a payment, a line for each movement.
    async fn ledger(&self) -> Vec<String> {
        let lines = |conn: &Connection| {
            let mut select = conn.prepare(
                "SELECT t.means || ' ' || l.kind || ' ' || l.minor FROM payment_ledger l
                 JOIN payment_tender t ON t.payment = l.payment AND t.number = l.number
                 ORDER BY l.seq",
            )?;
            let lines = select.query_map([], |row| row.get::<_, String>(0))?;
            Ok(lines.collect::<Result<Vec<_>, _>>()?)
        };
        self.db.read(lines).await.expect("readable")
    }
}

pub(super) fn by_means(payment: &Payment) -> Vec<(&str, i64, i64)> {
    let line = |t: &'_ PaidTender| (t.captured.minor, t.refunded.minor);
    let lines = payment.tenders.iter().map(|t| {
        let (captured, refunded) = line(t);
        (t.means.as_str(), captured, refunded)
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_a_card_and_cash_pay_together_and_money_goes_back_in_its_order() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher(600).await;
    let request = request(&role, vec![cash(300), card(APPROVES), voucher(code)]);
    role.pay(&request).await.expect("begun");
    let promised = role.until(request.payment, PaymentState::Authorised).await;
    assert_eq!(promised.provider, "split");
    assert_eq!(role.left(code).await, 0, "it is reserved");
    role.settles(role.keep_split(&request, 1_900, 5)).await;
    let paid = role.until(request.payment, PaymentState::Captured).await;
    assert!(paid.settled);
    assert_eq!(
        by_means(&paid),
        [("voucher", 600, 0), ("card", 1_000, 0), ("cash", 300, 0)]
    );
    let news = role.tape.all().pop().expect("news");
    assert_eq!((news.tender, news.amount.minor), (Tender::Split, 1_900));
    // A seat goes back, then all of it.
    role.settles(role.keep_split(&request, 700, 6)).await;
    let part = role.until(request.payment, PaymentState::Refunded).await;
    assert_eq!(
        by_means(&part),
        [
            ("voucher", 600, 0),
            ("card", 1_000, 1_000),
            ("cash", 300, 200)
        ]
    );
    role.settles(role.keep_split(&request, 0, 7)).await;
    let began = Clock::stopwatch();
    while role.left(code).await == 0 {
        let waited = Clock::stopwatch().duration_since(began).as_secs();
        assert!(waited < 30, "the voucher's value does not come back");
        role.clock.rest_real(2).await;
    }
    assert_eq!(role.left(code).await, 600);
    role.idle(request.payment).await;
    let ledger = role.ledger().await;
    assert_eq!(
        ledger,
        [
            "card taken 1000",
            "voucher taken 600",
            "cash taken 300",
            "card ordered_back 1000",
            "cash ordered_back 200",
            "cash returned 200",
            "card returned 1000",
            "voucher ordered_back 600",
            "cash ordered_back 100",
            "voucher returned 600",
            "cash returned 100",
        ]
    );
    let changed = role.sql("UPDATE payment_ledger SET minor = 1").await;
    assert!(changed.is_err(), "the ledger is only added to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_that_covers_all_needs_no_card() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher(5_000).await;
    let request = request(&role, vec![voucher(code), card(DECLINES)]);
    role.pay(&request).await.expect("begun");
    let promised = role.until(request.payment, PaymentState::Authorised).await;
    assert_eq!(
        (promised.provider.as_str(), promised.tenders.len()),
        ("voucher", 1)
    );
    assert_eq!(role.left(code).await, 3_100);
    let keep = Settle {
        tender: Tender::Voucher,
        ..role.keep(&request, 1_900, 5)
    };
    role.settles(keep).await;
    role.until(request.payment, PaymentState::Captured).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_declined_gives_the_voucher_back() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher(600).await;
    for number in [DECLINES, DECLINES] {
        let request = request(&role, vec![voucher(code), card(number)]);
        role.pay(&request).await.expect("begun");
        let over = role.until(request.payment, PaymentState::Declined).await;
        assert!(over.settled && over.is_final());
        let why = over.reason.expect("a reason");
        assert!(why.starts_with("card: "), "{why}");
        assert_eq!(role.left(code).await, 600);
    }
    assert_eq!(role.tape.all(), [], "booking never hears of it");
    assert_eq!(role.ledger().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_breaks_its_promise_leaves_the_voucher_whole() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher(600).await;
    let request = request(&role, vec![voucher(code), card(REFUSES_CAPTURE), cash(100)]);
    role.pay(&request).await.expect("begun");
    role.until(request.payment, PaymentState::Authorised).await;
    role.settles(role.keep_split(&request, 1_900, 5)).await;
    role.until(request.payment, PaymentState::CaptureRefused)
        .await;
    assert_eq!(role.left(code).await, 600);
    assert_eq!(role.ledger().await, [""; 0], "nothing was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_the_same_payment_although_the_voucher_is_empty_by_then() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher(1_900).await;
    let first = request(&role, vec![voucher(code)]);
    role.pay(&first).await.expect("begun");
    role.until(first.payment, PaymentState::Authorised).await;
    let again = role.pay(&first).await.expect("the same");
    assert_eq!(
        (again.id, again.state),
        (first.payment, PaymentState::Authorised)
    );
    let other = PayRequest::by(first.payment, first.token.clone(), vec![cash(1_900)]);
    assert_eq!(role.pay(&other).await, Err(PaymentError::IdReused));
    let second = role.pay(&request(&role, vec![voucher(code)])).await;
    let refused = PaymentError::VoucherRefused {
        label: code.label(),
        why: "nothing is left on it".to_owned(),
    };
    assert_eq!(second, Err(refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_payment_lives_off_what_another_one_took_of_a_voucher() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let (a, c) = (role.voucher(1_000).await, role.voucher(1_900).await);
    let first = request(&role, vec![voucher(a), card(APPROVES)]);
    role.pay(&first).await.expect("begun");
    role.until(first.payment, PaymentState::Authorised).await;
    let known = role.payments.flow.store.get(first.payment).await;
    let parts = known.expect("readable").expect("a payment").parts;
    // Somebody gives a payment of another booking the id of that tender.
    let mut theft = request(&role, vec![voucher(c)]);
    theft.payment = parts[0].id;
    role.pay(&theft).await.expect("begun");
    role.until(theft.payment, PaymentState::Authorised).await;
    assert_eq!(
        (role.left(a).await, role.left(c).await),
        (0, 0),
        "each pays for itself"
    );
    let keep = Settle {
        tender: Tender::Voucher,
        ..role.keep(&theft, 0, 5)
    };
    role.settles(keep).await;
    role.until(theft.payment, PaymentState::Voided).await;
    assert_eq!((role.left(a).await, role.left(c).await), (0, 1_900));
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_waits_for_a_card_that_is_not_decided_at_once() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    // Approved after 310 seconds, and before that nobody knows.
    let request = request(&role, vec![card("4000000000000259"), cash(400)]);
    role.pay(&request).await.expect("begun");
    for _ in 0..10 {
        role.clock.advance(25_000);
        role.clock.rest_real(10).await;
        role.until(request.payment, PaymentState::Pending).await;
    }
    let began = Clock::stopwatch();
    while role
        .payments
        .get(request.payment)
        .await
        .map(|p| p.map(|p| p.state))
        != Ok(Some(PaymentState::Authorised))
    {
        let waited = Clock::stopwatch().duration_since(began).as_secs();
        assert!(waited < 30, "the cash is never asked for");
        role.clock.advance(1_000);
        role.clock.rest_real(2).await;
    }
    role.settles(role.keep_split(&request, 1_900, 5)).await;
    let paid = role.until(request.payment, PaymentState::Captured).await;
    assert_eq!(by_means(&paid), [("card", 1_500, 0), ("cash", 400, 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tenders_that_make_no_sense_are_refused_by_their_name() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let code = role.voucher(600).await;
    let unknown: VoucherCode = "0000-0000-0000-0000".parse().expect("a code");
    let pounds = |minor| Money::new(minor, "GBP".parse().expect("a currency"));
    let too_little = PaymentError::TendersTooLittle {
        left: pounds(1_300),
    };
    let too_much = PaymentError::TendersTooMuch { over: pounds(100) };
    let told = |tenders| {
        let request = request(&role, tenders);
        let role = &role;
        async move { role.pay(&request).await.expect_err("refused") }
    };
    assert_eq!(told(vec![voucher(code)]).await, too_little);
    assert_eq!(told(vec![cash(2_000)]).await, too_much);
    let strange = told(vec![cash(100), voucher(unknown), card(APPROVES)]).await;
    assert_eq!(strange, PaymentError::VoucherUnknown { number: 2 });
    for tenders in [
        vec![],
        vec![voucher(code), voucher(code)],
        vec![card(APPROVES), card(APPROVES)],
        vec![cash(0), card(APPROVES)],
        vec![cash(-1), card(APPROVES)],
        vec![TenderWish::Cash { amount_minor: None }, card(APPROVES)],
        vec![cash(1); 11],
    ] {
        let said = told(tenders.clone()).await;
        assert!(
            matches!(said, PaymentError::BadTenders(_)),
            "{tenders:?}: {said}"
        );
    }
    let mut both = request(&role, vec![cash(1_900)]);
    both.card = Some(Card::number(APPROVES));
    assert!(matches!(
        role.pay(&both).await,
        Err(PaymentError::BadTenders(_))
    ));
    let huge = told(vec![cash(i64::MAX), card(APPROVES), cash(i64::MAX)]).await;
    assert!(matches!(huge, PaymentError::BadTenders(_)), "{huge}");
    let huge = told(vec![cash(i64::MAX), voucher(code)]).await;
    assert!(
        matches!(huge, PaymentError::TendersTooMuch { .. }),
        "{huge}"
    );
    assert_eq!(role.left(code).await, 600, "nothing was reserved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_between_two_tenders_leaves_nothing_reserved() {
    let folder = Folder::new();
    let first = role(folder.open()).await;
    let code = first.voucher(600).await;
    // The order to the card never arrives, and no answer ever comes.
    let request = request(&first, vec![voucher(code), card("4000000000000127")]);
    first.pay(&request).await.expect("begun");
    let began = Clock::stopwatch();
    while first.left(code).await != 0 {
        let waited = Clock::stopwatch().duration_since(began).as_secs();
        assert!(waited < 30, "it is never reserved");
        first.clock.rest_real(2).await;
    }
    let db = first.db.clone();
    drop(first);
    db.close().await;
    let second = role(folder.open()).await;
    let over = second.until(request.payment, PaymentState::Declined).await;
    assert!(over.settled);
    assert_eq!(second.left(code).await, 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_vouchers_are_nowhere_in_the_files_and_told_once() {
    let folder = Folder::new();
    let role = role(folder.open()).await;
    let make = CreateVouchers {
        command: CommandId(chance::uuid()),
        seed: seed(),
        value: Money::new(500, "GBP".parse().expect("a currency")),
        count: 3,
        uses_max: Some(1),
        valid_from: None,
        valid_until: None,
        note: Some("friends".to_owned()),
    };
    let made = role
        .payments
        .create_vouchers(make.clone(), "maya".to_owned())
        .await
        .expect("made");
    assert_eq!(made.len(), 3);
    let again = role
        .payments
        .create_vouchers(make.clone(), "maya".to_owned());
    assert_eq!(again.await, Ok(made.clone()), "a lost answer is told again");
    for other in [
        CreateVouchers {
            seed: seed(),
            ..make.clone()
        },
        CreateVouchers {
            count: 4,
            ..make.clone()
        },
    ] {
        let other = role
            .payments
            .create_vouchers(other, "maya".to_owned())
            .await;
        assert_eq!(other, Err(PaymentError::VouchersMade));
    }
    let (listed, _) = role.payments.list_vouchers(None, 10).await.expect("a list");
    assert_eq!(listed.len(), 3, "a repeat makes no more");
    let first = made.first().expect("one");
    let taken_back = role
        .payments
        .cancel_voucher(first.id, "joe".to_owned(), String::new())
        .await
        .expect("written");
    assert_eq!(taken_back.map(|v| v.state), Some(VoucherState::Cancelled));
    for entry in std::fs::read_dir(&folder.0).expect("the folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        for code in made.iter().map(|v| v.code.secret()) {
            for text in [code.clone(), code.replace('-', "")] {
                let found = bytes.windows(text.len()).any(|w| w == text.as_bytes());
                assert!(!found, "a code is in {}", path.display());
            }
        }
    }
}
