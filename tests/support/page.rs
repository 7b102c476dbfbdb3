//! A page as data: its links, its forms, its text.

use scraper::{ElementRef, Html, Selector};

/// A parsed page.
pub struct Page(Html);

/// A form that stood on a page, ready to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// `get` or `post`.
    pub method: String,
    pub action: String,
    /// What a browser would send untouched: hidden fields, defaults, checked boxes, selected options.
    pub fields: Vec<(String, String)>,
    /// Names and values of its buttons, none of which is pressed yet.
    pub buttons: Vec<(String, String)>,
    /// Names and kinds of everything that can be filled in: an input's type, `select`, `textarea`.
    pub kinds: Vec<(String, String)>,
    /// Names of what the page says may stay empty.
    pub optional: Vec<String>,
    /// Names and values of everything that can be chosen: radio buttons, boxes, options.
    pub offers: Vec<(String, String)>,
}

impl Form {
    /// The same with this field set; it replaces a field of that name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(it, _)| it != name);
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The same without this field.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(it, _)| it != name);
        self
    }

    /// The names of the fields of one of these kinds.
    pub fn of_kind(&self, kinds: &[&str]) -> Vec<String> {
        let found = self.kinds.iter().filter(|(_, kind)| kinds.contains(&kind.as_str()));
        found.map(|(name, _)| name.clone()).collect()
    }

    /// The field's value.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|it| panic!("not a selector: {css}: {it}"))
}

fn text_of(it: ElementRef<'_>) -> String {
    it.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    pub fn parse(html: &str) -> Self {
        Self(Html::parse_document(html))
    }

    /// The texts of all that match, white space folded.
    pub fn texts(&self, css: &str) -> Vec<String> {
        self.0.select(&selector(css)).map(text_of).collect()
    }

    /// The first match's text.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.texts(css)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("nothing matches {css} in {}", self.0.html()))
    }

    /// Whether anything matches.
    pub fn has(&self, css: &str) -> bool {
        self.0.select(&selector(css)).next().is_some()
    }

    /// This attribute of all that match and have it.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        self.0.select(&selector(css)).filter_map(|it| it.attr(name).map(str::to_owned)).collect()
    }

    /// Where the page's links lead, as written.
    pub fn links(&self) -> Vec<String> {
        self.attributes("a[href], area[href]", "href")
    }

    /// All forms, in order.
    pub fn forms(&self) -> Vec<Form> {
        self.0.select(&selector("form")).map(form_of).collect()
    }

    /// The first form that matches.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let found = self.0.select(&selector(css)).find(|it| it.value().name() == "form");
        form_of(found.unwrap_or_else(|| panic!("no form matches {css} in {}", self.0.html())))
    }
}

fn form_of(form: ElementRef<'_>) -> Form {
    let attr = |it: ElementRef<'_>, name: &str| it.attr(name).map(str::to_owned);
    let (mut fields, mut buttons) = (Vec::new(), Vec::new());
    let (mut kinds, mut offers) = (Vec::new(), Vec::new());
    let mut optional = Vec::new();
    for it in form.select(&selector("input[name], select[name], textarea[name], button")) {
        if it.attr("disabled").is_some() {
            continue;
        }
        let name = attr(it, "name").unwrap_or_default();
        let kind = attr(it, "type").unwrap_or_default();
        if it.value().name() != "button" && kind != "submit" {
            let kind = match (it.value().name(), kind.as_str()) {
                ("input", "") => "text",
                ("input", kind) => kind,
                (tag, _) => tag,
            };
            if !kinds.iter().any(|(it, _)| *it == name) {
                kinds.push((name.clone(), kind.to_owned()));
            }
            if may_stay_empty(form, it) && !optional.contains(&name) {
                optional.push(name.clone());
            }
            if matches!(kind, "radio" | "checkbox") {
                offers.push((name.clone(), attr(it, "value").unwrap_or_else(|| "on".into())));
            }
            for option in it.select(&selector("option")) {
                let value = attr(option, "value").unwrap_or_else(|| text_of(option));
                offers.push((name.clone(), value));
            }
        }
        match (it.value().name(), kind.as_str()) {
            ("button", _) | ("input", "submit") => {
                buttons.push((name, attr(it, "value").unwrap_or_default()));
            }
            ("input", "checkbox" | "radio") => {
                if it.attr("checked").is_some() {
                    fields.push((name, attr(it, "value").unwrap_or_else(|| "on".into())));
                }
            }
            ("input", "file" | "image" | "reset" | "button") => {}
            ("select", _) => {
                let chosen = it.select(&selector("option[selected]")).next();
                if let Some(option) = chosen.or_else(|| it.select(&selector("option")).next()) {
                    fields.push((name, attr(option, "value").unwrap_or_else(|| text_of(option))));
                }
            }
            // A first line end after the tag is not part of the value (WHATWG HTML section 13.1.2.5).
            ("textarea", _) => {
                fields.push((name, it.text().collect::<String>().trim_start_matches('\n').to_owned()));
            }
            _ => fields.push((name, attr(it, "value").unwrap_or_default())),
        }
    }
    Form {
        method: attr(form, "method").unwrap_or_else(|| "get".into()).to_ascii_lowercase(),
        action: attr(form, "action").unwrap_or_default(),
        fields,
        buttons,
        kinds,
        optional,
        offers,
    }
}

/// Whether the label says that a field is optional, the hint of its group that it may be left empty, or nothing is one of
/// what can be chosen.
fn may_stay_empty(form: ElementRef<'_>, field: ElementRef<'_>) -> bool {
    let id = field.attr("id").unwrap_or_default();
    let label = form.select(&selector("label")).find(|it| it.attr("for") == Some(id));
    let group = field.ancestors().filter_map(ElementRef::wrap).find(|it| it.value().name() == "fieldset");
    let is_nothing = field.attr("type") == Some("radio") && field.attr("value") == Some("");
    is_nothing
        || label.is_some_and(|it| text_of(it).ends_with("(optional)"))
        || group.is_some_and(|it| text_of(it).contains("Leave it empty"))
}

#[test]
fn a_form_is_what_a_browser_would_send() {
    let page = Page::parse(
        r#"<h1>Ask  for
        a hold</h1><a href="/x">x</a><form id="hold" method="POST" action="/hold">
        <input type="hidden" name="token" value="t"><input name="from" value="2027-01-02">
        <label for="why">Why <span>(optional)</span></label><input id="why" name="why">
        <fieldset><p>Leave it empty for one day.</p><input name="day"></fieldset>
        <input type="checkbox" name="firm"><input type="checkbox" name="option" value="yes" checked>
        <select name="rank"><option value="1">first<option selected>second</select>
        <textarea name="note">
Dear Anna</textarea><input name="no" disabled><button name="do" value="ask">Ask</button></form>"#,
    );
    assert_eq!(page.text("h1"), "Ask for a hold");
    assert_eq!(page.links(), ["/x"]);
    let form = page.form("#hold").with("from", "2027-01-03");
    assert_eq!((form.method.as_str(), form.action.as_str()), ("post", "/hold"));
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("token", "t"),
            ("why", ""),
            ("day", ""),
            ("option", "yes"),
            ("rank", "second"),
            ("note", "Dear Anna"),
            ("from", "2027-01-03")
        ]
    );
    assert_eq!(form.of_kind(&["text", "textarea"]), ["from", "why", "day", "note"]);
    assert_eq!(form.optional, ["why", "day"]);
    assert_eq!(form.buttons, [("do".to_owned(), "ask".to_owned())]);
}
