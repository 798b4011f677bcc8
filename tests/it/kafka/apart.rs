//! The servers as processes, with Postgres under them and Kafka between: the evening on which all goes
//! wrong that can, one after the other.

use std::time::Duration;

use houseful_server::{
    bus::kafka::{self, KafkaConfig},
    roles::ServerRole::{self, Booking, Catalogue, Payment},
};
use houseful_tests::{
    apart::Apart,
    cluster::Cluster,
    kafka::{
        Broker,
        house::{PATIENCE, People, Till},
        is_missing,
        listener::Stranger,
    },
    test_app::http,
    wait,
};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use super::{all_is_heard, all_is_quiet, goes_through_kafka};

/// The house, and what is asked of it.
struct House {
    servers: Apart,
    shows: Vec<houseful_core::ids::ShowId>,
    /// Of the operator, and of a till.
    tokens: [String; 2],
}

impl House {
    /// Three servers, of which two have a database of their own in Postgres.
    async fn open(config: &KafkaConfig) -> Self {
        let mut servers = block_in_place(Apart::new);
        let (brokers, prefix) = (config.brokers.to_string(), config.prefix.to_string());
        let kafka = ["--kafka", &brokers, "--kafka-prefix", &prefix];
        block_in_place(|| {
            for role in [Booking, Payment] {
                servers.put(role, &Cluster::shared().database());
            }
            for role in ServerRole::ALL {
                let kafka: &[&str] = if role == Catalogue { &[] } else { &kafka };
                servers.with(role, kafka);
                servers.start(role);
            }
        });
        let first = servers.admin_token(Catalogue);
        let mut house = Self {
            servers,
            shows: Vec::new(),
            tokens: [first, String::new()],
        };
        // That one is good at the catalogue server alone.
        for (number, role) in ["clerk", "admin"].into_iter().enumerate() {
            let wanted = json!({"account": role, "role": role, "channel": "counter"});
            let made = house.post(Catalogue, "/v1/tokens", &wanted).await;
            let secret = made["secret"].as_str().expect("a secret");
            secret.clone_into(&mut house.tokens[1 - number]);
        }
        let shows = house.get(Catalogue, "/v1/shows?limit=200").await;
        let shows = shows["items"].as_array().expect("shows").iter();
        let ids = shows.filter_map(|show| show["id"].as_str()?.parse().ok());
        // The last of them are days away.
        house.shows = ids.rev().take(8).collect();
        house
    }

    async fn get(&self, role: ServerRole, path: &str) -> Value {
        let request = http().get(format!("{}{path}", self.servers.url(role)));
        self.ask(request).await
    }

    async fn post(&self, role: ServerRole, path: &str, body: &Value) -> Value {
        let request = http().post(format!("{}{path}", self.servers.url(role)));
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        self.ask(request).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Value {
        let said = request.bearer_auth(&self.tokens[0]);
        let said = houseful_tests::test_app::said(said).await;
        assert!((200..300).contains(&said.status), "{}", said.text);
        said.body
    }

    fn till(&self) -> Till {
        let urls = (self.servers.url(Booking), self.servers.url(Payment));
        Till::at(urls, self.tokens[1].clone())
    }

    /// Waits until no payment is open, and has everything counted: that many tickets were paid.
    async fn is_exact(&self, sold: usize) {
        wait::until_async("all is settled", PATIENCE, async || {
            let open = self.get(Payment, "/v1/payments?open=true").await;
            open["items"].as_array()?.is_empty().then_some(())
        })
        .await;
        let audit = self.get(Booking, "/v1/audit").await;
        for wrong in ["double_sold", "money_mismatch", "stuck_seats"] {
            assert_eq!(audit[wrong], 0, "{audit}");
        }
        let paid = self.get(Payment, "/v1/payments?limit=1000").await;
        let paid = paid["items"].as_array().expect("payments");
        let paid = paid.iter().filter(|p| p["provider"] == "card");
        let whole = paid.filter(|p| p["state"] == "captured" && p["captured"] == p["amount"]);
        assert_eq!(whole.count(), sold, "as many whole payments as sales");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_evening_on_postgres_on_which_the_broker_dies_and_a_topic_is_deleted() {
    if is_missing() {
        return;
    }
    let mut broker = Broker::start().await;
    let mut config = broker.config("evening");
    config.create_topics = false;
    kafka::create_topics(&config, Some(4))
        .await
        .expect("topics");
    let stranger = Stranger::beside(&config).of_demo();
    let mut house = House::open(&config).await;
    let till = house.till();
    let people = People::at(&till, &house.shows, 3);
    people.buy(6).await;
    goes_through_kafka(&stranger, "a sale").await;

    block_in_place(|| broker.kill());
    people.buy(6).await;
    broker.restart().await;
    goes_through_kafka(&stranger, "after the broker was killed").await;

    for _ in 0..2 {
        // Whoever comes into the groups is given parts of both, and goes.
        let guests = [
            stranger.joins("booking", "announcements"),
            stranger.joins("payment", "settlements"),
        ];
        let listen = async { tokio::join!(guests[0].recv(), guests[1].recv()) };
        let _ = tokio::time::timeout(Duration::from_millis(1_000), listen).await;
        block_in_place(|| drop(guests));
        people.buy(4).await;
    }

    for kind in ["announcements", "settlements"] {
        stranger.delete_topic(kind).await;
    }
    people.buy(6).await;
    let mut sold = people.go_home().await;
    // The server that sells dies with somebody's payment under way, and starts without the topics.
    let id = till.holds(house.shows[0]).await;
    let leave = till.may_pay(&id).await;
    block_in_place(|| house.servers.kill(Booking));
    till.pays(&leave).await;
    block_in_place(|| house.servers.start(Booking));
    till.has_tickets(&id).await;
    for show in &house.shows {
        till.buys(*show).await;
    }
    sold += 1 + house.shows.len();
    for kind in ["announcements", "settlements"] {
        let ends = block_in_place(|| stranger.ends(kind));
        assert!(ends.is_empty(), "nobody made {kind} again: {ends:?}");
    }
    kafka::create_topics(&config, Some(4))
        .await
        .expect("topics");
    let people = People::at(&till, &house.shows, 3);
    goes_through_kafka(&stranger, "after the topics were made again").await;
    people.buy(4).await;
    sold += people.go_home().await;
    all_is_heard(&stranger).await;
    all_is_quiet(&stranger).await;
    house.is_exact(sold).await;
}
