//! Platform staff, machines, and the person at the machine itself.

use super::engagements;
use crate::things::{Thing, Told};
use domain::{Kind, WorkspaceId};
use policy::facts::{Account, Lapsing};
use policy::{ActionName, Asker, Staff};

const HOURS_12: i64 = 12 * 60 * 60;
const MINUTES_5: i64 = 5 * 60;

/// P10: a second factor of the last 12 hours, of the last 5 minutes for what is dangerous; §10.6: nobody on what is
/// their own; §10.9: never engagement data.
pub(super) fn admin(it: &Staff, asker: &Asker, action: ActionName, on: &Thing) -> bool {
    use ActionName as A;
    // §10.6: neither their own account nor one of a workspace where the same person is a member
    let strange = |one: &Account| one.person != it.person && !one.colleagues.contains(&it.person);
    let (dangerous, may) = match (action, on) {
        // P1: approves or rejects with a reason
        (
            A::ReviewAccount | A::ApproveAccount | A::RejectAccount | A::ReinstateAccount,
            Thing::Account(one),
        ) => (false, strange(one)),
        (A::SuspendAccount, Thing::Account(one)) => (true, strange(one)),
        // §1: verifies a workspace, with a note
        (A::ReviewWorkspace | A::VerifyWorkspace, Thing::Workspace(one)) => {
            (false, !one.persons.contains(&it.person))
        }
        (A::RevokeVerification, Thing::Workspace(one)) => (true, !one.persons.contains(&it.person)),
        (
            A::ViewPlatform | A::ViewSecurity | A::ViewPlatformAudit | A::ExplainDecision,
            Thing::Platform(_),
        ) => (false, true),
        // P1: codes are issued, shown once, revocable
        (A::IssueCode, Thing::Platform(_)) | (A::RevokeCode, Thing::AccessCode(_)) => (true, true),
        (A::ViewCode, Thing::AccessCode(_)) => (false, true),
        // §10.12: free text goes to the platform's triage; what names an artist does not
        (A::TriageEnquiry, Thing::Enquiry(one)) => (false, one.artist.is_none()),
        // P7: and the answer leaves as it was shown, which is asked of everyone who confirms
        (A::SendTriageAnswer, Thing::Enquiry(one)) => {
            (false, one.artist.is_none() && !one.digest_text.is_empty())
        }
        // P10: the first factor can have none before it; one in force is changed only with itself, just shown
        (A::ManageFactor, Thing::Account(one)) => {
            return one.person == it.person && (!one.enrolled || asker.factor_age() <= MINUTES_5);
        }
        // showing a factor is how its age begins
        (A::UseFactor, Thing::Account(one)) => return one.person == it.person,
        _ => return false,
    };
    may && asker.factor_age() <= if dangerous { MINUTES_5 } else { HOURS_12 }
}

/// §1: a machine credential or a scheduled job.
pub(super) fn automation(
    task: &str,
    owner: Option<(Kind, WorkspaceId)>,
    action: ActionName,
    on: &Thing,
    told: &Told,
) -> bool {
    use ActionName as A;
    match (action, on) {
        (A::DispatchMail | A::Housekeep, Thing::Platform(_)) => task == "housekeeping",
        // §10.13: only where a person confirmed the deadline and its effect, and not before it
        (A::Lapse, Thing::Lapsing(it)) => {
            let confirmed = match it {
                Lapsing::Hold(it) => it.deadline_confirmed,
                Lapsing::Mandate(it) => it.deadline_confirmed,
            };
            task == "timer" && confirmed && told.overdue.is_some_and(|it| it >= 0)
        }
        // P7: both sides are told in the week before it, which changes nothing
        (A::WarnOfLapse, Thing::Hold(it)) => {
            let near = told.overdue.is_some_and(|it| (-7 * 24 * 60 * 60..0).contains(&it));
            task == "timer" && it.deadline_confirmed && near
        }
        (A::PrepareMessage | A::PrepareAnswer | A::PrepareHold, on) => {
            owner.is_some_and(|(kind, workspace)| engagements::credential(kind, workspace, action, on))
        }
        _ => false,
    }
}

/// §6: the command line of the machine itself.
pub(super) fn operator(action: ActionName) -> bool {
    use ActionName as A;
    matches!(
        action,
        A::CreateAdmin
            | A::MigrateDatabase
            | A::VerifyAudit
            | A::ExplainLocally
            | A::PlantDemo
            | A::StagePolicies
            | A::ActivatePolicies
            | A::RollBackPolicies
    )
}
