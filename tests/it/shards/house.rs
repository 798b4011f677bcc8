//! Two shards that sell as one.

use houseful_core::{
    code::slot_of,
    ids::ShowId,
    refund::{RefundStep, RefundTerms},
    show::ShowTerms,
    time::DAY_MS,
};
use houseful_tests::{
    made_up,
    test_app::{As, booking, command, payment},
    wait,
};
use serde_json::json;

use super::{Ground, by_cash, count, file, found, in_north, in_south, open, shows, text};

const GUEST: As<'_> = As::Customer("a-secret-of-twenty-two-or-more");

#[tokio::test(flavor = "multi_thread")]
async fn shows_are_sold_where_their_slots_are_and_found_wherever_they_are() {
    let ground = Ground::new();
    let app = ground.server().await;
    let (north, south) = (shows(2, in_north), shows(2, in_south));
    open(&app, &north).await;
    open(&app, &south).await;
    let first = by_cash(&app, north[0], &["A1", "A2"]).await;
    let second = by_cash(&app, south[0], &["A1", "A2"]).await;
    let third = by_cash(&app, north[1], &["B1"]).await;
    let heads = "SELECT count(*) FROM show_head";
    assert_eq!(
        (count(&ground.north, heads), count(&ground.south, heads)),
        (2, 2)
    );
    assert_eq!(count(&ground.home, heads), 0);

    // By card: payment hears of both shards.
    for show in [north[0], south[0]] {
        let id = booking(show);
        app.hold(GUEST, &id, &["C5"]).await.expect(201);
        let path = format!("/v1/bookings/{id}/payment-token");
        let token = app.post(GUEST, &path, &json!({})).await.expect(200);
        let card = json!({"number": "4242424242424242"});
        let pay = json!({"payment": payment(), "token": token["token"], "card": card});
        let paid = app.post(GUEST, "/v1/payments?wait_ms=20000", &pay).await;
        assert_eq!(paid.expect(201)["state"], "captured");
        let path = format!("/v1/bookings/{id}");
        app.until(GUEST, &path, |b| b["state"] == "confirmed").await;
    }

    for sold in [&first, &second, &third] {
        let id = text(sold, "id");
        let contact =
            json!({"name": format!("Ann of {}", text(sold, "show")), "phone": "020 7946 0958"});
        let path = format!("/v1/bookings/{id}/contact");
        let put = app
            .request(As::Clerk, reqwest::Method::PUT, &path)
            .json(&contact);
        app.send(put).await.expect(200);
        let code = text(sold, "code");
        assert_eq!(found(&app, &format!("code={code}")).await, [id]);
        assert_eq!(found(&app, &format!("q={}", &code[..7])).await, [id]);
        let ticket = text(&sold["tickets"][0], "code");
        let path = format!("/v1/tickets/{ticket}");
        app.get(As::Clerk, &path).await.expect(200);
        assert_eq!(found(&app, &format!("q={ticket}")).await, [id]);
    }
    let ids = |some: &[&serde_json::Value]| {
        let mut ids: Vec<String> = some.iter().map(|b| text(b, "id").to_owned()).collect();
        ids.sort_unstable();
        ids
    };
    for question in ["q=ann", "q=9460958"] {
        let mut all = found(&app, question).await;
        all.sort_unstable();
        assert_eq!(all, ids(&[&first, &second, &third]), "{question}");
    }
    assert_eq!(found(&app, "recent=true&limit=100").await.len(), 5);
    assert_eq!(found(&app, "recent=true&limit=2").await.len(), 2);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_last_comes_first_whichever_shard_it_is_in() {
    let ground = Ground::new();
    let app = ground.server().await;
    let (north, south) = (shows(1, in_north)[0], shows(1, in_south)[0]);
    open(&app, &[north, south]).await;
    let mut sold = Vec::new();
    for (show, seat) in [(north, "A1"), (south, "A1"), (south, "B1"), (north, "B1")] {
        let booking = by_cash(&app, show, &[seat]).await;
        sold.insert(0, text(&booking, "id").to_owned());
        app.advance_ms(1_000);
    }
    assert_eq!(found(&app, "recent=true").await, sold);
    assert_eq!(found(&app, "recent=true&limit=3").await, sold[..3]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_copied_to_every_shard() {
    let ground = Ground::new();
    let app = ground.server().await;
    let opened = app.open_cinema().await;
    let sql = "SELECT count(*) FROM show JOIN movie ON movie.id = show.movie \
               JOIN screen ON screen.id = show.screen JOIN cinema ON cinema.id = screen.cinema \
               JOIN immutable ON immutable.hash = show.layout";
    let all = u64::try_from(opened.len()).expect("a number");
    for url in [&ground.north, &ground.south] {
        wait::until("the copy", 20, || (count(url, sql) == all).then_some(()));
    }
    // A second server finds it done.
    let other = ground.server().await;
    let moves = "SELECT times FROM moves WHERE what = 'catalogue'";
    assert_eq!(count(&ground.north, moves), count(&ground.home, moves));
    assert_eq!(count(&ground.north, sql), all);
    other.finish().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_opens_another_sells() {
    let ground = Ground::new();
    let (app, other) = (ground.server().await, ground.server().await);
    let (north, south) = (shows(1, in_north)[0], shows(1, in_south)[0]);
    open(&app, &[north, south]).await;
    for show in [north, south] {
        by_cash(&app, show, &["A1"]).await;
        let refused = other.hold(As::Clerk, &booking(show), &["A1"]).await;
        assert_eq!((refused.status, refused.code()), (409, "seats_taken"));
        by_cash(&other, show, &["A2"]).await;
    }
    other.finish().await;
    app.finish().await;
}

/// Reports and the desk are of all shards.
#[tokio::test(flavor = "multi_thread")]
async fn money_is_reported_and_looked_after_wherever_its_shows_are() {
    // The first show of the catalogue is in a shard of its own.
    let own = slot_of(ShowId(1));
    let mut ground = Ground::new();
    ground.file = file(&[
        (
            "north",
            &ground.north,
            &format!("0-{}, {}-1023", own - 1, own + 1),
        ),
        ("south", &ground.south, &own.to_string()),
    ]);
    let app = ground.server().await;
    let opened = app.open_cinema().await;
    let mut taken = 0;
    for show in &opened {
        let id = booking(*show);
        let wish = json!({"best": {"tickets": [{"ticket_type": "adult", "count": 2}]}});
        let hold = json!({"booking": id, "command": command(), "wish": wish});
        app.post(As::Clerk, "/v1/bookings", &hold).await.expect(201);
        let cash = json!({"command": command(), "payment": payment()});
        let path = format!("/v1/bookings/{id}/cash");
        let sold = app.post(As::Clerk, &path, &cash).await.expect(200);
        taken += sold["total"]["minor"].as_i64().expect("a sum");
    }
    let heads = "SELECT count(*) FROM show_head";
    let spread = (count(&ground.north, heads), count(&ground.south, heads));
    assert!(spread.0 > 0 && spread.1 > 0, "{spread:?}");
    let report = app.get(As::Manager, "/v1/reports/money").await.expect(200);
    assert_eq!(report["sound"], true, "{report}");
    let rows = report["rows"].as_array().expect("rows").iter();
    let captured: i64 = rows.filter_map(|r| r["captured"]["minor"].as_i64()).sum();
    assert_eq!(captured, taken, "{report}");

    // Refunds that wait for a manager, in a show of each shard.
    let mut waiting = Vec::new();
    for show in [shows(1, |s| s != own)[0], shows(1, |s| s == own)[0]] {
        let mut prices = made_up::card(&[("standard", "adult", 1_000)]);
        prices.refunds = Some(RefundTerms {
            steps: vec![RefundStep {
                before_minutes: 0,
                keep_percent: 0,
            }],
            booking_fee_kept: false,
            clerk_max_minor: 0,
        });
        let terms = ShowTerms {
            facts: None,
            starts_at: app.now().plus_ms(DAY_MS),
            ..made_up::terms("name: N\nA  oooooo\n", prices)
        };
        app.open(show, terms.into()).await;
        let sold = by_cash(&app, show, &["A1", "A2"]).await;
        let id = text(&sold, "id").to_owned();
        let ask = json!({"command": command(), "seats": [], "reason": "unable"});
        let path = format!("/v1/bookings/{id}/refunds");
        app.post(As::Clerk, &path, &ask).await.expect(202);
        waiting.push(id);
    }
    let cases = app
        .until(As::Manager, "/v1/desk", |desk| {
            let items = desk["items"].as_array();
            items.is_some_and(|items| items.len() == 2)
        })
        .await;
    let mut told: Vec<_> = cases["items"].as_array().expect("cases").iter().collect();
    told.sort_by_key(|case| text(case, "booking").to_owned());
    waiting.sort_unstable();
    let told: Vec<_> = told
        .iter()
        .map(|case| text(case, "booking").to_owned())
        .collect();
    assert_eq!(told, waiting, "{cases}");
    app.finish().await;
}
