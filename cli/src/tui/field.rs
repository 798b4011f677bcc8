//! One-line text fields.

use tui_input::{Input, InputRequest};

use super::key::Key;

/// The longest text that is worth typing.
const CHARS_MAX: usize = 120;

/// Types a key into a field; tells whether the text changed.
pub fn edit(field: &mut Input, key: Key) -> bool {
    let request = match key {
        Key::Char(c) if field.value().chars().count() < CHARS_MAX => InputRequest::InsertChar(c),
        Key::Backspace => InputRequest::DeletePrevChar,
        Key::Delete => InputRequest::DeleteNextChar,
        Key::Left => InputRequest::GoToPrevChar,
        Key::Right => InputRequest::GoToNextChar,
        Key::Home => InputRequest::GoToStart,
        Key::End => InputRequest::GoToEnd,
        Key::Ctrl('u') => InputRequest::DeleteLine,
        Key::Ctrl('w') => InputRequest::DeletePrevWord,
        _ => return false,
    };
    field.handle(request).is_some_and(|changed| changed.value)
}
