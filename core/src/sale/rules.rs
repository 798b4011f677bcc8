//! The rules themselves: prebook, limits, what is kept for the counter, seats that go together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ids::digest16, price::Channel, seat::SeatLabel, time::UtcMillis};

/// What a show is sold by beside its hours and prices. Without any of it: first come, first served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleRules {
    /// Sales to some people ahead of the others, or apart from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prebook: Vec<Prebook>,
    /// So many last seats are sold at the counter only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub counter_reserve: u16,
    /// When seats that are kept for the house become free by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub house_free_at: Option<UtcMillis>,
    /// The most seats in one booking of a channel, in place of the show's limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_booking: BTreeMap<Channel, u16>,
    /// The most seats of one customer of a channel, all their bookings of the show together.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_customer: BTreeMap<Channel, u16>,
    /// Whether a companion place is sold only together with a wheelchair place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub companions: bool,
    /// Seats that are sold two by two, such as sofas. Who wants them names them: they are never
    /// among the best seats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<[SeatLabel; 2]>,
}

impl SaleRules {
    /// Whether there is no rule at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a code lets into a sale.
    #[must_use]
    pub fn knows(&self, code: &str) -> bool {
        self.prebook.iter().any(|prebook| match &prebook.audience {
            Audience::Code(hash) => hash.is(code),
            Audience::Member(_) => false,
        })
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over so"
)]
const fn is_zero(many: &u16) -> bool {
    *many == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over so"
)]
const fn is_false(is: &bool) -> bool {
    !*is
}

/// A sale to some people only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prebook {
    /// Where.
    pub channel: Channel,
    /// To whom.
    pub audience: Audience,
    /// First instant of sale.
    pub opens_at: UtcMillis,
    /// First instant after it.
    pub closes_at: UtcMillis,
}

/// Who is let into a prebook.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Members of this kind; only staff say that somebody is one.
    Member(String),
    /// Who knows the code.
    Code(CodeHash),
}

/// A prebook code as it is kept: nobody who reads terms, a journal or a copy of the database reads
/// the code there. The salt is the show's, so one code for two shows looks like two.
///
/// That keeps codes from being read by eye. It keeps nobody from trying all short ones who has the
/// hash: a code opens a window a little earlier and is no key to anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CodeHash {
    /// What was hashed with it.
    pub salt: String,
    /// 128 bits of SHA-256.
    pub hash: Uuid,
}

impl CodeHash {
    /// Of a code. Only its letters and digits count, large or small.
    #[must_use]
    pub fn of(salt: &str, code: &str) -> Self {
        let letters = code.chars().filter(|c| c.is_alphanumeric());
        let plain: String = letters.flat_map(char::to_uppercase).collect();
        let parts: [&[u8]; 4] = [b"prebook-code\0", salt.as_bytes(), b"\0", plain.as_bytes()];
        Self {
            salt: salt.to_owned(),
            hash: digest16(&parts),
        }
    }

    /// Whether this is the code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        *self == Self::of(&self.salt, code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_are_not_there_are_not_written() {
        let json = serde_json::to_string(&SaleRules::default()).expect("json");
        assert_eq!(json, "{}");
        let read: SaleRules = serde_json::from_str("{}").expect("rules");
        assert!(read.is_none());
    }

    #[test]
    fn a_code_is_known_however_it_is_typed_and_can_not_be_read() {
        let kept = CodeHash::of("1", "Dune-2026");
        assert!(kept.is("dune 2026") && !kept.is("dune2027") && !kept.is(""));
        assert_ne!(kept.hash, CodeHash::of("2", "Dune-2026").hash);
        let json = serde_json::to_string(&kept).expect("json").to_lowercase();
        assert!(!json.contains("dune"));
    }
}
