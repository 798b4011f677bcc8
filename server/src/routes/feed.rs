//! The live seats of a show as server-sent events: the map once, then what changes, on a tick.
//!
//! All feeds of a show share one rendering of each change. A feed that falls behind skips what
//! lies between; one that can't be brought up to date by changes gets the map again.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_util::sync::CancellationToken;

use super::{
    age,
    input::Id,
    seats::{reached, shown},
};
use crate::{
    app::App,
    clock::Clock,
    follow::FEED_STALE,
    hub::{Hub, Picture},
    problem::ApiError,
};

/// The shortest time between two events of one feed, in milliseconds of real time.
const TICK_MS: u64 = 100;
/// The longest silence of a feed, in milliseconds of real time.
const SILENCE_MS: u64 = 10_000;

/// The live seats of a show: `map` first, or `seats` for a reader that comes back in time.
#[utoipa::path(get, path = "/v1/shows/{id}/feed", tag = "seats",
    params(("id" = String, Path, description = "the show"),
           ("last-event-id" = Option<String>, Header, description = "the last version the reader saw"),
           ("if-version-at-least" = Option<String>, Header, description = "a version that the reader wrote: the first event is no older")),
    responses((status = 200, body = String, content_type = "text/event-stream",
        description = "`x-age-ms` and `x-read-from` are those of the first event; events `map` (data: a `SeatMap`) and `seats` (data: `SeatChanges`); `id` is the version")))]
pub(super) async fn feed(
    State(app): State<App>,
    headers: HeaderMap,
    Id(id): Id<ShowId>,
) -> Result<Response, ApiError> {
    let permit = app.limits.feed()?;
    let seen = HeaderName::from_static("last-event-id");
    let shown = shown(&app, id, reached(&headers, &seen)?).await?;
    let pictures = app.hub.watch(&shown.picture);
    let last = headers.get(seen);
    let last = last.and_then(|v| v.to_str().ok()?.parse::<Version>().ok());
    let feed = Feed {
        seen: last.and_then(|version| app.hub.recent(id, version)),
        pictures,
        fresh: true,
        confirmed: Confirmed {
            show: id,
            hub: app.hub.clone(),
            shared: app.journals.shared(),
        },
        clock: app.clock.clone(),
        closing: app.closing.clone(),
        _open: Open::new(permit),
    };
    let events = stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok::<_, std::convert::Infallible>(event), feed))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    if app.journals.shared() {
        age::tell(headers, shown.age, shown.origin);
    }
    // Proxies that gather answers would make a live feed late.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// Counts an open feed until it is dropped.
struct Open(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

impl Open {
    fn new(permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("feeds_open").increment(1);
        Self(permit)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("feeds_open").decrement(1);
    }
}

/// One reader.
struct Feed {
    pictures: watch::Receiver<Arc<Picture>>,
    /// What the reader has on the screen.
    seen: Option<Arc<Picture>>,
    /// Whether nothing was sent yet.
    fresh: bool,
    confirmed: Confirmed,
    clock: Clock,
    closing: CancellationToken,
    _open: Open,
}

impl Feed {
    /// The next bytes; `None` when the server stops, or can't tell any more what is so.
    async fn next(&mut self) -> Option<Bytes> {
        if std::mem::take(&mut self.fresh) {
            let bytes = self.bring_up();
            return Some(bytes.unwrap_or_else(alive));
        }
        // What comes within a tick of the last event goes out together.
        tokio::select! {
            () = self.closing.cancelled() => return None,
            () = self.clock.rest_real(TICK_MS) => {}
        }
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return None,
                () = self.confirmed.no_more(FEED_STALE, &self.clock) => return None,
                () = self.clock.rest_real(SILENCE_MS) => return Some(alive()),
                changed = self.pictures.changed() => changed.ok()?,
            }
            if let Some(bytes) = self.bring_up() {
                return Some(bytes);
            }
        }
    }

    /// What brings the reader from what it has seen to what is; `None` if it is there.
    fn bring_up(&mut self) -> Option<Bytes> {
        let now = Arc::clone(&self.pictures.borrow_and_update());
        let before = self.seen.replace(Arc::clone(&now));
        let version = now.version();
        match before {
            Some(before) if before.version() == version => None,
            Some(before) => match now.changes_from(&before) {
                Some(changes) => Some(event("seats", version, &changes)),
                None => Some(event("map", version, &now.body())),
            },
            None => Some(event("map", version, &now.body())),
        }
    }
}

/// How lately somebody confirmed the picture of a show.
struct Confirmed {
    show: ShowId,
    hub: Hub,
    /// Whether others may have sold since.
    shared: bool,
}

impl Confirmed {
    /// Waits until nobody has confirmed the picture for so long; for ever if nobody has to.
    async fn no_more(&self, limit: Duration, clock: &Clock) {
        if !self.shared {
            std::future::pending::<()>().await;
        }
        while let Some(age) = self.hub.age(self.show, Clock::stopwatch())
            && let Some(left) = limit.checked_sub(age)
        {
            let left_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
            clock.rest_real(left_ms.saturating_add(1)).await;
        }
    }
}

/// An event in the format of server-sent events. JSON as we write it has no line ends.
fn event(name: &str, version: Version, data: &[u8]) -> Bytes {
    let mut out = format!("event: {name}\nid: {version}\ndata: ").into_bytes();
    out.extend_from_slice(data);
    out.extend_from_slice(b"\n\n");
    out.into()
}

/// A comment, so that both ends know of each other.
fn alive() -> Bytes {
    Bytes::from_static(b": alive\n\n")
}

#[cfg(test)]
mod tests {
    use houseful_core::{show::ShowState, time::UtcMillis};
    use tokio::time::timeout;

    use super::*;
    use crate::clock::ClockKind;

    const SHOW: ShowId = ShowId(1);

    #[tokio::test]
    async fn a_feed_ends_when_nobody_can_confirm_its_picture_any_more() {
        let (limit, clock) = (
            Duration::from_millis(300),
            Clock::start(ClockKind::System, UtcMillis(0)),
        );
        let hub = Hub::new();
        let confirm = || hub.publish(Picture::of(&ShowState::new(SHOW), 7), Clock::stopwatch());
        let confirmed = |shared| Confirmed {
            show: SHOW,
            hub: hub.clone(),
            shared,
        };
        let began = Clock::stopwatch();
        confirm();
        let theirs = confirmed(true);
        let ends = theirs.no_more(limit, &clock);
        let confirmed_once_more = async {
            clock.rest_real(200).await;
            confirm();
        };
        let both = async { tokio::join!(ends, confirmed_once_more) };
        timeout(limit * 20, both).await.expect("it ends");
        let took = Clock::stopwatch().saturating_duration_since(began);
        assert!(took >= limit + Duration::from_millis(200), "{took:?}");
        // On a store of its own nobody has to be asked.
        let ours = confirmed(false);
        let ends = ours.no_more(limit, &clock);
        assert!(timeout(limit * 2, ends).await.is_err());
    }
}
