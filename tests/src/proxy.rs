//! A server that is further away: what it says, or also what is said to it, comes later by a time
//! that can be changed.

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
    /// Of what the server says, and of what is said to it.
    delays_ms: [Arc<AtomicU64>; 2],
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
        let delays_ms: [Arc<AtomicU64>; 2] = Default::default();
        let delays = delays_ms.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(server) {
                    join(client, server, &delays);
                }
            }
        });
        Self { address, delays_ms }
    }

    /// Its own address, as in `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on everything that the server says comes later by so much.
    pub fn delay(&self, by: Duration) {
        let [says, _] = &self.delays_ms;
        says.store(ms(by), Ordering::SeqCst);
    }

    /// From now on everything comes later by so much, in both directions.
    pub fn delay_each_way(&self, by: Duration) {
        for delay in &self.delays_ms {
            delay.store(ms(by), Ordering::SeqCst);
        }
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn join(client: TcpStream, server: TcpStream, [says, hears]: &[Arc<AtomicU64>; 2]) {
    let both = (client.try_clone(), server.try_clone());
    let (Ok(client_too), Ok(server_too)) = both else {
        return;
    };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let (says, hears) = (Arc::clone(says), Arc::clone(hears));
    thread::spawn(move || pass_on(client_too, server_too, &hears));
    thread::spawn(move || pass_on(server, client, &says));
}

/// Passes everything on, in order, each piece as late as was said when it came.
fn pass_on(mut from: TcpStream, mut to: TcpStream, delay: &Arc<AtomicU64>) {
    let delay = Arc::clone(delay);
    let (later, pieces) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut bytes = [0; 16_384];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let ms = delay.load(Ordering::SeqCst);
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
