// Simulates another machine: everything that a build could notice differs (user, folders, language, time zone, umask, Node, npm). It inherits no
// environment variables.

import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { newFolder, ROOT, run, runIn } from "./run";

/** The first entry with another Node version than this machine's is used. */
const VERSIONS = [{ node: "24.22.3", npm: "11.21.2" }, { node: "22.23.5", npm: "10.9.9" }];

export interface Machine {
  /** Runs a command there and returns its output. */
  run(cwd: string, command: string, ...args: string[]): string;
  /** The machine's properties, as Node and npm report them. */
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
    LC_ALL: "tr_TR.UTF-8", // in Turkish the capital of i is not I
  };
  // The files still belong to this user, but within the namespace they and the process appear to belong to another.
  const asNobody = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "sh", "-c", 'umask 077; exec "$@"', "sh"] as const;
  return machine((cwd, ...command) => runIn(env, cwd, ...asNobody, ...command));
}

function machine(run: Machine["run"]): Machine {
  return { run, about: () => ({ ...JSON.parse(run(ROOT, "node", "--eval", ABOUT)), npm: run(ROOT, "npm", "--version").trim() }) };
}

/** The paths of `node` and `npm`, which are npm packages too. They are cached in .cache. */
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
