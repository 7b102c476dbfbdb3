//! What must hold whatever the bytes are: each property makes of them a text, a question or a set of policies. The check
//! draws the bytes at random; the targets in `policy-tests/fuzz` are led by what they reach.

#[path = "edit.rs"]
mod edit;

use edit::{below, edited};
use policy::{ALL, ActionName, Asker, Bundle, Engine, LoadError, Verdict};
use policy_tests::world::{Choices, PRINCIPALS, draw_asker, draw_thing, draw_told};
use policy_tests::{Cases, Thing, Told, ask, things};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The folder of the cases, from that of the crate which this is compiled into.
const CASE_FILES: &str = if cfg!(test) { "cases" } else { "../cases" };
/// The policies as they are built in.
static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::load(&Bundle::embedded()).expect("the policies load"));

/// Somebody, something, and what is told, for this action.
fn question(action: ActionName, from: &mut Choices) -> (Arc<Asker>, Thing, Told) {
    let asker = draw_asker(PRINCIPALS[from.below(PRINCIPALS.len())], from);
    let told = draw_told(from);
    let kinds = action.kinds();
    let thing = draw_thing(kinds[from.below(kinds.len())], from).unwrap();
    (asker, thing.under(action), told)
}

/// However policies were changed, what loads decides as it is written, and lists what it decides.
pub(crate) fn policies(from: &mut Choices) {
    let mut bundle = Bundle::embedded();
    let names: Vec<String> = bundle.files.keys().cloned().collect();
    let name = names[from.below(names.len())].clone();
    // one file alone, or the schema changed under it
    bundle.files.retain(|it, _| *it == name);
    let place = if from.below(8) == 0 { &mut bundle.schema.1 } else { bundle.files.get_mut(&name).unwrap() };
    *place = edited(place, from);
    let engine = match bundle.check() {
        Err(complaints) => return pointed(&bundle, &complaints),
        Ok(texts) => match Engine::load(&bundle) {
            Ok(engine) => {
                assert_eq!(engine.texts().len(), texts.len());
                engine
            }
            Err(LoadError::Complaints(complaints)) => return pointed(&bundle, &complaints),
            Err(other) => return assert!(other.to_string().contains('`'), "{other}"),
        },
    };
    for action in ALL.iter().copied() {
        agrees(&engine, action, &question(action, &mut from.clone()));
    }
}

/// Each complaint names a file of the bundle, and a place in it.
fn pointed(bundle: &Bundle, complaints: &[policy::Complaint]) {
    assert!(!complaints.is_empty());
    for it in complaints {
        let (schema, text) = &bundle.schema;
        let text = if it.file == *schema { text } else { &bundle.files[&it.file] };
        // a text that ends too early is pointed at behind its end
        let line = text.split('\n').nth(it.line - 1).unwrap_or_else(|| panic!("{it}"));
        assert!((1..=line.chars().count() + 1).contains(&it.column), "{it}");
        assert!(!it.message.is_empty(), "{it:?}");
    }
}

#[track_caller]
fn agrees(engine: &Engine, action: ActionName, (asker, on, told): &(Arc<Asker>, Thing, Told)) {
    let (Ok(fast), Ok(slow)) =
        (ask(engine, asker, action, on, told), policy_tests::ask::ask_whole(engine, asker, action, on, told))
    else {
        panic!("a question that is always put");
    };
    // a schema that was changed may know other facts: both refuse, each with its own words
    let refused = |it: &policy_tests::Answer| !it.allowed && it.fault.is_some();
    assert!(
        fast == slow || (refused(&slow) && !fast.allowed) || (refused(&fast) && !slow.allowed),
        "{}: {fast}, written {slow}\n{asker:?}\n{on:?}",
        action.as_str()
    );
    if let Some(shown) = policy_tests::ask::listed(engine, asker, action, on, told) {
        // a list may show what cannot be told of one thing alone: each row is decided again
        assert!(shown.unwrap() == fast.allowed || fast.fault.is_some(), "{}: {on:?}", action.as_str());
    }
}

/// The texts of the cases as they stand.
static CASES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASE_FILES);
    let read = |it: std::io::Result<std::fs::DirEntry>| {
        let path = it.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
});

/// A case file that was spoilt is refused with its name and a line of it, or its cases can be asked.
pub(crate) fn case_files(from: &mut Choices) {
    let whole = &*CASES;
    let names: Vec<&String> = whole.keys().collect();
    let name = names[from.below(names.len())];
    let mut files: BTreeMap<String, String> = whole
        .iter()
        .filter(|it| *it.0 == *name || it.0 == "cast.toml")
        .map(|(a, b)| (a.clone(), b.clone()))
        .collect();
    let text = edited(&whole[name], from);
    let lines = text.split('\n').count();
    files.insert(name.clone(), text);
    match Cases::parse(&files) {
        Err(failures) => {
            for it in &failures {
                assert!(files.contains_key(&it.file) && it.line <= lines && !it.got.is_empty(), "{it:?}");
            }
        }
        Ok(cases) => {
            for it in &cases.all {
                assert!(it.line >= 1 && it.line <= lines.max(1) || it.file != *name, "{it:?}");
                // an answer or a reason why there is none
                let _ = it.ask(&ENGINE);
            }
        }
    }
}

/// Facts of any text are read or refused with a reason; what is read becomes entities that the schema knows, or a refusal.
pub(crate) fn facts(from: &mut Choices) {
    static SCHEMA: LazyLock<cedar_policy::Schema> = LazyLock::new(|| {
        cedar_policy::Schema::from_cedarschema_str(&Bundle::embedded().schema.1).expect("the schema loads").0
    });
    let cast = &CASES["cast.toml"];
    let Ok(table) = toml::from_str::<toml::Table>(&edited(cast, from)) else { return };
    let mut people = Vec::new();
    let mut held = Vec::new();
    for it in table.values().filter_map(toml::Value::as_table) {
        // the cast is askers and things, perhaps a level below
        for it in std::iter::once(it).chain(it.values().filter_map(toml::Value::as_table)) {
            people.extend(policy_tests::people::read(it));
            held.extend(things::read(it));
        }
    }
    let drawn = question(ActionName::ViewProfile, from);
    people.push(drawn.0);
    held.push(drawn.1);
    let (asker, on) = (&people[below(from, people.len())], &held[below(from, held.len())]);
    for action in ALL.iter().copied() {
        let Ok(put) = policy_tests::ask::put(&ENGINE, asker, action, on, &drawn.2) else { continue };
        let answer = ask(&ENGINE, asker, action, on, &drawn.2).unwrap();
        match put {
            Ok((_, entities)) => {
                cedar_policy::Entities::from_entities(entities, Some(&SCHEMA)).unwrap();
            }
            Err(_) => assert!(!answer.allowed, "{}: {asker:?} {on:?}", action.as_str()),
        }
    }
}

/// Whatever is asked to be explained, the explanation is of the decision.
pub(crate) fn explanations(from: &mut Choices) {
    for action in ALL.iter().copied() {
        let (asker, on, told) = question(action, &mut from.clone());
        let answer = ask(&ENGINE, &asker, action, &on, &told).unwrap();
        let explained = policy_tests::ask::explain(&ENGINE, &asker, action, &on, &told).unwrap();
        let by: Vec<String> = answer.by.iter().map(ToString::to_string).collect();
        let told = format!("{}: {answer}\n{explained:#?}\n{asker:?}\n{on:?}", action.as_str());
        assert_eq!(explained.allowed, answer.allowed, "{told}");
        if answer.fault.is_none() {
            assert_eq!(
                explained.by.iter().collect::<std::collections::BTreeSet<_>>(),
                by.iter().collect(),
                "{told}"
            );
        }
        for rule in &explained.rules {
            // who decided applied; of the others no permit applied where all was refused by silence
            if explained.by.contains(&rule.policy.id) {
                assert_eq!(rule.verdict, Verdict::Holds, "{told}");
            }
            if !explained.allowed && explained.by.is_empty() && explained.fault.is_none() {
                assert_ne!(rule.verdict, Verdict::Holds, "{told}");
            }
        }
    }
}
