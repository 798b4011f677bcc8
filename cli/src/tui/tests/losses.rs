//! When others are faster, answers come late or not at all.

use super::house::Till;
use crate::tui::{
    hall::SeatLook,
    keymap::Place,
    msg::{Ask, Failure, Generation, Msg, News, Reply, Unfinished},
    overlay::Overlay,
    seats::Wanted,
};

/// Asks for a seat that the rules will find taken, although the screen shows it free.
fn lose_race(till: &mut Till) {
    till.press("1gh8-9\n");
    till.press("gc5\n");
    till.slow = true;
    till.press("gh10\n");
    till.slow = false;
    till.somebody_holds(&["H10"]);
    till.answer();
}

#[test]
fn a_lost_race_keeps_the_rest_and_offers_the_next_best_on_one_key() {
    let mut till = Till::open();
    lose_race(&mut till);
    assert_eq!(till.model.place(), Place::LostRace);
    let screen = till.screen();
    assert!(screen.contains("H10: held by somebody else"), "{screen}");
    assert!(screen.contains("Still yours: H8 H9 C5"), "{screen}");
    assert!(screen.contains("Next best: H"), "{screen}");
    assert_eq!(till.held().len(), 3);
    till.press("b");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.held().len(), 2, "the offer was for two");
}

#[test]
fn a_lost_race_can_keep_or_release_what_is_held() {
    let mut till = Till::open();
    lose_race(&mut till);
    till.press("\n");
    assert_eq!(till.held().len(), 3);
    let mut till = Till::open();
    lose_race(&mut till);
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::AskRelease);
    till.press("n");
    assert_eq!(till.held().len(), 3, "nothing is given up unasked");
    let mut till = Till::open();
    lose_race(&mut till);
    till.press("\u{1b}y");
    assert!(till.model.above.is_empty());
    assert!(till.asked.iter().any(|ask| matches!(ask, Ask::Release(..))));
    // With nothing held there is nothing to ask.
    let mut till = Till::open();
    till.press("1");
    till.somebody_holds(&["H11"]);
    till.press("gh11\n\u{1b}");
    assert_eq!(till.model.place(), Place::Seats);
}

#[test]
fn a_seat_is_never_drawn_as_ours_before_the_server_said_so() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("gh8\n");
    let look = |till: &Till| {
        let h8 = till
            .layout
            .find("H8".parse().expect("a label"))
            .expect("a seat");
        till.seats().looks(&till.model.desk)[h8.index()]
    };
    assert_eq!(look(&till), SeatLook::Asking);
    till.press("gh9\n");
    assert_eq!(till.seats().ahead.len(), 1, "one question at a time");
    assert_eq!(
        till.seats().ahead[0],
        Wanted::Named(vec!["H9".parse().expect("a label")])
    );
    till.slow = false;
    till.answer();
    assert_eq!(look(&till), SeatLook::Mine);
    assert_eq!(till.held(), ["H8 adult", "H9 adult"]);
}

#[test]
fn other_people_s_changes_appear_at_once() {
    let mut till = Till::open();
    till.press("1");
    till.somebody_holds(&["H11", "H12"]);
    let screen = till.screen();
    assert!(
        screen.contains("302 of 309 free  2 held") || screen.contains("2 held"),
        "{screen}"
    );
    assert!(
        screen
            .lines()
            .any(|l| l.starts_with(" H") && l.contains("~ ~")),
        "{screen}"
    );
    till.press("gh11\n");
    assert_eq!(till.model.place(), Place::LostRace);
}

#[test]
fn somebody_else_s_hold_is_free_again_at_its_instant() {
    let mut till = Till::open();
    till.press("1");
    till.somebody_holds(&["H11"]);
    let look = |till: &Till| {
        let h11 = till
            .layout
            .find("H11".parse().expect("a label"))
            .expect("a seat");
        till.seats().looks(&till.model.desk)[h11.index()]
    };
    till.pass(299_999);
    assert_eq!(look(&till), SeatLook::Held);
    till.pass(1);
    assert_eq!(look(&till), SeatLook::Free('o'));
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut till = Till::open();
    till.slow = true;
    till.press("n");
    let (old, _) = till.unanswered.pop_back().expect("a question");
    till.press("n");
    let shows = vec![till.shows[1].clone()];
    till.tell(old, Ok(Reply::Shows(shows)));
    assert!(
        till.model.home.shows.is_empty(),
        "the older list is not shown"
    );
    let shows = till.shows.clone();
    till.tell(Generation(9_999), Ok(Reply::Shows(shows)));
    assert!(till.model.home.shows.is_empty());
    till.slow = false;
    till.answer();
    assert_eq!(till.model.home.shows.len(), 5);
}

#[test]
fn another_day_stays_the_same_day_when_its_list_comes_from_elsewhere() {
    let mut till = Till::open();
    till.press("n");
    assert!(till.screen().contains("Tomorrow, Sun 22 Nov"));
    till.shows[0].time_zone = "Asia/Tokyo".into();
    till.press("n");
    assert!(till.screen().contains("Mon 23 Nov"), "{}", till.screen());
    till.press("p");
    assert!(
        till.screen().contains("Tomorrow, Sun 22 Nov"),
        "{}",
        till.screen()
    );
}

#[test]
fn news_of_another_show_is_dropped() {
    let mut till = Till::open();
    till.press("1");
    let before = till.seats().board.clone();
    let mut map = till.state.seat_map(7);
    map.states = "s".repeat(map.states.len());
    till.send(Msg::Feed(Generation(9_999), News::Map(Box::new(map))));
    assert_eq!(till.seats().board, before);
}

#[test]
fn a_feed_that_breaks_is_told_until_it_stands_again() {
    let mut till = Till::open();
    till.press("12");
    let feed = feed_of(&till);
    till.send(Msg::Feed(feed, News::Down("closed".into())));
    assert!(till.screen().contains("live feed down 0 s"));
    till.pass(3_000);
    assert!(
        till.screen().contains("live feed down 3 s"),
        "{}",
        till.screen()
    );
    till.send(Msg::Feed(feed, News::Up));
    assert!(till.screen().contains(", live"));
}

#[test]
fn changes_that_do_not_follow_make_the_map_be_asked_for() {
    use houseful_core::wire::seats::{SeatChanges, Version};
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    let board = till.seats().board.clone().expect("a board");
    let version = |ver| Version { ver, tip: 7 };
    let changes = SeatChanges {
        from: version(board.version.ver + 5),
        version: version(board.version.ver + 6),
        status: board.status,
        seats: Vec::new(),
    };
    let feed = feed_of(&till);
    till.send(Msg::Feed(feed, News::Changes(changes)));
    assert_eq!(till.seats().board.as_ref(), Some(&board));
    assert!(matches!(till.unanswered.back(), Some((_, Ask::Seats(_)))));
}

/// The end of a show's history was lost with a server, and its numbers come again.
#[test]
fn changes_that_lead_to_an_older_number_are_followed() {
    use houseful_core::wire::seats::{SeatChange, SeatChanges, Version};
    let mut till = Till::open();
    till.press("1");
    for seat in ["C3", "C4", "D5"] {
        till.somebody_holds(&[seat]);
    }
    let feed = feed_of(&till);
    let board = till.seats().board.clone().expect("a board");
    let back = SeatChanges {
        from: board.version,
        version: Version {
            ver: board.version.ver - 1,
            tip: 9,
        },
        status: board.status,
        seats: vec![SeatChange {
            seat: houseful_core::seat::SeatNo(0),
            state: 's',
            until: None,
        }],
    };
    till.slow = true;
    till.send(Msg::Feed(feed, News::Changes(back.clone())));
    let now = till.seats().board.clone().expect("a board");
    assert_eq!(now.version, back.version);
    assert!(till.unanswered.is_empty(), "nothing has to be asked");
    // What leads to where the board was comes late.
    let late = SeatChanges {
        from: Version {
            ver: board.version.ver - 1,
            tip: 7,
        },
        version: board.version,
        ..back.clone()
    };
    till.send(Msg::Feed(feed, News::Changes(late)));
    assert_eq!(till.seats().board.as_ref(), Some(&now));
    assert!(till.unanswered.is_empty());
    // An older number that it never was at is no late one.
    let other = SeatChanges {
        from: Version { ver: 1, tip: 11 },
        version: Version {
            ver: now.version.ver - 1,
            tip: 11,
        },
        ..back
    };
    till.send(Msg::Feed(feed, News::Changes(other)));
    assert!(matches!(till.unanswered.back(), Some((_, Ask::Seats(_)))));
    // The map that is asked for then is right although its number is older.
    let mut map = till.state.seat_map(11);
    map.version = Version {
        ver: now.version.ver - 1,
        tip: 11,
    };
    let (generation, _) = till.unanswered.pop_back().expect("a question");
    till.tell(generation, Ok(Reply::Map(Box::new(map.clone()))));
    let board = till.seats().board.as_ref().expect("a board");
    assert_eq!(board.version, map.version);
}

fn feed_of(till: &Till) -> Generation {
    // The feed is opened first, before the three questions of the view.
    (1..100)
        .map(Generation)
        .find(|g| till.seats().follows(*g))
        .expect("a feed")
}

#[test]
fn no_answer_is_asked_again_with_the_same_ids() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("2");
    let (generation, first) = till.unanswered.pop_back().expect("a question");
    till.cut_off = true;
    till.tell(generation, Err(Failure::NoAnswer("timed out".into())));
    assert!(till.screen().contains("offline"), "{}", till.screen());
    till.pass(1_000);
    let (_, again) = till.unanswered.pop_back().expect("asked again");
    assert_eq!(first, again);
    till.cut_off = false;
    till.slow = false;
    till.unanswered.clear();
    till.pass(0);
    // The server had carried the first one out: the same request gives the same answer.
    let result = till.result(&again);
    assert!(result.is_ok());
    let newest = till
        .seats()
        .asking
        .as_ref()
        .expect("still asking")
        .question
        .out()
        .expect("out");
    till.tell(newest, result);
    assert_eq!(till.held().len(), 2);
}

#[test]
fn leaving_while_asking_gives_up_what_may_be_held() {
    let mut till = Till::open();
    till.press("1");
    till.slow = true;
    till.press("2\u{1b}y");
    assert_eq!(till.model.place(), Place::Home);
    till.slow = false;
    till.answer();
    assert_eq!(till.state.free(till.now).len(), till.layout.len() - 5);
}

#[test]
fn a_single_seat_left_alone_is_asked_about_at_the_counter() {
    let mut till = Till::open();
    till.press("1ga2\n");
    if till.model.place() != Place::Override {
        till.press("gb2\n");
    }
    assert_eq!(till.model.place(), Place::Override, "{}", till.screen());
    assert!(matches!(
        till.model.desk.overlays.last(),
        Some(Overlay::Override { .. })
    ));
    till.press("\n");
    assert!(!till.held().is_empty());
}

#[test]
fn the_list_comes_by_itself_when_the_server_is_back() {
    let mut till = Till::unstarted(super::house::GRAND);
    till.cut_off = true;
    till.send(Msg::Started(Vec::new()));
    assert!(till.screen().contains("the server can't be reached"));
    till.cut_off = false;
    till.pass(2_000);
    assert!(
        till.screen().contains("The Lantern Keeper"),
        "{}",
        till.screen()
    );
}

#[test]
fn a_sold_out_party_is_told() {
    let mut till = Till::open_with("name: Tiny\ncategory o: standard \"Standard\"\n\nA ooo\n");
    till.press("14");
    let screen = till.screen();
    assert_eq!(till.model.place(), Place::NoOffer, "{screen}");
    assert!(screen.contains("There is no other offer"), "{screen}");
    assert!(!screen.contains("next best"), "{screen}");
    assert!(till.held().is_empty());
}

#[test]
fn a_sale_that_is_put_by_twice_is_one_sale() {
    let mut till = Till::open();
    till.press("12");
    let owned = till.seats().owned.clone().expect("a booking");
    let desk = &mut till.model.desk;
    let sale = |payment| Unfinished {
        owned: owned.clone(),
        payment,
    };
    let payment = desk.new_payment();
    desk.put_older(sale(Some(payment)));
    desk.put_older(sale(None));
    assert_eq!(desk.older, [sale(Some(payment))]);
    desk.keep(sale(Some(payment)), None);
    assert_eq!(desk.older, []);
    assert!(desk.kept.is_some());
}
