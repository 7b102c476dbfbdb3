//! Accessibility by axe-core, whose file `./check` brings; it reaches the page through WebDriver, past its policy.

use super::driver::Browser;
use serde_json::{Value, json};

/// The release that `./check` brings.
pub const RELEASE: &str = "4.11.0";

const RUN: &str = "const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then(it => done(it.violations), it => done(String(it)));";

/// What is wrong with the page that is open, one line a place: `rule: help (selector)`. Needs JavaScript on.
#[track_caller]
pub fn violations(browser: &mut Browser) -> Vec<String> {
    let path = std::env::var("KALINKLO_AXE").unwrap_or_else(|_| {
        panic!("KALINKLO_AXE is not set: run ./check, or set it to axe.min.js of axe-core {RELEASE}")
    });
    let source = std::fs::read_to_string(&path).unwrap_or_else(|it| panic!("{path}: {it}"));
    browser.run(&source);
    let found = browser.command("POST", "/execute/async", &json!({ "script": RUN, "args": [] }));
    let Value::Array(found) = found else { panic!("axe did not run: {found}") };
    let mut lines = Vec::new();
    for rule in &found {
        for node in rule["nodes"].as_array().into_iter().flatten() {
            let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
            lines.push(format!(
                "{}: {} ({})",
                text(&rule["id"]),
                text(&rule["help"]),
                text(&node["target"][0])
            ));
        }
    }
    lines
}
