//! One committer's worth of batches, without servers: what the statement itself can do.

use std::time::{Duration, Instant};

use houseful_core::{
    ids::{CommandId, Fingerprint, OwnerRef, ShowId},
    price::Channel,
    seat::SeatNo,
    show::{Event, Line},
    time::UtcMillis,
    wire::seats::Version,
};
use houseful_server::{
    chance,
    postgres::Database,
    store::{Head, Outcome, SalesWord, ShowCommit, Store, postgres::PostgresStore},
};
use houseful_tests::{cluster::Cluster, made_up};
use serde_json::{Value, json};

use super::{Done, SEATS, SHOWS};

/// One lane's worth of commits, without the lane.
pub(super) struct Committer {
    store: PostgresStore,
    stands: Vec<Version>,
    next: usize,
}

impl Committer {
    pub(super) async fn open(url: &str) -> Done<Self> {
        let db = Database::open(Cluster::settings(url)).await?;
        let store = PostgresStore::new(db).by_another_clock();
        let prices = made_up::card(&[("standard", "adult", 900)]);
        let terms = std::sync::Arc::new(made_up::terms("name: Small\n\nA  oooo\n", prices));
        let stands: Vec<_> = (0..SHOWS).map(|_| version(1)).collect();
        for first in (1..=SHOWS).step_by(100) {
            let opening = |show: u64| {
                let at = usize::try_from(show).map_or(0, |n| n - 1);
                let command = CommandId(chance::uuid());
                let event = Event::Opened {
                    command,
                    terms: std::sync::Arc::clone(&terms),
                };
                ShowCommit {
                    expect: None,
                    rows: vec![(UtcMillis(0), event.to_row())],
                    opened: vec![event],
                    projections: Vec::new(),
                    head: head(ShowId(show), stands[at]),
                }
            };
            committed(
                &store
                    .commit((first..first + 100).map(opening).collect())
                    .await?,
            )?;
        }
        Ok(Self {
            store,
            stands,
            next: 0,
        })
    }

    /// Batches of so many holds, each in another show, one after the other.
    pub(super) async fn run(&mut self, size: usize, length: Duration) -> Done<Value> {
        let mut took_ms = Vec::new();
        let begun = Instant::now();
        while begun.elapsed() < length {
            let batch = (0..size).map(|_| self.hold()).collect();
            let asked = Instant::now();
            let outcomes = self.store.commit(batch).await?;
            took_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
            committed(&outcomes)?;
        }
        let holds = (took_ms.len() * size) as f64 / begun.elapsed().as_secs_f64();
        took_ms.sort_by(f64::total_cmp);
        let at = |part: usize| {
            took_ms
                .get(took_ms.len() * part / 100)
                .copied()
                .unwrap_or(0.0)
        };
        Ok(json!({
            "batch": size,
            "holds_per_s": holds.round(),
            "commits": took_ms.len(),
            "p50_ms": (at(50) * 100.0).round() / 100.0,
            "p99_ms": (at(99) * 100.0).round() / 100.0,
        }))
    }

    fn hold(&mut self) -> ShowCommit {
        let place = self.next % self.stands.len();
        self.next += 1;
        let before = self.stands[place];
        let after = version(before.ver + 1);
        self.stands[place] = after;
        ShowCommit {
            expect: Some(before),
            rows: vec![(UtcMillis(0), held(before.ver).to_row())],
            opened: Vec::new(),
            projections: Vec::new(),
            head: head(ShowId(place as u64 + 1), after),
        }
    }
}

fn committed(outcomes: &[Outcome]) -> Done<()> {
    match outcomes.iter().find(|o| **o != Outcome::Committed) {
        Some(other) => Err(format!("a hold came to {other:?}").into()),
        None => Ok(()),
    }
}

fn version(ver: u64) -> Version {
    let tip = chance::number();
    Version { ver, tip }
}

fn head(show: ShowId, version: Version) -> Head {
    Head {
        show,
        version,
        next_due: Some(UtcMillis(i64::try_from(version.ver).unwrap_or(0) * 1_000)),
        taken: 2,
        total: SEATS.into(),
        sales: SalesWord::Open,
    }
}

fn held(n: u64) -> Event {
    let seat = u16::try_from(n % 149).unwrap_or(0) * 2;
    let line = |seat| Line {
        seat: SeatNo(seat),
        ticket_type: "adult".into(),
        minor: 900,
        quoted: None,
    };
    Event::Held {
        command: CommandId(chance::uuid()),
        fingerprint: Fingerprint(chance::uuid()),
        booking: chance::uuid(),
        owner: OwnerRef([1; 16]),
        channel: Channel::Web,
        lines: vec![line(seat), line(seat + 1)],
        fee_minor: 0,
        hold_until: UtcMillis(300_000),
        relaxed: Vec::new(),
    }
}
