//! `kalinklo policy explain`: why, or why not, over what stands in a database.

use super::say;
use crate::config::Given;
use crate::machine::{Os, now};
use crate::{Stop, serve};
use domain::{AccountId, Digest, Level, Moment};
use policy::{Actor, Asker, Explained, Factor, Facts, Shown, StaffShown, Unasked, Verdict, actions, facts};
use std::process::ExitCode;
use std::sync::Arc;
use store::{Acting, Load, Store, StoreError};

/// What is asked, as typed.
pub(super) struct Question {
    pub(super) who: String,
    pub(super) action: String,
    pub(super) on: String,
    pub(super) told: Vec<String>,
}

pub(super) fn run(question: &Question, json: bool, given: Given) -> Result<ExitCode, Stop> {
    let config = given.config()?;
    let opened = serve::open(&config.database, 2, Box::new(Os))?;
    let asker = principal(&opened.store, question)?;
    let explained = ask(&opened.store, &asker, question)?;
    if json {
        say(serde_json::to_string_pretty(&explained).map_err(Stop::because)?);
    } else {
        print(&explained);
    }
    Ok(if explained.allowed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn told<'a>(question: &'a Question, name: &str) -> Option<&'a str> {
    question.told.iter().find_map(|it| it.split_once('=').filter(|it| it.0 == name).map(|it| it.1))
}

fn principal(store: &Store, question: &Question) -> Result<Arc<Asker>, Stop> {
    let now = now();
    let id = |text: &str| text.parse::<AccountId>().map_err(|e| Stop(format!("`{text}`: {e}")));
    let resolve = |account: &str, acting| {
        store.asker(id(account)?, acting, store.fresh(now), now).map_err(|e| match e {
            StoreError::Absent => Stop(format!("no such principal: `{}`", question.who)),
            other => Stop::because(other),
        })
    };
    let asker = match question.who.as_str() {
        "visitor" => Arc::new(Asker { actor: Actor::Visitor, visit: store.fresh(now), now, factor_at: None }),
        who => match (who.split_once('@'), who.strip_prefix("counsel:"), who.strip_prefix("admin:")) {
            (Some((account, workspace)), _, _) => {
                let workspace = workspace.parse().map_err(|e| Stop(format!("`{workspace}`: {e}")))?;
                resolve(account, Acting::Workspace(workspace))?
            }
            (_, Some(account), _) => resolve(account, Acting::Counsel)?,
            (_, _, Some(account)) => resolve(account, Acting::Admin)?,
            _ => {
                return Err(Stop(format!(
                    "`{who}` is no principal\n  Write visitor, ACCOUNT@WORKSPACE, counsel:ACCOUNT or admin:ACCOUNT."
                )));
            }
        },
    };
    let age = told(question, "factor_age")
        .map(|it| it.parse::<i64>().map_err(|_| Stop(format!("`{it}` is no number of seconds"))));
    Ok(match age.transpose()? {
        Some(age) => Arc::new(Asker { factor_at: Some(now.plus(-age * Moment::SECOND)), ..(*asker).clone() }),
        None => asker,
    })
}

fn ask(store: &Store, asker: &Arc<Asker>, question: &Question) -> Result<Explained, Stop> {
    let permit = store
        .engine()
        .decide::<actions::ExplainLocally>(&serve::operator(store), &facts::Platform, Unasked)
        .map_err(Stop::because)?;
    let (_, id) = question.on.split_once('/').ok_or_else(|| Stop("write the thing as TYPE/ID".into()))?;
    struct Asked<'a>(&'a Store, &'a Arc<Asker>, &'a str, &'a policy::Permit<actions::ExplainLocally>);
    let asked = Asked(store, asker, id, &permit);
    impl Asked<'_> {
        #[allow(clippy::needless_pass_by_value)] // told once
        fn put<A: policy::Action>(&self, input: A::Input) -> Result<Explained, Stop>
        where
            A::On: Load,
            <A::On as Facts>::Id: std::str::FromStr,
        {
            let id = self.2.parse().map_err(|_| Stop(format!("`{}` is not an id", self.2)))?;
            self.0.read(self.1, |db| db.explain::<A>(self.3, id, &input)).map_err(|e| match e {
                StoreError::Absent => {
                    Stop("no such thing in this database; the server would answer as for a refusal".into())
                }
                other => Stop::because(other),
            })
        }
    }
    macro_rules! put { ($($Action:ident : $input:expr),+ $(,)?) => {
        match question.action.as_str() {
            $(stringify!($Action) => asked.put::<actions::$Action>($input),)+
            other => Err(Stop(format!("`{other}` cannot be asked here"))),
        }
    } }
    let shown = || -> Result<Shown, Stop> {
        let text = told(question, "digest").ok_or_else(|| Stop("tell the digest: --told digest=…".into()))?;
        Ok(Shown(text.parse::<Digest>().map_err(|e| Stop(format!("`{text}`: {e}")))?))
    };
    let level = || -> Result<Level, Stop> {
        let text = told(question, "to").ok_or_else(|| Stop("tell the level: --told to=public".into()))?;
        text.parse().map_err(|_| Stop(format!("`{text}` is no level")))
    };
    put! {
        ViewFolio: Unasked, ViewListing: Unasked, FindListing: Unasked, ViewProfile: Unasked, ViewAvailability: Unasked,
        ViewContact: Unasked, ViewInternalNotes: Unasked, EditProfile: Unasked, OptIn: Unasked, OptOut: Unasked,
        AllowDiscovery: Unasked, StopDiscovery: Unasked, InvitePresenter: Unasked, RevokeInvitation: Unasked,
        SetLevel: level()?, EditAvailability: Unasked, EditInternalNotes: Unasked, PrepareRequest: Unasked,
        ViewMandate: Unasked, AcceptMandate: shown()?, DeclineMandate: shown()?, EndMandate: shown()?,
        ViewPartnership: Unasked, AcceptPartnership: shown()?, EndPartnership: shown()?,
        ViewEnquiry: Unasked, PrepareEnquiryAnswer: Unasked, DismissEnquiry: Unasked, TriageEnquiry: Factor,
        SendTriageAnswer: StaffShown(shown()?.0),
        ViewEngagement: Unasked, ViewFee: Unasked, ViewCommission: Unasked, ViewNotes: Unasked, EditNotes: Unasked,
        PrepareMessage: Unasked, PrepareDocument: Unasked, InviteCounsel: Unasked, WithdrawCounsel: Unasked,
        ViewRequest: Unasked, PrepareAnswer: Unasked, PrepareWithdrawRequest: Unasked,
        ViewHold: Unasked, PrepareRelease: Unasked, PrepareWithdrawHold: Unasked,
        ViewMessage: Unasked, ViewDocument: Unasked, ShareWithCounsel: Unasked, EraseDocument: Unasked,
        ViewAuditChain: Unasked, ViewDraft: Unasked, DiscardDraft: Unasked, Confirm: shown()?,
        ViewWorkspace: Unasked, InviteMember: Unasked, ManageTeam: Unasked, EditWorkspace: Unasked,
        ExportWorkspace: Unasked, PrepareMandate: Unasked, PreparePartnership: Unasked, CreateManagedProfile: Unasked,
        ViewApplication: Unasked, CorrectApplication: Unasked, WithdrawApplication: Unasked, ManageSessions: Unasked,
        ReviewAccount: Factor, ApproveAccount: Factor, RejectAccount: Factor, ReinstateAccount: Factor,
        SuspendAccount: Factor, ReviewWorkspace: Factor, VerifyWorkspace: Factor, RevokeVerification: Factor,
        ViewCode: Factor, RevokeCode: Factor, UseFactor: Unasked, ManageFactor: Factor,
    }
}

fn print(it: &Explained) {
    say(if it.allowed { "ALLOWED" } else { "DENIED" });
    if let Some(fault) = &it.fault {
        say(format!("because a policy could not be evaluated: {fault}"));
    } else if it.by.is_empty() {
        say("because no policy allows it");
    }
    for rule in &it.rules {
        let decided = it.by.contains(&rule.policy.id);
        say(format!(
            "\n{} {} ({}, {}:{}){}",
            rule.policy.effect,
            rule.policy.id,
            rule.policy.practice,
            rule.policy.file,
            rule.policy.line,
            if decided { "  <- decided" } else { "" }
        ));
        say(format!("  {}", rule.policy.says));
        for clause in &rule.clauses {
            let mark = match clause.verdict {
                Verdict::Holds => "holds",
                Verdict::Fails => "FAILS",
                Verdict::Errs => "ERRS ",
            };
            say(format!("  {mark}  {}", clause.text));
        }
    }
}
