use serde_json::{Value, json};

use super::*;

/// As `cargo tree` prints it; the crate for tests is known to `cargo metadata` alone.
const TREE: &str = "\
0|portcullis v0.1.0 (/src)
1|built v0.1.0 (proc-macro)
1|portcullis-model v0.1.0 (/src/crates/model)
2|built v0.1.0 (proc-macro) (*)
";

fn inventory() -> Inventory {
    let package = |name: &str, source: Value, path: &str| {
        json!({ "name": name, "version": "0.1.0", "source": source, "manifest_path": path,
            "license": "MIT/Apache-2.0", "description": "two\nlines", "repository": "https://example.com/x" })
    };
    let registry = json!("registry+https://github.com/rust-lang/crates.io-index");
    let metadata = json!({ "packages": [
        package("portcullis", Value::Null, "/src/Cargo.toml"),
        package("portcullis-model", Value::Null, "/src/crates/model/Cargo.toml"),
        package("built", registry.clone(), "/registry/built/Cargo.toml"),
        package("tested", registry, "/registry/tested/Cargo.toml"),
    ] });
    let lock = format!("[[package]]\nname = \"built\"\nversion = \"0.1.0\"\nchecksum = \"{}\"\n", "ab".repeat(32));
    let metadata: Metadata = serde_json::from_value(metadata).unwrap();
    Inventory::of(&metadata, TREE, &toml::from_str(&lock).unwrap(), "/src", Timestamp::from_second(0).unwrap()).unwrap()
}

#[test]
fn what_is_built_in_counts_and_what_tests_use_does_not() {
    let inventory = inventory();
    let names: Vec<&String> = inventory.packages.keys().collect();
    let ours = "pkg:github/portcullis-gate/portcullis@v0.1.0";
    assert_eq!(names, ["pkg:cargo/built@0.1.0", ours, &format!("{ours}#crates/model")]);
    assert_eq!(inventory.program, ours);
}

#[test]
fn both_documents_name_every_package_with_license_checksum_and_edges() {
    let inventory = inventory();
    let cyclonedx: Value = serde_json::from_slice(&cyclonedx::document(&inventory).unwrap()).unwrap();
    let built = &cyclonedx["components"][0];
    assert_eq!(built["purl"], "pkg:cargo/built@0.1.0");
    assert_eq!(built["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(built["hashes"][0]["content"], "ab".repeat(32));
    assert_eq!(cyclonedx["metadata"]["component"]["name"], "portcullis");
    assert_eq!(cyclonedx["metadata"]["timestamp"], "1970-01-01T00:00:00Z");
    let spdx: Value = serde_json::from_slice(&spdx::document(&inventory).unwrap()).unwrap();
    let related: Vec<[&str; 2]> = spdx["relationships"].as_array().unwrap().iter().map(ends).collect();
    assert_eq!(
        related,
        [
            ["DOCUMENT", "Package-portcullis-0.1.0"],
            ["Package-portcullis-0.1.0", "Package-built-0.1.0"],
            ["Package-portcullis-0.1.0", "Package-portcullis-model-0.1.0"],
            ["Package-portcullis-model-0.1.0", "Package-built-0.1.0"],
        ]
    );
}

fn ends(relationship: &Value) -> [&str; 2] {
    ["spdxElementId", "relatedSpdxElement"]
        .map(|end| relationship[end].as_str().unwrap().strip_prefix("SPDXRef-").unwrap())
}

#[test]
fn the_same_inventory_gives_the_same_bytes() {
    assert_eq!(cyclonedx::document(&inventory()).unwrap(), cyclonedx::document(&inventory()).unwrap());
    assert_eq!(spdx::document(&inventory()).unwrap(), spdx::document(&inventory()).unwrap());
}
