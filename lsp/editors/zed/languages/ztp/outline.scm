(namespace "namespace" @context name: (_) @name) @item
(namespace_block "namespace" @context name: (_) @name) @item
(cluster "cluster" @context name: (_) @name) @item
(namespace_set "namespaces" @context name: (_) @name) @item
(node_set "nodes" @context name: (_) @name) @item
(workload "workload" @context name: (_) @name) @item
(external "external" @context name: (_) @name) @item
(group "group" @context name: (_) @name) @item
