//! Where a booking is made.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a booking is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Channel {
    /// Box-office staff.
    Counter,
    /// Customers on their own.
    Web,
    /// Programs of partners.
    Api,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 3] = [Self::Counter, Self::Web, Self::Api];

    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Web => "web",
            Self::Api => "api",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The text is not a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a channel; use `counter`, `web` or `api`")]
pub struct ChannelError(String);

impl FromStr for Channel {
    type Err = ChannelError;
    fn from_str(text: &str) -> Result<Self, ChannelError> {
        Self::ALL
            .into_iter()
            .find(|c| c.word() == text)
            .ok_or_else(|| ChannelError(crate::text::shown(text, 16)))
    }
}
