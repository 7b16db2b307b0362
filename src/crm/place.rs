//! Where a CRM file really is, and what may not be one: SQLite has names of its own for databases in memory and for
//! addresses, which would be files to everybody else.

use std::path::{Path, PathBuf};

use super::CrmError;

/// Links that are followed from one to the next.
const LINKS_MAX: usize = 40;

/// The file a name leads to, through links, so that one file has one lock however it is named. It need not be there yet.
///
/// # Errors
/// [`CrmError::NotAFile`] for `:memory:`, `file:…` and the empty name.
pub(super) fn real(path: &Path) -> Result<PathBuf, CrmError> {
    let name = path.to_string_lossy();
    if name.is_empty() || name == ":memory:" || name.starts_with("file:") {
        return Err(CrmError::NotAFile { name: name.into_owned() });
    }
    let mut at = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(next) = at.read_link() else { break };
        // A relative link is seen from its own folder; joining an absolute one replaces it.
        at = folder(&at).join(next);
    }
    let Ok(whole) = folder(&at).canonicalize() else { return Ok(at) };
    Ok(at.file_name().map_or(at.clone(), |name| whole.join(name)))
}

/// A file beside another one, named after it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// The folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_sqlite_understands_are_no_files() {
        for name in ["", ":memory:", "file:crm.sqlite", "file::memory:?cache=shared"] {
            let said = real(Path::new(name)).unwrap_err().to_string();
            assert!(said.contains(&format!("\"{name}\" is no file")), "{said}");
        }
        assert!(real(Path::new("./file:crm.sqlite")).is_ok());
        assert!(real(Path::new("memory")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn every_name_of_a_file_leads_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("data")).unwrap();
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, root.join(name)).unwrap();
        link("data/crm.sqlite", "crm.sqlite");
        link("crm.sqlite", "again");
        link("data", "folder");
        for name in ["data/crm.sqlite", "crm.sqlite", "again", "folder/crm.sqlite", "folder/../crm.sqlite"] {
            assert_eq!(real(&root.join(name)).unwrap(), root.join("data/crm.sqlite"), "{name}");
        }
        link("circle", "circle");
        assert!(real(&root.join("circle")).is_ok(), "opening it fails, and that is told then");
    }
}
