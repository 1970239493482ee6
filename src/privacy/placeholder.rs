//! What exports have already put in the place of names and numbers.

use super::compile;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// `[NAME]`, `[CITY_2]`, `[friend]`, `<PERSON>`, `{name}`, `(NAME)`, `@NAME1`, `XXXX`, `***`, `___`. A bracket with a
/// capital followed by small letters is a remark that may name somebody, and no placeholder.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    let inner = r"[A-Z][A-Z0-9_ /#:.'-]*|[a-z][a-z0-9_ /,'-]*|";
    compile(&format!(
        r"\[(?:{inner})\]|<(?:{inner})>|\{{(?:{inner})\}}|\([A-Z][A-Z0-9_-]{{2,}}\)|@(?:NAME|USER|PERSON)\d*|\b[Xx]{{2,}}(?:[-/ ][Xx]{{2,}})*\b|\*{{2,}}|_{{2,}}|#{{3,}}"
    ))
});

/// Where placeholders stand, in bytes.
pub(super) fn spans(text: &str) -> Vec<Range<usize>> {
    if !text
        .bytes()
        .any(|byte| matches!(byte, b'[' | b'<' | b'{' | b'(' | b'@' | b'*' | b'_' | b'#' | b'x' | b'X'))
    {
        return Vec::new();
    }
    // "j.smith [at] nhs [dot] net" is an address.
    let hidden = |text: &str| text.eq_ignore_ascii_case("[at]") || text.eq_ignore_ascii_case("[dot]");
    PLACEHOLDER.find_iter(text).filter(|found| !hidden(found.as_str())).map(|found| found.range()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exports_carry() {
        for placeholder in [
            "[NAME]",
            "[NAME_2]",
            "[CITY]",
            "[friend]",
            "<PERSON>",
            "<LOCATION 1>",
            "{name}",
            "(NAME)",
            "XXXX",
            "xx",
            "XX/XX/XXXX",
            "***",
            "____",
            "###",
            "[M]",
        ] {
            let text = format!("and {placeholder} said");
            assert_eq!(
                spans(&text),
                std::iter::once(4..4 + placeholder.len()).collect::<Vec<_>>(),
                "{placeholder}"
            );
        }
        assert!(spans("and [Anna leaves] I said (Anna) so").is_empty());
    }
}
