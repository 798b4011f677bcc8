//! Saying who a booking is for that was made for somebody known: asked beside everything else until
//! it is answered, whatever view is on top by then.

use houseful_core::{time::UtcMillis, wire::booking::Contact};

use super::{
    desk::Desk,
    msg::{Answer, Ask, Failure, Owned},
    question::Question,
};

/// A name that is not written down yet.
#[derive(Clone, Debug)]
pub struct Naming {
    owned: Owned,
    contact: Contact,
    question: Question,
}

impl Desk {
    /// Writes down who a booking is for.
    pub fn name(&mut self, owned: Owned, contact: Contact) {
        let ask = Ask::Contact(owned.clone(), Box::new(contact.clone()));
        let question = Question::asked(self, ask);
        self.naming.push(Naming {
            owned,
            contact,
            question,
        });
    }
}

/// Time has passed.
pub fn tick(desk: &mut Desk) {
    let mut all = std::mem::take(&mut desk.naming);
    for one in &mut all {
        if one.question.is_due(desk.now) {
            let ask = Ask::Contact(one.owned.clone(), Box::new(one.contact.clone()));
            one.question.ask(desk, ask);
        }
    }
    desk.naming = all;
}

/// When to ask again.
#[must_use]
pub fn again_at(desk: &Desk) -> Option<UtcMillis> {
    desk.naming
        .iter()
        .filter_map(|n| n.question.again_at())
        .min()
}

/// Takes an answer if it is about a name. A refusal is told, and ends it: the sale goes on without.
pub fn answer(desk: &mut Desk, answer: &Answer) -> bool {
    let generation = answer.generation;
    let mut all = std::mem::take(&mut desk.naming);
    let found = all.iter_mut().position(|n| n.question.takes(generation));
    if let Some(at) = found {
        match &answer.result {
            Ok(_) => drop(all.remove(at)),
            Err(Failure::NoAnswer(_)) => {
                if let Some(one) = all.get_mut(at) {
                    one.question.try_again(desk.now);
                }
            }
            Err(Failure::Refused(problem)) => {
                all.remove(at);
                desk.say(problem.detail.clone());
            }
            Err(Failure::Broken(why)) => {
                all.remove(at);
                desk.say(why.clone());
            }
        }
    }
    desk.naming = all;
    found.is_some()
}
