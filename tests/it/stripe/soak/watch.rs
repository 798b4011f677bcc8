//! Whoever watches over a run that takes long: it must not end, or stop going on, without a word.

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use houseful_tests::wait;
use tokio::signal::unix::{SignalKind, signal};

/// How often it says how far everything is.
const SAY_EVERY: Duration = Duration::from_secs(30);
/// A run that looks the same for so many times has come to a standstill.
const STILL_MAX: u32 = 20;
/// What a program that broke down ends with.
const BROKE_DOWN: i32 = 101;

/// A run that is watched.
pub(super) struct Watch {
    is_over: Arc<AtomicBool>,
    breakdowns: Arc<AtomicU64>,
}

impl Watch {
    /// Watches over this process, of which `told` says how far it is. To be called in a run of its own:
    /// what breaks down in other tests beside it would count.
    pub(super) fn over(told: impl Fn() -> String + Send + 'static) -> Self {
        let watch = Self {
            is_over: Arc::default(),
            breakdowns: Arc::default(),
        };
        let (breakdowns, before) = (Arc::clone(&watch.breakdowns), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |why| {
            breakdowns.fetch_add(1, Ordering::SeqCst);
            before(why);
        }));
        for (kind, name) in [
            (SignalKind::terminate(), "TERM"),
            (SignalKind::hangup(), "HUP"),
            (SignalKind::interrupt(), "INT"),
        ] {
            let mut signals = signal(kind).expect("a signal that can be heard");
            tokio::spawn(async move {
                signals.recv().await;
                end(&format!("somebody sent {name}"));
            });
        }
        let is_over = Arc::clone(&watch.is_over);
        // A thread of its own: where all tasks stand still, none of them says so.
        std::thread::spawn(move || {
            let (mut last, mut still) = (String::new(), 0);
            while !is_over.load(Ordering::SeqCst) {
                wait::until_time(wait::from_now(SAY_EVERY));
                let now = told();
                still = if now == last { still + 1 } else { 0 };
                if still == STILL_MAX {
                    end(&format!("a standstill: {now}"));
                }
                eprintln!("... {now}");
                last = now;
            }
        });
        watch
    }

    /// Ends it.
    ///
    /// # Panics
    /// Something broke down beside what the run itself looks at.
    pub(super) fn ends(self) {
        self.is_over.store(true, Ordering::SeqCst);
        let breakdowns = self.breakdowns.load(Ordering::SeqCst);
        assert_eq!(breakdowns, 0, "tasks of the house broke down; see above");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.is_over.load(Ordering::SeqCst) {
            eprintln!("the run ends before its end");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever watches can't end the test that stands still"
)]
fn end(why: &str) {
    eprintln!("the run is over: {why}");
    // What can't be written any more is lost.
    let _ = std::io::stdout().flush();
    std::process::exit(BROKE_DOWN);
}
