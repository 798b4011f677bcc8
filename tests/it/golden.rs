//! What was once written is read for ever: journal rows, and what goes over HTTP.

#![expect(
    clippy::expect_used,
    reason = "a fixture that can't be read stops the test"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use houseful_core::{
    ids::{PriceHash, ShowId},
    layout::{LayoutHash, SeatLayout},
    price::PriceCard,
    show::{Event, Immutables, ShowState},
    time::UtcMillis,
    wire::{
        admin::{BlockRequest, JournalEntry, StatusRequest},
        booking::{
            Booking, CancelRequest, CashRequest, ChangeSeatsRequest, HoldRequest, ReleaseRequest,
        },
        catalogue::{Show, ShowDetail},
        payment::{PayRequest, Payment, PaymentToken},
        problem::Problem,
        seats::{SeatChanges, SeatMap},
        voucher::{CreateVouchers, VoucherDetail},
    },
};
use houseful_tests::{
    scenario::{CoreHouse, Opening, Script, tell_journal},
    witness,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures")
        .join(folder)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A journal row as it was stored.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    at: i64,
    kind: String,
    format: u8,
    body: String,
}

/// The layouts and price cards that the golden journals rest on.
struct Shelf {
    layout: Arc<SeatLayout>,
    prices: Arc<PriceCard>,
}

impl Immutables for Shelf {
    fn layout(&self, hash: LayoutHash) -> Option<Arc<SeatLayout>> {
        (self.layout.hash() == hash).then(|| Arc::clone(&self.layout))
    }

    fn prices(&self, hash: PriceHash) -> Option<Arc<PriceCard>> {
        (self.prices.hash() == hash).then(|| Arc::clone(&self.prices))
    }
}

fn shelf() -> Shelf {
    let layout = read(&fixtures("journals/hall.txt"));
    let prices = read(&fixtures("journals/prices.json"));
    Shelf {
        layout: Arc::new(SeatLayout::parse(&layout).expect("a hall")),
        prices: Arc::new(serde_json::from_str(&prices).expect("prices")),
    }
}

fn journal(name: &str) -> Vec<Kept> {
    let text = read(&fixtures("journals").join(name));
    let row = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}: {e}: {line}"));
    text.lines().map(row).collect()
}

fn decode(rows: &[Kept], shelf: &Shelf) -> Vec<(UtcMillis, Event)> {
    let event = |row: &Kept| {
        let event = Event::from_row(&row.kind, row.format, &row.body, shelf);
        let event = event.unwrap_or_else(|e| panic!("{e}: {row:?}"));
        (UtcMillis(row.at), event)
    };
    rows.iter().map(event).collect()
}

/// Rows of format 1, the first that was ever written. They are never changed: a new format gets
/// a file of its own.
#[test]
fn rows_of_format_1_are_read_for_ever() {
    let (rows, shelf) = (journal("format-1.jsonl"), shelf());
    let events = decode(&rows, &shelf);
    let kinds: BTreeSet<&str> = rows.iter().map(|r| r.kind.as_str()).collect();
    assert_eq!(kinds.len(), 14, "{kinds:?}");
    assert_eq!(witness::attest(&events), Ok(()));
    let mut state = ShowState::new(ShowId(1));
    for (at, event) in &events {
        state.apply(*at, event);
        assert_eq!(state.check(), Ok(()));
    }
    // What these rows have always folded to.
    let told = read(&fixtures("journals/format-1.fold.txt"));
    assert_eq!(fold(&state), told);
}

/// The fold in words that do not change with the program's types.
fn fold(state: &ShowState) -> String {
    let mut out = format!("version {}\n", state.ver());
    let map = state.seat_map(0);
    let status = serde_json::to_string(&map.status).unwrap_or_default();
    let _ = writeln!(out, "{status} {}", map.states);
    for (id, record) in state.bookings() {
        let seats: Vec<_> = record.lines.iter().map(|l| l.seat.0.to_string()).collect();
        let (word, total) = (record.state.word(), record.total().minor);
        let _ = writeln!(
            out,
            "booking {id} {word} seats {} total {total} held {} until {}",
            seats.join(","),
            record.held_at.0,
            record.hold_until.0
        );
    }
    for (id, payment) in state.payments() {
        let why = payment.returned.map_or("-", |why| why.word());
        let (keep, ver) = (payment.keep_minor, payment.asked_ver);
        let _ = writeln!(
            out,
            "payment {id} keep {keep} at {ver} {why} {}",
            payment.settled
        );
    }
    out
}

/// What the program writes today is what it has always written for the same story. When this
/// fails because rows were changed on purpose, they need a new format and a new file.
#[test]
fn the_same_story_is_written_the_same_way() {
    let text = read(&fixtures("scenarios/every-kind-of-event.txt"));
    let script = Script::parse("every-kind-of-event", &text).expect("a story");
    let events = tell_journal(&script, &mut CoreHouse::default()).expect("it is told");
    let written: Vec<Kept> = events
        .iter()
        .map(|(at, event)| {
            let row = event.to_row();
            Kept {
                at: at.0,
                kind: row.kind.to_owned(),
                format: row.format,
                body: row.body,
            }
        })
        .collect();
    let kept = journal("format-1.jsonl");
    for (now, before) in written.iter().zip(&kept) {
        assert_eq!(now, before);
    }
    assert_eq!(written.len(), kept.len());
    let (opening, shelf) = (Opening::of(&script).expect("terms"), shelf());
    assert_eq!(opening.terms.layout, shelf.layout);
    assert_eq!(opening.terms.prices, shelf.prices);
}

/// Reads an example as its type and writes it again.
fn round<T: Serialize + DeserializeOwned>(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_str::<T>(text)?)
}

type Round = fn(&str) -> Result<Value, serde_json::Error>;

#[test]
fn examples_of_the_wire_are_what_the_types_say() {
    let types: BTreeMap<&str, Round> = BTreeMap::from([
        ("block-request", round::<BlockRequest> as Round),
        ("booking-confirmed", round::<Booking>),
        ("booking-held", round::<Booking>),
        ("cancel-request", round::<CancelRequest>),
        ("cash-request", round::<CashRequest>),
        ("change-seats-request", round::<ChangeSeatsRequest>),
        ("hold-request-best", round::<HoldRequest>),
        ("hold-request-seats", round::<HoldRequest>),
        ("journal-entry", round::<JournalEntry>),
        ("create-vouchers", round::<CreateVouchers>),
        ("pay-request", round::<PayRequest>),
        ("pay-request-split", round::<PayRequest>),
        ("payment", round::<Payment>),
        ("payment-token", round::<PaymentToken>),
        ("problem-hold-expired", round::<Problem>),
        ("problem-seats-taken", round::<Problem>),
        ("release-request", round::<ReleaseRequest>),
        ("seat-changes", round::<SeatChanges>),
        ("seat-map", round::<SeatMap>),
        ("show", round::<Show>),
        ("show-detail", round::<ShowDetail>),
        ("status-request", round::<StatusRequest>),
        ("voucher", round::<VoucherDetail>),
    ]);
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(fixtures("http"))
        .expect("the examples")
        .flatten()
    {
        let path = entry.path();
        let name = path
            .file_stem()
            .and_then(|n| n.to_str())
            .unwrap_or("")
            .to_owned();
        let text = read(&path);
        let round = types.get(name.as_str());
        let round = round.unwrap_or_else(|| panic!("no type for {name}"));
        let again = round(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let before: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(again, before, "{name}");
        files.insert(name);
    }
    let missing: Vec<_> = types.keys().filter(|t| !files.contains(**t)).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}

/// Requests refuse fields that nobody knows, prices among them.
#[test]
fn requests_refuse_unknown_fields() {
    let requests: [(&str, Round); 8] = [
        ("hold-request-seats", round::<HoldRequest>),
        ("change-seats-request", round::<ChangeSeatsRequest>),
        ("cash-request", round::<CashRequest>),
        ("cancel-request", round::<CancelRequest>),
        ("pay-request", round::<PayRequest>),
        ("pay-request-split", round::<PayRequest>),
        ("create-vouchers", round::<CreateVouchers>),
        ("block-request", round::<BlockRequest>),
    ];
    for (name, round) in requests {
        let text = read(&fixtures("http").join(format!("{name}.json")));
        for field in ["price", "total", "owner", "state", "hold_until"] {
            let mut value: Value = serde_json::from_str(&text).expect("JSON");
            value[field] = Value::from(1);
            assert!(round(&value.to_string()).is_err(), "{name} takes {field}");
        }
    }
}
