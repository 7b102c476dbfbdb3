//! Workspaces and their verification.

use super::{answered, staff, staff_change};
use crate::house::House;
use crate::http::{Filled, encoding};
use crate::pages::accounts::leaf::{Cell, Form, Leaf, Section, Table};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Choice, Fact, Field, Page, when};
use crate::visit::Visit;
use domain::bounded::Prose;
use domain::{Fault, Kind, MembershipId, WorkspaceId};
use policy::{
    Factor,
    actions::{ReviewWorkspace, RevokeVerification, VerifyWorkspace},
};
use store::Page as Rows;
use store::accounts::{self, WorkspaceReviewed};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    vec![
        Route::get("/admin/workspaces", "ReviewWorkspace", "Workspace", Most::Admin, |call| {
            Box::pin(list(call))
        })
        .reads(&["kind", "verified", "after"]),
        Route::get("/admin/workspaces/{workspace}", "ReviewWorkspace", "Workspace", Most::Admin, |call| {
            Box::pin(one(call))
        }),
        Route::post(
            "/admin/workspaces/{workspace}/verify",
            "VerifyWorkspace",
            "Workspace",
            Most::Admin,
            |call| Box::pin(verify(call)),
        ),
        Route::post(
            "/admin/workspaces/{workspace}/revoke",
            "RevokeVerification",
            "Workspace",
            Most::Admin,
            |call| Box::pin(revoke(call)),
        ),
    ]
}

const ROWS: usize = 50;

async fn list(call: Call<House>) -> Result<Response, Problem> {
    let mut query = call.rq.query()?;
    let kind = query.text("kind").parse().unwrap_or(Kind::Artist);
    let verified = query.text("verified") == "yes";
    let after = query.maybe("after");
    let done = staff(&call, "/admin/workspaces", move |visit| {
        let rows = Rows { after: after.clone(), limit: ROWS };
        let found = accounts::workspaces(visit.db, kind, verified, &rows)?;
        let mut table = Table::new("Workspaces, the newest first", &["Name", "Plan", "Members", "Since"]);
        for it in &found.rows {
            table.row(vec![
                Cell::link(format!("/admin/workspaces/{}", it.id), it.name.clone()),
                Cell::text(it.plan.to_string()),
                Cell::text(it.members.len().to_string()),
                Cell::when(when::instant(it.created_at, &visit.house.settings.zone)),
            ]);
        }
        let word = |it: bool| if it { ("yes", "verified") } else { ("no", "not verified") };
        let address = |kind: Kind, it: bool| format!("/admin/workspaces?kind={kind}&verified={}", word(it).0);
        let next =
            found.next.map(|it| format!("{}&after={}", address(kind, verified), encoding::encode(&it)));
        let first = after.is_some().then(|| address(kind, verified));
        let section = Section::titled("workspaces", format!("{kind}, {}", word(verified).1))
            .table(table, "There are none.")
            .pager("More workspaces", first, next);
        let mut ways = Section::plain();
        for kind in Kind::ALL {
            for it in [false, true] {
                ways = ways.link(address(*kind, it), format!("{kind}, {}", word(it).1));
            }
        }
        let leaf = Leaf::new("Verification").with(ways).with(section);
        Ok((visit.page("Verification", "/admin/workspaces")?, leaf))
    })
    .await?;
    answered(&call, done)
}

/// Which form is shown again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Neither,
    Verify,
    Revoke,
}

fn about(
    visit: &mut Visit<'_, '_>,
    id: WorkspaceId,
    filled: &Filled,
    again: Again,
) -> Result<(Page, Leaf), Problem> {
    let permit = visit.db.permit::<ReviewWorkspace>(id, Factor)?;
    let it = accounts::workspace_review(visit.db, &permit)?;
    let mut facts = vec![
        Fact::text("Kind", it.kind.to_string()),
        Fact::text("Plan", it.plan.to_string()),
        Fact::text("Verified", if it.verified { "yes" } else { "no" }),
        Fact::when("Since", when::instant(it.created_at, &visit.house.settings.zone)),
    ];
    if let Some(note) = &it.note {
        facts.push(Fact::text("Last note", note.clone()));
    }
    let mut table = Table::new("Its members", &["Name", "E-mail address", "Role", "Account"]);
    for member in &it.members {
        let role = if member.in_person {
            format!("{}, the artist in person", member.role)
        } else {
            member.role.to_string()
        };
        table.row(vec![
            Cell::text(member.name.clone()),
            Cell::text(member.email.clone()),
            Cell::text(role),
            Cell::text(member.status.to_string()),
        ]);
    }
    let blank = Filled::blank();
    // a new note alone takes nobody's place
    let named = it.members.iter().find(|it| it.in_person).map(|it| ("in-person", it.id.to_string()));
    let first = Filled::with(named);
    let verifying = if again == Again::Verify { filled } else { &first };
    let revoking = if again == Again::Revoke { filled } else { &blank };
    let leaf = Leaf::new(it.name.clone())
        .with(Section::plain().facts(facts))
        .with(Section::titled("members", "Members").table(table, "It has no members."))
        .maybe(verification(visit, &it, verifying)?)
        .maybe(revocation(visit, &it, revoking)?);
    Ok((visit.page(it.name, "/admin/workspaces")?, leaf))
}

fn verification(
    visit: &mut Visit<'_, '_>,
    it: &WorkspaceReviewed,
    filled: &Filled,
) -> Result<Option<Section>, Problem> {
    if !visit.db.may::<VerifyWorkspace>(it.id, &Factor)? {
        return Ok(None);
    }
    let verb = if it.verified { "Verify it anew" } else { "Verify the workspace" };
    let mut form = Form::post(visit, format!("/admin/workspaces/{}/verify", it.id), verb)
        .hidden("version", it.version.0.to_string())
        .field(Field::area("note", "Note").hint("What you looked at, and whom you spoke to.").filled(filled));
    // the artist in person owns their workspace
    let owners: Vec<_> = it.members.iter().filter(|it| it.role.can_be_the_artist()).collect();
    if it.kind == Kind::Artist && !owners.is_empty() {
        let mut hint =
            "Only they can show the profile in public. Choose somebody only if you know it.".to_owned();
        if it.members.iter().any(|it| it.in_person) {
            hint += " Another than the one named before takes their place, and the folio leaves the public until they agree \
                     themselves.";
        }
        let mut choice = Choice::new("in-person", "Which owner is the artist in person?").hint(&hint).option(
            "",
            "Nobody, for now",
            "",
        );
        for member in owners {
            choice = choice.option(member.id.as_str(), &member.name, &member.email);
        }
        form = form.choice(choice.filled(filled));
    }
    let section = Section::titled("verify", if it.verified { "Verify again" } else { "Verify" });
    Ok(Some(section.form(form)))
}

fn revocation(
    visit: &mut Visit<'_, '_>,
    it: &WorkspaceReviewed,
    filled: &Filled,
) -> Result<Option<Section>, Problem> {
    if !it.verified {
        return Ok(None);
    }
    let section = Section::titled("revoke", "Take the verification back")
        .say("It is no longer listed or shown in public, from the next request on. Its owners are told the reason.");
    if !visit.db.may::<RevokeVerification>(it.id, &Factor)? {
        let back = format!("/admin/step-up?to={}", encoding::encode(&format!("/admin/workspaces/{}", it.id)));
        let section = section.say("This needs a second factor no older than five minutes.");
        return Ok(Some(section.link(back, "Give a fresh code")));
    }
    let form = Form::post(visit, format!("/admin/workspaces/{}/revoke", it.id), "Take it back")
        .hidden("version", it.version.0.to_string())
        .field(Field::area("reason", "Reason").hint("The owners read this, word for word.").filled(filled))
        .undo();
    Ok(Some(section.form(form)))
}

fn back(id: Option<WorkspaceId>) -> String {
    id.map_or_else(|| "/admin/workspaces".into(), |it| format!("/admin/workspaces/{it}"))
}

async fn one(call: Call<House>) -> Result<Response, Problem> {
    let id: Option<WorkspaceId> = call.holes.id("workspace");
    let done = staff(&call, &back(id), move |visit| {
        let id = visit.known(id)?;
        about(visit, id, &Filled::blank(), Again::Neither)
    })
    .await?;
    answered(&call, done)
}

async fn verify(call: Call<House>) -> Result<Response, Problem> {
    let id: Option<WorkspaceId> = call.holes.id("workspace");
    let ask = move |visit: &mut Visit<'_, '_>| {
        let id = visit.known(id)?;
        Ok(visit.db.permit::<VerifyWorkspace>(id, Factor)?)
    };
    staff_change(call, back(id), ask, move |visit, permit, mut sheet| {
        let shown = sheet.edition(permit.version())?;
        let note = sheet.take("note", |it| Prose::prose("a note", it));
        let a_member = |it: &str| match it {
            "" => Ok(None),
            it => it.parse::<MembershipId>().map(Some).map_err(|_| Fault::new("Choose one of its members")),
        };
        let member = sheet.take("in-person", a_member);
        let (Some(note), Some(member), true) = (note, member, sheet.filled.is_fine()) else {
            let (page, leaf) = about(visit, permit.on(), &sheet.filled, Again::Verify)?;
            return Err(leaf.again(visit.house, page, &sheet.filled));
        };
        let store = sheet.finish(visit)?;
        accounts::verify(&store, permit, shown, &note, member, &visit.house.settings.address)?;
        Ok(reply::see_other(&back(id)))
    })
    .await
}

async fn revoke(call: Call<House>) -> Result<Response, Problem> {
    let id: Option<WorkspaceId> = call.holes.id("workspace");
    let ask = move |visit: &mut Visit<'_, '_>| {
        let id = visit.known(id)?;
        Ok(visit.db.permit::<RevokeVerification>(id, Factor)?)
    };
    staff_change(call, back(id), ask, move |visit, permit, mut sheet| {
        let shown = sheet.edition(permit.version())?;
        let reason = sheet.take("reason", |it| Prose::prose("a reason", it));
        let (Some(reason), true) = (reason, sheet.filled.is_fine()) else {
            let (page, leaf) = about(visit, permit.on(), &sheet.filled, Again::Revoke)?;
            return Err(leaf.again(visit.house, page, &sheet.filled));
        };
        let store = sheet.finish(visit)?;
        accounts::revoke_verification(&store, permit, shown, &reason, &visit.house.settings.address)?;
        Ok(reply::see_other(&back(id)))
    })
    .await
}
