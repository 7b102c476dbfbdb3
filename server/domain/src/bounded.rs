//! Text and numbers from people, parsed into bounded values at the edge.

use std::fmt;

/// What is wrong with one field, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

impl Fault {
    /// A fault with this sentence.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Text of at most `MAX` characters, trimmed, without control, reordering or invisible characters. Never blank.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Bounded<const MAX: usize>(String);

/// One line of text.
pub type Line = Bounded<200>;
/// Several paragraphs.
pub type Prose = Bounded<4000>;

/// Characters that reorder text (Unicode Standard Annex 9 section 2; CVE-2021-42574), break its line, or show nothing: two
/// names that look alike would be two, and a name could look like none. Ignorable ones are those of DerivedCoreProperties.
fn deceptive(it: char) -> bool {
    matches!(it,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}')
}

/// Whether something stands where it has no work to do: joiners shape Arabic, Indic scripts and pictures, variation selectors
/// choose a form of a Han character or a picture. After other letters both are only invisible.
fn misplaced(before: Option<char>, it: char) -> bool {
    match it {
        '\u{200C}' | '\u{200D}' => !before.is_some_and(|it| {
            matches!(it, '\u{0600}'..='\u{1FFF}' | '\u{2190}'..='\u{2BFF}' | '\u{A840}'..='\u{ABFF}'
                | '\u{FB50}'..='\u{FDFF}' | '\u{FE0F}' | '\u{FE70}'..='\u{FEFC}' | '\u{10A00}'..='\u{1FAFF}')
        }),
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => !before.is_some_and(|it| {
            matches!(it, '\u{1000}'..='\u{109F}' | '\u{2190}'..='\u{2BFF}' | '\u{3000}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
                | '\u{1F000}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFF}')
        }),
        _ => false,
    }
}

impl<const MAX: usize> Bounded<MAX> {
    /// Parses one line.
    ///
    /// # Errors
    /// Blank, too long, or with characters that have no place in it; the sentence names `what`.
    pub fn line(what: &str, text: &str) -> Result<Self, Fault> {
        Self::checked(what, text, char::is_control)
    }

    /// Parses text of several lines; line ends become `\n`.
    ///
    /// # Errors
    /// As [`Bounded::line`], but line ends and tabs are allowed.
    pub fn prose(what: &str, text: &str) -> Result<Self, Fault> {
        let text = text.replace("\r\n", "\n");
        Self::checked(what, &text, |it| it.is_control() && it != '\n' && it != '\t')
    }

    fn checked(what: &str, text: &str, refused: impl Fn(char) -> bool) -> Result<Self, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault(format!("Enter {what}")));
        }
        if text.chars().count() > MAX {
            return Err(Fault(format!("Shorten {what} to at most {MAX} characters")));
        }
        let before = std::iter::once(None).chain(text.chars().map(Some));
        if before.zip(text.chars()).any(|(before, it)| refused(it) || deceptive(it) || misplaced(before, it))
        {
            return Err(Fault(format!("Remove the invisible or control characters from {what}")));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}
impl<const MAX: usize> fmt::Display for Bounded<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A mail address we can answer to, lower-cased in its domain (RFC 5321 section 4.1.2, the common subset).
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Parses an address.
    ///
    /// # Errors
    /// Says that we cannot answer to it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let no = || Fault("Enter an address we can answer to, like name@example.org".into());
        let text = Bounded::<254>::line("an e-mail address", text)?.into_string();
        let (local, domain) = text.rsplit_once('@').ok_or_else(no)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let domain_ok = domain.contains('.')
            && domain.split('.').all(|it| {
                !it.is_empty()
                    && it.len() <= 63
                    && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && !it.starts_with('-')
                    && !it.ends_with('-')
            });
        if !local_ok || !domain_ok {
            return Err(no());
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one mailbox share: the whole address in lower case.
    #[must_use]
    pub fn mailbox(&self) -> String {
        self.0.to_lowercase()
    }
}
impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An amount in minor units with its ISO 4217 currency; never negative, never summed over currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Money {
    /// Cents, pence, rappen: at most 10^13.
    pub minor: i64,
    /// Which.
    pub currency: Currency,
}

crate::people::words! {
    /// The currencies the trade uses here, all with two decimals but yen.
    Currency {
        /// Euro.
        Eur = "EUR",
        /// Pound sterling.
        Gbp = "GBP",
        /// Swiss franc.
        Chf = "CHF",
        /// United States dollar.
        Usd = "USD",
        /// Czech koruna.
        Czk = "CZK",
        /// Danish krone.
        Dkk = "DKK",
        /// Norwegian krone.
        Nok = "NOK",
        /// Polish zloty.
        Pln = "PLN",
        /// Swedish krona.
        Sek = "SEK",
        /// Japanese yen.
        Jpy = "JPY",
    }
}

impl Currency {
    /// Decimals of the minor unit (ISO 4217).
    #[must_use]
    pub fn decimals(self) -> u32 {
        if self == Self::Jpy { 0 } else { 2 }
    }
}

impl Money {
    /// Parses what a person typed: `12500`, `12,500.00`, `12 500.5`.
    ///
    /// # Errors
    /// Says what to enter.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, Fault> {
        let no = || Fault(format!("Enter an amount in {currency}, like 12500.00"));
        let text: String =
            amount.trim().chars().filter(|it| !matches!(it, ',' | ' ' | '\u{a0}' | '\'')).collect();
        if text.starts_with('-') {
            return Err(Fault("Enter an amount that is not negative".into()));
        }
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let decimals = currency.decimals() as usize;
        let digits = |it: &str| it.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 11 || part.len() > decimals || !digits(whole) || !digits(part) {
            return Err(no());
        }
        let minor = format!("{whole}{part:0<decimals$}").parse().map_err(|_| no())?;
        Ok(Self { minor, currency })
    }
}
/// A whole number with its thousands apart: `12,500`.
#[must_use]
pub fn grouped(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
impl fmt::Display for Money {
    /// `EUR 12,500.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_i64.pow(self.currency.decimals());
        let (whole, part) = (self.minor / unit, self.minor % unit);
        let grouped = grouped(whole);
        write!(f, "{} {grouped}", self.currency)?;
        if self.currency.decimals() > 0 { write!(f, ".{part:02}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_deceives_is_refused() {
        assert!(Line::line("a name", "Anna \u{202e}elpmaxE").is_err());
        assert!(Line::line("a name", "Anna\u{0}").is_err());
        assert!(Line::line("a name", "Anna\nExample").is_err());
        assert!(Prose::prose("a message", "Two\r\nlines").is_ok());
        assert_eq!(Line::line("a name", "   ").unwrap_err().0, "Enter a name");
        assert!(Bounded::<3>::line("a code", "abcd").is_err());
    }

    #[test]
    fn what_cannot_be_seen_is_refused_and_what_scripts_need_is_not() {
        for unseen in [
            '\u{00AD}',
            '\u{034F}',
            '\u{061C}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180E}',
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{200E}',
            '\u{200F}',
            '\u{2028}',
            '\u{2029}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{206F}',
            '\u{2800}',
            '\u{3164}',
            '\u{FE00}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFFB}',
            '\u{FFFC}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0041}',
            '\u{E007F}',
            '\u{E0100}',
            '\u{E0FFF}',
        ] {
            let text = format!("Anna{unseen}Example");
            let said = "Remove the invisible or control characters from a name";
            assert_eq!(Line::line("a name", &text).unwrap_err().0, said, "U+{:04X}", u32::from(unseen));
            assert_eq!(Prose::prose("a name", &text).unwrap_err().0, said, "U+{:04X}", u32::from(unseen));
            // and none is a name by itself
            assert!(Line::line("a name", &unseen.to_string()).is_err(), "U+{:04X}", u32::from(unseen));
        }
        for seen in [
            "Ottavia O’Brien-Łukasiewicz",
            "Jean\u{00A0}Dupont",
            "田中\u{3000}花子",
            "\u{8FBB}\u{E0100} 真一",
            "\u{0645}\u{06CC}\u{200C}\u{062E}\u{0648}\u{0627}\u{0646}\u{0645}",
            "\u{0915}\u{094D}\u{200D}\u{0937}",
            "\u{1F469}\u{200D}\u{1F3A4} sings",
            "with love \u{2764}\u{FE0F}",
        ] {
            assert_eq!(Line::line("a name", seen).unwrap().as_str(), seen);
        }
    }

    #[test]
    fn addresses() {
        for bad in
            ["a.keller@", "@x.org", "a b@x.org", "a@x", "a@-x.org", "a..b@x.org", "a@x..org", "ä@x.org"]
        {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Email::parse(" A.Keller@Example.ORG ").unwrap().as_str(), "A.Keller@example.org");
    }

    #[test]
    fn money() {
        let eur = |it| Money::parse(it, Currency::Eur);
        assert_eq!(eur("12,500.5").unwrap().to_string(), "EUR 12,500.50");
        assert_eq!(eur("7").unwrap().minor, 700);
        assert!(eur("-1").is_err() && eur("1.234").is_err() && eur("twelve").is_err() && eur("").is_err());
        assert_eq!(Money::parse("1000000", Currency::Jpy).unwrap().to_string(), "JPY 1,000,000");
    }
}
