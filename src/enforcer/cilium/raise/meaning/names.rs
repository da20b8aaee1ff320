//! DNS names and patterns (`pkg/fqdn/matchpattern/matchpattern.go` in 1.18.4, 1.19.4 and 1.20.2).

use crate::enforcer::cilium::raise::form::Name;
use crate::policy::{DnsPattern, Version};

/// The set of names that a text stands for; `None` if no name fits.
///
/// Case is folded and a closing dot does not count. `*` is any number of characters within a label, several of them in
/// a row are one. Alone it is every name. From 1.19 on `**.` at the front is one label or more, and stars alone are every
/// name, however many.
pub fn pattern(text: &str, version: Version) -> Option<DnsPattern> {
    let text = text.trim().to_ascii_lowercase();
    let multilevel = version >= Version { major: 1, minor: 19 };
    let bare = text.strip_suffix('.').unwrap_or(&text);
    if bare.is_empty() {
        return None;
    }
    if text == "*" || (multilevel && bare.bytes().all(|byte| byte == b'*')) {
        return Some(DnsPattern::Any);
    }
    if !bare.contains('*') {
        return Some(DnsPattern::Exact(bare.into()));
    }
    let rest = bare.trim_start_matches('*');
    let stars = bare.len() - rest.len();
    if let Some(suffix) = rest.strip_prefix('.').filter(|_| multilevel && stars >= 2) {
        return Some(DnsPattern::Below(single_stars(suffix).into()));
    }
    Some(DnsPattern::Glob(single_stars(bare).into()))
}

/// The names of one entry: both fields count, where both are there.
pub fn patterns(name: &Name<'_>, version: Version) -> impl Iterator<Item = DnsPattern> {
    [name.name, name.pattern].into_iter().flatten().filter_map(move |text| pattern(text, version))
}

/// The server names that a text stands for (`sanitizeServerNamePattern` in `pkg/envoy/utils.go`, 1.20.2, and `SniPattern` in
/// `cilium/network_policy.cc` of cilium/proxy at 7dfaf943): as DNS patterns, `**.` at the front included. In 1.18 and 1.19
/// the schema takes stars for whole labels at the front only, and before that there are none.
///
/// # Errors
/// Why it is not known.
pub fn server(text: &str, version: Version) -> Result<Option<DnsPattern>, String> {
    let since = |minor| version >= Version { major: 1, minor };
    let at_front = text.strip_prefix("**.").or_else(|| text.strip_prefix("*.")).unwrap_or(text);
    if (text.contains('*') && !since(18)) || ((at_front.contains('*') || text.ends_with('.')) && !since(20)) {
        return Err(format!("what the server name `{text}` stands for is known of later versions only"));
    }
    Ok(pattern(text, version.max(Version { major: 1, minor: 19 })))
}

/// Each run of stars as one.
fn single_stars(text: &str) -> String {
    let mut single = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '*' || !single.ends_with('*') {
            single.push(c);
        }
    }
    single
}
