//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod far;
mod grid;
mod halls;
mod house;
mod keystrokes;
mod losses;
mod mirrored;
mod picking;
mod plain;
mod quick;
mod sale;
mod screens;
mod steps;
mod time;
mod trouble;
