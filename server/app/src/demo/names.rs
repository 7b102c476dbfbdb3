//! Names that nobody bears, each occurring once in a world: no name is part of another, so a crawler can look for leaks
//! by searching for them.

// No given name's second half ends another's, no first half ends another's: "Anna" never hides in "Joanna". Surnames
// are built the other way round: no half begins another.
const GIVEN: [&str; 24] = [
    "Ael", "Bri", "Cas", "Dor", "Eli", "Fen", "Gwy", "Hal", "Ivo", "Jun", "Kat", "Lum", "Mir", "Nev", "Ott",
    "Per", "Ros", "Sul", "Tam", "Ulv", "Wyn", "Xav", "Yar", "Zeb",
];
const GIVEN_END: [&str; 14] = [
    "ande", "bert", "cilla", "dric", "fina", "gard", "hilde", "jana", "kolm", "lotte", "mund", "neas",
    "rissa", "veig",
];
const FAMILY: [&str; 60] = [
    "Abel", "Ackr", "Alst", "Ambr", "Arnd", "Bald", "Bark", "Berw", "Birk", "Bram", "Brin", "Calv", "Carr",
    "Clav", "Corb", "Crad", "Dall", "Darn", "Dern", "Dorw", "Eber", "Edel", "Elms", "Falk", "Farn", "Fell",
    "Garl", "Gild", "Gorm", "Grav", "Hark", "Hasl", "Helm", "Holt", "Isen", "Jarn", "Kell", "Kirn", "Lark",
    "Lind", "Lorn", "Mald", "Marn", "Mord", "Nort", "Oster", "Pell", "Quar", "Rand", "Rosk", "Sand", "Selk",
    "Storm", "Tarn", "Thel", "Ulm", "Vald", "Wend", "Yorl", "Zell",
];
const FAMILY_END: [&str; 60] = [
    "acre", "aire", "anger", "aster", "auben", "beck", "berg", "boden", "bourne", "bruck", "burg", "bury",
    "combe", "croft", "dahl", "dean", "dorf", "eaux", "eigh", "ensen", "erton", "feld", "ford", "garth",
    "grund", "hagen", "hain", "haus", "heim", "hoff", "holm", "horst", "hurst", "ington", "kamp", "kirk",
    "land", "leben", "ley", "linck", "mark", "mere", "mont", "moor", "ness", "over", "quist", "rade",
    "ridge", "rode", "rup", "scheid", "sen", "shaw", "sted", "strom", "thal", "vik", "wald", "wick",
];

/// How many different persons there can be.
pub(crate) const PERSONS: usize = GIVEN.len() * GIVEN_END.len() * FAMILY.len() * FAMILY_END.len();

/// A person's given name and surname. Neighbouring numbers give names far apart; each number up to [`PERSONS`] gives
/// another name.
pub(crate) fn person(number: usize) -> (String, String) {
    // a step without a common divisor with the count visits every name once
    const STEP: usize = 514_229;
    let mut at = (number % PERSONS).wrapping_mul(STEP) % PERSONS;
    let mut pick = |from: &[&'static str]| {
        let it = from[at % from.len()];
        at /= from.len();
        it
    };
    let (a, b, c, d) = (pick(&FAMILY), pick(&GIVEN), pick(&FAMILY_END), pick(&GIVEN_END));
    (format!("{b}{d}"), format!("{a}{c}"))
}

/// Names that no artist of a world reaches: [`RESERVED`] of them, from the far end.
pub(crate) fn reserved(number: usize) -> (String, String) {
    person(PERSONS - 1 - number % RESERVED)
}

/// How many names are kept for people who are no artists of the world.
pub(crate) const RESERVED: usize = 100;

const PLACE: [&str; 30] = [
    "Aru", "Bel", "Ciro", "Drav", "Esk", "Fio", "Glim", "Hyl", "Ilv", "Jor", "Kym", "Leth", "Mav", "Nyl",
    "Orb", "Pryd", "Quil", "Ryn", "Sef", "Tiv", "Ury", "Vex", "Wilm", "Xan", "Ymb", "Zor", "Ghen", "Phae",
    "Skel", "Trev",
];
const PLACE_MIDDLE: [&str; 10] = ["abo", "ede", "ino", "omi", "ula", "yra", "ecu", "avi", "otu", "ixa"];
const PLACE_END: [&str; 20] = [
    "brith", "cant", "dune", "fax", "gorn", "hythe", "jell", "kroft", "lisse", "mond", "nach", "pelt",
    "quay", "rill", "sund", "tarn", "vess", "wyke", "yard", "zen",
];

/// A made-up word that occurs once, for workspaces and titles. `number` is below 6,000 before it repeats with a numeral.
pub(crate) fn place(number: usize) -> String {
    let count = PLACE.len() * PLACE_MIDDLE.len() * PLACE_END.len();
    let at = (number % count).wrapping_mul(1_009) % count;
    let word = format!(
        "{}{}{}",
        PLACE[at % PLACE.len()],
        PLACE_MIDDLE[at / PLACE.len() % PLACE_MIDDLE.len()],
        PLACE_END[at / PLACE.len() / PLACE_MIDDLE.len()]
    );
    match number / count {
        0 => word,
        // letters, so that the numeral of one is never the beginning of another's
        round => {
            let mut letters = String::new();
            let mut rest = round;
            while rest > 0 {
                letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
                rest /= 26;
            }
            format!("{word}-{letters}x")
        }
    }
}

/// The part of an address: lower case, hyphens.
pub(crate) fn slug(given: &str, family: &str) -> String {
    format!("{given}-{family}").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_half_hides_in_another() {
        let ends = |them: &[&str]| {
            them.iter().all(|a| them.iter().all(|b| a == b || !b.to_lowercase().ends_with(&a.to_lowercase())))
        };
        let begins = |them: &[&str]| them.iter().all(|a| them.iter().all(|b| a == b || !b.starts_with(a)));
        assert!(ends(&GIVEN) && ends(&GIVEN_END));
        assert!(begins(&FAMILY) && begins(&FAMILY_END));
        assert!(begins(&PLACE) && begins(&PLACE_MIDDLE) && begins(&PLACE_END));
    }

    #[test]
    fn a_million_names_are_all_different() {
        const { assert!(PERSONS > 1_000_000) };
        let mut seen = HashSet::new();
        for number in 0..1_000_000 {
            let (given, family) = person(number);
            assert!(seen.insert(format!("{given} {family}")), "{number}");
        }
        let places: HashSet<String> = (0..20_000).map(place).collect();
        assert_eq!(places.len(), 20_000);
    }
}
