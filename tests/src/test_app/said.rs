//! What a server says, and how it is asked.

use std::sync::Once;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::PATIENCE;

/// An answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, `null` for one that is not JSON.
    pub body: Value,
    /// Its body as it came.
    pub text: String,
}

impl Said {
    /// The problem's code, or nothing.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
    }

    /// The body of an answer with this status.
    ///
    /// # Panics
    /// It has another status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}

/// A client that trusts nobody and asks no proxy.
///
/// # Panics
/// It can't be made.
#[must_use]
pub fn http() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // It fails only when there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .timeout(PATIENCE)
        // Before the server closes what is idle: a request must not meet that on its way.
        .pool_idle_timeout(std::time::Duration::from_secs(2))
        .build()
        .expect("an HTTP client")
}

/// What comes back.
///
/// # Panics
/// There is no answer.
pub async fn said(request: reqwest::RequestBuilder) -> Said {
    tried(request).await.expect("an answer")
}

/// What comes back, for somebody who can ask again.
///
/// # Errors
/// There is no answer.
pub async fn tried(request: reqwest::RequestBuilder) -> Result<Said, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await?;
    Ok(Said {
        status: status.as_u16(),
        headers,
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
    })
}
