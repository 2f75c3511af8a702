//! The program and a GitHub that listens on this machine: what reaches the pull request, and what the exit code makes of it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::repository::{Answer, Repository};
use crate::runner::Runner;

const BOT: &str = "github-actions[bot]";
pub(crate) const POLICY: &str = "version: 1\nworkflows: { levels: { high: fail } }\n";
pub(crate) const WORKFLOW: &str = "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n";

/// What the server holds.
#[derive(Default)]
pub(crate) struct State {
    head: String,
    comments: Vec<Value>,
    /// Method and path of every request.
    requests: Vec<String>,
    /// Answers of writes, instead of doing them.
    pub(crate) refuse: Option<(u16, Value)>,
    /// Bodies of the check runs that were created, and of the uploads.
    pub(crate) check_runs: Vec<Value>,
    pub(crate) uploads: Vec<Value>,
    /// The reviews of the pull request.
    pub(crate) reviews: Vec<Value>,
    /// Files of the base commit by their paths; GitHub knows no other commit.
    pub(crate) base: Option<(String, Vec<(&'static str, String)>)>,
    /// The commit the pull request is based on, as GitHub tells it.
    base_sha: Option<String>,
    /// Other pull requests with the same head: their numbers, branches and commits.
    pub(crate) others: Vec<(u64, &'static str, String)>,
    /// The patches of the files of the pull request, and the reviews that were posted.
    pub(crate) patches: Vec<(String, String)>,
    /// How many files GitHub says it changes.
    pub(crate) changed_files: Option<u64>,
    pub(crate) posted_reviews: Vec<Value>,
    /// A create answers 502, with or without its effect.
    lose: Option<bool>,
}

impl State {
    /// The open pull requests, all of one head.
    fn pulls(&self) -> Vec<Value> {
        let pull = |number: u64, base: &str, sha: Option<&String>| {
            json!({"number": number, "state": "open", "changed_files": self.changed_files, "head": {"sha": self.head, "ref": "topic",
                "repo": {"id": 2, "full_name": "lea/shop"}}, "base": {"ref": base, "sha": sha,
                "repo": {"id": 1, "full_name": "acme/shop"}}})
        };
        let others = self.others.iter().map(|(number, base, sha)| pull(*number, base, Some(sha)));
        std::iter::once(pull(7, "main", self.base_sha.as_ref())).chain(others).collect()
    }

    /// The bodies of the comments of a pull request.
    pub(crate) fn bodies_of(&self, number: u64) -> Vec<&str> {
        let here = self.comments.iter().filter(|comment| comment["pull"] == number);
        here.map(|comment| comment["body"].as_str().unwrap()).collect()
    }

    /// The bytes of a file of the base.
    fn raw(&self, path: &str) -> Option<String> {
        let (base, files) = self.base.as_ref()?;
        let asked = path.strip_prefix("/repos/acme/shop/contents/")?.strip_suffix(&format!("?ref={base}"))?;
        files.iter().find(|(path, _)| *path == asked).map(|(_, text)| text.clone())
    }

    /// `git/trees/…` of the base.
    fn tree(&self, route: &str) -> Option<Value> {
        let (base, files) = self.base.as_ref()?;
        let asked = route.strip_prefix("/repos/acme/shop/git/trees/")?;
        let tree = files.iter().map(|(path, text)| {
            json!({"path": path, "mode": "100644", "type": "blob",
            "sha": "0".repeat(40), "size": text.len()})
        });
        (asked == base).then(|| json!({"sha": base, "truncated": false, "tree": tree.collect::<Vec<_>>()}))
    }
}

/// A GitHub on a port of this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) state: Arc<Mutex<State>>,
}

impl Server {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, own) = (Arc::clone(&state), url.clone());
        // It ends with the process of the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared, &own);
            }
        });
        Self { url, state }
    }

    fn comment(&self, id: u64, author: &str, body: &str) {
        self.state.lock().unwrap().comments.push(comment(7, id, author, body));
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }
}

fn comment(pull: u64, id: u64, author: &str, body: &str) -> Value {
    json!({"id": id, "node_id": format!("IC_{id}"), "body": body, "user": {"login": author}, "pull": pull,
        "html_url": format!("https://github.com/acme/shop/pull/{pull}#issuecomment-{id}")})
}

/// Number and rest of a route below a pull request: `7` and `comments` of `…/issues/7/comments`.
fn of_pull(route: &str) -> Option<(u64, &str)> {
    let rest = route.strip_prefix("/repos/acme/shop/")?;
    let rest = rest.strip_prefix("issues/").or_else(|| rest.strip_prefix("pulls/"))?;
    let (number, rest) = rest.split_once('/').unwrap_or((rest, ""));
    Some((number.parse().ok()?, rest))
}

fn answer(stream: TcpStream, state: &Mutex<State>, own: &str) {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request).unwrap();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut state = state.lock().unwrap();
    state.requests.push(format!("{method} {path}"));
    let raw = state.raw(path);
    let (status, answer, link) =
        if raw.is_some() { (200, Value::Null, None) } else { respond(&mut state, method, path, &body, own) };
    drop(state);
    let kind = if raw.is_some() { "application/vnd.github.raw+json" } else { "application/json" };
    let answer = raw.unwrap_or_else(|| answer.to_string());
    let link = link.map(|link| format!("link: {link}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n{link}\r\n",
        answer.len()
    );
    let mut stream = reader.into_inner();
    let _ = stream.write_all((head + &answer).as_bytes());
}

fn respond(state: &mut State, method: &str, path: &str, body: &Value, own: &str) -> (u16, Value, Option<String>) {
    let (route, query) = path.split_once('?').unwrap_or((path, ""));
    match (method, route) {
        ("POST", "/graphql") => (200, json!({"data": {"viewer": {"login": BOT}}}), None),
        ("GET", "/repos/acme/shop/pulls") => (200, json!(state.pulls()), None),
        ("GET", route) if of_pull(route).is_some_and(|(_, rest)| rest.is_empty()) => {
            let number = of_pull(route).unwrap().0;
            match state.pulls().into_iter().find(|pull| pull["number"] == number) {
                Some(pull) => (200, pull, None),
                None => (404, json!({"message": "Not Found"}), None),
            }
        }
        ("GET", route) if route.contains("/issues/") && of_pull(route).is_some() => {
            let number = of_pull(route).unwrap().0;
            let page = query.split('&').find_map(|pair| pair.strip_prefix("page=")?.parse().ok()).unwrap_or(1_usize);
            let here: Vec<&Value> = state.comments.iter().filter(|comment| comment["pull"] == number).collect();
            let shown: Vec<Value> = here.iter().copied().skip((page - 1) * 100).take(100).cloned().collect();
            let next = format!("<{own}{route}?per_page=100&page={}>; rel=\"next\"", page + 1);
            let link = (here.len() > page * 100).then_some(next);
            (200, Value::Array(shown), link)
        }
        ("POST", route) if route.contains("/issues/") => {
            if let Some((status, answer)) = state.refuse.clone() {
                return (status, answer, None);
            }
            let lost = state.lose.take();
            let made = state.comments.iter().filter(|comment| comment["id"].as_u64() >= Some(9_000)).count();
            let id = 9_000 + u64::try_from(made).unwrap();
            let made = comment(of_pull(route).unwrap().0, id, BOT, body["body"].as_str().unwrap());
            if lost != Some(false) {
                state.comments.push(made.clone());
            }
            if lost.is_some() { (502, json!({"message": "Bad Gateway"}), None) } else { (201, made, None) }
        }
        ("GET", "/repos/acme/shop/pulls/7/reviews") => (200, json!(state.reviews), None),
        ("POST", "/repos/acme/shop/pulls/7/reviews") => {
            state.posted_reviews.push(body.clone());
            (200, json!({"id": 80, "user": {"login": BOT}}), None)
        }
        ("GET", "/repos/acme/shop/pulls/7/comments") => (200, json!([]), None),
        ("GET", "/repos/acme/shop/pulls/7/files") => {
            let file = |(path, patch): &(String, String)| json!({"filename": path, "status": "added", "patch": patch});
            (200, state.patches.iter().map(file).collect(), None)
        }
        ("POST", "/repos/acme/shop/check-runs" | "/repos/acme/shop/code-scanning/sarifs") => {
            if let Some((status, answer)) = state.refuse.clone() {
                return (status, answer, None);
            }
            if route.ends_with("sarifs") {
                state.uploads.push(body.clone());
                return (202, json!({"id": "47177e22"}), None);
            }
            state.check_runs.push(body.clone());
            (201, json!({"id": 4, "external_id": body["external_id"]}), None)
        }
        ("GET", route) if route.contains("/git/trees/") => match state.tree(route) {
            Some(tree) => (200, tree, None),
            None => (404, json!({"message": "Not Found"}), None),
        },
        ("PATCH", route) => {
            let id: u64 = route.rsplit('/').next().unwrap().parse().unwrap();
            let found = state.comments.iter_mut().find(|comment| comment["id"] == id).unwrap();
            found["body"] = body["body"].clone();
            (200, found.clone(), None)
        }
        _ => (404, json!({"message": "Not Found"}), None),
    }
}

/// A pull request that brings a finding which blocks, or nothing.
pub(crate) struct PullRequest {
    pub(crate) repository: Repository,
    pub(crate) outside: tempfile::TempDir,
    pub(crate) base: String,
    pub(crate) head: String,
}

impl PullRequest {
    pub(crate) fn new(blocks: bool) -> Self {
        Self::with(POLICY, if blocks { &[(".github/workflows/ci.yml", WORKFLOW)] } else { &[] })
    }

    /// A pull request into a branch with this policy that brings these files.
    pub(crate) fn with(policy: &str, files: &[(&str, &str)]) -> Self {
        let repository = Repository::new().file("portcullis.yaml", policy);
        let base = repository.commit();
        for (path, text) in files {
            repository.write(path, text);
        }
        let head = repository.commit();
        let pull = Self { repository, outside: tempfile::tempdir().unwrap(), base, head };
        pull.write_event(&pull.base);
        pull
    }

    /// The event as GitHub leaves it for the step.
    pub(crate) fn write_event(&self, base: &str) {
        let payload = json!({"number": 7, "repository": {"full_name": "acme/shop"}, "pull_request": {"number": 7,
            "user": {"login": "author"},
            "head": {"sha": self.head, "ref": "topic", "repo": {"full_name": "acme/shop"}},
            "base": {"sha": base, "ref": "main", "repo": {"full_name": "acme/shop"}}}});
        std::fs::write(self.outside.path().join("event.json"), payload.to_string()).unwrap();
    }

    /// The same commits as an event of a push: the path of the payload.
    pub(crate) fn push_event(&self) -> String {
        let event = self.outside.path().join("push.json");
        let payload = json!({"before": self.base, "after": self.head, "repository": {"full_name": "acme/shop"}});
        std::fs::write(&event, payload.to_string()).unwrap();
        event.display().to_string()
    }

    pub(crate) fn run(&self, arguments: &[&str], server: &Server, runner: &Runner, more: &[(&str, &str)]) -> Answer {
        let mut all = vec!["check"];
        all.extend(arguments);
        self.command(&all, server, runner, more)
    }

    /// Any command in the job of the pull request.
    pub(crate) fn command(&self, all: &[&str], server: &Server, runner: &Runner, more: &[(&str, &str)]) -> Answer {
        server.state.lock().unwrap().head.clone_from(&self.head);
        let event = self.outside.path().join("event.json").display().to_string();
        let mut variables = runner.variables();
        variables.extend([
            ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
            ("GITHUB_EVENT_PATH", event),
            ("GITHUB_SHA", self.head.clone()),
            ("GITHUB_REPOSITORY", "acme/shop".to_owned()),
            ("GITHUB_RUN_ID", "81230001".to_owned()),
            ("GITHUB_RUN_NUMBER", "8123".to_owned()),
            ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
            ("GITHUB_WORKFLOW_REF", "acme/shop/.github/workflows/ci.yml@refs/pull/7/merge".to_owned()),
            ("GITHUB_API_URL", server.url.clone()),
            ("GITHUB_TOKEN", "not-a-real-token".to_owned()),
        ]);
        let mut variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend(more);
        self.repository.run_with(all, &variables)
    }
}

#[test]
fn a_pull_request_that_blocks_gets_a_comment_and_the_next_run_edits_it() {
    let (server, pull) = (Server::new(), PullRequest::new(true));
    let runner = Runner::new();
    let answer = pull.run(&[], &server, &runner, &[]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
    let bodies = server.bodies();
    assert_eq!(bodies.len(), 1, "{}", answer.stdout);
    let first = bodies[0].lines().next().unwrap();
    assert_eq!(first, "<!-- portcullis:comment v1 key=b803fcb7 -->");
    assert!(bodies[0].contains("### ❌ Fail: 1 new blocking finding\n"), "{}", bodies[0]);
    assert!(bodies[0].contains("[run 8123](https://github.com/acme/shop/actions/runs/81230001)"), "{}", bodies[0]);
    assert!(bodies[0].contains("from `main`"), "{}", bodies[0]);
    let outputs = runner.outputs();
    assert_eq!(outputs["comment-action"], "created");
    assert_eq!(outputs["comment-id"], "9000");
    assert!(outputs["comment-url"].ends_with("#issuecomment-9000"));
    assert!(outputs["delivered"].split(',').any(|sink| sink == "comment"), "{outputs:?}");
    assert!(server.requests().len() <= 8, "{:?}", server.requests());

    let again = Runner::new();
    let answer = pull.run(&[], &server, &again, &[("GITHUB_RUN_ATTEMPT", "2")]);
    assert_eq!((answer.code, again.outputs()["comment-action"].as_str()), (1, "unchanged"));
    assert_eq!(server.bodies(), bodies);
}

#[test]
fn the_comment_is_found_on_the_third_page() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    for id in 1..250 {
        server.comment(id, "somebody", "hello");
    }
    server.comment(250, "mallory", "<!-- portcullis:comment v1 key=b803fcb7 -->\nplanted");
    server.comment(251, BOT, "<!-- portcullis:comment v1 key=b803fcb7 -->\nold");
    pull.run(&[], &server, &runner, &[]);
    assert_eq!(runner.outputs()["comment-id"], "251");
    let bodies = server.bodies();
    assert!(bodies[249].ends_with("planted") && bodies[250].contains("### ❌ Fail"), "{}", bodies[250]);
}

#[test]
fn a_lost_answer_leaves_one_comment_whether_it_was_made_or_not() {
    for made in [true, false] {
        let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
        server.state.lock().unwrap().lose = Some(made);
        pull.run(&[], &server, &runner, &[]);
        assert_eq!(server.bodies().len(), 1, "{:?}", server.requests());
        assert_eq!(runner.outputs()["comment-action"], "created");
    }
}

#[test]
fn a_refused_comment_is_a_notice_and_only_require_publish_makes_it_an_exit_code() {
    let server = Server::new();
    server.state.lock().unwrap().refuse = Some((403, json!({"message": "Resource not accessible by integration"})));
    for (blocks, arguments, code) in [
        (true, &["--comment-when", "always"][..], 1),
        (true, &["--comment-when", "always", "--require-publish"], 1),
        (false, &["--comment-when", "always"], 0),
        (false, &["--comment-when", "always", "--require-publish"], 4),
    ] {
        let runner = Runner::new();
        let answer = PullRequest::new(blocks).run(arguments, &server, &runner, &[]);
        assert_eq!(answer.code, code, "{arguments:?} {}{}", answer.stdout, answer.stderr);
        assert!(
            answer.stdout.contains("::notice::pull request comment not written: the token lacks pull_requests=write."),
            "{}",
            answer.stdout
        );
        assert!(!answer.stdout.contains("::error::pull request"), "{}", answer.stdout);
        let outputs = runner.outputs();
        assert_eq!((outputs["comment-action"].as_str(), outputs["exit-code"].clone()), ("denied", code.to_string()));
        assert!(runner.summary().contains("###"), "the summary has it all the same");
    }
}

#[test]
fn nothing_is_asked_of_github_without_a_token_offline_or_with_the_comment_off() {
    let server = Server::new();
    for (arguments, variables) in [
        (&[][..], &[("GITHUB_TOKEN", "")][..]),
        (&["--offline"], &[]),
        (&["--comment", "off"], &[]),
        (&[], &[("PORTCULLIS_COMMENT", "off")]),
        (&[], &[("GITHUB_EVENT_NAME", "push")]),
    ] {
        PullRequest::new(true).run(arguments, &server, &Runner::new(), variables);
        assert_eq!(server.requests(), [""; 0], "{arguments:?} {variables:?}");
    }
}

#[test]
fn a_pull_request_that_has_moved_on_gets_nothing() {
    let (server, mut pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    // What the server says is the head; the event names the one that is judged.
    pull.head = "b".repeat(40);
    let answer = pull.run(&[], &server, &runner, &[]);
    assert!(server.bodies().is_empty());
    assert!(answer.stdout.contains("superseded by bbbbbbb"), "{}", answer.stdout);
    let summary = runner.summary();
    assert!(summary.ends_with("superseded: the head of the pull request is `bbbbbbb` by now.\n"), "{summary}");
    assert_eq!(runner.outputs()["comment-action"], "skipped");
}

#[test]
fn a_sink_that_was_sent_nothing_is_neither_delivered_nor_missing() {
    let (server, mut pull, runner) = (Server::new(), PullRequest::new(false), Runner::new());
    pull.head = "b".repeat(40);
    let answer = pull.run(&["--comment=off", "--review=all", "--require-publish"], &server, &runner, &[]);
    assert!(answer.stdout.contains("::notice::no review: "), "{}", answer.stdout);
    let delivered = runner.outputs()["delivered"].clone();
    assert_eq!((answer.code, delivered.split(',').any(|sink| sink == "review")), (0, false), "{delivered}");
}

#[test]
fn each_sink_of_a_pull_request_is_missed_under_its_own_name() {
    let comment = "pull request comment not written: ";
    let review = "review comments not written: ";
    for (arguments, told, silent) in [
        (&["--review=fail"][..], vec![review], vec![comment]),
        (&["--comment=off", "--review=fail"], vec![review], vec![comment]),
        (&["--comment=update"], vec![comment], vec![review]),
        (&["--comment=update", "--review=fail"], vec![comment, review], vec![]),
        (&[], vec![], vec![comment, review]),
    ] {
        for (offline, variables) in [(&["--offline"][..], &[][..]), (&[], &[("GITHUB_TOKEN", "")])] {
            let arguments = [arguments, offline].concat();
            let answer = PullRequest::new(false).run(&arguments, &Server::new(), &Runner::new(), variables);
            let says = |text: &&str| answer.stdout.contains(&format!("::notice::{text}"));
            assert!(told.iter().all(says) && !silent.iter().any(says), "{arguments:?}: {}", answer.stdout);
        }
    }
}

#[test]
fn certificates_that_cannot_be_read_are_told() {
    let answer =
        PullRequest::new(true).run(&[], &Server::new(), &Runner::new(), &[("PORTCULLIS_CA_BUNDLE", "/no/such.pem")]);
    let told = answer.stdout.lines().find(|line| line.starts_with("::notice::") && line.contains("/no/such.pem"));
    assert!(told.is_some(), "{}", answer.stdout);
}

#[test]
fn what_the_job_summary_leaves_out_is_among_the_limits() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    let limits = || pull.run(&["--comment=off", "-f", "json"], &server, &runner, &[]).document()["limits"].clone();
    assert_eq!(limits(), json!([]));
    // Another program of the step has taken most of the room.
    std::fs::write(runner.summary_path(), "x".repeat(998_000)).unwrap();
    assert_eq!(limits(), json!([{"what": "Markdown: findings", "kept": 0, "dropped": 1}]));
}

/// A bundle written by a run on a pull request of a fork.
fn bundle() -> (PullRequest, String) {
    bundle_of(PullRequest::new(true), &[])
}

/// The bundle of this pull request.
pub(crate) fn bundle_of(pull: PullRequest, arguments: &[&str]) -> (PullRequest, String) {
    let (server, runner) = (Server::new(), Runner::new());
    let directory = pull.outside.path().join("portcullis-bundle").display().to_string();
    let mut all = vec!["--bundle", &directory, "--comment", "off"];
    all.extend(arguments);
    let answer = pull.run(&all, &server, &runner, &[]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(runner.outputs()["delivered"].contains("bundle"));
    (pull, directory)
}

fn publish(pull: &PullRequest, directory: &str, server: &Server) -> Answer {
    server.state.lock().unwrap().head.clone_from(&pull.head);
    publish_to(pull, directory, server)
}

/// The same, whatever the head of the pull request is by now.
fn publish_to(pull: &PullRequest, directory: &str, server: &Server) -> Answer {
    let job = Publish { named: json!([]), runner: &Runner::new() };
    job.run_as_it_is(&pull.repository, pull, &[directory], server)
}

/// `publish` in another clone, with the pull request as GitHub knows it.
pub(crate) fn publish_from(clone: &Repository, pull: &PullRequest, arguments: &[&str], server: &Server) -> Answer {
    Publish { named: json!([]), runner: &Runner::new() }.run(clone, pull, arguments, server)
}

/// The job that publishes: the pull requests its event names, and the files it writes to.
pub(crate) struct Publish<'a> {
    pub(crate) named: Value,
    pub(crate) runner: &'a Runner,
}

impl Publish<'_> {
    pub(crate) fn run(&self, clone: &Repository, pull: &PullRequest, arguments: &[&str], server: &Server) -> Answer {
        let mut state = server.state.lock().unwrap();
        state.head.clone_from(&pull.head);
        state.base_sha = Some(pull.base.clone());
        drop(state);
        self.run_as_it_is(clone, pull, arguments, server)
    }

    fn run_as_it_is(&self, clone: &Repository, pull: &PullRequest, arguments: &[&str], server: &Server) -> Answer {
        let event = pull.outside.path().join("workflow_run.json");
        let payload = json!({"repository": {"full_name": "acme/shop"}, "workflow_run": {"id": 555, "run_attempt": 1,
            "event": "pull_request", "path": ".github/workflows/ci.yml", "head_sha": pull.head, "head_branch": "topic",
            "head_repository": {"full_name": "lea/shop"}, "pull_requests": self.named}});
        std::fs::write(&event, payload.to_string()).unwrap();
        let mut all = vec!["publish"];
        all.extend(arguments);
        let mut variables = self.runner.variables();
        variables.extend([
            ("GITHUB_EVENT_NAME", "workflow_run".to_owned()),
            ("GITHUB_EVENT_PATH", event.display().to_string()),
            ("GITHUB_REPOSITORY", "acme/shop".to_owned()),
            ("GITHUB_API_URL", server.url.clone()),
            ("GITHUB_TOKEN", "not-a-real-token".to_owned()),
        ]);
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clone.run_with(&all, &variables)
    }
}

#[test]
fn a_bundle_of_a_fork_is_posted_as_reported_and_linked_to_the_commit_of_the_event() {
    let (pull, directory) = bundle();
    let server = Server::new();
    // The change has written the bundle: it may claim anything.
    let path = std::path::Path::new(&directory).join("result.json");
    let mut result: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    result["context"] = json!({"repo": "evil/repo", "server_url": "https://evil.example", "pr": 1,
        "head_sha": "c".repeat(40), "run_id": 1});
    result["verdict"] = json!("pass");
    result["findings"][0]["id"] = json!("<img src=x> @everyone");
    std::fs::write(&path, result.to_string()).unwrap();
    let answer = publish(&pull, &directory, &server);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    let body = server.bodies().pop().unwrap_or_else(|| panic!("{}{}", answer.stdout, answer.stderr));
    assert!(body.starts_with("<!-- portcullis:comment v1 key=b803fcb7 -->\n### ℹ️ Reported"), "{body}");
    assert!(body.contains("not verified by this repository's code."), "{body}");
    assert!(body.contains(&pull.head) && !body.contains("evil") && !body.contains(&"c".repeat(40)), "{body}");
    assert!(body.contains("`<img src=x> @everyone`"), "{body}");
}

#[test]
fn a_bundle_that_claims_another_pull_request_is_told_and_not_believed() {
    let (pull, directory) = bundle();
    let server = Server::new();
    let meta = json!({"schema": "portcullis.bundle/1", "pr": 1, "head_sha": pull.head, "run_id": 555});
    std::fs::write(std::path::Path::new(&directory).join("meta.json"), meta.to_string()).unwrap();
    let answer = publish(&pull, &directory, &server);
    assert_eq!(server.bodies().len(), 1);
    assert!(answer.stdout.contains("::notice::the bundle claims another pull request than"), "{}", answer.stdout);
}

#[test]
fn a_bundle_for_a_head_that_is_gone_reaches_nobody() {
    let (pull, directory) = bundle();
    let server = Server::new();
    server.state.lock().unwrap().head = "e".repeat(40);
    let answer = publish_to(&pull, &directory, &server);
    assert_eq!((answer.code, server.bodies().len()), (0, 0), "{}", answer.stderr);
    assert!(answer.stderr.contains("superseded or closed"), "{}", answer.stderr);
}

#[test]
fn hostile_bundles_are_refused() {
    let (pull, directory) = bundle();
    let server = Server::new();
    let path = std::path::Path::new(&directory).join("result.json");
    let good = std::fs::read(&path).unwrap();
    let mut result: Value = serde_json::from_slice(&good).unwrap();
    let finding = json!({"id": "x"});
    result["findings"] = Value::Array(vec![finding; 20_001]);
    let many = result.to_string();
    let deep = "[".repeat(100_000);
    let other_schema = r#"{"schema": "portcullis.result/9"}"#;
    let large = format!("{{\"schema\": \"{}\"}}", "x".repeat(9 << 20));
    for (content, said) in [
        (many.as_str(), "20001 findings, more than 20000"),
        (&deep, "cannot be read"),
        (other_schema, "is no `portcullis.result/1`"),
        (&large, "`result.json` of the bundle"),
        ("", "cannot be read"),
    ] {
        std::fs::write(&path, content).unwrap();
        let answer = publish(&pull, &directory, &server);
        assert_eq!(answer.code, 3, "{said}: {}", answer.stderr);
        assert!(answer.stderr.contains(said), "{said}: {}", answer.stderr);
    }
    #[cfg(unix)]
    {
        std::fs::remove_file(&path).unwrap();
        let elsewhere = pull.outside.path().join("good.json");
        std::fs::write(&elsewhere, &good).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(publish(&pull, &directory, &server).code, 3, "a link");
    }
    assert!(server.bodies().is_empty());
}
