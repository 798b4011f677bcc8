//! Tests of the screens without a terminal and without a server: scripted keys, answers by the
//! rules of `core`, and the drawn lines.

mod begun;
mod bookings;
mod browse;
mod copy;
mod display;
mod far;
mod grid;
mod halls;
mod house;
mod keystrokes;
mod late;
mod layers;
mod link;
mod live;
mod losses;
mod many;
mod meant;
mod mirrored;
mod mouse;
mod narrow;
mod palette;
mod picking;
mod plain;
mod prices;
mod quick;
mod sale;
mod screens;
mod steps;
mod tidy;
mod time;
mod trouble;
mod vouchers;
