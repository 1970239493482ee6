//! The options of `analyze` about what may identify a person.

use super::whole;
use breakthrough::{pipeline, privacy};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(next_help_heading = "Privacy")]
pub(super) struct PrivacyArguments {
    /// Replaces what may identify a person by [NAME], [PHONE] and so on, before anything is classified or written.
    #[arg(long)]
    pub(super) redact: bool,

    /// Stops with exit code 5 and writes privacy.csv alone if more than N places may identify a person [without N: 0].
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "0", value_parser = whole::<u64>)]
    require_clean: Option<u64>,

    /// Writes the words found into privacy.csv, not only where they stand.
    #[arg(long, conflicts_with = "no_text")]
    privacy_text: bool,

    /// Words that identify nobody, as they would be found, capitals and all: codes that are names too. May be repeated.
    #[arg(long, value_name = "WORD,...", value_delimiter = ',', value_parser = word)]
    allow: Vec<String>,
}

impl PrivacyArguments {
    pub(super) fn job(&self) -> pipeline::Privacy {
        pipeline::Privacy {
            redact: self.redact,
            most: self.require_clean,
            found: self.privacy_text,
            allowed: self.allow.clone(),
        }
    }

    /// The number of `--require-clean 20`, which was taken for an input.
    pub(super) fn stray_number<'a>(&self, inputs: &'a [PathBuf]) -> Option<&'a str> {
        let number = |input: &'a PathBuf| input.to_str().filter(|text| whole::<u64>(text).is_ok());
        self.require_clean?;
        inputs.iter().filter(|input| !input.exists()).find_map(number)
    }

    /// For `run.json`.
    pub(super) fn recorded(&self) -> [(&'static str, Value); 4] {
        [
            ("redact", json!(self.redact)),
            ("require_clean", json!(self.require_clean)),
            ("privacy_text", json!(self.privacy_text)),
            ("allow", json!(self.allow)),
        ]
    }

    /// The names given with `--therapist`, as `run.json` may hold them.
    pub(super) fn names(&self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| if self.redact { privacy::redact_text(name) } else { name.clone() }).collect()
    }
}

/// A word of `--allow MARY, REED`: finds have no white space around them.
fn word(text: &str) -> Result<String, String> {
    let word = text.trim();
    if word.is_empty() { Err("a word is needed".to_owned()) } else { Ok(word.to_owned()) }
}

/// The line on stderr that says how much was found, and whether it is still there.
pub(super) fn summary(finds: u64, redacted: bool) -> String {
    let places = if finds == 1 { "place" } else { "places" };
    match (finds, redacted) {
        (0, _) => {
            "privacy: nothing found that may identify a person (no promise: docs/privacy.md)".to_owned()
        }
        (n, true) => format!("privacy: {n} {places} redacted: see privacy.csv (no promise: docs/privacy.md)"),
        (n, false) => format!("privacy: {n} {places} may still identify a person: see privacy.csv"),
    }
}
