//! Stripe: the contract of providers, what a house makes of its answers and silences, its messages,
//! and its list.

mod contract;
mod faults;
mod later;
mod listed;
mod refunds;
mod shop;
mod soak;
mod tampered;
mod tokens;
mod webhooks;
