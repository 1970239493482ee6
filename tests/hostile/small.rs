//! Small broken files, one after the other: what is kept, what is refused, where and why.

use super::read;
use breakthrough::input::{self, Options, Source};
use std::fs;

/// Name, bytes, the units, and the lines of the rejects (0 for a file that is refused whole).
type Case = (&'static str, &'static [u8], &'static [&'static str], &'static [u64]);

const CASES: &[Case] = &[
    // Quotes. A quote that is opened and not closed costs its line.
    ("q.csv", b"speaker,text\nT,\"open\nC,two\nT,three\n", &["client|two", "therapist|three"], &[2]),
    ("q.csv", b"speaker,text\nT,\"open\nC,two\nT,and \"\"so\"\"\nC,\"four\"\n",
     &["client|two", "therapist|and \"\"so\"\"", "client|four"], &[2]),
    // It is closed by another stray one, far below, where a cell ends: the rows between are rows.
    ("q.csv", b"session_id,speaker,text\ns,T,\"open\ns,C,two\ns,T,three\ns,C,\"\ns,T,five\n",
     &["client|two", "therapist|three", "therapist|five"], &[2, 5]),
    ("q.csv", b"speaker,text\nT,\"one\n\ntwo, of the same cell\nDoctor, I said\"\nC,x\n",
     &["therapist|one\n\ntwo, of the same cell\nDoctor, I said", "client|x"], &[]),
    ("q.csv", b"speaker,text\nT,a \"stray\" one\nC,\"x\" y\n", &["therapist|a \"stray\" one", "client|x y"], &[]),
    ("q.csv", b"speaker,text\nT,x\nC,\"", &["therapist|x"], &[3]),
    // Ragged rows, repeated headers, missing columns.
    ("r.csv", b"speaker,text\nT\nC,a,b\nT,c\nC,d,,\nspeaker,text\n--,----\nC,e\n(5 rows affected)\n",
     &["therapist|c", "client|d", "client|e"], &[2, 3, 9]),
    ("r.csv", b"session_id,words\ns,x\n", &[], &[0]),
    ("r.csv", b"speaker,text,text\nT,a,b\n", &["therapist|a"], &[]),
    ("r.csv", b"\n\n\n", &[], &[0]),
    ("r.csv", b"session_id,utterance_id,speaker,text\ns,1,T,a\ns,1,C,b\n", &["therapist|a", "client|b"], &[]),
    // NULs are kept where they are few; a file that is full of them is no text.
    ("n.csv", b"speaker,text\nT,a\0b\n", &["therapist|a\0b"], &[]),
    ("n.txt", b"T: a\0b\nC: c\n", &["therapist|a\0b", "client|c"], &[]),
    ("n.csv", &[0; 4000], &[], &[0]),
    ("n.jsonl", b"{\"speaker\":\"T\",\"text\":\"a\\u0000b\"}\n", &["therapist|a\0b"], &[]),
    // Half pairs of surrogates: as an escape they are no JSON, as bytes they cost no others.
    ("s.jsonl", b"{\"speaker\":\"T\",\"text\":\"\\ud83d\"}\n{\"speaker\":\"C\",\"text\":\"\\ud83d\\ude00\"}\n",
     &["client|\u{1f600}"], &[1]),
    ("s.csv", b"speaker,text\nT,it\xe2\x80\x99s \xed\xa0\xbd\nC,no\n", &["therapist|it’s í\u{a0}½", "client|no"], &[]),
    // Several encodings in one file.
    ("m.csv", b"speaker,text\nT,caf\xc3\xa9\nC,caf\xe9 \x93ok\x94\n", &["therapist|café", "client|café “ok”"], &[]),
    // What is not seen hides neither speakers nor columns, and is kept in the words.
    ("z.txt", "\u{feff}\u{200e}T: a\u{200b}b\n\u{202a}C\u{202c}: \u{202e}c\u{202c}\n".as_bytes(),
     &["therapist|a\u{200b}b", "client|\u{202e}c\u{202c}"], &[]),
    ("z.csv", "\u{feff}\u{feff}session_id,\u{200b}speaker,text\ns,\u{200f}T,a\u{200d}\n\u{feff}s,C\u{ad},b\n".as_bytes(),
     &["therapist|a\u{200d}", "client|b"], &[]),
    ("z.jsonl", "\u{feff}{\"speaker\":\"T\",\"text\":\"a\"}\n\u{feff}{\"speaker\":\"C\",\"text\":\"b\"}\n".as_bytes(),
     &["therapist|a", "client|b"], &[]),
    // Byte order marks.
    ("b.txt", b"\xff\xfeT\0:\0 \0a\0\n\0C\0:\0 \0b\0", &["therapist|a", "client|b"], &[]),
    ("b.txt", b"\xfe\xff\0T\0:\0 \0a\0\n\0C\0:\0 \0b", &["therapist|a", "client|b"], &[]),
    ("b.txt", b"\xff\xfe\0\0T\0\0\0:\0\0\0", &[], &[0]),
    ("b.txt", b"\0\0\xfe\xff\0\0\0T\0\0\0:", &[], &[0]),
    ("b.txt", b"\xef\xbb\xbf", &[], &[0]),
    ("b.csv", b"\xff\xfe", &[], &[0]),
    // Line ends.
    ("l.csv", b"speaker,text\rT,a\rC,\"b\rb\"\r", &["therapist|a", "client|b\rb"], &[]),
    ("l.jsonl", b"{\"speaker\":\"T\",\"text\":\"a\"}\r{\"speaker\":\"C\",\"text\":\"b\"}", &["therapist|a", "client|b"], &[]),
    ("l.txt", b"T: a\r\rC: b\r\n\r\nT: c", &["therapist|a", "client|b", "therapist|c"], &[]),
    // JSON that is none, or none of ours.
    ("j.jsonl", b"{\"speaker\":\"T\",\"text\":1e999}\n[]\n{\"speaker\":{},\"text\":\"x\"}\n{\"speaker\":\"C\",\"text\":\"y\"}\n",
     &["client|y"], &[1, 2, 3]),
    ("j.txt", b"[\n{\"speaker\":\"T\",\"text\":\"x\"}\n]", &["therapist|x"], &[]),
    ("k.json", b"[\n{\"speaker\":\"T\",\"text\":\"x\"},\n{\"speaker\":\"C\",\"text\":\"y\n", &["therapist|x"], &[3]),
    // Other things.
    ("r.csv", b"speaker,text\nT,a\n\x0cspeaker,\"text\"\nC,b\n", &["therapist|a", "client|b"], &[]),
    // What DOS ended files with.
    ("z.csv", b"speaker,text\nT,a\x1ab\r\n\x1a\r\n", &["therapist|a\x1ab"], &[]),
    ("z.jsonl", b"{\"speaker\":\"T\",\"text\":\"a\"}\x1a", &["therapist|a"], &[]),
    ("z.txt", b"T: a\r\nC: b\r\n\x1a\x1a", &["therapist|a", "client|b"], &[]),
    // Markup.
    ("h.csv", b"speaker,text\nT,<p>a&nbsp;b<br>c</p>\nC,{\\rtf1 d}\nC,<e> < f & g\n",
     &["therapist|a b\nc", "client|<e> < f & g"], &[3]),
    ("h.tsv", b"speaker\ttext\nT\t<b>a</b> <B>\n", &["therapist|a <B>"], &[]),
    ("h.jsonl", b"{\"speaker\":\"T\",\"text\":\"&lt;p&gt;a&amp;#39;b\"}\n", &["therapist|a'b"], &[]),
    ("h.txt", b"<div>T: a</div><div>C: b</div>", &["therapist|a", "client|b"], &[]),
    ("e.csv", b"", &[], &[0]),
    ("e.txt", b" \n\t\n", &[], &[0]),
    ("e.vtt", b"WEBVTT\n", &[], &[0]),
    ("p.txt", b"%PDF-1.7\n", &[], &[0]),
    ("p.txt", b"{\\rtf1\\ansi T: x}", &[], &[0]),
    ("p.csv", b"<?xml version=\"1.0\"?><notes/>", &[], &[0]),
    ("g.txt.gz", b"\x1f\x8b\x08\x00broken", &[], &[0]),
    ("g.txt.zst", b"\x28\xb5\x2f\xfd", &[], &[0]),
    ("t.csv", b"speaker,text\nT,x\xe2\x80", &["therapist|xâ€"], &[]),
];

#[test]
fn every_case_costs_itself_only() {
    for (name, bytes, units, lines) in CASES {
        let got = read::bytes(name, bytes);
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(&got.units(), units, "{shown} {:?}", got.rejects);
        assert_eq!(&got.lines(), lines, "{shown} {:?}", got.rejects);
    }
}

#[test]
fn what_is_kept_although_it_is_odd_is_told() {
    let twice = read::bytes("r.csv", "session_id,utterance_id,speaker,text\ns,1,T,a\ns,1,C,b\n");
    assert_eq!(
        twice.notices,
        ["the utterance_id at line 3 stands in this session before: kept, here and elsewhere"]
    );
    // Several sessions that nothing tells apart; one session a file is not spoken of.
    let json = |ids: [&str; 3]| {
        ids.map(|id| format!("{{\"utterance_id\":\"{id}\",\"speaker\":\"T\",\"text\":\"a\"}}\n")).concat()
    };
    for (name, rows, what) in [
        (
            "r.csv",
            "utterance_id,speaker,text\n1,T,a\n2,C,b\n1,T,c\n2,C,d\n".to_owned(),
            "utterance_id begins again at line 4",
        ),
        (
            "r.csv",
            "start,speaker,text\n0:01,T,a\n0:05,C,b\n0:04,T,c\n0:00,T,d\n0:03,C,e\n".to_owned(),
            "start begins again at line 5",
        ),
        ("r.jsonl", json(["1", "2", "1"]), "utterance_id begins again at line 3"),
    ] {
        let got = read::bytes(name, rows);
        assert_eq!((got.sessions.len(), got.notices.len()), (1, 1), "{:?}", got.notices);
        assert!(
            got.notices[0]
                .starts_with(&format!("nothing names the session, and {what}: read as one session, 'r'"))
        );
    }
    for quiet in [
        "utterance_id,speaker,text,start,end\n1,T,a,0,2\n2,C,b,0,1\n3,T,c,5,6\n4,C,d,4,5\n",
        "speaker,text\nT,a\nC,b\nT,a\n",
    ] {
        assert!(read::bytes("r.csv", quiet).notices.is_empty(), "{quiet}");
    }
    let mixed = read::bytes("m.csv", b"speaker,text\nT,caf\xc3\xa9\nC,caf\xe9\n");
    assert!(mixed.notices[0].starts_with("UTF-8 but for some bytes, the first at 26"), "{:?}", mixed.notices);
    let deep = format!("{{\"speaker\":\"T\",\"text\":{}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read::bytes("d.jsonl", deep).lines(), [1]);
    // A first line that is broken, or cut off, costs no other.
    for broken in ["{\"speaker\":\"T\",\"text\":\"\\ud800\"}", "{\"speaker\":\"T\",\"text\":\"a"] {
        let got = read::bytes("b.jsonl", format!("{broken}\n{{\"speaker\":\"C\",\"text\":\"b\"}}\n"));
        assert_eq!((got.lines(), got.report.units), (vec![1], 1), "{broken}");
    }
}

/// All cases as files of one folder, with folders that are called like files and links that go in circles.
#[cfg(unix)]
#[test]
fn a_folder_of_all_of_them() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for (n, (name, bytes, ..)) in CASES.iter().enumerate() {
        fs::write(root.join(format!("{n:02}{name}")), bytes).unwrap();
    }
    fs::create_dir_all(root.join("x.csv/y.txt")).unwrap();
    fs::write(root.join("x.csv/y.txt/z.txt"), "T: a\nC: b\n").unwrap();
    symlink(root, root.join("x.csv/round")).unwrap();
    symlink("self.csv", root.join("self.csv")).unwrap();
    symlink("nowhere.csv", root.join("gone.csv")).unwrap();
    let found = input::find(&[root.to_owned()], None, &input::Options::default()).unwrap();
    let (mut units, mut lines) = (0, 0);
    for source in &found.sources {
        let Source::File(path) = source else { panic!("no stdin here") };
        let got = read::all(input::open(path, &Options::default()));
        units += got.units().len();
        lines += got.lines().len();
    }
    // The two links that lead nowhere are refused, each with its reason.
    assert_eq!(found.sources.len(), CASES.len() + 3);
    assert_eq!(units, CASES.iter().map(|case| case.2.len()).sum::<usize>() + 2);
    assert_eq!(lines, CASES.iter().map(|case| case.3.len()).sum::<usize>() + 2);
    assert!(found.notices.iter().any(|notice| notice.text.contains("not followed")));
}
