//! Policies replaced while the house runs: staged, activated, taken back, followed by every server, and never mixed.

mod again;

use crate::ledger::checked;
use crate::support::{Ground, Seeded, asker, both, engine};
use domain::Digest;
use domain::bounded::Line;
use policy::actions::{
    ActivatePolicies, CreateAdmin, ExplainLocally, RollBackPolicies, StagePolicies, VerifyAudit,
};
use policy::facts::ThePlatform;
use policy::{Action, Actor, Bundle, Engine, Permit, Unasked, facts::Platform};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use store::policies::{Replaced, activate, roll_back, stage};
use store::{Change, DecisionLog, Event, Fault, Options, Store, StoreError};

fn permit<A: Action<On = Platform, Input = Unasked>>(store: &Store) -> Result<Permit<A>, StoreError> {
    store.read(&asker(Actor::Operator), |db| db.permit::<A>(ThePlatform, Unasked))
}

/// The built-in policies without this right of the operator's.
fn without(right: &str) -> Bundle {
    let mut bundle = Bundle::embedded();
    let text = bundle.files.get_mut("policies/p08-audit.cedar").unwrap();
    let line = format!("Action::\"{right}\",");
    assert!(text.contains(&line), "{right}");
    *text = text.replacen(&line, "", 1);
    bundle
}

fn line(text: &str) -> Line {
    Line::line("a text", text).unwrap()
}

/// Stages the built-in policies without this right.
fn staged(store: &Store, right: &str) -> Digest {
    stage(store, permit(store).unwrap(), &without(right), &line("for a test"), "{}").unwrap()
}

fn activated(store: &Store, digest: Option<Digest>) -> Result<Replaced, StoreError> {
    activate(store, permit::<ActivatePolicies>(store)?, digest, &line("because"))
}

fn rolled_back(store: &Store) -> Result<Replaced, StoreError> {
    roll_back(store, permit::<RollBackPolicies>(store)?, &line("never mind"))
}

/// Whether this store's policies let the operator make admins.
fn makes_admins(store: &Store) -> bool {
    permit::<CreateAdmin>(store).is_ok()
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(it: Result<T, StoreError>) -> String {
    match it {
        Err(StoreError::Conflict(why)) => why,
        other => panic!("{other:?}"),
    }
}

both! {
    /// Staging decides nothing; activation does, for the next piece of work and on other servers; a roll-back undoes it.
    fn an_activation_decides_until_it_is_taken_back(ground) {
        let (here, there) = (&ground.store, ground.another(9));
        let own = here.engine().digest();
        let narrow = staged(here, "CreateAdmin");
        here.follow().unwrap();
        assert!(makes_admins(&here.current()));
        assert_eq!(activated(here, Some(narrow)).unwrap(), Replaced { before: own, after: narrow });
        // whoever works already goes on with the set they began with; whoever begins meets the new one
        assert!(makes_admins(here) && here.engine().digest() == own);
        here.follow().unwrap();
        assert!(!makes_admins(&here.current()) && here.current().engine().digest() == narrow);
        assert!(makes_admins(&there.current()));
        there.follow().unwrap();
        assert!(!makes_admins(&there.current()));
        // a server that starts now
        let late = ground.another(10);
        assert!(!makes_admins(&late) && late.in_force().digest == narrow && late.in_force().built_in == own);
        assert_eq!(rolled_back(&late).unwrap(), Replaced { before: narrow, after: own });
        for store in [here, &there, &late] {
            store.follow().unwrap();
            assert!(makes_admins(&store.current()) && store.in_force().fault.is_none());
        }
        let found = checked(here);
        assert_eq!((found.entries, found.broken), (3, vec![]));
        for (transition, before, after) in [("activated", own, narrow), ("rolled-back", narrow, own)] {
            let n = ground.number(&format!(
                "SELECT COUNT(*) FROM audit_values t JOIN audit_values b ON b.entry = t.entry AND b.name = 'before.policies' \
                 JOIN audit_values a ON a.entry = t.entry AND a.name = 'after.policies' JOIN audit_values r ON r.entry = t.entry AND r.name = 'reason' \
                 JOIN audit_values p ON p.entry = t.entry AND p.name = 'policies' \
                 WHERE t.name = 'transition' AND t.value = '{transition}' AND b.value = '{before}' AND a.value = '{after}' \
                 AND p.value = '{before}' AND r.value <> ''"
            ));
            assert_eq!(n, 1, "{transition}");
        }
    }

    /// A change is decided by what is active when it begins, although nobody told its server, and whatever decided
    /// when its permit was given.
    fn a_change_meets_the_policies_that_are_active(ground) {
        let (here, there) = (&ground.store, ground.another(9));
        let narrow = staged(here, "CreateAdmin");
        let given = permit::<CreateAdmin>(&there).unwrap();
        activated(here, Some(narrow)).unwrap();
        let done = there.write(given, |_, _| {
            Ok::<_, StoreError>(Change::of((), Event::platform("account", "a", "made-admin")))
        });
        assert!(matches!(done, Err(StoreError::Refused(_))), "{done:?}");
        assert_eq!(ground.number("SELECT COUNT(*) FROM audit_values WHERE value = 'made-admin'"), 0);
        // and by the way that server knows now
        assert!(!makes_admins(&there.current()));
        // what is allowed under both is stamped with those that decided
        let given = permit::<VerifyAudit>(&there).unwrap();
        there.write(given, |_, _| Ok::<_, StoreError>(Change::of((), Event::platform("chain", "c", "looked-at")))).unwrap();
        let n = ground.number(&format!(
            "SELECT COUNT(*) FROM audit_values t JOIN audit_values p ON p.entry = t.entry AND p.name = 'policies' \
             WHERE t.value = 'looked-at' AND p.value = '{narrow}'"
        ));
        assert_eq!(n, 1);
    }

    /// Going back again and again leads to the beginning, and never forth.
    fn roll_backs_lead_to_the_beginning(ground) {
        let store = &ground.store;
        let own = store.engine().digest();
        let why = conflict(rolled_back(store));
        assert!(why.contains("nothing was active before"), "{why}");
        let (a, b, c) =
            (staged(store, "CreateAdmin"), staged(store, "PlantDemo"), staged(store, "MigrateDatabase"));
        for it in [a, b, c] {
            activated(store, Some(it)).unwrap();
        }
        let step = |before, after| assert_eq!(rolled_back(store).unwrap(), Replaced { before, after });
        step(c, b);
        step(b, a);
        // from the middle forth and back again
        activated(store, Some(c)).unwrap();
        step(c, a);
        activated(store, None).unwrap();
        step(own, a);
        step(a, own);
        conflict(rolled_back(store));
        assert_eq!(checked(store).broken, vec![]);
        let reader = permit::<ExplainLocally>(store).unwrap();
        let (sets, all) = store.read(&asker(Actor::Operator), |db| db.policies(&reader)).unwrap();
        assert_eq!((sets.len(), sets.iter().filter(|it| it.fits).count()), (3, 3));
        let told: Vec<_> = all.iter().map(|it| (it.seq, it.digest, it.restores)).collect();
        assert_eq!(told, [
            (1, Some(a), None), (2, Some(b), None), (3, Some(c), None), (4, Some(b), Some(2)), (5, Some(a), Some(1)),
            (6, Some(c), None), (7, Some(a), Some(1)), (8, None, None), (9, Some(a), Some(1)), (10, None, None),
        ]);
        assert!(all[9].rolled_back && !all[7].rolled_back);
    }

    /// What cannot be is refused, says why, and changes nothing.
    fn what_cannot_decide_is_refused(ground) {
        let store = &ground.store;
        let narrow = staged(store, "CreateAdmin");
        let (before, entries) = (ground.count("policy_sets"), checked(store).entries);
        let put = |bundle: &Bundle| conflict(stage(store, permit::<StagePolicies>(store).unwrap(), bundle, &line("x"), "{}"));
        assert!(put(&without("CreateAdmin")).contains("staged already"));
        let with = |text: &str| {
            let mut bundle = Bundle::embedded();
            bundle.files.insert("policies/p99-new.cedar".into(), text.into());
            bundle
        };
        let broken = put(&with("@id(\"new\")\n@practice(\"P1\")\n@says(\"New.\")\npermit (principal, action, resource"));
        assert!(broken.contains("policies/p99-new.cedar:4"), "{broken}");
        let mistyped = put(&with("@id(\"new\")\n@practice(\"P1\")\n@says(\"New.\")\npermit (principal is Visitor, action == Action::\"SignUp\", resource) when { resource.nothing };"));
        assert!(mistyped.contains("policies/p99-new.cedar:4"), "{mistyped}");
        let unlisted = put(&with("@id(\"new\")\n@practice(\"P2\")\n@says(\"New.\")\npermit (principal is Visitor, action == Action::\"ViewFolio\", resource) when { resource.level like \"pub*\" };"));
        assert!(unlisted.contains("`new`") && unlisted.contains("query"), "{unlisted}");
        let long = put(&with(&format!("// {}", "x".repeat(store::policies::MOST))));
        assert!(long.contains("KiB"), "{long}");
        assert!(conflict(activated(store, Some(Digest([7; 32])))).contains("no such set is staged"));
        assert!(conflict(activated(store, None)).contains("active already"));
        activated(store, Some(narrow)).unwrap();
        assert!(conflict(activated(store, Some(narrow))).contains("active already"));
        assert_eq!((ground.count("policy_sets"), ground.count("policy_activations")), (before, 1));
        assert_eq!((checked(store).entries, checked(store).broken), (entries + 1, vec![]));
    }

    /// The database itself keeps what was staged and activated as it was.
    fn the_database_refuses_tampering(ground) {
        let narrow = staged(&ground.store, "CreateAdmin");
        activated(&ground.store, Some(narrow)).unwrap();
        let mut tries = vec![
            format!("UPDATE policy_sets SET files = '{{}}' WHERE digest = '{narrow}'"),
            "DELETE FROM policy_sets".to_owned(),
            format!("UPDATE policy_proofs SET guarantees = '{}'", Digest([1; 32])),
            "DELETE FROM policy_proofs".to_owned(),
            "UPDATE policy_activations SET digest = NULL".to_owned(),
            "DELETE FROM policy_activations".to_owned(),
        ];
        if ground.address.is_postgres() {
            tries.extend(["TRUNCATE policy_sets CASCADE".to_owned(), "TRUNCATE policy_activations".to_owned(), "TRUNCATE policy_proofs".to_owned()]);
        } else {
            tries.push(format!("REPLACE INTO policy_sets SELECT digest, schema_digest, '{{}}', note, verdict, actor, staged_at FROM policy_sets WHERE digest = '{narrow}'"));
            tries.push("REPLACE INTO policy_proofs SELECT digest, guarantees, '{}', actor, proved_at FROM policy_proofs".to_owned());
            tries.push("REPLACE INTO policy_activations SELECT seq, NULL, transition, restores, reason, actor, at FROM policy_activations".to_owned());
        }
        for sql in tries {
            let said = ground.refuses(&sql);
            assert!(said.contains("is final"), "{sql}: {said}");
        }
        let row = |seq: i64, digest: &str, restores: &str, transition: &str| {
            format!("INSERT INTO policy_activations VALUES ({seq}, {digest}, '{transition}', {restores}, 'x', 'x', 1)")
        };
        for sql in [
            row(2, &format!("'{}'", Digest([7; 32])), "NULL", "activated"),
            row(0, "NULL", "NULL", "activated"),
            row(2, "NULL", "1", "activated"),
            row(2, "NULL", "2", "rolled-back"),
            row(2, "NULL", "NULL", "taken"),
        ] {
            ground.refuses(&sql);
        }
    }

    /// An active set that cannot decide here: a running server keeps what it had and says why, a starting one stops,
    /// and the commands that mend it work.
    fn a_bad_set_keeps_the_old_one(ground) {
        let store = &ground.store;
        let own = store.engine().digest();
        let narrow = staged(store, "CreateAdmin");
        activated(store, Some(narrow)).unwrap();
        store.follow().unwrap();
        let bad = Digest([7; 32]);
        let schema = Bundle::embedded().schema_digest().to_string();
        let plant = |digest: Digest, schema: &str, seq: i64| {
            ground.run(&format!("INSERT INTO policy_sets VALUES ('{digest}', '{schema}', '{{}}', 'x', '{{}}', 'x', 1)"));
            ground.run(&format!("INSERT INTO policy_activations VALUES ({seq}, '{digest}', 'activated', NULL, 'x', 'x', 1)"));
        };
        plant(bad, &schema, 2);
        store.follow().unwrap();
        let now = store.in_force();
        assert_eq!((now.digest, now.built_in), (narrow, own));
        assert_eq!(now.fault, Some(Fault { digest: bad, why: "its files are not those that were staged".to_owned() }));
        assert!(!makes_admins(&store.current()));
        let options = Options { readers: 1, ..Options::default() };
        let stops = Store::open(&ground.address, engine(), Box::new(Seeded(3)), options).map(drop).unwrap_err();
        assert!(stops.contains(&bad.to_string()) && stops.contains("kalinklo policy rollback"), "{stops}");
        let mending = Store::open_to_mend(&ground.address, engine(), Box::new(Seeded(3)), options).unwrap();
        assert_eq!((mending.in_force().digest, mending.in_force().fault.map(|it| it.digest)), (own, Some(bad)));
        // a set for another schema is no better
        plant(Digest([8; 32]), &bad.to_string(), 3);
        store.follow().unwrap();
        assert!(store.in_force().fault.unwrap().why.contains("another schema"));
        // back to the bad one is no way back; to what decided before it, is
        assert!(conflict(rolled_back(&mending)).contains("not those that were staged"));
        assert_eq!(activated(&mending, Some(narrow)).unwrap().after, narrow);
        store.follow().unwrap();
        assert_eq!((store.in_force().digest, store.in_force().fault), (narrow, None));
        assert_eq!(ground.another(4).in_force().digest, narrow);
    }

    /// Many operators at once: each activation takes its own place, or is told to look again; none is lost, none doubled.
    fn activations_at_once_stand_in_one_order(ground) {
        let sets: Vec<Digest> = ["CreateAdmin", "PlantDemo", "MigrateDatabase", "VerifyAudit"]
            .map(|it| staged(&ground.store, it))
            .into();
        let done: Vec<_> = std::thread::scope(|scope| {
            let hands: Vec<_> = sets
                .iter()
                .map(|it| scope.spawn(|| activated(&ground.store, Some(*it))))
                .collect();
            hands.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let well = done.iter().filter(|it| it.is_ok()).count();
        assert!(well > 0, "{done:?}");
        for it in done.into_iter().filter(Result::is_err) {
            assert!(conflict(it).contains("at the same moment"));
        }
        let well = i64::try_from(well).unwrap();
        assert_eq!(ground.count("policy_activations"), well);
        assert_eq!(ground.number("SELECT MAX(seq) FROM policy_activations"), well);
        ground.store.follow().unwrap();
        let last = ground.store.current().engine().digest();
        assert_eq!(ground.number(&format!("SELECT COUNT(*) FROM policy_activations WHERE seq = {well} AND digest = '{last}'")), 1);
        let found = ground.number("SELECT COUNT(*) FROM audit_values WHERE name = 'transition' AND value = 'activated'");
        assert_eq!(found, well);
    }

    /// Each line of the decision log names the policies that made it, also where one batch holds both.
    fn a_decision_names_the_policies_that_made_it(ground) {
        let log = Arc::new(DecisionLog::default());
        let noting = Engine::load(&Bundle::embedded()).unwrap().noting(log.sink());
        let store = ground.another_with(3, Arc::new(noting), Options { readers: 1, ..Options::default() });
        let narrow = staged(&ground.store, "CreateAdmin");
        let own = store.engine().digest();
        assert!(makes_admins(&store));
        activated(&ground.store, Some(narrow)).unwrap();
        store.follow().unwrap();
        assert!(!makes_admins(&store.current()));
        assert!(makes_admins(&store));
        log.flush(&store);
        for (digest, allowed, wanted) in [(own, "TRUE", 2), (narrow, "FALSE", 1), (narrow, "TRUE", 0), (own, "FALSE", 0)] {
            let n = ground.number(&format!(
                "SELECT COUNT(*) FROM decisions WHERE action = 'CreateAdmin' AND allowed = {allowed} AND policies = '{}'",
                &digest.to_string()[..16]
            ));
            assert_eq!(n, wanted, "{digest} {allowed}");
        }
    }

    /// While sets are swapped, whoever holds a store is answered by one set from beginning to end.
    fn no_piece_of_work_meets_two_sets(ground) {
        let store = &ground.store;
        let own = store.engine().digest();
        let narrow = staged(store, "CreateAdmin");
        let over = AtomicBool::new(false);
        // for each worker how often it met ours and the narrow one
        let met: [[AtomicUsize; 2]; 2] = Default::default();
        std::thread::scope(|scope| {
            let workers: Vec<_> = met
                .iter()
                .map(|met| {
                    let over = &over;
                    scope.spawn(move || {
                        while !over.load(Ordering::Relaxed) {
                            let mine = store.current();
                            let digest = mine.engine().digest();
                            for _ in 0..4 {
                                assert_eq!(makes_admins(&mine), digest == own);
                                let inside: Digest = mine
                                    .read(&asker(Actor::Operator), |db| Ok::<_, StoreError>(db.engine().digest()))
                                    .unwrap();
                                assert_eq!(inside, digest);
                            }
                            met[usize::from(digest == narrow)].fetch_add(1, Ordering::Relaxed);
                        }
                    })
                })
                .collect();
            // whether each worker meets the set once more, within a minute
            let all_meet = |set: usize| {
                let before = [0, 1].map(|it: usize| met[it][set].load(Ordering::Relaxed));
                let more = || met.iter().zip(before).all(|it| it.0[set].load(Ordering::Relaxed) > it.1);
                (0..60_000).any(|_| {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                    more() || workers.iter().any(std::thread::ScopedJoinHandle::is_finished)
                }) && more()
            };
            let swapped = (0..10).all(|_| {
                activated(store, Some(narrow)).unwrap();
                store.follow().unwrap();
                let narrowed = all_meet(1);
                rolled_back(store).unwrap();
                store.follow().unwrap();
                narrowed && all_meet(0)
            });
            over.store(true, Ordering::Relaxed);
            for it in workers {
                it.join().unwrap();
            }
            assert!(swapped, "a worker did not meet a set that was taken up: {met:?}");
        });
        assert_eq!(checked(store).broken, vec![]);
    }
}

/// A set on one database is none on another: grounds share nothing.
#[test]
fn another_database_knows_nothing_of_it() {
    let (one, other) = (Ground::sqlite(), Ground::sqlite());
    let narrow = staged(&one.store, "CreateAdmin");
    activated(&one.store, Some(narrow)).unwrap();
    other.store.follow().unwrap();
    assert!(makes_admins(&other.store.current()));
}
