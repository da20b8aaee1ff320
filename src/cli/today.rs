//! Days: the one that the user names, and today's.

use std::time::{SystemTime, UNIX_EPOCH};
use ztp::syntax::ast::Date;

/// Reads a day that exists, written `2027-03-31`.
pub fn parse(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a day that exists, as 2027-03-31".to_owned())
}

/// Today in UTC, by the system's clock.
#[expect(clippy::disallowed_methods, reason = "the one place that asks the clock, on behalf of the user")]
pub fn utc() -> Date {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    from_days(seconds / 86_400)
}

/// The day that lies so many days after 1970-01-01; the last day of 9999 when it lies after that.
fn from_days(mut days: u64) -> Date {
    for year in 1970..=9999 {
        for month in 1..=12 {
            let length = Date::days_in(year, month).unwrap_or_default();
            if let Some(day) = u8::try_from(days).ok().filter(|day| *day < length) {
                return Date { year, month, day: day + 1 };
            }
            days -= u64::from(length);
        }
    }
    Date { year: 9999, month: 12, day: 31 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_exist() {
        for text in ["2027-03-31", "2028-02-29", "2000-02-29", "1970-01-01", "9999-12-31"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        for text in ["2027-02-29", "2100-02-29", "2027-13-01", "2027-00-01", "2027-01-00", "27-1-1", "2027-01-01-", ""]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_since_1970() {
        let known = [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_777, "2026-11-20")];
        for (days, text) in known {
            assert_eq!(from_days(days).to_string(), text);
        }
        assert_eq!(from_days(u64::MAX).to_string(), "9999-12-31");
    }
}
