//! What can be wrong with the folder of the site, said so that its author finds the place.

use std::fmt;
use std::ops::Range;

/// Something in the site's folder that cannot be built: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SiteError {
    /// The file, relative to the site's folder; an absolute path where the file lies outside it.
    pub file: String,
    /// The line, counted from 1, where the fault has one.
    pub line: Option<usize>,
    /// What is wrong and, where it can be said, what to write instead.
    pub message: String,
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl SiteError {
    pub(crate) fn new(file: impl Into<String>, message: impl fmt::Display) -> Self {
        Self { file: file.into(), line: None, message: message.to_string() }
    }

    pub(crate) fn at(file: impl Into<String>, line: usize, message: impl fmt::Display) -> Self {
        Self { file: file.into(), line: Some(line), message: message.to_string() }
    }

    /// A fault in TOML that begins `offset` bytes into `text`.
    pub(crate) fn toml(file: &str, text: &str, offset: usize, error: &toml::de::Error) -> Self {
        let line = error.span().map(|Range { start, .. }| line_of(text, offset + start));
        Self { file: file.to_owned(), line, message: error.message().to_owned() }
    }

    /// A fault that Tera found; `during` is the template or page at work when Tera does not say.
    pub(crate) fn tera(during: &str, error: &tera::Error) -> Self {
        match error.kind() {
            tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => {
                let message = format!("{} ({during})", report.message());
                Self::at(format!("templates/{}", report.filename()), report.span().start_line, message)
            }
            other => Self::drawn(&other.to_string(), during),
        }
    }

    /// A fault that Tera reports as a drawing alone: `error: what`, then ` --> template:line:column`.
    fn drawn(report: &str, during: &str) -> Self {
        let what = report.lines().next().unwrap_or_default();
        let message = format!("{} ({during})", what.strip_prefix("error: ").unwrap_or(what));
        let place = report.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
        let mut parts = place.unwrap_or_default().rsplitn(3, ':').skip(1);
        match (parts.next().and_then(|line| line.parse().ok()), parts.next()) {
            (Some(line), Some(template)) => Self::at(format!("templates/{template}"), line, message),
            _ => Self::new("templates", message),
        }
    }
}

/// The line, counted from 1, of a byte of `text`.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count() + 1
}
