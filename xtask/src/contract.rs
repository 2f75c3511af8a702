//! `contract DIR`: reduces the published descriptions of the API of GitHub to the operations that are used. DIR holds the
//! unpacked npm packages `@octokit/openapi` as `openapi` and `@octokit/graphql-schema` as `graphql-schema`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::{Map, Value, json};

use crate::read;

/// Where the reduced files stand.
const TARGET: &str = "crates/github/tests/contract";

const OPERATIONS: &[(&str, &str)] = &[
    ("get", "/rate_limit"),
    ("get", "/repos/{owner}/{repo}"),
    ("get", "/repos/{owner}/{repo}/pulls"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}/files"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}/comments"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"),
    ("post", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"),
    ("delete", "/repos/{owner}/{repo}/pulls/comments/{comment_id}"),
    ("get", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("get", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("patch", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("delete", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("get", "/repos/{owner}/{repo}/contents/{path}"),
    ("get", "/repos/{owner}/{repo}/git/trees/{tree_sha}"),
    ("get", "/repos/{owner}/{repo}/git/blobs/{file_sha}"),
    ("get", "/repos/{owner}/{repo}/compare/{basehead}"),
    ("get", "/repos/{owner}/{repo}/commits/{ref}/check-runs"),
    ("post", "/repos/{owner}/{repo}/check-runs"),
    ("get", "/repos/{owner}/{repo}/check-runs/{check_run_id}"),
    ("patch", "/repos/{owner}/{repo}/check-runs/{check_run_id}"),
    ("get", "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts"),
    ("get", "/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}"),
    ("get", "/repos/{owner}/{repo}/codeowners/errors"),
    ("post", "/repos/{owner}/{repo}/statuses/{sha}"),
    ("post", "/repos/{owner}/{repo}/code-scanning/sarifs"),
    ("get", "/repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}"),
];

/// Types of the GraphQL schema, with the fields that are kept; all where none is named.
const TYPES: &[(&str, &[&str])] = &[
    ("Query", &["viewer"]),
    ("User", &["login"]),
    ("Mutation", &["minimizeComment", "unminimizeComment"]),
    ("MinimizeCommentInput", &[]),
    ("MinimizeCommentPayload", &[]),
    ("UnminimizeCommentInput", &[]),
    ("UnminimizeCommentPayload", &[]),
    ("Minimizable", &[]),
    ("ReportedContentClassifiers", &[]),
];

/// Reads the packages below `directory` and writes the reduced files: github.com, the oldest and the newest server.
pub(crate) fn write(root: &Path, directory: &Path) -> Result<()> {
    let generated = directory.join("openapi/generated");
    let mut servers = Vec::new();
    for entry in std::fs::read_dir(&generated).with_context(|| generated.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let version = name.strip_prefix("ghes-3.").and_then(|rest| rest.strip_suffix(".json"));
        servers.extend(version.and_then(|version| version.parse::<u32>().ok()));
    }
    servers.sort_unstable();
    let ends = [servers.first(), servers.last()].into_iter().flatten().map(|version| format!("ghes-3.{version}"));
    for name in std::iter::once("api.github.com".to_owned()).chain(ends) {
        let description = parsed(&generated.join(format!("{name}.json")))?;
        let text = reduced(&description).with_context(|| name.clone())?;
        put(&root.join(TARGET).join(format!("{name}.json")), &text)?;
    }
    let schema = parsed(&directory.join("graphql-schema/schema.json"))?;
    put(&root.join(TARGET).join("schema.graphql"), &schema_of(&schema)?)
}

fn parsed(path: &Path) -> Result<Value> {
    serde_json::from_str(&read(path)?).with_context(|| path.display().to_string())
}

fn put(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| path.display().to_string())
}

/// One operation on a line, so that a change of one is a change of one line.
fn reduced(description: &Value) -> Result<String> {
    let mut lines = Vec::new();
    for (method, path) in OPERATIONS {
        // The same operation with the two ends of a comparison as two parameters in older descriptions.
        let found = operation(description, method, path);
        let found = found.or_else(|| operation(description, method, &path.replace("{basehead}", "{base}...{head}")));
        let operation = found.ok_or_else(|| anyhow!("no {method} {path}"))?;
        let key = Value::String(format!("{} {path}", method.to_uppercase()));
        lines.push(format!("{key}: {}", reduced_operation(description, operation)?));
    }
    Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
}

fn operation<'a>(description: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    description.get("paths")?.get(path)?.get(method)
}

fn reduced_operation(description: &Value, operation: &Value) -> Result<Value> {
    let mut parameters = BTreeMap::new();
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let parameter = resolved(description, parameter)?;
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let schema = parameter.get("schema").map(|schema| inlined(description, schema, 0)).transpose()?;
        let required = parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
        parameters.insert(text("name"), json!({"in": text("in"), "required": required, "schema": schema}));
    }
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    let body = body.map(|schema| inlined(description, schema, 0)).transpose()?;
    let responses = operation.get("responses").and_then(Value::as_object).context("no responses")?;
    let success = responses.iter().find(|(status, _)| status.starts_with('2') || status.starts_with('3'));
    let (status, response) = success.context("no response that is a success")?;
    let response = resolved(description, response)?;
    let mut examples = Vec::new();
    let media = response.pointer("/content/application~1json");
    let named = media.and_then(|media| media.get("examples")).and_then(Value::as_object);
    for example in named.into_iter().flat_map(Map::values) {
        let example = resolved(description, example)?;
        examples.extend(example.get("value").map(without_links));
    }
    let status: u16 = status.parse()?;
    Ok(json!({"parameters": parameters, "body": body, "status": status, "examples": examples}))
}

fn resolved<'a>(description: &'a Value, value: &'a Value) -> Result<&'a Value> {
    let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
    let pointer = reference.strip_prefix('#').with_context(|| reference.to_owned())?;
    resolved(description, description.pointer(pointer).with_context(|| reference.to_owned())?)
}

/// A schema without references and prose, as JSON Schema: the description writes `nullable` where that has a type `null`.
fn inlined(description: &Value, schema: &Value, depth: usize) -> Result<Value> {
    anyhow::ensure!(depth < 32, "a schema that holds itself");
    let inner = |value: &Value| inlined(description, value, depth + 1);
    let Value::Object(members) = resolved(description, schema)? else { return Ok(schema.clone()) };
    let mut kept = Map::new();
    for (key, value) in members {
        let value = match (key.as_str(), value) {
            ("description" | "nullable" | "title", Value::String(_) | Value::Bool(_))
            | ("example" | "examples" | "default", _) => continue,
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter().map(|(name, schema)| Ok((name.clone(), inner(schema)?)));
                Value::Object(properties.collect::<Result<_>>()?)
            }
            (_, Value::Array(items)) => Value::Array(items.iter().map(inner).collect::<Result<_>>()?),
            (_, Value::Object(_)) => inner(value)?,
            (_, value) => value.clone(),
        };
        kept.insert(key.clone(), value);
    }
    if members.get("nullable") == Some(&Value::Bool(true))
        && let Some(Value::String(kind)) = kept.get("type").cloned()
    {
        kept.insert("type".to_owned(), json!([kind, "null"]));
    }
    Ok(Value::Object(kept))
}

/// An example without its addresses: they are two thirds of it and none is followed.
fn without_links(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_link = |key: &str| key == "_links" || key == "url" || key.ends_with("_url") && key != "html_url";
            let kept = members.iter().filter(|(key, _)| !is_link(key));
            Value::Object(kept.map(|(key, value)| (key.clone(), without_links(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_links).collect()),
        other => other.clone(),
    }
}

/// The types that are used, in the language of schemas.
fn schema_of(introspected: &Value) -> Result<String> {
    let schema = introspected.get("data").unwrap_or(introspected).get("__schema").context("no `__schema`")?;
    let types = schema.get("types").and_then(Value::as_array).context("no types")?;
    let mut text = String::from("schema { query: Query mutation: Mutation }\n");
    for (name, fields) in TYPES {
        let named = |of: &&Value| of.get("name").and_then(Value::as_str) == Some(name);
        let found = types.iter().find(named).with_context(|| format!("no type {name}"))?;
        text.push_str(&type_of(found, fields).with_context(|| (*name).to_owned())?);
    }
    Ok(text)
}

fn type_of(found: &Value, fields: &[&str]) -> Result<String> {
    let name = name_of(found)?;
    let (keyword, members) = match found.get("kind").and_then(Value::as_str) {
        Some("OBJECT") => ("type", "fields"),
        Some("INTERFACE") => ("interface", "fields"),
        Some("INPUT_OBJECT") => ("input", "inputFields"),
        Some("ENUM") => ("enum", "enumValues"),
        kind => anyhow::bail!("a type of kind {kind:?}"),
    };
    let mut text = format!("{keyword} {name} {{\n");
    for member in found.get(members).and_then(Value::as_array).context("no members")? {
        let name = name_of(member)?;
        if !fields.is_empty() && !fields.contains(&name) {
            continue;
        }
        let mut arguments = Vec::new();
        for argument in member.get("args").and_then(Value::as_array).into_iter().flatten() {
            arguments.push(format!("{}: {}", name_of(argument)?, reference(argument.get("type"))?));
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let kind = member.get("type").map(|kind| reference(Some(kind))).transpose()?;
        let kind = kind.map(|kind| format!(": {kind}")).unwrap_or_default();
        // Writing to a string never fails.
        let _ = writeln!(text, "  {name}{arguments}{kind}");
    }
    text.push_str("}\n");
    Ok(text)
}

fn name_of(value: &Value) -> Result<&str> {
    value.get("name").and_then(Value::as_str).context("no name")
}

fn reference(kind: Option<&Value>) -> Result<String> {
    let kind = kind.context("no type")?;
    match kind.get("kind").and_then(Value::as_str) {
        Some("NON_NULL") => Ok(format!("{}!", reference(kind.get("ofType"))?)),
        Some("LIST") => Ok(format!("[{}]", reference(kind.get("ofType"))?)),
        _ => Ok(name_of(kind)?.to_owned()),
    }
}
