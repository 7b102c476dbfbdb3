//! The pages below `/policies/`: every policy with what holds it, the theorems, the matrix, the schema.

use serde_json::Value;
use site_builder::Site;

use crate::html::{attribute, between};
use crate::real::{folder, json, page, site};

fn list(it: &Value) -> &Vec<Value> {
    it.as_array().unwrap()
}

fn text(it: &Value) -> &str {
    it.as_str().unwrap()
}

/// The page of a file of policies, cut into its policies by their ids.
fn articles<'s>(site: &'s Site, file: &Value) -> Vec<(&'s str, &'s str)> {
    let html = page(site, text(&file["address"]));
    let articles = between(html, "<article class=\"policy\" aria-labelledby=\"policy-", "</article>");
    articles.into_iter().map(|it| it.split_once('"').unwrap()).collect()
}

#[test]
fn every_policy_stands_with_its_source_and_what_holds_it() {
    let (site, data, proofs, mutants) = (site(), json("policies"), json("theorems"), json("mutants"));
    let register = std::fs::read_to_string(folder().join("data/practices.toml")).unwrap();
    let register: toml::Table = toml::from_str(&register).unwrap();
    let mut shown = 0;
    for file in list(&data["files"]) {
        let articles = articles(&site, file);
        let once = format!("<p class=\"lead\">{}.</p>", text(&file["title"]));
        assert!(!page(&site, text(&file["address"])).contains(&once), "a title is said once: {once}");
        let ids: Vec<&str> = list(&file["policies"]).iter().map(|it| text(&it["id"])).collect();
        assert_eq!(articles.iter().map(|it| it.0).collect::<Vec<_>>(), ids, "in the order of the file");
        for (policy, (id, html)) in list(&file["policies"]).iter().zip(articles) {
            let word = if policy["effect"] == "forbid" { "Never" } else { "May" };
            assert!(html.contains(&format!("<strong>{word}</strong>")), "{id}");
            let source = format!("<pre class=\"source numbered\">{}</pre>", text(&policy["html"]));
            assert!(html.contains(&source), "{id}");
            let claims = register["practice"].as_array().unwrap().iter().filter(|it| {
                it["policies"].as_array().unwrap().iter().any(|named| named.as_str() == Some(id))
            });
            let marks: Vec<String> = claims
                .map(|it| format!("/security/#{}", it["id"].as_str().unwrap().to_lowercase()))
                .collect();
            let row = between(html, "<p class=\"row\">", "</p>")[0];
            assert_eq!(attribute(row, "href"), marks, "{id} leads back to its practices");
            for case in list(&policy["cases"]) {
                let place = format!("<code>{}:{}</code>", text(&case["file"]), case["line"]);
                assert!(html.contains(&place) && html.contains(text(&case["name"])), "{id}: {place}");
            }
            for name in
                list(&proofs["policies"][id]["theorems"]).iter().chain(list(&proofs["policies"][id]["falls"]))
            {
                let link = format!("/policies/theorems/#theorem-{}", text(&name["name"]));
                assert!(attribute(html, "href").contains(&link.as_str()), "{id}: {link}");
            }
            // a policy that names no action speaks of all of them
            let every = html.contains("and every action in its scope;");
            assert_eq!(every, policy["actions"] == 0, "{id}");
            let tried = &mutants["policies"][id];
            assert!(html.contains(&format!("<p>{} mutants, none unnoticed.", tried["mutants"])), "{id}");
            shown += 1;
        }
    }
    assert_eq!(data["figures"]["policies"], shown);
    let overview = page(&site, "/policies/");
    for address in data["addresses"].as_object().unwrap().values() {
        assert!(attribute(overview, "href").contains(&text(address)), "{address}");
    }
}

#[test]
fn every_theorem_stands_under_its_entry() {
    let (site, proofs) = (site(), json("theorems"));
    let html = page(&site, "/policies/theorems/");
    let theorems = list(&proofs["theorems"]);
    assert!(theorems.len() > 100);
    for it in theorems {
        let heading = format!("<h3 id=\"theorem-{}\">{}</h3>", text(&it["name"]), text(&it["says"]));
        let part = html.split(heading.as_str()).next().unwrap();
        assert!(part.len() < html.len(), "{heading}");
        let entry = part.rsplit("<h2 id=\"of-").next().unwrap().split('"').next().unwrap();
        assert_eq!(entry, text(&it["of"]).to_lowercase(), "{heading}");
        // where no policy permits anything that a theorem speaks of, it holds at sight, and the page says so
        let asked = it["count"].as_u64().unwrap() > 0;
        let before = part.rsplit("<div><p>").next().unwrap();
        assert_ne!(before.contains("at sight: no policy permits any of it"), asked, "{heading}");
    }
    for it in list(&proofs["assumptions"]) {
        assert!(html.contains(&format!("id=\"assumption-{}\"", text(&it["id"]))), "{it}");
    }
}

#[test]
fn the_matrix_is_tables_that_need_no_colour() {
    let (site, matrix) = (site(), json("matrix"));
    let html = page(&site, "/policies/matrix/");
    let regions = between(html, "<section class=\"scroll\" tabindex=\"0\" aria-labelledby=\"", "</section>");
    let kinds = list(&matrix["kinds"]);
    assert_eq!(regions.len(), kinds.len());
    for (kind, region) in kinds.iter().zip(regions) {
        let name = text(&kind["name"]);
        assert!(region.starts_with(&format!("{name}\">")), "{region}");
        assert!(
            region.contains(&format!("<caption id=\"{name}\">{}</caption>", text(&kind["title"]))),
            "{name}"
        );
        let askers = list(&kind["askers"]).len();
        assert_eq!(region.matches("<th scope=\"col\">").count(), askers + 2, "{name}");
        assert_eq!(region.matches("<th scope=\"rowgroup\"").count(), list(&kind["rows"]).len(), "{name}");
        let lines: usize = list(&kind["rows"]).iter().map(|it| list(&it["situations"]).len()).sum();
        let cells = ["+&nbsp;may", "·&nbsp;no", "×&nbsp;never"].map(|it| region.matches(it).count());
        assert_eq!(
            cells.iter().sum::<usize>(),
            lines * askers,
            "{name}: each cell has its sign and its word"
        );
        assert!(cells[0] > 0, "{name} may do nothing");
    }
    let whole = between(html, "<pre class=\"plate\">", "</pre>")[0];
    let whole = whole.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert_eq!(whole, text(&matrix["text"]), "and the page that is compared, letter for letter");
}

#[test]
fn every_name_of_the_schema_is_an_anchor() {
    let (site, schema) = (site(), json("schema"));
    let html = page(&site, "/policies/schema/");
    let ids = attribute(html, "id");
    let named = list(&schema["types"]).iter().map(|it| format!("type-{}", text(it)));
    let actions = list(&schema["actions"]).iter().chain(list(&schema["groups"]));
    let named = named.chain(actions.map(|it| format!("action-{}", text(&it["name"]))));
    for name in named {
        assert!(ids.contains(&name.as_str()), "{name}");
    }
    for it in list(&schema["actions"]) {
        assert!(!list(&it["opened"]).is_empty(), "nobody may ever {}", it["name"]);
    }
}
