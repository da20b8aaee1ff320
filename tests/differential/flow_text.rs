//! Flows in words, for the files of regressions:
//!
//! ```text
//! from pod shop app=a tier=web ns:cde=true sa=runner
//! to outside Outside 10.20.0.1 api.example.com
//! what request 8080 GET /x host=shop.example x-tenant=acme
//! ```
//!
//! Words are parted by blanks; a blank within one is `\s`, a backslash `\\`.

use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt::Debug;
use ztp::policy::Protocol;
use ztp::semantics::Place;
use ztp::semantics::connections::{Connection, RequestLine};
use ztp::semantics::endpoints::Endpoint;
use ztp::semantics::namespaces::NamespaceWitness;
use ztp::semantics::pods::Pod;
use ztp::verdict::Flow;

type Labels = BTreeMap<SmolStr, SmolStr>;

/// Three lines.
pub fn write(flow: &Flow) -> String {
    let lines = [("from", end(&flow.from)), ("to", end(&flow.to)), ("what", connection(&flow.connection))];
    lines.iter().map(|(first, words)| format!("{first} {}\n", words.join(" "))).collect()
}

/// Reads them; other lines do not count.
///
/// # Errors
/// What is missing or cannot be read.
pub fn read(text: &str) -> Result<Flow, String> {
    let words = |first: &str| -> Result<Vec<String>, String> {
        let line = text.lines().find_map(|line| line.strip_prefix(first)?.strip_prefix(' '));
        let words = line.ok_or(format!("no line `{first} …`"))?.split_whitespace();
        Ok(words.map(|word| word.replace("\\s", " ").replace("\\\\", "\\")).collect())
    };
    Ok(Flow { from: read_end(&words("from")?)?, to: read_end(&words("to")?)?, connection: read_what(&words("what")?)? })
}

fn word(text: &str) -> String {
    text.replace('\\', "\\\\").replace(' ', "\\s")
}

fn labelled(prefix: &str, labels: &Labels) -> Vec<String> {
    labels.iter().map(|(key, value)| format!("{prefix}{}={}", word(key), word(value))).collect()
}

fn end(end: &Endpoint) -> Vec<String> {
    let pod = |pod: &Pod| {
        let mut words = vec![word(&pod.namespace.name)];
        words.extend(labelled("", &pod.labels));
        words.extend(labelled("ns:", &pod.namespace.labels));
        words.push(format!("sa={}", word(&pod.service_account)));
        words
    };
    match end {
        Endpoint::Pod(one) => [vec!["pod".into()], pod(one)].concat(),
        Endpoint::MeshPod { cluster, pod: one } => [vec!["mesh-pod".into(), word(cluster)], pod(one)].concat(),
        Endpoint::Node { place, labels } => [vec!["node".into(), format!("{place:?}")], labelled("", labels)].concat(),
        Endpoint::Outside { place, address, names } => {
            let names = names.iter().map(|name| word(name)).collect();
            [vec!["outside".into(), format!("{place:?}"), address.to_string()], names].concat()
        }
        Endpoint::Single(place) => vec!["single".into(), format!("{place:?}")],
    }
}

fn connection(connection: &Connection) -> Vec<String> {
    let protocol = |protocol: Protocol| protocol.as_str().to_ascii_lowercase();
    match connection {
        Connection::Port(one, port) => vec!["port".into(), protocol(*one), port.to_string()],
        Connection::Icmp { v6, number } => {
            vec![if *v6 { "icmpv6" } else { "icmp" }.into(), number.to_string()]
        }
        Connection::Request(line, port) => {
            let mut words = vec!["request".into(), port.to_string(), word(&line.method), word(&line.target)];
            words.extend(line.authority.iter().map(|authority| format!("host={}", word(authority))));
            words.extend(labelled("header:", &line.headers));
            words
        }
        Connection::LookUp(name, one, port) => vec!["look-up".into(), word(name), protocol(*one), port.to_string()],
        Connection::Tls(name, port) => vec!["tls".into(), word(name), port.to_string()],
        Connection::Other => vec!["other".into()],
    }
}

fn place(text: &str) -> Result<Place, String> {
    named(&Place::ALL, text)
}

fn named<T: Copy + Debug>(all: &[T], text: &str) -> Result<T, String> {
    let found = all.iter().find(|one| format!("{one:?}").eq_ignore_ascii_case(text));
    found.copied().ok_or(format!("what is `{text}`?"))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("what is `{text}`?"))
}

fn read_pod(words: &[String]) -> Result<Pod, String> {
    let [namespace, rest @ ..] = words else { return Err("a pod without a namespace".to_owned()) };
    let mut pod = Pod {
        namespace: NamespaceWitness { name: namespace.into(), labels: Labels::new() },
        labels: Labels::new(),
        service_account: "default".into(),
    };
    for (key, value) in pairs(rest)? {
        match key.strip_prefix("ns:") {
            Some(key) => {
                pod.namespace.labels.insert(key.into(), value);
            }
            None if key == "sa" => pod.service_account = value,
            None => {
                pod.labels.insert(key, value);
            }
        }
    }
    Ok(pod)
}

fn pairs(words: &[String]) -> Result<Vec<(SmolStr, SmolStr)>, String> {
    let pair = |word: &String| {
        let (key, value) = word.split_once('=').ok_or(format!("what is `{word}`?"))?;
        Ok((key.into(), value.into()))
    };
    words.iter().map(pair).collect()
}

fn read_end(words: &[String]) -> Result<Endpoint, String> {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match texts.as_slice() {
        ["pod", ..] => Endpoint::Pod(read_pod(&words[1..])?),
        ["mesh-pod", cluster, ..] => Endpoint::MeshPod { cluster: (*cluster).into(), pod: read_pod(&words[2..])? },
        ["node", at, ..] => Endpoint::Node { place: place(at)?, labels: pairs(&words[2..])?.into_iter().collect() },
        ["outside", at, address, names @ ..] => Endpoint::Outside {
            place: place(at)?,
            address: number(address)?,
            names: names.iter().map(|name| (*name).into()).collect(),
        },
        ["single", at] => Endpoint::Single(place(at)?),
        _ => return Err(format!("who is `{}`?", texts.join(" "))),
    })
}

fn read_what(words: &[String]) -> Result<Connection, String> {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let protocol = |text: &str| named(&Protocol::ALL, text);
    Ok(match texts.as_slice() {
        ["port", one, port] => Connection::Port(protocol(one)?, number(port)?),
        ["icmp", kind] => Connection::Icmp { v6: false, number: number(kind)? },
        ["icmpv6", kind] => Connection::Icmp { v6: true, number: number(kind)? },
        ["look-up", name, one, port] => Connection::LookUp((*name).into(), protocol(one)?, number(port)?),
        ["tls", name, port] => Connection::Tls((*name).into(), number(port)?),
        ["other"] => Connection::Other,
        ["request", port, method, target, ..] => {
            let mut line = RequestLine {
                method: (*method).into(),
                target: (*target).into(),
                authority: None,
                headers: Labels::new(),
            };
            for (key, value) in pairs(&words[4..])? {
                match key.strip_prefix("header:") {
                    Some(key) => {
                        line.headers.insert(key.into(), value);
                    }
                    None => line.authority = Some(value),
                }
            }
            Connection::Request(line, number(port)?)
        }
        _ => return Err(format!("what is `{}`?", texts.join(" "))),
    })
}
