//! Signatures on what servers say to each other.
//!
//! A request carries an envelope (when, which one, from which kind of house, on whose behalf, around
//! which body) and a signature over the envelope, the method and the address; an answer carries a
//! signature over the request's and its own body. Nothing that came is parsed, and no body is read,
//! before the signature was found good, and no request is taken twice.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, StatusCode};
use houseful_core::{price::Channel, time::UtcMillis, wire::admin::Role};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{key::ClusterKey, replay::Taken};
use crate::{
    auth::Caller,
    base64url::{decode, encode},
    chance,
    clock::Clock,
};

/// The header with the signature, of requests and of answers.
pub(crate) const SIGNED: &str = "houseful-signed";

/// What stands there in the answer to a request that was not believed.
pub(crate) const REFUSED: &str = "refused";

/// How far the clocks of two servers may be apart, and how long a message may travel, in
/// milliseconds.
const TOLERANCE_MS: i64 = 300_000;
/// The longest header that is looked at.
const LENGTH_MAX: usize = 4_096;

/// What a server says about a request of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    /// When it was signed, by the machine's own time.
    at: UtcMillis,
    /// Which one it is.
    nonce: Uuid,
    /// What kind of house its server is of; see [`House`](super::cluster::House).
    pub(super) house: String,
    /// The SHA-256 of the body, as [`encode`] writes it.
    body: String,
    /// The client that is behind it, if it is passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<Client>,
}

impl Envelope {
    /// A new one, around a body.
    pub(super) fn new(house: &str, client: Option<Client>, body: &[u8]) -> Self {
        Self {
            at: Clock::wall(),
            nonce: chance::uuid(),
            house: house.to_owned(),
            body: encode(&digest(body)),
            client,
        }
    }

    /// Takes the request whose head and body these are.
    ///
    /// # Errors
    /// It was put around another body, or was taken before.
    pub(super) fn take(&self, body: &[u8], taken: &Taken) -> Result<(), Distrust> {
        if self.body != encode(&digest(body)) {
            return Err(Distrust::Forged);
        }
        let is_first = taken.take(self.at, self.nonce.as_u128(), oldest());
        is_first.then_some(()).ok_or(Distrust::Replayed)
    }
}

/// Somebody for whom a request is passed on, as the server knows them to which they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// Where they are.
    pub(crate) address: IpAddr,
    /// Whose token they had, if they had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bearer: Option<Bearer>,
}

/// The bearer of a token that another server recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bearer {
    account: String,
    role: Role,
    channel: Channel,
    /// Names whose rate is counted.
    pub(crate) number: u64,
}

impl Bearer {
    pub(crate) fn new(caller: &Caller, number: u64) -> Self {
        Self {
            account: caller.account.to_string(),
            role: caller.role,
            channel: caller.channel,
            number,
        }
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller {
            account: self.account.as_str().into(),
            role: self.role,
            channel: self.channel,
        }
    }
}

/// Why a message is not believed. Each has words of its own in the log; whoever sent it is told
/// only that it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Distrust {
    /// There is no signature.
    #[error("it is not signed")]
    Unsigned,
    /// More than one signature, or something that is none.
    #[error("its signature can't be read")]
    Unreadable,
    /// By another key, or of another message.
    #[error("its signature is of another message, or by another key")]
    Forged,
    /// Signed by somebody who has the key and speaks otherwise.
    #[error("it is signed and can't be understood: another version of the program")]
    OtherVersion,
    /// Signed too long ago.
    #[error("it was signed too long ago")]
    Expired,
    /// Signed at a time that is yet to come.
    #[error("it was signed in the future: the clocks of the two servers differ")]
    Early,
    /// It has been taken already, or may have been before this server began.
    #[error("it was taken before")]
    Replayed,
    /// Practice and real sales, or clocks of two kinds.
    #[error("it comes from a house of another kind: practice and real sales never meet")]
    OtherHouse,
}

impl Distrust {
    /// The label in the metrics.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Unreadable => "unreadable",
            Self::Forged => "forged",
            Self::OtherVersion => "other_version",
            Self::Expired => "expired",
            Self::Early => "early",
            Self::Replayed => "replayed",
            Self::OtherHouse => "other_house",
        }
    }
}

/// What is signed of a request.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a Method,
    /// Path and query.
    pub(super) address: &'a str,
}

impl Asked<'_> {
    /// The value of the header.
    pub(super) fn sign(&self, key: &ClusterKey, envelope: &Envelope) -> String {
        // Times, ids and text can always be written.
        let text = encode(&serde_json::to_vec(envelope).unwrap_or_default());
        let mac = key.sign(&self.parts(&text));
        format!("{text}.{}", encode(&mac))
    }

    fn parts<'b>(&'b self, text: &'b str) -> [&'b [u8]; 4] {
        let (method, address) = (self.method.as_str().as_bytes(), self.address.as_bytes());
        [b"request", method, address, text.as_bytes()]
    }

    /// The envelope of a request, if a server of this house signed it, lately. Nothing may be done
    /// before [`Envelope::take`] has seen the body.
    pub(super) fn open(&self, key: &ClusterKey, headers: &HeaderMap) -> Result<Envelope, Distrust> {
        let value = signature(headers)?;
        let (text, mac) = value.rsplit_once('.').ok_or(Distrust::Unreadable)?;
        let mac = decode(mac).ok_or(Distrust::Unreadable)?;
        if !key.verify(&self.parts(text), &mac) {
            return Err(Distrust::Forged);
        }
        let read = decode(text).and_then(|json| serde_json::from_slice::<Envelope>(&json).ok());
        let envelope = read.ok_or(Distrust::OtherVersion)?;
        if envelope.at < oldest() {
            return Err(Distrust::Expired);
        }
        if envelope.at > Clock::wall().plus_ms(TOLERANCE_MS) {
            return Err(Distrust::Early);
        }
        Ok(envelope)
    }
}

/// When the oldest message was signed that is still believed.
fn oldest() -> UtcMillis {
    Clock::wall().plus_ms(-TOLERANCE_MS)
}

fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The one signature of a message.
pub(super) fn signature(headers: &HeaderMap) -> Result<&str, Distrust> {
    let mut all = headers.get_all(SIGNED).iter();
    let value = all.next().ok_or(Distrust::Unsigned)?;
    let text = value.to_str().map_err(|_| Distrust::Unreadable)?;
    if all.next().is_some() || text.len() > LENGTH_MAX {
        return Err(Distrust::Unreadable);
    }
    Ok(text)
}

/// What is signed of an answer.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    /// The header of the request.
    pub(super) asked: &'a str,
    pub(super) status: StatusCode,
    pub(super) body: &'a [u8],
}

impl Answered<'_> {
    fn with_parts<T>(&self, then: impl FnOnce(&[&[u8]]) -> T) -> T {
        let status = self.status.as_str().as_bytes();
        then(&[b"answer", self.asked.as_bytes(), status, &digest(self.body)])
    }

    /// The value of the header.
    pub(super) fn sign(&self, key: &ClusterKey) -> String {
        encode(&self.with_parts(|parts| key.sign(parts)))
    }

    /// Whether it is the answer that a server of this house gave to this very request.
    pub(super) fn is_signed(&self, key: &ClusterKey, headers: &HeaderMap) -> Result<(), Distrust> {
        let mac = decode(signature(headers)?).ok_or(Distrust::Unreadable)?;
        let good = self.with_parts(|parts| key.verify(parts, &mac));
        good.then_some(()).ok_or(Distrust::Forged)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn key(letter: &str) -> ClusterKey {
        ClusterKey::parse(&letter.repeat(32)).expect("a key")
    }

    fn headers(value: &str) -> HeaderMap {
        let value = HeaderValue::from_str(value).expect("a header");
        HeaderMap::from_iter([(SIGNED.parse().expect("a name"), value)])
    }

    const POST: Method = Method::POST;
    const ASKED: Asked<'_> = Asked {
        method: &POST,
        address: "/roles/v1/settlements",
    };

    fn envelope() -> Envelope {
        Envelope::new("live", None, b"[]")
    }

    #[test]
    fn what_was_signed_is_believed_once() {
        let (key, taken) = (key("a"), Taken::since(UtcMillis(0)));
        let sent = envelope();
        let headers = headers(&ASKED.sign(&key, &sent));
        let opened = ASKED.open(&key, &headers).expect("as it was signed");
        assert_eq!(opened, sent);
        let other = opened.take(b"[1]", &taken);
        assert_eq!(other, Err(Distrust::Forged));
        assert_eq!(opened.take(b"[]", &taken), Ok(()));
        assert_eq!(opened.take(b"[]", &taken), Err(Distrust::Replayed));
    }

    #[test]
    fn no_part_of_a_message_can_change() {
        let key = key("a");
        let value = ASKED.sign(&key, &envelope());
        let open = |asked: Asked<'_>, value: &str| asked.open(&key, &headers(value));
        let get = Method::GET;
        for other in [
            Asked {
                method: &get,
                ..ASKED
            },
            Asked {
                address: "/roles/v1/announcements",
                ..ASKED
            },
            Asked {
                address: "/roles/v1/settlements?x",
                ..ASKED
            },
        ] {
            assert_eq!(open(other, &value), Err(Distrust::Forged));
        }
        for at in 0..value.len() {
            for bit in 0..7 {
                let mut forged = value.clone().into_bytes();
                forged[at] ^= 1 << bit;
                if let Ok(forged) = String::from_utf8(forged)
                    && HeaderValue::from_str(&forged).is_ok()
                {
                    assert!(open(ASKED, &forged).is_err(), "bit {bit} of {at}");
                }
            }
        }
        for cut in 0..value.len() {
            assert!(open(ASKED, &value[..cut]).is_err());
        }
    }

    #[test]
    fn each_kind_of_stranger_is_told_apart() {
        let (ours, theirs) = (key("a"), key("b"));
        let open = |headers: &HeaderMap| ASKED.open(&ours, headers);
        assert_eq!(open(&HeaderMap::new()), Err(Distrust::Unsigned));
        let by = |key: &ClusterKey, ms: i64| {
            let mut sent = envelope();
            sent.at = sent.at.plus_ms(ms);
            headers(&ASKED.sign(key, &sent))
        };
        assert_eq!(open(&by(&theirs, 0)), Err(Distrust::Forged));
        assert_eq!(
            open(&by(&ours, -TOLERANCE_MS - 5_000)),
            Err(Distrust::Expired)
        );
        assert_eq!(open(&by(&ours, TOLERANCE_MS + 5_000)), Err(Distrust::Early));
        assert!(open(&by(&ours, -TOLERANCE_MS + 5_000)).is_ok());
        assert_eq!(open(&headers("no signature")), Err(Distrust::Unreadable));
        let mut two = by(&ours, 0);
        two.append(SIGNED, HeaderValue::from_static("x.y"));
        assert_eq!(open(&two), Err(Distrust::Unreadable));
        let text = encode(b"{\"at\":1}");
        let mac = ours.sign(&ASKED.parts(&text));
        let odd = headers(&format!("{text}.{}", encode(&mac)));
        assert_eq!(open(&odd), Err(Distrust::OtherVersion));
    }

    #[test]
    fn an_answer_belongs_to_one_request() {
        let key = key("a");
        let answer = Answered {
            asked: "request 1",
            status: StatusCode::OK,
            body: b"{}",
        };
        let signed = headers(&answer.sign(&key));
        assert_eq!(answer.is_signed(&key, &signed), Ok(()));
        for other in [
            Answered {
                asked: "request 2",
                ..answer
            },
            Answered {
                status: StatusCode::CREATED,
                ..answer
            },
            Answered {
                body: b"[]",
                ..answer
            },
        ] {
            assert_eq!(other.is_signed(&key, &signed), Err(Distrust::Forged));
        }
        let none = HeaderMap::new();
        assert_eq!(answer.is_signed(&key, &none), Err(Distrust::Unsigned));
    }
}
