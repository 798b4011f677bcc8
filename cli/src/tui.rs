//! The full-screen terminal interface for staff.
//!
//! `update` takes messages over into the model and `view` draws it; both are pure. `runtime` is
//! the only place that touches the terminal, the network and the clock. The screens know the
//! server by HTTP alone, and never decide about seats or money: they ask.

mod bookings;
mod browse;
mod copy;
mod desk;
mod display;
mod field;
mod filter;
mod hall;
mod help;
mod home;
mod key;
mod keymap;
mod late;
mod list;
mod live;
mod local_time;
mod mirrored;
mod model;
mod msg;
mod naming;
mod overlay;
mod palette;
mod payment;
mod plain;
mod question;
mod quick;
mod runtime;
mod seats;
mod server_clock;
#[cfg(test)]
mod tests;
pub mod theme;
mod ticket;
mod update;
mod view;
mod wording;

pub use keymap::{Keymap, Place};
pub(crate) use wording::{
    case_end, case_how, case_what, paid_by, paid_once, refund_declined, refund_made, refund_waits,
    sells_others, story_said, tender_said,
};

pub(crate) use ticket::{paid_with, several};

pub use runtime::{DisplayOptions, Plain, TuiError, TuiOptions, display, run};
