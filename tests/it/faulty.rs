//! A wire that loses answers: it carries a request to the server, and cuts the connection when the
//! answer comes.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// The wire. It ends with the test's process.
pub struct Faulty {
    address: SocketAddr,
    broken: Arc<AtomicBool>,
}

impl Faulty {
    /// A wire before `server` that loses the answers to requests with `request` in their first line.
    pub fn before(server: &str, request: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let broken = Arc::new(AtomicBool::new(true));
        let server: SocketAddr = server
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let state = Arc::clone(&broken);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                carry(&client, &server, request, &state);
            }
        });
        Self { address, broken }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on every answer arrives.
    pub fn mend(&self) {
        self.broken.store(false, Ordering::SeqCst);
    }
}

/// Carries both ways, each in a thread of its own.
fn carry(client: &TcpStream, server: &TcpStream, request: &'static str, broken: &Arc<AtomicBool>) {
    let cut = Arc::new(AtomicBool::new(false));
    let both = || Some((client.try_clone().ok()?, server.try_clone().ok()?));
    if let Some((from, to)) = both() {
        let (cut, broken) = (Arc::clone(&cut), Arc::clone(broken));
        thread::spawn(move || {
            copy(&from, &to, |bytes| {
                let line = bytes.split(|byte| *byte == b'\r').next();
                let line = line.map(String::from_utf8_lossy).unwrap_or_default();
                if broken.load(Ordering::SeqCst) && line.contains(request) {
                    cut.store(true, Ordering::SeqCst);
                }
                true
            });
        });
    }
    if let Some((to, from)) = both() {
        thread::spawn(move || copy(&from, &to, |_| !cut.load(Ordering::SeqCst)));
    }
}

/// Copies until one end has left or `goes_on` says no; then both ends are closed.
fn copy(mut from: &TcpStream, mut to: &TcpStream, goes_on: impl Fn(&[u8]) -> bool) {
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !goes_on(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    for end in [from, to] {
        // It may be closed already.
        let _ = end.shutdown(Shutdown::Both);
    }
}
