//! What each Patroni is told: the file of `docs/operations.md` with this machine's ports and paths,
//! without passwords, and quicker than anybody would have it.

use std::path::Path;

use crate::cluster::{ADMIN, Binaries};

/// `ttl` is how long a leader may say nothing; Patroni takes no less than 20 s.
const CONFIG: &str = "scope: houseful
name: @NAME
restapi:
  listen: 127.0.0.1:@REST
  connect_address: 127.0.0.1:@REST
etcd3:
  host: 127.0.0.1:@ETCD
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 5
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    synchronous_mode_strict: true
    failsafe_mode: true
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: 200
        shared_buffers: 32MB
        wal_keep_size: 128MB
        wal_log_hints: 'on'
        timezone: UTC
  initdb:
    - encoding: UTF8
    - locale: C
    - no-sync
postgresql:
  listen: 127.0.0.1:@PORT
  connect_address: 127.0.0.1:@PORT
  data_dir: @DATA
  bin_dir: @BIN
  pgpass: @DATA.pgpass
  authentication:
    superuser: {username: @ADMIN}
    replication: {username: @ADMIN}
    rewind: {username: @ADMIN}
  parameters:
    unix_socket_directories: ''
  pg_hba:
    - host all all 127.0.0.1/32 trust
    - host replication all 127.0.0.1/32 trust
";

/// The configuration of one.
pub(super) fn of(
    name: &str,
    etcd: u16,
    (port, rest): (u16, u16),
    data: &Path,
    binaries: &Binaries,
) -> String {
    let bin = binaries.path("");
    let bin = bin.display().to_string();
    [
        ("@NAME", name),
        ("@ETCD", &etcd.to_string()),
        ("@PORT", &port.to_string()),
        ("@REST", &rest.to_string()),
        ("@DATA", &data.display().to_string()),
        ("@BIN", bin.trim_end_matches('/')),
        ("@ADMIN", ADMIN),
    ]
    .iter()
    .fold(CONFIG.to_owned(), |text, (word, value)| {
        text.replace(word, value)
    })
}
