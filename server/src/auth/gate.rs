//! Stands before every route: recognises the bearer, counts the rate, asks the policy. What another
//! server of the house passed on has passed its gate, and is counted here as the client's own.

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
    roles::{Client, feed::Follower, forward::received},
};

/// Where a connection comes from; put into each request by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The bearer of the token that came along; left in the request for whoever passes it on.
#[derive(Clone, Debug)]
pub struct Known(pub Recognised);

/// Lets a request pass to its route, or tells why not.
pub async fn gate(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut request = match received(&app, request).await {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    if let Some(follower) = wants_a_look(&app, &request) {
        // Whoever guesses is counted before anybody works for them.
        if let Err(error) = count(&app, &request, None) {
            return error.into_response();
        }
        // Whoever bears the token is told that it is unknown.
        let _ = follower.look_for_a_token().await;
    }
    let passed = pass(&app, &mut request);
    match passed {
        Ok(_flight) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Who looks whether a token that is unknown here is new, where another server makes them.
fn wants_a_look(app: &App, request: &Request) -> Option<Follower> {
    let follower = app.follower.as_ref()?;
    let token = bearer(request.headers()).filter(|token| !token.is_empty())?;
    let unknown = app.tokens.recognise(token).is_none();
    unknown.then(|| follower.clone())
}

/// Checks the request and leaves the caller in it; the answer is held while the request runs.
fn pass(app: &App, request: &mut Request) -> Result<Option<crate::limits::Flight>, ApiError> {
    let access = access(request)?;
    if access == Access::Open {
        return Ok(None);
    }
    let token = bearer(request.headers());
    let behind = request.extensions().get::<Client>();
    let known = match behind {
        // The server that passed it on has looked at the token.
        Some(client) => client.bearer.as_ref().map(|bearer| Recognised {
            caller: bearer.caller(),
            number: bearer.number,
        }),
        None => token.and_then(|token| app.tokens.recognise(token)),
    };
    count(app, request, known.as_ref())?;
    let refused = ApiError::Token {
        given: token.is_some(),
    };
    match (access, &known) {
        (Access::Open | Access::Signed, _) => {}
        (Access::Anyone, _) if token.is_some() && known.is_none() => return Err(refused),
        (Access::Anyone, _) => {}
        (Access::Role(_), None) => return Err(refused),
        (Access::Role(needs), Some(known)) if known.caller.role < needs => {
            return Err(ApiError::Forbidden { needs });
        }
        (Access::Role(_), Some(_)) => {}
    }
    if let Some(known) = known {
        request.extensions_mut().insert(known.caller.clone());
        request.extensions_mut().insert(Known(known));
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
        None => (Who::at(address(request)), Allowance::Anonymous),
    };
    app.limits.count(who, allowance)
}

/// Where a request comes from: the client's own address, whichever server it came to.
fn address(request: &Request) -> IpAddr {
    if let Some(client) = request.extensions().get::<Client>() {
        return client.address;
    }
    let peer = request.extensions().get::<Peer>();
    peer.map_or(IpAddr::from([0, 0, 0, 0]), |p| p.0.ip())
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
