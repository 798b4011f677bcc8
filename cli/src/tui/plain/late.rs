//! The late-payments desk, in words: the list with numbers, and one case with its story.

use super::talk::Talk;
use crate::tui::{
    late::{CasePage, Late, NoteFor},
    model::Model,
    wording::{self, plain},
};

/// Whether the list or the open case has to be known before anything is said.
pub(super) fn awaits(view: &Late) -> bool {
    match &view.page {
        Some(page) => page.is_changing() || !page.told && page.refused.is_none(),
        None => !view.loaded && view.refused.is_none(),
    }
}

/// The list, or the case that is open.
pub(super) fn tell(model: &Model, view: &Late, talk: &mut Talk) -> Vec<String> {
    match &view.page {
        Some(page) => case(model, page),
        None => list(model, view, talk),
    }
}

fn list(model: &Model, view: &Late, talk: &mut Talk) -> Vec<String> {
    let mut lines = vec![match (&view.refused, view.ended) {
        (Some(why), _) => format!("{} {}", wording::LATE_REFUSED, plain::sentence(why)),
        (None, false) if view.cases.is_empty() => plain::sentence(wording::NOTHING_OPEN),
        (None, true) if view.cases.is_empty() => plain::sentence(wording::NOTHING_ENDED),
        (None, false) => plain::sentence(wording::LATE_OPEN),
        (None, true) => plain::sentence(wording::LATE_ENDED),
    }];
    let now = model.desk.server_now();
    let numbered = (1..).zip(&view.cases).map(|(number, case)| {
        let code = case.code.map(|code| format!(", {code}"));
        let line = format!(
            "{}, {}, {}{}, {}",
            wording::case_what(case),
            wording::case_amount(case),
            wording::case_end(case),
            code.unwrap_or_default(),
            wording::case_age(case.at.0, now)
        );
        plain::numbered(number, &line)
    });
    lines.extend(talk.list(numbered.collect()));
    lines.extend(talk.more_hint().map(str::to_owned));
    if !view.read_only.is_empty() {
        lines.push(plain::sentence(&wording::shows_left_out(&view.read_only)));
    }
    lines
}

fn case(model: &Model, page: &CasePage) -> Vec<String> {
    let case = &page.case;
    let zone = page
        .show
        .as_ref()
        .map_or_else(|| model.home.time_zone(), |show| &show.time_zone);
    let mut lines = vec![plain::sentence(&format!(
        "{}, {}, {}",
        wording::case_what(case),
        wording::case_amount(case),
        wording::case_end(case)
    ))];
    lines.extend(page.show.as_ref().map(wording::show_line));
    let contact = page.booking.as_ref().map(wording::contact);
    lines.extend(
        contact
            .filter(|c| !c.is_empty())
            .map(|c| plain::sentence(&c)),
    );
    lines.extend(page.story.iter().map(|step| {
        let at = wording::when(step.at.0, zone);
        plain::sentence(&format!("{at}, {}", wording::story_said(step)))
    }));
    let tenders = page.payment.iter().flat_map(|p| &p.tenders);
    lines.extend(tenders.map(|t| plain::sentence(&wording::tender_said(t))));
    let resolution = case.resolution.as_ref();
    lines.extend(resolution.map(|r| plain::sentence(&wording::resolution(r, zone))));
    lines.push(plain::sentence(&wording::case_next(case)));
    if let Some(form) = &page.form {
        lines.push(match form.what {
            NoteFor::Resolve(how) => wording::note_for(how),
            NoteFor::Refuse => wording::REFUSE_WHY.to_owned(),
        });
    }
    lines
}

/// What is new of the list, or of the open case.
pub(super) fn news(was: &Late, (after, is): (&Model, &Late), talk: &mut Talk) -> Vec<String> {
    let open = |view: &Late| {
        let page = view.page.as_deref()?;
        let form = page.form.as_ref().map(|form| form.what);
        Some((
            page.case.clone(),
            page.story.clone(),
            page.payment.clone(),
            form,
        ))
    };
    let listed = |view: &Late| (view.ended, view.cases.clone());
    let (was_open, is_open) = (open(was), open(is));
    let changed = was_open != is_open || is_open.is_none() && listed(was) != listed(is);
    if changed {
        tell(after, is, talk)
    } else {
        Vec::new()
    }
}
