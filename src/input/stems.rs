//! What a file lends to sessions that have no id.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What files lend to sessions that have no id of their own: the name without its extensions. Where several files of a run have
/// one name, as in a folder for every client, the folders above come before it, as many as tell the files apart.
#[derive(Debug, Clone, Default)]
pub struct Stems(Arc<HashMap<PathBuf, String>>);

impl Stems {
    /// Of the files of a run.
    #[must_use]
    pub fn of<'a>(files: impl IntoIterator<Item = &'a Path>) -> Stems {
        let mut alike: HashMap<String, Vec<&Path>> = HashMap::new();
        for file in files {
            alike.entry(bare(file)).or_default().push(file);
        }
        let several = alike.values().filter(|files| files.len() > 1);
        Stems(Arc::new(several.flat_map(|files| told_apart(files)).collect()))
    }

    /// Of one of them, or of any other file.
    pub(super) fn stem(&self, file: &Path) -> String {
        self.0.get(file).cloned().unwrap_or_else(|| bare(file))
    }
}

/// Files of one name with the folders that tell them apart; none where folders do not.
fn told_apart<'a>(files: &[&'a Path]) -> Vec<(PathBuf, String)> {
    let deepest = files.iter().map(|file| folders(file).count()).max().unwrap_or(0);
    let named = |depth: usize| -> Vec<String> {
        let name = |file: &&'a Path| {
            let mut parts: Vec<_> = folders(file).take(depth).collect();
            parts.reverse();
            parts.push(bare(file));
            parts.join("/")
        };
        files.iter().map(name).collect()
    };
    let different = |names: &Vec<String>| {
        let mut sorted: Vec<_> = names.iter().collect();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair[0] != pair[1])
    };
    let names = (1..=deepest).map(named).find(different).unwrap_or_default();
    files.iter().map(|file| file.to_path_buf()).zip(names).collect()
}

/// The folders of a path as it was given, from the last.
fn folders(file: &Path) -> impl Iterator<Item = String> {
    let above = file.parent().unwrap_or(Path::new("")).components().rev();
    above.filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    })
}

/// The name without its extensions.
fn bare(file: &Path) -> String {
    let name = file.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy());
    // At most two: `a.csv.gz` is `a`, but `1.2.2024.txt` keeps its date.
    let packed = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    let stem = packed.rsplit_once('.').map_or(packed, |(stem, _)| stem);
    match if stem.is_empty() { packed } else { stem } {
        "" | "-" => "stdin".to_owned(),
        stem => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_lose_extensions_but_not_dates() {
        for (name, stem) in [
            ("a/b.csv.gz", "b"),
            ("x.txt", "x"),
            ("1.2.2024.txt", "1.2.2024"),
            (".hidden", ".hidden"),
            ("-", "stdin"),
            ("noext", "noext"),
        ] {
            assert_eq!(Stems::default().stem(Path::new(name)), stem);
        }
    }

    #[test]
    fn files_of_one_name_have_their_folders_before_it() {
        let stems = |files: &[&str]| -> Vec<String> {
            let stems = Stems::of(files.iter().map(|&file| Path::new(file)));
            files.iter().map(|file| stems.stem(Path::new(file))).collect()
        };
        assert_eq!(stems(&["in/K1/s1.txt", "in/K2/s1.docx", "in/K2/s2.txt"]), ["K1/s1", "K2/s1", "s2"]);
        assert_eq!(stems(&["in/K1/talk/s1.txt", "in/K2/talk/s1.txt"]), ["K1/talk/s1", "K2/talk/s1"]);
        assert_eq!(stems(&["s1.txt", "../K2/s1.txt"]), ["s1", "K2/s1"]);
        // Folders do not tell these apart: a notice says so.
        assert_eq!(stems(&["in/s1.txt", "in/s1.vtt"]), ["s1", "s1"]);
    }
}
