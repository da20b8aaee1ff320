//! The four ways to show findings.
