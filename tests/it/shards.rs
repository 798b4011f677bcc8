//! A house whose shows are spread over several databases: sold from as one, searched as one, opened
//! only as what it is, and rearranged while people buy.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod commands;
mod house;
mod killed;
mod moves;
mod opening;
mod outage;
mod personal;
mod slots;
mod twice;

use std::path::Path;

use houseful_core::{code::slot_of, ids::ShowId};
use houseful_server::{database::Address, shards::ShardFile};
use houseful_tests::{
    cluster::Cluster,
    test_app::{As, Setup, TestApp, booking, command, payment},
};
use serde_json::{Value, json};

/// A file of these shards: name, address, slots.
fn file(shards: &[(&str, &str, &str)]) -> ShardFile {
    let text = shards.iter().map(|(name, primary, slots)| {
        format!("[[shard]]\nname = \"{name}\"\nprimary = \"{primary}\"\nslots = \"{slots}\"\n")
    });
    let text: String = text.collect();
    ShardFile::of(Path::new("shards.toml"), &text).expect("a file")
}

/// A house with a database of its own and two for its shows, half of the slots each.
struct Ground {
    home: String,
    north: String,
    south: String,
    file: ShardFile,
}

impl Ground {
    fn new() -> Self {
        let cluster = Cluster::shared();
        Self::of([cluster.database(), cluster.database(), cluster.database()])
    }

    fn of([home, north, south]: [String; 3]) -> Self {
        let file = file(&[("north", &north, "0-511"), ("south", &south, "512-1023")]);
        Self {
            home,
            north,
            south,
            file,
        }
    }

    /// The same with a third shard, which has nothing yet; its address.
    fn with_west() -> (Self, String) {
        let cluster = Cluster::shared();
        let (mut ground, west) = (Self::new(), cluster.database());
        ground.file = file(&[
            ("north", &ground.north, "0-511"),
            ("south", &ground.south, "512-1023"),
            ("west", &west, ""),
        ]);
        (ground, west)
    }

    fn setup(&self) -> Setup {
        let setup = Setup::default().on(Address::new(self.home.as_ref()));
        setup.shards(self.file.clone())
    }

    async fn server(&self) -> TestApp {
        self.setup().start().await
    }
}

/// A number in a database of the shared cluster.
fn count(url: &str, sql: &str) -> u64 {
    let said = Cluster::shared().admin_in(url, sql);
    said.parse().expect("a number")
}

/// So many shows whose slots fit, none of them of a catalogue.
fn shows(number: usize, fits: impl Fn(u16) -> bool) -> Vec<ShowId> {
    let all = (1_001..).map(ShowId);
    let fitting = all.filter(|show| fits(slot_of(*show)));
    fitting.take(number).collect()
}

fn in_north(slot: u16) -> bool {
    slot < 512
}

fn in_south(slot: u16) -> bool {
    slot >= 512
}

async fn open(app: &TestApp, shows: &[ShowId]) {
    for show in shows {
        app.open_show(show.0).await;
    }
}

/// Sells seats for cash; the booking.
async fn by_cash(app: &TestApp, show: ShowId, seats: &[&str]) -> Value {
    let id = booking(show);
    app.hold(As::Clerk, &id, seats).await.expect(201);
    let cash = json!({"command": command(), "payment": payment()});
    let path = format!("/v1/bookings/{id}/cash");
    app.post(As::Clerk, &path, &cash).await.expect(200)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}

/// The ids of bookings that are found.
async fn found(app: &TestApp, question: &str) -> Vec<String> {
    let path = format!("/v1/bookings?{question}");
    let page = app.get(As::Clerk, &path).await.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|b| text(b, "id").to_owned()).collect()
}
