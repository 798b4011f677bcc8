//! Reads what came: bodies, queries and ids, each with a problem document for what can't be read.
//!
//! What comes out is a wire type or an id; values that can be read and make no sense are told
//! apart (`bad_value`) by the checks at the end of this file.

use std::{error::Error, fmt::Display, str::FromStr};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, header, request::Parts},
};
use houseful_core::text::{is_unsafe, shown};
use serde::de::DeserializeOwned;

use crate::{app::App, problem::ApiError};

/// The longest body that is read.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// The longest message of a parser that is passed on.
const DETAIL_CHARS_MAX: usize = 300;

/// A JSON body. An empty one counts as `{}`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, app).await.map_err(|e| {
            if e.status().as_u16() == 413 {
                let max = BODY_BYTES_MAX;
                ApiError::TooLarge { max }
            } else {
                ApiError::unreadable("the body broke off")
            }
        })?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !is_json {
            return Err(ApiError::NotJson);
        }
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let kind = value.and_then(|v| v.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    match Json::from_bytes(bytes) {
        Ok(Json(value)) => Ok(value),
        Err(rejection) => Err(unreadable("the body", &rejection)),
    }
}

/// The query of the address.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(unreadable("the query", &rejection)),
        }
    }
}

/// The one id in the path.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T> FromRequestParts<App> for Id<T>
where
    T: FromStr<Err: Display> + Send,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let Path(text) = path.map_err(|_| ApiError::unreadable("the path is not UTF-8"))?;
        match text.parse() {
            Ok(id) => Ok(Self(id)),
            Err(e) => Err(ApiError::BadRequest {
                detail: shown(&format!("{e}"), DETAIL_CHARS_MAX),
                field: Some("id".to_owned()),
            }),
        }
    }
}

/// What a parser said, with the path of the field if there is one before the message.
fn unreadable(what: &str, rejection: &dyn Error) -> ApiError {
    let mut innermost = rejection;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    let text = innermost.to_string();
    let (field, message) = match text.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => (Some(path.to_owned()), message),
        _ => (None, text.as_str()),
    };
    let place = field.as_ref().map_or_else(
        || what.to_owned(),
        |field| format!("{what}, field `{field}`"),
    );
    ApiError::BadRequest {
        detail: shown(
            &format!("{place} can't be read: {message}"),
            DETAIL_CHARS_MAX,
        ),
        field: field.map(|f| shown(&f, 80)),
    }
}

/// The longest text that is searched for.
const WORDS_CHARS_MAX: usize = 120;

/// Words to search for; `None` for nothing but blanks.
///
/// # Errors
/// They are too long.
pub fn words(text: Option<&str>) -> Result<Option<&str>, ApiError> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().nth(WORDS_CHARS_MAX).is_some() => Err(ApiError::BadValue {
            detail: format!("q has at most {WORDS_CHARS_MAX} characters"),
            field: "q",
            max: u64::try_from(WORDS_CHARS_MAX).ok(),
        }),
        other => Ok(other),
    }
}

/// A number in its bounds.
///
/// # Errors
/// It is out of them.
pub fn bounded<N: PartialOrd + Copy + Display + Into<u64>>(
    field: &'static str,
    given: N,
    min: N,
    max: N,
) -> Result<N, ApiError> {
    if (min..=max).contains(&given) {
        return Ok(given);
    }
    Err(ApiError::BadValue {
        detail: format!("{field} is {min} to {max}, not {given}"),
        field,
        max: Some(max.into()),
    })
}

/// Text of people: at most `chars_max` characters, none of which could forge a screen.
///
/// # Errors
/// It is too long or has such characters.
pub fn plain(field: &'static str, text: &str, chars_max: usize) -> Result<String, ApiError> {
    let text = text.trim();
    let bad = |detail: String, max: Option<usize>| ApiError::BadValue {
        detail,
        field,
        max: max.and_then(|m| u64::try_from(m).ok()),
    };
    if text.chars().nth(chars_max).is_some() {
        let detail = format!("{field} has at most {chars_max} characters");
        return Err(bad(detail, Some(chars_max)));
    }
    match text.chars().find(|c| is_unsafe(*c)) {
        Some(c) => Err(bad(
            format!("{field} can't contain the character U+{:04X}", u32::from(c)),
            None,
        )),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use houseful_core::wire::booking::HoldRequest;

    use super::*;

    fn refused(body: &str) -> (String, Option<String>) {
        let error = parse::<HoldRequest>(body.as_bytes()).unwrap_err();
        let facts = error.facts();
        assert_eq!(error.code(), "bad_request");
        (error.to_string(), facts.field)
    }

    const IDS: &str = r#""booking":"bkg_1_0192f0c1a2b34c5d8e6f708192a3b4c5","command":"cmd_0192f0c1a2b34c5d8e6f708192a3b4c5""#;

    #[test]
    fn a_wrong_field_is_named_by_its_path() {
        let body = format!(
            r#"{{{IDS},"wish":{{"best":{{"tickets":[{{"ticket_type":"adult","count":-1}}]}}}}}}"#
        );
        let (detail, field) = refused(&body);
        assert_eq!(field.as_deref(), Some("wish.best.tickets[0].count"));
        assert!(
            detail.contains("field `wish.best.tickets[0].count`"),
            "{detail}"
        );
    }

    #[test]
    fn unknown_fields_and_broken_json_are_told() {
        let (detail, _) = refused(&format!(r#"{{{IDS},"price":1}}"#));
        assert!(detail.contains("unknown field `price`"), "{detail}");
        let (detail, field) = refused("{");
        assert!(
            detail.starts_with("the body can't be read: EOF"),
            "{detail}"
        );
        assert_eq!(field, None);
        let deep = "[".repeat(100_000);
        refused(&deep);
        refused(&format!(r#"{{"wish":{deep}"#));
    }

    #[test]
    fn foreign_text_in_a_message_can_not_forge_a_screen() {
        let (detail, _) = refused("{\"a\u{202e}\\u001b[2J\":1}");
        assert!(!detail.chars().any(is_unsafe), "{detail}");
    }

    #[test]
    fn numbers_and_text_have_bounds() {
        assert_eq!(bounded("limit", 500_u32, 1, 500), Ok(500));
        let error = bounded("limit", 501_u32, 1, 500).unwrap_err();
        assert_eq!(error.to_string(), "limit is 1 to 500, not 501");
        assert_eq!(plain("reason", " flood ", 10), Ok("flood".into()));
        for bad in ["01234567890", "a\u{1b}b", "a\u{202e}b"] {
            assert!(plain("reason", bad, 10).is_err());
        }
    }
}
