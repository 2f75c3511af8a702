//! Any bytes as rule file (gitleaks' TOML): rules that search a text, or errors that name the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_secrets::{Config, File, Options, Scanner, Sources};

const PACK: &str = "[[rules]]\nid = \"base\"\nregex = '''base-[a-z]{4}'''\nkeywords = [\"base-\"]\n\n[allowlist]\npaths = ['''\\.lock$''']\n";
const TEXT: &[u8] = b"token = \"base-abcd\"\npassword: hunter2hunter2 # gitleaks:allow\nAKIAIOSFODNN7EXAMPLE\nZGVjb2RlZCBiYXNlLWFiY2Q=\n";

fuzz_target!(|bytes: &[u8]| {
    // A file that extends another one extends itself.
    let sources = Sources { pack: PACK, read: &|path| Ok((path != "missing.toml").then(|| bytes.to_vec())) };
    match Config::load("rules.toml", bytes, sources) {
        Ok(loaded) => {
            assert!(loaded.config.rules.is_sorted_by(|one, two| one.id <= two.id));
            assert!(loaded.warnings.iter().all(|warning| !warning.span.path.is_empty()));
            let Ok(scanner) = Scanner::new(loaded.config, Options::default()) else { return };
            let found = scanner.scan(&File::new("src/a.txt", TEXT));
            let again = scanner.scan(&File::new("src/a.txt", TEXT));
            assert_eq!(format!("{found:?}"), format!("{again:?}"));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|error| !error.message.is_empty() && error.span.start_line > 0), "{errors:?}");
        }
    }
});
