//! Reports read in a small repository, and a policy to judge them by.

use std::sync::LazyLock;

use portcullis_ingest::{Input, Options, ReportOptions, Surroundings};
use portcullis_model::{Collected, Evidence, PathResolver, Registry};
use portcullis_policy::{Document, Inputs, Judgement, Policy, judge, load};

/// The day it is.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

static RESOLVER: LazyLock<PathResolver> = LazyLock::new(|| {
    let tracked = ["Cargo.lock", "go.mod", "package-lock.json", "requirements.txt", "src/main.rs"];
    PathResolver::new(["/work".to_owned()], [], tracked.into_iter().map(str::to_owned).collect())
});

/// Reads a report; without a format it is told by its content. `file` is the repository.
pub fn read_with(format: Option<&str>, bytes: &[u8], file: &(dyn Fn(&str) -> Option<Vec<u8>> + Sync)) -> Collected {
    let options = ReportOptions { format: format.map(str::to_owned), ..ReportOptions::default() };
    let input = Input { name: Some("deps"), path: "reports/report", bytes, modified: None, options: &options };
    let around = Surroundings {
        resolver: &RESOLVER,
        now: jiff::Timestamp::UNIX_EPOCH,
        commits: &["0000000000000000000000000000000000000000"],
        file,
        options: &Options::default(),
    };
    portcullis_ingest::read(&input, &around)
}

/// The same in a repository of one source file.
pub fn read(format: Option<&str>, bytes: &[u8]) -> Collected {
    read_with(format, bytes, &|path| (path == "src/main.rs").then(|| b"fn main() {}\n".to_vec()))
}

/// What seeds of the target `report` hold, as if all of them were of one run.
pub static SEEDS: LazyLock<Collected> = LazyLock::new(|| {
    let seeds: [&[u8]; 9] = [
        include_bytes!("../seeds/report/cargo-audit"),
        include_bytes!("../seeds/report/cyclonedx-json"),
        include_bytes!("../seeds/report/gitleaks"),
        include_bytes!("../seeds/report/grype"),
        include_bytes!("../seeds/report/npm-audit-2"),
        include_bytes!("../seeds/report/osv"),
        include_bytes!("../seeds/report/pip-audit"),
        include_bytes!("../seeds/report/snyk"),
        include_bytes!("../seeds/report/trivy"),
    ];
    let mut all = Collected::default();
    for seed in seeds {
        let read = read(None, &seed[1..]);
        all.findings.extend(read.findings);
        all.components.extend(read.components);
        all.reports.extend(read.reports);
        all.boms.extend(read.boms);
    }
    all
});

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::new(portcullis_policy::rules().iter().copied(), Vec::<String>::new()));

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = "version: 1\nlicenses: {allow: [MIT, Apache-2.0, LicenseRef-*], deny: [AGPL-3.0-only]}\n\
                vex:\n  - path: reports/report\n  - {path: '**', authors: ['jane*'], require_justification: false}\n\
                packages:\n  deny:\n    - {id: evil, name: evil, ecosystem: npm, version_range: '<2', reason: bad}\n\
                sbom: {quality: {profile: ntia}}\n";
    let formats = portcullis_ingest::format_names();
    let inputs = Inputs {
        policy: Some(Document { path: "portcullis.yaml", bytes: text.as_bytes() }),
        exceptions: &[],
        exceptions_from: None,
        settings: &[],
        presets: &[],
        parent: None,
        known_formats: &formats,
        registry: &REGISTRY,
        tracked: None,
        today: TODAY,
    };
    load(&inputs).expect("the policy of the targets is valid").policy
});

/// Judges by a policy with rules for licences, packages, bills of materials, and VEX documents.
pub fn judged(evidence: Evidence) -> Judgement {
    judge(&POLICY, evidence, &REGISTRY, TODAY)
}
