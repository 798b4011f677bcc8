//! Shows are spread over databases by slot. A show lives in exactly one of them; where that is, the
//! configuration says first, and the show's own journal last: one that was left behind names the
//! shard it went to, and whoever asks follows.

mod books;
mod file;
mod gather;
mod homes;
mod journals;
mod lanes;
mod map;
#[cfg(feature = "postgres")]
mod moving;
mod opening;
mod owners;
mod readers;
mod slots;
#[cfg(feature = "postgres")]
mod survey;
mod watch;

pub use file::{ShardEntry, ShardFile, ShardFileError};
pub use gather::{Gathered, NotAll, Silent};
pub use homes::Homes;
pub use journals::Journals;
pub use lanes::Lanes;
pub use map::{SlotMap, SlotMapError, slots_text};
#[cfg(all(test, feature = "postgres"))]
pub(crate) use moving::carried_tables;
#[cfg(feature = "postgres")]
pub use moving::{MoveError, Moved, Stage, move_slot, would_move};
pub use opening::{Opened, OpeningError, TheHouse, again, alone};
pub(crate) use owners::follow;
pub use owners::{Claims, Owners};
pub use readers::Readers;
pub(crate) use slots::NoSlots;
#[cfg(feature = "postgres")]
pub use slots::PostgresSlots;
pub use slots::{Identity, SlotStore, Slots};
#[cfg(feature = "postgres")]
pub use survey::{Held, Surveyed, survey};
pub use watch::{Standing, Watch};
