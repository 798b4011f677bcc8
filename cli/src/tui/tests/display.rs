//! The customer's display, and a house that answers it.

use super::house::{START, Till, refused};
use crate::{
    mirror::{Picture, Posted, Seen, Stage},
    tui::{
        display::{Display, DisplayMsg},
        msg::{Answer, Ask, Effect, Generation, Msg, News},
    },
};

/// A display whose till shows the first show, and the questions it has asked and was not answered.
struct Counter {
    house: Till,
    display: Display,
    asked: Vec<(Generation, Ask)>,
    now: houseful_core::time::UtcMillis,
    feed: Option<Generation>,
    /// Which questions are refused.
    refuses: fn(&Ask) -> bool,
}

impl Counter {
    fn open(refuses: fn(&Ask) -> bool) -> Self {
        let house = Till::open();
        let picture = Picture {
            show: house.shows[0].id,
            stage: Stage::Seats,
            lines: Vec::new(),
            fee: None,
            total: None,
            change: None,
        };
        let posted = Posted {
            server: "http://127.0.0.1:1".into(),
            picture: Some(picture),
        };
        let mut counter = Self {
            house,
            display: Display::of("till".into()),
            asked: Vec::new(),
            now: START,
            feed: None,
            refuses,
        };
        counter.send(DisplayMsg::Any(Msg::Resized(80, 24)));
        counter.send(DisplayMsg::Till(Seen::Open(posted)));
        counter
    }

    fn send(&mut self, msg: DisplayMsg) {
        for effect in self.display.update(msg, self.now) {
            match effect {
                Effect::Ask(generation, ask) => self.asked.push((generation, ask)),
                Effect::Watch(generation, _) => self.feed = Some(generation),
                _ => {}
            }
        }
        while let Some((generation, ask)) = self.asked.pop() {
            let result = if (self.refuses)(&ask) {
                Err(refused("internal"))
            } else {
                self.house.result(&ask)
            };
            let heard = None;
            self.send(DisplayMsg::Any(Msg::Answer(Answer {
                generation,
                heard,
                result,
            })));
        }
    }

    /// Lets time pass as the runtime does.
    fn pass(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        for _ in 0..1_000 {
            match self.display.wake_at() {
                Some(at) if at < end => self.now = at.max(self.now),
                _ => break,
            }
            self.send(DisplayMsg::Any(Msg::Tick));
        }
        self.now = end;
        self.send(DisplayMsg::Any(Msg::Tick));
    }
}

#[test]
fn a_hall_that_was_refused_is_asked_for_again() {
    let refusals: [fn(&Ask) -> bool; 3] = [
        |ask| matches!(ask, Ask::Layout(_)),
        |ask| matches!(ask, Ask::Seats(_)),
        |ask| matches!(ask, Ask::Show(_)),
    ];
    for refuses in refusals {
        let mut counter = Counter::open(refuses);
        assert!(counter.display.for_customer().is_none());
        counter.pass(12_000);
        assert!(counter.display.for_customer().is_none());
        counter.refuses = |_| false;
        counter.pass(6_000);
        assert!(counter.display.for_customer().is_some());
        assert_eq!(counter.display.wake_at(), None, "it is asked no more");
    }
}

#[test]
fn what_others_did_fades_by_itself() {
    let mut counter = Counter::open(|_| false);
    assert_eq!(counter.display.wake_at(), None);
    counter.house.somebody_holds(&["C5", "C6"]);
    let map = News::Map(Box::new(counter.house.state.seat_map(7)));
    let feed = counter.feed.expect("a feed");
    counter.send(DisplayMsg::Any(Msg::Feed(feed, map)));
    let fades = counter.display.seats.as_ref().map(|s| s.others.fades_at());
    let fades = fades.flatten().expect("something stands out");
    assert_eq!(counter.display.wake_at(), Some(fades));
}
