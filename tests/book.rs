//! The docs hold: every shell block of the tutorials runs as it stands, and every link leads somewhere.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may panic")]

use regex::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages that a reader may come to, below the root.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/CODEBOOK.md", "data/sample/README.md"]
            .iter()
            .chain(&["data/corpus/DATASHEET.md", "models/minilm/MODEL_CARD.md", "fuzz/README.md"])
            .map(PathBuf::from)
            .collect();
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.extend(docs.map(|path| path.strip_prefix(root()).unwrap().to_owned()));
    pages.sort();
    pages
}

fn read(page: &Path) -> String {
    fs::read_to_string(root().join(page)).unwrap()
}

/// The page without its blocks of code, and these with their language.
fn parted(text: &str) -> (String, Vec<(String, String)>) {
    let (mut prose, mut blocks) = (String::new(), Vec::new());
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), String::new())),
            (None, None) => prose.extend([line, "\n"]),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, block)), None) => block.extend([line, "\n"]),
        }
    }
    assert!(open.is_none(), "a block is not closed");
    (prose, blocks)
}

/// The anchor that a heading gets on GitHub.
fn anchor(heading: &str) -> String {
    let plain = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = plain.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(page: &Path) -> BTreeSet<String> {
    let (prose, _) = parted(&read(page));
    prose.lines().filter(|line| line.starts_with('#')).map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let (mut broken, mut checked) = (Vec::new(), 0);
    for page in pages() {
        let (prose, _) = parted(&read(&page));
        for target in link.captures_iter(&prose).map(|found| found[1].to_owned()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (file, place) = target.split_once('#').unwrap_or((&target, ""));
            let to = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            if !root().join(&to).exists() || !place.is_empty() && !anchors(&to).contains(place) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
    assert!(checked > 60, "{checked} links were found");
}

#[test]
fn every_page_is_in_the_book() {
    let index = read(Path::new("docs/README.md"));
    for page in pages().iter().filter(|page| page.starts_with("docs") && !page.ends_with("README.md")) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("]({name})")), "docs/README.md does not name {name}");
    }
    assert!(read(Path::new("README.md")).contains("](docs/README.md)"));
}

/// Files of outputs that the page speaks of, in its text and in its blocks.
#[cfg(unix)]
fn named(text: &str) -> BTreeSet<String> {
    let file = Regex::new(r"\b((?:out|out-mine|out-no-text|out-unclean|parts|merged|agreement|models|data)/[\w./-]*\w\.(?:csv|gz|html|json|md|parquet))\b").unwrap();
    let text = text.replace("](../", "](");
    file.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

/// Runs the blocks of a tutorial in their order, in a folder that holds nothing but `data`.
#[cfg(unix)]
fn run(tutorial: &str, languages: &[&str]) {
    let text = read(&Path::new("docs").join(tutorial));
    let (_, blocks) = parted(&text);
    let dir = tempfile::tempdir().unwrap();
    for below in ["data", "models/minilm"] {
        let path = dir.path().join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(root().join(below), path).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_breakthrough")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut seen = BTreeSet::new();
    let (mut wanted, mut ran) = (named(&text), 0);
    for (language, block) in &blocks {
        assert!(languages.contains(&language.as_str()), "{tutorial}: a block in '{language}'");
        if language != "sh" {
            continue;
        }
        ran += 1;
        let output = std::process::Command::new("sh")
            .args(["-eu", "-c", block])
            .current_dir(dir.path())
            .env("PATH", &path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{tutorial}:\n{block}\n{said}");
        seen.extend(wanted.iter().filter(|file| dir.path().join(file).is_file()).cloned());
    }
    wanted.retain(|file| !seen.contains(file));
    assert!(wanted.is_empty(), "{tutorial} names files that never are: {wanted:?}");
    assert!(ran >= 2 && !seen.is_empty(), "{tutorial}: {ran} blocks");
}

#[cfg(unix)]
#[test]
fn the_researchers_tutorial_runs() {
    run("tutorial-researcher.md", &["sh", "python", "r"]);
}

#[cfg(unix)]
#[test]
fn the_supervisors_tutorial_runs() {
    run("tutorial-supervisor.md", &["sh", "text"]);
}

#[cfg(unix)]
#[test]
fn the_nightly_tutorial_runs() {
    run("tutorial-nightly.md", &["sh", "text"]);
}

#[test]
fn anchors_are_those_of_github() {
    assert_eq!(anchor("## What is *not* promised?"), "what-is-not-promised");
    assert_eq!(anchor("### `shard.csv`"), "shardcsv");
}
