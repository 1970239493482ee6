//! What the two ways to learn a codebook of one's own have in common: arguments, and what is done with the result.

use super::evaluate;
use super::output::{writable, write_all};
use super::{Exit, Misuse, counted, print, tell, whole};
use breakthrough::agreement::bootstrap::Bootstrap;
use breakthrough::model::config::Config;
use breakthrough::model::files::Files;
use breakthrough::train::own::{self as learning, Adapted, LEAST_GROUPS, LEAST_UNITS, Material, Settings};
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct OwnArguments {
    /// Column of the labels, joined by `|`: each of up to 60 characters, none called as a column of `own_codes.csv`
    /// (`session_id`, `utterance_id`, `speaker`, `codes`).
    #[arg(long, value_name = "COLUMN", default_value = "codes")]
    label: String,

    /// Every unit has one label, and one without a label was not coded [default: so where no unit of a coded side lacks a
    /// label or has two; else a unit without a label is one that carries none].
    #[arg(long)]
    single: bool,

    /// Folds of the cross-validation; sessions of one group (column `group`, else `client_id`, else `session_id`) stay together.
    #[arg(long, value_name = "N", value_parser = whole::<usize>, default_value_t = Settings::default().folds, help_heading = "Figures")]
    folds: usize,

    /// Resamples for the intervals; 0 for none.
    #[arg(long, value_name = "N", value_parser = whole::<usize>, default_value_t = Bootstrap::default().resamples, help_heading = "Figures")]
    resamples: usize,

    /// Says nothing but errors.
    #[arg(short, long, help_heading = "Log")]
    quiet: bool,
}

impl OwnArguments {
    /// Reads what was coded. The codebook has the name of the folder that it goes to.
    pub(super) fn material(&self, coded: &[PathBuf], out: &Path) -> anyhow::Result<Material> {
        if self.folds < LEAST_GROUPS {
            return Err(Misuse(format!("--folds must be {LEAST_GROUPS} or more")).into());
        }
        let name = out.file_name().map_or("own".into(), |name| name.to_string_lossy());
        let material = Material::read(coded, &self.label, &name, self.single)?;
        material.notices.iter().for_each(|notice| self.say(notice));
        let book = &material.codebook;
        let kind = if book.single { "one a unit" } else { "any number a unit" };
        let labels = counted(book.labels.len(), "label");
        self.say(&format!("{labels}, {kind}, in {}", counted(material.groups.len(), "group")));
        let repeated = material.repeated();
        if repeated > 0 {
            self.say(&format!("{}: kept, and learned from each time", evaluate::repeated(repeated)));
        }
        for names in material.alike() {
            self.say(&format!(
                "labels that differ in capitals alone, and are learned as different: '{}'",
                names.join("', '")
            ));
        }
        let rare: Vec<String> = material.rare().iter().map(ToString::to_string).collect();
        if !rare.is_empty() {
            self.say(&format!(
                "too few to learn or to measure (a label needs {LEAST_UNITS} units in {LEAST_GROUPS} groups): {}",
                rare.join(", ")
            ));
        }
        // Learning takes its time; that it cannot be kept is said before.
        writable(out, &learning::files())?;
        Ok(material)
    }

    /// Something that is not an error.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            tell(line);
        }
    }

    pub(super) fn settings(&self, seed: u64) -> Settings {
        Settings { folds: self.folds, seed }
    }

    pub(super) fn bootstrap(&self, seed: u64) -> Bootstrap {
        Bootstrap { resamples: self.resamples, seed, ..Bootstrap::default() }
    }
}

/// Writes the model folder and prints the figures. `base` is the model that was learned on.
pub(super) fn finish(
    own: &OwnArguments,
    adapted: &Adapted,
    material: &Material,
    base: (&Files, &Config),
    out: &Path,
) -> anyhow::Result<Exit> {
    if adapted.wordless > 0 {
        own.say(&format!("left out, as no word is in them: {}", counted(adapted.wordless, "coded unit")));
    }
    let (files, config) = base;
    let card = learning::card(adapted, material, &format!("{} {}", config.name, config.version));
    let files = learning::folder(files, config, adapted, card)?;
    write_all(out, files, &learning::files())?;
    own.say(&format!("the model is in {0}: use it with analyze --model {0}", out.display()));
    print(&adapted.figures.to_markdown())?;
    Ok(Exit::Done)
}
