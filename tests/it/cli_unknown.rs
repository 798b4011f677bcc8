//! A sale whose answer got lost: whatever a busy server says next, it is not forgotten.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::program::Server;
use houseful_tests::folder::Folder;

const BUSY: &str = r#"{"type": "/problems/busy", "title": "Busy", "status": 503, "code": "busy",
    "detail": "the server is busy", "retryable": true}"#;

/// Stands between the program and the server. While `troubled`, the answer to the first booking
/// gets lost after the server has done it, and from then on everything is refused as busy.
fn go_between(server: String, troubled: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let mut lost = false;
        for stream in listener.incoming() {
            let mut stream = stream.expect("a caller");
            // One request a connection: what is told is always `connection: close`.
            let request = message(&mut stream);
            let sells = request.starts_with(b"POST /v1/bookings");
            let trouble = troubled.load(Ordering::SeqCst);
            if trouble && lost && sells {
                let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\
                            retry-after: 0\r\ncontent-type: application/problem+json\r\n";
                let length = BUSY.len();
                let _ = write!(stream, "{head}content-length: {length}\r\n\r\n{BUSY}");
                continue;
            }
            let mut inner = TcpStream::connect(&server).expect("the server");
            inner.write_all(&closing(&request)).expect("sent");
            let mut answer = Vec::new();
            inner.read_to_end(&mut answer).expect("an answer");
            if trouble && sells {
                lost = true;
            } else {
                let _ = stream.write_all(&answer);
            }
        }
    });
    address
}

/// A head and as much of a body as it says.
fn message(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text
                .lines()
                .find_map(|l| l.strip_prefix("content-length: "));
            let length: usize = length.and_then(|l| l.trim().parse().ok()).unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return bytes;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return bytes,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// The same request, after which the server hangs up.
fn closing(request: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(request);
    let (line, rest) = text.split_once("\r\n").expect("a request");
    format!("{line}\r\nconnection: close\r\n{rest}").into_bytes()
}

#[test]
fn a_sale_whose_answer_got_lost_is_taken_up_again() {
    let folder = Folder::new();
    let file = folder.chain("x.db");
    let server = Server::start(&folder, &file, &[]);
    std::fs::write(folder.path("token"), server.notice().token).expect("written");
    let troubled = Arc::new(AtomicBool::new(true));
    let inner = server.notice().server.replace("http://", "");
    let address = go_between(inner, Arc::clone(&troubled));
    let at = ["--server", &address, "--token-file", "token"];
    let sell = [
        "sell", "9", "--adult", "2", "--best", "--pay", "cash", "-o", "json",
    ];
    let lost = folder.run(&[&at[..], &sell].concat()).ended(9).error();
    assert_eq!(lost["command"], "houseful sell --resume", "{lost}");
    troubled.store(false, Ordering::SeqCst);
    let resume = ["sell", "--resume", "--pay", "cash", "-o", "json"];
    let sold = folder.run(&[&at[..], &resume].concat()).done().json();
    assert_eq!(sold["state"], "confirmed");
    // Once, not twice.
    let show = sold["show"].as_str().expect("a show");
    let list = ["booking", "list", "--show", show, "-q"];
    let all = folder.run(&[&at[..], &list].concat()).done().out;
    let booking = sold["id"].as_str().expect("an id");
    assert_eq!(all.matches(booking).count(), 1);
    let held = ["hold", "list", "--show", show, "-q"];
    assert_eq!(folder.run(&[&at[..], &held].concat()).done().out, "");
}
