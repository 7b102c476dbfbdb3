//! Somebody with the database's own password takes the triggers off and changes history. The check names the first
//! broken link.

use crate::ledger::{checked, checked_since, seven};
use crate::support::{Ground, both, id};
use domain::EngagementId;
use store::ledger::{Leaf, leaf_hash};

/// Runs statements with the triggers taken off.
fn tamper(ground: &Ground, sql: &str) {
    let off = if ground.address.is_postgres() {
        "ALTER TABLE audit_entries DISABLE TRIGGER USER; ALTER TABLE audit_values DISABLE TRIGGER USER; \
         ALTER TABLE audit_chains DISABLE TRIGGER USER;"
            .to_owned()
    } else {
        ["audit_entries_are_final_u", "audit_entries_are_final_d", "audit_values_are_only_erased"]
            .iter()
            .chain(&["audit_values_stay", "audit_chains_only_grow", "audit_chains_stay"])
            .map(|it| format!("DROP TRIGGER IF EXISTS {it};"))
            .collect()
    };
    ground.run(&format!("{off} {sql}"));
}

/// Seven entries, one crime, and where the check sees it.
fn expect(ground: &Ground, sql: &str, chain: &str, seq: i64, words: &str) {
    seven(&ground.store);
    assert_eq!(checked(&ground.store).broken, vec![]);
    tamper(ground, sql);
    let broken = checked(&ground.store).broken;
    let [it] = broken.as_slice() else { panic!("one broken chain expected: {broken:?}") };
    assert_eq!((it.chain.as_str(), it.seq), (chain, seq), "{}", it.what);
    assert!(it.what.contains(words), "{}", it.what);
}

/// The rows of one entry's values.
fn values_of(chain: &str, seq: i64) -> String {
    format!("entry = (SELECT id FROM audit_entries WHERE chain = '{chain}' AND seq = {seq})")
}

/// Takes away what a chain has after this many entries.
fn without(chain: &str, after: i64) -> String {
    let these = format!("chain = '{chain}' AND seq > {after}");
    format!(
        "DELETE FROM audit_values WHERE entry IN (SELECT id FROM audit_entries WHERE {these}); \
         DELETE FROM audit_entries WHERE {these};"
    )
}

both! {
    fn a_changed_value(ground) {
        let sql = format!("UPDATE audit_values SET value = 'other' WHERE name = 'reason' AND {}", values_of("platform", 2));
        expect(ground, &sql, "platform", 2, "`reason` does not match its digest");
    }

    fn a_changed_salt(ground) {
        let sql = format!("UPDATE audit_values SET salt = NULL WHERE name = 'fee' AND {}", values_of(id::<EngagementId>(42).as_str(), 1));
        expect(ground, &sql, id::<EngagementId>(42).as_str(), 1, "`fee` does not match its digest");
    }

    fn a_removed_value(ground) {
        let sql = format!("DELETE FROM audit_values WHERE name = 'reason' AND {}", values_of("platform", 3));
        expect(ground, &sql, "platform", 3, "values were added or taken away");
    }

    fn an_added_value(ground) {
        let sql = "INSERT INTO audit_values (entry, name, salt, value, audience, money) \
                   SELECT id, 'extra', NULL, NULL, 'parties', FALSE FROM audit_entries WHERE chain = 'platform' AND seq = 1";
        expect(ground, sql, "platform", 1, "values were added or taken away");
    }

    fn a_renamed_value(ground) {
        let sql = format!("UPDATE audit_values SET name = 'motive' WHERE name = 'reason' AND {}", values_of("platform", 1));
        expect(ground, &sql, "platform", 1, "the value of `reason` is missing");
    }

    fn a_changed_leaf(ground) {
        let sql = "UPDATE audit_entries SET leaf = REPLACE(leaf, 'seq 2', 'seq 5') WHERE chain = 'platform' AND seq = 2";
        expect(ground, sql, "platform", 2, "missing");
    }

    fn a_leaf_that_is_no_leaf(ground) {
        let sql = "UPDATE audit_entries SET leaf = leaf || ' ' WHERE chain = 'platform' AND seq = 2";
        expect(ground, sql, "platform", 2, "not canonical");
    }

    fn a_leaf_with_another_time(ground) {
        let sql = "UPDATE audit_entries SET leaf = REPLACE(leaf, 'at 1', 'at 2') WHERE chain = 'platform' AND seq = 2";
        expect(ground, sql, "platform", 2, "the hash does not match");
    }

    fn another_time_beside_the_leaf(ground) {
        expect(ground, "UPDATE audit_entries SET at = at + 1 WHERE chain = 'platform' AND seq = 3", "platform", 3, "the time");
    }

    fn another_hash_beside_the_leaf(ground) {
        let sql = "UPDATE audit_entries SET hash = (SELECT head FROM audit_chains WHERE chain = 'platform') WHERE chain = 'platform' AND seq = 1";
        expect(ground, sql, "platform", 1, "the hash does not match");
    }

    fn a_removed_entry(ground) {
        let sql = format!(
            "DELETE FROM audit_values WHERE {}; DELETE FROM audit_entries WHERE chain = 'platform' AND seq = 2;",
            values_of("platform", 2)
        );
        expect(ground, &sql, "platform", 2, "entry 2 is missing");
    }

    fn a_removed_last_entry(ground) {
        let sql = format!(
            "DELETE FROM audit_values WHERE {}; DELETE FROM audit_entries WHERE chain = 'platform' AND seq = 3;",
            values_of("platform", 3)
        );
        expect(ground, &sql, "platform", 2, "ends at 2, its head says 3");
    }

    fn entries_in_another_order(ground) {
        let sql = "UPDATE audit_entries SET seq = 9 WHERE chain = 'platform' AND seq = 1; \
                   UPDATE audit_entries SET seq = 1 WHERE chain = 'platform' AND seq = 2; \
                   UPDATE audit_entries SET seq = 2 WHERE chain = 'platform' AND seq = 9;";
        expect(ground, sql, "platform", 1, "missing");
    }

    fn an_entry_of_another_chain(ground) {
        let (from, to) = (id::<EngagementId>(41), id::<EngagementId>(42));
        let sql = format!(
            "UPDATE audit_entries SET seq = 9 WHERE chain = '{to}' AND seq = 2; \
             UPDATE audit_entries SET chain = '{to}' WHERE chain = '{from}' AND seq = 2; \
             UPDATE audit_entries SET chain = '{from}', seq = 2 WHERE chain = '{to}' AND seq = 9;"
        );
        seven(&ground.store);
        tamper(ground, &sql);
        let broken: Vec<_> = checked(&ground.store).broken.into_iter().map(|it| (it.chain, it.seq, it.what)).collect();
        let words = "the leaf names another chain".to_owned();
        assert_eq!(broken, [(from.to_string(), 2, words.clone()), (to.to_string(), 2, words)]);
    }

    fn a_changed_head(ground) {
        let sql = "UPDATE audit_chains SET head = (SELECT hash FROM audit_entries WHERE chain = 'platform' AND seq = 1) WHERE chain = 'platform'";
        expect(ground, sql, "platform", 3, "ends at 3");
    }

    fn a_shortened_chain(ground) {
        expect(ground, "UPDATE audit_chains SET length = 2 WHERE chain = 'platform'", "platform", 3, "its head says 2");
    }

    fn a_chain_whose_row_is_gone(ground) {
        let chain = id::<EngagementId>(41);
        let sql = format!("DELETE FROM audit_chains WHERE chain = '{chain}'");
        expect(ground, &sql, chain.as_str(), 1, "a chain that is not there");
    }

    /// A chain that was taken away whole, row, entries and values: who kept its head knows. So does one who kept an earlier
    /// head, and nobody is accused for a chain that grew.
    fn a_chain_that_is_gone_whole(ground) {
        seven(&ground.store);
        let early = checked(&ground.store).heads;
        seven(&ground.store);
        let found = checked_since(&ground.store, &early);
        assert_eq!((found.broken, found.heads.len()), (vec![], 3));
        for chain in [id::<EngagementId>(41).to_string(), "platform".to_owned()] {
            tamper(ground, &format!("{} DELETE FROM audit_chains WHERE chain = '{chain}';", without(&chain, 0)));
            assert_eq!(checked(&ground.store).broken, vec![], "the rest holds by itself");
            let broken = checked_since(&ground.store, &early).broken;
            let it = broken.iter().find(|it| it.chain == chain).unwrap_or_else(|| panic!("{broken:?}"));
            assert!(it.what.contains("has fewer"), "{}", it.what);
        }
    }

    /// A chain that was cut short, its head with it.
    fn a_chain_that_was_cut(ground) {
        seven(&ground.store);
        let kept = checked(&ground.store).heads;
        let platform = kept.iter().find(|it| it.chain == "platform").unwrap();
        assert_eq!(platform.length, 3);
        tamper(ground, &format!(
            "{} UPDATE audit_chains SET length = 2, head = (SELECT hash FROM audit_entries WHERE chain = 'platform' AND seq = 2) \
             WHERE chain = 'platform';",
            without("platform", 2)
        ));
        assert_eq!(checked(&ground.store).broken, vec![], "it holds by itself");
        let broken = checked_since(&ground.store, &kept).broken;
        let [it] = broken.as_slice() else { panic!("{broken:?}") };
        assert_eq!((it.chain.as_str(), it.seq), ("platform", 3));
        assert!(it.what.contains("had 3 entries"), "{}", it.what);
        // and what was written in its place is another history
        seven(&ground.store);
        let broken = checked_since(&ground.store, &kept).broken;
        assert!(broken.len() == 1 && broken[0].what.contains("entry 3 is another"), "{broken:?}");
    }

    /// A history rewritten from one entry on, leaf, hash and all: the link of the next entry gives it away.
    fn a_rewritten_entry_breaks_the_next_link(ground) {
        use diesel::prelude::*;
        use store::schema::audit_entries;
        seven(&ground.store);
        let second = audit_entries::chain.eq("platform").and(audit_entries::seq.eq(2));
        let text: String =
            audit_entries::table.filter(second).select(audit_entries::leaf).first(&mut ground.raw()).unwrap();
        let mut leaf = Leaf::parse(&text).unwrap();
        leaf.at = leaf.at.plus(1);
        let hash: String = leaf_hash(&leaf.text()).to_string();
        let hash = if ground.address.is_postgres() { format!("decode('{hash}', 'hex')") } else { format!("X'{hash}'") };
        tamper(ground, &format!(
            "UPDATE audit_entries SET leaf = '{}', hash = {hash}, at = {} WHERE chain = 'platform' AND seq = 2",
            leaf.text(), leaf.at.0
        ));
        let broken = checked(&ground.store).broken;
        assert_eq!((broken[0].seq, broken[0].what.as_str()), (3, "the link to the entry before does not match"));
    }
}
