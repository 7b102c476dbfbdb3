//! `diff --log`: decisions of a running house put to other policies, with what was told when they were made.

use super::{changes, printed};
use crate::profiles::{Desk, artist};
use crate::support::db::Db;
use crate::support::on_both;
use crate::support::program::{Program, command, eventually};
use serde_json::Value;
use std::path::Path;

on_both!(decisions_of_everybody_flip_with_what_they_were_told);

fn log(demo: &Program, new: &Path) -> Value {
    let mut asked = command(["policy", "diff", "policies"]);
    asked.arg(new).args(["--log", "20000", "--json", "--database", &demo.world().database]);
    let out = asked.current_dir(super::root()).output().unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", printed(&out));
    let told: Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", printed(&out)));
    told["log"].clone()
}

/// A member sets a level, staff read the platform's page, a job sends letters, the operator made the world: each was
/// allowed, and each is refused by policies that take exactly that away.
fn decisions_of_everybody_flip_with_what_they_were_told(demo: &Program) {
    let profile = artist(demo).id;
    let mut agency = Desk::of(demo, "agency-owner");
    agency.does(&format!("/artists/{profile}"), "/level", &[("level", "stealth")]);
    let staff = demo.as_persona("admin").get("/admin");
    assert_eq!(staff.status, 200);
    let agency = demo.world().persona("agency-owner").account.clone().unwrap();
    let admin = demo.world().persona("admin").account.clone().unwrap();
    let wanted = [
        (format!("AgencyMember/{agency}"), "SetLevel", format!("Profile/{profile}")),
        (format!("Admin/{admin}"), "ViewPlatform", "Platform/platform".to_owned()),
        ("Automation/housekeeping".to_owned(), "DispatchMail", "Platform/platform".to_owned()),
        ("Operator/operator".to_owned(), "PlantDemo", "Platform/platform".to_owned()),
    ];
    let mut db = Db::of(demo.world());
    for (actor, action, thing) in &wanted {
        eventually(&format!("{actor} {action} in the log"), || {
            let found = format!(
                "SELECT thing AS text FROM decisions WHERE actor = '{actor}' AND action = '{action}' AND thing = '{thing}' AND allowed"
            );
            (!db.texts(&found).is_empty()).then_some(())
        });
    }
    // the level was told, and the factor is days too young for what the new policies ask
    let less = changes(&[
        ("p06-visibility.cedar", "   context.to == \"stealth\" ||\n", ""),
        (
            "p10-operations.cedar",
            "    [Action::\"ViewPlatform\", Action::\"ViewSecurity\", Action::\"ExplainDecision\"],\n  resource is Platform\n)",
            "    [Action::\"ViewPlatform\", Action::\"ViewSecurity\", Action::\"ExplainDecision\"],\n  resource is Platform\n)\nwhen { context.factor_age > 400000 }",
        ),
        (
            "p10-operations.cedar",
            "when { principal.task == \"housekeeping\" }",
            "when { principal.task == \"timer\" }",
        ),
        ("p08-audit.cedar", "     Action::\"PlantDemo\",\n", ""),
    ]);
    let told = log(demo, less.path());
    let flips = told["flips"].as_array().unwrap();
    for (actor, action, thing) in &wanted {
        let flip = flips
            .iter()
            .find(|it| it["actor"] == **actor && it["action"] == *action && it["thing"] == **thing)
            .unwrap_or_else(|| panic!("no flip of {actor} {action} among {flips:#?}"));
        assert_eq!((flip["from"].as_bool(), flip["to"].as_bool()), (Some(true), Some(false)), "{flip}");
    }
    let of = |action: &str| flips.iter().find(|it| it["action"] == action).unwrap()["told"].clone();
    assert_eq!(of("SetLevel"), "to=stealth");
    assert!(of("ViewPlatform").as_str().unwrap().starts_with("factor_age="), "{}", of("ViewPlatform"));
    // nothing else flips, and what is always there is never gone
    for it in flips {
        let (actor, action) = (it["actor"].as_str().unwrap(), it["action"].as_str().unwrap());
        let expected = ["SetLevel", "ViewPlatform", "ViewSecurity", "DispatchMail", "Housekeep", "PlantDemo"];
        assert!(expected.contains(&action), "{actor} {action}: {it}");
    }
    let (gone, all) = (told["gone"].as_u64().unwrap(), told["decisions"].as_u64().unwrap());
    // of a visitor's list the first is put again, the others are only counted
    let more = Db::of(demo.world()).text("SELECT CAST(SUM(more) AS TEXT) AS text FROM decisions");
    assert_eq!(gone.to_string(), more, "of {all}: {told}");
}
