//! Jobs and steps of a workflow, or the steps of an action (spec/workflows.md 3.2).

use std::collections::BTreeSet;
use std::ops::Range;

use portcullis_syntax::yaml::{Node, NodeId};

use super::{Environment, Expressions, Names, Privilege, Triggers, Uses};
use crate::file::FileKind;

/// Steps visited through aliases at most: the materialisation limit of spec/workflows.md 1.5.
const MOST_STEPS: usize = 250_000;
/// Bytes of jobs looked at, through aliases: six times the largest file.
const MOST_BYTES: usize = 64 << 20;

/// A workflow or an action.
pub(crate) struct Workflow<'a> {
    pub(crate) kind: FileKind,
    pub(crate) root: Node<'a>,
    pub(crate) triggers: Triggers<'a>,
    pub(crate) expressions: Expressions,
    pub(crate) names: Names,
    /// Of an action: one, which stands for `runs`.
    pub(crate) jobs: Vec<Job<'a>>,
    /// Aliases multiply the steps beyond what is looked at; what is left out begins here.
    pub(crate) cut: Option<Range<usize>>,
}

/// A job, or `runs` of an action.
pub(crate) struct Job<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) privilege: Privilege,
    steps: Vec<Node<'a>>,
}

/// A step with what is around it.
#[derive(Clone, Copy)]
pub(crate) struct Step<'w> {
    pub(crate) workflow: &'w Workflow<'w>,
    pub(crate) job: &'w Job<'w>,
    pub(crate) node: Node<'w>,
}

impl<'a> Workflow<'a> {
    pub(crate) fn read(kind: FileKind, root: Node<'a>) -> Self {
        let mut workflow = Self {
            kind,
            root,
            triggers: Triggers::open(),
            expressions: Expressions::of(root),
            names: Names::default(),
            jobs: Vec::new(),
            cut: None,
        };
        if kind == FileKind::Action {
            let runs = root.get("runs").filter(|runs| runs.is_map());
            workflow.jobs = runs.map(|runs| Job::read(runs, Privilege::Default)).into_iter().collect();
        } else {
            workflow.triggers = Triggers::read(root.get("on"));
            workflow.read_jobs();
        }
        workflow
    }

    fn read_jobs(&mut self) {
        let Some(jobs) = self.root.get("jobs") else { return };
        let inherited = Privilege::inherited(self.root);
        let (mut steps, mut bytes) = (0, 0);
        for entry in jobs.entries().filter(|entry| entry.value.is_map()) {
            bytes += entry.value.resolve().raw().len();
            if steps > MOST_STEPS || bytes > MOST_BYTES {
                self.cut = Some(entry.pair_span());
                return;
            }
            let job = Job::read(entry.value, Privilege::of_job(entry.value, self.root, inherited));
            steps += 1 + job.steps.len();
            self.jobs.push(job);
        }
    }

    /// Every step, in the order of the file.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.jobs
            .iter()
            .flat_map(move |job| job.steps.iter().map(move |node| Step { workflow: self, job, node: *node }))
    }

    /// Every `uses:`, of steps and of jobs that call a workflow.
    pub(crate) fn uses(&self) -> impl Iterator<Item = Uses<'_>> {
        self.jobs
            .iter()
            .flat_map(|job| std::iter::once(job.node).chain(job.steps.iter().copied()))
            .filter_map(|node| node.get("uses"))
            .map(Uses::read)
    }

    /// Every `env:` of workflow, jobs and steps, behind what it belongs to.
    pub(crate) fn environments(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        let inner = self.jobs.iter().flat_map(|job| std::iter::once(job.node).chain(job.steps.iter().copied()));
        std::iter::once(self.root).chain(inner).filter_map(|node| Some((node, node.get("env")?)))
    }
}

impl<'a> Job<'a> {
    fn read(node: Node<'a>, privilege: Privilege) -> Self {
        let mut job = Self { node, privilege, steps: Vec::new() };
        let mut seen = BTreeSet::new();
        if let Some(steps) = node.get("steps") {
            job.read_steps(steps, &mut seen);
        }
        job
    }

    /// Steps and, below `parallel:`, steps in steps. A list that is met again through an alias is the same steps again;
    /// so the recursion is bounded by the lists of the file, which are no deeper than the parser allows.
    fn read_steps(&mut self, steps: Node<'a>, seen: &mut BTreeSet<NodeId>) {
        if !seen.insert(steps.resolve().id()) {
            return;
        }
        for step in steps.items().map(Node::resolve).filter(|step| step.is_map()) {
            self.steps.push(step);
            if let Some(parallel) = step.get("parallel") {
                self.read_steps(parallel, seen);
            }
        }
    }
}

impl<'w> Step<'w> {
    /// The value a variable has in this step.
    pub(crate) fn variable(&self, name: &str) -> Environment<'w> {
        let blocks = [self.node, self.job.node, self.workflow.root].map(|node| node.get("env"));
        Environment::lookup(&self.workflow.names, blocks, name)
    }

    /// Another step of the same job.
    pub(crate) fn sibling(&self, id: &str) -> Option<Step<'w>> {
        let node = self.workflow.names.find_step(self.job.node, &self.job.steps, id)?;
        Some(Step { node, ..*self })
    }
}
