//! Copies of a Postgres database, as `docs/operations.md` says that they are made and put back: the same
//! story as with files.

#![expect(clippy::expect_used, reason = "a test ends where it can not go on")]

use std::path::PathBuf;

use houseful_server::database::Address;
use houseful_tests::cluster::{Cluster, ROLE};

use super::restored::{Place, ends_in_tickets_or_goes_back};

/// `pg_dump` and `pg_restore`.
struct Dumped {
    booking: String,
    payment: String,
    dump: Option<PathBuf>,
}

impl Place for Dumped {
    fn addresses(&self) -> [Address; 2] {
        [&self.booking, &self.payment].map(|url| Address::new(url.as_ref()))
    }

    fn copy(&mut self, is_open: bool) {
        if is_open {
            self.dump = Some(Cluster::shared().dump(&self.booking));
        }
    }

    fn go_back(&mut self) {
        let cluster = Cluster::shared();
        cluster.put_back(&self.booking, self.dump.as_ref().expect("a dump"));
        // Journals are only added to, by right, also after that.
        let may = |what: &str| {
            let sql = format!("SELECT has_table_privilege('{ROLE}', 'show_event', '{what}')");
            cluster.admin_in(&self.booking, &sql)
        };
        assert_eq!((may("INSERT"), may("DELETE")), ("t".into(), "f".into()));
        cluster.check(&self.booking);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_that_is_put_back_is_repaired_by_the_list_of_payments() {
    let cluster = Cluster::shared();
    let mut place = Dumped {
        booking: cluster.database(),
        payment: cluster.database(),
        dump: None,
    };
    Box::pin(ends_in_tickets_or_goes_back(&mut place)).await;
}

/// `pg_basebackup` with the log of changes, back to a moment.
struct Archived {
    cluster: Cluster,
    booking: String,
    payment: String,
}

impl Place for Archived {
    fn addresses(&self) -> [Address; 2] {
        [&self.booking, &self.payment].map(|url| Address::new(url.as_ref()))
    }

    fn copy(&mut self, is_open: bool) {
        if is_open {
            self.cluster.name_this_moment();
        }
    }

    fn go_back(&mut self) {
        self.cluster.go_back();
        self.cluster.check(&self.booking);
        // What is made from it follows it, and can lead.
        let next = self.cluster.standby("two");
        next.catch_up(&self.cluster);
        assert!(next.is_standby(), "it leads by itself");
        next.promote();
        let ver = "SELECT max(ver) FROM show_head";
        let there = next.admin_in(&next.here(&self.booking), ver);
        assert_eq!(there, self.cluster.admin_in(&self.booking, ver));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_went_back_to_a_moment_is_repaired_by_the_list_of_payments() {
    let cluster = Cluster::start_with(&[("archive_mode", "on"), ("archive_command", "")]);
    let mut place = Archived {
        booking: cluster.database(),
        payment: Cluster::shared().database(),
        cluster,
    };
    place.cluster.back_up();
    Box::pin(ends_in_tickets_or_goes_back(&mut place)).await;
}
