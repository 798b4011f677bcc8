//! What every kind of database promises for the rooms beside the journals, clause by clause. Each
//! clause is told to two servers of one database, on every kind that there is.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod catalogue;
mod house;
mod intents;
mod payments;
mod tenders;
mod tokens;
mod vouchers;

use std::future::Future;

use houseful_core::time::UtcMillis;
use houseful_server::{
    clock::ClockKind,
    database::{Address, Books},
    payment::machine::{Input, Keep},
    store::sqlite::Database,
};
use houseful_tests::{cluster::Cluster, folder::Folder};

const NOW: UtcMillis = UtcMillis(1_800_000_000_000);

/// Two servers of one database.
struct Two {
    one: Books,
    other: Books,
    place: Place,
}

/// Where the database is.
enum Place {
    /// A file, gone in the end. One process has it; the other server is a second set of rooms.
    File(Folder),
    /// A database of the cluster that the tests share.
    Postgres(String),
}

impl Place {
    fn address(&self) -> Address {
        match self {
            Self::File(folder) => folder.path("house.db").into(),
            Self::Postgres(url) => Address::new(url.as_ref()),
        }
    }

    async fn open(&self) -> Books {
        let books = Books::open(&self.address(), ClockKind::Manual).await;
        books.expect("a database")
    }
}

impl Two {
    fn on_file() -> Self {
        let folder = Folder::new();
        let db = Database::open(&folder.path("house.db")).expect("a database");
        Self {
            one: Books::of_file(db.clone()),
            other: Books::of_file(db),
            place: Place::File(folder),
        }
    }

    async fn on_postgres() -> Self {
        let place = Place::Postgres(Cluster::shared().database());
        Self {
            one: place.open().await,
            other: place.open().await,
            place,
        }
    }

    /// Stops both servers and starts one again.
    async fn again(self) -> (Books, Place) {
        self.one.ground.close().await;
        self.other.ground.close().await;
        let books = self.place.open().await;
        (books, self.place)
    }
}

/// The answers of many who ask at once.
async fn at_once<T: Send + 'static>(
    asked: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let asked: Vec<_> = asked.map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.expect("an answer"));
    }
    answers
}

/// Tells a clause to every kind of database.
async fn everywhere<T: Future<Output = ()>>(clause: impl Fn(Two) -> T) {
    clause(Two::on_file()).await;
    clause(Two::on_postgres().await).await;
}

/// What booking says, unasked.
fn settled(keep: Keep) -> Input {
    Input::Settle {
        keep,
        reopened_at: None,
    }
}
