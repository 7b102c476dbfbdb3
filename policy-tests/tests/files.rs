//! The policy files: formatted, named after their practice, the same in the folder and in the program.

use crate::support::ENGINE;
use cedar_policy::Schema;
use cedar_policy_formatter::{Config, policies_str_to_pretty};
use policy::{ALL, Bundle};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn policies_are_formatted() {
    let config = Config { line_width: 80, indent_width: 2 };
    for entry in std::fs::read_dir(root().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "cedar") {
            let text = std::fs::read_to_string(&path).unwrap();
            let pretty = policies_str_to_pretty(&text, &config).unwrap();
            if std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1") {
                std::fs::write(&path, &pretty).unwrap();
            } else {
                assert!(
                    text == pretty,
                    "{} is not formatted: `kalinklo policy format` does it",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn a_policy_names_the_practice_of_its_file() {
    for it in ENGINE.texts() {
        let number: u32 = it.file["policies/p".len()..][..2].parse().unwrap();
        assert_eq!(it.practice, format!("P{number}"), "`{}` in {}", it.id, it.file);
    }
}

#[test]
fn the_program_knows_the_actions_of_the_schema_and_no_others() {
    let (schema, _) = Schema::from_cedarschema_str(&Bundle::embedded().schema.1).unwrap();
    let groups: BTreeSet<String> = schema.action_groups().map(|it| it.id().unescaped().to_owned()).collect();
    let all: BTreeSet<String> = schema.actions().map(|it| it.id().unescaped().to_owned()).collect();
    let known: BTreeSet<String> = ALL.iter().map(|it| it.as_str().to_owned()).collect();
    assert_eq!(all.difference(&groups).cloned().collect::<BTreeSet<_>>(), known);
    assert!(groups.is_disjoint(&known));
}

#[test]
fn embedded_policies_are_those_of_the_folder() {
    let folder = Bundle::folder(&root().join("policies"), None).unwrap();
    assert_eq!(folder.files.len(), Bundle::embedded().files.len());
    let texts = |it: &Bundle| it.files.values().cloned().collect::<Vec<_>>();
    assert_eq!(texts(&folder), texts(&Bundle::embedded()));
}
