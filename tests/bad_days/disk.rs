//! Output folders that are full, read-only, gone, or somebody else's.

use crate::corpus::{analyze, drafts, program, run_json, stderr, tables, visible, write};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Runs the program out of a shell that has set something up; `$0` is the program.
fn shell(set_up: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{set_up} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_breakthrough")]);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().unwrap()
}

fn fails_cleanly(output: &Output, out: &Path, says: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(says.iter().all(|part| said.contains(part)), "{said}");
    assert!(visible(out).is_empty() && drafts(out).is_empty(), "{:?}", visible(out));
}

#[test]
fn the_second_run_on_a_folder_is_told_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let (long, short) = (write(dir.path(), "long.csv", 0, 160), write(dir.path(), "short.csv", 0, 1));
    let out = dir.path().join("out");
    let mut first = program()
        .args(["analyze", "--quiet", "--out", out.to_str().unwrap()])
        .arg(&long)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while drafts(&out).is_empty() {
        assert!(first.try_wait().unwrap().is_none(), "the first has ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    fails_cleanly_beside(&analyze(&short, &out, &["--quiet"]));
    let output = first.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(run_json(&out)["totals"]["sessions"], 160);
    assert_eq!(analyze(&short, &out, &["--quiet"]).status.code(), Some(0), "the lock goes with its run");
}

fn fails_cleanly_beside(output: &Output) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("another run is writing there; wait until it has ended"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (write(dir.path(), "a.csv", 0, 24), dir.path().join("out"));
    let arguments = ["analyze", input.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
    for resume in [&[][..], &["--resume"]] {
        let output = shell("trap '' XFSZ; ulimit -f 64;", &[&arguments[..], resume].concat());
        fails_cleanly(&output, &out, &["ulimit -f", out.to_str().unwrap()]);
    }
    // What was kept of the run that failed is taken up.
    assert_eq!(analyze(&input, &out, &["--resume"]).status.code(), Some(0));
    let calm = dir.path().join("calm");
    assert_eq!(analyze(&input, &calm, &[]).status.code(), Some(0));
    assert_eq!(tables(&out), tables(&calm));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (write(dir.path(), "a.csv", 0, 24), dir.path().join("out"));
    fs::create_dir(&out).unwrap();
    let mount = format!("mount -t tmpfs -o size=64k tmpfs '{}'", out.display());
    let unshared = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["-r", "-m", "bash", "-c", script, env!("CARGO_BIN_EXE_breakthrough")]);
        command.args(["analyze", input.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()]);
        command.output()
    };
    if !unshared(&mount).is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: a small disk cannot be mounted here (unshare -rm)");
        return;
    }
    let output =
        unshared(&format!("{mount} && \"$0\" \"$@\"; code=$?; ls '{}' >&2; exit $code", out.display()));
    fails_cleanly(&output.unwrap(), &out, &["free some space and run again"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (write(dir.path(), "a.csv", 0, 1), dir.path().join("out"));
    fs::create_dir(&out).unwrap();
    for (path, mode) in [(dir.path(), 0o755), (&input, 0o644), (&out, 0o555)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let arguments = ["analyze", input.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
    let mut output = program().args(arguments).output().unwrap();
    if output.status.success() {
        // Root may write anywhere.
        let nobody = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_breakthrough")])
            .args(arguments)
            .output();
        match nobody {
            Ok(found) if found.status.code() == Some(3) || found.status.success() => output = found,
            _ => {
                eprintln!("SKIPPED: run as root, and nobody cannot be had here (setpriv)");
                return;
            }
        }
        for name in visible(&out).into_iter().chain([".breakthrough.lock".to_owned()]) {
            fs::remove_file(out.join(name)).unwrap();
        }
    }
    fails_cleanly(&output, &out, &["choose an output folder that you may write to"]);
}

#[cfg(unix)]
#[test]
fn a_page_that_cannot_be_made_leaves_whole_tables_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (dir.path().join("a.csv"), dir.path().join("out"));
    fs::write(&input, "session_id,speaker,text\na,client,Yes.\n").unwrap();
    let arguments = ["analyze", input.to_str().unwrap(), "--small", "--quiet", "--report", "--out"];
    // Tables of one unit are smaller than that, the page is not.
    let set_up = "trap '' XFSZ; ulimit -f 40;";
    let output = shell(set_up, &[&arguments[..], &[out.to_str().unwrap()]].concat());
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("the tables are whole, but report.html is not made") && said.lines().count() == 1,
        "{said}"
    );
    assert!(run_json(&out)["totals"]["written"] == 1 && !out.join("report.html").exists());
}

#[test]
fn an_output_folder_that_vanishes_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (write(dir.path(), "a.csv", 0, 160), dir.path().join("out"));
    let run = program()
        .args(["analyze", "--quiet", "--out", out.to_str().unwrap()])
        .arg(&input)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while drafts(&out).len() < 9 {
        std::thread::sleep(Duration::from_millis(5));
    }
    fs::remove_dir_all(&out).unwrap();
    let output = run.wait_with_output().unwrap();
    fails_cleanly(&output, &out, &["the folder has gone", out.to_str().unwrap()]);
}

/// A log on a full disk, or that nobody reads, ends no run; results on a full disk are an error.
#[cfg(target_os = "linux")]
#[test]
fn closed_and_full_streams() {
    let dir = tempfile::tempdir().unwrap();
    let (input, out) = (write(dir.path(), "a.csv", 0, 1), dir.path().join("out"));
    let arguments = ["analyze", input.to_str().unwrap(), "--out", out.to_str().unwrap()];
    for set_up in ["exec 2>/dev/full;", "exec 2>&-;", "exec >&-;", "exec <&- >&- 2>&-;", "exec 2> >(true);"] {
        assert_eq!(shell(set_up, &arguments).status.code(), Some(0), "{set_up}");
        assert_eq!(run_json(&out)["totals"]["written"], 64, "{set_up}");
        fs::remove_file(out.join("run.json")).unwrap();
    }
    let coded = out.join("utterances.csv");
    let agreement = ["agreement", coded.to_str().unwrap(), coded.to_str().unwrap()];
    let columns = ["--column", "codes", "--column", "codes"];
    let arguments = [&agreement[..], &columns].concat();
    let output = shell("exec >/dev/full;", &arguments);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
    for set_up in ["exec >&-;", "exec > >(true); sleep 0.2;"] {
        let output = shell(set_up, &arguments);
        assert_eq!(output.status.code(), Some(0), "{set_up} {}", stderr(&output));
    }
}
