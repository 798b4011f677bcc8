//! The server's time as this client knows it, from the time that every answer carries.
//!
//! `now` is always given: local milliseconds that only ever go forward.

use houseful_core::time::UtcMillis;

/// What time an answer told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Local time when the answer was there.
    pub at: UtcMillis,
    /// The server's time at that moment, as well as it is known.
    pub server_at: UtcMillis,
    /// How long request and answer took: the server's time may be wrong by half of it.
    pub round_trip_ms: i64,
}

/// The server's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerClock {
    sample: Option<Heard>,
    /// Milliseconds of the server's time in one of ours; 0 when its clock is set by hand.
    speed: i64,
}

impl Default for ServerClock {
    fn default() -> Self {
        Self {
            sample: None,
            speed: 1,
        }
    }
}

impl ServerClock {
    /// Takes over how fast the server's clock runs; 0 for one that is set by hand.
    pub fn set_speed(&mut self, speed: u32) {
        self.speed = i64::from(speed);
    }

    /// Whether the server's clock moves only when somebody sets it.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        self.speed == 0
    }

    /// Takes over the time of an answer, if it is better known than what we have: the quicker the
    /// answer, the better.
    pub fn hear(&mut self, heard: Heard) {
        let Some(old) = self.sample else {
            self.sample = Some(heard);
            return;
        };
        let age_s = heard.at.ms_since(old.at) / 1_000;
        let off_by = heard.server_at.ms_since(self.at(heard.at)).saturating_abs();
        let slack = heard.round_trip_ms.saturating_mul(self.speed) + 1_000;
        let better = heard.round_trip_ms <= old.round_trip_ms.saturating_add(age_s);
        if better || off_by > slack || self.is_manual() {
            self.sample = Some(heard);
        }
    }

    /// The server's time at this local time; the local time itself before the first answer.
    #[must_use]
    pub fn at(&self, local: UtcMillis) -> UtcMillis {
        self.sample.map_or(local, |s| {
            s.server_at
                .plus_ms(local.ms_since(s.at).saturating_mul(self.speed))
        })
    }

    /// The first local millisecond at which the server's time is not before `server`; `None` when
    /// its clock stands.
    #[must_use]
    pub fn local_of(&self, server: UtcMillis, local_now: UtcMillis) -> Option<UtcMillis> {
        if self.is_manual() {
            return None;
        }
        let ahead = server.ms_since(self.at(local_now));
        let speed = self.speed.max(1);
        let wait = ahead.saturating_add(speed - 1).div_euclid(speed);
        Some(local_now.plus_ms(wait.max(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(at: i64, server: i64, round_trip_ms: i64) -> Heard {
        Heard {
            at: UtcMillis(at),
            server_at: UtcMillis(server),
            round_trip_ms,
        }
    }

    #[test]
    fn the_quickest_answer_sets_the_clock() {
        let mut clock = ServerClock::default();
        clock.hear(heard(100, 5_100, 100));
        assert_eq!(clock.at(UtcMillis(200)), UtcMillis(5_200));
        clock.hear(heard(600, 5_700, 400));
        assert_eq!(
            clock.at(UtcMillis(600)),
            UtcMillis(5_600),
            "too slow to be better"
        );
        clock.hear(heard(710, 5_720, 10));
        assert_eq!(clock.at(UtcMillis(710)), UtcMillis(5_720));
    }

    #[test]
    fn a_fast_clock_runs_fast_and_a_manual_one_stands() {
        let mut clock = ServerClock::default();
        clock.set_speed(60);
        clock.hear(heard(0, 1_000, 0));
        assert_eq!(clock.at(UtcMillis(100)), UtcMillis(7_000));
        let end = clock.local_of(UtcMillis(7_001), UtcMillis(100));
        assert_eq!(end, Some(UtcMillis(101)));
        clock.set_speed(0);
        assert_eq!(clock.at(UtcMillis(9_999)), UtcMillis(1_000));
        assert_eq!(clock.local_of(UtcMillis(7_000), UtcMillis(100)), None);
        clock.hear(heard(10_500, 301_000, 500));
        assert_eq!(clock.at(UtcMillis(10_500)), UtcMillis(301_000));
    }
}
