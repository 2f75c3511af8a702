//! The bill of materials of the program: everything that is compiled into it, as CycloneDX and as SPDX. Dependencies of tests
//! and of this crate are not part of it.

mod cyclonedx;
mod spdx;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// The package that is released.
const PROGRAM: &str = "portcullis";

/// Everything the program is made of.
struct Inventory {
    /// By package URL.
    packages: BTreeMap<String, Package>,
    /// The package URL of the program.
    program: String,
    created: Timestamp,
}

/// One crate.
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    description: Option<String>,
    repository: Option<String>,
    /// SHA-256 of the crate's archive; ours have none.
    checksum: Option<String>,
    /// Package URLs, in order.
    dependencies: BTreeSet<String>,
}

/// Writes `portcullis-VERSION.cdx.json` and `portcullis-VERSION.spdx.json`. The same commit gives the same bytes.
pub(crate) fn write(root: &Path, directory: &Path) -> Result<()> {
    let inventory = Inventory::read(root)?;
    std::fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    let version = &inventory.package(&inventory.program)?.version;
    for (extension, text) in [("cdx", cyclonedx::document(&inventory)?), ("spdx", spdx::document(&inventory)?)] {
        let file = directory.join(format!("portcullis-{version}.{extension}.json"));
        std::fs::write(&file, text).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// `cargo metadata`, format version 1, as far as it is read: what packages say of themselves. Its graph is not: it unites
/// the features of the whole workspace, tests and benches included.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    version: String,
    license: Option<String>,
    description: Option<String>,
    repository: Option<String>,
    /// None of a crate of this repository.
    source: Option<String>,
    manifest_path: String,
}

/// `Cargo.lock`, which knows the checksums.
#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

impl Inventory {
    fn read(root: &Path) -> Result<Self> {
        let metadata = cargo(root, &["metadata", "--format-version", "1", "--locked"])?;
        let metadata: Metadata = serde_json::from_str(&metadata).context("cargo metadata")?;
        let lock: Lock = toml::from_str(&crate::read(&root.join("Cargo.lock"))?).context("Cargo.lock")?;
        let tree = ["--edges", "normal,build", "--target", "all", "--prefix", "depth", "--format", "|{p}"];
        let tree = cargo(root, &[&["tree", "--locked", "--package", PROGRAM], &tree[..]].concat())?;
        Self::of(&metadata, &tree, &lock, &root.display().to_string(), created(root)?)
    }

    fn of(metadata: &Metadata, tree: &str, lock: &Lock, root: &str, created: Timestamp) -> Result<Self> {
        let mut packages: BTreeMap<String, Package> = BTreeMap::new();
        // The line of each depth above the present one.
        let mut above: Vec<String> = Vec::new();
        for line in tree.lines() {
            let (depth, package) = node(line, metadata).with_context(|| format!("cargo tree: `{line}`"))?;
            let purl = purl(package, root);
            above.truncate(depth);
            if let Some(parent) = above.last().and_then(|parent| packages.get_mut(parent)) {
                parent.dependencies.insert(purl.clone());
            }
            if !packages.contains_key(&purl) {
                packages.insert(purl.clone(), described(package, lock)?);
            }
            above.push(purl);
        }
        let program = above.first().cloned().context("cargo tree printed nothing")?;
        Ok(Self { packages, program, created })
    }

    fn package(&self, purl: &str) -> Result<&Package> {
        self.packages.get(purl).with_context(|| purl.to_owned())
    }
}

/// Depth and package of a line like `2|serde v1.0.228 (proc-macro) (*)`; what was printed before has the star and no branch.
fn node<'a>(line: &str, metadata: &'a Metadata) -> Option<(usize, &'a MetadataPackage)> {
    let (depth, package) = line.split_once('|')?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    let is_it = |package: &&MetadataPackage| package.name == name && package.version == version;
    Some((depth.parse().ok()?, metadata.packages.iter().find(is_it)?))
}

/// A crate of this repository is not one of the registry, where its name may be that of another.
fn purl(package: &MetadataPackage, root: &str) -> String {
    // `+` of build metadata is a character of its own in a package URL.
    let version = package.version.replace('+', "%2B");
    if package.source.is_some() {
        return format!("pkg:cargo/{}@{version}", package.name);
    }
    let ours = format!("pkg:github/portcullis-gate/portcullis@v{version}");
    let manifest = package.manifest_path.replace('\\', "/");
    let below = manifest.strip_prefix(&root.replace('\\', "/")).and_then(|path| path.strip_suffix("/Cargo.toml"));
    match below.map(|path| path.trim_matches('/')) {
        Some(path) if !path.is_empty() => format!("{ours}#{path}"),
        _ => ours,
    }
}

fn described(package: &MetadataPackage, lock: &Lock) -> Result<Package> {
    let locked = lock.package.iter().find(|locked| locked.name == package.name && locked.version == package.version);
    let checksum = locked.and_then(|locked| locked.checksum.clone());
    ensure!(
        checksum.is_some() || package.source.is_none(),
        "Cargo.lock has no checksum of {} {}",
        package.name,
        package.version
    );
    Ok(Package {
        name: package.name.clone(),
        version: package.version.clone(),
        // The form with a slash is older than the expressions of SPDX and means `OR`.
        license: package.license.as_ref().map(|license| license.replace('/', " OR ").replace("  ", " ")),
        description: package.description.as_ref().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
        repository: package.repository.clone(),
        checksum,
        dependencies: BTreeSet::new(),
    })
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root).output()?;
    ensure!(output.status.success(), "cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// `SOURCE_DATE_EPOCH`, or when the commit was made.
fn created(root: &Path) -> Result<Timestamp> {
    let text = if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        text
    } else {
        let output = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root).output()?;
        ensure!(output.status.success(), "git log: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout)?
    };
    let seconds = text.trim().parse().with_context(|| format!("`{}` is no number of seconds", text.trim()))?;
    Ok(Timestamp::from_second(seconds)?)
}

/// SHA-256 in hexadecimal.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().fold(String::new(), |hexadecimal, byte| hexadecimal + &format!("{byte:02x}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop")]
mod tests;
