; The captures of Neovim (`indent.begin` …) and of Helix (`indent`, `outdent`), each of which passes over the other's.

[(block) (facts) (requests) (labels) (port_list) (several)] @indent @indent.begin
["}" ")" "]"] @outdent @indent.branch @indent.end
(string) @indent.ignore
