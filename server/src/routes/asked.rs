//! A question to the catalogue that others asked before.

use std::cell::RefCell;

use axum::{
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use houseful_core::{ids::ShowId, time::UtcMillis};
use serde::Serialize;

use super::shows::count;
use crate::{
    app::App,
    catalogue::{Snapshot, Told},
    hub::Count,
    problem::ApiError,
};

/// JSON that is written already.
#[derive(Debug)]
pub(super) struct Written(Bytes);

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

/// A question: who asks the same of the same snapshot gets the same bytes while they are true.
pub(super) struct Asked<'a> {
    app: &'a App,
    question: &'a str,
    snapshot: &'a Snapshot,
    now: UtcMillis,
    told: RefCell<Vec<Told>>,
}

impl<'a> Asked<'a> {
    /// What the address asks of a snapshot at `now`.
    pub(super) fn new(app: &'a App, uri: &'a Uri, snapshot: &'a Snapshot, now: UtcMillis) -> Self {
        Self {
            app,
            question: uri.path_and_query().map_or("", |asked| asked.as_str()),
            snapshot,
            now,
            told: RefCell::default(),
        }
    }

    /// What was answered before, if it is still true.
    pub(super) fn known(&self) -> Option<Written> {
        let count = |show| count(self.app, show, self.now);
        let body = self.snapshot.answered(self.question, self.now, count);
        body.map(Written)
    }

    /// How full a show is; the answer is true for as long as it is so full.
    pub(super) fn count(&self, show: ShowId) -> Option<Count> {
        let count = count(self.app, show, self.now);
        self.told.borrow_mut().push((show, count));
        count
    }

    /// The answer, kept for others.
    pub(super) fn written<T: Serialize>(self, value: &T) -> Result<Written, ApiError> {
        let body = serde_json::to_vec(value).map_err(|e| ApiError::Internal(e.to_string()))?;
        let body = Bytes::from(body);
        let told = self.told.into_inner();
        self.snapshot
            .keep_answer(self.question, self.now, (body.clone(), told));
        Ok(Written(body))
    }
}
