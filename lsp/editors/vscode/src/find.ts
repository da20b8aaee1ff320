// Where a program is.

import { constants, promises as files } from "node:fs";
import { posix, win32 } from "node:path";

/** The program of this name or path; a bare name is looked for on `PATH`. */
export async function find(
  name: string,
  env: Record<string, string | undefined>,
  platform: string,
): Promise<string | undefined> {
  const path = platform === "win32" ? win32 : posix;
  const endings = platform === "win32" ? ["", ...(env.PATHEXT ?? ".EXE").split(";")] : [""];
  const bare = path.basename(name) === name;
  const folders = bare ? (env.PATH ?? env.Path ?? "").split(path.delimiter).filter(Boolean) : [""];
  for (const folder of folders) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (await runs(file)) return file;
    }
  }
  return undefined;
}

async function runs(file: string): Promise<boolean> {
  try {
    await files.access(file, constants.X_OK);
    return (await files.stat(file)).isFile();
  } catch {
    return false;
  }
}
