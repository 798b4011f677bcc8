//! Signals that want the program to end, to stand aside or to go on.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

#[cfg(unix)]
use crate::tui::key::Key;
use crate::{moment, tui::msg::Msg};

/// How long the program may take to end after its terminal was closed: nobody could stop it then.
const HANG_UP: Duration = Duration::from_secs(10);

/// Posts what signals want. `Stop` ends the loop as by `q`, and the terminal is given back; seats
/// stay held, so that the sale can be resumed. Once nobody listens any more, a signal does what it
/// does to every program.
#[cfg(unix)]
pub(super) fn watch(post: &UnboundedSender<Msg>) {
    use rustix::process::Signal;

    for (signal, msg) in [
        (Signal::TERM, Msg::Stop),
        (Signal::HUP, Msg::Stop),
        (Signal::INT, Msg::Stop),
        (Signal::TSTP, Msg::Suspend),
        (Signal::CONT, Msg::Continued),
    ] {
        pass_on(signal.as_raw(), msg, post.clone());
    }
}

/// The same for plain mode, where Ctrl-C at a terminal is a signal and means what its key means on
/// the screens, and the shell's own way of standing still is as good as any.
#[cfg(unix)]
pub(super) fn watch_plain(post: &UnboundedSender<Msg>, at_terminal: bool) {
    use rustix::process::Signal;

    let interrupt = if at_terminal {
        Msg::Key(Key::Ctrl('c'))
    } else {
        Msg::Stop
    };
    for (signal, msg) in [
        (Signal::TERM, Msg::Stop),
        (Signal::HUP, Msg::Stop),
        (Signal::INT, interrupt),
    ] {
        pass_on(signal.as_raw(), msg, post.clone());
    }
}

/// Listens from now on: a signal that comes while the first screen is drawn is heard too.
#[cfg(unix)]
fn pass_on(signal: i32, msg: Msg, post: UnboundedSender<Msg>) {
    use tokio::signal::unix::{SignalKind, signal as listen};

    // Without a handler the signal does at once what it always did.
    let Ok(mut signals) = listen(SignalKind::from_raw(signal)) else {
        return;
    };
    let hang_up = signal == rustix::process::Signal::HUP.as_raw();
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            let heard = post.send(msg.clone()).is_ok();
            // A closed terminal may have ended the loop before its signal was passed on: what is
            // left of the program has as much time as if it had heard.
            if hang_up {
                moment::pause(HANG_UP).await;
            }
            if !heard || hang_up {
                // It fails for signals that have no effect by themselves.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    });
}

/// Whether a shell with job control waits behind this program: then it has a group of processes of
/// its own. Without one nobody could bring it back.
#[cfg(unix)]
pub(super) fn has_shell() -> bool {
    use rustix::process::{getpgrp, getsid};
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Whether the terminal is this program's, and not that of the shell it was started from: who is
/// continued in the background is stopped again at the first touch of the terminal.
#[cfg(unix)]
pub(super) fn in_foreground() -> bool {
    let owner = rustix::termios::tcgetpgrp(std::io::stdin());
    owner.is_ok_and(|owner| owner == rustix::process::getpgrp())
}

/// Stops this program, and what was started together with it, until somebody continues it: then
/// `Continued` is posted.
///
/// # Errors
/// The operating system does not let us.
#[cfg(unix)]
pub(super) fn stand_still() -> std::io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    Ok(kill_current_process_group(Signal::STOP)?)
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

/// The same for plain mode.
#[cfg(not(unix))]
pub(super) fn watch_plain(post: &UnboundedSender<Msg>, _at_terminal: bool) {
    watch(post);
}

/// Programs do not share a terminal here.
#[cfg(not(unix))]
pub(super) fn in_foreground() -> bool {
    true
}

/// Nothing can bring a program back here.
#[cfg(not(unix))]
pub(super) fn has_shell() -> bool {
    false
}

/// There is no such thing here.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub(super) fn stand_still() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
