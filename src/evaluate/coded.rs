//! Coded material: tables with a `codes` column, and what the model says about them.

use super::Error;
use crate::agreement::bootstrap::Bootstrap;
use crate::agreement::report::{self, Report};
use crate::codebook::CodeSet;
use crate::coding::Coding;
use crate::model::{self, Model};
use crate::train::coded::{self, Coded};
use crate::transcript::{Session, Unit};
use rayon::prelude::*;
use std::ops::Range;
use std::path::PathBuf;

/// Units that are coded at once; bounds the memory.
const CHUNK_UNITS: usize = 4096;

/// What is known about a session besides its words.
#[derive(Debug, Clone)]
pub struct About {
    /// The file it is from, without extensions, or `codes (2)` for the second of a name: figures are given per source.
    pub source: String,
    /// What must not be resampled without it: `group`, else `client_id`, else the session.
    pub cluster: String,
    /// The coder's codes, a set per unit.
    pub gold: Vec<CodeSet>,
}

/// Coded sessions.
#[derive(Debug, Default)]
pub struct Material {
    /// The sessions.
    pub sessions: Vec<Session>,
    /// As many, in the same order.
    pub about: Vec<About>,
    /// What is to be told about how tables were read.
    pub notices: Vec<String>,
}

impl Material {
    /// Reads tables as [`crate::train::coded::read`] does, with the labels in the column `codes`.
    ///
    /// # Errors
    /// If a file cannot be read, has no unit, or has a record that makes no sense.
    pub fn read(paths: &[PathBuf]) -> Result<Material, Error> {
        // What has several words is no misspelt code, but may be words of the session in a column that has shifted.
        let parse = |cell: &str| match cell.parse::<CodeSet>() {
            Err(error) if error.0.contains(char::is_whitespace) => {
                Err("the cell of codes holds something else; codes are joined by |".to_owned())
            }
            parsed => parsed.map_err(|error| error.to_string()),
        };
        let read = coded::read(paths, "codes", parse)?;
        let mut material = Material { notices: read.notices, ..Material::default() };
        for Coded { session, source, cluster, gold } in read.sessions {
            material.sessions.push(session);
            material.about.push(About { source, cluster, gold });
        }
        Ok(material)
    }

    /// Units whose codes stand on the other side of the codebook's side rules; no model can be right about them.
    #[must_use]
    pub fn off_side(&self) -> usize {
        let sessions = self.sessions.iter().zip(&self.about);
        let off = |(unit, codes): &(&Unit, &CodeSet)| codes.iter().any(|code| !unit.speaker.may_carry(code));
        sessions.map(|(session, about)| session.units.iter().zip(&about.gold).filter(off).count()).sum()
    }

    /// Units whose ids of client, session and utterance another one has as well. Each is counted.
    #[must_use]
    pub fn repeated(&self) -> usize {
        coded::repeated(&self.sessions)
    }

    /// Stretches of sessions of about so many units as are coded at once.
    pub(super) fn chunks(&self) -> Vec<Range<usize>> {
        let (mut chunks, mut start, mut units) = (Vec::new(), 0, 0);
        for (i, session) in self.sessions.iter().enumerate() {
            units += session.units.len();
            if units >= CHUNK_UNITS || i + 1 == self.sessions.len() {
                chunks.push(start..i + 1);
                (start, units) = (i + 1, 0);
            }
        }
        chunks
    }

    /// What the model says, session by session; `watch` hears how many units are done.
    ///
    /// # Errors
    /// If the tokenizer or the engine fails.
    pub fn code(
        &self,
        model: &Model,
        watch: &mut dyn FnMut(usize),
    ) -> Result<Vec<Vec<Coding>>, model::Error> {
        let mut codings: Vec<Vec<Coding>> = Vec::with_capacity(self.sessions.len());
        for chunk in self.chunks() {
            let reading = model.read(&self.sessions[chunk.clone()])?;
            let coded = (0..chunk.len()).into_par_iter().map(|i| Ok(reading.score(i)?.codings()));
            codings.extend(coded.collect::<Result<Vec<_>, model::Error>>()?);
            watch(codings.iter().map(Vec::len).sum());
        }
        Ok(codings)
    }

    /// The figures of codings as [`Material::code`] gives them.
    #[must_use]
    pub fn report(&self, codings: &[Vec<Coding>], bootstrap: &Bootstrap) -> Report {
        let mut units = Vec::new();
        // Two clients of one group may both have a session 1.
        let numbers: Vec<String> = (0..self.sessions.len()).map(|i| i.to_string()).collect();
        let sessions = self.sessions.iter().zip(&self.about).zip(&numbers);
        for (((session, about), number), codings) in sessions.zip(codings) {
            for ((unit, &gold), &coding) in session.units.iter().zip(&about.gold).zip(codings) {
                units.push(report::Scored {
                    source: &about.source,
                    cluster: &about.cluster,
                    session: number,
                    speaker: unit.speaker,
                    gold,
                    coding,
                });
            }
        }
        report::evaluate(&units, bootstrap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Material, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk.csv");
        std::fs::write(&path, text).unwrap();
        Material::read(&[path])
    }

    #[test]
    fn sessions_clusters_and_codes() {
        let material = read(
            "session_id,client_id,speaker,text,codes,more\n\
             a,k,client,one,motivation|emotional!,x\na,k,therapist,two,cognitive,x\nb,,note:S,three,,x\n",
        )
        .unwrap();
        assert_eq!(material.sessions.iter().map(|s| s.units.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(material.sessions[0].units[1].id, "1");
        let clusters: Vec<_> = material.about.iter().map(|about| about.cluster.as_str()).collect();
        assert_eq!((clusters, material.off_side()), (vec!["k", "b"], 1));
        assert_eq!(material.about[0].gold[0].to_string(), "emotional|motivation");
        let chunks = material.chunks();
        assert_eq!((material.about[0].source.as_str(), chunks.len(), chunks[0].clone()), ("talk", 1, 0..2));
    }

    #[test]
    fn files_of_one_name_are_two_sources() {
        let dir = tempfile::tempdir().unwrap();
        let file = |folder: &str| {
            let path = dir.path().join(folder).join("codes.csv");
            std::fs::create_dir(dir.path().join(folder)).unwrap();
            std::fs::write(&path, "session_id,speaker,text,codes\na,client,x,NA\n,,,\n").unwrap();
            path
        };
        let material = Material::read(&[file("an"), file("be")]).unwrap();
        let sources: Vec<_> = material.about.iter().map(|about| about.source.as_str()).collect();
        assert_eq!((sources, material.notices.len()), (vec!["codes", "codes (2)"], 2));
    }

    #[test]
    fn rows_of_a_session_find_together() {
        let material = read(
            "session_id,client_id,group,utterance_id,speaker,text,codes\n\
             1,k,,1,client,one,\n1,m,g,1,client,other,\n1,k,h,2,client,two,\n1,,,3,client,three,\n2,NaN,,1,client,x,\n",
        )
        .unwrap();
        let ids = |session: &Session| session.units.iter().map(|unit| unit.id.clone()).collect::<String>();
        assert_eq!(material.sessions.iter().map(ids).collect::<Vec<_>>(), ["123", "1", "1"]);
        let clusters: Vec<_> = material.about.iter().map(|about| about.cluster.as_str()).collect();
        assert_eq!((clusters, material.repeated()), (vec!["h", "g", "2"], 0));
        let told = material.notices.join("\n");
        for part in ["rows of 1 session do not stand together", "1 session of 3 without group", "is NaN"] {
            assert!(told.contains(part), "{told}");
        }
        let twice = read(
            "session_id,client_id,utterance_id,speaker,text,codes\n\
             a,,1,client,x,\na,,1,client,x,\nb,nan,1,client,x,\nk,,1,client,x,\nc,k,1,client,x,\n",
        )
        .unwrap();
        let clusters: Vec<_> = twice.about.iter().map(|about| about.cluster.as_str()).collect();
        assert_eq!((twice.repeated(), clusters), (1, vec!["a", "b", "session k", "k"]));
        assert!(
            twice.notices.join("\n").contains("3 sessions of 4 without client_id"),
            "{:?}",
            twice.notices
        );
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let of = |text: &str| read(text).unwrap_err().to_string();
        assert!(of("session_id,speaker,text,codes\na,Bob,x,\n").contains("record 1: the speaker is none"));
        let shifted = of("session_id,speaker,text,codes\na,client,x,never told anyone\n");
        assert!(shifted.contains("record 1: ") && !shifted.contains("told"), "{shifted}");
        assert!(of("session_id,speaker,text,codes\na,client,x,joy\n").contains("record 1: 'joy' is not"));
        assert!(of("session_id,speaker,text\na,client,x\n").contains("no column 'codes'"));
        let merged = of("session_id,speaker,text,codes\na,client,x,\n,client,y,\n");
        assert!(
            merged.contains("record 2: session_id is empty") && merged.contains("fill it down"),
            "{merged}"
        );
        assert!(of("session_id,speaker,text,codes\n").contains("no unit"));
        assert!(Material::read(&["no/such.csv".into()]).unwrap_err().to_string().starts_with("no/such.csv"));
    }
}
