//! Reads a stream of server-sent events, as the HTML standard describes it.
//!
//! Bytes go in as the network brings them, whole events come out. No clock, no connection.

/// The longest event that is read; a seat map of the largest hall is far smaller.
const EVENT_BYTES_MAX: usize = 4 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name; `message` when the stream gave none.
    pub name: String,
    /// Its lines, joined with line feeds.
    pub data: String,
    /// The last id that was seen, with this event or before it.
    pub id: String,
}

/// The stream sent an event that is longer than anything we would read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is longer than {EVENT_BYTES_MAX} bytes")]
pub struct TooLong;

/// A reader of one stream. A new connection needs a new reader.
#[derive(Debug, Default)]
pub struct SseReader {
    /// The line that is not finished yet.
    line: Vec<u8>,
    /// A carriage return ended the last line; a line feed now would belong to it.
    after_cr: bool,
    /// Whether the first line is over, where a byte order mark may stand.
    begun: bool,
    name: String,
    data: String,
    has_data: bool,
    id: String,
    retry_ms: Option<u64>,
}

impl SseReader {
    /// Takes the next bytes and gives the events that they complete.
    ///
    /// # Errors
    /// An event is longer than 4 MiB.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<SseEvent>, TooLong> {
        let mut events = Vec::new();
        for byte in bytes {
            let swallowed = *byte == b'\n' && std::mem::take(&mut self.after_cr);
            if swallowed {
                continue;
            }
            self.after_cr = *byte == b'\r';
            if matches!(byte, b'\r' | b'\n') {
                let line = std::mem::take(&mut self.line);
                events.extend(self.end_line(&line));
            } else {
                self.line.push(*byte);
                if self.line.len() + self.data.len() > EVENT_BYTES_MAX {
                    return Err(TooLong);
                }
            }
        }
        Ok(events)
    }

    /// How long the stream asks to wait before connecting again.
    #[must_use]
    pub fn retry_ms(&self) -> Option<u64> {
        self.retry_ms
    }

    fn end_line(&mut self, line: &[u8]) -> Option<SseEvent> {
        let first = !std::mem::replace(&mut self.begun, true);
        let line = line.strip_prefix(BOM).filter(|_| first).unwrap_or(line);
        if line.is_empty() {
            return self.dispatch();
        }
        let text = String::from_utf8_lossy(line);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.data.push_str(value);
                self.has_data = true;
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                self.retry_ms = value.parse().ok();
            }
            // A comment (empty field) or a field of the future.
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        std::mem::take(&mut self.has_data).then(|| SseEvent {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            id: self.id.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All events of `stream`, given in pieces of `piece` bytes.
    fn read(stream: &[u8], piece: usize) -> Vec<SseEvent> {
        let mut reader = SseReader::default();
        stream
            .chunks(piece)
            .flat_map(|chunk| reader.push(chunk).expect("short events"))
            .collect()
    }

    fn event(name: &str, data: &str, id: &str) -> SseEvent {
        SseEvent {
            name: name.to_owned(),
            data: data.to_owned(),
            id: id.to_owned(),
        }
    }

    #[test]
    fn every_line_ending_and_every_split_gives_the_same_events() {
        let lines = [
            ": hello",
            "event: map",
            "id: 1-00",
            "data: {\"a\":",
            "data: 1}",
            "",
            "data: zwei ü",
            "",
            "",
        ];
        let expected = [
            event("map", "{\"a\":\n1}", "1-00"),
            event("message", "zwei ü", "1-00"),
        ];
        for end in ["\n", "\r\n", "\r"] {
            let stream = lines.join(end) + end;
            for piece in 1..=stream.len() {
                assert_eq!(read(stream.as_bytes(), piece), expected, "{end:?} {piece}");
            }
        }
    }

    #[test]
    fn the_examples_of_the_standard_are_read_as_it_says() {
        let stock = "data: YHOO\ndata: +2\ndata: 10\n\n";
        assert_eq!(
            read(stock.as_bytes(), 7),
            [event("message", "YHOO\n+2\n10", "")]
        );
        let ids = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
        assert_eq!(
            read(ids.as_bytes(), 3),
            [
                event("message", "first event", "1"),
                event("message", "second event", ""),
                event("message", " third event", ""),
            ]
        );
        let blanks = "data\n\ndata\ndata\n\ndata:";
        assert_eq!(
            read(blanks.as_bytes(), 1),
            [event("message", "", ""), event("message", "\n", "")]
        );
        let same = "data:test\n\ndata: test\n\n";
        assert_eq!(
            read(same.as_bytes(), 2),
            vec![event("message", "test", ""); 2]
        );
    }

    #[test]
    fn a_byte_order_mark_counts_only_at_the_start() {
        assert_eq!(
            read(b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n", 1),
            [event("message", "a", "")]
        );
    }

    #[test]
    fn an_event_without_data_is_none_and_an_unfinished_one_waits() {
        assert_eq!(read(b"event: map\nid: 4\n\ndata: x\n", 5), []);
        assert_eq!(
            read(b"event: map\nid: 4\n\ndata: x\n\n", 5),
            [event("message", "x", "4")]
        );
    }

    #[test]
    fn retry_and_odd_ids_are_read_carefully() {
        let mut reader = SseReader::default();
        let events = reader.push(b"retry: 1500\nretry: 2s\nid: a\0b\nid: 7\ndata: x\n\n");
        assert_eq!(events, Ok(vec![event("message", "x", "7")]));
        assert_eq!(reader.retry_ms(), Some(1500));
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut reader = SseReader::default();
        let chunk = vec![b'x'; EVENT_BYTES_MAX];
        assert_eq!(reader.push(&chunk), Ok(vec![]));
        assert_eq!(reader.push(b"x"), Err(TooLong));
    }
}
