//! The state folder: tokens, and the bookings this machine made with their secrets.
//!
//! A sale is written down, on the disk, before its first request, so that whatever happens to
//! this process the next one can ask again with the same ids: no seat twice, no money twice.
//! Everything in it is readable by its owner alone.

mod disk;
mod sale;
mod vouchers;

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use houseful_core::{
    ids::BookingId,
    wire::{Time, booking::CancelRequest},
};

use crate::moment;
pub use sale::{Held, PendingCard, Sale, Stage};

/// As many months of finished sales are kept: their secrets let a customer see a ticket again.
const MONTHS_KEPT: usize = 4;

/// The state folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// No home folder is known.
    #[error("there is no folder for unfinished sales: no home folder is known; set HOUSEFUL_STATE")]
    NoFolder,
    /// A file can't be read or written.
    #[error("can't {what} {}: {why}; nothing was sent", .path.display())]
    File {
        /// `read`, `write`.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        why: String,
    },
    /// A file is not what this program writes.
    #[error("{} can't be read as what was stored there: {why}", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// The state folder.
#[derive(Clone, Debug)]
pub struct State {
    folder: Option<PathBuf>,
}

impl StateError {
    /// What failed, without a word about what follows from it.
    #[must_use]
    pub fn what_failed(&self) -> String {
        match self {
            Self::File { what, path, why } => format!("can't {what} {}: {why}", path.display()),
            Self::NoFolder | Self::Damaged { .. } => self.to_string(),
        }
    }
}

impl State {
    /// The state in `folder`; nothing is made until something is stored.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The folder.
    ///
    /// # Errors
    /// No home folder is known.
    pub fn folder(&self) -> Result<&Path, StateError> {
        self.folder.as_deref().ok_or(StateError::NoFolder)
    }

    /// Where the token for a server is kept.
    ///
    /// # Errors
    /// No home folder is known.
    pub fn token_path(&self, server: &str) -> Result<PathBuf, StateError> {
        let plain: String = server
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '.' {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        Ok(self.folder()?.join("tokens").join(plain))
    }

    /// Stores the token for a server.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn store_token(&self, server: &str, token: &str) -> Result<PathBuf, StateError> {
        let path = self.token_path(server)?;
        disk::store(self.folder()?, &path, token.as_bytes())?;
        Ok(path)
    }

    /// The stored token for a server.
    #[must_use]
    pub fn token(&self, server: &str) -> Option<String> {
        let text = fs::read_to_string(self.token_path(server).ok()?).ok()?;
        Some(text.trim().to_owned())
    }

    /// Forgets the token for a server; tells whether there was one.
    ///
    /// # Errors
    /// The file is there and can't be removed.
    pub fn forget_token(&self, server: &str) -> Result<bool, StateError> {
        disk::remove(&self.token_path(server)?)
    }

    /// Where a sale that is under way is noted.
    fn open_path(&self, booking: BookingId) -> Result<PathBuf, StateError> {
        Ok(self
            .folder()?
            .join("bookings")
            .join(format!("{booking}.json")))
    }

    fn finished_folder(&self) -> Result<PathBuf, StateError> {
        Ok(self.folder()?.join("finished"))
    }

    /// Stores a sale as it stands. When this returns it is on the disk. One that is done moves to
    /// the folder of the month it was begun in, so that those under way are found at once however
    /// many there were before.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn store_sale(&self, sale: &Sale) -> Result<(), StateError> {
        let open = self.open_path(sale.booking)?;
        let text = serde_json::to_vec_pretty(sale).map_err(|e| StateError::Damaged {
            path: open.clone(),
            why: e.to_string(),
        })?;
        if sale.is_open() || sale.refund.is_some() {
            return disk::store(self.folder()?, &open, &text);
        }
        let months = self.finished_folder()?;
        let month = months.join(month(sale));
        let new_month = !month.exists();
        disk::store(self.folder()?, &month.join(name(sale.booking)), &text)?;
        if new_month {
            forget_old_months(&months);
        }
        disk::remove(&open)?;
        Ok(())
    }

    /// The sale of a booking this machine made.
    ///
    /// # Errors
    /// The file is there and can't be read.
    pub fn sale(&self, booking: BookingId) -> Result<Option<Sale>, StateError> {
        let (Ok(open), Ok(months)) = (self.open_path(booking), self.finished_folder()) else {
            return Ok(None);
        };
        let finished = months_in(&months).into_iter();
        let finished = finished.map(|month| month.join(name(booking)));
        for path in std::iter::once(open).chain(finished) {
            match fs::read(&path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(disk::failed("read", &path, &e)),
                Ok(text) => {
                    let sale = serde_json::from_slice(&text);
                    return sale.map(Some).map_err(|e| StateError::Damaged {
                        path,
                        why: e.to_string(),
                    });
                }
            }
        }
        Ok(None)
    }

    /// Forgets a sale that came to nothing.
    ///
    /// # Errors
    /// The file is there and can't be removed.
    pub fn forget_sale(&self, booking: BookingId) -> Result<bool, StateError> {
        disk::remove(&self.open_path(booking)?)
    }

    /// The sales of this machine at `server` that are under way, the newest first. Files that
    /// can't be read are passed over: one damaged file must not hide the others.
    #[must_use]
    pub fn open_sales(&self, server: &str) -> Vec<Sale> {
        let mut sales = self.under_way(server);
        sales.retain(Sale::is_open);
        sales
    }

    /// The sales at `server` whose refund was asked for and not answered, the newest first.
    #[must_use]
    pub fn open_refunds(&self, server: &str) -> Vec<Sale> {
        let mut sales = self.under_way(server);
        sales.retain(|sale| sale.refund.is_some());
        sales
    }

    fn under_way(&self, server: &str) -> Vec<Sale> {
        let folder = self.folder().map(|f| f.join("bookings"));
        newest_first(folder.map_or_else(|_| Vec::new(), |f| sales_in(&f, server)))
    }

    /// Notes a refund before it is asked for. One that was noted and not answered is the one to ask
    /// for, word for word: it may have been made. Tells whether it was noted before, too.
    ///
    /// # Errors
    /// The file can't be read or written.
    pub fn note_refund(
        &self,
        server: &str,
        booking: BookingId,
        request: &CancelRequest,
    ) -> Result<(CancelRequest, bool), StateError> {
        let now = Time(moment::wall_clock());
        // Booking ids are unique: a note of another address of this house is of the same booking.
        let known = self.sale(booking)?;
        let mut sale = known.unwrap_or_else(|| Sale::of_paid(server, booking, now));
        let moved = sale.server != server;
        server.clone_into(&mut sale.server);
        if let Some(before) = sale.refund.clone() {
            if moved {
                self.store_sale(&sale)?;
            }
            return Ok((before, true));
        }
        sale.refund = Some(request.clone());
        self.store_sale(&sale)?;
        Ok((request.clone(), false))
    }

    /// A refund was answered: there is nothing left to ask.
    ///
    /// # Errors
    /// The file can't be read or written.
    pub fn refund_answered(&self, booking: BookingId) -> Result<(), StateError> {
        if let Some(mut sale) = self.sale(booking)?
            && sale.refund.take().is_some()
        {
            self.store_sale(&sale)?;
        }
        Ok(())
    }

    /// All sales of this machine at `server` that are remembered, the newest first.
    #[must_use]
    pub fn sales(&self, server: &str) -> Vec<Sale> {
        let mut sales = self.under_way(server);
        let mut known: BTreeSet<BookingId> = sales.iter().map(|s| s.booking).collect();
        let months = self.finished_folder().map(|f| months_in(&f));
        for month in months.unwrap_or_default() {
            let done = sales_in(&month, server).into_iter();
            // What was asked again in another month stands in both; once is enough.
            sales.extend(done.filter(|s| known.insert(s.booking)));
        }
        newest_first(sales)
    }
}

fn name(booking: BookingId) -> String {
    format!("{booking}.json")
}

/// The month a sale was begun in, as in `2026-11`, on this machine's clock.
fn month(sale: &Sale) -> String {
    sale.begun_at.0.rfc3339().chars().take(7).collect()
}

/// The folders of months, the newest first.
fn months_in(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut months: Vec<PathBuf> = files.map(|file| file.path()).collect();
    months.sort_unstable_by(|a, b| b.cmp(a));
    months
}

/// Takes all but the newest months away. They are counted, not compared with a clock: one that
/// was wrong for a while must not cost what is needed still.
fn forget_old_months(folder: &Path) {
    for month in months_in(folder).iter().skip(MONTHS_KEPT) {
        // What can't be taken away now is taken away with the next month.
        let _ = fs::remove_dir_all(month);
    }
}

fn sales_in(folder: &Path, server: &str) -> Vec<Sale> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let sales = files.filter_map(|file| {
        let path = file.path();
        path.extension().filter(|e| *e == "json")?;
        serde_json::from_slice(&fs::read(&path).ok()?).ok()
    });
    sales.filter(|sale: &Sale| sale.server == server).collect()
}

fn newest_first(mut sales: Vec<Sale>) -> Vec<Sale> {
    sales.sort_by_key(|sale| std::cmp::Reverse((sale.begun_at, sale.booking)));
    sales
}

#[cfg(test)]
mod tests {
    use houseful_core::{
        ids::ShowId,
        time::UtcMillis,
        wire::{
            Time,
            booking::{HoldRequest, Wish},
        },
    };

    use super::*;
    use crate::moment;

    fn state(name: &str) -> State {
        let path =
            std::env::temp_dir().join(format!("houseful-state-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        State::new(Some(path))
    }

    fn sale(server: &str, at: i64) -> Sale {
        let request = HoldRequest {
            booking: moment::fresh_booking(ShowId(7)),
            command: moment::fresh_command(),
            wish: Wish::Seats(Vec::new()),
            allow_orphans: false,
            over_limit: false,
            codes: Vec::new(),
            member: None,
        };
        Sale::new(server, request, Time(UtcMillis(at)))
    }

    #[test]
    fn sales_come_back_newest_first_and_only_of_the_server_asked_for() {
        let state = state("sales");
        let (old, new, other) = (
            sale("http://a", 1),
            sale("http://a", 2),
            sale("http://b", 3),
        );
        for sale in [&old, &new, &other] {
            state.store_sale(sale).expect("stored");
        }
        let folder = state.folder().expect("a folder").join("bookings");
        fs::write(folder.join("junk.json"), "{").expect("written");
        assert_eq!(state.sales("http://a"), [new.clone(), old]);
        assert_eq!(state.sale(new.booking).expect("read"), Some(new));
        assert_eq!(
            state.sale(moment::fresh_booking(ShowId(1))).expect("read"),
            None
        );
    }

    #[test]
    fn a_sale_that_is_done_is_out_of_the_way_and_still_known() {
        let state = state("done");
        let mut sale = sale("http://a", 1_795_288_500_000);
        state.store_sale(&sale).expect("stored");
        assert_eq!(state.open_sales("http://a"), [sale.clone()]);
        sale.stage = Stage::Finished;
        state.store_sale(&sale).expect("stored");
        assert_eq!(state.open_sales("http://a"), []);
        let open = state.folder().expect("a folder").join("bookings");
        assert_eq!(fs::read_dir(open).expect("a folder").count(), 0);
        assert_eq!(state.sale(sale.booking).expect("read"), Some(sale.clone()));
        assert_eq!(state.sales("http://a"), [sale.clone()]);
        // Taken up again, it is under way again.
        sale.stage = Stage::Held;
        state.store_sale(&sale).expect("stored");
        assert_eq!(state.sale(sale.booking).expect("read"), Some(sale.clone()));
        assert_eq!(state.sales("http://a"), [sale]);
    }

    #[test]
    fn a_booking_noted_in_two_months_is_one() {
        let state = state("once");
        let mut sale = sale("http://a", 1_795_288_500_000);
        sale.stage = Stage::Finished;
        state.store_sale(&sale).expect("stored");
        sale.begun_at = Time(UtcMillis(1_798_288_500_000));
        state.store_sale(&sale).expect("stored");
        let months = state.finished_folder().expect("a folder");
        assert_eq!(months_in(&months).len(), 2);
        assert_eq!(state.sales("http://a"), [sale]);
    }

    #[test]
    fn a_refund_is_noted_until_it_is_answered_and_asked_again_word_for_word() {
        let state = state("refund");
        let paid = moment::fresh_booking(ShowId(7));
        let request = |reason: &str| CancelRequest {
            command: moment::fresh_command(),
            reason: reason.to_owned(),
        };
        let first = request("ill");
        let note = |request: &_| state.note_refund("http://a", paid, request).expect("noted");
        assert_eq!(note(&first), (first.clone(), false));
        let other = request("other");
        assert_eq!(note(&other), (first.clone(), true));
        assert_eq!(
            state.open_sales("http://a"),
            [],
            "it is no sale to go on with"
        );
        let open = state.open_refunds("http://a");
        assert_eq!(open.len(), 1);
        assert_eq!(state.sales("http://a"), open);
        assert_eq!(state.open_refunds("http://b"), []);
        // The same house at another address: the same refund, and its note is found there now.
        let moved = state.note_refund("http://b", paid, &other);
        assert_eq!(moved.expect("noted"), (first, true));
        assert_eq!(state.open_refunds("http://b").len(), 1);
        assert_eq!(state.open_refunds("http://a"), []);
        note(&other);
        state.refund_answered(paid).expect("noted");
        assert_eq!(state.open_refunds("http://a"), []);
        assert_eq!(state.sales("http://a").len(), 1);
        let second = request("other");
        assert_eq!(note(&second), (second, false));
    }

    #[test]
    fn old_months_are_forgotten_and_open_sales_never() {
        const MONTH_MS: i64 = 31 * 86_400_000;
        let state = state("months");
        let first = sale("http://a", 0);
        state.store_sale(&first).expect("stored");
        let done: Vec<Sale> = (0..6)
            .map(|n| {
                let mut sale = sale("http://a", n * MONTH_MS);
                sale.stage = Stage::Finished;
                state.store_sale(&sale).expect("stored");
                sale
            })
            .collect();
        let known = |sale: &Sale| state.sale(sale.booking).expect("read").is_some();
        let known: Vec<bool> = done.iter().map(known).collect();
        assert_eq!(known, [false, false, true, true, true, true]);
        assert_eq!(state.open_sales("http://a"), [first]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_state() {
        use std::os::unix::fs::PermissionsExt;
        let state = state("mode");
        let token = state.store_token("http://a:1", "hf_x").expect("stored");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&token), 0o600);
        assert_eq!(mode(state.folder().expect("a folder")), 0o700);
        assert_eq!(state.token("http://a:1").as_deref(), Some("hf_x"));
        assert_eq!(state.token("http://a:2"), None);
        assert!(state.forget_token("http://a:1").expect("forgotten"));
        assert!(!state.forget_token("http://a:1").expect("forgotten"));
    }

    #[test]
    fn a_folder_that_can_not_be_made_is_named() {
        let state = State::new(Some(PathBuf::from("/dev/null/houseful")));
        let error = state.store_token("http://a", "x").expect_err("no folder");
        assert!(error.to_string().contains("/dev/null/houseful"), "{error}");
    }
}
