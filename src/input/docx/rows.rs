//! Rows of a Word table as the lines that plain text would have: `Speaker: text`, `Plan: text`, `[00:01:02] T: text`.

use crate::input::columns::{ColumnMap, Key};
use crate::input::{header, speakers, time, turns};
use crate::transcript::Speaker;
use std::collections::BTreeSet;

/// The longest cell, in characters and words, that may say who speaks or what follows.
const MAX_LABEL: (usize, usize) = (40, 5);

/// The most columns that Word gives a table. Rows of damaged ones may be as wide as the file is long.
const MAX_COLUMNS: usize = 63;

/// Words in the names of columns that hold what somebody thinks of the talk.
const REMARKS: [&str; 24] = [
    "comment",
    "comments",
    "commentary",
    "note",
    "notes",
    "process",
    "thought",
    "thoughts",
    "feeling",
    "feelings",
    "observation",
    "observations",
    "reflection",
    "reflections",
    "remark",
    "remarks",
    "reaction",
    "reactions",
    "impression",
    "impressions",
    "analysis",
    "interpretation",
    "supervisor",
    "feedback",
];

/// Words in the names of columns that hold talk, where another one holds remarks.
const TALK: [&str; 13] = [
    "dialogue",
    "dialog",
    "transcript",
    "verbatim",
    "words",
    "text",
    "said",
    "talk",
    "speech",
    "utterance",
    "content",
    "conversation",
    "exchange",
];

const SEVERAL: &str = "a table has several columns that may hold the words beside the speaker's; give it a first row that says \
     which: speaker, text";

/// A line a row, more where its cells have more; rows without words are none. An error is the reason to refuse the
/// document. What is left out is told in `notices`.
pub(super) fn lines(
    rows: &[Vec<String>],
    map: &ColumnMap,
    notices: &mut BTreeSet<String>,
) -> Result<Vec<String>, String> {
    if let Some((first, rest)) = rows.split_first() {
        if let Some(columns) = Named::find(first, rest, map)? {
            columns.tell_unread(first, rest, notices);
            return Ok(rest.iter().filter_map(|cells| columns.line(cells)).collect());
        }
        if is_a_side_a_column(first, rest) {
            let read = |column: usize| first.get(column).is_some_and(|cell| speakers::role(cell).is_some());
            leave_out(first, rest, read, notices)?;
            return Ok(rest.iter().flat_map(|cells| sides(first, cells)).collect());
        }
    }
    if has_columns_beside(rows) {
        return Err(SEVERAL.to_owned());
    }
    if let Some(column) = column_of_turns(rows) {
        // Where the first row is a turn, nothing says what its other cells are.
        let named = rows.first().filter(|first| first.get(column).is_some_and(|cell| label(cell).is_none()));
        let (header, rest) = named.map_or((&[][..], rows), |first| (first.as_slice(), &rows[1..]));
        leave_out(header, rest, |other| other == column, notices)?;
        return Ok(rest.iter().filter_map(|cells| whole_turn(cells, column)).collect());
    }
    Ok(rows.iter().flat_map(|cells| unnamed(cells)).collect())
}

/// The word in the name of a column by which it holds remarks.
fn remark(header: &[String], column: usize) -> Option<&'static str> {
    has_word(header.get(column).filter(|name| is_label(name.trim()))?, &REMARKS)
}

fn has_word(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphabetic())
        .find_map(|word| known.iter().copied().find(|known| *known == word))
}

/// Tells of the columns of remarks that are not read; an error if another one may hold words.
fn leave_out(
    header: &[String],
    rest: &[Vec<String>],
    read: impl Fn(usize) -> bool,
    notices: &mut BTreeSet<String>,
) -> Result<(), String> {
    let width = rest.iter().map(Vec::len).max().unwrap_or_default();
    if width > MAX_COLUMNS {
        return Err(SEVERAL.to_owned());
    }
    for column in (0..width).filter(|&column| !read(column) && !cells(rest, column).all(is_count)) {
        let word = remark(header, column).ok_or(SEVERAL)?;
        notices.insert(left_out(column, word));
    }
    Ok(())
}

fn left_out(column: usize, word: &str) -> String {
    format!("column {} of a table is called one of remarks (\"{word}\"): left out", column + 1)
}

/// The label of a cell that is a turn, as far as this can be told without the others.
fn label(cell: &str) -> Option<&str> {
    let label = turns::prefix(cell)?.label;
    (turns::is_known(label, &[]) || turns::is_name_like(label)).then_some(label)
}

/// The column whose cells are turns with their labels (`T: …`), beside others: they are of two at least, and one of them comes
/// back. A table of one column needs none of this.
fn column_of_turns(rows: &[Vec<String>]) -> Option<usize> {
    let width = rows.iter().map(Vec::len).max().filter(|&width| width > 1)?;
    (0..width.min(MAX_COLUMNS)).find(|&column| {
        let labelled = cells(rows, column).filter(|cell| label(cell).is_some()).count();
        let labels: Vec<&str> = cells(rows, column).flat_map(str::lines).filter_map(label).collect();
        let different: BTreeSet<String> = labels.iter().map(|label| speakers::normal(label)).collect();
        2 * labelled > cells(rows, column).count() && different.len() > 1 && labels.len() > different.len()
    })
}

/// A row of a table whose turns stand in one column, with the time that may stand in another.
fn whole_turn(cells: &[String], column: usize) -> Option<String> {
    let text = cells.get(column).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())?;
    let mut others = cells.iter().enumerate().filter(|(at, _)| *at != column).map(|(_, cell)| cell.trim());
    let start = others.find(|cell| time::clock(cell).is_some()).filter(|_| label(text).is_some());
    Some(start.map_or_else(|| text.to_owned(), |start| format!("[{start}] {text}")))
}

/// Whether, in a table without a header, something else stands beside the words of both sides, as a coder's remarks do.
fn has_columns_beside(rows: &[Vec<String>]) -> bool {
    let beside = rows.iter().filter_map(|cells| {
        let cells = cells.iter().map(|cell| cell.trim());
        let mut words = cells.filter(|cell| !(cell.is_empty() || is_count(cell)));
        let speaker = speakers::role(words.next()?)?;
        Some((speaker, words.count() > 1))
    });
    let (mut sides, mut several) = ([false; 2], 0);
    for (speaker, more) in beside {
        sides[usize::from(speaker == Speaker::Therapist)] = true;
        several += usize::from(more);
    }
    sides == [true; 2] && several > 1
}

/// The columns of a table whose first row names them.
struct Named {
    speaker: usize,
    text: usize,
    start: Option<usize>,
}

impl Named {
    fn find(header: &[String], rest: &[Vec<String>], map: &ColumnMap) -> Result<Option<Named>, String> {
        // `Client | Who` is a turn.
        if header.iter().any(|cell| speakers::role(cell).is_some()) {
            return Ok(None);
        }
        let places = map.places(header.iter().map(String::as_str));
        let at = |key: Key| places[key as usize];
        let counted: Vec<bool> = (0..header.len()).map(|column| is_counted(header, rest, column)).collect();
        let Some(speaker) = at(Key::Speaker).or_else(|| who(header, rest, &counted)) else { return Ok(None) };
        let talk = comes_back(rest, speaker) || speakers::are_labels(cells(rest, speaker), &[]);
        if talk && [Key::Speaker, Key::Text].into_iter().any(|key| map.has(key) && at(key).is_none()) {
            return Err("a table lacks the column that --map gives for speaker or text".to_owned());
        }
        let free = |&column: &usize| column != speaker && !places.contains(&Some(column));
        let mut clocks = (0..header.len()).filter(|&column| counted[column]).filter(free);
        let clock = |&column: &usize| cells(rest, column).any(|cell| time::clock(cell).is_some());
        let start = at(Key::Start).or_else(|| clocks.find(clock));
        // Whatever it is called, if there is one left.
        let filled = |&column: &usize| cells(rest, column).next().is_some();
        let left = || (0..header.len()).filter(|&column| !counted[column]).filter(free).filter(filled);
        let spoken = || left().filter(|&column| !talk || remark(header, column).is_none());
        // Where remarks stand beside it, the name has to say which one holds the words: it may hold codes.
        let says = |&column: &usize| has_word(&header[column], &TALK).is_some();
        let remarks = left().count() - spoken().count();
        let left: Vec<usize> = if remarks > 0 && spoken().any(|column| says(&column)) {
            spoken().collect()
        } else {
            left().collect()
        };
        let first = left.first().copied().filter(|_| left.len() == 1);
        // Beside another column, notes on talk are not its words.
        let note = at(Key::Note).filter(|_| !talk || left.is_empty() || map.has(Key::Note));
        let unclear = talk && at(Key::Note).is_some() && note.is_none();
        let text = at(Key::Text).or(note).or(first.filter(|_| !unclear));
        if talk && text.is_none() && !left.is_empty() {
            return Err(
                "a table has several columns that may hold the words beside the speaker's; name the one \
                        that does: --map text=COLUMN"
                    .to_owned(),
            );
        }
        Ok(text.map(|text| Named { speaker, text, start }))
    }

    /// Tells of the columns of remarks beside the words.
    fn tell_unread(&self, header: &[String], rest: &[Vec<String>], notices: &mut BTreeSet<String>) {
        let read = [Some(self.speaker), Some(self.text), self.start];
        let unread = (0..header.len()).filter(|&column| !read.contains(&Some(column)));
        let filled = unread.filter(|&column| cells(rest, column).next().is_some());
        notices.extend(filled.filter_map(|column| Some(left_out(column, remark(header, column)?))));
    }

    fn line(&self, cells: &[String]) -> Option<String> {
        let cell = |column: usize| cells.get(column).map_or("", |cell| cell.trim());
        turn(self.start.map_or("", cell), cell(self.speaker), cell(self.text))
    }
}

/// The column of speakers, where its name alone does not say so: by what it is mostly called, or by its labels if numbers or
/// times in all rows but the first show that the first is a header.
fn who(header: &[String], rest: &[Vec<String>], counted: &[bool]) -> Option<usize> {
    let labels = |&column: &usize| speakers::are_labels(cells(rest, column), &[]);
    let usual = ColumnMap::default().places(header.iter().map(String::as_str))[Key::Speaker as usize];
    usual.or_else(|| (0..header.len()).find(labels).filter(|_| counted.contains(&true)))
}

/// What the rows have in a column, without empty cells.
fn cells(rows: &[Vec<String>], column: usize) -> impl Iterator<Item = &str> {
    rows.iter()
        .filter_map(move |cells| cells.get(column))
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
}

/// Whether a speaker has more than one turn: a list of who took part has none that comes back.
fn comes_back(rows: &[Vec<String>], column: usize) -> bool {
    let mut seen = BTreeSet::new();
    cells(rows, column).any(|cell| !seen.insert(cell.to_lowercase()))
}

/// Whether a column holds running numbers or times, under a word.
fn is_counted(header: &[String], rest: &[Vec<String>], column: usize) -> bool {
    let named = header.get(column).is_some_and(|cell| !cell.trim().is_empty() && !is_count(cell.trim()));
    named && cells(rest, column).count() > 1 && cells(rest, column).all(is_count)
}

fn is_count(cell: &str) -> bool {
    time::clock(cell).is_some() || is_number(cell)
}

fn is_number(cell: &str) -> bool {
    let digits = cell.trim_end_matches('.');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `Therapist | Client`, perhaps beside numbers, times and remarks: each side has a column of turns. Beside something else they
/// are one if somebody says a sentence in them, and no form (`Therapist | Dr M | Client | K7`).
fn is_a_side_a_column(header: &[String], rest: &[Vec<String>]) -> bool {
    let sides: Vec<Speaker> = header.iter().filter_map(|cell| speakers::role(cell)).collect();
    let is_side = |&column: &usize| speakers::role(&header[column]).is_some();
    let other = |column: &usize| !is_side(column) && !header[*column].trim().is_empty();
    let ended = |cell: &str| cell.ends_with(['.', '?', '!', '…']) && cell.contains(' ');
    let talk = || (0..header.len()).filter(is_side).any(|column| cells(rest, column).any(ended));
    sides.contains(&Speaker::Therapist)
        && sides.iter().any(|&side| side != Speaker::Therapist)
        && ((0..header.len()).filter(other).all(|column| is_counted(header, rest, column)) || talk())
}

/// The turns of one row, from left to right.
fn sides(header: &[String], cells: &[String]) -> Vec<String> {
    let mut start =
        cells.iter().map(|cell| cell.trim()).find(|cell| time::clock(cell).is_some()).unwrap_or_default();
    let pairs = header
        .iter()
        .zip(cells)
        .filter(|(label, cell)| speakers::role(label).is_some() && !cell.trim().is_empty());
    pairs.filter_map(|(label, cell)| turn(std::mem::take(&mut start), label.trim(), cell.trim())).collect()
}

/// A turn. Without a speaker, as under a cell that spans rows, its words go on with the turn above.
fn turn(start: &str, speaker: &str, text: &str) -> Option<String> {
    let speaker = speaker.trim_end_matches(':').trim_end();
    let start = if time::clock(start).is_some() { format!("[{start}] ") } else { String::new() };
    match (speaker.is_empty(), text.is_empty()) {
        (true, true) => None,
        (true, false) => Some(text.to_owned()),
        _ => Some(format!("{start}{speaker}: {text}")),
    }
}

fn unnamed(cells: &[String]) -> Vec<String> {
    let mut cells: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    // `Client ID | K-12 | Date | 2024-05-01`
    let pairs: Vec<String> = cells.chunks(2).map(|pair| pair.join(": ").replace("::", ":")).collect();
    if pairs.iter().all(|pair| header::field(pair).is_some()) {
        return pairs;
    }
    let start = cells.iter().take(3).position(|cell| time::clock(cell).is_some());
    let start = start.map_or("", |at| cells.remove(at));
    // A running number says nothing.
    if cells.len() > 2 && is_number(cells[0]) {
        cells.remove(0);
    }
    match cells.split_first() {
        Some((label, rest)) if !rest.is_empty() && is_label(label) => {
            turn(start, label, &rest.join(" ")).into_iter().collect()
        }
        _ if cells.is_empty() => Vec::new(),
        _ => vec![cells.join("\t")],
    }
}

fn is_label(cell: &str) -> bool {
    cell.chars().count() <= MAX_LABEL.0
        && cell.split_whitespace().count() <= MAX_LABEL.1
        && cell.starts_with(char::is_alphabetic)
        && !cell.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(rows: &[&[&str]], map: &str) -> Result<Vec<String>, String> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|cells| cells.iter().map(|&cell| cell.to_owned()).collect()).collect();
        lines(&rows, &map.parse().unwrap(), &mut BTreeSet::new())
    }

    fn read(rows: &[&[&str]]) -> Vec<String> {
        read_with(rows, "").unwrap()
    }

    #[test]
    fn a_header_names_the_columns() {
        assert_eq!(
            read(&[
                &["Start", "Speaker", "Text", "Code"],
                &["00:01", "T:", "Hello.", "x"],
                &["", "", "So.", ""]
            ]),
            ["[00:01] T: Hello.", "So."]
        );
        assert_eq!(read(&[&["What was said", "Speaker"], &["Hello.", "T"]]), ["T: Hello."]);
    }

    #[test]
    fn without_a_header_the_first_short_cell_says_who() {
        assert_eq!(
            read(&[&["T", "Hello."], &["Anna Lee:", "one\ntwo"]]),
            ["T: Hello.", "Anna Lee: one\ntwo"]
        );
        assert_eq!(read(&[&["1", "T", "00:03", "Hello."], &["", "", "", ""]]), ["[00:03] T: Hello."]);
        assert_eq!(
            read(&[&["Client ID", "K-12", "Date:", "2024-05-01"]]),
            ["Client ID: K-12", "Date: 2024-05-01"]
        );
        assert_eq!(read(&[&["only words"]]), ["only words"]);
        let long = "a long cell that is nobody's name and nobody's heading at all";
        assert_eq!(read(&[&[long, "b"]]), [format!("{long}\tb")]);
    }

    #[test]
    fn a_header_of_roles_makes_columns_of_turns() {
        let rows: &[&[&str]] = &[&["Therapist", "Client"], &["How?", "Bad."], &["", "Well."], &["Mm.", ""]];
        assert_eq!(read(rows), ["Therapist: How?", "Client: Bad.", "Client: Well.", "Therapist: Mm."]);
        let rows: &[&[&str]] = &[&["Time", "T", "C"], &["00:01", "How?", "Bad."], &["00:03", "", "Well."]];
        assert_eq!(read(rows), ["[00:01] T: How?", "C: Bad.", "[00:03] C: Well."]);
        // One side alone is a turn.
        assert_eq!(
            read(&[&["Client", "Therapist was late."], &["T", "Yes."]])[0],
            "Client: Therapist was late."
        );
    }

    #[test]
    fn columns_of_coders_are_not_joined_to_the_words() {
        let coded: &[&[&str]] = &[
            &["Speaker", "What we said", "Initial code"],
            &["Client", "I cried.", "EMO tearful"],
            &["Therapist", "Yes.", ""],
            &["Client", "Again.", ""],
        ];
        assert!(read_with(coded, "").unwrap_err().contains("--map text=COLUMN"));
        assert_eq!(read_with(coded, "text=What we said").unwrap()[0], "Client: I cried.");
        assert!(read_with(coded, "text=Nope").unwrap_err().contains("--map gives"));
        assert!(read_with(coded, "text=What we said,speaker=Nope").is_err());
        let rows: &[&[&str]] =
            &[&["No.", "Speaker", "Talk"], &["1", "T", "How?"], &["2.", "C", "Bad."], &["3", "T", "Mm."]];
        assert_eq!(read(rows), ["T: How?", "C: Bad.", "T: Mm."]);
        let rows: &[&[&str]] =
            &[&["Time", "Participant", "Utterance"], &["0:01", "T", "How?"], &["0:03", "C", "Bad."]];
        assert_eq!(read(rows), ["[0:01] T: How?", "[0:03] C: Bad."]);
        // Who took part.
        let people: &[&[&str]] =
            &[&["Role", "Name", "Age"], &["Client", "A", "30"], &["Therapist", "B", "50"]];
        assert!(read_with(people, "").is_ok());
    }

    #[test]
    fn remarks_are_left_out_where_they_are_named_and_told() {
        let told = |rows: &[&[&str]]| {
            let rows: Vec<Vec<String>> =
                rows.iter().map(|cells| cells.iter().map(|&cell| cell.to_owned()).collect()).collect();
            let mut notices = BTreeSet::new();
            lines(&rows, &ColumnMap::default(), &mut notices).map(|lines| (lines, notices))
        };
        let named: [&[&[&str]]; 3] = [
            &[&["Verbatim", "Supervisor comments"], &["T: Well?", ""], &["C: No.", "new!"], &["T: Oh.", ""]],
            &[&["T", "C", "Process notes"], &["Well?", "", ""], &["", "No.", "new!"], &["Oh dear.", "", ""]],
            &[
                &["Speaker", "Dialogue", "My thoughts"],
                &["T", "Well?", "x"],
                &["C", "No.", ""],
                &["T", "Oh.", "y"],
            ],
        ];
        for rows in named {
            let (lines, notices) = told(rows).unwrap();
            assert_eq!((lines.len(), lines[1].as_str()), (3, "C: No."), "{lines:?}");
            let place = format!("column {} ", rows[0].len());
            assert!(notices.len() == 1 && notices.iter().all(|text| text.starts_with(&place)), "{notices:?}");
        }
        let unnamed: [&[&[&str]]; 4] = [
            &[&["1", "T: Well?", ""], &["2", "C: No.", "new!"], &["3", "T: Oh.", ""]],
            &[&["T: Well?", "stuck"], &["C: No.", ""], &["T: Oh.", ""]],
            &[&["T", "C", "What"], &["Well then?", "", ""], &["", "No.", "new!"]],
            &[&["Speaker", "Code", "Notes"], &["T", "Well?", "x"], &["C", "No.", ""], &["T", "Oh.", "y"]],
        ];
        for rows in unnamed {
            assert!(told(rows).unwrap_err().contains("several columns"), "{rows:?}");
        }
        // Numbers and times beside the turns are none, and the fields of a form are no turns.
        let rows: &[&[&str]] =
            &[&["1", "0:01", "T: Well?"], &["2", "0:03", "C: No."], &["3", "0:05", "T: Oh."]];
        assert_eq!(read(rows), ["[0:01] T: Well?", "[0:03] C: No.", "[0:05] T: Oh."]);
        let form: &[&[&str]] = &[&["Therapist", "Dr M", "Client", "K7"], &["Date", "x", "Place", "y"]];
        assert_eq!(read(form).len(), 2);
    }
}
