//! `kill -9` in the middle of 200 sales at once: what was acknowledged is there afterwards.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use houseful::{
    client::{Client, ClientError, ShowQuery},
    moment,
};
use houseful_core::{
    ids::{BookingId, ShowId},
    price::Channel,
    seat::SeatLabel,
    wire::{
        admin::{ClockRequest, Role, TokenRequest},
        booking::{BestRequest, Booking, BookingState, CashRequest, HoldRequest, TicketWish, Wish},
        payment::{Card, PayRequest, Payment, PaymentState},
    },
};
use houseful_tests::wait;
use tokio::task::JoinSet;

use super::program::Server;
use houseful_tests::folder::Folder;

/// Sales at once.
const BUYERS: usize = 200;
/// The server is killed once so many answers have come.
const ANSWERS: usize = 250;

/// What a buyer was told.
#[derive(Clone)]
enum Told {
    Held(Booking),
    Confirmed(Booking),
    Paid(Payment),
}

/// A question that got no answer, to be asked again with the same ids.
#[derive(Clone)]
enum Lost {
    Hold(HoldRequest),
    Cash(BookingId, CashRequest),
    Pay(BookingId, PayRequest),
}

#[derive(Default)]
struct Log {
    told: Mutex<Vec<Told>>,
    lost: Mutex<Vec<Lost>>,
    dead: AtomicBool,
}

impl Log {
    fn tell(&self, told: Told) {
        self.told.lock().expect("a log").push(told);
    }

    fn told(&self) -> Vec<Told> {
        self.told.lock().expect("a log").clone()
    }

    /// Whether the buyer goes on: an answer, even a refusal, is one; silence ends it.
    fn heard<T>(&self, answer: Result<T, ClientError>, lost: impl FnOnce() -> Lost) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(ClientError::Problem(problem)) if problem.status < 500 => None,
            Err(_) => {
                self.lost.lock().expect("a log").push(lost());
                self.dead.store(true, Ordering::SeqCst);
                None
            }
        }
    }
}

/// Buys until the server is gone. Every other one pays by card.
async fn buy(client: Client, shows: Arc<Vec<ShowId>>, log: Arc<Log>, who: usize) {
    for turn in 0.. {
        if log.dead.load(Ordering::SeqCst) {
            return;
        }
        let show = shows[(who + turn * 7) % shows.len()];
        let hold = HoldRequest {
            booking: moment::fresh_booking(show),
            command: moment::fresh_command(),
            wish: Wish::Best(BestRequest {
                tickets: vec![TicketWish {
                    ticket_type: "adult".to_owned(),
                    count: 1 + u16::try_from(who % 3).expect("small"),
                }],
                zone: houseful_core::best::Zone::Any,
                category: None,
                accessible: false,
                skip: 0,
            }),
            allow_orphans: true,
            over_limit: false,
            codes: Vec::new(),
            member: None,
        };
        let answer = client.hold(&hold).await;
        let Some(held) = log.heard(answer, || Lost::Hold(hold)) else {
            continue;
        };
        log.tell(Told::Held(held.clone()));
        if who.is_multiple_of(2) {
            pay_cash(&client, &log, held.id).await;
        } else {
            pay_by_card(&client, &log, held.id).await;
        }
    }
}

async fn pay_cash(client: &Client, log: &Log, booking: BookingId) {
    let cash = CashRequest {
        command: moment::fresh_command(),
        payment: moment::fresh_payment(),
        given_minor: None,
    };
    let answer = client.cash(booking, &cash).await;
    if let Some(paid) = log.heard(answer, || Lost::Cash(booking, cash)) {
        assert_eq!(paid.state, BookingState::Confirmed);
        log.tell(Told::Confirmed(paid));
    }
}

async fn pay_by_card(client: &Client, log: &Log, booking: BookingId) {
    let Ok(leave) = client.payment_token(booking).await else {
        return;
    };
    let pay = PayRequest::by_card(
        moment::fresh_payment(),
        leave.token,
        Card::number("4242424242424242"),
    );
    let answer = client.pay(booking, &pay, Duration::from_secs(2)).await;
    if let Some(payment) = log.heard(answer, || Lost::Pay(booking, pay)) {
        log.tell(Told::Paid(payment));
    }
}

async fn shows(admin: &Client) -> Arc<Vec<ShowId>> {
    let query = ShowQuery {
        limit: Some(100),
        ..ShowQuery::default()
    };
    let shows = admin.shows(&query).await.expect("shows").items;
    let roomy = shows.iter().filter(|s| s.free > 30).map(|s| s.id);
    let shows: Vec<ShowId> = roomy.take(12).collect();
    assert!(shows.len() >= 6, "a chain with room");
    Arc::new(shows)
}

/// Sells at 200 tills and kills the server in the middle. What was told until then.
async fn sell_and_kill(server: Server) -> Log {
    let admin = server.admin();
    let shows = shows(&admin).await;
    let request = TokenRequest {
        account: "tills".to_owned(),
        role: Role::Clerk,
        channel: Channel::Counter,
    };
    let token = admin.create_token(&request).await.expect("a token");
    let notice = server.notice();
    // Little patience: after the kill nobody answers any more.
    let client = Client::new(&notice.server, token.secret, Duration::from_secs(5));
    let client = client.expect("a client");
    let log = Arc::new(Log::default());
    let mut buyers = JoinSet::new();
    for who in 0..BUYERS {
        buyers.spawn(buy(
            client.clone(),
            Arc::clone(&shows),
            Arc::clone(&log),
            who,
        ));
    }
    wait::until_async("answers", 60, async || {
        (log.told().len() >= ANSWERS).then_some(())
    })
    .await;
    server.kill();
    log.dead.store(true, Ordering::SeqCst);
    while let Some(ended) = buyers.join_next().await {
        ended.expect("a buyer does not panic");
    }
    Arc::into_inner(log).expect("all buyers have left")
}

fn seats(booking: &Booking) -> Vec<SeatLabel> {
    booking.lines.iter().map(|line| line.seat).collect()
}

/// Every answer that was given still holds.
async fn acknowledged_is_there(admin: &Client, log: &Log) {
    let mut confirmed = 0;
    for told in log.told() {
        match told {
            Told::Held(held) => {
                let now = admin.booking(held.id).await.expect("the hold is there");
                assert_eq!(now.hold_until, held.hold_until);
                if now.state != BookingState::Expired {
                    assert_eq!(seats(&now), seats(&held), "{}", held.id);
                }
            }
            Told::Confirmed(paid) => {
                let now = admin.booking(paid.id).await.expect("the booking is there");
                assert_eq!(now.state, BookingState::Confirmed, "{}", paid.id);
                assert_eq!(now.tickets, paid.tickets);
                confirmed += 1;
            }
            Told::Paid(payment) => {
                let now = admin.payment(payment.id, None).await.expect("it is there");
                assert_eq!(now.amount, payment.amount);
                if payment.state == PaymentState::Captured {
                    assert_eq!(now.captured, payment.captured, "{now:?}");
                }
            }
        }
    }
    assert!(confirmed > 0, "nothing was sold before the kill");
}

/// Questions whose answer was lost get one when they are asked again, and the same one each time.
async fn lost_is_settled(admin: &Client, log: &Log) {
    let lost = log.lost.lock().expect("a log").clone();
    assert!(!lost.is_empty(), "the kill came too late to hit anything");
    for lost in lost {
        match lost {
            Lost::Hold(request) => {
                let first = admin.hold(&request).await;
                let again = admin.hold(&request).await;
                assert_eq!(brief(first), brief(again));
            }
            Lost::Cash(booking, request) => {
                let first = admin.cash(booking, &request).await;
                let again = admin.cash(booking, &request).await;
                assert_eq!(brief(first), brief(again));
            }
            Lost::Pay(booking, request) => {
                // It may wait for the clock, which stands still: so nobody waits for it here.
                let first = admin.pay(booking, &request, Duration::ZERO).await;
                let again = admin.pay(booking, &request, Duration::ZERO).await;
                assert_eq!(first.is_ok(), again.is_ok(), "{first:?} {again:?}");
            }
        }
    }
}

/// What an answer comes down to.
fn brief(answer: Result<Booking, ClientError>) -> Result<(BookingId, Vec<SeatLabel>), String> {
    let booking = answer.map_err(|e| e.code().unwrap_or("none").to_owned())?;
    Ok((booking.id, seats(&booking)))
}

/// Lets twenty minutes go by, a little at a time, until no payment waits for anything.
async fn money_comes_to_rest(admin: &Client) {
    for _ in 0..20 {
        let minute = ClockRequest { advance_ms: 60_000 };
        admin.advance_clock(&minute).await.expect("a manual clock");
    }
    wait::until_async("payments are settled", 60, async || {
        let open = admin.payments(true, None).await.expect("payments").items;
        if open.is_empty() {
            return Some(());
        }
        // What is asked again is asked again later: by this clock.
        let little = ClockRequest { advance_ms: 5_000 };
        admin.advance_clock(&little).await.expect("a manual clock");
        None
    })
    .await;
}

/// The second guard, looked at without the program.
fn no_seat_has_two_tickets(file: &Path) {
    let db = rusqlite::Connection::open(file).expect("opened");
    let sql = "SELECT count(*) FROM (SELECT 1 FROM ticket WHERE valid = 1
               GROUP BY show_id, seat HAVING count(*) > 1)";
    let twice: i64 = db.query_row(sql, [], |row| row.get(0)).expect("counted");
    assert_eq!(twice, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    let rounds = std::env::var("HOUSEFUL_CRASH_ROUNDS").ok();
    let rounds: u32 = rounds.map_or(3, |n| n.parse().expect("a number of rounds"));
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let manual = ["--clock", "manual"];
    for round in 1..=rounds {
        let log = sell_and_kill(Server::start(&folder, &file, &manual)).await;
        let server = Server::start(&folder, &file, &manual);
        let admin = server.admin();
        acknowledged_is_there(&admin, &log).await;
        lost_is_settled(&admin, &log).await;
        money_comes_to_rest(&admin).await;
        acknowledged_is_there(&admin, &log).await;
        let audit = admin.audit().await.expect("an audit");
        let wrong = (audit.double_sold, audit.money_mismatch, audit.stuck_seats);
        assert_eq!(wrong, (0, 0, 0), "round {round}: {audit:?}");
        assert_eq!(server.stop(), Some(0));
        no_seat_has_two_tickets(&file);
    }
}
