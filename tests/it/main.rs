//! The tests that need more than one crate, in one program.

mod dependencies;
mod fixtures;
mod http_sale;
mod model;
mod money;
mod scenarios;
mod store_contract;
mod store_sqlite;
