//! The clock, on behalf of the user: the core has none.

use std::time::{SystemTime, UNIX_EPOCH};

/// The length of a day.
const SECONDS: u64 = 86_400;

/// Today in UTC, as days since 1970-01-01.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
pub fn days() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) / SECONDS
}
