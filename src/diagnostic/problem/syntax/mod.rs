//! Text that cannot be read, or not as it stands.

mod form;
mod slip;
mod word;

pub use form::Form;
pub use slip::Slip;
pub use word::{AddressFault, DnsFault, NameFault, PathFault};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use ipnet::IpNet;
use smol_str::SmolStr;

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderFault {
    /// `in FOLDER` or `labels` stand in a namespace's own file.
    Declares,
    /// `enforcing` stands in a platform file.
    Enforces,
    /// A part is said twice.
    Twice,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are places and what stands there")]
pub enum SyntaxProblem {
    /// A sentence without a header above it.
    NoHeader { span: Span },
    /// A header line that is not the first.
    SecondHeader { span: Span, first: Span },
    /// A sentence after the block of a namespace.
    AfterBlock { span: Span, block: Span },
    /// A block without its closing brace.
    Unclosed { span: Span },
    /// A closing brace without its block.
    StrayBrace { span: Span },
    /// Something else was expected.
    Unexpected { span: Span, found: SmolStr, expected: Vec<&'static str>, form: Option<Form> },
    /// A slip that is known.
    Slip { span: Span, slip: Slip },
    /// The file has 4 GiB or more.
    TooLarge { span: Span },
    /// The formatter's own output does not say the same as the source: a mistake of the formatter.
    Unformatted { span: Span },
    /// A character that must not be there.
    Character { span: Span, character: char },
    /// A string escapes what needs no escape.
    Escape { span: Span, character: char },
    /// Not a name.
    Name { span: Span, name: SmolStr, fault: NameFault },
    /// Not a name, where a workload is declared.
    WorkloadName { span: Span, name: SmolStr, fault: NameFault },
    /// A name that is one of the language's words.
    ReservedName { span: Span, name: SmolStr },
    /// Not a port.
    PortNumber { span: Span, text: SmolStr },
    /// A range that ends before it begins.
    PortOrder { span: Span, first: u16, last: u16 },
    /// `:any` without a protocol.
    AnyPort { span: Span },
    /// Not a protocol.
    Protocol { span: Span, port: SmolStr, protocol: SmolStr },
    /// Ports within parentheses and after them.
    PortsTwice { span: Span },
    /// `apiserver` without one TCP port.
    ApiserverPort { span: Span },
    /// Not an address.
    Address { span: Span, text: SmolStr, fault: AddressFault },
    /// A range whose address is not its first.
    HostBits { span: Span, text: SmolStr, range: IpNet },
    /// A range where one address is asked for.
    RangeHere { span: Span },
    /// Not a DNS name.
    DnsName { span: Span, name: SmolStr, fault: DnsFault },
    /// A pattern where one DNS name is asked for.
    PatternHere { span: Span },
    /// Not a label's key.
    LabelKey { span: Span, text: SmolStr },
    /// Not a label's value.
    LabelValue { span: Span, text: SmolStr },
    /// A test where a label is set.
    LabelTestHere { span: Span, key: SmolStr },
    /// Labels without a namespace.
    LabelsAlone { span: Span },
    /// Labels right behind a name that no `/` ends.
    LabelsBehind { span: Span, name: SmolStr },
    /// Labels with a namespace before and a set after them.
    LabelsOfAndIn { span: Span },
    /// `X in every namespace` for another X than `workloads`.
    EveryNamespace { span: Span },
    /// A path behind a DNS name.
    HostPath { span: Span, host: SmolStr },
    /// A star as a peer.
    Star { span: Span },
    /// Not a path.
    Path { span: Span, text: SmolStr, fault: PathFault },
    /// Not a gRPC method.
    Grpc { span: Span, text: SmolStr },
    /// Not a day.
    Date { span: Span, text: SmolStr },
    /// Not a number.
    Number { span: Span, text: SmolStr },
    /// Not a folder of the project.
    Folder { span: Span, text: SmolStr },
    /// A clause that stands already.
    ClauseTwice { span: Span, first: Span },
    /// A clause that this sentence cannot have.
    ClauseHere { span: Span },
    /// What narrows requests, where there is none.
    NoRequest { span: Span },
    /// `use B { }`
    EmptyUse { span: Span },
    /// A part of a header that does not belong there.
    Header { span: Span, fault: HeaderFault },
}

impl SyntaxProblem {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::NoHeader { span }
            | Self::SecondHeader { span, .. }
            | Self::AfterBlock { span, .. }
            | Self::Unclosed { span }
            | Self::StrayBrace { span }
            | Self::Unexpected { span, .. }
            | Self::Slip { span, .. }
            | Self::TooLarge { span }
            | Self::Unformatted { span }
            | Self::Character { span, .. }
            | Self::Escape { span, .. }
            | Self::Name { span, .. }
            | Self::WorkloadName { span, .. }
            | Self::ReservedName { span, .. }
            | Self::PortNumber { span, .. }
            | Self::PortOrder { span, .. }
            | Self::AnyPort { span }
            | Self::Protocol { span, .. }
            | Self::PortsTwice { span }
            | Self::ApiserverPort { span }
            | Self::Address { span, .. }
            | Self::HostBits { span, .. }
            | Self::RangeHere { span }
            | Self::DnsName { span, .. }
            | Self::PatternHere { span }
            | Self::LabelKey { span, .. }
            | Self::LabelValue { span, .. }
            | Self::LabelTestHere { span, .. }
            | Self::LabelsAlone { span }
            | Self::LabelsBehind { span, .. }
            | Self::LabelsOfAndIn { span }
            | Self::EveryNamespace { span }
            | Self::HostPath { span, .. }
            | Self::Star { span }
            | Self::Path { span, .. }
            | Self::Grpc { span, .. }
            | Self::Date { span, .. }
            | Self::Number { span, .. }
            | Self::Folder { span, .. }
            | Self::ClauseTwice { span, .. }
            | Self::ClauseHere { span }
            | Self::NoRequest { span }
            | Self::EmptyUse { span }
            | Self::Header { span, .. } => *span,
        }
    }
}

impl From<SyntaxProblem> for Diagnostic {
    fn from(problem: SyntaxProblem) -> Self {
        use SyntaxProblem as P;
        match problem {
            P::NoHeader { span } => Self::new(Code::E0101, span, "this file has no header")
                .label("whose sentence is this?")
                .note("without a header a sentence would have no namespace, and must not fall to the whole cluster")
                .help("begin the file with `namespace NAME`, or with `platform` for what is the whole cluster's"),
            P::SecondHeader { span, first } => Self::new(Code::E0102, span, "a second header in one file")
                .label("another header")
                .also(first, "the file begins with this one")
                .help("put it into a file of its own, or write blocks: `namespace NAME { … }`"),
            P::AfterBlock { span, block } => Self::new(Code::E0103, span, "this sentence stands in no namespace")
                .label("after the end of a block")
                .also(block, "this block has ended above")
                .help("move it into the block, or above the first block of a platform file"),
            P::Unclosed { span } => Self::new(Code::E0104, span, "this block is never closed")
                .label("opened here")
                .note("what may be meant for another namespace is not read as part of this one")
                .help("write `}` on a line of its own after the block's last sentence"),
            P::StrayBrace { span } => Self::new(Code::E0105, span, "this `}` closes nothing")
                .label("no block is open here")
                .help("remove it, or look for the `{` that is missing above")
                .remove("remove the `}`", span),
            P::Unexpected { span, found, expected, form } => unexpected(span, &found, &expected, form.as_ref()),
            P::Slip { span, slip } => slip::slip(span, &slip),
            P::TooLarge { span } => Self::new(Code::E0106, span, "this file has 4 GiB or more").help("split it"),
            P::Unformatted { span } => Self::new(Code::E0106, span, "this file cannot be formatted: a mistake in ztp")
                .note("the formatted text would not say the same, so the file stays as it is")
                .help("please report it, with the file"),
            P::Character { span, character } => {
                Self::new(Code::E0107, span, format!("the character U+{:04X} cannot stand here", character as u32))
                    .label("invisible character")
                    .note("it cannot be seen, and can make a sentence look like another one")
                    .help(match character {
                        '\r' => "end lines with a newline, or with a carriage return and a newline",
                        _ => "remove it; blanks, tabs and newlines are fine",
                    })
                    .fix(
                        if character == '\r' { "change to a newline" } else { "remove the character" },
                        span,
                        if character == '\r' { "\n" } else { "" },
                    )
                    .certain()
            }
            P::Escape { span, character } => {
                Self::new(Code::E0108, span, format!("`\\{}` is no escape", character.escape_debug()))
                    .label("only `\\\"` and `\\\\` are")
                    .help("write `\\\\` for a backslash, in regular expressions too")
                    .fix("write two backslashes", Span { end: span.start, ..span }, "\\")
            }
            P::Name { span, name, fault } => word::name(span, &name, fault),
            P::WorkloadName { span, name, fault } => word::workload_name(span, &name, fault),
            P::ReservedName { span, name } => reserved(span, &name),
            P::PortNumber { span, text } => {
                let found = Self::new(Code::E0111, span, format!("`{text}` is not a port"))
                    .label("no such port")
                    .help("write a number from 1 to 65535, without leading zeros");
                let meant = text.trim_start_matches('0');
                match meant.parse::<u16>() {
                    Ok(number) if number > 0 && meant.len() < text.len() => {
                        found.fix(format!("change to `{meant}`"), span, meant)
                    }
                    _ => found,
                }
            }
            P::PortOrder { span, first, last } => {
                Self::new(Code::E0111, span, format!("the range ends with {last}, before it begins with {first}"))
                    .label("no port is in it")
                    .help(format!("write `{last}-{first}`"))
                    .fix(format!("change to `{last}-{first}`"), span, format!("{last}-{first}"))
            }
            P::AnyPort { span } => Self::new(Code::E0111, span, "`any` alone is no port")
                .label("every port of which protocol?")
                .help("write `:any/udp` for every UDP port, or no port at all for every protocol and port"),
            P::Protocol { span, port, protocol } => protocol_unknown(span, &port, &protocol),
            P::PortsTwice { span } => Self::new(Code::E0120, span, "ports within parentheses and after them")
                .label("this peer has its own port")
                .help("write the ports once, after the parentheses: `(a, b):443`")
                .remove("remove the port here", span),
            P::ApiserverPort { span } => Self::new(Code::E0111, span, "the API server's address needs one TCP port")
                .label("no port number")
                .help("write `apiserver 10.0.0.1:6443`, one line an address"),
            P::Address { span, text, fault } => word::address(span, &text, fault),
            P::HostBits { span, text, range } => word::host_bits(span, &text, range),
            P::RangeHere { span } => Self::new(Code::E0113, span, "a range where one address is asked for")
                .label("more than one address")
                .help("write one address, without a prefix length"),
            P::DnsName { span, name, fault } => word::dns_name(span, &name, fault),
            P::PatternHere { span } => Self::new(Code::E0115, span, "a pattern where one DNS name is asked for")
                .label("`*` is not possible here")
                .help("write the whole name"),
            P::LabelKey { span, text } => Self::new(Code::E0116, span, format!("`{text}` is not a label's key"))
                .label("Kubernetes has no such key")
                .help("write letters, digits, `-`, `_` and `.`, at most 63, after a lower-case DNS name and `/` if there is one"),
            P::LabelValue { span, text } => Self::new(Code::E0116, span, format!("`{text}` is not a label's value"))
                .label("Kubernetes has no such value")
                .help("write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"),
            P::LabelTestHere { span, key } => Self::new(Code::E0116, span, format!("`{key}` is tested here, not set"))
                .label("a namespace's labels have values")
                .help(format!("write `{key}: \"value\"`")),
            P::LabelsAlone { span } => Self::new(Code::E0121, span, "labels of pods in which namespace?")
                .label("no namespace")
                .help("write `payments/{…}` for one namespace, `{…} in cde` for a set of them"),
            P::LabelsBehind { span, name } => Self::new(Code::E0121, span, format!("labels behind the name `{name}`"))
                .label("a namespace or a name?")
                .help(format!("write `{name}/{{…}}` for pods of the namespace `{name}`, or declare a workload with these labels")),
            P::LabelsOfAndIn { span } => Self::new(Code::E0121, span, "labels with a namespace and with a set of them")
                .label("one of the two")
                .help("write `payments/{…}` or `{…} in cde`"),
            P::EveryNamespace { span } => Self::new(Code::E0121, span, "`in every namespace` follows `workloads` only")
                .label("which workloads?")
                .help("write `workloads in every namespace`, or `namespaces NAME {…}` and `X in NAME`"),
            P::HostPath { span, host } => Self::new(Code::E0121, span, "a DNS name with a path is not a peer")
                .label("a path")
                .help(format!("name the request: `GET /path on {host}:80`; on a TLS port only `{host}:443` can be said")),
            P::Star { span } => Self::new(Code::E0121, span, "a star alone is nobody")
                .label("who?")
                .help("write `every workload`, `payments/*`, `workloads in every namespace` or `anything`")
                .fix("change to `every workload`", span, "every workload")
                .fix("change to `workloads in every namespace`", span, "workloads in every namespace")
                .fix("change to `anything`", span, "anything"),
            P::Path { span, text, fault } => word::path(span, &text, fault),
            P::Grpc { span, text } => Self::new(Code::E0117, span, format!("`{text}` is not a gRPC method"))
                .label("not `package.Service/Method`")
                .help("write `shop.Catalog/ListProducts`, or `shop.Catalog/*` for every method"),
            P::Date { span, text } => Self::new(Code::E0118, span, format!("`{text}` is not a day"))
                .label("no such day")
                .help("write year, month and day as `2027-03-31`"),
            P::Number { span, text } => Self::new(Code::E0112, span, format!("`{text}` is not a number"))
                .label("no whole number")
                .help("write digits alone, without leading zeros"),
            P::Folder { span, text } => Self::new(Code::E0122, span, format!("`{text}` is not a folder of the project"))
                .label("no such folder")
                .help("write it relative to the project, without `.` and `..`: `teams/payments/`"),
            P::ClauseTwice { span, first } => Self::new(Code::E0119, span, "this is said twice")
                .label("again")
                .also(first, "first said here")
                .help("leave one of the two"),
            P::ClauseHere { span } => Self::new(Code::E0119, span, "this sentence cannot say that")
                .label("not in this sentence")
                .help("`with mutual auth` and `with tls name` follow a `may` that opens connections; `until` and `because` follow sentences, not assertions or single requests"),
            P::NoRequest { span } => Self::new(Code::E0119, span, "this narrows requests, and the sentence names none")
                .label("which request?")
                .help("name the request: `A may GET /path on B …`; in a `use` block it stands after the path"),
            P::EmptyUse { span } => Self::new(Code::E0106, span, "no request stands between the braces")
                .label("expected a request such as `GET /path`")
                .help("write one request a line, or `reach` for all traffic"),
            P::Header { span, fault } => header(span, fault),
        }
    }
}

fn unexpected(span: Span, found: &str, expected: &[&str], form: Option<&Form>) -> Diagnostic {
    let found = if found.is_empty() { "the end of the line".to_owned() } else { format!("`{found}`") };
    let wanted = match expected {
        [] => "a sentence".to_owned(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [one, other, third, ..] => format!("{one}, {other} or {third}"),
    };
    let diagnostic =
        Diagnostic::new(Code::E0106, span, format!("expected {wanted}, found {found}")).label("not expected here");
    match form {
        Some(form) => diagnostic.help(form::help(form)),
        None => diagnostic,
    }
}

fn reserved(span: Span, name: &str) -> Diagnostic {
    let found = Diagnostic::new(Code::E0110, span, format!("`{name}` is a word of the language"))
        .label("cannot be a name here");
    match name {
        "workload" => found.help("write `every workload` or `no workload` for the pods of this namespace, `workloads in every namespace` for all"),
        "workloads" => found.help("write `workloads in NAME`, `workloads in every namespace` or `no workload`"),
        "namespace" | "namespaces" => found.help("write `NAME/*` for the pods of a namespace"),
        "nothing" | "no" => found.help("write `no A may reach B`, or `nothing but A may reach B`"),
        "any" | "every" => found.help("write `anything`, or `every workload` for the pods of this namespace"),
        _ => found.help(format!("take another name, such as `{name}-pods`, with labels in braces")),
    }
}

fn protocol_unknown(span: Span, port: &str, protocol: &str) -> Diagnostic {
    let found = Diagnostic::new(Code::E0112, span, format!("`{protocol}` is not a protocol")).label("unknown protocol");
    let lower = protocol.to_ascii_lowercase();
    match lower.as_str() {
        "tcp" | "udp" | "sctp" | "any" => {
            let right = format!("{port}/{lower}");
            found.help(format!("write `{right}`")).fix(format!("change to `{right}`"), span, right).certain()
        }
        _ if ["tcp", "udp", "sctp"].contains(&port) && protocol.bytes().all(|byte| byte.is_ascii_digit()) => {
            let right = format!("{protocol}/{port}");
            found.help(format!("write `{right}`")).fix(format!("change to `{right}`"), span, right)
        }
        "http" | "https" | "http2" | "grpc" => found
            .help(format!("write `{port}` and name requests by their methods: `A may GET /path on B:{port}`"))
            .fix(format!("change to `{port}`"), span, port),
        _ => found.help("write `tcp`, `udp`, `sctp` or `any` (all three); TCP is meant unless said"),
    }
}

fn header(span: Span, fault: HeaderFault) -> Diagnostic {
    match fault {
        HeaderFault::Declares => Diagnostic::new(Code::E0122, span, "a namespace's own file does not say that")
            .label("only a platform file does")
            .note(
                "folder and labels are the platform's word, so that no team can give itself another namespace's rights",
            )
            .help("move it to a platform file: `namespace NAME in FOLDER labels { … } owner \"…\"`")
            .remove("remove it here", span),
        HeaderFault::Enforces => Diagnostic::new(Code::E0122, span, "a declaration does not isolate")
            .label("only the namespace's own header does")
            .help("write `enforcing …` in the header of the namespace's file, or `enforce … for …` here")
            .remove("remove it here", span),
        HeaderFault::Twice => Diagnostic::new(Code::E0122, span, "this is said twice")
            .label("again")
            .help("leave one of the two")
            .remove("remove this one", span),
    }
}
