//! Inputs that vanish, or hold nothing, or the same twice.

use crate::corpus::{analyze, run_json, stderr, table};
use std::fs;

#[test]
fn a_header_alone_and_ids_that_are_used_twice_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("in"), dir.path().join("out"));
    for folder in ["one", "two"] {
        fs::create_dir_all(input.join(folder)).unwrap();
        fs::write(input.join(folder).join("s.txt"), "T: Well?\nC: It rained.\n").unwrap();
    }
    fs::write(input.join("empty.csv"), "session_id,utterance_id,speaker,text\n").unwrap();
    let double = "session_id,utterance_id,speaker,text\na,1,client,Yes.\na,1,client,No.\n";
    fs::write(input.join("double.csv"), double).unwrap();
    fs::write(input.join("later.csv"), "session_id,speaker,text\na,client,Maybe.\n").unwrap();
    let output = analyze(&input, &out, &[]);
    let said = stderr(&output);
    // Nothing is lost, so the run is done; nothing is silent either.
    assert_eq!(output.status.code(), Some(0), "{said}");
    for told in ["empty.csv: holds no record", "double.csv: 1 units have an id", "in another file too"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let run = run_json(&out);
    assert_eq!((&run["totals"]["sessions"], &run["totals"]["written"]), (&4.into(), &7.into()));
    let table = fs::read_to_string(out.join("sessions.csv")).unwrap();
    assert_eq!(table.lines().count(), 5);
    assert!(table.contains("\none/s,") && table.contains("\ntwo/s,"), "files of one name: {table}");
}

/// Found by name, gone when its turn comes: a link to nowhere looks the same.
#[cfg(unix)]
#[test]
fn a_file_that_has_gone_is_a_reject() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("in"), dir.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("a.csv"), table(0, 1)).unwrap();
    std::os::unix::fs::symlink(dir.path().join("gone.csv"), input.join("b.csv")).unwrap();
    let output = analyze(&input, &out, &[]);
    let said = stderr(&output);
    let rejects = fs::read_to_string(out.join("rejects.csv")).unwrap();
    assert!(said.contains("b.csv"), "{said}");
    assert!(
        output.status.code() == Some(1) && rejects.contains("b.csv") || said.contains("passed over"),
        "{said}"
    );
    assert_eq!(run_json(&out)["totals"]["added_up"], true);
}

/// Tables without rows in the place of good ones would look like a night on which nobody came.
#[test]
fn an_input_of_which_nothing_can_be_read_costs_no_tables() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("in"), dir.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("a.txt"), "T: Well?\nC: It rained.\n").unwrap();
    assert_eq!(analyze(&input, &out, &[]).status.code(), Some(0));
    let tables = || {
        let names = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
        // The lock file names what else was written.
        let others = ["unread.csv", ".breakthrough.lock"];
        let tables = names.filter(|path| !others.iter().any(|name| path.ends_with(name)));
        tables.map(|path| (fs::read(&path).unwrap(), path)).collect::<std::collections::BTreeSet<_>>()
    };
    let before = tables();
    let header = "session_id,speaker,text\n";
    for (text, told) in [
        ("nobody,said it\n", "a.csv: the first line has 2 columns"),
        ("speaker,text\nAnna,secret\n", "a.csv: line 2: the speaker is neither"),
        (header, "the input holds no record, only headers"),
    ] {
        fs::remove_dir_all(&input).unwrap();
        fs::create_dir(&input).unwrap();
        fs::write(input.join("a.csv"), text).unwrap();
        fs::write(input.join("b.csv"), header).unwrap();
        let output = analyze(&input, &out, &["--quiet"]);
        let said = stderr(&output);
        assert_eq!((output.status.code(), said.lines().count()), (Some(3), 1), "{said}");
        assert!(
            said.contains("nothing could be read, no table was touched; ") && said.contains(told),
            "{said}"
        );
        assert!(!said.contains("secret"));
        assert!(tables() == before, "{text}");
        assert_eq!(out.join("unread.csv").exists(), text != header, "{text}");
    }
}

/// On stderr are the first reasons, and with `--quiet` one.
#[test]
fn where_nothing_can_be_read_every_reason_stands_in_a_table() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("in"), dir.path().join("out"));
    fs::create_dir(&input).unwrap();
    (0..30).for_each(|i| fs::write(input.join(format!("{i}.csv")), "nobody,said it\n").unwrap());
    let output = analyze(&input, &out, &["--quiet"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.trim_end().ends_with("; all 30 reasons: unread.csv"), "{said}");
    assert_eq!(fs::read_to_string(out.join("unread.csv")).unwrap().lines().count(), 31);
    assert!(!out.join("rejects.csv").exists());
    // The next run that reads something takes it away.
    fs::write(input.join("a.txt"), "T: Well?\nC: It rained.\n").unwrap();
    assert_eq!(analyze(&input, &out, &["--quiet"]).status.code(), Some(1));
    assert!(out.join("rejects.csv").exists() && !out.join("unread.csv").exists());
}
