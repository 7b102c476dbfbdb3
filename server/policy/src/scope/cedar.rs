//! A list's condition told back in Cedar, so that it can be proved equal to the policies it was made from.
//!
//! Not the condition is told, but the filters that it gives: for each way in which the questions to asker and context
//! can be answered, the very filter that [`Condition::fill`] would make then. So filling in and the normal form are part
//! of what is proved, and only the rendering of a [`Filter`] as SQL is not.

use super::answers::Answers;
use super::{Condition, Filter, Known, Literal, Open};
use domain::Key;
use domain::time::key_of;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Beyond so many questions to the asker there would be too many ways to answer them.
const MOST: usize = 12;

/// One way to answer all questions, with a key of its own for each attribute that names an entity.
struct Way<'a> {
    questions: &'a [&'a Known],
    /// Bit by bit, in the order of the questions.
    yes: usize,
    names: &'a [&'a str],
}

impl Answers for Way<'_> {
    fn known(&self, question: &Known) -> bool {
        self.questions.iter().position(|it| *it == question).is_some_and(|at| self.yes >> at & 1 == 1)
    }

    fn reference(&self, attribute: &str) -> Option<Key> {
        // strict validation has an optional attribute asked for with `has` before it is used
        let has = Known::Has(attribute.to_owned());
        if self.questions.contains(&&has) && !self.known(&has) {
            return None;
        }
        self.names.iter().position(|it| *it == attribute).map(|at| key_of(at as u128 + 1))
    }

    fn asker(&self) -> Option<Key> {
        Some(key_of(0))
    }
}

impl Condition {
    /// For which askers, contexts and rows the list shows the row: one Cedar expression.
    ///
    /// # Errors
    /// The condition asks too many questions of the asker to try every way to answer them.
    pub(crate) fn in_cedar(&self) -> Result<String, String> {
        let (mut questions, mut names) = (Vec::new(), BTreeSet::new());
        self.collect(&mut questions, &mut names);
        if questions.len() > MOST {
            return Err(format!("{} questions to the asker", questions.len()));
        }
        let names: Vec<&str> = names.into_iter().collect();
        let mut ways = Vec::new();
        for yes in 0..1_usize << questions.len() {
            let way = Way { questions: &questions, yes, names: &names };
            let rows = match self.filter(&way) {
                Filter::Never => continue,
                Filter::Always => "true".to_owned(),
                Filter::When(rows) => {
                    let rows = rows.iter().map(|it| conjunction(it, &names));
                    rows.collect::<Result<Vec<_>, _>>()?.join(" || ")
                }
            };
            let mut text = String::new();
            for (at, question) in questions.iter().enumerate() {
                let sign = if yes >> at & 1 == 1 { "" } else { "!" };
                let _ = write!(text, "{sign}({}) && ", known(question));
            }
            ways.push(format!("({text}({rows}))"));
        }
        Ok(if ways.is_empty() { "false".to_owned() } else { ways.join(" ||\n") })
    }

    fn collect<'c>(&'c self, questions: &mut Vec<&'c Known>, names: &mut BTreeSet<&'c str>) {
        match self {
            Self::Is(_) => {}
            Self::Not(it) => it.collect(questions, names),
            Self::All(them) | Self::Any(them) => {
                for it in them {
                    it.collect(questions, names);
                }
            }
            Self::Known(it) => {
                if !questions.contains(&it) {
                    questions.push(it);
                }
            }
            Self::Row(Open::Same(_, name) | Open::Itself(name) | Open::Holds(_, name)) => {
                names.insert(name);
            }
            Self::Row(Open::Flag(_) | Open::Has(_) | Open::Word(..) | Open::HoldsAsker(_)) => {}
        }
    }
}

fn conjunction(row: &[(Literal, bool)], names: &[&str]) -> Result<String, String> {
    let mut parts = Vec::new();
    for (it, yes) in row {
        let text = literal(it, names)?;
        parts.push(if *yes { format!("({text})") } else { format!("!({text})") });
    }
    Ok(format!("({})", parts.join(" && ")))
}

/// A column or relation that is not there answers no, in SQL and here.
fn literal(it: &Literal, names: &[&str]) -> Result<String, String> {
    let of = |key: &Key| -> Result<String, String> {
        if *key == key_of(0) {
            return Ok("principal".to_owned());
        }
        let at = (0..names.len()).find(|at| *key == key_of(*at as u128 + 1));
        at.map(|at| format!("principal.{}", names[at])).ok_or_else(|| "a key of nobody".to_owned())
    };
    Ok(match it {
        Literal::Flag(field) => format!("resource has {field} && resource.{field}"),
        Literal::Has(field) => format!("resource has {field}"),
        Literal::Word(field, word) => {
            format!("resource has {field} && resource.{field} == {:?}", word.as_str())
        }
        Literal::Ref(field, key) => format!("resource has {field} && resource.{field} == {}", of(key)?),
        Literal::Kind(kind) => format!("resource is {}", kind.as_str()),
        Literal::Id(key) => format!("resource == {}", of(key)?),
        Literal::Holds(set, key) => format!("resource has {set} && resource.{set}.contains({})", of(key)?),
    })
}

fn known(it: &Known) -> String {
    match it {
        Known::Flag(name) => format!("principal has {name} && principal.{name}"),
        Known::Has(name) => format!("principal has {name}"),
        Known::Word(name, word) => format!("principal has {name} && principal.{name} == {word:?}"),
        Known::HasWord(name, word) => {
            format!("principal has {name} && principal.{name}.contains({word:?})")
        }
        Known::AtMost(name, most) => format!("context has {name} && context.{name} <= {most}"),
        Known::AtLeast(name, least) => format!("context has {name} && context.{name} >= {least}"),
    }
}
