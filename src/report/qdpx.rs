//! `project.qdpx`: sessions and codes as a REFI-QDA project (1.0), which `QualCoder`, `NVivo`, `ATLAS.ti` and `MAXQDA` open.
//!
//! A zip of `project.qde` (XML) and one text file a session in `sources/`. The program is a user of its own, so its
//! codings stand apart from those of people. What stands in the file follows from the input alone: identifiers are made
//! of names (UUID version 5), and times are left out where they may be and fixed where a program cannot do without.
//!
//! Positions count Unicode code points of the text file, from 0, end exclusive. Its lines end in `\n` alone.

use super::folder::{Draft, Error, Folder, Whole};
use super::moments::within;
use super::run::Model;
use super::xml::clean;
use crate::codebook::{Code, Family};
use crate::coding::CodedSession;
use crate::transcript::Span;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::PathBuf;
use uuid::{Uuid, uuid};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

pub(super) const FILE: &str = "project.qdpx";

/// Under which all names of the program become identifiers; drawn once.
const NAMES: Uuid = uuid!("6d1f5a0e-9c53-4f0b-8e27-3b7a52f4c0d9");

/// When selections were made, as far as the file tells: that of the files in the zip. The standard lets it be left out,
/// but the importer of `QualCoder` ends at the first selection without it.
const MADE: &str = "1980-01-01T00:00:00Z";

const ABOUT: &str = "Codes are suggestions to look at, given by a model, not findings about a person.";

/// The project while it is written: texts go into the zip at once, their XML waits in a scratch file.
#[derive(Debug)]
pub(super) struct Qdpx {
    path: PathBuf,
    zip: ZipWriter<Draft>,
    sources: BufWriter<File>,
    written: u64,
    /// Names of sources, each with the last number that was put behind it.
    names: HashMap<String, u64>,
    user: String,
    model: String,
}

impl Qdpx {
    pub(super) fn create(folder: &Folder, model: &Model) -> Result<Qdpx, Error> {
        let model = format!("{} {}", model.name, model.version);
        Ok(Qdpx {
            path: folder.path_of(FILE),
            zip: ZipWriter::new(folder.draft(FILE)?),
            sources: BufWriter::new(folder.scratch()?),
            written: 0,
            names: HashMap::new(),
            user: guid(&["user", &model]),
            model,
        })
    }

    /// Adds a session.
    pub(super) fn write(&mut self, session: &CodedSession) -> Result<(), Error> {
        self.add(session).map_err(|cause| Error { action: "write", path: self.path.clone(), cause })
    }

    fn add(&mut self, coded: &CodedSession) -> io::Result<()> {
        self.written += 1;
        // Stretches of one session share its id.
        let source = guid(&["source", &coded.session.id, &self.written.to_string()]);
        let (text, starts) = lay_out(coded);
        self.zip.start_file(format!("sources/{source}.txt"), options(text.len() as u64))?;
        self.zip.write_all(text.as_bytes())?;
        let path = format!("internal://{source}.txt");
        let name = self.name(&coded.session.id);
        let attributes = [
            ("guid", source.as_str()),
            ("name", &name),
            ("plainTextPath", &path),
            ("creatingUser", &self.user),
        ];
        let mut xml = Writer::new_with_indent(&mut self.sources, b' ', 1);
        xml.create_element("TextSource").with_attributes(attributes).write_inner_content(|xml| {
            for selection in selections(coded, &starts, &self.model) {
                selection.write(xml, &source, &self.user)?;
            }
            Ok(())
        })?;
        self.sources.write_all(b"\n")
    }

    /// What the source of a session is called: its id, and for one more stretch of it, or another session of the same
    /// id, a number behind it, since programs know a source by its name.
    fn name(&mut self, id: &str) -> String {
        let id = clean(id).into_owned();
        let Some(mut number) = self.names.get(&id).copied() else {
            self.names.insert(id.clone(), 1);
            return id;
        };
        let name = loop {
            number += 1;
            let name = format!("{id} ({number})");
            if !self.names.contains_key(&name) {
                break name;
            }
        };
        self.names.insert(id, number);
        self.names.insert(name.clone(), 1);
        name
    }

    /// Completes the project under its temporary name.
    pub(super) fn seal(self) -> Result<Whole, Error> {
        let path = self.path.clone();
        self.close().map_err(|cause| Error { action: "write", path, cause })?.seal()
    }

    fn close(self) -> io::Result<Draft> {
        let Qdpx { mut zip, sources, written, user, model, .. } = self;
        let mut sources = sources.into_inner().map_err(io::IntoInnerError::into_error)?;
        let length = sources.stream_position()?;
        sources.rewind()?;
        zip.start_file("project.qde", options(length))?;
        zip.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        let mut xml = Writer::new_with_indent(&mut zip, b' ', 1);
        let name = env!("CARGO_PKG_NAME");
        let origin = format!("{name} {}", env!("CARGO_PKG_VERSION"));
        let attributes = [
            ("name", name),
            ("origin", &origin),
            ("creatingUserGUID", &user),
            ("xmlns", "urn:QDA-XML:project:1.0"),
        ];
        xml.create_element("Project").with_attributes(attributes).write_inner_content(|xml| {
            xml.create_element("Users").write_inner_content(|xml| {
                let named = format!("{name} ({model})");
                let user = [("guid", user.as_str()), ("name", &clean(&named))];
                xml.create_element("User").with_attributes(user).write_empty()?;
                Ok(())
            })?;
            codebook(xml)?;
            // The standard knows no list of no sources.
            if written > 0 {
                xml.create_element("Sources").write_inner_content(|xml| {
                    xml.get_mut().write_all(b"\n")?;
                    io::copy(&mut sources, xml.get_mut()).map(|_| ())
                })?;
            }
            xml.create_element("Description").write_text_content(BytesText::new(ABOUT))?;
            Ok(())
        })?;
        Ok(zip.finish()?)
    }
}

/// One coded stretch of a source.
struct Selection {
    code: Code,
    span: Span,
    /// What the selection is called in its identifier.
    what: String,
    description: String,
}

impl Selection {
    fn write<W: Write>(&self, xml: &mut Writer<W>, source: &str, user: &str) -> io::Result<()> {
        let name = |kind: &str| guid(&[kind, source, &self.what, self.code.name()]);
        let (start, end) = (self.span.start.to_string(), self.span.end.to_string());
        let selection = name("selection");
        let attributes = [
            ("guid", selection.as_str()),
            ("startPosition", &start),
            ("endPosition", &end),
            ("creatingUser", user),
            ("creationDateTime", MADE),
        ];
        xml.create_element("PlainTextSelection").with_attributes(attributes).write_inner_content(|xml| {
            let description = clean(&self.description);
            xml.create_element("Description").write_text_content(BytesText::new(&description))?;
            let coding = name("coding");
            let attributes = [("guid", coding.as_str()), ("creatingUser", user)];
            xml.create_element("Coding").with_attributes(attributes).write_inner_content(|xml| {
                let code = code_guid(self.code);
                xml.create_element("CodeRef").with_attribute(("targetGUID", code.as_str())).write_empty()?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }
}

/// The text of a session, a unit a paragraph after its speaker, and where the words of every unit begin.
fn lay_out(coded: &CodedSession) -> (String, Vec<usize>) {
    let (mut text, mut length) = (String::new(), 0);
    let starts = coded.session.units.iter().map(|unit| {
        let (speaker, words) = (format!("{}: ", unit.speaker), unified(&unit.text));
        let start = length + speaker.chars().count();
        text.push_str(&speaker);
        text.push_str(&words);
        text.push('\n');
        length = start + words.chars().count() + 1;
        start
    });
    let starts = starts.collect();
    (text, starts)
}

/// What is coded: every unit with every code that it carries, and the evidence of every moment.
fn selections(coded: &CodedSession, starts: &[usize], model: &str) -> Vec<Selection> {
    let units = &coded.session.units;
    let mut found = Vec::new();
    for (index, ((unit, coding), &start)) in units.iter().zip(&coded.codings).zip(starts).enumerate() {
        let end = start + unified(&unit.text).chars().count();
        found.extend(coding.codes.iter().map(|code| Selection {
            code,
            span: Span { start, end },
            what: format!("unit {index}"),
            description: format!("probability {:.4}; {model}", coding.probability(code)),
        }));
    }
    for moment in &coded.moments {
        let (Some(unit), Some(&start), Some(evidence)) =
            (units.get(moment.peak), starts.get(moment.peak), moment.evidence)
        else {
            continue;
        };
        let (evidence, _) = within(evidence, unit);
        let place = |position| start + moved(&unit.text, position);
        let span = Span { start: place(evidence.start), end: place(evidence.end) };
        // A whole unit is coded already, and programs take one stretch with one code of one user once.
        if span.start < span.end && !found.iter().any(|it| it.code == moment.code && it.span == span) {
            found.push(Selection {
                code: moment.code,
                span,
                what: format!("evidence {}", moment.peak),
                description: format!(
                    "evidence of a moment; probability at its peak {:.4}; {model}",
                    moment.peak_probability
                ),
            });
        }
    }
    found.sort_by_key(|it| (it.span.start, it.span.end, it.code));
    found
}

fn codebook<W: Write>(xml: &mut Writer<W>) -> io::Result<()> {
    xml.create_element("CodeBook").write_inner_content(|xml| {
        xml.create_element("Codes").write_inner_content(|xml| {
            for family in Family::ALL {
                let group = guid(&["family", family.name()]);
                let attributes = [("guid", group.as_str()), ("name", family.name()), ("isCodable", "false")];
                xml.create_element("Code").with_attributes(attributes).write_inner_content(|xml| {
                    for code in Code::ALL.into_iter().filter(|code| code.family() == family) {
                        let own = code_guid(code);
                        let attributes =
                            [("guid", own.as_str()), ("name", code.name()), ("isCodable", "true")];
                        xml.create_element("Code").with_attributes(attributes).write_inner_content(
                            |xml| {
                                let meaning = BytesText::new(code.meaning());
                                xml.create_element("Description").write_text_content(meaning)?;
                                Ok(())
                            },
                        )?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

/// The same in every project, so that projects can be merged.
fn code_guid(code: Code) -> String {
    guid(&["code", code.name()])
}

fn guid(names: &[&str]) -> String {
    Uuid::new_v5(&NAMES, names.join("\u{1f}").as_bytes()).to_string()
}

fn options(length: u64) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .large_file(length > u64::from(u32::MAX) / 2)
}

/// The text with `\n` for every kind of line end: importing programs count them differently.
fn unified(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// Where the character at `position` of the text stands in [`unified`].
fn moved(text: &str, position: usize) -> usize {
    let pairs = text.chars().zip(text.chars().skip(1)).take(position);
    position - pairs.filter(|pair| *pair == ('\r', '\n')).count()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use std::collections::HashSet;
    use std::io::Read;

    /// The files of a project, in their order.
    fn unpacked(sessions: &[CodedSession]) -> (Vec<u8>, Vec<(String, String)>) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut project = Qdpx::create(&folder, &sample::model()).unwrap();
        sessions.iter().for_each(|session| project.write(session).unwrap());
        project.seal().unwrap().publish().unwrap();
        let bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes.clone())).unwrap();
        let files = (0..zip.len()).map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        });
        let files = files.collect();
        (bytes, files)
    }

    #[test]
    fn positions_lead_to_the_words() {
        let (_, files) = unpacked(&[sample::session()]);
        let (name, text) = &files[0];
        assert_eq!(
            text,
            "therapist: What came up?\nclient: Well 😶\u{200d}🌫\u{fe0f} –\nI’ve never said it, “it’s me”\n\
             client: No, it just hit me\n"
        );
        let (_, project) = &files[1];
        let name = name.strip_prefix("sources/").unwrap();
        assert!(project.contains(&format!("plainTextPath=\"internal://{name}\"")), "{project}");
        let attribute = |line: &str, name: &str| -> usize {
            let rest = line.split_once(&format!(" {name}=\"")).unwrap().1;
            rest.split_once('"').unwrap().0.parse().unwrap()
        };
        let coded: Vec<String> = project
            .lines()
            .filter(|line| line.contains("<PlainTextSelection "))
            .map(|line| Span { start: attribute(line, "startPosition"), end: attribute(line, "endPosition") })
            .map(|span| span.words(text).to_owned())
            .collect();
        let unit = "Well 😶\u{200d}🌫\u{fe0f} –\nI’ve never said it, “it’s me”";
        assert_eq!(coded, ["What came up?", unit, unit, "“it’s me”", "No, it just hit me"]);
        assert!(project.contains("<Description>probability 0.8750; minilm 1.1.0</Description>"), "{project}");
        assert!(project.contains("evidence of a moment; probability at its peak 0.8750; minilm 1.1.0"));
    }

    #[test]
    fn identifiers_are_unique_and_everything_that_is_named_is_there() {
        let (_, files) = unpacked(&[sample::session(), sample::session()]);
        let (_, project) = files.last().unwrap();
        let values = |attribute: &str| -> Vec<String> {
            let start = format!(" {attribute}=\"");
            let parts = project.split(&start).skip(1);
            parts.map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
        };
        let guids = values("guid");
        let known: HashSet<_> = guids.iter().cloned().collect();
        assert_eq!(known.len(), guids.len());
        let named = ["targetGUID", "creatingUser", "creatingUserGUID"].map(values).concat();
        assert!(!named.is_empty() && named.iter().all(|guid| known.contains(guid)));
        assert!(guids.iter().all(|guid| Uuid::parse_str(guid).is_ok_and(|guid| guid.get_version_num() == 5)));
        assert_eq!(project.matches("<TextSource ").count(), 2);
    }

    #[test]
    fn sources_have_names_of_their_own_and_selections_a_time() {
        let named = |id: &str| {
            let mut session = sample::session();
            session.session.id = id.to_owned();
            session
        };
        let (_, files) = unpacked(&["a", "a (2)", "a", "a"].map(named));
        let project = &files.last().unwrap().1;
        let names: Vec<_> = project
            .lines()
            .filter_map(|line| {
                line.trim().strip_prefix("<TextSource ")?.split_once(" name=\"")?.1.split_once('"')
            })
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["a", "a (2)", "a (3)", "a (4)"]);
        let selections: Vec<_> =
            project.lines().filter(|line| line.contains("<PlainTextSelection ")).collect();
        assert_eq!(selections.len(), 20);
        let timed = " creationDateTime=\"1980-01-01T00:00:00Z\"";
        assert!(selections.iter().all(|line| line.contains(timed)), "QualCoder cannot do without");
    }

    #[test]
    fn the_order_of_elements_is_that_of_the_schema() {
        let (_, files) = unpacked(&[sample::session()]);
        let project = &files.last().unwrap().1;
        let places =
            ["<Project ", "<Users>", "<CodeBook>", "<Sources>", "</Sources>", "<Description>Codes are"]
                .map(|part| project.find(part).unwrap_or_else(|| panic!("{part} in {project}")));
        assert!(places.is_sorted(), "{places:?}");
        for code in Code::ALL {
            assert!(project.contains(&format!(" name=\"{code}\" isCodable=\"true\"")), "{code}");
        }
        let (_, files) = unpacked(&[]);
        assert_eq!(files.len(), 1);
        assert!(!files[0].1.contains("Sources"), "the schema has no empty list of sources");
    }

    #[test]
    fn the_same_sessions_make_the_same_bytes() {
        let sessions = [sample::session()];
        assert_eq!(unpacked(&sessions).0, unpacked(&sessions).0);
    }

    #[test]
    fn markup_in_ids_and_words_stays_text() {
        let mut session = sample::session();
        session.session.id = "a<b>&\"\u{1}".to_owned();
        session.session.units[0].text = "</PlainTextSelection>".to_owned();
        let (_, files) = unpacked(&[session]);
        let project = &files.last().unwrap().1;
        assert!(project.contains("name=\"a&lt;b&gt;&amp;&quot;\u{fffd}\""), "{project}");
        assert!(files[0].1.starts_with("therapist: </PlainTextSelection>\n"));
    }

    #[test]
    fn line_ends_become_one_and_positions_follow() {
        let text = "a\r\nb\rc\n\r\nd";
        assert_eq!(unified(text), "a\nb\nc\n\nd");
        let positions: Vec<_> = (0..=text.chars().count()).map(|position| moved(text, position)).collect();
        assert_eq!(positions, [0, 1, 1, 2, 3, 4, 5, 6, 6, 7, 8]);
    }
}
