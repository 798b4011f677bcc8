//! Stands before every route: recognises the bearer, counts the rate, asks the policy.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
};
use houseful_core::text::shown;

use super::{
    Caller, bearer,
    policy::{self, Access},
    tokens::Recognised,
};
use crate::{
    app::App,
    limits::{Allowance, Who},
    problem::ApiError,
};

/// Where a connection comes from; put into each request by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Lets a request pass to its route, or tells why not.
pub async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let passed = pass(&app, &mut request);
    match passed {
        Ok(_flight) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Checks the request and leaves the caller in it; the answer is held while the request runs.
fn pass(app: &App, request: &mut Request) -> Result<Option<crate::limits::Flight>, ApiError> {
    let access = access(request)?;
    if access == Access::Open {
        return Ok(None);
    }
    let token = bearer(request.headers());
    let known = token.and_then(|token| app.tokens.recognise(token));
    count(app, request, known.as_ref())?;
    let refused = ApiError::Token {
        given: token.is_some(),
    };
    match (access, &known) {
        (Access::Open, _) => {}
        (Access::Anyone, _) if token.is_some() && known.is_none() => return Err(refused),
        (Access::Anyone, _) => {}
        (Access::Role(_), None) => return Err(refused),
        (Access::Role(needs), Some(known)) if known.caller.role < needs => {
            return Err(ApiError::Forbidden { needs });
        }
        (Access::Role(_), Some(_)) => {}
    }
    if let Some(known) = known {
        request.extensions_mut().insert(known.caller);
    }
    app.limits.take_off().map(Some)
}

/// What the policy says of the route. A route without a row is as good as absent.
fn access(request: &Request) -> Result<Access, ApiError> {
    let path = shown(request.uri().path(), 120);
    let Some(matched) = request.extensions().get::<MatchedPath>() else {
        return Err(ApiError::NoRoute(path));
    };
    let route = matched.as_str();
    policy::access(request.method(), route).ok_or_else(|| {
        let known = policy::methods(route);
        if known.is_empty() {
            ApiError::NoRoute(path)
        } else {
            ApiError::NoMethod {
                path,
                method: shown(request.method().as_str(), 16),
                known,
            }
        }
    })
}

fn count(app: &App, request: &Request, known: Option<&Recognised>) -> Result<(), ApiError> {
    let (who, allowance) = match known {
        Some(known) if known.caller.is_staff() => (Who::Token(known.number), Allowance::Staff),
        Some(known) => (Who::Token(known.number), Allowance::Customers),
        None => {
            let peer = request.extensions().get::<Peer>();
            let address = peer.map_or(IpAddr::from([0, 0, 0, 0]), |p| p.0.ip());
            (Who::at(address), Allowance::Anonymous)
        }
    };
    app.limits.count(who, allowance)
}

/// The caller of a route that needs a token.
impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        // The policy let nobody without a token pass to a route that asks for its caller.
        caller.ok_or(ApiError::Token { given: false })
    }
}
