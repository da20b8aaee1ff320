//! Compiles the single-file examples of the documentation through the library.

use crate::support::markdown::Fence;
use ztp::compile::{self, Options, Outcome};
use ztp::policy::{EnforcerName, Version};
use ztp::source::Sources;
use ztp::syntax::ast::Date;

/// What stands after the fence of an example and changes how it is compiled: `build` as by `ztp build` and not by `ztp
/// check`, `cluster=prod`, `drop-expired`, `enforcer=kubernetes:1.30` (`none` for none, and else `cilium:1.19` where the
/// example declares no cluster), `path=teams/shop.ztp` for where the file lies, `today=2027-01-01` (else 2026-11-20).
pub const ATTRIBUTES: [&str; 6] = ["build", "cluster", "drop-expired", "enforcer", "path", "today"];

/// Compiles an example, as `ztp check` does unless it says otherwise.
pub fn compile(fence: &Fence) -> Outcome {
    let (sources, options) = read(fence);
    if fence.get("build").is_some() || options.drop_expired {
        return compile::build(&sources, &options);
    }
    compile::check(&sources, &Options { expired_fails: true, ..options })
}

/// Compiles an example as `ztp build` does.
pub fn build(fence: &Fence) -> Outcome {
    let (sources, options) = read(fence);
    compile::build(&sources, &options)
}

fn read(fence: &Fence) -> (Sources, Options) {
    let mut sources = Sources::new();
    sources.add(fence.get("path").unwrap_or("example.ztp"), fence.body.clone());
    let declares_a_cluster = fence.body.lines().any(|line| line.starts_with("cluster "));
    let enforcer = match fence.get("enforcer") {
        Some("none") => None,
        Some(text) => Some(enforcer(text)),
        None if declares_a_cluster => None,
        None => Some((EnforcerName::Cilium, Version { major: 1, minor: 19 })),
    };
    let options = Options {
        enforcer,
        cluster: fence.get("cluster").map(Into::into),
        today: Some(date(fence.get("today").unwrap_or("2026-11-20"))),
        drop_expired: fence.get("drop-expired").is_some(),
        ..Options::default()
    };
    (sources, options)
}

fn enforcer(text: &str) -> (EnforcerName, Version) {
    let (name, version) = text.split_once(':').expect("enforcer=NAME:VERSION");
    let name = [EnforcerName::Cilium, EnforcerName::Kubernetes]
        .into_iter()
        .find(|known| known.as_str() == name)
        .expect("a known enforcer");
    let (major, minor) = version.split_once('.').expect("a version such as 1.19");
    (name, Version { major: major.parse().expect("a number"), minor: minor.parse().expect("a number") })
}

fn date(text: &str) -> Date {
    let mut parts = text.split('-').map(|part| part.parse::<u16>().expect("a date such as 2026-11-20"));
    let mut next = || parts.next().expect("a date such as 2026-11-20");
    let (year, month, day) = (next(), next(), next());
    Date { year, month: u8::try_from(month).expect("a month"), day: u8::try_from(day).expect("a day") }
}
