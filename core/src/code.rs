//! Codes that people read aloud and doors scan, in Crockford's base 32 (no I, L, O, U).
//!
//! A booking code is 2 characters of slot and 8 of randomness, written `7K-QM4T-2XPA`. It finds a
//! booking; it is not a secret. A ticket code is 12 random characters, `7KQM-4T2X-PA9D`: whoever
//! has it may go in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest;

use crate::ids::ShowId;

/// How many slots shows are spread over. Fixed for ever: it is part of each booking code.
pub const SLOTS: u16 = 1_024;

/// The slot of a show: a fixed hash (the finaliser of SplitMix64), so that neighbours spread.
#[must_use]
pub const fn slot_of(show: ShowId) -> u16 {
    let mut x = show.0;
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    // Less than 1,024, so nothing is cut off.
    (x % SLOTS as u64) as u16
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value of a character, reading `o` as 0 and `i`, `l` as 1 as Crockford asks.
fn value_of(c: char) -> Option<u64> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET
        .iter()
        .position(|a| char::from(*a) == c)
        .and_then(|i| u64::try_from(i).ok())
}

fn encode(value: u64, chars: u32) -> String {
    (0..chars)
        .rev()
        .map(|i| char::from(ALPHABET[usize::try_from(value >> (5 * i) & 31).unwrap_or(0)]))
        .collect()
}

/// Reads exactly `chars` characters, in any case, with blanks and hyphens anywhere.
fn decode(text: &str, chars: usize) -> Option<u64> {
    let mut value = 0_u64;
    let mut seen = 0;
    for c in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
        value = value << 5 | value_of(c)?;
        seen += 1;
        if seen > chars {
            return None;
        }
    }
    (seen == chars).then_some(value)
}

/// The text is not a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a {kind} code; one looks like `{example}`")]
pub struct CodeError {
    kind: &'static str,
    example: &'static str,
    given: String,
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $bits:literal, $chars:literal, $kind:literal, $example:literal, $groups:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// A code of these bits; higher ones are ignored.
            #[must_use]
            pub const fn from_bits(bits: u64) -> Self {
                Self(bits & ((1 << $bits) - 1))
            }

            /// The bits, for storage.
            #[must_use]
            pub const fn bits(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = encode(self.0, $chars);
                let groups: &[std::ops::Range<usize>] = &$groups;
                let parts: Vec<&str> = groups.iter().map(|g| &text[g.clone()]).collect();
                f.pad(&parts.join("-"))
            }
        }

        impl FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, CodeError> {
                decode(text, $chars).map(Self).ok_or_else(|| CodeError {
                    kind: $kind,
                    example: $example,
                    given: crate::text::shown(text, 24),
                })
            }
        }

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

code!(
    /// Names a booking for people: 10 bits of slot, 40 random bits.
    BookingCode, 50, 10, "booking", "7K-QM4T-2XPA", [0..2, 2..6, 6..10]);
code!(
    /// Opens the door for one seat: 60 random bits.
    TicketCode, 60, 12, "ticket", "7KQM-4T2X-PA9D", [0..4, 4..8, 8..12]);

impl BookingCode {
    /// A code for a booking of `show` from 40 random bits.
    #[must_use]
    pub const fn new(show: ShowId, random: u64) -> Self {
        Self::from_bits(((slot_of(show) as u64) << 40) | (random & ((1 << 40) - 1)))
    }

    /// The first and the last code that begin as `text` does, in any case, with or without
    /// hyphens; `None` for fewer than `chars_min` characters, too many, or others than a code has.
    #[must_use]
    pub fn beginning(text: &str, chars_min: usize) -> Option<(Self, Self)> {
        let chars = text.chars().filter(|c| !matches!(c, '-' | ' ')).count();
        if chars < chars_min || chars == 0 {
            return None;
        }
        let left = u32::try_from(10_usize.checked_sub(chars)?).ok()? * 5;
        let first = decode(text, chars)? << left;
        Some((Self(first), Self(first | ((1 << left) - 1))))
    }

    /// The slot its show is in.
    #[must_use]
    pub const fn slot(self) -> u16 {
        (self.0 >> 40) as u16
    }
}

/// Pays: 80 random bits, and a secret like a note of money. It is shown to whoever has it made; what
/// is kept of it is a hash and its last characters, which leave 60 bits to be guessed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VoucherCode(u128);

/// The text is not a voucher code. It is not said again: but for a slip it may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a voucher code has 16 letters and digits, as in `7KQM-4T2X-H3WZ-PA9D`")]
pub struct VoucherCodeError;

impl VoucherCode {
    /// How many of its last characters are shown.
    const SHOWN: usize = 4;
    /// How often it is hashed: nobody at a till notices, and whoever tries out all codes for a hash
    /// that he has does.
    const ROUNDS: u32 = 1_024;

    /// A code of these bits; higher ones are ignored.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits & ((1 << 80) - 1))
    }

    fn halves(self) -> (u64, u64) {
        let half = |bits: u128| u64::try_from(bits & ((1 << 40) - 1)).unwrap_or(0);
        (half(self.0 >> 40), half(self.0))
    }

    /// The code itself, for whoever buys it and for whoever is asked to take it.
    #[must_use]
    pub fn secret(self) -> String {
        let (high, low) = self.halves();
        let (high, low) = (encode(high, 8), encode(low, 8));
        let parts = [&high[..4], &high[4..], &low[..4], &low[4..]];
        parts.join("-")
    }

    /// What people know it by without being able to pay with it: its last characters.
    #[must_use]
    pub fn label(self) -> String {
        let code = self.secret();
        code[code.len() - Self::SHOWN..].to_owned()
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(self) -> [u8; 32] {
        let mut hash: [u8; 32] = sha2::Sha256::digest(self.0.to_be_bytes()).into();
        for _ in 1..Self::ROUNDS {
            hash = sha2::Sha256::digest(hash).into();
        }
        hash
    }
}

/// Logs and failed tests show its last characters.
impl fmt::Debug for VoucherCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VoucherCode(..{})", self.label())
    }
}

impl FromStr for VoucherCode {
    type Err = VoucherCodeError;
    fn from_str(text: &str) -> Result<Self, VoucherCodeError> {
        let plain = text.chars().filter(|c| !matches!(c, '-' | ' '));
        let chars: Vec<char> = plain.take(17).collect();
        let half = |chars: &[char]| decode(&chars.iter().collect::<String>(), 8);
        match chars.as_slice() {
            all if all.len() == 16 => {
                let (high, low) = all.split_at(8);
                let halves = half(high).zip(half(low));
                let bits = halves.map(|(high, low)| u128::from(high) << 40 | u128::from(low));
                bits.map(Self).ok_or(VoucherCodeError)
            }
            _ => Err(VoucherCodeError),
        }
    }
}

impl Serialize for VoucherCode {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.secret())
    }
}

impl<'de> Deserialize<'de> for VoucherCode {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for VoucherCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["7KQM-4T2X-H3WZ-PA9D"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for VoucherCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_code_is_shown_by_its_end_alone() {
        let code: VoucherCode = "7kqm 4t2x h3wz pa9d".parse().expect("a code");
        assert_eq!(code.secret(), "7KQM-4T2X-H3WZ-PA9D");
        assert_eq!(format!("{code:?}"), "VoucherCode(..PA9D)");
        for slip in [
            "7KQM-4T2X-H3WZ-PA9",
            "7KQM-4T2X-H3WZ-PA9DX",
            "7KQM-4T2X-H3WZ-PAUD",
            "",
        ] {
            let slip = slip.parse::<VoucherCode>().expect_err("a slip");
            assert!(!slip.to_string().contains("PA9`"), "{slip}");
        }
        let all = VoucherCode::from_bits(u128::MAX).secret();
        assert_eq!(all, "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(all.parse(), Ok(VoucherCode::from_bits(u128::MAX)));
        assert_ne!(code.hash(), VoucherCode::from_bits(u128::MAX).hash());
    }

    #[test]
    fn a_booking_code_carries_the_slot_of_its_show() {
        let code = BookingCode::new(ShowId(1042), 0xFF_1234_5678);
        assert_eq!(code.slot(), slot_of(ShowId(1042)));
        assert_eq!(code.to_string().parse(), Ok(code));
        assert_eq!(code.to_string().len(), 12);
    }

    #[test]
    fn the_beginning_of_a_code_names_all_that_begin_so() {
        let code: BookingCode = "7K-QM4T-2XPA".parse().expect("a code");
        for begun in ["7kqm", "7K-QM4T", "7k qm4t 2xp", "7KQM4T2XPA"] {
            let (first, last) = BookingCode::beginning(begun, 4).expect("a beginning");
            assert!(first <= code && code <= last, "{begun}");
            assert!(last.bits() - first.bits() < 1 << 30, "{begun}");
        }
        let whole = BookingCode::beginning("7K-QM4T-2XPA", 4);
        assert_eq!(whole, Some((code, code)));
        for none in ["", "7kq", "7kqm4t2xpa9", "7kq!", "маяк"] {
            assert_eq!(BookingCode::beginning(none, 4), None, "{none}");
        }
    }

    #[test]
    fn codes_are_read_as_people_say_them() {
        let code = TicketCode::from_bits(0x0123_4567_89AB_CDEF);
        let said = code
            .to_string()
            .replace('0', "o")
            .replace('1', "l")
            .to_lowercase();
        assert_eq!(said.parse(), Ok(code));
        assert_eq!(code.to_string().replace('-', " ").parse(), Ok(code));
        for bad in [
            "",
            "7KQM-4T2X-PA9",
            "7KQM-4T2X-PA9DX",
            "7KQM-4T2X-PA9U",
            "7KQM_4T2X_PA9D",
        ] {
            assert!(bad.parse::<TicketCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_slot_hash_never_changes_and_spreads() {
        assert_eq!([1, 2, 3].map(|n| slot_of(ShowId(n))), [485, 138, 240]);
        let mut used = [0_u32; SLOTS as usize];
        for n in 0..102_400 {
            used[usize::from(slot_of(ShowId(n)))] += 1;
        }
        assert!(used.iter().all(|n| (50..150).contains(n)));
    }
}
