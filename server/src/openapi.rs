//! The OpenAPI document, made from the routes, and pages that show it.

use std::sync::OnceLock;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use houseful_core::wire::{
    BOOKING_SECRET_HEADER, admin::Role, problem::Problem, seats::SeatChanges,
};
use utoipa::{
    ToSchema,
    openapi::{
        Components, Content, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder,
        path::{Operation, PathItem},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};

use crate::{
    app::App,
    auth::policy::{self, Access},
};

const TOKEN: &str = "token";
const SECRET: &str = "booking_secret";

/// The document: what the routes say about themselves, and what holds for all of them.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = crate::routes::described().split_for_parts();
    document.info = InfoBuilder::new()
        .title("Houseful")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Cinema seats: what is on, which seats are free, holding them for five minutes, \
             paying, and looking after the house. Everything that goes wrong is a problem \
             document (RFC 9457) with a stable `code`.",
        ))
        .build();
    let mut components = document.components.take().unwrap_or_default();
    // No route names these as its JSON answer: problems come from everywhere, changes in a feed.
    add::<Problem>(&mut components);
    add::<SeatChanges>(&mut components);
    components.add_security_scheme(
        TOKEN,
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("an API token, `hf_...`"))
                .build(),
        ),
    );
    components.add_security_scheme(
        SECRET,
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            BOOKING_SECRET_HEADER,
            "a customer's secret of a booking; staff need none",
        ))),
    );
    document.components = Some(components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let access = policy::API
                .iter()
                .find(|rule| rule.0 == method && rule.1 == path);
            if let Some((_, _, access)) = access {
                complete(operation, *access);
            }
        }
    }
    document
}

fn add<T: ToSchema>(components: &mut Components) {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schemas.extend(parts);
    let name = T::name().into_owned();
    components.schemas.insert(name, T::schema());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem {
        get,
        post,
        put,
        delete,
        ..
    } = item;
    let methods = [
        ("GET", get),
        ("POST", post),
        ("PUT", put),
        ("DELETE", delete),
    ];
    methods
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds who may, and the shape of everything that goes wrong.
fn complete(operation: &mut Operation, access: Access) {
    let none = Vec::<String>::new;
    let token = || SecurityRequirement::new(TOKEN, none());
    operation.security = match access {
        Access::Open | Access::Signed => None,
        Access::Anyone => Some(vec![SecurityRequirement::default(), token()]),
        Access::Role(Role::Customer) => Some(vec![token().add(SECRET, none()), token()]),
        Access::Role(Role::Clerk | Role::Manager | Role::Admin) => Some(vec![token()]),
    };
    if let Access::Role(role) = access {
        let who = format!("For {} and above.", role.word());
        let text = operation.description.take().unwrap_or_default();
        operation.description = Some(format!("{text}\n\n{who}").trim().to_owned());
    }
    let schema = RefOr::Ref(Ref::from_schema_name(Problem::name()));
    let problem = ResponseBuilder::new()
        .description("a problem document")
        .content("application/problem+json", Content::new(Some(schema)))
        .build();
    operation
        .responses
        .responses
        .insert("default".to_owned(), RefOr::T(problem));
}

/// The document as JSON, written once.
fn written() -> Bytes {
    static WRITTEN: OnceLock<Bytes> = OnceLock::new();
    let write = || {
        // The document has string keys only, so it can always be written.
        Bytes::from(document().to_pretty_json().unwrap_or_default())
    };
    WRITTEN.get_or_init(write).clone()
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "server",
    responses((status = 200, body = Object, content_type = "application/json")))]
pub(crate) async fn json() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], written()).into_response()
}

/// Pages that show the document.
#[cfg(feature = "docs-ui")]
pub(crate) fn pages() -> Router<App> {
    use axum::middleware;
    use utoipa_swagger_ui::{Config, SwaggerUi};

    let pages: Router<App> = SwaggerUi::new("/docs")
        .config(Config::from("/openapi.json"))
        .into();
    // The pages run scripts and draw pictures of their own, and nothing from elsewhere.
    let policy = HeaderValue::from_static(
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    );
    pages.layer(middleware::map_response(move |mut response: Response| {
        let policy = policy.clone();
        async move {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        }
    }))
}

/// No pages in this build.
#[cfg(not(feature = "docs-ui"))]
pub(crate) fn pages() -> Router<App> {
    Router::new()
}
