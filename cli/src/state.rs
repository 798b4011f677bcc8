//! The state folder: tokens, and the bookings this machine made with their secrets.
//!
//! A sale is written down, on the disk, before its first request, so that whatever happens to
//! this process the next one can ask again with the same ids: no seat twice, no money twice.
//! Everything in it is readable by its owner alone.

mod disk;
mod sale;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use houseful_core::ids::BookingId;

pub use sale::{PendingCard, Sale, Stage};

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

    fn sales_folder(&self) -> Result<PathBuf, StateError> {
        Ok(self.folder()?.join("bookings"))
    }

    /// Stores a sale as it stands. When this returns it is on the disk.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn store_sale(&self, sale: &Sale) -> Result<(), StateError> {
        let path = self.sales_folder()?.join(format!("{}.json", sale.booking));
        let text = serde_json::to_vec_pretty(sale).map_err(|e| StateError::Damaged {
            path: path.clone(),
            why: e.to_string(),
        })?;
        disk::store(self.folder()?, &path, &text)
    }

    /// The sale of a booking this machine made.
    ///
    /// # Errors
    /// The file is there and can't be read.
    pub fn sale(&self, booking: BookingId) -> Result<Option<Sale>, StateError> {
        let Ok(folder) = self.sales_folder() else {
            return Ok(None);
        };
        let path = folder.join(format!("{booking}.json"));
        match fs::read(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(disk::failed("read", &path, &e)),
            Ok(text) => serde_json::from_slice(&text)
                .map(Some)
                .map_err(|e| StateError::Damaged {
                    path,
                    why: e.to_string(),
                }),
        }
    }

    /// Forgets a sale that came to nothing.
    ///
    /// # Errors
    /// The file is there and can't be removed.
    pub fn forget_sale(&self, booking: BookingId) -> Result<bool, StateError> {
        disk::remove(&self.sales_folder()?.join(format!("{booking}.json")))
    }

    /// All sales of this machine at `server`, the newest first. Files that can't be read are
    /// passed over: one damaged file must not hide the others.
    #[must_use]
    pub fn sales(&self, server: &str) -> Vec<Sale> {
        let Ok(files) = self
            .sales_folder()
            .and_then(|f| fs::read_dir(&f).map_err(|e| disk::failed("read", &f, &e)))
        else {
            return Vec::new();
        };
        let mut sales: Vec<Sale> = files
            .filter_map(|file| {
                let path = file.ok()?.path();
                path.extension().filter(|e| *e == "json")?;
                serde_json::from_slice(&fs::read(&path).ok()?).ok()
            })
            .filter(|sale: &Sale| sale.server == server)
            .collect();
        sales.sort_by_key(|sale| std::cmp::Reverse((sale.begun_at, sale.booking)));
        sales
    }
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
