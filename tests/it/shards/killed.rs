//! Moves that are cut off.
