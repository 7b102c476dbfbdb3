//! The one road of every form of a signed-in person, so that no page can take it in another order: read what came, ask
//! whose page it is, only then look at the form, refuse one that we did not show, take its fields, refuse what nobody
//! asked for; and only then is there a [`Store`] to write with, which takes this form once.

use crate::csrf::{self, FormSecret};
use crate::house::{House, OVERTAKEN};
use crate::http::faults::{Faults, Filled};
use crate::http::{Form, Upload, Uploaded};
use crate::problem::Problem;
use crate::routes::Call;
use crate::view::day_of;
use crate::visit::{As, Visit};
use domain::{Day, Version};
use policy::{Action, Facts, Permit};
use std::fmt::Display;
use store::{Load, Store};
use warp::reply::Response;

/// A form as it came. Nothing of it is looked at before somebody's right to the page is known, but for what is part of
/// that question itself.
pub struct Sent {
    form: Result<Form, Problem>,
    file: Option<Upload>,
}

impl Sent {
    fn of(form: Result<Form, Problem>) -> Self {
        Self { form, file: None }
    }

    fn uploaded(it: Result<Uploaded, Problem>) -> Self {
        match it {
            Ok(Uploaded { form, file }) => Self { form: Ok(form), file },
            Err(problem) => Self { form: Err(problem), file: None },
        }
    }

    /// A field that is part of the question: the level to set, the secret of a link. Empty where it did not come or the
    /// form cannot be read, which is then asked about as any other text that opens nothing.
    pub fn question(&mut self, field: &str) -> String {
        self.form.as_mut().map(|it| it.text(field)).unwrap_or_default()
    }

    /// A field that is part of the question, for whoever was permitted to see the thing already: they are told where the
    /// form cannot be read.
    ///
    /// # Errors
    /// Why the form cannot be read.
    pub fn told<A: Action>(&mut self, _seen: &Permit<A>, field: &str) -> Result<String, Problem> {
        match std::mem::replace(&mut self.form, Err(Problem::Refused)) {
            Ok(mut form) => {
                let text = form.text(field);
                self.form = Ok(form);
                Ok(text)
            }
            Err(problem) => Err(problem),
        }
    }

    /// The hash of the form's token, where it is one that we made for this address.
    fn shown(&mut self, secret: &FormSecret, action: &str) -> Option<[u8; 32]> {
        let token = self.form.as_mut().ok()?.text(csrf::FIELD);
        secret.admits(action, &token)
    }

    /// Opens the form, whose token has this hash where it is one of ours.
    fn open(self, once: Option<[u8; 32]>) -> Result<Sheet, Problem> {
        let form = self.form?;
        let once = once.ok_or(Problem::CrossSite)?;
        let filled = form.filled(&[csrf::FIELD]);
        Ok(Sheet { filled, form, file: self.file, once, typed: Vec::new() })
    }
}

/// A form that we showed, opened for whoever may send it.
pub struct Sheet {
    form: Form,
    /// What was typed and what is wrong with it, to show the form again.
    pub filled: Filled,
    file: Option<Upload>,
    once: [u8; 32],
    /// What people typed, not what the form brought along.
    typed: Vec<(String, String)>,
}

impl Sheet {
    /// Opens a form that was shown to somebody who is not signed in.
    pub(crate) fn opened(
        form: Result<Form, Problem>,
        secret: &FormSecret,
        action: &str,
    ) -> Result<Self, Problem> {
        let mut sent = Sent::of(form);
        let once = sent.shown(secret, action);
        sent.open(once)
    }

    /// A field's text; empty where it did not come.
    pub fn text(&mut self, field: &str) -> String {
        self.form.text(field)
    }

    /// A field's text that is never shown again.
    pub fn secret(&mut self, field: &str) -> String {
        self.filled.forget(field);
        self.form.text(field)
    }

    /// Whether a box was ticked.
    pub fn ticked(&mut self, field: &str) -> bool {
        self.form.ticked(field)
    }

    /// A field, parsed; its fault is noted beside it.
    pub fn take<T, E: Display>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.typed(field);
        self.filled.take(field, parse(&text))
    }

    fn typed(&mut self, field: &str) -> String {
        let text = self.form.text(field);
        self.typed.push((field.to_owned(), text.clone()));
        text
    }

    /// A field that may stay empty: nothing then, as where its fault was noted.
    pub fn optional<T, E: Display>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.typed(field);
        let text = text.trim();
        if text.is_empty() { None } else { self.filled.take(field, parse(text)) }
    }

    /// A day of three fields, `{prefix}day`, `{prefix}month`, `{prefix}year`; its fault is noted under `field`.
    pub fn day(&mut self, field: &str, prefix: &str) -> Option<Day> {
        let [day, month, year] = self.parts(field, prefix);
        self.filled.take(field, day_of(&day, &month, &year))
    }

    /// A day that may stay empty.
    pub fn optional_day(&mut self, field: &str, prefix: &str) -> Option<Day> {
        let parts = self.parts(field, prefix);
        if parts.iter().all(|it| it.trim().is_empty()) {
            return None;
        }
        self.filled.take(field, day_of(&parts[0], &parts[1], &parts[2]))
    }

    fn parts(&mut self, field: &str, prefix: &str) -> [String; 3] {
        let parts = ["day", "month", "year"].map(|it| self.form.text(&format!("{prefix}{it}")));
        self.typed.push((field.to_owned(), parts.join(" ")));
        parts
    }

    /// The edition that the form was filled in on; 0 where there was none yet.
    ///
    /// # Errors
    /// [`Problem::BadRequest`] where it says none: the field is hidden, so nobody can correct it.
    pub fn version(&mut self) -> Result<Version, Problem> {
        let number = self.form.text("version").parse().ok().filter(|it| *it >= 0);
        let no = || Problem::BadRequest("This form does not say on which edition it was filled in.".into());
        number.map(Version).ok_or_else(no)
    }

    /// The edition that the form was filled in on. Where `stands` is another by now, the form was overtaken, and is shown
    /// again with what was typed.
    ///
    /// # Errors
    /// As [`Sheet::version`].
    pub fn edition(&mut self, stands: Version) -> Result<Version, Problem> {
        let shown = self.version()?;
        if shown != stands {
            self.filled.overtake();
        }
        Ok(shown)
    }

    /// The file that came in `field`, if one did. One that came elsewhere stays, and is refused at the end.
    pub fn file(&mut self, field: &str) -> Option<Upload> {
        self.file.take_if(|it| it.field == field)
    }

    /// Notes a fault.
    pub fn fault(&mut self, field: &str, text: impl Into<String>) {
        self.filled.faults.add(field, text);
    }

    /// The faults so far, where the form itself cannot be shown again.
    #[must_use]
    pub fn wrong(self) -> Problem {
        Problem::Invalid(self.filled.faults)
    }

    /// Ends the reading: the store to write with, once. What was typed stays with the visit, so that it can be given
    /// back should the thing have changed meanwhile.
    ///
    /// # Errors
    /// As [`Sheet::close`].
    pub fn finish(mut self, visit: &mut Visit<'_, '_>) -> Result<Store, Problem> {
        visit.typed = std::mem::take(&mut self.typed);
        self.close(visit.house)
    }

    /// Ends the reading of a form from nobody who is signed in.
    ///
    /// # Errors
    /// [`Problem::Invalid`], naming each fault that stands, each field that nobody asked for and each that came twice.
    pub(crate) fn close(self, house: &House) -> Result<Store, Problem> {
        let Self { form, filled, file, once, typed: _ } = self;
        form.finish()?;
        if let Some(it) = file {
            return Err(Problem::Invalid(Faults::one(it.field, "This form has no such file")));
        }
        if !filled.faults.is_empty() {
            return Err(Problem::Invalid(filled.faults));
        }
        if filled.is_overtaken() {
            return Err(Problem::Stale(OVERTAKEN.into()));
        }
        Ok(house.store.once(once))
    }
}

impl Call<House> {
    /// Takes a form that changes something: `ask` says whether whoever asks may, `act` reads the fields and changes it.
    /// A form that was taken before is told so, also where taking it ended the right to send it.
    ///
    /// # Errors
    /// Those of [`Call::visit`], `ask` and `act`; [`Problem::CrossSite`] for a form that we did not show to this session
    /// at this address; why it cannot be read; [`Problem::Sent`].
    pub async fn change<P>(
        mut self,
        who: As,
        ask: impl FnOnce(&mut Visit<'_, '_>, &mut Sent) -> Result<P, Problem> + Send + 'static,
        act: impl FnOnce(&mut Visit<'_, '_>, P, Sheet) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        // read before, and looked at only after, it is known whose page this is: a refusal takes the same for any form
        let sent = Sent::of(self.rq.form().await);
        self.changed(who, sent, ask, act).await
    }

    /// [`Call::change`] for a form with a file.
    ///
    /// # Errors
    /// As there.
    pub async fn change_with_file<P>(
        mut self,
        who: As,
        ask: impl FnOnce(&mut Visit<'_, '_>, &mut Sent) -> Result<P, Problem> + Send + 'static,
        act: impl FnOnce(&mut Visit<'_, '_>, P, Sheet) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let sent = Sent::uploaded(self.rq.upload().await);
        self.changed(who, sent, ask, act).await
    }

    /// [`Call::change`] where one right to one thing, whose id stands in the path, is all that is asked.
    ///
    /// # Errors
    /// As there.
    pub async fn change_on<A: Action>(
        self,
        who: As,
        id: Option<<A::On as Facts>::Id>,
        input: A::Input,
        act: impl FnOnce(&mut Visit<'_, '_>, Permit<A>, Sheet) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem>
    where
        A::On: Load,
        <A::On as Facts>::Id: Send + 'static,
    {
        let ask = move |visit: &mut Visit<'_, '_>, _: &mut Sent| {
            let id = id.ok_or(Problem::Refused)?;
            Ok(visit.db.permit::<A>(id, input)?)
        };
        self.change(who, ask, act).await
    }

    async fn changed<P>(
        self,
        who: As,
        mut sent: Sent,
        ask: impl FnOnce(&mut Visit<'_, '_>, &mut Sent) -> Result<P, Problem> + Send + 'static,
        act: impl FnOnce(&mut Visit<'_, '_>, P, Sheet) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let action = self.rq.path.clone();
        self.visit(who, move |visit| {
            let once = sent.shown(&visit.forms(), &action);
            let done = match ask(visit, &mut sent) {
                Ok(known) => sent.open(once).and_then(|sheet| act(visit, known, sheet)),
                Err(problem) => Err(problem),
            };
            match (done, once) {
                // the first sending moved the thing, or ended the right to send it again; nobody else has a token for it
                (
                    Err(Problem::Refused | Problem::Stale(_) | Problem::Again { overtaken: true, .. }),
                    Some(once),
                ) if visit.db.form_taken(&once)? => Err(Problem::Sent),
                (Err(Problem::Stale(what)), _) => {
                    let mut typed = std::mem::take(&mut visit.typed);
                    typed.retain(|(_, text)| !text.trim().is_empty());
                    Err(Problem::Unsaved(what, typed))
                }
                (done, _) => done,
            }
        })
        .await
    }
}
