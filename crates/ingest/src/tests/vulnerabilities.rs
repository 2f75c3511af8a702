//! What the reports of vulnerability scanners mean.
