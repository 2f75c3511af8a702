//! What is written from the schema of the policy: the JSON Schemas and the reference page.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use portcullis_policy::schema::{self, Draft};

fn generated() -> [(&'static str, String); 3] {
    [
        ("docs/schema/v1.json", schema::json_schema(Draft::Draft202012)),
        ("docs/schema/v1.draft7.json", schema::json_schema(Draft::Draft7)),
        ("docs/policy-reference.md", schema::reference()),
    ]
}

/// Writes the files.
pub(crate) fn write(root: &Path) -> Result<()> {
    for (file, text) in generated() {
        std::fs::write(root.join(file), text).with_context(|| file.to_owned())?;
    }
    Ok(())
}

/// Fails when one of the files is not what the schema makes.
pub(crate) fn check(root: &Path) -> Result<()> {
    for (file, text) in generated() {
        let current = crate::read(&root.join(file))?;
        ensure!(current == text, "{file} is stale: run `cargo run -p xtask -- gen`");
    }
    Ok(())
}
