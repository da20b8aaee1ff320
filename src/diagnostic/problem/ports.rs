//! Ports and what is said of them.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use smol_str::SmolStr;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the facts of the message beside them; `span` is where it points")]
pub enum PortProblem {
    /// The workload says what it serves, and this is not of it.
    NotServed {
        span: Span,
        port: SmolStr,
        workload: SmolStr,
        serves: Vec<(SmolStr, SmolStr)>,
        /// Behind what it could be served, and how.
        more: Option<(Span, SmolStr)>,
    },
    /// A port's name where no workload serves names.
    NameOfNothing { span: Span, name: SmolStr },
    /// A port on who connects.
    OnSubject { span: Span },
    /// A group or external with ports as who connects.
    BroughtToSubject { span: Span },
    /// A port on an exception.
    OnException { span: Span },
    /// A port that none of the list's own ports is.
    NotOfTheList { span: Span },
    /// `ping B:8080`
    PingHasNoPort { span: Span, port: Option<Span> },
    /// An HTTP request without a port.
    RequestWithoutPort {
        span: Span,
        /// The one TCP port that the workload serves.
        serves: Option<SmolStr>,
    },
    /// An HTTP request on UDP or SCTP.
    RequestNotTcp { span: Span },
    /// Every port of one, beside ports of another.
    OpenBesidePort { span: Span, ported: Span },
    /// A deny of something finer than a port.
    CannotDeny { span: Span },
    /// An HTTP request within TLS that nobody opens.
    RequestInTls { span: Span },
    /// A method that is nearly a registered one.
    UnusualMethod { span: Span, method: SmolStr, near: SmolStr },
    /// `with tls name` where nothing isolates the caller.
    TlsAtCaller { span: Span },
    /// `with tls name` without a port, on a ping, or on UDP or SCTP.
    TlsWithoutPort { span: Span, portless: bool },
}

/// The TCP ports of a few names (IANA, "Service Name and Transport Protocol Port Number Registry").
const REGISTERED: &[(&str, &str)] =
    &[("http", "80"), ("https", "443"), ("ldaps", "636"), ("smtp", "25"), ("ssh", "22")];

impl From<PortProblem> for Diagnostic {
    fn from(problem: PortProblem) -> Self {
        match problem {
            PortProblem::NotServed { span, port, workload, serves, more } => {
                let list: Vec<String> = serves.iter().map(|(name, port)| format!("{name} {port}")).collect();
                let mut diagnostic =
                    Self::new(Code::E0401, span, format!("`{workload}` does not serve `{port}`")).label("not served");
                if list.is_empty() {
                    return diagnostic.help(format!("say what it serves: `workload {workload} serves {port} 8080`"));
                }
                for (name, port) in serves.iter().take(4) {
                    diagnostic = diagnostic.fix(format!("change to `{name}` ({port})"), span, name.as_str());
                }
                if let Some((behind, serve)) = more {
                    let title = format!("let `{workload}` serve `{serve}`, too");
                    diagnostic = diagnostic.fix(title, Span { start: behind.end, ..behind }, format!(", {serve}"));
                }
                diagnostic
                    .note("ports are those on which pods listen; a Service may have others")
                    .help(format!("it serves {}", list.join(", ")))
            }
            PortProblem::NameOfNothing { span, name } => {
                let found =
                    Self::new(Code::E0402, span, format!("`{name}` is a port's name, and nothing here serves names"))
                        .help("write the number, such as `:8080`");
                match REGISTERED.iter().find(|(known, _)| *known == name) {
                    Some((_, number)) => found.fix(format!("change to `{number}`"), span, *number),
                    None => found,
                }
            }
            PortProblem::OnSubject { span } => {
                Self::new(Code::E0404, span, "who opens a connection has no port")
                    .note("the port that a client connects from is chosen by its system")
                    .help("write the port after who is reached")
                    .remove("remove the port", span)
                    .certain()
            }
            PortProblem::OnException { span } => Self::new(Code::E0413, span, "an exception has no ports")
                .note("it is taken away as a whole: a deny with it would leave the other ports open, too")
                .help("leave the port out here, and write a sentence of its own for what is left of it"),
            PortProblem::BroughtToSubject { span } => {
                Self::new(Code::E0404, span, "who opens a connection has no port, and this brings some along")
                    .note("the port that a client connects from is chosen by its system")
                    .help("give who connects a name of its own, without ports")
            }
            PortProblem::NotOfTheList { span } => {
                Self::new(Code::E0405, span, "nothing in the list answers on this port")
                    .help("leave the port out, or add it where the name is declared")
                    .remove("leave the port out", span)
            }
            PortProblem::PingHasNoPort { span, port } => {
                let found = Self::new(Code::E0406, span, "ICMP echo has no ports")
                    .help("write `may ping NAME` without a port");
                match port {
                    Some(port) => found.remove("remove the port", port).certain(),
                    None => found,
                }
            }
            PortProblem::RequestWithoutPort { span, serves } => {
                let found = Self::new(Code::E0407, span, "a request needs the port that it is sent to")
                    .help("write it after the name: `:8080`, or `:http` if the workload serves it");
                match serves {
                    Some(port) => {
                        let title = format!("write `:{port}` after it");
                        found.fix(title, Span { start: span.end, ..span }, format!(":{port}"))
                    }
                    None => found,
                }
            }
            PortProblem::RequestNotTcp { span } => {
                Self::new(Code::E0408, span, "HTTP requests are told apart on TCP only").help("use a TCP port")
            }
            PortProblem::OpenBesidePort { span, ported } => Self::new(Code::H0401, span, "this is open on every port")
                .also(ported, "these ports belong to their own item only")
                .help("write the ports after each item, or group them: `(a, b):443`"),
            PortProblem::CannotDeny { span } => {
                Self::new(Code::E0409, span, "only `reach` and `ping` can be denied")
                    .note("no enforcer here denies single requests or look-ups; such a rule would deny the whole port or nothing")
                    .help("allow just the requests that are wanted: what no `may` allows is refused")
            }
            PortProblem::RequestInTls { span } => {
                Self::new(Code::E0410, span, "requests within TLS cannot be seen")
                    .help("say either the requests or `with tls name`")
            }
            PortProblem::TlsWithoutPort { span, portless } => {
                let found = Self::new(Code::E0412, span, "a TLS name is that of a connection to a TCP port")
                    .note("a rule without ports has no place for it, and would let everything pass")
                    .help("write the port after the name: `:443`");
                if portless {
                    found.fix("write `:443` after it", Span { start: span.end, ..span }, ":443")
                } else {
                    found
                }
            }
            PortProblem::UnusualMethod { span, method, near } => {
                Self::new(Code::W0401, span, format!("`{method}` is an unusual method"))
                    .note("a method is compared letter by letter, and a misspelt one allows nothing that anybody sends")
                    .help(format!("did you mean `{near}`?"))
                    .fix(format!("change to `{near}`"), span, near)
            }
            PortProblem::TlsAtCaller { span } => {
                Self::new(Code::E0411, span, "a TLS name is checked where the connection leaves, and nothing isolates these")
                    .note("the end that is reached sees no TLS name, and would let every connection in")
                    .help("leave `with tls name` out, or enforce egress for who connects")
            }
        }
    }
}
