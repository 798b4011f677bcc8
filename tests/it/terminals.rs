//! The program in a real terminal: what is on the screen, cell by cell, and that the terminal is
//! given back as it was, whatever ends the program.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{fs, process::Command};

use houseful_core::{
    code::{BookingCode, TicketCode},
    seat::SeatLabel,
};
use houseful_tests::{
    terminal::{Screen, Terminal},
    wait,
};

use super::program::Server;
use houseful_tests::folder::Folder;

const MISTAKEN: &str = env!("CARGO_BIN_EXE_houseful-mistaken");

/// The list of the next shows, with its first line marked.
fn home(screen: &Screen<'_>) -> Option<()> {
    let marked = screen.cell(0, 4) == ">" && screen.cell(2, 4) == "1";
    (screen.is_full() && marked).then_some(())
}

fn demo(folder: &Folder, more: &[&str]) -> Terminal {
    let mut args = vec!["demo"];
    args.extend(more);
    let terminal = Terminal::open(&folder.command(&args), 80, 24);
    terminal.find("the next shows", home);
    terminal
}

/// A seat's name, its ticket type and its price as the payment screen lists them.
fn lines_to_pay(screen: &Screen<'_>) -> Option<Vec<(String, i64)>> {
    let lines = screen.lines();
    let head = lines.iter().position(|line| line.starts_with(" PAYMENT"))?;
    let seats = lines.iter().skip(head + 2).map_while(|line| {
        let mut words = line.split_whitespace();
        let seat: SeatLabel = words.next()?.parse().ok()?;
        let _ticket_type = words.next()?;
        Some((seat.to_string(), minor(words.next()?)))
    });
    Some(seats.collect())
}

fn minor(amount: &str) -> i64 {
    let digits: String = amount.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|e| panic!("{amount}: {e}"))
}

/// The two quits: from the tickets to the list, from the list out.
fn leave(mut terminal: Terminal) {
    terminal.press("q");
    terminal.find("the next shows", home);
    terminal.press("q");
    let left = terminal.ended().as_before(0);
    assert_eq!(left.text(), "", "nothing stays on the normal screen");
}

#[test]
fn two_seats_are_four_keys() {
    let folder = Folder::new();
    let mut terminal = demo(&folder, &["--keep", "x.db"]);
    terminal.press("1");
    terminal.shows("S C R E E N");
    terminal.press("2");
    terminal.shows("BOOKING  2 seats");
    terminal.shows("HOLD 0");
    terminal.press("\r");
    let to_pay = terminal.find("the payment", lines_to_pay);
    assert_eq!(to_pay.len(), 2, "{to_pay:?}");
    terminal.press("\r");
    terminal.shows("SOLD");

    let read = |label: &str| terminal.find(label, |screen| screen.after(label));
    let seats: Vec<&str> = to_pay.iter().map(|(seat, _)| seat.as_str()).collect();
    assert_eq!(read("Seats "), seats.join(" "));
    let total: i64 = to_pay.iter().map(|(_, price)| price).sum();
    assert_eq!(minor(&read("Total ")), total);
    let booking: BookingCode = read("Booking ").parse().expect("a booking code");
    let ticket: TicketCode = read("Code 1/2 ").parse().expect("a ticket code");
    assert_eq!(read("  seat "), seats[0]);

    // Another process knows the same of it.
    let ask = |noun: &str, code: &str| {
        let line = ["--embedded", "x.db", noun, "view", code, "-o", "json"];
        folder.run(&line).done().json()
    };
    let known = ask("booking", &booking.to_string());
    assert_eq!(known["state"], "confirmed");
    assert_eq!(known["total"]["minor"], total);
    let known = ask("ticket", &ticket.to_string());
    assert_eq!(
        (&known["valid"], &known["seat"]),
        (&true.into(), &seats[0].into())
    );
    leave(terminal);
}

#[test]
fn the_four_keys_may_come_at_once() {
    let folder = Folder::new();
    let mut terminal = demo(&folder, &[]);
    terminal.press("12\r\r");
    terminal.shows("SOLD");
    let seats = terminal.find("the seats", |screen| screen.after("Seats "));
    assert_eq!(seats.split(' ').count(), 2, "{seats}");
    leave(terminal);
    let left = fs::read_dir(folder.path("")).expect("a folder");
    let left: Vec<_> = left
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.starts_with("houseful-demo"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A server with the demo's chain, in a process of its own.
fn served(folder: &Folder) -> Server {
    let file = folder.chain("x.db");
    let server = Server::start(folder, &file, &[]);
    fs::write(folder.path("token.txt"), server.notice().token).expect("written");
    server
}

fn tui(folder: &Folder, server: &Server) -> Terminal {
    let args = [
        "tui",
        "--server",
        &server.notice().server,
        "--token-file",
        "token.txt",
    ];
    let terminal = Terminal::open(&folder.command(&args), 80, 24);
    terminal.find("the next shows", home);
    terminal
}

#[test]
fn a_signal_ends_the_screens_and_the_sale_goes_on_later() {
    let folder = Folder::new();
    let server = served(&folder);
    for signal in ["TERM", "HUP", "INT"] {
        let mut terminal = tui(&folder, &server);
        terminal.press("12");
        terminal.shows("BOOKING  2 seats");
        terminal.signal(signal);
        let left = terminal.ended().as_before(0);
        assert_eq!(left.text(), "", "{signal}");
        // The seats are still held: whoever comes back goes on from there.
        let mut terminal = tui(&folder, &server);
        terminal.shows("On hold: ");
        terminal.press("r");
        terminal.shows("BOOKING  2 seats");
        terminal.press("\r");
        terminal.shows("PAYMENT");
        terminal.press("\r");
        terminal.shows("SOLD");
        leave(terminal);
    }
}

#[test]
fn ctrl_c_twice_releases_and_quits() {
    let folder = Folder::new();
    let server = served(&folder);
    let mut terminal = tui(&folder, &server);
    terminal.press("12");
    terminal.shows("BOOKING  2 seats");
    terminal.press("\u{3}");
    terminal.shows("press Ctrl-C again");
    terminal.press("\u{3}");
    terminal.ended().as_before(0);
    let url = server.notice().server;
    let line = [
        "--server",
        &url,
        "--token-file",
        "token.txt",
        "booking",
        "list",
    ];
    let own = folder.run(&[&line[..], &["-o", "json"]].concat()).done();
    assert_eq!(own.json()["items"][0]["state"], "released", "{own:?}");
}

#[test]
fn the_screens_outlive_their_server() {
    let folder = Folder::new();
    let server = served(&folder);
    let mut terminal = tui(&folder, &server);
    terminal.press("12");
    terminal.shows("BOOKING  2 seats");
    server.kill();
    terminal.shows("offline");
    terminal.press("\u{3}\u{3}");
    terminal.ended().as_before(0);
}

#[test]
fn the_program_ends_with_its_window() {
    let folder = Folder::new();
    let server = served(&folder);
    let terminal = tui(&folder, &server);
    // With nothing left to draw on it may fail, but it ends by itself.
    let status = terminal.close_window();
    assert_eq!(status.signal(), None, "{status:?}");
}

#[test]
fn a_window_that_is_too_small_gets_a_sentence() {
    let folder = Folder::new();
    let server = served(&folder);
    let mut terminal = tui(&folder, &server);
    terminal.resize(40, 10);
    terminal.find("a sentence", |screen| {
        let text = screen.text();
        (text.contains("60") && text.contains("16")).then_some(())
    });
    terminal.resize(80, 24);
    terminal.find("the next shows", home);
    terminal.press("q");
    terminal.ended().as_before(0);
}

/// A screen whose program panics when `file` appears.
fn mistaken(folder: &Folder, place: &str) -> Terminal {
    let mut command = Command::new(MISTAKEN);
    let surroundings = folder.command(&[]);
    command
        .args([place, &folder.arg("now")])
        .current_dir(folder.path(""))
        .env_clear();
    for (name, value) in surroundings.get_envs() {
        command.env(name, value.expect("a value"));
    }
    let terminal = Terminal::open(&command, 80, 24);
    terminal.shows("the server can't be reached");
    terminal
}

fn crash_files(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("")).expect("a folder");
    entries
        .filter_map(|entry| entry.ok()?.path().to_str().map(str::to_owned))
        .filter(|path| path.contains("houseful-crash-"))
        .collect()
}

#[test]
fn after_a_panic_the_terminal_is_as_before_and_the_message_can_be_read() {
    let folder = Folder::new();
    let terminal = mistaken(&folder, "drawing");
    fs::write(folder.path("now"), "").expect("written");
    let left = terminal.ended().as_before(1);
    let text = left.lines.concat();
    assert!(text.starts_with("error: "), "{left:#?}");
    assert!(text.contains("a mistake on purpose"), "{left:#?}");
    let files = crash_files(&folder);
    assert!(
        files.len() == 1 && text.contains(&files[0]),
        "{left:#?} {files:?}"
    );
}

#[test]
fn a_panic_elsewhere_leaves_the_screens_alone() {
    let folder = Folder::new();
    let mut terminal = mistaken(&folder, "elsewhere");
    fs::write(folder.path("now"), "").expect("written");
    wait::until("the panic", 30, || crash_files(&folder).pop());
    terminal.find("what happened, on the full screen", |screen| {
        let told = screen.text().contains("A part of this program broke");
        (told && screen.is_full()).then_some(())
    });
    terminal.press("\r");
    terminal.shows("q quit");
    terminal.press("q");
    // There was no server in all the time.
    terminal.ended().as_before(9);
}

#[test]
fn too_little_cash_is_asked_for_again() {
    let folder = Folder::new();
    folder.chain("x.db");
    let sell = ["--embedded", "x.db", "sell", "1", "--adult", "2", "--best"];
    let mut terminal = Terminal::open(&folder.command(&sell), 80, 24);
    terminal.shows("Enter for exact cash");
    terminal.press("0.01\r");
    terminal.find("the question again", |screen| {
        (screen.text().matches("Enter for exact cash").count() == 2).then_some(())
    });
    terminal.press("card=4000000000000002\r");
    terminal.find("the question once more", |screen| {
        (screen.text().matches("Enter for exact cash").count() == 3).then_some(())
    });
    terminal.press("\r");
    let left = terminal.ended().as_before(0);
    assert!(left.text().contains("BOOKED"), "{left:#?}");
}

#[test]
fn an_error_at_the_start_leaves_the_terminal_alone() {
    let folder = Folder::new();
    for (line, code) in [
        (&["tui", "--server", "no address"][..], 2),
        (&["tui", "--theme", "pink"], 2),
        (&["demo", "--keep", "no/such/folder/x.db"], 1),
    ] {
        let terminal = Terminal::open(&folder.command(line), 80, 24);
        let left = terminal.ended().as_before(code);
        assert!(left.text().contains("error: "), "{line:?}: {left:?}");
    }
}
