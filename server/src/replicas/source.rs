//! What is asked of a replica, and of the primary about the mark. The kinds of databases implement
//! it; the rest of this room knows no SQL.

use houseful_core::{ids::ShowId, wire::seats::Version};

use super::beats::{Beat, Pulse};
use crate::{
    catalogue::Kept,
    store::{Head, Later, Tail},
};

/// The primary, as far as this room needs it.
pub trait Primary: Send + Sync {
    /// Has the mark moved on if it has stood for [`super::BEAT_MS`], and tells where it stands.
    fn pulse(&self) -> Later<'_, Pulse>;
}

/// One replica.
///
/// Contract of every kind: nothing can be written through it; what one [`Reading`] tells comes from
/// one server, and what it tells later is no older than what it told before.
pub trait Source: Send + Sync {
    /// Where it is, for people; no secret.
    fn name(&self) -> &str;
    /// Begins to read, or says why that can't be.
    fn begin(&self) -> Began<'_>;
    /// Its catalogue, and the mark of the same moment.
    fn catalogue(&self) -> Later<'_, (Beat, Kept)>;
    /// Gives up its connections.
    fn close(&self);
}

/// A reading that begins, or why it does not, in words for people.
pub type Began<'a> =
    std::pin::Pin<Box<dyn Future<Output = Result<Box<dyn Reading>, String>> + Send + 'a>>;

/// What somebody wants to know of a show: where it stands, and whether it has come to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The show.
    pub show: ShowId,
    /// The version that has to be on its line, if any has to.
    pub reached: Option<Version>,
}

/// Where a show stands at a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// Its version; `None` for one without a journal.
    pub at: Option<Version>,
    /// Whether the version that was asked for is on its line; `true` if none was.
    pub reached: bool,
}

/// A while of reading at one replica.
pub trait Reading: Send + Sync {
    /// The mark, and where shows stand, in the order that was asked in, all of one moment.
    fn stand(&self, asked: Vec<Asked>) -> Later<'_, (Beat, Vec<Stands>)>;
    /// How a show's journal goes on from a version, or all of it.
    fn tail(&self, show: ShowId, after: Option<Version>) -> Later<'_, Tail>;
    /// The mark, and all heads, which are no older.
    fn heads(&self) -> Later<'_, (Beat, Vec<Head>)>;
    /// The mark, and how often the catalogue was written.
    fn catalogue_moves(&self) -> Later<'_, (Beat, u64)>;
}
