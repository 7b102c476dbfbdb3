//! The frame around a signed-in person's page: for whom they act, and the ways on. Offers only what could be theirs;
//! what they may do there, policies decide on each request.

use crate::problem::Problem;
use crate::view::{Acting, Link, Page};
use crate::visit::Visit;
use domain::Kind;
use policy::{Actor, Filter, Unasked, actions::FindListing};

/// Desks by kind: the path's last part and its label. An empty part is the workspace's own page.
fn desk(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Artist => &[
            ("", "Today"),
            ("/engagements", "Engagements"),
            ("/requests", "Requests"),
            ("/holds", "Holds"),
            ("/drafts", "Drafts"),
            ("/enquiries", "Enquiries"),
            ("/profile", "Profile"),
            ("/agencies", "Agencies"),
            ("/team", "Team"),
        ],
        Kind::Agency => &[
            ("", "Today"),
            ("/roster", "Roster"),
            ("/engagements", "Engagements"),
            ("/requests", "Requests"),
            ("/holds", "Holds"),
            ("/drafts", "Drafts"),
            ("/enquiries", "Enquiries"),
            ("/partners", "Partners"),
            ("/team", "Team"),
        ],
        Kind::Presenter => &[
            ("", "Today"),
            ("/discovery", "Discovery"),
            ("/engagements", "Engagements"),
            ("/requests", "Requests"),
            ("/holds", "Holds"),
            ("/drafts", "Drafts"),
            ("/team", "Team"),
        ],
    }
}

impl Visit<'_, '_> {
    /// A page's frame. `here` is the place in the desk, as in its address: `/engagements`, or empty for Today.
    ///
    /// # Errors
    /// The database's.
    pub fn page(&mut self, title: impl Into<String>, here: &str) -> Result<Page, Problem> {
        let mut page = Page::new(title);
        page.fictional = self.house.settings.fictional;
        let actor = self.db.asker().actor.clone();
        match actor {
            Actor::Member(kind, member) => {
                let base = format!("/w/{}", member.workspace);
                page.home = base.clone();
                page.acting = Some(Acting {
                    name: self.db.own_workspace_name()?,
                    role: member.role.to_string(),
                    switch: "/you".into(),
                });
                let found = self.db.scope::<FindListing>(&Unasked);
                let finds = *found.filter() != Filter::Never;
                page.nav = desk(kind)
                    .iter()
                    .filter(|(part, _)| *part != "/discovery" || finds)
                    .map(|(part, label)| Link::to(format!("{base}{part}"), *label).here(*part == here))
                    .collect();
                page.you.push(Link::to(format!("{base}/search"), "Search").here(here == "/search"));
                page.why = None;
            }
            Actor::Admin(_) => {
                page.home = "/admin".into();
                page.acting =
                    Some(Acting { name: "The platform".into(), role: "admin".into(), switch: "/you".into() });
                let desk = [
                    ("/admin", "Platform"),
                    ("/admin/approvals", "Approvals"),
                    ("/admin/workspaces", "Verification"),
                    ("/admin/codes", "Codes"),
                    ("/admin/enquiries", "Enquiries"),
                    ("/admin/security", "Security"),
                    ("/admin/explorer", "Explorer"),
                ];
                page.nav =
                    desk.iter().map(|(href, label)| Link::to(*href, *label).here(*href == here)).collect();
            }
            Actor::Counsel(_) => {
                page.home = "/counsel".into();
                page.acting = Some(Acting {
                    name: "Counsel".into(),
                    role: self.doors.name.clone(),
                    switch: "/you".into(),
                });
                page.nav = vec![Link::to("/counsel", "Queue").here(here == "/counsel")];
            }
            Actor::Visitor | Actor::Automation(..) | Actor::Operator => {}
        }
        page.you.push(Link::to("/you", "You").here(here == "/you"));
        page.you.push(Link::to("/sign-out", "Sign out").here(here == "/sign-out"));
        Ok(page)
    }
}
