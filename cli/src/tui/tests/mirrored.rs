//! What the customer sees of a sale.

use super::house::Till;
use crate::mirror::{Picture, Stage};

fn seen(till: &Till) -> (Stage, Vec<String>, Option<i64>) {
    let picture: &Picture = till.mirrored.as_ref().expect("a picture");
    let lines = picture.lines.iter();
    let lines = lines.map(|l| format!("{} {} {}", l.seat, l.ticket_type, l.price.plain()));
    let total = picture.total.map(|t| t.minor);
    (picture.stage, lines.collect(), total)
}

#[test]
fn the_customer_follows_a_sale_and_the_next_sees_nothing_of_it() {
    let mut till = Till::open();
    assert_eq!(till.mirrored, None);
    till.press("1");
    assert_eq!(seen(&till), (Stage::Seats, Vec::new(), None));
    till.press("2");
    let lines = ["H11 Adult 9.50", "H12 Adult 9.50"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(seen(&till), (Stage::Seats, lines.clone(), Some(1_900)));
    till.press("\n");
    assert_eq!(seen(&till), (Stage::Payment, lines, Some(1_900)));
    till.press("50\n");
    let (stage, lines, total) = seen(&till);
    assert_eq!((stage, lines.len(), total), (Stage::Sold, 2, Some(1_900)));
    let change = till.mirrored.as_ref().and_then(|p| p.change);
    assert_eq!(change.map(|c| c.minor), Some(3_100));
    till.press("\n");
    assert_eq!(till.mirrored, None);
    // The last sale is looked at again with the next customer at the counter.
    till.press(".");
    assert!(matches!(
        till.model.above.as_slice(),
        [crate::tui::model::View::Ticket(_)]
    ));
    assert_eq!(till.mirrored, None);
}

#[test]
fn no_secret_and_no_code_is_mirrored() {
    let mut till = Till::open();
    till.press("12\n\n");
    let picture = till.mirrored.as_ref().expect("a picture");
    let text = serde_json::to_string(picture).expect("JSON");
    let booking = &till.model.above.last().expect("a ticket");
    let crate::tui::model::View::Ticket(ticket) = booking else {
        panic!("a ticket")
    };
    let code = ticket.booking.code.expect("a code").to_string();
    assert!(!text.contains(&code) && !text.contains("bkg_"), "{text}");
}
