//! What a till had asked for when it died: it is on the disk, and the next run settles it. And what
//! changed about a hold since somebody was told.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{fs, path::PathBuf};

use houseful::moment;
use houseful_core::{
    ids::ShowId,
    wire::booking::{ChangeSeatsRequest, SeatWish, Wish},
};
use houseful_tests::{
    folder::Folder,
    program::{Ran, Server},
    terminal::{Screen, Terminal},
    wait,
};
use serde_json::{Value, json};

use super::faulty::Faulty;

/// A server, and a wire before it that loses the answers to refunds.
struct House {
    folder: Folder,
    server: Server,
    wire: Faulty,
}

impl House {
    fn open() -> Self {
        let folder = Folder::new();
        let file = folder.chain("x.db");
        let server = Server::start(&folder, &file, &[]);
        fs::write(folder.path("token.txt"), server.notice().token).expect("written");
        let wire = Faulty::before(&server.notice().server, "/cancel");
        Self {
            folder,
            server,
            wire,
        }
    }

    fn args<'a>(server: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        let mut all = vec!["--server", server, "--token-file", "token.txt"];
        all.extend(args);
        all
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.folder.run(&Self::args(&self.wire.url(), args))
    }

    /// Sells two seats; gives the booking's code.
    fn sell(&self) -> String {
        let sell = "sell 9 --adult 2 --best --pay cash --fields code -o plain";
        let sold = self.run(&sell.split(' ').collect::<Vec<_>>()).done();
        sold.out.trim().to_owned()
    }

    fn state(&self, code: &str) -> String {
        let view = ["booking", "view", code, "--fields", "state", "-o", "plain"];
        let address = self.server.notice().server;
        let seen = self.folder.run(&Self::args(&address, &view)).done();
        seen.out.trim().to_owned()
    }

    /// Holds a seat; gives the booking's id.
    fn hold(&self) -> String {
        let hold = "hold create 9 --adult 1 --best -o json";
        let held = self.run(&hold.split(' ').collect::<Vec<_>>()).done();
        held.json()["id"].as_str().expect("an id").to_owned()
    }

    fn note_path(&self, id: &str) -> PathBuf {
        self.folder.path(&format!("state/bookings/{id}.json"))
    }

    /// Rewrites what this machine noted of a sale, as a run that died would have left it; gives
    /// the note.
    fn rewrite(&self, id: &str, change: impl FnOnce(&mut Value)) -> Value {
        let path = self.note_path(id);
        let text = fs::read(&path).expect("a note");
        let mut note: Value = serde_json::from_slice(&text).expect("a note");
        change(&mut note);
        fs::write(&path, note.to_string()).expect("written");
        note
    }

    /// The program in a terminal, for people who are asked.
    fn at_terminal(&self, args: &[&str]) -> Terminal {
        let address = self.server.notice().server;
        let command = self.folder.command(&Self::args(&address, args));
        Terminal::open(&command, 100, 24)
    }

    fn tui(&self) -> Terminal {
        let address = self.wire.url();
        let command = self.folder.command(&Self::args(&address, &["tui"]));
        Terminal::open(&command, 80, 24)
    }
}

#[test]
fn a_refund_whose_answer_was_lost_is_asked_for_again_and_made_once() {
    let house = House::open();
    let code = house.sell();
    let cancel = [
        "--yes",
        "--timeout",
        "2",
        "booking",
        "cancel",
        &code,
        "--reason",
        "ill",
    ];
    let lost = house.run(&cancel).ended(9);
    assert!(lost.err.contains("houseful booking cancel"), "{lost:?}");
    assert_eq!(house.state(&code), "cancelled");
    house.wire.mend();
    // Word for word the same: the answer of then, not that it is cancelled already.
    let again = [&cancel[..], &["--fields", "state", "-o", "plain"]].concat();
    assert_eq!(house.run(&again).done().out, "cancelled\n");
    // Now it is known, and a third time is another refund.
    house.run(&again).ended(3);
}

#[test]
fn a_till_that_died_in_a_refund_says_what_became_of_it() {
    let house = House::open();
    let home = |screen: &Screen<'_>| (screen.cell(0, 4) == ">").then_some(());
    let mut till = house.tui();
    till.find("the next shows", home);
    till.press("12");
    till.shows("HOLD 0");
    till.press("\r\r");
    till.shows("SOLD");
    let code = till.find("a code", |screen| screen.after("Booking "));
    till.press("\r");
    till.press("B");
    till.shows(&format!(">{code} SOLD"));
    till.press("\rR2\r");
    wait::until("the refund", 20, || {
        (house.state(&code) == "cancelled").then_some(())
    });
    till.signal("KILL");
    drop(till);
    house.wire.mend();

    let mut till = house.tui();
    till.shows(&format!("The refund of {code}"));
    till.shows("hand back");
    till.press("\r");
    till.find("the next shows", home);
    till.press("q");
    till.ended().as_before(0);
    // It was told once.
    let till = house.tui();
    till.find("the next shows", home);
    assert!(!till.text().contains("refund"), "{}", till.text());
}

#[test]
fn a_sale_that_is_resumed_says_what_changed_since() {
    let house = House::open();
    let hold = "hold create 9 --adult 2 --best -o json";
    let held = house
        .run(&hold.split(' ').collect::<Vec<_>>())
        .done()
        .json();
    let seat = |at: usize| {
        held["lines"][at]["seat"]
            .as_str()
            .expect("a seat")
            .to_owned()
    };
    let id = held["id"].as_str().expect("an id");
    let resume = [
        "sell", "--resume", "--pay", "cash", "--fields", "state", "-o", "plain",
    ];

    // Another till takes a seat out of it.
    let wish = SeatWish {
        seat: seat(0).parse().expect("a seat"),
        ticket_type: None,
    };
    let request = ChangeSeatsRequest {
        command: moment::fresh_command(),
        wish: Wish::Seats(vec![wish]),
        allow_orphans: true,
        over_limit: false,
        codes: Vec::new(),
        member: None,
    };
    let admin = house.server.admin();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let changed = runtime.block_on(admin.change_seats(id.parse().expect("an id"), &request));
    let total = changed.expect("changed").total.to_string();

    let told = house.run(&resume).ended(3);
    for part in [
        &format!("without {} since", seat(1)),
        &format!("{total} instead of "),
        "nothing was paid",
        "still held until",
    ] {
        assert!(told.err.contains(part), "{part}: {told:?}");
    }
    let paid = house.run(&[&["--yes"], &resume[..]].concat()).done();
    assert_eq!(paid.out, "confirmed\n");
}

#[test]
fn ctrl_c_gives_up_no_hold_that_another_run_made() {
    let house = House::open();
    let id = house.hold();
    let mut pay = house.at_terminal(&["booking", "pay", &id]);
    pay.shows("Enter for exact cash");
    pay.press("\u{3}");
    pay.shows("the hold stays");
    assert_eq!(house.state(&id), "held");
}

/// The customer took the cash back and pays by card.
#[test]
fn cash_that_was_being_taken_is_asked_about_before_a_card_is_charged() {
    let house = House::open();
    let id = house.hold();
    house.rewrite(&id, |note| note["stage"] = json!("taking_cash"));
    for pay in [
        ["sell", "--resume"].as_slice(),
        &["booking", "pay", &id],
        &["--yes", "booking", "pay", &id],
    ] {
        let by_card = ["--pay", "card=4242424242424242"];
        let told = house.run(&[pay, &by_card].concat()).ended(2);
        for part in ["cash was being taken", "--pay cash", "still held until"] {
            assert!(told.err.contains(part), "{part}: {told:?}");
        }
        assert_eq!(house.state(&id), "held");
    }
    let mut pay = house.at_terminal(&["booking", "pay", &id, "--pay", "card=4242424242424242"]);
    pay.shows("cash was being taken; book it?");
    pay.press("n\r");
    wait::until("the card", 20, || {
        (house.state(&id) == "confirmed").then_some(())
    });
    let view = ["booking", "view", &id, "-o", "json"];
    let seen = house.run(&view).done().json().to_string();
    assert!(seen.contains("card") && !seen.contains("cash"), "{seen}");
}

#[test]
fn a_card_that_was_never_charged_gives_way_to_cash() {
    let house = House::open();
    let id = house.hold();
    house.rewrite(&id, |note| {
        note["stage"] = json!("taking_card");
        let payment = moment::fresh_payment().to_string();
        note["card"] = json!({"payment": payment, "token": "x"});
    });
    let resume = [
        "sell", "--resume", "--pay", "cash", "--fields", "state", "-o", "plain",
    ];
    assert_eq!(house.run(&resume).done().out, "confirmed\n");
}

#[test]
fn a_sale_that_is_gone_does_not_stand_before_the_others() {
    let house = House::open();
    let id = house.hold();
    let gone = moment::fresh_booking(ShowId(9)).to_string();
    let note = fs::read_to_string(house.note_path(&id)).expect("a note");
    fs::write(house.note_path(&gone), note).expect("written");
    house.rewrite(&gone, |note| {
        note["booking"] = json!(gone);
        note["begun_at"] = json!("2099-01-01T00:00:00.000Z");
    });
    let resume = [
        "sell", "--resume", "--pay", "cash", "--fields", "state", "-o", "plain",
    ];
    let told = house.run(&resume).ended(5);
    assert!(told.err.contains("1 other waits"), "{told:?}");
    assert!(told.err.contains("houseful sell --resume"), "{told:?}");
    assert_eq!(house.run(&resume).done().out, "confirmed\n");
}

#[test]
fn a_note_of_another_address_of_the_house_is_asked_again_word_for_word() {
    let house = House::open();
    let id = house.hold();
    let note = house.rewrite(&id, |note| {
        note["server"] = json!("http://elsewhere:1");
        note["stage"] = json!("taking_cash");
    });
    let pay = ["booking", "pay", &id, "--pay", "cash", "-o", "json"];
    let paid = house.run(&pay).done().out;
    let payment = note["cash"][1].as_str().expect("a payment");
    assert!(paid.contains(payment), "{payment}: {paid}");
}
