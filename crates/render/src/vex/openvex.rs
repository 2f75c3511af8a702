//! OpenVEX 0.2.0.

use serde::Serialize;

use super::{VexFrame, VexStatement, detail, digest, moment};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: &'a str,
    timestamp: String,
    version: u32,
    tooling: String,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
#[allow(clippy::struct_field_names, reason = "the names of OpenVEX")]
struct Statement<'a> {
    vulnerability: Vulnerability<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    products: Vec<Product<'a>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<String>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
}

#[derive(Serialize)]
struct Product<'a> {
    #[serde(rename = "@id")]
    id: &'a str,
    identifiers: Identifiers<'a>,
}

#[derive(Serialize)]
struct Identifiers<'a> {
    purl: &'a str,
}

/// The document, with a final line break. What is accepted is `affected`, with the reason as the action statement.
pub fn openvex(statements: &[VexStatement], frame: &VexFrame) -> Result<Vec<u8>, String> {
    let document = Document {
        context: "https://openvex.dev/ns/v0.2.0",
        id: format!("https://openvex.dev/docs/public/vex-{}", digest(statements, frame)),
        author: &frame.author,
        timestamp: frame.timestamp.to_string(),
        version: 1,
        tooling: format!("portcullis {}", frame.version),
        statements: statements.iter().map(statement).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn statement(statement: &VexStatement) -> Statement<'_> {
    let justification = statement.not_affected.map(super::Justification::as_str);
    let said = detail(statement);
    let (impact_statement, action_statement) =
        if justification.is_some() { (Some(said), None) } else { (None, Some(said)) };
    Statement {
        vulnerability: Vulnerability {
            name: &statement.advisory,
            aliases: statement.aliases.iter().map(String::as_str).collect(),
        },
        timestamp: statement.created.map(moment),
        products: statement
            .packages
            .iter()
            .map(|purl| Product { id: purl, identifiers: Identifiers { purl } })
            .collect(),
        status: if justification.is_some() { "not_affected" } else { "affected" },
        justification,
        impact_statement,
        action_statement,
    }
}
