//! What is drawn: every view at the designed sizes, every size without a panic, every seat state
//! without any style.

use houseful_core::wire::payment::PaymentState;
use unicode_width::UnicodeWidthChar;

use super::house::{Till, lines_of};
use crate::tui::{hall::SeatLook, key::Key, keymap::Place, msg::Msg};

/// A till in each view and over each overlay.
pub(super) fn everywhere() -> Vec<(&'static str, Till)> {
    let walk = |name: &'static str, keys: &str| {
        let mut till = Till::open();
        till.press(keys);
        (name, till)
    };
    let mut paying = Till::open();
    paying.card = PaymentState::Pending;
    paying.press("12\nd1");
    let mut loading = Till::open();
    loading.slow = true;
    loading.press("12");
    let mut lost = Till::open();
    lost.press("1");
    lost.somebody_holds(&["H8"]);
    lost.press("gh8\n");
    let mut over = Till::open();
    over.press("12");
    over.pass(300_000);
    let mut cut_off = Till::unstarted(super::house::GRAND);
    cut_off.cut_off = true;
    cut_off.send(Msg::Started(Vec::new()));
    let mut many = Till::open();
    many.press("19");
    let mut help = Till::open();
    help.press("1");
    help.key(Key::F1);
    let mut refused = Till::open();
    refused.refusal = Some("role_too_low");
    refused.press("B");
    let mut no_board = Till::open();
    no_board.cut_off = true;
    no_board.press("L");
    vec![
        ("bookings", super::many::bookings()),
        ("booking", super::many::booking()),
        ("refunded", super::many::refunded()),
        ("live", super::many::live()),
        ("bookings refused", refused),
        ("live cut off", no_board),
        walk("bookings empty", "B"),
        walk("bookings search", "12\n\n\nB/x"),
        walk("refund", "12\n\n\nB\nR2"),
        walk("give back", "12\n\n\nB\ng "),
        walk("contact form", "12\n\n\nB\neAnn"),
        ("late", super::late::waits_listed()),
        ("late case", super::late::opened()),
        ("late sale", super::late::too_late()),
        ("late note", super::late::noting()),
        ("late approve", super::late::approving()),
        ("late resolve", super::late::resolving()),
        walk("give up", "12\u{1b}kL\nx"),
        walk("last sale", "12\n\n\n."),
        walk("home", ""),
        ("chain", super::far::chain()),
        walk("filter", "/sal"),
        walk("nothing", "/zzzz"),
        walk("browse", "b\nj"),
        walk("browse filter", "b/sal"),
        walk("seats", "1"),
        walk("held", "12"),
        walk("go to", "1gh8"),
        walk("palette", "1\u{10}seat"),
        walk("quick", "1:1 2a1c h8-10 card"),
        walk("quick mistake", ":1 2x\n"),
        walk("release", "12\u{1b}"),
        walk("payment", "12\n50"),
        walk("card", "12\nd"),
        walk("card number", "12\ndn4242"),
        walk("ticket", "12\n\n"),
        walk("kept", "12\u{1b}k"),
        ("paying", paying),
        ("loading", loading),
        ("lost", lost),
        ("over", over),
        ("cut off", cut_off),
        ("many", many),
        ("help", help),
    ]
}

#[test]
fn no_view_panics_at_any_size() {
    let tills = everywhere();
    // Every size where something changes, and a sample of the others.
    let columns = (1..=6)
        .chain(57..63)
        .chain([20, 79, 80, 81, 99, 100, 109, 110, 140, 200]);
    let rows = (1..=5).chain(14..19).chain([23, 24, 25, 40, 60]);
    for (_, till) in &tills {
        for columns in columns.clone() {
            for rows in rows.clone() {
                lines_of(&till.model, columns, rows);
            }
        }
    }
}

#[test]
fn every_line_fits_the_window() {
    for (name, till) in everywhere() {
        for (columns, rows) in [(80, 24), (120, 40), (60, 16)] {
            let lines = till.lines(columns, rows);
            assert_eq!(lines.len(), usize::from(rows), "{name}");
            let footer = lines.last().expect("a line");
            assert!(
                !footer.is_empty(),
                "{name} has no footer:\n{}",
                lines.join("\n")
            );
        }
    }
}

#[test]
fn the_grid_is_narrow_ascii() {
    for keys in ["1", "12", "1gh8"] {
        let mut till = Till::open();
        till.press(keys);
        for line in &till.lines(80, 24)[2..21] {
            let odd: Vec<char> = line.chars().filter(|c| !c.is_ascii()).collect();
            assert!(odd.is_empty(), "{odd:?} in {line}");
        }
    }
    assert!("#?~.%x>=^v".chars().all(|c| c.width() == Some(1)));
}

#[test]
fn every_seat_state_is_read_back_without_style() {
    let mut till = Till::open();
    till.press("12");
    till.somebody_holds(&["C3", "C4"]);
    till.slow = true;
    till.press("k ");
    let looks = till.seats().looks(&till.model.desk);
    let lines = till.lines(80, 24);
    let hall = till.seats().hall.as_ref().expect("a hall");
    let mut kinds = Vec::new();
    for (no, seat) in hall.seats() {
        // Row 4 on the screen is the first of the hall; seats are two columns wide after " A".
        let line: Vec<char> = lines[usize::from(seat.row) + 4].chars().collect();
        let glyph = line[2 + usize::from(seat.column) * 2 + 1];
        let look = looks[no.index()];
        assert_eq!(glyph, look.glyph(), "{}", seat.label);
        if !kinds.contains(&glyph) {
            kinds.push(glyph);
        }
    }
    kinds.sort_unstable();
    assert_eq!(kinds.iter().collect::<String>(), "#%?copvwx~");
    let glyphs = [
        SeatLook::Mine,
        SeatLook::Asking,
        SeatLook::Held,
        SeatLook::Booked,
        SeatLook::House,
        SeatLook::Broken,
        SeatLook::Free('o'),
    ]
    .map(SeatLook::glyph);
    let mut unique = glyphs.to_vec();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(
        unique.len(),
        glyphs.len(),
        "each state has its own character"
    );
}

#[test]
fn the_cursor_is_on_the_focused_seat_in_halls_larger_than_the_window() {
    let basin = include_str!("../../../../fixtures/halls/basin.txt");
    let mut till = Till::open_with(basin);
    till.press("1");
    for key in [
        Key::Home,
        Key::PageUp,
        Key::End,
        Key::PageDown,
        Key::PageDown,
        Key::PageDown,
        Key::Home,
    ] {
        for _ in 0..4 {
            till.key(key);
        }
        for (columns, rows) in [(80, 24), (60, 16), (140, 40)] {
            let lines = till.lines(columns, rows);
            let shown = lines.iter().filter(|line| line.contains('>')).count();
            assert!(
                shown >= 1,
                "no cursor at {columns}x{rows}:\n{}",
                lines.join("\n")
            );
        }
    }
}

#[test]
fn a_window_that_is_too_small_still_tells_the_time() {
    let mut till = Till::open();
    till.press("12");
    assert_eq!(
        till.lines(44, 12)[..5],
        [
            "05:00 left",
            "2 on hold: H11 H12",
            "Houseful needs 60 x 16.",
            "This window is 44 x 12.",
            "Make it larger to go on, or use",
        ]
    );
}

/// The agreed screens are files, so that a change of one is seen in review. With
/// `HOUSEFUL_WRITE_SCREENS=1` this test writes them anew.
#[test]
fn screens_are_as_they_were_agreed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/tests/screens");
    let cases = [
        ("home", "home", 80, 24),
        ("chain", "home-chain", 80, 24),
        ("chain", "home-chain", 120, 40),
        ("held", "seats", 80, 24),
        ("held", "seats", 120, 40),
        ("many", "seats-nine", 80, 24),
        ("payment", "payment", 80, 24),
        ("card", "card", 80, 24),
        ("ticket", "ticket", 80, 24),
        ("browse", "browse", 80, 24),
        ("lost", "lost-race", 80, 24),
        ("over", "hold-over", 80, 24),
        ("help", "help", 80, 24),
        ("cut off", "no-server", 80, 24),
        ("palette", "palette", 80, 24),
        ("quick mistake", "quick-mistake", 80, 24),
        ("bookings", "bookings", 80, 24),
        ("bookings", "bookings", 140, 40),
        ("bookings", "bookings", 60, 16),
        ("booking", "booking", 80, 24),
        ("booking", "booking", 140, 40),
        ("booking", "booking", 60, 16),
        ("refunded", "booking-refunded", 80, 24),
        ("refund", "refund", 80, 24),
        ("give back", "give-back", 80, 24),
        ("contact form", "contact-form", 80, 24),
        ("bookings refused", "bookings-refused", 80, 24),
        ("bookings search", "bookings-search", 80, 24),
        ("live", "live", 80, 24),
        ("live", "live", 140, 40),
        ("live", "live", 60, 16),
        ("late", "late", 80, 24),
        ("late", "late", 140, 40),
        ("late", "late", 60, 16),
        ("late case", "late-case", 80, 24),
        ("late case", "late-case", 60, 16),
        ("late sale", "late-sale", 140, 40),
        ("late note", "late-note", 80, 24),
        ("late resolve", "late-resolve", 80, 24),
    ];
    let mut tills = everywhere();
    for (name, file, columns, rows) in cases {
        let till = tills.iter_mut().find(|(n, _)| *n == name);
        let (_, till) = till.expect("a view");
        till.send(Msg::Resized(columns, rows));
        let drawn = till.lines(columns, rows).join("\n") + "\n";
        let path = folder.join(format!("{file}-{columns}x{rows}.txt"));
        if std::env::var_os("HOUSEFUL_WRITE_SCREENS").is_some() {
            std::fs::write(&path, &drawn).expect("written");
        }
        let agreed = std::fs::read_to_string(&path).expect("an agreed screen");
        assert_eq!(drawn, agreed, "{name} at {columns}x{rows}:\n{drawn}");
    }
}

#[test]
fn keys_do_nothing_where_nobody_can_see_what_they_do() {
    let mut till = Till::open();
    till.press("12");
    till.send(Msg::Resized(44, 12));
    till.press("\n\nqy?:B");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.held().len(), 2);
    till.send(Msg::Resized(80, 24));
    till.press("\n\n");
    assert_eq!(till.model.place(), Place::Ticket);

    let mut till = Till::open();
    till.press("12");
    till.send(Msg::Resized(20, 5));
    till.key(Key::Ctrl('c'));
    assert!(
        till.lines(44, 12)[0].contains("again"),
        "{:?}",
        till.lines(44, 12)
    );
    till.key(Key::Ctrl('c'));
    assert!(till.quit);
}
