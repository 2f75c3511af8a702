//! The contract with GitHub (spec/github-ux.md 19.1): everything that can be sent is in the published descriptions of the
//! API, and everything they show as an answer can be read. `cargo run -p xtask -- contract DIR` writes the descriptions.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use graphql_parser::query::{self, parse_query};
use graphql_parser::schema::{self, parse_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{NOTHING, endpoints};
use crate::api::address::shown;
use crate::api::{
    Annotation, AnnotationLevel, ApiError, CheckRunBody, CheckRunOutput, CheckRunState, CheckRunUpdate, Classifier,
    Client, Conclusion, GitHub, Method, Pace, Request, Response, ReviewBody, ReviewEvent, ReviewLine, SarifBody, Side,
    StatusBody, StatusState, Transport,
};
use crate::testing::StillClock;

const SHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const DESCRIPTIONS: [(&str, &str); 3] = [
    ("api.github.com", include_str!("../../../tests/contract/api.github.com.json")),
    ("oldest server", include_str!("../../../tests/contract/ghes-3.17.json")),
    ("newest server", include_str!("../../../tests/contract/ghes-3.19.json")),
];

#[derive(Deserialize)]
struct Operation {
    parameters: BTreeMap<String, Parameter>,
    body: Option<Value>,
    status: u16,
    examples: Vec<Value>,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "in")]
    place: String,
    required: bool,
    schema: Value,
}

/// Answers with the examples of a description and writes down what it does not know.
struct Describer {
    operations: BTreeMap<String, Operation>,
    /// Which of the examples of an operation is the answer.
    example: usize,
    broken: RefCell<Vec<String>>,
    used: RefCell<BTreeSet<String>>,
    answers: RefCell<usize>,
    documents: RefCell<Vec<Value>>,
}

impl Describer {
    fn new(description: &str, example: usize) -> Self {
        Self {
            operations: serde_json::from_str(description).unwrap(),
            example,
            broken: RefCell::default(),
            used: RefCell::default(),
            answers: RefCell::default(),
            documents: RefCell::default(),
        }
    }

    fn complain(&self, request: &Request, what: &str) {
        self.broken.borrow_mut().push(format!("{} {}: {what}", request.method, request.address));
    }

    /// The operation with the fewest free parts, and what stands in those.
    fn operation<'a>(&'a self, request: &Request) -> Option<(&'a str, &'a Operation, BTreeMap<String, String>)> {
        let path = shown(&request.address).replace("https://api.github.com", "");
        let fitting = self.operations.iter().filter_map(|(key, operation)| {
            let (method, template) = key.split_once(' ')?;
            let names = (method == request.method.to_string()).then(|| free_parts(template, &path)).flatten()?;
            Some((key.as_str(), operation, names))
        });
        fitting.min_by_key(|(_, _, names)| names.len())
    }

    fn judge_parameters(&self, request: &Request, operation: &Operation, path: &BTreeMap<String, String>) {
        let query = request.address.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let query: BTreeMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        for (name, value) in &query {
            match operation.parameters.get(*name).filter(|known| known.place == "query") {
                Some(known) if fits(&known.schema, &typed(value)) || fits(&known.schema, &json!(value)) => {}
                Some(_) => self.complain(request, &format!("`{value}` is no {name}")),
                None => self.complain(request, &format!("no parameter {name}")),
            }
        }
        for (name, value) in path {
            let known = operation.parameters.get(name).filter(|known| known.place == "path");
            if !known.is_some_and(|known| fits(&known.schema, &typed(value)) || fits(&known.schema, &json!(value))) {
                self.complain(request, &format!("`{value}` is no {name}"));
            }
        }
        for (name, known) in operation.parameters.iter().filter(|(_, known)| known.required) {
            if !path.contains_key(name) && !query.contains_key(name.as_str()) {
                self.complain(request, &format!("{} {name} is missing", known.place));
            }
        }
    }

    fn judge_body(&self, request: &Request, operation: &Operation) {
        match (&request.body, &operation.body) {
            (None, None) => {}
            (Some(body), Some(schema)) => {
                let body: Value = serde_json::from_str(body.get()).unwrap();
                if let Err(error) = jsonschema::validate(schema, &body) {
                    self.complain(request, &format!("{error} at {}", error.instance_path()));
                }
                for key in undeclared(schema, &body, "") {
                    self.complain(request, &format!("key {key} is not in the description"));
                }
            }
            (Some(_), None) => self.complain(request, "no body is described"),
            (None, Some(_)) => self.complain(request, "a body is described"),
        }
    }

    fn graphql(&self, request: &Request) -> Response {
        let body = request.body.as_ref().unwrap();
        self.documents.borrow_mut().push(serde_json::from_str(body.get()).unwrap());
        answer(200, br#"{"data":{"viewer":{"login":"octocat"}}}"#.to_vec(), "application/json")
    }
}

impl Transport for Describer {
    fn send(&self, request: &Request) -> Result<Response, ApiError> {
        if request.address == "https://api.github.com/graphql" {
            return Ok(self.graphql(request));
        }
        let Some((key, operation, path)) = self.operation(request) else {
            self.complain(request, "no such operation");
            return Ok(answer(404, Vec::new(), ""));
        };
        self.used.borrow_mut().insert(key.to_owned());
        self.judge_parameters(request, operation, &path);
        self.judge_body(request, operation);
        if key.ends_with("{archive_format}") {
            let empty = zip::write::ZipWriter::new(std::io::Cursor::new(Vec::new())).finish().unwrap();
            return Ok(answer(200, empty.into_inner(), "application/zip"));
        }
        if request.accept.contains("raw") {
            return Ok(answer(200, b"raw".to_vec(), "application/vnd.github.raw+json"));
        }
        let example = operation.examples.get(self.example).or(operation.examples.last());
        *self.answers.borrow_mut() += usize::from(operation.examples.len() > self.example);
        let body = example.map(|example| serde_json::to_vec(example).unwrap()).unwrap_or_default();
        Ok(answer(operation.status, body, "application/json"))
    }
}

fn answer(status: u16, body: Vec<u8>, kind: &str) -> Response {
    Response { status, headers: vec![("content-type".to_owned(), kind.to_owned())], body }
}

/// What stands in the free parts of a path; a file's path may have several segments.
fn free_parts(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (mut names, mut path) = (BTreeMap::new(), path.trim_start_matches('/'));
    let segments: Vec<_> = template.trim_start_matches('/').split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        let (part, rest) = if last { (path, "") } else { path.split_once('/')? };
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !part.contains('/') || name == "path" => {
                names.insert(name.to_owned(), part.to_owned());
            }
            None if part == *segment => {}
            _ => return None,
        }
        path = rest;
    }
    Some(names)
}

fn typed(text: &str) -> Value {
    text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number))
}

fn fits(schema: &Value, value: &Value) -> bool {
    jsonschema::is_valid(schema, value)
}

/// Keys the description does not name: most bodies would take any.
fn undeclared(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let ways = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let schemas: Vec<_> = std::iter::once(schema).chain(ways).collect();
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                let at = format!("{at}/{key}");
                let known = schemas.iter().find_map(|schema| schema.get("properties")?.get(key));
                known.map_or_else(|| vec![at.clone()], |schema| undeclared(schema, value, &at))
            })
            .collect(),
        Value::Array(items) => {
            let schema = schemas.iter().find_map(|schema| schema.get("items"));
            schema.map_or_else(Vec::new, |schema| items.iter().flat_map(|item| undeclared(schema, item, at)).collect())
        }
        _ => Vec::new(),
    }
}

fn output() -> CheckRunOutput {
    let text = || Some("x".to_owned());
    let annotation = Annotation {
        path: "a".to_owned(),
        start_line: 1,
        end_line: 1,
        start_column: Some(1),
        end_column: Some(2),
        annotation_level: AnnotationLevel::Notice,
        message: "m".to_owned(),
        title: "t".to_owned(),
        raw_details: text(),
    };
    let levels = [AnnotationLevel::Notice, AnnotationLevel::Warning, AnnotationLevel::Failure];
    let annotations = levels.map(|annotation_level| Annotation { annotation_level, ..annotation.clone() }).to_vec();
    CheckRunOutput { title: "t".to_owned(), summary: "s".to_owned(), text: text(), annotations }
}

/// Every operation, with every key its body can have.
fn reads(github: &dyn GitHub) -> Vec<(&'static str, Result<(), ApiError>)> {
    vec![
        ("repository", github.repository().map(drop)),
        ("pull", github.pull(1).map(drop)),
        ("pulls_by_head", github.pulls_by_head("octocat", "feature/x").map(drop)),
        ("pull_files", github.pull_files(1).map(drop)),
        ("issue_comments", github.issue_comments(1).map(drop)),
        ("issue_comment", github.issue_comment(1).map(drop)),
        ("review_comments", github.review_comments(1).map(drop)),
        ("reviews", github.reviews(1).map(drop)),
        ("contents", github.contents(".github/portcullis.yaml", SHA).map(drop)),
        ("git_tree", github.git_tree(SHA).map(drop)),
        ("blob", github.blob(SHA).map(drop)),
        ("compare", github.compare(SHA, SHA).map(drop)),
        ("check_runs", github.check_runs(SHA, "portcullis").map(drop)),
        ("check_run", github.check_run(1).map(drop)),
        ("run_artifacts", github.run_artifacts(1).map(drop)),
        ("artifact", github.artifact(1).map(drop)),
        ("rate_limit", github.rate_limit().map(drop)),
        ("codeowners_errors", github.codeowners_errors("refs/heads/main").map(drop)),
        ("sarif_status", github.sarif_status("47177e22-5596-11eb-80a1-c1e54ef945c6").map(drop)),
        ("viewer_login", github.viewer_login().map(drop)),
    ]
}

fn writes(github: &dyn GitHub) -> Vec<(&'static str, Result<(), ApiError>)> {
    let line = ReviewLine {
        path: "a".to_owned(),
        line: 3,
        side: Side::Right,
        start_line: Some(2),
        start_side: Some(Side::Right),
        body: "b".to_owned(),
    };
    let review = ReviewBody {
        commit_id: SHA.to_owned(),
        body: "b".to_owned(),
        event: ReviewEvent::Comment,
        comments: vec![line],
    };
    let update = CheckRunUpdate { output: output() };
    let sarif = SarifBody {
        commit_sha: SHA.to_owned(),
        reference: "refs/pull/1/merge".to_owned(),
        sarif: "eA==".to_owned(),
        tool_name: "portcullis".to_owned(),
    };
    let mut done = vec![
        ("create_issue_comment", github.create_issue_comment(1, "b", NOTHING).map(drop)),
        ("update_issue_comment", github.update_issue_comment(1, "b").map(drop)),
        ("delete_issue_comment", github.delete_issue_comment(1)),
        ("create_review", github.create_review(1, &review, &|| Ok(None)).map(drop)),
        ("delete_review_comment", github.delete_review_comment(1)),
        ("update_check_run", github.update_check_run(1, &update, &|| Ok(None)).map(drop)),
        ("upload_sarif", github.upload_sarif(&sarif).map(drop)),
        ("unminimize_comment", github.unminimize_comment("IC_1")),
    ];
    for conclusion in [Conclusion::Success, Conclusion::Failure, Conclusion::ActionRequired, Conclusion::Neutral] {
        let body = CheckRunBody {
            name: "portcullis".to_owned(),
            head_sha: SHA.to_owned(),
            status: CheckRunState::Completed,
            conclusion,
            details_url: Some("https://github.com/o/r/actions/runs/1".to_owned()),
            external_id: "portcullis:1:1:gate".to_owned(),
            output: output(),
        };
        done.push(("create_check_run", github.create_check_run(&body, &|| Ok(None)).map(drop)));
    }
    for state in [StatusState::Success, StatusState::Failure, StatusState::Error, StatusState::Pending] {
        let target_url = Some("https://github.com/o/r/actions/runs/1".to_owned());
        let body = StatusBody { state, context: "portcullis/gate".to_owned(), description: "d".to_owned(), target_url };
        done.push(("create_status", github.create_status(SHA, &body).map(drop)));
    }
    for why in [Classifier::Resolved, Classifier::Outdated] {
        done.push(("minimize_comment", github.minimize_comment("IC_1", why)));
    }
    done
}

/// Everything there is, once, over a describer; what failed to be read.
fn everything(describer: &Describer) -> Vec<String> {
    let pace = Pace::new(Box::new(StillClock::at(0)), Duration::ZERO);
    let client = Client::new(describer, &pace, &endpoints("https://api.github.com"), "octocat/hello-world").unwrap();
    let results = reads(&client).into_iter().chain(writes(&client));
    results.filter_map(|(name, result)| result.err().map(|error| format!("{name}: {error}"))).collect()
}

#[test]
fn every_request_is_described_and_every_described_answer_can_be_read() {
    for (name, description) in DESCRIPTIONS {
        let operations: BTreeMap<String, Operation> = serde_json::from_str(description).unwrap();
        let most = operations.values().map(|operation| operation.examples.len()).max().unwrap();
        let mut answers = 0;
        for example in 0..most {
            let describer = Describer::new(description, example);
            assert_eq!(everything(&describer), [""; 0], "{name}, example {example}");
            assert_eq!(describer.broken.take(), [""; 0], "{name}");
            assert_eq!(describer.used.take().len(), operations.len(), "{name}: an operation nobody sends");
            answers += describer.answers.take();
        }
        assert!(answers >= 25, "{name}: {answers} answers");
    }
}

#[test]
fn what_is_not_described_is_noticed() {
    let (_, description) = DESCRIPTIONS[0];
    let describer = Describer::new(description, 0);
    let send = |method, path: &str, body: Option<Value>| {
        let address = format!("https://api.github.com/repos/o/r/{path}");
        describer.send(&crate::api::exchange::request(method, address, body.as_ref()).unwrap()).unwrap();
    };
    send(Method::Get, "no-such-thing", None);
    send(Method::Get, "pulls/x", None);
    send(Method::Get, "issues/1/comments?page_size=3", None);
    send(Method::Get, "pulls?state=merged", None);
    send(Method::Post, "issues/1/comments", None);
    send(Method::Post, "issues/1/comments", Some(json!({"text": "b"})));
    send(Method::Post, "issues/1/comments", Some(json!({"body": "b", "extra": 1})));
    let run = json!({"name": "n", "head_sha": SHA, "status": "completed", "conclusion": "bad"});
    send(Method::Post, "check-runs", Some(run));
    let broken = describer.broken.take();
    for (index, words) in [
        "no such",
        "is no pull_number",
        "no parameter page_size",
        "`merged` is no state",
        "a body is",
        "required",
        "/text",
        "/extra",
        "bad",
    ]
    .iter()
    .enumerate()
    {
        assert!(broken.get(index).is_some_and(|line| line.contains(words)), "{words}: {broken:#?}");
    }
}

/// What a document asks of a schema that the schema does not have.
struct Checked<'a> {
    types: BTreeMap<&'a str, &'a schema::TypeDefinition<'a, &'a str>>,
    variables: BTreeMap<&'a str, &'a query::Type<'a, &'a str>>,
    broken: Vec<String>,
}

impl<'a> Checked<'a> {
    fn fields_of(&self, name: &str) -> Vec<&'a schema::Field<'a, &'a str>> {
        match self.types.get(name) {
            Some(schema::TypeDefinition::Object(of)) => of.fields.iter().collect(),
            Some(schema::TypeDefinition::Interface(of)) => of.fields.iter().collect(),
            _ => Vec::new(),
        }
    }

    fn selection(&mut self, of: &str, set: &'a query::SelectionSet<'a, &'a str>) {
        for selection in &set.items {
            let query::Selection::Field(asked) = selection else { panic!("only fields are asked for") };
            let Some(field) = self.fields_of(of).into_iter().find(|field| field.name == asked.name) else {
                self.broken.push(format!("{of} has no {}", asked.name));
                continue;
            };
            self.arguments(asked.name, &field.arguments, &asked.arguments);
            let kind = bare(&field.field_type);
            if asked.selection_set.items.is_empty() == self.types.contains_key(kind) {
                self.broken.push(format!("{}: fields of {kind} are asked for exactly where it has some", asked.name));
            }
            self.selection(kind, &asked.selection_set);
        }
    }

    fn arguments(
        &mut self,
        of: &str,
        known: &[schema::InputValue<'a, &'a str>],
        given: &[(&'a str, query::Value<'a, &'a str>)],
    ) {
        for (name, value) in given {
            match known.iter().find(|known| known.name == *name) {
                Some(known) => self.value(&known.value_type, value),
                None => self.broken.push(format!("{of} takes no {name}")),
            }
        }
        let is_given = |name: &str| given.iter().any(|(given, _)| *given == name);
        for known in known.iter().filter(|known| matches!(known.value_type, schema::Type::NonNullType(_))) {
            if !is_given(known.name) {
                self.broken.push(format!("{of} wants {}", known.name));
            }
        }
    }

    fn value(&mut self, kind: &schema::Type<'a, &'a str>, value: &query::Value<'a, &'a str>) {
        match value {
            query::Value::Variable(name) => {
                let declared = self.variables.get(name).map(ToString::to_string);
                if declared.as_deref() != Some(kind.to_string().as_str()) {
                    self.broken.push(format!("${name} is {declared:?}, not {kind}"));
                }
            }
            query::Value::Object(members) => {
                let Some(schema::TypeDefinition::InputObject(input)) = self.types.get(bare(kind)).copied() else {
                    return self.broken.push(format!("{kind} is no object"));
                };
                let given: Vec<_> = members.iter().map(|(name, value)| (*name, value.clone())).collect();
                self.arguments(input.name, &input.fields, &given);
            }
            other => self.broken.push(format!("{other} is written out")),
        }
    }
}

fn bare<'a>(kind: &schema::Type<'a, &'a str>) -> &'a str {
    match kind {
        schema::Type::NamedType(name) => name,
        schema::Type::ListType(inner) | schema::Type::NonNullType(inner) => bare(inner),
    }
}

/// What is wrong with a document, and the variables it declares.
fn faults(schema: &str, document: &str) -> (Vec<String>, BTreeSet<String>) {
    let schema = parse_schema::<&str>(schema).unwrap();
    let types = schema.definitions.iter().filter_map(|definition| match definition {
        schema::Definition::TypeDefinition(of) => Some((
            match of {
                schema::TypeDefinition::Object(of) => of.name,
                schema::TypeDefinition::Interface(of) => of.name,
                schema::TypeDefinition::InputObject(of) => of.name,
                // Their values have no fields.
                _ => return None,
            },
            of,
        )),
        _ => None,
    });
    let document = parse_query::<&str>(document).unwrap();
    let (root, variables, set) = match document.definitions.first().unwrap() {
        query::Definition::Operation(query::OperationDefinition::Query(of)) => {
            ("Query", &of.variable_definitions, &of.selection_set)
        }
        query::Definition::Operation(query::OperationDefinition::Mutation(of)) => {
            ("Mutation", &of.variable_definitions, &of.selection_set)
        }
        other => panic!("{other:?}"),
    };
    let variables: BTreeMap<_, _> = variables.iter().map(|variable| (variable.name, &variable.var_type)).collect();
    let declared = variables.keys().map(ToString::to_string).collect();
    let mut checked = Checked { types: types.collect(), variables, broken: Vec::new() };
    checked.selection(root, set);
    (checked.broken, declared)
}

const SCHEMA: &str = include_str!("../../../tests/contract/schema.graphql");

#[test]
fn the_graphql_documents_fit_the_schema() {
    let describer = Describer::new(DESCRIPTIONS[0].1, 0);
    everything(&describer);
    let documents = describer.documents.take();
    assert_eq!(documents.len(), 4);
    for request in documents {
        let document = request["query"].as_str().unwrap();
        let (faults, declared) = faults(SCHEMA, document);
        assert_eq!(faults, [""; 0], "{document}");
        let variables = request["variables"].as_object().unwrap();
        assert_eq!(variables.keys().cloned().collect::<BTreeSet<_>>(), declared, "{document}");
        if let Some(classifier) = variables.get("classifier").and_then(Value::as_str) {
            assert!(SCHEMA.lines().any(|line| line.trim() == classifier), "{classifier}");
        }
    }
}

#[test]
fn a_document_that_does_not_fit_is_noticed() {
    for (document, fault) in [
        ("query { viewer { name } }", "User has no name"),
        ("query { viewer }", "fields of User"),
        ("query { viewer { login { x } } }", "fields of String"),
        ("query($id: ID!) { viewer(id: $id) { login } }", "viewer takes no id"),
        ("mutation { minimizeComment { clientMutationId } }", "minimizeComment wants input"),
        ("mutation($id: ID!) { minimizeComment(input: {subjectId: $id}) { clientMutationId } }", "wants classifier"),
        ("mutation($id: String!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }", "$id is"),
        ("mutation { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }", "$id is None"),
    ] {
        let (faults, _) = faults(SCHEMA, document);
        assert!(faults.iter().any(|line| line.contains(fault)), "{document}: {faults:?}");
    }
}
