//! The three roles of Houseful: catalogue, booking and payment.
//!
//! ```text
//! routes ── parse, one call, answer ──┬── lane ── decide in memory, commit per batch ── store
//!                                     ├── catalogue ── a snapshot in memory
//!                                     └── payment ── provider, outbox ── bus ── lane
//! ```
//!
//! Rules live in `houseful-core`; a backend of [`store`] knows no business word. Every room that
//! keeps something has a trait with its contract and a file for each kind of database; [`database`]
//! opens one and hands out its rooms, and nothing above knows which kind runs.

pub mod app;
pub mod audit;
pub mod auth;
mod base64url;
pub mod bus;
pub mod catalogue;
pub mod chance;
pub mod clock;
pub mod copies;
pub mod database;
pub mod find;
mod fold;
pub mod follow;
pub mod house;
pub mod hub;
pub mod lane;
pub mod limits;
mod numbers;
pub mod openapi;
pub mod payment;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod problem;
pub mod replicas;
mod request;
pub mod roles;
mod routes;
mod schema;
pub mod shards;
pub mod store;
pub mod timer;
