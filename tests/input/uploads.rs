//! A form with a file, wrong in every way in which such a body can be (RFC 7578).

use super::links::form_to;
use super::mutants::{Mutant, filled};
use crate::support::db::Db;
use crate::support::http::Ask;
use crate::support::on_both;
use crate::support::page::Form;
use crate::support::program::Program;
use crate::support::routes::Route;

on_both!(a_file_keeps_its_name_and_no_folder);

const EDGE: &str = "----kalinklo-uploads";
/// Most bytes of a file.
const FILE: usize = 10 * 1024 * 1024;

/// One part: the header's parameters, and what it holds.
type Part = (String, Vec<u8>);

fn text(name: &str, value: &str) -> Part {
    (format!("name=\"{name}\""), value.as_bytes().to_vec())
}

fn file(field: &str, name: &str, bytes: &[u8]) -> Part {
    (format!("name=\"{field}\"; filename=\"{name}\""), bytes.to_vec())
}

fn body(parts: &[Part]) -> Vec<u8> {
    let mut all = Vec::new();
    for (head, bytes) in parts {
        all.extend(format!("--{EDGE}\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
        all.extend(bytes);
        all.extend(b"\r\n");
    }
    all.extend(format!("--{EDGE}--\r\n").bytes());
    all
}

/// Every way in which the form of a file can arrive wrong.
pub fn mutants(route: &Route, form: &Form, token: &str) -> Vec<Mutant> {
    let whole = filled(form);
    let files = form.of_kind(&["file"]);
    let (action, field) = (form.action.as_str(), files[0].as_str());
    let texts: Vec<Part> = whole.fields.iter().map(|(name, value)| text(name, value)).collect();
    let kind = format!("multipart/form-data; boundary={EDGE}");
    let ask = |bytes: &[u8]| Ask::new("POST", action).body(&kind, bytes);
    let with = |more: &[Part]| ask(&body(&[&texts[..], more].concat()));
    let without = |name: &str, more: &[Part]| {
        let kept = texts.iter().filter(|it| it.0 != format!("name=\"{name}\"")).cloned();
        ask(&body(&kept.chain(more.iter().cloned()).collect::<Vec<_>>()))
    };
    let good = file(field, "rider.txt", b"One piano.");
    let mut all: Vec<Mutant> = Vec::new();
    let mut add = |what: &str, field: Option<&str>, ask: Ask, wanted: &'static [u16]| {
        all.push(Mutant { what: what.into(), field: field.map(str::to_owned), ask, wanted });
    };

    // the file
    add("no file", Some(field), with(&[]), &[422]);
    add("no file chosen", Some(field), with(&[file(field, "", b"")]), &[422]);
    add("an empty file", Some(field), with(&[file(field, "rider.txt", b"")]), &[422]);
    add("two files", Some(field), with(&[good.clone(), good.clone()]), &[422]);
    add("a file in a field of its own", None, with(&[good.clone(), file("more", "a.txt", b"x")]), &[422]);
    add("a file in the wrong field", Some(field), with(&[file("elsewhere", "a.txt", b"x")]), &[422]);
    add(
        "a file in a field of text",
        Some("title"),
        with(&[good.clone(), file("title", "a.txt", b"x")]),
        &[422],
    );
    add("text instead of a file", Some(field), with(&[text(field, "rider.txt")]), &[422]);
    add(
        "a file of more than the limit",
        None,
        with(&[file(field, "rider.txt", &vec![b'x'; FILE + 1])]),
        &[413],
    );
    let more = vec![b'x'; route.body_limit + 1];
    add("a body of more than the limit", None, with(&[file(field, "rider.txt", &more)]), &[413]);

    // its name
    let long = format!("{}.txt", "n".repeat(300));
    let names = [
        ("a name that is too long", long.as_str()),
        ("a name with a bidirectional override", "rider\u{202e}fdp.exe"),
        ("a name with an isolate", "rider\u{2066}.txt"),
        ("a hidden name", ".bashrc"),
        ("a hidden name in a folder", "../../.ssh"),
        ("a folder for a name", "/etc/"),
        ("two dots for a name", ".."),
        ("blanks for a name", "   "),
    ];
    for (what, name) in names {
        add(what, Some(field), with(&[file(field, name, b"One piano.")]), &[422]);
    }

    // such a header may not even be read
    let name = file(field, "ri\u{8}der.txt", b"One piano.");
    add("a name with a control character", Some(field), with(&[name]), &[400, 422]);

    // the text beside it
    add("an unknown field", Some("nobody_asked"), with(&[good.clone(), text("nobody_asked", "1")]), &[422]);
    add("a field whose name cannot be read", None, with(&[good.clone(), text("<b>", "1")]), &[400]);
    let many: Vec<Part> = (0..200).map(|_| text("a", "1")).collect();
    add("two hundred fields", None, with(&many), &[400]);
    for (name, value) in whole.fields.iter().filter(|it| it.0 != token) {
        let instead = |value: &str| without(name, &[text(name, value), good.clone()]);
        let (name, named) = (name.as_str(), Some(name.as_str()));
        add("a field that came twice", named, with(&[text(name, value), good.clone()]), &[422]);
        add("a field that did not come", named, without(name, std::slice::from_ref(&good)), &[422]);
        add("a field that is too long", named, instead(&"word ".repeat(6000)), &[422]);
        add("a field longer than any", named, instead(&"x".repeat(70_000)), &[422]);
        add("a field with a control character", named, instead("a\u{0}b"), &[422]);
        add("a field with a bidirectional override", named, instead("abc\u{202e}fed"), &[422]);
        let broken = (format!("name=\"{name}\""), b"\xff\xfe".to_vec());
        add("a field that is not UTF-8", named, without(name, &[broken, good.clone()]), &[422]);
    }

    // the token
    add("no token", None, without(token, std::slice::from_ref(&good)), &[403]);
    let forged = text(token, &"A".repeat(66));
    add("a made-up token", None, without(token, &[forged, good.clone()]), &[403]);

    // the body
    let whole = body(&[&texts[..], &[good]].concat());
    for (what, share) in
        [("a body cut in its last line", 97), ("a body cut in half", 50), ("a body cut at once", 2)]
    {
        add(what, None, ask(&whole[..whole.len() * share / 100]), &[400]);
    }
    add("an empty body", None, ask(b""), &[400]);
    let other = "multipart/form-data; boundary=----another";
    add("another boundary", None, Ask::new("POST", action).body(other, &whole), &[400]);
    for kind in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "multipart/mixed; boundary=x",
        "text/plain",
        "",
    ] {
        add(&format!("as {kind:?}"), None, Ask::new("POST", action).body(kind, &whole), &[415]);
    }
    let fields: Vec<(&str, &str)> =
        form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    add("as a form without files", None, Ask::new("POST", action).form(&fields), &[415]);
    all
}

/// What is just right is taken, and a path that a browser sends as the name (RFC 7578 section 4.2) leaves its folders out.
fn a_file_keeps_its_name_and_no_folder(demo: &Program) {
    let world = demo.world();
    let own = world.persona("agency-owner").workspace.clone().unwrap();
    let engagement = world.facts.engagements.iter().find(|it| it.agency.as_ref() == Some(&own)).unwrap();
    let page = format!("{}/documents", engagement.path.replace("{workspace}", &own));
    let mut client = demo.as_persona("agency-owner");
    let most = vec![b'x'; FILE];
    let cases = [
        ("../../etc/passwd", "passwd", &b"x"[..]),
        ("C:\\Users\\Anna\\Rider 442.txt", "Rider 442.txt", b"x"),
        ("/absolute/Bühne.pdf", "Bühne.pdf", b"x"),
        ("as large as may be.bin", "as large as may be.bin", &most),
    ];
    for (told, kept, bytes) in cases {
        let form = filled(&form_to(&client.get(&page), "/documents"));
        let mut parts: Vec<Part> = form.fields.iter().map(|(name, value)| text(name, value)).collect();
        parts.push(file("file", told, bytes));
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let answer = client.send(&Ask::new("POST", &form.action).body(&kind, &body(&parts)));
        assert_eq!(answer.status, 303, "{told}: {}", answer.text());
        let newest = "SELECT file_name AS text FROM documents ORDER BY id DESC LIMIT 1";
        assert_eq!(Db::of(world).text(newest), kept, "{told}");
        let path = answer.header("location").unwrap().to_owned();
        let content = client.get(&format!("{path}/content"));
        assert_eq!((content.status, content.body.as_slice()), (200, bytes), "{told}");
        assert!(content.header("content-disposition").unwrap().starts_with("attachment; "));
    }
}
