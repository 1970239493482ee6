//! Characters that show nothing and stand before and after words all the same: byte order marks of files that were
//! joined, marks of direction as chat programs write them, zero-width spaces.
//!
//! They are left alone within words and taken off where something is told by its name: a label, an id, a column.

/// Whether the character shows nothing.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text without marks and white space at its ends.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| is_mark(c) || c.is_whitespace())
}

/// The text without marks at the beginnings of its lines, where they would hide who speaks.
pub(super) fn unmarked(text: String) -> String {
    if text.contains(is_mark) {
        text.split_inclusive('\n').map(|line| line.trim_start_matches(is_mark)).collect()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_from_the_ends_only() {
        assert_eq!(bare("\u{feff}\u{200e} a\u{200d}b \u{202c}"), "a\u{200d}b");
        assert_eq!(unmarked("\u{feff}T: x\u{200b}\n\u{200e}C: y\n".to_owned()), "T: x\u{200b}\nC: y\n");
    }
}
