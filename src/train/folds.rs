//! Out-of-fold scores of the whole corpus, and the figures that follow from them.
//!
//! A model folder has them as `folds.csv.gz`: ids and logits, no text. With the codes of `data/corpus` every figure of
//! the model card follows from that file, on any machine and without a text that may not be passed on.

use super::calibrate::{Policy, Scored, calibrate};
use super::corpus::{self, Session, Source};
use super::oof::{self, Logits};
use crate::agreement::bootstrap::Bootstrap;
use crate::agreement::report;
use crate::codebook::{CODE_COUNT, Code};
use crate::coding::Coding;
use crate::model::calibration::Calibration;
use anyhow::Context as _;
use flate2::{Compression, GzBuilder};
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Name of the file in a model folder.
pub const FILE: &str = "folds.csv.gz";

/// Out-of-fold scores of the whole corpus: of the network and of the n-grams, by models that did not learn from the
/// session's group. Rounded to two decimals; −∞ where the side rules exclude a code or a unit has no words.
pub struct Evaluation<'a> {
    sessions: Vec<&'a Session>,
    network: Logits,
    ngrams: Logits,
}

impl<'a> Evaluation<'a> {
    /// Reads what the stages of all folds left in a work folder; `readers` are the names of those whose logits are added up.
    ///
    /// # Errors
    /// If a fold is missing or of another corpus.
    pub fn read(all: &'a [Session], work: &Path, readers: &[&str]) -> anyhow::Result<Evaluation<'a>> {
        let mut evaluation = Evaluation { sessions: Vec::new(), network: Vec::new(), ngrams: Vec::new() };
        for fold in 0..=corpus::last_fold(all) {
            let of_fold = |s: &&Session| s.fold == fold && s.is_measured_on();
            let sessions: Vec<&Session> = all.iter().filter(of_fold).collect();
            let file = |name: &str| -> PathBuf { work.join(format!("{name}{fold}.csv")) };
            let mut network: Logits =
                sessions.iter().map(|s| vec![[0.0; CODE_COUNT]; s.units.len()]).collect();
            for reader in readers {
                let scores = oof::read(&file(reader), &sessions).context("scores of a reader")?;
                let all = network.iter_mut().flatten().flatten();
                all.zip(scores.iter().flatten().flatten()).for_each(|(logit, other)| *logit += other);
            }
            let ngrams = oof::read(&file("ngrams"), &sessions).context("scores of the n-grams")?;
            for ((session, network), ngrams) in sessions.iter().zip(network).zip(ngrams) {
                evaluation.push(session, network, ngrams);
            }
        }
        Ok(evaluation)
    }

    /// Reads what [`Evaluation::write`] wrote. `gold` are sessions as [`corpus::gold`] or [`corpus::read`] give them;
    /// the second value says how many of them the file does not have (material newer than the model).
    ///
    /// # Errors
    /// If the file cannot be read, or has units that `gold` does not have.
    pub fn open(path: &Path, gold: &'a [Session]) -> anyhow::Result<(Evaluation<'a>, usize)> {
        let mut table = corpus::table(path)?;
        let by_id: HashMap<&str, &Session> = gold
            .iter()
            .filter(|session| session.source != Source::Comments)
            .map(|session| (session.id.as_str(), session))
            .collect();
        let mut rows = table.deserialize::<Row>().peekable();
        let mut evaluation = Evaluation { sessions: Vec::new(), network: Vec::new(), ngrams: Vec::new() };
        while let Some(row) = rows.next() {
            let (id, mut unit, mut logits) = row?;
            let session = by_id.get(id.as_str()).with_context(|| {
                format!("{}: session {id} is not in the corpus: it belongs to other material", path.display())
            })?;
            let (mut network, mut ngrams) = (Vec::new(), Vec::new());
            for known in &session.units {
                anyhow::ensure!(
                    unit == known.id,
                    "{}: the units of session {id} are not those of the corpus: make it anew by `train`",
                    path.display()
                );
                let (first, second) = logits.split_at(CODE_COUNT);
                network.push(std::array::from_fn(|c| logit(first[c])));
                ngrams.push(std::array::from_fn(|c| logit(second[c])));
                let same = |next: &Result<Row, csv::Error>| next.as_ref().is_ok_and(|next| next.0 == id);
                match rows.next_if(same) {
                    Some(next) => (_, unit, logits) = next?,
                    None => unit.clear(),
                }
            }
            anyhow::ensure!(unit.is_empty(), "{}: session {id} has units too many", path.display());
            evaluation.push(session, network, ngrams);
        }
        let missing = by_id.len().saturating_sub(evaluation.sessions.len());
        Ok((evaluation, missing))
    }

    fn push(
        &mut self,
        session: &'a Session,
        mut network: Vec<[f32; CODE_COUNT]>,
        mut ngrams: Vec<[f32; CODE_COUNT]>,
    ) {
        for ((unit, network), ngrams) in session.units.iter().zip(&mut network).zip(&mut ngrams) {
            for code in Code::ALL {
                let c = code as usize;
                let there = unit.speaker.may_carry(code) && network[c].is_finite() && ngrams[c].is_finite();
                for logit in [&mut network[c], &mut ngrams[c]] {
                    *logit = if there { rounded(*logit) } else { f32::NEG_INFINITY };
                }
            }
        }
        self.sessions.push(session);
        self.network.push(network);
        self.ngrams.push(ngrams);
    }

    /// Writes `session_id, utterance_id`, then the logits of the network and those of the n-grams, a column a code, in
    /// hundredths; an empty cell is −∞. Packed with gzip; the same scores give the same bytes.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        let mut packed = GzBuilder::new().mtime(0).write(file.as_file_mut(), Compression::best());
        {
            let mut table = csv::Writer::from_writer(&mut packed);
            let columns = |of: &str| Code::ALL.map(|code| format!("{of}_{code}"));
            let ids = ["session_id", "utterance_id"].map(str::to_owned);
            table.write_record(ids.into_iter().chain(columns("network")).chain(columns("ngrams")))?;
            for scored in self.scored(|_| true) {
                let rows = scored.session.units.iter().zip(scored.encoder).zip(scored.ngrams);
                for ((unit, network), ngrams) in rows {
                    let ids = [scored.session.id.clone(), unit.id.clone()];
                    table.write_record(
                        ids.into_iter().chain(network.iter().chain(ngrams).map(|&logit| cell(logit))),
                    )?;
                }
            }
            table.flush()?;
        }
        packed.finish()?.flush()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// The sessions that `keep` says, with their scores.
    pub fn scored(&self, keep: impl Fn(&Session) -> bool) -> Vec<Scored<'_>> {
        let rows = self.sessions.iter().zip(&self.network).zip(&self.ngrams);
        rows.filter(|((session, _), _)| keep(session))
            .map(|((session, encoder), ngrams)| Scored { session, encoder, ngrams })
            .collect()
    }

    /// Codings of all units, session by session. Every fold is coded with a calibration fitted on the other folds, so
    /// that nothing about a unit, not even a threshold, was chosen with its code in view.
    #[must_use]
    pub fn codings(&self, policy: &Policy) -> Vec<(&'a Session, Vec<Coding>)> {
        let folds = self.sessions.iter().map(|s| s.fold).max().unwrap_or(0);
        let calibrations: Vec<Calibration> =
            (0..=folds).map(|fold| calibrate(&self.scored(|s| s.fold != fold), policy)).collect();
        let rows = self.sessions.iter().zip(&self.network).zip(&self.ngrams);
        rows.map(|((&session, network), ngrams)| {
            let units = session.units.iter().zip(network).zip(ngrams);
            let calibration = &calibrations[session.fold];
            (session, units.map(|((unit, e), n)| calibration.apply(unit.speaker, e, n)).collect())
        })
        .collect()
    }

    /// Figures per source.
    #[must_use]
    pub fn report(&self, policy: &Policy, bootstrap: &Bootstrap) -> report::Report {
        let codings = self.codings(policy);
        let units: Vec<report::Scored<'_>> = codings
            .iter()
            .flat_map(|(session, codings)| {
                session.units.iter().zip(codings).map(|(unit, &coding)| report::Scored {
                    source: session.source.name(),
                    cluster: &session.group,
                    session: &session.id,
                    speaker: unit.speaker,
                    gold: unit.codes,
                    coding,
                })
            })
            .collect();
        report::evaluate(&units, bootstrap)
    }
}

/// Session, unit, and the hundredths of all logits.
type Row = (String, String, Vec<Option<f32>>);

/// As the file has it.
fn rounded(logit: f32) -> f32 {
    (logit * 100.0).round() / 100.0
}

fn cell(logit: f32) -> String {
    if logit.is_finite() { format!("{:.0}", logit * 100.0) } else { String::new() }
}

fn logit(hundredths: Option<f32>) -> f32 {
    hundredths.map_or(f32::NEG_INFINITY, |hundredths| hundredths / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::Unit;
    use crate::transcript::Speaker;

    fn session(id: &str, fold: usize, speakers: &[Speaker]) -> Session {
        let unit = |(i, &speaker): (usize, &Speaker)| Unit {
            id: i.to_string(),
            speaker,
            text: String::new(),
            codes: "alliance".parse().unwrap(),
            targets: [0.0; CODE_COUNT],
        };
        let units = speakers.iter().enumerate().map(unit).collect();
        Session { source: Source::Transcripts, id: id.into(), group: id.into(), fold, batch: 1, units }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let (client, therapist) = (Speaker::Client(1), Speaker::Therapist);
        let gold = [session("a", 0, &[client, therapist]), session("b", 1, &[client])];
        let mut evaluation = Evaluation { sessions: Vec::new(), network: Vec::new(), ngrams: Vec::new() };
        let logits = |x: f32| std::array::from_fn(|c| x + c as f32 / 3.0);
        evaluation.push(&gold[0], vec![logits(-3.456), logits(0.0)], vec![logits(1.0), logits(-12.3)]);
        evaluation.push(&gold[1], vec![[f32::NEG_INFINITY; CODE_COUNT]], vec![logits(1.0)]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        evaluation.write(&path).unwrap();
        let newer =
            [session("a", 0, &[client, therapist]), session("b", 1, &[client]), session("c", 1, &[client])];
        let (read, missing) = Evaluation::open(&path, &newer).unwrap();
        assert_eq!((&read.network, &read.ngrams, missing), (&evaluation.network, &evaluation.ngrams, 1));
        assert_eq!(read.network[0][0][0].to_bits(), (-3.46_f32).to_bits());
        assert!(read.network[0][1][0].is_infinite() && read.ngrams[1][0][12].is_infinite());
        let again = dir.path().join("again");
        read.write(&again).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(again).unwrap());

        assert!(Evaluation::open(&path, &gold[..1]).is_err());
        let shorter = [session("a", 0, &[client]), session("b", 1, &[client])];
        assert!(Evaluation::open(&path, &shorter).err().unwrap().to_string().contains("too many"));
        let longer = [session("a", 0, &[client; 3]), session("b", 1, &[client])];
        assert!(Evaluation::open(&path, &longer).err().unwrap().to_string().contains("not those"));
    }
}
