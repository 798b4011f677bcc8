//! One lane per shard and server: decides per show in memory, commits a batch in one go, answers
//! only after the commit.

use std::sync::Arc;

use houseful_core::{
    best::BestOffer,
    ids::ShowId,
    refusal::Refusal,
    seat::SeatLabel,
    show::{Command, ShowState},
    time::UtcMillis,
    wire::{booking::Booking, seats::Version},
};

use crate::{bus::Bus, clock::Clock, hub::Hub, store::Store};

/// What came of a command that was not refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The show's version that carries it.
    pub version: Version,
    /// Whether something was written; `false` for a repeat and for nothing to do.
    pub fresh: bool,
    /// The booking the command was about.
    pub booking: Option<Booking>,
}

/// What somebody who lost seats may take instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextBest {
    /// By name.
    pub seats: Vec<SeatLabel>,
    /// What gave way.
    pub relaxed: Vec<houseful_core::best::Relaxed>,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LaneError {
    /// The rules said no.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// For lost seats: the best that are left.
        next_best: Box<NextBest>,
    },
    /// No such show.
    #[error("there is no such show")]
    NoSuchShow,
    /// The journal can't be read by this program, or its second guard spoke.
    #[error("the show is read-only: {0}")]
    ReadOnly(String),
    /// Not now; nothing was written.
    #[error("too much to do, try again")]
    Busy,
    /// It may or may not have been written; the same command again will tell.
    #[error("the outcome is unknown, send the same request again")]
    Unknown,
}
