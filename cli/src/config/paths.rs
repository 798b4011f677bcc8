//! Where files are: the XDG folders, or what the environment says instead.

use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, Xdg};

use super::Source;

/// Where files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// `./houseful.toml`.
    pub project: Option<PathBuf>,
    /// The user's file.
    pub user: Option<PathBuf>,
    /// The system's file.
    pub system: Option<PathBuf>,
    /// The folder for tokens, secrets and unfinished sales.
    pub state: Option<PathBuf>,
}

/// How a file's place is written down.
type Place = fn(PathBuf, u32) -> Source;

impl Paths {
    /// The places on this machine. `HOUSEFUL_CONFIG` stands for the user's file, `HOUSEFUL_STATE`
    /// for the state folder.
    #[must_use]
    pub fn of(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let xdg = Xdg::new().ok();
        let named = |name: &str| env(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Self {
            project: Some(PathBuf::from("houseful.toml")),
            user: named("HOUSEFUL_CONFIG").or_else(|| {
                let folder = xdg.as_ref()?.config_dir();
                Some(folder.join("houseful").join("config.toml"))
            }),
            system: Some(PathBuf::from("/etc/houseful/config.toml")),
            state: named("HOUSEFUL_STATE")
                .or_else(|| Some(xdg.as_ref()?.state_dir()?.join("houseful"))),
        }
    }

    /// The files in the order in which they count.
    pub(super) fn config_files(&self) -> impl Iterator<Item = (&Path, Place)> {
        let files: [(Option<&PathBuf>, Place); 3] = [
            (self.project.as_ref(), Source::Project),
            (self.user.as_ref(), Source::User),
            (self.system.as_ref(), Source::System),
        ];
        files
            .into_iter()
            .filter_map(|(path, place)| Some((path?.as_path(), place)))
    }
}
