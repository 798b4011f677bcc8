//! Another server of the house, and how it does.

use std::sync::atomic::{AtomicU8, Ordering};

use super::{PeerAddress, ServerRole};

/// How another server does, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Health {
    /// Nobody asked yet.
    Unknown,
    /// It answered when it was last asked.
    Up,
    /// It did not.
    Down,
    /// It answered, and is of another house or another kind of house.
    Stranger,
}

impl Health {
    /// The word in answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
            Self::Stranger => "stranger",
        }
    }

    const fn of(number: u8) -> Self {
        match number {
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::Stranger,
            _ => Self::Unknown,
        }
    }
}

/// Another server.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) role: ServerRole,
    pub(crate) address: PeerAddress,
    health: AtomicU8,
}

impl Peer {
    /// One of whom nothing is known yet.
    pub(super) fn new(role: ServerRole, address: PeerAddress) -> Self {
        Self {
            role,
            address,
            health: AtomicU8::new(Health::Unknown as u8),
        }
    }

    /// How it does.
    pub(crate) fn health(&self) -> Health {
        Health::of(self.health.load(Ordering::Relaxed))
    }

    /// Notes how it did, and says so once.
    pub(super) fn note(&self, now: Health, why: &dyn std::fmt::Display) {
        let before = Health::of(self.health.swap(now as u8, Ordering::Relaxed));
        if before == now {
            return;
        }
        let (role, address) = (self.role, &self.address);
        match now {
            Health::Up => tracing::info!(%role, %address, "another server answers"),
            Health::Unknown => {}
            Health::Down => tracing::warn!(%role, %address, %why, "another server does not answer"),
            Health::Stranger => {
                tracing::error!(%role, %address, %why, "a server that was named is none of this house");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_goes_both_ways() {
        for health in [Health::Unknown, Health::Up, Health::Down, Health::Stranger] {
            assert_eq!(Health::of(health as u8), health);
        }
    }
}
