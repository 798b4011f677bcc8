//! The tests that need more than one crate, in one program.

mod bad_days;
mod catalogue;
mod cli_dry_run;
mod cli_money;
mod cli_serve;
mod cli_unknown;
mod commands;
mod contest;
mod crash;
mod demo;
mod dependencies;
mod embedded;
mod evening;
mod examples;
mod faulty;
mod fixtures;
mod golden;
mod http_bad_input;
mod http_log;
mod http_lookup;
mod http_money;
mod http_roles;
mod http_sale;
mod http_seats;
mod http_server;
mod model;
mod money;
mod races;
mod readme;
mod scenarios;
mod store_contract;
mod store_sqlite;
mod terminals;

use houseful_tests::program;
