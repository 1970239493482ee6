//! The frame of the page: one file with its style, its script and its data, under a policy that lets nothing else in.

use super::gather::Book;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = concat!(
    include_str!("css/base.css"),
    include_str!("css/parts.css"),
    include_str!("css/charts.css"),
    include_str!("css/print.css"),
);
/// In the order in which they lean on one another.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("js/words.js"),
    include_str!("js/book.js"),
    include_str!("js/draw.js"),
    include_str!("js/strip.js"),
    include_str!("js/table.js"),
    include_str!("js/caseload.js"),
    include_str!("js/course.js"),
    include_str!("js/client.js"),
    include_str!("js/moment.js"),
    include_str!("js/session.js"),
    include_str!("js/corpus.js"),
    include_str!("js/forest.js"),
    include_str!("js/about.js"),
    include_str!("js/main.js"),
    "})();\n",
);

/// The page as one HTML document.
#[must_use]
pub fn page(book: &Book) -> String {
    let (data, words) = (inert(&book.data), inert(&book.words));
    let mut page = String::with_capacity(FRAME.len() + STYLE.len() + SCRIPT.len() + data.len() + words.len());
    let mut rest = FRAME;
    // One pass over the frame: what is put in is not looked at again.
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        match name {
            "policy" => page.push_str(&policy()),
            "style" => page.push_str(STYLE),
            "script" => page.push_str(SCRIPT),
            "data" => page.push_str(&data),
            "words" => page.push_str(&words),
            _ => {}
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// The content security policy: this one style and this one script, nothing from anywhere, nothing to anywhere.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// JSON that can stand inside a `script` element whatever words are in it: no character that HTML could take for
/// the end of the element or the begin of a comment, and none that could turn around or hide what is beside it.
fn inert(value: &impl Serialize) -> String {
    // Numbers, strings and lists of ours: they always serialise.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        // All of these occur in strings only, so an escape may take their place.
        if matches!(c, '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{feff}') || is_invisible(c) {
            // Writing to a string cannot fail.
            let _ = write!(safe, "\\u{:04x}", c as u32);
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Marks of direction and other controls of layout; what joins emoji and scripts is left alone.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_hold_nothing_that_html_would_read() {
        let nasty = "</script><!--<img onerror=x>&amp;\u{202e}\u{2028}\u{feff}\"\\\n😀\u{200d}";
        let json = inert(&nasty);
        assert!(!json.contains(['<', '>', '&', '\u{202e}', '\u{2028}', '\u{feff}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), nasty);
    }

    #[test]
    fn style_and_script_cannot_end_their_elements() {
        assert!(!STYLE.contains("</"));
        assert!(!SCRIPT.to_lowercase().contains("</script") && !SCRIPT.contains("<!--"));
        assert!(policy().contains("script-src 'sha256-"));
    }

    #[test]
    fn the_frame_has_a_place_for_everything() {
        for name in ["policy", "style", "script", "data", "words"] {
            assert_eq!(FRAME.matches(&format!("{{{{{name}}}}}")).count(), 1, "{name}");
        }
    }
}
