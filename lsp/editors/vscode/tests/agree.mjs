// Holds the two grammars together: what tree-sitter takes for a keyword, and nothing else, TextMate colours as one.
//
// usage: node agree.mjs TREE-SITTER FILE…     (files that the compiler can read)

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tokenizer } from "./tokens.mjs";

const [command, ...files] = process.argv.slice(2);
const folder = fileURLToPath(new URL("../../../../grammar/tree-sitter", import.meta.url));

/** The words of the grammar, as `"may" "not" …`. */
function words(rule, found = new Set()) {
  if (rule.type === "STRING" && /^[a-z-]+$/.test(rule.value)) found.add(rule.value);
  for (const part of rule.members ?? (rule.content ? [rule.content] : [])) words(part, found);
  return found;
}

/** `line:column word` of every keyword that tree-sitter finds, by file. */
function trees() {
  const { rules } = JSON.parse(readFileSync(join(folder, "src/grammar.json"), "utf8"));
  const all = new Set(Object.values(rules).flatMap((rule) => [...words(rule)]));
  all.delete("platform");
  const scratch = mkdtempSync(join(tmpdir(), "ztp-"));
  const query = join(scratch, "words.scm");
  writeFileSync(query, `[(platform) (workloads) ${[...all].map((word) => `"${word}"`).join(" ")}] @word\n`);
  const out = execFileSync(command, ["query", "--captures", query, ...files], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  rmSync(scratch, { recursive: true });
  const found = new Map();
  let file;
  for (const line of out.split("\n")) {
    const capture = /start: \((\d+), (\d+)\).*text: `(.*)`/.exec(line);
    if (capture) found.get(file).add(`${+capture[1] + 1}:${+capture[2] + 1} ${capture[3]}`);
    else if (line && !line.startsWith(" ")) found.set((file = line.trim()), new Set());
  }
  return found;
}

const KEYWORD = /^(keyword\.(declaration|control|operator\.word|other)|constant\.language\.(ztp|direction))/;
const tokenize = await tokenizer();
let compared = 0;
let wrong = 0;
for (const [file, tree] of trees()) {
  const tokens = tokenize(readFileSync(file, "utf8").replace(/^\uFEFF/, " "));
  const coloured = new Set(
    tokens.filter(({ scope }) => KEYWORD.test(scope)).map(({ line, start, text }) => `${line + 1}:${start + 1} ${text}`),
  );
  const differ = (a, b, what) => {
    for (const word of a) if (!b.has(word)) console.log(`${file}:${word}: ${what}`, ++wrong && "");
  };
  differ(tree, coloured, "a keyword that TextMate does not colour");
  differ(coloured, tree, "coloured by TextMate, and no keyword");
  compared += tree.size;
}
console.log(`${compared} keywords compared, ${wrong} differ`);
process.exit(wrong || !compared ? 1 : 0);
