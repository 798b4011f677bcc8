//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod bookings;
mod far;
mod house;
mod live;
mod losses;
mod many;
mod sale;
mod screens;
mod time;
mod trouble;
