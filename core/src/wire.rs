//! What goes over HTTP: one type for each request and answer, apart from the domain's own types.
//!
//! The server writes these and every client reads them. Times are RFC 3339 in UTC, money is minor
//! units with a currency, ids carry their prefix. Requests refuse unknown fields; answers may
//! gain fields, so clients ignore what they do not know.

pub mod admin;
pub mod booking;
pub mod catalogue;
pub mod desk;
pub mod payment;
pub mod price;
pub mod problem;
pub mod refund;
pub mod report;
pub mod seats;
pub mod voucher;
pub mod why;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::UtcMillis;

/// The header in which a client proves that a booking is its own: a secret it made itself,
/// 22 to 128 characters of `A-Z a-z 0-9 _ -`, stored before the first request.
pub const BOOKING_SECRET_HEADER: &str = "houseful-booking-secret";

/// The header in which every answer carries the server's time, in milliseconds of UTC, so that a
/// client can correct its countdown.
pub const TIME_HEADER: &str = "houseful-time";

/// The header that names a request in answers and logs.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// The header in which a reader names the version of a show that what it is told must have on its
/// line: what it wrote or saw last, so that no answer is older than that.
pub const VERSION_HEADER: &str = "if-version-at-least";

/// The header in which an answer says how old what it tells is at most, in milliseconds.
pub const AGE_HEADER: &str = "x-age-ms";

/// The header in which an answer says whether it was read at the `primary` or at a `replica`.
pub const READ_FROM_HEADER: &str = "x-read-from";

/// A point in time as it is written on the wire: RFC 3339, UTC, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub UtcMillis);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        UtcMillis::parse_rfc3339(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

impl From<UtcMillis> for Time {
    fn from(at: UtcMillis) -> Self {
        Self(at)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .examples(["2026-11-21T19:15:00.000Z"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Time {}

/// A list in an answer, and where its next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The things, in a stable order.
    pub items: Vec<T>,
    /// Give it back as `cursor` for the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
