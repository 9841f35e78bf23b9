/** Runs the command in this process, with the arguments that a user types, and returns its output. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../cli/commands/main";

export interface Ran { code: number; out: string; err: string }

export async function envoyOidc(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  const out: string[] = [], err: string[] = [];
  const code = await run(args, { line: (text) => void out.push(text), error: (text) => void err.push(text), progress: () => {}, paint: (_, text) => text, environment });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

export interface Found { level: string; code: string; path?: string; text: string; file?: string; position?: { line: number; column: number } }

/** The findings of `check --json`. */
export async function findings(args: string[], environment: Record<string, string> = {}): Promise<Found[]> {
  return (JSON.parse((await envoyOidc(["check", "--json", ...args], environment)).out) as { findings: Found[] }).findings;
}

const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Writes this text to a new file. */
export function file(text: string, name = "envoy.yaml"): string {
  const path = join(folder, `${++files}-${name}`);
  writeFileSync(path, text);
  return path;
}

/** "line:column" of a text's first occurrence. */
export function placeOf(text: string, part: string, from = 0): string {
  const before = text.slice(0, text.indexOf(part, from)).split("\n");
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
