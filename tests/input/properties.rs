//! What holds of any bytes: nothing panics, all adds up (as [`super::reading::all`] asserts), and what was written as a table is read.

use super::{read, read_with, therapist};
use breakthrough::input::{Format, Options};
use proptest::prelude::*;

fn any_format() -> impl Strategy<Value = Option<Format>> {
    prop_oneof![Just(None), prop::sample::select(Format::ALL.to_vec()).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), format in any_format()) {
        read_with("x", bytes, &Options { format, ..therapist("A") });
    }

    #[test]
    fn nearly_right_text_never_panics(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "T: ", "C: ", "S:", "Anna: ", "\n", "\n\n", "\"", ",", ";", "\t", "<v A>", "</v>", "<v", "&amp;", "&#", "{", "}",
            "00:01 --> 00:02", "-->", "[00:03]", "WEBVTT", "NOTE ", "é", "“", "(", ". ", "- ", "1. ", "Plan -", "text",
            "speaker", "session_id", "session_id: x", "Session: 3", "a", "\r", "\u{feff}", "😀",
        ]), 0..60),
        format in any_format(),
        named in any::<bool>(),
    ) {
        let base = if named { therapist("anna") } else { Options::default() };
        read_with("x.txt", pieces.concat(), &Options { format, ..base });
    }

    #[test]
    fn damaged_archives_never_panic(
        cut in 0_usize..400,
        changes in prop::collection::vec((4_usize..400, any::<u8>()), 0..6),
        zstd in any::<bool>(),
    ) {
        use std::io::Write;
        let text = (0..200).map(|n| format!("s{},C,number {n} and so on", n / 7)).collect::<Vec<_>>().join("\n");
        let mut bytes = if zstd {
            ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
        } else {
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gz.write_all(text.as_bytes()).unwrap();
            gz.finish().unwrap()
        };
        bytes.truncate(bytes.len().saturating_sub(cut / 4).max(4));
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place ^= byte;
            }
        }
        read("x.csv", bytes);
    }

    #[test]
    fn written_tables_come_back(texts in prop::collection::vec("[ -~\n\r\"é]{0,30}".prop_filter("plain", |text| is_plain(text)), 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["session_id", "speaker", "text"]).unwrap();
        texts.iter().for_each(|text| writer.write_record(["s", "C", text.as_str()]).unwrap());
        let got = read("x.csv", writer.into_inner().unwrap());
        let back: Vec<_> = got.sessions[0].units.iter().map(|unit| unit.text.clone()).collect();
        prop_assert_eq!(back, texts);
    }
}

/// Whether a cell cannot be anything but its words: no markup of any kind, not R's missing cell, and no line that has as many fields as
/// a row, which an unclosed quote would have swallowed.
fn is_plain(text: &str) -> bool {
    let between = |open, close| text.find(open).is_some_and(|at| text[at..].contains(close));
    let markup = between('<', '>') || between('&', ';') || text.trim_start().starts_with("{\\rtf");
    let row = text.split(['\n', '\r']).any(|line| line.matches(',').count() >= 2);
    !markup && !row && text.trim() != "NA"
}
