//! The whole training: folds, final model, calibration, figures. Every stage leaves a file in the work folder
//! and is not run again while that file is there, so a training that was stopped goes on where it stood.

use super::calibrate::{Policy, calibrate};
use super::corpus::{Session, Source};
use super::encoder::{self, Prepared};
use super::folds::{self, Evaluation};
use super::large;
use super::network::{Settings, States};
use super::ngrams::{self, Example};
use super::oof;
use crate::agreement::bootstrap::Bootstrap;
use crate::codebook::{CODE_COUNT, Code};
use crate::model::calibration::Calibration;
use crate::model::config::{Config, LargeConfig, PlainConfig};
use crate::model::embedded::{Large, Precision};
use crate::model::encode::Encoder;
use crate::model::files;
use crate::model::ngrams::Ngrams;
use crate::model::rust_bert::{self, LargeReader, Plain, Upper};
use crate::model::weights::Weights;
use anyhow::Context as _;
use half::f16;
use rayon::prelude::*;
use safetensors::SafeTensors;
use sha2::{Digest as _, Sha256};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tch::{Kind, Tensor};

/// What to train from and where to.
pub struct Training<'a> {
    /// The coded corpus with its folds: the editions that are learned from.
    pub sessions: &'a [Session],
    /// Folder of the pre-trained encoder: `model.safetensors` and `tokenizer.json`.
    pub base: &'a Path,
    /// Folder of the large encoder, all-mpnet-base-v2: the same two files.
    pub large: &'a Path,
    /// Folder for what the stages leave.
    pub work: &'a Path,
    /// Folder for the finished model.
    pub out: &'a Path,
    /// How to train the network.
    pub settings: Settings,
    /// Which folds to train and score; empty trains only the final model.
    pub folds: Vec<usize>,
    /// Whether to train the final model and write the model folder.
    pub finish: bool,
}

impl Training<'_> {
    /// Runs every stage that is not done yet; `say` hears what goes on.
    ///
    /// # Errors
    /// If a file cannot be read or written, or the network fails.
    pub fn run(&self, say: &mut dyn FnMut(String)) -> anyhow::Result<()> {
        std::fs::create_dir_all(self.work)?;
        let config = Config::minilm();
        let large = Which::ALL.iter().filter(|reader| matches!(reader, Which::Large(_))).count();
        anyhow::ensure!(
            config.large.as_ref().is_some_and(|shape| shape.readers == large),
            "not a stage a reader"
        );
        self.same_training_as_before(&config)?;
        let tokenizer =
            std::fs::read(self.base.join("tokenizer.json")).context("no tokenizer.json in --base")?;
        let encoder = Encoder::new(&tokenizer, config.encoder.window).map_err(anyhow::Error::msg)?;
        let prepared = encoder::prepare(self.sessions, &encoder)?;
        let network = Network {
            config: &config,
            training: self,
            tokenizer: &tokenizer,
            all: &prepared,
            states: OnceCell::new(),
            large_states: OnceCell::new(),
        };
        for &fold in &self.folds {
            let training = |reader: Which| part(&prepared, move |s| s.fold != fold && reader.learns_from(s));
            let held_out = part(&prepared, |s| s.fold == fold && s.is_measured_on());
            self.ngram_stage(fold, &training(Which::First), &held_out, say)?;
            for reader in Which::ALL {
                network.stage(reader, fold, &training(reader), &held_out, say)?;
            }
        }
        if self.finish {
            let everything = |reader: Which| part(&prepared, move |s| reader.learns_from(s));
            let mut files = Vec::new();
            for reader in Which::ALL {
                files.push(network.last(reader, &everything(reader), say)?);
            }
            let (small_readers, large_readers) = files.split_at(2);
            let readers = Which::ALL.map(Which::name);
            let (small, large) = readers.split_at(2);
            let evaluation = Evaluation::read(self.sessions, self.work, large)?;
            let small = Evaluation::read(self.sessions, self.work, small)?;
            let calibrated =
                |evaluation: &Evaluation<'_>| calibrate(&evaluation.scored(|_| true), &Policy::default());
            let small_calibration = Some(Box::new(calibrated(&small)));
            let calibration = Calibration { small: small_calibration, ..calibrated(&evaluation) };
            std::fs::create_dir_all(self.out)?;
            network.write_large(large_readers, self.out)?;
            self.assemble(&config, &tokenizer, &everything(Which::First), small_readers, &calibration)?;
            evaluation.write(&self.out.join(folds::FILE))?;
            say(format!("the model is in {}", self.out.display()));
            for (name, evaluation) in [("figures.md", &evaluation), ("figures_small.md", &small)] {
                let figures = self.work.join(name);
                let report = evaluation.report(&Policy::default(), &Bootstrap::default());
                std::fs::write(&figures, report.to_markdown())?;
                say(format!("figures of the cross-validation are in {}", figures.display()));
            }
        }
        Ok(())
    }

    /// What the stages left belongs to one corpus, one set of folds and one set of settings; with others it
    /// would be mixed in silence.
    fn same_training_as_before(&self, config: &Config) -> anyhow::Result<()> {
        let mut corpus = Sha256::new();
        for session in self.sessions {
            corpus.update(format!("{} {} {}\n", session.id, session.group, session.fold));
            for unit in &session.units {
                corpus.update(format!("{} {} {:?}\n", unit.speaker, unit.text, unit.targets));
            }
        }
        let corpus = corpus.finalize();
        let now =
            format!("corpus and folds: {corpus:x}\nsettings: {:?}\nconfig: {config:?}\n", self.settings);
        let path = self.work.join("training.txt");
        match std::fs::read_to_string(&path) {
            Ok(before) if before != now => anyhow::bail!(
                "{} holds stages of another training (see training.txt there): choose another --work",
                self.work.display()
            ),
            Ok(_) => Ok(()),
            Err(_) => Ok(std::fs::write(&path, now)?),
        }
    }

    fn ngram_stage(
        &self,
        fold: usize,
        training: &[&Prepared<'_>],
        held_out: &[&Prepared<'_>],
        say: &mut dyn FnMut(String),
    ) -> anyhow::Result<()> {
        let scores = self.work.join(format!("ngrams{fold}.csv"));
        if !scores.exists() {
            say(format!("fold {fold}: training the n-gram model"));
            let model = fit_ngrams(training)?;
            // As with the readers: for whoever wants to learn something else without having seen the fold.
            model.save(&self.work.join(format!("ngrams{fold}.safetensors")))?;
            let sessions: Vec<&Session> = held_out.iter().map(|p| p.session).collect();
            let logits =
                sessions.iter().map(|s| s.units.iter().map(|u| model.logits(&u.text)).collect()).collect();
            oof::write(&scores, &sessions, &logits)?;
        }
        Ok(())
    }

    fn assemble(
        &self,
        config: &Config,
        tokenizer: &[u8],
        everything: &[&Prepared<'_>],
        parts: &[PathBuf],
        calibration: &Calibration,
    ) -> anyhow::Result<()> {
        let out = |name: &str| self.out.join(name);
        std::fs::write(out(files::CALIBRATION), files::json(calibration)?)?;
        std::fs::write(out(files::CONFIG), files::json(config)?)?;
        std::fs::write(out(files::TOKENIZER), tokenizer)?;
        let mut variables = BTreeMap::new();
        for part in parts {
            variables.extend(Tensor::read_safetensors(part)?);
        }
        rust_bert::save(variables, &out(files::WEIGHTS))?;
        if !self.work.join(files::NGRAMS).exists() {
            fit_ngrams(everything)?.save(&self.work.join(files::NGRAMS))?;
        }
        std::fs::copy(self.work.join(files::NGRAMS), out(files::NGRAMS))?;
        files::remove_older(self.out, &[files::LARGE, files::LARGE_WORDS])?;
        files::write_checksums(self.out)?;
        Ok(())
    }
}

/// Which of the readers.
#[derive(Debug, Clone, Copy)]
enum Which {
    /// The one over the taught encoder, with that encoder.
    First,
    /// The one over the plain encoder.
    Second,
    /// Those over the large encoder, counted from 0.
    Large(usize),
}

/// The network in its stages.
struct Network<'a> {
    config: &'a Config,
    training: &'a Training<'a>,
    tokenizer: &'a [u8],
    /// All sessions, as they were prepared together.
    all: &'a [Prepared<'a>],
    /// What the layers below make of them, which are not taught.
    states: OnceCell<States>,
    /// What the large encoder makes of them.
    large_states: OnceCell<States>,
}

impl Which {
    /// All of them; the first two make do without the large encoder.
    const ALL: [Which; 6] =
        [Which::First, Which::Second, Which::Large(0), Which::Large(1), Which::Large(2), Which::Large(3)];

    /// Whether it learns from a session: readers that are quick to teach learn from what came later, too.
    fn learns_from(self, session: &Session) -> bool {
        matches!(self, Which::Large(_)) || session.edition() == 1
    }

    /// What the files of its stages begin with.
    fn name(self) -> &'static str {
        match self {
            Which::First => "first",
            Which::Second => "second",
            Which::Large(reader) => ["third", "fourth", "fifth", "sixth"][reader],
        }
    }
}

impl Network<'_> {
    /// A reader taught with everything: the file of its weights, which is made if it is not there.
    fn last(
        &self,
        reader: Which,
        everything: &[&Prepared<'_>],
        say: &mut dyn FnMut(String),
    ) -> anyhow::Result<PathBuf> {
        let path = self.training.work.join(reader.name()).with_extension("safetensors");
        if !path.exists() {
            say(format!("teaching the final {} reader with everything", reader.name()));
            let variables = match reader {
                Which::First => self.upper(everything, say)?.variables(),
                Which::Second => self.plain(everything, say)?.variables(),
                Which::Large(reader) => self.large(reader, everything, say)?.variables(),
            };
            save(variables, &path)?;
        }
        Ok(path)
    }

    fn stage(
        &self,
        reader: Which,
        fold: usize,
        training: &[&Prepared<'_>],
        held_out: &[&Prepared<'_>],
        say: &mut dyn FnMut(String),
    ) -> anyhow::Result<()> {
        let name = reader.name();
        let scores = self.training.work.join(format!("{name}{fold}.csv"));
        // For whoever wants to learn something else without having seen the fold.
        let weights = self.training.work.join(format!("{name}{fold}.safetensors"));
        if !scores.exists() {
            say(format!("fold {fold}: teaching the {name} reader with {} sessions", training.len()));
            let logits = match reader {
                Which::First => {
                    let upper = self.upper(training, say)?;
                    save(upper.variables(), &weights)?;
                    encoder::predict_taught(&upper, self.states(say)?, held_out)
                }
                Which::Second => {
                    let plain = self.plain(training, say)?;
                    save(plain.variables(), &weights)?;
                    encoder::predict_plain(&plain, self.states(say)?, held_out)
                }
                Which::Large(reader) => {
                    let large = self.large(reader, training, say)?;
                    save(large.variables(), &weights)?;
                    encoder::predict_large(&large, self.large_states(say)?, held_out)
                }
            };
            let sessions: Vec<&Session> = held_out.iter().map(|p| p.session).collect();
            oof::write(&scores, &sessions, &logits)?;
        }
        Ok(())
    }

    /// The upper layers and the first reader, taught with the given sessions.
    fn upper(&self, training: &[&Prepared<'_>], say: &mut dyn FnMut(String)) -> anyhow::Result<Upper> {
        let settings = &self.training.settings;
        let states = self.states(say)?;
        tch::manual_seed(settings.seed as i64);
        let mut upper = Upper::new(self.config, self.shape()?, CODE_COUNT, settings.dropout);
        upper.start_from(&self.base())?;
        encoder::train(&upper, states, &thinned(training), settings, &mut telling(say));
        Ok(upper)
    }

    /// Settings of all readers but the first.
    fn settings_of_kept(&self) -> Settings {
        Settings { epochs: self.training.settings.plain_epochs, ..self.training.settings.clone() }
    }

    /// A reader over the large encoder, counted from 0, taught with the given sessions.
    fn large(
        &self,
        reader: usize,
        training: &[&Prepared<'_>],
        say: &mut dyn FnMut(String),
    ) -> anyhow::Result<LargeReader> {
        let settings = self.settings_of_kept();
        let states = self.large_states(say)?;
        // Readers of one kind begin with different weights.
        tch::manual_seed((settings.seed + reader as u64) as i64);
        let mut large = LargeReader::new(self.config, self.large_shape()?, reader, settings.dropout);
        encoder::train_large(&mut large, states, &thinned(training), &settings, &mut telling(say));
        Ok(large)
    }

    /// The large encoder's states of all tokens; made once, by the engine that will make them, and kept for the other stages.
    fn large_states(&self, say: &mut dyn FnMut(String)) -> anyhow::Result<&States> {
        self.kept(&self.large_states, "large_states", |windows| {
            say("reading everything with the large encoder".into());
            let bytes = large::file(&self.large_encoder()?)?;
            let weights = Weights::new(&bytes, Path::new(files::LARGE))?;
            let shape = self.large_shape()?;
            let encoder = Large::new(shape, &self.config.encoder, &weights, Precision::Fast)?;
            let halves = |pack: &[&[u32]]| -> Vec<u8> {
                encoder.states(pack).into_iter().flat_map(|x| f16::from_f32(x).to_le_bytes()).collect()
            };
            let states = windows.par_chunks(16).map(halves).collect::<Vec<_>>().concat();
            let rows = (states.len() / 2 / shape.hidden) as i64;
            Ok(Tensor::from_data_size(&states, &[rows, shape.hidden as i64], Kind::Half))
        })
    }

    /// States of all tokens under a name in the work folder, which `make` makes if they are not there.
    fn kept<'s>(
        &'s self,
        cell: &'s OnceCell<States>,
        name: &str,
        make: impl FnOnce(&[&[u32]]) -> anyhow::Result<Tensor>,
    ) -> anyhow::Result<&'s States> {
        if cell.get().is_none() {
            let path = self.training.work.join(name).with_extension("safetensors");
            let states = States::new(self.all.iter().map(|p| &p.sequence), |windows| {
                if !path.exists() {
                    let partial = path.with_extension("partial.safetensors");
                    Tensor::write_safetensors(&[("states", make(windows)?)], &partial)?;
                    std::fs::rename(partial, &path)?;
                }
                let kept = Tensor::read_safetensors(&path)?;
                Ok::<_, anyhow::Error>(kept.into_iter().next().context("no states in the work folder")?.1)
            })?;
            let _ = cell.set(states);
        }
        cell.get().context("states were just read")
    }

    fn large_encoder(&self) -> anyhow::Result<Vec<large::Stored>> {
        large::encoder(self.training.large, self.tokenizer, self.large_shape()?, &self.config.encoder)
    }

    /// Writes the large encoder and its readers, from the files of the latter, into the two files of a model folder.
    fn write_large(&self, readers: &[PathBuf], to: &Path) -> anyhow::Result<()> {
        let (words, mut all): (Vec<_>, Vec<_>) =
            self.large_encoder()?.into_iter().partition(|(name, ..)| name.starts_with("large.word."));
        for reader in readers {
            let bytes = std::fs::read(reader)?;
            for (name, tensor) in SafeTensors::deserialize(&bytes)?.iter() {
                all.push((name.to_owned(), tensor.dtype(), tensor.shape().to_vec(), tensor.data().to_vec()));
            }
        }
        std::fs::write(to.join(files::LARGE), large::file(&all)?)?;
        Ok(std::fs::write(to.join(files::LARGE_WORDS), large::file(&words)?)?)
    }

    fn large_shape(&self) -> anyhow::Result<&LargeConfig> {
        self.config.large.as_ref().context("this network has no large encoder")
    }

    /// The second reader, taught with the given sessions.
    fn plain(&self, training: &[&Prepared<'_>], say: &mut dyn FnMut(String)) -> anyhow::Result<Plain> {
        let settings = self.settings_of_kept();
        let states = self.states(say)?;
        tch::manual_seed(settings.seed as i64);
        let mut plain = self.fresh(settings.dropout)?;
        encoder::train_plain(&mut plain, states, &thinned(training), &settings, &mut telling(say));
        Ok(plain)
    }

    /// The plain encoder's states of all tokens; made once, and kept for the other stages.
    fn states(&self, say: &mut dyn FnMut(String)) -> anyhow::Result<&States> {
        self.kept(&self.states, "states", |windows| {
            say("reading everything with the plain encoder".into());
            let _no_grad = tch::no_grad_guard();
            Ok(self.fresh(0.0)?.states(windows))
        })
    }

    /// The plain encoder under a reader that has learned nothing.
    fn fresh(&self, dropout: f64) -> anyhow::Result<Plain> {
        let mut plain = Plain::new(self.config, self.shape()?, dropout);
        plain.start_from(&self.base())?;
        Ok(plain)
    }

    fn shape(&self) -> anyhow::Result<&PlainConfig> {
        let shape = self.config.plain.as_ref().context("this network has one reader")?;
        anyhow::ensure!(shape.shared == shape.layers, "the layers under both readers are not the same");
        Ok(shape)
    }

    fn base(&self) -> PathBuf {
        self.training.base.join("model.safetensors")
    }
}

/// Progress of an optimisation as lines.
fn telling(say: &mut dyn FnMut(String)) -> impl FnMut(usize, f64, f64) {
    |epoch, done, loss| say(format!("  epoch {}, {:3.0} %, loss {loss:.4}", epoch + 1, done * 100.0))
}

/// Saves weights under their name only when they are whole.
fn save(variables: BTreeMap<String, Tensor>, weights: &Path) -> anyhow::Result<()> {
    let partial = weights.with_extension("partial.safetensors");
    rust_bert::save(variables, &partial)?;
    Ok(std::fs::rename(partial, weights)?)
}

/// The sessions that `keep` says.
fn part<'a>(all: &'a [Prepared<'a>], keep: impl Fn(&Session) -> bool) -> Vec<&'a Prepared<'a>> {
    all.iter().filter(|prepared| keep(prepared.session)).collect()
}

/// One in four of the comments without a code: they cost the network a sixth of its time and teach it little.
fn thinned<'a>(training: &[&'a Prepared<'a>]) -> Vec<&'a Prepared<'a>> {
    let empty =
        |s: &Session| s.source == Source::Comments && s.units.iter().all(|unit| unit.codes.is_empty());
    let mut comments = 0;
    let keep = |prepared: &&&Prepared<'_>| {
        comments += usize::from(empty(prepared.session));
        !empty(prepared.session) || comments % 4 == 0
    };
    training.iter().filter(keep).copied().collect()
}

fn fit_ngrams(training: &[&Prepared<'_>]) -> anyhow::Result<Ngrams> {
    let examples: Vec<Example<'_>> = training
        .iter()
        .flat_map(|prepared| &prepared.session.units)
        .map(|unit| Example {
            text: &unit.text,
            targets: unit.targets,
            mask: Code::ALL.map(|code| unit.speaker.may_carry(code)),
            weight: 1.0,
        })
        .collect();
    Ok(ngrams::fit(&examples, &ngrams::Settings::default())?)
}
