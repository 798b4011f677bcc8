//! A server among the others of its house: what it does itself, whom it knows, how it asks them.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Response, StatusCode},
};
use houseful_core::wire::admin::Mode;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    PeerAddress, Roles, RolesConfig, ServerRole,
    key::ClusterKey,
    peer::{Health, Peer},
    replay::Taken,
    signed::{Answered, Asked, Client, Distrust, Envelope, REFUSED, signature},
    wire::{Call, Wire, WireError},
    words::{HouseFacts, Nothing, Trouble, at},
};
use crate::{
    clock::{Clock, ClockKind},
    house::mode_word,
    problem::ApiError,
};

/// How long another server may take for an answer that is a matter of memory and one transaction.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes: a part of a catalogue with all of its places.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What kind of house a server is of. Servers of two kinds do not hear each other: a mistake in a
/// configuration must not bring practice money into real books.
#[must_use]
pub(crate) fn kind_of(mode: Mode, clock: ClockKind) -> String {
    let clock = match clock {
        ClockKind::System => "system".to_owned(),
        ClockKind::Manual => "manual".to_owned(),
        ClockKind::Fast(speed) => format!("fast {speed}"),
    };
    format!("{} {clock}", mode_word(mode))
}

/// Why a question to another role was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AskError {
    /// Nobody has that role, or nobody who has it answers. What was asked may have been done by one
    /// that can't tell any more.
    #[error("no {0} server answers")]
    Nobody(ServerRole),
    /// It answered, and said no.
    #[error("the {role} server said {status} {code}")]
    Refused {
        /// Which.
        role: ServerRole,
        /// The status.
        status: u16,
        /// The code of the problem.
        code: String,
    },
    /// It answered something that this program can't read.
    #[error("the {0} server speaks otherwise: another version of the program")]
    OtherVersion(ServerRole),
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Nobody(role) => Self::RoleAway(role),
            AskError::Refused { .. } => Self::Busy(error.to_string()),
            AskError::OtherVersion(_) => Self::Internal(error.to_string()),
        }
    }
}

/// A server among others; clones share it.
#[derive(Clone)]
pub(crate) struct Cluster(Arc<Inner>);

struct Inner {
    own: Roles,
    peers: Vec<Peer>,
    wire: Option<Wire>,
    taken: Taken,
    house: String,
}

impl Cluster {
    /// A server with these roles in a house of this kind.
    pub(crate) fn new(config: &RolesConfig, mode: Mode, clock: ClockKind) -> Self {
        Self::of_kind(config, kind_of(mode, clock))
    }

    /// A server that does not know yet what kind of house it is of, and may ask that alone.
    pub(super) fn newcomer(config: &RolesConfig) -> Self {
        Self::of_kind(config, String::new())
    }

    fn of_kind(config: &RolesConfig, house: String) -> Self {
        let others = config
            .peers
            .iter()
            .filter(|(role, _)| !config.own.has(*role));
        let peer = |(role, address): &(ServerRole, PeerAddress)| Peer::new(*role, address.clone());
        Self(Arc::new(Inner {
            own: config.own,
            peers: others.map(peer).collect(),
            wire: config.key.clone().map(Wire::new),
            taken: Taken::since(Clock::wall()),
            house,
        }))
    }

    /// Whether this server has a role.
    pub(crate) fn has(&self, role: ServerRole) -> bool {
        self.0.own.has(role)
    }

    /// Its roles.
    pub(crate) fn own(&self) -> Roles {
        self.0.own
    }

    /// The others it knows.
    pub(crate) fn peers(&self) -> &[Peer] {
        &self.0.peers
    }

    /// What kind of house it is of.
    pub(super) fn house(&self) -> &str {
        &self.0.house
    }

    /// Whether anybody may send it signed messages.
    pub(crate) fn has_key(&self) -> bool {
        self.0.wire.is_some()
    }

    /// What its messages are signed with.
    pub(super) fn key(&self) -> Option<&ClusterKey> {
        self.0.wire.as_ref().map(Wire::key)
    }

    /// Those that have a role, whoever answered last first. A stranger is asked nothing.
    fn those(&self, role: ServerRole) -> Vec<&Peer> {
        let of_role = |peer: &&Peer| peer.role == role && peer.health() != Health::Stranger;
        let mut those: Vec<&Peer> = self.0.peers.iter().filter(of_role).collect();
        those.sort_by_key(|peer| match peer.health() {
            Health::Up => 0,
            Health::Unknown => 1,
            Health::Down | Health::Stranger => 2,
        });
        those
    }

    /// Whether somebody has a role who is not known to be down.
    pub(crate) fn may_answer(&self, role: ServerRole) -> bool {
        let those = self.those(role);
        those.iter().any(|peer| peer.health() != Health::Down)
    }

    /// Asks whoever has a role. What is asked so can be asked twice without harm: a server that
    /// broke off may have done it, and another one is asked.
    pub(crate) async fn ask<A: DeserializeOwned>(
        &self,
        role: ServerRole,
        address: &str,
        question: &impl Serialize,
    ) -> Result<A, AskError> {
        let body = written(question, role)?;
        let mut last = AskError::Nobody(role);
        for peer in self.those(role) {
            match self.ask_peer(peer, address, body.clone()).await {
                Ok(answer) => {
                    peer.note(Health::Up, &"");
                    return Ok(answer);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Asks one server.
    pub(super) async fn ask_one<A: DeserializeOwned>(
        &self,
        peer: &Peer,
        address: &str,
        question: &impl Serialize,
    ) -> Result<A, AskError> {
        let body = written(question, peer.role)?;
        self.ask_peer(peer, address, body).await
    }

    /// Asks every other server who it is, and notes what came of it.
    pub(super) async fn greet(&self) {
        let each = self.0.peers.iter().map(|peer| async move {
            let asked = self.ask_one::<HouseFacts>(peer, at::HOUSE, &Nothing {});
            match asked.await {
                Ok(facts) if facts.house != self.house() => {
                    let why = format!("it is `{}`, this one is `{}`", facts.house, self.house());
                    peer.note(Health::Stranger, &why);
                }
                Ok(facts) if !facts.roles.contains(&peer.role) => {
                    peer.note(Health::Stranger, &"it has not that role");
                }
                Ok(_) => peer.note(Health::Up, &""),
                // Whoever did not answer has been noted.
                Err(AskError::Nobody(_)) => {}
                Err(error) => peer.note(Health::Down, &error),
            }
        });
        futures_util::future::join_all(each).await;
    }

    async fn ask_peer<A: DeserializeOwned>(
        &self,
        peer: &Peer,
        address: &str,
        body: Bytes,
    ) -> Result<A, AskError> {
        let role = peer.role;
        let Some(wire) = &self.0.wire else {
            return Err(AskError::Nobody(role));
        };
        let how = (PATIENCE, ANSWER_BYTES_MAX);
        let what = || (address, body.clone(), self.house());
        let mut answer = wire.ask(&peer.address, what(), how).await;
        // A connection that was kept may have been closed at the other end meanwhile, and what was
        // signed before a server began is not taken by it.
        if matches!(answer, Err(WireError::Broken(_) | WireError::Distrusted(_))) {
            answer = wire.ask(&peer.address, what(), how).await;
        }
        let (status, body) = answer.map_err(|error| {
            peer.note(Health::Down, &error);
            AskError::Nobody(role)
        })?;
        if status == StatusCode::OK {
            let read = serde_json::from_slice(&body);
            return read.map_err(|_| AskError::OtherVersion(role));
        }
        let trouble: Trouble = serde_json::from_slice(&body).unwrap_or_default();
        Err(AskError::Refused {
            role,
            status: status.as_u16(),
            code: trouble.code,
        })
    }

    /// Passes a client's request on to whoever has one of these roles, in this order, until one of
    /// them answers; gives the head of the answer.
    pub(super) async fn pass_on(
        &self,
        roles: &[ServerRole],
        request: Passed<'_>,
        patience: Duration,
    ) -> Result<Response<Body>, ApiError> {
        let Some(first) = roles.first() else {
            return Err(ApiError::Internal("a route of nobody".into()));
        };
        let Some(wire) = &self.0.wire else {
            return Err(ApiError::RoleAway(*first));
        };
        let those = roles.iter().flat_map(|role| self.those(*role));
        // Each a second time at once if it refused the first: a server that has just begun takes
        // nothing that was signed before.
        let tries = those.flat_map(|peer| [(peer, true), (peer, false)]);
        let mut done_with: Option<&PeerAddress> = None;
        for (peer, first_try) in tries {
            if !first_try && done_with == Some(&peer.address) {
                continue;
            }
            let call = Call {
                method: request.method.clone(),
                address: request.address,
                headers: request.headers.clone(),
                body: request.body.clone(),
                client: Some(request.client.clone()),
            };
            match wire.send(&peer.address, call, self.house(), patience).await {
                // It did not believe us, and did nothing.
                Ok((response, _)) if signature(response.headers()) == Ok(REFUSED) => {
                    if !first_try {
                        peer.note(Health::Down, &"it refuses what this server signs");
                    }
                }
                Ok((response, _)) => {
                    peer.note(Health::Up, &"");
                    return Ok(response);
                }
                Err(error) => {
                    peer.note(Health::Down, &error);
                    done_with = Some(&peer.address);
                    if !error.is_nothing_done() && !request.method.is_safe() {
                        return Err(ApiError::OutcomeUnknown);
                    }
                }
            }
        }
        Err(ApiError::RoleAway(*first))
    }

    /// What a signed request says about itself. Without a key nobody's signature is known.
    pub(super) fn open(
        &self,
        method: &Method,
        address: &str,
        headers: &HeaderMap,
    ) -> Result<Envelope, Distrust> {
        let key = self.key().ok_or(Distrust::Unsigned)?;
        Asked { method, address }.open(key, headers)
    }

    /// Takes a request that was opened.
    pub(super) fn take(&self, envelope: &Envelope, body: &[u8]) -> Result<(), Distrust> {
        envelope.take(body, &self.0.taken)
    }

    /// Signs the answer to a signed request.
    pub(super) fn sign(
        &self,
        asked: &HeaderMap,
        status: StatusCode,
        body: &[u8],
    ) -> Option<String> {
        let asked = signature(asked).ok()?;
        let answered = Answered {
            asked,
            status,
            body,
        };
        Some(answered.sign(self.key()?))
    }
}

/// A client's request as it is passed on.
pub(super) struct Passed<'a> {
    pub(super) method: Method,
    /// Path and query.
    pub(super) address: &'a str,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) client: Client,
}

fn written(question: &impl Serialize, role: ServerRole) -> Result<Bytes, AskError> {
    let written = serde_json::to_vec(question).map(Bytes::from);
    // What we say has text keys and can always be written.
    written.map_err(|_| AskError::OtherVersion(role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn houses_of_two_kinds_are_told_apart() {
        let kinds = [
            kind_of(Mode::Live, ClockKind::System),
            kind_of(Mode::Training, ClockKind::System),
            kind_of(Mode::Training, ClockKind::Manual),
            kind_of(Mode::Demo, ClockKind::Fast(60)),
            kind_of(Mode::Demo, ClockKind::Fast(61)),
        ];
        for (n, kind) in kinds.iter().enumerate() {
            assert!(!kinds[n + 1..].contains(kind), "{kind}");
        }
    }
}
