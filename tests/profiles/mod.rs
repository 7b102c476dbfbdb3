//! Profiles as their people meet them, over HTTP: who sees them and who says so, notes, invitations, claims, mandates,
//! partners. Each is done on the pages alone, and looked at with the eyes of those it concerns.

mod agreements;
mod claims;
mod ends;
mod sight;

use crate::boundaries::forms::sent;
use crate::input::links::form_to;
use crate::input::mutants::filled;
use crate::support::http::{Answer, Client};
use crate::support::mail;
use crate::support::page::Form;
use crate::support::program::{Program, eventually};
use crate::support::world::Artist;

/// A persona at work.
pub struct Desk {
    pub client: Client,
    /// `/w/{their workspace}`; empty for the visitor.
    pub home: String,
}

impl Desk {
    #[track_caller]
    pub fn of(demo: &Program, name: &str) -> Self {
        let workspace = demo.world().persona(name).workspace.clone();
        let home = workspace.map(|it| format!("/w/{it}")).unwrap_or_default();
        Self { client: demo.as_persona(name), home }
    }

    /// A page of the own workspace, by what follows its address.
    #[track_caller]
    pub fn sees(&mut self, page: &str) -> Answer {
        let path =
            if page.starts_with(&self.home) { page.to_owned() } else { format!("{}{page}", self.home) };
        self.client.get(&path)
    }

    /// The form on a page whose action ends so, if it is offered.
    #[track_caller]
    pub fn offered(&mut self, page: &str, ending: &str) -> Option<Form> {
        let forms = self.sees(page).page().forms();
        forms.into_iter().find(|it| it.method == "post" && it.action.ends_with(ending))
    }

    /// Fills in the form on a page and sends it.
    #[track_caller]
    pub fn sends(&mut self, page: &str, ending: &str, with: &[(&str, &str)]) -> Answer {
        let shown = self.sees(page);
        let mut form = filled(&form_to(&shown, ending));
        for (field, value) in with {
            form = form.with(field, value);
        }
        self.client.send(&sent(&form, &form.action))
    }

    /// The same, where it must do what it says; gives the page that it leads to.
    #[track_caller]
    pub fn does(&mut self, page: &str, ending: &str, with: &[(&str, &str)]) -> Answer {
        let done = self.sends(page, ending, with);
        assert_eq!(
            done.status,
            303,
            "{page} {ending}: {}",
            done.page().texts("h1, .fault li, .lead").join("; ")
        );
        let there = done.header("location").unwrap_or_default().to_owned();
        let led = self.client.get(&there);
        assert_eq!(led.status, 200, "{there}: {}", led.text());
        led
    }
}

/// Where a form led, without the word that says what was done.
pub fn place(answer: &Answer) -> String {
    let there = answer.header("location").unwrap_or_default();
    there.split('?').next().unwrap_or_default().to_owned()
}

/// The artist of the persona `artist`, whom the agency of `agency-owner` represents and nobody is invited to see.
#[track_caller]
pub fn artist(demo: &Program) -> Artist {
    let world = demo.world();
    let own = world.persona("artist").workspace.clone();
    let found = world.facts.artists.iter().find(|it| it.workspace == own).unwrap().clone();
    assert_eq!(found.agencies, [world.persona("agency-owner").workspace.clone().unwrap()]);
    assert!(found.invited.is_empty());
    found
}

/// The newest letter to an address that holds these words.
#[track_caller]
pub fn letter(demo: &Program, to: &str, words: &str) -> String {
    eventually(&format!("a letter to {to} with {words:?}"), || {
        mail::all_to(demo.world(), to).into_iter().rfind(|it| it.contains(words))
    })
}
