//! Transcripts as plain text: a speaker before every turn, continuation lines under it.
//!
//! What begins a turn: the label of a speaker, as [`turns::Voices`] tells it; see `labels` for role words without their
//! colon. All other lines go on with the turn above, joined with a space. Lines before the first turn that are neither header nor heading are rejected, one record a run of them,
//! for they may be words whose speaker is lost. See `header` for the lines over the first turn; a header with a session or client id after a blank
//! line or a rule begins the next session.

use super::sink::{Context, Sink};
use super::turns::{self, Turn};
use super::{header, labels, speakers};
use crate::transcript::{MONTHS, Session, counted};
use std::collections::{BTreeMap, BTreeSet};

/// One line, looked at on its own.
enum Line<'a> {
    Blank,
    /// What a program or a printer has added: nobody says it.
    Added,
    /// Begins a new session; with its header field.
    Next(header::Fields<'a>),
    Header(header::Fields<'a>),
    Time(f64),
    /// With whether its label is a speaker's.
    Labelled(turns::Prefix<'a>, bool),
    /// In the header block, but nothing known.
    Preamble,
    Plain(&'a str),
}

/// One session of the file, being read.
struct Draft {
    session: Session,
    id_given: bool,
    turns: Vec<Turn>,
    /// Where the session begins.
    line: usize,
    /// Where the runs of lines begin that stand before the first turn and are no header.
    lost: Vec<usize>,
    /// Whether something of its header is left out.
    unknown: bool,
}

impl Draft {
    fn new(line: usize, context: &Context) -> Self {
        let session = context.session(None);
        Draft { session, id_given: false, turns: Vec::new(), line, lost: Vec::new(), unknown: false }
    }

    /// A line that nobody is said to speak; returns whether it has words.
    fn lose(&mut self, number: usize, raw: &str, in_run: bool) -> bool {
        // A line of dashes under a title is no loss.
        let words = raw.contains(char::is_alphanumeric);
        self.unknown |= words;
        if words && !in_run {
            self.lost.push(number);
        }
        words || in_run
    }
}

/// The text without the numbers of its lines, if all lines from the first one with a number on have theirs.
fn without_line_numbers(text: &str) -> Option<String> {
    const LEAST: usize = 4;
    let numbered = |line: &str| {
        let line = line.trim_start();
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &line[digits..];
        let parted = rest.is_empty() || rest.starts_with([' ', '\t']);
        Some((figure(&line[..digits]).filter(|_| parted)?, line.len() - rest.len()))
    };
    // Over the first one may stand a head, and no turn: somebody who counts begins later.
    let turn = |line: &str| turns::prefix(line).is_some_and(|prefix| speakers::role(prefix.label).is_some());
    let filled: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = filled.iter().position(|line| numbered(line).is_some() || turn(line))?;
    let numbers: Vec<Option<u32>> =
        filled[first..].iter().map(|line| numbered(line).map(|(number, _)| number)).collect();
    let next =
        |two: &[Option<u32>]| two[0].and_then(|number| number.checked_add(1)) == two[1] && two[1].is_some();
    if numbers.len() < LEAST || !numbers.windows(2).all(next) {
        return None;
    }
    let bare = |line: &str| match numbered(line) {
        Some((_, end)) => line.trim_start()[end..].to_owned(),
        None => line.to_owned(),
    };
    Some(text.split_inclusive('\n').map(bare).collect())
}

pub(super) fn parse(text: &str, context: &Context, sink: &mut Sink) {
    let bare = without_line_numbers(text);
    if bare.is_some() {
        sink.notice("every line begins with its number, as it looks: left out".to_owned());
    }
    let text = bare.as_deref().unwrap_or(text);
    let therapists = &context.options.therapist;
    let labels = labels::Survey::of(text);
    let named = labels::are_timed_names(text, therapists);
    if labels.is_transcript() && !labels.is_readable() && !named {
        return sink.refuse(labels::LOST.to_owned());
    }
    let prefix = if named {
        labels::prefix_or_name
    } else if labels::are_names_behind_times(text, therapists) {
        labels::prefix_or_name_behind_time
    } else if labels.is_readable() {
        labels::prefix
    } else {
        turns::prefix
    };
    let mut lines = classify(text, therapists, prefix);
    uncount(&mut lines, sink);
    settle(&mut lines, therapists);
    let mut drafts = vec![Draft::new(1, context)];
    let (mut left_out, mut headings, mut added) = (Vec::new(), Vec::new(), Vec::new());
    // Whether the line above, blank ones aside, was one that nobody is said to speak.
    let mut run = false;
    let mut time = None;
    for (number, (line, raw)) in lines.iter().zip(text.lines()).enumerate() {
        let Some(draft) = drafts.last_mut() else { return };
        let in_run = run;
        run &= matches!(line, Line::Blank);
        match line {
            Line::Blank => {}
            Line::Added => added.push(number + 1),
            Line::Next(fields) => {
                let session = header::next_session(drafts.len() + 1, context);
                let mut next = Draft { session, ..Draft::new(number + 1, context) };
                fields.apply(number + 1, &mut next.session, &mut next.id_given, &mut left_out, sink);
                next.unknown = fields.others > 0;
                drafts.push(next);
                time = None;
            }
            Line::Header(fields) => {
                let Draft { session, id_given, unknown, .. } = draft;
                fields.apply(number + 1, session, id_given, &mut left_out, sink);
                *unknown |= fields.others > 0;
            }
            Line::Time(seconds) => time = Some(*seconds),
            Line::Labelled(prefix, true) => {
                let start = prefix.start.or(time.take());
                let (label, text) = (prefix.label.to_owned(), prefix.text.to_owned());
                draft.turns.push(Turn { label, text, start, end: prefix.end });
            }
            Line::Labelled(prefix, false) => match draft.turns.last_mut() {
                Some(turn) => {
                    turns::tell_once(prefix.label, number + 1, sink);
                    turn.join(raw.trim());
                }
                None => run = draft.lose(number + 1, raw, in_run),
            },
            Line::Preamble => {
                if let Some(turn) = draft.turns.last_mut() {
                    turn.join(raw.trim());
                } else {
                    draft.unknown = true;
                    left_out.push(number + 1);
                }
            }
            Line::Plain(text) => match draft.turns.last_mut() {
                Some(turn) => turn.join(text),
                None if is_heading(raw) => {
                    draft.unknown = true;
                    headings.push(number + 1);
                }
                None => run = draft.lose(number + 1, raw, in_run),
            },
        }
    }
    if let [line, ..] = added.as_slice() {
        let lines = counted(added.len(), "line");
        sink.notice(format!(
            "page numbers and headers, rules or what a program has added in {lines}, from line {line}: left out"
        ));
    }
    match headings.as_slice() {
        [] => {}
        [line] => sink.notice(format!("line {line} is a heading over the first turn, as it looks: left out")),
        [line, ..] => {
            let count = headings.len();
            sink.notice(format!(
                "{count} lines are headings over a first turn, as they look: left out, from line {line}"
            ));
        }
    }
    if drafts.iter().any(|draft| !draft.turns.is_empty()) {
        header::tell_left_out(&left_out, sink);
    }
    finish(drafts, therapists, sink);
}

/// Takes the numbers of turns from the labels of every session that has them.
fn uncount(lines: &mut [Line<'_>], sink: &mut Sink) {
    for session in lines.split_mut(|line| matches!(line, Line::Next(..))) {
        let labels = session.iter().filter_map(|line| match line {
            Line::Labelled(prefix, known) => {
                (*known || speakers::numbered(prefix.label).is_some()).then_some(prefix.label)
            }
            _ => None,
        });
        if !speakers::count_turns(labels) {
            continue;
        }
        sink.notice("the numbers of the labels count turns, as it looks: all clients are one".to_owned());
        for line in session {
            if let Line::Labelled(prefix, known) = line
                && let Some((word, _)) = speakers::numbered(prefix.label)
            {
                (prefix.label, *known) = (word, true);
            }
        }
    }
}

/// Says of every label whether it is a speaker's.
fn settle(lines: &mut [Line<'_>], therapists: &[String]) {
    fn labels<'a>(lines: &[Line<'a>]) -> impl Iterator<Item = &'a str> {
        lines
            .iter()
            .filter_map(|line| if let Line::Labelled(prefix, _) = line { Some(prefix.label) } else { None })
    }
    let voices = turns::Voices::of(labels(lines), therapists);
    for session in lines.split_mut(|line| matches!(line, Line::Next(..))) {
        let alone = voices.are_alone(labels(session).map(|label| (label, false)));
        // Where every turn has a time, somebody's place in a family with one is a speaker's.
        let timed = session
            .iter()
            .all(|line| !matches!(line, Line::Labelled(prefix, true) if prefix.start.is_none()));
        for line in session {
            if let Line::Labelled(prefix, speaks) = line {
                let told = || timed && prefix.start.is_some() && speakers::is_relative(prefix.label);
                *speaks = voices.are(prefix.label, alone) || told();
            }
        }
    }
}

fn finish(drafts: Vec<Draft>, therapists: &[String], sink: &mut Sink) {
    let several = drafts.len() > 1;
    let mut record = 0;
    let mut above = header::Above::default();
    for Draft { mut session, mut turns, line, lost, unknown, .. } in drafts {
        let count = turns.len();
        turns::take_times(&mut turns);
        above.hand_down(&mut session, unknown, sink);
        let result = if turns.is_empty() {
            Err("no speakers found; begin every turn with Therapist: or Client:, or name the therapist with \
                 --therapist NAME (for a session note use --format note)"
                .to_owned())
        } else {
            turns::into_units(turns, &mut session, therapists, sink)
        };
        match result {
            Ok(()) => {
                sink.met(count + lost.len());
                for line in &lost {
                    record += 1;
                    let reason = "words before the first turn, which nobody is said to speak; begin the line \
                         with a speaker, or remove it";
                    sink.reject(record, *line as u64, reason.to_owned());
                }
                record += count as u64;
                sink.session(session);
            }
            Err(reason) => {
                record += 1;
                sink.refuse(if several { format!("the session from line {line}: {reason}") } else { reason });
            }
        }
    }
}

/// `# Session 2`, `Session 4 - transcript`, `Transcript of session 4`, `Interview with Anna`: words that name what follows and
/// are no sentence that somebody may have said.
fn is_heading(line: &str) -> bool {
    const NAMED: [&str; 3] = ["session", "transcript", "interview"];
    const BESIDE: [&str; 14] =
        ["of", "with", "and", "the", "for", "in", "on", "no", "nr", "number", "part", "week", "date", "s"];
    const SAID: [&str; 10] = ["i", "you", "we", "my", "me", "he", "she", "it", "they", "help"];
    let line = line.trim();
    let marked = line.trim_start_matches('#').starts_with([' ', '\t']) && line.starts_with('#');
    let words: Vec<&str> =
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is = |word: &str, known: &[&str]| known.contains(&word.to_lowercase().as_str());
    let names = |word: &str| is(word, &NAMED);
    // A name may stand in a heading of Markdown, and behind what it says the name of.
    let begins = words.first().is_some_and(|word| names(word)) && words.len() <= 4;
    let fits = |word: &&str| {
        names(word)
            || is(word, &BESIDE)
            || is(word, &MONTHS)
            || word.starts_with(|c: char| c.is_ascii_digit())
            || (marked || begins) && word.starts_with(char::is_uppercase) && !is(word, &SAID)
    };
    let ended = line.ends_with(['.', '?', '!', '…', ',']);
    !ended && words.len() <= 8 && words.iter().all(fits) && (marked || words.iter().any(|word| names(word)))
}

/// `Page 3 of 10`, `- 2 -`, `***`, `Transcribed by https://otter.ai`, what a program or a printer adds.
fn is_added(line: &str) -> bool {
    header::is_rule(line)
        || page_number(line).is_some()
        || line.get(..19).is_some_and(|begin| begin.eq_ignore_ascii_case("transcribed by http"))
            && line.len() <= MAX_ADDED
}

/// The longest line that a program or a printer adds, in bytes.
const MAX_ADDED: usize = 48;

fn figure(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The number of a page: `Page 3 of 10`, `p. 3`, `- 3 -`.
pub(super) fn page_number(line: &str) -> Option<u32> {
    if line.len() > MAX_ADDED {
        return None;
    }
    let line = line.to_lowercase();
    if let Some(rest) = line.strip_prefix("page ").or_else(|| line.strip_prefix("p. ")) {
        let (first, of) = rest.split_once([' ', '/']).unwrap_or((rest, ""));
        let counted = of.is_empty() || figure(of.trim_start_matches("of ")).is_some();
        return figure(first).filter(|_| counted);
    }
    let dashed = line.starts_with(['-', '–', '—']) && line.ends_with(['-', '–', '—']);
    figure(line.trim_matches(['-', '–', '—', ' '])).filter(|_| dashed)
}

/// `Anna Field stopped transcription`, `[END OF RECORDING]`: what a program says of its recording.
fn is_of_recording(line: &str) -> bool {
    const WHAT: [&str; 4] = ["transcription", "recording", "session", "transcript"];
    if line.len() > 2 * MAX_ADDED {
        return false;
    }
    let words: Vec<String> =
        line.trim_matches(['[', ']', '(', ')']).split_whitespace().map(str::to_lowercase).take(8).collect();
    let Some((last, before)) = words.split_last() else { return false };
    let of = WHAT.contains(&last.as_str());
    let ends = line.starts_with(['[', '(']) && before == ["end", "of"];
    // Teams names who did it, and nothing else is said so without a full stop.
    let teams = matches!(before, [_, .., done] if matches!(done.as_str(), "started" | "stopped"))
        && line.starts_with(char::is_uppercase)
        && matches!(last.as_str(), "transcription" | "recording");
    of && (ends || teams)
}

/// The lines of a text that a printer has put on its pages: numbers alone that count up together with all other numbers of
/// pages, and what comes back beside those (`CONFIDENTIAL`) or says itself that it is no talk.
fn furniture(lines: &[&str]) -> BTreeSet<usize> {
    // Between blank lines, or between pages that say that they are: one within a turn may be an answer, as to a question of scaling.
    let pages: Vec<Option<u32>> = lines.iter().map(|line| page_number(line)).collect();
    let said: BTreeSet<u32> = pages.iter().copied().flatten().collect();
    let parted = |at: Option<usize>| at.and_then(|at| lines.get(at)).is_none_or(|line| line.is_empty());
    let alone = |at: usize, line: &str| {
        let number = figure(line).filter(|_| line.len() < 5)?;
        let between = number > 0 && said.contains(&(number - 1)) && said.contains(&(number + 1));
        (between || parted(at.checked_sub(1)) && parted(Some(at + 1))).then_some(number)
    };
    let numbers: Vec<(usize, u32)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, pages[at].or_else(|| alone(at, line))?)))
        .collect();
    let counts = numbers.len() > 1 && numbers.windows(2).all(|two| two[0].1.checked_add(1) == Some(two[1].1));
    let mut added: BTreeSet<usize> = numbers.into_iter().filter(|_| counts).map(|(at, _)| at).collect();
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let short = |line: &str| !line.is_empty() && line.len() <= MAX_ADDED && turns::prefix(line).is_none();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| short(line)) {
        places.entry(line).or_default().push(at);
    }
    // Only what stands on a page twice is told from talk by where it stands.
    let is_page = |at: Option<usize>| at.and_then(|at| pages.get(at)).is_some_and(Option::is_some);
    let told = |line: &str| line.starts_with("Confidential") || line.contains("CONFIDENTIAL");
    for (line, places) in places.into_iter().filter(|(_, places)| places.len() > 1) {
        let ended = line.ends_with(['.', '?', '!', '…', ',', '-']);
        let beside = |&at: &usize| is_page(at.checked_sub(1)) || is_page(Some(at + 1));
        if !ended && (told(line) || places.iter().all(beside)) {
            added.extend(places);
        }
    }
    added
}

/// Looks at every line in the light of those before it.
fn classify<'a>(
    text: &'a str,
    therapists: &[String],
    prefix: fn(&str) -> Option<turns::Prefix<'_>>,
) -> Vec<Line<'a>> {
    let all: Vec<&str> = text.lines().map(str::trim).collect();
    let mut lines = Vec::with_capacity(all.len());
    // Whether a turn has been met in this session, and whether this is a block of header lines.
    let (mut talking, mut block, mut blank) = (false, false, true);
    let mut above = Vec::new();
    let furniture = furniture(&all);
    // Whether a speaker stands alone on the line above: what follows are words, whatever they look like.
    let mut awaited = false;
    for (number, (&line, raw)) in all.iter().zip(text.lines()).enumerate() {
        // A new page begins as a blank line does.
        blank |= raw.starts_with('\u{c}');
        if line.is_empty() {
            blank = true;
            block = false;
            lines.push(Line::Blank);
            continue;
        }
        let after_blank = std::mem::replace(&mut blank, header::is_rule(line));
        if talking
            && after_blank
            && let Some((fields, other)) = header::begins_next(&all[number..], &above)
        {
            block = true;
            if other {
                talking = false;
                above.clone_from(&fields.known);
                lines.push(Line::Next(fields));
                continue;
            }
        }
        // A page of a print may say once more what the first one does.
        if !talking || block {
            let within = block || header::begins_block(&all[number..]);
            let below = &all[number + 1..];
            let closed = within && (header::closes(below.first()) || header::names_somebody(below));
            let found = if within { header::loose_fields(line, closed) } else { header::fields(line) };
            if let Some(fields) = found {
                block = true;
                above.extend_from_slice(&fields.known);
                lines.push(Line::Header(fields));
                continue;
            }
            if within && header::names_somebody(&all[number..]) {
                block = true;
                lines.push(Line::Preamble);
                continue;
            }
        }
        let printed = !awaited && (is_of_recording(line) || furniture.contains(&number));
        if printed || talking && is_added(line) {
            blank = true;
            lines.push(Line::Added);
            continue;
        }
        if let Some(seconds) = turns::lone_time(line) {
            lines.push(Line::Time(seconds));
            continue;
        }
        awaited = false;
        lines.push(match prefix(line) {
            Some(prefix) => {
                awaited = prefix.text.is_empty();
                let known = turns::is_known(prefix.label, therapists);
                if known {
                    (talking, block) = (true, false);
                }
                if block { Line::Preamble } else { Line::Labelled(prefix, known) }
            }
            None => Line::Plain(line),
        });
    }
    lines
}
