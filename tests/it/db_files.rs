//! `houseful db`: copies made while seats are sold, put back, and files that are not what they
//! should be.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{fs, thread};

use houseful_tests::{
    folder::Folder,
    program::{Ran, Server},
};

fn db(folder: &Folder, args: &[&str]) -> Ran {
    folder.run(&[&["db"], args, &["-o", "json"]].concat())
}

/// A number of an answer.
fn number(ran: &Ran, field: &str) -> u64 {
    let json = ran.json();
    json[field].as_u64().expect("a number")
}

#[test]
fn a_copy_made_while_seats_are_sold_is_whole_and_can_be_served() {
    let folder = Folder::new();
    folder.chain("cinema.db");
    let file = folder.path("cinema.db");
    let _server = Server::start(&folder, &file, &[]);
    let (sold, copies) = thread::scope(|scope| {
        let seller = scope.spawn(|| (0..6).filter(|_| sell(&folder, "cinema.db")).count());
        let copies: Vec<Ran> = (0..3)
            .map(|n| {
                db(
                    &folder,
                    &["backup", "--db", "cinema.db", &format!("copy-{n}.db")],
                )
                .done()
            })
            .collect();
        (seller.join().expect("a seller"), copies)
    });
    assert!(sold > 0, "nothing was sold meanwhile");
    let events: Vec<u64> = copies.iter().map(|copy| number(copy, "events")).collect();
    assert!(events.is_sorted(), "{events:?}");
    for n in 0..3 {
        let name = format!("copy-{n}.db");
        db(&folder, &["check", "--db", &name]).done();
        assert!(!folder.path(&format!("{name}-wal")).exists(), "one file");
    }
    // The last copy and the file differ by what was sold after it, and by nothing else.
    let now = db(&folder, &["status", "--db", "cinema.db"]).done();
    assert!(number(&now, "events") >= events[2]);
    let copy = folder.arg("copy-2.db");
    let audit = folder.run(&["--embedded", &copy, "api", "GET", "/v1/audit"]);
    let audit = audit.done().json();
    for wrong in ["double_sold", "money_mismatch", "stuck_seats"] {
        assert_eq!(audit[wrong], 0, "{audit}");
    }
}

#[test]
fn a_copy_is_put_back_and_what_stood_there_is_kept() {
    let folder = Folder::new();
    folder.chain("cinema.db");
    let before = db(&folder, &["backup", "--db", "cinema.db", "monday.db"]).done();
    assert!(sell(&folder, "cinema.db"));
    let after = db(&folder, &["status", "--db", "cinema.db"]).done();
    assert!(number(&after, "tickets") == number(&before, "tickets") + 1);

    let restore = ["restore", "--db", "cinema.db", "monday.db"];
    let asked = db(&folder, &restore).ended(2);
    assert!(asked.err.contains("--yes"), "{asked:#?}");
    let would = db(&folder, &[&restore[..], &["--dry-run"]].concat()).done();
    assert!(would.out.contains("and 1 ticket less"), "{would:#?}");
    {
        let _server = Server::start(&folder, &folder.path("cinema.db"), &[]);
        let refused = db(&folder, &[&restore[..], &["--yes"]].concat()).ended(1);
        assert!(refused.err.contains("file_in_use"), "{refused:#?}");
    }
    assert_eq!(
        db(&folder, &["status", "--db", "cinema.db"]).done().json(),
        after.json()
    );

    let done = db(&folder, &[&restore[..], &["--yes"]].concat()).done();
    assert_eq!(number(&done, "events"), number(&before, "events"));
    let kept = done.json()["kept"].as_str().expect("a name").to_owned();
    let kept = db(&folder, &["status", "--db", &kept]).done();
    assert_eq!(number(&kept, "events"), number(&after, "events"));
    // It sells from where the copy stood.
    assert!(sell(&folder, "cinema.db"));
    db(&folder, &["check", "--db", "cinema.db"]).done();
}

#[test]
fn what_can_not_be_copied_or_put_back_changes_nothing() {
    let folder = Folder::new();
    folder.chain("cinema.db");
    fs::write(folder.path("notes.txt"), "two seats for Ada").expect("written");
    db(&folder, &["status", "--db", "none.db"]).ended(5);
    db(&folder, &["backup", "--db", "none.db", "copy.db"]).ended(5);
    db(&folder, &["backup", "--db", "notes.txt", "copy.db"]).ended(1);
    db(&folder, &["migrate", "--db", "none.db"]).ended(5);
    assert!(!folder.path("none.db").exists() && !folder.path("copy.db").exists());
    // The address of a server is no file, and its password is nobody's to read.
    let url = "postgres://ann:opensesame@127.0.0.1:1/house";
    let refused = [
        db(&folder, &["status", "--db", url]),
        db(&folder, &["backup", "--db", "cinema.db", url]),
        folder.run(&["demo", "--headless", "--for", "1s", "--keep", url]),
        folder.run(&["--embedded", url, "today"]),
    ];
    for refused in refused {
        let refused = refused.ended(2);
        let told = format!("{}{}", refused.out, refused.err);
        assert!(
            told.contains("not a server") && !told.contains("opensesame"),
            "{told}"
        );
    }
    // A file that is there is never written over.
    db(&folder, &["backup", "--db", "cinema.db", "notes.txt"]).ended(2);
    let notes = fs::read_to_string(folder.path("notes.txt")).expect("text");
    assert_eq!(notes, "two seats for Ada");
    db(&folder, &["backup", "--db", "cinema.db", "no/folder.db"]).ended(1);

    db(&folder, &["backup", "--db", "cinema.db", "copy.db"]).done();
    damage(&folder, "copy.db");
    let checked = db(&folder, &["check", "--db", "copy.db"]).ended(1);
    assert!(!checked.out.contains("\"faults\":[]"), "{checked:#?}");
    let whole = db(&folder, &["status", "--db", "cinema.db"]).done().json();
    let restore = ["restore", "--db", "cinema.db", "copy.db", "--yes"];
    let refused = db(&folder, &restore).ended(1);
    assert!(refused.err.contains("damaged"), "{refused:#?}");
    assert_eq!(
        db(&folder, &["status", "--db", "cinema.db"]).done().json(),
        whole
    );
    let left: Vec<_> = fs::read_dir(folder.whole())
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains("partial") || name.contains("before"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Sells a seat of the first show that has one.
fn sell(folder: &Folder, name: &str) -> bool {
    let file = folder.arg(name);
    (1..=6).any(|show: u8| {
        let show = show.to_string();
        let sale = [
            "--embedded",
            &file,
            "sell",
            &show,
            "--adult",
            "1",
            "--best",
            "--pay",
            "cash",
        ];
        folder.run(&sale).code == Some(0)
    })
}

/// Overwrites pages in the middle of the file.
fn damage(folder: &Folder, name: &str) {
    let mut bytes = fs::read(folder.path(name)).expect("a file");
    let from = bytes.len() / 2 / 4096 * 4096;
    bytes[from..from + 3 * 4096].fill(0x5A);
    fs::write(folder.path(name), bytes).expect("written");
}
