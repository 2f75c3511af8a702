//! What is accepted, as VEX: statements that other scanners and the readers of a bill of materials understand.

mod cyclonedx;
mod openvex;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

pub use cyclonedx::cyclonedx_vex;
pub use openvex::openvex;

/// One weakness in some packages, and what is thought of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct VexStatement {
    /// Advisory.
    pub advisory: String,
    /// The exception, or the entry of an ignore file, that says so.
    pub exception: String,
    /// Other names of the advisory.
    pub aliases: BTreeSet<String>,
    /// Package URLs.
    pub packages: BTreeSet<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// First day.
    pub created: Option<Date>,
    /// Last day.
    pub expires: Option<Date>,
    /// The package is not affected, for this reason; without one it is affected and nobody will mend it for now.
    pub not_affected: Option<Justification>,
}

/// Everything a document says besides its statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VexFrame {
    /// Who says it.
    pub author: String,
    /// When.
    pub timestamp: Timestamp,
    /// Version of portcullis.
    pub version: String,
}

/// Why a package is not affected, in the words of OpenVEX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Justification {
    /// The component is not in the product.
    ComponentNotPresent,
    /// The vulnerable code is not in the component.
    VulnerableCodeNotPresent,
    /// The vulnerable code is never run.
    VulnerableCodeNotInExecutePath,
    /// An attacker cannot reach the vulnerable code.
    VulnerableCodeCannotBeControlledByAdversary,
    /// The product itself prevents the exploitation.
    InlineMitigationsAlreadyExist,
}

impl Justification {
    /// Every word.
    pub const ALL: [Self; 5] = [
        Self::ComponentNotPresent,
        Self::VulnerableCodeNotPresent,
        Self::VulnerableCodeNotInExecutePath,
        Self::VulnerableCodeCannotBeControlledByAdversary,
        Self::InlineMitigationsAlreadyExist,
    ];

    /// The word of OpenVEX.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ComponentNotPresent => "component_not_present",
            Self::VulnerableCodeNotPresent => "vulnerable_code_not_present",
            Self::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
            Self::VulnerableCodeCannotBeControlledByAdversary => "vulnerable_code_cannot_be_controlled_by_adversary",
            Self::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
        }
    }
}

/// What people read: the reason, who answers for it, and until when.
fn detail(statement: &VexStatement) -> String {
    let mut detail = statement.reason.clone();
    let mut facts = vec![format!("exception {}", statement.exception)];
    facts.extend(statement.owner.as_ref().map(|owner| format!("owner {owner}")));
    facts.extend(statement.expires.map(|expires| format!("until {expires}")));
    if !detail.is_empty() {
        detail.push(' ');
    }
    detail.extend(["(", &facts.join(", "), ")"]);
    detail
}

/// A day as the moment it begins in UTC.
fn moment(day: Date) -> String {
    format!("{day}T00:00:00Z")
}

/// The digest that names a document: the same statements give the same name.
fn digest(statements: &[VexStatement], frame: &VexFrame) -> String {
    portcullis_model::fingerprint::hex(&<sha2::Sha256 as sha2::Digest>::digest(format!("{frame:?}{statements:?}")))
}

#[cfg(test)]
mod tests;
