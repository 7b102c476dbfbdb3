//! The one test command fails where it would otherwise do nothing.

use std::process::Command;

/// Runs `./check` with these arguments, of which none leads to a step.
#[track_caller]
fn fails(arguments: &[&str]) -> String {
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/check");
    let out = Command::new(check).args(arguments).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(!said.contains("passed"), "{said}");
    said
}

#[test]
fn words_that_name_no_step_fail_and_the_steps_are_named() {
    for words in ["nonsense", "nonsense clippy", "clippy nonsense"] {
        let said = fails(&["--only", words]);
        for it in ["`nonsense`", "  clippy", "  tests: tidy", "  deny: advisories", "  tools: axe-core"] {
            assert!(
                said.lines().any(|line| line == it || line.contains(it) && it.starts_with('`')),
                "{it}: {said}"
            );
        }
        assert!(!said.contains('$'), "{said}");
    }
    assert!(fails(&["--only", " "]).contains("--only needs words"));
}
