// A control plane in a network of its own: ports that it cannot change are free there, and names lead where a test wants.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";
import type { Inside } from "./enter";
import { run, type Running } from "./programs";
import { relay } from "./relay";

const ROOT = join(__dirname, "../../.."); // where Node finds tsx

export interface Namespace {
  /** For sockets and files, and where the command runs. */
  folder: string;
  /** Names that lead to its loopback. */
  names: string[];
  /** Ports of this machine by the ports under which it reaches them. */
  outward: Record<number, number>;
  /** Ports of its own that this machine reaches under the same number. */
  inward: number[];
  /** Folders and files in place of others there. */
  binds?: Inside["binds"];
  env: NodeJS.ProcessEnv;
}

/** Runs a command there; its log has a line like `ready` when this returns. */
export async function runInNamespace(command: string[], ready: RegExp, { folder, names, outward, inward, binds = [], env }: Namespace): Promise<Running> {
  const socket = (name: string | number) => join(folder, `${name}.sock`), hosts = join(folder, "hosts");
  await mkdir(folder, { recursive: true });
  await writeFile(hosts, `127.0.0.1 localhost ${names.join(" ")}\n`);
  for (const [inside, outside] of Object.entries(outward)) atEnd(asEnding(await relay(socket(inside), outside)));
  for (const port of inward) atEnd(asEnding(await relay(port, socket(port))));
  const inside: Inside = {
    binds: [[hosts, "/etc/hosts"], ...binds], command, cwd: folder,
    relays: [...Object.keys(outward).map((port): [number, string] => [Number(port), socket(port)]), ...inward.map((port): [string, number] => [socket(port), port])],
  };
  const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  return run("unshare", ["--net", "--mount", ...asRoot, process.execPath, "--import", "tsx", join(__dirname, "enter.ts"), JSON.stringify(inside)], ready, { cwd: ROOT, env });
}

const asEnding = (end: () => void) => async (): Promise<void> => end();
