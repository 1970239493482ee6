//! CHAT, the format of `TalkBank` and CLAN: `*THE:` before every utterance, headers behind `@`, tiers about it behind `%`.
//!
//! After the CHAT manual (by B. `MacWhinney`, <https://doi.org/10.21415/3mhn-0z89>). Every utterance is a unit, with the times of its
//! bullets; see `words` for what of it are words. Of the headers `@Participants` and `@ID` say whose the codes are ([`Voices`]); other
//! headers but `@Date` and ids, and all tiers below utterances, hold nothing that speakers say. Where `@Begin` comes once more behind
//! utterances, the next session begins.

mod words;

use super::sink::{Context, Sink};
use super::turns::{self, Turn};
use super::{header, speakers};
use crate::transcript::{Session, Speaker, counted};
use std::collections::BTreeMap;

const NO_CODE: &str = "an utterance without the code of its speaker; begin it with *CODE: and a tab";
const STRAY: &str = "neither an utterance (*), a header (@) nor a tier (%); begin a line that goes on with the one above with a tab";
const NOTHING: &str = "no utterance found; one begins with * and the code of a speaker";

/// Whether a text is CHAT, by its first lines.
pub(super) fn is_chat(start: &str) -> bool {
    let mut lines = start.lines().map(str::trim_end);
    let begins = |line: &str| line == "@Begin" || line.starts_with("@Participants:");
    matches!(lines.next(), Some("@UTF8")) || lines.take(8).any(begins)
}

/// One session of the file, being read.
struct Draft {
    session: Session,
    id_given: bool,
    /// Where it begins.
    line: usize,
    people: People,
    said: Vec<Said>,
    /// Number, line and fault of what is no utterance.
    broken: Vec<(u64, u64, &'static str)>,
}

/// Those whom the headers name, by their codes in capitals.
type People = BTreeMap<String, Person>;

/// What headers say of somebody.
#[derive(Default)]
struct Person {
    /// What they are, as `@Participants` and `@ID` have it.
    roles: Vec<String>,
    name: Option<String>,
}

/// An utterance, before anybody knows whose it is.
struct Said {
    line: usize,
    code: String,
    words: words::Utterance,
}

pub(super) fn parse(text: &str, context: &Context, sink: &mut Sink) {
    let mut done = Vec::new();
    let mut draft = Draft::new(1, context.session(None));
    let mut record = 0;
    for (line, tier) in logical(text) {
        if tier == "@Begin" && !draft.is_empty() {
            let next = Draft::new(line, header::next_session(done.len() + 2, context));
            done.push(std::mem::replace(&mut draft, next));
        }
        draft.read(line, &tier, &mut record, sink);
    }
    if done.is_empty() || !draft.is_empty() {
        done.push(draft);
    }
    let several = done.len() > 1;
    let mut others = 0;
    for draft in done {
        let line = draft.line;
        others += draft.said.iter().map(|said| said.words.others).sum::<usize>();
        if let Err(reason) = draft.finish(&context.options.therapist, sink) {
            sink.refuse(if several { format!("the session from line {line}: {reason}") } else { reason });
        }
    }
    if others > 0 {
        let times = counted(others, "time");
        sink.notice(format!("what somebody else says within an utterance (&*CODE:…), {times}: left out"));
    }
}

/// Lines with their numbers, those that begin with a tab joined to the one above.
fn logical(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        match lines.last_mut() {
            Some((_, above)) if line.starts_with(['\t', ' ']) => {
                above.push(' ');
                above.push_str(line.trim());
            }
            _ if line.trim().is_empty() => {}
            _ => lines.push((number, line.trim().to_owned())),
        }
    }
    lines
}

impl Draft {
    fn new(line: usize, session: Session) -> Self {
        let (people, said, broken) = (People::new(), Vec::new(), Vec::new());
        Draft { session, id_given: false, line, people, said, broken }
    }

    fn is_empty(&self) -> bool {
        self.said.is_empty() && self.broken.is_empty()
    }

    fn read(&mut self, line: usize, tier: &str, record: &mut u64, sink: &mut Sink) {
        if let Some(header) = tier.strip_prefix('@') {
            return self.header(line, header, sink);
        }
        if tier.starts_with('%') {
            return;
        }
        *record += 1;
        let parted = tier.strip_prefix('*').map(|utterance| utterance.split_once(':'));
        let fault = match parted {
            Some(Some((code, words))) if is_code(code.trim()) => {
                let (code, words) = (code.trim().to_owned(), words::read(words));
                return self.said.push(Said { line, code, words });
            }
            Some(_) => NO_CODE,
            None => STRAY,
        };
        self.broken.push((*record, line as u64, fault));
    }

    fn header(&mut self, line: usize, header: &str, sink: &mut Sink) {
        if let Some(field) = header::field(header) {
            header::apply(field, line, &mut self.session, &mut self.id_given, sink);
        }
        match header.split_once(':').map(|(key, value)| (key.trim(), value)) {
            Some(("Participants", people)) => people.split(',').for_each(|one| self.participant(one)),
            // Language, corpus, code, age, sex, group, status, role.
            Some(("ID", fields)) => {
                let fields: Vec<&str> = fields.split('|').map(str::trim).collect();
                if let (Some(&code), Some(&role)) = (fields.get(2), fields.get(7))
                    && !(code.is_empty() || role.is_empty())
                {
                    self.person(code).roles.push(role.replace('_', " "));
                }
            }
            _ => {}
        }
    }

    /// `THE Therapist`, `CLI Mina Client`.
    fn participant(&mut self, entry: &str) {
        let words: Vec<String> = entry.split_whitespace().map(|word| word.replace('_', " ")).collect();
        let Some((code, called)) = words.split_first() else { return };
        let person = self.person(code);
        if let Some((role, name)) = called.split_last() {
            person.roles.push(role.clone());
            person.name = Some(name.join(" ")).filter(|name| !name.is_empty());
        }
    }

    fn person(&mut self, code: &str) -> &mut Person {
        self.people.entry(code.to_uppercase()).or_default()
    }

    /// Hands out the session; an error is the reason to refuse it.
    fn finish(self, therapists: &[String], sink: &mut Sink) -> Result<(), String> {
        let Draft { mut session, people, said, broken, .. } = self;
        if said.is_empty() {
            return Err(NOTHING.to_owned());
        }
        let mut voices = Voices { people: &people, therapists, labels: BTreeMap::new(), clients: 0 };
        let mut turns = Vec::with_capacity(said.len());
        for Said { line, code, words } in said {
            let label = voices.label(&code, line, sink);
            turns.push(Turn { label, text: words.text, start: words.start, end: words.end });
        }
        let count = turns.len();
        turns::into_units(turns, &mut session, therapists, sink)?;
        session.labels = names(&session.labels, &people);
        sink.met(count + broken.len());
        sink.session(session);
        for (record, line, fault) in broken {
            sink.reject(record, line, fault.to_owned());
        }
        Ok(())
    }
}

fn is_code(code: &str) -> bool {
    !code.is_empty() && !code.contains(char::is_whitespace)
}

/// What may name somebody: names of participants, and codes that are not short for what they are (`PAR` of `Participant`).
fn names(labels: &[String], people: &People) -> Vec<String> {
    let is_short = |label: &str| {
        let code = label.to_uppercase();
        let begin = code.trim_end_matches(|c: char| c.is_ascii_digit());
        let short = |role: &String| role.split(' ').any(|word| word.to_uppercase().starts_with(begin));
        people.get(&code).is_some_and(|person| person.roles.iter().any(short))
    };
    let labels = labels.iter().map(String::as_str).filter(|label| !is_short(label));
    speakers::names(labels.chain(people.values().filter_map(|person| person.name.as_deref())))
}

/// Whom codes stand for. Whose code, role or name is given with `--therapist` is the therapist; else a role, or a name, that is a role
/// word says who it is, and several clients are numbered as they come; else the code is the label.
struct Voices<'a> {
    people: &'a People,
    therapists: &'a [String],
    /// What was told before, by code.
    labels: BTreeMap<String, String>,
    clients: usize,
}

impl Voices<'_> {
    fn label(&mut self, code: &str, line: usize, sink: &mut Sink) -> String {
        if let Some(label) = self.labels.get(code) {
            return label.clone();
        }
        if !self.people.is_empty() && !self.people.contains_key(&code.to_uppercase()) {
            sink.notice_once("unknown code", || {
                format!("line {line} has a speaker whom @Participants does not name: read by the code alone, here and elsewhere")
            });
        }
        let label = self.tell(code);
        self.labels.insert(code.to_owned(), label.clone());
        label
    }

    fn tell(&mut self, code: &str) -> String {
        let Some(person) = self.people.get(&code.to_uppercase()) else { return code.to_owned() };
        let is_named = |word: &str| {
            // As the file has it, too: `Dr_Field`.
            speakers::is_named(word, self.therapists)
                || speakers::is_named(&word.replace(' ', "_"), self.therapists)
        };
        let mut called = person.roles.iter().chain(&person.name).map(String::as_str);
        // The label has to be the one that was given.
        if let Some(named) = std::iter::once(code).chain(called.clone()).find(|word| is_named(word)) {
            let as_given = speakers::is_named(named, self.therapists);
            return if as_given { named.to_owned() } else { named.replace(' ', "_") };
        }
        let Some(role) = called.find(|word| speakers::role(word).is_some()) else { return code.to_owned() };
        let numbered = role.ends_with(|c: char| c.is_ascii_digit());
        if speakers::role(role) == Some(Speaker::Client(1)) && !numbered {
            self.clients += 1;
            if self.clients > 1 {
                return format!("{role} {}", self.clients);
            }
        }
        role.to_owned()
    }
}
