//! How old an answer is and where it was read, where others may have written since.

use std::time::Duration;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Json, Response},
};
use houseful_core::wire::{AGE_HEADER, READ_FROM_HEADER};
use serde::Serialize;

use super::asked::Written;
use crate::{app::App, clock::Clock, hub::Origin};

/// Tells both in an answer's headers.
pub(super) fn tell(headers: &mut HeaderMap, age: Duration, origin: Origin) {
    let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    headers.insert(
        HeaderName::from_static(AGE_HEADER),
        HeaderValue::from(age_ms),
    );
    headers.insert(
        HeaderName::from_static(READ_FROM_HEADER),
        HeaderValue::from_static(origin.word()),
    );
}

/// Counts where a picture was found.
pub(super) fn count(from: &'static str) {
    metrics::counter!("pictures_read_total", "from" => from).increment(1);
}

/// An answer of the catalogue.
pub(super) struct Aged<T> {
    told: Option<(Duration, Origin)>,
    value: T,
}

impl<T> Aged<T> {
    /// One that says what is on.
    pub(super) fn listed(app: &App, value: T) -> Self {
        let shared = app.journals.shared();
        let told = shared.then(|| app.catalogue.age(Clock::stopwatch()));
        Self { told, value }
    }

    /// One that says how full shows are, too: as old as the older of both.
    pub(super) fn counted(app: &App, value: T) -> Self {
        let mut aged = Self::listed(app, value);
        if let Some(told) = &mut aged.told
            && let Some(counts) = app.hub.lists(Clock::stopwatch())
            && counts.0 > told.0
        {
            *told = counts;
        }
        aged
    }
}

impl<T: Serialize> IntoResponse for Aged<T> {
    fn into_response(self) -> Response {
        told(Json(self.value).into_response(), self.told)
    }
}

impl IntoResponse for Aged<Written> {
    fn into_response(self) -> Response {
        told(self.value.into_response(), self.told)
    }
}

fn told(mut response: Response, told: Option<(Duration, Origin)>) -> Response {
    if let Some((age, origin)) = told {
        tell(response.headers_mut(), age, origin);
    }
    response
}
