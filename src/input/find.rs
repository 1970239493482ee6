//! What a user typed, turned into a sorted list of files.

use super::stored::Stored;
use super::{Error, Notice, Options, encoding, json, lines, sniff};
use crate::own_files::{self, STEMS};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Extensions of the files that are picked up in folders; each also with `.gz` or `.zst` after it.
pub const EXTENSIONS: [&str; 16] = [
    "csv", "tsv", "tab", "jsonl", "ndjson", "json", "txt", "text", "md", "vtt", "srt", "cha", "docx",
    "parquet", "xlsx", "xlsm",
];

/// Why a link is not followed.
const ABOVE: &str = "a link to a folder above it: not followed";

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Standard input first, then files in the order of their paths, each once.
    pub sources: Vec<Source>,
    /// What was passed over in folders, and why.
    pub notices: Vec<Notice>,
    /// How many files in folders were passed over: of kinds that are not read, hidden (a hidden folder is one), pipes and
    /// devices, outputs of earlier runs. Those of the output folder do not count.
    pub passed_over: u64,
}

/// Finds the files behind paths, folders (looked through to the bottom) and globs; `-` is standard input.
///
/// In folders only the kinds of [`EXTENSIONS`] are taken, hidden files and folders, `README.md`, and `.md` and `.json` files that
/// hold neither transcript nor note are left alone, links are followed once. A file that is named, by a path or by a glob without
/// a wildcard in its last part, is taken whatever it is called and wherever it is.
///
/// `except` is the folder that outputs go to, which need not exist: where it lies in a folder or among what
/// a glob matches, it is passed over, for a second run would read the tables of the first. So is what this program has
/// written to any other folder; what else lies there is taken. `options` are those with which the files will be read.
///
/// # Errors
/// If a path does not exist or cannot be looked into, a pattern is broken or matches nothing, folders hold
/// nothing to read, or outputs are the only input.
pub fn find(inputs: &[PathBuf], except: Option<&Path>, options: &Options) -> Result<Found, Error> {
    let except = except.and_then(|path| path.canonicalize().ok());
    let mut search = Search { except, options: options.clone(), ..Search::default() };
    let mut output = None;
    for input in inputs {
        if input.as_os_str() == "-" {
            search.sources.insert(Source::Stdin);
        } else if input.exists() {
            if input.is_dir() && search.is_output(input) {
                search.pass_over_output(input);
                output = Some(input);
            } else {
                search.add(input)?;
            }
        } else {
            let pattern = input.to_str().filter(|text| text.contains(['*', '?', '[']));
            search.expand(pattern.ok_or_else(|| Error::NotFound(input.clone()))?)?;
        }
    }
    search.tell_hidden();
    let Search { sources, mut notices, passed_over, hidden, except, .. } = search;
    match (sources.is_empty(), output, inputs.first()) {
        (true, Some(folder), _) => return Err(Error::IsOutput(folder.clone())),
        (true, None, Some(input)) => return Err(Error::OnlyOutputs(input.clone())),
        _ => {}
    }
    let sources = once(sources, &mut notices);
    let file = |source: &Source| if let Source::File(path) = source { Some(path.clone()) } else { None };
    if let Some(path) = sources.iter().filter_map(file).find(|path| will_be_replaced(path, except.as_deref()))
    {
        return Err(Error::Replaced(path));
    }
    notices.sort_by(|a: &Notice, b: &Notice| a.file.cmp(&b.file));
    notices.dedup();
    let passed_over = (passed_over.len() + hidden.len()) as u64;
    Ok(Found { sources, notices, passed_over })
}

/// The sources without those that are another one by another path, which is told.
fn once(sources: BTreeSet<Source>, notices: &mut Vec<Notice>) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    let mut is_new = |source: &Source| {
        let Source::File(path) = source else { return true };
        let new = path.canonicalize().map_or(true, |real| seen.insert(real));
        if !new {
            let text = "the file that another path leads to: read once".to_owned();
            notices.push(Notice { file: path.as_path().into(), text });
        }
        new
    };
    sources.into_iter().filter(|source| is_new(source)).collect()
}

/// Whether the file lies where an output of its name, or of its name in another form, will go.
fn will_be_replaced(path: &Path, output: Option<&Path>) -> bool {
    let (Some(output), Ok(real)) = (output, path.canonicalize()) else { return false };
    let Ok(below) = real.strip_prefix(output) else { return false };
    below.iter().next().is_some_and(|name| is_called_so(&name.to_string_lossy()))
}

#[derive(Default)]
struct Search {
    /// The output folder, canonical.
    except: Option<PathBuf>,
    options: Options,
    sources: BTreeSet<Source>,
    notices: Vec<Notice>,
    passed_over: BTreeSet<PathBuf>,
    hidden: BTreeSet<PathBuf>,
}

impl Search {
    fn notice(&mut self, path: &Path, text: String) {
        self.notices.push(Notice { file: path.into(), text });
    }

    /// Hands the place on to be read all the same: that fails, and what could not be read becomes a row of
    /// the rejects instead of a line that nobody sees at night.
    fn unreadable(&mut self, path: &Path, reason: &str) {
        self.notice(path, format!("cannot be looked into: {reason}"));
        self.sources.insert(Source::File(path.to_owned()));
    }

    fn pass_over(&mut self, path: PathBuf, why: &str) {
        self.notice(&path, format!("{why}: passed over"));
        self.passed_over.insert(path);
    }

    /// One line for all hidden files, of which every folder of a Mac has one.
    fn tell_hidden(&mut self) {
        if let Some(first) = self.hidden.first().cloned() {
            let text = format!("hidden, as are {} in all: passed over", self.hidden.len());
            self.notice(&first, text);
        }
    }

    /// One line for all that a run has written to a folder.
    fn pass_over_run(&mut self, path: PathBuf) {
        let folder = path.parent().unwrap_or(&path);
        let notice = Notice {
            file: folder.into(),
            text: "what earlier runs have written there: passed over".to_owned(),
        };
        self.notices.push(notice);
        self.passed_over.insert(path);
    }

    fn pass_over_output(&mut self, path: &Path) {
        self.notice(path, "belongs to the output folder: passed over".to_owned());
    }

    /// Whether the path is the output folder.
    fn is_output(&self, path: &Path) -> bool {
        self.except.is_some() && path.canonicalize().ok() == self.except
    }

    /// The output folder, if it lies below `root`. One that holds the root is no reason to leave anything
    /// out: `analyze talks --out .` means all of `talks`.
    fn output_below(&self, root: &Path) -> Option<PathBuf> {
        let root = root.canonicalize().ok()?;
        self.except.clone().filter(|except| *except != root && except.starts_with(&root))
    }

    fn expand(&mut self, pattern: &str) -> Result<(), Error> {
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        let found = glob::glob_with(pattern, options).map_err(|error| Error::BadPattern {
            pattern: pattern.to_owned(),
            reason: error.msg.to_owned(),
        })?;
        let fixed = &pattern[..pattern.find(['*', '?', '[']).unwrap_or(pattern.len())];
        let root = fixed.rfind(std::path::is_separator).map_or(".", |end| &fixed[..=end]);
        let output = self.output_below(Path::new(root));
        // `runs/*/utterances.csv` names its files, as it does where the shell expands it.
        let named =
            !pattern.rsplit(std::path::is_separator).next().unwrap_or(pattern).contains(['*', '?', '[']);
        let (mut any, mut failed) = (false, None);
        for path in found {
            match path {
                Ok(path) => {
                    any = true;
                    if within(&path, output.as_deref()) {
                        self.pass_over_output(&path);
                    } else if !named && is_of_a_run(&path) {
                        self.pass_over_run(path);
                    } else {
                        self.add(&path)?;
                    }
                }
                Err(error) => {
                    self.unreadable(error.path(), &error.error().to_string());
                    failed.get_or_insert((error.path().to_owned(), error.error().to_string()));
                }
            }
        }
        match failed {
            _ if any => Ok(()),
            Some((folder, reason)) => Err(Error::Unreadable { folder, reason }),
            None => Err(Error::NoMatch(pattern.to_owned())),
        }
    }

    fn add(&mut self, path: &Path) -> Result<(), Error> {
        if !path.is_dir() {
            self.sources.insert(Source::File(path.to_owned()));
            return Ok(());
        }
        let output = self.output_below(path);
        let (mut any, mut runs, mut failed) = (false, false, None);
        let mut entries = WalkDir::new(path).follow_links(true).into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                // Its own message would name the path twice.
                Err(error) if error.loop_ancestor().is_some() => {
                    self.notice(error.path().unwrap_or(path), ABOVE.to_owned());
                }
                Err(error) => {
                    let reason =
                        error.io_error().map_or_else(|| "unknown reason".to_owned(), ToString::to_string);
                    let folder = error.path().unwrap_or(path);
                    self.unreadable(folder, &reason);
                    failed.get_or_insert((folder.to_owned(), reason));
                }
                Ok(entry) if entry.depth() > 0 && is_hidden(entry.path()) => {
                    if entry.file_type().is_dir() {
                        entries.skip_current_dir();
                    }
                    self.hidden.insert(entry.into_path());
                }
                // Above the input, where no loop is seen before the second turn.
                Ok(entry)
                    if entry.depth() > 0
                        && entry.path_is_symlink()
                        && entry.file_type().is_dir()
                        && within(path, entry.path().canonicalize().ok().as_deref()) =>
                {
                    self.notice(entry.path(), ABOVE.to_owned());
                    entries.skip_current_dir();
                }
                Ok(entry) if entry.file_type().is_dir() => {
                    if entry.depth() > 0 && within(entry.path(), output.as_deref()) {
                        self.pass_over_output(entry.path());
                        entries.skip_current_dir();
                    } else if entry.depth() > 0 && is_of_a_run(entry.path()) {
                        entries.skip_current_dir();
                        self.pass_over_run(entry.into_path());
                        runs = true;
                    }
                }
                Ok(entry) if !entry.file_type().is_file() => {
                    self.pass_over(entry.into_path(), "a pipe or device and not a file");
                }
                Ok(entry) if entry.path_is_symlink() && within(entry.path(), output.as_deref()) => {
                    self.pass_over_output(entry.path());
                }
                Ok(entry) if is_of_a_run(entry.path()) => {
                    self.pass_over_run(entry.into_path());
                    runs = true;
                }
                Ok(entry) if entry.file_name().eq_ignore_ascii_case("README.md") => {
                    self.pass_over(entry.into_path(), "about the files beside it by its name");
                }
                Ok(entry)
                    if matches!(sniff::extension(entry.path()).as_str(), "md" | "json")
                        && is_neither(entry.path(), &self.options) =>
                {
                    self.pass_over(entry.into_path(), "neither a transcript nor a note, as it looks");
                }
                Ok(entry) if EXTENSIONS.contains(&sniff::extension(entry.path()).as_str()) => {
                    any = true;
                    self.sources.insert(Source::File(entry.into_path()));
                }
                Ok(entry) => {
                    self.pass_over(entry.into_path(), "not a kind of file that is read");
                }
            }
        }
        match failed {
            _ if any => Ok(()),
            Some((folder, reason)) => Err(Error::Unreadable { folder, reason }),
            // Beside other inputs it does no harm.
            None if runs => Ok(()),
            None => Err(Error::Nothing(path.to_owned())),
        }
    }
}

/// Whether the path leads into the folder, given in canonical form.
fn within(path: &Path, folder: Option<&Path>) -> bool {
    folder.is_some_and(|folder| path.canonicalize().is_ok_and(|path| path.starts_with(folder)))
}

/// Whether a path is what a run has written, or lies in a folder that one has.
fn is_of_a_run(path: &Path) -> bool {
    is_own(path) || path.parent().is_some_and(is_own)
}

/// Whether this program has written a file or folder: it has a name of ours, and the file that a run locks names it, or an older
/// run's account lies beside it.
fn is_own(path: &Path) -> bool {
    let Some(folder) = path.parent() else { return false };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Before the disk is asked, once for every file of a corpus.
    if !is_called_so(&name) {
        return false;
    }
    let known = own_files::names(folder);
    // One that holds the name of the account holds all.
    known.contains(&*name) || !known.contains(own_files::ACCOUNT) && own_files::has_account(folder)
}

fn is_called_so(name: &str) -> bool {
    let name = name.to_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
    match extension {
        "csv" | "parquet" => STEMS.contains(&stem),
        "json" => stem == "run",
        "html" => stem == "report",
        "qdpx" => stem == "project",
        "md" => stem == "model_card",
        "" => matches!(stem, "eaf" | "convokit"),
        _ => false,
    }
}

/// Whether the text shows no sign of a transcript or a note. What cannot be read is no such text: it becomes a reject.
fn is_neither(path: &Path, options: &Options) -> bool {
    if options.format.is_some() {
        return false;
    }
    let stored = Stored::File(path.to_owned());
    let decoded =
        encoding::detect(&stored, options.encoding).and_then(|charset| encoding::decode(&stored, &charset));
    if sniff::extension(path) == "json" {
        return decoded.is_ok_and(|text| json::is_about_else(text, &options.map));
    }
    decoded.and_then(encoding::head).is_ok_and(|head| {
        let told = sniff::sniff(path, &lines::unified(head), &options.therapist);
        told.is_err_and(|reason| reason == sniff::NEITHER)
    })
}

/// Hidden files, and the lock files of office programs.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with('.') || name.starts_with("~$")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Format;
    use std::fs;

    fn find(inputs: &[PathBuf], except: Option<&Path>) -> Result<Found, Error> {
        super::find(inputs, except, &Options::default())
    }

    fn names(found: &Found, root: &Path) -> Vec<String> {
        let strip = |path: &PathBuf| path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        found
            .sources
            .iter()
            .map(|source| match source {
                Source::Stdin => "-".to_owned(),
                Source::File(path) => strip(path),
            })
            .collect()
    }

    #[test]
    fn folders_globs_and_stdin() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("x.csv/deep")).unwrap();
        for name in ["b.vtt", "a.txt.gz", "x.csv/deep/c.CSV", "README.md", ".hidden.csv", "~$a.txt"] {
            fs::write(root.join(name), "").unwrap();
        }
        let found = find(&[root.to_owned(), root.join("b.vtt"), "-".into()], None).unwrap();
        assert_eq!(names(&found, root), ["-", "a.txt.gz", "b.vtt", "x.csv/deep/c.CSV"]);
        let told: Vec<_> = found.notices.iter().map(|notice| notice.text.as_str()).collect();
        assert_eq!(
            told,
            ["hidden, as are 2 in all: passed over", "about the files beside it by its name: passed over"]
        );
        assert_eq!(found.passed_over, 3);
        let found = find(&[root.join("*.vtt"), root.join("x.*")], None).unwrap();
        assert_eq!(names(&found, root), ["b.vtt", "x.csv/deep/c.CSV"]);
        assert_eq!(names(&find(&[root.join("README.md")], None).unwrap(), root), ["README.md"]);
    }

    #[test]
    fn errors_name_what_was_typed() {
        let dir = tempfile::tempdir().unwrap();
        let error = |path: PathBuf| find(&[path], None).unwrap_err().to_string();
        assert!(error(dir.path().join("no.csv")).contains("no.csv' does not exist"));
        assert!(error(dir.path().join("*.csv")).contains("*.csv' matches no file"));
        assert!(error(dir.path().join("***")).contains("is not a pattern"));
        assert!(error(dir.path().to_owned()).contains("nothing to read"));
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.csv"), "").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("again")).unwrap();
        let found = find(&[dir.path().to_owned()], None).unwrap();
        assert_eq!(names(&found, dir.path()), ["a.csv"]);
        assert!(found.notices[0].text.contains("not followed"));
        // Above the input.
        let inner = dir.path().join("in");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("b.csv"), "").unwrap();
        std::os::unix::fs::symlink(dir.path(), inner.join("up")).unwrap();
        let found = find(std::slice::from_ref(&inner), None).unwrap();
        assert_eq!(names(&found, &inner), ["b.csv"]);
        assert!(found.notices[0].text.contains("not followed"));
    }

    #[test]
    fn the_output_folder_is_no_input() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("in/out/deep")).unwrap();
        fs::create_dir_all(root.join("in/.draft")).unwrap();
        let files =
            ["in/a.txt", "in/out/moments.csv", "in/out/deep/b.csv", "in/.draft/c.csv", "in/.a.csv.x.csv"];
        for name in files {
            fs::write(root.join(name), "").unwrap();
        }
        let (input, out) = (root.join("in"), root.join("in/out"));
        // Spelt in another way.
        let spelt = root.join("in/out/../out");
        let found = find(std::slice::from_ref(&input), Some(&spelt)).unwrap();
        assert_eq!(names(&found, root), ["in/a.txt"]);
        let told = |part: &str| found.notices.iter().filter(|notice| notice.text.contains(part)).count();
        assert_eq!((told("output folder"), told("hidden"), found.notices.len()), (1, 1, 2));
        for inputs in
            [vec![input.join("*")], vec![input.join("a.txt"), out.clone()], vec![input.join("**/*")]]
        {
            let found = find(&inputs, Some(&out)).unwrap();
            assert_eq!(names(&found, root), ["in/a.txt"], "{inputs:?}");
            assert!(!found.notices.is_empty());
        }
        // Named, or with the outputs above the inputs: taken.
        let named = input.join(".a.csv.x.csv");
        assert_eq!(names(&find(&[named], Some(&out)).unwrap(), root), ["in/.a.csv.x.csv"]);
        assert_eq!(names(&find(&[out.join("deep/b.csv")], Some(&out)).unwrap(), root), ["in/out/deep/b.csv"]);
        assert_eq!(names(&find(std::slice::from_ref(&out), Some(root)).unwrap(), root).len(), 2);
        assert_eq!(
            names(&find(std::slice::from_ref(&input), Some(&root.join("new"))).unwrap(), root).len(),
            3
        );
        let error = find(std::slice::from_ref(&out), Some(&out)).unwrap_err().to_string();
        assert!(error.contains("choose another one with --out"), "{error}");
    }

    #[test]
    fn no_input_is_read_twice_or_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("a/convokit")).unwrap();
        for name in ["a/mine.csv", "a/sessions.csv", "a/clients.parquet", "a/convokit/b.jsonl"] {
            fs::write(root.join(name), "").unwrap();
        }
        let found = find(&[root.join("a/mine.csv"), root.join("a/../a/mine.csv")], None).unwrap();
        assert_eq!((found.sources.len(), found.notices.len()), (1, 1));
        assert!(found.notices[0].text.contains("read once"));
        for name in ["sessions.csv", "clients.parquet", "convokit/b.jsonl"] {
            let input = root.join("a").join(name);
            let error = find(std::slice::from_ref(&input), Some(&root.join("a"))).unwrap_err().to_string();
            assert!(error.contains("would replace it"), "{error}");
            assert!(find(&[input], Some(root)).is_ok());
        }
        assert!(find(&[root.join("a/mine.csv")], Some(&root.join("a"))).is_ok());
    }

    #[test]
    fn what_earlier_runs_have_written_is_no_input() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for folder in ["n/mon/eaf", "n/mon/talks", "n/tue", "n/other"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for name in [
            "n/a.txt",
            "n/mon/clients.csv",
            "n/mon/utterances.parquet",
            "n/mon/eaf/b.csv",
            "n/mon/talks/b.txt",
            "n/tue/agreement.csv",
            "n/tue/c.csv",
            "n/other/sessions.csv",
        ] {
            fs::write(root.join(name), "").unwrap();
        }
        fs::write(root.join("n/tue/.breakthrough.lock"), "agreement.csv\ndisagreements.csv\n").unwrap();
        fs::write(root.join("n/tue/sessions.csv"), "").unwrap();
        fs::write(root.join("n/mon/run.json"), "{\n  \"program\": \"breakthrough\",\n").unwrap();
        fs::write(root.join("n/other/run.json"), "{\"program\": \"make\"}").unwrap();
        // Beside what was written there a table of the user's own may have a name of ours.
        let taken =
            ["n/a.txt", "n/mon/talks/b.txt", "n/other/sessions.csv", "n/tue/c.csv", "n/tue/sessions.csv"];
        for (pattern, folders, passed_over) in [("n", 2, 7), ("n/*", 2, 7), ("n/**/*.[cmpt]*", 3, 4)] {
            let found = find(&[root.join(pattern)], None).unwrap();
            assert_eq!(names(&found, root), taken, "{pattern}");
            let told = found.notices.iter().filter(|notice| notice.text.contains("earlier runs")).count();
            assert_eq!((told, found.passed_over), (folders, passed_over), "{pattern}: {:?}", found.notices);
        }
        // Named: taken.
        assert_eq!(names(&find(&[root.join("n/*/clients.csv")], None).unwrap(), root), ["n/mon/clients.csv"]);
        let tuesday = find(&[root.join("n/tue")], None).unwrap();
        assert_eq!(names(&tuesday, root), ["n/tue/c.csv", "n/tue/sessions.csv"]);
        fs::remove_dir_all(root.join("n/mon/talks")).unwrap();
        for nothing in ["n/mon", "n/mon/*.csv", "n/m*"] {
            let error = find(&[root.join(nothing)], None).unwrap_err().to_string();
            assert!(error.contains("earlier runs have written"), "{error}");
        }
    }

    #[test]
    fn markdown_about_other_things_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let changes = "# Changes\n\nEverything is faster now, and the colours are nicer.\n";
        let talk = "## Therapist\n\nHow was it?\n\n## Client\n\nI told her.\n\n## Therapist\n\nHm.\n";
        for (name, text) in [("a.md", "T: Well?\nC: No.\n"), ("headings.md", talk), ("CHANGELOG.md", changes)]
        {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let found = find(&[dir.path().to_owned()], None).unwrap();
        assert_eq!(names(&found, dir.path()), ["a.md", "headings.md"]);
        assert_eq!(found.passed_over, 1);
        assert_eq!(found.notices[0].text, "neither a transcript nor a note, as it looks: passed over");
        let named = find(&[dir.path().join("CHANGELOG.md")], None).unwrap();
        assert_eq!(names(&named, dir.path()), ["CHANGELOG.md"]);
        // What the files are said to be they are.
        let options = Options { format: Some(Format::Note), ..Options::default() };
        assert_eq!(super::find(&[dir.path().to_owned()], None, &options).unwrap().sources.len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn folders_that_cannot_be_read_are_told() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let shut = dir.path().join("shut");
        fs::create_dir_all(&shut).unwrap();
        fs::create_dir_all(dir.path().join("wide")).unwrap();
        fs::write(dir.path().join("wide/a.csv"), "").unwrap();
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o0)).unwrap();
        // The superuser may read everything.
        if fs::read_dir(&shut).is_err() {
            for input in [dir.path().join("*/*.csv"), dir.path().to_owned()] {
                let found = find(&[input], None).unwrap();
                assert_eq!(names(&found, dir.path()), ["wide/a.csv"]);
                assert_eq!(found.notices.len(), 1);
                assert!(found.notices[0].text.starts_with("cannot be looked into"));
            }
            for input in [shut.clone(), shut.join("*.csv")] {
                let error = find(&[input], None).unwrap_err().to_string();
                assert!(error.contains("cannot be looked into"), "{error}");
            }
        }
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o700)).unwrap();
    }
}
