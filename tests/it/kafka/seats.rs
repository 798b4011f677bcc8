//! The changes of seats for others: in the words of the public feed.

use std::collections::BTreeMap;

use houseful_core::wire::seats::{SeatChanges, SeatMap, Version};
use houseful_server::roles::ServerRole::Booking;
use houseful_tests::{
    kafka::{
        Broker, is_missing,
        listener::{Stranger, header},
    },
    wait,
};
use rdkafka::Message;
use reqwest::Method;

use houseful_tests::kafka::house::{House, Links, PATIENCE};

/// What a reader of the feed knows of a show.
#[derive(Debug, Default)]
pub(super) struct Reader {
    version: Option<Version>,
    states: Vec<char>,
    maps: usize,
    changes: usize,
}

impl Reader {
    /// Does what the docs say: takes a map, and changes that begin where it is.
    fn hears(&mut self, event: &str, value: &[u8]) {
        if event == "map" {
            let map: SeatMap = serde_json::from_slice(value).expect("a map");
            (self.version, self.states) = (Some(map.version), map.states.chars().collect());
            self.maps += 1;
            return;
        }
        let changes: SeatChanges = serde_json::from_slice(value).expect("changes");
        if Some(changes.version) == self.version {
            // A message that was not acknowledged in time may be there twice.
            return;
        }
        assert_eq!(Some(changes.from), self.version, "a gap");
        for seat in &changes.seats {
            self.states[usize::from(seat.seat.0)] = seat.state;
        }
        self.version = Some(changes.version);
        self.changes += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_of_the_seats_knows_each_show_as_it_is() {
    if is_missing() {
        return;
    }
    let config = Broker::shared().await.config("seats");
    let stranger = Stranger::beside(&config);
    let house = House::open(config, Links::Both).await;
    let till = house.till();
    for show in house.shows.iter().cycle().take(24) {
        till.buys(*show).await;
    }
    house.is_settled().await;
    let read = readers_know(&house, &stranger).await;
    for (show, reader) in &read {
        assert_eq!(reader.maps, 1, "{show}: a map to begin with: {reader:?}");
        assert!(
            reader.changes > 0,
            "{show}: and then what changed: {reader:?}"
        );
    }
    house.close().await;
}

/// Waits until somebody who reads the topic from its start knows each show as it is; whoever they
/// are.
pub(super) async fn readers_know(house: &House, stranger: &Stranger) -> BTreeMap<String, Reader> {
    let mut maps = BTreeMap::new();
    for show in &house.shows {
        let path = format!("/v1/shows/{show}/seats");
        let map = house
            .ask(Booking, Method::GET, &path, None)
            .await
            .expect(200);
        let map: SeatMap = serde_json::from_value(map).expect("a map");
        maps.insert(show.to_string(), map);
    }
    let read = wait::until_async("the seats of all shows", PATIENCE, async || {
        let mut readers = BTreeMap::<String, Reader>::new();
        for message in stranger.read("seats").await {
            let key = String::from_utf8(message.key().expect("a key").to_vec()).expect("text");
            let reader = readers.entry(key).or_default();
            reader.hears(
                &header(&message, "event"),
                message.payload().expect("a value"),
            );
            assert_eq!(
                header(&message, "id"),
                reader.version.expect("one").to_string()
            );
        }
        let reached = |(key, map): (&String, &SeatMap)| {
            readers.get(key).and_then(|r| r.version) == Some(map.version)
        };
        maps.iter().all(reached).then_some(readers)
    })
    .await;
    for (show, map) in &maps {
        assert_eq!(
            read[show].states.iter().collect::<String>(),
            map.states,
            "{show}"
        );
    }
    read
}
