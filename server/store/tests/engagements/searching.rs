//! Search inside the workspace: what is one's own and answers, and nothing of anybody else's.

use super::*;
use crate::support::both;
use policy::actions::ViewWorkspace;
use store::engagements::search::{self, MOST, Sought};

/// Numbers of engagements, requests and holds that answer.
fn found(ground: &Ground, who: Who, typed: &str) -> [usize; 3] {
    let sought = Sought::of(typed);
    let found = ground.store.read(&who.asks(), |db| {
        let engagements = search::engagements(db, &sought)?;
        let requests = search::requests(db, &sought)?;
        let holds = search::holds(db, &sought)?;
        let all = engagements.rows.iter().map(|it| &it.1);
        let all = all.chain(requests.rows.iter().map(|it| &it.1)).chain(holds.rows.iter().map(|it| &it.1));
        for named in all {
            assert!(named.parties.iter().any(|it| it.workspace == who.house()), "{named:?} is not {who:?}'s");
        }
        Ok::<_, StoreError>([engagements.rows.len(), requests.rows.len(), holds.rows.len()])
    });
    found.unwrap()
}

/// Names as pages and searches know them.
fn named(ground: &Ground) {
    for (who, name) in [
        (PRESENTER, "Hall Nordhaven"),
        (RIVAL, "Rival Rooms"),
        (AGENCY, "Harbour & Finch"),
        (ARTIST, "Hidden Attic"),
    ] {
        ground.run(&format!(
            "UPDATE workspaces SET name = '{name}', name_key = '{}' WHERE id = '{}'",
            store::profiles::folded_name(name),
            who.house()
        ));
    }
    ground.run("UPDATE profiles SET name_key = 'ilka thornwald'");
}

both! {
    fn own_engagements_answer_to_titles_names_numbers_and_dates(ground) {
        world(ground);
        named(ground);
        let (with_hall, _) = held(ground, PRESENTER, "2027-03-04", "2027-03-05");
        requested(ground, RIVAL, "2027-04-30", "2027-05-01");
        assert_eq!(found(ground, AGENCY, "Nördhaven"), [1, 1, 1]);
        assert_eq!(found(ground, AGENCY, "summer NIGHTS"), [2, 2, 1]);
        for who in [ARTIST, AGENCY] {
            for (typed, answer) in [
                ("2027-03-05", [1, 1, 1]), ("4 March 2027", [1, 1, 1]), ("2027-03-06", [0, 0, 0]),
                ("March 2027", [1, 1, 1]), ("2027-05", [1, 1, 0]), ("April 2027", [1, 1, 0]), ("rooms", [1, 1, 0]),
            ] {
                assert_eq!(found(ground, who, typed), answer, "{typed}");
            }
        }
        let number = ground.store.read(&AGENCY.asks(), |db| {
            let permit = db.permit::<actions::ViewEngagement>(with_hall, Unasked)?;
            store::engagements::view::names(db, &permit)
        }).unwrap().reference;
        assert_eq!(found(ground, AGENCY, &number.to_lowercase()), [1, 1, 1]);
        for typed in ["%", "_", "nobody", "\\", "summer%nights_"] {
            let answer = if typed == "summer%nights_" { [2, 2, 1] } else { [0, 0, 0] };
            // signs count for nothing: they are no wildcards
            assert_eq!(found(ground, AGENCY, typed), answer, "{typed}");
        }
    }

    fn nothing_of_others_answers_to_anything(ground) {
        world(ground);
        named(ground);
        held(ground, PRESENTER, "2027-03-04", "2027-03-04");
        held(ground, RIVAL, "2027-03-04", "2027-03-04");
        // each presenter has one of its own on that date, and hears of no other
        for who in [PRESENTER, RIVAL] {
            for typed in ["2027-03-04", "summer", "Thornwald", "harbour"] {
                assert_eq!(found(ground, who, typed), [1, 1, 1], "{typed}");
            }
        }
        assert_eq!(found(ground, PRESENTER, "rival"), [0, 0, 0]);
        assert_eq!(found(ground, RIVAL, "nordhaven"), [0, 0, 0]);
        // one's own name stands on every row, and a workspace's name that is shown to nobody answers nobody
        assert_eq!(found(ground, PRESENTER, "nordhaven"), [0, 0, 0]);
        assert_eq!(found(ground, ARTIST, "thornwald"), [0, 0, 0]);
        for who in ALL {
            assert_eq!(found(ground, who, "attic"), [0, 0, 0]);
        }
        for who in [OTHER_AGENCY, OTHER_ARTIST] {
            for typed in ["2027-03-04", "summer", "thornwald", "nordhaven", "harbour"] {
                assert_eq!(found(ground, who, typed), [0, 0, 0], "{typed}");
            }
        }
    }

    fn the_first_ones_are_shown_and_that_there_are_more_is_said(ground) {
        world(ground);
        for _ in 0..=MOST {
            requested(ground, PRESENTER, "2027-03-04", "2027-03-04");
        }
        let hits = ground.store.read(&AGENCY.asks(), |db| search::engagements(db, &Sought::of("summer"))).unwrap();
        assert_eq!((hits.rows.len(), hits.more), (MOST, true));
        let newest = hits.rows.windows(2).all(|it| it[0].0.id > it[1].0.id);
        assert!(newest && hits.rows.iter().all(|it| it.0.days == Some((day("2027-03-04"), day("2027-03-04")))));
    }

    fn colleagues_answer_to_their_name_and_address(ground) {
        world(ground);
        let team = |who: Who, typed: &str| {
            let hits = ground.store.read(&who.asks(), |db| {
                let permit = db.permit::<ViewWorkspace>(who.house(), Unasked)?;
                search::colleagues(db, &permit, typed)
            });
            hits.unwrap().rows.iter().map(|it| it.account).collect::<Vec<_>>()
        };
        assert_eq!(team(AGENCY, "SOMEONE"), [AGENCY.account(), ASSISTANT.account()]);
        assert_eq!(team(PRESENTER, "some"), [PRESENTER.account()]);
        assert_eq!(team(AGENCY, &format!("{}@example.org", ASSISTANT.account())), [ASSISTANT.account()]);
        assert!(team(AGENCY, &format!("{}@example.org", RIVAL.account())).is_empty());
        assert!(team(AGENCY, "%").is_empty() && team(AGENCY, "nobody").is_empty());
    }
}
