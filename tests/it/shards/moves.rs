//! Slots that move while people buy.
