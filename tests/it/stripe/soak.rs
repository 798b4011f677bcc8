//! Many payments through the fault dial: one in ten times out, half of those after it was done;
//! three messages in ten come twice; one refund in five is refused, two captures in a hundred; and
//! for a long while Stripe is not there at all. At every check the ledger adds up and agrees with
//! the seats, and in the end with Stripe's books to the penny.
//!
//! `HOUSEFUL_SOAK_PAYMENTS=20000 cargo test -p houseful-tests --test it -- stripe::soak --nocapture`
//!
//! So many take an hour. Such a run says every half minute how far it is, and says why it ends, whatever
//! ends it: a breakdown of any task of the house, too, a signal, or a standstill.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

mod watch;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
};

use houseful_core::ids::ShowId;
use houseful_server::clock::Clock;
use houseful_tests::{
    stripe_double::Dial,
    test_app::{As, Said, booking, command, payment, tried},
};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use self::watch::Watch;
use super::shop::{Payer, Shop, VISA};

/// How many payments if nobody says.
const PAYMENTS: u64 = 240;
/// Payers at once.
const AT_ONCE: usize = 48;
/// Seats of a show.
const SEATS: u64 = 40;
/// How the clock runs: so many milliseconds of the house's time in each real step.
const STEP_MS: i64 = 400;
const STEP_REAL_MS: u64 = 20;
/// How long Stripe is away, in milliseconds of the house's time; longer where there are many.
const OUTAGE_MS: i64 = 600_000;
const LONG_OUTAGE_MS: i64 = 2_400_000;
const MANY: u64 = 1_000;
/// How long after that money may still be on its way.
const AFTER_MS: i64 = 1_200_000;
/// How long a payer waits before asking again, and how often one asks who is sent away or hears nothing.
const ASK_REAL_MS: u64 = 150;
const ASK_TIMES: u32 = 100;
/// How often all is looked at.
const CHECKS: u64 = 20;
/// How long a payer waits for the end, in milliseconds of the house's time: on a busy machine that
/// goes slowly. Longer than Stripe is away and money may be on its way.
const PATIENCE_MS: i64 = LONG_OUTAGE_MS + 2 * AFTER_MS;

const BAD_DAY: Dial = Dial {
    lost: 50,
    silent: 50,
    broken_before: 10,
    broken_after: 10,
    too_many: 10,
    capture_refused: 20,
    refund_fails: 200,
    doubled: 300,
    unsent: 50,
    outage: false,
    only_news: false,
    refunds_stall: false,
};

#[derive(Default)]
struct Tally {
    begun: AtomicU64,
    confirmed: AtomicU64,
    declined: AtomicU64,
    cancelled: AtomicU64,
    /// How often somebody had to ask again.
    again: AtomicU64,
    checks: AtomicU64,
    /// When Stripe comes back; 0 before it goes.
    back_at: AtomicI64,
    over: AtomicBool,
}

impl Tally {
    fn told(&self) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        format!(
            "begun {} confirmed {} declined {} cancelled {} asked again {} checks {}",
            of(&self.begun),
            of(&self.confirmed),
            of(&self.declined),
            of(&self.cancelled),
            of(&self.again),
            of(&self.checks),
        )
    }
}

/// Asks until there is an answer, as anybody does whom a busy house sends away: what is asked has ids
/// of its own, and is the same however often it comes.
async fn ask(shop: &Shop, tally: &Tally, path: &str, body: Option<&Value>) -> Said {
    for _ in 0..ASK_TIMES {
        let method = body.map_or(Method::GET, |_| Method::POST);
        let mut request = shop.app.request(As::Clerk, method, path);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json");
            request = request.body(body.to_string());
        }
        match tried(request).await {
            Ok(said) if said.status != 503 => return said,
            _ => tally.again.fetch_add(1, Ordering::Relaxed),
        };
        Clock::rest_before_any(ASK_REAL_MS).await;
    }
    panic!("{path}: no answer, {ASK_TIMES} times");
}

/// One payer, from the hold to the end.
async fn one(shop: &Shop, tally: &Tally, n: u64) {
    let seat = n % SEATS;
    let row = ["A", "B", "C", "D"][usize::try_from(seat / 10).unwrap_or(0)];
    let payer = Payer {
        booking: booking(ShowId(100 + n / SEATS)),
        payment: payment(),
    };
    let seat = format!("{row}{}", seat % 10 + 1);
    let wish = json!({"seats": [{"seat": seat}]});
    let hold = json!({"booking": payer.booking, "command": command(), "wish": wish, "allow_orphans": true});
    let held = ask(shop, tally, "/v1/bookings", Some(&hold)).await;
    assert!(matches!(held.status, 200 | 201), "{}", held.text);
    let path = format!("/v1/bookings/{}/payment-token", payer.booking);
    let leave = ask(shop, tally, &path, Some(&json!({}))).await.expect(200);
    let request = json!({
        "payment": payer.payment, "token": leave["token"], "card": {"payment_method": VISA},
    });
    let said = ask(shop, tally, "/v1/payments?wait_ms=0", Some(&request)).await;
    assert!(matches!(said.status, 200..=202), "{}", said.text);
    tally.begun.fetch_add(1, Ordering::Relaxed);
    let began = shop.app.now();
    let path = format!("/v1/payments/{}", payer.payment);
    let ended = loop {
        let paid = ask(shop, tally, &path, None).await.expect(200);
        let settled = paid["settled"] == true;
        match paid["state"].as_str() {
            Some("declined" | "voided" | "capture_refused" | "refunded") => break paid,
            Some("captured") if settled => break paid,
            _ => {}
        }
        let waited_ms = shop.app.now().ms_since(began);
        assert!(waited_ms < PATIENCE_MS, "{paid}");
        Clock::rest_before_any(ASK_REAL_MS).await;
    };
    if ended["state"] != "captured" {
        tally.declined.fetch_add(1, Ordering::Relaxed);
        return;
    }
    tally.confirmed.fetch_add(1, Ordering::Relaxed);
    if n.is_multiple_of(3) {
        shop.cancel(&payer).await;
        tally.cancelled.fetch_add(1, Ordering::Relaxed);
    }
}

/// All payments, page by page.
async fn all_payments(shop: &Shop) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/payments?limit=1000{next}");
        let mut page = shop.app.get(As::Clerk, &path).await.expect(200);
        let cursor = page["next"].as_str().map(|next| format!("&cursor={next}"));
        if let Value::Array(items) = page["items"].take() {
            all.extend(items);
        }
        match cursor {
            Some(cursor) => next = cursor,
            None => return all,
        }
    }
}

/// What must hold at every moment.
async fn check(shop: &Shop, tally: &Tally) {
    // Money may be on its way for a quarter of an hour, and for longer while nobody takes it.
    let back_at = tally.back_at.load(Ordering::Relaxed);
    let calm = back_at == 0 || shop.app.now().0 > back_at + AFTER_MS;
    // What is late by the audit was open before it was asked; when Stripe comes back all end at once.
    let open = shop.app.get(As::Clerk, "/v1/payments?open=true&limit=1000");
    let open = open.await.expect(200)["items"]
        .as_array()
        .map_or(0, Vec::len) as u64;
    let audit = shop.app.get(As::Manager, "/v1/audit").await.expect(200);
    for wrong in ["double_sold", "stuck_seats"] {
        assert_eq!(audit[wrong], 0, "{audit}");
    }
    let list = all_payments(shop).await;
    let minor = |p: &Value, name: &str| p[name]["minor"].as_i64().expect("an amount");
    let (mut captured, mut refunded) = (0, 0);
    for paid in &list {
        let (taken, back) = (minor(paid, "captured"), minor(paid, "refunded"));
        // captured = applied + refund_due + refunded, of each tender and of all.
        let mut sums = (0, 0);
        for tender in paid["tenders"].as_array().expect("tenders") {
            let (taken, back) = (minor(tender, "captured"), minor(tender, "refunded"));
            let applied = taken - back - minor(tender, "refund_due");
            assert!(
                back >= 0 && applied >= 0 && taken <= minor(tender, "amount"),
                "{paid}"
            );
            sums = (sums.0 + taken, sums.1 + back);
        }
        assert_eq!(sums, (taken, back), "{paid}");
        captured += taken;
        refunded += back;
    }
    let late = audit["money_mismatch"].as_u64().expect("a number");
    assert!(late == 0 || (!calm && late <= open), "{audit}, {open} open");
    tally.checks.fetch_add(1, Ordering::Relaxed);
    println!(
        "{}; of {} captured {captured} refunded {refunded}; open {open} late {late}; calls {} refunds tried {} messages {:?}",
        tally.told(),
        list.len(),
        shop.double.calls(),
        shop.double.refunds_made(),
        shop.double.sent(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_payments_through_a_bad_day_end_to_the_penny() {
    let asked = std::env::var("HOUSEFUL_SOAK_PAYMENTS").ok();
    let payments = asked.map_or(PAYMENTS, |text| text.parse().expect("a number of payments"));
    let shop = Arc::new(Shop::open(41).await);
    let tally = Arc::new(Tally::default());
    shop.double.set_dial(BAD_DAY);
    let watch = (payments > MANY).then(|| {
        let (house, tally) = (shop.app.server().clock().clone(), Arc::clone(&tally));
        Watch::over(move || format!("{} at {}", tally.told(), house.now().rfc3339()))
    });
    let time = tokio::spawn({
        let (shop, tally) = (Arc::clone(&shop), Arc::clone(&tally));
        async move {
            while !tally.over.load(Ordering::Relaxed) {
                shop.app.advance_ms(STEP_MS);
                let back_at = tally.back_at.load(Ordering::Relaxed);
                if back_at > 0 && shop.app.now().0 > back_at {
                    shop.double.set_dial(BAD_DAY);
                }
                Clock::rest_before_any(STEP_REAL_MS).await;
            }
        }
    });
    let began = Clock::stopwatch();
    let (every, outage_at) = ((payments / CHECKS).max(1), payments / 2);
    let mut under_way = tokio::task::JoinSet::new();
    for n in 0..payments {
        if n.is_multiple_of(SEATS) {
            shop.app.open_show(100 + n / SEATS).await;
        }
        if n == outage_at {
            shop.double.set_dial(Dial {
                outage: true,
                ..BAD_DAY
            });
            let away_ms = if payments > MANY {
                LONG_OUTAGE_MS
            } else {
                OUTAGE_MS
            };
            let back_at = shop.app.now().plus_ms(away_ms);
            tally.back_at.store(back_at.0, Ordering::Relaxed);
        }
        while under_way.len() >= AT_ONCE {
            under_way
                .join_next()
                .await
                .expect("a payer")
                .expect("no panic");
        }
        let (shop_of, tally_of) = (Arc::clone(&shop), Arc::clone(&tally));
        under_way.spawn(async move { one(&shop_of, &tally_of, n).await });
        if n.is_multiple_of(every) {
            check(&shop, &tally).await;
        }
    }
    println!("all have begun; {} are still waiting", under_way.len());
    while let Some(done) = under_way.join_next().await {
        done.expect("no panic");
    }
    println!("all have ended; the house comes to rest");
    let calm_at = tally.back_at.load(Ordering::Relaxed) + AFTER_MS;
    while shop.app.now().0 <= calm_at {
        shop.app.advance_ms(STEP_MS * 5);
        Clock::rest_before_any(STEP_REAL_MS).await;
    }
    check(&shop, &tally).await;
    tally.over.store(true, Ordering::Relaxed);
    time.await.expect("no panic");
    shop.double.set_dial(Dial::default());
    shop.comes_to_rest().await;
    check(&shop, &tally).await;
    let took = Clock::stopwatch().duration_since(began);
    println!("{payments} payments in {took:?}");
    // Not everything went well, and not everything went wrong.
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    assert!(of(&tally.confirmed) > payments / 4 && of(&tally.declined) > 0);
    let kept = shop.double.kept();
    let left: i64 = kept.iter().map(|kept| kept.captured - kept.refunded).sum();
    let worth = worth(&shop, payments).await;
    assert_eq!(left, worth, "what Stripe has is what the tickets cost");
    if let Some(watch) = watch {
        watch.ends();
    }
    let shop = Arc::into_inner(shop).expect("nobody else has it");
    shop.finish().await;
}

/// What all valid tickets cost.
async fn worth(shop: &Shop, payments: u64) -> i64 {
    let mut worth = 0;
    for show in 0..payments.div_ceil(SEATS) {
        let path = format!("/v1/bookings?show={}&state=confirmed", ShowId(100 + show));
        let list = shop.app.get(As::Clerk, &path).await.expect(200);
        for booking in list["items"].as_array().expect("bookings") {
            worth += booking["total"]["minor"].as_i64().expect("a total");
        }
    }
    worth
}
