//! Fields of forms as pages show them: label, hint, what was typed, what is wrong with it.

use crate::http::Filled;
use serde::Serialize;

/// The hidden field that every form carries which somebody was shown.
#[derive(Debug, Clone, Serialize)]
pub struct FormToken {
    /// The field's name.
    pub name: &'static str,
    /// The token.
    pub value: String,
}

/// One line or area of text, or a file.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Name and id.
    pub name: String,
    /// What to enter.
    pub label: String,
    /// How.
    pub hint: Option<String>,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
    /// `text`, `email`, `tel`, `search`, `date`, `area` or `file`.
    pub kind: &'static str,
    /// Purpose for autofill (WCAG 2.2, 1.3.5).
    pub autocomplete: Option<&'static str>,
    /// Keyboard on phones.
    pub inputmode: Option<&'static str>,
    /// Lines of an area.
    pub rows: u8,
    /// Whether it may stay empty; said in the label.
    pub optional: bool,
}

impl Field {
    fn of(kind: &'static str, name: &str, label: &str) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            value: String::new(),
            wrong: None,
            kind,
            autocomplete: None,
            inputmode: None,
            rows: 5,
            optional: false,
        }
    }
    /// One line.
    #[must_use]
    pub fn text(name: &str, label: &str) -> Self {
        Self::of("text", name, label)
    }
    /// A mail address.
    #[must_use]
    pub fn email(name: &str, label: &str) -> Self {
        Self { autocomplete: Some("email"), ..Self::of("email", name, label) }
    }
    /// A search box.
    #[must_use]
    pub fn search(name: &str, label: &str) -> Self {
        Self::of("search", name, label)
    }
    /// Several lines.
    #[must_use]
    pub fn area(name: &str, label: &str) -> Self {
        Self::of("area", name, label)
    }
    /// A file; browsers never let it be filled in again.
    #[must_use]
    pub fn file(name: &str, label: &str) -> Self {
        Self::of("file", name, label)
    }
    /// A code of digits, as second factors show it.
    #[must_use]
    pub fn code(name: &str, label: &str) -> Self {
        let text = Self::of("text", name, label);
        Self { autocomplete: Some("one-time-code"), inputmode: Some("numeric"), ..text }
    }
    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
    /// For this purpose.
    #[must_use]
    pub fn autocomplete(self, purpose: &'static str) -> Self {
        Self { autocomplete: Some(purpose), ..self }
    }
    /// Of so many lines.
    #[must_use]
    pub fn rows(self, rows: u8) -> Self {
        Self { rows, ..self }
    }
    /// May stay empty.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }
    /// With what was typed and what is wrong.
    #[must_use]
    pub fn filled(self, filled: &Filled) -> Self {
        let (value, wrong) =
            (filled.typed(&self.name).to_owned(), filled.faults.of(&self.name).map(str::to_owned));
        Self { value, wrong, ..self }
    }
}

/// One of several to choose.
#[derive(Debug, Clone, Serialize)]
pub struct ChoiceOption {
    /// Its id: the first has the group's name, so that the summary's link arrives.
    pub id: String,
    /// What is sent.
    pub value: String,
    /// In words.
    pub label: String,
    /// More words.
    pub hint: Option<String>,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A choice, shown as radio buttons, boxes or a list.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// Name.
    pub name: String,
    /// What to choose.
    pub label: String,
    /// How.
    pub hint: Option<String>,
    /// What is wrong.
    pub wrong: Option<String>,
    /// Whether several may be chosen.
    pub many: bool,
    /// What there is.
    pub options: Vec<ChoiceOption>,
}

impl Choice {
    /// A choice without options yet.
    #[must_use]
    pub fn new(name: &str, label: &str) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            hint: None,
            wrong: None,
            many: false,
            options: Vec::new(),
        }
    }
    /// Several may be chosen.
    #[must_use]
    pub fn many(self) -> Self {
        Self { many: true, ..self }
    }
    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
    /// One more option; `hint` may be empty.
    #[must_use]
    pub fn option(mut self, value: &str, label: &str, hint: &str) -> Self {
        let at = self.options.len();
        let id = if at == 0 { self.name.clone() } else { format!("{}-{}", self.name, at + 1) };
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.options.push(ChoiceOption { id, value: value.into(), label: label.into(), hint, chosen: false });
        self
    }
    /// With these chosen.
    #[must_use]
    pub fn choosing(mut self, values: &[&str]) -> Self {
        for option in &mut self.options {
            option.chosen = values.contains(&option.value.as_str());
        }
        self
    }
    /// With what was chosen and what is wrong.
    #[must_use]
    pub fn filled(self, filled: &Filled) -> Self {
        let wrong = filled.faults.of(&self.name).map(str::to_owned);
        let typed = filled.typed(&self.name).to_owned();
        Self { wrong, ..self.choosing(&[&typed]) }
    }
}

/// A single box.
#[derive(Debug, Clone, Serialize)]
pub struct Tick {
    /// Name and id; sends `yes`.
    pub name: String,
    /// What it means.
    pub label: String,
    /// More words.
    pub hint: Option<String>,
    /// What is wrong.
    pub wrong: Option<String>,
    /// Whether it is ticked.
    pub chosen: bool,
}

impl Tick {
    /// A box that is not ticked.
    #[must_use]
    pub fn new(name: &str, label: &str) -> Self {
        Self { name: name.into(), label: label.into(), hint: None, wrong: None, chosen: false }
    }
    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
    /// With what was ticked and what is wrong.
    #[must_use]
    pub fn filled(self, filled: &Filled) -> Self {
        let (chosen, wrong) =
            (!filled.typed(&self.name).is_empty(), filled.faults.of(&self.name).map(str::to_owned));
        Self { chosen, wrong, ..self }
    }
}

/// A part of a day.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// Id; the day's is the field's own name.
    pub id: String,
    /// Name.
    pub name: String,
    /// What to enter.
    pub label: &'static str,
    /// What stands there.
    pub value: String,
}

/// A civil day in three fields.
#[derive(Debug, Clone, Serialize)]
pub struct DayField {
    /// The name faults are noted under.
    pub name: String,
    /// What day.
    pub label: String,
    /// How.
    pub hint: Option<String>,
    /// What is wrong.
    pub wrong: Option<String>,
    /// Day, month, year.
    pub parts: [Part; 3],
}

impl DayField {
    /// A day whose parts are named `{prefix}day`, `{prefix}month`, `{prefix}year`.
    #[must_use]
    pub fn new(name: &str, prefix: &str, label: &str) -> Self {
        let part = |at: &str, label| Part {
            id: if at == "day" { name.to_owned() } else { format!("{name}-{at}") },
            name: format!("{prefix}{at}"),
            label,
            value: String::new(),
        };
        let parts = [part("day", "Day"), part("month", "Month"), part("year", "Year")];
        Self { name: name.into(), label: label.into(), hint: None, wrong: None, parts }
    }
    /// With a hint.
    #[must_use]
    pub fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }
    /// With what was typed and what is wrong.
    #[must_use]
    pub fn filled(mut self, filled: &Filled) -> Self {
        for part in &mut self.parts {
            part.value = filled.typed(&part.name).to_owned();
        }
        Self { wrong: filled.faults.of(&self.name).map(str::to_owned), ..self }
    }
}

/// Reads a day from its three parts.
///
/// # Errors
/// Says why there is no such day.
pub fn day_of(day: &str, month: &str, year: &str) -> Result<domain::Day, domain::time::NotADay> {
    let small = |it: &str| it.trim().parse::<i8>().map_err(|_| domain::time::NotADay::Unreadable);
    let year = year.trim().parse::<i16>().map_err(|_| domain::time::NotADay::Unreadable)?;
    domain::Day::new(year, small(month)?, small(day)?)
}
