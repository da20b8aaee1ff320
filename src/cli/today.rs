//! Days: the one that the user names, and today's.

use ztp::syntax::ast::Date;
use ztp::world::clock;

/// Reads a day that exists, written `2027-03-31`.
pub fn parse(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a day that exists, as 2027-03-31".to_owned())
}

/// Today in UTC, by the system's clock.
pub fn utc() -> Date {
    Date::from_days(clock::days())
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
            assert_eq!(Date::from_days(days).to_string(), text);
        }
        assert_eq!(Date::from_days(u64::MAX).to_string(), "9999-12-31");
    }
}
