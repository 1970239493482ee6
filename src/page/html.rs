//! The frame of the page: one file with its style, its script and its data, under a policy that lets nothing else in.

use super::data::Book;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;

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
    let packed = (words.len() > MOST_PLAIN).then(|| pack(&words));
    let words_type = if packed.is_some() { "application/gzip;base64" } else { "application/json" };
    let words = packed.unwrap_or(words);
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
            "words-type" => page.push_str(words_type),
            _ => {}
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Words beyond so many bytes are packed; fewer can be read in the file itself.
const MOST_PLAIN: usize = 2_000_000;

/// The text in gzip and base64: about half its size, in characters that are as inert as the text was.
fn pack(text: &str) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory cannot fail.
    let _ = gzip.write_all(text.as_bytes());
    STANDARD.encode(gzip.finish().unwrap_or_default())
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
    use std::io::Read as _;

    #[test]
    fn data_hold_nothing_that_html_would_read() {
        let nasty = "</script><!--<img onerror=x>&amp;\u{202e}\u{2028}\u{feff}\"\\\n😀\u{200d}";
        let json = inert(&nasty);
        assert!(!json.contains(['<', '>', '&', '\u{202e}', '\u{2028}', '\u{feff}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), nasty);
    }

    #[test]
    fn packed_words_unpack() {
        let text = "[[[0,\"It’s mine \u{1f600}\"]]]".repeat(99);
        let packed = pack(&text);
        assert!(packed.len() < text.len() && packed == pack(&text));
        let mut unpacked = String::new();
        let bytes = STANDARD.decode(packed).unwrap();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
    }

    #[test]
    fn style_and_script_cannot_end_their_elements() {
        assert!(!STYLE.contains("</"));
        assert!(!SCRIPT.to_lowercase().contains("</script") && !SCRIPT.contains("<!--"));
        assert!(policy().contains("script-src 'sha256-"));
    }

    #[test]
    fn the_frame_has_a_place_for_everything() {
        for name in ["policy", "style", "script", "data", "words", "words-type"] {
            assert_eq!(FRAME.matches(&format!("{{{{{name}}}}}")).count(), 1, "{name}");
        }
    }
}
