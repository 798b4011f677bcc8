//! `houseful layout`.

use std::path::PathBuf;

use clap::Subcommand;

/// What can be done with halls that are drawn as text. None of it asks a server.
#[derive(Debug, Subcommand)]
pub enum LayoutCommand {
    /// Look for mistakes in halls: each with its file, line and column; exit 2 if there are any
    ///
    /// Warnings are told too. A hall with nothing but warnings is a hall.
    #[command(
        after_long_help = "Examples:\n  houseful layout lint hall.txt\n  houseful layout lint - < hall.txt\n  houseful layout lint hall.txt new.txt -o json"
    )]
    Lint {
        /// The drawings; `-` is standard input
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Draw a hall as the seat map does, and count its seats
    #[command(
        after_long_help = "Examples:\n  houseful layout show hall.txt\n  houseful layout show hall.txt --fields label,category -o csv"
    )]
    Show {
        /// The drawing; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Draw what a new drawing of a hall changes, and list it
    ///
    /// A seat is known by its label; one that has another label where it stood is a renamed seat.
    #[command(
        after_long_help = "Examples:\n  houseful layout diff hall.txt new.txt\n  houseful layout diff hall.txt new.txt -o json"
    )]
    Diff {
        /// The older drawing; `-` is standard input
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The newer drawing; `-` is standard input
        #[arg(value_name = "NEW")]
        new: PathBuf,
    },
}
