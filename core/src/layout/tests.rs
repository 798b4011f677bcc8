//! Halls read from text, and back.

mod diff;
mod lint;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// The layout of a text that has no mistakes.
pub(crate) fn hall(text: &str) -> SeatLayout {
    SeatLayout::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// A label's number in the layout.
pub(crate) fn no(layout: &SeatLayout, label: &str) -> SeatNo {
    let label = label.parse().expect("a label");
    layout.find(label).expect("a seat of the hall")
}

/// The seat with this label.
fn seat<'a>(layout: &'a SeatLayout, label: &str) -> &'a Seat {
    layout.get(no(layout, label)).expect("a seat")
}

fn mistakes(text: &str) -> Vec<String> {
    let errors = SeatLayout::parse(text).expect_err("mistakes");
    errors.iter().map(ToString::to_string).collect()
}

fn docs_example() -> &'static str {
    let docs = include_str!("../../../docs/halls.md");
    let (_, rest) = docs.split_once("```hall\n").expect("an example");
    rest.split_once("```").expect("its end").0
}

#[test]
fn the_documented_hall_is_read_as_documented() {
    let layout = hall(docs_example());
    assert_eq!((layout.name(), layout.columns()), ("Screen 2", 20));
    assert_eq!((layout.rows().len(), layout.drawn_rows()), (8, 9));
    assert_eq!(layout.len(), 7 * 18 - 1 + 8);
    assert_eq!(seat(&layout, "D1").row, 4);
    assert_eq!(seat(&layout, "A1").place, Place::Wheelchair);
    assert_eq!(seat(&layout, "A16").place, Place::Companion);
    assert_eq!(seat(&layout, "F8").blocked, Some(BlockReason::House));
    assert_eq!(seat(&layout, "G15").blocked, Some(BlockReason::Broken));
    assert_eq!(seat(&layout, "G5").column, 4);
    assert!(layout.find("G4".parse().expect("a label")).is_none());
    assert_eq!(
        (seat(&layout, "H6").column, seat(&layout, "H13").column),
        (6, 13)
    );
    let codes = ["A1", "A3", "F8", "H6"].map(|label| {
        let category = seat(&layout, label).category;
        layout.categories()[usize::from(category.0)].code.as_str()
    });
    assert_eq!(codes, ["wheelchair", "standard", "standard", "premium"]);
    assert_eq!(
        layout.sweet_spot(),
        SweetSpot {
            row: 6,
            half_column: 19
        }
    );
}

#[test]
fn neighbours_end_at_aisles_and_missing_seats() {
    let layout = hall("name: N\nA oo o_o\nB oo\n");
    let pairs: Vec<_> = layout
        .seats()
        .filter_map(|(left, seat)| {
            let right = layout.get(layout.right_of(left)?)?;
            assert_eq!(layout.left_of(layout.right_of(left)?), Some(left));
            Some(format!("{} {}", seat.label, right.label))
        })
        .collect();
    assert_eq!(pairs, ["A1 A2", "B1 B2"]);
    assert_eq!(layout.right_of(SeatNo(u16::MAX)), None);
}

#[test]
fn numbers_can_start_anywhere_and_at_the_right() {
    let layout = hall("name: N\nnumbers: right\nA  o_o o\nBC7 oo\n");
    let labels: Vec<_> = layout.seats().map(|(_, s)| s.label.to_string()).collect();
    assert_eq!(labels, ["A4", "A2", "A1", "BC8", "BC7"]);
}

#[test]
fn a_special_place_has_the_nearest_category() {
    let text =
        "name: N\ncategory p: premium\ncategory o: standard\n\nA  w%opx% xo\nB  wxc\nC  o%p\n";
    let layout = hall(text);
    let row = |name| {
        let in_row = layout.seats().filter(move |(_, s)| s.label.row() == name);
        in_row.map(|(_, s)| s.category.0).collect::<Vec<_>>()
    };
    assert_eq!(row("A"), [1, 1, 1, 0, 0, 0, 1, 1]);
    assert_eq!(row("B"), [0, 0, 0]);
    assert_eq!(row("C"), [1, 1, 0]);
    assert_eq!(layout.categories()[0].name, "Premium");
    assert_eq!(layout.category("standard"), Some(CategoryNo(1)));
}

#[test]
fn the_canonical_text_forgets_what_does_not_matter() {
    let layout = hall(
        "\u{feff}# mine\r\n numbers: left\r\nname:  Kino   Eins \r\n\r\n\r\n  AA2    o_o   \r\n#\r\n\r\n B      oo\r\n\r\n",
    );
    let canonical =
        "name: Kino   Eins\ncategory o: standard \"Standard\"\n\nAA2   o_o\n\nB    oo\n";
    assert_eq!(layout.to_text(), canonical);
    let again = hall(canonical);
    assert_eq!((again.hash(), &again), (layout.hash(), &layout));
    assert_ne!(hall(&canonical.replace("o_o", "ooo")).hash(), layout.hash());
}

#[test]
fn a_hash_is_the_start_of_the_sha_256_of_the_text() {
    use sha2::Digest;
    let layout = hall("name: N\nA o\n");
    let digest = sha2::Sha256::digest(layout.to_text().as_bytes());
    let text = layout.hash().to_string();
    assert_eq!(
        text,
        digest[..16]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect::<String>()
    );
    assert_eq!(text.parse(), Ok(layout.hash()));
    assert_eq!(
        serde_json::to_string(&layout.hash()).expect("json"),
        format!("\"{text}\"")
    );
    for bad in [
        "",
        "0",
        &text[1..],
        &text.to_uppercase().replace('0', "A"),
        &format!("+{}", &text[1..]),
    ] {
        assert!(bad.parse::<LayoutHash>().is_err(), "{bad}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "nmae: One\ncategory x: standard\ncategory P: p\ncategory p: Pre\nnumbers: up\nsweet: 9-\nA  oq.oq\nBoo\n\tC oo\nd oo\nE  __\nname: late\n";
    assert_eq!(
        mistakes(text),
        [
            "line 1, column 1: `nmae:` is not a header line; there are `name:`, `category o:`, `sweet:`, `numbers:`",
            "line 1, column 1: the hall has no name; begin with `name: Screen 1`",
            "line 2, column 1: `x` stands for broken seats; take another letter for the category",
            "line 3, column 1: a category has one small letter, like `category p: premium \"Premium\"`",
            "line 4, column 13: `Pre` is not a category; write 1 to 24 of `a-z`, `0-9` and `_`, then its name, like `premium \"Premium\"`",
            "line 5, column 10: write `numbers: left` or `numbers: right`, the side of the first seat",
            "line 6, column 8: write a row or a seat, like `sweet: H` or `sweet: H8`",
            "line 7, column 5: `q` is not a category; declare it above: `category q: premium \"Premium\"`",
            "line 7, column 6: `.` is not a place; write a space for an aisle, `_` for a missing seat",
            "line 8, column 1: `Boo` is not a row; put spaces between `B` and its places",
            "line 9, column 1: a tab; draw with spaces, so that columns stay where they are",
            "line 10, column 1: `d` begins neither a row nor a header line; a row begins with 1 to 3 capital letters, like `A` or `AA`, or with its first seat, like `A7`; a header line is `name: ...`",
            "line 11, column 1: row E has no seats; draw some, or leave the line out",
            "line 12, column 1: a header line below the first row; move it above the drawing",
        ]
    );
}

#[test]
fn mistakes_of_the_whole_hall_are_told_where_they_stand() {
    let repeated = "name: N\nsweet: Q\nA  oo\nB  oo\nA2  o\nA  oo\n";
    assert_eq!(
        mistakes(repeated),
        [
            "line 2, column 8: no row and no seat is called Q; name one that is drawn",
            "line 5, column 5: seat A2 is on line 3 already; name this row otherwise, or begin it with a free number, like `A21`",
            "line 6, column 4: seat A1 is on line 3 already; name this row otherwise, or begin it with a free number, like `A21`",
        ]
    );
    let cases = [
        ("", "line 1, column 1: the hall has no name"),
        ("name: N\n", "line 1, column 1: the hall has no rows"),
        ("name: \nA o", "line 1, column 7: a name can't be empty"),
        (
            "name: N\nname: M\nA o",
            "line 2, column 7: the name stands twice",
        ),
        ("name: N\nA0 o", "line 2, column 1: `A0` begins neither"),
        ("name: N\nABCD o", "line 2, column 1: `ABCD` begins neither"),
        (
            "name: N\nA999 oo",
            "line 2, column 7: seat A1000 is beyond number 999",
        ),
        (
            "name: N\nA o\u{202e}",
            "line 2, column 4: the character U+202E can't be drawn",
        ),
        (
            "name: N\nA o\rB o",
            "line 2, column 4: the character U+000D",
        ),
        ("name: N\nA oO", "line 2, column 4: `O` is not a place"),
        ("name: N\nA o√©", "line 2, column 4: `√` is not a place"),
        (
            "name: N\ncategory o: a\ncategory o: b\nA o",
            "line 3, column 1: `o` stands for a already",
        ),
        (
            "name: N\ncategory o: a\ncategory p: a\nA o",
            "line 3, column 13: category a stands twice",
        ),
        (
            "name: N\ncategory o: a A\nA o",
            "line 2, column 13: the name of category a stands in quotes",
        ),
    ];
    for (text, wanted) in cases {
        let found = mistakes(text);
        assert!(found[0].starts_with(wanted), "{text:?}: {found:?}");
    }
}

#[test]
fn limits_hold_to_the_seat() {
    let rows = |rows: usize, seats: usize| {
        let mut text = "name: N\n".to_owned();
        for i in 0..rows {
            let name: String = [i / 26, i % 26]
                .map(|n| char::from(b'A' + u8::try_from(n).expect("a letter")))
                .iter()
                .collect();
            text += &format!("{name} {}\n", "o".repeat(seats));
        }
        text
    };
    assert_eq!(hall(&rows(128, 16)).len(), 2_048);
    assert!(mistakes(&rows(129, 16))[0].ends_with("more than 2048 seats"));
    assert_eq!(hall(&rows(200, 1)).rows().len(), 200);
    assert!(mistakes(&rows(201, 1))[0].contains("more than 200 rows"));
    assert_eq!(hall(&rows(1, 120)).columns(), 120);
    assert!(mistakes(&rows(2, 121))[1].starts_with("line 3, column 124: row AB is wider"));
    assert!(mistakes(&rows(1, 500))[0].contains("longer than 400 characters"));
    assert!(mistakes(&"#\n".repeat(40_000))[0].contains("longer than 65536 bytes"));
    assert_eq!(mistakes(&"?\n".repeat(400)).len(), 50);
}

prop_compose! {
    fn row()(
        cells in vec(select("ooooopp   wc%x_".chars().collect::<Vec<_>>()), 0..14),
        indent in 0_usize..4,
        first in prop_oneof![3 => Just(1_u16), 1 => 2_u16..40],
        walkway in prop::bool::weighted(0.2),
    ) -> (String, u16, bool) {
        // A row needs a seat.
        let cells: String = " ".repeat(indent) + &cells.into_iter().collect::<String>() + "o";
        (cells, first, walkway)
    }
}

prop_compose! {
    /// Halls of up to 9 rows of up to 18 columns, with everything a drawing can have.
    pub(crate) fn halls()(
        name in "[a-zA-Zé 0-9]{0,8}[a-z]",
        rows in vec(row(), 1..10),
        sweet in any::<prop::sample::Index>(),
        with_sweet in any::<bool>(),
        right in any::<bool>(),
        wheelchairs_priced in any::<bool>(),
    ) -> SeatLayout {
        let letter = |i: usize| char::from(b'A' + u8::try_from(i).expect("a letter"));
        let mut text = format!("name: {name}\ncategory o: a \"Plain \"one\"\"\ncategory p: b\n");
        if wheelchairs_priced {
            text += "category w: c\n";
        }
        if with_sweet {
            text += &format!("sweet: {}\n", letter(sweet.index(rows.len())));
        }
        if right {
            text += "numbers: right\n";
        }
        for (i, (cells, first, walkway)) in rows.into_iter().enumerate() {
            text += &format!("{}{:<3} {cells}\n", letter(i), first);
            if walkway {
                text += "\n";
            }
        }
        hall(&text)
    }
}

proptest! {
    #[test]
    fn a_canonical_text_reads_as_the_same_layout(layout in halls()) {
        let text = layout.to_text();
        let again = SeatLayout::parse(&text).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        prop_assert_eq!(again.to_text(), text);
        prop_assert_eq!(again, layout);
    }

    #[test]
    fn seats_are_found_by_number_label_and_place(layout in halls()) {
        let mut before = None;
        for (no, seat) in layout.seats() {
            prop_assert_eq!(layout.get(no), Some(seat));
            prop_assert_eq!(layout.find(seat.label), Some(no));
            prop_assert_eq!(layout.at(seat.row, seat.column), Some(no));
            prop_assert!(seat.column < layout.columns() && seat.row < layout.drawn_rows());
            prop_assert!(usize::from(seat.category.0) < layout.categories().len());
            prop_assert!(before < Some((seat.row, seat.column)));
            before = Some((seat.row, seat.column));
        }
        let in_rows: usize = layout.rows().iter().map(|row| row.seats.len()).sum();
        prop_assert_eq!(in_rows, layout.len());
        prop_assert_eq!(layout.at(0, layout.columns()), None);
    }

    #[test]
    fn any_text_is_a_layout_or_has_mistakes(text in any::<String>()) {
        read(&text)?;
    }

    #[test]
    fn any_text_like_a_hall_is_a_layout_or_has_mistakes(
        text in "(name: [A-Z]|category [a-z]: ?[a-z_]{0,3}( \".?\")?|sweet: ?[A-D][0-9]?|[A-C]{1,4}[0-9]{0,4} {0,3}[opwcx%_ .]{0,9}|\t|#.?|numbers:.{0,3}|\r?\n|\n|\n){0,40}"
    ) {
        read(&text)?;
        read(&format!("name: N\n{text}"))?;
    }
}

/// Reads a text; what it gives has to make sense either way.
fn read(text: &str) -> Result<(), TestCaseError> {
    match SeatLayout::parse(text) {
        Ok(layout) => prop_assert_eq!(hall(&layout.to_text()), layout),
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(error.line >= 1 && error.column >= 1);
                prop_assert!(!error.message.chars().any(crate::text::is_unsafe));
            }
        }
    }
    Ok(())
}
