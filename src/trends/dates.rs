//! Dates as people write them, read only where they can mean one day.

use jiff::civil::Date;
use jiff::fmt::strtime;

/// Forms with a month in words, or the year first, or points: day, month, year.
const FORMS: [&str; 13] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%B-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
];

/// The day that `text` means, or `None` if it means none or could mean two.
///
/// A time of day after an ISO date is passed over. `16/01/2024` is read, for there is no month 16; `03/04/2024` is not
/// guessed; years have four digits, but for those behind a month in letters, as Excel writes them (`05-Jan-24`).
#[must_use]
pub fn read(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Some(date) = iso_with_time(text) {
        return Some(date);
    }
    FORMS.iter().find_map(|form| parse(form, text)).or_else(|| with_slashes(text)).or_else(|| short(text))
}

/// `05-Jan-24`: day first. Of years that this century has not come near nothing is guessed.
fn short(text: &str) -> Option<Date> {
    let (before, year) = text.rsplit_once('-')?;
    let digits = year.len() == 2 && year.bytes().all(|byte| byte.is_ascii_digit());
    let near = digits && year < "50";
    near.then(|| parse("%d-%b-%Y", &format!("{before}-20{year}"))).flatten()
}

fn parse(form: &str, text: &str) -> Option<Date> {
    let date = strtime::parse(form, text).ok()?.to_date().ok()?;
    // Two digits would otherwise be a year of the first century.
    (date.year() >= 1000).then_some(date)
}

/// `2024-01-16T10:30:00Z`, `2024-01-16 10:30`.
fn iso_with_time(text: &str) -> Option<Date> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let clock = |c: char| c.is_ascii_digit() || ":.+-Zz ".contains(c);
    if time.is_empty() || !time.chars().all(clock) {
        return None;
    }
    parse("%Y-%m-%d", date)
}

/// Day and month with slashes or hyphens in either order, where one of them can only be the day.
fn with_slashes(text: &str) -> Option<Date> {
    let read = |forms: [&str; 2]| forms.iter().find_map(|form| parse(form, text));
    let (day_first, month_first) = (read(["%d/%m/%Y", "%d-%m-%Y"]), read(["%m/%d/%Y", "%m-%d-%Y"]));
    match (day_first, month_first) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_mean_one_day() {
        for text in [
            "2024-01-16",
            " 2024/01/16 ",
            "2024.01.16",
            "20240116",
            "16.01.2024",
            "16.1.2024",
            "16 Jan 2024",
            "16 January 2024",
            "Jan 16, 2024",
            "January 16, 2024",
            "16-jan-2024",
            "16-Jan-24",
            "16/01/2024",
            "01/16/2024",
            "16-01-2024",
            "2024-01-16T10:30:00Z",
            "2024-01-16 10:30",
            "2024-01-16T10:30:00+02:00",
        ] {
            assert_eq!(read(text), Some(jiff::civil::date(2024, 1, 16)), "{text}");
        }
        assert_eq!(read("05/05/2024"), Some(jiff::civil::date(2024, 5, 5)));
        assert_eq!(read("29 Feb 2024"), Some(jiff::civil::date(2024, 2, 29)));
    }

    #[test]
    fn what_is_not_guessed() {
        for text in [
            "",
            "03/04/2024",
            "3-4-2024",
            "16/01/24",
            "16.01.24",
            "16-01-24",
            "16-Jan-68",
            "16-Jan-4",
            "Jan-16-24",
            "last Tuesday",
            "2024-02-30",
            "30 Feb 2024",
            "2024",
            "2024-01",
            "16/13/2024",
            "2024-01-16 with Anna",
            "12345678",
            "été 2024",
            "0024-01-16",
            "\u{661}6/01/2024",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
