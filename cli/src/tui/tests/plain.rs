//! Plain mode: the same till, typed and spoken.

mod bad_days;
mod staff;
mod words;

use houseful_core::wire::payment::PaymentState;

use super::house::{GRAND, Till};
use crate::tui::{
    keymap::Place,
    model::View,
    msg::Msg,
    plain::{Face, PAGE, Said},
};

/// Somebody at a till in plain mode, and everything on their paper.
pub(super) struct Talk {
    pub(super) till: Till,
    face: Face,
    pub(super) paper: String,
    /// How much of it was looked at.
    seen: usize,
}

impl Talk {
    pub(super) fn open() -> Self {
        Self::open_in(GRAND)
    }

    pub(super) fn open_in(hall: &str) -> Self {
        let mut till = Till::unstarted(hall);
        till.send(Msg::Resized(PAGE.0, PAGE.1));
        till.send(Msg::Started(Vec::new()));
        Self::at(till)
    }

    /// In a house whose price card has these rules.
    pub(super) fn under(rules: &str) -> Self {
        let mut till = Till::unstarted_under(rules);
        till.send(Msg::Resized(PAGE.0, PAGE.1));
        till.send(Msg::Started(Vec::new()));
        Self::at(till)
    }

    pub(super) fn at(till: Till) -> Self {
        let mut talk = Self {
            till,
            face: Face::new(5_000),
            paper: String::new(),
            seen: 0,
        };
        talk.look();
        talk.news();
        talk
    }

    pub(super) fn look(&mut self) {
        self.face.look(&self.till.model);
        for said in self.face.take_said() {
            match said {
                Said::Line(line) => {
                    if !self.paper.is_empty() && !self.paper.ends_with('\n') {
                        self.paper.push('\n');
                        // A prompt that news came after was looked at.
                        if self.paper[self.seen..].trim_end().lines().count() < 2 {
                            self.seen = self.paper.len();
                        }
                    }
                    self.paper.push_str(&line);
                    self.paper.push('\n');
                }
                Said::Prompt(prompt) => self.paper.push_str(&prompt),
            }
        }
    }

    /// Types a line; gives what is said to it, without the prompt.
    pub(super) fn say(&mut self, line: &str) -> String {
        assert!(
            self.face.is_listening(),
            "no prompt stands:\n{}",
            self.paper
        );
        self.paper.push_str(line);
        self.paper.push('\n');
        self.seen = self.paper.len();
        for msg in self.face.hear(line, &self.till.model) {
            self.till.send(msg);
        }
        self.look();
        self.news()
    }

    /// Types a line whose answer takes its time.
    pub(super) fn say_ahead(&mut self, line: &str) {
        self.say(line);
        self.seen = self
            .paper
            .rfind(&format!("{line}\n"))
            .map_or(0, |at| at + line.len() + 1);
    }

    /// The program ends.
    pub(super) fn farewell(&mut self) {
        self.face.farewell(&self.till.model);
        self.look();
    }

    /// Types several lines.
    pub(super) fn all(&mut self, lines: &[&str]) -> String {
        let mut said = String::new();
        for line in lines {
            said = self.say(line);
        }
        said
    }

    /// What was said since it was last looked at, without the prompt.
    pub(super) fn news(&mut self) -> String {
        let news = &self.paper[self.seen..];
        let end = news.rfind('\n').map_or(0, |at| at + 1);
        let text = news[..end].trim().to_owned();
        self.seen += end;
        text
    }

    /// The prompt that stands.
    pub(super) fn prompt(&self) -> &str {
        self.paper.rsplit('\n').next().unwrap_or_default()
    }

    /// Lets time pass as the runtime does.
    pub(super) fn pass(&mut self, ms: i64) -> String {
        let end = self.till.now.plus_ms(ms);
        for _ in 0..10_000 {
            let wakes = [self.till.model.wake_at(), self.face.wake_at()];
            let at = wakes.into_iter().flatten().min();
            let Some(at) = at.filter(|at| *at < end) else {
                break;
            };
            self.till.now = at.max(self.till.now);
            self.till.send(Msg::Tick);
            self.look();
        }
        self.till.now = end;
        self.till.send(Msg::Tick);
        self.look();
        self.news()
    }

    pub(super) fn is_sold(&self) -> bool {
        matches!(self.till.model.above.as_slice(), [View::Ticket(_)])
    }
}

/// The agreed papers are files, so that a change of one is seen in review. With
/// `HOUSEFUL_WRITE_SCREENS=1` they are written anew.
pub(super) fn agreed(name: &str, paper: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/tests/plain");
    let path = folder.join(format!("{name}.txt"));
    if std::env::var_os("HOUSEFUL_WRITE_SCREENS").is_some() {
        std::fs::write(&path, format!("{paper}\n")).expect("written");
    }
    let agreed = std::fs::read_to_string(&path).expect("an agreed paper");
    assert_eq!(paper, agreed.trim_end_matches('\n'), "{name}:\n{paper}");
}

#[test]
fn the_sale_of_the_design_word_for_word() {
    let mut talk = Talk::open();
    talk.all(&["1", "2", "", "1"]);
    agreed("sale", &talk.paper);
}

#[test]
fn every_task_of_the_table_can_be_said() {
    // Two adults, best seats: exact cash, card, fifty given.
    let sale = |lines: &[&str]| {
        let mut talk = Talk::open();
        talk.all(lines);
        assert!(talk.is_sold(), "{lines:?}\n{}", talk.paper);
        talk
    };
    sale(&["1", "2", "", ""]);
    sale(&["1", "2", "", "3", "1"]);
    let given = sale(&["1", "2", "", "50"]);
    assert!(given.paper.contains("Change GBP 31.00."), "{}", given.paper);
    let given = sale(&["1", "2", "", "2", "50.00"]);
    assert!(
        given.paper.contains("Amount given? 50.00\nPaid."),
        "{}",
        given.paper
    );
    // Two adults and a child, in three ways.
    for lines in [
        &["1", "3", "c", "", "1"][..],
        &["1", "2a1c", "", "1"],
        &["1", "2 adults 1 child", "pay", "cash"],
    ] {
        let talk = sale(lines);
        assert!(
            talk.paper.contains("2 adult, 1 child, GBP 26.00."),
            "{}",
            talk.paper
        );
    }
    // Two named seats, in as many ways as people name them.
    for names in [
        "h8 h9",
        "H8-9",
        "h8,9",
        "h8 and h9",
        "H8 to H9",
        "pick h8-9",
    ] {
        let talk = sale(&["1", names, "", "1"]);
        assert!(
            talk.paper.contains("Holding H8 and H9, middle of row H."),
            "{}",
            talk.paper
        );
    }
    // At the rear.
    let rear = sale(&["1", "rear", "2", "", "1"]);
    assert!(
        rear.paper.contains("Best seats from zone rear."),
        "{}",
        rear.paper
    );
    let rear = sale(&["1", "2", "rear", "", "1"]);
    assert!(
        rear.paper.contains("Holding K11 and K12, middle of row K."),
        "{}",
        rear.paper
    );
    // Another day, by name.
    let mut talk = Talk::open();
    let said = talk.say("find lantern");
    assert!(
        said.contains("Roxy Leeds. 1 show fits `lantern`. Type clear for all."),
        "{said}"
    );
    talk.all(&["1", "2", "", "1"]);
    assert!(talk.is_sold());
    talk.say("tomorrow");
    talk.say("");
    let said = talk.say("tomorrow");
    assert!(
        said.starts_with("Tomorrow, Sun 22 Nov, at Roxy Leeds. "),
        "{said}"
    );
}

#[test]
fn the_next_sale_starts_from_the_ticket() {
    let mut talk = Talk::open();
    talk.all(&["1", "2", "", "1"]);
    assert_eq!(talk.prompt(), "Next show? ");
    talk.all(&["1", "2", "", "1"]);
    assert!(talk.is_sold());
    let said = talk.say("next ticket");
    assert!(said.starts_with("Ticket 2 of 2, seat "), "{said}");
    assert_eq!(talk.say("list"), "5 shows as before; list tells them.");
    let said = talk.say("list");
    assert!(said.contains("\n5. "), "{said}");
}

#[test]
fn numbers_mean_the_lines_that_were_told() {
    let mut talk = Talk::open();
    // Time goes on and the first show is gone from the list; nobody said so yet.
    talk.till.shows.remove(0);
    assert_eq!(talk.pass(25_000), "");
    let said = talk.say("3");
    assert!(said.starts_with("千と千尋の神隠し (PG)"), "{said}");
    talk.say("back");
    let mut talk = Talk::open();
    talk.till.shows.remove(0);
    talk.pass(25_000);
    let said = talk.say("1");
    assert_eq!(
        said,
        "That show is no longer on the list. Type list to hear it anew."
    );
}

#[test]
fn a_long_list_is_told_by_nines_and_every_line_can_be_chosen() {
    let mut till = Till::unstarted(GRAND);
    let first = till.shows[0].clone();
    for number in 6..=23 {
        let mut show = first.clone();
        show.id = houseful_core::ids::ShowId(number);
        show.title = format!("Film {number}");
        till.shows.push(show);
    }
    till.send(Msg::Started(Vec::new()));
    let mut talk = Talk::at(till);
    assert!(
        talk.paper.contains("\n9. ") && !talk.paper.contains("\n10. "),
        "{}",
        talk.paper
    );
    assert!(
        talk.paper.contains("More: type m. Find: type a word."),
        "{}",
        talk.paper
    );
    let said = talk.say("m");
    assert!(
        said.starts_with("10. ") && said.ends_with("More: type m."),
        "{said}"
    );
    let said = talk.say("more");
    assert!(said.starts_with("19. ") && said.contains("23. "), "{said}");
    assert_eq!(talk.say("more"), "That was all of it.");
    assert_eq!(talk.say("24"), "There is no line 24; there are 1 to 23.");
    assert_eq!(talk.say("0"), "There is no line 0; there are 1 to 23.");
    let said = talk.say("12");
    assert_eq!(talk.till.model.place(), Place::Seats);
    assert_eq!(talk.till.seats().show.title, "Film 12", "{said}");
}

#[test]
fn cities_films_and_shows_are_chosen_one_after_the_other() {
    let mut talk = Talk::open();
    talk.say("browse");
    talk.say("1");
    talk.say("2");
    talk.say("find roxy");
    talk.say("1");
    agreed("browse", &talk.paper);
}

#[test]
fn the_hall_is_told_in_words() {
    let mut talk = Talk::open();
    talk.say("1");
    talk.till.somebody_holds(&["H12", "H13"]);
    talk.look();
    talk.say("h8-9");
    talk.say("row h");
    talk.say("seats");
    talk.say("m");
    talk.say("row zz");
    talk.say("look h12");
    talk.say("prices");
    talk.say("booking");
    talk.say("time");
    agreed("hall", &talk.paper);
}

#[test]
fn a_booking_is_changed_by_words() {
    let mut talk = Talk::open();
    talk.say("1");
    talk.say("3");
    talk.say("child");
    talk.say("3 children");
    talk.say("2a1c");
    talk.say("drop h12");
    talk.say("next best");
    talk.say("undo");
    talk.say("at b4");
    talk.say("pick");
    talk.say("left");
    talk.say("zone");
    talk.say("12");
    talk.say("3");
    talk.say("zz9");
    talk.say("back");
    talk.say("2");
    talk.say("resume");
    agreed("changes", &talk.paper);
}

#[test]
fn money_is_heard_as_money() {
    let mut talk = Talk::open();
    talk.all(&["1", "2", ""]);
    assert_eq!(
        talk.say("15"),
        "GBP 15.00 is too little, GBP 19.00 is to pay."
    );
    assert_eq!(
        talk.say("15.001"),
        "`15.001` is no amount of money. Type it as in 50 or 50.00."
    );
    assert_eq!(
        talk.say("99999999999999"),
        "`99999999999999` is no amount of money. Type it as in 50 or 50.00."
    );
    assert_eq!(
        talk.say("2"),
        "Type what the customer gives, or an empty line to choose again."
    );
    assert_eq!(talk.prompt(), "Amount given? ");
    assert_eq!(
        talk.say(""),
        "Pay GBP 19.00. 1 cash exact, 2 cash other amount, 3 card, voucher."
    );
    assert_eq!(talk.prompt(), "Pay? ");
    assert_eq!(
        talk.say("951"),
        "GBP 951.00 given for GBP 19.00? GBP 932.00 would go back as change.\n\
         1 it was given, 2 type it again."
    );
    assert!(talk.say("").starts_with("Pay GBP 19.00."));
    // What was typed for the first try is forgotten.
    let said = talk.say("cash 20,50");
    assert!(said.contains("Change GBP 1.50."), "{said}");
}

#[test]
fn a_card_is_chosen_or_typed() {
    for lines in [
        &["3", "1"][..],
        &["card", ""],
        &["card", "4242 4242 4242 4242"],
        &["3", "n", "4242424242424242"],
    ] {
        let mut talk = Talk::open();
        talk.all(&["1", "2", ""]);
        let said = talk.all(lines);
        assert!(
            said.starts_with("Paid by card. Booking "),
            "{lines:?}\n{}",
            talk.paper
        );
    }
    let mut talk = Talk::open();
    talk.all(&["1", "2", "", "3", "n"]);
    assert_eq!(talk.say("12"), "A card number has 12 to 19 digits.");
    talk.say("cancel");
    assert_eq!(talk.prompt(), "Card? ");
    assert_eq!(talk.say("7"), "Type 1 to 5 for a card, or its number.");
    assert_eq!(talk.till.card, PaymentState::Captured);
}
