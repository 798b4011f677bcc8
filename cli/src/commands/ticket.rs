//! `houseful ticket`: what lets somebody in.

use std::fmt::Write;

use fast_qr::{ECL, QRBuilder};
use houseful_core::wire::{booking::Ticket, catalogue::ShowDetail};

use super::{names, show::in_words};
use crate::{
    args::TicketCommand,
    context::Context,
    error::CliError,
    output::{Columns, View, escaped, usual},
};

pub(super) static COLUMNS: Columns = Columns {
    id: "code",
    columns: &[
        usual("code", "Ticket"),
        usual("seat", "Seat"),
        usual("ticket_type", "Type"),
        usual("valid", "Valid"),
        usual("show", "Show"),
    ],
};

pub(super) async fn run(ctx: &mut Context, command: TicketCommand) -> Result<(), CliError> {
    let client = ctx.client().await?;
    match command {
        TicketCommand::List { booking } => {
            let id = names::booking(ctx, &client, &booking).await?;
            let asked = ("asking for tickets", client.tickets(id));
            ctx.list_of(&COLUMNS, asked, "no tickets").await
        }
        TicketCommand::View { code } => {
            let asked = ("asking for the ticket", client.ticket(code));
            ctx.one_of(&COLUMNS, asked).await
        }
        TicketCommand::Print { booking, no_qr } => {
            let id = names::booking(ctx, &client, &booking).await?;
            let page = ctx.wait("asking for tickets", client.tickets(id)).await?;
            let detail = client.show(id.show).await?;
            for ticket in &page.items {
                ctx.text(&printed(ticket, &detail, !no_qr))?;
            }
            Ok(())
        }
    }
}

/// One ticket on paper.
fn printed(ticket: &Ticket, detail: &ShowDetail, with_qr: bool) -> String {
    let void = if ticket.valid { "" } else { "  VOID" };
    let mut text = format!(
        "{}\nSEAT {}   {}{void}\n",
        // On paper stands the time on the cinema's clock, wherever it is printed.
        in_words(detail, &View::default()),
        ticket.seat,
        escaped(&ticket.ticket_type)
    );
    if with_qr {
        text.push_str(&qr(&ticket.code.to_string()).unwrap_or_default());
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}\n", ticket.code);
    text
}

/// A QR code with its quiet zone, two modules a character, dark on light whatever the colours of
/// the terminal: light modules are drawn, dark ones are left out.
fn qr(content: &str) -> Option<String> {
    const QUIET: usize = 4;
    let code = QRBuilder::new(content).ecl(ECL::M).build().ok()?;
    let size = code.size;
    let dark = |row: usize, column: usize| {
        let inside =
            (QUIET..size + QUIET).contains(&row) && (QUIET..size + QUIET).contains(&column);
        inside && code[row - QUIET][column - QUIET].value()
    };
    let mut text = String::new();
    for row in (0..size + 2 * QUIET).step_by(2) {
        for column in 0..size + 2 * QUIET {
            let lower = row + 1 < size + 2 * QUIET && !dark(row + 1, column);
            text.push(match (!dark(row, column), lower) {
                (true, true) => '\u{2588}',
                (true, false) => '\u{2580}',
                (false, true) => '\u{2584}',
                (false, false) => ' ',
            });
        }
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_has_its_quiet_zone() {
        let text = qr("7KQM-4T2X-PA9D").expect("a code");
        let lines: Vec<Vec<char>> = text.lines().map(|l| l.chars().collect()).collect();
        let width = lines[0].len();
        assert!(lines.iter().all(|l| l.len() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[0].iter().chain(&lines[1]).all(|c| *c == '\u{2588}'));
        assert!(
            lines
                .iter()
                .all(|l| l[..4].iter().all(|c| matches!(c, '\u{2588}' | '\u{2580}')))
        );
        assert!(text.contains(' '));
    }
}
