//! Form tokens: a form is taken only from somebody to whom we showed it.
//!
//! They stand beside `SameSite` cookies and the cross-site guard; each of the three would do alone. A form that must not
//! be sent twice also carries a one-time value in [`ONCE`], which the store makes and spends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Moment;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The name of the hidden field with the form token.
pub const FIELD: &str = "form_token";
/// The name of the hidden field against double submission.
pub const ONCE: &str = "once";

/// A secret that makes tokens: of one session, or of the house for public forms.
#[derive(Clone)]
pub struct FormSecret([u8; 32]);

impl FormSecret {
    /// A secret of random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token of a form for a purpose (the thing it is about): 43 characters of base64url (RFC 4648 section 5).
    #[must_use]
    pub fn token(&self, form: &str, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.tag(&["form", form, purpose]).finalize().into_bytes())
    }

    /// Whether a token is this form's, compared in constant time.
    #[must_use]
    pub fn admits(&self, form: &str, purpose: &str, token: &str) -> bool {
        verified(self.tag(&["form", form, purpose]), token)
    }

    /// A token for a public form whose answer we showed at `now`: `MICROSECONDS.TAG`. `content` is what was shown, so
    /// that nothing else can be sent with it.
    #[must_use]
    pub fn dated(&self, form: &str, content: &str, now: Moment) -> String {
        let at = now.0.to_string();
        let tag = self.tag(&["dated", form, content, &at]).finalize().into_bytes();
        format!("{at}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Whether a dated token is this form's and content's, and at least `soonest` and at most `latest` seconds old.
    #[must_use]
    pub fn admits_dated(
        &self,
        form: &str,
        content: &str,
        token: &str,
        now: Moment,
        ages: (i64, i64),
    ) -> bool {
        let Some((at, tag)) = token.split_once('.') else { return false };
        let Ok(made) = at.parse::<i64>() else { return false };
        let age = now.0.saturating_sub(made) / Moment::SECOND;
        verified(self.tag(&["dated", form, content, at]), tag)
            && made <= now.0
            && (ages.0..=ages.1).contains(&age)
    }

    fn tag(&self, parts: &[&str]) -> Hmac<Sha256> {
        // The block-sized form of the key cannot fail; padding with zeroes is what HMAC does itself (RFC 2104 section 2).
        let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
        key[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&key);
        for part in parts {
            // Lengths keep the parts apart: `a` + `bc` is not `ab` + `c`.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

fn verified(mac: Hmac<Sha256>, token: &str) -> bool {
    URL_SAFE_NO_PAD.decode(token).is_ok_and(|it| mac.verify_slice(&it).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_of_one_secret_one_form_and_one_purpose() {
        let (ours, theirs) = (FormSecret::new([1; 32]), FormSecret::new([2; 32]));
        let token = ours.token("hold", "x1");
        assert_eq!(token.len(), 43);
        assert!(ours.admits("hold", "x1", &token));
        assert!(!theirs.admits("hold", "x1", &token));
        assert!(!ours.admits("hol", "dx1", &token) && !ours.admits("hold", "x2", &token));
        for bad in ["", "x", &token[..42], &format!("{token}A"), "%%%"] {
            assert!(!ours.admits("hold", "x1", bad), "{bad}");
        }
    }

    #[test]
    fn a_dated_token_ages_and_holds_to_its_content() {
        let ours = FormSecret::new([1; 32]);
        let made = Moment(50 * Moment::HOUR);
        let token = ours.dated("contact", "name=Ann", made);
        let later = |seconds: i64| made.plus(seconds * Moment::SECOND);
        let admits = |content, now| ours.admits_dated("contact", content, &token, now, (2, 3600));
        assert!(admits("name=Ann", later(2)) && admits("name=Ann", later(3600)));
        assert!(
            !admits("name=Ann", later(1))
                && !admits("name=Ann", later(3601))
                && !admits("name=Ann", later(-5))
        );
        assert!(!admits("name=Bob", later(10)));
        let forged = token.replacen(&made.0.to_string(), &later(1).0.to_string(), 1);
        assert!(!ours.admits_dated("contact", "name=Ann", &forged, later(10), (2, 3600)));
    }
}
