//! Dialogs: what happened, and the choices with their numbers.

use super::vocabulary;
use crate::tui::{
    model::Model,
    overlay::{Leaving, Overlay},
    wording::{self, plain},
};

/// What a dialog says.
pub(super) fn tell(model: &Model, overlay: &Overlay) -> Vec<String> {
    let mut lines = sentences(overlay);
    let choices = vocabulary::choices(model, overlay.place());
    let labels: Vec<&str> = choices.iter().map(|(label, _)| *label).collect();
    // One choice is in the prompt.
    if labels.len() > 1 {
        lines.push(plain::choices(&labels));
    }
    lines
}

fn sentences(overlay: &Overlay) -> Vec<String> {
    let said = |text: &str| plain::sentence(text);
    match overlay {
        Overlay::Help(_) => Vec::new(),
        Overlay::AskRelease { seats, then } => {
            vec![wording::ask_release(seats, *then == Leaving::Quit)]
        }
        Overlay::AskGiveUp { seats } => vec![wording::ask_give_up(seats)],
        Overlay::AskCash { given, total } => vec![wording::ask_cash(*given, *total)],
        Overlay::AskRefund { what, reason } => {
            let mut lines = vec![said(what)];
            let reasons = 0..wording::REFUND_REASONS.len();
            lines.extend(reasons.map(|at| said(wording::refund_reason(at, *reason).trim())));
            lines
        }
        Overlay::AskGiveBack(form) => {
            let mut lines = vec![plain::give_back(form)];
            lines.push(said(&wording::give_back_sum(&form.quote)));
            let reasons = 0..houseful_core::refund::RefundReason::ALL.len();
            let reason = |at| said(wording::give_back_reason_line(at, form.reason).trim());
            lines.extend(reasons.map(reason));
            lines
        }
        Overlay::AskApprove { what } => vec![said(what)],
        Overlay::AskResolve => {
            let mut lines = vec![said(wording::RESOLVE_WHICH)];
            let all = 0..houseful_core::wire::desk::CaseHow::ALL.len();
            lines.extend(all.map(|at| said(wording::resolve_line(at).trim())));
            lines.push(said(wording::RESOLVE_MOVES_NOTHING));
            lines
        }
        Overlay::AskLeave => vec![plain::kept(wording::ASK_LEAVE)],
        Overlay::LostRace {
            what,
            lost,
            kept,
            next_best,
            relaxed,
        } => {
            let mut lines = vec![said(what)];
            for fact in lost {
                // The server's sentence may name it already.
                if lost.len() > 1 || !what.contains(&fact.seat) {
                    lines.push(said(&wording::seat_fact(&fact.seat, &fact.why)));
                }
            }
            if !kept.is_empty() {
                lines.push(said(&wording::still_yours(kept)));
            }
            let seats: Vec<_> = next_best.iter().map(|w| w.seat).collect();
            lines.push(said(&wording::next_best(&seats, kept, relaxed)));
            lines
        }
        Overlay::Override { what, .. } => vec![said(what)],
        Overlay::HoldOver { what, seats } => {
            let mut lines = vec![said(what)];
            let seats: Vec<_> = seats.iter().map(|(seat, _)| *seat).collect();
            if !seats.is_empty() {
                lines.push(said(&wording::had_seats(&seats)));
            }
            lines
        }
        Overlay::Trouble { what, hint, code } => {
            let mut lines = vec![said(what)];
            lines.extend(hint.as_deref().map(said));
            lines.push(said(&wording::code(code)));
            lines
        }
    }
}
