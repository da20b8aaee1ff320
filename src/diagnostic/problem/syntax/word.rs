//! Words that are not what they should be: names, addresses, paths and the like.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use ipnet::IpNet;

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It has upper-case letters; in lower case it is fine.
    UpperCase,
    /// It has a character that no name has.
    Character(char),
    /// It begins or ends with `-`.
    Hyphen,
    /// It has no letter.
    NoLetter,
    /// It has more characters than this.
    Long(usize),
}

/// What is wrong with a DNS name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFault {
    /// It has a character that no DNS name has.
    Character(char),
    /// A label is empty.
    EmptyLabel,
    /// A label begins or ends with `-`.
    Hyphen,
    /// A label has more than 63 characters, or the name more than 253.
    Long,
    /// `**` stands elsewhere than as the whole first label.
    Stars,
    /// It has one label and a closing dot: as a peer it would be told from a workload by that dot alone.
    OneLabel,
    /// The last label is a star, so every name is meant, or nearly.
    EveryName,
    /// The last label is a number, so it looks like an address (RFC 3696 §2: no top-level domain is all digits).
    Number,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// It is none.
    NoAddress,
    /// A group begins with a zero, which some programs read as octal.
    LeadingZero,
    /// The prefix is no number from 0 to this.
    Prefix(u8),
    /// An IPv6 address that stands for an IPv4 one.
    Mapped,
    /// An IPv4 address in brackets.
    Brackets,
}

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// It does not begin with `/`.
    NoSlash,
    /// `**` stands elsewhere than as the last segment.
    Rest,
    /// `*` stands within a segment.
    Star,
    /// A brace is not that of a whole segment `{name}`.
    Brace,
    /// A segment begins with `:`, as a parameter does elsewhere.
    Colon,
    /// It has a query.
    Query,
    /// It has a fragment, or a comment stands too close.
    Fragment,
    /// `%` is not followed by two hexadecimal digits.
    Percent,
    /// Two slashes follow each other.
    Empty,
    /// A segment is `.` or `..`, which proxies remove before they match.
    Dots,
    /// It has a character that must be quoted.
    Character(char),
}

/// Wording for a name.
pub(super) fn name(span: Span, name: &str, fault: NameFault) -> Diagnostic {
    let found = Diagnostic::new(Code::E0109, span, format!("`{name}` is not a name"));
    match fault {
        NameFault::UpperCase => {
            let lower = name.to_ascii_lowercase();
            found
                .label("upper case")
                .note("names become Kubernetes names and label values, which this language keeps in lower case")
                .help(format!("write `{lower}`"))
                .fix(format!("change to `{lower}`"), span, lower)
        }
        NameFault::Character('#') => {
            found.label("`#` cannot stand in a name").help("put a blank before the `#` of a comment")
        }
        NameFault::Character(character) => found
            .label(format!("`{}` cannot stand in a name", character.escape_debug()))
            .help("a name has lower-case letters, digits and `-`"),
        NameFault::Hyphen => {
            found.label("misplaced `-`").help("a name begins and ends with a letter or digit, and a port's has no `--`")
        }
        NameFault::NoLetter => found
            .label("no letter")
            .help("a name has at least one letter")
            .help("a number is a port: write `B:8080`, `B:[8080, 9090]` for several, and `serves http 8080`"),
        NameFault::Long(most) => found.label("too long").help(format!("write at most {most} characters")),
    }
}

/// The same for the name of a workload, which is its label's value as well unless labels are written.
pub(super) fn workload_name(span: Span, workload: &str, fault: NameFault) -> Diagnostic {
    let found = name(span, workload, fault);
    if !matches!(fault, NameFault::UpperCase | NameFault::Character('_')) {
        return found;
    }
    let better = workload.to_ascii_lowercase().replace('_', "-");
    found.help(format!("where the pods' label has the value `{workload}`: `workload {better} {{ app: {workload} }}`"))
}

/// Wording for a DNS name.
pub(super) fn dns_name(span: Span, name: &str, fault: DnsFault) -> Diagnostic {
    let found = Diagnostic::new(Code::E0115, span, format!("`{name}` is not a DNS name"));
    match fault {
        DnsFault::Character(character) => found
            .label(format!("`{}` cannot stand in a DNS name", character.escape_debug()))
            .help("a DNS name has letters, digits, `-`, `_` and dots; `*` stands for characters within one label"),
        DnsFault::EmptyLabel => {
            let found = found.label("an empty label").help("write one dot between two labels and none at the start");
            let labels: Vec<&str> = name.split('.').filter(|label| !label.is_empty()).collect();
            if labels.len() > 1 { change_to(found, span, labels.join(".")) } else { found }
        }
        DnsFault::Hyphen => found.label("misplaced `-`").help("a label begins and ends with a letter, a digit or `*`"),
        DnsFault::Long => {
            found.label("too long").help("a label has at most 63 characters and a name at most 253 (RFC 1035)")
        }
        DnsFault::OneLabel => found
            .label("only one label")
            .help("write a name with a dot between two labels, or a workload's name without any dot"),
        DnsFault::EveryName => found
            .label("no top-level domain")
            .help("write `world` as a peer, or `resolve any name`; a pattern ends with a name: `*.example.com`"),
        DnsFault::Number => found
            .label("a number at its end")
            .help("write an address or a range such as `10.0.0.0/28`, or a name whose last label is no number"),
        DnsFault::Stars => found
            .label("misplaced `**`")
            .help("write `**.` at the start for one or more labels, or `*` for characters within one label"),
    }
}

/// Offers another spelling.
fn change_to(found: Diagnostic, span: Span, meant: String) -> Diagnostic {
    found.fix(format!("change to `{meant}`"), span, meant)
}

/// Wording for an address.
pub(super) fn address(span: Span, text: &str, fault: AddressFault) -> Diagnostic {
    let found = Diagnostic::new(Code::E0113, span, format!("`{text}` is not an address"));
    match fault {
        AddressFault::NoAddress => found
            .label("neither an address nor a range")
            .help("write IPv4 as `10.0.0.0/8` and IPv6 in brackets as `[fd00::/8]`"),
        AddressFault::LeadingZero => {
            let found = found
                .label("a leading zero")
                .note("some programs read a group with a leading zero as octal, so it would mean two addresses")
                .help("write each group without leading zeros");
            let short = |group: &str| match group.trim_start_matches('0') {
                "" => "0".to_owned(),
                rest if rest.starts_with('/') => format!("0{rest}"),
                rest => rest.to_owned(),
            };
            change_to(found, span, text.split('.').map(short).collect::<Vec<_>>().join("."))
        }
        AddressFault::Prefix(most) => {
            found.label("no such prefix").help(format!("write a prefix length from 0 to {most} after the `/`"))
        }
        AddressFault::Mapped => found.label("an IPv4 address in IPv6 clothes").help("write the IPv4 address itself"),
        AddressFault::Brackets => {
            let found = found.label("IPv4 in brackets").help("write IPv4 addresses without brackets");
            let meant = text.trim_matches(['[', ']']).to_owned();
            change_to(found, span, meant).certain()
        }
    }
}

/// Wording for a range whose address is not its first.
pub(super) fn host_bits(span: Span, text: &str, range: IpNet) -> Diagnostic {
    let network = range.trunc();
    let alone = range.addr();
    let brackets =
        |range: &dyn std::fmt::Display| if alone.is_ipv6() { format!("[{range}]") } else { format!("{range}") };
    let (network, alone) = (brackets(&network), brackets(&alone));
    Diagnostic::new(Code::E0114, span, format!("`{text}` has bits set behind its prefix"))
        .label("a range begins with its first address")
        .note("whether the whole range is meant or one address of it cannot be told")
        .help(format!("write `{network}` for the range, or `{alone}` for the address"))
        .fix(format!("change to `{network}`"), span, network)
        .fix(format!("change to `{alone}`"), span, alone)
}

/// Wording for a path.
pub(super) fn path(span: Span, text: &str, fault: PathFault) -> Diagnostic {
    let found = Diagnostic::new(Code::E0117, span, format!("`{text}` is not a path"));
    match fault {
        PathFault::NoSlash => found.label("no `/` at its start").help(format!("write `/{text}`")),
        PathFault::Rest => {
            found.label("misplaced `**`").help("`/**` stands at the end, for any rest; `*` is one segment")
        }
        PathFault::Star => found
            .label("`*` within a segment")
            .help("`*` and `{id}` stand for a whole segment; `matching \"re\"` takes a regular expression"),
        PathFault::Brace => {
            found.label("a stray brace").help("write `{id}` for a whole segment, with letters, digits, `-` and `_`")
        }
        PathFault::Query => found
            .label("a query")
            .help("leave out the `?` and what follows: any query is allowed unless the sentence says `without query`"),
        PathFault::Colon => found
            .label("`:` begins a segment")
            .help("write `{id}` for any one segment; where the `:` itself is meant, put the path in quotes"),
        PathFault::Fragment => {
            found.label("`#` in a path").help("a comment starts after a blank; a `#` never reaches a server")
        }
        PathFault::Percent => found.label("`%` without two digits").help("write `%` and two hexadecimal digits"),
        PathFault::Empty => found.label("two slashes in a row").help("write one `/` between two segments"),
        PathFault::Dots => found
            .label("`.` or `..`")
            .note("proxies resolve such segments before they match, so this path could never match")
            .help("write the path that remains"),
        PathFault::Character(character) => {
            found.label(format!("`{}` ends a path", character.escape_debug())).help(format!("quote it: \"{text}\""))
        }
    }
}
