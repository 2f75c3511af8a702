//! An image as Grype, and syft before schema 8, describe what they scanned: `source.target`.

use portcullis_model::text::bounded;
use serde::Deserialize;

use crate::json::{Text, Texts};

/// The object.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Image<'a> {
    #[serde(borrow, rename = "userInput")]
    name: Text<'a>,
    #[serde(borrow, rename = "imageID")]
    id: Text<'a>,
    #[serde(borrow, rename = "manifestDigest")]
    manifest_digest: Text<'a>,
    #[serde(borrow, rename = "repoDigests")]
    repository_digests: Texts<'a>,
}

impl Image<'_> {
    /// As it was asked for: `alpine:3.20`.
    pub(super) fn name(&self) -> &str {
        self.name.get()
    }

    /// The digest a registry knows it by, else that of the manifest, else of the image.
    pub(super) fn digest(&self) -> Option<String> {
        let known = self.repository_digests.iter().find_map(|digest| digest.split_once('@'));
        let known = known.map(|(_, digest)| digest);
        let digest = known.or_else(|| self.manifest_digest.given()).or_else(|| self.id.given())?;
        Some(bounded(digest, 200))
    }
}
