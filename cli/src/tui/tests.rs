//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod far;
mod grid;
mod halls;
mod house;
mod losses;
mod picking;
mod sale;
mod screens;
mod steps;
mod time;
mod trouble;
