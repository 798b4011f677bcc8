//! A panic is a bug of ours: it writes a file for the report and names it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::moment;

/// What the last panic said, and its file.
static LAST: Mutex<Option<(String, Option<PathBuf>)>> = Mutex::new(None);

/// From now on a panic writes a file into `folder` (or the system's folder for temporary files)
/// instead of talking to the screen, which may be in another mode. [`last_words`] tells of it.
pub fn install(folder: Option<PathBuf>) {
    std::panic::set_hook(Box::new(move |panic| {
        let what = panic.payload_as_str().unwrap_or("no message");
        let place = panic
            .location()
            .map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        let report = format!(
            "houseful {}\nat {place}\n{what}\n\n{}\n",
            env!("CARGO_PKG_VERSION"),
            std::backtrace::Backtrace::force_capture()
        );
        let file = folder
            .as_deref()
            .and_then(|f| write(f, &report))
            .or_else(|| write(&std::env::temp_dir(), &report));
        let mut words = format!("houseful stopped because of a mistake in it: {what} ({place})");
        if let Some(file) = &file {
            words += &format!("\n hint: please report it with the file {}", file.display());
        }
        if let Ok(mut last) = LAST.lock() {
            *last = Some((words, file));
        }
    }));
}

fn write(folder: &Path, report: &str) -> Option<PathBuf> {
    let name = format!("houseful-crash-{}.txt", moment::wall_clock().0);
    let path = folder.join(name);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .ok()?;
    file.write_all(report.as_bytes()).ok()?;
    Some(path)
}

/// What the last panic had to say, once.
#[must_use]
pub fn last_words() -> Option<String> {
    let (words, _) = LAST.lock().ok()?.take()?;
    Some(words)
}

/// The file of the last panic, if one could be written.
#[must_use]
pub fn last_report() -> Option<PathBuf> {
    let last = LAST.lock().ok()?;
    last.as_ref()?.1.clone()
}
