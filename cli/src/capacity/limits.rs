//! What one server, one show, one database and one topic get through: the one place of the figures
//! that a plan divides by. Each says which measurement it is from, or that it is assumed;
//! `docs/scale.md` has them all. Another machine has others: every one of them can be given by a flag.

/// Lists of 50 shows that one server answers in a second: `houseful-bench`, `lists_of_50_shows`, the
/// lower run.
pub const LISTS_PER_S: u64 = 5_800;

/// Seat maps that one server answers in a second: `houseful-bench`, `maps`, the lower run.
pub const MAPS_PER_S: u64 = 34_900;

/// Holds of two seats that one server writes into a file in a second, over many shows:
/// `houseful-bench`, `holds_spread`, the lower run.
pub const FILE_HOLDS_PER_S: u64 = 7_400;

/// Holds of one show in a second, refused ones too. One show is one lane, and no second server makes it
/// faster: `houseful-bench`, `holds_hot`, the lower run.
pub const SHOW_HOLDS_PER_S: u64 = 20_100;

/// Versions that one Postgres primary writes in a second, over many shows. Assumed;
/// `houseful-bench-postgres`, `spread`, would tell.
pub const PRIMARY_HOLDS_PER_S: u64 = 1_000;

/// Payments by card, from the hold to the tickets, that the three roles get through in a second
/// without a broker: `houseful-bench-kafka`, `http`, 16 payers, the lower run.
pub const PAYMENTS_PER_S: u64 = 304;

/// The same with Kafka between them: `houseful-bench-kafka`, `kafka`, 16 payers, the lower run.
pub const KAFKA_PAYMENTS_PER_S: u64 = 175;

/// Changes of seats that one server tells its watchers in a second: `houseful-bench`, `watched`, the
/// watchers by the time until the last had heard. A floor: nearly all of that time is a tick.
pub const TOLD_PER_S: u64 = 9_700;

/// Live feeds that one server takes: not measured but set, `LimitConfig::feeds_max`.
pub const FEEDS: u64 = 10_000;

/// Memory of a show that was looked at, in bytes: `houseful-bench`, `memory_bytes_a_show_read`, with
/// the asking half.
pub const SHOW_BYTES: u64 = 27_516;

/// Memory of a watcher, in bytes: `houseful-bench`, `watched.memory_bytes_each`, with the asking half.
pub const WATCHER_BYTES: u64 = 15_859;

/// Disk for a hold that is not paid, in bytes: a demo's file, its `held` and `expired` rows.
pub const HOLD_BYTES: u64 = 600;

/// Disk for a sale from the hold to its tickets, in bytes: how much a demo's file grows for each.
pub const SALE_BYTES: u64 = 2_600;

/// Messages of a payment by card: authorised, settle, captured. By the protocol.
pub const MESSAGES_PER_PAYMENT: u64 = 3;
