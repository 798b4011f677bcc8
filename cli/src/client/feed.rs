//! The live seats of a show. The stream mends itself: it connects again after a loss, with the
//! last version it saw, and tells the reader about each loss.

use std::{collections::VecDeque, time::Duration};

use futures_util::stream::{self, Stream};
use houseful_core::{
    ids::ShowId,
    wire::seats::{SeatChanges, SeatMap, Version},
};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName};

use super::{
    Client, ClientError, lock,
    sse::{SseEvent, SseReader},
    transport::Call,
};
use crate::moment;

/// A stream that is silent for so long is dead: the server sends a comment far more often.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// Waits between connections, growing to the last.
const DELAYS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// What the feed of a show brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedEvent {
    /// All seats: the first event, and again when the reader was too far behind.
    Map(Box<SeatMap>),
    /// What changed since a version.
    Seats(SeatChanges),
}

impl FeedEvent {
    /// The version the reader is at after this event.
    #[must_use]
    pub fn version(&self) -> Version {
        match self {
            Self::Map(map) => map.version,
            Self::Seats(changes) => changes.version,
        }
    }
}

/// Where the feed stands between two events.
struct Feed {
    client: Client,
    show: ShowId,
    last: Option<Version>,
    link: Option<Link>,
    ready: VecDeque<FeedEvent>,
    /// Connections that failed since the last event.
    failures: usize,
    over: bool,
    /// Called when a connection stands.
    opened: Box<dyn Fn() + Send>,
}

/// One connection.
struct Link {
    response: reqwest::Response,
    reader: SseReader,
    name: String,
}

impl Client {
    /// The live seats of `show`, from `last` if the server still has what came after it.
    ///
    /// An `Err` means the connection was lost or refused. After one that may pass, the stream
    /// goes on by itself; after a final one (unknown show, say) it ends.
    pub fn feed(
        &self,
        show: ShowId,
        last: Option<Version>,
    ) -> impl Stream<Item = Result<FeedEvent, ClientError>> + Send + use<> {
        self.feed_telling(show, last, || {})
    }

    /// As [`Client::feed`]; calls `opened` each time a connection stands, which a reader can't
    /// tell from the events when nothing happened meanwhile.
    pub fn feed_telling<F: Fn() + Send + 'static>(
        &self,
        show: ShowId,
        last: Option<Version>,
        opened: F,
    ) -> impl Stream<Item = Result<FeedEvent, ClientError>> + Send + use<F> {
        let feed = Feed {
            client: self.clone(),
            show,
            last,
            link: None,
            ready: VecDeque::new(),
            failures: 0,
            over: false,
            opened: Box::new(opened),
        };
        stream::unfold(feed, |mut feed| async move {
            let item = feed.next().await?;
            Some((item, feed))
        })
    }
}

impl Feed {
    async fn next(&mut self) -> Option<Result<FeedEvent, ClientError>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.failures = 0;
                let version = event.version();
                lock(&self.client.shared.versions).saw_after(self.show, self.last, version);
                self.last = Some(version);
                return Some(Ok(event));
            }
            if self.over {
                return None;
            }
            let step = match self.link.take() {
                None => self.connect().await,
                Some(link) => self.receive(link).await,
            };
            if let Err(error) = step {
                self.failures += 1;
                self.over = is_final(&error);
                return Some(Err(error));
            }
        }
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        if let Some(after) = self.failures.checked_sub(1) {
            moment::pause(DELAYS[after.min(DELAYS.len() - 1)]).await;
        }
        let name = moment::fresh_request_name();
        let reached = lock(&self.client.shared.versions).of(self.show);
        let mut call = Call::get(format!("/v1/shows/{}/feed", self.show))
            .reaching(reached)
            .header(ACCEPT, "text/event-stream");
        if let Some(last) = self.last {
            call = call.header(HeaderName::from_static("last-event-id"), &last.to_string());
        }
        let sent = moment::tick();
        let answer = tokio::time::timeout(
            self.client.shared.timeout,
            self.client.request(&call, &name).send(),
        );
        let response = answer
            .await
            .map_err(|_| ClientError::TimedOut {
                server: self.client.base().to_owned(),
                after: self.client.shared.timeout,
                request_id: name.clone(),
            })?
            .map_err(|e| self.client.unreachable(&e, &name))?;
        self.client
            .note_time(response.headers(), sent, moment::tick());
        let is_stream = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|v| v.as_bytes().starts_with(b"text/event-stream"));
        if !response.status().is_success() || !is_stream {
            return Err(self.client.refusal(response, &name).await);
        }
        self.link = Some(Link {
            response,
            reader: SseReader::default(),
            name,
        });
        (self.opened)();
        Ok(())
    }

    async fn receive(&mut self, mut link: Link) -> Result<(), ClientError> {
        let lost = |why: String| ClientError::Unreachable {
            server: self.client.base().to_owned(),
            why,
            request_id: link.name.clone(),
        };
        let chunk = tokio::time::timeout(SILENCE_MAX, link.response.chunk())
            .await
            .map_err(|_| lost("the stream fell silent".to_owned()))?
            .map_err(|e| self.client.unreachable(&e, &link.name))?
            .ok_or_else(|| lost("the server closed the stream".to_owned()))?;
        let events = link.reader.push(&chunk).map_err(|e| lost(e.to_string()))?;
        for event in events {
            let event = read_event(&event).map_err(|why| ClientError::BadAnswer {
                server: self.client.base().to_owned(),
                status: 200,
                why,
                request_id: link.name.clone(),
            })?;
            self.ready.extend(event);
        }
        self.link = Some(link);
        Ok(())
    }
}

/// The event, or `None` for a kind this program does not know.
fn read_event(event: &SseEvent) -> Result<Option<FeedEvent>, String> {
    let read = match event.name.as_str() {
        "map" => serde_json::from_str(&event.data).map(|map| Some(FeedEvent::Map(Box::new(map)))),
        "seats" => serde_json::from_str(&event.data).map(|seats| Some(FeedEvent::Seats(seats))),
        _ => Ok(None),
    };
    read.map_err(|e| {
        format!(
            "event `{}`: {e}",
            houseful_core::text::shown(&event.name, 24)
        )
    })
}

/// Whether connecting again can't help.
fn is_final(error: &ClientError) -> bool {
    match error {
        ClientError::Problem(problem) => !problem.retryable && problem.status < 500,
        ClientError::BadAnswer { status, .. } => *status < 500,
        ClientError::Unreachable { .. } | ClientError::TimedOut { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> SseEvent {
        SseEvent {
            name: name.to_owned(),
            data: data.to_owned(),
            id: String::new(),
        }
    }

    #[test]
    fn known_events_are_read_and_others_passed_over() {
        let seats = r#"{"from":"1-0000000000000001","version":"2-0000000000000002","status":"on_sale",
            "seats":[{"seat":3,"state":"s"}]}"#;
        let read = read_event(&event("seats", seats));
        assert!(
            matches!(&read, Ok(Some(e @ FeedEvent::Seats(_))) if e.version().ver == 2),
            "{read:?}"
        );
        assert_eq!(read_event(&event("holder", "{}")), Ok(None));
        assert!(read_event(&event("map", "{}")).is_err());
    }
}
