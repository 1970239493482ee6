//! Text to hashed n-grams: words and pairs of words, and 3 to 5 characters within words.
//!
//! The same grams as scikit-learn's `CountVectorizer` makes with `ngram_range=(1, 2)` and with
//! `analyzer="char_wb", ngram_range=(3, 5)`, but that a word keeps its apostrophes ("don't") and may have one letter.

const WORD: u64 = 1;
const CHARACTERS: u64 = 2;

/// How often each bucket occurs in one text; both lists ascend by bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of words and pairs of neighbouring words.
    pub words: Vec<(u32, u32)>,
    /// Of 3 to 5 characters within a word, the blank on either side included.
    pub characters: Vec<(u32, u32)>,
}

/// Counts the n-grams of a text in `buckets` buckets, a power of two of at most 2^32.
#[must_use]
pub fn count(text: &str, buckets: usize) -> Counts {
    let text = text.to_lowercase().replace(['\u{2019}', '\u{2bc}', '`'], "'");
    let mask = (buckets as u64).wrapping_sub(1);
    Counts { words: tally(words(&text, mask)), characters: tally(characters(&text, mask)) }
}

/// Values of the features of one text: (1 + ln count) × idf, of length 1 over the words and over the characters.
/// Buckets with idf 0, and those beyond the end of `idf`, are left out.
#[must_use]
pub fn weigh(counts: &Counts, idf: &[f32]) -> Vec<(u32, f32)> {
    let mut features = Vec::with_capacity(counts.words.len() + counts.characters.len());
    for part in [&counts.words, &counts.characters] {
        let start = features.len();
        features.extend(part.iter().filter_map(|&(bucket, n)| {
            let idf = idf.get(bucket as usize).copied().filter(|&idf| idf > 0.0)?;
            Some((bucket, (1.0 + libm::logf(n as f32)) * idf))
        }));
        let norm = features[start..].iter().map(|&(_, value)| value * value).sum::<f32>().sqrt();
        features[start..].iter_mut().for_each(|(_, value)| *value /= norm);
    }
    features
}

fn words(text: &str, mask: u64) -> Vec<u32> {
    let mut out = Vec::new();
    let mut before: Option<u64> = None;
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'') {
        let word = word.trim_matches('\'');
        if word.is_empty() {
            continue;
        }
        let alone = fnv(start(WORD), word.as_bytes());
        out.push(bucket(alone, mask));
        if let Some(before) = before {
            out.push(bucket(fnv(fnv(before, b" "), word.as_bytes()), mask));
        }
        before = Some(alone);
    }
    out
}

fn characters(text: &str, mask: u64) -> Vec<u32> {
    let mut out = Vec::new();
    let (mut padded, mut ends) = (String::new(), Vec::new());
    for word in text.split_whitespace() {
        padded.clear();
        padded.push(' ');
        padded.push_str(word);
        padded.push(' ');
        ends.clear();
        ends.extend(padded.char_indices().map(|(i, c)| i + c.len_utf8()));
        for first in 0..ends.len() {
            let mut from = if first == 0 { 0 } else { ends[first - 1] };
            let mut hash = start(CHARACTERS);
            for (length, &end) in (1..=5).zip(&ends[first..]) {
                hash = fnv(hash, &padded.as_bytes()[from..end]);
                from = end;
                if length >= 3 {
                    out.push(bucket(hash, mask));
                }
            }
        }
    }
    out
}

/// FNV-1a with 64 bits (Fowler, Noll, Vo), begun with the kind of gram as if it were the first byte.
fn start(kind: u64) -> u64 {
    (0xcbf2_9ce4_8422_2325 ^ kind).wrapping_mul(0x0100_0000_01b3)
}

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The low bits of FNV-1a alone fill buckets unevenly: mixed as `MurmurHash3` ends, then cut.
fn bucket(hash: u64, mask: u64) -> u32 {
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    ((mixed ^ (mixed >> 33)) & mask) as u32
}

fn tally(mut buckets: Vec<u32>) -> Vec<(u32, u32)> {
    buckets.sort_unstable();
    buckets.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKETS: usize = 1 << 20;

    fn total(counts: &[(u32, u32)]) -> u32 {
        counts.iter().map(|&(_, n)| n).sum()
    }

    #[test]
    fn grams_are_as_many_as_in_scikit_learn() {
        let counts = count("I am sorry, mate. [CITY]", BUCKETS);
        assert_eq!(total(&counts.words), 9);
        // " i ": 1; " am ": 2 + 1; " sorry, ": 6 + 5 + 4; " mate. ": 5 + 4 + 3; " [city] ": 6 + 5 + 4
        assert_eq!(total(&counts.characters), 1 + 3 + 15 + 12 + 15);
    }

    #[test]
    fn case_and_apostrophes_do_not_matter() {
        assert_eq!(count("I DON\u{2019}T know", BUCKETS), count("i don't know", BUCKETS));
        assert_ne!(count("dont", BUCKETS).words, count("don't", BUCKETS).words);
        assert_eq!(count("'well'", BUCKETS).words, count("well", BUCKETS).words);
    }

    #[test]
    fn pairs_are_not_single_words() {
        let (a, b) = (count("let go", BUCKETS).words, count("go let", BUCKETS).words);
        assert_eq!(a.iter().filter(|gram| b.contains(gram)).count(), 2);
    }

    #[test]
    fn values_have_length_one_in_each_part() {
        let features = weigh(&count("no, no, no. Not today.", BUCKETS), &vec![1.5; BUCKETS]);
        let square: f32 = features.iter().map(|&(_, value)| value * value).sum();
        assert!((square - 2.0).abs() < 1e-5);
        assert!(weigh(&count("no", BUCKETS), &vec![0.0; BUCKETS]).is_empty());
    }

    #[test]
    fn any_text_is_counted() {
        for text in ["", " ", "'", "''''", "\u{0}", "\u{1F600}\u{200D}\u{1F600}", "ß İ ǆ", "我们 谈谈"]
        {
            let counts = count(text, BUCKETS);
            assert!(
                counts.words.iter().chain(&counts.characters).all(|&(b, _)| (b as usize) < BUCKETS),
                "{text}"
            );
            assert!(weigh(&counts, &[1.0; 3]).iter().all(|(_, value)| value.is_finite()));
        }
    }

    #[test]
    fn the_hash_does_not_change() {
        // A shipped model depends on it; the numbers are from an implementation of the two hashes in Python.
        assert_eq!(count("breakthrough", BUCKETS).words, [(273_588, 1)]);
        assert!(count("Let go!", BUCKETS).words.contains(&(569_918, 1)));
        assert_eq!(count("I", BUCKETS).characters, [(593_912, 1)]);
    }
}
