//! Places for bad days, made without harming the machine's own disk.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A file system of its own in a mount namespace, which a shell keeps until this is dropped. Then
/// the kernel takes both away, whatever happened.
pub struct Mounted {
    keeper: Child,
    /// Whether the namespace is also one of users, so that nobody needs to be root.
    user: bool,
    at: PathBuf,
}

impl Mounted {
    /// Mounts by a line of shell that finds the place in `$1`; `None` where the machine lets
    /// nobody mount, as in a locked-down container.
    pub fn new(at: &Path, mount: &str) -> Option<Self> {
        fs::create_dir_all(at).expect("a place");
        let kept = |user| Self::keep(user, at, mount);
        kept(true).or_else(|| kept(false))
    }

    fn keep(user: bool, at: &Path, mount: &str) -> Option<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(user.then_some("--user"));
        unshare.args(user.then_some("--map-root-user"));
        let script = format!("{mount} && echo mounted && read -r _");
        let keeper = unshare
            .args(["--mount", "sh", "-c", &script, "sh"])
            .arg(at)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut mounted = Self {
            keeper,
            user,
            at: at.to_owned(),
        };
        let mut line = String::new();
        let out = mounted.keeper.stdout.take().expect("a stream");
        let read = BufReader::new(out).read_line(&mut line);
        (read.is_ok() && line == "mounted\n").then_some(mounted)
    }

    /// A path below the mount, as it is seen from outside.
    pub fn path(&self, name: &str) -> PathBuf {
        let inside = self.at.join(name);
        let inside = inside.strip_prefix("/").expect("an absolute path");
        Path::new("/proc")
            .join(self.keeper.id().to_string())
            .join("root")
            .join(inside)
    }

    /// The same command where the mount is. Its files have to be named by whole paths: the working
    /// folder stays the one outside.
    pub fn command(&self, command: &Command) -> Command {
        let target = self.keeper.id().to_string();
        let mut prefix = vec!["nsenter", "--target", &target, "--mount"];
        if self.user {
            prefix.extend(["--user", "--preserve-credentials"]);
        }
        prefixed(&prefix, command)
    }

    /// Fills it to the last byte with a file that can be removed again.
    pub fn fill(&self, name: &str) {
        let mut ballast = fs::File::create(self.path(name)).expect("a file");
        let mut piece = vec![0; 65_536];
        while !piece.is_empty() {
            match ballast.write(&piece) {
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::StorageFull => piece.truncate(piece.len() / 2),
                Err(e) => panic!("{e}"),
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // It has ended already, or it ends now.
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// A command behind another one that ends in running it.
pub fn prefixed(prefix: &[&str], command: &Command) -> Command {
    let args: Vec<OsString> = command.get_args().map(ToOwned::to_owned).collect();
    let mut out = Command::new(prefix[0]);
    out.args(&prefix[1..]).arg(command.get_program()).args(args);
    out.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            out.env(name, value);
        }
    }
    if let Some(dir) = command.get_current_dir() {
        out.current_dir(dir);
    }
    out.stdin(Stdio::null());
    out
}
