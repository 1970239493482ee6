//! `shard.csv`: what a shard says of its sessions beyond its tables, for `breakthrough merge`.

use crate::codebook::CODE_COUNT;
use crate::coding::stretch::{FACTOR_COUNT, Stretch, Tallies};
use crate::report::folder::Error;
use crate::report::table::{Column, Options, Rows, Table};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Rows that a session has in the tables of its shard; one in `sessions.csv`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In `utterances.csv`, and in `own_codes.csv` where there is one.
    pub units: u64,
    /// In `moments.csv`.
    pub moments: u64,
    /// In `excerpts.csv`.
    pub excerpts: u64,
    /// In `privacy.csv`.
    pub finds: u64,
}

/// One session of a shard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Its place among all sessions of the input, from 1.
    pub place: u64,
    /// Its rows.
    pub rows: Counts,
    /// What is remembered of it.
    pub stretch: Stretch,
}

/// One row per session of the shard, in input order.
#[derive(Debug)]
pub struct Sessions;

const PLACE: &str = "place";
const UNITS: &str = "units";
const MOMENTS: &str = "moments";
const EXCERPTS: &str = "excerpts";
const FINDS: &str = "finds";
const IDENTITY: &str = "identity";
const BREAKTHROUGHS: &str = "breakthrough_expected";
const RESISTANCES: &str = "resistance_expected";
const TALLIES: &str = "tallies";

impl Table for Sessions {
    type Record = Record;
    const FILE: &'static str = "shard.csv";
    const ABOUT: &'static str = "Written by `analyze --shard` alone, for `breakthrough merge`: one row per session of the shard (or stretch of \
        one), in the order of `sessions.csv`, which holds its ids. Numbers only.";

    fn columns() -> Vec<Column> {
        let exact = "a decimal number";
        vec![
            Column::new(
                PLACE,
                "Place of the session among all sessions of the input, those of other shards counted.",
            )
            .integer("sessions, from 1", "1 or more"),
            Column::new(UNITS, "Its rows in `utterances.csv`, and in `own_codes.csv` where there is one.")
                .integer("rows", "1 or more"),
            Column::new(MOMENTS, "Its rows in `moments.csv`.").integer("rows", "0 or more"),
            Column::new(EXCERPTS, "Its rows in `excerpts.csv`.").integer("rows", "0 or more"),
            Column::new(FINDS, "Its rows in `privacy.csv`.").integer("rows", "0 or more"),
            Column::new(
                IDENTITY,
                "Half of a SHA-256 of file, client and id, in hexadecimal: stretches of one session share it.",
            ),
            Column::new(BREAKTHROUGHS, "As in `sessions.csv`, to the last bit.").words(exact),
            Column::new(RESISTANCES, "As in `sessions.csv`, to the last bit.").words(exact),
            Column::new(
                TALLIES,
                "For each contributing code in codebook order, and for breakthrough and resistance, four counts of units for \
                 `factors.csv`: with the code before and the outcome, with the code alone, with the outcome alone, with neither; \
                 joined by `|`.",
            ),
        ]
    }

    fn write(record: &Record, _: Options, rows: &mut Rows) -> Result<(), Error> {
        let Record { place, rows: counts, stretch } = record;
        rows.shown(place);
        for count in [counts.units, counts.moments, counts.excerpts, counts.finds] {
            rows.shown(count);
        }
        let mut identity = String::new();
        for byte in stretch.identity {
            // Writing to a string cannot fail.
            let _ = write!(identity, "{byte:02x}");
        }
        rows.text(&identity);
        // The shortest number that reads back as this one.
        stretch.expected.iter().for_each(|expected| rows.shown(expected));
        let tallies: Vec<_> = stretch.tallies.iter().flatten().flatten().map(ToString::to_string).collect();
        rows.text(&tallies.join("|"));
        rows.end()
    }
}

/// Cells by column.
pub(super) type Cells = BTreeMap<String, String>;

/// Place and rows of a session; `None` if they are not as [`Sessions`] writes them.
pub(super) fn place(cells: &Cells) -> Option<(u64, Counts)> {
    let number = |column: &str| cells.get(column)?.parse().ok();
    let counts = Counts {
        units: number(UNITS)?,
        moments: number(MOMENTS)?,
        excerpts: number(EXCERPTS)?,
        finds: number(FINDS)?,
    };
    Some((number(PLACE)?, counts))
}

/// What is remembered of a session, from its row here and its row in `sessions.csv`.
pub(super) fn stretch(cells: &Cells, session: &Cells) -> Option<Stretch> {
    let given = |column: &str| session.get(column).filter(|cell| !cell.is_empty());
    let count = |column: String| session.get(&column)?.parse().ok();
    let number = match given("session_number") {
        Some(number) => Some(number.parse().ok()?),
        None => None,
    };
    let exact = |column: &str| cells.get(column)?.parse().ok();
    let mut counts = [0; CODE_COUNT];
    for (code, cell) in crate::codebook::Code::ALL.into_iter().zip(&mut counts) {
        *cell = count(format!("{code}_count"))?;
    }
    Some(Stretch {
        identity: u128::from_str_radix(cells.get(IDENTITY)?, 16).ok()?.to_be_bytes(),
        client_id: given("client_id").cloned(),
        number,
        date: given("date").cloned(),
        therapist_id: given("therapist_id").cloned(),
        client_units: count("client_units".to_owned())?,
        counts,
        breakthroughs: count("breakthrough_units".to_owned())?,
        resistances: count("resistance_units".to_owned())?,
        expected: [exact(BREAKTHROUGHS)?, exact(RESISTANCES)?],
        tallies: tallies(cells.get(TALLIES)?)?,
    })
}

fn tallies(cell: &str) -> Option<Tallies> {
    let mut numbers = cell.split('|');
    let mut tallies = [[[0; 4]; 2]; FACTOR_COUNT];
    for number in tallies.iter_mut().flatten().flatten() {
        *number = numbers.next()?.parse().ok()?;
    }
    numbers.next().is_none().then_some(tallies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::folder::Folder;
    use crate::report::sample;
    use crate::report::sessions::Sessions as Summaries;
    use crate::report::table::Sheet;

    fn read(folder: &Folder, file: &str) -> Vec<Cells> {
        csv::Reader::from_path(folder.path_of(file)).unwrap().deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn what_is_remembered_comes_back_to_the_last_bit() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut given = sample::session();
        given.session.client_id = None;
        let mut records = Vec::new();
        let mut beyond = Sheet::<Sessions>::create(&folder, Options::default()).unwrap();
        let mut summaries = Sheet::<Summaries>::create(&folder, Options::default()).unwrap();
        for (i, coded) in [sample::session(), given].into_iter().enumerate() {
            let (session, summary) = (&coded.session, &coded.summary);
            let stretch = Stretch {
                identity: std::array::from_fn(|byte| (byte * 15 + i) as u8),
                client_id: session.client_id.clone(),
                number: session.number,
                date: session.date.clone(),
                therapist_id: session.therapist_id.clone(),
                client_units: summary.client_units,
                counts: summary.counts,
                breakthroughs: summary.breakthroughs,
                resistances: summary.resistances,
                // Not what the table of sessions says with its four places.
                expected: [0.1 + 0.2, f64::MIN_POSITIVE / 3.0],
                tallies: std::array::from_fn(|a| std::array::from_fn(|b| [a as u32, b as u32, u32::MAX, 7])),
            };
            let rows = Counts { units: 3, moments: 2, excerpts: 1, finds: 70_000_000_000 };
            let record = Record { place: 9 + i as u64, rows, stretch };
            beyond.write(&record).unwrap();
            summaries.write(&coded).unwrap();
            records.push(record);
        }
        for file in [beyond.seal().unwrap(), summaries.seal().unwrap()].into_iter().flatten() {
            file.publish().unwrap();
        }
        let (mut beyond, summaries) = (read(&folder, Sessions::FILE), read(&folder, Summaries::FILE));
        for (record, (cells, session)) in records.iter().zip(beyond.iter().zip(&summaries)) {
            assert_eq!(place(cells), Some((record.place, record.rows)));
            assert_eq!(stretch(cells, session).as_ref(), Some(&record.stretch));
        }
        for column in [PLACE, FINDS, BREAKTHROUGHS, TALLIES, IDENTITY] {
            let mut broken = beyond[0].clone();
            broken.insert(column.to_owned(), "x".to_owned());
            assert!(place(&broken).is_none() || stretch(&broken, &summaries[0]).is_none(), "{column}");
        }
        beyond[0].entry(TALLIES.to_owned()).and_modify(|cell| cell.push_str("|1"));
        assert!(stretch(&beyond[0], &summaries[0]).is_none());
    }
}
