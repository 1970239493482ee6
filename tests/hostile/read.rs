//! Reading with the account held against what came out.

use breakthrough::input::{self, Event, Options, Reading, Report};
use breakthrough::transcript::{Place, Reject, Session};
use std::path::{Path, PathBuf};

pub(crate) struct Got {
    pub(crate) sessions: Vec<Session>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) notices: Vec<String>,
    pub(crate) report: Report,
}

impl Got {
    /// `speaker|text` of every unit.
    pub(crate) fn units(&self) -> Vec<String> {
        let units = self.sessions.iter().flat_map(|session| &session.units);
        units.map(|unit| format!("{}|{}", unit.speaker, unit.text)).collect()
    }

    /// The reason for which the whole file was refused, and nothing else.
    pub(crate) fn refused(&self) -> &str {
        assert!(self.sessions.is_empty() && self.rejects.len() == 1, "{:?} {:?}", self.units(), self.rejects);
        &self.rejects[0].reason
    }

    /// The lines of the rejects.
    pub(crate) fn lines(&self) -> Vec<u64> {
        let line = |reject: &Reject| match reject.place {
            Some(Place::Line(line)) => line,
            _ => 0,
        };
        self.rejects.iter().map(line).collect()
    }
}

pub(crate) fn all(mut reading: Reading) -> Got {
    let (mut sessions, mut rejects, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for event in reading.by_ref() {
        match event {
            Event::Session(session) => sessions.push(session),
            Event::Reject(reject) => rejects.push(reject),
            Event::Notice(notice) => notices.push(notice.text),
        }
    }
    let report = reading.report().clone();
    let units: usize = sessions.iter().map(|session| session.units.len()).sum();
    assert_eq!((report.units, report.rejects), (units as u64, rejects.len() as u64));
    assert_eq!(report.read, report.units + report.rejects);
    for reject in &rejects {
        assert!(!reject.reason.is_empty() && !reject.reason.contains('\n'), "{reject:?}");
        assert_eq!(reject.record.is_some(), reject.place.is_some(), "{reject:?}");
    }
    Got { sessions, rejects, notices, report }
}

pub(crate) fn bytes(name: &str, bytes: impl AsRef<[u8]>) -> Got {
    with(name, bytes, &Options::default())
}

pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>, options: &Options) -> Got {
    all(input::read(bytes.as_ref(), Path::new(name).into(), options))
}

/// A file beside these tests.
pub(crate) fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile").join(path)
}

/// `small`, or `full` if that was asked for.
pub(crate) fn size(small: usize, full: usize) -> usize {
    if std::env::var_os("BREAKTHROUGH_FULL").is_some() { full } else { small }
}
