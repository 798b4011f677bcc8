//! A server answers `COMMIT` of a transaction that has failed with `ROLLBACK` and no error. Here a
//! transaction fails without its owner's knowledge: somebody between the two has it do something
//! impossible, and keeps the error.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use houseful_core::ids::ShowId;
use houseful_server::store::{Outcome, Store, StoreError};
use houseful_tests::cluster::Cluster;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::{fresh, server, server_with};
use crate::store_contract::{adding, held, version};

/// How long the other half of what was said may be on its way.
const REST: Duration = Duration::from_millis(100);

/// Stands before a server.
struct Meddler {
    port: u16,
    /// Whether the next transaction is to fail before its end.
    meddles: Arc<AtomicBool>,
    /// How often that was done.
    done: Arc<AtomicU32>,
}

impl Meddler {
    async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (meddles, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
        let shared = (Arc::clone(&meddles), Arc::clone(&done));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await;
                let server = server.expect("a server");
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(ask(from_client, to_server, shared.clone()));
                tokio::spawn(answer(from_server, to_client));
            }
        });
        Self {
            port,
            meddles,
            done,
        }
    }
}

/// Passes on what the client says. The end of a transaction comes right behind a question; something
/// impossible goes before both, behind whatever else is in the packet.
async fn ask(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    (meddles, done): (Arc<AtomicBool>, Arc<AtomicU32>),
) {
    let mut bytes = vec![0; 65_536];
    while let Ok(mut count @ 1..) = from.read(&mut bytes).await {
        if bytes[0] == b'B' && meddles.load(Ordering::SeqCst) {
            // The other half may be on its way.
            let rest = tokio::time::timeout(REST, from.read(&mut bytes[count..])).await;
            count += rest.map_or(0, |read| read.unwrap_or(0));
        }
        let said = &bytes[..count];
        let ends = said.ends_with(b"COMMIT\0") && said.starts_with(b"B");
        if ends && meddles.swap(false, Ordering::SeqCst) {
            done.fetch_add(1, Ordering::SeqCst);
            let impossible = b"SELECT 1/0\0";
            let length = u32::try_from(impossible.len() + 4).expect("short");
            let message = [b"Q", &length.to_be_bytes()[..], impossible].concat();
            let (before, behind) = said.split_at(last_question(said));
            let all = [before, &message, behind].concat();
            to.write_all(&all).await.expect("sent");
        } else if to.write_all(said).await.is_err() {
            return;
        }
    }
}

/// Where the last question of a packet of whole messages begins.
fn last_question(said: &[u8]) -> usize {
    let (mut at, mut last) = (0, 0);
    while let Some([kind, length @ ..]) = said.get(at..at + 5) {
        if *kind == b'B' {
            last = at;
        }
        let length: [u8; 4] = length.try_into().expect("four");
        at += 1 + usize::try_from(u32::from_be_bytes(length)).expect("short");
    }
    last
}

/// Passes on what the server says, but for the error, and that it is ready again behind it.
async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut ready = false;
    while let Some(message) = message(&mut from).await {
        let ours = message[0] == b'E' && message.windows(5).any(|code| code == b"22012");
        let kept = ours || std::mem::take(&mut ready);
        if kept {
            ready = ours;
        } else if to.write_all(&message).await.is_err() {
            return;
        }
    }
}

async fn message(from: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let kind = from.read_u8().await.ok()?;
    let length = from.read_u32().await.ok()?;
    let mut body = vec![0; usize::try_from(length).ok()?.checked_sub(4)?];
    from.read_exact(&mut body).await.ok()?;
    Some([&[kind], &length.to_be_bytes()[..], &body].concat())
}

#[tokio::test(flavor = "multi_thread")]
pub(super) async fn a_commit_that_was_answered_with_rollback_is_none() {
    let url = fresh().await;
    server_with(&url, 1).await;
    let port = Cluster::shared().port();
    let meddler = Meddler::before(port).await;
    let through = url.replace(&format!(":{port}/"), &format!(":{}/", meddler.port));
    let store = server(&through).await;
    let alone = async || {
        let (_, alone) = store.alone(ShowId(1), None).await.expect("alone");
        alone.commit(adding(ShowId(1), 1, &[held(2)])).await
    };
    meddler.meddles.store(true, Ordering::SeqCst);
    let undone = alone().await;
    assert!(
        matches!(undone, Err(StoreError::Unwritable(_))),
        "{undone:?}"
    );
    assert_eq!(meddler.done.load(Ordering::SeqCst), 1, "it did not fail");
    let stand = store.stand(vec![ShowId(1)]).await;
    assert_eq!(stand, Ok(vec![Some(version(1))]));
    // Left alone, it lasts.
    assert_eq!(alone().await, Ok(Outcome::Committed));
    let stand = store.stand(vec![ShowId(1)]).await;
    assert_eq!(stand, Ok(vec![Some(version(2))]));
}
