//! The site as it stands in this repository.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use site_builder::{Asset, Site, Source};

use crate::html::{attribute, between};

const BASE: &str = "https://kalinklo.example";
/// Where the server answers itself.
const SERVED: [&str; 5] = ["/sign-in", "/sign-up", "/api/", "/folio/", "/explore"];
const DIRECTORIES: [&str; 3] = ["/artists/", "/agents/", "/presenters/"];

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the site").to_owned()
}

pub(crate) fn site() -> Site {
    Site::build(Source::folder(&folder())).unwrap_or_else(|error| panic!("{error}"))
}

fn text(asset: &Asset) -> &str {
    std::str::from_utf8(&asset.bytes).expect("a page is UTF-8")
}

pub(crate) fn page<'s>(site: &'s Site, path: &str) -> &'s str {
    text(site.get(path).unwrap_or_else(|| panic!("{path} is missing")))
}

/// A file of data that is made.
pub(crate) fn json(name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(folder().join(format!("data/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Every HTML page with its path, the one for unknown addresses too.
fn pages(site: &Site) -> Vec<(String, &str)> {
    let named = site.paths().filter(|path| path.ends_with('/')).map(|path| {
        let html = page(site, &path);
        (path, html)
    });
    named.chain([("the page for unknown addresses".to_owned(), text(site.not_found()))]).collect()
}

#[test]
fn folder_and_program_hold_the_same_site() {
    let (from_folder, embedded) =
        (site(), Site::build(Source::embedded()).expect("the embedded site builds"));
    let paths: Vec<String> = from_folder.paths().collect();
    assert_eq!(paths, embedded.paths().collect::<Vec<_>>());
    assert!(paths.len() > 40, "{paths:?}");
    for path in &paths {
        let (a, b) = (from_folder.get(path).unwrap(), embedded.get(path).unwrap());
        assert_eq!(a.bytes, b.bytes, "{path}");
        assert_eq!(a.br, b.br, "{path}");
    }
    assert_eq!(from_folder.not_found().bytes, embedded.not_found().bytes);
}

#[test]
fn pages_ask_nobody_for_anything() {
    let site = site();
    for (path, html) in pages(&site) {
        for word in
            ["<script", "<style", " style=", "javascript:", "<iframe", "<object", " onclick", " onload"]
        {
            assert!(!html.contains(word), "{path} holds `{word}`");
        }
        let own = html.replace(BASE, "");
        assert!(!own.contains("http://") && !own.contains("https://"), "{path} names another host");
        for address in attribute(html, "href").into_iter().chain(attribute(html, "src")) {
            let known =
                address.starts_with('/') || address.starts_with('#') || address.starts_with("mailto:");
            assert!(known || address.starts_with(BASE), "{path} refers to {address}");
        }
        // the host stands in the canonical address alone: the same bytes serve anywhere
        let canonical = if path.starts_with('/') { 1 } else { 0 };
        assert_eq!(html.matches(BASE).count(), canonical, "{path}");
    }
    for sheet in site.paths().filter(|path| path.ends_with(".css")) {
        let css = page(&site, &sheet);
        assert!(!css.contains("http") && !css.contains("@import"), "{sheet}");
        for file in between(css, "url(\"..", "\"") {
            assert!(site.get(file).is_some_and(|font| font.immutable), "{sheet} names {file}");
        }
    }
}

#[test]
fn every_link_and_fragment_leads_somewhere() {
    let site = site();
    let mut checked = 0;
    for (path, html) in pages(&site) {
        let ids: Vec<&str> = attribute(html, "id");
        let distinct: HashSet<&&str> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{path} gives an id twice");
        let labels =
            ["for", "aria-labelledby", "aria-describedby"].map(|name| attribute(html, name)).concat();
        for name in labels.into_iter().flat_map(str::split_whitespace) {
            assert!(distinct.contains(&name), "{path} refers to #{name}");
        }
        let addresses = ["href", "src", "action"].map(|name| attribute(html, name)).concat();
        for address in addresses {
            let address = address.strip_prefix(BASE).unwrap_or(address);
            if address.starts_with("mailto:") || SERVED.iter().any(|served| address.starts_with(served)) {
                continue;
            }
            let (place, fragment) = address.split_once('#').map_or((address, None), |(p, f)| (p, Some(f)));
            let (file, query) = place.split_once('?').map_or((place, None), |(f, q)| (f, Some(q)));
            let target = if file.is_empty() {
                html
            } else {
                let asset = site.get(file).unwrap_or_else(|| panic!("{path} links to {address}"));
                assert!(query.is_none() || asset.is_immutable_for(query), "{path}: {address} is out of date");
                std::str::from_utf8(&asset.bytes).unwrap_or_default()
            };
            if let Some(fragment) = fragment {
                assert!(attribute(target, "id").contains(&fragment), "{path} links to {address}");
            }
            checked += 1;
        }
    }
    assert!(checked > 900, "only {checked} links were found");
}

#[test]
fn every_profile_says_thrice_that_it_is_fictional() {
    const META: &str = r#"<meta name="kalinklo:fictional" content="true">"#;
    let site = site();
    for directory in DIRECTORIES {
        let listing = page(&site, directory);
        assert!(listing.contains(META), "{directory}");
        let cards = between(listing, "<li class=\"card\"", "</li>");
        assert!(cards.len() >= 8, "{directory} shows {}", cards.len());
        let profiles: Vec<String> =
            site.paths().filter(|path| path.starts_with(directory) && path != directory).collect();
        assert_eq!(profiles.len(), cards.len(), "{directory}");
        for card in cards {
            assert!(card.contains(">Fictional profile<"), "{directory}: {card}");
            let path = attribute(card, "href")[0];
            let profile = page(&site, path);
            assert!(profile.contains(META), "{path}");
            assert!(profile.contains(">Fictional profile<"), "{path}");
            assert!(profile.contains("<meta name=\"description\" content=\"Fictional profile. "), "{path}");
            assert!(between(profile, "<title>", "</title>")[0].contains("(fictional)"), "{path}");
            assert!(!page(&site, "/sitemap.xml").contains(path), "{path} is no page for search engines");
        }
    }
}

#[test]
fn crawlers_are_shown_both_site_maps() {
    let site = site();
    let robots = page(&site, "/robots.txt");
    for map in ["/sitemap.xml", "/folio/sitemap.xml"] {
        assert!(robots.lines().any(|line| line == format!("Sitemap: {BASE}{map}")), "{robots}");
    }
    let map = page(&site, "/sitemap.xml");
    let listed = between(map, "<loc>", "</loc>");
    assert!(listed.is_sorted() && listed.contains(&"https://kalinklo.example/security/"), "{listed:?}");
    for address in listed {
        assert!(site.get(&address[BASE.len()..]).is_some(), "{address}");
    }
}

#[test]
fn forms_have_the_fields_that_the_server_reads() {
    let site = site();
    let fields = |path: &str, action: &str| {
        let html = page(&site, path);
        let form = between(html, "<form ", "</form>")[0];
        assert!(form.contains("method=\"post\"") && form.contains(&format!("action=\"{action}\"")), "{form}");
        let names = attribute(form, "name").into_iter().map(str::to_owned);
        let lengths = attribute(form, "maxlength").into_iter().map(|length| length.parse::<usize>().unwrap());
        names.zip(lengths).collect::<Vec<_>>()
    };
    let named = |list: &[(&str, usize)]| {
        list.iter().map(|(name, length)| ((*name).to_owned(), *length)).collect::<Vec<_>>()
    };
    let hold = [("artist", 200), ("day", 2), ("month", 2), ("year", 4), ("organisation", 200)];
    let person = [("name", 120), ("email", 254), ("message", 4000)];
    assert_eq!(fields("/request-a-hold/", "/api/request-hold"), named(&[&hold[..], &person].concat()));
    let contact = [("name", 120), ("email", 254), ("subject", 160), ("message", 4000)];
    assert_eq!(fields("/help/contact/", "/api/help/contact"), named(&contact));
}

#[test]
fn a_first_view_of_the_home_page_stays_under_60_kb() {
    let site = site();
    let home = site.get("/").unwrap();
    let html = text(home);
    let head = between(html, "<head>", "</head>")[0];
    let mut weight = home.br.as_ref().unwrap().len();
    for line in head.lines().filter(|line| line.contains("<link") && !line.contains("canonical")) {
        let path = attribute(line, "href")[0].split('?').next().unwrap();
        let asset = site.get(path).unwrap();
        weight += asset.br.as_ref().unwrap_or(&asset.bytes).len();
    }
    assert!(weight < 60_000, "{weight} bytes");
    // a third face would load where a page is set in italics or in letters beyond Latin-1
    assert!(!html.contains("<em>") && !html.contains("<cite>"));
    assert!(html.chars().all(|c| c < '\u{100}' || ('\u{2000}'..'\u{2070}').contains(&c)));
}

#[test]
fn addresses_of_files_carry_their_hash() {
    let site = site();
    let address = site.address("css/base.css").unwrap();
    assert_eq!(site.address("/css/base.css"), Some(address.clone()));
    let (path, query) = address.split_once('?').unwrap();
    assert!(query.len() == 22 && query[2..].bytes().all(|b| b.is_ascii_hexdigit()), "{address}");
    let asset = site.get(path).unwrap();
    assert_eq!(asset.etag, format!("\"{}\"", &query[2..]));
    assert!(asset.is_immutable_for(Some(query)) && !asset.is_immutable_for(None));
    assert!(!asset.is_immutable_for(Some("h=0")) && !asset.immutable);
    assert!(page(&site, "/").contains(&format!("<link rel=\"stylesheet\" href=\"{address}\">")));
    assert_eq!(site.address("css/none.css"), None);
}

#[test]
fn the_register_is_whole_and_leads_to_every_policy() {
    let site = site();
    let register = page(&site, "/security/");
    let ids = (1..=12)
        .map(|n| format!("p{n}"))
        .chain((1..=3).map(|n| format!("g{n}")))
        .chain((1..=4).map(|n| format!("b{n}")));
    for id in ids {
        assert!(register.contains(&format!("<div class=\"stack\" id=\"{id}\">")), "{id}");
    }
    let data = json("policies");
    for (id, address) in data["addresses"].as_object().unwrap() {
        assert!(
            register.contains(&format!("<a href=\"{}\"><code>{id}</code></a>", address.as_str().unwrap())),
            "{id}"
        );
    }
}

#[test]
fn prices_are_shown_as_they_are_charged() {
    let data = std::fs::read_to_string(folder().join("data/plans.toml")).unwrap();
    let plans: toml::Table = toml::from_str(&data).unwrap();
    let list = plans["plan"].as_array().unwrap();
    assert_eq!(list.len(), 6);
    let site = site();
    let html = page(&site, "/pricing/");
    for plan in list {
        let minor = plan["price_minor"].as_integer().unwrap();
        let price = format!("{} {}.{:02}", plan["currency"].as_str().unwrap(), minor / 100, minor % 100);
        assert_eq!(plan["price"].as_str(), Some(price.as_str()));
        let row = html.split(&format!("<div id=\"{}\">", plan["id"].as_str().unwrap())).nth(1).unwrap();
        assert!(
            row.starts_with(&format!(
                "<div class=\"stack tight\"><h3>{}</h3>",
                plan["name"].as_str().unwrap()
            ))
        );
        assert_eq!(between(row, "<p class=\"price\">", "<")[0], price);
    }
}

#[test]
fn writing_replaces_an_earlier_build_and_nothing_else() {
    let site = site();
    let scratch = tempfile::tempdir().unwrap();
    let public = scratch.path().join("public");
    site.write(&public).unwrap();
    std::fs::write(public.join("stale.html"), "old").unwrap();
    site.write(&public).unwrap();
    assert!(!public.join("stale.html").exists());
    for path in site.paths() {
        let file = if path.ends_with('/') { format!("{path}index.html") } else { path.clone() };
        assert_eq!(std::fs::read(public.join(&file[1..])).unwrap(), site.get(&path).unwrap().bytes, "{path}");
    }
    assert_eq!(std::fs::read(public.join("404.html")).unwrap(), site.not_found().bytes);

    let other = scratch.path().join("letters");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("dear.txt"), "keep me").unwrap();
    let error = site.write(&other).unwrap_err();
    assert!(error.to_string().contains("letters: the folder is not empty"), "{error}");
    assert!(other.join("dear.txt").exists());
}
