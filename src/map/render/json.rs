//! One JSON object, as `docs/map.md` describes it. New fields may come; what is there keeps its meaning.

use super::words;
use crate::map::{Content, Kind, Map, Part, Passes, Passing, Vertex, VertexId};
use crate::policy::PortSet;
use serde::Serialize;

#[derive(Serialize)]
struct Whole<'m> {
    version: u32,
    vertices: Vec<VertexJson<'m>>,
    connections: Vec<EdgeJson<'m>>,
    exposure: Vec<ExposureJson<'m>>,
}

#[derive(Serialize)]
struct VertexJson<'m> {
    name: &'m str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workload_kind: Option<&'m str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    host_network: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<&'m str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    except: Vec<&'m str>,
}

#[derive(Serialize)]
struct EdgeJson<'m> {
    from: &'m str,
    to: &'m str,
    #[serde(flatten)]
    passes: PassesJson<'m>,
}

#[derive(Serialize)]
struct ExposureJson<'m> {
    workload: &'m str,
    direction: &'static str,
    peer: &'m str,
    #[serde(flatten)]
    passes: PassesJson<'m>,
}

#[derive(Serialize)]
struct PassesJson<'m> {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passes: Option<PassingJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutual_auth: Option<PassingJson>,
}

#[derive(Serialize)]
struct PassingJson {
    all: bool,
    ports: Vec<PortsJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icmp: Option<String>,
    other: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartJson>,
}

#[derive(Serialize)]
struct PortsJson {
    protocol: &'static str,
    first: u16,
    last: u16,
}

#[derive(Serialize)]
struct PartJson {
    ports: Vec<PortsJson>,
    all_of: Vec<ContentJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ContentJson {
    Requests(Vec<String>),
    LookUps(Vec<String>),
    Tls(Vec<String>),
}

pub(super) fn render(map: &Map) -> String {
    let name = |id: &VertexId| map.vertex(*id).name.as_str();
    let (within, exposures) = words::split(map);
    let whole = Whole {
        version: 1,
        vertices: map.vertices.iter().map(|vertex| vertex_json(map, vertex)).collect(),
        connections: within
            .iter()
            .map(|edge| EdgeJson { from: name(&edge.from), to: name(&edge.to), passes: passes(&edge.passes) })
            .collect(),
        exposure: exposures
            .iter()
            .map(|exposure| ExposureJson {
                workload: &exposure.own.name,
                direction: if exposure.ingress { "ingress" } else { "egress" },
                peer: &exposure.other.name,
                passes: passes(exposure.passes),
            })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

fn vertex_json<'m>(map: &'m Map, vertex: &'m Vertex) -> VertexJson<'m> {
    let names = |ids: &[VertexId]| ids.iter().map(|id| map.vertex(*id).name.as_str()).collect();
    let (workload_kind, host_network) = match &vertex.kind {
        Kind::Workload { kind, host_network } => (Some(kind.as_str()), *host_network),
        _ => (None, false),
    };
    let (members, except) = match &vertex.kind {
        Kind::Group { members, except } => (Some(names(members)), names(except)),
        _ => (None, Vec::new()),
    };
    VertexJson {
        name: &vertex.name,
        kind: words::kind(vertex),
        namespace: vertex.namespace.as_deref(),
        workload_kind,
        host_network,
        members,
        except,
    }
}

fn passes(passes: &Passes) -> PassesJson<'_> {
    let text = words::passes(passes);
    match passes {
        Passes::Unknown(reason) => PassesJson { text, unknown: Some(reason), passes: None, mutual_auth: None },
        Passes::Known { passing, authenticated } => PassesJson {
            text,
            unknown: None,
            passes: Some(passing_json(passing)),
            mutual_auth: (!authenticated.is_empty()).then(|| passing_json(authenticated)),
        },
    }
}

fn passing_json(passing: &Passing) -> PassingJson {
    PassingJson {
        all: passing.is_all(),
        ports: ports(&passing.ports),
        icmp: (!passing.icmp.is_empty()).then(|| passing.icmp.to_string()),
        other: passing.other,
        parts: passing.parts.iter().map(part).collect(),
    }
}

fn ports(ports: &PortSet) -> Vec<PortsJson> {
    let one = |range: &crate::policy::PortRange| PortsJson {
        protocol: range.protocol.as_str(),
        first: range.first,
        last: range.last,
    };
    ports.ranges().iter().map(one).collect()
}

fn part(part: &Part) -> PartJson {
    let strings = |all: &[crate::policy::DnsPattern]| all.iter().map(ToString::to_string).collect();
    let content = |content: &Content| match content {
        Content::Requests(all) => ContentJson::Requests(all.iter().map(ToString::to_string).collect()),
        Content::LookUps(names) => ContentJson::LookUps(strings(names)),
        Content::Tls(names) => ContentJson::Tls(strings(names)),
    };
    PartJson { ports: ports(&part.ports), all_of: part.all_of.iter().map(content).collect() }
}
