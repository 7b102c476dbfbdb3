//! Staged sets under a release that promises other things than the one that staged them.

use super::{activated, conflict, line, permit, rolled_back, staged, without};
use crate::ledger::checked;
use crate::support::{Seeded, both, engine};
use domain::Digest;
use store::policies::{Replaced, stage};
use store::{Options, Store};

both! {
    /// A set is held to the guarantees of the release that runs, not of the one that staged it: where they differ it
    /// decides only after it was proved again.
    fn a_set_is_proved_again_for_other_guarantees(ground) {
        let store = &ground.store;
        let own = store.engine().digest();
        let narrow = staged(store, "CreateAdmin");
        activated(store, Some(narrow)).unwrap();
        let later = Options { readers: 1, guarantees: Digest([1; 32]), ..Options::default() };
        let start = || Store::open(&ground.address, engine(), Box::new(Seeded(3)), later);
        let stops = start().map(drop).unwrap_err();
        assert!(stops.contains("guarantees of another release") && stops.contains("kalinklo policy stage"), "{stops}");
        let mending = Store::open_to_mend(&ground.address, engine(), Box::new(Seeded(3)), later).unwrap();
        assert_eq!((mending.in_force().digest, mending.in_force().fault.map(|it| it.digest)), (own, Some(narrow)));
        activated(&mending, None).unwrap();
        assert!(conflict(activated(&mending, Some(narrow))).contains("guarantees of another release"));
        assert!(conflict(rolled_back(&mending)).contains("guarantees of another release"));
        // whoever stages it again has proved it
        assert_eq!(staged(&mending, "CreateAdmin"), narrow);
        assert_eq!(activated(&mending, Some(narrow)).unwrap(), Replaced { before: own, after: narrow });
        assert_eq!(start().unwrap().in_force().digest, narrow);
        assert_eq!(ground.another(4).in_force().digest, narrow);
        // once for each release, and both are in the ledger
        for it in [store, &mending] {
            let again = stage(it, permit(it).unwrap(), &without("CreateAdmin"), &line("x"), "{}");
            assert!(conflict(again).contains("staged already"));
        }
        assert_eq!((ground.count("policy_sets"), ground.count("policy_proofs")), (1, 2));
        for transition in ["staged", "proved-again"] {
            let sql = format!("SELECT COUNT(*) FROM audit_values WHERE name = 'transition' AND value = '{transition}'");
            assert_eq!(ground.number(&sql), 1, "{transition}");
        }
        assert_eq!(checked(store).broken, vec![]);
    }
}
