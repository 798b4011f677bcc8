//! Signals that want the program to end.

use tokio::sync::mpsc::UnboundedSender;

use crate::tui::msg::Msg;

/// Posts `Stop` when the program is told to end: the loop then ends as by `q`, and the terminal is
/// given back. Seats stay held, so that the sale can be resumed.
#[cfg(unix)]
pub(super) fn watch(post: &UnboundedSender<Msg>) {
    use tokio::signal::unix::{SignalKind, signal};

    let kinds = [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
    ];
    for kind in kinds {
        // Without a handler the signal ends the program at once, as it always did.
        let Ok(mut stream) = signal(kind) else {
            continue;
        };
        let post = post.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                if post.send(Msg::Stop).is_err() {
                    break;
                }
            }
        });
    }
}

/// Posts `Stop` when the program is told to end.
#[cfg(not(unix))]
pub(super) fn watch(post: &UnboundedSender<Msg>) {
    let post = post.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if post.send(Msg::Stop).is_err() {
                break;
            }
        }
    });
}
