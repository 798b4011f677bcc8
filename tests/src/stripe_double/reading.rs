//! What can be read of the double: one intent, and its lists, newest first in pages.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::{Inner, No, Told, Weak, is_let_in, of_no, silence, told};

/// When something can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// In an outage nothing can.
    Sometimes,
    /// Also when nothing but news can.
    News,
}

/// A call that only reads.
async fn read(
    weak: Weak,
    headers: HeaderMap,
    open: Open,
    look: impl FnOnce(&mut Inner) -> Result<Value, No>,
) -> Response {
    let Some(double) = weak.get() else {
        return silence().await;
    };
    if !is_let_in(&headers) {
        return told(
            (401, json!({"error": {"message": "Invalid API Key"}})),
            false,
        );
    }
    let answer = {
        let mut inner = double.inner();
        inner.calls += 1;
        let is_away = inner.dial.outage || (inner.dial.only_news && open != Open::News);
        (!is_away).then(|| look(&mut inner))
    };
    match answer {
        Some(Ok(value)) => told((200, value), false),
        Some(Err(no)) => told(of_no(&no), false),
        None => told(away(), false),
    }
}

/// What is said at the door in an outage.
pub(super) fn away() -> Told {
    (
        503,
        json!({"error": {"type": "api_error", "message": "away"}}),
    )
}

pub(super) async fn intent(
    State(weak): State<Weak>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let look = |inner: &mut Inner| {
        inner.looks += 1;
        inner.books.intent(&id)
    };
    read(weak, headers, Open::Sometimes, look).await
}

pub(super) async fn list(
    State(weak): State<Weak>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let (after, limit) = place(&query);
    read(weak, headers, Open::Sometimes, |inner| {
        if after.is_some()
            && let Some(deed) = inner.between_pages.take()
        {
            deed(&mut inner.books);
        }
        Ok(inner.books.list(after.as_deref(), limit))
    })
    .await
}

pub(super) async fn refunds(
    State(weak): State<Weak>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let id = of(&query, "payment_intent").unwrap_or_default();
    let (after, limit) = place(&query);
    let look = |inner: &mut Inner| inner.books.refunds(&id, after.as_deref(), limit);
    read(weak, headers, Open::Sometimes, look).await
}

pub(super) async fn events(
    State(weak): State<Weak>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let kinds = query.iter().filter(|(name, _)| name == "types[]");
    let kinds: Vec<String> = kinds.map(|(_, kind)| kind.clone()).collect();
    let since = of(&query, "created[gte]").and_then(|text| text.parse().ok());
    let (after, limit) = place(&query);
    let look = |inner: &mut Inner| {
        let books = &inner.books;
        Ok(books.events(&kinds, since.unwrap_or(0), after.as_deref(), limit))
    };
    read(weak, headers, Open::News, look).await
}

/// A field of a query.
fn of(query: &[(String, String)], name: &str) -> Option<String> {
    let found = query.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone())
}

/// Behind which object a page begins, and how long it is.
fn place(query: &[(String, String)]) -> (Option<String>, usize) {
    let limit = of(query, "limit").and_then(|text| text.parse().ok());
    // No more than Stripe gives.
    (of(query, "starting_after"), limit.unwrap_or(10).min(100))
}
