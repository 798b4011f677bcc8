//! What other servers of the house may ask of this one. None of it is for clients: a request that no
//! server of the house signed does nothing.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{FromRequest, Request, State},
    http::HeaderValue,
    middleware::{self, Next},
    response::{IntoResponse, Json, Response},
    routing::post,
};
use houseful_core::message::{Announcement, Settle};
use serde::de::DeserializeOwned;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    SIGNED, ServerRole,
    believed::{Believed, bytes},
    calls,
    feed::Follower,
    words::{
        BindAnswer, BindWanted, CatalogueFacts, Claim, Claimed, ClockMoved, HouseFacts, Nothing,
        OwnerAnswer, OwnerWanted, PartAnswer, PartWanted, PaymentAnswer, PaymentWanted,
        PaymentsAnswer, PaymentsWanted, TokensAnswer, at,
    },
};
use crate::{
    app::App,
    bus::heard,
    clock::ClockKind,
    house::{self, mode_word},
    payment::PaymentError,
    problem::{self, ApiError, Failure},
    request::{self, RequestId},
    store::StoreError,
};

/// The longest question that is read, in bytes: a batch of messages.
const QUESTION_BYTES_MAX: usize = 1024 * 1024;
/// The longest answer that is signed, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The most messages in a batch.
pub(crate) const BATCH_MAX: usize = 200;
/// The most payments on a page.
const PAYMENTS_MAX: u32 = 1_000;

/// The routes, each behind the check of its signature; none, where nobody could sign.
pub(crate) fn router(app: App) -> Router {
    if !app.cluster.has_key() {
        return Router::new();
    }
    let around = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(app.clone(), request::around))
        .layer(middleware::from_fn_with_state(app.clone(), trusted))
        .layer(CatchPanicLayer::custom(request::panicked));
    Router::new()
        .route(at::HOUSE, post(house))
        .route(at::BIND, post(bind))
        .route(at::CATALOGUE, post(catalogue))
        .route(at::TOKENS, post(tokens))
        .route(at::LOOK, post(look))
        .route(at::CLOCK, post(clock))
        .route(at::CLAIM, post(claim))
        .route(at::OWNER, post(owner))
        .route(at::PAYMENTS, post(payments))
        .route(at::PAYMENT, post(payment))
        .route(at::ANNOUNCEMENTS, post(announcements))
        .route(at::SETTLEMENTS, post(settlements))
        .layer(around)
        .with_state(app)
}

/// Lets a request pass that a server of this house signed, and signs its answer.
async fn trusted(State(app): State<App>, request: Request, next: Next) -> Response {
    let Believed { head, body, .. } = match Believed::read(&app, request, QUESTION_BYTES_MAX).await
    {
        Ok(believed) => believed,
        Err(error) => return error.into_response(),
    };
    let (asked, id) = (head.headers.clone(), head.extensions.get().cloned());
    let answer = next.run(Request::from_parts(head, Body::from(body))).await;
    let answer = told(answer, id.as_ref());
    let (mut head, body) = answer.into_parts();
    let Ok(body) = bytes(body, ANSWER_BYTES_MAX).await else {
        return ApiError::Internal("an answer that can't be signed".into()).into_response();
    };
    let signed = app.cluster.sign(&asked, head.status, &body);
    if let Some(signed) = signed.and_then(|s| HeaderValue::from_str(&s).ok()) {
        head.headers.insert(SIGNED, signed);
    }
    Response::from_parts(head, Body::from(body))
}

/// Writes what went wrong, which has to be signed like any answer.
fn told(mut answer: Response, id: Option<&RequestId>) -> Response {
    match answer.extensions_mut().remove::<Failure>() {
        Some(Failure(error)) => {
            if let Some(cause) = error.cause() {
                tracing::warn!(code = error.code(), cause, "another server was not served");
            }
            problem::write(&error, id.map_or("", RequestId::as_str))
        }
        None => answer,
    }
}

/// A question of another server.
struct Asked<T>(T);

impl<T: DeserializeOwned> FromRequest<App> for Asked<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let odd = || ApiError::unreadable("a question of another version of the program");
        let bytes = Bytes::from_request(request, app).await.map_err(|_| odd())?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| odd())
    }
}

type Answer<T> = Result<Json<T>, ApiError>;

/// Says no where this server has not the role that is asked for.
fn only(app: &App, role: ServerRole) -> Result<(), ApiError> {
    let has = app.cluster.has(role);
    has.then_some(()).ok_or(ApiError::RoleAway(role))?;
    not_elsewhere(app)
}

/// Says no where the house has its seats or its money in another database than this server's.
pub(crate) fn not_elsewhere(app: &App) -> Result<(), ApiError> {
    match app.follower.as_ref().and_then(Follower::elsewhere) {
        Some(elsewhere) => Err(ApiError::Busy(elsewhere.to_string())),
        None => Ok(()),
    }
}

async fn house(State(app): State<App>, Asked(Nothing {}): Asked<Nothing>) -> Answer<HouseFacts> {
    let catalogue = if app.cluster.has(ServerRole::Catalogue) {
        let facts = app.books.house.as_ref();
        let (id, mark) = (house::catalogue_id(facts).await?, house::mark(facts).await?);
        id.zip(mark)
            .map(|(id, mark)| (id, mark, app.catalogue.moves()))
    } else {
        None
    };
    let catalogue = match catalogue {
        Some((id, mark, moves)) => Some(CatalogueFacts {
            id,
            mark,
            moves,
            tokens_moves: app.books.tokens.moves().await?,
        }),
        None => None,
    };
    Ok(Json(HouseFacts {
        roles: app.cluster.own().iter().collect(),
        house: app.cluster.house().to_owned(),
        mode: mode_word(app.mode).to_owned(),
        now: app.clock.now(),
        catalogue,
    }))
}

async fn bind(State(app): State<App>, Asked(wanted): Asked<BindWanted>) -> Answer<BindAnswer> {
    only(&app, ServerRole::Catalogue)?;
    let facts = app.books.house.as_ref();
    let bound = house::bind(facts, wanted.role, &wanted.database).await?;
    if !bound {
        let role = wanted.role;
        tracing::error!(%role, "a server with another database than the house's was refused");
    }
    Ok(Json(BindAnswer { bound }))
}

async fn catalogue(State(app): State<App>, Asked(wanted): Asked<PartWanted>) -> Answer<PartAnswer> {
    only(&app, ServerRole::Catalogue)?;
    let part = app
        .catalogue
        .part((wanted.after, wanted.shows), wanted.places);
    let part = part.map(|part| PartAnswer::Part(Box::new(part)));
    Ok(Json(part.unwrap_or(PartAnswer::Another)))
}

async fn tokens(State(app): State<App>, Asked(Nothing {}): Asked<Nothing>) -> Answer<TokensAnswer> {
    only(&app, ServerRole::Catalogue)?;
    Ok(Json(app.books.tokens.ever().await?.into()))
}

/// Something changed in the catalogue's rooms: it is looked at before this answers.
async fn look(State(app): State<App>, Asked(Nothing {}): Asked<Nothing>) -> Answer<Nothing> {
    if let Some(follower) = &app.follower {
        let looked = follower.look_for_a_token().await;
        looked.map_err(|lag| ApiError::Busy(lag.to_string()))?;
    }
    Ok(Json(Nothing {}))
}

async fn clock(State(app): State<App>, Asked(moved): Asked<ClockMoved>) -> Answer<Nothing> {
    if app.clock.kind() != ClockKind::Manual {
        return Err(ApiError::ClockNotManual);
    }
    house::move_clock(app.books.house.as_ref(), &app.clock, moved.to).await?;
    Ok(Json(Nothing {}))
}

async fn claim(State(app): State<App>, Asked(claim): Asked<Claim>) -> Answer<Claimed> {
    only(&app, ServerRole::Payment)?;
    match calls::claim_cash(&app, claim.payment, claim.booking).await {
        Ok(()) => Ok(Json(Claimed { claimed: true })),
        Err(ApiError::Payment(PaymentError::IdReused)) => Ok(Json(Claimed { claimed: false })),
        Err(error) => Err(error),
    }
}

async fn owner(State(app): State<App>, Asked(wanted): Asked<OwnerWanted>) -> Answer<OwnerAnswer> {
    only(&app, ServerRole::Booking)?;
    let owner = calls::owner_of(&app, wanted.booking).await?;
    Ok(Json(OwnerAnswer { owner }))
}

async fn payment(
    State(app): State<App>,
    Asked(wanted): Asked<PaymentWanted>,
) -> Answer<PaymentAnswer> {
    only(&app, ServerRole::Payment)?;
    let payment = calls::payment(&app, wanted.payment).await?;
    Ok(Json(PaymentAnswer { payment }))
}

async fn payments(
    State(app): State<App>,
    Asked(wanted): Asked<PaymentsWanted>,
) -> Answer<PaymentsAnswer> {
    only(&app, ServerRole::Payment)?;
    let books = app.books.payment_books.as_ref();
    let rows = match wanted {
        PaymentsWanted::Page { after, limit } => {
            books.payments(after, limit.min(PAYMENTS_MAX)).await?
        }
        PaymentsWanted::One(payment) => books.payment(payment).await?.into_iter().collect(),
    };
    Ok(Json(PaymentsAnswer { rows }))
}

async fn announcements(
    State(app): State<App>,
    Asked(batch): Asked<Vec<Announcement>>,
) -> Answer<Nothing> {
    only(&app, ServerRole::Booking)?;
    bounded(batch.len())?;
    let each = batch.into_iter().map(|news| async {
        if let Some(answer) = heard::announcement(&app.lane, news).await {
            app.bus.settle(answer);
        }
    });
    futures_util::future::join_all(each).await;
    Ok(Json(Nothing {}))
}

async fn settlements(State(app): State<App>, Asked(batch): Asked<Vec<Settle>>) -> Answer<Nothing> {
    only(&app, ServerRole::Payment)?;
    bounded(batch.len())?;
    let each = batch.into_iter().map(|ask| app.payments.settle(ask));
    let settled = futures_util::future::join_all(each).await;
    // What can't be read today can't be read in a second either; whoever sent it says it again.
    let comes_again = |error: &StoreError| !matches!(error, StoreError::Unreadable(_));
    let missed = settled.into_iter().filter_map(Result::err);
    match missed.into_iter().find(comes_again) {
        // The carrier brings the whole batch again, which changes nothing for the others.
        Some(error) => Err(ApiError::Busy(error.to_string())),
        None => Ok(Json(Nothing {})),
    }
}

fn bounded(messages: usize) -> Result<(), ApiError> {
    let few = messages <= BATCH_MAX;
    few.then_some(())
        .ok_or(ApiError::TooLarge { max: BATCH_MAX })
}
