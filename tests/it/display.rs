//! The customer's display: two real terminals side by side, the till's and the customer's.

use std::fs;

use houseful_core::seat::SeatLabel;
use houseful_tests::{
    contest,
    folder::Folder,
    terminal::{Screen, Terminal},
    tills::Till,
};

use super::program::Server;

fn display(folder: &Folder, more: &[&str]) -> Terminal {
    let line = [&["display"], more].concat();
    Terminal::open(&folder.command(&line), 80, 24)
}

/// The seats on the customer's list.
fn own(screen: &Screen<'_>) -> Option<Vec<String>> {
    let lines = screen.lines();
    let head = lines.iter().find_map(|line| line.find("YOUR SEATS"))?;
    let seats = lines.iter().filter_map(|line| {
        let word = line.get(head..)?.split_whitespace().next()?;
        word.parse::<SeatLabel>().ok().map(|seat| seat.to_string())
    });
    Some(seats.collect())
}

#[test]
fn a_customer_sees_the_seats_and_nothing_else() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &[]);
    let url = server.notice().server;
    let small = contest::shows(&server, |show| (90..150).contains(&show.total))[0];

    let customer = display(&folder, &[]);
    customer.shows("till is closed");
    let mut till = Till::open(&folder, &server, &url, 80, 24);
    customer.shows("Welcome");
    till.show(small);
    customer.shows("Which seats would you like?");

    // Somebody else's hold looks sold.
    let others = Folder::new();
    let mut other = Till::open(&others, &server, &url, 80, 24);
    other.show(small);
    let counts = |screen: &Screen<'_>| screen.lines().swap_remove(1);
    let before = till.terminal.look(counts);
    other.terminal.press("3");
    other.terminal.shows("BOOKING  3 seats");
    till.terminal.find("the others' hold", |screen| {
        (counts(screen) != before).then_some(())
    });
    let held = |screen: &Screen<'_>| screen.text().matches('~').count();
    assert_eq!(customer.look(held), 0, "{}", customer.text());

    till.terminal.press("2");
    till.terminal.shows("BOOKING  2 seats");
    let seats = customer.find("the seats", |s| own(s).filter(|own| own.len() == 2));
    customer.shows("Please check the seats before you pay.");
    let marks = |screen: &Screen<'_>| {
        let hall = screen.text().replace("# your seats", "");
        hall.matches('#').count()
    };
    assert_eq!(customer.look(marks), 2, "{}", customer.text());
    till.accept();
    customer.shows("To pay: ");
    // So much is asked about.
    till.terminal.press("99999\r");
    till.terminal.shows("type it again");
    till.terminal.press("y");
    customer.shows("Your change: ");
    assert_eq!(customer.look(own), Some(seats));
    let account = "admin";
    assert!(!customer.text().contains(account), "{}", customer.text());
    till.accept();
    customer.shows("Welcome");
    customer.resize(44, 10);
    till.show(small);
    till.terminal.press("2");
    customer.shows("Your seats");
    customer.resize(80, 24);

    // A till that was killed leaves nobody's seats on the display.
    till.terminal.signal("KILL");
    customer.shows("till is closed");
    let mut customer = customer;
    customer.press("q");
    customer.ended().as_before(0);
}

#[test]
fn a_till_is_chosen_by_its_name() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &[]);
    let url = server.notice().server;
    fs::write(folder.path("token.txt"), server.notice().token).expect("written");
    let open = |name: &str| {
        let line = [
            "tui",
            "--server",
            &url,
            "--token-file",
            "token.txt",
            "--till",
            name,
        ];
        let terminal = Terminal::open(&folder.command(&line), 80, 24);
        terminal.find("the next shows", houseful_tests::tills::home);
        terminal
    };
    let _first = open("TILL-1");
    let one = display(&folder, &[]);
    one.shows("Welcome");
    let mut second = open("TILL-2");
    let which = display(&folder, &[]);
    let left = which.ended().as_before(2);
    assert!(left.text().contains("TILL-1, TILL-2"), "{left:?}");
    let two = display(&folder, &["--till", "TILL-2"]);
    two.shows("Welcome");
    second.press("1");
    two.shows("Which seats would you like?");
    one.shows("Welcome");
    let refused = folder.run(&["display", "--plain"]).ended(2);
    assert!(refused.err.contains("full screen"), "{refused:?}");
}
