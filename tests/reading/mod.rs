//! Reading with the account held against what came out: for the tests of every reader.
#![allow(dead_code, reason = "every test asks for a part of it")]

use breakthrough::input::{self, Event, Options, Reading, Report};
use breakthrough::transcript::{Reject, Session};
use std::path::Path;

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

    /// Why records were rejected.
    pub(crate) fn reasons(&self) -> Vec<&str> {
        self.rejects.iter().map(|reject| reject.reason.as_str()).collect()
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
    assert_eq!(report.read, report.units + report.rejects, "{report:?}");
    assert!(sessions.iter().all(|session| !session.units.is_empty()));
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
