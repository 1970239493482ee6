//! HTML among the words, as systems of records write it out of fields of rich text: read as the words that it shows.
//!
//! Tags go, blocks and `<br>` become line ends, and entities what they stand for. Only what nobody writes otherwise is markup: an entity
//! that ends, and a known tag that has attributes, is closed somewhere in the text, or is one of those that stand alone. So `I <3 him`,
//! `AT&T`, `<laughs>` and `<NAME>` stay, and a text without markup is as it was.

use super::marks::is_mark;
use quick_xml::escape::resolve_html5_entity;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Why RTF is a reject.
pub(super) const RTF: &str = "the words are RTF, which cannot be read; export them as plain text";

/// Tags that begin or end a line.
const BLOCKS: &str = "p div li ul ol dl dt dd table thead tbody tr hr h1 h2 h3 h4 h5 h6 blockquote pre html head body section \
     article header footer main form center fieldset title style script";
/// Tags within a line.
const INLINE: &str =
    "br td th a b i u s em strong span font small big sub sup strike del ins mark tt img o:p meta link";
/// Tags that need no other to be told: nobody's placeholder is called so. `<P>` and `<LI>` may be somebody's.
const ALONE: &str = "br p div li ul ol tr td hr BR DIV UL OL TR TD HR";

/// No entity that text has is called longer, without its `&` and `;`.
const LONGEST: usize = 9;

/// Whether the words are RTF.
pub(super) fn is_rtf(text: &str) -> bool {
    text.trim_start().starts_with("{\\rtf")
}

/// The words that a text shows: owned if there was markup in it.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    match once(text) {
        None => Cow::Borrowed(text),
        // What was escaped once more on its way shows its markup now.
        Some(words) => Cow::Owned(once(&words).unwrap_or(words)),
    }
}

fn once(text: &str) -> Option<String> {
    if !text.contains(['<', '&']) {
        return None;
    }
    let closing = text.match_indices("</").filter_map(|(at, _)| Some(Tag::at(&text[at..])?.0.name));
    let closed: BTreeSet<&str> = closing.collect();
    let (mut words, mut any, mut rest) = (Words::default(), false, text);
    while let Some(at) = rest.find('<') {
        any |= decode(&rest[..at], &mut words.shown);
        let from = &rest[at..];
        let tag = Tag::at(from).filter(|(tag, _)| tag.is_sure(&closed));
        rest = if let Some((tag, after)) = tag {
            words.tag(&tag);
            any = true;
            after
        } else if let Some(after) = words.aside(from) {
            any = true;
            after
        } else {
            words.shown.push('<');
            &from[1..]
        };
    }
    any |= decode(rest, &mut words.shown);
    any.then(|| words.shown.trim().to_owned())
}

/// One tag of those known.
struct Tag<'a> {
    name: &'a str,
    closes: bool,
    /// Whether it has attributes, or ends as no other than a tag does.
    certain: bool,
}

impl<'a> Tag<'a> {
    /// The tag that the text begins with, and what follows it.
    fn at(text: &'a str) -> Option<(Tag<'a>, &'a str)> {
        let inner = text.strip_prefix('<')?;
        // A look no farther than the next one, or it would be a look to the end from each.
        let end = inner.find(['<', '>'])?;
        let after = inner[end..].strip_prefix('>')?;
        let inner = &inner[..end];
        let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
        let name = inner.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).next()?;
        let more = &inner[name.len()..];
        let attributes = more.trim_end_matches(['/', ' ']).trim_start();
        let spaced = more.starts_with(|c: char| c.is_whitespace() || c == '/');
        // The name of the first: `<b and c = d>` is none.
        let behind =
            attributes.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':'));
        let named = attributes.starts_with(|c: char| c.is_ascii_alphabetic());
        let sound = attributes.is_empty() || named && behind.trim_start().starts_with('=');
        let known = [BLOCKS, INLINE].iter().any(|names| is_one(name, names));
        let certain = !attributes.is_empty() || more.ends_with('/');
        (known && sound && (spaced || more.is_empty())).then_some((Tag { name, closes, certain }, after))
    }

    fn is_sure(&self, closed: &BTreeSet<&str>) -> bool {
        self.closes
            || self.certain
            || ALONE.split(' ').any(|name| name == self.name)
            || closed.contains(self.name)
    }

    fn is(&self, names: &str) -> bool {
        is_one(self.name, names)
    }
}

fn is_one(name: &str, names: &str) -> bool {
    names.split(' ').any(|known| known.eq_ignore_ascii_case(name))
}

/// The words so far.
#[derive(Default)]
struct Words {
    shown: String,
    /// Where a style began, which is not shown if it ends as one does.
    style: Option<usize>,
    /// Whether a comment is open that nothing closes.
    unclosed: bool,
}

impl Words {
    fn tag(&mut self, tag: &Tag<'_>) {
        // No other tag stands within a style: one that comes all the same is behind what was never closed.
        let style = self.style.take().filter(|_| tag.closes && tag.is("style"));
        if let Some(start) = style.filter(|&start| self.shown[start..].trim_end().ends_with('}')) {
            self.shown.truncate(start);
        }
        if tag.is("br") {
            self.shown.push('\n');
        } else if tag.is("td th") {
            self.shown.push_str(if tag.closes { "\t" } else { "" });
        } else if tag.is(BLOCKS) {
            self.shown.truncate(self.shown.trim_end().len());
            // A paragraph of its own: lines that follow one another may have been wrapped.
            self.shown.push_str(if self.shown.is_empty() { "" } else { "\n\n" });
        }
        if !tag.closes && tag.is("style") {
            self.style = Some(self.shown.len());
        }
    }

    /// What follows a comment or a declaration, if the text begins with one.
    fn aside<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(comment) = text.strip_prefix("<!--").filter(|_| !self.unclosed) {
            let after = comment.split_once("-->").map(|(_, after)| after);
            self.unclosed = after.is_none();
            return after;
        }
        let declares =
            ["<!DOCTYPE ", "<!doctype ", "<![", "<?xml"].iter().any(|begin| text.starts_with(begin));
        let end = text[1..].find(['<', '>']).filter(|_| declares)?;
        text[1 + end..].strip_prefix('>')
    }
}

/// Adds a text with its entities as what they stand for; whether there was one.
pub(super) fn decode(text: &str, out: &mut String) -> bool {
    let (mut any, mut rest) = (false, text);
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        if let Some((c, end)) = end.and_then(|end| Some((entity(&rest[..end])?, end))) {
            // What shows nothing would part a name; joiners make one sign of several.
            out.extend((!is_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')).then_some(c));
            rest = &rest[end + 1..];
            any = true;
        } else {
            out.push('&');
        }
    }
    out.push_str(rest);
    any
}

/// What an entity stands for, if text has that.
fn entity(name: &str) -> Option<char> {
    let c = if let Some(number) = name.strip_prefix('#') {
        numbered(number)?
    } else {
        let mut chars = resolve_html5_entity(name)?.chars();
        let c = chars.next().filter(|_| chars.next().is_none())?;
        // Letters, punctuation, currencies and arrows; `&and;` and `&it;` may be somebody's words.
        let in_text = matches!(c, '\0'..='\u{3ff}' | '\u{2000}'..='\u{205f}' | '\u{20a0}'..='\u{20cf}' | '\u{2190}'..='\u{2193}'
            | '™' | '≈' | '≠' | '≤' | '≥');
        in_text.then_some(c)?
    };
    // A space that does not break would hide a name or a number from whoever looks for one with spaces.
    Some(if c == '\u{a0}' { ' ' } else { c })
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    // As browsers read them: Windows has signs where Unicode has none.
    if let (128..=159, Ok(byte)) = (code, u8::try_from(code)) {
        let byte = [byte];
        let (decoded, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
        return decoded.chars().next().filter(|c| !c.is_control());
    }
    char::from_u32(code).filter(|&c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_read_as_what_it_shows() {
        for (given, words) in [
            ("<p>S: He cried.</p><p>O: Dr&nbsp;O&#39;Shea</p>", "S: He cried.\n\nO: Dr O'Shea"),
            ("<div class=\"x\">a<br>b<BR />c</div>\n<div>d &mdash; e</div>", "a\nb\nc\n\nd — e"),
            ("<b>S:</b> <u>low</u> <span style='a'>mood", "S: low mood"),
            ("<table><tr><td>S</td><td>low</td></tr></table>", "S\tlow"),
            ("<ul><li>slept<li>ate</ul>", "slept\n\nate"),
            ("<html><head><style>p {}</style></head><body>x<!-- y --></body></html>", "x"),
            (
                "Siobh&aacute;n, a&#64;b.org &#x2019; &#146; &frac12; S&shy;h &rarr; &ge; 3",
                "Siobhán, a@b.org ’ ’ ½ Sh → ≥ 3",
            ),
            ("&lt;p&gt;Dr&amp;nbsp;O&lt;/p&gt;", "Dr O"),
            ("AT&amp;T &lt;laughs&gt; <NAME>", "AT&T <laughs> <NAME>"),
            ("<p>met <A> and <B> <laughs></p>", "met <A> and <B> <laughs>"),
        ] {
            assert_eq!(shown(given), words, "{given}");
        }
    }

    #[test]
    fn what_is_no_markup_stays() {
        for text in [
            "I <3 him",
            "a < b, c > d",
            "AT&T; R&D;",
            "<laughs>",
            "<NAME> <PERSON> [NAME] <P> <B> <A>",
            "a<b and c>d",
            "a <b and c = d> e",
            "<b@x.org> <https://x.org>",
            "&bogus; &and; &it; &#0; &",
            "mum&dad;",
            "open <b",
            "<!-- open",
            "  a\u{a0}b  ",
            "<title> <address> <date=x>",
            "<p.m.>",
        ] {
            assert!(matches!(shown(text), Cow::Borrowed(_)), "{text}: {}", shown(text));
        }
        // What is never closed is not hidden.
        assert_eq!(shown("a<style type='x'>b<p>c</style>"), "a\n\nb\n\nc");
    }

    #[test]
    fn time_is_linear() {
        for piece in ["<b ", "<!--", "</", "<style>", "&amp", "<p a=", "<p>", "&lt;"] {
            let started = std::time::Instant::now();
            let _ = shown(&piece.repeat(200_000));
            assert!(started.elapsed().as_secs() < 10, "{piece}");
        }
    }
}
