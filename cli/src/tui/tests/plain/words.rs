//! Whatever can be pressed can be said, in every place.

use houseful_core::wire::{admin::Role, payment::PaymentState};

use super::Talk;
use crate::tui::{
    key::Key,
    keymap::{Action, BoundKeys, BoundLine, Keys, Place},
    model::Model,
    msg::Msg,
    plain::meaning,
};

/// Every place, as somebody comes there in plain mode.
fn everywhere() -> Vec<Talk> {
    let walk = |lines: &[&str]| {
        let mut talk = Talk::open();
        talk.all(lines);
        talk
    };
    let mut paying = Talk::open();
    paying.all(&["1", "2", ""]);
    paying.till.card = PaymentState::Pending;
    for key in ['d', '1'] {
        paying.till.key(Key::Char(key));
    }
    let mut leave = Talk::open();
    leave.all(&["1", "2", ""]);
    leave.till.card = PaymentState::Pending;
    for key in [Key::Char('d'), Key::Char('1'), Key::Esc] {
        leave.till.key(key);
    }
    let mut lost = walk(&["1"]);
    lost.till.somebody_holds(&["H8"]);
    lost.all(&["h8"]);
    let mut no_offer = Talk::open_in("name: Tiny\ncategory o: standard \"Standard\"\n\nA ooo\n");
    no_offer.all(&["1", "4"]);
    let mut over = walk(&["1", "2"]);
    over.pass(300_000);
    let mut help = walk(&["1"]);
    help.till.key(Key::F1);
    let mut trouble = walk(&["1"]);
    trouble.till.refusal = Some("internal");
    trouble.say("2");
    // A refund that waits for a manager is on the desk.
    let late = |keys: &str| {
        let mut talk = Talk::open();
        talk.till.role = Role::Clerk;
        talk.till.press("12\n\n\nB\ng1\n\u{1b}\u{1b}");
        talk.till.role = Role::Manager;
        talk.till.pass(20_000);
        talk.till.press(keys);
        talk
    };
    let sold = ["1", "2", "", "1", "", "bookings"];
    let and = |more: &[&'static str]| walk(&[&sold[..], more].concat());
    let mut given_up = Talk::open();
    given_up.till.somebody_holds(&["C5", "C6"]);
    given_up.all(&["live", "", "release"]);
    vec![
        late("D"),
        late("D\n"),
        late("D\na"),
        late("D\nx"),
        late("D\nay\nd"),
        and(&[]),
        and(&["find"]),
        and(&["1"]),
        and(&["1", "refund"]),
        and(&["1", "give back"]),
        and(&["1", "contact"]),
        walk(&["live"]),
        given_up,
        walk(&[]),
        walk(&["find"]),
        walk(&["browse"]),
        walk(&["browse", "find"]),
        walk(&["1"]),
        walk(&["1", "g"]),
        walk(&["1", "code"]),
        walk(&["1", "v"]),
        walk(&[":"]),
        walk(&["1", "2", ""]),
        walk(&["1", "2", "", "3"]),
        walk(&["1", "2", "", "951"]),
        walk(&["1", "2", "", "3", "n"]),
        walk(&["1", "2", "", "voucher"]),
        paying,
        walk(&["1", "2", "", "1"]),
        help,
        walk(&["1", "2", "back"]),
        leave,
        lost,
        no_offer,
        walk(&["1", "12"]),
        over,
        trouble,
    ]
}

/// What the keys that a line means do here, one after the other.
fn actions(line: &str, model: &Model) -> Vec<Action> {
    let place = model.place();
    let msgs = meaning(line, model).unwrap_or_default();
    let action = |msg: &Msg| match msg {
        Msg::Key(key) => model.keymap.action(place, *key),
        Msg::Number(_) => Some(Action::Digit),
        _ => None,
    };
    msgs.iter().filter_map(action).collect()
}

/// What somebody may say for a line of the table, of what the screens show about it.
fn words(binding: &BoundLine) -> Vec<String> {
    let keys = match &binding.keys {
        BoundKeys::Any(keys) => keys.clone(),
        BoundKeys::Fixed(Keys::Letters) => vec![Key::Char('a'), Key::Char('c')],
        BoundKeys::Fixed(_) => return vec!["1".into()],
    };
    let mut words: Vec<String> = keys.iter().map(ToString::to_string).collect();
    if !binding.label.is_empty() {
        words.push(binding.label.into());
    }
    words
}

#[test]
fn every_key_of_every_place_can_be_said() {
    let mut places = Vec::new();
    for talk in everywhere() {
        let model = &talk.till.model;
        let place = model.place();
        places.push(place);
        for binding in model.keymap.help(place) {
            for word in words(binding) {
                let found = actions(&word, model);
                // Choices of the payment are numbers too; `help` is told, not pressed.
                let said = found.contains(&binding.action)
                    || matches!(binding.action, Action::Help | Action::Palette)
                    || place == Place::Payment && word == "1" && found == [Action::Accept];
                // Enter in a field is the end of whatever is typed.
                let in_field = place.is_text() && binding.action == Action::Accept;
                // What is looked for or written down may be called so.
                let in_field =
                    in_field || matches!(word.as_str(), "Up" | "Down") && place.is_text();
                assert!(said || in_field, "`{word}` in {place:?} is {found:?}");
            }
        }
    }
    let known = Place::all();
    // All words are told where the screens would open the palette.
    places.push(Place::Palette);
    let missing: Vec<_> = known.iter().filter(|p| !places.contains(p)).collect();
    assert!(missing.is_empty(), "{missing:?} was not walked");
}

#[test]
fn the_choices_of_dialogs_have_numbers() {
    for talk in everywhere() {
        let model = &talk.till.model;
        let place = model.place();
        // Where a reason is asked for, the numbers are the reasons.
        let reasons = matches!(
            place,
            Place::AskRefund | Place::AskGiveBack | Place::AskResolve
        );
        if !place.is_overlay() || reasons || place == Place::Help {
            continue;
        }
        for (number, binding) in (1..).zip(model.keymap.footer(place)) {
            let number: usize = number;
            assert_eq!(
                actions(&number.to_string(), model),
                [binding.action],
                "{number} in {place:?}"
            );
        }
    }
}

#[test]
fn a_beginning_is_enough_when_nothing_else_begins_so() {
    let mut talk = Talk::open();
    talk.all(&["1", "2"]);
    let model = &talk.till.model;
    assert_eq!(actions("und", model), [Action::Undo]);
    assert_eq!(actions("NEXT B", model), [Action::NextBest]);
    assert_eq!(actions("Undo", model), [Action::Undo]);
    let said = talk.say("re");
    assert!(
        said.starts_with("`re` could be ") && said.contains("refresh") && said.contains("redraw"),
        "{said}"
    );
}

#[test]
fn an_unknown_word_is_answered_with_the_words_that_exist() {
    let mut talk = Talk::open();
    let said = talk.say("flibbertigibbet");
    assert_eq!(
        said,
        "`flibbertigibbet` is no word here.\n\
         Words here: sell the marked show, filter, browse, resume, quick line, bookings, live, late payments, help, quit, again, time."
    );
    // A word that some film has is looked for.
    let said = talk.say("lantern");
    assert!(said.contains("1 show fits"), "{said}");
    talk.say("clear");
    let said = talk.say("\u{1b}[A");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn help_tells_every_word_with_what_it_does() {
    for talk in everywhere() {
        let mut talk = talk;
        talk.look();
        let place = talk.till.model.place();
        if place.is_text() || place == Place::Help || place == Place::Paying {
            continue;
        }
        let mut said = talk.say("help");
        while said.ends_with("type m.") {
            said = said + "\n" + &talk.say("m");
        }
        for binding in talk.till.model.keymap.help(place) {
            let counts = matches!(binding.keys, BoundKeys::Any(_));
            assert!(
                !counts || said.contains(&talk.till.model.keymap.say(binding.help)),
                "{place:?} {}\n{said}",
                binding.help
            );
        }
    }
}
