//! What stands at the other end of our three streams.

use std::io::{self, IsTerminal};

/// What stands at the other end of our three streams.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Somebody can type.
    pub stdin: bool,
    /// Somebody reads answers as they come.
    pub stdout: bool,
    /// Somebody reads messages as they come.
    pub stderr: bool,
    /// A terminal that obeys no codes.
    pub dumb: bool,
    /// How many columns it has.
    pub width: Option<u16>,
}

impl Terminal {
    /// Looks at the streams of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let stdout = io::stdout().is_terminal();
        Self {
            stdin: io::stdin().is_terminal(),
            stdout,
            stderr: io::stderr().is_terminal(),
            dumb: std::env::var_os("TERM").is_some_and(|t| t == "dumb"),
            width: stdout
                .then(|| crossterm::terminal::size().ok())
                .flatten()
                .map(|(columns, _)| columns),
        }
    }

    /// Whether colours are welcome on a stream that is, or is not, a terminal: what was chosen
    /// (`always`, `never`) beats the environment, which beats what the stream is.
    #[must_use]
    pub fn color(
        self,
        is_terminal: bool,
        chosen: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> bool {
        let set = |name: &str| env(name).is_some_and(|v| !v.is_empty());
        match chosen {
            "always" => true,
            "never" => false,
            _ if set("NO_COLOR") => false,
            _ if env("FORCE_COLOR").is_some_and(|v| !v.is_empty() && v != "0") => true,
            _ => is_terminal && !self.dumb,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_beats_environment_beats_terminal() {
        let color = |tty: bool, chosen: &str, env: &[(&str, &str)]| {
            let look = |name: &str| {
                env.iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_owned())
            };
            Terminal::default().color(tty, chosen, &look)
        };
        assert!(color(true, "auto", &[]) && !color(false, "auto", &[]));
        assert!(!color(true, "auto", &[("NO_COLOR", "1")]));
        assert!(color(true, "auto", &[("NO_COLOR", "")]));
        assert!(color(true, "always", &[("NO_COLOR", "1")]));
        assert!(color(false, "auto", &[("FORCE_COLOR", "1")]));
        assert!(!color(
            false,
            "auto",
            &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]
        ));
        assert!(!color(true, "never", &[("FORCE_COLOR", "1")]));
        let dumb = Terminal {
            dumb: true,
            ..Terminal::default()
        };
        assert!(!dumb.color(true, "auto", &|_| None));
    }
}
