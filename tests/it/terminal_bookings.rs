//! Bookings and the live board in real terminals, with a real server between them.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::fs;

use houseful_tests::{
    folder::Folder,
    terminal::{Screen, Terminal},
};

use super::program::Server;

fn house(folder: &Folder) -> Server {
    let file = folder.chain("x.db");
    let server = Server::start(folder, &file, &[]);
    fs::write(folder.path("token.txt"), server.notice().token).expect("written");
    server
}

fn tui(folder: &Folder, server: &Server) -> Terminal {
    let address = &server.notice().server;
    let args = ["tui", "--server", address, "--token-file", "token.txt"];
    let terminal = Terminal::open(&folder.command(&args), 80, 24);
    let home = |screen: &Screen<'_>| (screen.cell(0, 4) == ">").then_some(());
    terminal.find("the next shows", home);
    terminal
}

/// How many seats the live board counts as sold.
fn sold(screen: &Screen<'_>) -> Option<u32> {
    let lines = screen.lines();
    let counts = lines.get(1)?.split_once(" sold")?.0;
    counts.rsplit(' ').next()?.parse().ok()
}

#[test]
fn the_last_order_is_refunded_and_its_seats_are_free_on_the_other_till() {
    let folder = Folder::new();
    let server = house(&folder);
    let (mut till, mut other) = (tui(&folder, &server), tui(&folder, &server));
    other.press("L");
    let before = other.find("the board", sold);
    let comes_to = |other: &Terminal, wanted: u32| {
        let is = |screen: &Screen<'_>| (sold(screen)? == wanted).then_some(());
        other.find(&format!("{wanted} sold"), is);
    };
    till.press("12");
    till.shows("HOLD 0");
    other.shows("counter, operator");
    till.press("\r\r");
    till.shows("SOLD");
    let code = till.find("a code", |screen| screen.after("Booking "));
    comes_to(&other, before + 2);
    till.press("\r");

    till.press("B");
    till.shows(&format!(">{code} SOLD"));
    till.press("\rR2\r");
    till.shows("refunded: hand back");
    till.shows("VOID");
    till.shows("went back (refunded)");
    comes_to(&other, before);
    other.shows("free again");

    // The other till finds it by the beginning of its code.
    other.press("B/");
    other.press(&code.to_lowercase()[..8]);
    other.shows(&format!(">{code} REFUNDED"));
    other.press("\r\r");
    other.shows("cancelled, the seats are for sale again");
}
