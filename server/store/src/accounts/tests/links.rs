//! Sign-in links: single use, bound to a browser, the same for every mailbox.

use super::ground::{Ground, NOW, both, refused};
use super::people::browser;
use crate::accounts::{self, Issued, Miss};
use crate::{Acting, StoreError};
use domain::{Kind, Moment};
use policy::{Unasked, actions};

fn later(minutes: i64) -> Moment {
    NOW.plus(minutes * Moment::MINUTE)
}
fn missed(it: Result<Issued, Miss>) -> bool {
    matches!(it, Err(Miss::No(_)))
}
/// A code that is not the last one sent to somebody.
fn wrong(ground: &Ground, to: &str) -> String {
    let right = ground.code(to).replace(' ', "");
    let other = if right.starts_with('0') { "1" } else { "0" };
    other.repeat(right.len())
}
fn enters(ground: &Ground, issued: &Issued, now: Moment) -> bool {
    let token = accounts::hash(&issued.secret);
    let visit = ground.store.fresh(now);
    let choose = |_: &crate::Doors| Ok(Acting::Account);
    ground.store.enter(&token, visit, now, choose, |_, _| Ok::<_, StoreError>(())).unwrap().is_some()
}

both! {
    fn known_and_unknown_addresses_cost_the_same_and_only_one_gets_mail(ground) {
        ground.sign_up(Kind::Artist, "ann@example.org", None).unwrap();
        let before = ground.letters().len();
        ground.ask_link("nobody@example.org", 1, NOW);
        ground.ask_link("ann@example.org", 1, NOW);
        let letters = ground.letters();
        assert_eq!(letters.len(), before + 2);
        let (unknown, known) = (&letters[before], &letters[before + 1]);
        assert_eq!((unknown.0.as_str(), unknown.2.as_str()), ("withheld", ""));
        assert_eq!((known.0.as_str(), known.2.as_str()), ("waiting", "ann@example.org"));
        assert_eq!(unknown.4.len(), known.4.len());
        // what was written for nobody opens nothing
        let at = unknown.4.find("?token=").unwrap() + 7;
        assert!(missed(ground.redeem(&unknown.4[at..at + 43], 1, NOW)));
    }

    fn a_link_works_once_in_its_browser_for_fifteen_minutes(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        ground.ask_link("ann@example.org", 1, NOW);
        let token = ground.token("ann@example.org");
        assert!(matches!(ground.redeem(&token, 2, NOW), Err(Miss::OtherBrowser(_))));
        assert!(missed(ground.redeem(&token, 1, later(15))));
        let issued = ground.redeem(&token, 1, later(14)).unwrap();
        ground.ledger_ends_with(&["signed-in"]);
        assert_eq!(ground.ledger_field("account"), ground.account("ann@example.org").to_string());
        assert!(missed(ground.redeem(&token, 1, later(14))));
        assert!(missed(ground.redeem(&token, 2, later(14))));
        assert!(enters(ground, &issued, later(15)));
        assert_eq!(accounts::home(&ground.store, &issued).unwrap(), format!("/w/{}", ground.workspace("ann@example.org")));
    }

    fn a_short_code_works_in_the_browser_that_asked(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        ground.ask_link("ann@example.org", 1, NOW);
        let code = ground.code("ann@example.org");
        assert!(missed(ground.redeem_code(&code, 2, NOW)));
        ground.redeem_code(&code, 1, NOW).unwrap();
        assert!(missed(ground.redeem_code(&code, 1, NOW)));
        assert!(missed(ground.redeem(&ground.token("ann@example.org"), 1, NOW)));
    }

    fn what_failed_says_whose_it_was_and_no_address(ground) {
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        ground.ask_link("ann@example.org", 1, NOW);
        ground.ask_link("nobody@example.org", 2, NOW);
        let token = ground.token("ann@example.org");
        let whose = |it: Result<Issued, Miss>| match it {
            Err(Miss::No(it) | Miss::OtherBrowser(it)) => it,
            other => panic!("{other:?}"),
        };
        let hers = whose(ground.redeem(&token, 2, NOW));
        assert_eq!(hers.account, Some(ann));
        assert!(hers.mailbox.clone().is_some_and(|it| !it.contains('@')));
        assert_eq!(whose(ground.redeem_code(&wrong(ground, "ann@example.org"), 1, NOW)), hers);
        assert_eq!(whose(ground.redeem(&token, 1, later(15))), hers, "too late");
        ground.redeem(&token, 1, NOW).unwrap();
        assert_eq!(whose(ground.redeem(&token, 1, NOW)), hers, "used");
        let nobodys = whose(ground.redeem_code("000000", 2, NOW));
        assert!(nobodys.account.is_none() && nobodys.mailbox.is_some() && nobodys.mailbox != hers.mailbox);
        assert_eq!(whose(ground.redeem_code("000000", 3, NOW)), accounts::Tried::default());
    }

    fn a_short_code_bears_five_tries_and_the_link_still_works(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        ground.ask_link("ann@example.org", 1, NOW);
        let code = ground.code("ann@example.org");
        for _ in 0..5 {
            assert!(missed(ground.redeem_code(&wrong(ground, "ann@example.org"), 1, NOW)));
        }
        assert!(missed(ground.redeem_code(&code, 1, NOW)));
        ground.redeem(&ground.token("ann@example.org"), 1, NOW).unwrap();
    }

    fn wrong_codes_lock_nobody_out_and_make_the_next_codes_longer(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        // a stranger asks for links to Ann's mailbox and tries codes on them
        for stranger in 1..=2 {
            ground.ask_link("ann@example.org", stranger, NOW);
            for _ in 0..5 {
                assert!(missed(ground.redeem_code(&wrong(ground, "ann@example.org"), stranger, NOW)));
            }
        }
        // her own next code works, and nobody finds it by trying: it has twelve digits
        ground.ask_link("ann@example.org", 3, later(1));
        let code = ground.code("ann@example.org");
        assert_eq!(code.len(), "123 456 789 012".len());
        assert!(missed(ground.redeem_code(&code, 1, later(1))), "in the stranger's browser");
        ground.redeem_code(&code, 3, later(1)).unwrap();
        // also after she signed in, until nobody tried for a day
        ground.ask_link("ann@example.org", 4, later(2));
        assert_eq!(ground.code("ann@example.org").len(), 15);
        ground.redeem_code(&ground.code("ann@example.org"), 4, later(2)).unwrap();
        ground.ask_link("ann@example.org", 5, later(24 * 60));
        assert_eq!(ground.code("ann@example.org").len(), 7);
        ground.redeem_code(&ground.code("ann@example.org"), 5, later(24 * 60)).unwrap();
    }

    fn many_links_do_not_make_many_short_codes(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        for stranger in 1..=20 {
            ground.ask_link("ann@example.org", stranger, NOW);
            ground.ask_link("nobody@example.org", stranger, NOW);
        }
        let lengths = |of: &str, state: &str| -> Vec<usize> {
            let code = |it: &str| it.lines().find(|it| it.starts_with("    ")).unwrap().trim().len();
            let links = ground.letters().into_iter().filter(|it| it.0 == state && it.4.contains("?token="));
            links.filter(|it| it.2 == of).map(|it| code(&it.4)).collect()
        };
        let expected: Vec<usize> = [7; 3].into_iter().chain([15; 17]).collect();
        assert_eq!(lengths("ann@example.org", "waiting"), expected);
        assert_eq!(lengths("", "withheld"), expected, "the same work for everybody");
    }

    fn links_asked_for_at_once_are_counted_one_by_one(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        let before = ground.letters().len();
        std::thread::scope(|scope| {
            for stranger in 1..=8 {
                scope.spawn(move || ground.ask_link("ann@example.org", stranger, NOW));
            }
        });
        let mut waits: Vec<i64> =
            ground.letters()[before..].iter().map(|it| (it.1 - NOW.0) / Moment::SECOND).collect();
        waits.sort_unstable();
        assert_eq!(waits, [0, 0, 0, 30, 60, 120, 240, 480]);
    }

    fn delays_move_the_sending_and_never_a_link_that_was_sent(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        let before = ground.letters().len();
        for _ in 0..12 {
            ground.ask_link("ann@example.org", 1, NOW);
        }
        let waits: Vec<i64> =
            ground.letters()[before..].iter().map(|it| (it.1 - NOW.0) / Moment::SECOND).collect();
        assert_eq!(waits, [0, 0, 0, 30, 60, 120, 240, 480, 600, 600, 600, 600]);
        // the last letter leaves after ten minutes and its link lasts fifteen more
        assert!(ground.redeem(&ground.token("ann@example.org"), 1, later(24)).is_ok());
        ground.ask_link("ann@example.org", 1, later(25));
        assert_eq!(ground.last_letter("ann@example.org").1, later(25).0);
    }

    fn an_address_waits_longer_with_each_try_that_failed(ground) {
        let patience = accounts::Patience { free: 2, first_wait: 30 * Moment::SECOND };
        let tries = |from: &str, now| accounts::address_try(&ground.store, from, patience, now).unwrap();
        let after = |seconds: i64| NOW.plus(seconds * Moment::SECOND);
        for _ in 0..3 {
            assert_eq!(tries("192.0.2.1", NOW), Ok(()));
        }
        assert_eq!(tries("192.0.2.1", NOW), Err(after(30)));
        assert_eq!(accounts::address_waits(&ground.store, "192.0.2.1", NOW).unwrap(), Some(after(30)));
        assert_eq!(accounts::address_waits(&ground.store, "192.0.2.1", after(30)).unwrap(), None);
        assert_eq!((tries("192.0.2.1", after(30)), tries("192.0.2.1", after(30))), (Ok(()), Err(after(90))));
        // one that was right is given back, and no more
        assert_eq!(tries("192.0.2.1", after(90)), Ok(()));
        accounts::address_right(&ground.store, "192.0.2.1", after(90)).unwrap();
        assert_eq!((tries("192.0.2.1", after(90)), tries("192.0.2.1", after(90))), (Ok(()), Err(after(210))));
        let day = after(90).plus(Moment::DAY);
        assert_eq!((tries("192.0.2.1", day), tries("192.0.2.1", day)), (Ok(()), Ok(())));
        assert_eq!(tries("192.0.2.2", NOW), Ok(()));
        // tries at once are no cheaper than one after another
        let taken = std::thread::scope(|scope| {
            let all: Vec<_> =
                (0..8).map(|_| scope.spawn(move || tries("192.0.2.3", NOW).is_ok())).collect();
            all.into_iter().map(|it| usize::from(it.join().unwrap())).sum::<usize>()
        });
        assert_eq!(taken, 3);
    }

    fn sessions_end_by_silence_by_age_and_by_hand(ground) {
        let (ann, _) = ground.approved(Kind::Artist, "ann@example.org");
        let (bob, _) = ground.approved(Kind::Agency, "bob@example.org");
        let one = ground.signed_in("ann@example.org", 1, NOW);
        let two = ground.signed_in("ann@example.org", 2, NOW);
        let three = ground.signed_in("ann@example.org", 3, NOW);
        let theirs = ground.signed_in("bob@example.org", 4, NOW);
        assert!(enters(ground, &one, later(719)) && !enters(ground, &one, later(720)));
        for hour in (0..30 * 24).step_by(11) {
            ground.store.session_touch(&accounts::hash(&one.secret), NOW.plus(hour * Moment::HOUR)).unwrap();
        }
        assert!(enters(ground, &one, NOW.plus(30 * Moment::DAY - 1)));
        assert!(!enters(ground, &one, NOW.plus(30 * Moment::DAY)));
        let asker = ground.as_account(ann, Acting::Account, NOW, None);
        let permit = || ground.permit::<actions::ManageSessions>(&asker, ann, Unasked).unwrap();
        assert!(refused(accounts::session_revoke(&ground.store, permit(), theirs.id)));
        accounts::session_revoke(&ground.store, permit(), two.id).unwrap();
        assert!(!enters(ground, &two, NOW) && enters(ground, &three, NOW));
        assert_eq!(accounts::sessions_revoke_others(&ground.store, permit(), one.id).unwrap(), 1);
        assert!(!enters(ground, &three, NOW) && enters(ground, &theirs, NOW));
        ground.ledger_ends_with(&["ended", "sessions-ended"]);
        let asker = ground.as_account(bob, Acting::Account, NOW, None);
        let permit = ground.permit::<actions::SignOut>(&asker, bob, Unasked).unwrap();
        accounts::sign_out(&ground.store, permit, theirs.id).unwrap();
        assert!(!enters(ground, &theirs, NOW));
    }

    fn a_sign_in_ends_the_session_it_replaces(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        let old = ground.signed_in("ann@example.org", 1, NOW);
        ground.ask_link("ann@example.org", 1, NOW);
        let token = accounts::hash_of_text(&ground.token("ann@example.org")).unwrap();
        let permit = ground.platform::<actions::SignIn>(&ground.visitor(NOW));
        let old_hash = accounts::hash(&old.secret);
        let new = accounts::link_redeem(&ground.store, permit, &token, &browser(1), "", Some(&old_hash)).unwrap();
        assert!(!enters(ground, &old, NOW) && enters(ground, &new, NOW));
        assert_eq!(ground.sessions(), 1);
    }

    fn one_link_used_at_once_by_many_opens_one_session(ground) {
        ground.approved(Kind::Artist, "ann@example.org");
        ground.ask_link("ann@example.org", 1, NOW);
        let token = ground.token("ann@example.org");
        let wins: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(|| ground.redeem(&token, 1, NOW).is_ok())).collect();
            all.into_iter().map(|it| usize::from(it.join().unwrap())).sum()
        });
        assert_eq!((wins, ground.sessions()), (1, 1));
    }

    fn the_house_has_one_form_secret(ground) {
        let first = accounts::form_secret(&ground.store).unwrap();
        assert_eq!(first, accounts::form_secret(&ground.store).unwrap());
        assert_ne!(first, [0; 32]);
    }
}
