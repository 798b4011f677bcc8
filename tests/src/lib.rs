//! What the tests of the whole product share.

pub mod apart;
pub mod cluster;
pub mod contest;
pub mod crowd;
pub mod failover;
pub mod folder;
pub mod kafka;
pub mod load;
pub mod made_up;
pub mod patroni;
pub mod picture;
pub mod program;
pub mod proxy;
pub mod scenario;
pub mod stripe_double;
pub mod terminal;
pub mod test_app;
pub mod tills;
pub mod wait;
pub mod watched;
pub mod witness;
