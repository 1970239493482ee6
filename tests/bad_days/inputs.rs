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
    let output = analyze(&input, &out, &[]);
    let said = stderr(&output);
    // Nothing is lost, so the run is done; nothing is silent either.
    assert_eq!(output.status.code(), Some(0), "{said}");
    for told in ["empty.csv: holds no record", "double.csv: 1 units have an id", "in another file too"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let run = run_json(&out);
    assert_eq!((&run["totals"]["sessions"], &run["totals"]["written"]), (&3.into(), &6.into()));
    assert_eq!(fs::read_to_string(out.join("sessions.csv")).unwrap().lines().count(), 4);
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
