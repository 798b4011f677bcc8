//! The server about itself: who it is, whether it lives, whether it can work, its numbers.

use axum::{
    Extension,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Json, Response},
};
use houseful_core::wire::{
    admin::{PeerInfo, Role, ServerInfo, ShardState, ShardStatus},
    problem::Problem,
};

use crate::{
    app::App,
    auth::Caller,
    clock::ClockKind,
    problem::ApiError,
    replicas::Replicas,
    roles::{ServerRole, not_elsewhere, peer::Peer},
};

/// Who answers, what time it is there, and who the caller is to it.
#[utoipa::path(get, path = "/v1", tag = "server", responses((status = 200, body = ServerInfo)))]
pub(super) async fn info(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
) -> Json<ServerInfo> {
    Json(describe(&app, caller.as_deref()))
}

/// The server as it stands now.
pub(super) fn describe(app: &App, caller: Option<&Caller>) -> ServerInfo {
    let clock = match app.clock.kind() {
        ClockKind::System => "system",
        ClockKind::Fast(_) => "fast",
        ClockKind::Manual => "manual",
    };
    let is_staff = caller.is_some_and(Caller::is_staff);
    let (roles, peers) = (app.cluster.own().iter(), app.cluster.peers().iter());
    // Where they are is for those who look after the house.
    let may_know = caller.is_some_and(|c| c.role >= Role::Manager);
    let replicas = app.readers.all().filter(|_| may_know);
    let shards = app.watch.report().into_iter().filter(|_| is_staff);
    let shards = shards.map(|shard| ShardStatus {
        reason: shard.reason.filter(|_| may_know),
        ..shard
    });
    ServerInfo {
        name: "houseful".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: app.mode,
        roles: roles.map(|role| role.word().to_owned()).collect(),
        peers: peers.map(|peer| told(peer, is_staff)).collect(),
        time: app.clock.now().into(),
        clock: clock.to_owned(),
        speed: app.clock.speed(),
        role: caller.map(|c| c.role),
        account: caller.map(|c| c.account.to_string()),
        channel: caller.map(|c| c.channel),
        replicas: replicas.flat_map(Replicas::report).collect(),
        shards: shards.collect(),
    }
}

/// Another server as it is told; where it is concerns staff alone.
fn told(peer: &Peer, is_staff: bool) -> PeerInfo {
    PeerInfo {
        role: peer.role.word().to_owned(),
        state: peer.health().word().to_owned(),
        server: is_staff.then(|| peer.address.to_string()),
    }
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether it can work: the store can be written, and in a booking server the lane answers. What
/// other servers do is theirs to say. A shard that is away keeps nobody from the shows of the others:
/// a line behind `ready` says how many are. Which they are is staff's to know, from `GET /v1`.
#[utoipa::path(get, path = "/readyz", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain"),
              (status = 503, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn readyz(State(app): State<App>) -> Result<String, ApiError> {
    if app.closing.is_cancelled() {
        return Err(ApiError::Busy("the server is stopping".into()));
    }
    not_elsewhere(&app)?;
    app.books.ground.ready().await?;
    if app.cluster.has(ServerRole::Booking) {
        app.lane.answer().await?;
    }
    let mut said = "ready\n".to_owned();
    let shards = app.watch.report();
    let not_sold = shards.iter().filter(|s| s.state != ShardState::InUse);
    let not_sold = not_sold.count();
    if not_sold > 0 {
        said.push_str(&format!(
            "{not_sold} of {} shards not in use\n",
            shards.len()
        ));
    }
    Ok(said)
}

/// The numbers of this process, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn metrics() -> Response {
    let text = crate::numbers::render();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
