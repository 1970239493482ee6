//! Shards of a run to the whole.

use super::{Error, Progress, conclude};
use crate::report::shard::Set;
use crate::report::{Run, Tables, Totals};
use crate::trends::Cases;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Puts the tables of all shards of a run together in `folder`: what one run over everything writes, byte by byte, but for
/// times in `run.json`, which are sums over the shards.
///
/// Memory grows with the number of sessions, not with their words: about as much as a whole run keeps of them.
///
/// # Errors
/// If the folders are not all shards of one run, each once and whole; if more was found that may identify a person than the
/// shards were allowed together; or if an output cannot be written. What an earlier run left in `folder` then stays as it
/// was, but for `privacy.csv` in the second case.
pub fn merge(shards: &[PathBuf], folder: &Path, watch: &mut dyn FnMut(Progress<'_>)) -> Result<Run, Error> {
    let clock = Instant::now();
    if shards.is_empty() {
        return Err(Error::NoShards);
    }
    let set = Set::open(shards)?;
    set.apart_from(folder)?;
    let options = set.options();
    let mut tables = Tables::create(folder, options)?.with_own_codes(set.labels()?.as_deref(), options)?;
    let mut cases = Cases::default();
    set.fill(&mut tables, &mut |stretch| cases.add_stretch(stretch))?;
    let written = tables.written();
    if let Some(most) = set.most_finds().filter(|&most| written.finds > most) {
        tables.refuse()?;
        let redact = set.runs().any(|run| run.options.get("redact") == Some(&true.into()));
        return Err(Error::NotClean { finds: written.finds, most, redact, rejects: written.rejects });
    }
    conclude(&cases, &mut tables, watch)?;
    let run = whole(&set, &tables, clock);
    let run = run.ok_or(Error::NoShards)?;
    tables.finish(&run)?;
    Ok(run)
}

/// The account of the whole; `None` of no shards.
fn whole(set: &Set, tables: &Tables, clock: Instant) -> Option<Run> {
    let mut run = set.runs().next()?.clone();
    run.shard = None;
    // All shards have looked through the same folders.
    let passed_over = run.totals.passed_over;
    run.totals = Totals { passed_over, ..Totals::new(&run.inputs, tables.written()) };
    run.timings.clear();
    for shard in set.runs() {
        run.started = run.started.min(shard.started);
        run.totals.resumed += shard.totals.resumed;
        for (stage, seconds) in &shard.timings {
            *run.timings.entry(stage.clone()).or_default() += seconds;
        }
    }
    run.timings.values_mut().for_each(|seconds| *seconds = (*seconds * 1e3).round() / 1e3);
    let seconds = (clock.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    run.timings.insert("merge".to_owned(), seconds);
    run.finished = Timestamp::now();
    Some(run)
}
