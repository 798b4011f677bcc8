//! What the double is asked with, and what it says no with.

use serde_json::{Map, Value, json};

/// A refusal.
#[derive(Clone, Debug)]
pub struct No {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) param: Option<&'static str>,
}

impl No {
    /// The bank's.
    #[must_use]
    pub fn card(code: &'static str, message: &'static str) -> Self {
        Self {
            status: 402,
            kind: "card_error",
            code,
            message,
            param: None,
        }
    }

    /// Stripe's.
    #[must_use]
    pub fn refused(status: u16, code: &'static str) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code,
            message: code,
            param: None,
        }
    }
}

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let url = reqwest::Url::parse(&format!("http://form/?{text}"));
        let pairs = url.map(|url| url.query_pairs().into_owned().collect());
        Self(pairs.unwrap_or_default())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn metadata(&self) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, value) in &self.0 {
            let inner = name.strip_prefix("metadata[");
            if let Some(name) = inner.and_then(|rest| rest.strip_suffix(']')) {
                map.insert(name.to_owned(), json!(value));
            }
        }
        map
    }
}
