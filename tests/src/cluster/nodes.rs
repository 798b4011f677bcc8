//! A database that says that Citus has its tables. It has not: everything stands on one server, and
//! what is shown with it is how the program goes by what a database says.

use houseful_server::postgres::{DISTRIBUTED, Database, REFERENCE};

use super::Cluster;

impl Cluster {
    /// Has a database say that Citus has these tables of it.
    ///
    /// # Panics
    /// There is no such table, or it said so before.
    pub fn pretend_nodes(&self, url: &str, tables: &[&str]) {
        let rows: Vec<String> = tables.iter().map(|t| format!("('{t}')")).collect();
        let rows = rows.join(", ");
        self.admin_in(
            url,
            &format!(
                "SET allow_system_table_mods = on;
                 CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass);
                 GRANT SELECT ON pg_catalog.pg_dist_partition TO PUBLIC;
                 INSERT INTO pg_catalog.pg_dist_partition VALUES {rows}"
            ),
        );
    }

    /// A database with the schema in it that says so of all tables that Citus would have.
    ///
    /// # Panics
    /// The server does not make it.
    pub async fn database_of_nodes(&self) -> String {
        let url = self.database();
        let db = Database::open(Self::settings(&url)).await;
        db.expect("a database that can be used").close();
        self.pretend_nodes(&url, &tables_of_nodes());
        url
    }
}

/// All tables that Citus would have.
#[must_use]
pub fn tables_of_nodes() -> Vec<&'static str> {
    DISTRIBUTED.iter().chain(REFERENCE).copied().collect()
}
