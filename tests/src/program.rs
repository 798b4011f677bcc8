//! Runs the program as somebody would from a shell: arguments in, exit code and two streams out.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use houseful::{client::Client, embedded::notice::Notice};
use serde_json::Value;

use crate::{folder::Folder, wait};

/// The program: what cargo builds beside the tests and the other programs of this package.
///
/// # Panics
/// It is not there.
#[must_use]
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a program");
    let mut folders = own.ancestors().skip(1).take(2);
    let found = folders.find_map(|folder| {
        let path = folder.join("houseful-under-test");
        path.exists().then_some(path)
    });
    found.expect("the program under test is built; `cargo build -p houseful-tests --bins`")
}

/// Running the program in a folder.
impl Folder {
    /// The path as text, for arguments.
    ///
    /// # Panics
    /// It is no text.
    #[must_use]
    pub fn arg(&self, name: &str) -> String {
        self.path(name).to_str().expect("plain text").to_owned()
    }

    /// The program with arguments, in surroundings of its own.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(args)
            .current_dir(self.whole())
            .env_clear()
            .env("HOUSEFUL_STATE", self.path("state"))
            .env("HOUSEFUL_CONFIG", self.path("config.toml"))
            .env("TMPDIR", self.whole())
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::to_its_end(&mut self.command(args), args.join(" "))
    }

    /// A demo chain in `name`, without anything sold but what a short evening sells.
    pub fn chain(&self, name: &str) -> PathBuf {
        let file = self.arg(name);
        let demo = [
            "demo",
            "--keep",
            &file,
            "--headless",
            "--for",
            "1s",
            "--crowd",
            "4",
        ];
        self.run(&demo).done();
        self.path(name)
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    pub line: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Runs a command to its end.
    pub fn to_its_end(command: &mut Command, line: String) -> Self {
        let output = command.output().expect("the program runs");
        Self::of(line, &output)
    }

    /// What came of a command.
    pub fn of(line: String, output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        Self {
            line,
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// It did what it should.
    #[track_caller]
    pub fn done(self) -> Self {
        self.ended(0)
    }

    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}: {self:#?}", self.line);
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }

    /// The one JSON document on stderr.
    #[track_caller]
    pub fn error(&self) -> Value {
        serde_json::from_str(&self.err).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// A server in a process of its own, killed in the end.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub started: Value,
    file: PathBuf,
}

impl Server {
    /// Starts `houseful serve` on a file and waits until it answers.
    pub fn start(folder: &Folder, file: &Path, more: &[&str]) -> Self {
        let db = file.to_str().expect("plain text");
        Self::spawn(Self::command(folder, db, more), file)
    }

    /// What [`Server::start`] runs.
    pub fn command(folder: &Folder, db: &str, more: &[&str]) -> Command {
        let mut args = vec!["serve", "--db", db, "--listen", "127.0.0.1:0", "-o", "json"];
        args.extend(more);
        let mut command = folder.command(&args);
        command.args(["--log-file", &folder.arg("serve.log")]);
        command
    }

    /// The same for a command that ends in running the program, on a file that is seen here as
    /// `file`.
    pub fn spawn(mut command: Command, file: &Path) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("a stream"));
        out.read_line(&mut line).expect("a line");
        let started = serde_json::from_str(&line).unwrap_or_else(|e| {
            let mut told = String::new();
            let err = child.stderr.take().map(|mut s| s.read_to_string(&mut told));
            panic!("{e}: {line:?} {err:?} {told}")
        });
        Self {
            child,
            started,
            file: file.to_owned(),
        }
    }

    pub fn notice(&self) -> Notice {
        Notice::read(&self.file).expect("a notice")
    }

    /// A client that may do everything.
    pub fn admin(&self) -> Client {
        let notice = self.notice();
        Client::new(&notice.server, Some(notice.token), Duration::from_secs(20)).expect("a client")
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// What `kill` does without a number; the exit code.
    pub fn stop(mut self) -> Option<i32> {
        terminate(&self.child);
        wait::until("the server stops", 30, || {
            self.child.try_wait().expect("a child")
        })
        .code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, or it ends now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a child to stop.
pub fn terminate(child: &Child) {
    let pid = child.id().to_string();
    let asked = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(asked.expect("kill runs").success());
}
