//! The demo without a screen, and the whole sale from a shell.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::fs;

use serde_json::Value;

use super::program::Server;
use houseful_tests::folder::Folder;

fn number(of: &Value, name: &str) -> u64 {
    of[name].as_u64().unwrap_or_else(|| panic!("{name}: {of}"))
}

#[test]
fn a_busy_evening_ends_in_one_object_with_the_books_in_order() {
    let folder = Folder::new();
    let demo = [
        "demo",
        "--headless",
        "--for",
        "3s",
        "--speed",
        "60",
        "--crowd",
        "16",
    ];
    let ran = folder.run(&demo).done();
    assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
    let evening = ran.json();
    for name in ["double_sold", "money_mismatch", "stuck_seats", "failed"] {
        assert_eq!(number(&evening, name), 0, "{name}: {evening}");
    }
    for name in ["sold_before", "visits", "holds", "confirmed", "holds_per_s"] {
        assert!(number(&evening, name) > 0, "{name}: {evening}");
    }
    for name in [
        "refused",
        "expired",
        "released",
        "refunded",
        "open_payments",
    ] {
        number(&evening, name);
    }
    assert_eq!(number(&evening, "speed"), 60);
    assert_eq!(number(&evening, "crowd"), 16);
    assert_eq!(number(&evening, "seconds"), 3);
    // Without `--keep` nothing stays: the folder for temporary files is our own here.
    let left: Vec<_> = fs::read_dir(folder.path(""))
        .expect("a folder")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.starts_with("houseful-demo"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// How many bookings of the file were ever confirmed, and how many shows it has.
fn confirmed(folder: &Folder) -> (u64, u64) {
    let audit = folder.run(&["--embedded", "x.db", "api", "GET", "/v1/audit"]);
    let audit = audit.done().json();
    (number(&audit, "confirmed"), number(&audit, "shows"))
}

#[test]
fn a_kept_chain_is_gone_on_with() {
    let folder = Folder::new();
    folder.chain("x.db");
    let demo = [
        "demo",
        "--keep",
        "x.db",
        "--headless",
        "--for",
        "1s",
        "--crowd",
        "4",
    ];
    let (before, shows) = confirmed(&folder);
    let again = folder.run(&demo).done().json();
    // Only shows that are new since have sold more, each to 40 parties at most.
    let new_shows = confirmed(&folder).1 - shows;
    let most = before + 40 * new_shows;
    let sold = number(&again, "sold_before");
    assert!(
        (before..=most).contains(&sold),
        "its past is its own: {before} and {sold} with {new_shows} new shows"
    );
    let tokens = folder.run(&["--embedded", "x.db", "auth", "token", "list", "-o", "json"]);
    let tokens = tokens.done().json();
    let accounts: Vec<&Value> = tokens["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|token| &token["account"])
        .collect();
    assert!(!accounts.iter().any(|a| **a == "website"), "{accounts:?}");
}

#[test]
fn a_demo_needs_a_terminal_or_to_be_told_that_there_is_none() {
    let folder = Folder::new();
    let ran = folder.run(&["demo"]).ended(2);
    assert!(ran.err.contains("--headless"), "{ran:?}");
    folder.run(&["demo", "--for", "3s"]).ended(2);
    folder.run(&["demo", "--headless", "--speed", "0"]).ended(2);
    folder
        .run(&["demo", "--headless", "--for", "soon"])
        .ended(2);
}

/// `--embedded x.db` and the words after it, each time in a process of its own.
fn shell<'a>(folder: &'a Folder, more: &'a [&'a str]) -> impl Fn(&[&str]) -> super::program::Ran {
    move |words| {
        let mut args = vec!["--embedded", "x.db", "--no-input", "-o", "json"];
        args.extend(more);
        args.extend(words);
        folder.run(&args)
    }
}

fn items(of: &Value) -> &Vec<Value> {
    of["items"].as_array().unwrap_or_else(|| panic!("{of}"))
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_else(|| panic!("{name}: {of}"))
}

/// A show with room, as somebody finds it: city, film, show.
fn find_show(houseful: impl Fn(&[&str]) -> super::program::Ran) -> String {
    let cities = houseful(&["city", "list"]).done().json();
    assert!(items(&cities).len() >= 3, "{cities}");
    let city = text(&items(&cities)[0], "id").to_owned();
    let movies = houseful(&["movie", "list", "--city", &city]).done().json();
    assert!(!items(&movies).is_empty());
    let movie = text(&items(&movies)[0], "id").to_owned();
    let shows = ["show", "list", "--city", &city, "--movie", &movie];
    let shows = houseful(&shows).done().json();
    let roomy = |show: &&Value| number(show, "free") >= 20 && show["status"] == "on_sale";
    let show = items(&shows).iter().find(roomy).expect("a show with room");
    text(show, "id").to_owned()
}

/// Two free seats side by side in the middle of a longer run of them, so that nobody is left alone.
fn two_seats(houseful: impl Fn(&[&str]) -> super::program::Ran, show: &str) -> (String, String) {
    let seats = houseful(&["show", "seats", show]).done().json();
    let free: Vec<&str> = seats["seats"]
        .as_array()
        .expect("seats")
        .iter()
        .filter(|s| s["state"] == "free")
        .map(|s| text(s, "label"))
        .collect();
    let place = |label: &str| {
        let digits = label.find(|c: char| c.is_ascii_digit()).expect("a number");
        let number: u32 = label[digits..].parse().expect("a number");
        (label[..digits].to_owned(), number)
    };
    let run = free
        .windows(6)
        .find(|run| {
            let (row, first) = place(run[0]);
            let expected = (first..).map(|n| (row.clone(), n));
            run.iter()
                .zip(expected)
                .all(|(seat, next)| place(seat) == next)
        })
        .expect("six free seats in a row");
    (run[2].to_owned(), run[3].to_owned())
}

#[test]
fn a_sale_from_a_shell_each_step_in_a_process_of_its_own() {
    let folder = Folder::new();
    folder.chain("x.db");
    let houseful = shell(&folder, &[]);
    let show = find_show(&houseful);
    let (a, b) = two_seats(&houseful, &show);
    let both = format!("{a},{b}");

    let hold = ["hold", "create", &show, "--adult", "2", "--seats", &both];
    let held = houseful(&hold).done().json();
    assert_eq!(held["state"], "held");
    let booking = text(&held, "id").to_owned();

    // Somebody else wants one of them: told which, and what is the next best.
    let refused = houseful(&[
        "sell", &show, "--adult", "1", "--seats", &b, "--pay", "cash",
    ]);
    let refused = refused.ended(3);
    assert_eq!(refused.out, "");
    let error = refused.error();
    assert_eq!(error["code"], "seats_taken");
    assert_eq!(error["exit"], 3);
    assert_eq!(error["fields"]["seats"][0]["seat"], b);
    assert_eq!(error["fields"]["seats"][0]["why"], "held");
    let next = error["fields"]["next_best"]
        .as_array()
        .expect("the next best");
    assert!(next.len() == 1 && next[0] != b.clone(), "{error}");

    // A declined card leaves the seats with whoever held them.
    let declined = ["booking", "pay", &booking, "--pay", "card=4000000000000002"];
    let declined = houseful(&declined).ended(7);
    assert_eq!(declined.error()["code"], "payment_declined");
    let still = houseful(&["booking", "view", &booking]).done().json();
    assert_eq!(still["state"], "held");
    assert_eq!(still["hold_until"], held["hold_until"]);

    let pay = ["booking", "pay", &booking, "--pay", "card=4242424242424242"];
    let paid = houseful(&pay).done().json();
    assert_eq!(paid["state"], "confirmed");

    let tickets = houseful(&["ticket", "list", &booking]).done().json();
    assert_eq!(items(&tickets).len(), 2);
    let code = text(&items(&tickets)[0], "code").to_owned();
    let ticket = houseful(&["ticket", "view", &code]).done().json();
    assert_eq!(ticket["valid"], true);

    // Later, from another process, by what the customer knows.
    let seen = houseful(&["booking", "view", &booking]).done().json();
    assert_eq!(seen["state"], "confirmed");
    let by_code = houseful(&["booking", "view", text(&seen, "code")])
        .done()
        .json();
    assert_eq!(by_code["id"], seen["id"]);
    let taken = houseful(&[
        "sell", &show, "--adult", "2", "--seats", &both, "--pay", "cash",
    ]);
    assert_eq!(
        taken.ended(3).error()["fields"]["seats"][0]["why"],
        "booked"
    );
}

/// A hold nobody pays for, on a clock that only the test moves.
fn is_free_again_at_300_s(more: &[&str]) {
    let folder = Folder::new();
    folder.chain("x.db");
    let mut flags = vec!["--clock", "manual"];
    flags.extend(more);
    let houseful = shell(&folder, &flags);
    let show = find_show(&houseful);
    let (a, b) = two_seats(&houseful, &show);
    let both = format!("{a},{b}");
    let hold = ["hold", "create", &show, "--adult", "2", "--seats", &both];
    let held = houseful(&hold).done().json();
    let booking = text(&held, "id").to_owned();
    let state = || {
        text(
            &houseful(&["booking", "view", &booking]).done().json(),
            "state",
        )
        .to_owned()
    };
    let sell = [
        "sell", &show, "--adult", "2", "--seats", &both, "--pay", "cash",
    ];

    let free_in_all = || houseful(&["show", "view", &show]).done().json()["free"].as_u64();
    let free_while_held = free_in_all().expect("a count");

    houseful(&["clock", "advance", "299s"]).done();
    assert_eq!(free_in_all(), Some(free_while_held));
    assert_eq!(state(), "held");
    assert_eq!(houseful(&sell).ended(3).error()["code"], "seats_taken");
    // The clock stood still between all these processes.
    houseful(&["clock", "advance", "1s"]).done();
    assert_eq!(state(), "expired");
    let seats = houseful(&["show", "seats", &show]).done().json();
    let free = |label: &str| {
        let seats = seats["seats"].as_array().expect("seats");
        seats
            .iter()
            .any(|s| s["label"] == label && s["state"] == "free")
    };
    assert!(free(&a) && free(&b));
    // Other prior holds of the show may have ended too.
    assert!(free_in_all() >= Some(free_while_held + 2));
    assert_eq!(houseful(&sell).done().json()["state"], "confirmed");
    let late = ["booking", "pay", &booking, "--pay", "cash"];
    assert_eq!(houseful(&late).ended(6).error()["code"], "hold_expired");
}

#[test]
fn a_hold_left_alone_is_free_again_at_300_s() {
    is_free_again_at_300_s(&[]);
}

#[test]
fn a_hold_left_alone_is_free_again_at_300_s_without_the_timer() {
    is_free_again_at_300_s(&["--no-timer"]);
}

#[test]
fn a_guest_hears_that_the_clock_is_not_its_own() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &[]);
    let ran = folder.run(&["--embedded", "x.db", "--clock", "manual", "clock", "view"]);
    let ran = ran.ended(1);
    assert!(ran.err.contains("`system` clock"), "{ran:?}");
    assert_eq!(server.stop(), Some(0));
}
