//! Every route of the API, on one page. Each file is a noun; each handler parses, makes one call
//! and answers. What may be asked by whom is in [`crate::auth::policy`].

#![expect(
    unused_qualifications,
    reason = "the macro that describes a route names the type of its query so"
)]

mod age;
mod asked;
mod bookings;
mod calendar;
mod cash;
mod desk;
mod feed;
mod house;
mod input;
mod lookup;
mod money;
mod payments;
mod places;
mod practice;
mod price;
mod refunds;
mod reports;
mod resolve;
mod seats;
mod server;
mod shows;
mod tokens;
mod vouchers;
mod webhooks;
mod why;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::input::BODY_BYTES_MAX;
use crate::{
    app::App,
    auth::gate::gate,
    openapi,
    problem::ApiError,
    request,
    roles::{forward::forward, routes as between_servers},
};

/// Answers shorter than this are not worth compressing, in bytes.
const GZIP_BYTES_MIN: u64 = 1_024;

/// The routes with their descriptions.
pub(crate) fn described() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(server::info))
        .routes(routes!(server::healthz))
        .routes(routes!(server::readyz))
        .routes(routes!(server::metrics))
        .routes(routes!(openapi::json))
        .routes(routes!(places::cities))
        .routes(routes!(places::city))
        .routes(routes!(places::cinemas))
        .routes(routes!(places::cinema))
        .routes(routes!(shows::movies))
        .routes(routes!(shows::movie))
        .routes(routes!(calendar::calendar))
        .routes(routes!(shows::shows))
        .routes(routes!(shows::show))
        .routes(routes!(shows::search))
        .routes(routes!(seats::layout))
        .routes(routes!(seats::seats))
        .routes(routes!(why::why))
        .routes(routes!(price::price))
        .routes(routes!(feed::feed))
        .routes(routes!(bookings::hold, lookup::bookings))
        .routes(routes!(lookup::booking))
        .routes(routes!(lookup::contact))
        .routes(routes!(bookings::change_seats))
        .routes(routes!(bookings::release))
        .routes(routes!(money::payment_token))
        .routes(routes!(money::cash))
        .routes(routes!(money::cancel))
        .routes(routes!(refunds::quote))
        .routes(routes!(refunds::refund))
        .routes(routes!(refunds::verdict))
        .routes(routes!(money::tickets))
        .routes(routes!(money::ticket))
        .routes(routes!(payments::pay, payments::payments))
        .routes(routes!(payments::payment))
        .routes(routes!(payments::reconcile))
        .routes(routes!(payments::reopen))
        .routes(routes!(payments::lost_part))
        .routes(routes!(vouchers::create, vouchers::vouchers))
        .routes(routes!(vouchers::check))
        .routes(routes!(vouchers::voucher))
        .routes(routes!(vouchers::cancel))
        .routes(routes!(webhooks::stripe))
        .routes(routes!(house::status))
        .routes(routes!(house::blocks))
        .routes(routes!(house::journal))
        .routes(routes!(house::audit))
        .routes(routes!(desk::desk))
        .routes(routes!(resolve::story))
        .routes(routes!(resolve::resolve))
        .routes(routes!(reports::money))
        .routes(routes!(tokens::tokens, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(practice::clock))
        .routes(routes!(practice::card_dial))
}

/// The router with everything around it.
pub(crate) fn router(app: App) -> Router {
    let (routes, _) = described().split_for_parts();
    let compressed = SizeAbove::new(GZIP_BYTES_MIN).and(DefaultPredicate::new());
    // One stack, the outermost first: each `Router::layer` would box every route once more.
    let around = ServiceBuilder::new()
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(middleware::from_fn_with_state(app.clone(), request::around))
        .layer(DefaultBodyLimit::max(input::BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), gate))
        .layer(middleware::from_fn_with_state(app.clone(), forward));
    let others = between_servers::router(app.clone());
    routes
        .merge(openapi::pages())
        .fallback(missing)
        .layer(around)
        .with_state(app)
        .merge(others)
}

/// The gate refuses what no route matches before it comes here.
async fn missing() -> ApiError {
    ApiError::NoRoute("this address".to_owned())
}
