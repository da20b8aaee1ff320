; Highlights. No two patterns fit one node, so their order means nothing to any editor.
; `@module @namespace`: Neovim and Helix call the same thing by these names.

(comment) @comment
(string) @string
(escape) @string.escape
(path) @string.special.path
(grpc_method) @function.method
(method) @constant
(header_name) @property
(header_value) @string
(date) @number
(version) @number
(number) @number
(port) @number
(port_name) @label
(code) @constant
(address) @number
(address6) @number
(domain_name) @string.special.url
(label_key) @property
(label_value) @string
(every_name) @character.special

; What stands for peers by itself, and names.
(peer
  (name) @constant.builtin
  (#any-of? @constant.builtin
    "anything" "world" "cluster" "host" "remote-node" "nodes" "kube-apiserver" "ingress" "health" "init" "unmanaged"
    "private" "cloud-metadata"))
(peer
  (name) @variable
  (#not-any-of? @variable
    "anything" "world" "cluster" "host" "remote-node" "nodes" "kube-apiserver" "ingress" "health" "init" "unmanaged"
    "private" "cloud-metadata"))
(namespace_prefix) @module @namespace
(qualified_name name: (name) @variable)
(within set: (name) @module @namespace)
(every_workload) @keyword
(every_namespace) @keyword
(workloads) @keyword

; Declarations.
(workload name: (name) @type)
(node_set name: (name) @type)
(group name: (name) @type)
(external name: (name) @type)
(namespace name: (name) @module @namespace)
(namespace_block name: (name) @module @namespace)
(namespace_set name: (name) @module @namespace)
(project name: (name) @module @namespace)
(cluster name: (name) @module @namespace)
(dns namespace: (name) @module @namespace)
(account (name) @variable)
(enforcer name: (name) @constant)
(features (name) @constant)
(mesh_name (name) @constant)
(cloud (name) @constant)
(directions ["ingress" "egress"] @constant.builtin)
(enforcing "nothing" @constant.builtin)

; Words.
(platform) @keyword
(nothing_but "nothing" @keyword.operator)
(assertion "nothing" @keyword.operator)
[
  "namespace" "in" "labels" "owner" "enforcing"
  "project" "cluster" "enforcer" "features" "dns" "domain" "search" "pods" "apiserver" "mesh-name" "regex-budget" "cloud"
  "namespaces" "nodes" "workloads" "by" "workload" "as" "serviceaccount" "serves" "external" "group"
  "enforce" "for" "expose" "to" "accept" "any"
] @keyword
["may" "not" "always" "only" "no" "but" "can" "cannot" "assert"] @keyword.operator
["reach" "use" "call" "resolve" "ping" "request" "matching" "on"] @function.builtin
["except" "with" "without" "until" "because" "at" "mutual" "auth" "tls" "name" "header" "query" "host"] @keyword.modifier

["{" "}" "(" ")" "["  "]"] @punctuation.bracket
["," ":" ";"] @punctuation.delimiter
["=" "!"] @operator
