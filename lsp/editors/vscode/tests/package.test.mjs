import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("package.json"));
const language = JSON.parse(read("language-configuration.json"));

test("what the manifest names is there", () => {
  const { languages, grammars, snippets } = manifest.contributes;
  const files = [...grammars, ...snippets].map(({ path }) => path);
  for (const file of [manifest.main, ...files, ...languages.map(({ configuration }) => configuration)]) {
    assert.ok(existsSync(new URL(`../${file}`, import.meta.url)), file);
  }
});

test("the lock names no registry", () => {
  assert.doesNotMatch(read("package-lock.json"), /"resolved"/);
});

test("a word is a name, with its hyphens and dots", () => {
  const word = new RegExp(language.wordPattern, "g");
  const words = (text) => text.match(word);
  assert.deepEqual(words("ingress-nginx may reach payments/api-2:http,"), [
    "ingress-nginx", "may", "reach", "payments", "api-2", "http",
  ]);
  assert.deepEqual(words("a may reach **.example.com, api-*.example.com:443"), [
    "a", "may", "reach", "**.example.com", "api-*.example.com", "443",
  ]);
  assert.deepEqual(words("10.0.0.0/8 # end."), ["10.0.0.0", "8", "end"]);
});

test("an opened bracket indents, but not in strings and comments", () => {
  const increase = new RegExp(language.indentationRules.increaseIndentPattern);
  const decrease = new RegExp(language.indentationRules.decreaseIndentPattern);
  for (const line of ["namespace shop {", "a may use b { # why", "  a may reach b:[", 'a may GET "/#{" on (']) {
    assert.match(line, increase);
  }
  for (const line of ["a may reach b", "# {", 'a may GET "/{" on b', 'because "{', "workload a { app: a }"]) {
    assert.doesNotMatch(line, increase);
  }
  for (const line of ["}", "  ] until 2031-12-31"]) assert.match(line, decrease);
});
