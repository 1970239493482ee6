//! `eaf/*.eaf`: sessions with times as ELAN annotation files (EAF 3.0).
//!
//! A tier for every speaker holds the words of the units that have a start and an end; what overlaps another unit of the same
//! speaker stands in a second one, `client (2)`. Below a tier stands one for every code that its units carry, `emotional@client`, whose annotations hold the probability and take their times from
//! the words. Sessions without such units get no file: times are never guessed.

use super::folder::{Error, Folder, Whole};
use super::run::Model;
use super::xml::clean;
use crate::codebook::Code;
use crate::coding::{CodedSession, Coding};
use crate::transcript::{Speaker, Unit};
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::collections::HashSet;
use std::io::{self, Write};

/// The folder below the output folder.
pub(super) const FOLDER: &str = "eaf";

/// The standard wants a time of making; this one keeps the bytes the same for the same input.
const MADE: &str = "1970-01-01T00:00:00+00:00";

/// The ELAN files of a run.
#[derive(Debug)]
pub(super) struct Eaf {
    folder: Folder,
    author: String,
    /// Names that are taken, in lower case: not every system tells `A` from `a`.
    names: HashSet<String>,
    whole: Vec<Whole>,
}

impl Eaf {
    pub(super) fn new(folder: Folder, model: &Model) -> Eaf {
        let author = format!("{} ({} {})", env!("CARGO_PKG_NAME"), model.name, model.version);
        Eaf { folder, author, names: HashSet::new(), whole: Vec::new() }
    }

    /// Writes the file of a session, if it has times.
    pub(super) fn write(&mut self, session: &CodedSession) -> Result<(), Error> {
        let tiers = tiers(session);
        if tiers.is_empty() {
            return Ok(());
        }
        let name = format!("{FOLDER}/{}.eaf", self.name(&session.session.id));
        let mut draft = self.folder.draft(&name)?;
        document(&mut draft, &tiers, &self.author).map_err(|cause| Error {
            action: "write",
            path: self.folder.path_of(&name),
            cause,
        })?;
        self.whole.push(draft.seal()?);
        Ok(())
    }

    /// Whether no session had times.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// The files, complete under their temporary names.
    pub(super) fn seal(self) -> Vec<Whole> {
        self.whole
    }

    /// A name of a file for a session: its id as far as it is letters, digits, `-`, `_` and `.`, and a number where that
    /// has been taken.
    fn name(&mut self, id: &str) -> String {
        // In bytes: a system takes 255 of them, and what is added to a draft, or to a name that is taken, must find room.
        const LONGEST: usize = 160;
        let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let name: String = id.chars().take(LONGEST).map(plain).collect();
        let name = name[..name.floor_char_boundary(LONGEST)].trim_start_matches('.');
        let name = if name.is_empty() { "session" } else { name };
        let candidates = std::iter::once(name.to_owned()).chain((2_u64..).map(|n| format!("{name}~{n}")));
        let mut free = candidates.filter(|name| self.names.insert(name.to_lowercase()));
        free.next().unwrap_or_default()
    }
}

/// A unit with times.
struct Speech<'a> {
    unit: &'a Unit,
    coding: &'a Coding,
    /// In milliseconds.
    start: u64,
    end: u64,
}

/// Units of one speaker, of which no two overlap, by time.
struct Tier<'a> {
    speaker: Speaker,
    /// 1, and 2 for what overlaps those in the first.
    number: usize,
    speeches: Vec<Speech<'a>>,
}

impl Tier<'_> {
    fn name(&self) -> String {
        match (self.speaker, self.number) {
            (speaker, 1) => speaker.to_string(),
            (speaker, number) => format!("{speaker} ({number})"),
        }
    }
}

/// The units with times, by speaker in the order of their first appearance. Within a tier nothing may overlap and
/// nothing may be empty: what has no length takes a millisecond.
fn tiers(session: &CodedSession) -> Vec<Tier<'_>> {
    let mut speakers: Vec<(Speaker, Vec<Speech>)> = Vec::new();
    for (unit, coding) in session.session.units.iter().zip(&session.codings) {
        let (Some(start), Some(end)) = (unit.start.and_then(milliseconds), unit.end.and_then(milliseconds))
        else {
            continue;
        };
        let speech = Speech { unit, coding, start, end: end.max(start + 1) };
        match speakers.iter_mut().find(|(speaker, _)| *speaker == unit.speaker) {
            Some((_, speeches)) => speeches.push(speech),
            None => speakers.push((unit.speaker, vec![speech])),
        }
    }
    speakers.into_iter().flat_map(|(speaker, speeches)| without_overlaps(speaker, speeches)).collect()
}

/// As few tiers as hold the units, each in the first that is free at its start.
fn without_overlaps(speaker: Speaker, mut speeches: Vec<Speech<'_>>) -> Vec<Tier<'_>> {
    speeches.sort_by_key(|speech| (speech.start, speech.end));
    let mut tiers: Vec<Tier> = Vec::new();
    for speech in speeches {
        let free = |tier: &&mut Tier| tier.speeches.last().is_none_or(|last| last.end <= speech.start);
        match tiers.iter_mut().find(free) {
            Some(tier) => tier.speeches.push(speech),
            None => tiers.push(Tier { speaker, number: tiers.len() + 1, speeches: vec![speech] }),
        }
    }
    tiers
}

fn milliseconds(seconds: f64) -> Option<u64> {
    // Longer than any session by far, and short of where floats lose milliseconds.
    (0.0..1e9).contains(&seconds).then(|| (seconds * 1e3).round() as u64)
}

fn document<W: Write>(to: &mut W, tiers: &[Tier], author: &str) -> io::Result<()> {
    to.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    let author = clean(author);
    let mut xml = Writer::new_with_indent(&mut *to, b' ', 1);
    let attributes = [
        ("AUTHOR", author.as_ref()),
        ("DATE", MADE),
        ("FORMAT", "3.0"),
        ("VERSION", "3.0"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:noNamespaceSchemaLocation", "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"),
    ];
    xml.create_element("ANNOTATION_DOCUMENT").with_attributes(attributes).write_inner_content(|xml| {
        let header = [("MEDIA_FILE", ""), ("TIME_UNITS", "milliseconds")];
        xml.create_element("HEADER").with_attributes(header).write_empty()?;
        time_order(xml, tiers)?;
        let (mut slot, mut annotation) = (0, 0);
        for tier in tiers {
            let first = annotation + 1;
            words(xml, tier, &mut slot, &mut annotation)?;
            for code in Code::ALL {
                probabilities(xml, tier, code, first, &mut annotation)?;
            }
        }
        for (id, alignable, constraint) in
            [("words", "true", None), ("code", "false", Some("Symbolic_Association"))]
        {
            let mut kind = xml.create_element("LINGUISTIC_TYPE");
            if let Some(constraint) = constraint {
                kind = kind.with_attribute(("CONSTRAINTS", constraint));
            }
            let attributes =
                [("GRAPHIC_REFERENCES", "false"), ("LINGUISTIC_TYPE_ID", id), ("TIME_ALIGNABLE", alignable)];
            kind.with_attributes(attributes).write_empty()?;
        }
        let constraint = [
            ("DESCRIPTION", "1-1 association with a parent annotation"),
            ("STEREOTYPE", "Symbolic_Association"),
        ];
        xml.create_element("CONSTRAINT").with_attributes(constraint).write_empty()?;
        Ok(())
    })?;
    to.write_all(b"\n")
}

/// Two slots a speech, numbered in the order of the tiers.
fn time_order<W: Write>(xml: &mut Writer<W>, tiers: &[Tier]) -> io::Result<()> {
    xml.create_element("TIME_ORDER").write_inner_content(|xml| {
        let times = tiers.iter().flat_map(|tier| &tier.speeches).flat_map(|it| [it.start, it.end]);
        for (index, time) in times.enumerate() {
            let (id, value) = (format!("ts{}", index + 1), time.to_string());
            let slot = [("TIME_SLOT_ID", id.as_str()), ("TIME_VALUE", &value)];
            xml.create_element("TIME_SLOT").with_attributes(slot).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn words<W: Write>(xml: &mut Writer<W>, tier: &Tier, slot: &mut u64, annotation: &mut u64) -> io::Result<()> {
    let (speaker, name) = (tier.speaker.to_string(), tier.name());
    let of = [("LINGUISTIC_TYPE_REF", "words"), ("PARTICIPANT", speaker.as_str()), ("TIER_ID", &name)];
    xml.create_element("TIER").with_attributes(of).write_inner_content(|xml| {
        for speech in &tier.speeches {
            *annotation += 1;
            *slot += 2;
            let id = format!("a{annotation}");
            let (from, to) = (format!("ts{}", *slot - 1), format!("ts{slot}"));
            let own = [("ANNOTATION_ID", id.as_str()), ("TIME_SLOT_REF1", &from), ("TIME_SLOT_REF2", &to)];
            value(xml, "ALIGNABLE_ANNOTATION", own, &speech.unit.text)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The tier of a code below that of the words, whose annotations are numbered from `first`; none where no unit of it
/// carries the code.
fn probabilities<W: Write>(
    xml: &mut Writer<W>,
    tier: &Tier,
    code: Code,
    first: u64,
    annotation: &mut u64,
) -> io::Result<()> {
    if !tier.speeches.iter().any(|speech| speech.coding.codes.contains(code)) {
        return Ok(());
    }
    let (speaker, parent) = (tier.speaker.to_string(), tier.name());
    let name = format!("{code}@{parent}");
    let of = [
        ("LINGUISTIC_TYPE_REF", "code"),
        ("PARENT_REF", parent.as_str()),
        ("PARTICIPANT", &speaker),
        ("TIER_ID", &name),
    ];
    xml.create_element("TIER").with_attributes(of).write_inner_content(|xml| {
        for (speech, words) in tier.speeches.iter().zip(first..) {
            if speech.coding.codes.contains(code) {
                *annotation += 1;
                let (id, of) = (format!("a{annotation}"), format!("a{words}"));
                let own = [("ANNOTATION_ID", id.as_str()), ("ANNOTATION_REF", &of)];
                value(xml, "REF_ANNOTATION", own, &format!("{:.4}", speech.coding.probability(code)))?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn value<W: Write, const N: usize>(
    xml: &mut Writer<W>,
    kind: &str,
    attributes: [(&str, &str); N],
    text: &str,
) -> io::Result<()> {
    xml.create_element("ANNOTATION").write_inner_content(|xml| {
        xml.create_element(kind).with_attributes(attributes).write_inner_content(|xml| {
            let text = clean(text);
            xml.create_element("ANNOTATION_VALUE").write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn written(sessions: &[CodedSession]) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut eaf = Eaf::new(folder, &sample::model());
        sessions.iter().for_each(|session| eaf.write(session).unwrap());
        eaf.seal().into_iter().for_each(|whole| whole.publish().unwrap());
        let Ok(entries) = std::fs::read_dir(dir.path().join(FOLDER)) else { return Vec::new() };
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .map(|it| (it.file_name().into_string().unwrap(), std::fs::read_to_string(it.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[test]
    fn a_tier_a_speaker_and_a_tier_a_code() {
        let mut session = sample::session();
        session.session.units[2].start = Some(4.0);
        let files = written(&[session]);
        assert_eq!(files[0].0, "s__1_.eaf");
        let tiers: Vec<_> =
            files[0].1.lines().filter(|line| line.contains("<TIER ")).map(str::trim).collect();
        assert_eq!(
            tiers,
            [
                r#"<TIER LINGUISTIC_TYPE_REF="words" PARTICIPANT="therapist" TIER_ID="therapist">"#,
                r#"<TIER LINGUISTIC_TYPE_REF="code" PARENT_REF="therapist" PARTICIPANT="therapist" TIER_ID="guidance@therapist">"#,
                r#"<TIER LINGUISTIC_TYPE_REF="words" PARTICIPANT="client" TIER_ID="client">"#,
                r#"<TIER LINGUISTIC_TYPE_REF="code" PARENT_REF="client" PARTICIPANT="client" TIER_ID="cognitive@client">"#,
                r#"<TIER LINGUISTIC_TYPE_REF="code" PARENT_REF="client" PARTICIPANT="client" TIER_ID="resistance_fear@client">"#,
            ]
        );
        // Therapist a1 with its code a2; client a3, a4; the second cognitive belongs to a4.
        assert!(files[0].1.contains(r#"<REF_ANNOTATION ANNOTATION_ID="a6" ANNOTATION_REF="a4">"#));
        assert!(files[0].1.contains("<ANNOTATION_VALUE>0.6250</ANNOTATION_VALUE>"));
    }

    #[test]
    fn turns_of_one_speaker_that_overlap_stand_in_tiers_of_their_own_and_take_time() {
        let mut session = sample::session();
        session.session.units[2].start = Some(2.0);
        session.session.units[2].end = Some(2.0);
        let of = |session: &CodedSession| {
            let times = |tier: &Tier| tier.speeches.iter().map(|it| (it.start, it.end)).collect::<Vec<_>>();
            tiers(session).iter().map(|tier| (tier.name(), times(tier))).collect::<Vec<_>>()
        };
        let tier = |name: &str, times: &[(u64, u64)]| (name.to_owned(), times.to_vec());
        assert_eq!(
            of(&session),
            [
                tier("therapist", &[(0, 1500)]),
                tier("client", &[(1250, 4000)]),
                tier("client (2)", &[(2000, 2001)]),
            ]
        );
        let file = &written(std::slice::from_ref(&session))[0].1;
        let below = r#"PARENT_REF="client (2)" PARTICIPANT="client" TIER_ID="cognitive@client (2)""#;
        assert!(file.contains(below), "{file}");
        session.session.units[2].start = Some(4.0);
        assert_eq!(of(&session)[1..], [tier("client", &[(1250, 4000), (4000, 4001)])]);
    }

    #[test]
    fn without_times_there_is_no_file() {
        let mut session = sample::session();
        for (index, unit) in session.session.units.iter_mut().enumerate() {
            unit.end = [None, Some(f64::NAN), Some(-1.0)][index];
        }
        assert!(written(&[session]).is_empty());
    }

    #[test]
    fn ids_are_no_paths() {
        let dir = tempfile::tempdir().unwrap();
        let mut eaf = Eaf::new(Folder::open(dir.path()).unwrap(), &sample::model());
        let long = "語".repeat(99);
        let names = ["../../etc/x", "..", "a/b", "A_b", "", &long].map(|id| eaf.name(id));
        assert_eq!(names[..5], ["_.._etc_x", "session", "a_b", "A_b~2", "session~2"]);
        assert_eq!(names[5], "語".repeat(53));
        // With all that is added to it.
        let taken = format!("{FOLDER}/{}.eaf", eaf.name(&long));
        let draft = eaf.folder.draft(&taken);
        assert!(draft.is_ok(), "{draft:?}");
    }
}
