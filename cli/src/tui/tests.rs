//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod far;
mod house;
mod losses;
mod plain;
mod sale;
mod screens;
mod time;
mod trouble;
