//! Same input, same bytes.

use crate::repository::{program, project};

fn bytes(arguments: &[&str], directory: &std::path::Path) -> Vec<u8> {
    let output = program().args(["--now", "2026-11-21"]).args(arguments).current_dir(directory).output().unwrap();
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let one = bytes(&["check", "-C", "fixtures/shop", "-f", "json", "--jobs", "1"], &project());
    for jobs in ["2", "7"] {
        assert!(
            bytes(&["check", "-C", "fixtures/shop", "-f", "json", "--jobs", jobs], &project()) == one,
            "{jobs} threads"
        );
    }
}

#[test]
fn the_directory_it_is_started_in_changes_no_byte() {
    let from_above = bytes(&["check", "-C", "fixtures/shop", "-f", "json"], &project());
    let from_far =
        bytes(&["check", "-C", project().join("fixtures/shop").to_str().unwrap(), "-f", "json"], "/".as_ref());
    assert!(from_above == from_far);
}

#[test]
fn no_path_of_the_machine_is_in_the_document() {
    let document = String::from_utf8(bytes(&["check", "-C", "fixtures/shop", "-f", "json"], &project())).unwrap();
    assert!(!document.contains(project().to_str().unwrap()));
}
