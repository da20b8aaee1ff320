#!/bin/sh
# Builds the tree-sitter parser for Neovim and puts its queries where Neovim looks for them: beside this file, or in the
# folder that is named, which then must stand in 'runtimepath'.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
grammar=$here/../../../grammar/tree-sitter
into=${1:-$here}

mkdir -p "$into/parser" "$into/queries/ztp"
"${CC:-cc}" -O2 -fPIC -shared -I "$grammar/src" "$grammar/src/parser.c" -o "$into/parser/ztp.so"
cp "$grammar"/queries/*.scm "$into/queries/ztp/"
