//! What a job may do to the repository (spec/workflows.md 3.4).

use portcullis_syntax::yaml::Node;

/// How much harm a script of a job could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Privilege {
    /// Read-only token, no secret.
    Low,
    /// No `permissions`: what the settings of the repository say.
    Default,
    /// A writing token, a secret, an environment, a machine of one's own.
    High,
}

impl Privilege {
    /// What every job of a workflow has from the `env:` of the workflow.
    pub(crate) fn inherited(workflow: Node<'_>) -> Self {
        if workflow.get("env").is_some_and(reads_secrets) { Self::High } else { Self::Default }
    }

    pub(crate) fn of_job(job: Node<'_>, workflow: Node<'_>, inherited: Self) -> Self {
        let high = inherited == Self::High
            || job.get("environment").is_some()
            || runs_on_own_machine(job)
            || reads_secrets(job);
        if high {
            return Self::High;
        }
        match job.get("permissions").or_else(|| workflow.get("permissions")) {
            None => Self::Default,
            Some(permissions) => Self::granted(permissions),
        }
    }

    /// Scopes that are not listed have no permission.
    fn granted(permissions: Node<'_>) -> Self {
        match permissions.as_str() {
            Some("read-all") => return Self::Low,
            Some(_) => return Self::High,
            None => {}
        }
        let writes = permissions.entries().any(|entry| entry.value.as_str() == Some("write"));
        if writes { Self::High } else { Self::Low }
    }
}

fn runs_on_own_machine(job: Node<'_>) -> bool {
    let Some(runs_on) = job.get("runs-on") else { return false };
    let labels = runs_on.get("labels").unwrap_or(runs_on);
    let own = |label: Node<'_>| label.as_str() == Some("self-hosted");
    own(labels) || labels.items().any(own)
}

/// `secrets.X` anywhere in it; the token of the run is no secret of its own.
fn reads_secrets(node: Node<'_>) -> bool {
    let text = node.resolve().raw();
    text.match_indices("secrets.").any(|(at, word)| {
        let name = text.get(at + word.len()..).unwrap_or_default();
        !name.get(.."GITHUB_TOKEN".len()).is_some_and(|name| name.eq_ignore_ascii_case("GITHUB_TOKEN"))
    })
}

#[cfg(test)]
mod tests {
    use portcullis_syntax::yaml::{Dialect, Limits, parse};

    use super::*;

    fn privilege(workflow: &str) -> Privilege {
        let file = parse(workflow.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
        let root = file.documents().next().unwrap().root().unwrap();
        Privilege::of_job(root.at("jobs.a")[0], root, Privilege::inherited(root))
    }

    #[test]
    fn the_block_of_the_job_replaces_that_of_the_workflow() {
        assert_eq!(privilege("permissions: write-all\njobs: {a: {permissions: {contents: read}}}"), Privilege::Low);
        assert_eq!(privilege("permissions: {}\njobs: {a: {permissions: {contents: write}}}"), Privilege::High);
        assert_eq!(privilege("jobs: {a: {}}"), Privilege::Default);
    }

    #[test]
    fn a_secret_an_environment_or_a_machine_of_ones_own_is_high() {
        for job in ["{env: {T: '${{ secrets.NPM }}'}}", "{environment: prod}", "{runs-on: [self-hosted, linux]}"] {
            assert_eq!(privilege(&format!("permissions: {{}}\njobs: {{a: {job}}}")), Privilege::High, "{job}");
        }
        assert_eq!(privilege("permissions: {}\njobs: {a: {env: {T: '${{ secrets.GITHUB_TOKEN }}'}}}"), Privilege::Low);
    }
}
