// Runs a control plane in its own network namespace, where its fixed ports are free and a test decides what host names resolve to.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";
import type { Inside } from "./enter";
import { run, type Running } from "./programs";
import { relay } from "./relay";

const ROOT = join(__dirname, "../../.."); // where Node finds tsx

export interface Namespace {
  /** The folder for sockets and files, in which the command runs. */
  folder: string;
  /** Host names that resolve to its loopback address. */
  names: string[];
  /** Its own ports, and the ports of this machine that they lead to. */
  outward: Record<number, number>;
  /** Its ports that this machine reaches under the same number. */
  inward: number[];
  /** Files and folders of this machine, and the paths at which it has them. */
  binds?: Inside["binds"];
  env: NodeJS.ProcessEnv;
}

/** Runs a command in a new namespace, and returns when its log has a line that matches `ready`. */
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
