//! The theorems hold on the shipped policies; each weakening breaks the theorem that names it; no fault is a proof.

use crate::support::seed;
use cedar_policy::PolicySet;
use policy::{Bundle, Engine};
use policy_tests::proofs::{
    Guarantees, Options, Prover, Report, Row, Verdict, all, differences, policies, prove,
};
use policy_tests::publish::document;
use policy_tests::world::{Choices, PRINCIPALS, draw_asker, draw_thing, draw_told};
use policy_tests::{Cases, ask};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) fn schema() -> String {
    Bundle::embedded().schema.1
}

/// The shipped policies, with some text of theirs replaced.
pub(crate) fn changed(changes: &[(&str, &str)]) -> Bundle {
    let mut bundle = Bundle::embedded();
    for (from, to) in changes {
        let mut found = 0;
        for text in bundle.files.values_mut() {
            found += text.matches(from).count();
            *text = text.replace(from, to);
        }
        assert!(found > 0, "nowhere: {from}");
    }
    bundle
}

pub(crate) fn set(bundle: &Bundle) -> PolicySet {
    policies(bundle.files.values().map(String::as_str)).unwrap()
}

fn prove_of(bundle: &Bundle, which: &[&str]) -> Report {
    prove(&set(bundle), &schema(), &|it| which.contains(&it.name.as_str()), Options::default()).unwrap()
}

#[test]
fn every_theorem_holds() {
    let report = prove(&set(&Bundle::embedded()), &schema(), &|_| true, Options::default()).unwrap();
    println!("{report}");
    assert!(report.holds(), "{report}");
    let proved: BTreeSet<&str> = report.theorems.iter().map(|it| it.name.as_str()).collect();
    let claimed = all().unwrap();
    let claimed: BTreeSet<&str> = claimed.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(proved, claimed, "a theorem that was not asked is not proved");
    let it = report.cells;
    assert_eq!(it.all, it.silent + it.folded + it.solved + it.remembered, "{it:?}");
    assert!(it.all > 60_000, "{it:?}");
}

#[test]
fn a_theorem_says_which_assumptions_it_needs() {
    let report = prove_of(&Bundle::embedded(), &["no-commit-without-a-person", "confirmed-once"]);
    for row in report.theorems {
        let needed = row.name == "no-commit-without-a-person";
        assert_eq!(
            row.assumptions,
            if needed { vec!["roles-are-three"] } else { vec![] },
            "{}",
            row.environment
        );
    }
    // and without it, it does not hold: a role of another name would do
    let mut guarantees = Guarantees::embedded().unwrap();
    for it in &mut guarantees.all {
        it.assumes.clear();
    }
    let prover = Prover::with(&schema(), guarantees, Options::default()).unwrap();
    let report = prover.prove(&set(&Bundle::embedded()), &|_| true);
    assert_eq!(report.broken_names(), BTreeSet::from(["no-commit-without-a-person"]));
    let unworldly = report.broken().next().unwrap().counterexample.clone().unwrap();
    assert_eq!(unworldly.case, None, "no case can be written of a role that nobody has");
}

#[test]
fn the_program_makes_no_store_that_an_assumption_rules_out() {
    let guarantees = Guarantees::embedded().unwrap();
    let used: BTreeSet<&String> = guarantees.all.iter().flat_map(|it| &it.assumes).collect();
    assert_eq!(used, guarantees.assumptions.iter().map(|it| &it.id).collect(), "an assumption nobody needs");
    assert!(guarantees.assumptions.len() <= 3, "few, on purpose");
    for assumption in &guarantees.assumptions {
        let mut bundle = Bundle::embedded();
        bundle.files.clear();
        let everything =
            "@id(\"all\") @practice(\"P0\") @says(\"All.\") permit(principal, action, resource);".to_owned();
        let source = format!("@practice(\"P0\")\n{}", assumption.source);
        bundle.files.insert("assumed.cedar".to_owned(), format!("{everything}\n{source}"));
        let engine = Engine::load(&bundle).unwrap();
        let mut asked = 0;
        for action in policy::ALL.iter().copied() {
            for kind in action.kinds().iter().copied() {
                for (at, principal) in PRINCIPALS.into_iter().enumerate() {
                    for draw in 0..8 {
                        let mut from = Choices::seeded(seed().wrapping_add(draw * 31 + at as u64));
                        let asker = draw_asker(principal, &mut from);
                        let thing = draw_thing(kind, &mut from).unwrap();
                        let thing = thing.under(action);
                        let answer = ask(&engine, &asker, action, &thing, &draw_told(&mut from)).unwrap();
                        assert!(!answer.by.iter().any(|it| **it == *assumption.id), "{asker:?}\n{thing:?}");
                        asked += usize::from(answer.allowed);
                    }
                }
            }
        }
        assert!(asked > 1_000, "{asked}");
    }
}

struct Weakened {
    changes: &'static [(&'static str, &'static str)],
    breaks: &'static str,
    /// What the sentence must say.
    says: &'static [&'static str],
}

const PARTNERS: &str = " &&\n  resource.partners.contains(principal.workspace)\n};\n\n@id(\"find-by-plan\")";

const WEAKENED: &[Weakened] = &[
    Weakened {
        changes: &[(PARTNERS, "\n};\n\n@id(\"find-by-plan\")")],
        breaks: "agency-sees-no-closed-listing",
        says: &["of agency `agency-a`", "ViewListing", "policy `listing-partner` allows it", "breaks P6"],
    },
    Weakened {
        changes: &[("action in Action::\"Gated\",", "action == Action::\"OptOut\",")],
        breaks: "unapproved-reaches-nothing",
        says: &["breaks P1"],
    },
    Weakened {
        changes: &[(
            "\nunless\n{\n  resource.workspace == principal.workspace ||\n  action == Action::\"ViewFolio\" ||\n  action == Action::\"ClaimProfile\"\n};",
            ";",
        )],
        breaks: "artist-sees-everything-of-their-own",
        says: &["An approved", "may not", "policy `artist-sees-no-artist` forbids it", "breaks P6"],
    },
    Weakened {
        changes: &[(
            "unless { resource.digest == context.digest }",
            "unless { resource.digest == context.digest || resource.digest != \"\" }",
        )],
        breaks: "no-commit-of-what-was-not-shown",
        says: &["breaks P7"],
    },
    Weakened {
        changes: &[("context.factor_age <= 43200", "context.factor_age <= 432000")],
        breaks: "admin-never-without-factor",
        says: &["admin", "second factor of", "breaks P10"],
    },
    Weakened {
        changes: &[(
            "when { resource.artist == principal.workspace };\n\n@id(\"engagement-agency\")",
            ";\n\n@id(\"engagement-agency\")",
        )],
        breaks: "engagement-only-its-parties",
        says: &["policy `engagement-artist` allows it", "breaks P6"],
    },
    Weakened {
        changes: &[(
            "when { resource.persons.contains(principal.person) }",
            "when { resource.persons.contains(principal.person) && resource.verified }",
        )],
        breaks: "admin-never-on-own-workspace",
        says: &["admin", "policy `verify-workspace` allows it", "breaks P10"],
    },
    Weakened {
        changes: &[("principal.task == \"timer\" &&\n  ", "")],
        breaks: "lapse-only-what-a-person-fixed",
        says: &["Automation for", "policy `timer-lapses` allows it", "breaks P7"],
    },
    Weakened {
        changes: &[(
            "resource has agency && resource.agency == principal.workspace };\n\n@id(\"draft-presenter\")",
            "resource has agency };\n\n@id(\"draft-presenter\")",
        )],
        breaks: "draft-only-its-owners",
        says: &["a Draft", "policy `draft-agency` allows it", "breaks G3"],
    },
];

#[test]
fn each_weakening_breaks_the_theorem_that_names_it() {
    for it in WEAKENED {
        let bundle = changed(it.changes);
        let report = prove_of(&bundle, &[it.breaks]);
        let row: &Row = report.broken().next().unwrap_or_else(|| panic!("{} holds", it.breaks));
        assert_eq!((row.name.as_str(), row.verdict), (it.breaks, Verdict::Refuted), "{report}");
        let example = row.counterexample.as_ref().unwrap();
        println!("{example}\n");
        for words in it.says {
            assert!(example.sentence.contains(words), "{words}: {}", example.sentence);
        }
        // the case that is printed goes wrong in the program itself, and would go right without the weakening
        let case = example.case.as_ref().unwrap_or_else(|| panic!("no case: {example:?}"));
        let cases = Cases::parse(&BTreeMap::from([("printed.toml".to_owned(), case.clone())])).unwrap();
        let [case] = &cases.all[..] else { panic!("one case: {case}") };
        let weak = case.ask(&Engine::load(&bundle).unwrap()).unwrap();
        assert_eq!((weak.allowed, weak.fault), (example.allowed, None));
        assert_eq!(weak.by.iter().map(ToString::to_string).collect::<Vec<_>>(), example.by);
        assert_ne!(weak.allowed, case.expected.allowed);
        let whole = case.ask(&Engine::load(&Bundle::embedded()).unwrap()).unwrap();
        assert_eq!(whole.allowed, case.expected.allowed);
    }
}

#[test]
fn what_cannot_be_said_of_one_request_breaks_too() {
    let broken = |from, to, name| {
        let report = prove_of(&changed(&[(from, to)]), &[name]);
        let row = report.broken().next().unwrap_or_else(|| panic!("{name} holds")).clone();
        let said = row.counterexample.map(|it| it.sentence).or(row.fault).or(row.about).unwrap();
        println!("{name}: {said}");
        said
    };
    // a listing that opens when the level closes
    let (listing, closes) = (
        "(resource.level == \"public\" || resource.level == \"private_listing\")\n};\n\n@id(\"listing-invited\")",
        "(resource.level == \"public\" || resource.level == \"stealth\")\n};\n\n@id(\"listing-invited\")",
    );
    let said = broken(listing, closes, "level-stealth-within-listing");
    assert!(said.contains("where `resource.level` is \"stealth\", and not where"), "{said}");
    // a plan that opens more than discovery
    let planned = listing.replacen("\n}", " && principal.capabilities.contains(\"discovery\")\n}", 1);
    let said = broken(listing, &planned, "plan-changes-discovery-alone");
    assert!(said.contains("ViewListing"), "{said}");
    // a level asked for in a way that nothing can be said of
    let said = broken(
        "resource.level == \"stealth\" &&\n  resource.invited",
        "(if principal.verified then resource else resource).level == \"stealth\" &&\n  resource.invited",
        "level-private-within-stealth",
    );
    assert!(said.contains("in a way that no value can be put for"), "{said}");
    // a policy that can fail
    let said = broken("context.factor_age <= 300", "context.factor_age + 1 <= 301", "no-policy-errors");
    assert!(said.contains("overflow"), "{said}");
    // one that never applies, and a forbid with nothing to forbid
    let said = broken(
        "resource.presenter == principal.workspace && resource.state == \"countered\"",
        "resource.state == \"open\" && resource.state == \"countered\"",
        "policies-match",
    );
    assert_eq!(said, "answer-counter");
    let said = broken(
        "resource.person == principal.person };\n\n@id(\"codes\")",
        "resource.person == principal.person && resource.status != resource.status };\n\n@id(\"codes\")",
        "forbids-win",
    );
    assert_eq!(said, "no-admin-on-own-account");
}

#[test]
fn a_change_is_told_newly_allowed_first() {
    let old = set(&Bundle::embedded());
    let options = Options::default;
    assert!(differences(&old, &old, &schema(), options()).unwrap().is_empty());
    // written otherwise, and the same
    let same = changed(&[(
        "when { resource.presenter == principal.workspace }",
        "when { !(resource.presenter != principal.workspace) }",
    )]);
    assert!(differences(&old, &set(&same), &schema(), options()).unwrap().is_empty());
    let new = changed(&[
        (
            "principal.verified &&\n  resource.claimed &&\n  resource.verified &&\n  resource.level == \"stealth\" &&",
            "principal.verified &&\n  resource.claimed &&\n  resource.verified &&",
        ),
        ("action in [Action::\"ViewPortal\", Action::\"EditPortal\"]", "action == Action::\"EditPortal\""),
    ]);
    let found = differences(&old, &set(&new), &schema(), options()).unwrap();
    let told: Vec<(bool, bool, &str)> =
        found.iter().map(|it| (it.from, it.to, it.environment.as_str())).collect();
    assert_eq!(
        told,
        [
            (false, true, "PresenterMember ViewListing Profile"),
            (true, false, "AgencyMember ViewPortal Portal"),
        ]
    );
    println!("{}\n{}", found[0].sentence, found[1].sentence);
    assert!(found[0].sentence.contains("may now ViewListing on a Profile"), "{}", found[0].sentence);
    assert!(found[0].sentence.contains("policy `listing-invited` allows it"), "{}", found[0].sentence);
    assert!(found[1].sentence.contains("may no longer ViewPortal on a Portal"), "{}", found[1].sentence);
    for it in &found {
        let file = BTreeMap::from([("printed.toml".to_owned(), it.case.clone().unwrap())]);
        let case = &Cases::parse(&file).unwrap().all[0];
        assert_eq!(case.ask(&Engine::load(&Bundle::embedded()).unwrap()).unwrap().allowed, it.from);
        assert_eq!(case.ask(&Engine::load(&new).unwrap()).unwrap().allowed, it.to);
    }
}

/// Whether a file is what it should be; with `KALINKLO_BLESS=1` it is made so.
fn stands(path: &Path, wanted: &str) {
    if std::env::var_os("KALINKLO_BLESS").is_some_and(|it| it == "1") {
        std::fs::write(path, wanted).unwrap();
    } else {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text == wanted, "{} is not current; KALINKLO_BLESS=1 makes it so", path.display());
    }
}

#[test]
fn guarantees_are_formatted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guarantees");
    let config = cedar_policy_formatter::Config { line_width: 80, indent_width: 2 };
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        stands(&path, &cedar_policy_formatter::policies_str_to_pretty(&text, &config).unwrap());
    }
    let names = |them: &Guarantees| them.all.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&Guarantees::folder(&folder).unwrap()), names(&Guarantees::embedded().unwrap()));
}

#[test]
fn the_register_names_every_theorem_where_it_belongs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/data/practices.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let theorems = all().unwrap();
    let (mut id, mut named) = (String::new(), 0);
    let line = |line: &str| {
        if let Some(it) = line.strip_prefix("id = ") {
            id = it.trim_matches('"').to_owned();
        }
        if !line.starts_with("proofs = ") {
            return format!("{line}\n");
        }
        let them = theorems.iter().filter(|it| it.guarantee == id).map(|it| format!("\"{}\"", it.name));
        let them: Vec<String> = them.collect();
        named += them.len();
        format!("proofs = [{}]\n", them.join(", "))
    };
    let wanted: String = text.lines().map(line).collect();
    assert_eq!(named, theorems.len(), "a theorem belongs to nothing in the register");
    stands(&path, &wanted);
}

#[test]
fn the_document_tells_every_theorem() {
    let report = prove(&set(&Bundle::embedded()), &schema(), &|_| true, Options::default()).unwrap();
    let theorems = all().unwrap();
    let environments = Prover::new(&schema(), Options::default()).unwrap().environments();
    crate::publish::documented(&document::theorems(&theorems, environments, &report));
    let (path, text) = crate::publish::document();
    stands(&path, &document::with_theorems(&text, &theorems).expect("a place for the theorems"));
}

#[test]
fn invoices_and_settlements_have_no_action_but_to_view_them() {
    let (schema, _) = cedar_policy::Schema::from_cedarschema_str(&schema()).unwrap();
    let money: BTreeSet<String> = schema
        .request_envs()
        .filter(|it| ["Invoice", "Settlement"].contains(&it.resource().to_string().as_str()))
        .map(|it| it.action().id().unescaped().to_owned())
        .collect();
    assert_eq!(money, BTreeSet::from(["ViewInvoice".to_owned(), "ViewSettlement".to_owned()]));
}
