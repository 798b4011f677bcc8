//! Halls read from text, and back.

use super::*;

#[test]
fn a_hall_is_read() {
    let layout = SeatLayout::parse("name: One\n\nA  oo o\n").expect("a hall");
    assert_eq!(layout.len(), 3);
    assert_eq!(
        layout.to_text(),
        "name: One\ncategory o: standard \"Standard\"\n\nA  oo o\n"
    );
}
