//! The three roles of a house, together in one process or apart.
//!
//! ```text
//! catalogue ── feed: shows, layouts, prices, tokens ──> booking, payment
//! payment   ── announcements ──> booking ── settlements ──> payment
//! any of them ── what its roles do not answer ──> a server that has the role
//! ```
//!
//! Every server opens all rooms of its database, and has all of the code. Its [`Roles`] say which
//! rooms are at work: no request reaches those of another role, nothing runs in them, and they stay
//! as empty as they were made. What servers say to each other is signed with the key of the house
//! ([`key`]); nothing of it is read before its signature was.

pub mod address;
mod believed;
pub(crate) mod books;
pub(crate) mod calls;
pub(crate) mod cluster;
pub(crate) mod feed;
pub(crate) mod forward;
pub mod key;
pub(crate) mod owners;
pub(crate) mod peer;
mod replay;
pub(crate) mod routes;
mod signed;
pub(crate) mod start;
mod wire;
mod words;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::{
    address::{BadAddress, PeerAddress},
    key::{BadKey, ClusterKey},
};
pub(crate) use self::{
    cluster::Cluster,
    routes::{BATCH_MAX, not_elsewhere},
    signed::{Client, REFUSED, SIGNED},
    words::{
        Nothing,
        at::{ANNOUNCEMENTS, SETTLEMENTS},
    },
};

/// One of the things a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerRole {
    /// What is on, and who may ask for what.
    Catalogue,
    /// Seats: journals, bookings, tickets.
    Booking,
    /// Money.
    Payment,
}

impl ServerRole {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Catalogue, Self::Booking, Self::Payment];

    /// The word on the wire and in arguments.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Booking => "booking",
            Self::Payment => "payment",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for ServerRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no role `{0}`; a server is `catalogue`, `booking` or `payment`")]
pub struct NoSuchRole(pub String);

impl FromStr for ServerRole {
    type Err = NoSuchRole;
    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        let role = Self::ALL.into_iter().find(|role| role.word() == text);
        role.ok_or_else(|| NoSuchRole(houseful_core::text::shown(text, 40)))
    }
}

/// Which roles a server has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// All three.
    pub const ALL: Self = Self(0b111);

    /// Whether this is one of them.
    #[must_use]
    pub const fn has(self, role: ServerRole) -> bool {
        self.0 & role.bit() != 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = ServerRole> {
        let all = ServerRole::ALL.into_iter();
        all.filter(move |role| self.has(*role))
    }
}

impl FromIterator<ServerRole> for Roles {
    fn from_iter<I: IntoIterator<Item = ServerRole>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |all, role| all | role.bit()))
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What a server knows of the house's other servers.
#[derive(Clone, Debug)]
pub struct RolesConfig {
    /// What it does itself.
    pub own: Roles,
    /// Who does what, several for a role if there are; those for its own roles are of no use to it
    /// and do no harm, so that all servers of a house may be told the same.
    pub peers: Vec<(ServerRole, PeerAddress)>,
    /// What they sign with.
    pub key: Option<ClusterKey>,
}

impl Default for RolesConfig {
    /// All three together, and nobody else.
    fn default() -> Self {
        Self {
            own: Roles::ALL,
            peers: Vec::new(),
            key: None,
        }
    }
}

/// Why roles can't be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRoles {
    /// A server that does nothing.
    #[error("a server has at least one role")]
    None,
    /// Nobody does it.
    #[error("nobody is named for the role {0}")]
    Nobody(ServerRole),
    /// Others are named, and there is nothing to know them by.
    #[error("servers know each other by the key of their house, and none was given")]
    NoKey,
}

impl RolesConfig {
    /// Whether all of it makes sense together.
    ///
    /// # Errors
    /// What is missing.
    pub fn check(&self) -> Result<(), BadRoles> {
        if self.own.iter().next().is_none() {
            return Err(BadRoles::None);
        }
        let named = |role| self.peers.iter().any(|(of, _)| *of == role);
        let mut others = ServerRole::ALL.into_iter().filter(|r| !self.own.has(*r));
        if let Some(role) = others.find(|role| !named(*role)) {
            return Err(BadRoles::Nobody(role));
        }
        if self.own != Roles::ALL && self.key.is_none() {
            return Err(BadRoles::NoKey);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_by_their_words() {
        for role in ServerRole::ALL {
            assert_eq!(role.word().parse(), Ok(role));
        }
        assert!("clerk".parse::<ServerRole>().is_err());
        let two: Roles = [ServerRole::Payment, ServerRole::Catalogue]
            .into_iter()
            .collect();
        assert_eq!(format!("{two:?}"), "[Catalogue, Payment]");
        assert_eq!(ServerRole::ALL.into_iter().collect::<Roles>(), Roles::ALL);
    }

    #[test]
    fn a_server_needs_a_role_a_peer_for_each_other_role_and_a_key() {
        let key = || Some(ClusterKey::parse(&"k".repeat(32)).expect("a key"));
        let at: PeerAddress = "http://127.0.0.1:1".parse().expect("an address");
        let config = |own: &[ServerRole], peers: &[ServerRole], key| RolesConfig {
            own: own.iter().copied().collect(),
            peers: peers.iter().map(|role| (*role, at.clone())).collect(),
            key,
        };
        use ServerRole::{Booking, Catalogue, Payment};
        assert_eq!(RolesConfig::default().check(), Ok(()));
        assert_eq!(config(&[], &[], key()).check(), Err(BadRoles::None));
        let missing = config(&[Booking], &[Catalogue], key()).check();
        assert_eq!(missing, Err(BadRoles::Nobody(Payment)));
        let all = [Catalogue, Booking, Payment];
        assert_eq!(config(&[Booking], &all, None).check(), Err(BadRoles::NoKey));
        assert_eq!(config(&[Booking], &all, key()).check(), Ok(()));
        assert_eq!(
            config(&[Booking, Catalogue], &[Payment], key()).check(),
            Ok(())
        );
    }
}
