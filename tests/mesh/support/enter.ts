// The first program in a network and mount namespace, which `unshare` starts (namespace.ts). It sets up loopback, mounts and relays, then runs a command.

import { spawn } from "node:child_process";
import { runProgram } from "../../support/child";
import { relay } from "./relay";

export interface Inside {
  /** Files and folders of this machine, and the paths at which the namespace has them. */
  binds: [from: string, at: string][];
  relays: [from: number | string, to: number | string][];
  command: string[];
  cwd: string;
}

async function main({ binds, relays, command: [command, ...args], cwd }: Inside): Promise<void> {
  system("ip", "link", "set", "lo", "up");
  for (const [from, at] of binds) system("mount", "--bind", from, at);
  for (const [from, to] of relays) await relay(from, to);
  const child = spawn(command!, args, { stdio: "inherit", cwd });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => { console.error(error.message); process.exit(1); });
  child.on("exit", (code) => process.exit(code ?? 1));
}

function system(command: string, ...args: string[]): void {
  const { status, stderr, error } = runProgram(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

main(JSON.parse(process.argv[2]!) as Inside).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
