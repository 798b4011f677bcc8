//! What becomes of a message that has arrived, whichever way it came.

use houseful_core::{
    ids::{CommandId, OwnerRef},
    message::{Announcement, Settle},
    price::Channel,
    show::{Actor, Ask, Command},
};

use crate::{chance, lane::LaneError, shards::Lanes};

/// Tells a show where a payment stands. Gives the answer for payment where there is no journal to
/// decide it in; payment lets some time pass before it obeys.
pub async fn announcement(lanes: &Lanes, news: Announcement) -> Option<Settle> {
    // Payment says it again until it is settled.
    told(lanes, news).await.ok().flatten()
}

/// The same for a carrier that can bring it again.
///
/// # Errors
/// Why it was not taken now.
pub(crate) async fn told(lanes: &Lanes, news: Announcement) -> Result<Option<Settle>, LaneError> {
    let (show, payment) = (news.booking.show, news.payment);
    let no_show = Settle::without_a_show(&news);
    match lanes.ask(show, announced(news)).await {
        Ok(_) => Ok(None),
        Err(LaneError::NoSuchShow) => Ok(Some(no_show)),
        Err(error) => {
            tracing::warn!(show.id = %show, payment.id = %payment, %error, "an announcement was not taken");
            Err(error)
        }
    }
}

/// The command that carries an announcement. Its id is never repeated: what it does is told apart
/// by payment, not by command.
#[must_use]
pub fn announced(news: Announcement) -> Command {
    Command {
        id: CommandId(chance::uuid()),
        actor: Actor {
            owner: OwnerRef::of_staff("payment"),
            staff: true,
            channel: Channel::Counter,
        },
        ask: Ask::Announced(news),
        rolls: chance::rolls(),
    }
}
