//! Documents: adding one, reading one, sharing, opening to counsel, erasing.

use super::parts::{Act, FormView, RecordView, base};
use crate::house::House;
use crate::http::{Filled, Uploaded, upload};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Facts, Field, Link, Mark, Payload, State, when};
use crate::visit::{As, Visit};
use connect::documents::{ShelfError, digest_of};
use domain::bounded::Line;
use domain::records::DocumentState;
use domain::{DocumentId, EngagementId};
use policy::actions::{EraseDocument, PrepareDocument, ShareWithCounsel, ViewDocument, ViewEngagement};
use policy::{Actor, Unasked};
use store::engagements::documents_view::{self, DocumentView};
use store::engagements::{Named, documents, view};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let on = "/w/{workspace}/engagements/{engagement}/documents";
    vec![
        Route::get(on, "PrepareDocument", "Engagement", Most::Member, |call| Box::pin(blank(call))),
        Route::post(on, "PrepareDocument", "Engagement", Most::Member, |call| Box::pin(add(call)))
            .body(upload::BODY),
        Route::get("/w/{workspace}/documents/{document}", "ViewDocument", "Document", Most::Member, |call| {
            let who = call.member();
            Box::pin(show(call, who))
        }),
        Route::get(
            "/w/{workspace}/documents/{document}/content",
            "ViewDocument",
            "Document",
            Most::Member,
            |call| {
                let who = call.member();
                Box::pin(content(call, who))
            },
        ),
        Route::post(
            "/w/{workspace}/documents/{document}/share",
            "PrepareDocument",
            "Document",
            Most::Member,
            |call| Box::pin(share(call)),
        ),
        Route::post(
            "/w/{workspace}/documents/{document}/counsel",
            "ShareWithCounsel",
            "Document",
            Most::Member,
            |call| Box::pin(open_to_counsel(call)),
        ),
        Route::post(
            "/w/{workspace}/documents/{document}/erase",
            "EraseDocument",
            "Document",
            Most::Member,
            |call| Box::pin(erase(call)),
        ),
        Route::get("/counsel/documents/{document}", "ViewDocument", "Document", Most::Counsel, |call| {
            Box::pin(show(call, As::Counsel))
        }),
        Route::get(
            "/counsel/documents/{document}/content",
            "ViewDocument",
            "Document",
            Most::Counsel,
            |call| Box::pin(content(call, As::Counsel)),
        ),
    ]
}

const FORM: &str = "document";

/// Media types that are handed out as what they are; everything else is bytes to keep. All are sent as attachments.
const TYPES: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("txt", "text/plain; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// By the name's ending: what a browser said of it is not believed.
fn media_type(file_name: &str) -> &'static str {
    let ending = file_name.rsplit_once('.').map(|it| it.1.to_ascii_lowercase()).unwrap_or_default();
    TYPES.iter().find(|it| it.0 == ending).map_or("application/octet-stream", |it| it.1)
}

fn size(bytes: i64) -> String {
    match bytes {
        ..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

fn form_page(visit: &mut Visit<'_, '_>, id: EngagementId, filled: &Filled) -> Result<Response, Problem> {
    let permit = visit.db.permit::<ViewEngagement>(id, Unasked)?;
    let named = view::names(visit.db, &permit)?;
    let base = base(visit)?;
    let form = FormView {
        eyebrow: format!("{}, engagement {}", named.title, named.reference),
        heading: "Add a document".into(),
        lead: "Only your own workspace sees it until you share it with the other parties.".into(),
        facts: None,
        parts: vec![
            Field::text("title", "What is it called?").filled(filled).into(),
            Field::file("file", "File").hint("At most 10 MiB.").filled(filled).into(),
        ],
        hidden: Vec::new(),
        token: visit.token(FORM, id.as_str()),
        action: format!("{base}/engagements/{id}/documents"),
        upload: true,
        button: "Add the document".into(),
        back: Link::to(format!("{base}/engagements/{id}"), "Back to the engagement"),
    };
    form.answer(visit, "/engagements", filled)
}

async fn blank(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EngagementId>("engagement");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _permit = visit.db.permit::<PrepareDocument>(id, Unasked)?;
        form_page(visit, id, &Filled::blank())
    })
    .await
}

async fn add(mut call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<EngagementId>("engagement");
    // who may not add anything here is told so before a large body is read
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _permit = visit.db.permit::<PrepareDocument>(id, Unasked)?;
        Ok(())
    })
    .await?;
    let sent = call.rq.upload().await;
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<PrepareDocument>(id, Unasked)?;
        let Uploaded { mut form, file } = sent?;
        visit.check(&mut form, FORM, id.as_str())?;
        let mut filled = form.filled(&[crate::csrf::FIELD]);
        let title = filled.take("title", Line::line("what the document is called", &form.text("title")));
        let file = file.filter(|it| !it.bytes.is_empty());
        if file.is_none() {
            filled.faults.add("file", "Choose a file that is not empty");
        }
        let (Some(title), Some(file)) = (title, file) else { return form_page(visit, id, &filled) };
        form.finish()?;
        let digest = digest_of(&file.bytes);
        visit.house.shelf.put(&digest, &file.bytes).map_err(shelf)?;
        let kept = documents::Upload {
            title,
            media_type: media_type(&file.file_name).to_owned(),
            file_name: file.file_name,
            bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            digest,
        };
        let document = documents::upload(&visit.house.store, permit, &kept)?;
        Ok(reply::see_other(&format!("{}/documents/{document}", base(visit)?)))
    })
    .await
}

fn shelf(it: ShelfError) -> Problem {
    match it {
        ShelfError::Absent | ShelfError::Damaged | ShelfError::Mismatch => Problem::Broken(it.to_string()),
        // the text of an input error may name a path: the log gets its kind alone
        ShelfError::Io(e) => Problem::Broken(format!("the document store: {}", e.kind())),
    }
}

fn mark(it: &DocumentView) -> Mark {
    match (it.state, it.shared) {
        (DocumentState::Erased, _) => Mark::of("D", State::Gone, "content erased"),
        (DocumentState::Available, true) => Mark::of("D", State::Firm, "shared with all parties"),
        (DocumentState::Available, false) => Mark::of("D", State::Enquiry, "your side only"),
    }
}

async fn show(call: Call<House>, who: As) -> Result<Response, Problem> {
    let id = call.holes.id::<DocumentId>("document");
    call.visit(who, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewDocument>(id, Unasked)?;
        let (it, named) = documents_view::view(visit.db, permit)?;
        let base = place(visit)?;
        let rows = vec![
            Fact::text("File", format!("{}, {}", it.file_name, size(it.bytes))),
            Fact::text("Added by", format!("{}, {}", it.author, named.name(it.side))),
            Fact::when("Added", when::instant(it.added_at, &visit.house.settings.zone)),
            Fact::digest("SHA-256", it.digest.to_string()),
        ];
        let view = RecordView {
            eyebrow: format!("Document on engagement {}", named.reference),
            heading: it.title.clone(),
            mark: mark(&it),
            r#move: None,
            payload: Payload {
                eyebrow: None,
                title: named.title.clone(),
                prose: Vec::new(),
                facts: Some(Facts { wide: true, rows }),
                money: None,
            },
            acts: acts(visit, &base, &it)?,
            others_heading: String::new(),
            others: Vec::new(),
            back: Link::to(format!("{base}/engagements/{}", it.engagement), "To the engagement"),
        };
        let page = visit.page(it.title.clone(), "/engagements")?;
        visit.house.views.page("pages/engagements/record.html", &page, &view)
    })
    .await
}

/// The path under which the asker's pages lie: a workspace's, or counsel's.
fn place(visit: &Visit<'_, '_>) -> Result<String, Problem> {
    match &visit.asker().actor {
        Actor::Counsel(_) => Ok("/counsel".into()),
        _ => base(visit),
    }
}

fn acts(visit: &mut Visit<'_, '_>, base: &str, it: &DocumentView) -> Result<Vec<Act>, Problem> {
    let path = format!("{base}/documents/{}", it.id);
    let mut acts = Vec::new();
    if it.state == DocumentState::Erased {
        return Ok(acts);
    }
    acts.push(Act::way(format!("{path}/content"), "Download").main());
    let own = visit.asker().actor.workspace().map(|it| it.0.side()) == Some(it.side);
    if own && !it.shared && visit.db.may::<PrepareDocument>(it.engagement, &Unasked)? {
        let token = visit.token("share", it.id.as_str());
        acts.push(Act::button(format!("{path}/share"), "Prepare to share it with the other parties", token));
    }
    if visit.db.may::<ShareWithCounsel>(it.id, &Unasked)? {
        let token = visit.token("counsel", it.id.as_str());
        acts.push(Act::button(format!("{path}/counsel"), "Open it to our counsel", token));
    }
    if visit.db.may::<EraseDocument>(it.id, &Unasked)? {
        let token = visit.token("erase", it.id.as_str());
        acts.push(Act::button(format!("{path}/erase"), "Erase the content for good", token).undo());
    }
    Ok(acts)
}

async fn content(call: Call<House>, who: As) -> Result<Response, Problem> {
    let id = call.holes.id::<DocumentId>("document");
    call.visit(who, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewDocument>(id, Unasked)?;
        let (it, _): (DocumentView, Named) = documents_view::view(visit.db, permit)?;
        if it.state == DocumentState::Erased {
            return Err(Problem::Stale("The content of this document was erased by its owner.".into()));
        }
        let bytes = visit.house.shelf.get(&it.digest).map_err(shelf)?;
        Ok(reply::download(media_type(&it.file_name), &it.file_name, bytes))
    })
    .await
}

async fn share(mut call: Call<House>) -> Result<Response, Problem> {
    let (id, form) = (call.holes.id::<DocumentId>("document"), call.rq.form().await);
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let seen = visit.db.permit::<ViewDocument>(id, Unasked)?;
        let (it, _) = documents_view::view(visit.db, seen)?;
        let permit = visit.db.permit::<PrepareDocument>(it.engagement, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "share", id.as_str())?;
        form.finish()?;
        let done = documents::prepare_share(&visit.house.store, permit, id, None)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}

async fn open_to_counsel(mut call: Call<House>) -> Result<Response, Problem> {
    let (id, form) = (call.holes.id::<DocumentId>("document"), call.rq.form().await);
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ShareWithCounsel>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "counsel", id.as_str())?;
        form.finish()?;
        documents::share_with_counsel(&visit.house.store, permit)?;
        Ok(reply::see_other(&format!("{}/documents/{id}", base(visit)?)))
    })
    .await
}

async fn erase(mut call: Call<House>) -> Result<Response, Problem> {
    let (id, form) = (call.holes.id::<DocumentId>("document"), call.rq.form().await);
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<EraseDocument>(id, Unasked)?;
        let mut form = form?;
        visit.check(&mut form, "erase", id.as_str())?;
        form.finish()?;
        if let Some(digest) = documents::erase(&visit.house.store, permit)? {
            visit.house.shelf.erase(&digest).map_err(shelf)?;
        }
        Ok(reply::see_other(&format!("{}/documents/{id}", base(visit)?)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_told_by_its_ending() {
        assert_eq!(media_type("Rider.PDF"), "application/pdf");
        for odd in ["page.html", "x.svg", "pdf", "a.pdf.exe", ""] {
            assert_eq!(media_type(odd), "application/octet-stream", "{odd}");
        }
        assert_eq!(
            (size(5), size(2048), size(1_572_864)),
            ("5 bytes".into(), "2 KiB".into(), "1.5 MiB".into())
        );
    }
}
