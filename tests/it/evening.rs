//! A Saturday evening at the demo's chain, the same for every run: a clock that stands still until
//! the test moves it, and people with the program at its door.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use houseful::{client::Client, state::State};
use houseful_core::{time::UtcMillis, wire::admin::Role};
use houseful_tests::test_app::{Setup, TestApp};
use tokio::runtime::Runtime;

use super::program::Ran;
use houseful_tests::folder::Folder;

/// Saturday 21 November 2026, 17:40 in Leeds, 18:40 in Lyon and Kraków.
const BEGINS_AT: UtcMillis = UtcMillis(1_795_282_800_000);

/// The chain, open.
pub struct Evening {
    runtime: Runtime,
    app: Option<TestApp>,
}

impl Evening {
    /// Opens the chain, with nothing sold.
    pub fn open() -> Self {
        let runtime = Runtime::new().expect("threads");
        let mut setup = Setup::default().chain(1).at(BEGINS_AT);
        setup.config.mode = Some(houseful_core::wire::admin::Mode::Demo);
        let app = runtime.block_on(setup.start());
        Self {
            runtime,
            app: Some(app),
        }
    }

    pub fn app(&self) -> &TestApp {
        self.app.as_ref().expect("an open chain")
    }

    /// Somebody at the door.
    pub fn visitor(&self, role: Option<Role>) -> Visitor {
        self.visitor_of(self.app().url(), role)
    }

    /// Somebody at another address of the chain.
    pub fn visitor_of(&self, server: &str, role: Option<Role>) -> Visitor {
        let folder = Folder::new();
        if let Some(role) = role {
            let state = State::new(Some(folder.path("state")));
            let client = Client::new(server, None, houseful::client::TIMEOUT_DEFAULT);
            let server = client.expect("a client").base().to_owned();
            let stored = state.store_token(&server, self.app().token_of(role));
            stored.expect("a token");
        }
        Visitor {
            folder,
            server: server.to_owned(),
        }
    }

    /// Counts the house and closes it.
    pub fn finish(mut self) {
        if let Some(app) = self.app.take() {
            self.runtime.block_on(app.finish());
        }
    }
}

/// Somebody with the program, in a folder of their own.
pub struct Visitor {
    pub folder: Folder,
    pub server: String,
}

impl Visitor {
    /// The program with arguments.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.folder.command(args);
        command.env("HOUSEFUL_SERVER", &self.server);
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::to_its_end(&mut self.command(args), args.join(" "))
    }

    /// A shell that finds the program by its name, as after it was installed. What each run of it
    /// ended in stands in [`Visitor::exits`].
    pub fn shell(&self, script: &str) -> Command {
        let program = self.folder.command(&[]);
        let wrapper = format!(
            "#!/bin/sh\n{} \"$@\"\ncode=$?\necho \"$code houseful $*\" >> {}\nexit $code\n",
            program.get_program().display(),
            self.exits_file().display()
        );
        self.put_program("bin/houseful", &wrapper);
        fs::write(self.folder.path("script.sh"), script).expect("written");
        let mut shell = Command::new("/bin/sh");
        shell
            .arg("script.sh")
            .current_dir(self.folder.path(""))
            .env_clear()
            .stdin(Stdio::null());
        for (name, value) in self.command(&[]).get_envs() {
            shell.env(name, value.expect("a value"));
        }
        let bin = self.folder.arg("bin");
        shell.env("PATH", format!("{bin}:/usr/local/bin:/usr/bin:/bin"));
        shell
    }

    /// Puts an executable file into the folder.
    pub fn put_program(&self, name: &str, text: &str) {
        let path = self.folder.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("written");
        make_executable(&path);
    }

    fn exits_file(&self) -> PathBuf {
        self.folder.path("exits.txt")
    }

    /// Every run of the program so far: its exit code and its arguments.
    pub fn exits(&self) -> Vec<(i32, String)> {
        let text = fs::read_to_string(self.exits_file()).unwrap_or_default();
        let run = |line: &str| {
            let (code, rest) = line.split_once(' ').expect("a code and a command");
            (code.parse().expect("a code"), rest.to_owned())
        };
        text.lines().map(run).collect()
    }
}

fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
}
