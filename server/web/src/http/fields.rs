//! The fields of a form or a query: strict `application/x-www-form-urlencoded` (WHATWG URL section 5.1).
//!
//! A page takes the fields it knows and then calls [`Fields::finish`], which refuses the ones it did not ask for and
//! the ones that came more than once. Nothing is ignored in silence.

use super::encoding;
use super::faults::{Faults, Filled};
use crate::problem::Problem;

/// Most fields a form may have.
pub const FIELDS: usize = 100;
/// Most characters of a field's name.
const NAME: usize = 64;

/// Fields of a form's body.
pub type Form = Fields;
/// Fields of a query.
pub type Query = Fields;

struct Entry {
    name: String,
    value: String,
    asked: bool,
}

/// Named values as they came, in order.
pub struct Fields {
    entries: Vec<Entry>,
    faults: Faults,
}

impl Fields {
    /// Reads fields.
    ///
    /// # Errors
    /// [`Problem::BadRequest`] where there are more than [`FIELDS`] or a name is unreadable; [`Problem::Invalid`],
    /// naming the field, where a value has a broken escape or is not UTF-8.
    pub fn parse(text: &[u8]) -> Result<Self, Problem> {
        let mut it = Self { entries: Vec::new(), faults: Faults::default() };
        for part in text.split(|it| *it == b'&').filter(|it| !it.is_empty()) {
            if it.entries.len() == FIELDS {
                return Err(Problem::BadRequest(format!("A form has at most {FIELDS} fields.")));
            }
            let equals = part.iter().position(|it| *it == b'=');
            let (name, value) = equals.map_or((part, &b""[..]), |at| (&part[..at], &part[at + 1..]));
            let name = encoding::decode(name, true).filter(|it| readable(it));
            let name =
                name.ok_or_else(|| Problem::BadRequest("A field has a name that cannot be read.".into()))?;
            match encoding::decode(value, true) {
                Some(value) => it.push(name, value),
                None => it.faults.add(name, "Enter text in UTF-8"),
            }
        }
        if it.faults.is_empty() { Ok(it) } else { Err(Problem::Invalid(it.faults)) }
    }

    /// No fields yet.
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new(), faults: Faults::default() }
    }

    pub(crate) fn push(&mut self, name: String, value: String) {
        self.entries.push(Entry { name, value, asked: false });
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The value of a field; empty where it did not come. Twice is a fault at [`Fields::finish`].
    pub fn text(&mut self, name: &str) -> String {
        self.maybe(name).unwrap_or_default()
    }

    /// The value of a field where it came, be it empty.
    pub fn maybe(&mut self, name: &str) -> Option<String> {
        let mut found = self.many(name).into_iter();
        let first = found.next();
        if found.next().is_some() {
            self.faults.add(name, "This field came more than once");
        }
        first
    }

    /// Whether a box was ticked.
    pub fn ticked(&mut self, name: &str) -> bool {
        self.maybe(name).is_some_and(|it| matches!(it.as_str(), "on" | "yes" | "true" | "1"))
    }

    /// All values of a field that may come more than once, as ticked boxes of one name do.
    pub fn many(&mut self, name: &str) -> Vec<String> {
        let mine = self.entries.iter_mut().filter(|it| it.name == name);
        mine.map(|it| {
            it.asked = true;
            it.value.clone()
        })
        .collect()
    }

    /// What was typed, to show the form again; without the fields named, which are secrets or tokens.
    #[must_use]
    pub fn filled(&self, but: &[&str]) -> Filled {
        let mut filled = Filled::blank();
        for entry in self.entries.iter().filter(|it| !but.contains(&it.name.as_str())) {
            filled.keep(entry.name.clone(), entry.value.clone());
        }
        filled
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Problem::Invalid`], naming each field that nobody asked for and each that came more than once.
    pub fn finish(self) -> Result<(), Problem> {
        self.ended("This form has no such field")
    }

    /// The same, with what is said of a field that nobody asked for.
    pub(crate) fn ended(mut self, unasked: &str) -> Result<(), Problem> {
        for entry in self.entries.iter().filter(|it| !it.asked) {
            self.faults.add(entry.name.clone(), unasked);
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::Invalid(self.faults)) }
    }
}

/// A name that can be shown.
pub(crate) fn readable(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.[]".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(of: Result<(), Problem>) -> Vec<(String, String)> {
        let Err(Problem::Invalid(faults)) = of else { panic!("expected faults") };
        faults.list().iter().map(|it| (it.field.clone(), it.text.clone())).collect()
    }

    #[test]
    fn what_is_asked_for_comes_and_the_rest_is_refused() {
        let mut form = Fields::parse("a=1+2&b=%C3%BC&c&d=x&d=y".as_bytes()).unwrap();
        assert_eq!(
            (form.text("a"), form.text("b"), form.maybe("c")),
            ("1 2".into(), "ü".into(), Some("".into()))
        );
        assert_eq!((form.maybe("absent"), form.many("d")), (None, vec!["x".to_owned(), "y".to_owned()]));
        assert!(form.finish().is_ok());
        let mut form = Fields::parse(b"a=1&a=2&z=3").unwrap();
        assert_eq!(form.text("a"), "1");
        let named = faults(form.finish());
        assert_eq!(named[0], ("a".into(), "This field came more than once".into()));
        assert_eq!(named[1], ("z".into(), "This form has no such field".into()));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert_eq!(faults(Fields::parse(b"a=1&b=%ff").map(|_| ()))[0].0, "b");
        assert_eq!(faults(Fields::parse(b"b=%2").map(|_| ()))[0].0, "b");
        assert!(matches!(Fields::parse(b"<b>=1"), Err(Problem::BadRequest(_))));
        let many = "a=1&".repeat(FIELDS + 1);
        assert!(matches!(Fields::parse(many.as_bytes()), Err(Problem::BadRequest(_))));
        assert!(Fields::parse(b"").unwrap().finish().is_ok());
    }

    #[test]
    fn what_was_typed_is_kept_without_secrets() {
        let form = Fields::parse(b"name=Ann&form_token=s").unwrap();
        let filled = form.filled(&["form_token"]);
        assert_eq!((filled.typed("name"), filled.typed("form_token")), ("Ann", ""));
    }
}
