//! What the program says: exit code, stdout and stderr of the main commands and the main failures,
//! at the chain of [`Evening`], as snapshots.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{fs, process::Stdio};

use houseful_core::wire::admin::Role;
use insta::{Settings, assert_snapshot};

use super::{
    evening::{Evening, Visitor},
    faulty::Faulty,
    program::Ran,
};

/// Nobody listens there.
const NO_SERVER: &str = "http://127.0.0.1:1";

/// What somebody sees in a shell: the commands, what they print, and how they end.
fn transcript(runs: &[Ran]) -> String {
    let shown = |ran: &Ran| {
        let code = ran.code.expect("an exit code");
        let err = if ran.err.is_empty() {
            String::new()
        } else {
            format!("--- stderr\n{}", ran.err)
        };
        format!("$ houseful {}\n{}{err}[exit {code}]\n", ran.line, ran.out)
    };
    runs.iter().map(shown).collect::<Vec<_>>().join("\n")
}

/// Ids, codes and secrets are drawn anew in each run. What hides them says what they have to be.
fn settings(visitor: &Visitor) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let crockford = "[0-9A-HJKMNP-TV-Z]";
    // Version 7, without hyphens.
    let uuid = "[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}";
    let place = visitor.folder.path("").display().to_string();
    for (what, word) in [
        (format!("bkg_([0-9]+)_{uuid}"), "bkg_${1}_[uuid]"),
        (format!("(cmd|pay)_{uuid}"), "${1}_[uuid]"),
        (
            format!("{crockford}{{4}}-{crockford}{{4}}-{crockford}{{4}}"),
            "[ticket]",
        ),
        (
            format!("{crockford}{{2}}-{crockford}{{4}}-{crockford}{{4}}"),
            "[code]",
        ),
        ("req_[0-9a-f]{12}".to_owned(), "[request]"),
        (r"hf_[0-9A-Za-z_-]{43}".to_owned(), "[secret]"),
        (r"tok_[0-9A-Za-z]+".to_owned(), "[token]"),
        (r"\b([0-9]+)-[0-9a-f]{16}\b".to_owned(), "${1}-[tip]"),
        (visitor.server.clone(), "http://[server]"),
        (place, "[folder]/"),
    ] {
        settings.add_filter(&what, word);
    }
    settings
}

/// Runs commands one after the other and compares what they said with the snapshot.
fn compare(visitor: &Visitor, name: &str, lines: &[&str]) {
    let runs: Vec<Ran> = lines.iter().map(|line| run(visitor, line)).collect();
    settings(visitor).bind(|| assert_snapshot!(name, transcript(&runs)));
}

fn run(visitor: &Visitor, line: &str) -> Ran {
    let words: Vec<&str> = line.split(' ').collect();
    visitor.run(&words)
}

#[test]
fn the_catalogue_in_every_format() {
    let evening = Evening::open();
    let clerk = evening.visitor(Some(Role::Clerk));
    compare(
        &clerk,
        "catalogue",
        &[
            "city list -o table",
            "city list --near 53.80,-1.55 --within 100km -o csv",
            "cinema list --city Lyon -o plain --header",
            "cinema list --near-city Leeds --within 12mi --miles -o table",
            "cinema list --country FR -o ndjson",
            "cinema view cin_1 -o table",
            "movie list --city Leeds --search soup -o json",
            "movie list --format imax --language en --certificate 12a -o table",
            "movie view mov_1 -o ndjson",
            "movie calendar mov_1 --city Osaka -o table",
            "movie calendar mov_1 --cinema cin_1 --date tomorrow --days 2 -o csv",
            "movie calendar mov_1 -o table",
            "find soup -o table",
        ],
    );
    compare(
        &clerk,
        "shows",
        &[
            "today --cinema cin_1 -o table",
            "today --cinema cin_1 --tz Asia/Tokyo -o table --fields number,starts_local,title",
            "show list --limit 2 -o csv --fields id,starts_local,title,free,price_from.minor",
            "show list --limit 2 -o ndjson --fields id,title",
            "show list --limit 2 -q",
            "show view 1 -o table",
            "show seats 1 --cinema cin_1 -o table",
        ],
    );
    evening.finish();
}

#[test]
fn a_sale_from_the_first_wish_to_the_money_back() {
    let evening = Evening::open();
    let manager = evening.visitor(Some(Role::Manager));
    let sold = run(&manager, "sell 1 --adult 2 --best --pay cash=100 -q").done();
    let booking = sold.out.trim().to_owned();
    compare(
        &manager,
        "sale",
        &[
            "sell 1 --adult 2 --child 1 --best --dry-run -o table",
            "sell 1 --adult 2 --child 1 --best --pay card -o table",
            &format!("booking view {booking} -o table"),
            &format!("ticket list {booking} -o table"),
            &format!("ticket print {booking} --no-qr"),
            &format!("payment list --booking {booking} -o table"),
            &format!("booking cancel {booking} --reason ill --yes -o table"),
            "booking list -o table --fields state,lines.seat,total",
            "show journal 1 -o table --fields ver,kind",
        ],
    );
    evening.finish();
}

#[test]
fn refusals_name_the_seats_and_the_way_on() {
    let evening = Evening::open();
    let clerk = evening.visitor(Some(Role::Clerk));
    let held = run(&clerk, "hold create 1 --adult 2 --best --fields lines.seat").done();
    let seats = held.out.trim().to_owned();
    let taken = format!("sell 1 --adult 2 --seats {seats} --pay cash");
    compare(
        &clerk,
        "refusals",
        &[
            &taken,
            &format!("{taken} -o json"),
            "sell 1 --adult 1 --best --pay card=4000000000000002",
            "sell 1 --adult 2 --best --pay cash=0.01",
            "sell 1 --adult 2 --best --pay cash=some",
            "sell 1 --seats ZZ99 --pay cash",
            "sell 1 --adult 11 --best --pay cash",
            "sell 1 --adult 0 --best --pay cash",
            "sell 1 --adult 2 --best",
            "show pause 1 --reason projector",
            "auth token list",
            "booking view bkg_7_01900000000070008000000000000000",
            "show view shw_999999",
            "show view 9999",
            "cinema view Nowhere",
        ],
    );
    let stranger = evening.visitor(None);
    compare(
        &stranger,
        "stranger",
        &["sell 1 --adult 2 --best --pay card", "auth status"],
    );
    evening.finish();
}

#[test]
fn a_hold_is_over_after_300_seconds() {
    let evening = Evening::open();
    let clerk = evening.visitor(Some(Role::Clerk));
    let held = run(&clerk, "hold create 1 --adult 2 --best -q").done();
    let booking = held.out.trim().to_owned();
    let view = format!("booking view {booking} -o table");
    let pay = format!("booking pay {booking} --pay cash");
    evening.app().advance_ms(299_000);
    let mut runs = vec![run(&clerk, &view)];
    evening.app().advance_ms(1_000);
    runs.extend([&view, &pay].map(|line| run(&clerk, line)));
    settings(&clerk).bind(|| assert_snapshot!("hold-over", transcript(&runs)));
    evening.finish();
}

#[test]
fn an_answer_that_got_lost_is_found_by_resume() {
    let evening = Evening::open();
    let faulty = Faulty::before(evening.app().url(), "POST /v1/bookings ");
    let clerk = evening.visitor_of(&faulty.url(), Some(Role::Clerk));
    let lost = run(
        &clerk,
        "--timeout 2 sell 1 --adult 2 --best --pay cash -o table",
    );
    let lost_json = run(&clerk, "--timeout 2 hold create 1 --adult 1 --best -o json").ended(9);
    assert_eq!(lost_json.error()["command"], "houseful sell --resume");
    faulty.mend();
    let resumed = [
        run(&clerk, "sell --resume --pay cash --dry-run -o table"),
        run(&clerk, "sell --resume --pay cash -o table"),
        run(&clerk, "sell --resume --pay cash -o table"),
        run(&clerk, "sell --resume --pay cash -o table"),
        run(
            &clerk,
            "booking list -o table --fields state,lines.seat,total",
        ),
    ];
    let runs: Vec<Ran> = std::iter::once(lost).chain(resumed).collect();
    settings(&clerk).bind(|| assert_snapshot!("lost-answer", transcript(&runs)));
    evening.finish();
}

#[test]
fn what_needs_no_server() {
    let evening = Evening::open();
    let mut visitor = evening.visitor(None);
    NO_SERVER.clone_into(&mut visitor.server);
    compare(
        &visitor,
        "no-server",
        &[
            "--timeout 1 today",
            "--timeout 1 today -o json",
            "sel 1",
            "sell 1 --adlut 2",
            "-o json sell 1 --pay gold",
            "show seats 1 --fields labl",
            "sell 1 --adult 2 --pay card=1",
            "config set timeout_s soon",
            "config get timeot",
            "--embedded nowhere.db today",
            "--server nowhere today",
            "help exit-codes",
            "version -o json",
        ],
    );
    let config = visitor.folder.path("config.toml");
    fs::write(config, "output = \"json\"\ntimeuot_s = 3\n").expect("written");
    compare(&visitor, "config-typo", &["today", "config list"]);
    evening.finish();
}

#[test]
fn a_reader_that_left_is_no_error() {
    let evening = Evening::open();
    let clerk = evening.visitor(Some(Role::Clerk));
    for line in [
        "show list -o json",
        "today -o table",
        "show seats 1",
        "help --tree",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = clerk.command(&words);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("ended");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), &*err), (Some(0), ""), "{line}");
    }
    evening.finish();
}

#[test]
fn every_snapshot_is_looked_at() {
    let source = include_str!("commands.rs");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("it/snapshots");
    for entry in fs::read_dir(folder).expect("the snapshots") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
        let name = name
            .strip_suffix(".snap")
            .unwrap_or_else(|| panic!("{name} waits to be looked at"));
        assert!(
            source.contains(&format!("\"{name}\"")),
            "{name} is not used"
        );
    }
}
