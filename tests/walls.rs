//! The walls of the house: who may name whom, what the library never does, how long a file may be, and that
//! nothing in the default build can reach a network or needs a C compiler.
//!
//! Sources are read as text with comments left out. That is coarse, but it needs nothing beside the sources, and
//! lints cannot say these things.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where rooms meet.
const MEETING: &[&str] = &["codebook", "transcript", "coding", "finding"];

/// The same for those who read tables, however they are stored.
const MEETING_AND_TABLES: &[&str] =
    &["codebook", "transcript", "coding", "finding", "parquet", "stored", "workbook"];

/// The rooms of the library, and whom each may name besides itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("codebook", &[]),
    ("transcript", &["codebook"]),
    ("coding", &["codebook", "transcript"]),
    ("finding", &["transcript"]),
    ("guard", &[]),
    ("parquet", &["guard"]),
    ("workbook", &["guard", "parquet"]),
    ("stored", &["parquet", "workbook"]),
    ("own_files", &[]),
    ("input", &["codebook", "transcript", "coding", "finding", "parquet", "workbook", "stored", "own_files"]),
    ("privacy", MEETING),
    ("model", MEETING),
    ("moments", MEETING),
    ("trends", MEETING),
    ("report", &["codebook", "transcript", "coding", "finding", "own_files"]),
    ("agreement", MEETING_AND_TABLES),
    // Reads tables, whoever made them: of `report` it knows names of files, the account of a run, how far excerpts reach, and how a file
    // is put in its place.
    ("page", &["codebook", "report"]),
    ("train", &["codebook", "transcript", "coding", "stored", "model", "agreement"]),
    ("evaluate", &["codebook", "transcript", "coding", "model", "agreement", "train"]),
    (
        "pipeline",
        &[
            "codebook",
            "transcript",
            "coding",
            "finding",
            "input",
            "privacy",
            "model",
            "moments",
            "trends",
            "report",
        ],
    ),
];

/// What the library never says, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("print!", "the library never prints: return it, or tell it through a callback"),
    ("println!", "the library never prints: return it, or tell it through a callback"),
    ("dbg!", "the library never prints"),
    ("stdout()", "the library never prints"),
    ("stderr()", "the library never prints"),
    ("process::", "the library never exits and starts no other program"),
    ("env::", "the library never reads the environment: take it as an argument"),
    ("std::net", "the library never opens a connection: `core::net` has the addresses"),
    ("UnixStream", "the library never opens a connection"),
    ("TcpStream", "the library never opens a connection"),
    ("UdpSocket", "the library never opens a connection"),
];

/// Crates that speak to a network, or are there for those that do.
const NETWORK: &[&str] = &[
    "actix-web",
    "async-net",
    "async-std",
    "attohttpc",
    "aws-lc-rs",
    "cached-path",
    "curl",
    "h2",
    "hf-hub",
    "hickory-resolver",
    "http",
    "hyper",
    "hyper-util",
    "if-addrs",
    "isahc",
    "minreq",
    "mio",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "smol",
    "sentry",
    "socket2",
    "ssh2",
    "surf",
    "tokio",
    "tokio-native-tls",
    "tokio-rustls",
    "trust-dns-resolver",
    "tungstenite",
    "ureq-proto",
    "ureq",
];

/// Crates that call a C compiler when they are built, or bind to what it made.
const C_COMPILER: &[&str] = &["bindgen", "cc", "cmake", "onig_sys", "openblas-src", "torch-sys", "zstd-sys"];

const MOST_LINES: usize = 800;
const MOST_LINES_OF_MAIN: usize = 40;

/// A source file.
struct Source {
    /// Below the root of the project, parted by `/`.
    path: String,
    /// Its text without comments, line by line as in the file.
    code: String,
    lines: usize,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Source {
        let text = fs::read_to_string(path).expect("a source file is text");
        let mut code = String::with_capacity(text.len());
        for line in text.lines() {
            let line = if line.trim_start().starts_with("//") { "" } else { line };
            code.push_str(line.split(" // ").next().unwrap_or_default());
            code.push('\n');
        }
        let below = path.strip_prefix(root).expect("sources lie below the root");
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        Source { path: parts.join("/"), code, lines: text.lines().count() }
    }

    /// Whether it belongs to the library: the command line and other programs do not.
    fn is_library(&self) -> bool {
        let program = ["src/cli/", "src/bin/", "src/main.rs"];
        self.path.starts_with("src/") && !program.iter().any(|start| self.path.starts_with(start))
    }

    /// The module path of the file, outermost first; empty for `src/lib.rs`.
    fn modules(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut modules: Vec<&str> = path.split('/').collect();
        if matches!(modules.last(), Some(&("mod" | "lib"))) {
            modules.pop();
        }
        modules
    }

    /// What the code names at the root of the crate, through `crate::` or enough `super::`, with line numbers.
    fn named(&self) -> Vec<(usize, &str)> {
        let depth = self.modules().len();
        let mut found = Vec::new();
        let mut offset = 0;
        // A module within the file is one step further from the root.
        let mut inside = 0;
        for (index, line) in self.code.split_inclusive('\n').enumerate() {
            if !line.starts_with(' ') && line.contains("mod ") && line.trim_end().ends_with('{') {
                inside = 1;
            } else if line.trim_end() == "}" {
                inside = 0;
            }
            let mut names = Vec::new();
            for (at, word) in line.match_indices("crate::") {
                names.extend(heads(&self.code[offset + at + word.len()..]));
            }
            for (at, word) in line.match_indices("super::") {
                if line[..at].ends_with(word) {
                    continue;
                }
                let rest = line[at..].trim_start_matches(word);
                let climbed = line.len() - at - rest.len();
                if climbed / word.len() == depth + inside {
                    names.extend(heads(&self.code[offset + at + climbed..]));
                }
            }
            found.extend(names.into_iter().map(|name| (index + 1, name)));
            offset += line.len();
        }
        found
    }
}

/// The first names of a path without its root: one, or all those of a group in braces.
fn heads(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else { return vec![identifier(rest)] };
    let mut heads = vec![identifier(group)];
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(identifier(&group[at + 1..])),
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

fn identifier(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The Rust files of some folders of the project, in order.
fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    files.iter().map(|path| Source::read(root, path)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The names of the crates that a default build is made of.
fn crates(edges: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--prefix", "none", "--edges", edges])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    let mut names: Vec<_> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    assert!(names.iter().any(|name| name == "tokenizers"), "cargo tree listed no crates");
    names
}

#[test]
fn rooms_name_only_whom_they_may() {
    let mut broken = Vec::new();
    let all = sources(&["src"]);
    for source in all.iter().filter(|source| source.is_library()) {
        let Some(&room) = source.modules().first() else { continue };
        let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            broken.push(format!("{}: a new room: say in tests/walls.rs whom it may name", source.path));
            continue;
        };
        for (line, name) in source.named() {
            if name != room && !may.contains(&name) {
                broken.push(format!("{}:{line}: '{room}' must not name '{name}'", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}

#[test]
fn the_library_is_silent_and_closed() {
    let mut broken = Vec::new();
    let all = sources(&["src"]);
    for source in all.iter().filter(|source| source.is_library()) {
        for (index, line) in source.code.lines().enumerate() {
            for (word, why) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
                broken.push(format!("{}:{}: {word}: {why}", source.path, index + 1));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    for source in sources(&["src", "tests", "benches"]) {
        let most = if source.path == "src/main.rs" { MOST_LINES_OF_MAIN } else { MOST_LINES };
        assert!(source.lines <= most, "{} has {} lines, {most} are allowed", source.path, source.lines);
    }
}

#[test]
fn the_default_build_has_no_network_code() {
    let found: Vec<_> =
        crates("normal").into_iter().filter(|name| NETWORK.contains(&name.as_str())).collect();
    assert!(found.is_empty(), "network crates in the default build: {found:?}");
}

#[test]
fn the_default_build_needs_no_c_compiler() {
    let names = crates("normal,build");
    let found: Vec<_> = names.into_iter().filter(|name| C_COMPILER.contains(&name.as_str())).collect();
    assert!(found.is_empty(), "crates that need a C compiler in the default build: {found:?}");
}

#[test]
fn names_are_found_however_they_are_written() {
    let source = Source {
        path: "src/report/table.rs".to_owned(),
        code: "use crate::codebook::Code;\nuse crate::{moments::gather, trends, input::{a, b}};\n\
               use super::folder::Error;\nuse super::super::model::Model;\nmod tests {\n    \
               use super::super::folder;\n    use super::super::super::agreement::kappa;\n}\n"
            .to_owned(),
        lines: 8,
    };
    let expected =
        [(1, "codebook"), (2, "moments"), (2, "trends"), (2, "input"), (4, "model"), (7, "agreement")];
    assert_eq!(source.named(), expected);
    assert_eq!(source.modules(), ["report", "table"]);
}
