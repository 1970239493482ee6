//! Times within a session: seconds as a number, or clock times.

/// Seconds out of `12.5`, `1:02`, `00:01:02`, `00:01:02.500`, `00:01:02,500`. Anything else is `None`.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 24 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let text = text.replace(',', ".");
    let parts: Vec<&str> = text.split(':').collect();
    let whole = |part: &str, limit: Option<u32>| -> Option<f64> {
        let digits = !part.is_empty() && part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit());
        let value: u32 = part.parse().ok().filter(|_| digits)?;
        limit.is_none_or(|limit| value < limit).then_some(f64::from(value))
    };
    let tail = |part: &str| -> Option<f64> {
        let fine = part.starts_with(|c: char| c.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        part.parse().ok().filter(|_| fine)
    };
    match parts.as_slice() {
        [s] => tail(s),
        [m, s] => Some(whole(m, None)? * 60.0 + tail(s).filter(|&s| s < 60.0)?),
        [h, m, s] => {
            Some(whole(h, None)? * 3600.0 + whole(m, Some(60))? * 60.0 + tail(s).filter(|&s| s < 60.0)?)
        }
        _ => None,
    }
}

/// Like [`seconds`], but only for what looks like a clock: at least one colon.
pub(super) fn clock(text: &str) -> Option<f64> {
    text.contains(':').then(|| seconds(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_clocks() {
        for (text, value) in [
            ("0", 0.0),
            ("12.5", 12.5),
            ("12,5", 12.5),
            ("1:02", 62.0),
            ("00:03:12", 192.0),
            ("00:00:01.250", 1.25),
            ("00:00:01,250", 1.25),
            ("120:00", 7200.0),
        ] {
            assert_eq!(seconds(text), Some(value), "{text}");
        }
        for text in ["", "abc", "-1", "1:60", "1:2:3:4", "1:-2", "nan", "inf", "1e9", ":12", "1:", "00:61:00"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(clock("12"), None);
    }
}
