//! The tests that need more than one crate, in one program.

mod dependencies;
mod fixtures;
mod http_bad_input;
mod http_roles;
mod http_sale;
mod http_seats;
mod http_server;
mod model;
mod money;
mod scenarios;
