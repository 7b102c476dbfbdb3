//! Policies that nobody wrote: whatever a set of policies says of lists, an accepted one lists exactly what it decides row
//! by row. A set that asks what no query can answer is refused before it decides anything.

use super::{World, agrees, runner, sketch};
use crate::support::ground::OPTIONS;
use crate::support::{Seeded, both};
use policy::{Bundle, Engine};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::TestCaseError;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::Store;

/// A list: its action, the type of its rows, who may ask, and what can be asked of a row. A letter in front of a
/// question says which principals can be asked it.
struct List {
    action: &'static str,
    on: &'static str,
    asked_by: &'static str,
    questions: &'static [&'static str],
}

const EVERYBODY: &str = "Visitor ArtistMember AgencyMember PresenterMember Counsel Admin";
const SIGNED_IN: &str = "ArtistMember AgencyMember PresenterMember Counsel Admin";
const MEMBERS: &str = "ArtistMember AgencyMember PresenterMember";
const STAFF: &str = "Admin";

const PROFILE: &[&str] = &[
    "resource.verified",
    "resource.opted_in",
    "resource.discoverable",
    "resource.claimed",
    "resource.level == \"public\"",
    "resource.level == \"stealth\"",
    "resource.level != \"workspace_private\"",
    "A: resource.workspace == principal.workspace",
    "G: resource.agencies.contains(principal.workspace)",
    "G: resource.partners.contains(principal.workspace)",
    "P: resource.invited.contains(principal.workspace)",
];
const PARTIES: &[&str] = &[
    "A: resource.artist == principal.workspace",
    "A: resource.artist != principal.workspace",
    "G: resource has agency && resource.agency == principal.workspace",
    "P: resource.presenter == principal.workspace",
    "resource has agency",
];
const STATED: &[&str] = &[
    "A: resource.artist == principal.workspace",
    "G: resource has agency && resource.agency == principal.workspace",
    "P: principal.workspace == resource.presenter",
    "resource has agency",
    "resource.state == \"submitted\"",
    "resource.state == \"active\"",
    "resource.state == \"declined\"",
];
const ENQUIRY: &[&str] = &[
    "A: resource has artist && resource.artist == principal.workspace",
    "G: resource has agency && resource.agency == principal.workspace",
    "resource has artist",
    "resource has agency",
    "resource.state == \"answered\"",
];
/// Rows of three types that stand in one table.
const WORKSPACE: &[&str] = &["resource.verified", "resource.persons.contains(principal.person)"];

const LISTS: &[List] = &[
    List { action: "ViewFolio", on: "Profile", asked_by: EVERYBODY, questions: PROFILE },
    List { action: "FindListing", on: "Profile", asked_by: SIGNED_IN, questions: PROFILE },
    List { action: "ViewProfile", on: "Profile", asked_by: SIGNED_IN, questions: PROFILE },
    List {
        action: "ViewMandate",
        on: "Mandate",
        asked_by: SIGNED_IN,
        questions: &[
            "A: resource.artist == principal.workspace",
            "G: resource.agency == principal.workspace",
            "resource.state == \"active\"",
            "resource.state == \"ended\"",
        ],
    },
    List {
        action: "ViewPartnership",
        on: "Partnership",
        asked_by: SIGNED_IN,
        questions: &[
            "G: resource.asker == principal.workspace",
            "G: resource.asked == principal.workspace",
            "resource.state == \"active\"",
        ],
    },
    List { action: "ViewEnquiry", on: "Enquiry", asked_by: MEMBERS, questions: ENQUIRY },
    List { action: "TriageEnquiry", on: "Enquiry", asked_by: STAFF, questions: ENQUIRY },
    List {
        action: "ViewEngagement",
        on: "Engagement",
        asked_by: SIGNED_IN,
        questions: &[
            "A: resource.artist == principal.workspace",
            "G: resource has agency && resource.agency == principal.workspace",
            "P: resource.presenter == principal.workspace",
            "resource has agency",
            "C: resource.counsel.contains(principal)",
        ],
    },
    List { action: "ViewRequest", on: "Request", asked_by: SIGNED_IN, questions: STATED },
    List { action: "ViewHold", on: "Hold", asked_by: SIGNED_IN, questions: STATED },
    List { action: "ViewMessage", on: "Message", asked_by: SIGNED_IN, questions: PARTIES },
    List {
        action: "ViewDocument",
        on: "Document",
        asked_by: SIGNED_IN,
        questions: &[
            "A: resource.artist == principal.workspace",
            "G: resource has agency && resource.agency == principal.workspace",
            "P: resource.presenter == principal.workspace",
            "resource.shared",
            "resource.side == \"artist\"",
            "resource.side == \"presenter\"",
            "C: resource.counsel.contains(principal)",
        ],
    },
    List {
        action: "ViewDraft",
        on: "Draft",
        asked_by: SIGNED_IN,
        questions: &[
            "A: resource has artist && resource.artist == principal.workspace",
            "G: resource has agency && resource.agency == principal.workspace",
            "P: resource has presenter && resource.presenter == principal.workspace",
            "resource has agency",
            "resource.state == \"prepared\"",
            "resource.kind == \"message\"",
        ],
    },
    List {
        action: "ReviewAccount",
        on: "Account",
        asked_by: STAFF,
        questions: &["resource.person == principal.person", "resource.status == \"pending\""],
    },
    List { action: "ReviewWorkspace", on: "ArtistWorkspace", asked_by: STAFF, questions: WORKSPACE },
    List { action: "ReviewWorkspace", on: "AgencyWorkspace", asked_by: STAFF, questions: WORKSPACE },
    List { action: "ReviewWorkspace", on: "PresenterWorkspace", asked_by: STAFF, questions: WORKSPACE },
    List { action: "ViewCode", on: "AccessCode", asked_by: STAFF, questions: &["resource.revoked"] },
];

/// What can be asked of a member, without the row.
const OF_MEMBERS: &[&str] = &[
    "principal.verified",
    "principal.role == \"owner\"",
    "principal.account == \"approved\"",
    "principal.capabilities.contains(\"discovery\")",
    "principal.grants.contains(\"money\")",
];
/// What no list can be asked, though Cedar can.
const BEYOND: &[(&str, &str)] = &[
    ("Profile", "resource.level like \"p*\""),
    ("Profile", "resource.claim == \"open\""),
    ("Mandate", "resource.artist.verified"),
    ("Message", "[principal].contains(principal) && resource in resource.artist"),
    ("Document", "if resource.shared then resource.side == \"artist\" else resource.side == \"agency\""),
    ("Request", "[\"active\", \"declined\"].contains(resource.state)"),
];

struct Draw(std::vec::IntoIter<u8>);
impl Draw {
    fn below(&mut self, n: usize) -> usize {
        usize::from(self.0.next().unwrap_or_default()) % n
    }

    /// A condition: a question, or some of them joined.
    fn condition(&mut self, list: &List, principal: &str, depth: usize) -> String {
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 if MEMBERS.contains(principal) => OF_MEMBERS[self.below(OF_MEMBERS.len())].to_owned(),
            0 if list.action.starts_with("Review")
                || list.action == "TriageEnquiry"
                || list.action == "ViewCode" =>
            {
                "context.factor_age <= 43200".to_owned()
            }
            0..=3 => self.question(list, principal),
            4 => format!("!({})", self.condition(list, principal, depth - 1)),
            5 | 6 => self.joined("&&", list, principal, depth),
            _ => self.joined("||", list, principal, depth),
        }
    }

    fn joined(&mut self, by: &str, list: &List, principal: &str, depth: usize) -> String {
        let (left, right) =
            (self.condition(list, principal, depth - 1), self.condition(list, principal, depth - 1));
        format!("({left}) {by} ({right})")
    }

    /// One that this principal can be asked.
    fn question(&mut self, list: &List, principal: &str) -> String {
        let mark = match principal {
            "ArtistMember" => "A: ",
            "AgencyMember" => "G: ",
            "PresenterMember" => "P: ",
            "Counsel" => "C: ",
            _ => "-",
        };
        let can = |it: &&'static str| {
            it.strip_prefix(mark).or_else(|| Some(*it).filter(|it| it.as_bytes()[1] != b':'))
        };
        let them: Vec<&str> = list.questions.iter().filter_map(can).collect();
        if them.is_empty() { "true".to_owned() } else { them[self.below(them.len())].to_owned() }
    }

    /// A set of policies, and whether it asks what no list can answer.
    fn policies(&mut self) -> (Vec<String>, bool) {
        let (mut all, mut beyond) = (Vec::new(), false);
        let spoilt = self.below(6) == 0;
        let which = self.below(LISTS.len());
        for (at, list) in LISTS.iter().enumerate() {
            for principal in list.asked_by.split(' ') {
                for effect in ["permit", "forbid"] {
                    if effect == "forbid" && self.below(3) > 0 {
                        continue;
                    }
                    let mut condition = self.condition(list, principal, 3);
                    let asked = BEYOND.iter().find(|it| it.0 == list.on).filter(|_| spoilt && at == which);
                    if let Some((_, question)) = asked {
                        beyond = true;
                        condition = format!("({condition}) || ({question})");
                    }
                    let List { action, on, .. } = list;
                    all.push(format!(
                        "@id(\"{effect}-{action}-{principal}-{on}\") @practice(\"P9\") @says(\"Made up.\")\n{effect} (principal is \
                         {principal}, action == Action::\"{action}\", resource is {on}) when {{ {condition} }};\n"
                    ));
                }
            }
        }
        (all, beyond)
    }
}

/// The bundle of these policies, without those that the validator finds to be true or false of everything.
fn bundle(mut policies: Vec<String>) -> Result<(Bundle, String), String> {
    loop {
        let text = policies.concat();
        let bundle = Bundle::of(BTreeMap::from([("made-up.cedar".to_owned(), text.clone())]));
        let Err(complaints) = bundle.check() else { return Ok((bundle, text)) };
        // a policy is two lines
        let empty: BTreeSet<usize> = complaints
            .iter()
            .filter(|it| it.message.contains("impossible"))
            .map(|it| (it.line - 1) / 2)
            .collect();
        if empty.is_empty() {
            return Err(format!("{}\n{text}", complaints[0]));
        }
        let mut at = 0..;
        policies.retain(|_| !at.next().is_some_and(|it| empty.contains(&it)));
    }
}

/// Sets in the check; `KALINKLO_LONG` tries fifty times as many.
fn sets() -> u32 {
    if std::env::var_os("KALINKLO_LONG").is_some() { 300 } else { 6 }
}

both! {
    fn made_up_policies_list_what_they_decide(ground) {
        let (accepted, refused) = (Cell::new(0), Cell::new(0));
        let draws = (vec(any::<u8>(), 1200), vec(sketch::any(), 2));
        let result = runner(sets(), 11).run(&draws, |(bytes, sketches)| {
            let (policies, beyond) = Draw(bytes.into_iter()).policies();
            let (bundle, text) = bundle(policies).map_err(TestCaseError::fail)?;
            let opened = Engine::load(&bundle).map_err(|e| e.to_string()).and_then(|engine| {
                Store::open(&ground.address, Arc::new(engine), Box::new(Seeded(7)), OPTIONS).map_err(|e| e.to_string())
            });
            let store = match opened {
                Ok(store) => store,
                Err(why) if beyond => {
                    refused.set(refused.get() + 1);
                    return if why.contains("asks") { Ok(()) } else { Err(TestCaseError::fail(why)) };
                }
                Err(why) => return Err(TestCaseError::fail(format!("{why}\n{text}"))),
            };
            accepted.set(accepted.get() + 1);
            for sketch in sketches.iter().chain([&sketch::full()]) {
                let world = World::plant(ground, sketch);
                agrees(&store, &world, &mut BTreeSet::new()).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
            }
            Ok(())
        });
        if let Err(e) = result {
            panic!("{e}");
        }
        assert!(accepted.get() > 2, "{} accepted, {} refused", accepted.get(), refused.get());
    }
}
