//! What the XML outputs share.

use std::borrow::Cow;

/// The text without the characters that XML 1.0 cannot hold, each of them replaced by U+FFFD.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn characters_that_xml_cannot_hold() {
        assert_eq!(clean("a\u{0}b\u{1b}[0m\u{ffff}"), "a\u{fffd}b\u{fffd}[0m\u{fffd}");
        assert_eq!(clean("\t\n\r <&> é 😶"), "\t\n\r <&> é 😶");
    }
}
