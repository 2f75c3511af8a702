//! Exceptions as VEX, written and read back: a line each for advisory, other names, package URLs, reason and author. What
//! was said comes back, from both forms.

#![no_main]

use std::collections::BTreeSet;
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use packageurl::PackageUrl;
use portcullis_fuzz::reports::read;
use portcullis_model::{Health, VexStatus, advisory};
use portcullis_render::{Justification, VexFrame, VexStatement, cyclonedx_vex, openvex};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (name, names, packages) = (line(), line(), line());
    let (reason, author) = (line(), line());
    // What an exception is exported for: advisories, and packages that were found or are named exactly.
    if !advisory::is_advisory(name) {
        return;
    }
    // A reader writes them in their canonical form.
    let packages = packages.split(' ').filter_map(|purl| PackageUrl::from_str(purl).ok());
    let packages: BTreeSet<String> = packages.map(|purl| purl.to_string()).collect();
    if packages.is_empty() {
        return;
    }
    let statement = VexStatement {
        advisory: name.to_owned(),
        exception: "EX-1".to_owned(),
        aliases: names.split(' ').filter(|alias| advisory::is_advisory(alias)).map(str::to_owned).collect(),
        packages,
        reason: reason.to_owned(),
        not_affected: Justification::ALL.get(usize::from(*first)).copied(),
        ..VexStatement::default()
    };
    let frame =
        VexFrame { author: author.to_owned(), timestamp: jiff::Timestamp::UNIX_EPOCH, version: "0.1.0".to_owned() };
    let statements = [statement];
    for (format, written) in
        [("openvex", openvex(&statements, &frame)), ("cyclonedx-json", cyclonedx_vex(&statements, &frame))]
    {
        let Ok(written) = written else { continue };
        comes_back(format, &written, &statements[0]);
    }
});

fn comes_back(format: &str, written: &[u8], meant: &VexStatement) {
    let document = String::from_utf8_lossy(written);
    let said = read(None, written);
    assert_eq!(said.reports[0].format, format, "{document}");
    assert!(said.reports[0].health < Health::Error, "{:?}\n{document}", said.problems);
    let status = if meant.not_affected.is_some() { VexStatus::NotAffected } else { VexStatus::Affected };
    assert!(!said.vex.is_empty(), "{document}");
    for statement in &said.vex {
        assert_eq!(statement.status, status, "{document}");
        let wanted = advisory::spelling(&meant.advisory);
        assert!(statement.ids.iter().any(|id| advisory::spelling(id) == wanted), "{:?}\n{document}", statement.ids);
    }
    let products = said.vex.iter().flat_map(|statement| &statement.products).filter(|product| product.purl.is_some());
    assert!(products.count() >= meant.packages.len().min(1), "{document}");
}
