//! What has to be done with the comments of a pull request, given what was read of it (spec/github-ux.md 5.2). Pure.

use portcullis_model::{ExceptionState, Introduced, Level, Outcome, ToolStatus, Verdict};

use super::state::State;
use crate::api::Classifier;

/// Comments of ours deleted in one run, besides the one we made.
const DELETED: usize = 5;

/// What happens to the comment of an earlier push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is edited.
    #[default]
    Update,
    /// It is folded away, and a new one is made.
    Recreate,
    /// It stays, and a new one is made.
    New,
    /// There is no comment.
    Off,
}

/// When there is a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Where there is something to say.
    #[default]
    Relevant,
    /// In any case.
    Always,
    /// Where the verdict is fail or incomplete.
    Fail,
}

/// What happens to a comment once there is nothing to say any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnClean {
    /// It says so.
    #[default]
    Update,
    /// It says so and is folded away.
    Minimize,
    /// It is deleted.
    Delete,
}

/// How comments are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `--comment`
    pub mode: Mode,
    /// `--comment-when`
    pub when: When,
    /// `--on-clean`
    pub on_clean: OnClean,
    /// `--on-closed`: also on a pull request that is not open.
    pub on_closed: bool,
}

/// What an outcome asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// There is something to say.
    pub relevant: bool,
    /// The verdict is fail or incomplete.
    pub failing: bool,
}

impl Standing {
    /// Relevant is what blocks or is not complete, what the change brings, what steers the gate, what ends soon, and a tool
    /// that failed.
    pub fn of(outcome: &Outcome) -> Self {
        let failing = matches!(outcome.verdict, Verdict::Fail | Verdict::Incomplete);
        let brought = outcome.findings.iter().any(|judged| {
            judged.is_open()
                && judged.level >= Level::Warn
                && matches!(judged.introduced, Introduced::New | Introduced::Unknown)
        });
        let steered = !outcome.policy.changed_in_pr.is_empty() || outcome.policy.preview.is_some();
        let ending = outcome
            .exceptions
            .iter()
            .any(|row| matches!(row.state, ExceptionState::Expiring | ExceptionState::Proposed));
        let broken = outcome.tools.iter().any(|row| matches!(row.status, ToolStatus::Error | ToolStatus::Missing));
        Self { relevant: failing || brought || steered || ending || broken, failing }
    }
}

/// A comment that is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// Its number.
    pub id: u64,
    /// Its name in GraphQL.
    pub node_id: String,
    /// Its page.
    pub url: Option<String>,
    /// It is folded away: GitHub says so, or, on older servers, its state.
    pub minimized: bool,
    /// What it says of itself.
    pub state: Option<State>,
}

/// What was read of the pull request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// It is open.
    pub open: bool,
    /// Its head, where GitHub says.
    pub head: Option<String>,
    /// Comments that are ours, in any order.
    pub ours: Vec<Ours>,
}

/// The run that wants to say something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mine {
    /// Run.
    pub run: u64,
    /// Attempt.
    pub attempt: u64,
    /// Commit that was judged.
    pub head: String,
    /// [`body_hash`](super::body_hash) of what it says.
    pub body_hash: String,
    /// What the outcome asks for.
    pub standing: Standing,
}

/// Why nothing is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// `--comment off`
    Off,
    /// The pull request is not open.
    Closed,
    /// Somebody pushed in the meantime; the new head.
    Superseded(String),
    /// A later run has spoken already.
    NewerShown,
    /// There is no comment, and nothing to say.
    NothingToSay,
}

/// One thing to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, and why.
    Stop(Stop),
    /// The comment says it already.
    Unchanged(u64),
    /// Make a comment.
    Create,
    /// Write the comment anew. `folded`: it will be folded away, and says so in its state.
    Update {
        /// Which.
        id: u64,
        /// It is folded away next.
        folded: bool,
    },
    /// Delete the comment: there is nothing to say any more.
    Delete(u64),
    /// Delete a comment of ours beside the one that is kept.
    DeleteOther(u64),
    /// Fold the comment away.
    Minimize {
        /// Its name in GraphQL.
        node_id: String,
        /// Why.
        classifier: Classifier,
    },
    /// Unfold the comment.
    Unminimize {
        /// Its name in GraphQL.
        node_id: String,
    },
}

/// Every row of spec/github-ux.md 5.2 from 1 to 6, and 8. What follows on [`Step::Create`] is [`after_create`].
pub fn plan(seen: &Seen, mine: &Mine, settings: Settings) -> Vec<Step> {
    if settings.mode == Mode::Off {
        return vec![Step::Stop(Stop::Off)];
    }
    if !seen.open && !settings.on_closed {
        return vec![Step::Stop(Stop::Closed)];
    }
    if let Some(head) = seen.head.as_ref().filter(|head| !head.eq_ignore_ascii_case(&mine.head)) {
        return vec![Step::Stop(Stop::Superseded(head.clone()))];
    }
    let newer = |ours: &Ours| ours.state.as_ref().is_some_and(|state| state.is_newer_than(mine.run, mine.attempt));
    let keeper = keeper(&seen.ours, settings.mode);
    // Where each push has a comment of its own, any of them may be the newer one.
    let is_late = match settings.mode {
        Mode::Update | Mode::Off => keeper.is_some_and(newer),
        Mode::Recreate | Mode::New => seen.ours.iter().any(newer),
    };
    if is_late {
        return vec![Step::Stop(Stop::NewerShown)];
    }
    let Some(keeper) = keeper else { return first(mine.standing, settings.when) };
    let mut steps = kept(keeper, mine, settings);
    if settings.mode == Mode::Update {
        let others = seen.ours.iter().filter(|ours| ours.id != keeper.id);
        let mut others: Vec<u64> = others.map(|ours| ours.id).collect();
        others.sort_unstable();
        steps.extend(others.into_iter().take(DELETED).map(Step::DeleteOther));
    }
    steps
}

/// The oldest; where comments are replaced the newest, because the older ones are folded away already.
pub(super) fn keeper(ours: &[Ours], mode: Mode) -> Option<&Ours> {
    match mode {
        Mode::Update | Mode::Off => ours.iter().min_by_key(|ours| ours.id),
        Mode::Recreate | Mode::New => ours.iter().max_by_key(|ours| ours.id),
    }
}

fn first(standing: Standing, when: When) -> Vec<Step> {
    let speaks = match when {
        When::Always => true,
        When::Relevant => standing.relevant,
        When::Fail => standing.failing,
    };
    vec![if speaks { Step::Create } else { Step::Stop(Stop::NothingToSay) }]
}

fn kept(keeper: &Ours, mine: &Mine, settings: Settings) -> Vec<Step> {
    let clean = !mine.standing.relevant;
    let node_id = || keeper.node_id.clone();
    let is_said = keeper.state.as_ref().is_some_and(|state| state.body_hash == mine.body_hash);
    match (clean, settings.on_clean, settings.mode) {
        (true, OnClean::Delete, _) => vec![Step::Delete(keeper.id)],
        (true, OnClean::Minimize, _) if is_said && keeper.minimized => vec![Step::Unchanged(keeper.id)],
        (true, OnClean::Minimize, _) => vec![
            Step::Update { id: keeper.id, folded: true },
            Step::Minimize { node_id: node_id(), classifier: Classifier::Resolved },
        ],
        (_, _, Mode::Recreate) => {
            vec![Step::Minimize { node_id: node_id(), classifier: Classifier::Outdated }, Step::Create]
        }
        (_, _, Mode::New) => vec![Step::Create],
        (_, _, Mode::Update | Mode::Off) if is_said && (clean || !keeper.minimized) => {
            vec![Step::Unchanged(keeper.id)]
        }
        (_, _, Mode::Update | Mode::Off) => {
            let mut steps = vec![Step::Update { id: keeper.id, folded: clean && keeper.minimized }];
            if keeper.minimized && !clean {
                steps.push(Step::Unminimize { node_id: node_id() });
            }
            steps
        }
    }
}

/// Row 7: two runs made a comment at the same time. `before` is what was there when `created` was made; the oldest of the new
/// ones stays and says what we have to say.
pub fn after_create(before: &[Ours], now: &[Ours], created: u64) -> Vec<Step> {
    let is_new = |ours: &&Ours| !before.iter().any(|known| known.id == ours.id);
    let Some(oldest) = now.iter().filter(is_new).map(|ours| ours.id).min() else { return Vec::new() };
    if oldest >= created {
        // Ours is the oldest: whoever made the other one deletes it.
        return Vec::new();
    }
    vec![Step::Update { id: oldest, folded: false }, Step::DeleteOther(created)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9";

    fn ours(id: u64, state: Option<State>) -> Ours {
        let minimized = state.as_ref().is_some_and(|state| state.minimized);
        Ours { id, node_id: format!("node{id}"), url: None, minimized, state }
    }

    fn said(hash: &str) -> State {
        State { run: 10, attempt: 1, body_hash: hash.to_owned(), ..State::default() }
    }

    fn seen(ours: Vec<Ours>) -> Seen {
        Seen { open: true, head: Some(HEAD.to_owned()), ours }
    }

    fn mine(relevant: bool, failing: bool) -> Mine {
        Mine {
            run: 11,
            attempt: 1,
            head: HEAD.to_owned(),
            body_hash: "new".to_owned(),
            standing: Standing { relevant, failing },
        }
    }

    fn settings(mode: Mode, when: When, on_clean: OnClean) -> Settings {
        Settings { mode, when, on_clean, on_closed: false }
    }

    fn update(id: u64) -> Step {
        Step::Update { id, folded: false }
    }

    fn minimize(id: u64, classifier: Classifier) -> Step {
        Step::Minimize { node_id: format!("node{id}"), classifier }
    }

    #[test]
    fn row_1_a_pull_request_that_is_closed_or_has_moved_on_gets_nothing() {
        let closed = Seen { open: false, ..seen(vec![ours(1, None)]) };
        assert_eq!(plan(&closed, &mine(true, true), Settings::default()), [Step::Stop(Stop::Closed)]);
        let on_closed = Settings { on_closed: true, ..Settings::default() };
        assert_eq!(plan(&closed, &mine(true, true), on_closed), [update(1)]);
        let moved = Seen { head: Some("b".repeat(40)), ..seen(Vec::new()) };
        assert_eq!(
            plan(&moved, &mine(true, true), Settings::default()),
            [Step::Stop(Stop::Superseded("b".repeat(40)))]
        );
        let same = Seen { head: Some(HEAD.to_uppercase()), ..seen(Vec::new()) };
        assert_eq!(plan(&same, &mine(true, true), Settings::default()), [Step::Create]);
        let off = settings(Mode::Off, When::Always, OnClean::Update);
        assert_eq!(plan(&seen(Vec::new()), &mine(true, true), off), [Step::Stop(Stop::Off)]);
    }

    #[test]
    fn row_2_the_oldest_is_kept() {
        let two = seen(vec![ours(9, None), ours(4, None)]);
        assert_eq!(plan(&two, &mine(true, true), Settings::default()), [update(4), Step::DeleteOther(9)]);
    }

    #[test]
    fn row_3_what_a_later_run_has_said_stays() {
        for (run, attempt, stops) in [(12, 1, true), (11, 2, true), (11, 1, false), (10, 9, false)] {
            let state = State { run, attempt, ..State::default() };
            let steps = plan(&seen(vec![ours(1, Some(state))]), &mine(true, true), Settings::default());
            assert_eq!(steps == [Step::Stop(Stop::NewerShown)], stops, "{run} {attempt}");
        }
        let two = seen(vec![ours(1, None), ours(2, Some(State { run: 99, ..State::default() }))]);
        let recreate = settings(Mode::Recreate, When::Always, OnClean::Update);
        assert_eq!(plan(&two, &mine(true, true), recreate), [Step::Stop(Stop::NewerShown)]);
    }

    #[test]
    fn row_4_what_is_relevant() {
        use portcullis_model::{ExceptionRow, Judged, PolicyInfo, ToolRow};
        let judged = |introduced, level| Judged { introduced, level, ..Judged::default() };
        let pass = || Outcome { verdict: Verdict::Pass, ..Outcome::default() };
        let with = |change: &dyn Fn(&mut Outcome)| {
            let mut outcome = pass();
            change(&mut outcome);
            Standing::of(&outcome).relevant
        };
        assert_eq!(Standing::of(&pass()), Standing::default());
        for (verdict, failing) in [(Verdict::Fail, true), (Verdict::Incomplete, true), (Verdict::Warn, false)] {
            let standing = Standing::of(&Outcome { verdict, ..pass() });
            assert_eq!((standing.failing, standing.relevant), (failing, failing), "{verdict:?}");
        }
        for (introduced, level, relevant) in [
            (Introduced::New, Level::Warn, true),
            (Introduced::Unknown, Level::Warn, true),
            (Introduced::New, Level::Log, false),
            (Introduced::Existing, Level::Warn, false),
            (Introduced::NewlyDisclosed, Level::Warn, false),
        ] {
            assert_eq!(with(&|outcome| outcome.findings = vec![judged(introduced, level)]), relevant, "{introduced:?}");
        }
        assert!(with(&|outcome| outcome.policy =
            PolicyInfo { changed_in_pr: vec!["portcullis.yaml".to_owned()], ..PolicyInfo::default() }));
        for (state, relevant) in [
            (ExceptionState::Expiring, true),
            (ExceptionState::Proposed, true),
            (ExceptionState::Active, false),
            (ExceptionState::Unused, false),
        ] {
            let row = ExceptionRow { state, ..ExceptionRow::default() };
            assert_eq!(with(&|outcome| outcome.exceptions = vec![row.clone()]), relevant, "{state:?}");
        }
        for (status, relevant) in [(ToolStatus::Error, true), (ToolStatus::Missing, true), (ToolStatus::Skipped, false)]
        {
            let row = ToolRow { status, ..ToolRow::default() };
            assert_eq!(with(&|outcome| outcome.tools = vec![row.clone()]), relevant, "{status:?}");
        }
    }

    #[test]
    fn row_5_without_a_comment_one_is_made_where_there_is_something_to_say() {
        for (when, relevant, failing, creates) in [
            (When::Always, false, false, true),
            (When::Relevant, false, false, false),
            (When::Relevant, true, false, true),
            (When::Fail, true, false, false),
            (When::Fail, true, true, true),
        ] {
            let steps =
                plan(&seen(Vec::new()), &mine(relevant, failing), settings(Mode::Update, when, OnClean::Delete));
            let expected = if creates { Step::Create } else { Step::Stop(Stop::NothingToSay) };
            assert_eq!(steps, [expected], "{when:?} {relevant} {failing}");
        }
    }

    #[test]
    fn row_6_what_becomes_of_a_clean_comment() {
        let keeper = || seen(vec![ours(1, Some(said("old")))]);
        let clean = mine(false, false);
        for mode in [Mode::Update, Mode::Recreate, Mode::New] {
            let with = |on_clean| plan(&keeper(), &clean, settings(mode, When::Relevant, on_clean));
            assert_eq!(with(OnClean::Delete), [Step::Delete(1)]);
            assert_eq!(
                with(OnClean::Minimize),
                [Step::Update { id: 1, folded: true }, minimize(1, Classifier::Resolved)]
            );
        }
        assert_eq!(plan(&keeper(), &clean, Settings::default()), [update(1)]);
        let folded = State { minimized: true, ..said("new") };
        let on_clean = settings(Mode::Update, When::Relevant, OnClean::Minimize);
        assert_eq!(plan(&seen(vec![ours(1, Some(folded))]), &clean, on_clean), [Step::Unchanged(1)]);
    }

    #[test]
    fn row_6_what_is_said_already_needs_no_request() {
        let keeper = seen(vec![ours(1, Some(said("new")))]);
        assert_eq!(plan(&keeper, &mine(true, true), Settings::default()), [Step::Unchanged(1)]);
        let with_state_lost = seen(vec![ours(1, None)]);
        assert_eq!(plan(&with_state_lost, &mine(true, true), Settings::default()), [update(1)]);
    }

    #[test]
    fn row_6_a_folded_comment_is_unfolded_once_there_is_something_to_say() {
        let keeper = |hash| seen(vec![ours(1, Some(State { minimized: true, ..said(hash) }))]);
        let unfold = [update(1), Step::Unminimize { node_id: "node1".to_owned() }];
        for hash in ["old", "new"] {
            assert_eq!(plan(&keeper(hash), &mine(true, false), Settings::default()), unfold);
        }
        // Still clean: it stays folded, and its state keeps saying so.
        let steps = plan(&keeper("old"), &mine(false, false), Settings::default());
        assert_eq!(steps, [Step::Update { id: 1, folded: true }]);
    }

    #[test]
    fn row_6_other_modes_leave_the_old_comment() {
        let two = seen(vec![ours(1, Some(said("old"))), ours(5, Some(said("new")))]);
        let with = |mode| plan(&two, &mine(true, true), settings(mode, When::Relevant, OnClean::Update));
        assert_eq!(with(Mode::Recreate), [minimize(5, Classifier::Outdated), Step::Create]);
        assert_eq!(with(Mode::New), [Step::Create]);
    }

    #[test]
    fn row_7_of_two_that_raced_the_oldest_stays() {
        let list = |ids: &[u64]| ids.iter().map(|id| ours(*id, None)).collect::<Vec<_>>();
        assert_eq!(after_create(&[], &list(&[8]), 8), []);
        assert_eq!(after_create(&[], &list(&[7, 8]), 8), [update(7), Step::DeleteOther(8)]);
        assert_eq!(after_create(&[], &list(&[7, 8]), 7), []);
        // A list that does not show what was just made: it was made all the same.
        assert_eq!(after_create(&[], &[], 8), []);
        assert_eq!(after_create(&list(&[3]), &list(&[3, 8]), 8), [], "an older one that was replaced");
    }

    #[test]
    fn row_8_at_most_five_others_are_deleted() {
        let many = seen((1..=9).map(|id| ours(id, None)).collect());
        let steps = plan(&many, &mine(true, true), Settings::default());
        let deleted: Vec<Step> = (2..=6).map(Step::DeleteOther).collect();
        assert_eq!(steps.split_first().map(|(first, rest)| (first.clone(), rest.to_vec())), Some((update(1), deleted)));
    }
}
