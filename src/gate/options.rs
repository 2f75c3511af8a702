//! The policy's words become the options of the wings.

use portcullis_checks::{NamePatterns, Options, Pin, Pinning, Profile, UsesPattern};
use portcullis_model::{Diagnostic, Glob, Globs, Origin, Section, Span};
use portcullis_policy::{AlertPolicy, Origins, Setting};

use super::Refusal;
use super::trust::Gate;

/// Options of the checks. What only a wing can refuse is told where the policy says it.
pub(super) fn of(gate: &Gate) -> Result<Options, Refusal> {
    let mut options = Options::default();
    options.workflows.profile = profile(gate, Section::Workflows)?;
    options.manifests.profile = profile(gate, Section::Manifests)?;
    options.alerts.profile = profile(gate, Section::Alerts)?;
    workflows(gate, &mut options)?;
    manifests(gate, &mut options)?;
    alerts(gate, &mut options)?;
    Ok(options)
}

/// Whether the checks could say something else by another gate.
pub(super) fn differ(gate: &Gate, other: &Gate) -> Result<bool, Refusal> {
    // Compiled patterns cannot be compared; what they were compiled from is what they print.
    let printed = |gate: &Gate| of(gate).map(|options| format!("{options:?}"));
    let of_paths = |gate: &Gate| gate.policy.effective().part("overrides").map(|part| part.json(Origins::Hidden));
    Ok(printed(gate)? != printed(other)? || of_paths(gate) != of_paths(other))
}

/// Whether the profile of its section shows a rule, as far as its tier tells.
pub(super) fn shows(gate: &Gate, id: &str) -> bool {
    let Some(rule) = gate.registry.get(id) else { return true };
    let section = rule.section();
    let is_ours = matches!(section, Section::Workflows | Section::Manifests | Section::Alerts);
    !is_ours || profile(gate, section).is_ok_and(|profile| portcullis_checks::shows(profile, rule))
}

fn profile(gate: &Gate, section: Section) -> Result<Profile, Refusal> {
    let word = gate.policy.profile(section);
    word.parse().map_err(|()| Refusal::Usage(format!("`{section}.profile: {word}` is not known to the checks")))
}

fn workflows(gate: &Gate, options: &mut Options) -> Result<(), Refusal> {
    let policy = gate.policy.workflows();
    options.workflows.foreign_ignores = gate.policy.foreign_ignores(Section::Workflows);
    let mut demands = Vec::new();
    for (pattern, word) in &policy.pinning {
        let refused = |why: &str| refused(&format!("workflows.pinning.{pattern}"), word, why);
        let uses: UsesPattern = pattern.parse().map_err(|why: String| refused(&why))?;
        let pin: Pin = word.value.parse().map_err(|()| refused("no such demand"))?;
        demands.push((uses, pin));
    }
    options.workflows.pinning = Pinning::new(demands);
    for (action, commit) in &policy.pins {
        let key = format!("workflows.pins.{action}");
        if !action.split_once('@').is_some_and(|(slug, version)| slug.contains('/') && !version.is_empty()) {
            return Err(refused(&key, commit, "the key is `owner/repo@ref`"));
        }
        let is_hash = commit.value.len() == 40 && commit.value.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash {
            return Err(refused(&key, commit, "a commit has 40 hex digits"));
        }
        options.workflows.pins.insert(action.clone(), commit.value.to_ascii_lowercase());
    }
    for sink in &policy.extra_sinks {
        let Some((slug, input)) = sink.value.rsplit_once(':').filter(|(slug, _)| slug.contains('/')) else {
            return Err(refused("workflows.extra_sinks", sink, "write `owner/repo:input`"));
        };
        let inputs = options.workflows.extra_sinks.entry(slug.to_ascii_lowercase()).or_default();
        inputs.push(input.to_ascii_lowercase());
    }
    Ok(())
}

fn manifests(gate: &Gate, options: &mut Options) -> Result<(), Refusal> {
    let policy = gate.policy.manifests();
    let cpu_limits = &policy.cpu_limits;
    options.manifests.cpu_limits = cpu_limits
        .parse()
        .map_err(|()| Refusal::Usage(format!("`manifests.cpu_limits: {cpu_limits}` is not known to the checks")))?;
    let kinds = policy.skip_kinds.iter().map(|kind| {
        if !kind.value.contains('/') {
            return Err(refused("manifests.skip_kinds", kind, "write `group/Kind`, `*` for either"));
        }
        Glob::new(&kind.value).map_err(|why| refused("manifests.skip_kinds", kind, &why))
    });
    options.manifests.skip_kinds = Globs::new(kinds.collect::<Result<Vec<_>, _>>()?);
    Ok(())
}

fn alerts(gate: &Gate, options: &mut Options) -> Result<(), Refusal> {
    let policy = gate.policy.alerts();
    required_of_alerts(options, policy);
    options.alerts.severity_exempt = patterns("alerts.severity_exempt", &policy.severity_exempt)?;
    options.alerts.for_exempt = patterns("alerts.for_exempt", &policy.for_exempt)?;
    options.alerts.annotation_aliases = policy.annotation_aliases.iter().cloned().collect();
    Ok(())
}

/// What an override may change for a file.
pub(super) fn required_of_alerts(options: &mut Options, policy: &AlertPolicy) {
    options.alerts.require_labels.clone_from(&policy.require_labels);
    options.alerts.require_annotations.clone_from(&policy.require_annotations);
    options.alerts.severities.clone_from(&policy.severities);
}

fn patterns(key: &str, patterns: &[Setting<String>]) -> Result<NamePatterns, Refusal> {
    for pattern in patterns {
        NamePatterns::compile([pattern.value.as_str()]).map_err(|why| refused(key, pattern, &why))?;
    }
    let all = patterns.iter().map(|pattern| pattern.value.as_str());
    NamePatterns::compile(all).map_err(|why| Refusal::Usage(format!("`{key}` cannot be used: {why}")))
}

fn refused(key: &str, setting: &Setting<String>, why: &str) -> Refusal {
    let message = format!("`{key}` cannot be `{}`: {why}", setting.value);
    Refusal::Policy(vec![Diagnostic::error("policy/bad-value", message, span(&setting.origin))])
}

/// The line of a setting.
pub(super) fn span(origin: &Origin) -> Span {
    let (line, col) = (origin.line.unwrap_or(1), origin.col.unwrap_or(1));
    Span {
        path: origin.layer.to_string(),
        start_line: line,
        start_col: col,
        end_line: line,
        end_col: col,
        ..Span::default()
    }
}
