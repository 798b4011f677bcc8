//! What a server is told by its database before anything starts: how serious the money is, and
//! what time it is.

use houseful_core::{time::UtcMillis, wire::admin::Mode};

use super::{ServerConfig, StartError};
use crate::{
    clock::{Clock, ClockKind},
    database::Books,
    house,
    shards::Opened,
};

/// What the database is for, if that can be had with this clock.
pub(super) async fn mode(books: &Books, config: &ServerConfig) -> Result<Mode, StartError> {
    if config.mode == Some(Mode::Live) && config.clock != ClockKind::System {
        return Err(StartError::ClockNotReal);
    }
    let mode = match house::mode(books.house.as_ref(), config.mode).await? {
        Ok(mode) => mode,
        Err(modes) => {
            let db = config.db.clone();
            return Err(StartError::OtherMode { db, modes });
        }
    };
    if mode == Mode::Live && config.clock != ClockKind::System {
        return Err(StartError::ClockNotReal);
    }
    Ok(mode)
}

/// A clock that is not behind the journals; one that is moved by hand goes on where it was left.
pub(super) async fn clock(
    books: &Books,
    shards: Option<&Opened>,
    kind: ClockKind,
) -> Result<Clock, StartError> {
    let shards = shards.into_iter().flat_map(|opened| &opened.books);
    let all = shards.flatten().chain([books]);
    let latest = all.map(|books| books.ground.latest_time()).max();
    let (house, latest) = (books.house.as_ref(), latest.unwrap_or(UtcMillis(0)));
    if kind == ClockKind::Manual
        && let Some(left) = house::clock_at(house).await?
    {
        return Ok(Clock::start_at(kind, left.max(latest)));
    }
    let clock = Clock::start(kind, latest);
    if kind == ClockKind::Manual {
        house::keep_clock(house, clock.now()).await?;
    }
    Ok(clock)
}
