//! Package URLs and packages named without one (spec/ingest.md 5.1).

use packageurl::PackageUrl;
use portcullis_model::Package;
use portcullis_model::purl::{normal_name, normal_namespace};

/// Fills a package from a purl, normalised so that two tools' purls of one package are equal.
/// The error says why it is none; the text is then kept in `bom_ref`.
pub(crate) fn apply(raw: &str, package: &mut Package) -> Result<(), String> {
    match Normal::of(raw) {
        Some(normal) => {
            normal.fill(package);
            Ok(())
        }
        None => normalise(raw, package),
    }
}

/// The same for every purl.
fn normalise(raw: &str, package: &mut Package) -> Result<(), String> {
    // `pkg://npm/x` is written by some tools; an empty version means none.
    let purl = match raw.trim().parse::<PackageUrl<'_>>() {
        Ok(purl) => purl,
        Err(error) => {
            package.bom_ref = Some(raw.to_owned());
            return Err(format!("`{raw}` is no package URL: {error}"));
        }
    };
    let ecosystem = purl.ty().to_owned();
    let qualifier = |name: &str| purl.qualifiers().get(name).map(ToString::to_string);
    let kept: &[&str] = match ecosystem.as_str() {
        "deb" | "rpm" | "apk" => &["arch", "distro"],
        "maven" => &["classifier", "type"],
        _ => &[],
    };
    package.namespace = purl
        .namespace()
        .filter(|namespace| !namespace.is_empty())
        .map(|namespace| normal_namespace(&ecosystem, namespace));
    package.name = normal_name(&ecosystem, purl.name());
    package.version = purl.version().filter(|version| !version.is_empty()).map(str::to_owned);
    package.distro = qualifier("distro").or_else(|| package.distro.take());
    package.arch = qualifier("arch").or_else(|| package.arch.take());
    let qualifiers: Vec<(&str, String)> =
        kept.iter().filter_map(|name| qualifier(name).map(|value| (*name, value))).collect();
    package.ecosystem = ecosystem;
    package.purl = text(package, &qualifiers);
    Ok(())
}

/// A package a report names by ecosystem and name. `name` is the full name: `@scope/name`, `group:artifact`, `host/module`.
pub(crate) fn named(ecosystem: &str, name: &str, version: Option<&str>) -> Package {
    let mut package = in_parts(ecosystem, name, version);
    package.purl = text(&package, &[]);
    package
}

/// The same with the purl the report states beside it, which counts before the name. The error says why it is none.
pub(crate) fn named_with(
    purl: &str,
    ecosystem: &str,
    name: &str,
    version: Option<&str>,
) -> (Package, Result<(), String>) {
    let mut package = Package::default();
    let valid = apply(purl, &mut package);
    if valid.is_err() {
        let bom_ref = package.bom_ref.take();
        package = Package { bom_ref, ..named(ecosystem, name, version) };
    }
    (package, valid)
}

/// The parts of a purl that is written as its rules want it already, and needs no sign that they encode: most are. Reading
/// one so costs a tenth of taking it apart and putting it together again.
struct Normal<'a> {
    purl: &'a str,
    ecosystem: &'a str,
    /// `scope`, of which only npm knows something: its sign is encoded.
    scope: Option<&'a str>,
    name: &'a str,
    version: Option<&'a str>,
}

impl<'a> Normal<'a> {
    fn of(purl: &'a str) -> Option<Self> {
        let (ecosystem, rest) = purl.strip_prefix("pkg:")?.split_once('/')?;
        let (path, version) = rest.split_once('@').map_or((rest, None), |(path, version)| (path, Some(version)));
        let (scope, name) = match path.strip_prefix("%40").filter(|_| ecosystem == "npm") {
            Some(scoped) => scoped.split_once('/').map(|(scope, name)| (Some(scope), name))?,
            None => (None, path),
        };
        let is_normal = match ecosystem {
            "npm" => is_lower(name) && scope.is_none_or(|scope| is_plain(scope) && is_lower(scope)),
            "pypi" => is_lower(name) && !name.contains(['_', '.']) && !name.contains("--"),
            "cargo" | "gem" | "nuget" => true,
            _ => false,
        };
        let is_plain = is_plain(name) && version.is_none_or(is_plain);
        (is_normal && is_plain).then_some(Self { purl, ecosystem, scope, name, version })
    }

    fn fill(self, package: &mut Package) {
        package.purl = Some(self.purl.to_owned());
        self.ecosystem.clone_into(&mut package.ecosystem);
        package.namespace = self.scope.map(|scope| format!("@{scope}"));
        self.name.clone_into(&mut package.name);
        package.version = self.version.map(str::to_owned);
    }
}

/// Letters, digits and signs that no purl encodes; dots alone would be a step in a path.
fn is_plain(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

fn is_lower(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// A package without purl.
fn in_parts(ecosystem: &str, name: &str, version: Option<&str>) -> Package {
    let (namespace, name) = match ecosystem {
        "npm" => name.strip_prefix('@').and_then(|_| name.split_once('/')),
        "maven" => name.split_once(':'),
        "golang" | "composer" | "swift" | "github" => name.rsplit_once('/'),
        _ => None,
    }
    .map_or((None, name), |(namespace, name)| (Some(namespace), name));
    Package {
        ecosystem: ecosystem.to_owned(),
        namespace: namespace.map(|namespace| normal_namespace(ecosystem, namespace)),
        name: normal_name(ecosystem, name),
        version: version.filter(|version| !version.is_empty()).map(str::to_owned),
        ..Package::default()
    }
}

/// Adds the version a document states beside a purl that has none.
pub(crate) fn complete(package: &mut Package, version: &str) {
    package.version = Some(version.to_owned());
    let Some(mut purl) = package.purl.as_deref().and_then(|purl| purl.parse::<PackageUrl<'_>>().ok()) else { return };
    if purl.with_version(version).is_ok() {
        let purl = purl.to_string();
        package.purl = Some(purl);
    }
}

/// Where a purl says the package was fetched from.
pub(crate) fn registry_of(raw: &str) -> Option<String> {
    if !raw.contains("repository_url=") {
        return None;
    }
    let purl = raw.trim().parse::<PackageUrl<'_>>().ok()?;
    purl.qualifiers().get("repository_url").map(ToString::to_string).filter(|url| !url.is_empty())
}

/// `None` when the parts make no purl: an empty name, an ecosystem that is no type.
fn text(package: &Package, qualifiers: &[(&str, String)]) -> Option<String> {
    let mut purl = PackageUrl::new(package.ecosystem.as_str(), package.name.as_str()).ok()?;
    if let Some(namespace) = &package.namespace {
        purl.with_namespace(namespace.as_str()).ok()?;
    }
    if let Some(version) = &package.version {
        purl.with_version(version.as_str()).ok()?;
    }
    for (name, value) in qualifiers {
        purl.add_qualifier(*name, value.as_str()).ok()?;
    }
    Some(purl.to_string())
}

/// The purl type of a word of Trivy's (`Type` of a result, `Family` of an operating system); empty for others.
pub(crate) fn ecosystem_of_trivy(kind: &str) -> &'static str {
    match kind {
        "npm" | "yarn" | "pnpm" | "bun" | "node-pkg" | "javascript" => "npm",
        "pip" | "pipenv" | "poetry" | "uv" | "pylock" | "python-pkg" => "pypi",
        "conda-pkg" | "conda-environment" => "conda",
        "gomod" | "gobinary" => "golang",
        "cargo" | "rustbinary" => "cargo",
        "jar" | "pom" | "gradle" | "gradle-lockfile" | "sbt" | "sbt-lockfile" => "maven",
        "bundler" | "gemspec" => "gem",
        "composer" | "composer-vendor" => "composer",
        "nuget" | "dotnet-core" | "packages-props" => "nuget",
        "hex" | "mix-lock" => "hex",
        "pub" => "pub",
        "swift" => "swift",
        "cocoapods" => "cocoapods",
        "conan" => "conan",
        "julia" => "julia",
        "debian" | "ubuntu" => "deb",
        "alpine" | "chainguard" | "wolfi" => "apk",
        "redhat" | "centos" | "rocky" | "alma" | "oracle" | "amazon" | "fedora" | "photon" | "cbl-mariner"
        | "azurelinux" => "rpm",
        other if other.contains("suse") || other.starts_with("sle") => "rpm",
        _ => "",
    }
}

/// The purl type of a word of any other tool: types of Grype, ecosystems of OSV and GitHub, package managers of Snyk, GitLab
/// and AWS. Empty for others.
pub(crate) fn ecosystem_of(word: &str) -> &'static str {
    let word = word.trim().to_ascii_lowercase();
    // `Debian:12`, `debian:11`: the release is no part of the ecosystem.
    match word.split(':').next().unwrap_or_default() {
        "npm" | "yarn" | "pnpm" | "js" | "nodepkg" => "npm",
        "python" | "pypi" | "pip" | "pipenv" | "poetry" | "setuptools" | "pythonpkg" => "pypi",
        "go" | "golang" | "go-module" | "gomodules" | "gomod" | "golangdep" | "govendor" | "dep" => "golang",
        "java-archive" | "maven" | "gradle" | "sbt" => "maven",
        "rust-crate" | "crates.io" | "cargo" | "rust" | "crates" => "cargo",
        "gem" | "rubygems" | "bundler" | "ruby" => "gem",
        "dotnet" | "nuget" | "paket" => "nuget",
        "php-composer" | "packagist" | "composer" => "composer",
        "github-action" | "github-action-workflow" | "github actions" | "githubactions" | "actions" => "github",
        "hex" | "mix" => "hex",
        "pub" | "dart-pub" => "pub",
        "swift" | "swifturl" | "spm" => "swift",
        "cocoapods" | "pod" => "cocoapods",
        "conan" | "conancenter" => "conan",
        "conda" => "conda",
        "cran" | "r-package" => "cran",
        "hackage" => "hackage",
        "deb" | "dpkg" | "apt" | "debian" | "ubuntu" | "linux-deb" => "deb",
        "rpm" | "yum" | "dnf" | "red hat" | "redhat" | "rocky linux" | "almalinux" | "centos" | "amzn" | "oracle"
        | "sles" | "opensuse" | "mageia" | "photon os" | "azure linux" | "openeuler" => "rpm",
        "apk" | "alpine" | "chainguard" | "wolfi" | "minimos" => "apk",
        "alpm" => "alpm",
        "bitnami" => "bitnami",
        "binary" => "generic",
        other => ecosystem_of_trivy(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(raw: &str) -> Package {
        let mut package = Package::default();
        apply(raw, &mut package).unwrap();
        package
    }

    #[test]
    fn a_python_name_is_the_same_however_it_is_written() {
        assert_eq!(parsed("pkg:pypi/Django_Foo..bar@1").purl.as_deref(), Some("pkg:pypi/django-foo-bar@1"));
        assert_eq!(named("pypi", "Django__foo.bar", Some("1")).purl.as_deref(), Some("pkg:pypi/django-foo-bar@1"));
    }

    #[test]
    fn a_scope_is_the_namespace_with_its_sign() {
        let package = named("npm", "@babel/core", Some("7.0.0"));
        assert_eq!((package.namespace.as_deref(), package.name.as_str()), (Some("@babel"), "core"));
        assert_eq!(parsed("pkg:npm/%40babel/core@7.0.0"), package);
    }

    #[test]
    fn encoded_and_plain_characters_are_equal() {
        assert_eq!(parsed("pkg:deb/debian/libstdc%2B%2B6@1%3A2").purl, parsed("pkg:deb/debian/libstdc++6@1:2").purl);
    }

    #[test]
    fn only_qualifiers_that_tell_packages_apart_are_kept() {
        let purl = parsed("pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-12&package-id=abc#sub").purl;
        assert_eq!(purl.as_deref(), Some("pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-12"));
        assert_eq!(parsed("pkg:npm/x@1?package-id=abc").purl.as_deref(), Some("pkg:npm/x@1"));
    }

    #[test]
    fn two_slashes_after_the_scheme_and_an_empty_version_are_read() {
        let package = parsed("pkg://npm/x@");
        assert_eq!((package.purl.as_deref(), package.version), (Some("pkg:npm/x"), None));
    }

    #[test]
    fn a_text_that_is_no_purl_is_kept_and_told() {
        let mut package = Package::default();
        assert!(apply("npm:left-pad", &mut package).is_err());
        assert_eq!(package.bom_ref.as_deref(), Some("npm:left-pad"));
    }

    #[test]
    fn each_type_is_written_as_its_rules_say() {
        for (raw, normal) in [
            ("pkg:npm/%40Angular/Core@12.3.1", "pkg:npm/%40angular/core@12.3.1"),
            ("pkg:golang/GitHub.com/Gorilla/Mux@v1.8.0#sub", "pkg:golang/github.com/gorilla/mux@v1.8.0"),
            (
                "pkg:maven/org.Apache/Commons@1?type=jar&classifier=sources&extra=x",
                "pkg:maven/org.Apache/Commons@1?classifier=sources&type=jar",
            ),
            (
                "pkg:deb/Debian/Curl@7.50.3-1?arch=i386&distro=jessie&upstream=x",
                "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
            ),
            ("pkg:rpm/Fedora/NetworkManager@1?arch=i386&epoch=1", "pkg:rpm/fedora/NetworkManager@1?arch=i386"),
            ("pkg:apk/Alpine/Curl@7.83.0-r0?arch=x86_64", "pkg:apk/alpine/curl@7.83.0-r0?arch=x86_64"),
            ("pkg:github/Package-URL/Purl-Spec@244fd47", "pkg:github/package-url/purl-spec@244fd47"),
            ("pkg:bitbucket/Birkenfeld/Pygments@244", "pkg:bitbucket/birkenfeld/pygments@244"),
            ("pkg:composer/Laravel/Framework@5.5.0", "pkg:composer/laravel/framework@5.5.0"),
            (
                "pkg:oci/Debian@sha256%3Aaa?repository_url=docker.io/library/debian&tag=latest",
                "pkg:oci/debian@sha256:aa",
            ),
            ("pkg:docker/customer/image@sha256:aa?repository_url=gcr.io", "pkg:docker/customer/image@sha256:aa"),
            ("pkg:gem/jruby-launcher@1.1.2?platform=java", "pkg:gem/jruby-launcher@1.1.2"),
        ] {
            assert_eq!(parsed(raw).purl.as_deref(), Some(normal), "{raw}");
        }
    }

    #[test]
    fn a_version_that_stands_beside_a_purl_completes_it() {
        let mut package = parsed("pkg:deb/debian/curl?arch=amd64");
        complete(&mut package, "7.1+b1");
        assert_eq!(package.purl, parsed("pkg:deb/debian/curl@7.1%2Bb1?arch=amd64").purl);
        assert_eq!(package.version.as_deref(), Some("7.1+b1"));
    }

    #[test]
    fn the_registry_of_a_purl_is_its_repository() {
        assert_eq!(
            registry_of("pkg:npm/a@1?repository_url=https%3A%2F%2Fnpm.acme.example").as_deref(),
            Some("https://npm.acme.example")
        );
        assert_eq!(registry_of("pkg:npm/a@1"), None);
    }

    proptest! {
        #[test]
        fn a_purl_that_is_taken_as_it_stands_is_what_its_rules_make_of_it(
            raw in "pkg:(npm|pypi|cargo|gem|nuget|maven)/(%40[a-zA-Z0-9._-]{0,4}/)?[a-zA-Z0-9._-]{0,6}(@[a-zA-Z0-9._+-]{0,6})?"
        ) {
            let before = Package { distro: Some("debian-12".to_owned()), ..Package::default() };
            let (mut taken, mut made) = (before.clone(), before);
            prop_assert_eq!(apply(&raw, &mut taken), normalise(&raw, &mut made));
            prop_assert_eq!(taken, made);
        }

        #[test]
        fn a_normalised_purl_is_normal(raw in "pkg:/{0,2}(npm|pypi|deb|maven|golang|cargo)/[A-Za-z%@/._-]{0,20}(@[0-9.%:+]{0,6})?([?]arch=[a-z]{0,3})?") {
            let mut package = Package::default();
            if apply(&raw, &mut package).is_ok() && let Some(purl) = &package.purl {
                let again = parsed(purl);
                prop_assert_eq!(again.purl.as_ref(), Some(purl));
                prop_assert_eq!((again.namespace, again.name), (package.namespace, package.name));
            }
        }

        #[test]
        fn no_name_panics(ecosystem in "npm|pypi|maven|golang|generic|", name in ".{0,30}", version in ".{0,10}") {
            let package = named(&ecosystem, &name, Some(&version));
            prop_assert!(package.purl.is_none_or(|purl| purl.starts_with("pkg:")));
        }
    }
}
