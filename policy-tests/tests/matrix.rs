//! The matrix is the one that was reviewed.

use crate::support::ENGINE;
use policy_tests::situations::{columns, columns_by, rows};
use policy_tests::{ask, matrix};
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
    if let Some((at, (is, was))) =
        page.lines().zip(reviewed.lines().chain(std::iter::repeat(""))).enumerate().find(|(_, (a, b))| a != b)
    {
        let above = |begins: &dyn Fn(&str) -> bool| {
            page.lines().take(at + 1).filter(|it| begins(it)).last().unwrap_or_default()
        };
        let practice = above(&|it| it.starts_with("== ")).trim_matches(['=', ' ']);
        let section = above(&|it| it.starts_with(|it: char| it.is_ascii_uppercase()));
        panic!(
            "this breaks {practice}: {section}\nexpected/matrix.txt differs from line {}:\n- {was}\n+ {is}\nKALINKLO_BLESS=1 cargo test -p policy-tests \
             writes it anew; review the difference, for it is the change of policy",
            at + 1
        );
    }
    assert!(page == reviewed, "expected/matrix.txt has lines that the matrix no longer has");
}

#[test]
fn an_axis_that_is_not_shown_changes_nothing() {
    let rows = rows().unwrap();
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
                    assert_eq!(*first, answer, "{} as {}: {:?}", action.as_str(), row.name, column.on);
                }
            }
        }
    }
}
