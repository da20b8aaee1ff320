//! Looks for slips that are known, so that an error can say what to write.
//!
//! Everything here is a guess about text that could not be read: it changes the words of an error and nothing else.

use super::grammar::Rule;
use crate::diagnostic::problem::syntax::Slip;
use std::net::Ipv6Addr;
use std::ops::Range;

/// A sentence that cannot be read, and where reading it failed.
pub(super) struct Failure<'a> {
    /// The whole sentence.
    pub sentence: &'a str,
    /// Where the next word starts.
    pub at: usize,
    /// That word; empty at the end.
    pub found: &'a str,
    /// What would have been taken there.
    pub rules: &'a [Rule],
    /// Whether it is a fact of a cluster.
    pub fact: bool,
}

/// A known slip and its place in the sentence.
pub(super) fn find(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    invisible(failure)
        .or_else(|| open_bracket(failure))
        .or_else(|| token(failure))
        .or_else(|| labels(failure))
        .or_else(|| opening(failure))
        .or_else(|| comma(failure))
        .or_else(|| misplaced(failure))
        .or_else(|| missing(failure))
        .or_else(|| keyword(failure))
}

impl Failure<'_> {
    pub(super) fn expects(&self, rules: &[Rule]) -> bool {
        self.rules.iter().any(|rule| rules.contains(rule))
    }

    /// The place of the word at which reading failed.
    fn place(&self) -> Range<usize> {
        self.at..self.at + self.found.len()
    }

    pub(super) fn before(&self) -> &str {
        self.sentence.get(..self.at).unwrap_or_default()
    }

    fn here(&self, slip: Slip) -> Option<(Slip, Range<usize>)> {
        Some((slip, self.place()))
    }
}

/// A blank that is none, or a character that cannot be seen.
fn invisible(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let hidden = |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}') || (c.is_whitespace() && !c.is_ascii());
    let (at, character) = failure.sentence.char_indices().find(|(_, c)| hidden(*c))?;
    Some((Slip::Invisible { character }, at..at + character.len_utf8()))
}

/// A quote or bracket without its partner.
fn open_bracket(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    let mut before = b' ';
    let mut comment = false;
    for (at, byte) in failure.sentence.bytes().enumerate() {
        match byte {
            b'\n' if quote.is_some() => break,
            b'\n' => comment = false,
            _ if comment => {}
            _ if escaped => escaped = false,
            b'\\' if quote.is_some() => escaped = true,
            b'"' => quote = if quote.is_some() { None } else { Some(at) },
            _ if quote.is_some() => {}
            b'#' if matches!(before, b' ' | b'\t' | b'\n') => comment = true,
            b'(' => open.push((at, ')')),
            b'[' => open.push((at, ']')),
            b'{' => open.push((at, '}')),
            b')' | b']' | b'}' => {
                open.pop();
            }
            _ => {}
        }
        before = byte;
    }
    if let Some(at) = quote {
        return Some((Slip::OpenString, at..at + 1));
    }
    let (at, close) = *open.last()?;
    // Where reading failed before the bracket, that is the mistake.
    let within = failure.at > at || (failure.at == at && failure.expects(&[Rule::ports]));
    let labels = close == '}' && DECLARES_LABELS.contains(&first_word(failure.sentence));
    within.then(|| (if labels { Slip::OpenLabels } else { Slip::OpenBracket { close } }, at..at + 1))
}

/// What the whole word around the failure is: an address, a URL, a quote.
fn token(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let edge = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')');
    // The failure may be within the word, behind a `:` that looked like that of a port.
    let start = failure.before().rfind(edge).map_or(0, |at| at + failure.before().get(at..).map_or(1, first_width));
    let rest = failure.sentence.get(start..).unwrap_or_default();
    let word = rest.get(..rest.find(edge).unwrap_or(rest.len())).unwrap_or_default();
    let place = start..start + word.len();
    // Behind a prefix a `:` can only begin a port.
    let address = match word.split_once('/') {
        Some((_, rest)) => word.get(..word.len() - rest.len() + rest.find(':').unwrap_or(rest.len())),
        None => Some(word),
    };
    if let Some(address) = address.filter(|address| is_ipv6(address)) {
        return Some((Slip::Ipv6 { address: address.into() }, start..start + address.len()));
    }
    for (scheme, port) in [("https://", 443), ("http://", 80)] {
        if let Some(rest) = word.strip_prefix(scheme) {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = if host.contains(':') { host.to_owned() } else { format!("{host}:{port}") };
            return Some((Slip::Url { host: host.into() }, place));
        }
    }
    let quotes = ['\u{201C}', '\u{201D}', '\u{201E}', '\u{2018}', '\u{2019}', '\u{AB}', '\u{BB}'];
    if word.contains(quotes) {
        return Some((Slip::Quote, place));
    }
    if word.starts_with('"') && (failure.at == 0 || failure.expects(&[Rule::peers, Rule::peer, Rule::atom])) {
        return Some((Slip::QuotedName, place));
    }
    None
}

/// The first word of a sentence.
pub(super) fn first_word(sentence: &str) -> &str {
    sentence.split([' ', '\t', '\n', '{']).next().unwrap_or_default()
}

fn first_width(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// Whether a word is an IPv6 address or range without its brackets.
fn is_ipv6(word: &str) -> bool {
    let (address, prefix) = word.split_once('/').unwrap_or((word, "0"));
    address.parse::<Ipv6Addr>().is_ok() && prefix.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a line that cannot be read is nearly a header.
pub(super) fn is_nearly_a_header(line: &str) -> bool {
    let word = first_word(line).trim_end_matches([':', '\r']);
    let nearly = |header: &str| word.eq_ignore_ascii_case(header) || is_near(word, header);
    matches!(word, "namespace" | "platform")
        || (!starts_a_sentence(word) && ["namespace", "platform"].into_iter().any(nearly))
}

/// What the first word gives away.
fn opening(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let first = first_word(failure.sentence);
    let place = 0..first.len();
    match first {
        "allow" | "permit" | "grant" if failure.at > 0 => {
            Some((Slip::Verb { verb: first.into(), denies: false }, place))
        }
        "deny" | "block" | "forbid" | "reject" | "drop" if failure.at > 0 => {
            Some((Slip::Verb { verb: first.into(), denies: true }, place))
        }
        _ if is_yaml(failure.sentence) => Some((Slip::Yaml, place)),
        _ if is_kind(first) && declares(failure) => Some((Slip::Kind { kind: first.into() }, place)),
        _ if is_cluster_fact(failure) => Some((Slip::FactOutside { fact: first.into() }, place)),
        "all" if matches!(failure.found, "workloads" | "pods") => Some((Slip::All, 0..failure.place().end)),
        _ if !failure.fact && first.ends_with(':') => {
            let keyword = KEYWORDS.iter().find(|keyword| first.strip_suffix(':') == Some(keyword));
            keyword.map(|keyword| (Slip::Keyword { keyword }, place))
        }
        _ if first.starts_with("//") || first.starts_with("/*") => Some((Slip::Comment, 0..2)),
        _ if first.starts_with("--") => Some((Slip::Comment, 0..2)),
        _ => None,
    }
}

/// Whether a word is what Kubernetes calls something that ztp calls a workload.
fn is_kind(word: &str) -> bool {
    let kinds = ["app", "cronjob", "daemonset", "deployment", "job", "pod", "service", "statefulset"];
    kinds.contains(&word)
}

/// Whether two words stand as in a declaration, and no action behind them.
fn declares(failure: &Failure<'_>) -> bool {
    let next = failure.sentence.get(failure.place().end..).unwrap_or_default();
    let next = next.split_ascii_whitespace().next().unwrap_or_default();
    failure.expects(&[Rule::kw_may])
        && failure.found.starts_with(|c: char| c.is_ascii_alphabetic())
        && (next.starts_with('{') || matches!(next, "" | "as" | "labels" | "serves"))
}

/// Whether a fact of a cluster stands outside of its block.
fn is_cluster_fact(failure: &Failure<'_>) -> bool {
    let first = first_word(failure.sentence).trim_end_matches(':');
    let known = FACTS.contains(&first) && !KEYWORDS.contains(&first);
    !failure.fact && known && failure.expects(&[Rule::kw_may]) && failure.found != "can" && failure.found != "cannot"
}

/// Whether a line begins a Kubernetes object, or a document of YAML.
pub(super) fn is_yaml(line: &str) -> bool {
    line.starts_with("apiVersion:") || line.starts_with("kind:") || line.trim_end() == "---"
}

/// Labels as other languages write them, or without their braces.
fn labels(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    if !DECLARES_LABELS.contains(&first_word(failure.sentence)) {
        return None;
    }
    let inside = failure.before().rfind('{') > failure.before().rfind('}');
    let tests =
        [Rule::label_key, Rule::requirement, Rule::label_value, Rule::string, Rule::kw_in, Rule::kw_not, Rule::is];
    let outside = failure.expects(&[Rule::labels]) && failure.found.contains([':', '=', '(']);
    if let Some(place) = missing_comma(failure.sentence) {
        return Some((Slip::LabelComma, place));
    }
    if (inside && failure.expects(&tests) && !failure.found.starts_with('}')) || (!inside && outside) {
        return failure.here(Slip::Labels);
    }
    if failure.found == "," && failure.expects(&[Rule::labels]) {
        return failure.here(Slip::OneEach);
    }
    None
}

/// The place of a label behind which the comma is missing: two of them stand between two commas.
fn missing_comma(sentence: &str) -> Option<Range<usize>> {
    let start = sentence.find('{')? + 1;
    let inside = sentence.get(start..)?;
    let inside = inside.get(..inside.find('}').unwrap_or(inside.len()))?;
    let mut at = start;
    for entry in inside.split(',') {
        let plain = !entry.contains(['#', '(', '=', ';']);
        let (key, rest) = entry.split_once(':').unwrap_or((entry, ""));
        let mut words = rest.split_ascii_whitespace();
        let (value, next) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let another = next.contains(':') || words.next().is_some_and(|word| word.starts_with(':'));
        if plain && key.split_ascii_whitespace().count() == 1 && another {
            let end = at + key.len() + 1 + rest.find(value)? + value.len();
            return Some(at + entry.len() - entry.trim_start().len()..end);
        }
        at += entry.len() + 1;
    }
    None
}

/// A comma at the end of a line, behind which another sentence stands or nothing.
fn comma(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let before = failure.before().trim_end();
    if failure.found.is_empty() && before.ends_with(',') {
        return Some((Slip::Comma, before.len() - 1..before.len()));
    }
    let line = failure.before().rfind('\n')?;
    let above = failure.sentence.get(..line).unwrap_or_default().trim_end();
    let below = failure.sentence.get(line + 1..).unwrap_or_default().trim_start();
    let sentence = failure.found == "may" || starts_a_sentence(first_word(below));
    let joined = above.ends_with(',') && sentence && failure.expects(&[Rule::EOI]);
    joined.then(|| (Slip::Comma, above.len() - 1..above.len()))
}

/// A word that would be right elsewhere, or in another spelling.
fn misplaced(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let before = failure.before();
    let blank = before.ends_with([' ', '\t']);
    match failure.found {
        "from" if !before.starts_with("expose ") => return failure.here(Slip::From),
        "not" if before.trim_end().ends_with(" can") => {
            return Some((Slip::CanNot, before.trim_end().len() - 3..failure.place().end));
        }
        word if (word.starts_with("//") || word.starts_with("/*")) && failure.expects(&[Rule::EOI]) => {
            return Some((Slip::Comment, failure.at..failure.at + 2));
        }
        "and" | "or" | "&&" | "||" | "&" => return failure.here(Slip::And { word: failure.found.into() }),
        "except" if failure.expects(&[Rule::EOI]) => return failure.here(Slip::ExceptFirst),
        "with" | "without" | "at" if failure.expects(&[Rule::kw_on]) => return failure.here(Slip::ObjectFirst),
        "on" if failure.expects(&[Rule::path, Rule::quoted_path]) => return failure.here(Slip::PathFirst),
        "always" | "not" | "only" if failure.expects(&[Rule::kw_may]) => {
            return failure.here(Slip::MayFirst { word: failure.found.into() });
        }
        "as" | "serves" if before.starts_with("workload") => return failure.here(Slip::WorkloadOrder),
        _ => {}
    }
    if failure.found.starts_with('{')
        && before.starts_with("workload ")
        && (before.contains(" as ") || before.contains(" serves "))
    {
        return failure.here(Slip::WorkloadOrder);
    }
    if failure.found.starts_with('(') && failure.expects(&[Rule::member]) {
        return failure.here(Slip::Nested);
    }
    if failure.found.starts_with('\\') && before.contains(" in ") {
        return failure.here(Slip::Backslash);
    }
    let words = before.trim_end();
    if words.ends_with(" reach to") || words.ends_with(" ping to") {
        return Some((Slip::To, words.len() - 2..failure.at));
    }
    if words.ends_with(" reach from") {
        return Some((Slip::From, words.len() - 4..words.len()));
    }
    if failure.sentence.starts_with("expose call ") {
        let method = failure.found.trim_end_matches([',', ';']);
        return Some((Slip::ExposeCall { method: method.into() }, 7..11));
    }
    if blank
        && failure.expects(&[Rule::ports, Rule::port, Rule::EOI, Rule::kw_may])
        && (before.trim_end().ends_with(':') || failure.found.starts_with(':'))
    {
        return failure.here(Slip::Colon);
    }
    port(failure)
}

/// `port 8080`, `on port 8080`, `8080`
fn port(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    if !failure.expects(&[Rule::EOI, Rule::kw_may]) || first_word(failure.sentence) == "workload" {
        return None;
    }
    let rest = failure.sentence.get(failure.at..).unwrap_or_default();
    let mut words = rest.split_ascii_whitespace().skip_while(|word| matches!(*word, "on" | "port" | "ports" | "at"));
    let number = words.next()?;
    let number = number.trim_end_matches([',', ';']);
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let skipped = rest.find(number)?;
    let start = failure.before().trim_end().len();
    Some((Slip::Port { port: number.into() }, start..failure.at + skipped + number.len()))
}

/// A word that is missing before this one.
fn missing(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let word = failure.found;
    let upper = word.to_ascii_uppercase();
    let method = matches!(upper.as_str(), "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS");
    if failure.expects(&[Rule::action, Rule::requested, Rule::request_line, Rule::method]) {
        if method && word != upper {
            return failure.here(Slip::Method { method: upper.into() });
        }
        let near = ["reach", "request", "resolve", "call", "ping", "use"].into_iter().find(|verb| is_near(word, verb));
        if let Some(keyword) = near {
            return failure.here(Slip::Keyword { keyword });
        }
        if failure.expects(&[Rule::action]) && word.starts_with(|c: char| c.is_ascii_lowercase()) {
            return failure.here(Slip::Action { found: word.into() });
        }
    }
    let list = failure.before().trim_end().ends_with(',');
    if failure.expects(&[Rule::kw_on]) && !list && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '(') {
        return failure.here(Slip::On);
    }
    None
}

/// Words that begin a sentence or a fact.
const KEYWORDS: &[&str] = &[
    "accept",
    "assert",
    "cluster",
    "enforce",
    "expose",
    "external",
    "group",
    "namespace",
    "namespaces",
    "nodes",
    "platform",
    "project",
    "workload",
    "workloads",
];

/// Words that begin a declaration with labels.
const DECLARES_LABELS: &[&str] = &["workload", "namespaces", "nodes"];

/// Words that begin a fact of a cluster.
const FACTS: &[&str] = &[
    "apiserver",
    "cloud",
    "dns",
    "domain",
    "enforcer",
    "external",
    "features",
    "mesh-name",
    "pods",
    "regex-budget",
    "search",
    "workloads",
];

/// Words that go on with a sentence.
const CLAUSES: &[&str] = &["because", "except", "until", "with", "without"];

/// A first word that is nearly a keyword, or `may` that is missing.
fn keyword(failure: &Failure<'_>) -> Option<(Slip, Range<usize>)> {
    let first = first_word(failure.sentence);
    if starts_a_sentence(first) || !(failure.at == 0 || failure.expects(&[Rule::kw_may])) {
        return None;
    }
    let known = if failure.fact { FACTS.iter().chain(&[]) } else { KEYWORDS.iter().chain(CLAUSES) };
    if let Some(keyword) = known.copied().find(|keyword| *keyword != first && is_near(first, keyword)) {
        return Some((Slip::Keyword { keyword }, 0..first.len()));
    }
    if failure.expects(&[Rule::kw_may]) {
        if is_near(failure.found, "may") || failure.found.eq_ignore_ascii_case("may") {
            return failure.here(Slip::Keyword { keyword: "may" });
        }
        return failure.here(may(failure));
    }
    None
}

/// `may` is missing: what to write, and whether instead of the word that stands there.
fn may(failure: &Failure<'_>) -> Slip {
    let is_action = |word: &str| {
        ["reach", "use", "call", "resolve", "ping", "request", "not", "only", "always"].contains(&word)
            || (word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    let next = failure.sentence.get(failure.at + failure.found.len()..).unwrap_or_default();
    let next = next.split_ascii_whitespace().next().unwrap_or_default();
    let (write, instead) = match failure.found {
        "cannot" if is_action(next) => ("may not", true),
        "cannot" => ("may not reach", true),
        found if is_action(found) => ("may ", false),
        _ if is_action(next) => ("may", true),
        _ if next.is_empty() => ("may reach ", false),
        _ => ("may reach", true),
    };
    Slip::May { found: failure.found.into(), write, instead }
}

/// Whether a word begins sentences in which `may` comes later or never.
pub(super) fn starts_a_sentence(word: &str) -> bool {
    KEYWORDS.contains(&word) || word == "nothing"
}

/// Whether one letter too many, too few or wrong, or two neighbours in the wrong order make the difference.
fn is_near(word: &str, keyword: &str) -> bool {
    if word.len() < 3 || !word.is_ascii() {
        return false;
    }
    let (a, b) = (word.as_bytes(), keyword.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let tail = |skip_a: usize, skip_b: usize| {
        a.get(same + skip_a..) == b.get(same + skip_b..) && a.get(same + skip_a..).is_some()
    };
    let swapped = a.get(same) == b.get(same + 1) && a.get(same + 1) == b.get(same) && tail(2, 2);
    tail(1, 0) || tail(0, 1) || tail(1, 1) || swapped
}
