//! What keys do, in words: the label of the footer, and the line of the `?` page. An empty label is
//! on no footer; an empty line stands for several keys that have lines of their own.

/// What a key does, in words.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// For the footer.
    pub label: &'static str,
    /// For the `?` page.
    pub help: &'static str,
}

const fn words(label: &'static str, help: &'static str) -> Words {
    Words { label, help }
}

/// The keys between columns.
pub const TAB_ARROWS: &str = "Tab/arrows";

pub const HOME_DIGIT: Words = words("sell", "sell that show");
pub const SEATS_DIGIT: Words = words("best seats", "best seats for a party");
pub const PAYMENT_DIGIT: Words = words("cash given", "type the cash given");
pub const CARD_DIGIT: Words = words("card", "pay with that test card");
pub const TICKET_DIGIT: Words = words("next sale", "sell that show next");
pub const HOME_ACCEPT: Words = words("sell the marked show", "sell the marked show");
pub const BROWSE_ACCEPT: Words = words("choose", "next column, or sell");
pub const SEATS_NEXT_BEST: Words = words("next best", "next best for the party");
pub const ZONE: Words = words("zone", "any, front, middle, rear");
pub const SEATS_PICK: Words = words("pick", "pick or drop this seat");
pub const CODE: Words = words("code", "a code, or member gold");
pub const GO_TO: Words = words("go to", "by name: h8-9 or h8,j3");
pub const UNDO: Words = words("undo", "take the last change back");
pub const SEATS_ACCEPT: Words = words("pay", "pay; open a block");
pub const SEATS_BACK: Words = words("release, back", "release, back");
pub const SEATS_ZOOM_IN_SUM: Words = words("zoom", "");
pub const SEATS_ZOOM_IN: Words = words("", "larger seats");
pub const ZOOM_OUT: Words = words("", "smaller seats, blocks");
pub const RANGE: Words = words("range", "a range: ⟨seats.range⟩, move, ⟨range.pick⟩");
pub const ACCESSIBLE: Words = words("wheelchair", "wheelchair places, or any");
pub const RANGE_PICK: Words = words("pick what is free", "pick its free seats");
pub const RANGE_RIGHT_SUM: Words = words("move its end", "");
pub const PAYMENT_ACCEPT: Words = words("take cash", "exact cash or the amount");
pub const POINT: Words = words("", "the decimal point of the amount");
pub const ERASE: Words = words("", "take the last digit back");
pub const CARD: Words = words("card", "pay by card");
pub const VOUCHER: Words = words("voucher", "pay a part by a voucher");
pub const CARD_ACCEPT: Words = words("card 1", "pay with the first card");
pub const CARD_NUMBER: Words = words("type a number", "type a card number");
pub const TICKET_ACCEPT: Words = words("next customer", "back to the next shows");
pub const NEXT_TICKET: Words = words("next ticket", "the code of the next seat");
pub const PREVIOUS_TICKET: Words = words("", "the code of the seat before");
pub const BOOKINGS_ACCEPT: Words = words("open", "open the marked booking");
pub const BOOKINGS_FILTER: Words = words("find", "by code, ticket, name, number");
pub const BOOKING_DETAIL_RESUME: Words = words("resume", "take the hold up here");
pub const GIVE_UP: Words = words("release", "give its seats back");
pub const REFUND: Words = words("refund", "give its money back, asks");
pub const LATE: Words = words("late payments", "what came late, waits or ended");
pub const LATE_UNSHOWN: Words = words("", "what came late, waits or ended");
pub const LATE_ACCEPT: Words = words("open", "open the marked case");
pub const LATE_TURN: Words = words("open or ended", "what needs somebody, or has ended");
pub const OLDER: Words = words("older", "list what ended before");
pub const APPROVE: Words = words("approve", "say yes to the refund, asks");
pub const REFUSE: Words = words("refuse", "say no to it, with a note");
pub const RESOLVE: Words = words("done", "say what was done about it");
pub const SELL_OTHERS: Words = words("new sale", "sell other seats to them");
pub const CASE_ACCEPT: Words = words("booking", "open its booking");
pub const ASK_APPROVE_YES: Words = words("approve", "give it back");
pub const ASK_RESOLVE_DIGIT: Words = words("what was done", "choose what was done");
pub const GIVE_BACK: Words = words("give back", "tickets back by their terms, asks");
pub const GIVE_BACK_PICK: Words = words("this seat or not", "give this seat back, or not");
pub const GIVE_BACK_ACCEPT: Words = words("give back", "give the chosen seats back");
pub const TICKETS: Words = words("tickets", "its tickets with their codes");
pub const EDIT_CONTACT: Words = words("name and phone", "who it is for");
pub const ASK_REFUND_DIGIT: Words = words("reason", "choose the reason");
pub const ASK_REFUND_ACCEPT: Words = words("refund", "give the money back");
pub const ASK_REFUND_BACK: Words = words("leave it", "leave it as it is");
pub const ASK_GIVE_UP_YES: Words = words("release", "give the seats back");
pub const ASK_CASH_YES: Words = words("it was given", "take the cash and give change");
pub const ASK_CASH_BACK: Words = words("type it again", "back to the amount");
pub const LOST_RACE_NEXT_BEST: Words = words("take the next best", "hold the next best");
pub const LOST_RACE_ACCEPT: Words = words("choose other seats", "choose other seats");
pub const LOST_RACE_BACK: Words = words("release", "give up what is held");
pub const OVERRIDE_ACCEPT: Words = words("do it all the same", "take the seats all the same");
pub const OVERRIDE_NEXT_BEST: Words = words("next best", "hold the next best seats instead");
pub const OVERRIDE_BACK: Words = words("leave it", "leave it as it was");
pub const HOLD_OVER_RESUME: Words = words(
    "try the same seats again",
    "hold the same seats again if they are free",
);
pub const HOLD_OVER_ACCEPT: Words = words("choose other seats", "choose other seats");
pub const ASK_RELEASE_YES: Words = words("release", "release the seats and leave");
pub const KEEP: Words = words(
    "keep them and leave",
    "leave; ⟨home.resume⟩ on the first view takes it up again",
);
pub const ASK_RELEASE_BACK: Words = words("stay", "stay here");
pub const ASK_LEAVE_YES: Words = words(
    "leave",
    "leave; ⟨home.resume⟩ on the first view takes it up again",
);
pub const TROUBLE_BACK: Words = words("go on", "close this");
pub const HELP_BACK: Words = words("close", "close this page");
pub const HELP_DOWN_SUM: Words = words("scroll", "");
pub const HELP_UP: Words = words("", "up");
pub const HELP_DOWN: Words = words("", "down");
pub const PAGE_UP: Words = words("", "a page up");
pub const PAGE_DOWN: Words = words("", "a page down");
pub const FIRST: Words = words("", "to the first");
pub const LAST: Words = words("", "to the last");
pub const FIELDS_ACCEPT: Words = words("done", "take what was typed");
pub const FIELDS_BACK: Words = words("cancel", "leave the field");
pub const QUICK_LINE_ACCEPT: Words = words("do it", "do what the line says");
pub const QUICK_LINE_BACK: Words = words("cancel", "leave the line");
pub const QUICK_LINE_UP: Words = words("line before", "the line before");
pub const QUICK_LINE_DOWN: Words = words("line after", "the line after");
pub const PALETTE_ACCEPT: Words = words("do it", "do the marked thing");
pub const PALETTE_BACK: Words = words("close", "close the list");
pub const PALETTE_UP: Words = words("", "up");
pub const PALETTE_DOWN: Words = words("", "down");
pub const CONTACT_FORM_ACCEPT: Words = words("keep", "write it down");
pub const CONTACT_FORM_NEXT: Words = words("other field", "the other field");
pub const CONTACT_FORM_BACK: Words = words("cancel", "leave it as it was");
pub const LISTS_FILTER: Words = words("filter", "filter, forgives mistakes");
pub const HOME_NEXT_DAY: Words = words("", "the next day");
pub const PREVIOUS_DAY: Words = words("", "the day before; before today what has begun");
pub const HOME_NEXT_DAY_SUM: Words = words("day", "");
pub const BROWSE: Words = words("browse", "by city, movie and show");
pub const HOME_RESUME: Words = words("resume", "take up a held booking");
pub const HOME_QUICK: Words = words("quick line", "one line: 1 2a h8-9 card");
pub const SEATS_QUICK: Words = words("", "one line: 1 2a h8-9 card");
pub const LEFT: Words = words("", "left");
pub const BROWSE_RIGHT: Words = words("", "right");
pub const BROWSE_NEXT_SUM: Words = words("column", "");
pub const BROWSE_NEXT: Words = words("", "the next column");
pub const BROWSE_PREVIOUS: Words = words("", "the column before");
pub const SEATS_NEXT: Words = words("", "over the aisle, right");
pub const SEATS_PREVIOUS: Words = words("", "over the aisle, left");
pub const TURN_TICKET_TYPE: Words = words("type", "this seat's ticket type");
pub const LAST_SALE: Words = words("", "the last tickets again");
pub const HOME_BOOKINGS: Words = words("bookings", "find a booking");
pub const SEATS_BOOKINGS: Words = words("", "find a booking");
pub const HOME_LIVE: Words = words("live", "who holds what of the show");
pub const SEATS_LIVE: Words = words("", "who holds what of the show");
pub const HELP: Words = words("help", "all keys of this view");
pub const COPY: Words = words("", "copy as a command");
pub const PALETTE: Words = words("", "find any of these");
pub const MOUSE: Words = words("", "mouse on or off");
pub const QUIT: Words = words("quit", "quit");
pub const HOME_BACK: Words = words("", "clear the filter");
pub const BROWSE_BACK: Words = words("back", "one step back");
pub const RANGE_BACK: Words = words("cancel", "no range");
pub const PAYING_BACK: Words = words("leave", "leave it alone");
pub const INTERRUPT: Words = words("", "twice: release and quit");
pub const REDRAW: Words = words("", "draw everything again");
pub const SUSPEND: Words = words("", "stand aside, fg returns");
pub const REFRESH: Words = words("", "ask the server again");
pub const TICKET_TYPE: Words = words("", "ticket type, see prices");
