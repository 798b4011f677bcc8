//! A server that is not any more what it was when it was connected to.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, OnceLock},
    thread,
};

use houseful_core::ids::ShowId;
use houseful_server::store::{Outcome, Store, StoreError};
use houseful_tests::{cluster::Cluster, wait};

use super::{server, server_with};
use crate::store_contract::{adding, held, version};

/// A port on which nobody answers until it is told who does.
fn door() -> (u16, Arc<OnceLock<SocketAddr>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let behind: Arc<OnceLock<SocketAddr>> = Arc::default();
    let who = Arc::clone(&behind);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Some(Ok(server)) = who.get().map(TcpStream::connect) else {
                continue;
            };
            for (from, to) in [(&client, &server), (&server, &client)] {
                let from = from.try_clone().expect("a handle");
                let to = to.try_clone().expect("a handle");
                thread::spawn(move || {
                    let _ = std::io::copy(&mut &from, &mut &to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    (port, behind)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_to_an_old_primary_ends_when_the_new_one_is_met() {
    let mut old = Cluster::quick();
    let url = old.database();
    server_with(&url, 1).await.database().close();
    let new = old.promoted_copy();
    let (port, behind) = door();
    let both = url.replace("@127.0.0.1:", &format!("@127.0.0.1:{port},127.0.0.1:"));
    let store = server(&both).await;
    let first = store.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(first, Ok(vec![Outcome::Committed]));
    let idle = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(old.admin_in(&url, idle), "1", "it is kept for the next one");
    behind
        .set(SocketAddr::from(([127, 0, 0, 1], new.port())))
        .expect("once");
    // Who reads has no connection yet, so this one makes one.
    store.heads().await.expect("heads");
    wait::until("the end of the old connection", 10, || {
        (old.admin_in(&url, idle) == "0").then_some(())
    });
    // The new one's journal is shorter: what the old one took alone was lost with it.
    let stand = store.stand(vec![ShowId(1)]).await;
    assert_eq!(stand, Ok(vec![Some(version(1))]));
    let second = store.commit(vec![adding(ShowId(1), 2, &[held(3)])]).await;
    assert_eq!(second, Ok(vec![Outcome::Lost]));
    assert_eq!(old.admin_in(&url, "SELECT ver FROM show_head"), "2");
}

fn wait_for(cluster: &Cluster, names: &str) {
    cluster.set(&[("synchronous_standby_names", names)]);
    cluster.reload();
    let shown = || (cluster.admin("SHOW synchronous_standby_names") == names).then_some(());
    wait::until("the setting", 10, shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_is_required_is_missed_when_it_is_taken_away() {
    let cluster = Cluster::quick();
    let url = cluster.database();
    server_with(&url, 1).await.database().close();
    wait_for(&cluster, "nobody");
    let required = format!("{url}?standby=required");
    let (selling, looking) = (server(&required).await, server(&required).await);
    for store in [&selling, &looking] {
        // Both have connections, with which all is well.
        assert_eq!(store.heads().await.expect("heads").len(), 1);
        assert_eq!(store.time().await, Ok(None));
    }
    let two = selling.commit(vec![adding(ShowId(1), 7, &[held(8)])]).await;
    assert_eq!(two, Ok(vec![Outcome::Lost]), "a connection that writes");
    wait_for(&cluster, "");
    let next = || selling.commit(vec![adding(ShowId(1), 1, &[held(2)])]);
    for _ in 0..2 {
        assert_eq!(next().await, Err(StoreError::Busy));
    }
    let ver = "SELECT ver FROM show_head";
    assert_eq!(cluster.admin_in(&url, ver), "1", "nothing was written");
    assert_eq!(looking.time().await, Err(StoreError::Busy));
    assert_eq!(looking.heads().await, Err(StoreError::Busy));
    wait_for(&cluster, "nobody");
    for store in [&selling, &looking] {
        assert_eq!(store.heads().await.expect("heads").len(), 1);
    }
    // Who does not require one sells on.
    wait_for(&cluster, "");
    let other = server(&url).await;
    let sold = other.commit(vec![adding(ShowId(1), 1, &[held(2)])]).await;
    assert_eq!(sold, Ok(vec![Outcome::Committed]));
}
