//! WebVTT and SRT: Zoom's `Name: text`, Teams' `<v Name>text</v>`.
//!
//! Programs cut one turn into many cues, so neighbouring cues of one speaker become one unit, from the start
//! of the first to the end of the last. A cue without a speaker goes on with the one before. `NOTE` blocks
//! may hold the header lines of `header`; other notes, styles and regions are passed over.

use super::sink::{Context, Sink};
use super::turns::{self, Turn, Voices};
use super::{header, markup, time};
use crate::transcript::Session;

/// One cue, its text cut where a speaker begins.
struct Cue {
    record: u64,
    line: u64,
    start: f64,
    end: f64,
    pieces: Vec<Piece>,
}

struct Piece {
    label: Option<String>,
    /// Whether the label is one beyond doubt: a voice tag.
    certain: bool,
    text: String,
}

impl Piece {
    fn label(&self) -> Option<(&str, bool)> {
        self.label.as_deref().map(|label| (label, self.certain))
    }
}

type Numbered<'a> = (u64, &'a str);

pub(super) fn parse(text: &str, context: &Context, sink: &mut Sink) {
    let (mut session, mut id_given) = (context.session(None), false);
    let mut cues = Vec::new();
    let mut broken: Vec<(u64, u64, &str)> = Vec::new();
    let mut record = 0;
    for block in blocks(text) {
        if let Some(body) = aside(&block) {
            for (number, line) in body {
                for field in header::fields(line).map(|fields| fields.known).unwrap_or_default() {
                    header::apply(field, number, &mut session, &mut id_given, sink);
                }
            }
            continue;
        }
        let timings: Vec<usize> = (0..block.len()).filter(|&at| block[at].1.contains("-->")).collect();
        if timings.is_empty() {
            record += 1;
            broken.push((record, block[0].0, "a block without times; remove blank lines within a cue"));
        }
        for (nth, &at) in timings.iter().enumerate() {
            record += 1;
            let mut end = timings.get(nth + 1).copied().unwrap_or(block.len());
            // Files without blank lines: the number of the next cue is no text of this one.
            if end < block.len() && block[end - 1].1.bytes().all(|byte| byte.is_ascii_digit()) {
                end = (end - 1).max(at + 1);
            }
            match times(block[at].1) {
                Some((start, stop)) => {
                    let pieces = pieces(&block[at + 1..end]);
                    cues.push(Cue { record, line: block[at].0, start, end: stop, pieces });
                }
                None => broken.push((record, block[at].0, "the times of the cue cannot be read")),
            }
        }
    }
    gather(cues, broken, session, context, sink);
}

/// Cues to turns, turns to units.
fn gather(
    cues: Vec<Cue>,
    mut broken: Vec<(u64, u64, &str)>,
    mut session: Session,
    context: &Context,
    sink: &mut Sink,
) {
    let therapists = &context.options.therapist;
    let labels = || cues.iter().flat_map(|cue| &cue.pieces).filter_map(Piece::label);
    let voices = Voices::of(labels().map(|(label, _)| label), therapists);
    let alone = voices.are_alone(labels());
    let labelled = labels().next().is_some();
    let mut turns: Vec<Turn> = Vec::new();
    for cue in cues {
        for Piece { label, certain, text } in cue.pieces {
            let (label, text) = match label {
                Some(label) if certain || voices.are(&label, alone) => (Some(label), text),
                // No speaker after all: the words before the colon belong to the text.
                Some(label) => {
                    if !turns.is_empty() {
                        turns::tell_once(&label, cue.line, sink);
                    }
                    (None, format!("{label}: {text}"))
                }
                None => (None, text),
            };
            match (label, turns.last_mut()) {
                (Some(label), Some(turn)) if turn.label == label => {
                    turn.join(&text);
                    turn.end = Some(cue.end);
                }
                (Some(label), _) => {
                    turns.push(Turn { label, text, start: Some(cue.start), end: Some(cue.end) });
                }
                (None, Some(turn)) => {
                    turn.join(&text);
                    turn.end = Some(cue.end);
                }
                (None, None) => broken.push((cue.record, cue.line, "a cue before anybody is said to speak")),
            }
        }
    }
    if turns.is_empty() {
        let reason = if !labelled && broken.is_empty() {
            "no cues found"
        } else {
            "no speakers found; export the transcript with speaker names, and name the therapist with --therapist NAME"
        };
        sink.refuse(reason.to_owned());
        return;
    }
    let count = turns.len();
    match turns::into_units(turns, &mut session, therapists, sink) {
        Ok(()) => {
            sink.met(count);
            sink.session(session);
        }
        Err(reason) => {
            sink.refuse(reason);
            return;
        }
    }
    broken.sort_unstable();
    broken.dedup_by_key(|(record, ..)| *record);
    sink.met(broken.len());
    for (record, line, reason) in broken {
        sink.reject(record, line, reason.to_owned());
    }
}

/// Runs of lines between blank ones, with line numbers; none is empty.
fn blocks(text: &str) -> Vec<Vec<Numbered<'_>>> {
    let mut blocks = vec![Vec::new()];
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        match blocks.last_mut() {
            Some(block) if !line.is_empty() => block.push((number, line)),
            Some(block) if !block.is_empty() => blocks.push(Vec::new()),
            _ => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// The lines of a block that is not a cue: file header, note, style, region.
fn aside<'a>(block: &[Numbered<'a>]) -> Option<Vec<Numbered<'a>>> {
    let (number, first) = *block.first()?;
    let word = first.split_whitespace().next().unwrap_or_default();
    if !matches!(word, "WEBVTT" | "NOTE" | "STYLE" | "REGION")
        || block.get(1).is_some_and(|b| b.1.contains("-->"))
    {
        return None;
    }
    let mut lines = block.to_vec();
    lines[0] = (number, first[word.len()..].trim());
    Some(lines)
}

/// Start and end of a cue in seconds, settings after them passed over.
fn times(line: &str) -> Option<(f64, f64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((time::clock(start)?, time::clock(end)?))
}

/// Whether a line gives the times of a cue.
pub(super) fn is_timing(line: &str) -> bool {
    times(line).is_some()
}

/// The text of a cue, cut at voice tags, or at the speaker prefixes of its lines.
fn pieces(lines: &[Numbered<'_>]) -> Vec<Piece> {
    let text = lines.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, label, after)) = voice(rest) {
        pieces.push(Piece { label: None, certain: false, text: plain(before) });
        let next = voice(after).map_or(after.len(), |(before, ..)| before.len());
        let end = after[..next].find("</v>").unwrap_or(next);
        let label = plain(label);
        let label = if label.is_empty() { None } else { Some(label) };
        pieces.push(Piece { certain: label.is_some(), label, text: plain(&after[..end]) });
        rest = after[end..].strip_prefix("</v>").unwrap_or(&after[end..]);
    }
    for line in rest.lines() {
        let line = plain(line);
        match turns::prefix(&line) {
            Some(prefix) if pieces.is_empty() || prefix.start.is_none() => pieces.push(Piece {
                label: Some(prefix.label.to_owned()),
                certain: false,
                text: prefix.text.to_owned(),
            }),
            _ => pieces.push(Piece { label: None, certain: false, text: line }),
        }
    }
    pieces.retain(|piece| piece.label.is_some() || !piece.text.is_empty());
    pieces
}

/// What stands before the first voice tag, its name, and what follows it.
fn voice(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("<v").find_map(|(at, _)| {
        let tag = &text[at + 2..];
        let end = find_near(tag, b'>').filter(|_| tag.starts_with([' ', '.', '\t', '>']))?;
        // `<v.loud.first Name>`: the classes end at the first space.
        let name = tag[..end].find([' ', '\t']).map_or("", |space| tag[space..end].trim());
        Some((&text[..at], name, &tag[end + 1..]))
    })
}

/// Where a tag ends: near, or it is none.
fn find_near(text: &str, end: u8) -> Option<usize> {
    text.bytes().take(256).position(|byte| byte == end)
}

/// Text without tags, with entities decoded and white space squeezed.
fn plain(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, tag) = rest.split_at(at);
        bare.push_str(before);
        let close = if tag.starts_with('<') { '>' } else { '}' };
        let is_tag = if close == '>' {
            tag[1..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
                && !tag[1..].starts_with("3 ")
        } else {
            tag.starts_with("{\\")
        };
        let end = find_near(tag, close as u8).filter(|_| is_tag);
        if end.is_none() {
            bare.push_str(&tag[..1]);
        }
        rest = &tag[end.unwrap_or(0) + 1..];
    }
    bare.push_str(rest);
    let mut words = String::with_capacity(bare.len());
    markup::decode(&bare, &mut words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_entities() {
        for (given, text) in [
            ("<i>no</i> &amp; <c.yellow>yes</c>", "no & yes"),
            ("<00:00:01.500>so{\\an8} it goes", "so it goes"),
            ("I <3 you, a < b &nbsp;&#39;x&#x27; &bogus; &", "I <3 you, a < b 'x' &bogus; &"),
            ("<font color=\"#fff\">x</font>", "x"),
            ("open <b", "open <b"),
        ] {
            assert_eq!(plain(given), text);
        }
    }

    #[test]
    fn voices() {
        assert_eq!(voice("a <v Anna Lee>b</v>"), Some(("a ", "Anna Lee", "b</v>")));
        assert_eq!(voice("<v.loud.x Anna>b"), Some(("", "Anna", "b")));
        assert_eq!(voice("<video>x"), None);
        let found = pieces(&[(1, "<v T>one"), (2, "two</v> <v C>three</v>")]);
        let found: Vec<_> = found.iter().map(|p| (p.label.as_deref(), p.text.as_str())).collect();
        assert_eq!(found, [(Some("T"), "one two"), (Some("C"), "three")]);
    }

    #[test]
    fn cue_times() {
        assert_eq!(times("00:01.500 --> 00:02.000 align:start position:0%"), Some((1.5, 2.0)));
        assert_eq!(times("01:00:00,000 --> 01:00:01,250"), Some((3600.0, 3601.25)));
        assert_eq!(times("soon --> later"), None);
    }
}
