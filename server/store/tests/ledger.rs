//! The ledger: chains, what the database refuses, erasure, and many writers at one chain.

use crate::support::{NOW, asker, both, id};
use domain::EngagementId;
use policy::actions::{CreateAdmin, VerifyAudit};
use policy::facts::ThePlatform;
use policy::{Actor, Unasked};
use store::ledger::{Checked, Head, Leaf, PLATFORM, verify};
use store::{Audience, Change, Event, Store, StoreError};

/// Leaves one entry, as the operator.
pub(crate) fn note(store: &Store, event: Event) -> Result<(), StoreError> {
    let asker = asker(Actor::Operator);
    let permit = store.read(&asker, |db| db.permit::<CreateAdmin>(ThePlatform, Unasked))?;
    store.write(permit, |_, _| Ok::<_, StoreError>(Change::of((), event)))
}

/// Three entries on the platform's chain, two on each of two engagements.
pub(crate) fn seven(store: &Store) {
    for n in 1..=3 {
        let event = Event::platform("account", format!("a{n}"), "approved")
            .change("status", "pending", "approved")
            .with_for(Audience::Artist, "reason", format!("because {n}"));
        note(store, event).unwrap();
    }
    for n in 1..=2u128 {
        for (engagement, fee) in [(id::<EngagementId>(41), "900"), (id::<EngagementId>(42), "1200")] {
            let event = Event::engagement(engagement, "request", n, "submitted")
                .with_money(Audience::Parties, "fee", fee)
                .confirmed(domain::Digest([9; 32]));
            note(store, event).unwrap();
        }
    }
}

/// What `kalinklo audit verify` finds.
pub(crate) fn checked(store: &Store) -> Checked {
    checked_since(store, &[])
}

/// The same, where heads were kept.
pub(crate) fn checked_since(store: &Store, kept: &[Head]) -> Checked {
    let asker = asker(Actor::Operator);
    let permit = store.read(&asker, |db| db.permit::<VerifyAudit>(ThePlatform, Unasked)).unwrap();
    verify(store, &permit, kept).unwrap()
}

both! {
    /// Each engagement has a chain of its own, the platform one; all verify, and every entry says who and why.
    fn chains_are_kept_apart(ground) {
        seven(&ground.store);
        let found = checked(&ground.store);
        assert_eq!((found.chains, found.entries, found.erased), (3, 7, 0));
        assert_eq!(found.broken, vec![]);
        for (chain, length) in [(PLATFORM.to_owned(), 3), (id::<EngagementId>(41).to_string(), 2)] {
            let n = ground.number(&format!("SELECT length FROM audit_chains WHERE chain = '{chain}'"));
            assert_eq!(n, length, "{chain}");
            let highest = ground.number(&format!("SELECT MAX(seq) FROM audit_entries WHERE chain = '{chain}'"));
            assert_eq!(highest, length, "{chain}");
        }
        for (name, value) in [
            ("actor", "Operator/operator".to_owned()),
            ("action", "CreateAdmin".to_owned()),
            ("decided-by", "local-operator".to_owned()),
            ("transition", "approved".to_owned()),
            ("before.status", "pending".to_owned()),
            ("after.status", "approved".to_owned()),
            ("policies", ground.store.engine().digest().to_string()),
        ] {
            let n = ground.number(&format!(
                "SELECT COUNT(*) FROM audit_values v JOIN audit_entries e ON e.id = v.entry \
                 WHERE e.chain = 'platform' AND v.name = '{name}' AND v.value = '{value}'"
            ));
            assert_eq!(n, 3, "{name}");
        }
        let money = ground.number("SELECT COUNT(*) FROM audit_values WHERE money AND name = 'fee'");
        assert_eq!(money, 4);
        let apart = ground.number("SELECT COUNT(*) FROM audit_values WHERE audience = 'artist' AND name = 'reason'");
        assert_eq!(apart, 3);
    }

    /// The database itself refuses to change, remove or replace an entry, and to do more to a value than erase it.
    fn the_database_refuses_tampering(ground) {
        seven(&ground.store);
        let before = checked(&ground.store);
        let entry = "(SELECT MIN(id) FROM audit_entries)";
        let final_ = [
            "UPDATE audit_entries SET at = at + 1".to_owned(),
            "UPDATE audit_entries SET leaf = 'x' WHERE seq = 1".to_owned(),
            "DELETE FROM audit_entries WHERE seq = 3".to_owned(),
        ];
        for sql in &final_ {
            assert!(ground.refuses(sql).contains("audit entries are final"), "{sql}");
        }
        let erasable = [
            format!("UPDATE audit_values SET value = 'other' WHERE entry = {entry}"),
            "UPDATE audit_values SET value = NULL".to_owned(),
            "UPDATE audit_values SET salt = NULL".to_owned(),
            "UPDATE audit_values SET value = NULL, salt = NULL, audience = 'parties' WHERE audience = 'artist'".to_owned(),
            "DELETE FROM audit_values".to_owned(),
        ];
        for sql in &erasable {
            assert!(ground.refuses(sql).contains("audit values may only be erased"), "{sql}");
        }
        let growing = [
            "UPDATE audit_chains SET length = 1 WHERE chain = 'platform'",
            "UPDATE audit_chains SET length = length + 1, chain = 'other'",
            "DELETE FROM audit_chains",
        ];
        for sql in growing {
            assert!(ground.refuses(sql).contains("a chain only grows"), "{sql}");
        }
        let around: &[(&str, &str)] = if ground.address.is_postgres() {
            &[
                ("TRUNCATE audit_entries CASCADE", "audit"),
                ("TRUNCATE audit_values", "audit values may only be erased"),
                ("TRUNCATE audit_chains", "a chain only grows"),
            ]
        } else {
            &[
                (
                    "REPLACE INTO audit_entries SELECT id, chain, seq, 'x', hash, at FROM audit_entries WHERE seq = 2",
                    "audit entries are final",
                ),
                (
                    "REPLACE INTO audit_values SELECT entry, name, salt, 'x', audience, money FROM audit_values",
                    "audit values may only be erased",
                ),
                ("REPLACE INTO audit_chains SELECT chain, 0, head FROM audit_chains", "a chain only grows"),
            ]
        };
        for (sql, words) in around {
            assert!(ground.refuses(sql).contains(words), "{sql}");
        }
        assert_eq!(checked(&ground.store), before);
    }

    /// What retention erases is gone, and the chain still verifies by the digests that stay.
    fn an_erased_value_leaves_its_digest(ground) {
        seven(&ground.store);
        ground.run("UPDATE audit_values SET value = NULL, salt = NULL WHERE name = 'reason'");
        let found = checked(&ground.store);
        assert_eq!(found.broken, vec![]);
        assert_eq!((found.entries, found.erased), (7, 3));
        note(&ground.store, Event::platform("account", "b", "approved")).unwrap();
        assert_eq!(checked(&ground.store).broken, vec![]);
    }

    /// Two servers and many threads append to one chain at once; it has no gap, no fork and one order.
    fn many_writers_keep_one_chain(ground) {
        let other = ground.another(8);
        let shared = id::<EngagementId>(77);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let store = if thread % 2 == 0 { &ground.store } else { &other };
                scope.spawn(move || {
                    for n in 0..5 {
                        let event = if thread < 4 {
                            Event::platform("thing", format!("{thread}.{n}"), "made")
                        } else {
                            Event::engagement(shared, "thing", format!("{thread}.{n}"), "made")
                        };
                        note(store, event).unwrap();
                    }
                });
            }
        });
        let found = checked(&ground.store);
        assert_eq!(found.broken, vec![]);
        assert_eq!((found.chains, found.entries), (2, 40));
    }

    /// A field named twice, or in a way that would break the leaf's lines, leaves nothing behind.
    fn a_field_that_would_spoil_the_leaf_is_refused(ground) {
        for name in ["actor", "two words", "two\nlines"] {
            let event = Event::platform("thing", "1", "made").with(name, "x");
            assert!(matches!(note(&ground.store, event), Err(StoreError::Unrecorded)), "{name}");
        }
        assert_eq!(ground.count("audit_entries"), 0);
        assert_eq!(ground.count("audit_chains"), 0);
    }

    /// A stored leaf is the canonical text itself, and says when.
    fn a_stored_leaf_parses(ground) {
        use diesel::prelude::*;
        use store::schema::audit_entries;
        note(&ground.store, Event::platform("thing", "1", "made")).unwrap();
        let text: String = audit_entries::table.select(audit_entries::leaf).first(&mut ground.raw()).unwrap();
        let leaf = Leaf::parse(&text).unwrap();
        assert_eq!((leaf.chain.as_str(), leaf.seq, leaf.at), (PLATFORM, 1, NOW));
        let names: Vec<_> = leaf.fields.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(names, ["action", "actor", "decided-by", "entity", "policies", "request", "transition"]);
    }
}
