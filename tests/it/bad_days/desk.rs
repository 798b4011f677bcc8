//! A desk that sells over HTTP and remembers what it was told.

use std::collections::BTreeMap;

use houseful_core::ids::ShowId;
use houseful_tests::test_app::{booking, command, http};
use reqwest::{Client, header::RETRY_AFTER};
use serde_json::{Value, json};

use crate::program::Server;

/// Something that was asked.
#[derive(Clone, Debug)]
pub struct Deed {
    booking: String,
    state: &'static str,
    path: String,
    body: Value,
}

/// An answer that is neither yes nor no.
#[derive(Debug)]
pub struct NotNow {
    pub deed: Deed,
    pub code: String,
    pub retry_after: bool,
}

/// Holds seats and gives them up again, over and over.
pub struct Desk {
    http: Client,
    url: String,
    token: String,
    shows: Vec<ShowId>,
    turn: usize,
    /// What stood last in an answer, by booking.
    told: BTreeMap<String, &'static str>,
}

impl Desk {
    /// A desk at a server.
    pub fn at(server: &Server, shows: &[ShowId]) -> Self {
        let mut desk = Self {
            http: http(),
            url: String::new(),
            token: String::new(),
            shows: shows.to_vec(),
            turn: 0,
            told: BTreeMap::new(),
        };
        desk.moves_to(server);
        desk
    }

    /// The same desk after the server has started again.
    pub fn moves_to(&mut self, server: &Server) {
        let notice = server.notice();
        (self.url, self.token) = (notice.server, notice.token);
    }

    /// Does one thing after the other, so many at most, until it hears neither yes nor no.
    pub async fn sell(&mut self, most: usize) -> Option<NotNow> {
        for _ in 0..most {
            let deed = self.next();
            if let Err(not_now) = self.does(deed).await {
                return Some(not_now);
            }
        }
        None
    }

    fn next(&mut self) -> Deed {
        self.turn += 1;
        let held = self.told.iter().find(|(_, state)| **state == "held");
        if let (true, Some((booking, _))) = (self.turn.is_multiple_of(2), held) {
            return Deed {
                booking: booking.clone(),
                state: "released",
                path: format!("/v1/bookings/{booking}/release"),
                body: json!({"command": command()}),
            };
        }
        let booking = booking(self.shows[self.turn % self.shows.len()]);
        let tickets = json!([{"ticket_type": "adult", "count": 2}]);
        let body = json!({"booking": booking, "command": command(),
            "wish": {"best": {"tickets": tickets}}, "allow_orphans": true});
        Deed {
            booking,
            state: "held",
            path: "/v1/bookings".to_owned(),
            body,
        }
    }

    /// Asks once; a yes is remembered.
    pub async fn does(&mut self, deed: Deed) -> Result<(), NotNow> {
        let url = format!("{}{}", self.url, deed.path);
        let request = self.http.post(url).bearer_auth(&self.token);
        let request = request
            .header("content-type", "application/json")
            .body(deed.body.to_string());
        let response = request.send().await.expect("an answer");
        let (status, retry_after) = (
            response.status().as_u16(),
            response.headers().contains_key(RETRY_AFTER),
        );
        let text = response.text().await.expect("a whole answer");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        match status {
            200 | 201 => {
                assert_eq!(body["state"], deed.state, "{text}");
                self.told.insert(deed.booking, deed.state);
                Ok(())
            }
            503 => Err(NotNow {
                deed,
                code: body["code"].as_str().unwrap_or("").to_owned(),
                retry_after,
            }),
            _ => panic!("{status}: {text}"),
        }
    }

    /// Everything it was told is so.
    pub async fn is_right(&self) {
        assert!(self.told.len() > 20, "little was sold");
        for (booking, state) in &self.told {
            let said = self.get(&format!("/v1/bookings/{booking}")).await;
            assert_eq!(said["state"], *state, "{booking}: {said}");
        }
    }

    /// Reads something.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.url);
        let request = self.http.get(url).bearer_auth(&self.token);
        let response = request.send().await.expect("an answer");
        let text = response.text().await.expect("a whole answer");
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }

    /// The sweep finds nothing.
    pub async fn is_counted(&self) {
        let audit = self.get("/v1/audit").await;
        for wrong in ["double_sold", "money_mismatch", "stuck_seats"] {
            assert_eq!(audit[wrong], 0, "{audit}");
        }
    }
}
