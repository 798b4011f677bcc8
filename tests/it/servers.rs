//! Whole servers on Postgres: one that sells and is started again, and two on one database.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

use houseful_core::{
    ids::ShowId,
    price::Channel,
    wire::admin::{Role, Token},
};
use houseful_server::{catalogue::demo, database::Address};
use houseful_tests::{
    cluster::Cluster,
    folder::Folder,
    test_app::{As, Setup, TestApp, booking, command, payment},
    wait,
};
use serde_json::{Value, json};

use super::program::terminate;

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");

async fn server(url: &str) -> TestApp {
    let setup = Setup::default().on(Address::new(url.as_ref()));
    setup.start().await
}

/// Sells these seats for cash; the booking.
async fn by_cash(app: &TestApp, show: ShowId, seats: &[&str]) -> Value {
    let id = booking(show);
    app.hold(As::Clerk, &id, seats).await.expect(201);
    let cash = json!({"command": command(), "payment": payment()});
    let path = format!("/v1/bookings/{id}/cash");
    let paid = app.post(As::Clerk, &path, &cash).await.expect(200);
    assert_eq!(paid["state"], "confirmed");
    paid
}

/// The same by card, on the web.
async fn by_card(app: &TestApp, show: ShowId, seats: &[&str]) -> Value {
    let id = booking(show);
    app.hold(GUEST, &id, seats).await.expect(201);
    let path = format!("/v1/bookings/{id}/payment-token");
    let token = app.post(GUEST, &path, &json!({})).await.expect(200);
    let card = json!({"number": "4242424242424242"});
    let pay = json!({"payment": payment(), "token": token["token"], "card": card});
    let paid = app.post(GUEST, "/v1/payments?wait_ms=20000", &pay).await;
    assert_eq!(paid.expect(201)["state"], "captured");
    let path = format!("/v1/bookings/{id}");
    app.until(GUEST, &path, |b| b["state"] == "confirmed").await
}

/// Waits until nothing is left to say between booking and payment.
async fn at_rest(app: &TestApp) {
    let empty = |list: &Value| list["items"].as_array().is_some_and(Vec::is_empty);
    app.until(As::Clerk, "/v1/payments?open=true", empty).await;
}

/// What is sold, as a server tells it.
async fn told(app: &TestApp, sold: &Value) -> Value {
    let path = format!("/v1/bookings/{}", sold["id"].as_str().expect("an id"));
    let booking = app.get(As::Manager, &path).await.expect(200);
    ["id", "state", "code", "tickets", "total", "lines"]
        .map(|field| booking[field].clone())
        .into_iter()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sold_is_there_when_the_server_starts_again() {
    let url = Cluster::shared().database();
    let app = server(&url).await;
    let show = app.open_show(1).await;
    let sold = [
        by_cash(&app, show, &["A1", "A2"]).await,
        by_card(&app, show, &["D5", "D6"]).await,
    ];
    at_rest(&app).await;
    let before = [told(&app, &sold[0]).await, told(&app, &sold[1]).await];
    let payments = app.get(As::Clerk, "/v1/payments").await.expect(200);
    assert_eq!(payments["items"].as_array().map(Vec::len), Some(2));
    app.finish().await;

    let app = server(&url).await;
    let after = [told(&app, &sold[0]).await, told(&app, &sold[1]).await];
    assert_eq!(after, before);
    let again = app.get(As::Clerk, "/v1/payments").await.expect(200);
    assert_eq!(again, payments);
    let code = sold[1]["code"].as_str().expect("a code");
    let path = format!("/v1/bookings?code={code}");
    let found = app.get(As::Clerk, &path).await.expect(200);
    assert_eq!(found["items"][0]["id"], sold[1]["id"]);
    let lost = app.hold(GUEST, &booking(show), &["A2", "A3"]).await;
    assert_eq!((lost.status, lost.code()), (409, "seats_taken"));
    by_cash(&app, show, &["A3", "A4"]).await;
    at_rest(&app).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_sees_what_the_first_one_sells_makes_and_imports() {
    let url = Cluster::shared().database();
    let (one, other) = (server(&url).await, server(&url).await);

    let show = one.open_show(900).await;
    let sold = by_cash(&one, show, &["A1", "A2"]).await;
    at_rest(&one).await;
    assert_eq!(told(&other, &sold).await, told(&one, &sold).await);
    let lost = other.hold(GUEST, &booking(show), &["A2", "A3"]).await;
    assert_eq!((lost.status, lost.code()), (409, "seats_taken"));
    assert_eq!(lost.body["seats"].as_array().map(Vec::len), Some(1));
    by_card(&other, show, &["D1", "D2"]).await;
    // Both, so that what it knew a moment ago refuses nothing before the primary is asked.
    let lost = one.hold(GUEST, &booking(show), &["D1", "D2"]).await;
    assert_eq!((lost.status, lost.code()), (409, "seats_taken"));

    let made = json!({"account": "till 9", "role": Role::Clerk, "channel": Channel::Counter});
    let made = one.post(As::Admin, "/v1/tokens", &made).await.expect(201);
    let made: Token = serde_json::from_value(made).expect("a token");
    let secret = made.secret.expect("a secret");
    let who = As::Bearer(&secret);
    let is_known = |info: &Value| info["account"] == "till 9";
    until_within_a_second(|| async { is_known(&other.get(who, "/v1").await.body) }).await;
    let path = format!("/v1/tokens/{}", made.id);
    let revoke = one.request(As::Admin, reqwest::Method::DELETE, &path);
    assert!(one.send(revoke).await.status < 300);
    let is_refused = || async { other.get(who, "/v1/payments").await.status == 401 };
    until_within_a_second(is_refused).await;

    let chain = demo::small(one.now()).expect("a chain");
    let new = one.server().catalogue().import(chain).await;
    let new = new.expect("an import").remove(0);
    let path = format!("/v1/shows/{new}");
    until_within_a_second(|| async { other.get(GUEST, &path).await.status == 200 }).await;
    assert_eq!(
        other.get(GUEST, &path).await.expect(200)["id"],
        json!(new.to_string())
    );
    at_rest(&other).await;
    other.finish().await;
    at_rest(&one).await;
    one.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_servers_that_make_the_first_sale_at_once_one_opens_the_show() {
    let url = Cluster::shared().database();
    let together = tokio::join!(server(&url), server(&url), server(&url), server(&url));
    let servers = [together.0, together.1, together.2, together.3];
    let chain = demo::small(servers[0].now()).expect("a chain");
    let shows = servers[0].import(chain).await;
    for app in &servers {
        app.server().catalogue().follow().await.expect("followed");
    }
    for show in &shows {
        let path = format!("/v1/shows/{show}");
        // Whoever looks writes nothing.
        let seats = servers[0].get(GUEST, &format!("{path}/seats")).await;
        assert_eq!(seats.expect(200)["version"], json!("0-0000000000000000"));
        let ids = [(); 4].map(|()| booking(*show));
        let hold = |n: usize| servers[n].hold(GUEST, &ids[n], &["A1", "A2"]);
        let held = tokio::join!(hold(0), hold(1), hold(2), hold(3));
        let held = [held.0, held.1, held.2, held.3];
        let of = |status: u16| held.iter().filter(|said| said.status == status).count();
        assert_eq!((of(201), of(409)), (1, 3), "{held:?}");
        let journal = servers[1]
            .get(As::Manager, &format!("{path}/journal"))
            .await;
        let journal = journal.expect(200);
        let events = journal["items"].as_array().expect("events").iter();
        let kinds: Vec<_> = events.map(|event| &event["kind"]).collect();
        assert_eq!(kinds, [&json!("opened"), &json!("held")]);
    }
    for app in servers {
        app.finish().await;
    }
}

/// What another server did shows within a second; three times that is waited here, because the
/// machine has other things to do.
async fn until_within_a_second<T: Future<Output = bool>>(look: impl Fn() -> T) {
    let looking = async {
        while !look().await {
            tokio::task::yield_now().await;
        }
    };
    let seen = tokio::time::timeout(std::time::Duration::from_secs(3), looking).await;
    seen.expect("it shows in time");
}

#[test]
fn serve_takes_the_address_from_the_environment_and_prints_no_password() {
    let folder = Folder::new();
    let url = Cluster::shared().database();
    let secret = url.replace("houseful@", "houseful:s3cret@");
    let mut child = folder
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .env("HOUSEFUL_DB", &secret)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let (mut out, mut err) = (String::new(), String::new());
    let stream = child.stdout.take().expect("a stream");
    let mut stream = BufReader::new(stream);
    stream.read_line(&mut out).expect("a line");
    terminate(&child);
    wait::until("the server stops", 30, || {
        child.try_wait().expect("a child")
    });
    let mut told = child.stderr.take().expect("a stream");
    told.read_to_string(&mut err).expect("text");
    assert!(
        out.contains(&format!("serving {url} at http://")),
        "{out} {err}"
    );
    assert!(
        !out.contains("s3cret") && !err.contains("s3cret"),
        "{out} {err}"
    );

    // Where it can't be reached that is said, without the password too.
    let nowhere = "postgres://houseful:s3cret@127.0.0.1:1/nowhere";
    let ran = folder.run(&["serve", "--db", nowhere]).ended(1);
    assert!(ran.err.contains("127.0.0.1:1"), "{}", ran.err);
    assert!(!ran.err.contains("s3cret"), "{}", ran.err);
}
