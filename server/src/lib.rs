//! The three roles of Houseful: catalogue, booking and payment.
//!
//! ```text
//! routes ── parse, one call, answer ──┬── lane ── decide in memory, commit per batch ── store
//!                                     ├── catalogue ── a snapshot in memory
//!                                     └── payment ── provider, outbox ── bus ── lane
//! ```
//!
//! Rules live in `houseful-core`; a backend of [`store`] knows no business word; nothing above
//! `store` and `bus` knows which backend runs.

pub mod app;
pub mod audit;
pub mod auth;
pub mod bus;
pub mod catalogue;
pub mod chance;
pub mod clock;
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
pub mod problem;
mod request;
mod routes;
pub mod store;
pub mod timer;
