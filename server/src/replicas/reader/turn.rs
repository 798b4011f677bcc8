//! One turn of the reader: some shows, looked up at one replica after the other until everybody who
//! waits has been told, or no replica is left.

use std::{sync::Arc, time::Instant};

use houseful_core::{ids::ShowId, wire::seats::Version};
use tokio::time::timeout;

use super::Waiter;
use crate::{
    clock::Clock,
    hub::{Hub, News, Origin, Picture, Shown},
    lane::Plans,
    replicas::{
        READ_STALE,
        circle::{Circle, PATIENCE},
        copy::Copy,
        source::{Asked, Reading, Stands},
    },
    store::{StoreError, Tail},
};

/// A show that somebody waits for.
pub(super) struct Wanted {
    pub(super) show: ShowId,
    pub(super) waiters: Vec<Waiter>,
    /// What is known of it.
    pub(super) copy: Option<Copy>,
}

/// Why a picture can't be brought up to date.
enum Broken {
    /// The replica took too long.
    Late,
    Store(StoreError),
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

pub(super) struct Turn {
    circle: Arc<Circle>,
    hub: Hub,
    plans: Plans,
    wanted: Vec<Wanted>,
}

impl Turn {
    pub(super) fn new(
        circle: Arc<Circle>,
        (hub, plans): (Hub, Plans),
        wanted: Vec<Wanted>,
    ) -> Self {
        Self {
            circle,
            hub,
            plans,
            wanted,
        }
    }

    /// Tells whoever can be told, lets go of the others, and gives what is known of the shows.
    pub(super) async fn run(mut self) -> Vec<(ShowId, Copy)> {
        let mut tried = Vec::new();
        while self.wanted.iter().any(|w| !w.waiters.is_empty()) {
            let Some(n) = self.circle.next(&tried) else {
                break;
            };
            tried.push(n);
            if let Err(why) = self.at(n).await {
                self.circle.failed(n, why);
            }
        }
        let copies = self.wanted.into_iter();
        copies.filter_map(|w| Some((w.show, w.copy?))).collect()
    }

    /// Looks at one replica.
    async fn at(&mut self, n: usize) -> Result<(), String> {
        let Ok(reading) = self.circle.begin(n).await else {
            return Ok(());
        };
        let (mut asked, mut whose) = (Vec::new(), Vec::new());
        for (place, wanted) in self.wanted.iter().enumerate() {
            for reached in wanted.versions() {
                let show = wanted.show;
                asked.push(Asked { show, reached });
                whose.push((place, reached));
            }
        }
        let (beat, stands) = self.circle.soon(reading.stand(asked)).await?;
        let Some(as_of) = self.circle.judge(n, beat) else {
            return Ok(());
        };
        let mut found: Vec<Vec<(Option<Version>, Stands)>> = vec![Vec::new(); self.wanted.len()];
        for ((place, reached), stands) in whose.into_iter().zip(stands) {
            found[place].push((reached, stands));
        }
        for (wanted, found) in self.wanted.iter_mut().zip(found) {
            if !found.iter().any(|(_, stands)| stands.reached) {
                continue;
            }
            let at = found.first().and_then(|(_, stands)| stands.at);
            let seen = (&*reading, as_of, &self.hub);
            let brought = match at {
                Some(at) => wanted.bring_up(seen, at).await,
                None => wanted.bring_plan(seen, &self.plans).await,
            };
            match brought {
                Ok(Some(shown)) => {
                    let has = |reached: Option<Version>| {
                        let told = found.iter().find(|(asked, _)| *asked == reached);
                        told.is_some_and(|(_, stands)| stands.reached)
                    };
                    wanted.tell(&shown, has);
                }
                Ok(None) => {}
                Err(Broken::Late) => return Err("does not answer in time".to_owned()),
                // This program can't read the show; the primary's lane says so.
                Err(Broken::Store(StoreError::Unreadable(why))) => {
                    tracing::debug!(show.id = %wanted.show, why, "a show can't be read at a replica");
                    wanted.waiters.clear();
                }
                Err(Broken::Store(error)) => return Err(error.to_string()),
            }
        }
        Ok(())
    }
}

impl Wanted {
    /// The versions that those who wait want to have on the line, each once.
    fn versions(&self) -> Vec<Option<Version>> {
        let mut versions = Vec::new();
        for waiter in &self.waiters {
            if !versions.contains(&waiter.reached) {
                versions.push(waiter.reached);
            }
        }
        versions
    }

    /// The show's picture as of a replica where it stands `at`; `None` if it has none to tell.
    async fn bring_up(
        &mut self,
        (reading, as_of, hub): (&dyn Reading, Instant, &Hub),
        at: Version,
    ) -> Result<Option<Shown>, Broken> {
        let picture = match hub.compare(self.show, at, as_of) {
            News::None(picture) => picture,
            // Something newer is shown already, that may be young enough.
            News::Behind => {
                let shown = hub.shown(self.show, Clock::stopwatch());
                return Ok(shown.filter(|shown| shown.age <= READ_STALE));
            }
            News::Another => {
                if self.copy.as_ref().map(Copy::version) != Some(at) {
                    // What was planned is read as a whole.
                    let after = self.copy.as_ref().map(Copy::version);
                    let after = after.filter(|version| version.ver > 0);
                    // One that dies over it would keep everybody of this turn waiting.
                    let tail = timeout(PATIENCE, reading.tail(self.show, after)).await;
                    let tail = tail.map_err(|_| Broken::Late)??;
                    self.copy = Copy::go_on(self.copy.take(), self.show, tail)?;
                }
                let Some(picture) = self.copy.as_ref().and_then(Copy::picture) else {
                    return Ok(None);
                };
                let Some(picture) = hub.follow(picture, as_of) else {
                    return Ok(None);
                };
                picture
            }
        };
        let shown = told(picture, as_of, self.show, hub);
        // What took too long to read is too old by now.
        Ok(Some(shown).filter(|shown| shown.age <= READ_STALE))
    }

    /// The picture of a show that has no journal at a replica, as it is planned; `None` if it is not,
    /// or if it may have a journal in another shard.
    async fn bring_plan(
        &mut self,
        (reading, as_of, hub): (&dyn Reading, Instant, &Hub),
        plans: &Plans,
    ) -> Result<Option<Shown>, Broken> {
        let Some(terms) = plans.terms(self.show) else {
            return Ok(None);
        };
        let tail = timeout(PATIENCE, reading.tail(self.show, None)).await;
        let Tail::Elsewhere(loaded) = tail.map_err(|_| Broken::Late)?? else {
            return Ok(None);
        };
        // It may have been opened since it was asked where it stands: the next look sees it.
        if loaded.head.is_some() || loaded.elsewhere.is_some() {
            return Ok(None);
        }
        let plan = self.copy.insert(Copy::planned(self.show, &terms));
        let picture = plan.picture().and_then(|plan| hub.follow(plan, as_of));
        let shown = picture.map(|picture| told(picture, as_of, self.show, hub));
        Ok(shown.filter(|shown| shown.age <= READ_STALE))
    }

    /// Tells those whose version is on the line; the others wait on.
    fn tell(&mut self, shown: &Shown, has: impl Fn(Option<Version>) -> bool) {
        let waiters = std::mem::take(&mut self.waiters);
        for waiter in waiters {
            if has(waiter.reached) {
                // Whoever asked may have gone.
                let _ = waiter.reply.send(shown.clone());
            } else {
                self.waiters.push(waiter);
            }
        }
    }
}

/// A picture with what is known of it: if it is the one that is shown, that may be more.
fn told(picture: Arc<Picture>, as_of: Instant, show: ShowId, hub: &Hub) -> Shown {
    let now = Clock::stopwatch();
    let shown = hub.shown(show, now);
    shown
        .filter(|shown| shown.picture.version() == picture.version())
        .unwrap_or(Shown {
            picture,
            age: now.saturating_duration_since(as_of),
            heard: std::time::Duration::ZERO,
            origin: Origin::Replica,
        })
}
