//! Sales are written down before the server is asked, so that the next run can ask again.

use houseful_core::{ids::BookingId, time::UtcMillis, wire::Time};

use crate::{
    moment,
    state::{PendingCard, Sale, Stage, State, StateError},
    tui::msg::{Ask, Owned, Secret, Unfinished},
};

/// Sales of earlier runs at this server that are not finished, the newest last.
pub(super) fn open(state: &State, server: &str) -> Vec<Unfinished> {
    let sales = state.sales(server);
    sales
        .into_iter()
        .rev()
        .filter(Sale::is_open)
        // Bookings that staff were only paid for here have no secret and are not ours to resume.
        .filter_map(|sale| {
            let card = sale.card.filter(|_| sale.stage == Stage::TakingCard);
            Some(Unfinished {
                owned: Owned {
                    id: sale.booking,
                    secret: Some(Secret(sale.secret?)),
                },
                payment: card.map(|card| card.payment),
            })
        })
        .collect()
}

/// Writes down what is about to be asked, when it changes something.
pub(super) fn note(state: &State, server: &str, ask: &Ask) -> Result<(), StateError> {
    let owned = match ask {
        Ask::Hold(owned, request) => {
            let now: UtcMillis = moment::wall_clock();
            let mut sale = Sale::new(server, (**request).clone(), Time(now));
            sale.secret = owned.secret.as_ref().map(|secret| secret.0.clone());
            return state.store_sale(&sale);
        }
        Ask::Change(owned, _) | Ask::Release(owned, _) | Ask::Cash(owned, _) => owned,
        Ask::Pay(owned, _) => owned,
        Ask::Info
        | Ask::Cities
        | Ask::Movies(_)
        | Ask::Shows(_)
        | Ask::Show(_)
        | Ask::Layout(_)
        | Ask::Seats(_)
        | Ask::Booking(_)
        | Ask::Bookings(_)
        | Ask::Contact(..)
        | Ask::Cancel(..)
        | Ask::Token(_)
        | Ask::Payment(..) => return Ok(()),
    };
    if let Some(mut sale) = state.sale(owned.id)? {
        change(&mut sale, ask);
        state.store_sale(&sale)?;
    }
    Ok(())
}

/// What a question means for the sale that is written down.
fn change(sale: &mut Sale, ask: &Ask) {
    match ask {
        Ask::Change(..) => sale.stage = Stage::Held,
        Ask::Release(_, request) => sale.release = request.command,
        Ask::Cash(_, request) => {
            sale.stage = Stage::TakingCash;
            sale.cash = (request.command, request.payment);
            sale.given_minor = request.given_minor;
        }
        Ask::Pay(_, request) => {
            sale.stage = Stage::TakingCard;
            sale.card = Some(PendingCard {
                payment: request.payment,
                token: request.token.clone(),
            });
        }
        _ => {}
    }
}

/// Nothing is left to do for a booking.
pub(super) fn finish(state: &State, booking: BookingId) -> Result<(), StateError> {
    if let Some(mut sale) = state.sale(booking)? {
        sale.stage = Stage::Finished;
        state.store_sale(&sale)?;
    }
    Ok(())
}
