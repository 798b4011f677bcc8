//! A house whose servers speak through a real Kafka, and what becomes of its money when that stops,
//! dies, freezes, forgets, repeats, shuffles, or is told lies.

#![expect(clippy::expect_used, reason = "a test says what it expected and stops")]

mod failures;
mod sales;
mod seats;
mod settings;
