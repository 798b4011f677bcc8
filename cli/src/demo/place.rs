//! Where a demo keeps its chain: in a file that stays, or in one that goes with it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use houseful_server::database::Address;

use crate::moment;

/// A place for a database file.
#[derive(Debug)]
pub struct Place {
    file: PathBuf,
    /// The folder to remove in the end, with all that was put beside the file.
    folder: Option<PathBuf>,
}

impl Place {
    /// A file that stays.
    #[must_use]
    pub fn kept(file: PathBuf) -> Self {
        Self { file, folder: None }
    }

    /// A file in a new folder of its own, for its owner's eyes only; both go with this value.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn for_now() -> io::Result<Self> {
        let name = moment::fresh_request_name().replace("req_", "houseful-demo-");
        let folder = std::env::temp_dir().join(name);
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        Ok(Self {
            file: folder.join("demo.db"),
            folder: Some(folder),
        })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The file as a database, from which nobody expects more than it outlives.
    #[must_use]
    pub fn address(&self) -> Address {
        let file = self.file.clone();
        if self.is_kept() {
            Address::File(file)
        } else {
            Address::Scratch(file)
        }
    }

    /// The folder that goes with this value.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Whether the file stays.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.folder.is_none()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder
            && let Err(error) = fs::remove_dir_all(folder)
        {
            tracing::warn!(path = %folder.display(), %error, "the demo's folder stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_for_now_goes_with_all_that_is_in_it() {
        let place = Place::for_now().expect("a place");
        let folder = place.file().parent().expect("a folder").to_owned();
        fs::write(place.file(), "x").expect("written");
        fs::write(folder.join("demo.db-wal"), "x").expect("written");
        assert!(!place.is_kept());
        let scratch = Address::Scratch(place.file().to_owned());
        assert_eq!(place.address(), scratch);
        drop(place);
        assert!(!folder.exists());
    }

    #[test]
    fn a_file_that_stays_outlives_a_power_cut() {
        let file = PathBuf::from("kept.db");
        assert_eq!(Place::kept(file.clone()).address(), Address::File(file));
    }
}
