//! One of the crowd: takes seats, pays or gives them back, and asks again until it is settled.

use std::{sync::Arc, time::Instant};

use houseful_core::{
    ids::{BookingId, ShowId},
    wire::{
        booking::{Booking, BookingState},
        payment::{Payment, PaymentState},
    },
};
use houseful_server::chance;
use serde_json::{Value, json};

use super::{
    Market, PAIRS, PATIENCE,
    diary::{Sale, Yes},
    pair,
};
use crate::{
    test_app::{As, Said, command, payment},
    wait,
};

/// How long somebody waits who was told to come back. A client waits for the second that the server
/// asks for; who measures how long nothing is sold looks more often.
const AGAIN_MS: u64 = 100;
/// The same for somebody who was refused.
const NEXT_MS: u64 = 3;
/// Of so many bookings one is paid in cash, and one by card; the others are given back.
const CASH_ONE_IN: u64 = 8;
const CARD_ONE_IN: u64 = 16;

/// Buys until the market closes.
pub(super) async fn buy(market: Arc<Market>, number: usize) {
    let secret = format!("the-secret-of-buyer-number-{number:04}");
    let mut buyer = Buyer {
        server: number % market.servers.len(),
        market,
        secret,
    };
    while !buyer.market.is_closing() {
        buyer.buy_once().await;
    }
}

struct Buyer {
    market: Arc<Market>,
    /// Where it asks; another one after a server that could not say.
    server: usize,
    secret: String,
}

impl Buyer {
    async fn buy_once(&mut self) {
        let shows = &self.market.shows;
        let (show, number) = (shows[below(shows.len())], below(PAIRS));
        let Some((booking, sale)) = self.hold(show, number).await else {
            wait::rest(NEXT_MS).await;
            return;
        };
        if chance::number().is_multiple_of(CASH_ONE_IN) {
            self.pay_in_cash(booking, sale).await;
            self.cancel(booking, sale).await;
        } else if chance::number().is_multiple_of(CARD_ONE_IN) {
            if self.pay_by_card(booking, sale).await {
                self.cancel(booking, sale).await;
            } else {
                self.release(booking, sale).await;
            }
        } else {
            self.release(booking, sale).await;
        }
    }

    /// The booking and its place in the diary, unless somebody has the seats.
    async fn hold(&mut self, show: ShowId, number: usize) -> Option<(BookingId, usize)> {
        let booking = BookingId {
            show,
            uuid: chance::uuid(),
        };
        let seats = pair(number).map(|seat| json!({ "seat": seat }));
        let body = json!({"booking": booking, "command": command(), "wish": {"seats": seats}});
        let told = self.settle(Who::Me, "/v1/bookings", &body).await;
        let (said, server) = (&told.said, told.server);
        match said.status {
            200 | 201 => {
                let held = told.yes(BookingState::Held);
                let sale = Sale::new(booking, number, server, held);
                Some((booking, self.market.diary().add(sale)))
            }
            409 => {
                assert_eq!(said.code(), "seats_taken", "{}", said.text);
                self.market.diary().refused(server);
                None
            }
            _ => panic!("a hold was answered {} {}", said.status, said.text),
        }
    }

    async fn release(&mut self, booking: BookingId, sale: usize) {
        let path = format!("/v1/bookings/{booking}/release");
        let body = json!({ "command": command() });
        self.end(Who::Me, (&path, &body), sale, BookingState::Released)
            .await;
    }

    async fn cancel(&mut self, booking: BookingId, sale: usize) {
        let path = format!("/v1/bookings/{booking}/cancel");
        let body = json!({"command": command(), "reason": "plans change"});
        self.end(Who::Manager, (&path, &body), sale, BookingState::Cancelled)
            .await;
    }

    /// Gives the seats back, one way or the other.
    async fn end(&mut self, who: Who, ask: (&str, &Value), sale: usize, state: BookingState) {
        self.market.diary().ends(sale, wait::now());
        let ended = self.settle(who, ask.0, ask.1).await.yes(state);
        self.market.diary().ended(sale, ended);
    }

    async fn pay_in_cash(&mut self, booking: BookingId, sale: usize) {
        let path = format!("/v1/bookings/{booking}/cash");
        let body = json!({"command": command(), "payment": payment()});
        let told = self.settle(Who::Clerk, &path, &body).await;
        self.market
            .diary()
            .paid(sale, told.yes(BookingState::Confirmed));
    }

    /// Whether it was paid. A payment that was written down, with nobody left who knew the card, is
    /// given up after a while, and its payer may pay again.
    async fn pay_by_card(&mut self, booking: BookingId, sale: usize) -> bool {
        let path = format!("/v1/bookings/{booking}/payment-token");
        let leave = self.settle(Who::Me, &path, &json!({})).await;
        let token = leave.said.expect(200)["token"].take();
        let (id, card) = (payment(), json!({"number": "4242424242424242"}));
        let body = json!({"payment": id, "token": token, "card": card});
        let mut paying = self
            .settle(Who::Me, "/v1/payments?wait_ms=5000", &body)
            .await;
        let asked = paying.asked;
        loop {
            let said = &paying.said;
            assert!(
                (200..=202).contains(&said.status),
                "{} {}",
                said.status,
                said.text
            );
            let now: Payment = serde_json::from_value(said.body.clone()).expect("a payment");
            if now.is_final() && now.state != PaymentState::Captured {
                self.market.diary().not_now("unpaid");
                return false;
            }
            let booked = self.look(&format!("/v1/bookings/{booking}")).await;
            if booked.booking().state == BookingState::Confirmed {
                let paid = booked.yes(BookingState::Confirmed);
                self.market.diary().paid(sale, paid);
                return true;
            }
            let in_time = wait::since(asked) < PATIENCE;
            assert!(in_time, "{}, {}", said.text, booked.said.text);
            wait::rest(AGAIN_MS).await;
            paying = self.look(&format!("/v1/payments/{id}")).await;
        }
    }

    /// Asks until somebody says yes or no; the answer, and which server gave it.
    async fn settle(&mut self, who: Who, path: &str, body: &Value) -> Told {
        self.ask(who, reqwest::Method::POST, path, Some(body)).await
    }

    async fn look(&mut self, path: &str) -> Told {
        self.ask(Who::Me, reqwest::Method::GET, path, None).await
    }

    async fn ask(
        &mut self,
        who: Who,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Told {
        let asked = wait::now();
        let mut again = false;
        loop {
            let server = self.server;
            let app = &self.market.servers[server];
            let mut request = app.request(who.at(&self.secret), method.clone(), path);
            if let Some(body) = body {
                request = request.json(body);
            }
            let said = app.send(request).await;
            if said.status != 503 {
                return Told {
                    said,
                    server,
                    asked,
                    again,
                };
            }
            assert!(!said.header("retry-after").is_empty(), "{}", said.text);
            self.market.diary().not_now(said.code());
            assert!(
                wait::since(asked) < PATIENCE,
                "never settled: {path} {}",
                said.text
            );
            again = true;
            self.server = (server + 1) % self.market.servers.len();
            wait::rest(AGAIN_MS).await;
        }
    }
}

#[derive(Clone, Copy)]
enum Who {
    Me,
    Clerk,
    Manager,
}

impl Who {
    fn at(self, secret: &str) -> As<'_> {
        match self {
            Self::Me => As::Customer(secret),
            Self::Clerk => As::Clerk,
            Self::Manager => As::Manager,
        }
    }
}

/// An answer that settles something.
struct Told {
    said: Said,
    server: usize,
    /// When it was first asked for.
    asked: Instant,
    again: bool,
}

impl Told {
    fn booking(&self) -> Booking {
        let body = self.said.body.clone();
        serde_json::from_value(body).unwrap_or_else(|e| panic!("{e}: {}", self.said.text))
    }

    /// That a booking is in this state now.
    fn yes(&self, state: BookingState) -> Yes {
        let said = &self.said;
        assert!(
            matches!(said.status, 200 | 201),
            "{} {}",
            said.status,
            said.text
        );
        let booking = self.booking();
        assert_eq!(booking.state, state, "{}", said.text);
        Yes {
            version: booking.version,
            asked: self.asked,
            answered: wait::now(),
            // Who takes a booking back is told how it stands after that.
            later: self.again || state == BookingState::Cancelled,
        }
    }
}

fn below(count: usize) -> usize {
    usize::try_from(chance::number() % count as u64).unwrap_or(0)
}
