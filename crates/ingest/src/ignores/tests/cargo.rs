//! `deny.toml` and `.cargo/audit.toml`.

use super::*;

fn smallvec(path: &str) -> Finding {
    weakness("cargo", "smallvec", "0.6.13", &["CVE-2021-25900", "RUSTSEC-2021-0003"], path)
}

#[test]
fn both_files_ignore_advisories_below_their_directory() {
    let deny = "[advisories]\nversion = 2\nignore = [\n  \"RUSTSEC-2021-0001\",\n  { id = \"RUSTSEC-2021-0003\", reason = \"not called\" },\n]\n[bans]\nwildcards = \"deny\"\n";
    let suppression = ignore("deny.toml", deny, smallvec("Cargo.lock")).finding.suppressions.remove(0);
    assert_eq!((suppression.line, suppression.reason.as_deref()), (Some(5), Some("not called")));
    let audit = "[advisories]\nignore = [\"RUSTSEC-2021-0003\"]\n[output]\nquiet = true\n";
    assert!(takes(".cargo/audit.toml", audit, smallvec("Cargo.lock")));
    assert!(takes("tools/.cargo/audit.toml", audit, smallvec("tools/Cargo.lock")));
    assert!(!takes("tools/.cargo/audit.toml", audit, smallvec("Cargo.lock")));
    let npm = weakness("npm", "smallvec", "1", &["RUSTSEC-2021-0003"], "a");
    assert!(!takes("deny.toml", deny, npm));
}

#[test]
fn a_yanked_version_is_named_by_its_crate() {
    let yanked = || Finding { kind: Kind::Outdated, ..smallvec("Cargo.lock") };
    let deny = |entry: &str| format!("advisories.ignore = [{entry}]\n");
    assert!(takes("deny.toml", &deny("\"smallvec@0.6.13\""), yanked()));
    assert!(takes("deny.toml", &deny("{ crate = \"smallvec\", reason = \"soon\" }"), yanked()));
    assert!(!takes("deny.toml", &deny("\"smallvec@0.6.14\""), yanked()));
    assert!(!takes("deny.toml", &deny("\"smallvec@0.6.13\""), smallvec("Cargo.lock")));
}

#[test]
fn what_cannot_be_used_is_told_with_its_line() {
    let told = |text: &str| refused("deny.toml", text, smallvec("Cargo.lock"));
    assert_eq!(told("[advisories]\nignore = [{ reason = \"x\" }]\n"), [(2, ProblemCode::DroppedItem)]);
    assert_eq!(told("[advisories]\nignore = \"RUSTSEC-2021-0003\"\n"), [(2, ProblemCode::LenientValue)]);
    assert_eq!(told("[advisories\n"), [(1, ProblemCode::Unparsable)]);
    let odd = odd("deny.toml", "[advisories]\nignored = []\nignore = [\"RUSTSEC-2021-0003\"]\n", smallvec("a"));
    assert_eq!(odd, [(2, "unknown key `ignored` (did you mean `ignore`?) of `advisories` in `deny.toml`".to_owned())]);
}
