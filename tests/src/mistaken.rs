//! The full screen with a mistake in it, for the tests that the terminal survives one: this
//! program panics when a file appears, on the thread that draws or on another one. The program that
//! people get has no such switch.
//!
//! `houseful-mistaken drawing|elsewhere FILE`

use std::{path::PathBuf, process::ExitCode, time::Duration};

use houseful::{
    client::Client,
    error::ExitStatus,
    state::State,
    tui::{self, TuiError, TuiOptions},
};
use houseful_tests::wait;

/// Nobody listens there: the screens say so, and go on.
const NO_SERVER: &str = "http://127.0.0.1:1";
/// As long as the test may take.
const PATIENCE_S: u64 = 60;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let (Some(place), Some(file)) = (args.get(1), args.get(2).map(PathBuf::from)) else {
        return ExitCode::from(ExitStatus::Usage.code());
    };
    let elsewhere = place == "elsewhere";
    houseful::guarded(move || {
        let Ok(runtime) = tokio::runtime::Runtime::new() else {
            return ExitStatus::Failed;
        };
        let done = runtime.block_on(look(elsewhere, file));
        runtime.shutdown_background();
        done
    })
}

async fn look(elsewhere: bool, file: PathBuf) -> ExitStatus {
    let screens = async {
        let Ok(client) = Client::new(NO_SERVER, None, Duration::from_secs(1)) else {
            return ExitStatus::Failed;
        };
        match tui::run(TuiOptions::default(), client, State::new(None)).await {
            Ok(()) => ExitStatus::Done,
            Err(TuiError::NoServer(_)) => ExitStatus::Unreachable,
            Err(_) => ExitStatus::Failed,
        }
    };
    if elsewhere {
        std::thread::spawn(move || {
            wait::until("the file", PATIENCE_S, || file.exists().then_some(()));
            panic!("a mistake on purpose");
        });
        return screens.await;
    }
    let appears = async {
        let look = async || file.exists().then_some(());
        wait::until_async("the file", PATIENCE_S, look).await;
        panic!("a mistake on purpose");
    };
    // One task on one thread: what is asked of the screens happens below the same roof.
    tokio::select! {
        done = screens => done,
        () = appears => ExitStatus::Failed,
    }
}
