//! The spelling of requests.

use super::clause::Clause;
use super::writer::Writer;
use crate::syntax::ast::{GrpcMethod, Path, PathSegment, Request};
use crate::syntax::build::is_plain_in_path;

impl Writer {
    /// A line of a block: `GET /path without query`
    pub(super) fn request_line(&mut self, request: &Request) {
        self.requested(request);
        self.clauses(Clause::narrowing(request));
    }

    /// `GET, HEAD /path`, `request /path`
    pub(super) fn requested(&mut self, request: &Request) {
        if request.methods.is_empty() {
            self.text("request");
        }
        self.names(&request.methods);
        self.text(" ");
        match &request.path.value {
            Path::Matching(expression) => {
                self.text("matching ");
                self.quoted(expression);
            }
            Path::Segments { segments, rest } => self.path(segments, *rest),
        }
    }

    fn path(&mut self, segments: &[PathSegment], rest: bool) {
        let odd = |segment: &PathSegment| matches!(segment, PathSegment::Literal(text) if text.starts_with(':') || !text.chars().all(is_plain_in_path));
        let mut path = String::new();
        for segment in segments {
            path.push('/');
            match segment {
                PathSegment::Literal(text) => path.push_str(text),
                PathSegment::One(name) if name.is_empty() => path.push('*'),
                PathSegment::One(name) => {
                    path.push('{');
                    path.push_str(name);
                    path.push('}');
                }
            }
        }
        if rest {
            path.push_str("/**");
        }
        if segments.iter().any(odd) { self.quoted(&path) } else { self.text(&path) }
    }

    /// `pkg.Service/Method`
    pub(super) fn grpc_method(&mut self, method: &GrpcMethod) {
        self.text(&method.service);
        self.text("/");
        self.text(method.method.as_deref().unwrap_or("*"));
    }
}
