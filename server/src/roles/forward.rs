//! Passes a client's request on to a server that has the role for it, so that one address is enough.
//!
//! What is passed on is signed, and says on whose behalf: the other server counts that client, and
//! believes who they are. A request that was passed on once is never passed on again. Answers go
//! through as they come, live feeds included.

use std::{net::IpAddr, time::Duration};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use houseful_core::wire::REQUEST_ID_HEADER;

use super::{
    SIGNED, ServerRole,
    believed::{Believed, address, bytes, distrusted},
    cluster::Passed,
    owners,
    routes::not_elsewhere,
    signed::{Bearer, Client, Distrust},
};
use crate::{
    app::App,
    auth::gate::{Known, Peer},
    problem::ApiError,
    request::RequestId,
    routes::BODY_BYTES_MAX,
};

/// The longest another server may take until it begins to answer: less than a client's whole
/// request may, and more than a payer may wish to wait.
const ANSWER_MAX: Duration = Duration::from_secs(28);

/// What concerns a connection and not the request on it.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Reads who is behind a request that another server passed on, and leaves it in the request. A
/// request that is not signed comes from a client.
///
/// # Errors
/// It is signed, and not believed.
pub(crate) async fn received(app: &App, request: Request) -> Result<Request, ApiError> {
    if !app.cluster.has_key() || !request.headers().contains_key(SIGNED) {
        return Ok(request);
    }
    let believed = Believed::read(app, request, BODY_BYTES_MAX).await?;
    let Some(client) = believed.envelope.client else {
        return Err(distrusted(app, &believed.head, Distrust::OtherVersion));
    };
    let mut head = believed.head;
    head.headers.remove(SIGNED);
    head.extensions.insert(client);
    Ok(Request::from_parts(head, Body::from(believed.body)))
}

/// Answers here what the roles of this server answer, and passes on what they do not.
pub(crate) async fn forward(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let roles = route.map_or(&[][..], |route| owners::of(route.as_str()));
    if roles.is_empty() || roles.iter().any(|role| app.cluster.has(*role)) {
        if !roles.is_empty()
            && !request.method().is_safe()
            && let Err(elsewhere) = not_elsewhere(&app)
        {
            return elsewhere.into_response();
        }
        return next.run(request).await;
    }
    let passed = pass_on(&app, roles, request).await;
    passed.unwrap_or_else(IntoResponse::into_response)
}

async fn pass_on(app: &App, roles: &[ServerRole], request: Request) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    if head.extensions.get::<Client>().is_some() {
        // The server that sent it here takes this one for another; nobody is asked in a circle.
        let role = roles.first().copied().unwrap_or(ServerRole::Booking);
        return Err(ApiError::RoleAway(role));
    }
    let body = bytes(body, BODY_BYTES_MAX).await?;
    let passed = Passed {
        method: head.method.clone(),
        address: address(&head),
        headers: headers(&head),
        body,
        client: client(&head),
    };
    let response = app.cluster.pass_on(roles, passed, ANSWER_MAX).await?;
    answered(app, response)
}

/// The headers that the other server needs. Whose token it is stands in the envelope; the token
/// itself goes no further.
fn headers(head: &Parts) -> HeaderMap {
    let mut headers = without_hops(&head.headers);
    for name in [header::HOST, header::CONTENT_LENGTH, header::EXPECT] {
        headers.remove(name);
    }
    headers.remove(header::AUTHORIZATION);
    headers.remove(SIGNED);
    let id = head.extensions.get::<RequestId>();
    if let Some(Ok(id)) = id.map(|id| HeaderValue::from_str(id.as_str())) {
        headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), id);
    }
    headers
}

fn without_hops(headers: &HeaderMap) -> HeaderMap {
    let mut left = headers.clone();
    // A connection's header may name more of its kind.
    for named in headers.get_all(header::CONNECTION) {
        for name in named.to_str().unwrap_or("").split(',') {
            left.remove(name.trim());
        }
    }
    for name in HOP_BY_HOP {
        left.remove(name);
    }
    left.remove("keep-alive");
    left
}

fn client(head: &Parts) -> Client {
    let peer = head.extensions.get::<Peer>();
    let known = head.extensions.get::<Known>();
    Client {
        address: peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip()),
        bearer: known.map(|Known(known)| Bearer::new(&known.caller, known.number)),
    }
}

/// The other server's answer for the client. A live feed ends when this server stops, and counts
/// among those that are open here.
fn answered(app: &App, response: Response) -> Result<Response, ApiError> {
    let (mut head, body) = response.into_parts();
    head.headers = without_hops(&head.headers);
    let kind = head.headers.get(header::CONTENT_TYPE);
    let is_feed = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if !is_feed {
        return Ok(Response::from_parts(head, body));
    }
    let permit = app.limits.feed()?;
    let closing = app.closing.clone().cancelled_owned();
    let events = body.into_data_stream().take_until(Box::pin(closing));
    let counted = events.map(move |event| {
        let _counts = &permit;
        event
    });
    Ok(Response::from_parts(head, Body::from_stream(counted)))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn what_concerns_the_connection_or_the_token_goes_no_further() {
        let request = Request::builder()
            .uri("/v1/shows?limit=3")
            .header("authorization", "Bearer hf_x")
            .header("connection", "close, x-odd")
            .header("x-odd", "1")
            .header("keep-alive", "timeout=5")
            .header("host", "here")
            .header("houseful-signed", "made up")
            .header("houseful-booking-secret", "kept")
            .header("last-event-id", "12-1");
        let (mut head, ()) = request.body(()).expect("a request").into_parts();
        head.extensions.insert(RequestId::for_tests("req_1"));
        let left = headers(&head);
        let names: Vec<_> = left.keys().map(HeaderName::as_str).collect();
        let mut expected = vec!["houseful-booking-secret", "last-event-id", "x-request-id"];
        expected.sort_unstable();
        let mut names_sorted = names.clone();
        names_sorted.sort_unstable();
        assert_eq!(names_sorted, expected);
        assert_eq!(address(&head), "/v1/shows?limit=3");
    }
}
