; A name is that of its namespace: of a block, or else of the file.

[(file) (namespace_block)] @local.scope

(workload name: (name) @local.definition.type)
(group name: (name) @local.definition.type)
(external name: (name) @local.definition.type)
(node_set name: (name) @local.definition.type)

(peer (name) @local.reference)
