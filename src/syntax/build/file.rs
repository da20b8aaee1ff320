//! Files: headers, blocks and what stands under them.

use super::Builder;
use crate::diagnostic::problem::syntax::{HeaderFault, SyntaxProblem};
use crate::source::Span;
use crate::syntax::ast::{
    Comment, Direction, Header, HeaderKind, Item, ItemKind, LabelSelector, LabelTest, Name, NamespaceDecl, Node, Place,
    Section, Tree,
};
use crate::syntax::grammar::Rule;
use crate::syntax::{recover, slip};
use pest::iterators::Pair;

/// What a `namespace …` says, before it is known what it is.
struct NamespaceLine<'i> {
    name: Name,
    folder: Option<Name>,
    labels: Option<LabelSelector>,
    owner: Option<Name>,
    enforcing: Option<Node<Vec<Node<Direction>>>>,
    /// The first part that only a declaration has.
    declaring: Option<Span>,
    block: Option<Pair<'i, Rule>>,
    /// Without the block.
    span: Span,
}

/// The sections of a file so far.
#[derive(Default)]
struct Sections {
    done: Vec<Section>,
    /// Whether a `platform` section is among them, or open.
    has_platform: bool,
    /// Where sentences go now; `None` before the first header and after a block.
    open: Option<Section>,
    /// The header line of the file.
    line_header: Option<Span>,
    /// The last block's header, for a sentence that follows it.
    last_block: Option<Span>,
    /// Whether sentences without a header are already explained by an error.
    explained: bool,
    /// How many items the first section may have.
    expected: usize,
}

impl Sections {
    /// Whether a `namespace` without a block declares one: also below a declaration that could not be read.
    fn in_platform(&self) -> bool {
        match &self.open {
            Some(section) if section.header.is_none() => self.explained && self.has_platform,
            section => section.as_ref().is_some_and(is_platform),
        }
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }

    fn start(&mut self, header: Option<Header>, span: Span) {
        self.close();
        let items = Vec::with_capacity(std::mem::take(&mut self.expected));
        let section = Section { header, items, trailing: Vec::new(), span: Place(span) };
        self.has_platform |= is_platform(&section);
        self.open = Some(section);
    }
}

impl Builder<'_> {
    /// A whole file.
    pub(super) fn file(&mut self, pair: Pair<'_, Rule>) -> Tree {
        let parts = pair.into_inner();
        let mut sections = Sections { expected: parts.len(), ..Sections::default() };
        for part in parts {
            match part.as_rule() {
                Rule::EOI => {}
                Rule::platform => self.platform(&part, &mut sections),
                Rule::namespace => self.namespace(part, &mut sections),
                Rule::bad => self.bad_entry(part, &mut sections),
                _ => self.loose_item(part, &mut sections),
            }
        }
        sections.close();
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let trailing = self.comments_before(end);
        if sections.done.is_empty() {
            self.report(SyntaxProblem::NoHeader { span: self.place(0, 0) });
        }
        Tree { sections: sections.done, trailing, inner: std::mem::take(&mut self.inner) }
    }

    fn platform(&mut self, pair: &Pair<'_, Rule>, sections: &mut Sections) {
        let span = self.span(pair);
        let comments = self.comments_before(span.start);
        let blank_before = !comments.is_empty() && self.blank_before(span.start);
        self.second_header(span, sections);
        let line_comment = self.end_line(span.end);
        let header = Header { comments, blank_before, kind: HeaderKind::Platform, span: Place(span), line_comment };
        sections.line_header = sections.line_header.or(Some(span));
        sections.start(Some(header), span);
    }

    /// A header line that is not the first thing of its file.
    fn second_header(&mut self, span: Span, sections: &Sections) {
        if let Some(first) = sections.line_header.or(sections.last_block) {
            self.report(SyntaxProblem::SecondHeader { span, first });
        }
    }

    fn namespace(&mut self, pair: Pair<'_, Rule>, sections: &mut Sections) {
        let start = self.span(&pair).start;
        let comments = self.comments_before(start);
        let blank_before = self.blank_before(start);
        let line = self.namespace_line(pair);
        let in_platform = sections.in_platform();
        if line.block.is_none() && in_platform {
            self.namespace_declaration(line, comments, blank_before, sections);
            return;
        }
        if let Some(span) = line.declaring {
            self.report(SyntaxProblem::Header { span, fault: HeaderFault::Declares });
        }
        let blank_before = blank_before && !comments.is_empty();
        let kind = HeaderKind::Namespace {
            name: line.name,
            owner: line.owner,
            enforcing: line.enforcing,
            block: line.block.is_some(),
        };
        match line.block {
            Some(block) => {
                if let Some(first) = sections.line_header.filter(|_| !sections.has_platform) {
                    self.report(SyntaxProblem::SecondHeader { span: line.span, first });
                }
                let header = Header { comments, blank_before, kind, span: Place(line.span), line_comment: None };
                self.block(header, block, sections);
            }
            None => {
                self.second_header(line.span, sections);
                self.keep_inner_comments(line.span.end);
                let line_comment = self.line_comment(line.span.end);
                let header = Header { comments, blank_before, kind, span: Place(line.span), line_comment };
                sections.line_header = sections.line_header.or(Some(line.span));
                sections.start(Some(header), line.span);
            }
        }
    }

    fn namespace_line<'i>(&mut self, pair: Pair<'i, Rule>) -> NamespaceLine<'i> {
        let whole = self.span(&pair);
        let mut line = NamespaceLine {
            name: Node::new("".into(), whole),
            folder: None,
            labels: None,
            owner: None,
            enforcing: None,
            declaring: None,
            block: None,
            span: Span { end: whole.start, ..whole },
        };
        for part in pair.into_inner() {
            let span = self.span(&part);
            let rule = part.as_rule();
            if rule != Rule::block {
                line.span = line.span.to(span);
            }
            let twice = match rule {
                Rule::folder => line.folder.is_some(),
                Rule::namespace_labels => line.labels.is_some(),
                Rule::owner => line.owner.is_some(),
                Rule::enforcing => line.enforcing.is_some(),
                _ => false,
            };
            if twice {
                self.report(SyntaxProblem::Header { span, fault: HeaderFault::Twice });
            }
            match rule {
                Rule::atom => line.name = self.any_name(&part),
                Rule::folder => {
                    line.declaring.get_or_insert(span);
                    line.folder = part.into_inner().last().and_then(|folder| self.folder(&folder));
                }
                Rule::namespace_labels => {
                    line.declaring.get_or_insert(span);
                    line.labels = part.into_inner().last().map(|labels| self.fixed_labels(labels));
                }
                Rule::owner => line.owner = part.into_inner().last().map(|owner| self.string(&owner)),
                Rule::enforcing => line.enforcing = Some(self.enforcing(part)),
                Rule::block => line.block = Some(part),
                _ => {}
            }
        }
        line
    }

    /// A folder below the project's root, without a closing `/`.
    fn folder(&mut self, pair: &Pair<'_, Rule>) -> Option<Name> {
        let folder = self.string_or_word(pair);
        let path = folder.value.strip_suffix('/').unwrap_or(&folder.value);
        let odd = |part: &str| matches!(part, "" | "." | "..") || part.contains(['\\', '*']);
        if path.split('/').any(odd) {
            self.report(SyntaxProblem::Folder { span: folder.span, text: folder.value.clone() });
            return None;
        }
        Some(Node::new(path.into(), folder.span))
    }

    /// Labels that something has, not labels that it is chosen by.
    fn fixed_labels(&mut self, pair: Pair<'_, Rule>) -> LabelSelector {
        let labels = self.labels(pair);
        for requirement in &labels.requirements {
            if !matches!(requirement.test, LabelTest::Is(_)) {
                self.report(SyntaxProblem::LabelTestHere {
                    span: requirement.key.span,
                    key: requirement.key.value.clone(),
                });
            }
        }
        labels
    }

    fn namespace_declaration(
        &mut self,
        line: NamespaceLine<'_>,
        comments: Vec<Comment>,
        blank_before: bool,
        sections: &mut Sections,
    ) {
        if let Some(enforcing) = &line.enforcing {
            self.report(SyntaxProblem::Header { span: enforcing.span, fault: HeaderFault::Enforces });
        }
        let NamespaceLine { name, folder, labels, owner, span, .. } = line;
        let kind = ItemKind::NamespaceDecl(NamespaceDecl { name, folder, labels, owner });
        let span = self.end_sentence(span);
        let line_comment = self.line_comment(span.end);
        if let Some(section) = &mut sections.open {
            section.span.0 = section.span.0.to(span);
            section.items.push(Item { comments, blank_before, kind, span: Place(span), line_comment });
        }
    }

    fn block(&mut self, mut header: Header, pair: Pair<'_, Rule>, sections: &mut Sections) {
        let whole = self.span(&pair);
        self.keep_inner_comments(whole.start);
        header.line_comment = self.line_comment(whole.start + 1);
        let span = header.span.0;
        sections.start(Some(header), span.to(whole));
        sections.explained = false;
        let open = self.open_block(&pair);
        let mut end = None;
        let parts = pair.into_inner();
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            match part.as_rule() {
                Rule::close => end = Some(self.span(&part).start),
                _ => items.push(self.item(part)),
            }
        }
        let trailing = self.close_block(open, end);
        sections.explained = end.is_none();
        if let Some(section) = &mut sections.open {
            section.items = items;
            section.trailing = trailing;
        }
        sections.close();
        sections.last_block = Some(span);
    }

    /// A sentence that stands in no block.
    fn loose_item(&mut self, pair: Pair<'_, Rule>, sections: &mut Sections) {
        let span = self.span(&pair);
        self.need_section(span, sections);
        let item = self.item(pair);
        if let Some(section) = &mut sections.open {
            section.span.0 = section.span.0.to(item.span.0);
            section.items.push(item);
        }
    }

    /// Opens a section without a header where there is none, and says so once.
    fn need_section(&mut self, span: Span, sections: &mut Sections) {
        if sections.open.is_some() {
            return;
        }
        if !sections.explained {
            self.report(match sections.last_block {
                Some(block) => SyntaxProblem::AfterBlock { span, block },
                None => SyntaxProblem::NoHeader { span },
            });
        }
        sections.explained = true;
        sections.start(None, span);
    }

    /// What cannot be read. If it looks like a header, what follows belongs to nobody.
    fn bad_entry(&mut self, pair: Pair<'_, Rule>, sections: &mut Sections) {
        let span = self.span(&pair);
        sections.explained |= slip::is_yaml(pair.as_str());
        if slip::is_nearly_a_header(pair.as_str()) {
            sections.start(None, span);
            sections.explained = true;
        } else if pair.as_str().starts_with('}') {
            self.keep_inner_comments(span.end);
            let explained = sections.explained && sections.open.as_ref().is_none_or(|section| section.header.is_none());
            if !explained {
                self.report(SyntaxProblem::StrayBrace { span });
            }
            return;
        } else {
            self.need_section(span, sections);
        }
        let item = self.item(pair);
        if let Some(section) = &mut sections.open {
            section.items.push(item);
        }
    }

    /// One sentence with the comments around it.
    fn item(&mut self, pair: Pair<'_, Rule>) -> Item {
        let span = self.span(&pair);
        let comments = self.comments_before(span.start);
        let blank_before = self.blank_before(span.start);
        let problems = self.problems.len();
        let declares = matches!(
            pair.as_rule(),
            Rule::workload
                | Rule::external
                | Rule::group
                | Rule::namespace_set
                | Rule::node_set
                | Rule::cluster
                | Rule::project
        );
        let kind = self.item_kind(pair).filter(|_| declares || self.problems.len() == problems);
        let span = self.end_sentence(span);
        let line_comment = self.line_comment(span.end);
        Item { comments, blank_before, kind: kind.unwrap_or(ItemKind::Bad), span: Place(span), line_comment }
    }

    fn item_kind(&mut self, pair: Pair<'_, Rule>) -> Option<ItemKind> {
        match pair.as_rule() {
            Rule::permit => self.permit(pair),
            Rule::forbid => self.forbid(pair),
            Rule::nothing_but => self.nothing_but(pair),
            Rule::expose => self.expose(pair),
            Rule::enforce => self.enforce(pair),
            Rule::assertion => self.assertion(pair),
            Rule::accept => self.accept(pair),
            Rule::workload => self.workload(pair),
            Rule::external => self.external(pair).map(ItemKind::External),
            Rule::group => self.group(pair),
            Rule::cluster => self.cluster(pair),
            Rule::namespace_set => self.namespace_set(pair),
            Rule::node_set => self.node_set(pair),
            Rule::workloads_by => self.workloads_by(pair).map(ItemKind::WorkloadsBy),
            Rule::project => pair.into_inner().last().map(|name| ItemKind::Project(self.any_name(&name))),
            _ => {
                self.bad_sentence(&pair, Rule::lone_sentence);
                None
            }
        }
    }

    /// Says what is wrong with a piece of text that a rule cannot read.
    fn bad_sentence(&mut self, pair: &Pair<'_, Rule>, rule: Rule) {
        let span = self.span(pair);
        if self.yaml || self.has_bad_character(span.start, span.end) {
            return;
        }
        // One mistake, however many lines it has.
        self.yaml = slip::is_yaml(pair.as_str());
        self.report(recover::explain(self.file, self.text, span, rule));
    }

    /// The same for a line of an inner block.
    pub(super) fn bad_line(&mut self, pair: &Pair<'_, Rule>, rule: Rule) {
        self.bad_sentence(pair, rule);
        let end = self.span(pair).end;
        self.keep_inner_comments(end);
    }

    /// A block begins: returns its brace.
    pub(super) fn open_block(&mut self, pair: &Pair<'_, Rule>) -> Span {
        let span = self.span(pair);
        self.keep_inner_comments(span.start);
        self.last = None;
        Span { end: span.start + 1, ..span }
    }

    /// A block ends at `end`, or nowhere. Returns the comments before its end.
    pub(super) fn close_block(&mut self, open: Span, end: Option<u32>) -> Vec<Comment> {
        let Some(end) = end else {
            self.report(SyntaxProblem::Unclosed { span: open });
            return Vec::new();
        };
        let comments = self.comments_before(end);
        self.last = Some(end + 1);
        comments
    }

    /// A sentence ends: what comments are still within it are kept. Returns its place without blanks behind it.
    pub(super) fn end_sentence(&mut self, span: Span) -> Span {
        let text = self.slice(span.start, span.end);
        let length = u32::try_from(text.trim_end().len()).unwrap_or_default();
        let span = Span { end: span.start + length, ..span };
        self.keep_inner_comments(span.end);
        span
    }

    fn end_line(&mut self, end: u32) -> Option<Box<Comment>> {
        self.last = Some(end);
        self.line_comment(end)
    }

    /// Whether a character that must not be there stands between `start` and `end`.
    pub(super) fn has_bad_character(&self, start: u32, end: u32) -> bool {
        let first = self.bad_characters.partition_point(|(span, _)| span.start < start);
        self.bad_characters.get(first).is_some_and(|(span, _)| span.start < end)
    }
}

fn is_platform(section: &Section) -> bool {
    section.header.as_ref().is_some_and(|header| header.kind == HeaderKind::Platform)
}
