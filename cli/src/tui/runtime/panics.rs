//! Panics while the screens are on. One of the screens ends the program, and the terminal is given
//! back first so that its message can be read. One anywhere else (the server of this process, a
//! request) ends what it happened in and is told on the screens, which go on.

use std::{
    future::Future,
    panic,
    sync::{Mutex, Once, PoisonError},
};

use tokio::sync::mpsc::UnboundedSender;

use super::screen;
use crate::{error, tui::msg::Msg};

tokio::task_local! {
    /// Set while the task of the screens runs, whatever thread it is on.
    static SCREENS: ();
}

static HOOK: Once = Once::new();
/// Where panics elsewhere are told.
static ELSEWHERE: Mutex<Option<UnboundedSender<Msg>>> = Mutex::new(None);

/// Runs the screens; `post` hears of panics that are not theirs.
pub(super) async fn watched<T>(post: &UnboundedSender<Msg>, screens: impl Future<Output = T>) -> T {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let ours = SCREENS.try_with(|()| ()).is_ok();
            if ours {
                screen::restore();
            }
            before(info);
            if !ours {
                tell(info);
            }
        }));
    });
    listen(Some(post.clone()));
    let done = SCREENS.scope((), screens).await;
    listen(None);
    done
}

fn listen(post: Option<UnboundedSender<Msg>>) {
    *ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner) = post;
}

fn tell(info: &panic::PanicHookInfo<'_>) {
    let post = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(post) = &*post else { return };
    let what = info.payload_as_str().unwrap_or("no message");
    let place = info
        .location()
        .map_or_else(String::new, |l| format!(" ({}:{})", l.file(), l.line()));
    // Nobody listens any more when the program ends.
    let _ = post.send(Msg::Mishap {
        what: format!("{what}{place}"),
        file: error::last_report().map(|file| file.display().to_string()),
    });
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[tokio::test]
    async fn a_panic_elsewhere_is_told_and_leaves_the_terminal_alone() {
        let (post, mut inbox) = unbounded_channel();
        screen::pretend_entered(true);
        let told = watched(&post, async {
            assert!(
                SCREENS.try_with(|()| ()).is_ok(),
                "one of the screens is theirs"
            );
            let broke = tokio::spawn(async { panic!("the feed broke") }).await;
            assert!(broke.is_err());
            // Other tests may break at the same time, and are heard too.
            loop {
                match inbox.recv().await {
                    Some(Msg::Mishap { what, .. }) if !what.contains("the feed broke") => {}
                    heard => return heard,
                }
            }
        })
        .await;
        assert!(
            screen::pretend_entered(false),
            "the terminal was given back"
        );
        let Some(Msg::Mishap { what, .. }) = told else {
            panic!("not told, but {told:?}");
        };
        assert!(what.contains("the feed broke"), "{what}");
    }
}
