//! Markdown to HTML as Zola does it, for the part of Markdown that leaves no inline style and no surprise.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Something outside the known part: its byte in the text, and what to write instead.
pub(crate) type Fault = (usize, String);

/// Renders `text`; a fault carries its offset in bytes.
pub(crate) fn render(text: &str) -> Result<String, Fault> {
    // `{#id}` after a heading is Markdown's own; a comment of Tera has a space
    for mark in ["{{", "{%", "{# "] {
        if let Some(at) = text.find(mark) {
            return Err((
                at,
                format!("`{mark}` in content is outside what this builder knows: put it in a template"),
            ));
        }
    }
    if let Some(at) = text.find("<!-- more -->") {
        return Err((at, "summaries are not known to this builder".to_owned()));
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut events: Vec<(Event<'_>, Range<usize>)> = Vec::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        refuse(&event).map_or(Ok(()), |message| Err((range.start, message)))?;
        events.push((event, range));
    }
    name_headings(&mut events);
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events.into_iter().map(|(event, _)| event));
    Ok(out)
}

/// Why an event cannot be rendered, if it cannot.
fn refuse(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Start(Tag::Table(alignments)) if alignments.iter().any(|a| *a != Alignment::None) => Some(
            "an aligned table needs an inline style, which the security policy forbids: leave out the colons"
                .into(),
        ),
        Event::Start(Tag::FootnoteDefinition(_)) | Event::FootnoteReference(_) => {
            Some("footnotes are not known to this builder".into())
        }
        Event::Start(Tag::CodeBlock(_)) => {
            Some("blocks of code are not known to this builder: put them in a template".into())
        }
        Event::Start(Tag::Image { .. }) => Some("images are not known to this builder".into()),
        Event::TaskListMarker(_) => Some("task lists are not known to this builder".into()),
        Event::Start(Tag::Link { dest_url, .. }) => refuse_link(dest_url),
        Event::Html(tag) | Event::InlineHtml(tag) if !is_plain_tag(tag) => {
            Some(format!("only plain tags without attributes may stand in content, not `{}`", tag.trim()))
        }
        _ => None,
    }
}

/// Content links to paths of this site alone: the same bytes then serve on any host.
fn refuse_link(address: &str) -> Option<String> {
    (!address.starts_with('/') || address.starts_with("//"))
        .then(|| format!("write the link `{address}` as a path that begins with `/`"))
}

fn is_plain_tag(tag: &str) -> bool {
    tag.trim()
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .map(|rest| rest.strip_prefix('/').unwrap_or(rest))
        .is_some_and(|name| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase())
                && !matches!(name, "script" | "style" | "iframe" | "object")
        })
}

/// Gives every heading an id: its own `{#id}`, else its text as a slug, numbered where that is taken.
fn name_headings(events: &mut [(Event<'_>, Range<usize>)]) {
    let mut taken: HashSet<String> = events
        .iter()
        .filter_map(|(event, _)| match event {
            Event::Start(Tag::Heading { id: Some(id), .. }) => Some(id.to_string()),
            _ => None,
        })
        .collect();
    for at in 0..events.len() {
        let Event::Start(Tag::Heading { level, id: None, .. }) = &events[at].0 else { continue };
        let slug = slug::slugify(heading_text(&events[at + 1..], *level));
        let free = (0..)
            .map(|n| if n == 0 { slug.clone() } else { format!("{slug}-{n}") })
            .find(|candidate| !taken.contains(candidate))
            .unwrap_or(slug);
        taken.insert(free.clone());
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[at].0 {
            *id = Some(CowStr::from(free));
        }
    }
}

fn heading_text(events: &[(Event<'_>, Range<usize>)], level: HeadingLevel) -> String {
    let mut text = String::new();
    for (event, _) in events {
        match event {
            Event::End(TagEnd::Heading(end)) if *end == level => break,
            Event::Text(part) | Event::Code(part) => text.push_str(part),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::render;

    #[track_caller]
    fn check(text: &str, html: &str) {
        assert_eq!(render(text).as_deref(), Ok(html));
    }

    #[track_caller]
    fn refused(text: &str, at: usize, why: &str) {
        let (byte, message) = render(text).expect_err("it should be refused");
        assert_eq!(byte, at, "{message}");
        assert!(message.contains(why), "{message}");
    }

    #[test]
    fn headings_are_named_as_zola_names_them() {
        check("## What we keep\n", "<h2 id=\"what-we-keep\">What we keep</h2>\n");
        check("# A\n# A\n# A\n", "<h1 id=\"a\">A</h1>\n<h1 id=\"a-1\">A</h1>\n<h1 id=\"a-2\">A</h1>\n");
        check("## Named {#own}\n## Own\n", "<h2 id=\"own\">Named</h2>\n<h2 id=\"own-1\">Own</h2>\n");
    }

    #[test]
    fn plain_tags_pass() {
        check("The <cite>Alcina</cite>\n", "<p>The <cite>Alcina</cite></p>\n");
    }

    #[test]
    fn what_is_outside_is_refused_with_its_place() {
        refused("ok\n\n<p style=\"color:red\">x</p>\n", 4, "plain tags");
        refused("<script>x</script>", 0, "plain tags");
        refused("a [b](https://example.org/)", 2, "begins with `/`");
        refused("a [b](//example.org/)", 2, "begins with `/`");
        refused("a\n\n|x|\n|--:|\n|1|\n", 3, "inline style");
        refused("a {{ b }}", 2, "template");
        refused("- [ ] a", 2, "task lists");
        refused("```rust\nfn\n```", 0, "template");
    }
}
