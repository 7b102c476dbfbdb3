//! Form tokens: a form is taken only from somebody to whom we showed it.
//!
//! They stand beside `SameSite` cookies and the cross-site guard; each of the three would do alone. A token is bound to
//! the address that its form goes to, and no two forms that were shown have the same one: the store takes each once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Moment;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256};

/// The name of the hidden field with the form token.
pub const FIELD: &str = "form_token";
/// Random bytes that tell one showing of a form from the next.
const SHOWING: usize = 16;

/// A secret that makes tokens: of one session, or of the house for public forms.
#[derive(Clone)]
pub struct FormSecret([u8; 32]);

impl FormSecret {
    /// A secret of random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token of one showing of the form that goes to `action`, a path: `SHOWING.TAG`, both base64url (RFC 4648
    /// section 5), 66 characters. `chance` is random.
    #[must_use]
    pub fn token(&self, action: &str, chance: &[u8; 32]) -> String {
        let showing = URL_SAFE_NO_PAD.encode(&chance[..SHOWING]);
        let tag = URL_SAFE_NO_PAD.encode(self.tag(&["form", action, &showing]).finalize().into_bytes());
        format!("{showing}.{tag}")
    }

    /// Whether a token is of a form that goes to `action`, compared in constant time: then the hash under which the store
    /// takes it once.
    #[must_use]
    pub fn admits(&self, action: &str, token: &str) -> Option<[u8; 32]> {
        let (showing, tag) = token.split_once('.')?;
        let ours = verified(self.tag(&["form", action, showing]), tag);
        ours.then(|| Sha256::new().chain_update(b"kalinklo form v2\0").chain_update(token).finalize().into())
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
    fn a_token_is_of_one_secret_one_address_and_one_showing() {
        let (ours, theirs) = (FormSecret::new([1; 32]), FormSecret::new([2; 32]));
        let token = ours.token("/w/x/hold", &[3; 32]);
        assert_eq!(token.len(), 66);
        let once = ours.admits("/w/x/hold", &token).unwrap();
        assert!(theirs.admits("/w/x/hold", &token).is_none() && ours.admits("/w/y/hold", &token).is_none());
        let again = ours.token("/w/x/hold", &[4; 32]);
        assert_ne!(ours.admits("/w/x/hold", &again).unwrap(), once, "shown twice, sent twice");
        let swapped = format!("{}{}", &again[..22], &token[22..]);
        for bad in ["", "x", ".", &token[..65], &format!("{token}A"), "%%%.%", &token[23..], &swapped] {
            assert!(ours.admits("/w/x/hold", bad).is_none(), "{bad}");
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
