//! Tills in real terminals on one server, read by what is on their screens.

#![expect(
    clippy::expect_used,
    reason = "a till that does not open ends its test"
)]

use std::fs;

use houseful_core::{ids::ShowId, seat::SeatLabel};

use crate::{
    folder::Folder,
    program::Server,
    terminal::{Screen, Terminal},
    wait,
};

/// A till in a terminal of its own.
pub struct Till {
    /// Its terminal.
    pub terminal: Terminal,
}

/// How a pick ended on a till's screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The seat is this till's.
    Mine,
    /// Somebody was faster.
    Lost {
        /// Whether one key takes other seats.
        offered: bool,
    },
}

/// The list of the next shows, with its first line marked.
#[must_use]
pub fn home(screen: &Screen<'_>) -> Option<()> {
    let marked = screen.cell(0, 4) == ">" && screen.cell(2, 4) == "1";
    (screen.is_full() && marked).then_some(())
}

impl Till {
    /// Opens the screens on a server, or on what stands before it.
    ///
    /// # Panics
    /// They do not open.
    #[must_use]
    pub fn open(folder: &Folder, server: &Server, url: &str, columns: u16, rows: u16) -> Self {
        let till = Self::open_at_once(folder, server, url, columns, rows);
        till.terminal.find("the next shows", home);
        till
    }

    /// The same without waiting for the first list.
    ///
    /// # Panics
    /// The token can't be written.
    #[must_use]
    pub fn open_at_once(
        folder: &Folder,
        server: &Server,
        url: &str,
        columns: u16,
        rows: u16,
    ) -> Self {
        fs::write(folder.path("token.txt"), server.notice().token).expect("written");
        let line = ["tui", "--server", url, "--token-file", "token.txt"];
        let terminal = Terminal::open(&folder.command(&line), columns, rows);
        Self { terminal }
    }

    /// Opens a show's seats with the quick line.
    ///
    /// # Panics
    /// They do not come.
    pub fn show(&mut self, show: ShowId) {
        self.terminal.press(&format!(":{show}\r"));
        self.terminal.shows("S C R E E N");
        self.terminal.find("all seats", |screen| {
            let text = screen.text();
            (text.contains(" free") && !text.contains("loading")).then_some(())
        });
    }

    /// Types a seat's name.
    ///
    /// # Panics
    /// There is no field for it.
    pub fn name(&mut self, seat: SeatLabel) {
        let name = seat.to_string().to_lowercase();
        self.terminal.press(&format!("g{name}"));
        self.terminal.find("the name", |screen| {
            let bottom = screen.lines().split_off(usize::from(screen.size().1) - 3);
            bottom.iter().any(|line| line.contains(&name)).then_some(())
        });
    }

    /// Takes what was typed, or what is offered.
    pub fn accept(&mut self) {
        self.terminal.press("\r");
    }

    /// How the pick of a seat ended, once the server has answered. A question whether a seat may
    /// be left alone is answered yes; other seats that are offered are not taken.
    ///
    /// # Panics
    /// It never did.
    pub fn outcome(&mut self, seat: SeatLabel) -> Picked {
        loop {
            let answer = self.terminal.find("an answer about the seat", |screen| {
                Answer::read(&screen.text(), seat)
            });
            match answer {
                Answer::Mine => return Picked::Mine,
                Answer::Asks => {
                    self.accept();
                    self.terminal.find("the question is gone", |screen| {
                        (!screen.text().contains(ALL_THE_SAME)).then_some(())
                    });
                }
                Answer::Lost { offered } => {
                    self.accept();
                    self.terminal.find("the dialog is gone", |screen| {
                        (!screen.text().contains(CHOOSE_OTHERS)).then_some(())
                    });
                    return Picked::Lost { offered };
                }
            }
        }
    }

    /// Takes cash for what is held, and goes on to the next customer.
    ///
    /// # Panics
    /// There are no tickets.
    pub fn pay(&mut self) {
        self.accept();
        self.terminal.shows("PAYMENT");
        self.accept();
        self.terminal.shows("SOLD");
        self.accept();
        self.terminal.find("the next shows", home);
    }

    /// Back from the seats with nothing held.
    ///
    /// # Panics
    /// Something is held.
    pub fn leave_seats(&mut self) {
        self.terminal.press("q");
        self.terminal.find("the next shows", home);
    }

    /// Waits until the screen answers `look`, closely; tells how long that took from `since` on.
    ///
    /// # Panics
    /// It never did.
    pub fn time<T>(
        &self,
        since: std::time::Instant,
        mut look: impl FnMut(&Screen<'_>) -> Option<T>,
    ) -> std::time::Duration {
        let took = wait::how_long(since, 30, || self.terminal.look(&mut look));
        took.unwrap_or_else(|| panic!("it never came:\n{}", self.terminal.text()))
    }
}

/// In the dialog of a lost race.
const CHOOSE_OTHERS: &str = "choose other seats";
/// In the question whether to go on against a rule of the house.
const ALL_THE_SAME: &str = "do it all the same";

/// What a screen says about a pick.
enum Answer {
    Mine,
    Asks,
    Lost { offered: bool },
}

impl Answer {
    fn read(text: &str, seat: SeatLabel) -> Option<Self> {
        if text.contains(ALL_THE_SAME) {
            return Some(Self::Asks);
        }
        if text.contains(CHOOSE_OTHERS) {
            let offered = text.contains("Next best: ");
            return Some(Self::Lost { offered });
        }
        let about = format!(" {seat} ");
        let mut lines = text.lines();
        let mine = lines.any(|line| line.starts_with(&about) && line.contains("yours"));
        mine.then_some(Self::Mine)
    }
}
