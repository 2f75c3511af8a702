//! From what the wings said to the whole answer: merge, judge, add the source lines, mask secrets.

use portcullis_model::{
    Context, Evidence, KnownSecret, Outcome, PolicyInfo, PolicySource, Problem, RESULT_SCHEMA, Reason, Redactor, Tool,
    Verdict, merge,
};
use portcullis_policy::baseline::Earlier;
use portcullis_policy::{Judgement, Policy, Tally};

use super::baseline::{Sources, Written};
use super::collect::Parts;
use super::deltas::{Against, Run};
use super::plan::Plan;
use super::trust::Gate;
use super::{Answer, Judged, Refusal, Request, deltas, excerpt, fix, preview, quality, redact, reports, suggest};

/// What decides.
pub(super) struct Gates<'a> {
    pub(super) gate: &'a Gate,
    /// The gate of the change itself, where it may tighten.
    pub(super) head: Option<&'a Gate>,
}

/// Everything a gate judges, and what must not be shown of it.
pub(super) struct Evidenced {
    pub(super) evidence: Evidence,
    secrets: Vec<KnownSecret>,
}

/// Merges what was collected, and holds it against what is known of the base.
pub(super) fn evidence(run: Run<'_>, gate: &Gate, parts: Parts, sources: &Sources) -> Result<Evidenced, Refusal> {
    let Run { request, plan, compared } = run;
    let mut collected = parts.together();
    collected.problems.extend(gate.named.problems.iter().cloned());
    // Names decide what is one finding.
    gate.named.data.apply(&mut collected.findings, &reports::options(gate.policy.ingest()));
    collected.findings = merge::merge(std::mem::take(&mut collected.findings), &gate.named.merging);
    // An entry may name any of the ids a finding has by now.
    gate.named.ignores.apply(&mut collected.findings);
    let lines_compared = quality::complete(compared, &mut collected);
    let secrets = std::mem::take(&mut collected.known_secrets);
    let Against { baseline, not_compared, problems } = deltas::against(run, gate, &collected, sources)?;
    collected.problems.extend(problems);
    let evidence = Evidence {
        collected,
        tracked: plan.tracked.clone(),
        partial: plan.is_partial(request),
        own_checks_only: plan.is_local_change() || request.reported.is_some(),
        baseline,
        renames: compared.known().map(|change| change.renames.clone()).unwrap_or_default(),
        not_compared,
        judges_change: plan.ci.judges_change(),
        lines_compared,
        vex: gate.named.statements.clone(),
        well_known_names: gate.named.well_known_names.clone(),
    };
    Ok(Evidenced { evidence, secrets })
}

/// The answer of a run that could read its policy.
pub(super) fn answer(run: Run<'_>, gates: &Gates<'_>, parts: Parts, sources: &Sources) -> Result<Answer, Refusal> {
    let Run { request, plan, compared } = run;
    let Gates { gate, head } = gates;
    let proposed = preview::proposed(run, gate, &parts);
    let Evidenced { evidence, mut secrets } = evidence(run, gate, parts, sources)?;
    let collected = &evidence.collected;
    let mut outcome = Outcome {
        policy: gate.info.clone(),
        reports: collected.reports.clone(),
        test_suites: collected.test_suites.clone(),
        components: collected.components.clone(),
        check_runs: collected.check_runs.clone(),
        ..frame(request, plan)
    };
    let earlier = evidence.baseline.clone();
    let earlier = earlier.map(|baseline| Earlier { baseline, renames: evidence.renames.clone() });
    let written = Written::new(request, plan, earlier);
    let judgement = judgement(request, gate, head.map(|head| &head.policy), evidence);
    let tally = take_over(&mut outcome, judgement);
    if let Some(change) = compared.known() {
        outcome.limits.extend(change.limit.clone());
        for judged in &mut outcome.findings {
            judged.in_diff = change.adds_line_of(&judged.finding);
        }
    }
    preview::fill(run, gate, proposed, &mut outcome);
    suggest::fill(&mut outcome.findings, &*plan.subject);
    let fixes = request.fix.map(|fix| fix::fixes(fix, &outcome.findings, plan, gate)).transpose()?;
    secrets.extend(redact::secrets_in(&mut outcome, &gate.scanner));
    let redactor = Redactor::new(secrets);
    excerpt::fill(&mut outcome.findings, &*plan.subject, &redactor);
    redact::redact(&mut outcome, &redactor);
    Ok(Answer::Judged(Box::new(Judged {
        outcome,
        tally,
        warnings: gate.warnings.clone(),
        policy: Some(gate.policy.clone()),
        written,
        notices: notices(plan),
        ci: Some(plan.ci.clone()),
        fixes,
    })))
}

/// What a gate makes of the evidence, and of what another run has reported besides.
pub(super) fn judgement(request: &Request, gate: &Gate, head: Option<&Policy>, evidence: Evidence) -> Judgement {
    let today = request.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (policy, registry) = (&gate.policy, &gate.registry);
    match (&request.reported, head) {
        (Some(reported), head) => portcullis_policy::judge_beside(policy, head, evidence, reported, registry, today),
        (None, Some(head)) => portcullis_policy::judge_tightened(policy, head, evidence, registry, today),
        (None, None) => portcullis_policy::judge(policy, evidence, registry, today),
    }
}

/// The answer of a run whose policy cannot be read from the base: incomplete, and nothing else is claimed.
pub(super) fn without_gate(request: &Request, plan: &Plan, problem: Problem) -> Answer {
    let reason = Reason { code: problem.code.as_str().to_owned(), text: problem.message.clone(), tool: None };
    let outcome = Outcome {
        verdict: Verdict::Incomplete,
        reasons: vec![reason],
        policy: PolicyInfo { source: PolicySource::Base, ..PolicyInfo::default() },
        problems: vec![problem],
        ..frame(request, plan)
    };
    let tally = Tally { unjudged: 1, ..Tally::default() };
    Answer::Judged(Box::new(Judged {
        outcome,
        tally,
        warnings: Vec::new(),
        policy: None,
        written: Written::new(request, plan, None),
        notices: notices(plan),
        ci: Some(plan.ci.clone()),
        fixes: None,
    }))
}

fn notices(plan: &Plan) -> Vec<String> {
    plan.ci.warnings.iter().chain(&plan.ci.notices).cloned().collect()
}

fn frame(request: &Request, plan: &Plan) -> Outcome {
    let context = || Context { prefix: plan.repository.prefix(), ..plan.ci.context.clone() };
    Outcome {
        schema: RESULT_SCHEMA.to_owned(),
        tool: Tool { name: "portcullis".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) },
        generated_at: request.now_is_given.then_some(request.now),
        context: if plan.ci.in_actions { context() } else { Context::default() },
        ..Outcome::default()
    }
}

fn take_over(outcome: &mut Outcome, judgement: Judgement) -> Tally {
    outcome.verdict = judgement.verdict;
    outcome.reasons = judgement.reasons;
    outcome.counts = judgement.counts;
    outcome.tools = judgement.tools;
    outcome.findings = judgement.findings;
    outcome.exceptions = judgement.exceptions;
    outcome.problems = judgement.problems;
    outcome.metrics = judgement.metrics;
    judgement.tally
}
