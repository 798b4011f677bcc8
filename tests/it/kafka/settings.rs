//! What is looked at before anything is sent, and the operator's commands.

use houseful_server::bus::kafka::{self, Grade, KafkaError};
use houseful_tests::{
    apart::private,
    folder::Folder,
    kafka::{Broker, LOGIN, is_missing, listener::Stranger},
    wait,
};
use serde_json::Value;
use tokio::task::block_in_place;

use super::goes_through_kafka;
use houseful_tests::kafka::house::{House, Links, PATIENCE};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn missing_and_forgetful_topics_keep_nobody_from_selling() {
    if is_missing() {
        return;
    }
    let mut config = Broker::shared().await.config("checked");
    config.create_topics = false;
    let stranger = Stranger::beside(&config);
    // One that forgets, and none of the others.
    stranger
        .make_topic("seats", &[("cleanup.policy", "compact")])
        .await;
    let found = kafka::check(&config).await.expect("a look");
    let said = |kind: &str| {
        let of = found
            .iter()
            .filter(|v| v.kind.word() == kind && v.is_refused());
        of.flat_map(|v| &v.findings)
            .map(ToString::to_string)
            .collect::<String>()
    };
    assert!(said("announcements").contains("create-topics"), "{found:?}");
    assert!(
        said("seats").contains("cleanup.policy=compact"),
        "{found:?}"
    );
    let house = House::open(config.clone(), Links::Both).await;
    let till = house.till();
    for show in &house.shows[..3] {
        till.buys(*show).await;
    }
    assert!(
        block_in_place(|| stranger.ends("announcements")).is_empty(),
        "whoever writes does not make it"
    );
    let made = kafka::create_topics(&config, Some(3))
        .await
        .expect("topics");
    assert_eq!(made.len(), 4);
    for topic in made.iter().filter(|topic| topic.kind.word() != "seats") {
        assert_eq!(topic.facts.partitions, 3, "{topic:?}");
        // One broker is worth a word, and nothing else is.
        assert!(
            topic.findings.iter().all(|f| f.grade == Grade::Warned),
            "{topic:?}"
        );
    }
    // The way opens by itself, and a topic that forgets seats does not close that of money.
    let people = house.people(2);
    goes_through_kafka(&stranger, "topics that were made").await;
    people.go_home().await;
    assert_eq!(block_in_place(|| stranger.written("seats")), 0);
    stranger.delete_topic("seats").await;
    // Those that are there stay as they are.
    let again = kafka::create_topics(&config, Some(9))
        .await
        .expect("topics");
    let parts = |kind: &str| {
        let of = again.iter().find(|topic| topic.kind.word() == kind);
        of.map(|topic| topic.facts.partitions)
    };
    assert_eq!((parts("announcements"), parts("seats")), (Some(3), Some(9)));
    let people = house.people(1);
    wait::until_async("seats are told", PATIENCE, async || {
        (block_in_place(|| stranger.written("seats")) > 0).then_some(())
    })
    .await;
    people.go_home().await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_lets_a_server_in_and_a_wrong_one_does_not_keep_it_from_selling() {
    if is_missing() {
        return;
    }
    let broker = Broker::shared().await;
    let config = broker.config_with_password("secret", LOGIN);
    let house = House::open(config, Links::KafkaAlone).await;
    house.till().buys(house.shows[0]).await;
    house.close().await;
    let wrong = broker.config_with_password("secret", (LOGIN.0, "guessed"));
    let away = kafka::check(&wrong).await.expect_err("a wrong password");
    assert!(matches!(away, KafkaError::Away { .. }), "{away}");
    let house = House::open(wrong, Links::Both).await;
    house.till().buys(house.shows[0]).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_operator_makes_topics_looks_at_them_and_at_what_was_parked() {
    if is_missing() {
        return;
    }
    let broker = Broker::shared().await;
    let (folder, at) = (Folder::new(), broker.address());
    let run = |args: &[&str]| {
        let to = ["--kafka", &at, "--kafka-prefix", "desk", "-o", "json"];
        block_in_place(|| folder.run(&[args, &to].concat()))
    };
    let check = run(&["bus", "check"]).ended(1);
    let topics = check.json();
    assert_eq!(
        topics["items"].as_array().map(Vec::len),
        Some(4),
        "{topics}"
    );
    assert!(
        check.error()["message"]
            .as_str()
            .is_some_and(|m| m.contains("desk.announcements"))
    );
    let dry = run(&["bus", "create-topics", "--dry-run"]).done();
    assert!(
        dry.json()["items"]
            .as_array()
            .is_some_and(|all| all.len() == 4)
    );
    run(&["bus", "check"]).ended(1);
    // Nothing is made with fewer copies than were asked for.
    let few = run(&["bus", "create-topics"]).ended(1);
    assert_eq!(few.error()["code"], "kafka_few_brokers", "{few:?}");
    run(&["bus", "check"]).ended(1);
    let made = run(&["bus", "create-topics", "--partitions", "2", "--copies", "1"])
        .done()
        .json();
    let sound = |topic: &Value| topic["verdict"] == "warned" && topic["partitions"] == 2;
    assert!(
        made["items"]
            .as_array()
            .is_some_and(|all| all.iter().all(sound)),
        "{made}"
    );
    run(&["bus", "check"]).done();
    let none = run(&["bus", "parked"]).done().json();
    assert_eq!(none["items"].as_array().map(Vec::len), Some(0));
    let config = broker.config("desk");
    let stranger = Stranger::beside(&config);
    let headers = rdkafka::message::OwnedHeaders::new();
    stranger
        .write("parked", b"7", b"{\"format\":9}", headers)
        .await;
    let one = run(&["bus", "parked"]).done().json();
    assert_eq!(one["items"][0]["value"], "{\"format\":9}", "{one}");

    let settings = folder.path("kafka.settings");
    std::fs::write(&settings, "acks=1\n").expect("written");
    private(&settings);
    let file = folder.arg("kafka.settings");
    let ran = run(&["bus", "check", "--kafka-settings", &file]).ended(2);
    assert!(ran.err.contains("acks"), "{ran:?}");
    // A slip of the keyboard shows the name of what it is in, and not the password.
    std::fs::write(&settings, "sasl.pasword=hunter2\n").expect("written");
    let ran = run(&["bus", "check", "--kafka-settings", &file]).ended(2);
    assert!(ran.err.contains("sasl.pasword"), "{ran:?}");
    assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
    let ran = folder.run(&["bus", "check", "--kafka", "nowhere"]).ended(2);
    assert!(ran.err.contains("host:port"), "{ran:?}");
}
