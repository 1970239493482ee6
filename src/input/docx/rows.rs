//! Rows of a Word table as the lines that plain text would have: `Speaker: text`, `Plan: text`, `[00:01:02] T: text`.

use crate::input::columns::{ColumnMap, Key};
use crate::input::{header, speakers, time};

/// The longest cell, in characters and words, that may say who speaks or what follows.
const MAX_LABEL: (usize, usize) = (40, 5);

/// A line a row, more where its cells have more; rows without words are none.
pub(super) fn lines(rows: &[Vec<String>], map: &ColumnMap) -> Vec<String> {
    if let Some((first, rest)) = rows.split_first()
        && let Some(columns) = Named::find(first, map)
    {
        return rest.iter().filter_map(|cells| columns.line(cells)).collect();
    }
    rows.iter().flat_map(|cells| unnamed(cells)).collect()
}

/// The columns of a table whose first row names them.
struct Named {
    speaker: usize,
    text: usize,
    start: Option<usize>,
}

impl Named {
    fn find(header: &[String], map: &ColumnMap) -> Option<Named> {
        // `Client | Who` is a turn.
        if header.iter().any(|cell| speakers::role(cell).is_some()) {
            return None;
        }
        let places = map.places(header.iter().map(String::as_str));
        let at = |key: Key| places[key as usize];
        let (speaker, start) = (at(Key::Speaker)?, at(Key::Start));
        // Whatever it is called, if there is one left.
        let left = || {
            let mut others = (0..header.len()).filter(|&column| column != speaker && Some(column) != start);
            others.next().filter(|_| others.next().is_none())
        };
        let text = at(Key::Text).or_else(|| at(Key::Note)).or_else(left)?;
        Some(Named { speaker, text, start })
    }

    fn line(&self, cells: &[String]) -> Option<String> {
        let cell = |column: usize| cells.get(column).map_or("", |cell| cell.trim());
        turn(self.start.map_or("", cell), cell(self.speaker), cell(self.text))
    }
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
    if cells.len() > 2 && cells[0].trim_end_matches('.').bytes().all(|byte| byte.is_ascii_digit()) {
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

    fn read(rows: &[&[&str]]) -> Vec<String> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|cells| cells.iter().map(|&cell| cell.to_owned()).collect()).collect();
        lines(&rows, &ColumnMap::default())
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
}
