//! The way to the server: proxies and the certificates that are trusted (spec/github-ux.md 8.1).

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustls::RootCertStore;

use crate::environment::Environment;

/// What the environment says about the way to the server.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// `HTTPS_PROXY`; it may hold a password and is never shown.
    pub(crate) proxy: Option<String>,
    /// `NO_PROXY`
    pub(crate) no_proxy: Option<String>,
    /// Files of certificates that are trusted besides those built in: `PORTCULLIS_CA_BUNDLE`, `SSL_CERT_FILE`.
    pub(crate) certificate_files: Vec<PathBuf>,
    /// `SSL_CERT_DIR`: directories of such files.
    pub(crate) certificate_directories: Vec<PathBuf>,
}

impl Network {
    /// From the environment. Of a variable in capitals and in small letters the small one counts, as with curl.
    pub fn from_environment(variables: &BTreeMap<String, String>) -> Self {
        let environment = Environment::new(variables);
        let either = |small: &str, capital: &str| environment.owned(small).or_else(|| environment.owned(capital));
        let files = ["PORTCULLIS_CA_BUNDLE", "SSL_CERT_FILE"].into_iter().filter_map(|name| environment.get(name));
        let directories = environment.get("SSL_CERT_DIR").map(std::env::split_paths);
        Self {
            proxy: either("https_proxy", "HTTPS_PROXY").or_else(|| either("all_proxy", "ALL_PROXY")),
            no_proxy: either("no_proxy", "NO_PROXY"),
            certificate_files: files.map(PathBuf::from).collect(),
            certificate_directories: directories.into_iter().flatten().collect(),
        }
    }

    /// The certificates that are trusted, and what could not be read of those the environment names.
    pub(crate) fn roots(&self) -> (RootCertStore, Vec<String>) {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let mut warnings = Vec::new();
        let files = self.certificate_files.iter().map(|file| (file, Some(file.as_path()), None));
        let directories = self.certificate_directories.iter().map(|all| (all, None, Some(all.as_path())));
        for (path, file, directory) in files.chain(directories) {
            let loaded = rustls_native_certs::load_certs_from_paths(file, directory);
            let (added, _) = store.add_parsable_certificates(loaded.certs);
            if let Some(error) = loaded.errors.first() {
                warnings.push(format!("certificates of `{}` cannot be read: {error}", path.display()));
            } else if added == 0 {
                warnings.push(format!("`{}` holds no certificate", path.display()));
            }
        }
        (store, warnings)
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("proxy", &self.proxy.as_ref().map(|_| "…"))
            .field("no_proxy", &self.no_proxy)
            .field("certificate_files", &self.certificate_files)
            .field("certificate_directories", &self.certificate_directories)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(variables: &[(&str, &str)]) -> Network {
        Network::from_environment(
            &variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        )
    }

    #[test]
    fn the_small_variable_goes_before_the_capital_one_and_empty_is_unset() {
        assert_eq!(
            network(&[("HTTPS_PROXY", "http://a"), ("https_proxy", "http://b")]).proxy.as_deref(),
            Some("http://b")
        );
        assert_eq!(network(&[("HTTPS_PROXY", "http://a"), ("https_proxy", "")]).proxy.as_deref(), Some("http://a"));
        assert_eq!(network(&[("HTTP_PROXY", "http://a")]).proxy, None);
        assert_eq!(network(&[("ALL_PROXY", "http://a")]).proxy.as_deref(), Some("http://a"));
    }

    #[test]
    fn a_proxy_with_a_password_is_not_shown() {
        let shown = format!("{:?}", network(&[("HTTPS_PROXY", "http://user:secret@proxy:3128")]));
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_certificate_file_that_is_not_there_is_told_and_the_bundled_roots_stay() {
        let (store, warnings) = network(&[("SSL_CERT_FILE", "/there/is/no/such.pem")]).roots();
        assert!(store.len() > 100);
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("/there/is/no/such.pem"), "{}", warnings[0]);
    }
}
