//! What stands at the top of the views.

use super::NAME;

/// A view with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The next shows.
    Sell,
    /// City, film, show.
    Browse,
    /// The tickets of a sale.
    Tickets,
    /// Bookings.
    Bookings,
    /// The late-payments desk.
    Late,
}

/// The title of a view, and where in it somebody is.
#[must_use]
pub fn view_title(view: View, at: Option<&str>) -> String {
    let name = match view {
        View::Sell => "SELL",
        View::Browse => "BROWSE",
        View::Tickets => "TICKETS",
        View::Bookings => "BOOKINGS",
        View::Late => "LATE PAYMENTS",
    };
    match (view, at) {
        (_, None) => format!("{NAME}  {name}"),
        (View::Sell, Some(place)) => format!("{NAME}  {name}  {place}"),
        (_, Some(at)) => format!("{NAME}  {name} > {at}"),
    }
}

/// Before the title of a show, on its live board.
pub const LIVE: &str = "LIVE  ";
