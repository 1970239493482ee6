//! What the parser section of the WebVTT specification asks of a reader, case by case. Where a browser drops a cue, it
//! becomes a reject here.

use super::read;

/// The file without its signature line, the units, the lines of the rejects.
const CASES: &[(&str, &[&str], &[u64])] = &[
    // Identifiers, settings, comments, styles, regions.
    ("id\n00:00.000 --> 00:01.000\nT: a\n", &["therapist|a"], &[]),
    ("NOTE\n\n00:00.000 --> 00:01.000 position:10% align:start line:0\nT: a\n", &["therapist|a"], &[]),
    (
        "STYLE\n::cue { color: red }\n\nREGION\nid:x\n\nNOTE T: no words\n\n00:00.000 --> 00:01.000\nT: a\n",
        &["therapist|a"],
        &[],
    ),
    (
        "STYLE\n00:00.000 --> 00:01.000\nT: an identifier after all\n",
        &["therapist|an identifier after all"],
        &[],
    ),
    // Times: with and without hours, with many hours; what is not a time drops the cue.
    ("00:00:00.000 --> 100:00:01.000\nT: a\n", &["therapist|a"], &[]),
    ("00:00.000-->00:01.000\nT: a\n", &["therapist|a"], &[]),
    ("00:00.000\t-->\t00:01.000\nT: a\n", &["therapist|a"], &[]),
    ("00:60.000 --> 00:61.000\nT: a\n\n00:00.000 --> 00:01.000\nC: b\n", &["client|b"], &[3]),
    ("00:60:00.000 --> 01:00:00.000\nT: a\n\n00:00.000 --> 00:01.000\nC: b\n", &["client|b"], &[3]),
    ("-00:01.000 --> 00:02.000\nT: a\n\n00:00.000 --> 00:01.000\nC: b\n", &["client|b"], &[3]),
    ("00:00.000 --> \nT: a\n\n00:00.000 --> 00:01.000\nC: b\n", &["client|b"], &[3]),
    // An arrow in the words begins a cue; an identifier alone is none.
    ("00:00.000 --> 00:01.000\nT: a\nx --> y\nC: b\n", &["therapist|a"], &[5]),
    ("id\n\n00:00.000 --> 00:01.000\nT: a\n", &["therapist|a"], &[3]),
    // No blank line before the next cue.
    ("00:00.000 --> 00:01.000\nT: a\n00:01.000 --> 00:02.000\nC: b\n", &["therapist|a", "client|b"], &[]),
    // Tags and references.
    (
        "00:00.000 --> 00:01.000\n<v T>a <i.x>b</i> <00:00.500>c <ruby>d<rt>e</rt></ruby></v>\n",
        &["therapist|a b c de"],
        &[],
    ),
    ("00:00.000 --> 00:01.000\n<v.loud.x T>a<v C>b\n", &["therapist|a", "client|b"], &[]),
    (
        "00:00.000 --> 00:01.000\nT: a &lt; b &amp;&amp; c&lrm; &nope; &#x41;\n",
        &["therapist|a < b && c &nope; A"],
        &[],
    ),
    ("00:00.000 --> 00:01.000\nT: a <b\n", &["therapist|a <b"], &[]),
    ("00:00.000 --> 00:01.000\n<v T\n", &[], &[0]),
    // Nothing said, nothing there.
    ("00:00.000 --> 00:01.000\n\n00:01.000 --> 00:02.000\nT: a\n", &["therapist|a"], &[]),
    ("", &[], &[0]),
    ("00:00.000 --> 00:01.000\nwords of nobody\n\n00:01.000 --> 00:02.000\nT: a\n", &["therapist|a"], &[3]),
];

#[test]
fn the_parser_section() {
    for (body, units, lines) in CASES {
        let unix = format!("WEBVTT\n\n{body}");
        for file in [
            unix.clone(),
            unix.replace('\n', "\r\n"),
            unix.replace('\n', "\r"),
            format!("\u{feff}\u{feff}{unix}"),
        ] {
            let got = read::bytes("x.vtt", file);
            assert_eq!(&got.units(), units, "{body} {:?}", got.rejects);
            assert_eq!(&got.lines(), lines, "{body} {:?}", got.rejects);
        }
    }
}

#[test]
fn signatures() {
    let cue = "00:00.000 --> 00:01.000\nT: a\0b\n";
    for head in [
        "WEBVTT\n\n",
        "WEBVTT \n\n",
        "WEBVTT\tTitle - x\n\n",
        "WEBVTT\nKind: captions\nLanguage: en\n\n",
        "\n\nWEBVTT\n\n",
        "WEBVTT\n",
        "",
    ] {
        let got = read::bytes("x.vtt", format!("{head}{cue}"));
        assert_eq!((got.units(), got.lines()), (vec!["therapist|a\0b".to_owned()], vec![]), "{head}");
    }
}
