// Starts `ztp-lsp` and hands VS Code what it says.

import { commands, type ExtensionContext, window, workspace } from "vscode";
import type { Location, Position } from "vscode-languageclient";
import { LanguageClient } from "vscode-languageclient/node";
import { find } from "./find";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("ztp.restart", restart),
    commands.registerCommand("ztp.showReferences", showReferences),
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("ztp.server.path")) await restart();
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.dispose();
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const settings = workspace.getConfiguration("ztp");
  const name = settings.get<string>("server.path") || "ztp-lsp";
  const command = await find(name, process.env, process.platform);
  if (!command) {
    void offerSettings(`The language server \`${name}\` was not found. \
Files are still coloured; for diagnostics, completion and rename install it, or say in the settings where it is.`);
    return;
  }
  client = new LanguageClient(
    "ztp",
    // Over standard input and output. Saying so by a `transport` would add the argument `--stdio`.
    { command },
    {
      documentSelector: [
        { scheme: "file", language: "ztp" },
        { scheme: "untitled", language: "ztp" },
      ],
      initializationOptions: {
        enforcer: settings.get("enforcer"),
        cluster: settings.get("cluster"),
        roots: settings.get("roots"),
      },
      synchronize: { configurationSection: "ztp" },
    },
  );
  try {
    await client.start();
  } catch (error) {
    void offerSettings(`\`${command}\` did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a lens on a workload does: VS Code's own command does not take places as the protocol has them. */
async function showReferences(uri: string, position: Position, locations: Location[]): Promise<void> {
  const convert = client?.protocol2CodeConverter;
  if (!convert) return;
  const places = locations.map((location) => convert.asLocation(location));
  await commands.executeCommand("editor.action.showReferences", convert.asUri(uri), convert.asPosition(position), places);
}

async function offerSettings(message: string): Promise<void> {
  const open = "Open settings";
  if ((await window.showErrorMessage(`ztp: ${message}`, open)) === open) {
    await commands.executeCommand("workbench.action.openSettings", "ztp.server.path");
  }
}
