//! Makes the pictures of the screens from real terminals:
//! `cargo run -p houseful-tests --bin houseful-pictures`.
//!
//! Each is an SVG in `docs/pictures/`, drawn from the cells of a terminal in which the program
//! runs on a fresh demo chain; `-- FOLDER` puts them elsewhere.

#![expect(clippy::expect_used, reason = "without a terminal there is no picture")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use houseful_core::ids::ShowId;
use houseful_tests::{
    contest,
    folder::Folder,
    picture::{Ground, svg},
    program::Server,
    terminal::{Screen, Terminal},
    tills::{Till, home},
    wait,
};

fn main() {
    // The client can't be built without one, although all of this is plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let into = std::env::args()
        .nth(1)
        .map_or_else(default_folder, PathBuf::from);
    fs::create_dir_all(&into).expect("a folder");
    let folder = Folder::new();
    let file = folder.chain("cinema.db");
    let server = Server::start(&folder, &file, &[]);
    let studio = Studio {
        folder,
        server,
        into,
    };
    studio.lists();
    studio.a_sale();
    studio.wide();
    studio.a_lost_race();
    studio.staff();
}

fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures")
}

struct Studio {
    folder: Folder,
    server: Server,
    into: PathBuf,
}

/// Ends a till, whatever is on its screen.
fn close(mut till: Till) {
    till.terminal.press("\u{3}\u{3}");
    let _ = till.terminal.ended();
}

impl Studio {
    fn till(&self, folder: &Folder, columns: u16, rows: u16) -> Till {
        let url = self.server.notice().server;
        Till::open(folder, &self.server, &url, columns, rows)
    }

    /// A show in the euro zone or Britain with a hall of this size.
    fn show(&self, seats: std::ops::Range<u32>) -> ShowId {
        let shows = contest::shows(&self.server, |show| {
            // Where a note of fifty pays for two.
            let pays = ["EUR", "GBP"].contains(&show.price_from.currency.code());
            pays && seats.contains(&show.total)
                && show.cinema_name.is_ascii()
                && show.title.is_ascii()
        });
        shows[0]
    }

    fn take(&self, terminal: &Terminal, name: &str, on: Ground, about: &str) {
        let picture = terminal.look(|screen| svg(screen, on, about));
        let path = self.into.join(format!("{name}.svg"));
        fs::write(&path, picture).expect("written");
        println!("{}", path.display());
    }

    fn lists(&self) {
        let mut till = self.till(&self.folder, 80, 24);
        self.take(
            &till.terminal,
            "home",
            Ground::Dark,
            "The next shows, numbered",
        );
        self.take(
            &till.terminal,
            "home-light",
            Ground::Light,
            "The same on a light ground",
        );
        till.terminal.press("b");
        till.terminal.shows("BROWSE");
        till.terminal.press("/soup\r");
        till.terminal.shows("soupe");
        self.take(
            &till.terminal,
            "browse",
            Ground::Dark,
            "City, film and show by one search",
        );
        close(till);
    }

    fn a_sale(&self) {
        let mut till = self.till(&self.folder, 80, 24);
        let line = ["display"];
        let customer = Terminal::open(&self.folder.command(&line), 80, 24);
        customer.shows("Welcome");
        till.show(self.show(300..330));
        till.terminal.press("2");
        till.terminal.shows("BOOKING  2 seats");
        self.take(
            &till.terminal,
            "seats",
            Ground::Dark,
            "Two of the best seats, held",
        );
        customer.shows("Please check");
        self.take(
            &customer,
            "display",
            Ground::Light,
            "What the customer sees of it",
        );
        till.accept();
        till.terminal.shows("PAYMENT");
        till.terminal.press("50");
        till.terminal.shows("Given   50");
        self.take(
            &till.terminal,
            "payment",
            Ground::Dark,
            "Cash, with its change",
        );
        till.accept();
        till.terminal.shows("SOLD");
        self.take(
            &till.terminal,
            "ticket",
            Ground::Dark,
            "The tickets and their codes",
        );
        close(till);
    }

    fn wide(&self) {
        let mut till = self.till(&self.folder, 140, 40);
        till.show(self.show(300..330));
        till.terminal.press("3");
        till.terminal.shows("BOOKING  3 seats");
        self.take(
            &till.terminal,
            "seats-wide",
            Ground::Dark,
            "The same hall at 140 columns",
        );
        close(till);
        let mut till = self.till(&self.folder, 80, 24);
        till.show(self.show(2_000..2_100));
        self.take(
            &till.terminal,
            "blocks",
            Ground::Dark,
            "A hall of 2,006 seats in blocks",
        );
        close(till);
    }

    fn a_lost_race(&self) {
        let others = Folder::new();
        let (mut till, mut other) = (self.till(&self.folder, 80, 24), self.till(&others, 80, 24));
        let show = self.show(200..260);
        till.show(show);
        other.show(show);
        for till in [&mut till, &mut other] {
            till.name("B3".parse().expect("a seat"));
        }
        till.accept();
        other.accept();
        let too_late = |till: &Till| {
            let offered = |screen: &Screen<'_>| screen.text().contains("Next best: ");
            till.terminal.look(offered)
        };
        let loser = wait::until("somebody is too late", 30, || {
            if too_late(&till) {
                return Some(&till);
            }
            too_late(&other).then_some(&other)
        });
        self.take(
            &loser.terminal,
            "lost-race",
            Ground::Dark,
            "Somebody was faster",
        );
    }

    fn staff(&self) {
        let others = [(); 2].map(|()| Folder::new());
        let show = self.show(300..330);
        let mut tills = others.each_ref().map(|folder| self.till(folder, 80, 24));
        for (till, party) in tills.iter_mut().zip(["4", "2"]) {
            till.show(show);
            till.terminal.press(party);
            till.terminal.shows("BOOKING  ");
        }
        let mut till = self.till(&self.folder, 80, 24);
        till.terminal.press("B");
        till.terminal.shows("SOLD");
        self.take(
            &till.terminal,
            "bookings",
            Ground::Dark,
            "Bookings, the newest first",
        );
        till.terminal.press("q");
        till.terminal.find("the next shows", home);
        till.show(show);
        till.terminal.press("L");
        till.terminal.shows("HELD NOW  6 seats, 2 bookings");
        till.terminal.find("both", |screen| {
            (screen.text().matches(" held ").count() >= 3).then_some(())
        });
        self.take(
            &till.terminal,
            "live",
            Ground::Dark,
            "Who holds what, and for how long",
        );
    }
}
