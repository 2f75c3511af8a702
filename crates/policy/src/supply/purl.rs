//! Package URLs as VEX documents write them, held against packages as reports name them (spec/ingest.md 5.1, 11).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use portcullis_model::purl::{decoded, normal_name, normal_namespace};
use portcullis_model::{Package, version};

/// A package URL, decoded and normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Purl {
    pub(super) ecosystem: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) qualifiers: BTreeMap<String, String>,
}

impl Purl {
    /// Nothing where the text is no package URL.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split('#').next()?;
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (path, version) = match rest.rfind('@') {
            // The scope of npm begins with the same sign.
            Some(at) if !rest.get(at..)?.contains('/') && at > 0 && !rest.get(..at)?.ends_with('/') => {
                (rest.get(..at)?, rest.get(at + 1..))
            }
            _ => (rest, None),
        };
        let (ecosystem, path) = path.split_once('/')?;
        let (namespace, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        let ecosystem = ecosystem.to_ascii_lowercase();
        let name = normal_name(&ecosystem, &decoded(name));
        if ecosystem.is_empty() || name.is_empty() {
            return None;
        }
        let mut qualifiers: BTreeMap<String, String> = qualifiers
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(key, value)| !value.is_empty() && *key != "package-id")
            .map(|(key, value)| (key.to_ascii_lowercase(), decoded(value).into_owned()))
            .collect();
        let version = version.map(|version| decoded(version).into_owned()).filter(|version| !version.is_empty());
        // Reports write it into the version.
        let epoch = if matches!(&*ecosystem, "deb" | "rpm") { qualifiers.remove("epoch") } else { None };
        Some(Self {
            namespace: normal_namespace(&ecosystem, &decoded(namespace)),
            name,
            version: match (epoch, version) {
                (Some(epoch), Some(version)) if !version.contains(':') => Some(format!("{epoch}:{version}")),
                (_, version) => version,
            },
            qualifiers,
            ecosystem,
        })
    }

    /// Whether it names this package: without a version every version, without qualifiers any.
    pub(super) fn names(&self, package: &Package) -> bool {
        self.names_any_version(package)
            && self.version.as_ref().is_none_or(|version| {
                package.version.as_ref().is_some_and(|installed| is_equal(&self.ecosystem, installed, version))
                    || Self::of(package).is_some_and(|purl| purl.version.as_ref() == Some(version))
            })
    }

    /// The same, whatever version it states.
    pub(super) fn names_any_version(&self, package: &Package) -> bool {
        // A package without a package URL is named by none.
        let Some(other) = Self::of(package) else { return false };
        (&self.ecosystem, &self.namespace, &self.name) == (&other.ecosystem, &other.namespace, &other.name)
            && self.qualifiers.iter().all(|(key, value)| other.qualifiers.get(key) == Some(value))
    }

    fn of(package: &Package) -> Option<Self> {
        Self::parse(package.purl.as_deref()?)
    }

    /// Whether it names an image: by digest, or by tag and repository; what it leaves out is any.
    pub(super) fn names_image(&self, reference: &str, digest: Option<&str>) -> bool {
        if self.ecosystem != "oci" && self.ecosystem != "docker" {
            return false;
        }
        let (named, in_reference) = match reference.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (reference, None),
        };
        let (repository, tag) = match named.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (named, None),
        };
        let last = repository.rsplit('/').next().unwrap_or(repository);
        let wanted = self.qualifiers.get("repository_url");
        let same_repository = wanted.is_none_or(|wanted| {
            // The repository may be written with or without the name.
            let wanted = wanted.trim_start_matches("https://").trim_end_matches('/');
            let whole = full_repository(repository);
            let wanted_whole = full_repository(wanted);
            wanted_whole == whole || format!("{wanted_whole}/{last}") == whole || format!("{wanted}/{last}") == whole
        });
        let digests = [digest, in_reference];
        let same_version = self.version.as_deref().is_none_or(|version| {
            if version.contains(':') {
                digests.into_iter().flatten().any(|known| known.eq_ignore_ascii_case(version))
            } else {
                tag == Some(version)
            }
        });
        let same_tag = self.qualifiers.get("tag").is_none_or(|wanted| tag == Some(wanted.as_str()));
        self.name.eq_ignore_ascii_case(last) && same_repository && same_version && same_tag
    }
}

/// `nginx` is `docker.io/library/nginx`.
fn full_repository(repository: &str) -> String {
    let repository = repository.strip_prefix("index.docker.io/").unwrap_or(repository);
    let (host, rest) = repository.split_once('/').unwrap_or(("", repository));
    match host {
        "docker.io" if !rest.contains('/') => format!("docker.io/library/{rest}"),
        "" => format!("docker.io/library/{rest}"),
        host if host.contains(['.', ':']) || host == "localhost" => repository.to_owned(),
        _ => format!("docker.io/{repository}"),
    }
}

/// Whether two versions are one; Go writes them with and without `v`.
fn is_equal(ecosystem: &str, one: &str, two: &str) -> bool {
    one == two || version::compare(ecosystem, one, two) == Some(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn package(ecosystem: &str, name: &str, version: &str, purl: &str) -> Package {
        Package {
            purl: Some(purl.to_owned()),
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            version: Some(version.to_owned()),
            ..Package::default()
        }
    }

    fn names(purl: &str, package: &Package) -> bool {
        Purl::parse(purl).unwrap().names(package)
    }

    #[test]
    fn a_product_without_version_and_qualifiers_names_any() {
        let curl = package(
            "deb",
            "curl",
            "7.88.1-10+deb12u5",
            "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12",
        );
        for purl in [
            "pkg:deb/debian/curl",
            "pkg:deb/debian/curl@7.88.1-10+deb12u5",
            "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?distro=debian-12",
        ] {
            assert!(names(purl, &curl), "{purl}");
        }
        for purl in [
            "pkg:deb/debian/curl@7.88.1-10",
            "pkg:deb/debian/curl?distro=debian-11",
            "pkg:deb/ubuntu/curl",
            "pkg:npm/curl",
        ] {
            assert!(!names(purl, &curl), "{purl}");
        }
    }

    #[test]
    fn an_epoch_is_part_of_the_version() {
        let openssl = |version: &str| {
            package("rpm", "openssl", version, "pkg:rpm/redhat/openssl@3.0.7-24.el9?arch=x86_64&distro=redhat-9.2")
        };
        for purl in [
            "pkg:rpm/redhat/openssl@3.0.7-24.el9?arch=x86_64&epoch=1",
            "pkg:rpm/redhat/openssl@1:3.0.7-24.el9?epoch=1",
            "pkg:rpm/redhat/openssl?epoch=1",
        ] {
            assert!(names(purl, &openssl("1:3.0.7-24.el9")), "{purl}");
        }
        assert!(names("pkg:rpm/redhat/openssl@3.0.7-24.el9?epoch=0", &openssl("3.0.7-24.el9")));
        assert!(!names("pkg:rpm/redhat/openssl@3.0.7-24.el9?epoch=2", &openssl("1:3.0.7-24.el9")));
        let curl = package("deb", "curl", "1:7.88", "pkg:deb/debian/curl@7.88?distro=debian-12");
        assert!(names("pkg:deb/debian/curl@7.88?epoch=1&distro=debian-12", &curl));
        assert!(!names("pkg:npm/curl@7.88?epoch=1", &package("npm", "curl", "7.88", "pkg:npm/curl@7.88")));
    }

    #[test]
    fn one_package_is_written_in_several_ways() {
        assert!(names("pkg:pypi/Foo_Bar@1.0", &package("pypi", "foo-bar", "1.0.0", "pkg:pypi/foo-bar@1.0.0")));
        assert!(names("pkg:npm/@babel/core@7.0.0", &package("npm", "core", "7.0.0", "pkg:npm/%40babel/core@7.0.0")));
        assert!(names(
            "pkg:golang/github.com/A/b@1.2.3",
            &package("golang", "b", "v1.2.3", "pkg:golang/github.com/a/b@v1.2.3")
        ));
        assert!(names("pkg://npm/x@", &package("npm", "x", "1", "pkg:npm/x@1")));
    }

    #[test]
    fn a_package_without_purl_is_named_by_none() {
        let nameless = Package { purl: None, ..package("npm", "x", "1", "") };
        assert!(!names("pkg:npm/x", &nameless));
    }

    #[test]
    fn an_image_is_named_by_digest_or_by_tag_and_repository() {
        let image = |purl: &str, reference: &str, digest: Option<&str>| {
            Purl::parse(purl).unwrap().names_image(reference, digest)
        };
        assert!(image("pkg:oci/shop", "registry.acme.example/web/shop:1.2", None));
        assert!(image(
            "pkg:oci/shop@sha256:ab?repository_url=registry.acme.example/web/shop",
            "registry.acme.example/web/shop:1",
            Some("sha256:ab")
        ));
        assert!(!image("pkg:oci/shop@sha256:ab", "registry.acme.example/web/shop:1", Some("sha256:cd")));
        assert!(!image("pkg:oci/shop@sha256:ab", "registry.acme.example/web/shop:1", None));
        assert!(image("pkg:oci/nginx?repository_url=docker.io/library/nginx&tag=1.25", "nginx:1.25", None));
        assert!(!image("pkg:oci/nginx?repository_url=evil.example/nginx", "nginx:1.25", None));
        assert!(image("pkg:oci/shop?tag=2", "host:5000/shop:2", None));
        assert!(!image("pkg:npm/shop", "shop", None));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "pkg:.{0,40}|pkg:/{0,2}[a-z%@/?=&#.:0-9]{0,40}", reference in "[a-z:/@.0-9]{0,30}") {
            if let Some(purl) = Purl::parse(&text) {
                let _ = purl.names_image(&reference, Some("sha256:ab"));
            }
        }
    }
}
