use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CiContext, Idle};
use crate::{Base, Event, PAYLOAD_LIMIT, Steering};

/// Commit ids that tell themselves apart.
fn id(letter: char) -> String {
    letter.to_string().repeat(40)
}

fn variables(event: &str) -> BTreeMap<String, String> {
    let pairs = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", event),
        ("GITHUB_EVENT_PATH", "/event.json"),
        ("GITHUB_REPOSITORY", "octo/shop"),
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_RUN_ATTEMPT", "2"),
        ("GITHUB_JOB", "gate"),
    ];
    let mut variables: BTreeMap<String, String> =
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    variables.insert("GITHUB_SHA".to_owned(), id('e'));
    variables
}

fn detect_in(variables: &BTreeMap<String, String>, payload: &Value) -> CiContext {
    CiContext::detect(variables, &|path| {
        assert_eq!(path, "/event.json");
        Ok(payload.to_string().into_bytes())
    })
}

fn detect(event: &str, payload: &Value) -> CiContext {
    detect_in(&variables(event), payload)
}

fn without_payload(event: &str, more: &[(&str, &str)]) -> CiContext {
    let mut variables = variables(event);
    variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    CiContext::detect(&variables, &|_| Err("permission denied".to_owned()))
}

fn pull_request() -> Value {
    json!({
        "action": "synchronize",
        "number": 17,
        "pull_request": {
            "number": 17,
            "head": {"sha": id('a'), "repo": {"full_name": "octo/shop"}},
            "base": {"sha": id('b'), "repo": {"full_name": "octo/shop"}},
        },
    })
}

#[test]
fn the_base_of_a_pull_request_is_the_first_parent_of_the_merge_with_its_head() {
    let mut detected = detect("pull_request", &pull_request());
    assert_eq!(detected.context.pr, Some(17));
    assert_eq!(detected.context.head_sha, Some(id('a')));
    assert_eq!(detected.context.merge_sha, Some(id('e')));
    assert!(!detected.context.fork);
    assert!(matches!(detected.steering(), Steering::Unknown(_)));

    detected.settle(&|commit| {
        assert_eq!(commit, id('e'));
        Ok(vec![id('c'), id('a')])
    });
    assert_eq!(detected.steering(), Steering::BaseCommit(id('c')));
    assert_eq!(detected.context.base_sha, Some(id('c')));
}

#[test]
fn a_commit_that_is_no_merge_of_the_head_does_not_choose_the_base() {
    let impostors =
        [vec![], vec![id('c')], vec![id('c'), id('d')], vec![id('a'), id('c')], vec![id('c'), id('a'), id('d')]];
    for known in impostors {
        let mut detected = detect("pull_request", &pull_request());
        detected.settle(&|_| Ok(known.clone()));
        assert_eq!(detected.steering(), Steering::BaseCommit(id('b')), "{known:?}");
    }
    let mut detected = detect("pull_request", &pull_request());
    detected.settle(&|_| Err("not in this clone".to_owned()));
    assert_eq!(detected.steering(), Steering::BaseCommit(id('b')));
}

#[test]
fn a_pull_request_whose_base_cannot_be_told_never_steers_itself() {
    let mut payload = pull_request();
    payload["pull_request"]["base"]["sha"] = json!("main");
    let mut detected = detect("pull_request", &payload);
    detected.settle(&|_| Err("not in this clone".to_owned()));
    assert_eq!(
        detected.steering(),
        Steering::Unknown(format!(
            "the event names no base commit, and the parents of {} cannot be read: not in this clone",
            id('e')
        ))
    );
    assert_eq!(detected.context.base_sha, None);
    assert_eq!(detected.warnings, ["`pull_request.base.sha` is no commit id (40 or 64 hexadecimal digits)"]);
}

#[test]
fn an_unreadable_payload_is_warned_of_and_leaves_a_pull_request_without_base() {
    let more = [("GITHUB_REF", "refs/pull/17/merge"), ("GITHUB_BASE_REF", "main")];
    for event in ["pull_request", "pull_request_target", "pull_request_review", "merge_group"] {
        let mut detected = without_payload(event, &more);
        detected.settle(&|_| Ok(vec![id('c'), id('a')]));
        assert!(matches!(detected.steering(), Steering::Unknown(_)), "{event}");
        assert_eq!(
            detected.warnings,
            ["the event's payload `/event.json` cannot be read: permission denied; \
              the event is judged by the environment alone"]
        );
    }
    let detected = without_payload("pull_request", &more);
    assert_eq!(detected.context.pr, Some(17));
    assert_eq!(detected.context.head_sha, None, "GITHUB_SHA is the merge and never reported on");
    assert!(detected.context.fork, "what cannot be told is trusted less");
}

#[test]
fn an_unreadable_payload_of_a_push_leaves_the_commit_of_the_environment() {
    let detected = without_payload("push", &[]);
    assert_eq!(detected.context.head_sha, Some(id('e')));
    assert!(matches!(detected.base, Base::Unknown(_)));
    assert_eq!(detected.steering(), Steering::WorkTree);
}

#[test]
fn a_payload_above_the_limit_and_one_that_is_no_json_are_unreadable() {
    for (payload, why) in [(vec![b' '; PAYLOAD_LIMIT + 1], "limit of 26214400"), (b"{\"number\": ".to_vec(), "EOF")] {
        let detected = CiContext::detect(&variables("pull_request"), &|_| Ok(payload.clone()));
        assert!(detected.warnings.concat().contains(why), "{:?}", detected.warnings);
        assert!(matches!(detected.steering(), Steering::Unknown(_)));
    }
}

#[test]
fn a_payload_of_exactly_the_limit_is_read() {
    let mut payload = pull_request().to_string().into_bytes();
    payload.resize(PAYLOAD_LIMIT, b' ');
    let detected = CiContext::detect(&variables("pull_request"), &|_| Ok(payload.clone()));
    assert_eq!(detected.context.head_sha, Some(id('a')));
}

#[test]
fn a_closed_pull_request_has_nothing_to_judge() {
    let mut payload = pull_request();
    payload["action"] = json!("closed");
    assert_eq!(detect("pull_request", &payload).idle, Some(Idle::PullRequestClosed));
    assert_eq!(detect("pull_request", &pull_request()).idle, None);
}

#[test]
fn pull_request_target_takes_the_base_of_the_pull_request_and_not_github_sha() {
    let mut detected = detect("pull_request_target", &pull_request());
    detected.settle(&|_| unreachable!("there is no merge commit"));
    assert_eq!(detected.steering(), Steering::BaseCommit(id('b')));
    assert_eq!(detected.context.merge_sha, None);
    assert_eq!(detected.context.head_sha, Some(id('a')));
}

#[test]
fn a_review_and_every_other_pull_request_event_are_judged_as_one() {
    let mut payload = pull_request();
    payload["number"] = Value::Null;
    payload["action"] = json!("submitted");
    for (event, known) in [
        ("pull_request_review", Event::PullRequestReview),
        ("pull_request_review_comment", Event::PullRequest),
        ("pull_request_of_next_year", Event::PullRequest),
    ] {
        let mut detected = detect(event, &payload);
        detected.settle(&|_| Ok(vec![id('c'), id('a')]));
        assert_eq!(detected.event, known);
        assert_eq!(detected.context.event.as_deref(), Some(event));
        assert_eq!(detected.context.pr, Some(17));
        assert_eq!(detected.steering(), Steering::BaseCommit(id('c')));
    }
}

#[test]
fn a_fork_is_another_repository_whatever_the_case_of_its_name() {
    let fork = |head: Value| {
        let mut payload = pull_request();
        payload["pull_request"]["head"]["repo"] = head;
        detect("pull_request", &payload).context.fork
    };
    assert!(!fork(json!({"full_name": "Octo/SHOP"})));
    assert!(fork(json!({"full_name": "mallory/shop"})));
    assert!(fork(Value::Null), "a deleted fork");
    assert!(fork(json!({})));
}

#[test]
fn ids_of_64_digits_are_read() {
    let long = |letter: &str| letter.repeat(64);
    let mut payload = pull_request();
    payload["pull_request"]["head"]["sha"] = json!(long("a"));
    payload["pull_request"]["base"]["sha"] = json!(long("B"));
    let detected = detect("pull_request_target", &payload);
    assert_eq!(detected.context.head_sha, Some(long("a")));
    assert_eq!(detected.context.base_sha, Some(long("b")));
}

#[test]
fn a_merge_group_names_its_own_base_and_the_last_pull_request() {
    let payload = json!({"action": "checks_requested", "merge_group": {
        "base_sha": id('b'), "head_sha": id('a'),
        "head_ref": format!("refs/heads/gh-readonly-queue/main/pr-17-{}", id('b')),
    }});
    let detected = detect("merge_group", &payload);
    assert_eq!(detected.steering(), Steering::BaseCommit(id('b')));
    assert_eq!(detected.context.base_sha, Some(id('b')));
    assert_eq!(detected.context.head_sha, Some(id('a')));
    assert_eq!(detected.context.pr, Some(17));
}

#[test]
fn a_push_is_compared_with_what_was_there_and_steered_by_the_work_tree() {
    let detected = detect("push", &json!({"before": id('b'), "after": id('a'), "deleted": false}));
    assert_eq!(detected.base, Base::Commit(id('b')));
    assert_eq!(detected.context.base_sha, Some(id('b')));
    assert_eq!(detected.context.head_sha, Some(id('a')));
    assert_eq!(detected.steering(), Steering::WorkTree);
}

#[test]
fn the_first_push_of_a_branch_is_compared_with_the_default_branch() {
    for zeros in ["0".repeat(40), "0".repeat(64)] {
        let payload = json!({"before": zeros, "after": id('a'), "repository": {"default_branch": "trunk"}});
        let detected = detect("push", &payload);
        assert_eq!(detected.base, Base::NewBranch { default_branch: Some("trunk".to_owned()) });
        assert!(detected.warnings.is_empty());
    }
}

#[test]
fn a_push_that_deletes_a_branch_has_nothing_to_judge() {
    let detected = detect("push", &json!({"before": id('b'), "after": "0".repeat(40), "deleted": true}));
    assert_eq!(detected.idle, Some(Idle::ReferenceDeleted));
    assert!(detected.warnings.is_empty());
}

#[test]
fn a_scheduled_run_without_a_repository_in_its_payload_judges_everything() {
    for event in ["schedule", "workflow_dispatch", "repository_dispatch"] {
        let detected = detect(event, &json!({"action": "anything"}));
        assert_eq!(detected.base, Base::None);
        assert_eq!(detected.steering(), Steering::WorkTree);
        assert_eq!(detected.context.head_sha, Some(id('e')));
        assert_eq!(detected.context.repo.as_deref(), Some("octo/shop"));
        assert!(detected.notices.is_empty());
    }
}

#[test]
fn an_unknown_event_judges_everything_and_says_so() {
    let detected = detect("milestone", &json!({}));
    assert_eq!(detected.base, Base::None);
    assert_eq!(detected.steering(), Steering::WorkTree);
    assert_eq!(detected.notices, ["event `milestone`: there is nothing to compare with, everything is judged"]);
}

#[test]
fn an_unknown_event_on_a_pull_request_never_steers_itself() {
    for (name, value) in [("GITHUB_REF", "refs/pull/17/merge"), ("GITHUB_BASE_REF", "main")] {
        for event in ["", "milestone"] {
            let mut variables = variables(event);
            variables.insert(name.to_owned(), value.to_owned());
            let detected = detect_in(&variables, &json!({}));
            assert!(matches!(detected.steering(), Steering::Unknown(_)), "{event} {name}");
            assert!(detected.context.fork);
        }
    }
}

#[test]
fn a_workflow_run_finds_its_pull_request_in_the_payload_or_asks_for_it() {
    let run = |pulls: Value| {
        json!({"workflow_run": {
            "event": "pull_request", "head_sha": id('a'), "pull_requests": pulls,
            "head_repository": {"full_name": "mallory/shop"},
        }})
    };
    let listed = json!([
        {"number": 1, "head": {"sha": id('d')}, "base": {"sha": id('c')}},
        {"number": 17, "head": {"sha": id('a')}, "base": {"sha": id('b')}},
    ]);
    let detected = detect("workflow_run", &run(listed));
    assert_eq!(detected.steering(), Steering::BaseCommit(id('b')));
    assert_eq!(detected.context.pr, Some(17));
    assert!(detected.context.fork);

    let mut detected = detect("workflow_run", &run(json!([])));
    assert_eq!(detected.base, Base::PullRequestOf { head: id('a') });
    assert!(matches!(detected.steering(), Steering::Unknown(_)));
    detected.settle_on(Base::Commit(id('c')));
    assert_eq!(detected.steering(), Steering::BaseCommit(id('c')));
    assert_eq!(detected.context.base_sha, Some(id('c')));
}

#[test]
fn a_workflow_run_after_a_push_has_no_base_and_one_of_unknown_origin_is_not_trusted() {
    let after = |event: Value| detect("workflow_run", &json!({"workflow_run": {"event": event, "head_sha": id('a')}}));
    assert_eq!(after(json!("push")).steering(), Steering::WorkTree);
    assert!(matches!(after(Value::Null).steering(), Steering::Unknown(_)));
    assert!(matches!(after(json!("pull_request_target")).steering(), Steering::Unknown(_)));
}

#[test]
fn outside_of_actions_nothing_of_an_event_is_read() {
    let mut variables = variables("pull_request");
    variables.insert("GITHUB_ACTIONS".to_owned(), "false".to_owned());
    let detected = CiContext::detect(&variables, &|_| unreachable!("there is no event"));
    assert_eq!(detected.event, Event::Local);
    assert_eq!(detected.base, Base::DefaultBranch);
    assert_eq!(detected.steering(), Steering::WorkTree);
    assert_eq!(detected.context.event, None);
    assert_eq!(detected.context.server_url, "https://github.com");
}

#[test]
fn the_run_and_the_repository_are_named() {
    let detected = detect("push", &json!({"before": id('b'), "after": id('a')}));
    assert_eq!(detected.context.repo.as_deref(), Some("octo/shop"));
    assert_eq!((detected.context.run_id, detected.context.run_attempt), (Some(7), Some(2)));
    assert_eq!(detected.context.job.as_deref(), Some("gate"));

    let mut odd = variables("push");
    odd.insert("GITHUB_REPOSITORY".to_owned(), "octo/shop/../x".to_owned());
    let detected = detect_in(&odd, &json!({"before": id('b'), "after": id('a')}));
    assert_eq!(detected.context.repo, None);
    assert_eq!(detected.warnings, ["`octo/shop/../x` is no name of a repository (`owner/name`)"]);
}

fn endpoints(pairs: &[(&str, &str)]) -> CiContext {
    let variables = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    CiContext::detect(&variables, &|_| Err(String::new()))
}

#[test]
fn the_path_of_an_enterprise_api_is_kept() {
    let enterprise =
        endpoints(&[("GITHUB_SERVER_URL", "https://git.example/"), ("GITHUB_API_URL", "https://git.example/api/v3/")])
            .endpoints;
    assert_eq!(enterprise.api_url("/repos/octo/shop"), "https://git.example/api/v3/repos/octo/shop");
    assert_eq!(enterprise.graphql, "https://git.example/api/graphql");
    assert_eq!(enterprise.server, "https://git.example");
    assert_eq!(endpoints(&[]).endpoints.graphql, "https://api.github.com/graphql");
}

#[test]
fn a_server_without_an_api_url_is_not_asked_at_github_com() {
    let enterprise = endpoints(&[("GITHUB_SERVER_URL", "https://git.example")]).endpoints;
    assert_eq!(enterprise.api, "https://git.example/api/v3");
}

#[test]
fn the_token_is_the_first_that_is_set_and_never_shown() {
    let token = |pairs: &[(&str, &str)]| endpoints(pairs).token;
    let all = [("GH_TOKEN", "three"), ("GITHUB_TOKEN", "two"), ("PORTCULLIS_TOKEN", "sesame")];
    assert_eq!(token(&all).unwrap().reveal(), "sesame");
    assert_eq!(token(&all[..2]).unwrap().reveal(), "two");
    assert_eq!(token(&all[..1]).unwrap().reveal(), "three");
    assert_eq!(token(&[("PORTCULLIS_TOKEN", ""), ("GH_TOKEN", "three")]).unwrap().variable(), "GH_TOKEN");
    assert!(token(&all[..1]).unwrap().needs_mask() && !token(&all[..2]).unwrap().needs_mask());
    assert!(!format!("{:?}", endpoints(&all)).contains("sesame"));
}

#[test]
fn the_enterprise_token_is_for_enterprise_servers() {
    let token = ("GH_ENTERPRISE_TOKEN", "four");
    assert!(endpoints(&[token]).token.is_none());
    let enterprise = endpoints(&[token, ("GITHUB_SERVER_URL", "https://git.example")]);
    assert_eq!(enterprise.token.unwrap().reveal(), "four");
}

/// JSON of any shape over the keys that are read.
fn any_payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        prop_oneof![
            Just(id('a')),
            Just(id('b')),
            Just("0".repeat(40)),
            Just("closed".to_owned()),
            Just("push".to_owned())
        ]
        .prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "action",
        "number",
        "pull_request",
        "merge_group",
        "workflow_run",
        "repository",
        "before",
        "after",
        "deleted",
        "base",
        "head",
        "sha",
        "repo",
        "full_name",
        "base_sha",
        "head_sha",
        "head_ref",
        "event",
        "pull_requests",
    ]);
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::btree_map(key.clone(), inner.clone(), 0..8)
                .prop_map(|map| map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #[test]
    fn no_payload_makes_a_change_steer_itself(
        payload in any_payload(),
        event in prop::sample::select(vec![
            "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group",
        ]),
    ) {
        let mut detected = detect(event, &payload);
        detected.settle(&|_| Ok(vec![id('c'), id('a')]));
        prop_assert_ne!(detected.steering(), Steering::WorkTree);
        prop_assert_ne!(detected.steering(), Steering::BaseCommit(id('e')));
    }

    #[test]
    fn bytes_of_any_kind_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let detected = CiContext::detect(&variables("pull_request"), &|_| Ok(bytes.clone()));
        prop_assert!(matches!(detected.steering(), Steering::Unknown(_)));
    }
}

#[test]
fn the_pull_request_of_a_run_that_has_ended_is_what_github_says_it_is() {
    let payload = json!({"repository": {"full_name": "octo/shop"}, "workflow_run": {"id": 5, "event": "pull_request",
        "head_sha": id('a'), "head_branch": "topic", "head_repository": {"full_name": "lea/shop"}, "pull_requests": []}});
    let mut context = detect("workflow_run", &payload);
    assert!(matches!(context.steering(), Steering::Unknown(_)));
    let pull = |base: Value| {
        serde_json::from_value(json!({"number": 9, "user": {"login": "lea"}, "base": base,
        "head": {"sha": id('a'), "ref": "topic", "repo": {"id": 2, "full_name": "lea/shop"}}}))
        .unwrap()
    };
    let repo = json!({"id": 1, "full_name": "octo/shop"});
    context.settle_on_pull(&pull(json!({"sha": id('b'), "ref": "main", "repo": repo})));
    assert_eq!(context.steering(), Steering::BaseCommit(id('b')));
    assert_eq!((context.context.pr, context.context.fork, context.author.as_deref()), (Some(9), true, Some("lea")));
    context.settle_on_pull(&pull(json!({"sha": "main", "ref": "main", "repo": repo})));
    assert!(matches!(context.steering(), Steering::Unknown(_)), "no base is no licence to read the files on disk");
}
