//! Whole runs that need no server: what is printed where, and the exit code.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};

mod capacity;
mod layout;

use super::*;
use crate::terminal::Terminal;

/// A stream that can be looked at afterwards.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a tape").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Tape {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("a tape").clone()).expect("text")
    }
}

/// Exit code, stdout, stderr.
fn houseful(line: &str, env: &[(&str, &str)]) -> (u8, String, String) {
    let folder = std::env::temp_dir().join(format!("houseful-run-{}", std::process::id()));
    let mut vars: HashMap<String, String> = env
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    for (name, file) in [
        ("HOUSEFUL_STATE", "state"),
        ("HOUSEFUL_CONFIG", "config.toml"),
    ] {
        let path = folder.join(file).to_string_lossy().into_owned();
        vars.entry(name.to_owned()).or_insert(path);
    }
    let (out, err) = (Tape::default(), Tape::default());
    let console = Console {
        out: Box::new(out.clone()),
        err: Box::new(err.clone()),
        terminal: Terminal::default(),
        env: Box::new(move |name| vars.get(name).cloned()),
    };
    let args = std::iter::once("houseful").chain(line.split_whitespace());
    let status = run(args.map(OsString::from), console);
    (status.code(), out.text(), err.text())
}

#[test]
fn alone_it_says_what_to_try() {
    let (code, out, err) = houseful("", &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.matches("\n  houseful ").count(), 3, "{out}");
}

#[test]
fn help_and_version_go_to_stdout() {
    for line in [
        "--help",
        "help",
        "sell --help",
        "help show seats",
        "help exit-codes",
        "--version",
    ] {
        let (code, out, err) = houseful(line, &[]);
        assert_eq!((code, err.as_str()), (0, ""), "{line}");
        assert!(!out.is_empty() && !out.contains('\u{1b}'), "{line}: {out}");
    }
}

#[test]
fn wrong_use_is_told_on_stderr_with_code_2() {
    let (code, out, err) = houseful("sel 1", &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("sell"), "{err}");
    let (code, out, err) = houseful("-o json sell 1 --pay gold", &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    let object: serde_json::Value = serde_json::from_str(&err).expect("one object");
    assert_eq!(
        (&object["code"], &object["exit"]),
        (&"usage".into(), &2.into())
    );
}

#[test]
fn bad_settings_stop_every_command_and_name_the_place() {
    let (code, _, err) = houseful("config list", &[("HOUSEFUL_TIMEOUT_S", "soon")]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: environment HOUSEFUL_TIMEOUT_S: "),
        "{err}"
    );
}

#[test]
fn a_server_that_is_not_there_gives_9_and_a_way_on() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let line = format!("--server http://127.0.0.1:{port} --timeout 1 today");
    let (code, out, err) = houseful(&line, &[]);
    assert_eq!((code, out.as_str()), (9, ""));
    assert!(
        err.contains(" hint: start one with `houseful serve`"),
        "{err}"
    );
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let (code, _, err) = houseful("sell", &[]);
    assert_eq!(code, 2);
    assert!(err.contains("when not running interactively"), "{err}");
}
