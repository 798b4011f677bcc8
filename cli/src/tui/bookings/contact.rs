//! The form for who a booking is for.

use houseful_core::wire::booking::Contact;
use tui_input::Input;

use crate::tui::{field, key::Key};

/// A field of the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContactField {
    /// The name.
    #[default]
    Name,
    /// The telephone number.
    Phone,
}

/// The form. Its content is personal: it is drawn, sent, and written nowhere else.
#[derive(Clone, Default)]
pub struct ContactForm {
    /// The name.
    pub name: Input,
    /// The telephone number.
    pub phone: Input,
    /// Which is being typed.
    pub at: ContactField,
}

impl std::fmt::Debug for ContactForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactForm(..)")
    }
}

impl ContactForm {
    /// A form with what is known.
    #[must_use]
    pub fn new(known: Option<&Contact>) -> Self {
        let known = known.cloned().unwrap_or_default();
        Self {
            name: Input::new(known.name.unwrap_or_default()),
            phone: Input::new(known.phone.unwrap_or_default()),
            at: ContactField::Name,
        }
    }

    /// A form with what was asked for.
    #[must_use]
    pub fn of(request: &Contact) -> Self {
        Self::new(Some(request))
    }

    /// To the other field.
    pub fn turn(&mut self) {
        self.at = match self.at {
            ContactField::Name => ContactField::Phone,
            ContactField::Phone => ContactField::Name,
        };
    }

    /// A key was typed.
    pub fn typed(&mut self, key: Key) {
        let (input, chars_max) = match self.at {
            ContactField::Name => (&mut self.name, Contact::NAME_CHARS_MAX),
            ContactField::Phone => (&mut self.phone, Contact::PHONE_CHARS_MAX),
        };
        let full = input.value().chars().count() >= chars_max;
        if !(full && matches!(key, Key::Char(_))) {
            field::edit(input, key);
        }
    }

    /// What is to be kept; an empty field says nothing.
    #[must_use]
    pub fn request(&self) -> Contact {
        let given = |input: &Input| Some(input.value().trim().to_owned()).filter(|t| !t.is_empty());
        Contact {
            name: given(&self.name),
            phone: given(&self.phone),
        }
    }
}
