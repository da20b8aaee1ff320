//! Requests in words, as near to a source as can be.

use super::{Authority, Methods, RequestLine, RequestSet, Target};
use crate::policy::{Op, Query};
use std::fmt;

/// `GET, HEAD /a/* without query at host "h" with header x: v`
impl fmt::Display for RequestSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.methods {
            Methods::Any => f.write_str("request")?,
            Methods::In(methods) if methods.is_empty() => f.write_str("no method")?,
            Methods::In(methods) => {
                for (index, method) in methods.iter().enumerate() {
                    write!(f, "{}{method}", if index == 0 { "" } else { ", " })?;
                }
            }
            Methods::Matching(text) => write!(f, "method matching {text:?}")?,
        }
        match &self.target {
            Target::Path { path, query: Query::Any } => write!(f, " {path}")?,
            Target::Path { path, query: Query::None } => write!(f, " {path} without query")?,
            Target::Matching(text) => write!(f, " target matching {text:?}")?,
        }
        match &self.authority {
            Authority::Any => {}
            Authority::Host(host) => write!(f, " at host \"{host}\"")?,
            Authority::Matching(text) => write!(f, " at authority matching {text:?}")?,
        }
        for header in &self.headers.0 {
            match &header.op {
                Op::Exists => write!(f, " with header {}", header.key)?,
                Op::DoesNotExist => write!(f, " without header {}", header.key)?,
                Op::In(_) | Op::NotIn(_) => write!(f, " with header {header}")?,
            }
        }
        Ok(())
    }
}

/// `GET /a?q at host "h" with header x: v`
impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)?;
        if let Some(authority) = &self.authority {
            write!(f, " at host \"{authority}\"")?;
        }
        for (name, value) in &self.headers {
            write!(f, " with header {name}: {value}")?;
        }
        Ok(())
    }
}
