//! The hall in blocks.

use super::*;

#[test]
fn blocks_tell_how_many_of_their_seats_are_free_and_which_are_ours() {
    for (name, text) in halls::all() {
        let mut till = till_of(&text, (80, 24));
        fill(&mut till);
        seats_mut(&mut till).zoom_by_hand = Some(Zoom::Blocks);
        for size in [(80, 24), (140, 40), (200, 60)] {
            let page = Page::of(&till, size, Theme::MONO);
            let seats = till.seats();
            let hall = seats.hall.as_ref().expect("a hall");
            let looks = seats.looks(&till.model.desk);
            let blocks = Blocks::of(hall, usize::from(page.arranged.lines()));
            let left = usize::from(crate::tui::seats::block_margin(hall));
            let focus = blocks.at(hall, seats.cursor);
            let mut covered = vec![false; hall.layout.seats.len()];
            let shown = (usize::from(page.arranged.columns) - left) / 5;
            if shown < blocks.across {
                continue;
            }
            for down in 0..blocks.down {
                for across in 0..blocks.across {
                    let line = &page.lines[down + 2];
                    let cell: String = line[left + across * 5..][..5].iter().collect();
                    let inside: Vec<SeatNo> = blocks.seats(hall, across, down).collect();
                    inside.iter().for_each(|no| covered[no.index()] = true);
                    let is = |no: &&SeatNo, want: SeatLook| looks[no.index()] == want;
                    let free = inside
                        .iter()
                        .filter(|no| matches!(looks[no.index()], SeatLook::Free(_)))
                        .count();
                    let ours = inside.iter().any(|no| is(&no, SeatLook::Mine));
                    let what = format!("{name} {size:?} block {across},{down}: `{cell}`");
                    assert_eq!(&cell[..1] == ">", (across, down) == focus, "{what}");
                    match (inside.len(), cell[1..4].trim()) {
                        (0, read) => assert_eq!(read, "", "{what}"),
                        (_, ".") => assert_eq!(free, 0, "{what}"),
                        (_, read) => assert_eq!(read.parse(), Ok(free), "{what}"),
                    }
                    assert_eq!(&cell[4..] == "#", ours, "{what}");
                }
            }
            assert!(
                covered.iter().all(|c| *c),
                "{name}: every seat is in a block"
            );
        }
    }
}

#[test]
fn neighbouring_blocks_share_two_columns_at_least() {
    let till = till_of(&halls::hall(12, 80, 20), (80, 24));
    let hall = till.seats().hall.as_ref().expect("a hall");
    let blocks = Blocks::of(hall, 17);
    assert_eq!((blocks.across, blocks.down), (10, 12));
    for across in 1..blocks.across {
        let before: Vec<SeatNo> = blocks.seats(hall, across - 1, 3).collect();
        let shared = blocks
            .seats(hall, across, 3)
            .filter(|no| before.contains(no));
        assert!(shared.count() >= 2, "block {across}");
    }
}

#[test]
fn seats_held_open_the_blocks_and_a_choice_by_hand_stays() {
    let size = (80, 24);
    let mut till = till_of(&halls::hall(12, 80, 20), size);
    let zoom = |till: &Till| {
        let hall = till.seats().hall.as_ref().expect("a hall");
        till.seats().arrangement(hall, size).zoom
    };
    assert_eq!(zoom(&till), Zoom::Blocks);
    till.press("2");
    assert_eq!(zoom(&till), Zoom::Two, "the seats and what is around them");
    till.press("-");
    assert_eq!(zoom(&till), Zoom::One);
    till.press("-");
    assert_eq!(zoom(&till), Zoom::Blocks);
    till.press("3");
    assert_eq!(zoom(&till), Zoom::Blocks, "chosen by hand");
    till.press("-");
    assert!(till.screen().contains("this is the whole hall"));
    till.press("++++");
    assert_eq!(zoom(&till), Zoom::Four);
    till.press("=");
    assert!(till.screen().contains("seats can't be drawn larger"));
}

#[test]
fn enter_opens_a_block_and_pays_once_seats_are_held() {
    use crate::tui::keymap::Place;
    let mut till = till_of(&halls::hall(12, 80, 20), (80, 24));
    let before = till.seats().cursor;
    till.key(Key::Right);
    till.key(Key::Up);
    assert_ne!(till.seats().cursor, before);
    till.press("\n");
    assert_eq!(till.model.place(), Place::Seats);
    assert_eq!(till.seats().zoom_by_hand, Some(Zoom::Two));
    let mut till = till_of(&halls::hall(12, 80, 20), (80, 24));
    till.press("2\n\n");
    assert_eq!(
        till.model.place(),
        Place::Ticket,
        "four keys, as everywhere"
    );
    // Nobody picks a seat that is not drawn.
    let mut till = till_of(&halls::hall(12, 80, 20), (80, 24));
    till.press("2---");
    let held = till.held();
    till.press(" ");
    assert_eq!(till.seats().zoom_by_hand, Some(Zoom::Two));
    assert_eq!(till.held(), held);
}

#[test]
fn every_block_can_be_reached() {
    let mut till = till_of(&halls::hall(40, 50, 25), (80, 24));
    till.key(Key::Home);
    for _ in 0..60 {
        till.key(Key::Up);
    }
    let blocks = |till: &Till| {
        let hall = till.seats().hall.as_ref().expect("a hall").clone();
        let lines = till.seats().arrangement(&hall, (80, 24)).lines();
        let blocks = Blocks::of(&hall, usize::from(lines));
        (blocks.at(&hall, till.seats().cursor), blocks)
    };
    let (at, all) = blocks(&till);
    assert_eq!(at, (0, 0));
    for down in 0..all.down {
        for across in 0..all.across {
            assert_eq!(blocks(&till).0, (across, down));
            till.key(Key::Right);
        }
        till.key(Key::Home);
        till.key(Key::Down);
    }
}
