//! Where a database is: a file, or a Postgres server. The password in an address is never printed.

use std::{
    convert::Infallible,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file, which one server has for itself.
    File(PathBuf),
    /// A file that goes with the program: no power cut has to leave anything of it, so nobody waits
    /// for the disk.
    Scratch(PathBuf),
    /// A Postgres server, which any number of servers may share.
    Postgres(PostgresUrl),
}

impl Address {
    /// What an argument or a variable names: a `postgres://` address, or else a file.
    #[must_use]
    pub fn new(text: &std::ffi::OsStr) -> Self {
        match text.to_str().and_then(PostgresUrl::new) {
            Some(url) => Self::Postgres(url),
            None => Self::File(PathBuf::from(text)),
        }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Scratch(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<PostgresUrl> for Address {
    fn from(url: PostgresUrl) -> Self {
        Self::Postgres(url)
    }
}

impl FromStr for Address {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text.as_ref()))
    }
}

/// The file's name, or the server's address without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) | Self::Scratch(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// The address of a Postgres server, as in `postgres://user:password@host:5432/houseful`.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    /// The address in a text that begins as one does.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (scheme, _) = text.split_once("://")?;
        let known = ["postgres", "postgresql"];
        let is_known = known.iter().any(|k| k.eq_ignore_ascii_case(scheme));
        is_known.then(|| Self(text.to_owned()))
    }

    /// All of it, the password too: for the one who connects and for nobody else.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

/// Without the password. Of the options behind `?`, which may hold one too, nothing is shown, and
/// where it can't be told what is what nothing at all.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("postgres", ""));
        let (who, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        if who.contains(['@', '/', '?', '#']) {
            return write!(f, "{scheme}://..");
        }
        let user = who.split(':').next().unwrap_or_default();
        let place = place.split(['?', '#']).next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        write!(f, "{scheme}://{user}{at}{place}")
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        for (text, shown) in [
            (
                "postgres://ann:s3cret@db:5432/house",
                "postgres://ann@db:5432/house",
            ),
            ("postgresql://ann@db/house", "postgresql://ann@db/house"),
            ("postgres://db/house?password=s3cret", "postgres://db/house"),
            ("postgres:///house?host=/run/s3cret", "postgres:///house"),
            ("postgres://ann:s3c/r?e#t@s3cret@db/house", "postgres://.."),
            ("POSTGRES://ann:s3cret@db", "POSTGRES://ann@db"),
            ("postgres://ann:s3cret@", "postgres://ann@"),
            ("postgres://db/house?user=a@s3cret", "postgres://.."),
        ] {
            let address = Address::from_str(text).unwrap();
            assert!(matches!(address, Address::Postgres(_)), "{text}");
            for said in [format!("{address}"), format!("{address:?}")] {
                assert!(!said.contains("s3c"), "{said}");
            }
            assert_eq!(address.to_string(), shown);
        }
    }

    #[test]
    fn anything_else_is_a_file() {
        for text in [
            "cinema.db",
            "./postgres",
            "postgres:cinema.db",
            "mysql://db/x",
            "",
        ] {
            let address = Address::from_str(text).unwrap();
            assert_eq!(address.file(), Some(Path::new(text)));
            assert_eq!(address.to_string(), text);
        }
    }
}
