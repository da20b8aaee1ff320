/**
 * @file Tree-sitter grammar of ztp
 * @license Apache-2.0
 *
 * It follows ../ztp.pest rule by rule, and differs where an editor is better served:
 * - what the compiler tells apart by the shape of a word (names, DNS names, addresses) are tokens of their own here;
 * - values out of their range are fine, since the compiler says better what is wrong with them.
 *
 * Newlines end sentences, so they are no blanks: `lines` says where they are free. A newline before `on`, `at`, `with`,
 * `except`, `until`, `because` or `to` goes on with the sentence; whether it does is known only at the next word, which is
 * what the conflicts at the end are for. Keywords are so only where the grammar asks for them (`word`).
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// The character classes of ztp.pest: what words are made of, what ports are made of, what a path goes on with.
const LETTER = '[a-zA-Z0-9_*#./\\-\\u{80}-\\u{10FFFF}]';
const WORD = `[a-zA-Z0-9_*.\\-\\u{80}-\\u{10FFFF}]${LETTER}*`;
const NAME = '[a-zA-Z0-9_\\-\\u{80}-\\u{FEFE}\\u{FF00}-\\u{10FFFF}][a-zA-Z0-9_#\\-\\u{80}-\\u{10FFFF}]*';
const PORT = '[a-zA-Z0-9_\\-]+(/[a-zA-Z0-9_\\-]+)?';
const PATH = '/[!#-:<-~\\u{80}-\\u{10FFFF}]*';

/** @param {string} pattern */
const regex = (pattern) => new RustRegex(pattern);

module.exports = grammar({
  name: 'ztp',

  word: ($) => $.name,
  extras: ($) => [/[ \t]/, $.comment],
  supertypes: ($) => [$.action, $.clause],
  inline: ($) => [$._any_address],

  conflicts: ($) => [[$.sentence], [$.peers], [$.request_line]],

  rules: {
    // ------------------------------------------------------------------------------------------------------ file

    file: ($) => seq(optional('\uFEFF'), entries($)),
    _newline: () => /\r?\n/,
    _end: ($) => choice($._newline, ';'),
    comment: () => token(seq('#', /[^\r\n]*/)),
    string: ($) =>
      seq('"', repeat(choice(alias(token.immediate(/[^"\\\r\n]+/), $.string_content), $.escape)), token.immediate('"')),
    escape: () => token.immediate(/\\["\\]/),

    /// `platform` alone on its line.
    platform: () => 'platform',
    /// `namespace NAME …`: a header line or, in a platform file, a declaration.
    namespace: ($) => seq('namespace', field('name', $.name), repeat($._namespace_part)),
    /// The same with its sentences in braces.
    namespace_block: ($) =>
      seq('namespace', field('name', $.name), repeat($._namespace_part), field('body', $.block)),
    block: ($) => seq('{', entries($), '}'),
    _namespace_part: ($) => choice($.folder, $.namespace_labels, $.owner, $.enforcing),
    folder: ($) => seq('in', choice($.string, alias($._word, $.path))),
    namespace_labels: ($) => seq('labels', $.labels),
    owner: ($) => seq('owner', $.string),
    enforcing: ($) => seq('enforcing', choice('nothing', $.directions)),
    directions: ($) => list($, choice('ingress', 'egress')),

    sentence: ($) =>
      choice(
        $.platform, $.namespace, $.workload, $.group, $.external, $.enforce, $.project, $.cluster, $.namespace_set,
        $.node_set, $.workloads_by,
        seq(choice($.permit, $.expose, $.forbid, $.nothing_but, $.assertion, $.accept), clauses($)),
      ),

    // ---------------------------------------------------------------------------------------------- declarations

    project: ($) => seq('project', field('name', $.name)),
    cluster: ($) => seq('cluster', field('name', $.name), field('body', $.facts)),
    facts: ($) => seq('{', lines_of($, $._fact), '}'),
    _fact: ($) =>
      choice(
        $.enforcer, $.features, $.dns, $.domain, $.search, $.pods, $.apiserver, $.workloads_by, $.mesh_name,
        $.regex_budget, $.cloud, $.external,
      ),
    enforcer: ($) => seq('enforcer', field('name', $.name), field('version', alias($._word, $.version))),
    features: ($) => seq('features', list($, $.name)),
    dns: ($) => seq('dns', choice(seq(field('namespace', $.name), $.labels), $._any_address), optional($.ports)),
    domain: ($) => seq('domain', $._dns_name),
    search: ($) => seq('search', list($, $._dns_name)),
    pods: ($) => seq('pods', list($, $._any_address)),
    apiserver: ($) => seq('apiserver', $._any_address, optional($.ports)),
    mesh_name: ($) => seq('mesh-name', $.name),
    regex_budget: ($) => seq('regex-budget', alias($._word, $.number)),
    cloud: ($) => seq('cloud', $.name),

    namespace_set: ($) => seq('namespaces', field('name', $.name), $.labels),
    node_set: ($) => seq('nodes', field('name', $.name), $.labels, optional($.enforcing)),
    workloads_by: ($) => seq('workloads', 'by', alias($._word, $.label_key)),
    workload: ($) =>
      seq(
        'workload', field('name', choice($.name, $.qualified_name)),
        optional($.labels), optional($.account), optional($.serves),
      ),
    account: ($) => seq('as', 'serviceaccount', $.name),
    serves: ($) => seq('serves', list($, $.serve)),
    serve: ($) => seq(field('name', alias($._port, $.port_name)), $.port),
    external: ($) => seq('external', field('name', $.name), '=', $.peers),
    group: ($) => seq('group', field('name', $.name), '=', $.peers),

    labels: ($) => seq('{', lines($), items($, $.requirement), '}'),
    requirement: ($) =>
      choice(
        seq('!', field('key', $.label_key)),
        seq(field('key', $.label_key), optional(choice($._is, $._one_of))),
      ),
    _is: ($) => seq(':', field('value', $.label_value)),
    _one_of: ($) =>
      seq(optional('not'), 'in', '(', lines($), items($, field('value', $.label_value)), ')'),
    label_key: ($) => $._word,
    label_value: ($) => choice($.string, $._word),

    // ----------------------------------------------------------------------------------------------------- peers

    peers: ($) => seq(list($, $.peer), optional(seq(lines($), $.except))),
    except: ($) => seq('except', list($, $.peer)),
    peer: ($) => seq(choice($._who, $.several), optional($.ports)),
    _who: ($) =>
      choice(
        $.every_workload,
        seq(choice($._declared, $.qualified_name, $.labels, $.workloads), optional($.within)),
        $.domain_name,
        $._any_address,
      ),
    // Words that may stand where a name does and are not reserved, or stand for peers.
    _declared: ($) => choice($.name, alias(choice('cluster', 'nodes', 'project', 'request'), $.name)),
    every_workload: () => seq('every', 'workload'),
    workloads: () => choice('workloads', 'workload'),
    within: ($) => seq('in', choice($.every_namespace, field('set', $.name))),
    every_namespace: () => seq('every', 'namespace'),
    several: ($) => seq('(', lines($), items($, $.peer), ')'),
    qualified_name: ($) =>
      seq(
        field('namespace', $.namespace_prefix),
        choice(field('name', alias(token.immediate(regex(NAME)), $.name)), $.every_name, $.labels),
      ),
    every_name: () => token.immediate('*'),

    ports: ($) => seq(token.immediate(':'), choice(alias($._immediate_port, $.port), $.port_list)),
    port_list: ($) => seq(token.immediate('['), lines($), items($, $.port), ']'),
    port: ($) => $._port,

    // ------------------------------------------------------------------------------------------------- sentences

    permit: ($) =>
      seq(
        field('subject', $.peers), 'may',
        choice(seq(optional(choice('not', 'always')), $.action), seq('only', $.reach)),
      ),
    forbid: ($) => seq('no', field('subject', $.peers), 'may', $.action),
    nothing_but: ($) => seq('nothing', 'but', field('subject', $.peers), 'may', $.reach),
    enforce: ($) => seq('enforce', $.directions, 'for', $.peers),
    expose: ($) =>
      seq(
        'expose', optional(seq($._requested, lines($), 'on')), field('object', $.peers), clauses($),
        lines($), 'to', field('subject', $.peers),
      ),
    assertion: ($) =>
      seq(
        'assert',
        choice(
          seq('only', field('subject', $.peers), 'can'),
          seq('nothing', 'can'),
          seq(field('subject', $.peers), choice('can', 'cannot')),
        ),
        $.action,
      ),
    accept: ($) => seq('accept', alias($._word, $.code)),

    action: ($) => choice($.reach, $.request, $.use, $.call, $.resolve, $.ping),
    reach: ($) => seq('reach', field('object', $.peers)),
    ping: ($) => seq('ping', field('object', $.peers)),
    request: ($) => seq($._requested, lines($), 'on', field('object', $.peers)),
    _requested: ($) => seq(choice('request', list($, $.method)), choice($.path, $.string, $.matching)),
    matching: ($) => seq('matching', $.string),
    use: ($) => seq('use', field('object', $.peers), clauses($), field('body', $.requests)),
    requests: ($) => seq('{', lines_of($, $.request_line), '}'),
    request_line: ($) => seq($._requested, clauses($)),
    call: ($) => seq('call', list($, alias($._word, $.grpc_method)), lines($), 'on', field('object', $.peers)),
    resolve: ($) => seq('resolve', choice($.any_name, list($, $._dns_name))),
    any_name: () => seq('any', 'name'),

    clause: ($) => choice($.mutual_auth, $.tls_name, $.header, $.without_query, $.until, $.because, $.at_host),
    mutual_auth: () => seq('with', 'mutual', 'auth'),
    tls_name: ($) => seq('with', 'tls', 'name', $._dns_name),
    header: ($) =>
      seq('with', 'header', $.header_name, optional(seq(':', choice($.string, alias($._word, $.header_value))))),
    without_query: () => seq('without', 'query'),
    until: ($) => seq('until', $.date),
    because: ($) => seq('because', $.string),
    at_host: ($) => seq('at', 'host', $.string),

    // ---------------------------------------------------------------------------------------------------- tokens

    // Of tokens that are as long as each other the first one here is taken.
    method: () => token(/[A-Z][A-Z\-]*/),
    address: () => token(/[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/[0-9]+)?/),
    name: () => token(regex(NAME)),
    /// The namespace of `namespace/name`, with the mark: so that `no/api` is one name and not the word `no`.
    namespace_prefix: () => token(regex(`${NAME}/`)),
    domain_name: () => token(regex('[a-zA-Z0-9_*\\-]*[*.][a-zA-Z0-9_*.\\-]*')),
    address6: () => token(/\[[^\]\s]+\]/),
    _any_address: ($) => choice($.address, $.address6),
    _dns_name: ($) => choice($.domain_name, $.name),
    _word: () => token(regex(WORD)),
    _port: () => token(regex(PORT)),
    _immediate_port: () => token.immediate(regex(PORT)),
    path: () => token(regex(PATH)),
    header_name: () => token(/[a-zA-Z0-9_.!$%&'*+^`|~#\-]+/),
    date: () => token(/[0-9]{4}-[0-9]{2}-[0-9]{2}/),
  },
});

/** Newlines where they mean nothing. */
function lines($) {
  return repeat($._newline);
}

/** `a, b`; newlines are free after a comma. */
function list($, item) {
  return seq(item, repeat(seq(',', lines($), item)));
}

/** `a, b,` within brackets, where newlines are free. */
function items($, item) {
  return seq(item, lines($), repeat(seq(',', lines($), item, lines($))), optional(seq(',', lines($))));
}

/** Clauses, each on the line or on one below. */
function clauses($) {
  return repeat(seq(lines($), $.clause));
}

/** Facts or requests, one a line. */
function lines_of($, item) {
  return seq(repeat(choice($._end, seq(item, $._end))), optional(item));
}

/** Sentences, one a line, and blocks, which end by themselves. */
function entries($) {
  return seq(repeat(choice($._end, seq($.sentence, $._end), $.namespace_block)), optional($.sentence));
}
