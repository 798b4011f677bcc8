//! The processes of a cluster's server: started, watched, stopped, frozen, killed.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::Cluster;
use crate::wait;

/// How often another port is tried: between choosing one and taking it somebody may be faster.
const PORTS_TRIED: u32 = 8;
/// How long a server may take to start: one that was killed has its log to read again.
const START_S: u64 = 60;

/// Starts the server, tells its process id, and ends it when nobody holds the pipe any more: first
/// as after a power cut of the test (`QUIT` stops all at once, also who is frozen), then the folder
/// goes.
const WATCH: &str = r#"
"$@" >>"$LOG" 2>&1 </dev/null &
server=$!
echo "$server"
while read -r word; do
    if [ "$word" = leave ]; then wait "$server"; exit; fi
done
kill -QUIT "$server" 2>/dev/null
kill -CONT "$server" 2>/dev/null
wait "$server" 2>/dev/null
if [ -n "$FOLDER" ]; then rm -rf "$FOLDER"; fi
"#;

/// A server that runs.
#[derive(Debug)]
pub(super) struct Server {
    /// The shell; its input is the pipe.
    watch: Child,
    pid: u32,
}

impl Server {
    /// Has everything ended and the folder removed.
    pub(super) fn leave(mut self) {
        // Who is frozen does not hear that it is to end.
        all_of(self.pid, "CONT");
        // The shell does the rest when its pipe closes.
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

impl Cluster {
    /// `kill -9` for all of the server's processes, as when its machine goes.
    ///
    /// # Panics
    /// There are none.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("a running server");
        // Who is frozen starts nobody else meanwhile, and dies all the same.
        all_of(server.pid, "STOP");
        all_of(server.pid, "KILL");
        self.gone(&mut server);
    }

    /// Stops at once, without a last word to anybody: `pg_ctl stop -m immediate`.
    ///
    /// # Panics
    /// There is no server.
    pub fn stop_at_once(&mut self) {
        let mut server = self.server.take().expect("a running server");
        signal(server.pid, "QUIT");
        self.gone(&mut server);
    }

    /// Freezes all of the server's processes (`SIGSTOP`): its connections stay, nobody answers.
    ///
    /// # Panics
    /// There is no server.
    pub fn freeze(&self) {
        let server = self.server.as_ref().expect("a running server");
        all_of(server.pid, "STOP");
    }

    /// Lets a frozen server go on where it was, without knowing that it was away.
    ///
    /// # Panics
    /// There is no server.
    pub fn thaw(&self) {
        let server = self.server.as_ref().expect("a running server");
        all_of(server.pid, "CONT");
    }

    /// Lets the server write no file beyond so many bytes from now on, as a quota does; `None` for as
    /// many as there are. Nobody has to be root for it.
    ///
    /// # Panics
    /// There is no server.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let server = self.server.as_ref().expect("a running server");
        let bytes = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        // Those whom the first one starts from now on have it from there.
        for pid in [vec![server.pid], children(server.pid)].concat() {
            // Some may have ended meanwhile.
            let _ = self
                .binaries
                .command_of("prlimit")
                .args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:")])
                .stderr(Stdio::null())
                .status();
        }
        let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid));
        let limits = limits.expect("the limits of a running server");
        let line = limits
            .lines()
            .find(|line| line.starts_with("Max file size"));
        let is = line.and_then(|line| line.split_whitespace().nth(3));
        assert_eq!(
            is,
            Some(bytes.as_str()),
            "prlimit (util-linux) limits nobody"
        );
    }

    /// Waits until the server ends by itself.
    ///
    /// # Panics
    /// It does not, or there is none.
    pub fn end(&mut self) {
        let mut server = self.server.take().expect("a running server");
        self.gone(&mut server);
    }

    /// Stops as an operator does who does not wait for people: `pg_ctl stop -m fast`.
    ///
    /// # Panics
    /// There is none.
    pub fn stop(&mut self) {
        let mut server = self.server.take().expect("a running server");
        signal(server.pid, "INT");
        self.gone(&mut server);
    }

    /// Starts a cluster that was stopped or killed, on the port it had.
    ///
    /// # Panics
    /// It does not start.
    pub fn restart(&mut self) {
        if self.server.is_some() {
            self.stop();
        }
        // After a kill the other processes need a moment to see that they are alone.
        let started = wait::within(START_S, || self.launch(self.port).then_some(()));
        assert!(
            started.is_some(),
            "Postgres does not start again:\n{}",
            self.log()
        );
    }

    /// The process id of the server's main process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(|server| server.pid)
    }

    /// Starts the server on some free port.
    pub(super) fn begin(&mut self) {
        for _ in 0..PORTS_TRIED {
            let free = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            let port = free.local_addr().expect("its address").port();
            drop(free);
            if self.launch(port) {
                return;
            }
        }
        panic!("no free port for Postgres:\n{}", self.log());
    }

    /// Starts the server; `false` when somebody else took the port.
    fn launch(&mut self, port: u16) -> bool {
        let said = self.log().len();
        let mut watch = self.binaries.command_of("sh");
        let mut watch = watch
            .args(["-c", WATCH, "sh"])
            .arg(self.binaries.path("postgres"))
            .arg("-D")
            .arg(self.data())
            .args(["-p", &port.to_string()])
            .env("LOG", self.path("log"))
            .env("FOLDER", &self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let mut line = String::new();
        BufReader::new(watch.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("a process id");
        let pid = line.trim().parse().expect("a process id");
        let mut server = Server { watch, pid };
        self.port = port;
        let ready = wait::within(START_S, || {
            let log = self.log();
            let new = log.get(said..).unwrap_or_default();
            if new.contains("ready to accept connections")
                || new.contains("ready to accept read-only connections")
            {
                Some(true)
            } else if !is_alive(pid) || new.contains("database system is shut down") {
                Some(false)
            } else {
                None
            }
        });
        match ready {
            Some(true) => {
                self.server = Some(server);
                true
            }
            Some(false) if not_yet(self.log().get(said..).unwrap_or_default()) => {
                self.gone(&mut server);
                false
            }
            _ => {
                signal(pid, "KILL");
                self.gone(&mut server);
                panic!("Postgres does not start:\n{}", self.log())
            }
        }
    }

    /// Waits until the server is gone and its shell has buried it: another server takes the folder
    /// only then. The folder stays.
    fn gone(&self, server: &mut Server) {
        let pid = server.pid;
        wait::until("the end of Postgres", START_S, || {
            (!is_alive(pid)).then_some(())
        });
        if let Some(mut pipe) = server.watch.stdin.take() {
            // A shell that is gone already has nothing to leave.
            let _ = pipe.write_all(b"leave\n");
            let _ = pipe.flush();
            let _ = server.watch.wait();
        }
    }
}

/// Whether what the server said on its way out will pass: somebody has the port, or the processes of
/// a server that was killed are still there.
fn not_yet(log: &str) -> bool {
    log.contains("could not bind") || log.contains("pre-existing shared memory block")
}

/// Whether a process is there and not only waits to be buried.
fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
}

/// Sends a signal to a server's main process, then to all whom it started and who are still there.
fn all_of(server: u32, name: &str) {
    let them = [vec![server], children(server)].concat();
    let them = them.iter().map(u32::to_string);
    // Some may have ended meanwhile.
    let _ = Command::new("kill")
        .arg(format!("-{name}"))
        .args(them)
        .stderr(Stdio::null())
        .status();
}

/// The processes that a process has started.
fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let pids = entries.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|pid| stat(*pid).is_some_and(|(_, of)| of == parent))
        .collect()
}

/// The state of a process and who has started it (proc(5): fields 3 and 4).
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    let stat = stat.ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
    assert!(
        sent.is_ok_and(|s| s.success()),
        "no process {pid} to send {name}"
    );
}
