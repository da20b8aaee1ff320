//! Addresses and ranges.

use super::Builder;
use crate::diagnostic::problem::syntax::{AddressFault, SyntaxProblem};
use crate::source::Span;
use crate::syntax::grammar::Rule;
use ipnet::IpNet;
use pest::iterators::Pair;
use std::net::IpAddr;

impl Builder<'_> {
    /// An address or range, in brackets if it is IPv6.
    pub(super) fn range(&mut self, pair: &Pair<'_, Rule>) -> Option<IpNet> {
        let span = self.span(pair);
        let text = pair.as_str();
        let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let read = match inside {
            Some(inside) => read_range(inside, true),
            None => read_range(text, false),
        };
        match read {
            Ok(range) => self.without_host_bits(range, span, text),
            Err(fault) => {
                self.report(SyntaxProblem::Address { span, text: text.into(), fault });
                None
            }
        }
    }

    fn without_host_bits(&mut self, range: IpNet, span: Span, text: &str) -> Option<IpNet> {
        if range != range.trunc() {
            self.report(SyntaxProblem::HostBits { span, text: text.into(), range });
            return None;
        }
        Some(range)
    }
}

fn read_range(text: &str, six: bool) -> Result<IpNet, AddressFault> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let octal = |group: &str| group.len() > 1 && group.starts_with('0');
    if !six && address.split('.').any(octal) {
        return Err(AddressFault::LeadingZero);
    }
    let address: IpAddr = address.parse().map_err(|_| AddressFault::NoAddress)?;
    match address {
        IpAddr::V4(_) if six => return Err(AddressFault::Brackets),
        IpAddr::V6(_) if !six => return Err(AddressFault::NoAddress),
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => return Err(AddressFault::Mapped),
        _ => {}
    }
    let most = if six { 128 } else { 32 };
    let length = match prefix {
        None => most,
        Some(prefix) if prefix.bytes().all(|byte| byte.is_ascii_digit()) && !octal(prefix) => {
            prefix.parse().map_err(|_| AddressFault::Prefix(most))?
        }
        Some(_) => return Err(AddressFault::Prefix(most)),
    };
    IpNet::new(address, length).map_err(|_| AddressFault::Prefix(most))
}
