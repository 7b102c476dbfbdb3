//! One file with its text fields (RFC 7578).

use super::faults::Faults;
use super::fields::{self, FIELDS, Fields};
use crate::problem::Problem;
use bytes::Bytes;
use multer::{Constraints, Multipart, SizeLimit};

/// Most bytes of a file: 10 MiB.
pub const FILE: usize = 10 * 1024 * 1024;
/// The body limit of a route that takes a file: the file, the text around it, the boundaries.
pub const BODY: usize = FILE + 256 * 1024;
/// Most bytes of a text field.
const TEXT: usize = 64 * 1024;
/// Most characters of a file's name.
const FILE_NAME: usize = 255;

/// A file that somebody sent. Name and media type are what they said, not what it is.
#[derive(Debug)]
pub struct Upload {
    /// The field it came in.
    pub field: String,
    /// Its name, without any folder; never empty.
    pub file_name: String,
    /// Its media type as told.
    pub media_type: String,
    /// Its content.
    pub bytes: Bytes,
}

/// What came: text fields, and the file where one was chosen.
pub struct Uploaded {
    /// The text fields, to be finished as any form's.
    pub form: Fields,
    /// The file; `None` where none was chosen.
    pub file: Option<Upload>,
}

/// Takes a body apart.
///
/// # Errors
/// [`Problem::TooLarge`] where the file has more than `limit` bytes; [`Problem::Invalid`], naming the field, for a
/// second file or text that is not UTF-8 or too long; [`Problem::BadRequest`] where the body is malformed.
pub async fn read(body: Bytes, boundary: String, limit: usize) -> Result<Uploaded, Problem> {
    let bad = |_| Problem::BadRequest("This form could not be read to its end.".into());
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let bounds = Constraints::new().size_limit(SizeLimit::new().whole_stream(BODY as u64));
    let mut parts = Multipart::with_constraints(stream, boundary, bounds);
    let mut form = Fields::empty();
    let mut file: Option<Upload> = None;
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().filter(|it| fields::readable(it)).map(str::to_owned);
        let name =
            name.ok_or_else(|| Problem::BadRequest("A field has a name that cannot be read.".into()))?;
        if let Some(told) = part.file_name().map(str::to_owned) {
            let media_type =
                part.content_type().map_or("application/octet-stream".into(), ToString::to_string);
            let bytes = part.bytes().await.map_err(bad)?;
            // A browser sends an empty part without a name where no file was chosen.
            if told.is_empty() && bytes.is_empty() {
                continue;
            }
            if file.is_some() {
                return Err(Problem::Invalid(Faults::one(name, "Choose one file")));
            }
            if bytes.len() > limit {
                return Err(Problem::TooLarge { limit });
            }
            let Some(file_name) = plain_name(&told) else {
                return Err(Problem::Invalid(Faults::one(
                    name,
                    "Give the file a plain name and send it again",
                )));
            };
            file = Some(Upload { field: name, file_name, media_type, bytes });
        } else {
            let bytes = part.bytes().await.map_err(bad)?;
            if form.len() == FIELDS {
                return Err(Problem::BadRequest(format!("A form has at most {FIELDS} fields.")));
            }
            match std::str::from_utf8(&bytes) {
                Ok(text) if text.len() <= TEXT => form.push(name, text.to_owned()),
                Ok(_) => return Err(Problem::Invalid(Faults::one(name, "Shorten this text"))),
                Err(_) => return Err(Problem::Invalid(Faults::one(name, "Enter text in UTF-8"))),
            }
        }
    }
    Ok(Uploaded { form, file })
}

/// The last part of a path, if it is a name that can be shown and saved.
fn plain_name(told: &str) -> Option<String> {
    let name = told.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = domain::Bounded::<FILE_NAME>::line("a name", name).ok()?.into_string();
    (!name.starts_with('.')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(parts: &[(&str, &str)]) -> Bytes {
        let mut all = String::new();
        for (head, text) in parts {
            all.push_str(&format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n"));
        }
        Bytes::from(all + "--b--\r\n")
    }

    #[tokio::test]
    async fn one_file_and_its_fields() {
        let sent =
            body(&[("name=\"title\"", "Plan"), ("name=\"file\"; filename=\"C:\\tmp\\a b.pdf\"", "%PDF")]);
        let mut it = read(sent, "b".into(), 10).await.unwrap();
        let file = it.file.unwrap();
        assert_eq!((it.form.text("title").as_str(), file.file_name.as_str()), ("Plan", "a b.pdf"));
        assert_eq!((&file.bytes[..], file.media_type.as_str()), (&b"%PDF"[..], "application/octet-stream"));
        let none = read(body(&[("name=\"file\"; filename=\"\"", "")]), "b".into(), 10).await.unwrap();
        assert!(none.file.is_none());
    }

    #[tokio::test]
    async fn what_is_too_much_is_refused() {
        let file = ("name=\"file\"; filename=\"a\"", "12345678901");
        assert!(matches!(read(body(&[file]), "b".into(), 10).await, Err(Problem::TooLarge { limit: 10 })));
        assert!(matches!(read(body(&[file, file]), "b".into(), 20).await, Err(Problem::Invalid(_))));
        let hidden = ("name=\"file\"; filename=\"../.bashrc\"", "x");
        assert!(matches!(read(body(&[hidden]), "b".into(), 20).await, Err(Problem::Invalid(_))));
        assert!(matches!(read("--b\r\nno end".into(), "b".into(), 20).await, Err(Problem::BadRequest(_))));
        let long = "x".repeat(TEXT + 1);
        assert!(matches!(
            read(body(&[("name=\"t\"", &long)]), "b".into(), 20).await,
            Err(Problem::Invalid(_))
        ));
    }
}
