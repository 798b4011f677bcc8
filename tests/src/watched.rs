//! Programs beside ours that end with the test, however it ends: a shell stands between, watches a
//! pipe, and cleans up when nobody holds it any more.

#![expect(
    clippy::expect_used,
    reason = "a test without its programs ends at once"
)]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Starts a program, tells its process id, and ends it when nobody holds the pipe any more. What it
/// has started by itself is ended by the commands in `AFTER`.
const WATCH: &str = r#"
"$@" >>"$LOG" 2>&1 </dev/null &
program=$!
echo "$program"
while read -r word; do :; done
kill -KILL "$program" 2>/dev/null
wait "$program" 2>/dev/null
eval "$AFTER"
"#;

/// A program that runs.
#[derive(Debug)]
pub struct Watched {
    watch: Child,
    pid: u32,
}

impl Watched {
    /// Starts a program with what it says going to `log`; `after` are commands of a shell for when
    /// it is to be gone. The runner is a command that takes a program and runs it as somebody.
    ///
    /// # Panics
    /// It does not start.
    #[must_use]
    pub fn start(mut runner: Command, program: &[&str], log: &Path, after: &str) -> Self {
        let mut watch = runner
            .args(["sh", "-c", WATCH, "sh"])
            .args(program)
            .env("LOG", log)
            .env("AFTER", after)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut line = String::new();
        BufReader::new(watch.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("a process id");
        let pid = line.trim().parse().expect("a process id");
        Self { watch, pid }
    }

    /// Sends it a signal by name, as in `STOP`.
    ///
    /// # Panics
    /// It does not run.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.pid.to_string()])
            .status();
        assert!(sent.is_ok_and(|s| s.success()), "nobody to send {name}");
    }

    /// Its process id.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // The shell does the rest when its pipe closes.
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}
