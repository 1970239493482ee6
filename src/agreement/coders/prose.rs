//! Whether what stands in a column of labels is words of a session. Whatever is taken for a label is shown.

use std::collections::BTreeSet;

/// Why a column is refused.
pub const WHY: &str = "holds sentences and no labels: most are long and stand there once";

/// Words, and letters, from which something is rather said than a label.
const WORDS: usize = 4;
const LETTERS: usize = 40;

/// Labels come again, what is said hardly does: so often on average, and long labels are labels all the same.
const TIMES: usize = 2;

/// Whether at least half of the different labels of these units look like something that is said, and these stand but once
/// or twice. How many labels there are does not matter.
#[must_use]
pub fn is_prose<'a>(units: impl IntoIterator<Item = &'a BTreeSet<String>>) -> bool {
    let (mut different, mut times, mut labels) = (BTreeSet::new(), 0, BTreeSet::new());
    for label in units.into_iter().flatten() {
        labels.insert(label);
        if is_said(label) {
            different.insert(label);
            times += 1;
        }
    }
    // The second is false of no label at all.
    different.len() * 2 >= labels.len() && times < different.len() * TIMES
}

/// Long, of many words, or several words that end as a sentence does.
fn is_said(label: &str) -> bool {
    let words = label.split_whitespace().count();
    words >= WORDS || label.chars().count() > LETTERS || words > 1 && label.ends_with(['.', '?', '!', '…'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(labels: impl IntoIterator<Item = String>) -> bool {
        is_prose(&labels.into_iter().map(|label| BTreeSet::from([label])).collect::<Vec<_>>())
    }

    #[test]
    fn turns_of_a_session_are_prose() {
        let said = [
            "Yeah.",
            "Mm-hmm.",
            "I don't know.",
            "We went to the shops with my mother",
            "Go on.",
            "Yeah.",
            "What was that like for you?",
            "Mm-hmm.",
            "it just came out of me",
        ];
        assert!(judged(said.map(str::to_owned)));
        // However often it is said in short between them.
        assert!(judged((0..30).map(|i| format!("and then it was {i}")).chain(vec!["Yeah.".to_owned(); 200])));
    }

    #[test]
    fn codebooks_are_none() {
        // A hundred codes, each given once.
        assert!(!judged((0..100).map(|i| format!("code {i}"))));
        assert!(!judged((0..100).map(|i| format!("Theme {i}: family"))));
        // Long ones, given twice.
        assert!(!judged((0..20).map(|i| format!("Client speaks of her mother with warmth ({})", i % 10))));
        assert!(!judged(["yes", "no", "M.I.", "client does not want to answer"].map(str::to_owned)));
        assert!(!judged([]) && !is_prose(&[BTreeSet::new()]));
    }
}
