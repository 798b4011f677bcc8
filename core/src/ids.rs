//! Identifiers, each its own type, each with a prefix that says what it names.
//!
//! Catalogue ids are small integers given by the catalogue (`shw_1042`). A booking id is made by
//! the client before it asks and carries its show: `bkg_1042_<uuid>`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The text is not an identifier of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a {kind} id; one looks like `{example}`")]
pub struct IdError {
    /// What was wanted, in words.
    pub kind: &'static str,
    /// An id of that kind.
    pub example: &'static str,
    /// What came instead, shortened and made printable.
    pub given: String,
}

impl IdError {
    fn new(kind: &'static str, example: &'static str, given: &str) -> Self {
        let given = given
            .chars()
            .take(64)
            .flat_map(char::escape_debug)
            .collect();
        Self {
            kind,
            example,
            given,
        }
    }
}

/// `digits` as a positive number, without signs, spaces or leading zeros.
fn plain_number(digits: &str) -> Option<u64> {
    let canonical = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    canonical
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|n| i64::try_from(*n).is_ok())
}

fn plain_uuid(hex: &str) -> Option<Uuid> {
    let canonical = hex.len() == 32
        && hex
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    canonical.then(|| Uuid::try_parse(hex).ok()).flatten()
}

macro_rules! text_serde {
    ($name:ident, $example:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([$example])
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(plain_number)
                    .map(Self)
                    .ok_or_else(|| IdError::new($kind, $example, text))
            }
        }
        text_serde!($name, $example);
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.as_simple())
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(plain_uuid)
                    .map(Self)
                    .ok_or_else(|| IdError::new($kind, $example, text))
            }
        }
        text_serde!($name, $example);
    };
}

number_id!(
    /// A city with at least one cinema.
    CityId, "cty_", "city", "cty_3");
number_id!(
    /// A cinema.
    CinemaId, "cin_", "cinema", "cin_12");
number_id!(
    /// A screen: one room of a cinema.
    ScreenId, "scr_", "screen", "scr_40");
number_id!(
    /// A movie.
    MovieId, "mov_", "movie", "mov_7");
number_id!(
    /// A show: one screening, the unit of every decision.
    ShowId, "shw_", "show", "shw_1042");
uuid_id!(
    /// One changing command, made and stored by the client before it asks.
    CommandId, "cmd_", "command", "cmd_0192f0c1a2b34c5d8e6f708192a3b4c5");
uuid_id!(
    /// One attempt to pay, made and stored by the client before it asks.
    PaymentId, "pay_", "payment", "pay_0192f0c1a2b34c5d8e6f708192a3b4c5");
uuid_id!(
    /// A voucher; its code is a secret, its id is not.
    VoucherId, "vch_", "voucher", "vch_0192f0c1a2b34c5d8e6f708192a3b4c5");

uuid_id!(
    /// 16 bytes of SHA-256 over what was asked: tells a repeat from a reused id.
    Fingerprint, "", "fingerprint", "0192f0c1a2b34c5d8e6f708192a3b4c5");
uuid_id!(
    /// Names what a payer agreed to: 16 bytes of SHA-256 over booking, lines, fee and currency.
    QuoteHash, "", "quote", "0192f0c1a2b34c5d8e6f708192a3b4c5");
uuid_id!(
    /// Names a price card by its content: 16 bytes of SHA-256 over its JSON.
    PriceHash, "", "price card", "0192f0c1a2b34c5d8e6f708192a3b4c5");

/// The first 16 bytes of SHA-256 over the parts, one after the other.
#[must_use]
pub(crate) fn digest16(parts: &[&[u8]]) -> Uuid {
    use sha2::Digest;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hash.finalize()[..16]);
    Uuid::from_bytes(short)
}

/// A booking: made by the client, carries its show, so that it alone says where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BookingId {
    /// The show the booking belongs to.
    pub show: ShowId,
    /// The client's part.
    pub uuid: Uuid,
}

const BOOKING_EXAMPLE: &str = "bkg_1042_0192f0c1a2b34c5d8e6f708192a3b4c5";

impl fmt::Display for BookingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bkg_{}_{}", self.show.0, self.uuid.as_simple())
    }
}

impl FromStr for BookingId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let parsed = text.strip_prefix("bkg_").and_then(|rest| {
            let (show, uuid) = rest.split_once('_')?;
            Some(Self {
                show: ShowId(plain_number(show)?),
                uuid: plain_uuid(uuid)?,
            })
        });
        parsed.ok_or_else(|| IdError::new("booking", BOOKING_EXAMPLE, text))
    }
}

text_serde!(BookingId, "bkg_1042_0192f0c1a2b34c5d8e6f708192a3b4c5");

/// Names one of the databases that shows are spread over, as in the configuration: 1 to 32 small
/// letters, digits and hyphens, a letter first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardName(String);

const SHARD_EXAMPLE: &str = "north-1";

impl ShardName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for ShardName {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = (1..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::new("shard", SHARD_EXAMPLE, text))
        }
    }
}

text_serde!(ShardName, "north-1");

/// Who may act on a booking: 16 bytes of SHA-256 over the owner's secret or staff account.
///
/// The journal carries this reference and never the secret or a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerRef(pub [u8; 16]);

impl OwnerRef {
    /// The reference of the holder of a per-booking secret.
    #[must_use]
    pub fn of_secret(secret: &str) -> Self {
        Self(digest16(&[b"booking-secret\0", secret.as_bytes()]).into_bytes())
    }

    /// The reference of a member of staff (or a device) by account name.
    #[must_use]
    pub fn of_staff(account: &str) -> Self {
        Self(digest16(&[b"staff\0", account.as_bytes()]).into_bytes())
    }
}

impl fmt::Display for OwnerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "own_{}", Uuid::from_bytes(self.0).as_simple())
    }
}

impl fmt::Debug for OwnerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OwnerRef {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.strip_prefix("own_")
            .and_then(plain_uuid)
            .map(|u| Self(u.into_bytes()))
            .ok_or_else(|| IdError::new("owner", "own_0192f0c1a2b34c5d8e6f708192a3b4c5", text))
    }
}

text_serde!(OwnerRef, "own_0192f0c1a2b34c5d8e6f708192a3b4c5");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_both_ways_and_only_one_spelling_is_read() {
        let text = "bkg_1042_0192f0c1a2b34c5d8e6f708192a3b4c5";
        assert_eq!(
            text.parse::<BookingId>().map(|b| b.to_string()),
            Ok(text.to_owned())
        );
        assert_eq!("shw_1042".parse(), Ok(ShowId(1042)));
        for bad in [
            "shw_01",
            "shw_",
            "shw_+1",
            "SHW_1",
            "shw_1 ",
            "1",
            "shw_99999999999999999999",
        ] {
            assert!(bad.parse::<ShowId>().is_err(), "{bad}");
        }
        for bad in [
            "bkg_1042_0192F0C1A2B34C5D8E6F708192A3B4C5",
            "bkg_1042_0192f0c1-a2b3-4c5d-8e6f-708192a3b4c5",
            "bkg_0_0192f0c1a2b34c5d8e6f708192a3b4c5",
        ] {
            assert!(bad.parse::<BookingId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wrong_id_is_named_without_control_characters() {
        let err = "shw_\u{1b}]0;x"
            .parse::<ShowId>()
            .map_err(|e| e.to_string());
        assert_eq!(
            err,
            Err("`shw_\\u{1b}]0;x` is not a show id; one looks like `shw_1042`".to_owned())
        );
    }
}
