//! The example as a whole.

use super::*;

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn the_example_is_written_as_the_fixtures_are() {
    let above = tempfile::tempdir().unwrap();
    let dir = above.path().join("a/b");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trexlabel");
    let files = example(&dir).unwrap();
    assert_eq!(files.len(), fs::read_dir(&fixtures).unwrap().count());
    for path in files {
        assert_eq!(fs::read(&path).unwrap(), fs::read(fixtures.join(name(&path))).unwrap());
    }
}

#[test]
fn a_file_that_is_there_is_never_overwritten_and_nothing_is_written_beside_it() {
    for file in ["art20.toml", "crm.sql"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(file), "mine").unwrap();
        let error = example(dir.path()).unwrap_err();
        assert!(matches!(&error, DemoError::Exists { paths } if paths == &[dir.path().join(file)]), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(fs::read(dir.path().join(file)).unwrap(), b"mine");
    }
}
