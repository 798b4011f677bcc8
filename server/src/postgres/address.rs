//! Where the database is, as somebody wrote it down: a `postgres://` address.

use std::{net::IpAddr, path::PathBuf, str::FromStr, time::Duration};

use tokio_postgres::config::{Host, SslMode};

use super::tls::Encryption;

/// How a database is reached.
///
/// `postgres://user@db1,db2:5433/houseful?sslmode=verify-full&sslrootcert=/etc/houseful/ca.pem`.
/// Of several hosts the first that takes writes is used. Beside what `libpq` and tokio-postgres
/// know (`connect_timeout`, `keepalives_idle`, ...) the address may say:
///
/// | option | default | meaning |
/// |---|---|---|
/// | `sslmode` | `disable` where all hosts are this machine, else `verify-full` | `disable`; `require`: encrypted, but anybody may pose as the server (with `sslrootcert`: anybody with a certificate of that authority); `verify-full`: encrypted, with the server's name in a certificate that is trusted |
/// | `sslrootcert` | the operating system's authorities | a file of certificates (PEM) |
/// | `passwordfile` | none | a file that holds the password and nothing else |
/// | `pool_max` | 16 | connections, 4 to 1,000; a quarter of them, and 2 at least, for writing |
/// | `standby` | `optional` | `required`: refuse a server that waits for no standby |
#[derive(Clone)]
pub struct Settings {
    pub(super) servers: Vec<Server>,
    pub(super) user: String,
    pub(super) password: Option<Vec<u8>>,
    pub(super) database: String,
    pub(super) config: tokio_postgres::Config,
    pub(super) encryption: Encryption,
    pub(super) root_cert: Option<PathBuf>,
    pub(super) pool_max: usize,
    pub(super) standby_required: bool,
    pub(super) wait: Duration,
    pub(super) answer: Duration,
}

/// One of the hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: Host,
    pub(super) port: u16,
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.host {
            Host::Tcp(host) => write!(f, "{host}:{}", self.port),
            #[cfg(unix)]
            Host::Unix(path) => write!(f, "{}:{}", path.display(), self.port),
        }
    }
}

/// The password stays out of logs.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("servers", &self.servers)
            .field("user", &self.user)
            .field("database", &self.database)
            .field("encryption", &self.encryption)
            .finish_non_exhaustive()
    }
}

/// Why an address can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not of the form.
    #[error("the address of the database is not postgres://user@host/database")]
    NotAnAddress,
    /// An `@` too many: what stands behind the first would be taken for the host, and told.
    #[error(
        "the address of the database has more than one @, or one behind a ?: in a user, a password or an option, write @ as %40 and ? as %3F"
    )]
    At,
    /// A part that has to be there is not.
    #[error("the address of the database names no {0}")]
    Missing(&'static str),
    /// An option has a value that can't be meant.
    #[error("{option}={value} in the address of the database: {why}")]
    Option {
        /// Which.
        option: &'static str,
        /// What it says.
        value: String,
        /// What it could say.
        why: String,
    },
    /// Something that tokio-postgres does not understand.
    #[error("the address of the database can't be used: {0}")]
    Unknown(String),
}

const POOL_MAX: usize = 16;
/// How long somebody waits for a free connection.
const WAIT: Duration = Duration::from_secs(1);
/// How long the server may take over one statement, with what the network adds.
const ANSWER: Duration = Duration::from_secs(12);
const CONNECT: Duration = Duration::from_secs(3);
/// A server that is gone without a word is noticed after some 30 s on an idle connection.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

/// The options that are ours.
#[derive(Default)]
struct Ours {
    sslmode: Option<String>,
    root_cert: Option<PathBuf>,
    password: Option<Vec<u8>>,
    pool_max: Option<usize>,
    standby_required: bool,
}

impl FromStr for Settings {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|s| text.starts_with(s))
        {
            return Err(SettingsError::NotAnAddress);
        }
        let begins = text.split('?').next().unwrap_or_default();
        let ats = |text: &str| text.matches('@').count();
        if ats(text) > 1 || ats(text) > ats(begins) {
            return Err(SettingsError::At);
        }
        let (plain, ours) = take_ours(text)?;
        let config: tokio_postgres::Config = plain.parse().map_err(|e| words(&e))?;
        let servers = servers(&config)?;
        let user = config.get_user().filter(|u| !u.is_empty());
        let user = user.ok_or(SettingsError::Missing("user"))?.to_owned();
        let database = config.get_dbname().filter(|d| !d.is_empty());
        let database = database
            .ok_or(SettingsError::Missing("database"))?
            .to_owned();
        let here = servers.iter().all(|s| is_here(&s.host));
        let encryption = encryption(ours.sslmode.as_deref(), ours.root_cert.is_some(), here)?;
        Ok(Self {
            servers,
            user,
            password: ours
                .password
                .or_else(|| config.get_password().map(<[u8]>::to_vec)),
            database,
            config,
            encryption,
            root_cert: ours.root_cert,
            pool_max: ours.pool_max.unwrap_or(POOL_MAX),
            standby_required: ours.standby_required,
            wait: WAIT,
            answer: ANSWER,
        })
    }
}

impl Settings {
    /// The same with another bound on the wait for a free connection.
    #[must_use]
    pub fn waiting(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// The same with another bound on the wait for an answer. Past it a commit is unknown, so it is
    /// longer than what the server itself allows a statement.
    #[must_use]
    pub fn answering(mut self, answer: Duration) -> Self {
        self.answer = answer;
        self
    }

    /// What connections call themselves.
    pub(super) fn application_name(&self) -> &str {
        self.config.get_application_name().unwrap_or("houseful")
    }

    /// How long one host may take until a connection to it can be used.
    pub(super) fn connect(&self) -> Duration {
        let asked_for = self.config.get_connect_timeout().copied();
        asked_for.unwrap_or(CONNECT)
    }

    /// What tokio-postgres needs to know to connect to one of the hosts, and nothing that would
    /// let it go on to another: whether a host will do is decided by our own check.
    pub(super) fn config(&self, server: &Server, options: &str) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        match &server.host {
            Host::Tcp(host) => config.host(host),
            #[cfg(unix)]
            Host::Unix(path) => config.host_path(path),
        };
        config
            .port(server.port)
            .user(&self.user)
            .dbname(&self.database)
            .application_name(self.application_name())
            .ssl_mode(match self.encryption {
                Encryption::Disable => SslMode::Disable,
                _ => SslMode::Require,
            })
            .ssl_negotiation(self.config.get_ssl_negotiation())
            .channel_binding(self.config.get_channel_binding())
            .connect_timeout(self.connect())
            .keepalives(self.config.get_keepalives())
            .keepalives_idle(self.config.get_keepalives_idle().min(KEEPALIVE_IDLE))
            .keepalives_interval(
                self.config
                    .get_keepalives_interval()
                    .unwrap_or(KEEPALIVE_INTERVAL),
            )
            .keepalives_retries(
                self.config
                    .get_keepalives_retries()
                    .unwrap_or(KEEPALIVE_RETRIES),
            );
        if let Some(password) = &self.password {
            config.password(password);
        }
        if let Some(timeout) = self.config.get_tcp_user_timeout() {
            config.tcp_user_timeout(*timeout);
        }
        let theirs = self.config.get_options().unwrap_or_default();
        config.options(format!("{theirs} {options}").trim());
        config
    }
}

fn words(e: &tokio_postgres::Error) -> SettingsError {
    // What is wrong stands in the source; neither holds a value of the address.
    let source = std::error::Error::source(e).map(ToString::to_string);
    SettingsError::Unknown(source.unwrap_or_else(|| e.to_string()))
}

/// Hosts with their ports.
fn servers(config: &tokio_postgres::Config) -> Result<Vec<Server>, SettingsError> {
    let (hosts, ports) = (config.get_hosts(), config.get_ports());
    if hosts.is_empty()
        || hosts
            .iter()
            .any(|h| matches!(h, Host::Tcp(h) if h.is_empty()))
    {
        return Err(SettingsError::Missing("host"));
    }
    let with_port = |(n, host): (usize, &Host)| Server {
        host: host.clone(),
        port: ports.get(n).or(ports.first()).copied().unwrap_or(5432),
    };
    Ok(hosts.iter().enumerate().map(with_port).collect())
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(host) => {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn encryption(
    sslmode: Option<&str>,
    has_root: bool,
    here: bool,
) -> Result<Encryption, SettingsError> {
    Ok(match sslmode {
        None if here && !has_root => Encryption::Disable,
        None | Some("verify-full") => Encryption::Full,
        Some("disable") => Encryption::Disable,
        Some("require") if has_root => Encryption::Authority,
        Some("require") => Encryption::Unverified,
        Some(value) => {
            return Err(SettingsError::Option {
                option: "sslmode",
                value: value.to_owned(),
                why: "it is disable, require or verify-full; what falls back to no encryption \
                      protects nothing"
                    .to_owned(),
            });
        }
    })
}

/// The address without our options, and those.
fn take_ours(text: &str) -> Result<(String, Ours), SettingsError> {
    let mut ours = Ours::default();
    let Some((address, query)) = text.split_once('?') else {
        return Ok((text.to_owned(), ours));
    };
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = plain(value);
        match name {
            "sslmode" => ours.sslmode = Some(value),
            "sslrootcert" => ours.root_cert = Some(PathBuf::from(value)),
            "passwordfile" => ours.password = Some(password(value)?),
            "pool_max" => ours.pool_max = Some(pool_max(&value)?),
            "standby" => ours.standby_required = standby(&value)?,
            // Our own check decides which host will do, and it asks for one that takes writes.
            "target_session_attrs" if value == "read-write" => {}
            "target_session_attrs" => {
                let why = "a house sells where it can write; it is read-write".to_owned();
                let option = "target_session_attrs";
                return Err(SettingsError::Option { option, value, why });
            }
            _ => rest.push(pair),
        }
    }
    let address = if rest.is_empty() {
        address.to_owned()
    } else {
        format!("{address}?{}", rest.join("&"))
    };
    Ok((address, ours))
}

fn password(file: String) -> Result<Vec<u8>, SettingsError> {
    match std::fs::read(&file) {
        Ok(text) => Ok(text.trim_ascii_end().to_vec()),
        Err(e) => Err(SettingsError::Option {
            option: "passwordfile",
            value: file,
            why: format!("it can't be read: {e}"),
        }),
    }
}

fn pool_max(value: &str) -> Result<usize, SettingsError> {
    let number = value.parse().ok().filter(|n| (4..=1_000).contains(n));
    number.ok_or_else(|| SettingsError::Option {
        option: "pool_max",
        value: value.to_owned(),
        why: "it is a number from 4 to 1000".to_owned(),
    })
}

fn standby(value: &str) -> Result<bool, SettingsError> {
    match value {
        "required" => Ok(true),
        "optional" => Ok(false),
        _ => Err(SettingsError::Option {
            option: "standby",
            value: value.to_owned(),
            why: "it is required or optional".to_owned(),
        }),
    }
}

/// Text without `%41` for `A`; what is none of these stays as it is.
fn plain(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Settings {
        text.parse().expect("an address")
    }

    #[test]
    fn another_machine_is_verified_unless_somebody_says_otherwise() {
        for (text, encryption) in [
            ("postgres://u@localhost/d", Encryption::Disable),
            ("postgres://u@127.0.0.1:1/d", Encryption::Disable),
            ("postgres://u@[::1]/d", Encryption::Disable),
            ("postgres://u@127.0.0.1,db2/d", Encryption::Full),
            ("postgres://u@10.0.0.1/d", Encryption::Full),
            ("postgres://u@localhost/d?sslrootcert=/ca", Encryption::Full),
            ("postgres://u@db/d?sslmode=require", Encryption::Unverified),
            (
                "postgres://u@db/d?sslmode=require&sslrootcert=/ca",
                Encryption::Authority,
            ),
            ("postgres://u@db/d?sslmode=disable", Encryption::Disable),
        ] {
            assert_eq!(parsed(text).encryption, encryption, "{text}");
        }
    }

    #[test]
    fn hosts_have_their_ports() {
        let shown = |text| {
            let servers = parsed(text).servers;
            servers.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(shown("postgres://u@a,b:7/d"), ["a:5432", "b:7"]);
        assert_eq!(
            shown("postgresql://u@a:1,b:2/d?connect_timeout=1"),
            ["a:1", "b:2"]
        );
    }

    #[test]
    fn what_can_not_be_meant_is_said() {
        for (text, says) in [
            ("host=db", "not postgres://"),
            ("mysql://u@db/d", "not postgres://"),
            ("postgres://u@/d", "no host"),
            ("postgres://db/d", "no user"),
            ("postgres://u@db", "no database"),
            ("postgres://u@db/d?sslmode=prefer", "falls back"),
            ("postgres://u@db/d?pool_max=3", "from 4 to 1000"),
            ("postgres://u@db/d?pool_max=many", "from 4 to 1000"),
            ("postgres://u@db/d?standby=yes", "required or optional"),
            ("postgres://u@db/d?passwordfile=/nowhere", "can't be read"),
            ("postgres://u@db/d?target_session_attrs=any", "read-write"),
            ("postgres://u@db/d?colour=red", "colour"),
        ] {
            let error = text.parse::<Settings>().expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_taken_for_something_that_is_told() {
        for text in [
            "postgres://u:pw@sEcr3t@db/d",
            "postgres://u:pw@sEcr3t/x@db/d",
            "postgres://u:pw?sEcr3t@db/d",
            "postgres://u:pw@x?sEcr3t@db/d",
            "postgres://u:pw@x?sEcr3t=@db/d",
        ] {
            let error = text.parse::<Settings>().expect_err(text);
            assert_eq!(error, SettingsError::At, "{text}");
            assert!(!error.to_string().contains("sEcr3t"), "{error}");
        }
        let settings = parsed("postgres://u:pw%40sEcr3t%3F@db/d?application_name=a%40b");
        assert_eq!(settings.password.as_deref(), Some(&b"pw@sEcr3t?"[..]));
        assert_eq!(settings.servers[0].to_string(), "db:5432");
    }

    #[test]
    fn a_path_may_be_escaped_and_a_password_is_not_shown() {
        let settings = parsed("postgres://u:sEcr3t@db/d?sslrootcert=%2Fetc%2Fca%20one.pem");
        assert_eq!(settings.root_cert, Some(PathBuf::from("/etc/ca one.pem")));
        assert!(!format!("{settings:?}").contains("sEcr3t"));
    }
}
