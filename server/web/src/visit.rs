//! One visit of a signed-in person: from the cookie to an asker, in one snapshot; refusals are recorded in one place.

use crate::csrf::{self, FormSecret};
use crate::house::{House, session_hash};
use crate::problem::Problem;
use crate::routes::{Asked, Call};
use crate::view::FormToken;
use domain::{AccountStatus, Id, Kind, Moment, WorkspaceId};
use policy::{Actor, Asker, Member};
use std::sync::Arc;
use store::{Acting, Doors, Read};

/// As whom a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// As a member of the workspace in the path; `None` where the path names none that could be.
    Member(Option<WorkspaceId>),
    /// As counsel.
    Counsel,
    /// As platform staff.
    Admin,
    /// With one's own account, approved.
    Account,
    /// With one's own account, wherever it stands at the gate.
    Applicant,
}

/// What a page's closure works with.
pub struct Visit<'a, 'b> {
    /// The session.
    pub doors: &'a Doors,
    /// Decides and fetches, in one snapshot.
    pub db: &'a mut Read<'b>,
    /// The house.
    pub house: &'a House,
    /// What was typed into the form that is being taken, field by field.
    pub(crate) typed: Vec<(String, String)>,
}

impl Visit<'_, '_> {
    /// Who asks.
    #[must_use]
    pub fn asker(&self) -> &Arc<Asker> {
        self.db.asker()
    }
    /// When.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.db.now()
    }
    /// The member, on pages of a workspace.
    ///
    /// # Errors
    /// Refused where the asker is none.
    pub fn member(&self) -> Result<(Kind, Member), Problem> {
        match &self.db.asker().actor {
            Actor::Member(kind, member) => Ok((*kind, member.clone())),
            _ => Err(Problem::Refused),
        }
    }
    /// An id from the path: what cannot be an id answers as one that is not theirs.
    ///
    /// # Errors
    /// Refused.
    pub fn known<I: Id>(&self, id: Option<I>) -> Result<I, Problem> {
        id.ok_or(Problem::Refused)
    }
    /// The token of a form that goes to `action`, a path, for this one showing to this session alone.
    #[must_use]
    pub fn token(&self, action: &str) -> FormToken {
        FormToken { name: csrf::FIELD, value: self.forms().token(action, &self.house.edge.chance.secret()) }
    }
    /// What the tokens of this session's forms are made from.
    pub(crate) fn forms(&self) -> FormSecret {
        // a row with another length cannot be: then nobody knows the secret, and every form is refused
        let bytes = <[u8; 32]>::try_from(self.doors.form_secret.as_slice());
        FormSecret::new(bytes.unwrap_or_else(|_| self.house.edge.chance.secret()))
    }
}

/// Whoever is shown forms: a session here, a browser before anybody is signed in.
pub(crate) trait Shows {
    /// The token of a form that goes to `action`, a path, for this one showing.
    fn shows(&self, action: &str) -> FormToken;
}

impl Shows for Visit<'_, '_> {
    fn shows(&self, action: &str) -> FormToken {
        self.token(action)
    }
}

impl Call<House> {
    /// As a member of the workspace in the path's `{workspace}`.
    #[must_use]
    pub fn member(&self) -> As {
        As::Member(self.holes.id("workspace"))
    }

    /// Resolves the session, asks as `who`, and runs `f` in one snapshot off the asynchronous threads. The only way
    /// from a request to an asker.
    ///
    /// # Errors
    /// Sign-in, waiting, refused (by then recorded with the actor), or those of `f`.
    pub async fn visit<T: Send + 'static>(
        &self,
        who: As,
        f: impl FnOnce(&mut Visit<'_, '_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let Some(token) = session_hash(&self.rq, self.app.edge.tls) else { return Err(Problem::SignIn) };
        let (visit, now) = (self.rq.id, self.rq.now);
        let work = self.app.run(move |house| {
            // who came, when they were seen last, and whether the gate let them in
            let mut known = None;
            let choose = |doors: &Doors| {
                let waits = who != As::Applicant && doors.status != AccountStatus::Approved;
                known = Some((doors.account, doors.seen_at, !waits));
                if waits {
                    return Err(Problem::Waiting);
                }
                Ok(match who {
                    As::Member(workspace) => Acting::Workspace(workspace.ok_or(Problem::Refused)?),
                    As::Counsel => Acting::Counsel,
                    As::Admin => Acting::Admin,
                    As::Account | As::Applicant => Acting::Account,
                })
            };
            let done = house
                .store
                .enter(&token, visit, now, choose, |doors, db| {
                    f(&mut Visit { doors, db, house, typed: Vec::new() })
                })
                .and_then(|it| it.ok_or(Problem::SignIn));
            Ok((known, done))
        });
        let (known, done) = work.await?;
        if known.is_some_and(|it| now.0 - it.1.0 > Moment::MINUTE) {
            let house = Arc::clone(&self.app);
            // a session that could not be touched ends a little earlier: nothing to tell anybody
            tokio::task::spawn_blocking(move || house.store.session_touch(&token, now));
        }
        let account = known.map(|it| it.0);
        match done {
            Err(Problem::Refused) => Err(self.app.refusal(&Asked::of(&self.rq), account, Some(token))),
            // they were let in, and the policies sent them back to the gate: a right that ended on the way
            Err(Problem::Waiting) if known.is_some_and(|it| it.2) => {
                match self.app.refusal(&Asked::of(&self.rq), account, Some(token)) {
                    Problem::Recorded => Err(Problem::Waiting),
                    slowed => Err(slowed),
                }
            }
            done => done,
        }
    }

    /// Work without a session: public pages and forms, asked as [`Actor::Visitor`].
    ///
    /// # Errors
    /// Those of `f`.
    pub async fn public<T: Send + 'static>(
        &self,
        f: impl FnOnce(&House, &Arc<Asker>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let asker =
            Arc::new(Asker { actor: Actor::Visitor, visit: self.rq.id, now: self.rq.now, factor_at: None });
        self.app.run(move |house| f(house, &asker)).await
    }
}
