//! The facts of a cluster.

use super::Builder;
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::syntax::ast::{Cluster, DnsServer, Fact, FactKind, ItemKind, Name, Node, Place, PortRef, Ports, Protocol};
use crate::syntax::grammar::Rule;
use ipnet::IpNet;
use pest::iterators::Pair;

impl Builder<'_> {
    /// `cluster prod { … }`
    pub(super) fn cluster(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        let mut name = None;
        let mut facts = Vec::new();
        let mut trailing = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::atom => name = Some(self.any_name(&part)),
                Rule::facts => (facts, trailing) = self.facts(part),
                _ => {}
            }
        }
        Some(ItemKind::Cluster(Cluster { name: name?, facts, trailing }))
    }

    fn facts(&mut self, pair: Pair<'_, Rule>) -> (Vec<Fact>, Vec<crate::syntax::ast::Comment>) {
        let open = self.open_block(&pair);
        let mut facts = Vec::new();
        let mut end = None;
        for part in pair.into_inner() {
            let span = self.span(&part);
            if part.as_rule() == Rule::close {
                end = Some(span.start);
                continue;
            }
            let comments = self.comments_before(span.start);
            let kind = if part.as_rule() == Rule::bad {
                self.bad_line(&part, Rule::lone_fact);
                FactKind::Bad
            } else {
                self.fact(part).unwrap_or(FactKind::Bad)
            };
            let span = self.end_sentence(span);
            let line_comment = self.line_comment(span.end);
            facts.push(Fact { comments, kind, span: Place(span), line_comment });
        }
        (facts, self.close_block(open, end))
    }

    fn fact(&mut self, pair: Pair<'_, Rule>) -> Option<FactKind> {
        let rule = pair.as_rule();
        match rule {
            Rule::external => return self.external(pair).map(FactKind::External),
            Rule::workloads_by => return self.workloads_by(pair).map(FactKind::WorkloadsBy),
            Rule::dns => return self.dns(pair),
            Rule::apiserver => return self.apiserver(pair),
            _ => {}
        }
        let mut words = pair.into_inner().filter(|part| matches!(part.as_rule(), Rule::atom | Rule::ip6));
        Some(match rule {
            Rule::enforcer => {
                FactKind::Enforcer { name: self.word(&words.next()?), version: self.word(&words.next()?) }
            }
            Rule::features => FactKind::Features(words.map(|word| self.any_name(&word)).collect()),
            Rule::domain => FactKind::Domain(self.plain_dns_name(&words.next()?)?),
            Rule::search => FactKind::Search(words.filter_map(|word| self.plain_dns_name(&word)).collect()),
            Rule::pods => FactKind::Pods(self.ranges(words)),
            Rule::mesh_name => FactKind::MeshName(self.any_name(&words.next()?)),
            Rule::regex_budget => FactKind::RegexBudget(self.budget(&words.next()?)?),
            Rule::cloud => FactKind::Cloud(self.any_name(&words.next()?)),
            _ => return None,
        })
    }

    fn ranges<'i>(&mut self, pairs: impl Iterator<Item = Pair<'i, Rule>>) -> Vec<Node<IpNet>> {
        let mut ranges = Vec::new();
        for pair in pairs {
            let span = self.span(&pair);
            ranges.extend(self.range(&pair).map(|range| Node::new(range, span)));
        }
        ranges
    }

    /// A DNS name, not a pattern.
    fn plain_dns_name(&mut self, pair: &Pair<'_, Rule>) -> Option<Name> {
        let span = self.span(pair);
        if pair.as_str().contains('*') {
            self.report(SyntaxProblem::PatternHere { span });
            return None;
        }
        self.dns_name(pair.as_str(), span)
    }

    fn budget(&mut self, pair: &Pair<'_, Rule>) -> Option<Node<u32>> {
        let span = self.span(pair);
        let text = pair.as_str();
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let number = text.parse().ok().filter(|_| plain);
        if number.is_none() {
            self.report(SyntaxProblem::Number { span, text: text.into() });
        }
        number.map(|number| Node::new(number, span))
    }

    fn dns(&mut self, pair: Pair<'_, Rule>) -> Option<FactKind> {
        let part = pair.into_inner().last()?;
        if part.as_rule() == Rule::address {
            let (address, ports) = self.address(part)?;
            return Some(FactKind::Dns { server: DnsServer::Address(address), ports });
        }
        let mut namespace = None;
        let mut labels = None;
        let mut ports = None;
        for part in part.into_inner() {
            match part.as_rule() {
                Rule::atom => namespace = Some(self.any_name(&part)),
                Rule::labels => labels = Some(self.labels(part)),
                Rule::ports => ports = Some(self.ports(part)),
                _ => {}
            }
        }
        Some(FactKind::Dns { server: DnsServer::Pods { namespace: namespace?, labels: labels? }, ports })
    }

    /// One address, not a range, and its ports.
    fn address(&mut self, pair: Pair<'_, Rule>) -> Option<(Node<IpNet>, Option<Ports>)> {
        let mut address = None;
        let mut ports = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::ports => ports = Some(self.ports(part)),
                _ => {
                    let span = self.span(&part);
                    let range = self.range(&part)?;
                    if range.prefix_len() != range.max_prefix_len() {
                        self.report(SyntaxProblem::RangeHere { span });
                        return None;
                    }
                    address = Some(Node::new(range, span));
                }
            }
        }
        Some((address?, ports))
    }

    fn apiserver(&mut self, pair: Pair<'_, Rule>) -> Option<FactKind> {
        let part = pair.into_inner().last()?;
        let span = self.span(&part);
        let (address, ports) = self.address(part)?;
        let port = match ports.as_ref().map(|ports| ports.items.as_slice()) {
            Some([port]) => match (&port.value.port, port.value.protocol) {
                (PortRef::Number(number), None | Some(Protocol::Tcp)) => Some(Node::new(*number, port.span)),
                _ => None,
            },
            // A port that could not be read is reported already.
            Some([]) => return None,
            _ => None,
        };
        if port.is_none() {
            self.report(SyntaxProblem::ApiserverPort { span });
        }
        Some(FactKind::Apiserver { address, port: port? })
    }
}
