// Another machine, as far as one can be two: what a build could notice of who runs it, where, when and with which Node and npm. It has nothing
// of this one's environment.

import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { newFolder, ROOT, run, runIn } from "./run";

/** The first that has another Node than this machine is taken. */
const VERSIONS = [{ node: "24.22.3", npm: "11.21.2" }, { node: "22.23.5", npm: "10.9.9" }];

export interface Machine {
  /** Runs a command there and gives what it prints. */
  run(cwd: string, command: string, ...args: string[]): string;
  /** What Node says of it. */
  about(): Record<"node" | "npm" | "user" | "home" | "locale" | "zone" | "umask", string>;
}

const ABOUT = `const { userInfo, homedir } = require("node:os"), { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  console.log(JSON.stringify({ node: process.versions.node, user: userInfo().username, home: homedir(), locale, zone: timeZone, umask: process.umask().toString(8) }));`;

export const thisMachine: Machine = machine(run);

export function anotherMachine(): Machine {
  const programs = newFolder(), tools = toolsOf(VERSIONS.find(({ node }) => node !== process.versions.node)!);
  for (const [name, path] of Object.entries(tools)) symlinkSync(path, join(programs, name));
  const env = {
    PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`, HOME: newFolder(), TMPDIR: newFolder(), TZ: "Pacific/Kiritimati",
    LC_ALL: "tr_TR.UTF-8", // where the capital of i is not I
  };
  // The files stay this user's; whoever asks is told that they, and the process, are another's.
  const asNobody = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "sh", "-c", 'umask 077; exec "$@"', "sh"] as const;
  return machine((cwd, ...command) => runIn(env, cwd, ...asNobody, ...command));
}

function machine(run: Machine["run"]): Machine {
  return { run, about: () => ({ ...JSON.parse(run(ROOT, "node", "--eval", ABOUT)), npm: run(ROOT, "npm", "--version").trim() }) };
}

/** Paths of `node` and `npm`, which npm itself has as packages. They are kept in .cache. */
function toolsOf({ node, npm }: { node: string; npm: string }): { node: string; npm: string } {
  const cache = join(ROOT, ".cache/node"), folder = join(cache, `${node}-${npm}`);
  mkdirSync(cache, { recursive: true });
  if (!readdirSync(cache).includes(`${node}-${npm}`)) {
    const work = `${folder}.${process.pid}`;
    mkdirSync(work);
    try {
      run(work, "npm", "install", "--prefix", work, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `node-linux-${process.arch}@${node}`, `npm@${npm}`);
      renameSync(work, folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { node: join(folder, "node_modules/.bin/node"), npm: join(folder, "node_modules/.bin/npm") };
}
