//! What is looked at before anything is sent, and the operator's commands.

use houseful_core::wire::admin::Mode;
use houseful_server::{
    app::{ServerConfig, StartError, serve},
    bus::kafka::{self, Grade, KafkaConfig, KafkaError},
};
use houseful_tests::{
    apart::private,
    folder::Folder,
    kafka::{Broker, LOGIN, is_missing, listener::Stranger},
};
use serde_json::Value;
use tokio::net::TcpListener;

use houseful_tests::kafka::house::{House, Links};

/// Starts a server of all roles, which tells of its seats alone.
async fn start(folder: &Folder, config: KafkaConfig) -> Result<(), StartError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = ServerConfig {
        kafka: Some(config),
        ..ServerConfig::new(folder.path("house.db"), Some(Mode::Training))
    };
    serve(server, listener).await?.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_refuses_topics_that_are_missing_or_lose_what_they_are_given() {
    if is_missing() {
        return;
    }
    let folder = Folder::new();
    let mut config = Broker::shared().await.config("checked");
    config.create_topics = false;
    let refused = start(&folder, config.clone()).await;
    let Err(StartError::Kafka(KafkaError::Topics(found))) = refused else {
        panic!("{refused:?}");
    };
    assert!(found[0].to_string().contains("create-topics"), "{found:?}");
    let stranger = Stranger::beside(&config);
    stranger
        .make_topic("seats", &[("cleanup.policy", "compact")])
        .await;
    let refused = start(&folder, config.clone()).await.expect_err("refused");
    assert!(
        refused.to_string().contains("cleanup.policy=compact"),
        "{refused}"
    );
    stranger.delete_topic("seats").await;
    let made = kafka::create_topics(&config, Some(3))
        .await
        .expect("topics");
    assert_eq!(made.len(), 4);
    for topic in &made {
        assert_eq!(topic.facts.partitions, 3, "{topic:?}");
        // One broker is worth a word, and nothing else is.
        assert!(
            topic.findings.iter().all(|f| f.grade == Grade::Warned),
            "{topic:?}"
        );
    }
    start(&folder, config.clone()).await.expect("a server");
    // Those that are there stay as they are.
    let again = kafka::create_topics(&config, Some(9))
        .await
        .expect("topics");
    assert!(again.iter().all(|topic| topic.facts.partitions == 3));
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
        tokio::task::block_in_place(|| folder.run(&[args, &to].concat()))
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
    let made = run(&["bus", "create-topics", "--partitions", "2"])
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
    let ran = folder.run(&["bus", "check", "--kafka", "nowhere"]).ended(2);
    assert!(ran.err.contains("host:port"), "{ran:?}");
}
