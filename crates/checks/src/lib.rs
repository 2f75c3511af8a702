//! Checks of workflows, manifests and alert rules.
