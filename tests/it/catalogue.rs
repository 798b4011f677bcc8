//! The demo's catalogue over HTTP: from a city to a seat map, and a file that is opened again.

#![expect(clippy::expect_used, reason = "a test stops at what it did not expect")]

use houseful_core::time::DAY_MS;
use houseful_tests::test_app::{As, Setup, TestApp};
use serde_json::{Value, json};

async fn items(app: &TestApp, path: &str) -> Vec<Value> {
    let page = app.get(As::Nobody, path).await.expect(200);
    page["items"].as_array().expect("a page").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
}

#[tokio::test]
async fn people_get_from_a_city_to_its_movies_shows_and_seats() {
    let app = Setup::default().chain(1).start().await;
    let city = items(&app, "/v1/cities?q=krakow").await.remove(0);
    assert_eq!(
        (text(&city, "name"), text(&city, "country")),
        ("Kraków", "PL")
    );
    let city = text(&city, "id");
    let near = items(&app, "/v1/cinemas?near=50.06,19.94&within_km=10").await;
    assert!(!near.is_empty() && near.iter().all(|c| text(c, "city") == city));
    let movies = items(&app, &format!("/v1/movies?city={city}")).await;
    let movie = text(&movies[0], "id");
    let shows = items(
        &app,
        &format!("/v1/shows?city={city}&movie={movie}&limit=500"),
    )
    .await;
    assert_eq!(movies[0]["shows"].as_u64(), Some(shows.len() as u64));
    assert!(
        shows
            .iter()
            .all(|s| text(s, "movie") == movie && text(s, "city_name") == "Kraków")
    );
    let one = app
        .get(As::Nobody, &format!("/v1/movies/{movie}"))
        .await
        .expect(200);
    let everywhere = items(&app, &format!("/v1/shows?movie={movie}&limit=500")).await;
    assert_eq!(one["shows"].as_u64(), Some(everywhere.len() as u64));

    let show = format!("/v1/shows/{}", text(&shows[0], "id"));
    let detail = app.get(As::Nobody, &show).await.expect(200);
    let seats = app
        .get(As::Nobody, &format!("{show}/seats"))
        .await
        .expect(200);
    let free = text(&seats, "states").chars().filter(|c| *c == 'f').count();
    assert_eq!(detail["free"].as_u64(), Some(free as u64));
    assert_eq!(detail["price_from"]["currency"], "PLN");
    let cheapest = detail["prices"].as_array().expect("prices").iter();
    let adult = cheapest.filter(|p| p["ticket_type"] == "adult");
    let adult = adult.filter_map(|p| p["price"]["minor"].as_i64()).min();
    assert_eq!(detail["price_from"]["minor"].as_i64(), adult);
    app.finish().await;
}

#[tokio::test]
async fn a_week_of_a_movie_and_what_is_near_are_those_of_the_lists() {
    let app = Setup::default().chain(1).start().await;
    let city = items(&app, "/v1/cities?q=osaka").await.remove(0);
    let city = text(&city, "id");
    let near = items(
        &app,
        &format!("/v1/cinemas?near_city={city}&within_km=20100"),
    )
    .await;
    let metres: Vec<u64> = near
        .iter()
        .filter_map(|c| c["distance_m"].as_u64())
        .collect();
    assert_eq!((near.len(), metres.len()), (8, 8));
    assert!(metres.is_sorted() && text(&near[0], "city") == city);
    let french = items(&app, "/v1/cinemas?country=fr").await;
    assert!(french.iter().all(|c| text(c, "city_name") == "Lyon"));

    let movie = items(&app, &format!("/v1/movies?city={city}"))
        .await
        .remove(0);
    let movie = text(&movie, "id");
    let path = format!("/v1/movies/{movie}/calendar?city={city}&days=9");
    let days = items(&app, &path).await;
    assert_eq!(days.len(), 9);
    let mut some = 0;
    for day in &days {
        let path = format!(
            "/v1/shows?city={city}&movie={movie}&date={}&limit=500",
            text(day, "date")
        );
        let shows = items(&app, &path).await;
        assert_eq!(day["shows"].as_u64(), Some(shows.len() as u64), "{day}");
        let Some(first) = shows.first() else {
            assert_eq!(text(day, "availability"), "no_shows");
            continue;
        };
        assert_eq!(day["first_starts_at"], first["starts_at"]);
        assert_eq!(text(day, "availability"), "plenty");
        some += 1;
        let format = text(first, "format");
        let of_kind = items(&app, &format!("{path}&format={format}")).await;
        let naive = shows.iter().filter(|s| text(s, "format") == format);
        assert_eq!(of_kind.len(), naive.count());
    }
    assert!(some >= 3, "{some} days with shows");
    app.finish().await;
}

#[tokio::test]
async fn what_does_not_exist_is_said_to_be_unknown() {
    let app = Setup::default().chain(1).start().await;
    for path in [
        "/v1/cities/cty_99",
        "/v1/cinemas/cin_99",
        "/v1/movies/mov_99",
        "/v1/shows/shw_99999",
        "/v1/shows/shw_99999/layout",
        "/v1/cinemas?city=cty_99",
        "/v1/cinemas?near_city=cty_99",
        "/v1/movies?city=cty_99",
        "/v1/movies/mov_99/calendar?city=cty_1",
        "/v1/movies/mov_1/calendar?city=cty_99",
        "/v1/movies?cinema=cin_99",
        "/v1/shows?city=cty_99",
        "/v1/shows?cinema=cin_99",
        "/v1/shows?movie=mov_99",
        "/v1/search?q=leeds&city=cty_99",
    ] {
        let said = app.get(As::Nobody, path).await;
        assert_eq!((said.status, said.code()), (404, "not_found"), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_is_opened_days_later_has_shows_again_and_keeps_its_old_ones() {
    let app = Setup::default().chain(1).start().await;
    let first = items(&app, "/v1/shows?limit=500").await;
    // Over HTTP, so that the file remembers where its clock was left.
    let forward = json!({"advance_ms": 12 * DAY_MS});
    let moved = app.post(As::Admin, "/v1/test/clock", &forward).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(items(&app, "/v1/shows").await.len(), 0, "its week is over");
    let folder = app.stop().await;
    let app = Setup::default().chain(1).start_in(folder).await;
    let week = items(&app, "/v1/shows?limit=500").await;
    assert_eq!(week.len(), 500);
    assert!(week.iter().all(|s| text(s, "status") == "on_sale"));
    let old = format!("/v1/shows/{}", text(&first[0], "id"));
    let old = app.get(As::Nobody, &old).await.expect(200);
    assert_eq!(text(&old, "starts_at"), text(&first[0], "starts_at"));
    assert_eq!(text(&old, "status"), "closed");
    app.finish().await;
}
