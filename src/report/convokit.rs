//! `convokit/`: the sessions as a corpus folder that the Python package `ConvoKit` loads.
//!
//! An utterance is called by the number of its row in `utterances.csv`, from 1, for ids of units are unique within a
//! session only; its own ids stand in its meta, with the codes and the probability of every code that its speaker may
//! carry. A conversation is a session, called by its first utterance. Every utterance replies to the one before it.

use super::folder::{Draft, Error, Folder, Whole};
use super::run::Model;
use crate::codebook::Code;
use crate::coding::{CodedSession, Coding};
use crate::transcript::{Session, Speaker, Unit};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

const UTTERANCES: &str = "convokit/utterances.jsonl";
const SPEAKERS: &str = "convokit/speakers.json";
const CONVERSATIONS: &str = "convokit/conversations.json";
const CORPUS: &str = "convokit/corpus.json";
const INDEX: &str = "convokit/index.json";

/// The folder.
pub(super) const FOLDER: &str = "convokit";

/// All files of the folder.
pub(super) const FILES: [&str; 5] = [UTTERANCES, SPEAKERS, CONVERSATIONS, CORPUS, INDEX];

/// The corpus while it is written. Utterances and conversations go to disk as they come; of speakers their names and
/// roles are kept.
#[derive(Debug)]
pub(super) struct Convokit {
    folder: Folder,
    utterances: Draft,
    conversations: Draft,
    speakers: BTreeMap<String, Speaker>,
    /// Utterances so far.
    written: u64,
    model: Model,
}

impl Convokit {
    pub(super) fn create(folder: &Folder, model: &Model) -> Result<Convokit, Error> {
        Ok(Convokit {
            folder: folder.clone(),
            utterances: folder.draft(UTTERANCES)?,
            conversations: folder.draft(CONVERSATIONS)?,
            speakers: BTreeMap::new(),
            written: 0,
            model: model.clone(),
        })
    }

    /// Adds a session.
    pub(super) fn write(&mut self, session: &CodedSession) -> Result<(), Error> {
        self.add(session).map_err(|cause| self.failed(UTTERANCES, cause))
    }

    fn failed(&self, name: &str, cause: io::Error) -> Error {
        Error { action: "write", path: self.folder.path_of(name), cause }
    }

    fn add(&mut self, coded: &CodedSession) -> io::Result<()> {
        let (session, first) = (&coded.session, self.written + 1);
        if !session.units.is_empty() {
            let before = if self.written == 0 { "{" } else { "," };
            let meta = json!({
                "session_id": session.id,
                "client_id": session.client_id,
                "session_number": session.number,
                "date": session.date,
                "therapist_id": session.therapist_id,
            });
            write!(self.conversations, "{before}\n\"{first}\": {}", json!({"meta": meta, "vectors": []}))?;
        }
        for (unit, coding) in session.units.iter().zip(&coded.codings) {
            self.written += 1;
            let speaker = person(session, unit.speaker);
            let utterance = json!({
                "id": self.written.to_string(),
                "conversation_id": first.to_string(),
                "text": unit.text,
                "speaker": speaker,
                "meta": meta(session, unit, coding),
                "reply_to": (self.written > first).then(|| (self.written - 1).to_string()),
                "timestamp": unit.start,
                "vectors": [],
            });
            writeln!(self.utterances, "{utterance}")?;
            self.speakers.entry(speaker).or_insert(unit.speaker);
        }
        Ok(())
    }

    /// Completes the files under their temporary names.
    pub(super) fn seal(mut self) -> Result<Vec<Whole>, Error> {
        let end = if self.written == 0 { "{}\n" } else { "\n}\n" };
        self.conversations.write_all(end.as_bytes()).map_err(|cause| self.failed(CONVERSATIONS, cause))?;
        let speakers: Map<_, _> = self
            .speakers
            .iter()
            .map(|(name, speaker)| (name.clone(), json!({"meta": {"role": role(*speaker)}, "vectors": []})))
            .collect();
        let corpus = json!({
            "name": env!("CARGO_PKG_NAME"),
            "program": format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
            "model": format!("{} {}", self.model.name, self.model.version),
            "about": "Codes are suggestions to look at, given by a model, not findings about a person.",
        });
        let small = [(SPEAKERS, Value::Object(speakers)), (INDEX, index(&corpus)), (CORPUS, corpus)];
        let mut whole = Vec::new();
        for (name, content) in small {
            let mut draft = self.folder.draft(name)?;
            writeln!(draft, "{content:#}").map_err(|cause| self.failed(name, cause))?;
            whole.push(draft.seal()?);
        }
        whole.push(self.conversations.seal()?);
        whole.push(self.utterances.seal()?);
        Ok(whole)
    }
}

/// Who speaks, over all sessions: by the ids given, else a person of this session alone.
fn person(session: &Session, speaker: Speaker) -> String {
    let alone = || format!("{speaker} of {}", session.id);
    match (speaker, &session.therapist_id, &session.client_id) {
        (Speaker::Therapist, Some(id), _) => format!("therapist {id}"),
        (Speaker::Client(_), _, Some(id)) => format!("{speaker} {id}"),
        (Speaker::Note(_), _, Some(id)) => format!("note on {id}"),
        (Speaker::Note(_), _, None) => format!("note of {}", session.id),
        _ => alone(),
    }
}

fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Therapist => "therapist",
        Speaker::Client(_) => "client",
        Speaker::Note(_) => "note",
    }
}

fn meta(session: &Session, unit: &Unit, coding: &Coding) -> Value {
    let mut meta = Map::new();
    meta.insert("session_id".to_owned(), json!(session.id));
    meta.insert("utterance_id".to_owned(), json!(unit.id));
    meta.insert("role".to_owned(), json!(unit.speaker.to_string()));
    meta.insert("start".to_owned(), json!(unit.start));
    meta.insert("end".to_owned(), json!(unit.end));
    meta.insert("codes".to_owned(), json!(coding.codes.iter().map(Code::name).collect::<Vec<_>>()));
    for code in Code::ALL {
        // Four places, as in the tables.
        let probability = (f64::from(coding.probability(code)) * 1e4).round() / 1e4;
        let value = unit.speaker.may_carry(code).then_some(probability);
        meta.insert(code.name().to_owned(), json!(value));
    }
    Value::Object(meta)
}

/// What stands where, in the words of Python.
fn index(corpus: &Value) -> Value {
    let of = |kind: &str| json!([format!("<class '{kind}'>")]);
    let text =
        |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), of("str"))).collect::<Map<_, _>>();
    let mut utterances = text(&["session_id", "utterance_id", "role"]);
    utterances.insert("codes".to_owned(), of("list"));
    for name in ["start", "end"].into_iter().chain(Code::ALL.map(Code::name)) {
        utterances.insert(name.to_owned(), of("float"));
    }
    let mut conversations = text(&["session_id", "client_id", "date", "therapist_id"]);
    conversations.insert("session_number".to_owned(), of("int"));
    let overall: Vec<_> = corpus.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    json!({
        "utterances-index": utterances,
        "speakers-index": text(&["role"]),
        "conversations-index": conversations,
        "overall-index": text(&overall),
        "version": 1,
        "vectors": [],
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn written(sessions: &[CodedSession]) -> BTreeMap<&'static str, String> {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut corpus = Convokit::create(&folder, &sample::model()).unwrap();
        sessions.iter().for_each(|session| corpus.write(session).unwrap());
        corpus.seal().unwrap().into_iter().for_each(|whole| whole.publish().unwrap());
        FILES.map(|file| (file, std::fs::read_to_string(dir.path().join(file)).unwrap())).into()
    }

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn sessions_are_conversations_of_utterances() {
        let files = written(&[sample::session(), sample::session()]);
        let utterances: Vec<_> = files[UTTERANCES].lines().map(json).collect();
        let get = |key: &str| utterances.iter().map(|it| it[key].clone()).collect::<Vec<_>>();
        assert_eq!(get("id"), ["1", "2", "3", "4", "5", "6"]);
        assert_eq!(get("conversation_id"), ["1", "1", "1", "4", "4", "4"]);
        assert_eq!(json!(get("reply_to")), json!([null, "1", "2", null, "4", "5"]));
        assert_eq!(get("speaker")[..2], ["therapist of s <1>", "client k1"]);
        let meta = &utterances[1]["meta"];
        assert_eq!(
            (&meta["codes"], &meta["cognitive"]),
            (&json!(["cognitive", "resistance_fear"]), &json!(0.875))
        );
        assert_eq!((&meta["empathy"], &meta["utterance_id"]), (&Value::Null, &json!("2")));
        let conversations = json(&files[CONVERSATIONS]);
        assert_eq!(conversations["4"]["meta"]["client_id"], "k1");
        assert_eq!(json(&files[SPEAKERS])["client k1"]["meta"]["role"], "client");
    }

    #[test]
    fn the_index_names_what_is_there() {
        let files = written(&[sample::session()]);
        let index = json(&files[INDEX]);
        let names = |value: &Value| {
            value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>()
        };
        let first = json(files[UTTERANCES].lines().next().unwrap());
        assert_eq!(names(&index["utterances-index"]), names(&first["meta"]));
        let conversations = json(&files[CONVERSATIONS]);
        assert_eq!(names(&index["conversations-index"]), names(&conversations["1"]["meta"]));
        assert_eq!(names(&index["overall-index"]), names(&json(&files[CORPUS])));
    }

    #[test]
    fn no_session_is_an_empty_corpus() {
        let files = written(&[]);
        assert_eq!((files[UTTERANCES].as_str(), files[CONVERSATIONS].as_str()), ("", "{}\n"));
    }
}
