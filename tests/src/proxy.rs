//! A server that is further away: everything it says comes later by a time that can be changed.

#![expect(clippy::expect_used, reason = "a test without a network ends at once")]

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use crate::wait;

/// Stands before a server and holds back what it says.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    delay_ms: Arc<AtomicU64>,
}

impl Proxy {
    /// Stands before the server at this address.
    ///
    /// # Panics
    /// There is no port to be had.
    #[must_use]
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let delay_ms = Arc::new(AtomicU64::new(0));
        let delay = Arc::clone(&delay_ms);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(server) {
                    join(client, server, &delay);
                }
            }
        });
        Self { address, delay_ms }
    }

    /// Its own address, as in `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on everything comes later by so much.
    pub fn delay(&self, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.delay_ms.store(ms, Ordering::SeqCst);
    }
}

fn join(client: TcpStream, server: TcpStream, delay: &Arc<AtomicU64>) {
    let both = (client.try_clone(), server.try_clone());
    let (Ok(client_too), Ok(server_too)) = both else {
        return;
    };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    thread::spawn(move || pass_on(client_too, server_too, None));
    let delay = Arc::clone(delay);
    thread::spawn(move || pass_on(server, client, Some(delay)));
}

/// Passes everything on, in order, each piece as late as was said when it came.
fn pass_on(mut from: TcpStream, mut to: TcpStream, delay: Option<Arc<AtomicU64>>) {
    let (later, pieces) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut bytes = [0; 16_384];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let ms = delay.as_ref().map_or(0, |d| d.load(Ordering::SeqCst));
            let due = wait::from_now(Duration::from_millis(ms));
            if later.send((due, bytes[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    for (due, piece) in pieces {
        wait::until_time(due);
        if to.write_all(&piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = reader.join();
}
