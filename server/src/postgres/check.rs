//! Whether a server can be trusted with sales: what is asked of it on every connection, and what is
//! refused with a sentence.

use tokio_postgres::Row;

use super::{address::Settings, open::OpenError};

/// The oldest version that is tried.
const OLDEST: i32 = 15;

/// How statements are planned: once, whatever their values. A plan by the values of the day may be a
/// bad one tomorrow.
pub(super) const PLANS: &str = "force_generic_plan";

/// Citus can't plan every statement without its values. It says so by a price that nobody pays, so
/// the choice has to be left to the server.
pub(super) const PLANS_OF_CITUS: &str = "auto";

/// What every connection asks the server for at its start. What is asked for here stands above what
/// an administrator set for a role or a database, also after a `RESET ALL`. What is missing
/// afterwards was kept from the server by a pooler.
///
/// A commit that was not waited for at the standby says so with a warning and nothing else, so
/// warnings have to be sent whatever anybody set.
pub(super) fn options(synchronous_commit: &str, plans: &str, standby_required: bool) -> String {
    let standby = if standby_required {
        "required"
    } else {
        "optional"
    };
    format!(
        "-c synchronous_commit={synchronous_commit} \
         -c default_transaction_isolation=read\\ committed \
         -c plan_cache_mode={plans} -c jit=off -c timezone=UTC \
         -c statement_timeout=10s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s \
         -c client_min_messages=notice -c houseful.session=ours -c houseful.standby={standby}"
    )
}

/// The same for a connection that only reads, at a standby.
pub(super) const READING: &str = "-c default_transaction_read_only=on \
    -c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC -c statement_timeout=5s \
    -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s -c client_min_messages=notice \
    -c houseful.session=ours";

/// Whether a connection that needs a standby is on a server that waits for none: a condition in SQL.
/// A server may be set up anew while connections to it are in use.
macro_rules! bare {
    () => {
        "(current_setting('houseful.standby', true) IS NOT DISTINCT FROM 'required'
          AND trim(current_setting('synchronous_standby_names')) = '')"
    };
}
pub(crate) use bare;

/// What a server says about itself.
pub(super) const FACTS: &str = "
    SELECT current_setting('server_version_num')::int AS version,
           pg_is_in_recovery() AS standby,
           current_setting('transaction_read_only') AS read_only,
           current_setting('server_encoding') AS encoding,
           current_setting('fsync') AS fsync,
           current_setting('full_page_writes') AS full_page_writes,
           current_setting('synchronous_commit') AS synchronous_commit,
           current_setting('synchronous_standby_names') AS standbys,
           current_setting('default_transaction_isolation') AS isolation,
           current_setting('client_min_messages') AS messages,
           coalesce(current_setting('houseful.session', true), '') AS ours,
           coalesce(current_setting('houseful.disposable', true), '') AS disposable,
           (SELECT system_identifier FROM pg_control_system()) AS cluster,
           CASE WHEN pg_is_in_recovery() THEN ''
                ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline";

/// Where the settings come from that anybody else would get on this server.
pub(super) const SOURCES: &str = "
    SELECT name, setting, source FROM pg_settings
    WHERE name IN ('synchronous_commit', 'default_transaction_isolation')";

/// The answer to [`FACTS`].
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) version: i32,
    pub(super) standby: bool,
    pub(super) read_only: bool,
    pub(super) encoding: String,
    pub(super) fsync: String,
    pub(super) full_page_writes: String,
    pub(super) synchronous_commit: String,
    pub(super) standbys: String,
    pub(super) isolation: String,
    pub(super) messages: String,
    pub(super) ours: bool,
    pub(super) disposable: bool,
    /// The cluster's own number, and the branch of its history it is on.
    pub(super) cluster: i64,
    pub(super) timeline: u32,
}

impl Facts {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        let timeline: String = row.try_get("timeline")?;
        Ok(Self {
            version: row.try_get("version")?,
            standby: row.try_get("standby")?,
            read_only: row.try_get::<_, String>("read_only")? == "on",
            encoding: row.try_get("encoding")?,
            fsync: row.try_get("fsync")?,
            full_page_writes: row.try_get("full_page_writes")?,
            synchronous_commit: row.try_get("synchronous_commit")?,
            standbys: row.try_get("standbys")?,
            isolation: row.try_get("isolation")?,
            messages: row.try_get("messages")?,
            ours: row.try_get::<_, String>("ours")? == "ours",
            disposable: row.try_get::<_, String>("disposable")? == "on",
            cluster: row.try_get("cluster")?,
            timeline: u32::from_str_radix(&timeline, 16).unwrap_or(0),
        })
    }

    /// Why another host should be tried, if this one takes no writes.
    pub(super) fn away(&self) -> Option<&'static str> {
        match self {
            Self { standby: true, .. } => Some("is a standby"),
            Self {
                read_only: true, ..
            } => Some("is set to be read only"),
            _ => None,
        }
    }

    /// Why a server is not read from as a replica of a primary of this cluster.
    pub(super) fn no_replica(&self, cluster: Option<i64>) -> Option<&'static str> {
        match self {
            Self { standby: false, .. } => Some("is no standby: it would take writes itself"),
            _ if cluster.is_some_and(|c| c != self.cluster) => Some("is of another cluster"),
            Self { ours: false, .. } => Some(
                "stands behind a pooler, which would mix up what belongs to one connection; name the server itself",
            ),
            _ => None,
        }
    }

    /// Refuses what could lose or mix up sales.
    pub(super) fn check(&self, server: &str, settings: &Settings) -> Result<(), OpenError> {
        if self.version < OLDEST * 10_000 {
            let (server, has) = (server.to_owned(), self.version / 10_000);
            return Err(OpenError::TooOld {
                server,
                has,
                needs: OLDEST,
            });
        }
        if !self.ours {
            return Err(OpenError::Pooler {
                server: server.to_owned(),
            });
        }
        let bad = |setting, value: &str, why, next| {
            Err(unsafe_setting(server, setting, value, "", why, next))
        };
        if self.encoding != "UTF8" {
            let why = "names of people and films would not survive";
            return bad("server_encoding", &self.encoding, why, ENCODING);
        }
        if !self.disposable {
            let why =
                "a power cut would lose sales that were answered with yes, or the whole database";
            for (setting, value) in [
                ("fsync", &self.fsync),
                ("full_page_writes", &self.full_page_writes),
            ] {
                if value != "on" {
                    return bad(setting, value, why, SWITCH_ON);
                }
            }
        }
        if !["on", "remote_apply"].contains(&self.synchronous_commit.as_str()) {
            return bad(
                "synchronous_commit",
                &self.synchronous_commit,
                LOSES,
                SWITCH_ON,
            );
        }
        if self.isolation != "read committed" {
            return bad(
                "default_transaction_isolation",
                &self.isolation,
                ISOLATION,
                RESET,
            );
        }
        if self.messages != "notice" {
            let next = "reset it";
            return bad("client_min_messages", &self.messages, UNHEARD, next);
        }
        if settings.standby_required && self.standbys.trim().is_empty() {
            let why = "standby=required was asked for, and this server waits for none";
            let next = "name the standbys, or take standby=required out of the address";
            return bad("synchronous_standby_names", "''", why, next);
        }
        Ok(())
    }
}

const LOSES: &str = "a power cut would lose sales that were answered with yes";
const ISOLATION: &str = "a commit that lost a race would fail instead of saying so";
const UNHEARD: &str = "a sale that no standby has would look like any other";
const SWITCH_ON: &str = "set it to on and reload the server";
const RESET: &str = "set it to 'read committed', or reset it";
const ENCODING: &str = "create the database with ENCODING 'UTF8' TEMPLATE template0";

/// Looks at what anybody else would get: our own connections ask for what they need, yet a server,
/// role or database that is set up otherwise was set up by somebody who means something else.
pub(super) fn check_source(
    server: &str,
    (name, value, source): (&str, &str, &str),
) -> Result<(), OpenError> {
    let whose = match source {
        "database" => " for this database",
        "user" => " for this role",
        "database user" => " for this role in this database",
        "client" => " in the address",
        _ => "",
    };
    match (name, value) {
        ("synchronous_commit", "off" | "local") => Err(unsafe_setting(
            server,
            "synchronous_commit",
            value,
            whose,
            LOSES,
            SWITCH_ON,
        )),
        ("default_transaction_isolation", other) if other != "read committed" => {
            let setting = "default_transaction_isolation";
            Err(unsafe_setting(
                server, setting, value, whose, ISOLATION, RESET,
            ))
        }
        _ => Ok(()),
    }
}

fn unsafe_setting(
    server: &str,
    setting: &'static str,
    value: &str,
    whose: &str,
    why: &'static str,
    next: &'static str,
) -> OpenError {
    OpenError::Unsafe {
        server: server.to_owned(),
        setting,
        value: value.to_owned(),
        whose: whose.to_owned(),
        why,
        next,
    }
}
