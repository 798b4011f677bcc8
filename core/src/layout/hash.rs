//! The fingerprint of a layout.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest;

/// The first 16 bytes of SHA-256 over the canonical text; written as 32 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayoutHash(pub [u8; 16]);

/// The text is not a layout's hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a layout hash; one has 32 digits of `0-9a-f`")]
pub struct LayoutHashError(pub String);

impl LayoutHash {
    /// The hash of a canonical text.
    #[must_use]
    pub(super) fn of(canonical: &str) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&sha2::Sha256::digest(canonical.as_bytes())[..16]);
        Self(short)
    }
}

impl fmt::Display for LayoutHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for LayoutHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for LayoutHash {
    type Err = LayoutHashError;
    fn from_str(text: &str) -> Result<Self, LayoutHashError> {
        let plain = text.len() == 32
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let number = plain
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten()
            .ok_or_else(|| LayoutHashError(crate::text::shown(text, 40)))?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl Serialize for LayoutHash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LayoutHash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for LayoutHash {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["0192f0c1a2b34c5d8e6f708192a3b4c5"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for LayoutHash {}
