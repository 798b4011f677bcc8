//! Postgres as it is installed here, and who may run it: it refuses to run as root.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The oldest version that is tried.
const OLDEST: u32 = 15;

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
    /// Whether this process is root and the programs run as `postgres`.
    drop_root: bool,
}

impl Binaries {
    /// Looks in `PATH` and where Debian keeps them.
    ///
    /// # Panics
    /// There are none; `scripts/test` installs them.
    #[must_use]
    pub fn find() -> Self {
        static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
        let folder = FOUND.get_or_init(|| {
            let mut folders: Vec<_> = std::env::var_os("PATH")
                .map(|path| std::env::split_paths(&path).collect())
                .unwrap_or_default();
            folders.extend(debian());
            folders.into_iter().find(|folder| fits(folder))
        });
        let folder = folder.clone().unwrap_or_else(|| {
            panic!(
                "no Postgres {OLDEST} or later (initdb, postgres, psql) in PATH or \
                 /usr/lib/postgresql; scripts/test installs it, or: apt-get install postgresql"
            )
        });
        Self {
            folder,
            drop_root: is_root(),
        }
    }

    /// One of the programs.
    #[must_use]
    pub fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// A command that runs one of the programs as somebody who may.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        self.command_of(self.path(program))
    }

    pub(crate) fn command_of(&self, program: impl AsRef<OsStr>) -> Command {
        if !self.drop_root {
            return Command::new(program);
        }
        // Of util-linux, so on every Debian; no shell, no terminal, no session of its own.
        let mut command = Command::new("setpriv");
        command
            .args([
                "--reuid=postgres",
                "--regid=postgres",
                "--init-groups",
                "--",
            ])
            .arg(program);
        command
    }

    /// Makes a folder theirs.
    ///
    /// # Panics
    /// There is no user `postgres`.
    pub(crate) fn give(&self, folder: &Path) {
        if self.drop_root {
            let given = Command::new("chown")
                .arg("postgres:postgres")
                .arg(folder)
                .status();
            assert!(
                given.is_ok_and(|s| s.success()),
                "root can't run Postgres, and there is no user `postgres` to run it as"
            );
        }
    }

    /// Runs SQL in a database and gives what it prints, values only.
    ///
    /// # Panics
    /// It fails.
    pub fn sql(&self, url: &str, sql: &str) -> String {
        let bare = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
        let out = Command::new(self.path("psql"))
            .args(bare)
            .args(["-d", url, "-c", sql])
            .env("PGSSLMODE", "disable")
            .output()
            .expect("psql starts");
        let why = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{sql}: {why}");
        String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
    }
}

/// Debian's folders, the newest version first.
fn debian() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn fits(folder: &Path) -> bool {
    let all = ["initdb", "postgres", "psql"];
    if !all.iter().all(|program| folder.join(program).is_file()) {
        return false;
    }
    let out = Command::new(folder.join("postgres"))
        .arg("--version")
        .output();
    let said = out.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    said.is_ok_and(|said| {
        let version = said.split_whitespace().nth(2).unwrap_or_default();
        let major = version.split(|c: char| !c.is_ascii_digit()).next();
        major
            .and_then(|m| m.parse::<u32>().ok())
            .is_some_and(|m| m >= OLDEST)
    })
}

fn is_root() -> bool {
    let out = Command::new("id").arg("-u").output();
    out.is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}
