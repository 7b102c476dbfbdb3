//! Secrets as people carry them and hashes as rows keep them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Letters and digits that are not mistaken for each other: 32, so that five bits choose one without bias.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A secret as it travels: base64url without padding (RFC 4648 section 5), 43 characters.
#[must_use]
pub fn secret_text(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

/// What is kept of a secret: SHA-256. 256 random bits need no slow hash.
#[must_use]
pub fn hash(secret: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What is kept of a secret that came as text; `None` where it is none.
#[must_use]
pub fn hash_of_text(text: &str) -> Option<[u8; 32]> {
    let secret: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(hash(&secret))
}

/// What stands for a mailbox in rows that strangers can make: its address is not kept.
pub(super) fn mailbox_key(mailbox: &str) -> String {
    let digest = Sha256::new().chain_update(b"kalinklo mailbox v1\0").chain_update(mailbox).finalize();
    domain::Digest(digest.into()).to_string()
}

/// A reviewed-access code of 75 random bits: three groups of five, easy to read out.
pub(super) fn access_code(random: &[u8; 32]) -> String {
    let letters: String = random[..15].iter().map(|it| char::from(ALPHABET[usize::from(it & 31)])).collect();
    format!("{}-{}-{}", &letters[..5], &letters[5..10], &letters[10..])
}

/// What is kept of a reviewed-access code, read without case, spaces and hyphens.
pub(super) fn access_code_hash(code: &str) -> [u8; 32] {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_uppercase()).collect();
    Sha256::new().chain_update(b"kalinklo access code v1\0").chain_update(plain).finalize().into()
}

/// Six digits from random bytes. 64 bits over a million: the bias is below anything that could be measured.
pub(super) fn short_code(random: &[u8; 32]) -> String {
    format!("{:06}", number(random) % 1_000_000)
}

/// Twelve digits from random bytes, for a mailbox whose short codes somebody tries. The bias is below a ten-millionth.
pub(super) fn long_code(random: &[u8; 32]) -> String {
    format!("{:012}", number(random) % 1_000_000_000_000)
}

fn number(random: &[u8; 32]) -> u64 {
    let mut bytes = [0u8; 8];
    bytes.copy_from_slice(&random[..8]);
    u64::from_be_bytes(bytes)
}

/// What is kept of a short code, bound to its own link. What protects so few digits is the limit of tries, not the hash.
pub(super) fn short_code_hash(link: &[u8], code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(|it| !it.is_whitespace()).collect();
    Sha256::new()
        .chain_update(b"kalinklo short code v1\0")
        .chain_update(link)
        .chain_update(plain)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_back_only_as_hashes() {
        let secret = [7u8; 32];
        assert_eq!(hash_of_text(&secret_text(&secret)), Some(hash(&secret)));
        for bad in ["", "x", "AAAA", &format!("{}A", secret_text(&secret))] {
            assert_eq!(hash_of_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn codes_are_read_without_case_and_hyphens() {
        let code = access_code(&[31; 32]);
        assert_eq!(code, "ZZZZZ-ZZZZZ-ZZZZZ");
        assert_eq!(access_code_hash(&code), access_code_hash(" zzzzz zzzzz-ZZZZZ"));
        assert_eq!((short_code(&[0; 32]).as_str(), long_code(&[0; 32]).as_str()), ("000000", "000000000000"));
        assert_eq!(short_code_hash(b"a", "12 34 56"), short_code_hash(b"a", "123456"));
        assert_ne!(short_code_hash(b"a", "123456"), short_code_hash(b"b", "123456"));
    }
}
