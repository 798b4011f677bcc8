//! The rules of Houseful: seats, holds, prices, money, and the words for them.
//!
//! Nothing here does input or output. No function reads a clock, draws a random number or
//! waits; where a rule needs the world (the time, a fresh code) the world is passed in. The
//! server decides with these functions and the screens draw with the same ones, so both agree on
//! whether a hold is alive.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | cinema, screen | a house in a city; a room in it |
//! | show | one screening of a movie on a screen; the unit of every decision |
//! | seat layout | the seats of a screen at one version, drawn as text |
//! | seat category | where one sits (standard, premium, wheelchair) |
//! | ticket type | who sits (adult, child) |
//! | price card | category x ticket type -> price |
//! | booking | the purchase; a *hold* is a booking in state `held` |
//! | free, held, booked, blocked | the four states of a seat |
//! | expires, released | a hold runs out; a hold is given up by its owner |
//! | secured | paid for in principle: seats are the buyer's, the capture is under way |
//! | payment, tender, refund | money in, one means of it, money back |
//! | `(ver, tip)` | a show's version and the random value written with it |

pub mod availability;
pub mod best;
pub mod code;
pub mod expiry;
pub mod ids;
pub mod layout;
pub mod message;
pub mod money;
pub mod orphan;
pub mod price;
pub mod refund;
pub mod refusal;
pub mod sale;
pub mod seat;
pub mod show;
pub mod text;
pub mod time;
pub mod wire;
