//! The short words of the screens: headings and labels.

/// How a booking stands.
pub const STATE: &str = "State";
/// A film.
pub const FILM: &str = "Film";
/// A show.
pub const SHOW: &str = "Show";
/// Since when and by whom seats are held.
pub const HELD: &str = "Held";
/// Who a booking is for.
pub const FOR: &str = "For";
/// The same with the film behind it.
pub const FOR_AND_FILM: &str = "For, film";
/// The name of a customer.
pub const NAME: &str = "Name";
/// Their telephone number.
pub const PHONE: &str = "Phone";
/// A ticket that lets somebody in.
pub const VALID: &str = "valid";
/// A ticket that does not.
pub const VOID: &str = "VOID";
/// Seats.
pub const SEATS: &str = "Seats";
/// What it comes to.
pub const TOTAL: &str = "Total";
/// How long ago.
pub const AGE: &str = "Age";
/// A case of the late-payments desk.
pub const CASE: &str = "Case";
/// Money.
pub const AMOUNT: &str = "Amount";
/// What is to be done.
pub const NEXT: &str = "To do";
/// What happened.
pub const STORY: &str = "Story";
/// What a person did.
pub const SEEN_TO: &str = "Seen to";
/// A code.
pub const CODE: &str = "Code";
/// When a show starts.
pub const STARTS: &str = "Starts";
/// A city.
pub const CITY: &str = "City";
/// Before what is searched for.
pub const SEARCH: &str = "Search: ";
/// Before the filter.
pub const FILTER: &str = "Filter: ";
/// A room.
pub const SCREEN: &str = "Screen";
/// A cinema and its room.
pub const CINEMA_SCREEN: &str = "Cinema, screen";
/// How many seats are free.
pub const FREE: &str = "Free";
/// The lowest price.
pub const FROM: &str = "From";
/// How soon.
pub const IN: &str = "In";
/// A booking.
pub const BOOKING: &str = "Booking";
/// A cinema.
pub const PLACE: &str = "Place";
/// Cash given.
pub const CASH: &str = "Cash";
/// What is handed back.
pub const CHANGE: &str = "Change";
/// How it was paid.
pub const PAID: &str = "Paid";
/// Paid by card.
pub const BY_CARD: &str = "card";
/// By vouchers.
pub const BY_VOUCHER: &str = "voucher";
/// By vouchers and a card.
pub const BY_VOUCHER_AND_CARD: &str = "voucher and card";
/// Above who holds what.
pub const HELD_NOW: &str = "HELD NOW";
/// A server for practice.
pub const TRAINING: &str = "TRAINING";
/// A server of a demo.
pub const DEMO: &str = "DEMO";
/// With subtitles.
pub const SUBTITLED: &str = "sub";
