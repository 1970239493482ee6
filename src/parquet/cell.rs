//! Typed cells as the text of a table, so that a number or a date means the same in whatever it is stored.

use jiff::Timestamp;

/// `7`, also of an id that pandas made 7.0; nothing of what is no number.
#[must_use]
pub fn decimal(value: impl Into<f64> + std::fmt::Display + Copy) -> String {
    if value.into().is_finite() { value.to_string() } else { String::new() }
}

/// The day that is so many days after 1 January 1970.
///
/// # Errors
/// If it is out of range.
pub fn date(days: i64) -> Result<String, String> {
    shown(Timestamp::from_second(days.saturating_mul(86_400)))
}

/// The moment that is so many parts of a second after the beginning of 1970 in UTC; `parts` is how many make a second, up
/// to 10⁹. What begins a day is the day.
///
/// # Errors
/// If it is out of range.
pub fn time(value: i64, parts: i64) -> Result<String, String> {
    shown(Timestamp::from_nanosecond(i128::from(value) * i128::from(1_000_000_000 / parts.max(1))))
}

fn shown(time: Result<Timestamp, jiff::Error>) -> Result<String, String> {
    let text = time.map_err(|_| "a date is out of range".to_owned())?.to_string();
    Ok(text.strip_suffix("T00:00:00Z").unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_written_as_in_a_table() {
        assert_eq!(
            (decimal(7.0_f64), decimal(0.1_f32), decimal(f64::NAN)),
            ("7".into(), "0.1".into(), String::new())
        );
        assert_eq!(date(20_000).unwrap(), "2024-10-04");
        assert_eq!(time(1_728_000_000_000, 1_000).unwrap(), "2024-10-04");
        assert_eq!(time(1_728_000_001_500_000_000, 1_000_000_000).unwrap(), "2024-10-04T00:00:01.5Z");
        assert!(date(i64::MAX).is_err());
    }
}
