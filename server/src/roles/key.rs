//! The key by which the servers of a house know each other.
//!
//! It stands in a file for its owner alone, one secret a line: the first signs, a second one is
//! believed too, so that secrets can be changed while all servers run. The secrets themselves sign
//! nothing: each purpose has a key of its own that is drawn from them.

use std::{fs, io, io::Read, path::Path, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The shortest secret, in bytes.
const SECRET_BYTES_MIN: usize = 32;
/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4_096;

/// Why a key can't be used. No text of it has any of the secret.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// The file can't be read.
    #[error("it can't be read: {0}")]
    File(#[from] io::Error),
    /// Others may read the file.
    #[error("others may read it; `chmod 600` makes it its owner's alone")]
    NotPrivate,
    /// More than a few lines of text.
    #[error("it is no key: more than {FILE_BYTES_MAX} bytes, or no text")]
    NoText,
    /// No secret, or more than two.
    #[error("it has {0} lines; a key has one secret, or two while it is changed")]
    Lines(usize),
    /// A secret that could be guessed.
    #[error(
        "line {0} is too short; a secret has at least {SECRET_BYTES_MIN} bytes, as `openssl rand -hex 32` makes them"
    )]
    Short(usize),
}

/// What a key is drawn for.
const MESSAGES: &[u8] = b"houseful: messages between servers, 1";
const PAYMENT_TOKENS: &[u8] = b"houseful: payment tokens, 1";
#[cfg(feature = "kafka")]
const LETTERS: &[u8] = b"houseful: letters on a bus, 1";

/// The key of a house; clones share it.
#[derive(Clone)]
pub struct ClusterKey {
    /// For messages, and for payment tokens; of each the one that signs first.
    drawn: Arc<[Drawn]>,
}

struct Drawn {
    messages: [u8; 32],
    payment_tokens: [u8; 32],
    #[cfg(feature = "kafka")]
    letters: [u8; 32],
}

impl std::fmt::Debug for ClusterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClusterKey(..)")
    }
}

impl ClusterKey {
    /// Reads a key from a file.
    ///
    /// # Errors
    /// See [`BadKey`].
    pub fn read(path: &Path) -> Result<Self, BadKey> {
        let file = fs::File::open(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(BadKey::NotPrivate);
            }
        }
        let mut text = String::new();
        let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
        match read {
            Ok(bytes) if bytes as u64 <= FILE_BYTES_MAX => Self::parse(&text),
            Ok(_) => Err(BadKey::NoText),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => Err(BadKey::NoText),
            Err(e) => Err(e.into()),
        }
    }

    /// Reads a key from text.
    ///
    /// # Errors
    /// See [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Vec<&str> = lines.collect();
        if !(1..=2).contains(&secrets.len()) {
            return Err(BadKey::Lines(secrets.len()));
        }
        let short = |secret: &&str| secret.len() < SECRET_BYTES_MIN;
        if let Some(at) = secrets.iter().position(short) {
            return Err(BadKey::Short(at + 1));
        }
        let draw = |secret: &str| Drawn {
            messages: mac(secret.as_bytes(), &[MESSAGES]),
            payment_tokens: mac(secret.as_bytes(), &[PAYMENT_TOKENS]),
            #[cfg(feature = "kafka")]
            letters: mac(secret.as_bytes(), &[LETTERS]),
        };
        Ok(Self {
            drawn: secrets.into_iter().map(draw).collect(),
        })
    }

    /// What signs payment tokens, the newest first.
    pub(crate) fn payment_tokens(&self) -> impl Iterator<Item = [u8; 32]> {
        self.drawn.iter().map(|drawn| drawn.payment_tokens)
    }

    /// Signs a message, given in parts.
    pub(super) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let newest = self.drawn.first();
        newest.map_or([0; 32], |drawn| mac(&drawn.messages, parts))
    }

    /// Whether one of the secrets signed exactly this; takes as long for a bad guess as for a good
    /// one.
    pub(super) fn verify(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        let mut by = self.drawn.iter();
        by.any(|drawn| is_by(&drawn.messages, parts, signature))
    }

    /// Signs what goes through a bus, given in parts. It stays there, so it is never taken for a
    /// message that was just sent.
    #[cfg(feature = "kafka")]
    pub(crate) fn sign_letter(&self, parts: &[&[u8]]) -> [u8; 32] {
        let newest = self.drawn.first();
        newest.map_or([0; 32], |drawn| mac(&drawn.letters, parts))
    }

    /// Whether one of the secrets signed exactly this for a bus.
    #[cfg(feature = "kafka")]
    pub(crate) fn verify_letter(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        let mut by = self.drawn.iter();
        by.any(|drawn| is_by(&drawn.letters, parts, signature))
    }
}

fn is_by(secret: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    fed(secret, parts).is_some_and(|m| m.verify_slice(signature).is_ok())
}

fn fed(secret: &[u8], parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
    // A secret of any length is one.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in parts {
        // With their lengths, so that no byte moves from one part to the next.
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    Some(mac)
}

fn mac(secret: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    fed(secret, parts).map_or([0; 32], |mac| mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ClusterKey {
        ClusterKey::parse(text).expect("a key")
    }

    #[test]
    fn a_key_is_one_secret_or_two_that_nobody_guesses() {
        let (one, other) = ("a".repeat(32), "b".repeat(32));
        assert!(ClusterKey::parse(&format!("\n {one} \n\n{other}\n")).is_ok());
        assert!(matches!(ClusterKey::parse(" \n"), Err(BadKey::Lines(0))));
        let three = format!("{one}\n{other}\n{one}");
        assert!(matches!(ClusterKey::parse(&three), Err(BadKey::Lines(3))));
        let short = format!("{one}\n{}", &other[1..]);
        assert!(matches!(ClusterKey::parse(&short), Err(BadKey::Short(2))));
        assert_eq!(format!("{:?}", key(&one)), "ClusterKey(..)");
    }

    #[test]
    fn the_first_secret_signs_and_both_are_believed() {
        let (old, new) = ("a".repeat(32), "b".repeat(32));
        let both = key(&format!("{new}\n{old}"));
        let parts: [&[u8]; 2] = [b"one", b"two"];
        let by_old = key(&old).sign(&parts);
        assert!(both.verify(&parts, &by_old));
        assert!(key(&new).verify(&parts, &both.sign(&parts)));
        assert!(!key(&old).verify(&parts, &both.sign(&parts)));
        assert!(!both.verify(&[b"onet", b"wo"], &by_old));
        assert!(!both.verify(&parts, &by_old[1..]));
        assert!(!both.verify(&parts, &[]));
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let key = key(&"a".repeat(32));
        let tokens: Vec<_> = key.payment_tokens().collect();
        assert_eq!(tokens.len(), 1);
        assert_ne!(tokens[0], key.drawn[0].messages);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_may_read_is_no_key() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("houseful-key-{}", crate::chance::uuid()));
        fs::write(&path, "a".repeat(64)).expect("written");
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        set(0o640).expect("set");
        assert!(matches!(ClusterKey::read(&path), Err(BadKey::NotPrivate)));
        set(0o600).expect("set");
        assert!(ClusterKey::read(&path).is_ok());
        fs::write(&path, "a".repeat(5_000)).expect("written");
        assert!(matches!(ClusterKey::read(&path), Err(BadKey::NoText)));
        fs::write(&path, [0xff; 64]).expect("written");
        assert!(matches!(ClusterKey::read(&path), Err(BadKey::NoText)));
        fs::remove_file(&path).expect("removed");
        assert!(matches!(ClusterKey::read(&path), Err(BadKey::File(_))));
    }
}
