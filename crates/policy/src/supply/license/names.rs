//! What licences are called outside the SPDX list: in RPM and Debian packages, in Python classifiers, by people.

/// Names in lower case, single spaces; what they mean in SPDX.
const NAMES: &[(&str, &str)] = &[
    ("agpl", "AGPL-3.0-only"),
    ("agpl-3", "AGPL-3.0-only"),
    ("agpl-3+", "AGPL-3.0-or-later"),
    ("agplv3", "AGPL-3.0-only"),
    ("agplv3+", "AGPL-3.0-or-later"),
    ("gnu affero general public license v3", "AGPL-3.0-only"),
    ("gnu affero general public license v3 or later (agplv3+)", "AGPL-3.0-or-later"),
    ("apache", "Apache-2.0"),
    ("apache 2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("apache 2.0 license", "Apache-2.0"),
    ("apache license", "Apache-2.0"),
    ("apache license 2.0", "Apache-2.0"),
    ("apache license v2.0", "Apache-2.0"),
    ("apache license version 2.0", "Apache-2.0"),
    ("apache license, version 2.0", "Apache-2.0"),
    ("apache software license", "Apache-2.0"),
    ("apache software license 2.0", "Apache-2.0"),
    ("apache software license, version 1.1", "Apache-1.1"),
    ("apache software license - version 2.0", "Apache-2.0"),
    ("apache-2", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    ("apache2.0", "Apache-2.0"),
    ("the apache license, version 2.0", "Apache-2.0"),
    ("the apache software license, version 2.0", "Apache-2.0"),
    ("asl 1.1", "Apache-1.1"),
    ("asl 2.0", "Apache-2.0"),
    ("artistic", "Artistic-1.0-Perl"),
    ("artistic 2.0", "Artistic-2.0"),
    ("artistic clarified", "ClArtistic"),
    ("boost", "BSL-1.0"),
    ("boost software license 1.0 (bsl-1.0)", "BSL-1.0"),
    ("bsd", "BSD-3-Clause"),
    ("bsd license", "BSD-3-Clause"),
    ("bsd-2", "BSD-2-Clause"),
    ("bsd 2-clause", "BSD-2-Clause"),
    ("bsd 2-clause license", "BSD-2-Clause"),
    ("simplified bsd", "BSD-2-Clause"),
    ("simplified bsd license", "BSD-2-Clause"),
    ("bsd-3", "BSD-3-Clause"),
    ("bsd 3-clause", "BSD-3-Clause"),
    ("bsd 3-clause license", "BSD-3-Clause"),
    ("bsd with advertising", "BSD-4-Clause"),
    ("bsd-3-clause license", "BSD-3-Clause"),
    ("new bsd", "BSD-3-Clause"),
    ("new bsd license", "BSD-3-Clause"),
    ("revised bsd license", "BSD-3-Clause"),
    ("the bsd license", "BSD-3-Clause"),
    ("cc0", "CC0-1.0"),
    ("cc0 1.0 universal", "CC0-1.0"),
    ("cc0 1.0 universal (cc0 1.0) public domain dedication", "CC0-1.0"),
    ("cddl", "CDDL-1.0"),
    ("cpl", "CPL-1.0"),
    ("eclipse public license 1.0", "EPL-1.0"),
    ("eclipse public license 2.0", "EPL-2.0"),
    ("eclipse public license - v 1.0", "EPL-1.0"),
    ("eclipse public license - v 2.0", "EPL-2.0"),
    ("eclipse public license v2.0", "EPL-2.0"),
    ("epl", "EPL-1.0"),
    ("expat", "MIT"),
    ("expat license", "MIT"),
    ("gpl", "GPL-1.0-or-later"),
    ("gpl+", "GPL-1.0-or-later"),
    ("gpl-1", "GPL-1.0-only"),
    ("gpl-1+", "GPL-1.0-or-later"),
    ("gpl-2", "GPL-2.0-only"),
    ("gpl-2+", "GPL-2.0-or-later"),
    ("gpl-3", "GPL-3.0-only"),
    ("gpl-3+", "GPL-3.0-or-later"),
    ("gpl2", "GPL-2.0-only"),
    ("gpl3", "GPL-3.0-only"),
    ("gpl v2", "GPL-2.0-only"),
    ("gpl v3", "GPL-3.0-only"),
    ("gplv2", "GPL-2.0-only"),
    ("gplv2+", "GPL-2.0-or-later"),
    ("gplv3", "GPL-3.0-only"),
    ("gplv3+", "GPL-3.0-or-later"),
    ("gnu general public license (gpl)", "GPL-1.0-or-later"),
    ("gnu general public license v2 (gplv2)", "GPL-2.0-only"),
    ("gnu general public license v2 or later (gplv2+)", "GPL-2.0-or-later"),
    ("gnu general public license v3 (gplv3)", "GPL-3.0-only"),
    ("gnu general public license v3 or later (gplv3+)", "GPL-3.0-or-later"),
    ("isc license", "ISC"),
    ("isc license (iscl)", "ISC"),
    ("the isc license", "ISC"),
    ("lgpl", "LGPL-2.0-or-later"),
    ("lgpl-2", "LGPL-2.0-only"),
    ("lgpl-2+", "LGPL-2.0-or-later"),
    ("lgpl-2.1+", "LGPL-2.1-or-later"),
    ("lgpl-3", "LGPL-3.0-only"),
    ("lgpl-3+", "LGPL-3.0-or-later"),
    ("lgpl2.1", "LGPL-2.1-only"),
    ("lgplv2", "LGPL-2.0-only"),
    ("lgplv2+", "LGPL-2.0-or-later"),
    ("lgplv2.1", "LGPL-2.1-only"),
    ("lgplv2.1+", "LGPL-2.1-or-later"),
    ("lgplv3", "LGPL-3.0-only"),
    ("lgplv3+", "LGPL-3.0-or-later"),
    ("gnu lesser general public license", "LGPL-2.1-or-later"),
    ("gnu lesser general public license v2 (lgplv2)", "LGPL-2.0-only"),
    ("gnu lesser general public license v2 or later (lgplv2+)", "LGPL-2.0-or-later"),
    ("gnu lesser general public license v3 (lgplv3)", "LGPL-3.0-only"),
    ("gnu lesser general public license v3 or later (lgplv3+)", "LGPL-3.0-or-later"),
    ("gnu library or lesser general public license (lgpl)", "LGPL-2.0-or-later"),
    ("mit license", "MIT"),
    ("mit-license", "MIT"),
    ("mit/x11", "MIT"),
    ("the mit license", "MIT"),
    ("the mit license (mit)", "MIT"),
    ("mit no attribution license (mit-0)", "MIT-0"),
    ("mpl", "MPL-2.0"),
    ("mpl 1.1", "MPL-1.1"),
    ("mpl 2.0", "MPL-2.0"),
    ("mpl2", "MPL-2.0"),
    ("mplv1.1", "MPL-1.1"),
    ("mplv2.0", "MPL-2.0"),
    ("mozilla public license 1.1 (mpl 1.1)", "MPL-1.1"),
    ("mozilla public license 2.0", "MPL-2.0"),
    ("mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"),
    ("mozilla public license version 2.0", "MPL-2.0"),
    ("mozilla public license, version 2.0", "MPL-2.0"),
    ("openldap", "OLDAP-2.8"),
    ("openssl", "OpenSSL"),
    ("perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
    ("psf", "PSF-2.0"),
    ("psfl", "PSF-2.0"),
    ("python", "Python-2.0"),
    ("python software foundation license", "PSF-2.0"),
    ("public domain", "LicenseRef-public-domain"),
    ("public-domain", "LicenseRef-public-domain"),
    ("ruby", "Ruby"),
    ("sspl", "SSPL-1.0"),
    ("the unlicense (unlicense)", "Unlicense"),
    ("unlicense", "Unlicense"),
    ("w3c license", "W3C"),
    ("wtfpl", "WTFPL"),
    ("zlib license", "Zlib"),
    ("zlib/libpng license", "Zlib"),
    ("zope public license", "ZPL-2.1"),
    ("zplv2.1", "ZPL-2.1"),
];

/// Licences whose terms reach works built with them, and which the `spdx` crate does not mark.
const MORE_COPYLEFT: &[&str] = &[
    "APSL-2.0",
    "CAL-1.0",
    "CPAL-1.0",
    "EPL-1.0",
    "EPL-2.0",
    "ODbL-1.0",
    "QPL-1.0",
    "RPL-1.1",
    "RPL-1.5",
    "RPSL-1.0",
    "SSPL-1.0",
    "Sleepycat",
];

/// Ids that carry their exception in their name.
const WITH_EXCEPTION: &[(&str, &str)] = &[
    ("GPL-2.0-with-GCC-exception", "GPL-2.0-only WITH GCC-exception-2.0"),
    ("GPL-2.0-with-autoconf-exception", "GPL-2.0-only WITH Autoconf-exception-2.0"),
    ("GPL-2.0-with-bison-exception", "GPL-2.0-only WITH Bison-exception-2.2"),
    ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
    ("GPL-2.0-with-font-exception", "GPL-2.0-only WITH Font-exception-2.0"),
    ("GPL-3.0-with-GCC-exception", "GPL-3.0-only WITH GCC-exception-3.1"),
    ("GPL-3.0-with-autoconf-exception", "GPL-3.0-only WITH Autoconf-exception-3.0"),
    ("eCos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0"),
    ("wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
];

/// The SPDX expression of a name in lower case with single spaces.
pub(super) fn meaning(lower: &str) -> Option<&'static str> {
    NAMES.iter().find(|(name, _)| *name == lower).map(|(_, meaning)| *meaning)
}

/// What replaced an id that held its exception.
pub(super) fn with_exception(id: &str) -> Option<&'static str> {
    WITH_EXCEPTION.iter().find(|(old, _)| *old == id).map(|(_, new)| *new)
}

/// Whether its terms reach works built with it.
pub(super) fn is_copyleft(id: spdx::LicenseId) -> bool {
    id.is_copyleft() || MORE_COPYLEFT.contains(&id.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_is_an_expression_of_the_list() {
        let meanings = NAMES.iter().map(|(_, meaning)| meaning).chain(WITH_EXCEPTION.iter().map(|(_, new)| new));
        for meaning in meanings {
            assert!(spdx::Expression::parse(meaning).is_ok(), "{meaning}");
        }
        for id in MORE_COPYLEFT {
            assert!(spdx::license_id(id).is_some(), "{id}");
        }
    }

    #[test]
    fn names_are_written_as_they_are_looked_up() {
        for (name, _) in NAMES {
            assert_eq!(*name, name.to_lowercase());
            assert!(!name.contains("  "), "{name}");
        }
    }
}
