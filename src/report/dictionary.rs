//! The data dictionary of all tables, as Markdown: `docs/columns.md`.

use super::clients::Clients;
use super::excerpts::Excerpts;
use super::factors::Factors;
use super::moments::Moments;
use super::own_codes::OwnCodes;
use super::privacy::Privacy;
use super::rejects::Rejects;
use super::run::Run;
use super::sessions::Sessions;
use super::shard;
use super::table::Table;
use super::trends::Trends;
use super::utterances::Utterances;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Columns

What `breakthrough analyze` writes, file by file. Made from the program's own definitions; do not edit by hand:
`BREAKTHROUGH_UPDATE=1 cargo test --release --test tables` writes it anew.

All tables are CSV: UTF-8, comma, `\\n`, a field in double quotes where it holds a comma, a quote or a line break.
A missing value is an empty cell, never `NA` or `NaN`; a cell that says `NA` holds these two letters. Ids are kept as
given: read them as text, or `007` becomes 7. Decimal numbers have four places and a point.

- Python: `pandas.read_csv(\"moments.csv\", keep_default_na=False, na_values=[\"\"], dtype=dict.fromkeys([\"session_id\", \"client_id\", \"first_utterance_id\", \"last_utterance_id\", \"peak_utterance_id\"], str))`
- R: `readr::read_csv(\"moments.csv\", na = \"\", col_types = readr::cols(session_id = \"c\", client_id = \"c\", first_utterance_id = \"c\", last_utterance_id = \"c\", peak_utterance_id = \"c\"))`

Evidence offsets count Unicode code points from 0, end exclusive: in Python `text[start:end]`, in R
`substr(text, start + 1, end)`. With `--redact` they count in the redacted text, those of `privacy.csv` in the text as it
was read. Text is written as it was said, also where it begins with `=`, `+`, `-` or `@`: import it as text into a
spreadsheet, or what looks like a formula is taken for one. With `--excel` every CSV file begins with a byte order mark,
and such a cell or label of your own codebook with an apostrophe. Such tables are for looking at: an id `+49` is `'+49` in
them, and another one to whatever reads them. To go on with tables (`agreement`, R, Python), write them without `--excel`.

No CSV files but `moments.csv` (in `evidence`) and `excerpts.csv` (in `text`) hold words of a session, and these not with
`--no-text`. Their Parquet twins hold the same, `report.html` shows them, and the other forms of `--also` hold every
word. `privacy.csv` holds what was found (in `text`) with `--privacy-text` alone. On Unix all files are readable by their
owner only. The same input gives the same bytes in every CSV file; times are in `run.json` alone, which is written last:
without it the run did not end, or ended because too much was found that may identify a person.
";

/// The dictionary of every table and its columns.
#[must_use]
pub fn dictionary() -> String {
    let mut page = INTRODUCTION.to_owned();
    describe::<Utterances>(&mut page);
    describe::<Moments>(&mut page);
    describe::<Sessions>(&mut page);
    describe::<Excerpts>(&mut page);
    describe::<Clients>(&mut page);
    describe::<Trends>(&mut page);
    describe::<Factors>(&mut page);
    describe::<OwnCodes>(&mut page);
    describe::<Privacy>(&mut page);
    describe::<Rejects>(&mut page);
    describe::<shard::table::Sessions>(&mut page);
    let _ = write!(page, "\n## {}\n\nOne object.\n\n| member | meaning |\n|---|---|\n", Run::FILE);
    for (member, meaning) in Run::MEMBERS {
        let _ = writeln!(page, "| `{member}` | {meaning} |");
    }
    page
}

fn describe<T: Table>(page: &mut String) {
    let _ = write!(page, "\n## {}\n\n{}\n\n", T::FILE, T::ABOUT);
    page.push_str("| column | type | unit | range | empty cell | meaning |\n|---|---|---|---|---|---|\n");
    for column in T::columns() {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} |",
            column.name,
            column.kind.name(),
            column.unit,
            column.range,
            column.empty.unwrap_or("never"),
            // A pipe would end the cell.
            column.meaning.replace('|', "\\|"),
        );
    }
}
