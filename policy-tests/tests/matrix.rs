//! The matrix is the one that was reviewed.

use crate::support::ENGINE;
use policy_tests::situations::{columns, columns_by, rows};
use policy_tests::{Practices, ask, matrix};
use std::collections::HashMap;
use std::path::Path;

#[test]
fn the_matrix_is_the_reviewed_one() {
    let page = matrix::page(&ENGINE).unwrap();
    assert!(!page.contains('?'), "a cell could not be evaluated");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("expected/matrix.txt");
    if std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1") {
        std::fs::write(&file, &page).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    let differences = Practices::of(ENGINE.texts()).differences(&reviewed, &page);
    assert!(
        differences.is_empty(),
        "expected/matrix.txt is another in {} sections\n{}\nKALINKLO_BLESS=1 cargo nextest run --workspace -E \
         'test(the_matrix_is)' writes it anew; review the difference, for it is the change of policy",
        differences.len(),
        differences.join("\n")
    );
}

/// The same answers, so short that each kind of asker stands on one screen.
#[test]
fn each_kind_of_asker_has_one_screen() {
    let page = policy_tests::publish::by_kind(&ENGINE).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("expected/matrix-by-kind.txt");
    if std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1") {
        std::fs::write(&file, &page).unwrap();
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    let differing = matrix::differing(&reviewed, &page);
    assert!(page == reviewed, "expected/matrix-by-kind.txt is another:\n{}", differing.join("\n"));
    let kinds: Vec<&str> = page.split("\n== ").skip(1).collect();
    assert_eq!(kinds.len(), 9);
    for it in kinds {
        assert!(it.lines().count() <= 60 && it.lines().all(|it| it.chars().count() <= 110), "{it}");
    }
    let artist = page.split("\n== ").find(|it| it.starts_with("An artist’s member ")).unwrap();
    // whoever works in an artist's own workspace, and no other artist
    let own = artist.lines().find(|it| it.contains(" Profile: ") && it.contains("ViewProfile")).unwrap();
    assert!(own.trim_start().starts_with("+ + + + + + + .  Profile: "), "{own}");
}

/// A policy that is gone, or speaks of more, is found by its practice and by what it decides.
#[test]
fn a_difference_tells_what_is_done_in_which_situation_and_what_it_breaks() {
    let practices = Practices::of(ENGINE.texts());
    let page = matrix::page(&ENGINE).unwrap();
    let told = |was: &str, is: &str| {
        assert!(page.contains(was), "{was}");
        practices.differences(&page, &page.replacen(was, is, 1))
    };
    let session = "Account: ManageSessions\n  allowed by own-sessions\n  forbidden by gate\n    ox  person\n    --\n    +.  artist.*";
    assert_eq!(
        told(session, &session.replace("    +.", "    ++")),
        ["this breaks P1: Account: ManageSessions\n    ox  person\n\
             -     +.  artist.*, agency.*, presenter.*, counsel.*, admin.*\n\
             +     ++  artist.*, agency.*, presenter.*, counsel.*, admin.*"]
    );
    let listing = "allowed by find-by-plan, find-partner,";
    let gone = told(listing, "allowed by find-by-plan,");
    assert!(gone.len() == 1 && gone[0].starts_with("this breaks P6: Profile: FindListing\n"), "{gone:?}");
    assert_eq!(practices.differences(&page, &page), Vec::<String>::new());
    assert_eq!(practices.differences(&page, &page.replacen('\n', "\nmore\n", 1)), ["+ more"]);
}

/// The permit that comes to light is as it should be; the forbid is still there, and speaks of less.
#[test]
fn a_forbid_that_no_longer_covers_a_permit_is_named_and_the_permit_is_not() {
    let practices = Practices::of(ENGINE.texts());
    let was =
        "\nPlatform: ViewX\n  forbidden by factor-of-today, gate\n    x  admin.*\n    .  everyone else\n";
    let is = "\nPlatform: ViewX\n  allowed by folio-public\n  forbidden by factor-of-today, gate\n    +  admin.no-factor\n    \
              x  admin.now, admin.today, admin.yesterday\n    .  everyone else\n";
    let head = |was: &str, is: &str| practices.differences(was, is)[0].lines().next().unwrap().to_owned();
    assert_eq!(head(was, is), "this breaks P1 or P10: Platform: ViewX");
    assert_eq!(head(is, was), "this breaks P1 or P10: Platform: ViewX");
    let open = "\nPlatform: ViewX\n  allowed by folio-public\n    +  admin.*\n    .  everyone else\n";
    let all = open.replace("    .  everyone else", "    +  everyone else");
    assert_eq!(head(open, &all), "this breaks P2: Platform: ViewX");
}

/// What no situation shows could be taken away without the page telling.
#[test]
fn every_policy_decides_somewhere_on_the_page() {
    let page = matrix::page(&ENGINE).unwrap();
    let names = |id: &str| page.split([' ', ',', '\n']).any(|it| it == id);
    let missing: Vec<&str> = ENGINE.texts().iter().map(|it| &*it.id).filter(|it| !names(it)).collect();
    assert!(missing.is_empty(), "no situation of the matrix shows {missing:?}");
}

#[test]
fn an_axis_that_is_not_shown_changes_nothing() {
    let rows = rows().unwrap();
    let practices = Practices::of(ENGINE.texts());
    let mut differing = Vec::new();
    for action in policy::ALL.iter().copied() {
        for kind in action.kinds().iter().copied() {
            let shown = columns(action, kind).unwrap().0;
            let (names, all) = columns_by(action, kind, |_| true).unwrap();
            if names == shown {
                continue;
            }
            for row in &rows {
                let mut answers = HashMap::new();
                for column in &all {
                    let signs =
                        names.iter().zip(&column.signs).filter(|it| shown.contains(it.0)).map(|it| it.1);
                    let answer = ask(&ENGINE, &row.asker, action, &column.on, &column.told).unwrap();
                    let first = answers.entry(signs.collect::<String>()).or_insert_with(|| answer.clone());
                    if *first != answer {
                        let broken = practices.broken(first, &answer).join(", ");
                        let above = signs_of(&names, &column.signs);
                        differing.push(format!(
                            "this breaks {broken}: {} on {} as {}: {above}: {answer}, not {first}",
                            action.as_str(),
                            kind.as_str(),
                            row.name
                        ));
                    }
                }
            }
        }
    }
    assert!(differing.is_empty(), "an axis that is left out matters:\n{}", differing.join("\n"));
}

/// `level=P, verified=+`.
fn signs_of(names: &[&str], signs: &[char]) -> String {
    let them = names.iter().zip(signs).map(|(name, sign)| format!("{name}={sign}"));
    them.collect::<Vec<_>>().join(", ")
}
