//! Payment tokens: leave to pay one quote, signed by the booking role and checked by the payment
//! role without asking anybody.
//!
//! `v1.<claims as JSON, base64url>.<HMAC-SHA256 over all before it, base64url>`

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use houseful_core::{
    ids::{BookingId, OwnerRef, QuoteHash},
    money::Money,
    time::UtcMillis,
};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::base64url::{decode, encode};

/// The longest token that is looked at.
const LENGTH_MAX: usize = 2_048;

/// What a payment token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenClaims {
    /// What is paid for.
    pub booking: BookingId,
    /// What the payer agrees to.
    pub quote: QuoteHash,
    /// What will be taken.
    pub amount: Money,
    /// When the leave (and the hold) ends.
    pub expires_at: UtcMillis,
    /// Whose the booking is, so that the payment role knows it without asking; tokens of earlier
    /// programs do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerRef>,
}

/// Signs payment tokens. Older keys may stand beside the newest, so that keys can be changed while
/// people pay.
#[derive(Clone)]
pub struct SigningKey {
    /// The newest first.
    secrets: Arc<Vec<[u8; 32]>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// A key that signs with `newest` and also believes what `older` signed.
    #[must_use]
    pub fn new(newest: [u8; 32], older: Option<[u8; 32]>) -> Self {
        let secrets = std::iter::once(newest).chain(older).collect();
        Self {
            secrets: Arc::new(secrets),
        }
    }

    /// The same that signs with `newer`, the newest first, and goes on believing what it signed
    /// until now.
    #[must_use]
    pub fn below(&self, newer: impl IntoIterator<Item = [u8; 32]>) -> Self {
        let secrets = newer.into_iter().chain(self.secrets.iter().copied());
        Self {
            secrets: Arc::new(secrets.collect()),
        }
    }

    /// Signs claims.
    #[must_use]
    pub fn sign(&self, claims: &TokenClaims) -> String {
        // Ids, integers and a currency can always be written.
        let json = serde_json::to_vec(claims).unwrap_or_default();
        let text = format!("v1.{}", encode(&json));
        let mac = self.macs(text.as_bytes()).next().unwrap_or_default();
        format!("{text}.{}", encode(&mac))
    }

    /// What a token says; `None` unless one of the keys signed exactly this. Whether it is over
    /// is for the caller to see.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<TokenClaims> {
        if token.len() > LENGTH_MAX {
            return None;
        }
        let (text, mac) = token.rsplit_once('.')?;
        let mac = decode(mac)?;
        let good = self.secrets.iter().any(|secret| {
            keyed(secret, text.as_bytes()).is_some_and(|m| m.verify_slice(&mac).is_ok())
        });
        if !good {
            return None;
        }
        serde_json::from_slice(&decode(text.strip_prefix("v1.")?)?).ok()
    }

    /// What tells a repeated request from another one with the same id, by each key, the newest
    /// first. Nothing of the content can be learned from it without the key.
    pub(super) fn fingerprints(&self, content: &str) -> Vec<[u8; 16]> {
        let text = format!("request.{content}");
        self.macs(text.as_bytes())
            .map(|mac| {
                let mut short = [0; 16];
                short.copy_from_slice(&mac[..16]);
                short
            })
            .collect()
    }

    fn macs(&self, text: &[u8]) -> impl Iterator<Item = [u8; 32]> {
        self.secrets
            .iter()
            .filter_map(|secret| Some(keyed(secret, text)?.finalize().into_bytes().into()))
    }
}

/// What is wrong with a token that no key signed, for the log. One that was made up and one that was
/// altered look the same.
pub(super) fn flaw(token: &str) -> &'static str {
    let parts: Vec<&str> = token.split('.').collect();
    match parts.as_slice() {
        _ if token.len() > LENGTH_MAX => "it is too long",
        ["v1", _, mac] if decode(mac).is_some_and(|mac| mac.len() == 32) => {
            "its signature is not this house's, or it was altered"
        }
        ["v1", _] | ["v1", _, ""] => "it is not signed",
        ["v1", _, _] => "its signature can't be read",
        _ => "it is no token",
    }
}

fn keyed(secret: &[u8; 32], text: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(text);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> TokenClaims {
        TokenClaims {
            booking: "bkg_1042_0192f0c1a2b34c5d8e6f708192a3b4c5"
                .parse()
                .expect("an id"),
            quote: QuoteHash(uuid::Uuid::from_u128(7)),
            amount: Money::new(2_150, "GBP".parse().expect("a currency")),
            expires_at: UtcMillis(1_795_288_500_000),
            owner: Some(OwnerRef::of_staff("till 1")),
        }
    }

    #[test]
    fn what_was_signed_is_read() {
        let key = SigningKey::new([1; 32], None);
        assert_eq!(key.verify(&key.sign(&claims())), Some(claims()));
    }

    #[test]
    fn no_bit_of_a_token_can_change() {
        let key = SigningKey::new([1; 32], None);
        let token = key.sign(&claims());
        for at in 0..token.len() {
            for bit in 0..8 {
                let mut forged = token.clone().into_bytes();
                forged[at] ^= 1 << bit;
                if let Ok(forged) = String::from_utf8(forged) {
                    assert_eq!(key.verify(&forged), None, "bit {bit} of {at}");
                }
            }
        }
        for cut in 0..token.len() {
            assert_eq!(key.verify(&token[..cut]), None);
        }
        for longer in ["A", "=", " ", "\n", "."] {
            assert_eq!(key.verify(&format!("{token}{longer}")), None);
            assert_eq!(key.verify(&format!("{longer}{token}")), None);
        }
        assert_eq!(key.verify(&"v1.".repeat(10_000)), None);
    }

    #[test]
    fn what_is_wrong_with_a_token_is_told_apart() {
        let token = SigningKey::new([1; 32], None).sign(&claims());
        let claims = token.rsplit_once('.').map_or("", |(claims, _)| claims);
        for (bad, why) in [
            (token.replace("v1.", "v2."), "no token"),
            (claims.to_owned(), "not signed"),
            (format!("{claims}."), "not signed"),
            (format!("{claims}.xx"), "can't be read"),
            ("v1.".repeat(10_000), "too long"),
            (
                SigningKey::new([2; 32], None).sign(&self::claims()),
                "not this house's",
            ),
        ] {
            assert!(flaw(&bad).contains(why), "{bad}: {}", flaw(&bad));
        }
    }

    #[test]
    fn keys_can_be_changed_while_people_pay() {
        let (old, new) = (SigningKey::new([1; 32], None), [2; 32]);
        let token = old.sign(&claims());
        let both = SigningKey::new(new, Some([1; 32]));
        assert_eq!(both.verify(&token), Some(claims()));
        assert_eq!(old.verify(&both.sign(&claims())), None);
        assert_eq!(SigningKey::new(new, None).verify(&token), None);
    }

    #[test]
    fn a_house_that_comes_to_have_a_cluster_key_believes_its_older_tokens() {
        let own = SigningKey::new([1; 32], Some([2; 32]));
        let apart = own.below([[3; 32], [4; 32]]);
        let token = own.sign(&claims());
        assert_eq!(apart.verify(&token), Some(claims()));
        let booking = SigningKey::new([3; 32], None);
        assert_eq!(apart.verify(&booking.sign(&claims())), Some(claims()));
        assert_eq!(booking.verify(&apart.sign(&claims())), Some(claims()));
        assert_eq!(own.verify(&apart.sign(&claims())), None);
    }

    #[test]
    fn a_token_without_an_owner_is_read() {
        let key = SigningKey::new([1; 32], None);
        let old = TokenClaims {
            owner: None,
            ..claims()
        };
        let token = key.sign(&old);
        let text = decode(token.split('.').nth(1).expect("claims")).expect("base64url");
        assert!(!String::from_utf8_lossy(&text).contains("owner"));
        assert_eq!(key.verify(&token), Some(old));
    }

    #[test]
    fn a_request_has_one_fingerprint_a_key() {
        let key = SigningKey::new([1; 32], Some([2; 32]));
        let older = SigningKey::new([2; 32], None);
        assert_eq!(key.fingerprints("a")[1], older.fingerprints("a")[0]);
        assert_ne!(key.fingerprints("a"), key.fingerprints("b"));
    }
}
