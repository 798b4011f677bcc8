//! Halls of every shape, as text.

/// A hall of so many rows and seats in each, in blocks with an aisle after every `block` seats.
pub(super) fn hall(rows: usize, seats: usize, block: usize) -> String {
    let mut text = String::from(
        "name: Test\ncategory o: standard \"Standard\"\ncategory p: premium \"Premium\"\n\n",
    );
    for row in 0..rows {
        let letter = if row * 3 >= rows * 2 { 'p' } else { 'o' };
        let mut line = String::new();
        for seat in 0..seats {
            if seat > 0 && seat % block == 0 {
                line.push(' ');
            }
            line.push(match (row, seat) {
                (0, 0) => 'w',
                (0, 1) => 'c',
                (1, 1) => '%',
                (1, 2) => 'x',
                _ => letter,
            });
        }
        text.push_str(&format!("{:<4}{line}\n", name(row)));
    }
    text
}

/// A, B, ... Z, AA, BB, ...
fn name(row: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(row % 26).expect("a letter"));
    String::from(letter).repeat(row / 26 + 1)
}

/// Every kind of hall that the grid is tried with.
pub(super) fn all() -> Vec<(&'static str, String)> {
    let fixture = |text: &str| text.to_owned();
    vec![
        ("ten by ten", hall(10, 10, 10)),
        ("twenty-two", fixture(super::house::GRAND)),
        ("thirty wide", hall(15, 30, 10)),
        ("sixty wide", hall(12, 60, 20)),
        ("eighty wide", hall(12, 80, 20)),
        ("fifty by forty", hall(40, 50, 25)),
        (
            "two thousand",
            fixture(include_str!("../../../../fixtures/halls/basin.txt")),
        ),
        (
            "boxes",
            fixture(include_str!("../../../../fixtures/halls/palace.txt")),
        ),
        (
            "pillars",
            fixture(include_str!("../../../../fixtures/halls/balcony.txt")),
        ),
        ("odd numbers", hall_of_odd_numbers()),
        ("high numbers", hall_of_high_numbers()),
        ("from the right", numbered_from_the_right()),
        ("one seat", "name: One\n\nA o\n".to_owned()),
        (
            "one long row",
            format!("name: Row\n\nZZZ {}\n", "o".repeat(110)),
        ),
        ("deep", hall(78, 4, 2)),
    ]
}

/// 1, 3, 5, ...: every second number has no seat.
fn hall_of_odd_numbers() -> String {
    let row = "o_".repeat(15);
    format!("name: Odd\n\nA   {row}\nB   {row}\nC   {row}\n")
}

/// Three digits.
fn hall_of_high_numbers() -> String {
    "name: High\ncategory o: standard \"S\"\ncategory p: premium \"P\"\n\nA101 oooo oooo\nB101 pppp pppp\n"
        .to_owned()
}

fn numbered_from_the_right() -> String {
    "name: Right\nnumbers: right\n\nA   oooo ooooo\nB  ooooo ooooo\n".to_owned()
}
