//! `breakthrough agreement`

use super::output::write_all;
use super::{Exit, Misuse, print, tell, whole};
use breakthrough::agreement::bootstrap::Bootstrap;
use breakthrough::agreement::coders::{Aligned, Coder, compare, lonely, prose, tables};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How far codings of the same units agree: coders with each other, or with the program.
///
/// Prints percent agreement, Cohen's kappa, Fleiss' kappa and Krippendorff's alpha per label, and precision, recall and F1
/// of every coding against the first, with intervals from resampling sessions; average precision and calibration too
/// where a coding has probabilities, as utterances.csv of `analyze` has. Any labels will do.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Codings as tables in CSV, packed with gzip or Zstandard or not, in Parquet or in Excel workbooks, the reference first.
    #[arg(required = true, num_args = 2.., value_name = "CODING")]
    codings: Vec<PathBuf>,

    /// Column of the labels, joined by `|`; once for all tables, or once for each.
    #[arg(long, value_name = "NAME", default_value = "codes")]
    column: Vec<String>,

    /// Table with the words of the units, for the list of disagreements; else a text column of any coding is taken.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,

    /// Folder for the figures, the reliability curves and the list of disagreements as CSV.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Resamples for the intervals; 0 for none.
    #[arg(long, value_name = "N", value_parser = whole::<usize>, default_value_t = Bootstrap::default().resamples)]
    resamples: usize,

    /// Seed of the resamples.
    #[arg(long, value_name = "N", value_parser = whole::<u64>, default_value_t = Bootstrap::default().seed)]
    seed: u64,

    /// Says nothing but errors.
    #[arg(short, long)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  Two coders, and a list of where they differ, with the words:
    breakthrough agreement anna.csv ben.csv --text transcripts.csv --out agreement
  The program against a coder (the coder first: figures are against the first):
    breakthrough agreement anna.csv out/utterances.csv
  Two passes that stand in one table:
    breakthrough agreement data/corpus/annomi_codes.csv.gz data/corpus/annomi_codes.csv.gz \\
      --column codes --column codes_2

Tables have session_id, utterance_id and codes (labels joined by |). A column named as a label that holds numbers from
0 to 1 is taken for its probabilities. Units that a coding lacks are counted and said.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let say = |line: &str| {
        if !arguments.quiet {
            tell(line);
        }
    };
    let columns = &arguments.column;
    if columns.len() != 1 && columns.len() != arguments.codings.len() {
        let (columns, tables) = (columns.len(), arguments.codings.len());
        let what =
            format!("--column is given {columns} times for {tables} tables: give it once, or once for each");
        return Err(Misuse(what).into());
    }
    let mut codings = arguments
        .codings
        .iter()
        .zip(columns.iter().cycle())
        .map(|(path, column)| coding(path, column))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for (coding, path) in codings.iter().zip(&arguments.codings) {
        coding.notices.iter().for_each(|notice| say(&format!("{}: {notice}", path.display())));
    }
    if columns_differ(columns) {
        for (coding, column) in codings.iter_mut().zip(columns) {
            coding.name = format!("{} {column}", coding.name);
        }
    }
    let mut texts = BTreeMap::new();
    for coding in codings.iter_mut().rev() {
        texts.extend(std::mem::take(&mut coding.texts));
    }
    if let Some(path) = &arguments.text {
        // The column is needed and not looked at; every table has this one.
        texts = Coder::read(path, "session_id")?.texts;
        if texts.is_empty() {
            return Err(Misuse(format!("--text: {} has no column 'text'", path.display())).into());
        }
    }
    let aligned = Aligned::new(&codings);
    if !aligned.shares() {
        return Err(nothing_shared(&codings));
    }
    if aligned.common() == 0 {
        say("no unit is in every coding: do session_id and utterance_id mean the same in all tables?");
    }
    lonely(&aligned).iter().for_each(|coding| say(&coding.to_string()));
    let bootstrap =
        Bootstrap { resamples: arguments.resamples, seed: arguments.seed, ..Bootstrap::default() };
    let comparison = compare(&aligned, &bootstrap);
    if let Some(out) = &arguments.out {
        let files = vec![
            ("agreement.csv", comparison.to_csv()?),
            ("reliability.csv", comparison.reliability_csv()?),
            ("disagreements.csv", tables::disagreements(&aligned, &texts)?),
        ];
        write_all(out, files, &[])?;
        say(&format!("figures and disagreements are in {}", out.display()));
    }
    print(&comparison.to_markdown())?;
    Ok(Exit::Done)
}

/// Reads a coding. Its labels are shown, so that words of sessions are refused.
fn coding(path: &Path, column: &str) -> anyhow::Result<Coder> {
    let coding = Coder::read(path, column)?;
    anyhow::ensure!(
        !prose::is_prose(&coding.labels),
        "{}: column '{column}' {}; name the column of labels with --column, or give shorter labels",
        path.display(),
        prose::WHY
    );
    Ok(coding)
}

/// No two codings have a unit in common: their first ids mostly show why.
fn nothing_shared(codings: &[Coder]) -> anyhow::Error {
    let first = |coding: &Coder| {
        let (session, unit) = coding.order.first()?;
        Some(format!("{} begins with session_id '{session}', utterance_id '{unit}'", coding.name))
    };
    let firsts: Vec<String> = codings.iter().filter_map(first).collect();
    anyhow::anyhow!(
        "no unit is in two of the codings: {}; a unit needs the same ids in all tables",
        firsts.join(", ")
    )
}

/// Whether the name of a column tells codings apart.
fn columns_differ(columns: &[String]) -> bool {
    columns.windows(2).any(|pair| pair[0] != pair[1])
}
