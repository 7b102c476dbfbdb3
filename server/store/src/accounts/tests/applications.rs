//! Applications: corrected, withdrawn, made again.

use super::ground::{Ground, NOW, ORIGIN, both, conflict, refused, stale};
use super::people::{line, prose};
use crate::accounts::{self, apply_again, correct, withdraw};
use crate::{Acting, StoreError};
use domain::{AccountId, Kind, Version};
use policy::{Unasked, actions};

fn correction(ground: &Ground, it: AccountId, shown: Version, name: &str) -> Result<(), StoreError> {
    let asker = ground.as_account(it, Acting::Account, NOW, None);
    let permit = ground.permit::<actions::CorrectApplication>(&asker, it, Unasked)?;
    correct(&ground.store, permit, shown, &line(name), Some(&line("New House")), &prose("We sing."))
}

fn again(ground: &Ground, it: AccountId, shown: Version) -> Result<(), StoreError> {
    let asker = ground.as_account(it, Acting::Account, NOW, None);
    let permit = ground.permit::<actions::CorrectApplication>(&asker, it, Unasked)?;
    apply_again(&ground.store, permit, shown, &line("Anna"), None, &prose("Once more."))
}

fn withdrawal(ground: &Ground, it: AccountId) -> Result<(), StoreError> {
    let asker = ground.as_account(it, Acting::Account, NOW, None);
    let permit = ground.permit::<actions::WithdrawApplication>(&asker, it, Unasked)?;
    withdraw(&ground.store, permit)
}

both! {
    fn signing_up_makes_a_pending_account_and_a_known_address_is_told_by_mail_alone(ground) {
        ground.sign_up(Kind::Artist, "ann@example.org", None).unwrap();
        let it = ground.application(ground.account("ann@example.org"));
        assert_eq!((it.status.as_str(), it.applicant.as_str()), ("pending", "artist"));
        assert_eq!(it.workspace.as_ref().unwrap().1, "House of ann@example.org");
        ground.ledger_ends_with(&["applied", "founded", "joined", "begun"]);
        assert!(ground.last_letter("ann@example.org").3.starts_with("Your application"));
        // another spelling of the same mailbox
        ground.sign_up(Kind::Presenter, "ANN@example.org", None).unwrap();
        ground.ledger_ends_with(&["applied-again"]);
        assert!(ground.last_letter("ann@example.org").3.starts_with("You already have an account"));
        assert_eq!(ground.application(it.account), it);
    }

    fn an_application_is_corrected_while_it_waits(ground) {
        ground.sign_up(Kind::Agency, "bob@example.org", None).unwrap();
        let id = ground.account("bob@example.org");
        correction(ground, id, Version(1), "Bob").unwrap();
        let it = ground.application(id);
        assert_eq!((it.name.as_str(), it.text.as_str(), it.version), ("Bob", "We sing.", Version(2)));
        assert_eq!(it.workspace.unwrap().1, "New House");
        ground.ledger_ends_with(&["corrected", "renamed"]);
        assert!(stale(correction(ground, id, Version(1), "Bobby")));
        assert!(conflict(again(ground, id, Version(2))));
        assert_eq!(ground.version(id), Version(2));
    }

    fn withdrawn_and_applied_again(ground) {
        ground.sign_up(Kind::Presenter, "cay@example.org", None).unwrap();
        let id = ground.account("cay@example.org");
        withdrawal(ground, id).unwrap();
        assert_eq!(ground.status("cay@example.org"), "withdrawn");
        assert!(conflict(withdrawal(ground, id)));
        assert!(conflict(correction(ground, id, Version(2), "Cay")));
        again(ground, id, Version(2)).unwrap();
        assert_eq!(ground.status("cay@example.org"), "pending");
        ground.ledger_ends_with(&["withdrawn", "applied"]);
    }

    fn nobody_reaches_anothers_application(ground) {
        ground.sign_up(Kind::Artist, "ann@example.org", None).unwrap();
        ground.sign_up(Kind::Artist, "eve@example.org", None).unwrap();
        let (ann, eve) = (ground.account("ann@example.org"), ground.account("eve@example.org"));
        let asker = ground.as_account(eve, Acting::Account, NOW, None);
        assert!(refused(ground.permit::<actions::ViewApplication>(&asker, ann, Unasked)));
        assert!(refused(ground.permit::<actions::WithdrawApplication>(&asker, ann, Unasked)));
        // pending: nothing behind the gate, their own sessions included
        assert!(refused(ground.permit::<actions::ManageSessions>(&asker, eve, Unasked)));
        assert!(refused(ground.permit::<actions::ViewWorkspace>(&asker, ground.workspace("eve@example.org"), Unasked)));
    }

    fn a_message_reaches_the_operator_once_and_nobody_else(ground) {
        let it = accounts::Contacted {
            name: domain::Bounded::line("a name", "Ann").unwrap(),
            email: crate::accounts::tests::people::email("ann@example.org"),
            subject: domain::Bounded::line("a subject", "Hello").unwrap(),
            message: prose("How are you?"),
        };
        let send = |once| {
            let permit = ground.platform::<actions::Contact>(&ground.visitor(NOW));
            accounts::contact_receive(&ground.store.once([once; 32]), permit, &it, "desk@kalinklo.example")
        };
        assert_eq!(send(1).unwrap().len(), 22);
        assert!(matches!(send(1), Err(StoreError::Spent)));
        let letters = ground.letters();
        assert_eq!(letters.len(), 1);
        assert_eq!((letters[0].2.as_str(), letters[0].3.as_str()), ("desk@kalinklo.example", "[Contact] Hello"));
        assert!(letters[0].4.contains("How are you?") && !letters[0].4.contains(ORIGIN));
        ground.ledger_ends_with(&["received"]);
    }
}
