//! Faithfulness of evidence: without the words that are given as evidence, the model must believe less in the code than
//! without as many other words of the same unit.
//!
//! For every breakthrough and resistance code that the model gives, the unit is scored anew, in the same surroundings,
//! three times: whole, without the evidence, and without a run of as many words that begins at a random other word (it
//! may overlap the evidence, which makes the comparison the harder one). This is comprehensiveness of `DeYoung` et al.
//! (2020), ERASER: A Benchmark to Evaluate Rationalized NLP Models, with a random rationale of equal length beside it.

use super::coded::Material;
use crate::agreement::bootstrap::{Bootstrap, Interval};
use crate::codebook::{Code, Family};
use crate::coding::{Coding, Moment};
use crate::model::{self, Model};
use crate::transcript::{Session, Span};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Units on either side that a unit is scored with.
const AROUND: usize = 24;

/// One given code with what leaving out words does to its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drop {
    /// Index of the session in the material.
    pub session: usize,
    /// Index of the unit in its session.
    pub unit: usize,
    /// The code.
    pub code: Code,
    /// Words of the evidence.
    pub words: usize,
    /// Probability of the whole unit less that without the evidence.
    pub evidence: f32,
    /// The same for the random run of words.
    pub random: f32,
}

/// All drops, and what could not be compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drops {
    /// In the order of the material.
    pub drops: Vec<Drop>,
    /// Given codes whose evidence is the whole unit: there are no other words.
    pub whole_units: usize,
}

/// A tag that can be compared, with the two ways of leaving words out.
struct Tag {
    session: usize,
    unit: usize,
    code: Code,
    words: usize,
    texts: [String; 3],
}

/// Measures all codes of `codings` (as [`Material::code`] gives them). The same seed draws the same words.
///
/// # Errors
/// If the tokenizer or the engine fails.
pub fn measure(
    model: &Model,
    material: &Material,
    codings: &[Vec<Coding>],
    seed: u64,
    watch: &mut dyn FnMut(usize),
) -> Result<Drops, model::Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut out = Drops::default();
    let mut units = 0;
    for chunk in material.chunks() {
        let moments = evidence(model, &material.sessions[chunk.clone()], &codings[chunk.clone()])?;
        let mut tags = Vec::new();
        for (i, moments) in chunk.clone().zip(moments) {
            for moment in moments {
                let text = &material.sessions[i].units[moment.peak].text;
                let Some(span) = moment.evidence else { continue };
                match take_out(text, span, &mut rng) {
                    Some((words, texts)) => {
                        tags.push(Tag { session: i, unit: moment.peak, code: moment.code, words, texts });
                    }
                    None => out.whole_units += 1,
                }
            }
            units += material.sessions[i].units.len();
        }
        out.drops.extend(score(model, &material.sessions, &tags)?);
        watch(units);
    }
    Ok(out)
}

/// A moment of one unit for every code that has evidence, with the evidence filled in.
fn evidence(
    model: &Model,
    sessions: &[Session],
    codings: &[Vec<Coding>],
) -> Result<Vec<Vec<Moment>>, model::Error> {
    let reading = model.read(sessions)?;
    let of_session = |codings: &Vec<Coding>| {
        let units = codings.iter().enumerate();
        let moments = units.flat_map(|(unit, coding)| {
            let codes = coding.codes.iter().filter(|code| code.family() != Family::Factor);
            codes.map(move |code| Moment::of_unit(code, unit, coding.probability(code)))
        });
        moments.collect()
    };
    let mut moments: Vec<Vec<Moment>> = codings.iter().map(of_session).collect();
    let scored = (0..sessions.len()).into_par_iter().map(|i| reading.score(i));
    reading.find_evidence(&scored.collect::<Result<Vec<_>, _>>()?, &mut moments)?;
    Ok(moments)
}

/// Number of words of the evidence, and the text whole, without it, and without as many words from a random other
/// place; `None` if the evidence holds every word.
fn take_out(text: &str, span: Span, rng: &mut ChaCha8Rng) -> Option<(usize, [String; 3])> {
    let words: Vec<Range<usize>> = text
        .split_whitespace()
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        })
        .collect();
    let evidence = span.words(text);
    let from = evidence.as_ptr() as usize - text.as_ptr() as usize;
    let to = from + evidence.len();
    let first = words.iter().position(|word| word.end > from)?;
    let count = words[first..].iter().take_while(|word| word.start < to).count();
    let places = words.len().checked_sub(count).filter(|&others| others > 0 && count > 0)?;
    // Every beginning but that of the evidence.
    let drawn = rng.random_range(0..places);
    let other = if drawn >= first { drawn + 1 } else { drawn };
    let without = |first: usize| {
        let (start, end) = (words[first].start, words[first + count - 1].end);
        [&text[..start], &text[end..]].concat()
    };
    Some((count, [text.to_owned(), without(first), without(other)]))
}

fn score(model: &Model, sessions: &[Session], tags: &[Tag]) -> Result<Vec<Drop>, model::Error> {
    let mut excerpts = Vec::with_capacity(3 * tags.len());
    for tag in tags {
        let session = &sessions[tag.session];
        let around = tag.unit.saturating_sub(AROUND)..session.units.len().min(tag.unit + AROUND + 1);
        for text in &tag.texts {
            let mut excerpt = Session::new(session.id.clone(), session.source.clone());
            excerpt.units = session.units[around.clone()].to_vec();
            excerpt.units[tag.unit - around.start].text.clone_from(text);
            excerpts.push(excerpt);
        }
    }
    let reading = model.read(&excerpts)?;
    let probability = |i: usize| {
        let tag = &tags[i / 3];
        let coding = reading.score(i)?.codings()[tag.unit.min(AROUND)];
        Ok(coding.probability(tag.code))
    };
    let scores: Vec<f32> =
        (0..excerpts.len()).into_par_iter().map(probability).collect::<Result<_, model::Error>>()?;
    let drop = |(tag, p): (&Tag, &[f32])| Drop {
        session: tag.session,
        unit: tag.unit,
        code: tag.code,
        words: tag.words,
        evidence: p[0] - p[1],
        random: p[0] - p[2],
    };
    Ok(tags.iter().zip(scores.chunks_exact(3)).map(drop).collect())
}

/// Mean drops of one code, or of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The code; `None` for all of them.
    pub code: Option<Code>,
    /// Tags compared.
    pub tags: usize,
    /// Mean drop without the evidence, without random words, and their difference; NaN without tags.
    pub means: [f64; 3],
    /// Their intervals over clusters; empty without resamples.
    pub intervals: [Option<Interval>; 3],
}

impl Drops {
    /// Means per code that was given, then over all, with intervals over the clusters of the material.
    #[must_use]
    pub fn summarise(&self, material: &Material, bootstrap: &Bootstrap) -> Vec<Summary> {
        let codes = Code::ALL.into_iter().filter(|&code| self.drops.iter().any(|drop| drop.code == code));
        codes.map(Some).chain([None]).map(|code| self.summary(code, material, bootstrap)).collect()
    }

    fn summary(&self, code: Option<Code>, material: &Material, bootstrap: &Bootstrap) -> Summary {
        let drops: Vec<&Drop> =
            self.drops.iter().filter(|drop| code.is_none_or(|code| drop.code == code)).collect();
        let mut sums: BTreeMap<(&str, &str), [f64; 3]> = BTreeMap::new();
        for drop in &drops {
            let about = &material.about[drop.session];
            let sum = sums.entry((&about.source, &about.cluster)).or_default();
            sum[0] += 1.0;
            sum[1] += f64::from(drop.evidence);
            sum[2] += f64::from(drop.random);
        }
        let sums: Vec<[f64; 3]> = sums.into_values().collect();
        let means = |times: &[u32]| {
            let total = |k: usize| sums.iter().zip(times).map(|(sum, &n)| sum[k] * f64::from(n)).sum::<f64>();
            let (evidence, random) = (total(1) / total(0), total(2) / total(0));
            vec![evidence, random, evidence - random]
        };
        let all = means(&vec![1; sums.len()]);
        let intervals = bootstrap.intervals(sums.len(), means);
        Summary {
            code,
            tags: drops.len(),
            means: [all[0], all[1], all[2]],
            intervals: std::array::from_fn(|i| intervals.get(i).copied()),
        }
    }
}

/// A Markdown table of summaries.
#[must_use]
pub fn to_markdown(summaries: &[Summary], whole_units: usize) -> String {
    let mut out = String::from(
        "| code | tags | mean drop without the evidence | without random words | difference |\n|---|--:|---|---|---|\n",
    );
    for summary in summaries {
        let cell = |i: usize| {
            if summary.tags == 0 {
                return "–".to_owned();
            }
            let interval = summary.intervals[i].map(|interval| interval.shown(|bound| format!("{bound:.3}")));
            format!("{:.3}{}", summary.means[i], interval.unwrap_or_default())
        };
        let name = summary.code.map_or("all", Code::name);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {name} | {} | {} | {} | {} |", summary.tags, cell(0), cell(1), cell(2));
    }
    let _ = writeln!(out, "\nLeft out: {whole_units} tags whose evidence is the whole unit.");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_other_words_are_taken_out() {
        let text = "Well, I told her no.  And that was it, really.";
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let span = Span { start: 6, end: 20 };
        assert_eq!(span.words(text), "I told her no.");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let (words, [whole, without, other]) = take_out(text, span, &mut rng).unwrap();
            assert_eq!((words, whole.as_str()), (4, text));
            assert_eq!(without, "Well,   And that was it, really.");
            assert_eq!(other.split_whitespace().count(), 6);
            seen.insert(other);
        }
        // Seven beginnings for four words out of ten; the evidence's own is not drawn.
        assert_eq!(seen.len(), 6);
    }

    #[test]
    fn without_tags_there_is_no_number() {
        let none = Summary { code: None, tags: 0, means: [f64::NAN; 3], intervals: [None; 3] };
        assert!(to_markdown(&[none], 0).contains("\n| all | 0 | – | – | – |\n"));
    }

    #[test]
    fn whole_units_have_nothing_to_compare() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(take_out("I told her.", Span { start: 0, end: 11 }, &mut rng).is_none());
        assert!(take_out("", Span { start: 0, end: 0 }, &mut rng).is_none());
        assert!(take_out("I told her.", Span { start: 11, end: 11 }, &mut rng).is_none());
    }
}
