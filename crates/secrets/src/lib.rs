//! Secrets in files, found with gitleaks-compatible rules.
