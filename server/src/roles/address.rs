//! Where another server of the house listens.

use std::{fmt, str::FromStr, sync::Arc};

use axum::http::{Uri, uri::Scheme};
use houseful_core::text::shown;

/// A text that is no address of a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address of a server; one looks like `http://10.0.0.7:7878`")]
pub struct BadAddress(pub String);

/// The address of a server: `http://host:port`, nothing behind it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerAddress(Arc<str>);

impl PeerAddress {
    /// The address with a path and a query.
    pub(super) fn at(&self, path_and_query: &str) -> String {
        format!("http://{}{path_and_query}", self.0)
    }
}

impl FromStr for PeerAddress {
    type Err = BadAddress;
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(shown(text, 80));
        let uri: Uri = text.parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?;
        let nothing_else = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let is_http = uri.scheme() == Some(&Scheme::HTTP);
        // A name and a password in an address are a secret in the list of processes.
        if !is_http || !nothing_else || authority.as_str().contains('@') {
            return Err(bad());
        }
        Ok(Self(authority.as_str().into()))
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.0)
    }
}

impl fmt::Debug for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_scheme_host_and_port() {
        for good in [
            "http://127.0.0.1:7878",
            "http://booking.house",
            "http://[::1]:1/",
        ] {
            let address: PeerAddress = good.parse().expect("an address");
            assert_eq!(address.to_string(), good.trim_end_matches('/'));
        }
        for bad in [
            "",
            "127.0.0.1:7878",
            "https://127.0.0.1",
            "http://",
            "http://a/b",
            "http://a?b",
            "http://who:secret@a",
        ] {
            assert!(bad.parse::<PeerAddress>().is_err(), "{bad}");
        }
    }
}
