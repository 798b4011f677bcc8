//! What a house has to know of its Stripe account: a small file for its owner alone.
//!
//! ```toml
//! house = "odeon-leeds"                    # its name at Stripe, for ever
//! secret_key = "sk_test_..."
//! webhook_secrets = ["whsec_..."]          # two while the secret is changed
//! api = "http://127.0.0.1:8420"            # if it is not https://api.stripe.com
//! return_url = "https://cinema.example/paid" # where a bank's page sends the payer back to
//! ```

use std::{fs, io, io::Read, path::Path, sync::Arc};

use houseful_core::wire::admin::Mode;
use serde::Deserialize;

/// Where Stripe is.
const API: &str = "https://api.stripe.com";
/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 16_384;
/// The shortest secret of a webhook, in characters.
const SECRET_CHARS_MIN: usize = 12;
/// The longest name of a house, in characters: far below what Stripe takes as metadata.
const HOUSE_CHARS_MAX: usize = 64;
/// The most secrets of a webhook: the one of now, and the one before.
const SECRETS_MAX: usize = 2;

/// Why Stripe can't be used as configured. No text of it has any of the secrets.
#[derive(Debug, thiserror::Error)]
pub enum BadStripe {
    /// The file can't be read.
    #[error("it can't be read: {0}")]
    File(#[from] io::Error),
    /// Others may read the file.
    #[error("others may read it; `chmod 600` makes it its owner's alone")]
    NotPrivate,
    /// It is not TOML, or has something in it that is unknown.
    #[error("it is not what it should be: {0}")]
    Unreadable(String),
    /// No name, or one that could be misread.
    #[error(
        "`house` is the name that tells this house's payments from others', as in `odeon-leeds`: 1 to 64 of a-z, 0-9, `-`, `_`, `.`"
    )]
    House,
    /// No secret key, or one for something else.
    #[error("`secret_key` is not a secret key of Stripe's, as in `sk_test_...`")]
    Key,
    /// No secret for webhooks, or more than two, or one that could be guessed.
    #[error("`webhook_secrets` has one secret, or two while it is changed, as in `whsec_...`")]
    Secrets,
    /// An address that is none, or that others can read along with.
    #[error("`api` is not `https://` with a host, or `http://` on this machine")]
    Api,
    /// An address that payers can't be sent back to.
    #[error("`return_url` is not an address of a web page")]
    ReturnUrl,
    /// Practice with real money, or the other way round.
    #[error("{}", match .live {
        true => "the key is for real money, and this house is for practice; use `sk_test_...`",
        false => "the key is for practice, and sales of this house are real; use `sk_live_...`",
    })]
    OtherMode {
        /// Whether the key is for real money.
        live: bool,
    },
    /// There is no encryption to be had.
    #[error("there is no encryption to be had: {0}")]
    Tls(String),
}

/// How Stripe is reached and believed; clones share it.
#[derive(Clone)]
pub struct StripeConfig {
    pub(super) house: Arc<str>,
    secret_key: Arc<str>,
    pub(super) webhook_secrets: Arc<[String]>,
    api: String,
    pub(super) return_url: Option<String>,
}

impl std::fmt::Debug for StripeConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StripeConfig({})", self.api)
    }
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    house: String,
    secret_key: String,
    webhook_secrets: Vec<String>,
    #[serde(default)]
    api: Option<String>,
    #[serde(default)]
    return_url: Option<String>,
}

impl StripeConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`BadStripe`].
    pub fn read(path: &Path) -> Result<Self, BadStripe> {
        let file = fs::File::open(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(BadStripe::NotPrivate);
            }
        }
        let mut text = String::new();
        file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
        Self::parse(&text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// See [`BadStripe`].
    pub fn parse(text: &str) -> Result<Self, BadStripe> {
        // The message alone: the line that is wrong may be a secret's.
        let file: File =
            toml::from_str(text).map_err(|e| BadStripe::Unreadable(e.message().to_owned()))?;
        if !is_name(&file.house) {
            return Err(BadStripe::House);
        }
        let key = file.secret_key.trim();
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
        if !["sk_", "rk_"].iter().any(|kind| key.starts_with(kind)) || !plain(key) || key.len() < 8
        {
            return Err(BadStripe::Key);
        }
        let secrets = &file.webhook_secrets;
        let good = |secret: &String| secret.len() >= SECRET_CHARS_MIN && plain(secret);
        if !(1..=SECRETS_MAX).contains(&secrets.len()) || !secrets.iter().all(good) {
            return Err(BadStripe::Secrets);
        }
        let api = file.api.as_deref().unwrap_or(API).trim_end_matches('/');
        let url = reqwest::Url::parse(api).map_err(|_| BadStripe::Api)?;
        if !url.has_host() || (url.scheme() != "https" && !is_near(&url)) {
            return Err(BadStripe::Api);
        }
        if let Some(page) = &file.return_url {
            let page = reqwest::Url::parse(page).map_err(|_| BadStripe::ReturnUrl)?;
            if !matches!(page.scheme(), "https" | "http") {
                return Err(BadStripe::ReturnUrl);
            }
        }
        Ok(Self {
            house: file.house.into(),
            secret_key: key.into(),
            webhook_secrets: file.webhook_secrets.into(),
            api: api.to_owned(),
            return_url: file.return_url,
        })
    }

    /// Refuses to practise with real money, and to sell for none.
    ///
    /// # Errors
    /// The key is of the other kind.
    pub fn check(&self, mode: Mode) -> Result<(), BadStripe> {
        let live = self.is_live();
        if live == (mode == Mode::Live) {
            Ok(())
        } else {
            Err(BadStripe::OtherMode { live })
        }
    }

    /// Whether the key is for real money.
    pub(super) fn is_live(&self) -> bool {
        !self.secret_key.contains("_test_")
    }

    pub(super) fn secret_key(&self) -> &str {
        &self.secret_key
    }

    pub(super) fn api(&self) -> &str {
        &self.api
    }

    /// Whether it is another program on this machine.
    pub(super) fn is_near(&self) -> bool {
        reqwest::Url::parse(&self.api).is_ok_and(|url| is_near(&url))
    }
}

/// `http` to this machine: what goes there nobody else reads.
fn is_near(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or("");
    let near = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
    url.scheme() == "http" && near
}

/// Whether a text can be a house's name.
fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    (1..=HOUSE_CHARS_MAX).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "house = \"odeon\"\nsecret_key = \"sk_test_1234\"\nwebhook_secrets = [\"whsec_0123456789\"]\n";

    #[test]
    fn a_good_file_is_read_and_shows_nothing() {
        let config = StripeConfig::parse(GOOD).expect("a configuration");
        assert_eq!(config.api(), API);
        assert!(!config.is_near() && !config.is_live());
        assert_eq!(
            format!("{config:?}"),
            "StripeConfig(https://api.stripe.com)"
        );
        let near = format!("{GOOD}api = \"http://127.0.0.1:8420/\"\n");
        let near = StripeConfig::parse(&near).expect("a configuration");
        assert_eq!(
            (near.api(), near.is_near()),
            ("http://127.0.0.1:8420", true)
        );
    }

    #[test]
    fn what_is_wrong_is_told_without_a_secret() {
        for (text, why) in [
            (GOOD.replace("house = \"odeon\"\n", ""), "house"),
            (GOOD.replace("odeon", ""), "house"),
            (GOOD.replace("odeon", "the Odeon"), "house"),
            (GOOD.replace("sk_test", "pk_test"), "secret_key"),
            (
                GOOD.replace("[\"whsec_0123456789\"]", "[]"),
                "webhook_secrets",
            ),
            (GOOD.replace("whsec_0123456789", "short"), "webhook_secrets"),
            (format!("{GOOD}api = \"http://stripe.example\"\n"), "https"),
            (format!("{GOOD}api = \"nowhere\"\n"), "https"),
            (
                format!("{GOOD}return_url = \"javascript:1\"\n"),
                "return_url",
            ),
            (format!("{GOOD}other = 1\n"), "other"),
            (GOOD.replace("\"sk_test_1234\"", "sk_test_1234"), ""),
        ] {
            let told = StripeConfig::parse(&text).expect_err(why).to_string();
            assert!(told.contains(why), "{told}");
            assert!(!told.contains("1234"), "{told}");
        }
    }

    #[test]
    fn practice_and_real_money_never_meet() {
        let test = StripeConfig::parse(GOOD).expect("a configuration");
        let live = StripeConfig::parse(&GOOD.replace("_test_", "_live_")).expect("one");
        assert!(test.check(Mode::Training).is_ok() && test.check(Mode::Demo).is_ok());
        assert!(live.check(Mode::Live).is_ok());
        assert!(test.check(Mode::Live).is_err() && live.check(Mode::Training).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_not() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("stripe-{}", crate::chance::uuid()));
        fs::write(&path, GOOD).expect("a file");
        let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        mode(0o644).expect("permissions");
        assert!(matches!(
            StripeConfig::read(&path),
            Err(BadStripe::NotPrivate)
        ));
        mode(0o600).expect("permissions");
        assert!(StripeConfig::read(&path).is_ok());
        fs::remove_file(&path).expect("removed");
    }
}
