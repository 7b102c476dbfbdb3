//! The tone of the house, as far as a machine can hear it, in the words that people read.

use site_builder::{Site, Source};

use crate::html::{attribute, between};

#[test]
fn pages_are_titled_described_and_calm() {
    let site = Site::build(Source::embedded()).expect("the embedded site builds");
    let mut titles = Vec::new();
    for path in site.paths().filter(|path| path.ends_with('/')) {
        let html = std::str::from_utf8(&site.get(&path).unwrap().bytes).unwrap();
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"), "{path}");
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        assert_eq!(html.matches("<main id=\"main\">").count(), 1, "{path}");
        let title = between(html, "<title>", "</title>")[0];
        assert!(title.contains("Kalinklo Artists"), "{path}");
        titles.push(title);
        let head = between(html, "<head>", "</head>")[0];
        let description = attribute(head.split("name=\"description\"").nth(1).unwrap(), "content")[0];
        assert!((40..=260).contains(&description.len()), "{path}: {description}");
        let mut words = html.split_once("<main").unwrap().1.to_owned();
        for code in between(html, "<pre", "</pre>").into_iter().chain(between(html, "<code>", "</code>")) {
            words = words.replace(code, "");
        }
        for loud in ["!", "marketplace", "seamless", "cutting-edge", "empower", "world-class"] {
            assert!(!words.contains(loud), "{path} says `{loud}`");
        }
    }
    let count = titles.len();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), count, "no two pages share a title");
}
