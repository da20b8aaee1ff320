//! Slips that are known: what somebody wrote who knows another language, or was in a hurry.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slip {
    /// `can`, `->` or nothing where `may` belongs.
    May {
        /// What stands there.
        found: SmolStr,
        /// What to write.
        write: &'static str,
        /// Whether to write it instead of what stands there, or before it.
        instead: bool,
    },
    /// `always may` for `may always`.
    MayFirst {
        /// `always`, `not` or `only`.
        word: SmolStr,
    },
    /// A sentence that begins with `allow` or `deny`.
    Verb {
        /// That word.
        verb: SmolStr,
        /// Whether it means that something is denied.
        denies: bool,
    },
    /// Another word than those that say what one may do.
    Action {
        /// That word.
        found: SmolStr,
    },
    /// A method in lower case.
    Method {
        /// The same in upper case.
        method: SmolStr,
    },
    /// `on B /path`
    PathFirst,
    /// `GET /path without query on B`
    ObjectFirst,
    /// Labels as another language has them.
    Labels,
    /// Two labels without a comma between them.
    LabelComma,
    /// `deployment a`
    Kind {
        /// The kind.
        kind: SmolStr,
    },
    /// A fact of a cluster outside of its block.
    FactOutside {
        /// The word that it begins with.
        fact: SmolStr,
    },
    /// `all workloads`, `all pods`
    All,
    /// `can not`
    CanNot,
    /// `in teams\a`
    Backslash,
    /// `workload a, b`
    OneEach,
    /// A path that no `on` follows.
    On,
    /// `B port 8080`, `B on port 8080`, `B 8080`
    Port {
        /// The number.
        port: SmolStr,
    },
    /// A blank beside a `:`.
    Colon,
    /// `except` behind a clause.
    ExceptFirst,
    /// `B from A`
    From,
    /// `A and B`
    And {
        /// `and` or `or`.
        word: SmolStr,
    },
    /// An IPv6 address without brackets.
    Ipv6 {
        /// The address.
        address: SmolStr,
    },
    /// A URL where a DNS name belongs.
    Url {
        /// The name in it, with the port that it implies.
        host: SmolStr,
    },
    /// `//` or `--`
    Comment,
    /// A manifest instead of sentences.
    Yaml,
    /// `expose call S/M on B to A`
    ExposeCall {
        /// The gRPC method.
        method: SmolStr,
    },
    /// Quotes that are none.
    Quote,
    /// A name in quotes.
    QuotedName,
    /// A string that does not end on its line.
    OpenString,
    /// A bracket or brace that is not closed.
    OpenBracket {
        /// What closes it.
        close: char,
    },
    /// Labels of a declaration that are not closed.
    OpenLabels,
    /// Parentheses within parentheses.
    Nested,
    /// `reach to B`
    To,
    /// A blank that is none, or a character that cannot be seen.
    Invisible {
        /// The character.
        character: char,
    },
    /// A comma that joins a line to the next.
    Comma,
    /// A word that is nearly one of the language's.
    Keyword {
        /// What it nearly is.
        keyword: &'static str,
    },
    /// A part of a workload that stands too late.
    WorkloadOrder,
}

/// Wording for a slip.
pub(super) fn slip(span: Span, slip: &Slip) -> Diagnostic {
    let found = |message: &str| Diagnostic::new(Code::E0106, span, message);
    match slip {
        Slip::May { found: word, write, instead } => {
            let start = Span { end: span.start, ..span };
            let shown = if word.is_empty() { "the end of the line".to_owned() } else { format!("`{word}`") };
            let found = found(&format!("expected `may`, found {shown}")).label("`may` is missing");
            let found = found.help("write who may do what: `A may reach B`, `A may not reach B`");
            match word.as_str() {
                "" => found,
                _ if *instead => found.fix(format!("change to `{write}`"), span, *write),
                _ => found.fix(format!("insert `{}`", write.trim_end()), start, *write),
            }
        }
        Slip::MayFirst { word } => found(&format!("expected `may`, found `{word}`"))
            .label("in the wrong order")
            .help(format!("write `may {word}`")),
        Slip::Verb { verb, denies } => found(&format!("a sentence does not begin with `{verb}`"))
            .label("who comes first")
            .help(if *denies { "write `A may not reach B`, or `no A may reach B`" } else { "write `A may reach B`" }),
        Slip::Action { found: word } => found(&format!("`{word}` is nothing that one may do"))
            .label("expected `reach` or a request")
            .help("write `reach B:8080` for a connection, `GET /path on B:8080` for a request; or `use`, `call`, `resolve`, `ping`"),
        Slip::Method { method } => found("a method stands in upper case")
            .label("lower case")
            .help(format!("write `{method}`"))
            .fix(format!("change to `{method}`"), span, method.as_str())
            .certain(),
        Slip::PathFirst => {
            found("expected a path, found `on`").label("the path stands first").help("write `GET /path on B`")
        }
        Slip::ObjectFirst => found("what narrows a request stands behind its object")
            .label("too early")
            .help("write `GET /path on B` first, then `without query`, `at host …` and `with header …`"),
        Slip::Labels => found("labels are not written so").label("not as a label").help(
            "write `{ app: api }`; further tests are `tier in (web, api)`, `stage not in (test)`, `critical` and `!canary`",
        ),
        Slip::LabelComma => found("labels have a comma between them")
            .label("no comma behind this")
            .help("write `{ app: api, tier: web }`, on one line or on several"),
        Slip::Kind { kind } => found(&format!("`{kind}` declares nothing"))
            .label("not a word of the language")
            .help("write `workload NAME` for the pods with the label `app: NAME`, or `workload NAME { … }` with their labels"),
        Slip::FactOutside { fact } => found(&format!("`{fact}` is a fact of a cluster"))
            .label("outside of a cluster's block")
            .help("write it on a line between `cluster prod {` and `}`, in a platform file"),
        Slip::All => found("`all` is not known here")
            .label("unknown word")
            .help("write `every workload` for the pods of this namespace, `workloads in every namespace` for all"),
        Slip::CanNot => found("`cannot` is one word")
            .label("two words")
            .help("write `cannot`")
            .fix("change to `cannot`", span, "cannot")
            .certain(),
        Slip::Backslash => found("folders stand with `/` between them, on Windows too")
            .label("a backslash")
            .help("write it as in `teams/payments/`"),
        Slip::OneEach => found("one line declares one of these").label("another one").help("write each on its own line"),
        Slip::On => found("expected `on`")
            .label("of whom?")
            .help("write `on` before whom the request goes to: `GET /path on B`")
            .fix("insert `on`", Span { end: span.start, ..span }, "on ")
            .certain(),
        Slip::Port { port } => found("a port stands behind a `:`")
            .label("no `:`")
            .help(format!("write `:{port}` right behind the name, without a blank"))
            .fix(format!("change to `:{port}`"), span, format!(":{port}")),
        Slip::Colon => {
            found("a blank beside a `:`").label("no blank here").help("write name and port in one piece: `backend:8080`")
        }
        Slip::ExceptFirst => found("`except` stands too late")
            .label("the peers end before this")
            .help("write `except` right behind the peers, before `with`, `until` and `because`"),
        Slip::From => found("who opens the connection stands first")
            .label("no `from` in a sentence")
            .help("write `A may reach B` for what comes from `A`"),
        Slip::And { word } => found(&format!("a list has commas, not `{word}`"))
            .label("a comma")
            .help("write `A, B`"),
        Slip::Ipv6 { address } => found("an IPv6 address stands in brackets")
            .label("no brackets")
            .help(format!("write `[{address}]`"))
            .fix(format!("change to `[{address}]`"), span, format!("[{address}]"))
            .certain(),
        Slip::Url { host } => found("a URL is not a peer")
            .label("a name and a port are")
            .help(format!("write `{host}`; a path is named by a request: `GET /path on {host}`"))
            .fix(format!("change to `{host}`"), span, host.as_str()),
        Slip::Comment => found("a comment begins with `#`").label("no comment").help("write `# …`"),
        Slip::Yaml => found("this is YAML, and ztp reads sentences")
            .label("a manifest begins here")
            .help("say what it is for, such as `A may reach B:8080`: the manifests are what ztp writes"),
        Slip::ExposeCall { method } => found("an `expose` names a gRPC method by its HTTP request")
            .label("no `call` here")
            .help(format!("write `expose POST /{method} on …`")),
        Slip::Quote => found("these quotes are not those of a string").label("typographic quotes").help("write `\"`"),
        Slip::QuotedName => found("a name stands without quotes").label("quoted").help("leave out the quotes"),
        Slip::OpenString => Diagnostic::new(Code::E0108, span, "this text is never closed")
            .label("opened here")
            .help("write `\"` at its end, on the same line; within it write `\\\"`"),
        Slip::OpenBracket { close } => found("this is never closed")
            .label("opened here")
            .help(format!("write `{close}` at its end; newlines are free in between")),
        Slip::OpenLabels => found("this is never closed")
            .label("opened here")
            .help("write `}` behind the last label, and a comma behind every other, also at the end of a line"),
        Slip::Nested => found("parentheses within parentheses").label("one pair is enough").help("write `(a, b, c):443`"),
        Slip::To => found("`to` is not needed").label("no `to`").help("write `A may reach B`").remove("remove `to`", span).certain(),
        Slip::Invisible { character } => found(&format!("the character U+{:04X} cannot stand here", *character as u32))
            .label("looks like a blank or like nothing")
            .help("write a blank")
            .fix("change to a blank", span, " ")
            .certain(),
        Slip::Comma => found("this comma joins the line to the next one")
            .label("the list goes on")
            .help("remove the comma, or go on with the list"),
        Slip::Keyword { keyword } => found("this word is not known here")
            .label("unknown word")
            .help(format!("did you mean `{keyword}`?"))
            .fix(format!("change to `{keyword}`"), span, *keyword),
        Slip::WorkloadOrder => found("this stands too late")
            .label("in the wrong order")
            .help("write labels, then `as serviceaccount`, then `serves`"),
    }
}
