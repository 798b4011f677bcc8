//! Whether a message comes from Stripe: `t=<seconds>,v1=<hex>[,v1=<hex>...]` over `t`, a point and
//! the body as it came, with HMAC-SHA256: <https://docs.stripe.com/webhooks#verify-manually>.

use hmac::{Hmac, KeyInit, Mac};
use houseful_core::time::UtcMillis;
use sha2::Sha256;

use super::events::Unbelieved;

/// How far the time of a signature may be from ours, in milliseconds, either way.
const TOLERANCE_MS: i64 = 300_000;
/// The longest header that is looked at, and the most signatures in it.
const HEADER_CHARS_MAX: usize = 2_048;
const SIGNATURES_MAX: usize = 8;

/// Whether one of the secrets signed exactly this body, lately.
///
/// # Errors
/// Why not.
pub(super) fn check(
    header: Option<&str>,
    body: &[u8],
    secrets: &[String],
    now: UtcMillis,
) -> Result<(), Unbelieved> {
    let header = header.ok_or(Unbelieved::Unsigned)?;
    let (seconds, signatures) = read(header).ok_or(Unbelieved::BadHeader)?;
    let signed = |secret: &String| {
        let mac = keyed(secret, seconds, body);
        // Each is compared in a time that does not depend on where it differs.
        signatures.iter().any(|given| {
            mac.as_ref()
                .is_some_and(|m| m.clone().verify_slice(given).is_ok())
        })
    };
    if !secrets.iter().any(signed) {
        return Err(Unbelieved::NotStripes);
    }
    // Only what was signed says a time that counts.
    let age_ms = now.ms_since(UtcMillis(seconds.saturating_mul(1_000)));
    match age_ms {
        age if age > TOLERANCE_MS => Err(Unbelieved::TooOld),
        age if age < -TOLERANCE_MS => Err(Unbelieved::FromTheFuture),
        _ => Ok(()),
    }
}

/// The header that a message of Stripe's has; for tests, which play Stripe.
#[must_use]
pub fn sign(secret: &str, at: UtcMillis, body: &[u8]) -> String {
    let seconds = at.0 / 1_000;
    let mac = keyed(secret, seconds, body).map(|mac| mac.finalize().into_bytes());
    let hex: String = mac
        .iter()
        .flat_map(|bytes| bytes.iter().map(|b| format!("{b:02x}")))
        .collect();
    format!("t={seconds},v1={hex}")
}

fn keyed(secret: &str, seconds: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    Some(mac)
}

/// The time and the signatures; other schemes are passed over, as Stripe asks.
fn read(header: &str) -> Option<(i64, Vec<Vec<u8>>)> {
    if header.len() > HEADER_CHARS_MAX {
        return None;
    }
    let (mut seconds, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", _) if seconds.is_some() => return None,
            ("t", text) => seconds = Some(text.parse().ok().filter(|s| *s >= 0)?),
            ("v1", hex) if signatures.len() < SIGNATURES_MAX => signatures.push(bytes(hex)?),
            ("v1", _) => return None,
            _ => {}
        }
    }
    Some((seconds?, signatures)).filter(|(_, signatures)| !signatures.is_empty())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcMillis = UtcMillis(1_795_288_500_000);
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn secrets(all: &[&str]) -> Vec<String> {
        all.iter().map(|s| (*s).to_owned()).collect()
    }

    fn checked(header: &str, body: &[u8], all: &[&str]) -> Result<(), Unbelieved> {
        check(Some(header), body, &secrets(all), NOW)
    }

    #[test]
    fn the_example_of_another_implementation_is_believed() {
        // Made with `printf '%s' '1795288500.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_a`.
        let header =
            "t=1795288500,v1=1aeb66128e294c10cc46f6a776597aff0000326c165180246aa1e686f78d3f56";
        assert_eq!(sign("whsec_a", NOW, BODY), header);
        assert_eq!(checked(header, BODY, &["whsec_a"]), Ok(()));
    }

    #[test]
    fn no_bit_of_body_or_header_can_change() {
        let header = sign("whsec_a", NOW, BODY);
        for at in 0..BODY.len() {
            let mut altered = BODY.to_vec();
            altered[at] ^= 1;
            let told = checked(&header, &altered, &["whsec_a"]);
            assert_eq!(told, Err(Unbelieved::NotStripes));
        }
        for at in 0..header.len() {
            let mut altered = header.clone().into_bytes();
            altered[at] ^= 1;
            if let Ok(altered) = String::from_utf8(altered) {
                assert!(checked(&altered, BODY, &["whsec_a"]).is_err(), "{altered}");
            }
        }
    }

    #[test]
    fn two_secrets_are_believed_while_one_is_changed() {
        let old = sign("whsec_old", NOW, BODY);
        let new = sign("whsec_new", NOW, BODY);
        for header in [&old, &new] {
            assert_eq!(checked(header, BODY, &["whsec_new", "whsec_old"]), Ok(()));
        }
        assert_eq!(
            checked(&old, BODY, &["whsec_new"]),
            Err(Unbelieved::NotStripes)
        );
        // Stripe signs with both while it changes its own.
        let second = new.split_once(',').map_or("", |(_, v1)| v1);
        let both = format!("{old},{second},v0=ignored");
        assert_eq!(checked(&both, BODY, &["whsec_new"]), Ok(()));
    }

    #[test]
    fn what_is_old_or_from_the_future_is_not_believed() {
        for (off_ms, told) in [
            (0, Ok(())),
            (-300_000, Ok(())),
            (300_000, Ok(())),
            (-301_000, Err(Unbelieved::TooOld)),
            (301_000, Err(Unbelieved::FromTheFuture)),
        ] {
            let header = sign("whsec_a", NOW.plus_ms(off_ms), BODY);
            assert_eq!(checked(&header, BODY, &["whsec_a"]), told, "{off_ms}");
        }
    }

    #[test]
    fn what_is_no_header_is_not_looked_at_further() {
        assert_eq!(
            check(None, BODY, &secrets(&["a"]), NOW),
            Err(Unbelieved::Unsigned)
        );
        let good = sign("whsec_a", NOW, BODY);
        let many = format!("{good}{}", ",v1=00".repeat(2_000));
        for bad in [
            "",
            "t=1",
            "v1=00",
            "t=x,v1=00",
            "t=-1,v1=00",
            "nonsense",
            "t=1,t=2",
            &many,
            &good.replace("v1", "v0"),
            &good[..good.len() - 1],
        ] {
            assert_eq!(
                checked(bad, BODY, &["whsec_a"]),
                Err(Unbelieved::BadHeader),
                "{bad}"
            );
        }
    }
}
