//! How messages between payment and booking go, whichever of the two this server is.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    bus::{
        between::{self, To},
        local::{self, AnnouncementsRx, SettlementsRx},
    },
    clock::Clock,
    payment::Payments,
    roles::{ANNOUNCEMENTS, Cluster, SETTLEMENTS, ServerRole},
    shards::Lanes,
};

/// Delivers here what both roles are here for, and sends the rest to where it is for. What others
/// send here comes over HTTP.
pub(super) fn start(
    (announcements, settlements): (AnnouncementsRx, SettlementsRx),
    (lanes, payments): (Lanes, Payments),
    (cluster, clock): (&Cluster, &Clock),
    shutdown: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let roles = (
        cluster.has(ServerRole::Booking),
        cluster.has(ServerRole::Payment),
    );
    let how = || (cluster.clone(), clock.clone());
    match roles {
        (true, true) => {
            let both = (announcements, settlements);
            local::deliver(both, lanes, payments, shutdown.clone()).into()
        }
        (true, false) => {
            let to = To {
                role: ServerRole::Payment,
                address: SETTLEMENTS,
            };
            vec![between::carry(settlements, to, how(), shutdown.clone())]
        }
        (false, true) => {
            let to = To {
                role: ServerRole::Booking,
                address: ANNOUNCEMENTS,
            };
            vec![between::carry(announcements, to, how(), shutdown.clone())]
        }
        (false, false) => Vec::new(),
    }
}
