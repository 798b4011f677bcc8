//! Follows the catalogue role: who may ask for what, and in a booking server what is on.
//!
//! What is heard is kept in this server's own database, so that it starts and sells when no
//! catalogue server answers. A token that was revoked opens nothing here a second later, as long as
//! one does; until one answers again nobody can revoke a token either.

use std::{sync::Arc, time::Instant};

use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{
    ServerRole,
    cluster::{AskError, Cluster},
    words::{CatalogueFacts, HouseFacts, Nothing, PartAnswer, PartWanted, TokensAnswer, at},
};
use crate::{
    app::StartError,
    auth::tokens::Tokens,
    catalogue::Catalogue,
    clock::{Clock, ClockKind},
    copies::LOOK_MS,
    database::Books,
    house,
    store::StoreError,
};

/// How often other servers are asked how they do, in milliseconds of real time.
const GREET_MS: u64 = 1_000;

/// Why the catalogue is not followed for the moment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lag {
    /// No catalogue server answers as one should.
    #[error(transparent)]
    Asked(#[from] AskError),
    /// The own database.
    #[error("the copy can't be written: {0}")]
    Store(#[from] StoreError),
    /// A show can't be opened for sale.
    #[error("a show can't be opened for sale: {0}")]
    Show(#[from] StartError),
    /// The shows here are of another catalogue; what is on sale must not change its meaning.
    #[error(
        "the catalogue server has another catalogue than the one whose shows are sold here; nothing of it was taken over"
    )]
    Another,
}

/// Opens the shows of the catalogue that are not on sale yet.
pub(crate) type Open =
    Arc<dyn Fn() -> futures_util::future::BoxFuture<'static, Result<(), StartError>> + Send + Sync>;

/// A server that follows the catalogue role; clones share it.
#[derive(Clone)]
pub(crate) struct Follower(Arc<Inner>);

struct Inner {
    cluster: Cluster,
    books: Books,
    catalogue: Catalogue,
    tokens: Tokens,
    clock: Clock,
    /// In a booking server.
    open: Option<Open>,
    /// When the last look began. One looks at a time.
    turn: Mutex<Option<Instant>>,
}

impl Follower {
    pub(crate) fn new(
        cluster: Cluster,
        books: Books,
        (catalogue, tokens): (Catalogue, Tokens),
        clock: Clock,
        open: Option<Open>,
    ) -> Self {
        Self(Arc::new(Inner {
            cluster,
            books,
            catalogue,
            tokens,
            clock,
            open,
            turn: Mutex::default(),
        }))
    }

    /// Looks again and again, until `shutdown` is cancelled.
    pub(crate) fn start(&self, shutdown: &CancellationToken) -> JoinHandle<()> {
        let (follower, shutdown) = (self.clone(), shutdown.clone());
        tokio::spawn(async move {
            let mut told = String::new();
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = follower.0.clock.rest_real(LOOK_MS) => {}
                }
                let lag = follower.look().await.err().map(|lag| lag.to_string());
                let lag = lag.unwrap_or_default();
                if !lag.is_empty() && lag != told {
                    tracing::warn!(why = lag, "the catalogue is not followed");
                }
                told = lag;
            }
        })
    }

    /// Looks because of a token that nobody knows here: it may have been made a moment ago. Many who
    /// ask at once are served by one look that began after they asked.
    pub(crate) async fn look_for_a_token(&self) {
        let asked = Clock::stopwatch();
        let mut turn = self.0.turn.lock().await;
        if turn.is_none_or(|began| began < asked) {
            *turn = Some(Clock::stopwatch());
            // Whoever bears the token is told that it is unknown.
            let _ = self.look_at_tokens().await;
        }
    }

    /// Looks once, and takes over what is new.
    pub(crate) async fn look(&self) -> Result<(), Lag> {
        let mut turn = self.0.turn.lock().await;
        *turn = Some(Clock::stopwatch());
        let Some(facts) = self.look_at_tokens().await? else {
            return Ok(());
        };
        if self.0.open.is_some() {
            self.look_at_the_catalogue(&facts).await?;
        }
        Ok(())
    }

    /// Answers with where the catalogue stands, if it is in another database.
    async fn look_at_tokens(&self) -> Result<Option<CatalogueFacts>, Lag> {
        let it = &self.0;
        let asked = it
            .cluster
            .ask(ServerRole::Catalogue, at::HOUSE, &Nothing {});
        let heard: HouseFacts = asked.await?;
        if heard.house != it.cluster.house() {
            return Err(AskError::Nobody(ServerRole::Catalogue).into());
        }
        let facts = it.books.house.as_ref();
        if it.clock.kind() == ClockKind::Manual {
            house::move_clock(facts, &it.clock, heard.now).await?;
        }
        let Some(stands) = heard.catalogue else {
            return Err(AskError::OtherVersion(ServerRole::Catalogue).into());
        };
        if house::mark(facts).await?.as_ref() == Some(&stands.mark) {
            // The same database: what is written there is here.
            it.tokens.follow().await?;
            return Ok(None);
        }
        if house::tokens_seen(facts).await? != Some(stands.tokens_moves) {
            let asked = it
                .cluster
                .ask(ServerRole::Catalogue, at::TOKENS, &Nothing {});
            let copy: TokensAnswer = asked.await?;
            let copy = crate::auth::tokens::TokenCopy::from(copy);
            let moves = copy.moves;
            it.tokens.take_over(copy, it.clock.now()).await?;
            house::keep_tokens_seen(facts, moves).await?;
        } else {
            // Another server of this database may have taken them over.
            it.tokens.follow().await?;
        }
        Ok(Some(stands))
    }

    async fn look_at_the_catalogue(&self, stands: &CatalogueFacts) -> Result<(), Lag> {
        let it = &self.0;
        let facts = it.books.house.as_ref();
        it.catalogue.follow().await?;
        let own = house::catalogue_id(facts).await?;
        let fresh = it.catalogue.snapshot().is_empty();
        if !fresh && own.as_ref().is_some_and(|own| *own != stands.id) {
            return Err(Lag::Another);
        }
        if house::catalogue_seen(facts).await? == Some(stands.moves) {
            return Ok(());
        }
        let adopts = fresh || own.is_none();
        let moves = self.take_in(adopts.then_some(&stands.id)).await?;
        if let Some(open) = &it.open {
            open().await?;
        }
        house::keep_catalogue_seen(facts, moves).await?;
        Ok(())
    }

    /// Takes over what is new, part by part; answers with how far that is. A database that has not
    /// said yet of which catalogue its shows are comes to `adopt` this one.
    async fn take_in(&self, mut adopt: Option<&String>) -> Result<u64, Lag> {
        let it = &self.0;
        let mut places = None;
        loop {
            let (after, shows) = it.catalogue.snapshot().extent();
            let wanted = PartWanted {
                after,
                shows,
                places,
            };
            let asked = it
                .cluster
                .ask(ServerRole::Catalogue, at::CATALOGUE, &wanted);
            let part = match asked.await? {
                PartAnswer::Part(part) => *part,
                PartAnswer::Another => return Err(Lag::Another),
            };
            if let Some(id) = adopt.take() {
                // Whose shows these are is known before the first of them is there.
                house::keep_catalogue_id(it.books.house.as_ref(), id).await?;
            }
            let (moves, more) = (part.moves, part.more);
            let written = it.catalogue.take_in(part).await?;
            if written && !more && places.is_none_or(|p| p == moves) {
                return Ok(moves);
            }
            places = written.then_some(moves);
        }
    }
}

/// Asks the other servers how they do, again and again, until `shutdown` is cancelled.
pub(crate) fn greet(cluster: Cluster, clock: Clock, shutdown: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            cluster.greet().await;
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = clock.rest_real(GREET_MS) => {}
            }
        }
    })
}
