//! The page as a file: whole, inert, small enough, and clear about what it cannot show. How it behaves in a
//! browser is tested in `tests/browser`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod folders;

use assert_cmd::Command;
use breakthrough::page::{self, Error};
use breakthrough::report::PAGE;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::time::Instant;

fn folder(fill: impl FnOnce(&Path)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    dir
}

/// What stands between the first `open` and the `close` after it.
fn between<'a>(page: &'a str, open: &str, close: &str) -> &'a str {
    let (_, rest) = page.split_once(open).unwrap();
    rest.split_once(close).unwrap().0
}

fn block(page: &str, id: &str) -> Value {
    let open = format!("<script type=\"application/json\" id=\"{id}\">");
    serde_json::from_str(between(page, &open, "</script>")).unwrap()
}

/// The page without its data.
fn frame(page: &str) -> String {
    let data = between(page, "id=\"data\">", "</script>");
    let words = between(page, "id=\"words\">", "</script>");
    page.replacen(data, "", 1).replacen(words, "", 1)
}

#[test]
fn a_page_is_whole_and_lets_nothing_else_in() {
    let dir = folder(|path| folders::caseload(path, 7, 9, true));
    let page = page::render(dir.path()).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(!frame(&page).contains("{{"));

    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        use base64::Engine as _;
        let hash =
            base64::engine::general_purpose::STANDARD.encode(Sha256::digest(between(&page, open, close)));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{open}");
        assert_eq!(page.matches(open).count(), 1);
    }
    // The namespace of drawings is a name, not an address.
    let frame = frame(&page).replace("http://www.w3.org/2000/svg", "");
    for word in ["http:", "https:", "//cdn", "@import", "url(", "fetch(", "XMLHttp", "innerHTML", "eval("] {
        assert!(!frame.contains(word), "{word}");
    }

    let data = block(&page, "data");
    assert_eq!(
        (data["sessions"].as_array().unwrap().len(), data["clients"].as_array().unwrap().len()),
        (63, 7)
    );
    assert_eq!(data["notices"], Value::Array(vec![]));
    assert_eq!(data["clients"][0]["verdict"]["word"], "sudden_lasting");
    assert_eq!(data["clients"][0]["verdict"]["named"], Value::Array(vec![]));
    assert_eq!(data["clients"][4]["verdict"]["named"], Value::Array(vec!["3".into()]));
    assert_eq!(data["clients"][0]["trends"].as_object().unwrap().len(), 15);
    assert_eq!(block(&page, "words").as_array().unwrap().len(), 63);
}

/// What the page says of units, moments and words is what the tables say.
#[test]
fn data_of_the_page_are_those_of_the_tables() {
    let dir = folder(|path| folders::caseload(path, 2, 4, true));
    let page = page::render(dir.path()).unwrap();
    let (data, words) = (block(&page, "data"), block(&page, "words"));
    let rows = |file: &str| -> Vec<std::collections::HashMap<String, String>> {
        csv::Reader::from_path(dir.path().join(file)).unwrap().deserialize().map(Result::unwrap).collect()
    };
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let width = data["width"].as_u64().unwrap() as usize;
    let codes: Vec<&str> =
        data["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    let mut units = rows("utterances.csv").into_iter();
    let mut moments = rows("moments.csv").into_iter();
    let mut excerpts = rows("excerpts.csv").into_iter();
    for (session, said) in data["sessions"].as_array().unwrap().iter().zip(words.as_array().unwrap()) {
        let strip = session["strip"].as_str().unwrap().as_bytes();
        for unit in strip.chunks(width) {
            let number = unit.iter().fold(0, |n, &c| 64 * n + digits.find(char::from(c)).unwrap());
            let (speaker, bits) = (&data["kinds"][number][0], data["kinds"][number][1].as_u64().unwrap());
            let row = units.next().unwrap();
            let set: Vec<&str> = (0..13).filter(|i| bits & (1 << i) != 0).map(|i| codes[i]).collect();
            assert_eq!(
                (speaker.as_str().unwrap(), set.join("|")),
                (row["speaker"].as_str(), row["codes"].clone())
            );
        }
        for moment in session["moments"].as_array().into_iter().flatten() {
            let row = moments.next().unwrap();
            let id = |at: &str| (moment[at].as_u64().unwrap() + session["ids"].as_u64().unwrap()).to_string();
            assert_eq!(codes[moment["code"].as_u64().unwrap() as usize], row["type"]);
            assert_eq!(id("first"), row["first_utterance_id"]);
            assert_eq!(id("last"), row["last_utterance_id"]);
            assert_eq!(id("peak"), row["peak_utterance_id"]);
            assert_eq!(format!("{:.4}", moment["p"].as_f64().unwrap()), row["peak_probability"]);
        }
        for pair in said.as_array().unwrap() {
            let row = excerpts.next().unwrap();
            assert_eq!(
                (pair[0].to_string(), pair[1].as_str().unwrap()),
                (row["utterance_id"].clone(), row["text"].as_str())
            );
        }
    }
    assert!(units.next().is_none() && moments.next().is_none() && excerpts.next().is_none());
}

/// Where one session of a client has no number, trends call all of them by date.
#[test]
fn sessions_are_called_and_ordered_as_the_trends_have_them() {
    let dir = folder(|path| folders::caseload(path, 1, 3, true));
    spoil(&dir.path().join("sessions.csv"), "session_number", "");
    let trends = dir.path().join("trends.csv");
    let by_date = fs::read_to_string(&trends).unwrap().replace("1|2|3", "2026-02-03|2026-03-04|2026-01-02");
    fs::write(&trends, by_date).unwrap();
    let data = block(&page::render(dir.path()).unwrap(), "data");
    assert_eq!(data["clients"][0]["sessions"], serde_json::json!([1, 2, 0]));
    let labels = [0, 1, 2].map(|index| data["sessions"][index]["label"].as_str().unwrap());
    assert_eq!(labels, ["2026-01-02", "2026-02-03", "2026-03-04"]);
}

#[test]
fn nobodys_moments_and_words_are_shown_as_somebody_elses() {
    let dir = folder(folders::namesakes);
    let page = page::render(dir.path()).unwrap();
    let (data, words) = (block(&page, "data"), block(&page, "words"));
    let moments = |session: usize| data["sessions"][session]["moments"].as_array().map_or(0, Vec::len);
    assert_eq!((moments(0), moments(1)), (0, 1));
    assert_eq!(words[0], Value::Array(vec![]));
    assert!(words[1].as_array().unwrap().iter().all(|pair| pair[1] == "words of K2"), "{words}");
}

#[test]
fn words_and_ids_are_inert() {
    let dir = folder(folders::nasty);
    let page = page::render(dir.path()).unwrap();
    assert!(!page.contains("<img") && !page.contains("onerror=\"") && !page.contains("<b>"));
    assert_eq!(page.matches("</script>").count(), 3, "those of the page alone");
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\u{feff}']));
    let words = block(&page, "words");
    assert_eq!(words[0][0][1], "</script><script>document.title='taken'</script>");
    assert_eq!(words[0][3][1], "{{data}} {{script}} ${document.title} `x` \\u003cb\\u003e");
    assert_eq!(block(&page, "data")["sessions"][0]["ids"][1], "<i>1");
}

#[test]
fn a_large_caseload_stays_small() {
    let dir = folder(|path| folders::caseload(path, 200, 15, true));
    let clock = Instant::now();
    let written = page::write(dir.path()).unwrap();
    println!(
        "200 clients, 3,000 sessions: {:.1} MB in {:.2} s",
        written.bytes as f64 / 1e6,
        clock.elapsed().as_secs_f64()
    );
    assert!(written.bytes < 20_000_000, "{} bytes", written.bytes);
    assert!(!fs::read_to_string(&written.path).unwrap().contains("kettle"), "so many words are packed");
    assert_eq!(fs::metadata(&written.path).unwrap().len(), written.bytes);
}

#[test]
fn the_same_tables_give_the_same_bytes_for_their_owner_alone() {
    let dir = folder(|path| folders::caseload(path, 3, 5, true));
    let written = page::write(dir.path()).unwrap();
    assert_eq!(written.path, dir.path().join(PAGE));
    let first = fs::read(&written.path).unwrap();
    page::write(dir.path()).unwrap();
    assert_eq!(fs::read(&written.path).unwrap(), first);
    assert_eq!(page::render(dir.path()).unwrap().as_bytes(), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&written.path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn without_text_there_is_no_word() {
    let with = folder(|path| folders::caseload(path, 2, 3, true));
    let without = folder(|path| folders::caseload(path, 2, 3, false));
    assert!(page::render(with.path()).unwrap().contains("kettle"));
    let page = page::render(without.path()).unwrap();
    assert!(!page.contains("kettle") && !page.contains("brother"));
    let data = block(&page, "data");
    assert_eq!((&data["text"], &data["notices"]), (&Value::Bool(false), &Value::Array(vec![])));
    assert!(data["sessions"][0]["moments"][0]["evidence"].is_null());
    assert_eq!(block(&page, "words"), Value::Array(vec![]));
}

#[test]
fn a_run_without_sessions_has_a_page() {
    let dir = folder(folders::empty);
    let data = block(&page::render(dir.path()).unwrap(), "data");
    assert_eq!(data["sessions"], Value::Array(vec![]));
}

#[test]
fn what_an_older_folder_lacks_is_said() {
    let dir = folder(|path| folders::caseload(path, 2, 3, true));
    for file in ["clients.csv", "trends.csv", "factors.csv", "excerpts.csv", "run.json"] {
        fs::remove_file(dir.path().join(file)).unwrap();
    }
    let written = page::write(dir.path()).unwrap();
    assert_eq!(written.notices.len(), 5, "{:?}", written.notices);
    let data = block(&fs::read_to_string(written.path).unwrap(), "data");
    assert_eq!(data["clients"].as_array().unwrap().len(), 2, "clients of sessions.csv, without verdicts");
    assert!(data["sessions"][0]["moments"][0]["evidence"].is_string(), "the words that there are");
}

#[test]
fn an_older_table_of_clients_names_no_sessions() {
    let dir = folder(|path| folders::caseload(path, 5, 3, true));
    let path = dir.path().join("clients.csv");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("named_sessions", "mine", 1)).unwrap();
    let data = block(&page::render(dir.path()).unwrap(), "data");
    assert_eq!(data["clients"][4]["verdict"]["named"], Value::Array(vec![]));
}

#[test]
fn broken_tables_are_named_in_one_line_without_their_words() {
    let secret = "kettle";
    let cases: [(&str, &str, &str, &str); 8] = [
        ("moments.csv", "units", secret, "moments.csv, line 2: 'units' is not a number of its kind"),
        ("sessions.csv", "units", secret, "sessions.csv: 'units' is not a whole number in every row"),
        ("sessions.csv", "units", "99999999999", "utterances.csv: does not hold the units of the sessions"),
        ("utterances.csv", "session_id", secret, "utterances.csv: does not hold the units of the sessions"),
        (
            "utterances.csv",
            "codes",
            secret,
            "utterances.csv: 'codes' names a code that is not in the codebook",
        ),
        (
            "moments.csv",
            "session_id",
            secret,
            "moments.csv: holds moments of units that are not in utterances.csv",
        ),
        ("excerpts.csv", "utterance_id", secret, "excerpts.csv: holds units that are not in utterances.csv"),
        ("trends.csv", "slope", secret, "trends.csv, line 2: 'slope' is not a number of its kind"),
    ];
    for (file, column, cell, says) in cases {
        let dir = folder(|path| folders::caseload(path, 1, 3, true));
        spoil(&dir.path().join(file), column, cell);
        let error = page::write(dir.path()).unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains(secret) && error.lines().count() == 1, "{error}");
        assert!(error.ends_with("write the tables anew with `breakthrough analyze`"), "{error}");
        assert!(!dir.path().join(PAGE).exists());
    }
}

/// Writes `cell` into the first row.
fn spoil(path: &Path, column: &str, cell: &str) {
    let mut csv = csv::Reader::from_path(path).unwrap();
    let header = csv.headers().unwrap().clone();
    let mut rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    rows[0] =
        header.iter().zip(&rows[0]).map(|(name, old)| if name == column { cell } else { old }).collect();
    let mut out = csv::Writer::from_path(path).unwrap();
    out.write_record(&header).unwrap();
    rows.iter().for_each(|row| out.write_record(row).unwrap());
    out.flush().unwrap();
}

#[test]
fn other_faults_of_tables_are_named_too() {
    let fault = |file: &str, bytes: &[u8]| {
        let dir = folder(|path| folders::caseload(path, 1, 2, true));
        fs::write(dir.path().join(file), bytes).unwrap();
        page::write(dir.path()).unwrap_err().to_string()
    };
    assert!(fault("moments.csv", b"session_id,x\ns,1\n").contains("there is no column `type`"));
    assert!(fault("clients.csv", b"client_id,x\ns\n").contains("a row has 1 cells where the header has 2"));
    assert!(
        fault("excerpts.csv", b"session_id,utterance_id,speaker,text\na,1,client,\xff\n")
            .contains("is not UTF-8")
    );
    assert!(fault("run.json", b"{}").contains("run.json, line 1: is not the account of a run"));
    let dir = tempfile::tempdir().unwrap();
    let error = page::write(dir.path()).unwrap_err();
    assert!(matches!(error, Error::NotAnOutput { file: "sessions.csv", .. }), "{error}");
}

#[test]
fn the_program_makes_the_page_and_says_where() {
    let program = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_breakthrough")).args(arguments).output().unwrap();
        assert!(output.stdout.is_empty());
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let dir = folder(|path| folders::caseload(path, 2, 3, true));
    let path = dir.path().to_str().unwrap();
    let (code, said) = program(&["report", path]);
    assert!(code == 0 && said.contains("report.html") && dir.path().join(PAGE).exists(), "{said}");
    assert_eq!(program(&["report", path, "--quiet"]), (0, String::new()));
    let (code, said) = program(&["report", "no/such/folder"]);
    assert!(code == 3 && said.contains("no/such/folder has no sessions.csv"), "{said}");

    let out = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/burnout_teams.vtt");
    let arguments = ["analyze", sample.to_str().unwrap(), "--out", out.path().to_str().unwrap(), "--report"];
    let (code, said) = program(&arguments);
    assert!(code == 0 && said.contains("report.html"), "{said}");
    let data = block(&fs::read_to_string(out.path().join(PAGE)).unwrap(), "data");
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
}

/// Not a test: pages for `tests/browser/run`, where it asks for them.
#[test]
fn pages_for_the_browser() {
    let Some(to) = std::env::var_os("BREAKTHROUGH_PAGES") else { return };
    let make = |name: &str, fill: &dyn Fn(&Path)| {
        let dir = Path::new(&to).join(name);
        fs::create_dir_all(&dir).unwrap();
        fill(&dir);
        page::write(&dir).unwrap();
    };
    make("large", &|path| folders::caseload(path, 200, 15, true));
    make("small", &|path| folders::caseload(path, 7, 9, true));
    make("silent", &|path| folders::caseload(path, 7, 9, false));
    make("nasty", &folders::nasty);
    make("empty", &folders::empty);
    make("older", &|path| {
        folders::caseload(path, 3, 4, true);
        for file in ["clients.csv", "trends.csv", "factors.csv", "excerpts.csv", "run.json"] {
            fs::remove_file(path.join(file)).unwrap();
        }
    });
}
