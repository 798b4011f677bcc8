//! A disk that is full, as far as a server can tell: its files may grow no further.

use super::Cluster;

/// Half of a page. A page of which half can be written is what a full disk leaves, and a server says so
/// with the code that it has for that (53100); of one of which nothing can be written it says less.
const HALF: u64 = 4_096;
/// What may be written all the same: whoever writes now must not be past the limit before it is set.
const LEFT: u64 = 8 * 8_192;

impl Cluster {
    /// Takes the room away into which journals of shows grow: what is there can be read and changed, and
    /// nothing can be added once the last page is full.
    ///
    /// # Panics
    /// The journal does not grow.
    pub fn fill_disk(&self, url: &str) {
        let url = self.here(url);
        // Files of the log of changes have 4 MiB; the journals have to be longer. Rows that were taken
        // back leave pages that nobody knows to be free.
        self.set(&[("autovacuum", "off")]);
        self.reload();
        self.admin_in(
            &url,
            "BEGIN; INSERT INTO show_event SELECT 999999, n, 1, 1, 'x', 1, repeat('x', 1500)
             FROM generate_series(1, 6000) n; ROLLBACK; CHECKPOINT",
        );
        let size = self.admin_in(&url, "SELECT pg_relation_size('show_event')");
        let size = size.parse().unwrap_or(0);
        assert!(size > 5_000_000, "a journal of {size} bytes");
        self.limit_files(Some(size + LEFT + HALF));
    }
}
