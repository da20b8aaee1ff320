// What the TextMate grammar makes of a text: for each line its tokens, with the innermost scope.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

export const GRAMMAR = new URL("../../../../grammar/textmate/ztp.tmLanguage.json", import.meta.url);

/** @returns {Promise<(text: string) => { line: number, start: number, end: number, text: string, scope: string }[]>} */
export async function tokenizer() {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(GRAMMAR, "utf8"), GRAMMAR.pathname),
  });
  const grammar = await registry.loadGrammar("source.ztp");
  return (text) => {
    let stack = textmate.INITIAL;
    return text.split(/\r?\n/).flatMap((content, line) => {
      const result = grammar.tokenizeLine(content, stack);
      stack = result.ruleStack;
      return result.tokens.map(({ startIndex, endIndex, scopes }) => ({
        line,
        start: startIndex,
        end: Math.min(endIndex, content.length),
        text: content.slice(startIndex, endIndex),
        scope: scopes.at(-1),
      }));
    });
  };
}
