//! Logits of coded sessions, kept on disk between the stages of a training.

use super::corpus::Session;
use crate::codebook::{CODE_COUNT, Code};
use std::path::Path;

/// One row of logits per unit, session by session.
pub type Logits = Vec<Vec<[f32; CODE_COUNT]>>;

/// Writes `session_id, utterance_id` and one column per code. A unit without words has −∞ (`-inf`).
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, sessions: &[&Session], logits: &Logits) -> Result<(), csv::Error> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    {
        let mut table = csv::Writer::from_writer(file.as_file_mut());
        table.write_record(["session_id", "utterance_id"].into_iter().chain(Code::ALL.map(Code::name)))?;
        for (session, rows) in sessions.iter().zip(logits) {
            for (unit, row) in session.units.iter().zip(rows) {
                let ids = [session.id.clone(), unit.id.clone()];
                table.write_record(ids.into_iter().chain(row.iter().map(f32::to_string)))?;
            }
        }
        table.flush()?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Reads what [`write`] wrote for the same sessions.
///
/// # Errors
/// If the file cannot be read or is not of these sessions; the message says what to remove.
pub fn read(path: &Path, sessions: &[&Session]) -> anyhow::Result<Logits> {
    let foreign = || anyhow::anyhow!("{}: not of this corpus and these folds; remove it", path.display());
    let mut table = csv::Reader::from_path(path)?;
    let mut records = table.deserialize::<(String, String, [f32; CODE_COUNT])>();
    let mut logits = Vec::with_capacity(sessions.len());
    for session in sessions {
        let mut rows = Vec::with_capacity(session.units.len());
        for unit in &session.units {
            let (session_id, unit_id, row) = records.next().ok_or_else(foreign)??;
            if session_id != session.id || unit_id != unit.id {
                return Err(foreign());
            }
            rows.push(row);
        }
        logits.push(rows);
    }
    if records.next().is_some() { Err(foreign()) } else { Ok(logits) }
}
