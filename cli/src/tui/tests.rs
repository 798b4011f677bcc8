//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod far;
mod house;
mod keystrokes;
mod losses;
mod mirrored;
mod quick;
mod sale;
mod screens;
mod time;
mod trouble;
