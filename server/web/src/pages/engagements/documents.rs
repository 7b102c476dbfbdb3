//! Documents: adding one, reading one, sharing, opening to counsel, erasing.

use super::parts::{Act, FormView, RecordView, base};
use crate::change::Sent;
use crate::house::House;
use crate::http::{Filled, upload};
use crate::problem::Problem;
use crate::reply;
use crate::routes::{Call, Most, Route};
use crate::view::{Fact, Facts, Field, Link, Mark, Payload, State, when};
use crate::visit::{As, Visit};
use connect::documents::{ShelfError, digest_of};
use domain::bounded::Line;
use domain::records::DocumentState;
use domain::{Digest, DocumentId, EngagementId};
use policy::actions::{
    EraseDocument, PrepareDocument, PrepareShare, ShareWithCounsel, ViewDocument, ViewEngagement,
};
use policy::{Actor, Permit, Unasked};
use store::engagements::documents_view::{self, DocumentView};
use store::engagements::{Named, contents, documents, view};
use store::{Store, StoreError};
use warp::reply::Response;

pub(super) fn routes() -> Vec<Route<House>> {
    let on = "/w/{workspace}/engagements/{engagement}/documents";
    let erase_at = "/w/{workspace}/documents/{document}/erase";
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
            "PrepareShare",
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
        Route::get(erase_at, "EraseDocument", "Document", Most::Member, |call| Box::pin(what_goes(call))),
        Route::post(erase_at, "EraseDocument", "Document", Most::Member, |call| Box::pin(erase(call))),
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
        action: format!("{base}/engagements/{id}/documents"),
        upload: true,
        button: "Add the document".into(),
        back: Link::to(format!("{base}/engagements/{id}"), "Back to the engagement"),
        token: None,
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

async fn add(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<EngagementId>("engagement"));
    let permitted = move |visit: &mut Visit<'_, '_>| -> Result<Permit<PrepareDocument>, Problem> {
        let id = visit.known(id)?;
        Ok(visit.db.permit::<PrepareDocument>(id, Unasked)?)
    };
    // who may not add anything here is told so before a large body is read
    call.visit(who, move |visit| permitted(visit).map(drop)).await?;
    let ask = move |visit: &mut Visit<'_, '_>, _: &mut Sent| permitted(visit);
    call.change_with_file(who, ask, |visit, permit, mut sheet| {
        let title = sheet.take("title", |it| Line::line("what the document is called", it));
        let file = sheet.file("file").filter(|it| !it.bytes.is_empty());
        if file.is_none() {
            sheet.fault("file", "Choose a file that is not empty");
        }
        let (Some(title), Some(file)) = (title, file) else {
            return form_page(visit, permit.on(), &sheet.filled);
        };
        let store = sheet.finish(visit)?;
        let digest = digest_of(&file.bytes);
        visit.house.shelf.put(&digest, &file.bytes).map_err(shelf)?;
        let kept = documents::Upload {
            title,
            media_type: media_type(&file.file_name).to_owned(),
            file_name: file.file_name,
            bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            digest,
        };
        let shelf_of = &visit.house.shelf;
        let keep =
            || if shelf_of.has(&digest) { Ok(()) } else { shelf_of.put(&digest, &file.bytes).map_err(shelf) };
        let document = documents::upload(&store, permit, &kept, keep)
            .inspect_err(|_| clear(visit.house, &store, &digest))?;
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

/// Takes a content from the shelf unless a document needs it. What cannot be taken now is nobody's to read any more, and
/// housekeeping takes it later.
fn clear(house: &House, store: &Store, digest: &Digest) {
    let done = contents::clear(store, digest, |it| house.shelf.erase(it).map(drop).map_err(shelf));
    if let Err(problem) = done {
        tracing::warn!(?problem, "a content that no document needs stays for now");
    }
}

fn mark(it: &DocumentView) -> Mark {
    match (it.state, it.shared) {
        (DocumentState::Erased, _) => Mark::of("D", State::Gone, "content erased"),
        (DocumentState::Available, true) => Mark::of("D", State::Firm, "shared with all parties"),
        (DocumentState::Available, false) => Mark::of("D", State::Enquiry, "your side only"),
    }
}

fn facts(visit: &Visit<'_, '_>, it: &DocumentView, named: &Named) -> Vec<Fact> {
    vec![
        Fact::text("File", format!("{}, {}", it.file_name, size(it.bytes))),
        Fact::text("Added by", format!("{}, {}", it.author, named.name(it.side))),
        Fact::when("Added", when::instant(it.added_at, &visit.house.settings.zone)),
        Fact::digest("SHA-256", it.digest.to_string()),
    ]
}

async fn show(call: Call<House>, who: As) -> Result<Response, Problem> {
    let id = call.holes.id::<DocumentId>("document");
    call.visit(who, move |visit| {
        let id = visit.known(id)?;
        let permit = visit.db.permit::<ViewDocument>(id, Unasked)?;
        let (it, named) = documents_view::view(visit.db, permit)?;
        let base = place(visit)?;
        let rows = facts(visit, &it, &named);
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
    if !it.shared && visit.db.may::<PrepareShare>(it.id, &Unasked)? {
        acts.push(Act::button(visit, format!("{path}/share"), "Prepare to share it with the other parties"));
    }
    if visit.db.may::<ShareWithCounsel>(it.id, &Unasked)? {
        acts.push(Act::button(visit, format!("{path}/counsel"), "Open it to our counsel"));
    }
    if visit.db.may::<EraseDocument>(it.id, &Unasked)? {
        acts.push(Act::way(format!("{path}/erase"), "Erase the content").undo());
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

async fn share(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DocumentId>("document"));
    call.change_on::<PrepareShare>(who, id, Unasked, |visit, permit, sheet| {
        let done = documents::prepare_share(&sheet.finish(visit)?, permit, None)?;
        Ok(reply::see_other(&format!("{}/drafts/{}", base(visit)?, done.draft)))
    })
    .await
}

async fn open_to_counsel(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DocumentId>("document"));
    call.change_on::<ShareWithCounsel>(who, id, Unasked, |visit, permit, sheet| {
        let id = permit.on();
        documents::share_with_counsel(&sheet.finish(visit)?, permit)?;
        Ok(reply::see_other(&format!("{}/documents/{id}", base(visit)?)))
    })
    .await
}

/// What erasing takes away and what it leaves, before anything happens.
async fn what_goes(call: Call<House>) -> Result<Response, Problem> {
    let id = call.holes.id::<DocumentId>("document");
    call.visit(call.member(), move |visit| {
        let id = visit.known(id)?;
        let _may = visit.db.permit::<EraseDocument>(id, Unasked)?;
        let permit = visit.db.permit::<ViewDocument>(id, Unasked)?;
        let (it, named) = documents_view::view(visit.db, permit)?;
        if it.state == DocumentState::Erased {
            return Err(Problem::Stale("The content of this document is erased already.".into()));
        }
        let here = format!("{}/documents/{id}", base(visit)?);
        let whom = if it.shared { "any party, nor their counsel," } else { "your own side, nor your counsel," };
        let goes = format!(
            "The content goes for good: neither {whom} can download it again, and nobody can bring it back. Whoever kept \
             a copy of it has it still."
        );
        let stays = "Its title, the file’s name, length and SHA-256, who added it and when; and that you erased it, \
                     and when, in the engagement’s ledger. Other documents with the same content keep theirs.";
        let mut rows = vec![Fact::text("What goes", goes), Fact::text("What stays", stays)];
        rows.extend(facts(visit, &it, &named));
        let form = FormView {
            eyebrow: format!("{}, engagement {}", named.title, named.reference),
            heading: format!("Erase the content of “{}”?", it.title),
            lead: "Nothing is erased yet. Read what the button does before you press it.".into(),
            facts: Some(Facts { wide: true, rows }),
            parts: Vec::new(),
            hidden: vec![("version", it.version.0.to_string())],
            action: format!("{here}/erase"),
            upload: false,
            button: "Erase the content for good".into(),
            back: Link::to(here, "Keep it"),
            token: None,
        };
        form.answer(visit, "/engagements", &Filled::blank())
    })
    .await
}

async fn erase(call: Call<House>) -> Result<Response, Problem> {
    let (who, id) = (call.member(), call.holes.id::<DocumentId>("document"));
    call.change_on::<EraseDocument>(who, id, Unasked, |visit, permit, mut sheet| {
        let id = permit.on();
        let (shown, stands) = (sheet.version()?, permit.version());
        if shown != stands {
            // shared or opened to counsel since: more people lose it than the page said
            return Err(StoreError::Stale { shown, stands }.into());
        }
        let store = sheet.finish(visit)?;
        let digest = documents::erase(&store, permit)?;
        clear(visit.house, &store, &digest);
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
