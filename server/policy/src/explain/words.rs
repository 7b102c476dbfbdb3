//! What policies may ask, in words: for each attribute how it reads that a clause about it held, and that it did not.
//! The table is complete, or a test fails.

use crate::entity::EntityKind;
use domain::records::{DraftKind, DraftState, HoldState, MandateState, PartnershipState, RequestState};
use domain::{AccountStatus, Level, Role, Side};

/// Whose attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    /// The asker's, of this type.
    Asker(EntityKind),
    /// The thing's, of this type.
    Thing(EntityKind),
    /// What is told with the request.
    Told,
}

/// How an attribute reads. `{}` stands for the word or the number that the clause names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// It held.
    pub(super) yes: &'static str,
    /// It did not.
    pub(super) no: &'static str,
}

const fn words(yes: &'static str, no: &'static str) -> Option<Words> {
    Some(Words { yes, no })
}

/// How an attribute reads; `None` where nobody has found words for it yet.
pub(super) fn of(whose: Whose, name: &str) -> Option<Words> {
    match whose {
        Whose::Asker(_) => asker(name),
        Whose::Told => told(name),
        Whose::Thing(kind) => thing(kind, name),
    }
}

fn asker(name: &str) -> Option<Words> {
    match name {
        "account" => words("the account were {}", "the account were not {}"),
        "role" => words("the role were {}", "the role were not {}"),
        "verified" => words("the acting workspace were verified", "the acting workspace were not verified"),
        "capabilities" => words("the plan had {}", "the plan did not have {}"),
        "grants" => words("an owner had granted {}", "no owner had granted {}"),
        "in_person" => words(
            "this were the artist in person, verified by an admin",
            "this were not the artist in person",
        ),
        // who asks is never changed; these stand here so that the table is complete
        "person" => words("it were the same person", "it were another person"),
        "workspace" | "artist" | "agency" | "presenter" => {
            words("it were the same workspace", "it were another workspace")
        }
        "task" => words("it were the job {}", "it were another job than {}"),
        _ => None,
    }
}

fn told(name: &str) -> Option<Words> {
    match name {
        "digest" => words(
            "what was shown were exactly the payload that stands",
            "the payload had changed since it was shown",
        ),
        "claim" => words("the claim were the open one", "the claim were not the open one"),
        "to" => words("the level to set were {}", "the level to set were not {}"),
        "factor_age" => {
            words("the second factor were no older than {}", "the second factor were older than {}")
        }
        "overdue" => words("the deadline were past by {}", "the deadline were not past by {}"),
        _ => None,
    }
}

fn thing(kind: EntityKind, name: &str) -> Option<Words> {
    use EntityKind as Kind;
    match (kind, name) {
        (Kind::Profile, "workspace") => {
            words("the profile were the acting workspace’s own", "the profile were another workspace’s")
        }
        (Kind::Profile, "verified") => {
            words("the artist’s workspace were verified", "the artist’s workspace were not verified")
        }
        (_, "verified") => words("the workspace were verified", "the workspace were not verified"),
        (_, "colleagues") => {
            words("the person were a colleague of theirs", "the person were no colleague of theirs")
        }
        (_, "persons") => words("the person were a member there", "the person were not a member there"),
        (Kind::Account, "person") => {
            words("the account were the person’s own", "the account were another person’s")
        }
        (Kind::Account, "status") => words("the account asked about were {}", "that account were not {}"),
        (_, "enrolled") => words("a second factor were set up", "no second factor were set up yet"),
        (_, "issuer") => words("the person had issued the code", "another person had issued the code"),
        (_, "issuer_in_office") => {
            words("the code’s issuer were still platform staff", "the code’s issuer were staff no longer")
        }
        (_, "revoked") => words("the code were revoked", "the code were not revoked"),
        (_, "level") => words("the level were {}", "the level were not {}"),
        (_, "opted_in") => words("the artist had opted in", "the artist had not opted in"),
        (_, "discoverable") => {
            words("the artist had agreed to be found", "the artist had not agreed to be found")
        }
        (_, "claimed") => words("an artist held the profile", "no artist held the profile yet"),
        (_, "claim") => words("the open claim were “{}”", "the open claim were not “{}”"),
        (_, "agencies") => {
            words("the acting agency held a mandate in force", "the acting agency held no mandate in force")
        }
        (_, "partners") => words("the two agencies were partners", "the two agencies were not partners"),
        (_, "invited") => words(
            "the acting presenter were invited to the stealth roster",
            "the acting presenter were not invited to the stealth roster",
        ),
        (_, "offered_by") => words("the person had sent it", "another person had sent it"),
        (Kind::Enquiry, "artist") => words("it named the acting artist", "it named no artist here"),
        (Kind::Enquiry, "agency") => {
            words("it named an artist whom the acting agency represents", "it named no artist with an agency")
        }
        (Kind::Draft, "artist" | "agency" | "presenter") => {
            words("the acting workspace had prepared it", "the acting workspace had not prepared it")
        }
        (_, "artist") => words("the artist on record were the acting one", "another artist were on record"),
        (_, "agency") => words("the agency on record were the acting one", "no agency were on record"),
        (_, "presenter") => {
            words("the presenter on record were the acting one", "another presenter were on record")
        }
        (_, "asker") => words("the acting agency had asked", "another agency had asked"),
        (_, "asked") => words("the acting agency were the one asked", "another agency were the one asked"),
        (_, "counsel") => words(
            "this counsel were invited, and it were opened to them",
            "this counsel were not invited, or it were not opened to them",
        ),
        (_, "side") => words("it were on the side of the {}", "it were not on the side of the {}"),
        (_, "shared") => words("it were shared with all parties", "it were not shared with all parties"),
        (_, "audience") => words("the field were for: {}", "the field were not for: {}"),
        (_, "money") => {
            words("the field spoke of fee or commission", "the field did not speak of fee or commission")
        }
        (_, "deadline_confirmed") => {
            words("a person had confirmed the deadline", "no person had confirmed the deadline")
        }
        (_, "state") => words("its state were {}", "its state were not {}"),
        (_, "kind") => words("its kind were {}", "its kind were not {}"),
        // the one word that a digest is compared with is the empty one
        (_, "digest") => words("nothing were prepared there", "an answer were prepared there"),
        _ => None,
    }
}

/// The words that an attribute may have, where they are few.
pub(super) fn vocabulary(whose: Whose, name: &str) -> Vec<&'static str> {
    let states = |kind| match kind {
        EntityKind::Mandate => MandateState::ALL.iter().map(|it| it.as_str()).collect(),
        EntityKind::Partnership => PartnershipState::ALL.iter().map(|it| it.as_str()).collect(),
        EntityKind::Request => RequestState::ALL.iter().map(|it| it.as_str()).collect(),
        EntityKind::Hold => HoldState::ALL.iter().map(|it| it.as_str()).collect(),
        EntityKind::Draft => DraftState::ALL.iter().map(|it| it.as_str()).collect(),
        _ => Vec::new(),
    };
    match (whose, name) {
        (Whose::Asker(_), "account") | (Whose::Thing(EntityKind::Account), "status") => {
            AccountStatus::ALL.iter().map(|it| it.as_str()).collect()
        }
        (Whose::Asker(_), "role") => Role::ALL.iter().map(|it| it.as_str()).collect(),
        (Whose::Thing(_), "level") | (Whose::Told, "to") => Level::ALL.iter().map(|it| it.as_str()).collect(),
        (Whose::Thing(_), "side") => Side::ALL.iter().map(|it| it.as_str()).collect(),
        (Whose::Thing(_), "audience") => {
            vec!["parties", "contract", "office", "artist", "agency", "presenter"]
        }
        (Whose::Thing(EntityKind::Draft), "kind") => DraftKind::ALL.iter().map(|it| it.as_str()).collect(),
        (Whose::Thing(kind), "state") => states(kind),
        _ => Vec::new(),
    }
}

/// A word of the policies as people read it.
pub(super) fn read(word: &str) -> String {
    word.replace('_', " ")
}

/// A length of time in whole units.
pub(super) fn length(seconds: i64) -> String {
    let of = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match seconds {
        it if it != 0 && it % 86_400 == 0 => of(it / 86_400, "day"),
        it if it != 0 && it % 3_600 == 0 => of(it / 3_600, "hour"),
        it if it != 0 && it % 60 == 0 => of(it / 60, "minute"),
        it => of(it, "second"),
    }
}

/// How a number of the request reads once it is this much.
pub(super) fn number(name: &str, threshold: i64, now: i64) -> String {
    match name {
        "factor_age" if now <= threshold => {
            format!("the second factor were no older than {}", length(threshold))
        }
        "factor_age" => format!("the second factor were older than {}", length(threshold)),
        "overdue" if now >= 0 => "the deadline had passed".into(),
        "overdue" if threshold == 0 => "the deadline had not passed yet".into(),
        "overdue" if now < threshold => {
            format!("the deadline were more than {} away", length(threshold.saturating_neg()))
        }
        "overdue" => format!("the deadline were {} away", length(now.saturating_neg())),
        other => format!("{} were {now}", read(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Whose, length, number, told};
    use crate::{Bundle, EntityKind};

    const ASKERS: &[EntityKind] = &[
        EntityKind::Visitor,
        EntityKind::ArtistMember,
        EntityKind::AgencyMember,
        EntityKind::PresenterMember,
        EntityKind::Counsel,
        EntityKind::Admin,
        EntityKind::Automation,
        EntityKind::Operator,
    ];

    /// The attributes of a schema that have no words, as `Profile.level`; `context.…` for what is told.
    fn unworded(schema: &str) -> Vec<String> {
        let Ok((schema, _)) = cedar_policy::SchemaFragment::from_cedarschema_str(schema) else {
            return vec!["the schema cannot be read".into()];
        };
        let Ok(json) = schema.to_json_value() else { return vec!["the schema cannot be read".into()] };
        let keys = |it: &serde_json::Value| -> Vec<String> {
            it.as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default()
        };
        let mut missing = Vec::new();
        let of = |name: &str| EntityKind::ALL.iter().copied().find(|it| it.as_str() == name);
        let space = &json[""];
        for kind in keys(&space["entityTypes"]) {
            for name in keys(&space["entityTypes"][&kind]["shape"]["attributes"]) {
                // a principal's attributes are read as the asker's
                let known = of(&kind).is_some_and(|it| {
                    let whose = if ASKERS.contains(&it) { Whose::Asker(it) } else { Whose::Thing(it) };
                    super::of(whose, &name).is_some()
                });
                if !known {
                    missing.push(format!("{kind}.{name}"));
                }
            }
        }
        for action in keys(&space["actions"]) {
            for name in keys(&space["actions"][&action]["appliesTo"]["context"]["attributes"]) {
                if told(&name).is_none() {
                    missing.push(format!("context.{name}"));
                }
            }
        }
        missing.sort();
        missing.dedup();
        missing
    }

    #[test]
    fn every_attribute_of_the_schema_has_words() {
        let schema = Bundle::embedded().schema.1;
        assert_eq!(unworded(&schema), [] as [&str; 0]);
        let more = schema.replace("entity Portal = {", "entity Portal = { paint: Bool,");
        let more = more.replace("context: { claim: String }", "context: { claim: String, mood: String }");
        assert_eq!(unworded(&more), ["Portal.paint", "context.mood"]);
    }

    #[test]
    fn lengths_and_numbers_read_as_people_say_them() {
        let lengths = [1, 60, 300, 43_200, 604_800, 61, 0].map(length);
        assert_eq!(
            lengths,
            ["1 second", "1 minute", "5 minutes", "12 hours", "7 days", "61 seconds", "0 seconds"]
        );
        assert_eq!(number("factor_age", 300, 0), "the second factor were no older than 5 minutes");
        assert_eq!(number("factor_age", 300, 301), "the second factor were older than 5 minutes");
        assert_eq!(number("overdue", 0, 0), "the deadline had passed");
        assert_eq!(number("overdue", 0, -1), "the deadline had not passed yet");
        assert_eq!(number("overdue", -604_800, -604_801), "the deadline were more than 7 days away");
        assert_eq!(number("overdue", -604_800, -604_800), "the deadline were 7 days away");
    }
}
