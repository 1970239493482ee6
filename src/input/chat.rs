//! CHAT, the format of `TalkBank` and CLAN: `*THE:` before every utterance, headers behind `@`, tiers about it behind `%`.
//!
//! After the CHAT manual (by B. `MacWhinney`, <https://doi.org/10.21415/3mhn-0z89>). What is read is what was said: codes of retracing,
//! overlap, errors and pauses go, a replacement (`gonna [: going to]`) takes the place of the word, and what was heard beside words
//! (`&=cries`) stands in brackets. A speaker is called by the role that the headers give, where that is one of ours.

use super::sink::{Context, Sink};
use super::turns::{self, Turn};
use super::{header, speakers};
use std::collections::BTreeMap;

/// What encloses the times of an utterance, in milliseconds.
const BULLET: char = '\u{15}';

/// Whether a text is CHAT, by its first lines.
pub(super) fn is_chat(start: &str) -> bool {
    let mut lines = start.lines().map(str::trim_end);
    let begins = |line: &str| line == "@Begin" || line.starts_with("@Participants:");
    matches!(lines.next(), Some("@UTF8")) || lines.take(8).any(begins)
}

pub(super) fn parse(text: &str, context: &Context, sink: &mut Sink) {
    let (mut session, mut id_given) = (context.session(None), false);
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut turns = Vec::new();
    let mut broken = Vec::new();
    for (number, line) in logical(text) {
        let (head, body) =
            line.split_once(':').map_or((line.trim(), ""), |(head, body)| (head.trim(), body.trim()));
        match head.chars().next() {
            Some('*') if line.contains(':') => {
                let (text, times) = said(body);
                let [start, end] = times.map_or([None, None], |times| times.map(Some));
                turns.push(Turn { label: head[1..].trim().to_owned(), text, start, end });
            }
            Some('@') => {
                describe(head, body, &mut people);
                if let Some(field) = header::field(&line[1..]) {
                    header::apply(field, number, &mut session, &mut id_given, sink);
                }
            }
            Some('%') | None => {}
            Some(_) => broken.push(number),
        }
    }
    if turns.is_empty() {
        return sink.refuse("no utterance found; one begins with * and the code of a speaker".to_owned());
    }
    let therapists = &context.options.therapist;
    for turn in &mut turns {
        if let Some(name) = people.get(&turn.label).and_then(|names| called(names, &turn.label, therapists)) {
            turn.label = name;
        }
    }
    let count = turns.len();
    if let Err(reason) = turns::into_units(turns, &mut session, therapists, sink) {
        return sink.refuse(reason);
    }
    // Whoever is called by a role may be named in the talk.
    let names = speakers::names(people.values().flatten().map(String::as_str));
    session
        .labels
        .extend(names.into_iter().filter(|name| !session.labels.contains(name)).collect::<Vec<_>>());
    sink.met(count + broken.len());
    sink.session(session);
    for (nth, line) in broken.into_iter().enumerate() {
        let record = (count + nth + 1) as u64;
        sink.reject(record, line as u64, "neither an utterance (*), a header (@) nor a tier (%)".to_owned());
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
            _ => lines.push((number, line.to_owned())),
        }
    }
    lines
}

/// What a header says of speakers: by code, their role and then their name.
fn describe(head: &str, body: &str, people: &mut BTreeMap<String, Vec<String>>) {
    match head {
        "@Participants" => {
            for one in body.split(',') {
                let mut words = one.split_whitespace();
                if let Some(code) = words.next() {
                    people
                        .entry(code.to_owned())
                        .or_default()
                        .extend(words.rev().map(|word| word.replace('_', " ")));
                }
            }
        }
        // Language, corpus, code, age, sex, group, status, role.
        "@ID" => {
            let fields: Vec<&str> = body.split('|').collect();
            if let (Some(code), Some(role)) = (fields.get(2), fields.get(7))
                && !role.trim().is_empty()
            {
                people.entry((*code).to_owned()).or_default().insert(0, role.trim().replace('_', " "));
            }
        }
        _ => {}
    }
}

/// By what somebody is known: a name given with `--therapist`, else a role that is one of ours; else nothing beside the code.
fn called(names: &[String], code: &str, therapists: &[String]) -> Option<String> {
    if speakers::is_named(code, therapists) {
        return None;
    }
    let given = names.iter().find(|name| speakers::is_named(name, therapists));
    given.or_else(|| names.iter().find(|name| speakers::role(name).is_some())).cloned()
}

/// The words of an utterance, and its start and end in seconds.
fn said(body: &str) -> (String, Option<[f64; 2]>) {
    let mut times = None;
    let mut words: Vec<String> = Vec::new();
    for (nth, piece) in body.split(BULLET).enumerate() {
        if nth % 2 == 0 {
            spoken(piece, &mut words);
        } else if let Some((start, end)) = piece.split_once('_')
            && let (Ok(start), Ok(end)) = (start.parse::<u32>(), end.parse::<u32>())
        {
            let [_, last] = times.unwrap_or([0.0, 0.0]);
            let [start, end] = [start, end].map(|time| f64::from(time) / 1000.0);
            times = Some([times.map_or(start, |[first, _]: [f64; 2]| first), end.max(last)]);
        }
    }
    let mut text = String::new();
    for word in words {
        let joins = word.chars().all(|c| ".,?!…—".contains(c));
        if !text.is_empty() && !joins {
            text.push(' ');
        }
        text.push_str(&word);
    }
    (text, times)
}

/// Adds the words of a piece between bullets.
fn spoken(piece: &str, words: &mut Vec<String>) {
    let mut left = piece.trim_start();
    while !left.is_empty() {
        if let Some(code) = left.strip_prefix('[') {
            let (code, rest) = code.split_once(']').unwrap_or((code, ""));
            if let Some(instead) = code.strip_prefix(": ").or_else(|| code.strip_prefix(":: ")) {
                words.pop();
                words.push(instead.trim().to_owned());
            } else if let Some(sound) = code.strip_prefix("=! ") {
                words.push(format!("[{}]", sound.trim()));
            }
            left = rest.trim_start();
            continue;
        }
        let end = left.find(|c: char| c.is_whitespace() || c == '[').unwrap_or(left.len());
        words.extend(word(&left[..end]));
        left = left[end..].trim_start();
    }
}

/// What was said with one token; nothing if it is a code.
fn word(token: &str) -> Option<String> {
    // Linkers and terminators; `+<` is no scope.
    if let Some(mark) = token.strip_prefix('+') {
        return match mark {
            _ if mark.ends_with('?') => Some("?".to_owned()),
            "..." | "…" => Some("…".to_owned()),
            "/." | "//." => Some("—".to_owned()),
            _ if mark.ends_with('.') => Some(".".to_owned()),
            _ => None,
        };
    }
    let token = token.trim_start_matches('<').trim_end_matches('>');
    if let Some(sound) = token.strip_prefix("&=") {
        return Some(format!("[{}]", sound.replace([':', '_'], " ")));
    }
    match token {
        "" | "0" => return None,
        "xxx" | "yyy" | "www" => return Some("[inaudible]".to_owned()),
        "‡" | "„" => return Some(",".to_owned()),
        _ if token.starts_with("&+") || token.starts_with("&~") => return None,
        // A pause: (.) (..) (1.5)
        _ if token.starts_with('(') && token.ends_with(')') && !token.contains(char::is_alphabetic) => {
            return None;
        }
        _ => {}
    }
    let token = token.strip_prefix("&-").or_else(|| token.strip_prefix('&')).unwrap_or(token);
    // What kind of word it is: `bunny@f`, `ja@s:deu`.
    let token = token.split_once('@').filter(|(word, _)| !word.is_empty()).map_or(token, |(word, _)| word);
    let letters = |c: char| !matches!(c, '(' | ')' | ':' | '^' | '↑' | '↓' | '<' | '>');
    let bare: String =
        token.chars().filter(|&c| letters(c)).map(|c| if matches!(c, '_' | '+') { ' ' } else { c }).collect();
    (!bare.trim().is_empty()).then(|| bare.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said() {
        for (body, wanted) in [
            ("how was the week ?", "how was the week?"),
            ("I [/] I told her (.) no . \u{15}1500_2500\u{15}", "I I told her no."),
            ("(be)cause &-um it was gonna [: going to] &+st stop +...", "because um it was going to stop…"),
            ("<I never> [//] I did cry@o &=laughs ‡ really +/.", "I never I did cry [laughs], really—"),
            ("+< no:: ice+cream xxx [?] www .", "no ice cream [inaudible] [inaudible]."),
            ("+\" she said (1.5) leave it [=! whispers] +\"/.", "she said leave it [whispers]."),
            ("New_York [*] [= a gloss] eats@s:deu +//?", "New York eats?"),
            ("0 .", "."),
            ("[", ""),
            ("<<>> [: ] &= (", "[]"),
        ] {
            assert_eq!(said(body).0, wanted, "{body}");
        }
        assert_eq!(said("a \u{15}1500_2500\u{15} b . \u{15}2500_4000\u{15}").1, Some([1.5, 4.0]));
        assert_eq!(said("a \u{15}x_2500\u{15} \u{15}").1, None);
    }
}
