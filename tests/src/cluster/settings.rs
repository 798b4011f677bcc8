//! What stands in `postgresql.conf`.

use std::{fs::OpenOptions, io::Write, path::Path};

/// Small, on loopback alone, and quick to start.
const ALWAYS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("shared_buffers", "32MB"),
    ("max_connections", "200"),
    ("min_wal_size", "32MB"),
    ("max_wal_size", "256MB"),
    // What a standby may have missed that was away for a while.
    ("wal_keep_size", "128MB"),
    ("timezone", "UTC"),
    ("log_min_messages", "warning"),
    ("logging_collector", "off"),
];

/// Adds lines; of two for one setting the later one holds.
pub(super) fn write(data: &Path, more: &[(&str, &str)]) {
    let path = data.join("postgresql.conf");
    let had = std::fs::read_to_string(&path).unwrap_or_default();
    let mut file = OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let always = if had.contains("unix_socket_directories = ''\n") {
        &[]
    } else {
        ALWAYS
    };
    for (name, value) in always.iter().chain(more) {
        let value = value.replace('\'', "''");
        writeln!(file, "{name} = '{value}'").unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}
