//! A message as it stands in a topic: who may have written it, when, in which kind of house, and
//! what it says.
//!
//! The value is JSON that people can read; the signature is in a header, over the kind of topic,
//! the key and the value. Nothing is parsed before its signature was found good. There is no limit
//! to a letter's age and no memory of letters that were taken: a topic is read again from its
//! beginning, and what is old or comes twice changes nothing.

use houseful_core::time::UtcMillis;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::verdict::TopicKind;
use crate::{
    base64url::{decode, encode},
    clock::Clock,
    roles::ClusterKey,
};

/// The header with the signature.
pub(super) const SIGNED: &str = "houseful-signed";
/// How letters are written now.
const FORMAT: u16 = 1;

#[derive(Serialize)]
struct Written<'a, T> {
    format: u16,
    house: &'a str,
    at: UtcMillis,
    said: &'a T,
}

#[derive(Deserialize)]
struct Read<T> {
    said: T,
}

#[derive(Deserialize)]
struct About {
    format: u16,
    house: String,
}

/// A letter that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) value: Vec<u8>,
    pub(super) signature: String,
}

/// Why a letter is put aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// There is nothing in it.
    Empty,
    /// It has no signature.
    Unsigned,
    /// Its signature is by another key, or of something else.
    Forged,
    /// It is written in a way that this program does not know.
    OtherVersion,
    /// It is from practice where this is real, or the other way round.
    OtherHouse,
    /// Whoever handled it broke down over it.
    Broke,
}

impl Unread {
    /// The label in metrics and in the header of what is parked.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unsigned => "unsigned",
            Self::Forged => "forged",
            Self::OtherVersion => "other_version",
            Self::OtherHouse => "other_house",
            Self::Broke => "broke",
        }
    }
}

/// What letters are written and read with.
#[derive(Clone, Debug)]
pub(super) struct Pen {
    key: ClusterKey,
    house: String,
}

impl Pen {
    /// For servers with this key in a house of this kind.
    pub(super) fn new(key: ClusterKey, house: String) -> Self {
        Self { key, house }
    }

    /// What kind of house, in the alphabet of Kafka's names.
    pub(super) fn house(&self) -> String {
        self.house.replace(' ', "-")
    }

    /// Writes a letter; `None` for something that can't be written, which our messages always can.
    pub(super) fn write<T: Serialize>(
        &self,
        kind: TopicKind,
        key: &str,
        said: &T,
    ) -> Option<Sealed> {
        let written = Written {
            format: FORMAT,
            house: &self.house,
            at: Clock::wall(),
            said,
        };
        let value = serde_json::to_vec(&written).ok()?;
        let parts = [kind.word().as_bytes(), key.as_bytes(), &value];
        let signature = encode(&self.key.sign_letter(&parts));
        Some(Sealed { value, signature })
    }

    /// Reads a letter.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        kind: TopicKind,
        key: &[u8],
        value: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<T, Unread> {
        if value.is_empty() {
            return Err(Unread::Empty);
        }
        let signature = signature.ok_or(Unread::Unsigned)?;
        let signature = std::str::from_utf8(signature).ok().and_then(decode);
        let parts = [kind.word().as_bytes(), key, value];
        let good = signature.is_some_and(|s| self.key.verify_letter(&parts, &s));
        if !good {
            return Err(Unread::Forged);
        }
        let about: About = serde_json::from_slice(value).map_err(|_| Unread::OtherVersion)?;
        if about.format != FORMAT {
            return Err(Unread::OtherVersion);
        }
        if about.house != self.house {
            return Err(Unread::OtherHouse);
        }
        let read: Read<T> = serde_json::from_slice(value).map_err(|_| Unread::OtherVersion)?;
        Ok(read.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: TopicKind = TopicKind::Settlements;

    fn pen(letter: char, house: &str) -> Pen {
        let key = ClusterKey::parse(&letter.to_string().repeat(32)).expect("a key");
        Pen::new(key, house.to_owned())
    }

    fn read(pen: &Pen, sealed: &Sealed) -> Result<Vec<u8>, Unread> {
        let signature = Some(sealed.signature.as_bytes());
        pen.read(KIND, b"7", &sealed.value, signature)
    }

    #[test]
    fn a_letter_is_read_by_who_has_the_key_and_nothing_in_it_can_be_changed() {
        let theirs = pen('b', "live system");
        let pen = pen('a', "live system");
        let sealed = pen.write(KIND, "7", &vec![1_u8, 2]).expect("a letter");
        assert_eq!(read(&pen, &sealed), Ok(vec![1, 2]));
        let signature = Some(sealed.signature.as_bytes());
        let value = &sealed.value;
        let other = |kind, key: &[u8], value: &[u8], signature| {
            pen.read::<Vec<u8>>(kind, key, value, signature)
        };
        let changed = String::from_utf8(value.clone())
            .expect("text")
            .replace("[1,2]", "[1,3]");
        let half = &sealed.signature.as_bytes()[1..];
        let forged = [
            other(TopicKind::Announcements, b"7", value, signature),
            other(KIND, b"8", value, signature),
            other(KIND, b"7", changed.as_bytes(), signature),
            other(KIND, b"7", value, Some(half)),
            other(KIND, b"7", value, Some(b"")),
            other(KIND, b"7", b"x", signature),
        ];
        assert!(
            forged.iter().all(|f| *f == Err(Unread::Forged)),
            "{forged:?}"
        );
        assert_eq!(other(KIND, b"7", value, None), Err(Unread::Unsigned));
        assert_eq!(other(KIND, b"7", b"", signature), Err(Unread::Empty));
        assert_eq!(read(&theirs, &sealed), Err(Unread::Forged));
    }

    #[test]
    fn practice_and_another_version_are_put_aside() {
        let sealed = pen('a', "training manual").write(KIND, "7", &vec![1_u8]);
        let sealed = sealed.expect("a letter");
        assert_eq!(
            read(&pen('a', "live system"), &sealed),
            Err(Unread::OtherHouse)
        );
        let ours = pen('a', "training manual");
        let said_otherwise = ours.write(KIND, "7", &"text").expect("a letter");
        assert_eq!(read(&ours, &said_otherwise), Err(Unread::OtherVersion));
    }
}
