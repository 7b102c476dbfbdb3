//! The second factor: time-based one-time passwords (RFC 6238) and recovery codes.

use domain::{Digest, Moment};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, TOTP};

/// Seconds of a step.
const STEP: u64 = 30;
/// Digits of a code.
const DIGITS: usize = 6;
/// How many recovery codes are made at once.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits that are not mistaken for each other: 32, so that five bits choose one without bias.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The shared secret of one enrolment. SHA-1, six digits, thirty seconds: what authenticator apps understand.
#[derive(Clone)]
pub struct Factor {
    totp: TOTP,
}

/// Why there is no factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactorFault {
    /// Fewer than the 128 bits that RFC 4226 section 4 asks for.
    #[error("the secret of a second factor has at least 16 bytes")]
    Short,
    /// The address is too long to be drawn.
    #[error("the enrolment address does not fit into a QR code")]
    Qr,
}

impl Factor {
    /// The factor with this secret (20 bytes from the mint) for an account, named as its app will show it.
    ///
    /// # Errors
    /// [`FactorFault::Short`].
    pub fn new(secret: &[u8], issuer: &str, account: &str) -> Result<Self, FactorFault> {
        // The colon parts issuer from account in the address.
        let plain = |it: &str| it.replace(':', " ");
        TOTP::new(Algorithm::SHA1, DIGITS, 1, STEP, secret.to_vec(), Some(plain(issuer)), plain(account))
            .map(|totp| Self { totp })
            .map_err(|_| FactorFault::Short)
    }

    /// Checks a code against the step of `now` and one to each side. Gives the step it belongs to: the store refuses
    /// it unless it is later than the last one used (RFC 6238 section 5.2).
    #[must_use]
    pub fn check(&self, code: &str, now: Moment) -> Option<u64> {
        let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
        let step = u64::try_from(now.0.div_euclid(Moment::SECOND)).ok()? / STEP;
        let mut found = None;
        // All three are compared whatever the first says, so that time tells nothing.
        for candidate in [step.saturating_sub(1), step, step.saturating_add(1)] {
            let right: bool =
                self.totp.generate(candidate.saturating_mul(STEP)).as_bytes().ct_eq(code.as_bytes()).into();
            if right {
                found = Some(candidate);
            }
        }
        found
    }

    /// The enrolment address, `otpauth://totp/…`.
    #[must_use]
    pub fn address(&self) -> String {
        self.totp.get_url()
    }

    /// The secret to type by hand, in base32 and groups of four.
    #[must_use]
    pub fn secret_text(&self) -> String {
        let text = self.totp.get_secret_base32();
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The enrolment address as a picture, to be served as `image/svg+xml` at an address of its own. Black on white in
    /// both colour schemes, since scanners want it so; attributes only, no style.
    ///
    /// # Errors
    /// [`FactorFault::Qr`] for names of hundreds of characters.
    pub fn qr(&self) -> Result<Vec<u8>, FactorFault> {
        let code =
            QrCode::with_error_correction_level(self.address(), EcLevel::M).map_err(|_| FactorFault::Qr)?;
        Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build().into_bytes())
    }
}

/// Fresh recovery codes, to be shown once: two groups of five, 50 bits each. `fill` is the mint's.
pub fn recovery_codes(mut fill: impl FnMut(&mut [u8])) -> Vec<String> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut bytes = [0u8; 10];
            fill(&mut bytes);
            let letters: String = bytes.iter().map(|it| char::from(ALPHABET[usize::from(it & 31)])).collect();
            format!("{}-{}", &letters[..5], &letters[5..])
        })
        .collect()
}

/// How a recovery code is kept: SHA-256 over a prefix and the code as it is read, without case, spaces and hyphens.
/// 50 random bits behind a rate limit need no slow hash.
#[must_use]
pub fn recovery_digest(code: &str) -> Digest {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_uppercase()).collect();
    Digest(Sha256::new().chain_update(b"kalinklo recovery code v1\0").chain_update(plain).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238 appendix B.
    fn factor() -> Factor {
        Factor::new(b"12345678901234567890", "Kalinklo Artists", "ann@example.org").unwrap()
    }

    fn at(seconds: i64) -> Moment {
        Moment(seconds * Moment::SECOND)
    }

    #[test]
    fn the_vectors_of_the_standard() {
        // Appendix B gives eight digits; ours are the last six.
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            let step = u64::try_from(time / 30).unwrap();
            assert_eq!(factor().check(code, at(time)), Some(step));
            assert_eq!(
                factor().check(&format!(" {} {} ", &code[..3], &code[3..]), at(time + 30)),
                Some(step)
            );
            assert_eq!(factor().check(code, at(time - 30)), Some(step));
            assert_eq!(factor().check(code, at(time + 60)), None);
        }
        assert_eq!(factor().check("", at(59)), None);
        assert_eq!(factor().check("287082", Moment(-1)), None);
    }

    #[test]
    fn enrolment() {
        let address = factor().address();
        assert!(
            address.starts_with("otpauth://totp/Kalinklo%20Artists:ann%40example.org?secret=GEZDGNBV"),
            "{address}"
        );
        let picture = String::from_utf8(factor().qr().unwrap()).unwrap();
        assert!(picture.contains("<svg") && !picture.contains("style"));
        assert_eq!(factor().secret_text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Factor::new(b"short", "K", "a").err(), Some(FactorFault::Short));
        assert!(Factor::new(&[1; 20], "a:b", "c:d").is_ok());
    }

    #[test]
    fn recovery() {
        let mut next = 0u8;
        let codes = recovery_codes(|bytes| {
            next += 1;
            bytes.copy_from_slice(&Sha256::digest([next])[..10]);
        });
        assert_eq!(codes.len(), RECOVERY_CODES);
        assert!(codes.iter().all(|it| it.len() == 11 && it.as_bytes()[5] == b'-'));
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), RECOVERY_CODES);
        assert_eq!(recovery_digest("abcde-fghjk"), recovery_digest(" ABCDEFGHJK "));
        assert_ne!(recovery_digest(&codes[0]), recovery_digest(&codes[1]));
    }
}
