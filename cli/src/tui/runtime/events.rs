//! What comes from the terminal, as messages.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use crossterm::event::{Event, EventStream, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use futures_util::Stream;

use super::keys;
use crate::{
    moment,
    tui::{
        key::Key,
        msg::{Msg, Turn},
    },
};

/// What was heard.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// This.
    Msg(Msg),
    /// A key, and when it was read.
    Key(Key, Instant),
    /// A text that was pasted.
    Pasted(String),
    /// Nothing came after the last key.
    Silence,
    /// The mouse was pressed in this cell.
    Click(u16, u16),
}

/// Keys, clicks and sizes.
pub(super) struct Events(EventStream);

impl Events {
    pub(super) fn new() -> Self {
        Self(EventStream::new())
    }

    /// Waits for what comes next.
    ///
    /// # Errors
    /// The terminal can't be read.
    pub(super) async fn next(&mut self) -> io::Result<Heard> {
        loop {
            let event = poll_fn(|context| self.poll(context)).await;
            if let Some(msg) = message(event)? {
                return Ok(msg);
            }
        }
    }

    /// What is there already; `None` when there is nothing yet.
    ///
    /// It polls with this task's own waker: the stream keeps the first one it is given until an
    /// event comes, so a waker that wakes nobody would hold the next key up.
    ///
    /// # Errors
    /// The terminal can't be read.
    pub(super) async fn ready(&mut self) -> io::Result<Option<Heard>> {
        let event = poll_fn(|context| match self.poll(context) {
            Poll::Ready(event) => Poll::Ready(Some(event)),
            Poll::Pending => Poll::Ready(None),
        });
        match event.await {
            Some(event) => message(event),
            None => Ok(None),
        }
    }

    /// The library reads a terminal that was closed for ever without coming back, so that is
    /// looked at first.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Event>>> {
        if hung_up() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.0).poll_next(context)
    }
}

/// Whether the terminal at the keyboard's end was closed.
#[cfg(unix)]
fn hung_up() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let at_once = Timespec::default();
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    poll(&mut fds, Some(&at_once)).is_ok() && fds[0].revents().intersects(gone)
}

#[cfg(not(unix))]
fn hung_up() -> bool {
    false
}

/// A terminal event as a message; `None` for what does not concern us.
fn message(event: Option<io::Result<Event>>) -> io::Result<Option<Heard>> {
    match event {
        Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
            Ok(keys::key_of(key).map(|key| Heard::Key(key, moment::tick())))
        }
        Some(Ok(Event::Resize(columns, rows))) => Ok(Some(Heard::Msg(Msg::Resized(columns, rows)))),
        Some(Ok(Event::Paste(text))) => Ok(Some(Heard::Pasted(text))),
        Some(Ok(Event::Mouse(mouse))) => Ok(of_mouse(mouse)),
        Some(Ok(_)) => Ok(None),
        Some(Err(error)) => Err(error),
        // The terminal was closed.
        None => Ok(Some(Heard::Msg(Msg::Stop))),
    }
}

/// What the mouse did; `None` for what does not concern us.
fn of_mouse(mouse: MouseEvent) -> Option<Heard> {
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Heard::Click(mouse.column, mouse.row)),
        MouseEventKind::ScrollUp => Some(Heard::Msg(Msg::Wheel(Turn::Up))),
        MouseEventKind::ScrollDown => Some(Heard::Msg(Msg::Wheel(Turn::Down))),
        _ => None,
    }
}
