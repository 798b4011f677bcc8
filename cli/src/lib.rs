//! The `houseful` program: commands and screens for a Houseful server.
//!
//! Everything here speaks HTTP. Only the commands that run a server may name the server crate.

pub mod client;
pub mod moment;

/// Runs the program.
pub fn main() {}
