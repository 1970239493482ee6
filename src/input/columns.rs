//! The columns of tables, which are also the keys of JSONL, and the names they go by in a file.

use super::marks::bare;
use super::{Error, markup, speakers, turns};
use std::collections::BTreeMap;
use std::str::FromStr;

/// What a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    SessionId,
    UtteranceId,
    Speaker,
    Text,
    Note,
    ClientId,
    SessionNumber,
    Date,
    TherapistId,
    Start,
    End,
}

const KEYS: usize = 11;

impl Key {
    const ALL: [Key; KEYS] = [
        Key::SessionId,
        Key::UtteranceId,
        Key::Speaker,
        Key::Text,
        Key::Note,
        Key::ClientId,
        Key::SessionNumber,
        Key::Date,
        Key::TherapistId,
        Key::Start,
        Key::End,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Key::SessionId => "session_id",
            Key::UtteranceId => "utterance_id",
            Key::Speaker => "speaker",
            Key::Text => "text",
            Key::Note => "note",
            Key::ClientId => "client_id",
            Key::SessionNumber => "session_number",
            Key::Date => "date",
            Key::TherapistId => "therapist_id",
            Key::Start => "start",
            Key::End => "end",
        }
    }

    /// Other names that are usual for the column, in the form of [`normal`]; of several in a table the first counts.
    const fn usual(self) -> &'static [&'static str] {
        match self {
            Key::SessionId => {
                &["session", "transcriptid", "conversationid", "dialogueid", "interviewid", "callid"]
            }
            Key::UtteranceId => &[
                "utteranceno",
                "utterancenumber",
                "utteranceindex",
                "turnid",
                "turnno",
                "turnnumber",
                "turnindex",
                "turn",
                "lineid",
                "lineno",
                "linenumber",
                "line",
            ],
            Key::Speaker => &[
                "role",
                "speakerrole",
                "speakerlabel",
                "speakername",
                "speakerid",
                "whospoke",
                "whospeaks",
                "spokenby",
                "who",
                "voice",
                "interlocutor",
                "talker",
            ],
            Key::Text => &["utterancetext", "turntext"],
            Key::Note => &[],
            Key::ClientId => &[
                "clientno",
                "clientnr",
                "clientnumber",
                "clientcode",
                "patientid",
                "patientno",
                "patientnr",
                "patientnumber",
                "patientcode",
                "caseid",
                "caseno",
                "casenumber",
            ],
            Key::SessionNumber => COUNTED,
            Key::Date => &[
                "sessiondate",
                "dateofsession",
                "appointmentdate",
                "dateofservice",
                "servicedate",
                "visitdate",
                "dos",
            ],
            Key::TherapistId => &[
                "therapistno",
                "therapistnumber",
                "therapistcode",
                "clinicianid",
                "cliniciancode",
                "counsellorid",
                "counselorid",
            ],
            Key::Start => &["starttime", "onset", "begin", "begintime"],
            Key::End => &["endtime", "offset", "stop", "stoptime"],
        }
    }

    /// Names under which a table has its words, or something else beside them: `utterance` may be a number, `content` a topic.
    /// They count where only one of them is there.
    const fn vague(self) -> &'static [&'static str] {
        match self {
            Key::Text => &["utterance", "verbatim", "transcription", "transcript", "speech", "content"],
            _ => &[],
        }
    }
}

/// Names of a session's number, which tell sessions apart where nothing else does.
const COUNTED: &[&str] = &["sessionno", "sessionnr", "sessionnum", "session#", "sessionnumber"];

/// Names of columns that say whose session it is, or something else: who speaks, what it is about, somebody's words. The
/// cells decide, see [`may_be_ids`].
const WHOSE: [&str; 12] = [
    "client",
    "patient",
    "participantid",
    "participantno",
    "participantnumber",
    "participantcode",
    "participant",
    "subjectid",
    "subjectno",
    "subject",
    "case",
    "casecode",
];

/// Whether the cells of a column among [`WHOSE`] may be ids of clients, each beside the session of its row: `K1`, `Client 1`,
/// and `Anna` where the column is called `client` or `patient`. An id that comes back in a session after another one is
/// rather that of who speaks.
pub(super) fn may_be_ids<'a>(name: &str, cells: impl Iterator<Item = (Option<&'a str>, &'a str)>) -> bool {
    const LONGEST: usize = 32;
    let whom = matches!(name, "client" | "patient");
    let mut met: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (session, cell) in cells {
        let digit = cell.contains(|c: char| c.is_ascii_digit());
        let fits = digit || whom && !cell.contains(char::is_whitespace);
        let before = met.entry(session).or_default();
        if before.last() == Some(&cell) {
            continue;
        }
        if !fits || cell.len() > LONGEST || before.contains(&cell) {
            return false;
        }
        before.push(cell);
    }
    true
}

/// The names of all keys, for messages.
pub(super) fn names() -> String {
    Key::ALL.map(Key::name).join(", ")
}

/// Other names for columns, as `--map text=utterance_text,speaker=interlocutor` gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap([Option<String>; KEYS]);

impl ColumnMap {
    /// Gives a key another column.
    ///
    /// # Errors
    /// If there is no such key, the column has no name, or the key has a column already.
    pub fn set(&mut self, key: &str, column: &str) -> Result<(), Error> {
        let (key, column) = (key.trim(), column.trim());
        if column.is_empty() {
            return Err(Error::BadMap(format!("{key}=")));
        }
        let known = Key::ALL.into_iter().find(|known| normal(known.name()) == normal(key));
        let known = known.ok_or_else(|| Error::UnknownKey(key.to_owned()))?;
        if self.0[known as usize].replace(column.to_owned()).is_some() {
            return Err(Error::TwiceMapped(key.to_owned()));
        }
        Ok(())
    }
}

impl FromStr for ColumnMap {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut map = ColumnMap::default();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, column) = pair.split_once('=').ok_or_else(|| Error::BadMap(pair.trim().to_owned()))?;
            map.set(key, column)?;
        }
        Ok(map)
    }
}

/// Why the columns of a table cannot be used. Never quotes the file, whose first line may be speech when the header is
/// missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// A column that the map names is not there.
    #[error("the first line has no column '{column}', which --map gives for {key}")]
    Unmapped {
        /// The column, as the map names it.
        column: String,
        /// The key that it was given for.
        key: &'static str,
    },
    /// No column holds the words.
    #[error(
        "the first line has {columns} columns and none is 'text' or 'note'; \
         name the one with the words: --map text=COLUMN"
    )]
    NoWords {
        /// How many columns there are.
        columns: usize,
    },
    /// No column says who speaks, yet the rows are no notes.
    #[error(
        "the rows look like utterances but no column says who speaks; name it with \
         --map speaker=COLUMN (or, if they are notes, --map note=COLUMN)"
    )]
    NoSpeaker,
    /// The words begin with labels of speakers.
    #[error(
        "the words begin with labels of speakers (T: …); put these into a column of their own, called speaker \
         (or, if the rows are notes, --map note=COLUMN)"
    )]
    LabelsWithin,
    /// A column holds labels of speakers, and none is the speaker's.
    #[error(
        "column {column} seems to say who speaks, but is not called 'speaker'; name it with \
         --map speaker=COLUMN (or, if the rows are notes, --map note=COLUMN)"
    )]
    LostSpeaker {
        /// The number of the column, from 1.
        column: usize,
    },
}

/// The name as it is compared, without marks around it.
fn normal(name: &str) -> String {
    crate::transcript::column_name(bare(name))
}

/// Where each key stands among names.
pub(super) type Places = [Option<usize>; KEYS];

impl ColumnMap {
    /// Whether the key was given a column.
    pub(super) fn has(&self, key: Key) -> bool {
        self.0[key as usize].is_some()
    }

    /// Where each key stands among the names of columns: under the mapped name, or without a mapping under its own, or
    /// under one that is [usual](Key::usual) or [vague](Key::vague) for it where that column is nothing else.
    pub(super) fn places<'a>(&self, names: impl Iterator<Item = &'a str>) -> Places {
        let names: Vec<(&str, String)> = names.map(|name| (bare(name), normal(name))).collect();
        let mut at = Key::ALL.map(|key| {
            let own = self.0[key as usize].as_deref().unwrap_or(key.name());
            let strict = names.iter().position(|(name, _)| *name == own);
            strict.or_else(|| {
                let own = normal(own);
                names.iter().position(|(_, name)| *name == own)
            })
        });
        for key in Key::ALL {
            // Without a speaker nothing says that these are the words of somebody, and a note has its own name.
            let has = |key: Key| at[key as usize].is_some();
            let unlikely = match key {
                Key::Text => !has(Key::Speaker) || has(Key::Note),
                // The start of a session is one too.
                Key::Start => !has(Key::Speaker),
                Key::End => !has(Key::Start),
                _ => false,
            };
            if has(key) || self.0[key as usize].is_some() || unlikely {
                continue;
            }
            let free = |usual: &&str| {
                let found = names.iter().position(|(_, name)| name == usual);
                found.filter(|&found| !at.contains(&Some(found)))
            };
            // In a table of notes a participant is whom they are about.
            let turns = key == Key::Speaker
                && [Key::UtteranceId, Key::Start, Key::End].iter().any(|&key| at[key as usize].is_some());
            let participant = || if turns { free(&"participant") } else { None };
            let mut vague = key.vague().iter().filter_map(free);
            let alone = vague.next().filter(|_| vague.next().is_none());
            let counted = || if key == Key::SessionId { COUNTED.iter().find_map(free) } else { None };
            let spoken = has(Key::Speaker) && has(Key::Text);
            let asked = key == Key::ClientId && (spoken || has(Key::Note));
            let whose = || if asked { WHOSE.iter().find_map(free) } else { None };
            let found = key.usual().iter().find_map(free).or(alone);
            at[key as usize] = found.or_else(participant).or_else(counted).or_else(whose);
        }
        let [id, number, speaker] =
            [Key::SessionId, Key::SessionNumber, Key::Speaker].map(|key| key as usize);
        if at[id].is_none() && at[speaker].is_some() && self.0[id].is_none() && self.0[number].is_none() {
            at[id] = at[number].take();
        }
        at
    }

    /// Whether the session's id is only called `session`, or its number, and nothing else holds that: a whole number there is
    /// it.
    pub(super) fn counts<'a>(&self, at: &Places, mut names: impl Iterator<Item = &'a str>) -> bool {
        let free = self.0[Key::SessionId as usize].is_none() && at[Key::SessionNumber as usize].is_none();
        let name = at[Key::SessionId as usize].filter(|_| free).and_then(|at| names.nth(at)).map(normal);
        name.is_some_and(|name| name == "session" || COUNTED.contains(&name.as_str()))
    }

    /// The name of the column of `client_id`, if it is one of [`WHOSE`].
    pub(super) fn whose<'a>(
        &self,
        at: &Places,
        mut names: impl Iterator<Item = &'a str>,
    ) -> Option<&'static str> {
        let free = self.0[Key::ClientId as usize].is_none();
        let name = at[Key::ClientId as usize].filter(|_| free).and_then(|at| names.nth(at)).map(normal)?;
        WHOSE.into_iter().find(|whose| *whose == name)
    }
}

/// Where each key stands among the columns of one table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    at: Places,
    /// Whether the session's id may be its number.
    pub(super) counts: bool,
    /// The name of the column of `client_id`, if it may hold something else.
    pub(super) whose: Option<&'static str>,
    /// Whether every row is a whole note rather than one utterance.
    pub(super) notes: bool,
}

/// Whether a column is called as those are that hold words of a note: `addendum`, `note2`, `treatment plan`, not `note id`.
fn is_wordy(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "note",
        "text",
        "addend",
        "comment",
        "narrative",
        "subjective",
        "objective",
        "assessment",
        "plan",
        "intervention",
        "response",
        "behavio",
        "summary",
    ];
    let name = bare(name).to_lowercase();
    let last = name.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    WORDS.iter().any(|word| last.starts_with(word))
}

impl Columns {
    /// Finds the keys in the header. An error is the reason to refuse the table.
    pub(super) fn find(header: &[String], map: &ColumnMap) -> Result<Columns, Unusable> {
        let at = map.places(header.iter().map(String::as_str));
        for key in Key::ALL {
            if let (None, Some(mapped)) = (at[key as usize], &map.0[key as usize]) {
                return Err(Unusable::Unmapped { column: mapped.clone(), key: key.name() });
            }
        }
        let has = |key: Key| at[key as usize].is_some();
        if !has(Key::Text) && !has(Key::Note) {
            return Err(Unusable::NoWords { columns: header.len() });
        }
        let notes = !has(Key::Speaker);
        if notes && !has(Key::Note) && (has(Key::UtteranceId) || has(Key::Start) || has(Key::End)) {
            return Err(Unusable::NoSpeaker);
        }
        let counts = map.counts(&at, header.iter().map(String::as_str));
        let whose = map.whose(&at, header.iter().map(String::as_str));
        Ok(Columns { at, counts, whose, notes })
    }

    /// What is to be said of a header: columns of one name, and those that are not read where nothing says whose the sessions
    /// are. Only numbers, for a first line may be speech.
    pub(super) fn remarks(&self, header: &[String]) -> Vec<String> {
        let mut remarks = Vec::new();
        for key in Key::ALL {
            let Some(at) = self.at[key as usize] else { continue };
            let name = header.get(at).map_or_else(String::new, |name| normal(name));
            let other = (0..header.len()).find(|&other| other != at && normal(&header[other]) == name);
            if let Some(other) = other {
                let (read, key) = (at + 1, key.name());
                remarks.push(format!(
                    "columns {read} and {} have one name: {key} is read from column {read}",
                    other + 1
                ));
            }
        }
        let unread: Vec<usize> = (0..header.len()).filter(|at| !self.at.contains(&Some(*at))).collect();
        let words: Vec<usize> =
            unread.iter().copied().filter(|&at| self.notes && is_wordy(&header[at])).collect();
        if let [first, rest @ ..] = words.as_slice() {
            let more = if rest.is_empty() { String::new() } else { format!(", as {} more,", rest.len()) };
            remarks.push(format!(
                "column {}{more} seems to hold words of the note too, and is not read: join them in one column, or name another \
                 with --map note=COLUMN",
                first + 1
            ));
        }
        // A note is a session of its own, and only what is called a client's may say whose.
        let may_say =
            |name: &str| !self.notes || ["client", "patient"].iter().any(|who| normal(name).contains(who));
        let named: Vec<String> = unread
            .iter()
            .filter(|&&at| !bare(&header[at]).is_empty() && may_say(&header[at]))
            .map(|at| (at + 1).to_string())
            .collect();
        let told = self.has(Key::ClientId);
        if let (false, [rest @ .., last]) = (told, named.as_slice()) {
            let (which, are) = if rest.is_empty() {
                (format!("column {last}"), "is")
            } else {
                (format!("columns {} and {last}", rest.join(", ")), "are")
            };
            remarks.push(format!(
                "no column is client_id, and {which} of {} {are} not read: if one says whose the sessions are, name it with \
                 --map client_id=COLUMN",
                header.len()
            ));
        }
        remarks
    }

    /// Whether the rows are taken for notes for no other reason than that nobody is said to speak.
    pub(super) fn unspoken(&self) -> bool {
        self.notes && !self.has(Key::Note)
    }

    /// Refuses a table without a speaker if, in its first rows, another column holds the labels of speakers, or the words begin
    /// with them.
    pub(super) fn doubt<'a>(
        &self,
        rows: impl Iterator<Item = &'a [String]>,
        therapists: &[String],
    ) -> Result<(), Unusable> {
        if !self.unspoken() {
            return Ok(());
        }
        let rows: Vec<&[String]> = rows.collect();
        let width = rows.iter().map(|row| row.len()).max().unwrap_or_default();
        let labels = |&column: &usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
            speakers::are_labels(cells, therapists)
        };
        let lost = (0..width).filter(|&column| !self.at.contains(&Some(column))).find(labels);
        if let Some(lost) = lost {
            return Err(Unusable::LostSpeaker { column: lost + 1 });
        }
        let words: Vec<_> = rows.iter().map(|row| markup::shown(self.words(row))).collect();
        if turns::are_turns(words.iter().map(AsRef::as_ref), therapists) {
            return Err(Unusable::LabelsWithin);
        }
        Ok(())
    }

    /// Where in the header the columns stand that are used, in its order.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.at.into_iter().flatten().collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The cell of a key, trimmed; `None` if there is no such column or it is empty.
    pub(super) fn cell<'a>(&self, key: Key, cells: &'a [String]) -> Option<&'a str> {
        let cell = bare(cells.get(self.at[key as usize]?)?);
        // As Excel is told to leave a number as it is.
        let formula = cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"'));
        let cell = formula.filter(|cell| !cell.contains('"')).map_or(cell, bare);
        (!cell.is_empty()).then_some(cell)
    }

    /// The words of a row, as given.
    pub(super) fn words<'a>(&self, cells: &'a [String]) -> &'a str {
        let key =
            if self.notes && self.has(Key::Note) || !self.has(Key::Text) { Key::Note } else { Key::Text };
        self.at[key as usize].and_then(|i| cells.get(i)).map_or("", String::as_str)
    }

    /// Whether the table has a column for the key.
    pub(super) fn has(&self, key: Key) -> bool {
        self.at[key as usize].is_some()
    }
}

/// `4`, and `4.0` as pandas writes it.
pub(super) fn whole_number(text: &str) -> Option<u32> {
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_public_corpus_reads_with_a_map() {
        let map: ColumnMap =
            "session_id=transcript_id, speaker=interlocutor,text=utterance_text".parse().unwrap();
        let header =
            header("mi_quality,transcript_id,video_title,utterance_id,interlocutor,timestamp,utterance_text");
        let columns = Columns::find(&header, &map).unwrap();
        let row = super::tests::header("high,7,Title,0,therapist,00:00:01,Hello there. ");
        assert_eq!(columns.cell(Key::SessionId, &row), Some("7"));
        assert_eq!(columns.cell(Key::Speaker, &row), Some("therapist"));
        assert_eq!(columns.words(&row), "Hello there. ");
        assert!(!columns.notes);
    }

    #[test]
    fn names_are_loose_and_maps_are_strict() {
        let columns = Columns::find(&header("Session ID,Speaker,TEXT"), &ColumnMap::default()).unwrap();
        assert!(columns.has(Key::SessionId) && columns.has(Key::Text));
        let error = |text: &str| text.parse::<ColumnMap>().unwrap_err().to_string();
        assert!(error("words=x").contains("its keys are session_id, utterance_id, speaker, text"));
        assert!(error("text").contains("--map text=utterance_text"));
        assert!(error("text=").contains("not a column mapping"));
        assert!(error("text=a,text=b").contains("twice"));
        let map = "text=foo".parse().unwrap();
        let refused = Columns::find(&header("speaker,text"), &map).unwrap_err().to_string();
        assert!(refused.contains("no column 'foo'"), "{refused}");
    }

    #[test]
    fn notes_have_no_speaker_and_lost_speakers_are_no_notes() {
        let map = ColumnMap::default();
        assert!(Columns::find(&header("session_id,note"), &map).unwrap().notes);
        assert!(Columns::find(&header("session_id,text"), &map).unwrap().notes);
        assert!(Columns::find(&header("session_id,utterance_id,text"), &map).is_err());
        assert!(Columns::find(&header("a,b"), &map).unwrap_err().to_string().contains("2 columns"));
    }
}
