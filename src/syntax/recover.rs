//! What is wrong with a sentence that could not be read.

use super::form;
use super::grammar::{Grammar, Rule};
use super::slip::{self, Failure};
use crate::diagnostic::problem::syntax::SyntaxProblem;
use crate::source::{FileId, Span};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use std::ops::Range;

/// Reads the text of `span` again by `rule` and says where it went wrong and what was expected there.
pub(super) fn explain(file: FileId, text: &str, span: Span, rule: Rule) -> SyntaxProblem {
    let sentence = text.get(span.start as usize..span.end as usize).unwrap_or_default().trim_end();
    let (at, mut rules) = failure(rule, sentence);
    let (at, found) = word_at(sentence, at);
    if slip::starts_a_sentence(slip::first_word(sentence)) {
        // Nobody is called so: the sentence is not one of those in which a name stands there and then `may`.
        rules.retain(|rule| *rule != Rule::kw_may);
    }
    let place = |range: Range<usize>| {
        let offset = |at: usize| span.start + u32::try_from(at).unwrap_or_default();
        Span::new(file, offset(range.start), offset(range.end))
    };
    let known = Failure { sentence, at, found, rules: &rules, fact: rule == Rule::lone_fact };
    if let Some((slip, range)) = slip::find(&known) {
        return SyntaxProblem::Slip { span: place(range), slip };
    }
    let span = place(at..at + found.len());
    SyntaxProblem::Unexpected { span, found: found.into(), expected: expected(&rules), form: form::find(&known) }
}

/// Where the rule fails that gets furthest, and what it and its likes would have taken there.
fn failure(rule: Rule, sentence: &str) -> (usize, Vec<Rule>) {
    // Keywords end with a blank; without one here the last word of the sentence could not be one.
    let Err(error) = Grammar::parse(rule, &format!("{sentence} ")) else { return (sentence.len(), Vec::new()) };
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(sentence.len()),
    };
    match error.variant {
        ErrorVariant::ParsingError { positives, .. } => (at, positives),
        ErrorVariant::CustomError { .. } => (at, Vec::new()),
    }
}

/// The word at or behind an offset, and where it starts. At the end of the text the word is empty and stands where
/// the text ends.
fn word_at(sentence: &str, at: usize) -> (usize, &str) {
    let rest = sentence.get(at..).unwrap_or_default();
    let word = rest.trim_start();
    let start = at + (rest.len() - word.len());
    let end = word.char_indices().skip(1).find(|(_, c)| c.is_whitespace() || matches!(c, ',' | ';'));
    (start, word.get(..end.map_or(word.len(), |(end, _)| end)).unwrap_or_default())
}

/// What was expected, in words: the likeliest only, each once.
fn expected(rules: &[Rule]) -> Vec<&'static str> {
    let mut words: Vec<_> = rules.iter().filter_map(|rule| describe(*rule)).collect();
    words.sort_unstable();
    words.dedup();
    let best = words.first().map_or(0, |(rank, _)| *rank);
    words.into_iter().filter(|(rank, _)| *rank == best).map(|(_, word)| word).collect()
}

/// A rule in words, with a rank: what goes on with the sentence comes before what could be added to it.
fn describe(rule: Rule) -> Option<(u8, &'static str)> {
    Some(match rule {
        Rule::peers | Rule::peer | Rule::member | Rule::every_workload => (0, "a peer"),
        Rule::action => (0, "`reach` or a request such as `GET /path`"),
        Rule::lone_sentence => (0, "a sentence"),
        Rule::lone_fact => (0, "a fact such as `enforcer cilium 1.18`"),
        Rule::lone_request => (0, "a request such as `GET /path`"),
        Rule::labels => (1, "labels in braces"),
        Rule::requirement | Rule::label_key => (0, "a label's key"),
        Rule::label_value => (0, "a label's value"),
        Rule::port | Rule::port_list => (0, "a port"),
        Rule::ports => (0, "a port"),
        Rule::path | Rule::quoted_path | Rule::matching => (0, "a path"),
        Rule::requested | Rule::request_line | Rule::method => (1, "a method such as `GET`"),
        Rule::grpc_method => (0, "a gRPC method such as `shop.Catalog/ListProducts`"),
        Rule::dns_name | Rule::any_name => (0, "a DNS name"),
        Rule::string | Rule::because => (0, "text in double quotes"),
        Rule::until => (0, "a day such as `2027-03-31`"),
        Rule::direction | Rule::directions => (0, "`ingress` or `egress`"),
        Rule::atom => (0, "a name"),
        Rule::ip6 | Rule::address | Rule::dns_pods => (0, "an address"),
        Rule::port_name | Rule::serve => (0, "a port's name and its number"),
        Rule::header_name => (0, "a header's name"),
        Rule::header_value => (0, "a header's value"),
        Rule::folder_path => (0, "a folder"),
        Rule::facts | Rule::requests | Rule::block => (0, "`{`"),
        Rule::enforcer | Rule::features | Rule::cloud => (0, "a fact of the cluster"),
        Rule::EOI => (2, "the end of the sentence"),
        Rule::equals => (0, "`=`"),
        Rule::kw_may => (0, "`may`"),
        Rule::kw_can => (0, "`can`"),
        Rule::kw_cannot => (0, "`cannot`"),
        Rule::kw_on => (0, "`on`"),
        Rule::kw_to => (0, "`to`"),
        Rule::kw_for => (0, "`for`"),
        Rule::kw_by => (0, "`by`"),
        Rule::kw_but => (0, "`but`"),
        Rule::kw_reach | Rule::reach => (0, "`reach`"),
        Rule::kw_request => (1, "`request`"),
        Rule::kw_not | Rule::kw_only | Rule::kw_always => (4, "`not`, `only` or `always`"),
        Rule::in_set => (3, "`in`"),
        Rule::kw_name => (0, "`name`"),
        Rule::kw_auth => (0, "`auth`"),
        Rule::kw_host | Rule::at_host => (0, "`host`"),
        Rule::kw_query | Rule::without_query => (0, "`query`"),
        Rule::kw_serviceaccount => (0, "`serviceaccount`"),
        Rule::kw_nothing => (0, "`nothing`"),
        Rule::mutual_auth | Rule::tls_name | Rule::header | Rule::kw_mutual | Rule::kw_tls | Rule::kw_header => {
            (0, "`mutual auth`, `tls name` or `header`")
        }
        Rule::account | Rule::serves => (3, "`as serviceaccount` or `serves`"),
        Rule::enforcing | Rule::owner => (3, "`owner` or `enforcing`"),
        Rule::folder | Rule::namespace_labels => (4, "`in` or `labels`"),
        Rule::kw_except => (4, "`except`"),
        _ => return None,
    })
}
