//! Lines from standard input, whatever it is: a keyboard, a pipe, a file.

use std::io::{self, BufRead, Read};

use tokio::sync::mpsc::{Receiver, channel};

/// The longest line worth reading; what is beyond is left out.
const BYTES_MAX: u64 = 4_096;
/// How many lines may wait. A pipe is read no further until they are heard.
const AHEAD_MAX: usize = 16;

/// Reads lines on a thread of its own, which nobody waits for: reading a terminal can't be stopped.
/// The channel closes at the end of the input.
pub(super) fn read() -> Receiver<String> {
    let (post, lines) = channel(AHEAD_MAX);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(line) = line(&mut input) {
            if post.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// The next line; `None` at the end, or when nothing more can be read.
fn line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    let count = input.by_ref().take(BYTES_MAX).read_until(b'\n', &mut bytes);
    if count.ok()? == 0 {
        return None;
    }
    if bytes.last() != Some(&b'\n') {
        // The rest of a line that is too long, or nothing at the end of the input.
        input.skip_until(b'\n').ok()?;
    }
    let line = String::from_utf8_lossy(&bytes);
    Some(line.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_to_the_end_whatever_is_in_them() {
        let long = "x".repeat(10_000);
        let text = format!("1\r\n\n{long}\nlast");
        let mut input = [text.as_bytes(), &[b'\n', 0xff, b'!']].concat();
        input.push(b'\n');
        let mut input = input.as_slice();
        assert_eq!(line(&mut input).as_deref(), Some("1"));
        assert_eq!(line(&mut input).as_deref(), Some(""));
        let cut = line(&mut input).map(|l| l.len());
        assert_eq!(cut, Some(4_096));
        assert_eq!(line(&mut input).as_deref(), Some("last"));
        assert_eq!(line(&mut input).as_deref(), Some("\u{fffd}!"));
        assert_eq!(line(&mut input), None);
    }
}
