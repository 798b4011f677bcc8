//! Sales through a broker that does well, and through one that repeats, shuffles and is lied to.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use houseful_server::bus::kafka;
use houseful_tests::{
    kafka::{
        Broker, is_missing,
        listener::{Stranger, header},
    },
    wait,
};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders, OwnedMessage};
use tokio::task::block_in_place;

use super::{all_is_heard, all_is_quiet};
use houseful_tests::kafka::house::{House, Links, PATIENCE};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sale_goes_through_kafka_alone_and_a_topic_read_again_changes_nothing() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("calm");
    let stranger = Stranger::beside(&config);
    let mut house = House::open(config, Links::KafkaAlone).await;
    let till = house.till();
    for show in house.shows.clone() {
        till.buys(show).await;
    }
    house.is_settled().await;
    all_is_heard(&stranger).await;
    let sent = block_in_place(|| {
        (
            stranger.count("announcements"),
            stranger.count("settlements"),
        )
    });
    assert!(sent.0 >= 4 && sent.1 >= 4, "{sent:?}");
    assert_eq!(block_in_place(|| stranger.count("parked")), 0);
    let before = house.stands().await;
    // The groups forget how far they had come: all is heard again.
    house.stop().await;
    for group in ["booking", "payment"] {
        stranger.forget(group).await;
    }
    assert!(block_in_place(|| stranger.lag("booking", "announcements")) >= 4);
    house.start().await.expect("the servers start again");
    all_is_heard(&stranger).await;
    assert_eq!(house.stands().await, before);
    all_is_quiet(&stranger).await;
    till.buys(house.shows[0]).await;
    house.close().await;
}

/// Writes every message of a topic again, up to four times, and out of order, until it is told to
/// stop; what it wrote itself it leaves alone.
async fn echo(stranger: Stranger, kind: &'static str, stop: Arc<AtomicBool>, written: Counted) {
    let ears = stranger.joins("echo", kind);
    let mut kept_back: Vec<OwnedMessage> = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let next = tokio::time::timeout(Duration::from_millis(100), ears.recv()).await;
        if let Ok(Ok(message)) = next {
            let message = message.detach();
            let is_echo = message
                .headers()
                .is_some_and(|h| h.iter().any(|h| h.key == "echo"));
            if !is_echo {
                kept_back.push(message);
            }
            if kept_back.len() < 5 {
                continue;
            }
        }
        // The last first, and each another number of times.
        while let Some(message) = kept_back.pop() {
            for _ in 0..=message.offset() % 4 {
                let headers = message.headers().cloned().unwrap_or_else(OwnedHeaders::new);
                let mark = Header {
                    key: "echo",
                    value: Some("1"),
                };
                let echo = message.clone().replace_headers(Some(headers.insert(mark)));
                stranger.repeat(kind, &echo).await;
                written.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

type Counted = Arc<AtomicUsize>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_message_one_to_five_times_and_shuffled_makes_the_same_money() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("echo");
    let house = House::open(config.clone(), Links::KafkaAlone).await;
    let stop = Arc::new(AtomicBool::new(false));
    let written = Counted::default();
    let echoes = ["announcements", "settlements"].map(|kind| {
        let stranger = Stranger::beside(&config);
        tokio::spawn(echo(
            stranger,
            kind,
            Arc::clone(&stop),
            Arc::clone(&written),
        ))
    });
    let people = house.people(4);
    people.buy(30).await;
    wait::until_async("enough echoes", PATIENCE, async || {
        wait::rest(50).await;
        (written.load(Ordering::SeqCst) >= 100).then_some(())
    })
    .await;
    people.buy(10).await;
    let sold = people.go_home().await;
    house.is_settled().await;
    stop.store(true, Ordering::SeqCst);
    for echo in echoes {
        echo.await.expect("an echo");
    }
    let stranger = Stranger::beside(&config);
    all_is_heard(&stranger).await;
    let confirmed = confirmed(&house).await;
    assert_eq!(confirmed, sold, "as many captured payments as sales");
    house.close().await;
}

/// How many payments are captured in full.
async fn confirmed(house: &House) -> usize {
    let (_, payments) = house.stands().await;
    let all = payments["items"].as_array().expect("a list").iter();
    all.filter(|p| p["state"] == "captured" && p["captured"] == p["amount"])
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_nobody_can_read_is_parked_and_holds_up_nobody() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("poison");
    let stranger = Stranger::beside(&config);
    let house = House::open(config.clone(), Links::KafkaAlone).await;
    let till = house.till();
    till.buys(house.shows[0]).await;
    let letters = stranger.read("announcements").await;
    let real = letters.first().expect("an announcement");
    let signed = header(real, "houseful-signed");
    let signature = |value: &str| {
        OwnedHeaders::new().insert(Header {
            key: "houseful-signed",
            value: Some(value),
        })
    };
    let value = String::from_utf8(real.payload().expect("a value").to_vec()).expect("text");
    let key = real.key().expect("a key");
    let altered = value
        .replace("authorised", "captured")
        .replace("\"minor\":", "\"minor\":9");
    assert_ne!(altered, value);
    let before = house.stands().await;
    for show in &house.shows {
        // In every part of the topic that a sale may be in.
        let key = show.to_string();
        stranger
            .write("announcements", key.as_bytes(), b"{", signature(&signed))
            .await;
    }
    stranger
        .write("announcements", key, value.as_bytes(), OwnedHeaders::new())
        .await;
    stranger
        .write("announcements", key, altered.as_bytes(), signature(&signed))
        .await;
    stranger
        .write("announcements", key, b"", signature(&signed))
        .await;
    stranger
        .write(
            "announcements",
            b"another",
            value.as_bytes(),
            signature(&signed),
        )
        .await;
    // An announcement is no settlement.
    stranger
        .write("settlements", key, value.as_bytes(), signature(&signed))
        .await;
    all_is_heard(&stranger).await;
    assert_eq!(house.stands().await, before, "nothing of it did anything");
    let parked = kafka::parked(&config, 100).await.expect("what was parked");
    let why: Vec<_> = parked.iter().map(|p| p.why.as_str()).collect();
    let count = |word| why.iter().filter(|w| **w == word).count();
    let shows = house.shows.len();
    let counted = (count("forged"), count("unsigned"), count("empty"));
    assert_eq!(counted, (shows + 3, 1, 1), "{parked:?}");
    let places: HashSet<_> = parked.iter().map(|p| p.from.clone()).collect();
    assert_eq!(places.len(), shows + 5, "each once: {parked:?}");
    for show in house.shows.clone() {
        till.buys(show).await;
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn consumers_that_come_and_go_delay_nobody_for_long() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("restless");
    let stranger = Stranger::beside(&config);
    let house = House::open(config.clone(), Links::Both).await;
    let people = house.people(3);
    people.buy(5).await;
    for _ in 0..4 {
        // It is given parts of both topics, hears what is in them, and tells nobody.
        let guests = [
            stranger.joins("booking", "announcements"),
            stranger.joins("payment", "settlements"),
        ];
        let listen = async {
            loop {
                tokio::select! {
                    heard = guests[0].recv() => drop(heard),
                    heard = guests[1].recv() => drop(heard),
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(1_500), listen).await;
        block_in_place(|| drop(guests));
        people.buy(4).await;
    }
    people.go_home().await;
    house.is_settled().await;
    all_is_heard(&stranger).await;
    house.close().await;
}
