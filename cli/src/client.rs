//! The one way to a Houseful server: typed calls over HTTP, for commands and screens alike.
//!
//! Every call may be repeated: changing requests carry ids that the caller made and stored
//! before, so an answer that got lost is asked for again with the same body. The client never
//! decides anything about seats or money.

mod bookings;
mod catalogue;
mod error;
mod feed;
mod payments;
mod refunds;
pub mod sse;
mod staff;
mod transport;
mod versions;
mod vouchers;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use houseful_core::{ids::BookingId, time::UtcMillis};

pub use catalogue::{
    Around, CalendarQuery, CinemaQuery, CityQuery, Kind, MovieQuery, Near, ShowQuery, WhyQuery,
};
pub use error::{BadServer, ClientError};
pub use feed::FeedEvent;
pub use refunds::{DeskQuery, DeskState};
pub use transport::RawAnswer;
use versions::Versions;

/// How long a call may take with all its repetitions, unless told otherwise.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);

/// A connection to one server. Cheap to clone; all clones share what they learnt.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    /// Scheme, host and port, without a slash at the end.
    base: String,
    /// What this machine files its sales there under.
    home: String,
    token: Option<String>,
    timeout: Duration,
    /// Secrets of this client's bookings; they go with each request about the booking.
    secrets: Mutex<HashMap<BookingId, String>>,
    clock: Mutex<ServerClock>,
    /// What was last written or seen of shows.
    versions: Mutex<Versions>,
}

/// What is known about the server's clock.
#[derive(Clone, Copy)]
struct ServerClock {
    /// A pair of "our tick" and "the server's time then".
    seen: Option<(Instant, UtcMillis)>,
    /// Seconds of the server's time in one second of ours; 0 for a clock that is moved by hand.
    speed: u32,
    /// How long the last answer took.
    round_trip: Option<Duration>,
}

/// A lock whose data stays usable although another thread panicked: these are plain values.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    /// Makes a client for the server at `base`, as in `http://127.0.0.1:7878`. Connects to
    /// nothing yet.
    ///
    /// # Errors
    /// The address is not `http://` or `https://` with a host.
    pub fn new(base: &str, token: Option<String>, timeout: Duration) -> Result<Self, BadServer> {
        let (base, http) = transport::prepare(base, token.as_deref())?;
        Ok(Self::at(base.clone(), base, http, token, timeout))
    }

    /// The same for a server that has another address each time: `home` is its name here.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn new_at_home(
        home: String,
        base: &str,
        token: Option<String>,
        timeout: Duration,
    ) -> Result<Self, BadServer> {
        let (base, http) = transport::prepare(base, token.as_deref())?;
        Ok(Self::at(home, base, http, token, timeout))
    }

    fn at(
        home: String,
        base: String,
        http: reqwest::Client,
        token: Option<String>,
        timeout: Duration,
    ) -> Self {
        let clock = ServerClock {
            seen: None,
            speed: 1,
            round_trip: None,
        };
        Self {
            shared: Arc::new(Shared {
                http,
                base,
                home,
                token,
                timeout,
                secrets: Mutex::default(),
                clock: Mutex::new(clock),
                versions: Mutex::default(),
            }),
        }
    }

    /// The server's address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.shared.base
    }

    /// What this machine files its sales at the server under: the address, or the path of a file
    /// that is served here, at another address each time.
    #[must_use]
    pub fn home(&self) -> &str {
        &self.shared.home
    }

    /// Whether a token is sent.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.shared.token.is_some()
    }

    /// From now on sends `secret` with every request about `booking`. Store it on disk first.
    pub fn keep_secret(&self, booking: BookingId, secret: String) {
        lock(&self.shared.secrets).insert(booking, secret);
    }

    /// The server's time now, as far as answers told; `None` before the first answer.
    #[must_use]
    pub fn server_now(&self) -> Option<UtcMillis> {
        let clock = *lock(&self.shared.clock);
        let (at, time) = clock.seen?;
        let passed = crate::moment::tick().saturating_duration_since(at);
        let passed = passed.saturating_mul(clock.speed).as_millis();
        Some(time.plus_ms(i64::try_from(passed).unwrap_or(i64::MAX)))
    }

    /// How long the last answer took.
    #[must_use]
    pub fn round_trip(&self) -> Option<Duration> {
        lock(&self.shared.clock).round_trip
    }

    /// Notes how fast the server's clock runs.
    fn set_speed(&self, speed: u32) {
        lock(&self.shared.clock).speed = speed;
    }

    /// Notes the server's time from an answer that took from `sent` until `received`.
    fn saw_time(&self, time: UtcMillis, sent: Instant, received: Instant) {
        let took = received.saturating_duration_since(sent);
        let mut clock = lock(&self.shared.clock);
        clock.round_trip = Some(took);
        // The server stamped the answer somewhere on the way; the middle is the best guess.
        clock.seen = Some((sent + took / 2, time));
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.shared.base)
            .finish_non_exhaustive()
    }
}
