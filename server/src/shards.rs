//! Shows are spread over databases by slot. A show lives in exactly one of them; where that is, the
//! configuration says first, and the show's own journal last: one that was left behind names the
//! shard it went to, and whoever asks follows.

mod homes;
mod lanes;
mod map;
mod readers;

pub use homes::Homes;
pub use lanes::Lanes;
pub use map::{SlotMap, SlotMapError};
pub use readers::Readers;
