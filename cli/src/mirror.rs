//! What a till lets its customer see: which show, which seats, what they cost. A small file in the
//! state folder, whole at any moment, that `houseful display` follows on another terminal.
//!
//! It holds no name, no code and no secret, and nothing of other bookings. Who writes it holds the
//! lock beside it; so a file that a killed till left behind is known for what it is.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use houseful_core::{ids::ShowId, money::Money, seat::SeatLabel};
use serde::{Deserialize, Serialize};

use crate::{moment, private};

/// How many tills of one name may run at once: the second is `till-2`.
const SAME_NAME_MAX: u16 = 99;

/// How often a lock is tried before it is somebody else's.
const TRIES: u32 = 5;
/// How long to wait between two tries.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// What the customer sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Which show's seats.
    pub show: ShowId,
    /// How far the sale is.
    pub stage: Stage,
    /// The customer's seats.
    pub lines: Vec<Line>,
    /// Booking fee for all tickets, once there are seats.
    pub fee: Option<Money>,
    /// What it comes to, once there are seats.
    pub total: Option<Money>,
    /// What is handed back, once cash was taken.
    pub change: Option<Money>,
}

/// How far a sale is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Seats are being chosen.
    Seats,
    /// They are being paid.
    Payment,
    /// They are sold.
    Sold,
}

/// One seat of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The seat.
    pub seat: SeatLabel,
    /// Who sits on it, in the price list's words.
    pub ticket_type: String,
    /// Its price without the fee.
    pub price: Money,
}

/// The file's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Where the till's server listens.
    pub server: String,
    /// What to show; nothing between two customers.
    pub picture: Option<Picture>,
}

/// The writing end, held by a till.
#[derive(Debug)]
pub struct Till {
    name: String,
    server: String,
    path: PathBuf,
    /// Locked as long as the till runs.
    _lock: File,
}

impl Till {
    /// Takes a till's name, or the next free of that name: `till`, `till-2`.
    ///
    /// # Errors
    /// The folder can't be written to, or too many tills have that name.
    pub fn open(state: &Path, name: &str, server: &str) -> io::Result<Self> {
        let folder = folder(state);
        private::make_folder(state)?;
        private::make_folder(&folder)?;
        for number in 1..=SAME_NAME_MAX {
            let name = match number {
                1 => name.to_owned(),
                _ => format!("{name}-{number}"),
            };
            let lock = private::open(&folder.join(format!("{name}.lock")))?;
            match locked(&lock) {
                Ok(()) => {
                    let path = file(&folder, &name);
                    let server = server.to_owned();
                    let till = Self {
                        name,
                        server,
                        path,
                        _lock: lock,
                    };
                    till.post(None)?;
                    return Ok(till);
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::other(format!(
            "too many tills are called {name}"
        )))
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Shows this from now on.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn post(&self, picture: Option<Picture>) -> io::Result<()> {
        let server = self.server.clone();
        let text = serde_json::to_vec(&Posted { server, picture })?;
        private::replace(&self.path, |file| file.write_all(&text))
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        // Without its lock the file says nothing, so one that stays does no harm.
        let _ = fs::remove_file(&self.path);
    }
}

/// Takes the lock. A display that waits for its till shares it for an instant now and then: then it
/// is tried a few times. A till that has it shares it with nobody.
fn locked(lock: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => lock.try_lock_shared()?,
            taken => return taken,
        }
        lock.unlock().map_err(TryLockError::Error)?;
        moment::stand_still(TRY_AGAIN);
    }
    lock.try_lock()
}

/// What a till shows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No till of that name runs.
    Closed,
    /// This.
    Open(Posted),
}

/// Looks at the till of this name.
///
/// # Errors
/// The file is there and can't be read.
pub fn look(state: &Path, name: &str) -> io::Result<Seen> {
    let folder = folder(state);
    if !is_open(&folder, name) {
        return Ok(Seen::Closed);
    }
    let text = match fs::read(file(&folder, name)) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Seen::Closed),
        Err(e) => return Err(e),
    };
    Ok(Seen::Open(serde_json::from_slice(&text)?))
}

/// The names of the tills that run here.
#[must_use]
pub fn tills(state: &Path) -> Vec<String> {
    let folder = folder(state);
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".json").map(str::to_owned)
        })
        .filter(|name| is_open(&folder, name))
        .collect();
    names.sort();
    names
}

fn folder(state: &Path) -> PathBuf {
    state.join("displays")
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

/// Whether somebody holds the lock of that name.
fn is_open(folder: &Path, name: &str) -> bool {
    let lock = File::open(folder.join(format!("{name}.lock")));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        Picture {
            show: ShowId(7),
            stage: Stage::Seats,
            lines: Vec::new(),
            fee: None,
            total: None,
            change: None,
        }
    }

    #[test]
    fn a_display_that_looks_takes_no_name_away() {
        let state = std::env::temp_dir().join(moment::fresh_request_name());
        drop(Till::open(&state, "till", "http://127.0.0.1:1").expect("open"));
        let lock = File::open(folder(&state).join("till.lock")).expect("a lock");
        lock.try_lock_shared().expect("looked");
        let looking = std::thread::spawn(move || {
            moment::stand_still(Duration::from_millis(15));
            drop(lock);
        });
        let till = Till::open(&state, "till", "http://127.0.0.1:1").expect("open");
        assert_eq!(till.name(), "till");
        looking.join().expect("looked");
        drop(till);
        fs::remove_dir_all(&state).expect("removed");
    }

    #[test]
    fn a_name_that_is_taken_is_passed_over_at_once() {
        let state = std::env::temp_dir().join(moment::fresh_request_name());
        let open = || Till::open(&state, "till", "http://127.0.0.1:1").expect("open");
        let begun = moment::tick();
        let tills: Vec<Till> = (0..20).map(|_| open()).collect();
        let took = moment::tick().saturating_duration_since(begun);
        assert_eq!(tills[19].name(), "till-20");
        // Waiting for each taken name would be 190 waits.
        assert!(took < TRY_AGAIN * 190, "{took:?}");
        drop(tills);
        fs::remove_dir_all(&state).expect("removed");
    }

    #[test]
    fn a_till_is_seen_while_it_runs() {
        let state = std::env::temp_dir().join(moment::fresh_request_name());
        assert_eq!(look(&state, "till").expect("looked"), Seen::Closed);
        let till = Till::open(&state, "till", "http://127.0.0.1:1").expect("open");
        let second = Till::open(&state, "till", "http://127.0.0.1:1").expect("open");
        assert_eq!((till.name(), second.name()), ("till", "till-2"));
        assert_eq!(tills(&state), ["till", "till-2"]);
        till.post(Some(picture())).expect("posted");
        let seen = |name| match look(&state, name).expect("looked") {
            Seen::Open(posted) => posted.picture,
            Seen::Closed => panic!("{name} is closed"),
        };
        assert_eq!((seen("till"), seen("till-2")), (Some(picture()), None));
        drop(till);
        assert_eq!(look(&state, "till").expect("looked"), Seen::Closed);
        assert_eq!(tills(&state), ["till-2"]);

        // What a killed till leaves behind is no till.
        let left = folder(&state).join("ghost.json");
        fs::write(left, "{}").expect("written");
        fs::write(folder(&state).join("ghost.lock"), "").expect("written");
        assert_eq!(look(&state, "ghost").expect("looked"), Seen::Closed);
        drop(second);
        fs::remove_dir_all(&state).expect("removed");
    }
}
