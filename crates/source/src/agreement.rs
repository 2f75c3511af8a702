//! The three trees and the operating system answer the same for the same files, whatever links there are.

use std::path::Path;

use portcullis_model::{Tree, TreeError};
use proptest::prelude::*;

use crate::testing::Place;

/// What stands at a path of the farm: a file, or a link with its target.
type Farm = Vec<(String, Option<String>)>;

/// Paths of few names, so that links meet something.
fn path(steps: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(steps), 1..=most).prop_map(|parts| parts.join("/"))
}

fn farm() -> impl Strategy<Value = Farm> {
    let target = prop_oneof![4 => path(&["a", "b", "c", ".."], 4), 1 => Just("/etc/hostname".to_owned())];
    prop::collection::vec((path(&["a", "b", "c"], 3), prop::option::weighted(0.6, target)), 1..10)
}

/// Writes what can be written: a path below a file or link stays out.
fn plant(place: &Place, farm: &Farm) {
    for (path, target) in farm {
        let mut parents = Path::new(path).ancestors().skip(1);
        let blocked = parents.any(|parent| {
            let parent = place.path().join(parent);
            parent.symlink_metadata().is_ok_and(|found| !found.is_dir())
        });
        if blocked || place.path().join(path).symlink_metadata().is_ok() {
            continue;
        }
        match target {
            None => place.write(path, path),
            Some(target) => place.link(path, target),
        };
    }
}

/// What the operating system finds, below the root.
fn as_the_system_sees_it(root: &Path, path: &str) -> Option<String> {
    let real = root.join(path).canonicalize().ok()?;
    Some(real.strip_prefix(root).map_or_else(|_| "outside".to_owned(), |below| below.to_string_lossy().into_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn work_tree_index_and_commit_answer_alike_and_as_the_system_does(
        farm in farm(),
        asked in prop::collection::vec(path(&["a", "b", "c", "..", "a/b"], 4), 12),
    ) {
        let place = Place::repository();
        plant(&place, &farm);
        place.commit();
        let root = place.path().canonicalize().unwrap();
        let repository = place.open();
        let work_tree = repository.work_tree();
        let commit = repository.commit("HEAD").unwrap();
        let index = repository.index().unwrap();

        let listed = work_tree.list().unwrap();
        prop_assert_eq!(&listed.entries, &commit.list().unwrap().entries);
        prop_assert_eq!(&listed.entries, &index.list().unwrap().entries);
        let planted = listed.entries.iter().map(|entry| &entry.path);
        for path in planted.chain(&asked) {
            let answer = work_tree.read(path);
            prop_assert_eq!(&answer, &commit.read(path), "{}", path);
            prop_assert_eq!(&answer, &index.read(path), "{}", path);
            let system = as_the_system_sees_it(&root, path);
            match answer {
                // Every file holds its own path.
                Ok(bytes) => prop_assert_eq!(Some(bytes), system.map(String::into_bytes), "{}", path),
                Err(TreeError::NotAFile) => prop_assert!(root.join(path).is_dir(), "{}", path),
                // Out and in again is Outside too, which the system does not tell.
                Err(TreeError::Outside) => {}
                Err(_) => prop_assert_eq!(system, None, "{}", path),
            }
        }
    }
}
