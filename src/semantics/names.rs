//! DNS patterns as sets of names.
//!
//! A name is one or more labels with dots between them, each of one or more of the characters `-`, `_`, `a` to `z` and
//! `0` to `9`; case is folded. `*` is any number of them within one label, and `**.` at the front is one or more labels
//! (Cilium 1.20, `pkg/fqdn/matchpattern/matchpattern.go`).
//!
//! That a label has at most 63 characters and a name at most 253 is left aside: patterns that differ or meet only in longer
//! names are said to differ or meet.

use super::answer::Answer;
use super::language::{self, Language, TooLarge};
use crate::policy::DnsPattern;
use smol_str::SmolStr;

/// The bytes of names, those first that read well in a witness.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-_.";

/// One character of a label, as an expression.
const CHARACTER: &str = "[-a-z0-9_]";

/// Whether the name fits. It is taken to be a name in lower case without a closing dot.
#[must_use]
pub fn matches(pattern: &DnsPattern, name: &str) -> bool {
    let mut labels = name.rsplit('.');
    let mut ends_with =
        |pattern: &str| pattern.rsplit('.').all(|part| labels.next().is_some_and(|label| label_matches(part, label)));
    match pattern {
        DnsPattern::Any => true,
        DnsPattern::Exact(exact) => exact == name,
        DnsPattern::Glob(glob) => ends_with(glob) && labels.next().is_none(),
        DnsPattern::Below(suffix) => ends_with(suffix) && labels.next().is_some(),
    }
}

/// Whether every name that fits `inner` fits `outer`; if not, the shortest that does not.
#[must_use]
pub fn includes(outer: &DnsPattern, inner: &DnsPattern) -> Answer<SmolStr> {
    includes_union(std::slice::from_ref(outer), inner)
}

/// Whether every name that fits `inner` fits one of `outers`; if not, the shortest that fits none.
#[must_use]
pub fn includes_union(outers: &[DnsPattern], inner: &DnsPattern) -> Answer<SmolStr> {
    if let DnsPattern::Exact(name) = inner {
        let fits = outers.iter().any(|outer| matches(outer, name));
        return if fits { Answer::Yes } else { Answer::No(name.clone()) };
    }
    if outers.iter().any(|outer| outer == inner || *outer == DnsPattern::Any) {
        return Answer::Yes;
    }
    none(|| {
        let outers = outers.iter().map(language).collect::<Result<Vec<_>, _>>()?;
        language::shortest(&[&language(inner)?], &outers.iter().collect::<Vec<_>>(), ALPHABET)
    })
}

/// Whether no name fits both; if one does, the shortest.
#[must_use]
pub fn disjoint(a: &DnsPattern, b: &DnsPattern) -> Answer<SmolStr> {
    match (a, b) {
        (DnsPattern::Exact(name), other) | (other, DnsPattern::Exact(name)) => {
            if matches(other, name) {
                Answer::No(name.clone())
            } else {
                Answer::Yes
            }
        }
        _ => none(|| language::shortest(&[&language(a)?, &language(b)?], &[], ALPHABET)),
    }
}

/// Yes when nothing is found.
fn none(find: impl FnOnce() -> Result<Option<Vec<u8>>, TooLarge>) -> Answer<SmolStr> {
    match find() {
        Ok(None) => Answer::Yes,
        Ok(Some(name)) => Answer::No(String::from_utf8_lossy(&name).into()),
        Err(TooLarge) => Answer::Unknown(TooLarge::REASON),
    }
}

/// Whether one label fits one part of a pattern: the pieces between the stars follow each other in it, the first at its
/// start and the last at its end.
fn label_matches(pattern: &str, label: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(rest) = pieces.next().and_then(|piece| label.strip_prefix(piece)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    let Some(mut rest) = rest.strip_suffix(last) else { return false };
    pieces.all(|piece| rest.split_once(piece).map(|(_, after)| rest = after).is_some())
}

fn language(pattern: &DnsPattern) -> Result<Language, TooLarge> {
    let expression = match pattern {
        DnsPattern::Any => format!(r"({CHARACTER}+\.)*{CHARACTER}+"),
        DnsPattern::Exact(name) => regex_syntax::escape(name),
        DnsPattern::Glob(glob) => expression(glob),
        DnsPattern::Below(suffix) => format!(r"({CHARACTER}+\.)+{}", expression(suffix)),
    };
    Language::new(&regex_syntax::parse(&expression).map_err(|_| TooLarge)?)
}

/// A label that is only stars has at least one character, as every label; another has one anyway.
fn expression(glob: &str) -> String {
    let label = |label: &str| {
        if !label.is_empty() && label.bytes().all(|byte| byte == b'*') {
            format!("{CHARACTER}+")
        } else {
            let pieces: Vec<_> = label.split('*').map(regex_syntax::escape).collect();
            pieces.join(&format!("{CHARACTER}*"))
        }
    };
    glob.split('.').map(label).collect::<Vec<_>>().join(r"\.")
}
