//! What a plain scalar stands for.
//!
//! The rules are those of go.yaml.in/yaml v2.4.3, `resolve.go`, and of the JSON that sigs.k8s.io/yaml v1.6.0 makes of
//! the outcome. Dates need no rule: what looks like one is a string in JSON.

use super::node::Value;
use super::problem::Problem;
use std::borrow::Cow;

/// The value of a scalar without quotes and without a tag.
pub(super) fn plain(text: Cow<'_, str>) -> Result<Value<'_>, Problem> {
    Ok(match resolve(&text)? {
        None => Value::String(text),
        Some(Value::Float(number)) => json_number(number),
        Some(value) => value,
    })
}

/// The value of a scalar with one of YAML's own tags, of which `tag` is the end: `int`.
pub(super) fn tagged<'t>(tag: &str, text: Cow<'t, str>) -> Result<Value<'t>, Problem> {
    let fits = match (tag, resolve(&text)?) {
        ("str", _) => return Ok(Value::String(text)),
        ("null", Some(Value::Null)) | ("bool", Some(Value::Bool(_))) => true,
        ("int" | "float", Some(Value::Int(_))) | ("float", Some(Value::Float(_))) => true,
        _ => false,
    };
    if fits { plain(text) } else { Err(Problem::Tag(format!("!!{tag}"))) }
}

/// What a scalar stands for unless it is a string.
fn resolve(text: &str) -> Result<Option<Value<'static>>, Problem> {
    match text.as_bytes().first() {
        None => Ok(Some(Value::Null)),
        Some(b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => Ok(word(text)),
        Some(b'.') => fraction(text),
        Some(b'0'..=b'9' | b'+' | b'-') => number(text),
        Some(_) => Ok(None),
    }
}

/// Booleans and nothing: in lower case, in upper case, or with a capital.
fn word(text: &str) -> Option<Value<'static>> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => return None,
    })
}

/// What begins with a point: Go takes `_` between digits here (`strconv.ParseFloat`), and nowhere else.
fn fraction(text: &str) -> Result<Option<Value<'static>>, Problem> {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let between = |at: usize| digit(text.as_bytes().get(at - 1)) && digit(text.as_bytes().get(at + 1));
    if text.match_indices('_').all(|(at, _)| between(at)) { float(&text.replace('_', "")) } else { Ok(None) }
}

/// What begins with a digit or a sign, unless it is a string: there `_` may stand anywhere.
fn number(text: &str) -> Result<Option<Value<'static>>, Problem> {
    if matches!(text, "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF") {
        return Err(Problem::NotFinite);
    }
    let text = &*if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(integer) = integer(text) {
        return Ok(Some(integer));
    }
    if let Some(float) = float(text)? {
        return Ok(Some(float));
    }
    // Go looks at `0b` once more, and lets a sign stand behind it.
    let binary = text.strip_prefix("0b").and_then(|digits| i64::from_str_radix(digits, 2).ok());
    Ok(binary.map(Value::Int))
}

/// `ParseInt` of Go with base 0, then `ParseUint`.
fn integer(text: &str) -> Option<Value<'static>> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("+", text.get(1..)?),
        _ => ("", text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // Rust would allow one more sign.
    if !digits.as_bytes().first()?.is_ascii_hexdigit() {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    let signed = if sign == "-" { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
    match signed {
        Some(number) => Some(Value::Int(number)),
        // JSON has it exactly; Kubernetes then reads what does not fit 64 bits with a sign as a float.
        None if sign.is_empty() => Some(Value::Float(magnitude as f64)),
        None => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, unless it is too large for 64 bits; then it is a string.
fn float(text: &str) -> Result<Option<Value<'static>>, Problem> {
    if matches!(text, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(Problem::NotFinite);
    }
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = unsigned.split_at(digits(unsigned));
    let (point, rest) = rest.strip_prefix('.').map_or((false, rest), |rest| (true, rest));
    let (fraction, rest) = rest.split_at(if point { digits(rest) } else { 0 });
    let exponent = rest.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['-', '+']).unwrap_or(rest));
    let complete = exponent.map_or(rest.is_empty(), |power| !power.is_empty() && digits(power) == power.len());
    if (whole.is_empty() && fraction.is_empty()) || !complete {
        return Ok(None);
    }
    Ok(text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float))
}

/// What Kubernetes reads where JSON has this number. Go writes a float below 10²¹ without an exponent, and without a
/// point if it is whole (`encoding/json`, `floatEncoder`); what looks like an integer is read as one.
fn json_number(number: f64) -> Value<'static> {
    let written = if number.abs() < 1e21 { format!("{number}").parse().ok() } else { None };
    written.map_or(Value::Float(number), Value::Int)
}
