//! The late-payments desk: what waits is listed, opened, decided, seen to, and sold anew.

use houseful_core::{
    ids::ShowId,
    wire::{
        Time,
        admin::Role,
        desk::{CaseHow, DeskCase, DeskEnd, DeskKind},
        payment::PaidTender,
    },
};

use super::house::Till;
use crate::tui::{
    key::Key,
    keymap::Place,
    late::{CasePage, Late},
    model::View,
    msg::{Ask, Msg},
    wording,
};

fn view(till: &Till) -> &Late {
    match till.model.above.last() {
        Some(View::Late(late)) => late,
        other => panic!("no desk, but {other:?}"),
    }
}

fn page(till: &Till) -> &CasePage {
    view(till).page.as_deref().expect("an open case")
}

/// A till whose clerk asked for two seats to be given back; a manager stands there now.
pub(super) fn waits() -> Till {
    let mut till = Till::open();
    till.role = Role::Clerk;
    till.press("12\n\n\nB\ng1\n\u{1b}\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
    till.role = Role::Manager;
    till.pass(20_000);
    till
}

/// The same with the case open.
pub(super) fn opened() -> Till {
    let mut till = waits();
    till.press("D\n");
    assert_eq!(till.model.place(), Place::LateCase);
    till
}

/// The desk with that case.
pub(super) fn waits_listed() -> Till {
    let mut till = waits();
    till.press("D");
    till
}

/// Before a manager says yes.
pub(super) fn approving() -> Till {
    let mut till = opened();
    till.press("a");
    till
}

/// Cash that was approved waits; what was done about it is chosen.
pub(super) fn resolving() -> Till {
    let mut till = opened();
    till.press("ay\nd");
    till
}

/// A note is typed.
pub(super) fn noting() -> Till {
    let mut till = opened();
    till.press("xthey came");
    till
}

/// A case of money that came too late, whose seats are gone, open on the page.
pub(super) fn too_late() -> Till {
    let mut till = Till::open();
    till.press("12\n\n\nB\neAnn Lee");
    till.key(Key::Tab);
    till.press("0113\n\u{1b}\u{1b}");
    let sale = till.model.desk.last_sale.as_ref().expect("a sale");
    let (booking, code) = (sale.booking.id, sale.booking.code);
    let payment = sale.booking.payments[0].id;
    till.slow = true;
    till.press("D");
    till.answer();
    till.slow = false;
    let case = DeskCase {
        kind: DeskKind::MoneyBack,
        at: Time(till.now),
        end: DeskEnd::GivenBack,
        booking,
        code,
        seats: 2,
        payment: Some(payment),
        amount: sale_total(&till),
        tender: Some("card".into()),
        why: Some("seats_gone".into()),
        overdue: false,
        refund: None,
        declined: None,
        cash: None,
        resolution: None,
    };
    if let Some(View::Late(late)) = till.model.above.last_mut() {
        late.cases = vec![case];
    }
    till.press("\n");
    till
}

fn sale_total(till: &Till) -> houseful_core::money::Money {
    let sale = till.model.desk.last_sale.as_ref().expect("a sale");
    sale.booking.total
}

#[test]
fn a_refund_that_waits_is_opened_with_its_story_and_approved() {
    let mut till = waits();
    till.press("D");
    assert_eq!(till.model.place(), Place::Late);
    let screen = till.screen();
    assert!(screen.contains(wording::LATE_OPEN), "{screen}");
    assert!(screen.contains("waits for a manager"), "{screen}");
    till.press("\n");
    assert_eq!(till.model.place(), Place::LateCase);
    let screen = till.screen();
    assert!(screen.contains("Sat 21 Nov 19:12"), "{screen}");
    assert!(
        screen.contains("H11 H12 asked back of a manager"),
        "{screen}"
    );
    till.press("a");
    assert_eq!(till.model.place(), Place::AskApprove);
    assert!(
        till.screen().contains("Give GBP 19.00 back"),
        "{}",
        till.screen()
    );
    till.press("n");
    assert!(page(&till).case.refund.is_some(), "no is no");
    till.press("ay");
    assert_eq!(till.model.place(), Place::Late);
    let screen = till.screen();
    assert!(screen.contains("hand back GBP 19.00 in cash"), "{screen}");
    assert!(screen.contains("cash to be handed out"), "{screen}");
    assert_eq!(view(&till).cases[0].kind, DeskKind::CashWaits);
}

#[test]
fn cash_is_handed_out_once_and_said_with_a_note() {
    let mut till = opened();
    till.press("ay\n");
    let screen = till.screen();
    assert!(
        screen.contains("hand out GBP 19.00, then say so: d"),
        "{screen}"
    );
    till.press("d9");
    assert_eq!(till.model.place(), Place::AskResolve);
    assert!(till.screen().contains(wording::NO_SUCH_RESOLVE));
    till.press("1");
    assert_eq!(till.model.place(), Place::CaseNote);
    till.press("till 2");
    till.cut_off = true;
    till.press("\n");
    assert!(till.screen().contains(wording::ASKING_CHANGE));
    till.press("d");
    assert!(till.screen().contains(wording::CHANGE_UNANSWERED));
    till.cut_off = false;
    till.pass(6_000);
    let said = till.asked.iter().filter_map(|ask| match ask {
        Ask::Resolve(_, request) => Some((request.command, request.how, request.note.as_str())),
        _ => None,
    });
    let said: Vec<_> = said.collect();
    assert!(
        said.len() > 1 && said.iter().all(|one| *one == said[0]),
        "{said:?}"
    );
    assert_eq!((said[0].1, said[0].2), (CaseHow::HandedOut, "till 2"));
    let screen = till.screen();
    assert!(
        screen.contains("handed out in cash, Sat 21 Nov"),
        "{screen}"
    );
    assert!(screen.contains("by till-1: till 2"), "{screen}");
    till.press("d");
    assert!(till.screen().contains(wording::NOTHING_TO_RESOLVE));
    till.press("\u{1b}");
    assert!(view(&till).cases.is_empty(), "it needs nobody any more");
    till.press("e");
    let ended = &view(&till).cases;
    assert!(ended.iter().any(|c| c.resolution.is_some()), "{ended:?}");
}

#[test]
fn a_refund_is_refused_with_a_note_that_the_booking_tells() {
    let mut till = opened();
    till.press("x\n");
    assert_eq!(till.model.place(), Place::CaseNote);
    assert!(till.screen().contains(wording::NOTE_FIRST));
    till.press("they came\n");
    assert_eq!(till.model.place(), Place::Late);
    assert!(
        till.screen().contains(wording::REFUSED),
        "{}",
        till.screen()
    );
    till.press("e\n");
    let screen = till.screen();
    assert!(
        screen.contains("the refund was refused or taken back"),
        "{screen}"
    );
    assert!(screen.contains("they came"), "{screen}");
    till.press("\n");
    assert_eq!(till.model.place(), Place::BookingDetail);
    let screen = till.screen();
    assert!(screen.contains("they came"), "{screen}");
}

#[test]
fn a_clerk_says_neither_yes_nor_no() {
    let mut till = opened();
    till.role = Role::Clerk;
    till.key(Key::Ctrl('r'));
    till.model.desk.info.as_mut().expect("info").role = Some(Role::Clerk);
    for key in ["a", "x"] {
        till.press(key);
        assert_eq!(till.model.place(), Place::LateCase, "{key}");
        assert!(till.screen().contains(wording::VERDICT_BY_MANAGER));
    }
    till.press("d");
    let said = till.model.keymap.say(wording::RESOLVE_BY_VERDICT);
    assert!(till.screen().contains(&said), "{}", till.screen());
}

#[test]
fn whoever_was_left_without_seats_is_sold_others_under_their_name() {
    let mut till = too_late();
    let screen = till.screen();
    assert!(screen.contains("offer other seats: n"), "{screen}");
    assert!(screen.contains("Ann Lee  0113"), "{screen}");
    till.press("n");
    assert_eq!(till.model.place(), Place::Seats);
    let screen = till.screen();
    assert!(
        screen.contains("a new sale for Ann Lee, 0113: 2 seats were lost"),
        "{screen}"
    );
    till.cut_off = true;
    till.press("2");
    till.cut_off = false;
    till.pass(3_000);
    let booking = till.seats().booking.as_ref().expect("held").id;
    let named = till.contacts.get(&booking.uuid).expect("a name");
    assert_eq!(named.name.as_deref(), Some("Ann Lee"));
    // It is written down once, and not again for the next seats of the grid.
    till.press("3");
    let asked = till.asked.iter();
    let contacts = asked.filter(|a| matches!(a, Ask::Contact(o, _) if o.id == booking));
    assert_eq!(contacts.count(), 1);
}

#[test]
fn what_has_ended_comes_in_pages_that_are_kept() {
    let mut till = Till::open();
    till.role = Role::Clerk;
    for _ in 0..3 {
        till.press("12\n\n\nB\ng1\n\u{1b}\u{1b}");
    }
    till.role = Role::Manager;
    till.pass(20_000);
    for _ in 0..3 {
        till.press("D\nxno\n\u{1b}");
    }
    till.press("De");
    assert_eq!(view(&till).cases.len(), 2);
    assert!(till.screen().contains("older ones: o"), "{}", till.screen());
    till.key(Key::End);
    till.press("o");
    assert_eq!((view(&till).cases.len(), view(&till).cursor), (3, 1));
    till.press("o");
    assert!(till.screen().contains(wording::NO_MORE_ENDED));
}

#[test]
fn a_list_that_is_refused_says_so_and_comes_by_itself() {
    let mut till = waits();
    till.refusal = Some("role_too_low");
    till.press("D");
    let screen = till.screen();
    assert!(screen.contains(wording::LATE_REFUSED), "{screen}");
    till.refusal = None;
    till.pass(6_000);
    assert_eq!(view(&till).cases.len(), 1);
    till.press("\u{1b}");
    assert_eq!(till.model.place(), Place::Home);
    let mut till = Till::open();
    till.press("D");
    let said = till.model.keymap.say(wording::NOTHING_OPEN);
    assert!(till.screen().contains(&said), "{}", till.screen());
    till.press("\n");
    assert!(till.screen().contains(wording::NO_CASE_MARKED));
}

#[test]
fn the_desk_is_not_opened_over_seats_that_would_be_lost() {
    let mut till = waits();
    till.press("12L");
    till.press("D");
    assert_eq!(till.model.place(), Place::Live);
    assert!(till.model.desk.notice.is_some());
}

#[test]
fn tickets_and_booking_tell_what_each_means_paid() {
    let mut till = Till::open();
    till.press("12\n\n");
    let sale = till.model.desk.last_sale.as_ref().expect("a sale");
    let payment = sale.booking.payments[0].id;
    let mut split = till.settled(payment);
    let half = |means: &str, minor: i64| PaidTender {
        means: means.to_owned(),
        amount: houseful_core::money::Money::new(minor, split.amount.currency),
        captured: houseful_core::money::Money::new(minor, split.amount.currency),
        ..split.tenders[0].clone()
    };
    split.tenders = vec![half("voucher", 800), half("cash", 1_100)];
    till.split.insert(payment, split);
    // As the server tells a booking that several means paid.
    let several = |till: &mut Till| {
        for view in &mut till.model.above {
            match view {
                View::Ticket(ticket) => {
                    ticket.booking.payments[0].tender = Some("split".into());
                }
                View::Bookings(bookings) => {
                    let detail = bookings.detail.as_mut().expect("a booking");
                    detail.booking.payments[0].tender = Some("split".into());
                    detail.look(&mut till.model.desk);
                }
                _ => {}
            }
        }
        till.send(Msg::Tick);
    };
    several(&mut till);
    let screen = till.screen();
    assert!(screen.contains("voucher 8.00, cash 11.00"), "{screen}");
    till.press("\nB\n");
    several(&mut till);
    let screen = till.screen();
    assert!(screen.contains("voucher  GBP 8.00 taken"), "{screen}");
    assert!(screen.contains("cash  GBP 11.00 taken"), "{screen}");
    // One means is told by itself.
    let mut till = Till::open();
    till.press("12\n\n\nB\nt");
    let screen = till.screen();
    assert!(screen.contains("cash 19.00"), "{screen}");
}

#[test]
fn times_in_refusals_are_those_of_the_cinema() {
    let mut till = Till::open();
    till.press("12\n\n\nB\ng");
    if let Some(crate::tui::overlay::Overlay::AskGiveBack(form)) =
        till.model.desk.overlays.last_mut()
    {
        let why = "tickets could be given back until 2026-11-21T17:15:00.000Z";
        form.quote = crate::tui::bookings::Quoted::Refused(why.to_owned());
    }
    let screen = till.screen();
    assert!(screen.contains("until Sat 21 Nov 17:15"), "{screen}");
    assert!(!screen.contains("2026-11-21T"), "{screen}");
}

#[test]
fn shows_that_stand_still_are_named_above_the_list() {
    let mut till = waits();
    till.unread = vec![ShowId(77)];
    till.press("D");
    let screen = till.screen();
    let named = wording::shows_left_out(&till.unread);
    assert!(screen.contains(&named), "{screen}");
    assert_eq!(view(&till).cases.len(), 1);
    till.unread.clear();
    till.pass(20_000);
    assert!(!till.screen().contains(&named), "{}", till.screen());
}
