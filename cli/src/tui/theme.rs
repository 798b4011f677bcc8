//! Colours and emphasis by role: the terminal's own foreground and background, bold, reverse, dim,
//! and a few of the 16 ANSI colours, so that it reads on dark and light alike. Without colour,
//! emphasis stays; and no state of a seat is told by style alone.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

/// The looks there are, as the setting `theme` names them.
pub const NAMES: [&str; 4] = ["default", "light", "high-contrast", "mono"];

/// How things are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    strong: Style,
    faint: Style,
    marked: Style,
    mine: Style,
    waiting: Style,
    alarm: Style,
    key: Style,
    /// Whether colours may be used at all.
    coloured: bool,
}

impl Default for Theme {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const fn only(modifier: Modifier) -> Style {
    Style::new().add_modifier(modifier)
}

const fn tinted(colour: Color, modifier: Modifier) -> Style {
    Style::new().fg(colour).add_modifier(modifier)
}

impl Theme {
    /// Four colours that read on most dark and light grounds.
    pub const DEFAULT: Self = Self {
        strong: only(Modifier::BOLD),
        faint: only(Modifier::DIM),
        marked: only(Modifier::REVERSED),
        mine: tinted(Color::Green, Modifier::BOLD),
        waiting: tinted(Color::Yellow, Modifier::empty()),
        alarm: tinted(Color::Red, Modifier::BOLD),
        key: tinted(Color::Cyan, Modifier::BOLD),
        coloured: true,
    };
    /// The same with the two colours changed that are pale on a white ground.
    pub const LIGHT: Self = Self {
        waiting: tinted(Color::Magenta, Modifier::empty()),
        key: tinted(Color::Blue, Modifier::BOLD),
        ..Self::DEFAULT
    };
    /// Nothing dim; what counts is reversed or underlined besides its colour.
    pub const HIGH_CONTRAST: Self = Self {
        strong: only(Modifier::BOLD),
        faint: Style::new(),
        marked: only(Modifier::REVERSED.union(Modifier::BOLD)),
        mine: only(Modifier::REVERSED.union(Modifier::BOLD)),
        waiting: only(Modifier::UNDERLINED),
        alarm: only(Modifier::REVERSED.union(Modifier::BOLD)),
        key: only(Modifier::BOLD.union(Modifier::UNDERLINED)),
        coloured: true,
    };
    /// Bold, reverse and dim only; for `NO_COLOR` too.
    pub const MONO: Self = Self {
        mine: only(Modifier::BOLD),
        waiting: Style::new(),
        alarm: only(Modifier::BOLD),
        key: only(Modifier::BOLD),
        coloured: false,
        ..Self::DEFAULT
    };

    /// The theme of this name with other styles for some roles; [`Self::MONO`] where colours are
    /// not wanted.
    #[must_use]
    pub fn chosen(name: &str, styles: &Styles, coloured: bool) -> Self {
        let mut theme = match name {
            "light" => Self::LIGHT,
            "high-contrast" => Self::HIGH_CONTRAST,
            "mono" => Self::MONO,
            _ => Self::DEFAULT,
        };
        for (role, style) in &styles.0 {
            *theme.role(*role) = *style;
        }
        if coloured && name != "mono" {
            return theme;
        }
        theme.without_colours()
    }

    fn without_colours(mut self) -> Self {
        for role in ROLES.map(|(_, role)| role) {
            let style = self.role(role);
            (style.fg, style.bg) = (None, None);
        }
        self.coloured = false;
        self
    }

    fn role(&mut self, role: Role) -> &mut Style {
        match role {
            Role::Strong => &mut self.strong,
            Role::Faint => &mut self.faint,
            Role::Marked => &mut self.marked,
            Role::Mine => &mut self.mine,
            Role::Waiting => &mut self.waiting,
            Role::Alarm => &mut self.alarm,
            Role::Key => &mut self.key,
        }
    }

    /// Text.
    #[must_use]
    pub fn text(self) -> Style {
        Style::new()
    }

    /// Headings and totals.
    #[must_use]
    pub fn strong(self) -> Style {
        self.strong
    }

    /// What is less important.
    #[must_use]
    pub fn faint(self) -> Style {
        self.faint
    }

    /// The marked line, the seat under the cursor.
    #[must_use]
    pub fn marked(self) -> Style {
        self.marked
    }

    /// Our own seats, a success.
    #[must_use]
    pub fn mine(self) -> Style {
        self.mine
    }

    /// Asking, or somebody else's hold.
    #[must_use]
    pub fn waiting(self) -> Style {
        self.waiting
    }

    /// Trouble, the last minute.
    #[must_use]
    pub fn alarm(self) -> Style {
        self.alarm
    }

    /// Keys in the footer.
    #[must_use]
    pub fn key(self) -> Style {
        self.key
    }

    /// A code to be scanned: white on black, so that light modules are drawn as blocks and the
    /// picture is black on white whatever the terminal's colours are.
    #[must_use]
    pub fn scanned(self) -> Style {
        if self.coloured {
            Style::new().fg(Color::White).bg(Color::Black)
        } else {
            Style::new()
        }
    }
}

/// What a style is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Strong,
    Faint,
    Marked,
    Mine,
    Waiting,
    Alarm,
    Key,
}

const ROLES: [(&str, Role); 7] = [
    ("strong", Role::Strong),
    ("faint", Role::Faint),
    ("marked", Role::Marked),
    ("mine", Role::Mine),
    ("waiting", Role::Waiting),
    ("alarm", Role::Alarm),
    ("key", Role::Key),
];

/// What `colors` takes, for its messages.
pub const STYLES_FORM: &str = "roles with styles, as in `mine=green bold:faint=bright-black`; roles are strong, faint, marked, mine, waiting, alarm, key; \
     styles are an ANSI colour, `on` and a colour, bold, dim, reverse, underline, or none alone";

/// Styles of the user's own for some roles: the setting `colors`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Styles(Vec<(Role, Style)>);

/// What is wrong with `colors`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StylesError {
    /// Two `:` with nothing between, or one at an end.
    #[error("nothing stands between two `:` or at an end; one `:` goes between two roles")]
    EmptyPart,
    /// No `=`.
    #[error("`{0}` has no `=`; write a role, `=` and its style")]
    NoStyle(String),
    /// Not a role.
    #[error("there is no role `{0}`")]
    NoRole(String),
    /// One role twice.
    #[error("`{0}` is there twice; give it one style")]
    RoleTwice(String),
    /// Nothing after the `=`.
    #[error("`{0}` has no style; `{0}=none` draws it like plain text")]
    Empty(String),
    /// Not a style.
    #[error(
        "`{word}` of `{role}` is neither one of the 16 colours nor bold, dim, reverse, underline or none"
    )]
    NotAStyle {
        /// The role.
        role: String,
        /// What was written.
        word: String,
    },
    /// `on` with no colour after it.
    #[error("`on` of `{0}` has no colour after it")]
    OnNothing(String),
    /// The same kind of thing twice.
    #[error("`{role}` has {what} twice; leave one of them out")]
    Twice {
        /// The role.
        role: String,
        /// Which kind.
        what: String,
    },
    /// `none` beside something.
    #[error("`{0}` has `none` and something else; leave one of them out")]
    NoneAndMore(String),
}

impl FromStr for Styles {
    type Err = StylesError;

    fn from_str(text: &str) -> Result<Self, StylesError> {
        let mut styles: Vec<(Role, Style)> = Vec::new();
        if text.trim().is_empty() {
            return Ok(Self(styles));
        }
        for part in text.split(':').map(str::trim) {
            let shown = |text: &str| houseful_core::text::shown(text.trim(), 24);
            if part.is_empty() {
                return Err(StylesError::EmptyPart);
            }
            let no_style = || StylesError::NoStyle(shown(part));
            let (name, style) = part.split_once('=').ok_or_else(no_style)?;
            let mut known = ROLES.into_iter();
            let role = known.find(|(known, _)| *known == name.trim());
            let (name, role) = role.ok_or_else(|| StylesError::NoRole(shown(name)))?;
            if styles.iter().any(|(other, _)| *other == role) {
                return Err(StylesError::RoleTwice(name.to_owned()));
            }
            styles.push((role, style_of(name, style)?));
        }
        Ok(Self(styles))
    }
}

/// Reads `green on black bold`: at most one colour, one background, and each emphasis once.
fn style_of(role: &str, text: &str) -> Result<Style, StylesError> {
    let mut style = Style::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return Err(StylesError::Empty(role.to_owned()));
    }
    if words.contains(&"none") && words.len() > 1 {
        return Err(StylesError::NoneAndMore(role.to_owned()));
    }
    let twice = |what: &str| StylesError::Twice {
        role: role.to_owned(),
        what: what.to_owned(),
    };
    let colour = |word: &str| {
        ansi(word).ok_or_else(|| StylesError::NotAStyle {
            role: role.to_owned(),
            word: houseful_core::text::shown(word, 24),
        })
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let emphasis = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "reverse" => Modifier::REVERSED,
            "underline" => Modifier::UNDERLINED,
            "none" => Modifier::empty(),
            "on" => {
                let under = words.next();
                let under = under.ok_or_else(|| StylesError::OnNothing(role.to_owned()))?;
                if style.bg.replace(colour(under)?).is_some() {
                    return Err(twice("a background"));
                }
                continue;
            }
            word => {
                if style.fg.replace(colour(word)?).is_some() {
                    return Err(twice("a colour"));
                }
                continue;
            }
        };
        if !emphasis.is_empty() && style.add_modifier.contains(emphasis) {
            return Err(twice(word));
        }
        style = style.add_modifier(emphasis);
    }
    Ok(style)
}

/// One of the 16 colours that every terminal lets its user choose.
fn ansi(name: &str) -> Option<Color> {
    let colour: Color = name.parse().ok()?;
    (!matches!(colour, Color::Rgb(..) | Color::Indexed(_) | Color::Reset)).then_some(colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_no_theme_has_one() {
        let own: Styles = "mine=green on black bold:key=red".parse().expect("styles");
        for name in NAMES {
            let mut theme = Theme::chosen(name, &own, false);
            for (_, role) in ROLES {
                let style = theme.role(role);
                assert_eq!((style.fg, style.bg), (None, None), "{name} {role:?}");
            }
            assert_eq!(theme.scanned(), Style::new(), "{name}");
        }
        assert_eq!(
            Theme::chosen("default", &Styles::default(), false),
            Theme::MONO
        );
        assert_eq!(Theme::chosen("mono", &Styles::default(), true), Theme::MONO);
    }

    #[test]
    fn no_theme_fixes_white_or_black_text() {
        for name in NAMES {
            let mut theme = Theme::chosen(name, &Styles::default(), true);
            for (_, role) in ROLES {
                let style = theme.role(role);
                for colour in [style.fg, style.bg].into_iter().flatten() {
                    assert!(
                        !matches!(colour, Color::White | Color::Black | Color::Gray),
                        "{name} {role:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn roles_are_styled_by_the_user() {
        let own: Styles = "mine=bright-blue underline : faint=none"
            .parse()
            .expect("styles");
        let theme = Theme::chosen("default", &own, true);
        assert_eq!(theme.mine(), tinted(Color::LightBlue, Modifier::UNDERLINED));
        assert_eq!(theme.faint(), Style::new());
        assert_eq!(theme.alarm(), Theme::DEFAULT.alarm());
        for good in ["", "mine=none", " mine = bold red on black : key = dim "] {
            assert!(good.parse::<Styles>().is_ok(), "{good}");
        }
        for (bad, told) in [
            ("mine", "`mine` has no `=`"),
            ("hers=red", "no role `hers`"),
            ("mine=#ff0000", "`#ff0000` of `mine`"),
            ("mine=pink", "`pink` of `mine`"),
            ("mine=on", "`on` of `mine` has no colour"),
            ("mine=on red on blue:key=", "`mine` has a background twice"),
            ("mine=red:key=", "`key` has no style; `key=none`"),
            ("mine=red blue", "`mine` has a colour twice"),
            ("mine=bold bold", "`mine` has bold twice"),
            ("mine=none bold", "`mine` has `none` and something else"),
            ("mine=red:mine=blue", "`mine` is there twice"),
            ("mine=red::key=blue", "nothing stands between"),
            ("mine=red:", "nothing stands between"),
            (":", "nothing stands between"),
        ] {
            let error = bad.parse::<Styles>().expect_err(bad).to_string();
            assert!(error.contains(told), "{bad}: {error}");
        }
    }
}
