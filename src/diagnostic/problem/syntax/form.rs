//! How a sentence is written, for those who wrote something else.

use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// The ports of a workload.
    Serves,
    /// The service account of a workload.
    Account,
    /// The labels of a workload.
    Labels,
    /// An `expose`.
    Expose,
    /// An assertion.
    Assert,
    /// The block of a cluster.
    Cluster,
    /// The header of a namespace.
    Header,
    /// The fact that says who enforces.
    Enforcer,
    /// A reason.
    Because,
    /// What may follow `with`.
    With,
    /// A request, its path first.
    Request,
    /// A path without the slash that it begins with.
    Slash {
        /// The same with it.
        path: SmolStr,
    },
    /// A regular expression as the path.
    Matching,
    /// Every path.
    EveryPath,
    /// Several paths.
    OnePath,
    /// Every port.
    EveryPort,
    /// Every DNS name.
    AnyName,
    /// A line that ends where the sentence does not.
    GoesOn,
}

/// What to write.
pub(super) fn help(form: &Form) -> String {
    let write = match form {
        Form::Serves => {
            "write a port's name and its number, with commas between several: `serves http 8080, dns 53/udp`"
        }
        Form::Account => "write `as serviceaccount NAME`",
        Form::Labels => {
            "write labels in braces right behind the name, then `serves`: `workload api { app: api } serves http 8080`"
        }
        Form::Expose => "write `expose B:8080 to NAMESPACE/A`, or `expose GET /path on B:8080 to NAMESPACE/A`",
        Form::Assert => "write `assert A can reach B`, `assert A cannot reach B` or `assert only A can reach B`",
        Form::Cluster => "write `cluster prod {`, then one fact a line, such as `enforcer cilium 1.18`, then `}`",
        Form::Header => "write `namespace NAME` alone on its line, or `namespace NAME {` and `}` around its sentences",
        Form::Enforcer => "write name and version with a blank between: `enforcer cilium 1.18`",
        Form::Because => "write the reason in double quotes: `because \"NET-812\"`",
        Form::With => "write `with mutual auth`, `with tls name api.example.com` or `with header X-Tenant: acme`",
        Form::Request => "write `GET /path on B:8080`",
        Form::Slash { path } => return format!("a path begins with `/`: write `{path}`"),
        Form::Matching => "write a path such as `/v1/**`, or a regular expression as `matching \"/v[0-9]+/status\"`",
        Form::EveryPath => "write `/**` for every path",
        Form::OnePath => {
            "write a sentence for each path, or one `use B:8080 { … }` with a line for each, such as `GET /path`"
        }
        Form::EveryPort => "write no port at all for every one of them, or `:any/tcp`",
        Form::AnyName => "write `resolve any name`, or the names: `resolve api.example.com`",
        Form::GoesOn => {
            "a sentence goes on in the next line only behind a comma, within brackets, and before `on`, `at`, `with`, \
             `except`, `until`, `because` and `to`"
        }
    };
    write.to_owned()
}
