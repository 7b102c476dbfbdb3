//! Small sites that hold the builder to Zola's rules, and show what it says about what it does not know.

use site_builder::{Site, SiteError, Source};

const CONFIG: &str = "base_url = \"https://hall.example\"\ntitle = \"Hall\"\n";
const HOME: &str = "+++\ntitle = \"Home\"\n+++\n";

/// A site of the least that is needed, with `more` files added or put in place of it.
fn build(more: &[(&str, &str)]) -> Result<Site, SiteError> {
    let least = [
        ("config.toml", CONFIG),
        ("content/_index.md", HOME),
        ("templates/index.html", "{{ section.title }}"),
        ("templates/page.html", "{{ page.title }}"),
        ("templates/404.html", "{{ config.title }}"),
        ("templates/sitemap.xml", "{% for e in entries %}{{ e.permalink | safe }} {% endfor %}"),
        ("templates/robots.txt", "{{ config.base_url }}"),
    ];
    let mut files: std::collections::BTreeMap<&str, &str> = least.into_iter().collect();
    files.extend(more.iter().copied());
    Site::build(Source::files(
        files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())),
    ))
}

#[track_caller]
fn check(more: &[(&str, &str)], path: &str, html: &str) {
    let site = build(more).unwrap_or_else(|error| panic!("{error}"));
    let asset =
        site.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", site.paths().collect::<Vec<_>>()));
    assert_eq!(std::str::from_utf8(&asset.bytes).unwrap(), html);
}

#[track_caller]
fn refused(more: &[(&str, &str)], begins: &str, holds: &str) {
    let error = build(more).err().unwrap_or_else(|| panic!("it should not build")).to_string();
    assert!(error.starts_with(begins) && error.contains(holds), "{error}");
}

#[test]
fn a_page_lives_at_its_folder_and_slug() {
    let page = "+++\ntitle = \"P\"\n+++\n";
    let index =
        ("content/halls/_index.md", "+++\nweight = 1\ntemplate = \"index.html\"\ntitle = \"Halls\"\n+++\n");
    check(&[index, ("content/halls/Great Hall.md", page)], "/halls/great-hall/", "P");
    check(&[index], "/halls/", "Halls");
    check(&[("content/a.md", "+++\ntitle = \"P\"\nslug = \"Ärger\"\n+++\n")], "/arger/", "P");
    check(&[("content/a.md", "+++\ntitle = \"P\"\npath = \"x/y\"\n+++\n")], "/x/y/", "P");
}

#[test]
fn requests_find_pages_by_folder_only() {
    let site = build(&[("content/a.md", HOME), ("static/note.txt", "hi")]).unwrap();
    assert_eq!(site.paths().collect::<Vec<_>>(), ["/a/", "/", "/note.txt", "/robots.txt", "/sitemap.xml"]);
    assert!(site.get("/a/").is_some() && site.get("/note.txt").is_some());
    for nowhere in ["/a", "/a/index.html", "/index.html", "/404.html", "a/", "", "//", "/a//", "/note.txt/"] {
        assert!(site.get(nowhere).is_none(), "{nowhere}");
    }
    assert_eq!(site.canonical("/a").as_deref(), Some("/a/"));
    assert_eq!((site.canonical("/a/"), site.canonical("/b"), site.canonical("")), (None, None, None));
    assert_eq!(&site.not_found().bytes[..], b"Hall");
}

#[test]
fn get_url_follows_zola() {
    let url = |call: &str, gives: &str| {
        let template = format!("{{{{ get_url({call}) | safe }}}}");
        check(&[("templates/index.html", &template), ("static/a.css", "a")], "/", gives);
    };
    url("path=\"a.css\"", "https://hall.example/a.css");
    url("path=\"/x/y\"", "https://hall.example/x/y");
    url("path=\"x\", trailing_slash=true", "https://hall.example/x/");
    url("path=\"@/_index.md\"", "https://hall.example/");
    // printf a | sha256sum
    url("path=\"a.css\", cachebust=true", "https://hall.example/a.css?h=ca978112ca1bbdcafac2");
}

#[test]
fn sections_sort_and_pages_know_their_neighbours() {
    let page = |title: &str, weight: usize| format!("+++\ntitle = \"{title}\"\nweight = {weight}\n+++\n");
    let (x, y, z) = (page("X", 30), page("Y", 10), page("Z", 20));
    let files = [
        ("content/s/_index.md", "+++\nsort_by = \"weight\"\ntemplate = \"s.html\"\nweight = 1\n+++\n"),
        ("content/s/x.md", x.as_str()),
        ("content/s/y.md", y.as_str()),
        ("content/s/z.md", z.as_str()),
        ("templates/s.html", "{% for p in section.pages %}{{ p.title }}{% endfor %}"),
        (
            "templates/page.html",
            "{% if page.lower %}{{ page.lower.title }}{% endif %}<{{ page.title }}>{% if page.higher %}{{ page.higher.title }}{% endif %} {{ page.ancestors | join(sep=\",\") | safe }} {{ current_path | safe }}",
        ),
    ];
    check(&files, "/s/", "YZX");
    check(&files, "/s/z/", "Y<Z>X _index.md,s/_index.md /s/z/");
    check(&files, "/s/y/", "<Y>Z _index.md,s/_index.md /s/y/");
    check(
        &files,
        "/sitemap.xml",
        "https://hall.example/ https://hall.example/s/ https://hall.example/s/x/ https://hall.example/s/y/ https://hall.example/s/z/ ",
    );
}

#[test]
fn faults_name_file_and_line() {
    refused(
        &[("config.toml", "base_url = \"https://a.example\"\ntitle = \"x\"\ntitel = 1\n")],
        "config.toml:3: ",
        "titel",
    );
    refused(&[("config.toml", &format!("{CONFIG}compile_sass = true\n"))], "config.toml:3: ", "set it false");
    refused(&[("content/a.md", "no front matter")], "content/a.md:1: ", "+++");
    refused(&[("content/a.md", "+++\ntitle = \"x\"\n")], "content/a.md:1: ", "closing line");
    refused(&[("content/a.md", "+++\ntitle = \"x\"\ndate = 2026-01-02\n+++\n")], "content/a.md:3: ", "date");
    refused(
        &[("content/a.md", "+++\n+++\n\nfine\n\n[x](https://else.example)\n")],
        "content/a.md:6: ",
        "begins with `/`",
    );
    refused(&[("content/a.md", "+++\n+++\ntext {% x %}\n")], "content/a.md:3: ", "template");
    refused(&[("content/a.png", "")], "content/a.png: ", "put other files in static");
    refused(&[("content/2026-01-02-a.md", HOME)], "content/2026-01-02-a.md: ", "dates");
    refused(&[("content/s/a.md", HOME)], "content/s/a.md: ", "_index.md");
    refused(&[("data/a.toml", "a = 1\nb = = 2\n")], "data/a.toml:2: ", "");
    refused(&[("data/a.json", "[\n1,\n")], "data/a.json:3: ", "");
    refused(&[("data/a.csv", "")], "data/a.csv: ", "TOML or JSON");
    refused(
        &[("templates/index.html", "a\n{{ section.title | nothing }}")],
        "templates/index.html:2: ",
        "nothing",
    );
    refused(
        &[("templates/index.html", "a\nb\n{{ section.weather }}")],
        "templates/index.html:3: ",
        "content/_index.md",
    );
    refused(
        &[("templates/index.html", "{{ get_url(path=\"x\", cachebust=true) }}")],
        "templates/index.html:1: ",
        "static/x",
    );
    refused(
        &[("templates/index.html", "{{ get_url(path=\"@/x.md\") }}")],
        "templates/index.html:1: ",
        "content/x.md",
    );
    refused(
        &[("templates/index.html", "{{ load_data(path=\"data/x.toml\") }}")],
        "templates/index.html:1: ",
        "data/x.toml",
    );
    refused(
        &[("static/a/index.html", ""), ("content/a.md", HOME)],
        "content/a.md: ",
        "already has the address",
    );
}

#[test]
fn pages_that_zola_would_drop_are_faults() {
    let index =
        ("content/s/_index.md", "+++\nsort_by = \"weight\"\ntemplate = \"index.html\"\nweight = 1\n+++\n");
    refused(&[index, ("content/s/a.md", HOME)], "content/s/a.md: ", "weight");
    let twin = ("content/t/_index.md", "+++\ntemplate = \"index.html\"\nweight = 1\n+++\n");
    refused(&[index, twin], "content/t/_index.md: ", "other than that of s/_index.md");
}

#[test]
fn text_is_compressed_where_that_helps() {
    let long = "la ".repeat(400);
    let site =
        build(&[("static/long.txt", &long), ("static/short.txt", "la"), ("static/a.woff2", &long)]).unwrap();
    let long = site.get("/long.txt").unwrap();
    let (br, gzip) = (long.br.as_ref().unwrap(), long.gzip.as_ref().unwrap());
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &br[..], &mut plain).unwrap();
    assert_eq!(plain, long.bytes);
    plain.clear();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut plain).unwrap();
    assert_eq!(plain, long.bytes);
    for plain in ["/short.txt", "/a.woff2"] {
        let asset = site.get(plain).unwrap();
        assert!(asset.br.is_none() && asset.gzip.is_none(), "{plain}");
    }
    assert_eq!(long.media_type, "text/plain; charset=utf-8");
}
