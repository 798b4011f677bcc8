//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod copy;
mod far;
mod house;
mod keystrokes;
mod link;
mod losses;
mod mouse;
mod palette;
mod quick;
mod sale;
mod screens;
mod time;
mod trouble;
