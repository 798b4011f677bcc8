//! The notice beside a database file: who serves it, and the token that opens the door.
//!
//! Whoever has the lock on `cinema.db` writes `cinema.db.server`, for its owner's eyes only, and
//! takes it down before giving the lock up. After a `kill -9` an old one stays behind; so a
//! notice is only ever a hint, and who reads it has to knock.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::private;

/// What stands on a notice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Where the server listens, as in `http://127.0.0.1:40123`.
    pub server: String,
    /// A token with the role admin, good as long as the server runs.
    pub token: String,
    /// The server's process.
    pub pid: u32,
}

impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notice({}, process {})", self.server, self.pid)
    }
}

/// A notice that is up; it is taken down when this is dropped.
#[derive(Debug)]
pub struct Posted {
    path: PathBuf,
}

impl Notice {
    /// Where the notice of a database is.
    #[must_use]
    pub fn path(database: &Path) -> PathBuf {
        let mut name = database.as_os_str().to_owned();
        name.push(".server");
        PathBuf::from(name)
    }

    /// The notice of a database, if there is one that can be read.
    #[must_use]
    pub fn read(database: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(Self::path(database)).ok()?).ok()
    }

    /// Puts the notice up in one step: nobody ever reads half of it. Only for who has the lock.
    ///
    /// # Errors
    /// The folder can't be written to.
    pub fn post(&self, database: &Path) -> io::Result<Posted> {
        let path = Self::path(database);
        let text = serde_json::to_vec(self)?;
        private::replace(&path, |file| file.write_all(&text))?;
        Ok(Posted { path })
    }
}

impl Drop for Posted {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the notice stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment;

    #[test]
    fn a_notice_is_private_whole_and_gone_in_the_end() {
        let folder = std::env::temp_dir().join(moment::fresh_request_name());
        fs::create_dir(&folder).expect("a folder");
        let database = folder.join("cinema.db");
        assert_eq!(Notice::read(&database), None);
        let notice = Notice {
            server: "http://127.0.0.1:1".to_owned(),
            token: "hf_secret".to_owned(),
            pid: 7,
        };
        let posted = notice.post(&database).expect("posted");
        assert_eq!(Notice::read(&database), Some(notice.clone()));
        assert!(!format!("{notice:?}").contains("hf_secret"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let seen = fs::metadata(Notice::path(&database)).expect("there");
            assert_eq!(seen.permissions().mode() & 0o777, 0o600);
        }
        drop(posted);
        assert_eq!(Notice::read(&database), None);
        let left = fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(left, 0, "no draft stays behind");
        fs::remove_dir(&folder).expect("removed");
    }
}
