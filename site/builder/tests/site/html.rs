//! Just enough of HTML to look through pages that the builder made itself.

/// The values of an attribute, in order: `attribute(page, "href")`.
pub(crate) fn attribute<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let opening = format!(" {name}=\"");
    page.split(opening.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The text between two marks, each time they occur.
pub(crate) fn between<'p>(page: &'p str, opening: &str, closing: &str) -> Vec<&'p str> {
    page.split(opening).skip(1).filter_map(|rest| rest.split(closing).next()).collect()
}
