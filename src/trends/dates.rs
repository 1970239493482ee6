//! Dates as people write them, read only where they can mean one day.

use jiff::civil::{Date, Time};
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
/// A weekday before a date and times of day after it are passed over, and the letters of `15th May 2024`. `16/01/2024` is read, for
/// there is no month 16; `03/04/2024` is not guessed; years have four digits, but for those behind a month in letters, as Excel writes them (`05-Jan-24`).
#[must_use]
pub fn read(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Some(date) = iso_with_time(text) {
        return Some(date);
    }
    day(text).or_else(|| {
        let text = without_weekday(text);
        let text = without_times(text)?;
        day(text).or_else(|| day(&without_ordinal(text)?))
    })
}

/// The time of day behind a date, for the order of a day's sessions; `None` if there is none.
#[must_use]
pub fn time(text: &str) -> Option<Time> {
    let (before, after) = text.split_once(':')?;
    let number = |digits: &str| digits.parse::<i8>().ok();
    let hour = number(before.rsplit(|c: char| !c.is_ascii_digit()).next()?)?;
    let minute = number(after.get(..2)?)?;
    let half = after[2..].trim_start_matches(|c: char| c.is_ascii_digit() || ":. ".contains(c));
    let half = half.get(..2).unwrap_or_default().to_lowercase();
    let hour = match (half.as_str(), hour) {
        ("am", 12) => 0,
        ("pm", 1..12) => hour + 12,
        _ => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

fn day(text: &str) -> Option<Date> {
    FORMS.iter().find_map(|form| parse(form, text)).or_else(|| with_slashes(text)).or_else(|| short(text))
}

/// What stands behind `Wed`, `Wednesday,`.
fn without_weekday(text: &str) -> &str {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let Some((word, rest)) = text.split_once(' ') else { return text };
    let word = word.trim_end_matches([',', '.']).to_lowercase();
    let is = |day: &&str| day.starts_with(word.as_str());
    if word.len() > 2 && DAYS.iter().any(is) { rest.trim_start() } else { text }
}

/// What stands before `14:00`, `2:00 PM`, `10:00 AM - 10:53 AM`; an error if it is not only times that follow the first.
fn without_times(text: &str) -> Option<&str> {
    let is_clock = |word: &str| {
        let word = word.trim_end_matches(|c: char| "AaPpMmZz".contains(c));
        word.contains(':') && word.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte))
    };
    let beside = |word: &str| ["am", "pm", "-", "–", "at", "to"].contains(&word.to_lowercase().as_str());
    let Some(colon) = text.find(':') else { return Some(text) };
    let begin = text[..colon].rfind(' ')?;
    let times = text[begin..].split_whitespace().all(|word| is_clock(word) || beside(word));
    let before = text[..begin].trim_end();
    times.then(|| before.strip_suffix(" at").unwrap_or(before).trim_end_matches([',', ' ']))
}

/// `15 May 2024` of `15th May 2024`.
fn without_ordinal(text: &str) -> Option<String> {
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let (before, after) = text.split_at(at + digits);
    let letters = after.get(..2)?.to_lowercase();
    let ordinal = digits < 3 && ["st", "nd", "rd", "th"].contains(&letters.as_str());
    ordinal.then(|| format!("{before}{}", &after[2..]))
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
    fn times_of_day_are_told() {
        for (text, hour, minute) in [
            ("2024-01-16T10:30:00+02:00", 10, 30),
            ("16 January 2024 14:00", 14, 0),
            ("Jan 16, 2024 2:05 PM", 14, 5),
            ("16/01/2024 12:15 am - 1:00 am", 0, 15),
            ("16/01/2024 12:15:10pm", 12, 15),
        ] {
            assert_eq!(time(text), Time::new(hour, minute, 0, 0).ok(), "{text}");
        }
        for text in ["2024-01-16", "16/01/2024 25:00", "16/01/2024 1:é", ":", "9:"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

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
            "16 January 2024 14:00",
            "Jan 16, 2024 2:00 PM",
            "16/01/2024 14:00",
            "01/16/2024 02:00 PM",
            "16-Jan-2024 14:00",
            "Tue 16 Jan 2024",
            "Tuesday, 16 January 2024",
            "Tue 16 Jan 2024, 14:02",
            "16th January 2024",
            "January 16th, 2024",
            "1/16/2024 10:00 AM - 10:53 AM",
            "16/01/2024 at 2:00pm",
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
            "Tuesday",
            "14:00",
            "03/04/2024 14:00",
            "Tue 03/04/2024",
            "16 Jan 2024 14:00 Anna",
            "16 Jan 2024 Room 14:00",
            "16ème Jan 2024",
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
