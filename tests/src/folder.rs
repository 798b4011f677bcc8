//! A folder for one test.

#![expect(
    clippy::expect_used,
    reason = "a test that has no place of its own ends at once"
)]

use std::path::{Path, PathBuf};

use houseful_server::chance;

/// A folder of its own, gone in the end.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes it among the machine's temporary files.
    ///
    /// # Panics
    /// It can't be made.
    #[must_use]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("houseful-it-{}", chance::uuid()));
        std::fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    /// The folder itself.
    #[must_use]
    pub fn whole(&self) -> &Path {
        &self.0
    }

    /// A path in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left over among temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
