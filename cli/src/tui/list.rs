//! Moving through a list: the same keys move every list in the same way.

use super::keymap::Action;

/// Lines of a page.
const PAGE: usize = 10;

/// The line that a key moves to, in a list of so many; `None` for a key that does not move.
#[must_use]
pub fn moved(action: Action, from: usize, lines: usize) -> Option<usize> {
    let to = match action {
        Action::Up => from.saturating_sub(1),
        Action::Down => from.saturating_add(1),
        Action::PageUp => from.saturating_sub(PAGE),
        Action::PageDown => from.saturating_add(PAGE),
        Action::First => 0,
        Action::Last => usize::MAX,
        _ => return None,
    };
    Some(to.min(lines.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_leaves_the_list() {
        let keys = [
            (Action::Up, 3),
            (Action::Down, 5),
            (Action::PageUp, 0),
            (Action::PageDown, 11),
            (Action::First, 0),
            (Action::Last, 11),
        ];
        for (action, line) in keys {
            assert_eq!(moved(action, 4, 12), Some(line), "{action:?}");
            assert_eq!(moved(action, 0, 0), Some(0), "{action:?}");
        }
        assert_eq!(moved(Action::Accept, 4, 12), None);
    }
}
