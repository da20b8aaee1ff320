import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { transformSync } from "esbuild";

const source = readFileSync(new URL("../src/find.ts", import.meta.url), "utf8");
const { code } = transformSync(source, { loader: "ts", format: "esm" });
const { find } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

test("a bare name is looked for on PATH, a path is not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ztp-"));
  const program = join(folder, "ztp-lsp");
  mkdirSync(join(folder, "folder"));
  writeFileSync(program, "");
  const env = { PATH: `/nowhere:${folder}` };
  assert.equal(await find("ztp-lsp", env, "linux"), undefined, "it cannot be run yet");
  chmodSync(program, 0o755);
  assert.equal(await find("ztp-lsp", env, "linux"), program);
  assert.equal(await find(program, {}, "linux"), program);
  assert.equal(await find("ztp-other", env, "linux"), undefined);
  assert.equal(await find("folder", env, "linux"), undefined, "a folder is no program");
});
