//! The thread that reads ahead: sources to chunks of sessions, in input order.

use super::deal;
use crate::input::{self, Causes, Event, Notice, Source};
use crate::report;
use crate::report::shard::Shard;
use crate::transcript::{Reject, Session};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::SystemTime;

/// Units after which a chunk is full. Chunks depend on the input alone, and change no digit. What is lost when a run is
/// killed, and how long a signal waits, is one chunk: some seconds.
const CHUNK_UNITS: usize = 1024;
/// Bytes of text after which a chunk is full.
const CHUNK_BYTES: usize = 1 << 20;

/// What the reading thread hands on.
pub(super) enum Message {
    Notice(Notice),
    Reject(Reject),
    Chunk(Chunk),
    /// The account of a file, and how many of its units were left to other shards.
    File(report::Input, u64),
}

/// Reads all sources; hands on the sessions that the shard takes, without one all of them. Ends early when nobody listens
/// any more.
pub(super) fn read(
    sources: &[Source],
    options: &input::Options,
    shard: Option<Shard>,
    send: &SyncSender<Message>,
) -> Option<()> {
    let files = sources.iter().filter_map(|source| match source {
        Source::File(path) => Some(path.as_path()),
        Source::Stdin => None,
    });
    let options = &input::Options { stems: input::Stems::of(files), ..options.clone() };
    let mut chunk = Chunk::default();
    let mut ids = Ids::default();
    let mut place = 0;
    for (file, source) in sources.iter().enumerate() {
        let before = stamp(source);
        let mut elsewhere = 0;
        let mut reading = match source {
            Source::File(path) => input::open(path, options),
            Source::Stdin => input::read(std::io::stdin().lock(), Path::new("-").into(), options),
        };
        for event in reading.by_ref() {
            match event {
                Event::Notice(notice) => send.send(Message::Notice(notice)).ok()?,
                Event::Reject(reject) => send.send(Message::Reject(reject)).ok()?,
                Event::Session(session) => {
                    for text in ids.remarks(file, &session) {
                        let notice = Notice { file: Arc::clone(&session.source), text };
                        send.send(Message::Notice(notice)).ok()?;
                    }
                    place += 1;
                    if shard.is_some_and(|shard| !deal::takes(shard, &session)) {
                        elsewhere += session.units.len() as u64;
                    } else if let Some(full) = chunk.add(place, session) {
                        send.send(Message::Chunk(full)).ok()?;
                    }
                }
            }
        }
        let mut account = account(reading.report());
        let name = &reading.report().file;
        if account.sha256.is_some() && stamp(source) != before {
            let reject = changed(name);
            account.records += 1;
            account.rejected += 1;
            send.send(Message::Reject(reject)).ok()?;
        }
        if account.records == 0 {
            let text = "holds no record, only a header".to_owned();
            send.send(Message::Notice(Notice { file: Arc::clone(name), text })).ok()?;
        }
        send.send(Message::File(account, elsewhere)).ok()?;
    }
    send.send(Message::Chunk(chunk)).ok()
}

/// Sessions until there are enough of them.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) sessions: Vec<Session>,
    /// The place of each among all sessions of the input, from 1.
    pub(super) places: Vec<u64>,
    units: usize,
    bytes: usize,
}

impl Chunk {
    /// Adds a session; gives the chunk out when it is full.
    pub(super) fn add(&mut self, place: u64, session: Session) -> Option<Chunk> {
        self.units += session.units.len();
        self.bytes += session.units.iter().map(|unit| unit.text.len()).sum::<usize>();
        self.sessions.push(session);
        self.places.push(place);
        let full = self.units >= CHUNK_UNITS || self.bytes >= CHUNK_BYTES;
        full.then(|| std::mem::take(self))
    }
}

/// Size and time of a file, to see whether it stays the same while it is read; `None` for what is no file, or gone.
fn stamp(source: &Source) -> Option<(u64, Option<SystemTime>)> {
    let Source::File(path) = source else { return None };
    let found = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((found.len(), found.modified().ok()))
}

/// The reject of a file that was written to while it was read: what was read of it may be neither its old nor its new
/// content, and its checksum that of neither.
fn changed(file: &Arc<Path>) -> Reject {
    Reject {
        file: Arc::clone(file),
        record: None,
        place: None,
        reason:
            "was changed or removed while it was read: its rows may be incomplete; run again when it is whole"
                .to_owned(),
    }
}

/// The ids of sessions met, to say where two things go by one id. Nothing is merged for it.
#[derive(Default)]
struct Ids {
    hash: RandomState,
    /// The file in which an id was first met. Ids by their hash: a collision, one in 10⁷ with a million sessions, costs a
    /// needless line.
    first_seen: HashMap<u64, u32>,
    elsewhere: Causes,
    twice: Causes,
}

impl Ids {
    fn remarks(&mut self, file: usize, session: &Session) -> Vec<String> {
        let mut remarks = Vec::new();
        let file = file as u32;
        if *self.first_seen.entry(self.hash.hash_one(&session.id)).or_insert(file) != file {
            let text = "a session of this id was in another file too; give session_id to tell them apart";
            remarks
                .extend(self.elsewhere.tell(|| text.to_owned(), "have an id that was in another file too"));
        }
        let mut seen = HashSet::new();
        let twice = session.units.iter().filter(|unit| !seen.insert(unit.id.as_str())).count();
        if twice > 0 {
            let text = "units have an id that stood in their session before; all are kept, but cannot be told apart by it";
            let more = "have units with an id that stood in them before";
            remarks.extend(self.twice.tell(|| format!("{twice} {text}"), more));
        }
        remarks
    }
}

fn account(report: &input::Report) -> report::Input {
    report::Input {
        path: report.file.display().to_string(),
        sha256: (!report.sha256.is_empty()).then(|| report.sha256.clone()),
        format: report.format.map(|format| format.name().to_owned()),
        encoding: report.encoding.map(str::to_owned),
        records: report.read,
        units: report.units,
        rejected: report.rejects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Speaker, Unit};
    use std::fs;
    use std::sync::mpsc::sync_channel;

    fn session(id: &str, units: &[&str]) -> Session {
        let unit = |id: &&str| Unit {
            id: (*id).to_owned(),
            speaker: Speaker::Client(1),
            text: String::new(),
            start: None,
            end: None,
        };
        let units = units.iter().map(unit).collect();
        Session { units, ..Session::new(id.to_owned(), Path::new("s.csv").into()) }
    }

    #[test]
    fn one_id_for_two_things_is_remarked() {
        let mut ids = Ids::default();
        assert!(ids.remarks(0, &session("a", &["1", "2"])).is_empty());
        assert!(ids.remarks(0, &session("a", &["3"])).is_empty(), "one more stretch of it");
        assert!(ids.remarks(1, &session("a", &["1"]))[0].contains("in another file too"));
        let doubles = ids.remarks(1, &session("b", &["1", "2", "1", "1"]));
        assert!(doubles[0].starts_with("2 units have an id"), "{doubles:?}");
        // A folder of files of one name for every client is told of once.
        let all: Vec<_> = (2..99).flat_map(|file| ids.remarks(file, &session("a", &["1", "1"]))).collect();
        assert_eq!(all.len(), 20);
        assert!(all.iter().any(|text| text.starts_with("more sessions have an id that was in another file")));
    }

    /// The file is changed while its first chunk waits to be fetched.
    #[test]
    fn a_file_that_changes_under_the_reader_is_rejected_as_well() {
        type Change = (&'static str, fn(&Path));
        let dir = tempfile::tempdir().unwrap();
        let row = |i: usize| format!("s{},{i},client,word\n", i / 100);
        let table: String = std::iter::once("session_id,utterance_id,speaker,text\n".to_owned())
            .chain((0..20 * CHUNK_UNITS).map(row))
            .collect();
        let changes: [Change; 3] = [
            ("grows", |path| {
                let mut more = fs::OpenOptions::new().append(true).open(path).unwrap();
                std::io::Write::write_all(&mut more, b"s,1,client,more\n").unwrap();
            }),
            ("shrinks", |path| {
                fs::OpenOptions::new().write(true).open(path).unwrap().set_len(1 << 18).unwrap();
            }),
            ("vanishes", |path| fs::remove_file(path).unwrap()),
        ];
        for (what, change) in changes {
            let path = dir.path().join(format!("{what}.csv"));
            fs::write(&path, &table).unwrap();
            let (send, receive) = sync_channel(1);
            let sources = [Source::File(path.clone())];
            let reader = std::thread::spawn(move || read(&sources, &input::Options::default(), None, &send));
            let mut units = 0;
            let (mut rejects, mut account) = (Vec::new(), None);
            for message in receive {
                match message {
                    Message::Chunk(chunk) => {
                        if units == 0 {
                            change(&path);
                        }
                        units += chunk.sessions.iter().map(|session| session.units.len() as u64).sum::<u64>();
                    }
                    Message::Reject(reject) => rejects.push(reject.reason),
                    Message::File(input, _) => account = Some(input),
                    Message::Notice(_) => {}
                }
            }
            reader.join().unwrap().unwrap();
            let account = account.unwrap();
            let told = rejects.iter().filter(|reason| reason.contains("while it was read")).count();
            assert_eq!(told, 1, "{what}: {rejects:?}");
            assert_eq!((account.units, account.rejected), (units, rejects.len() as u64), "{what}");
        }
    }
}
