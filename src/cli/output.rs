//! The files of a command that go into a folder together.

use anyhow::Context as _;
use breakthrough::report::folder::{Folder, Whole};
use std::io::Write as _;
use std::path::Path;

/// Makes the folder if need be, and sees whether these files can be made in it without replacing anybody's own: what takes long
/// asks before it begins.
pub(super) fn writable(out: &Path, names: &[&str]) -> anyhow::Result<()> {
    let folder = Folder::open(out)?;
    folder.check(names)?;
    names.first().map_or(Ok(()), |name| folder.draft(name).map(drop))?;
    Ok(())
}

/// Writes files into the folder: all are on the disk before the first has its name. What an earlier command wrote there under one
/// of the names in `stale`, and this one does not, goes.
pub(super) fn write_all(
    out: &Path,
    files: impl IntoIterator<Item = (impl AsRef<str>, Vec<u8>)>,
    stale: &[&str],
) -> anyhow::Result<()> {
    let folder = Folder::open(out)?;
    let files: Vec<_> = files.into_iter().collect();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_ref()).collect();
    folder.check(&names)?;
    let mut whole = Vec::new();
    for (name, bytes) in &files {
        let name = name.as_ref();
        let mut draft = folder.draft(name)?;
        draft
            .write_all(bytes)
            .with_context(|| format!("{} cannot be written", folder.path_of(name).display()))?;
        whole.push(draft.seal()?);
    }
    folder.record(&names)?;
    stale.iter().filter(|name| !names.contains(name)).try_for_each(|name| folder.remove(name))?;
    whole.into_iter().try_for_each(Whole::publish)?;
    folder.sync();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn nobodys_own_file_is_replaced_however_often_it_is_tried() {
        let dir = tempfile::tempdir().unwrap();
        let mine = dir.path().join("figures.csv");
        fs::write(&mine, "mine").unwrap();
        for _ in 0..3 {
            assert!(writable(dir.path(), &["figures.csv"]).is_err());
            assert!(write_all(dir.path(), [("figures.csv", Vec::new())], &[]).is_err());
        }
        assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
    }

    #[test]
    fn what_an_earlier_command_left_goes_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let written = |name: &str| dir.path().join(name).exists();
        write_all(dir.path(), [("a", vec![1]), ("b", vec![2])], &[]).unwrap();
        fs::write(dir.path().join("c"), "mine").unwrap();
        write_all(dir.path(), [("a", vec![3])], &["a", "b", "c"]).unwrap();
        assert!(written("a") && !written("b") && written("c"));
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), [3]);
    }
}
