/** Compares docs/command-line.md with the command: it runs the sessions of the page, and compares the list of findings with the code. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envoyOidc } from "./support";

const ROOT = join(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/command-line.md"), "utf8");
const SOURCE = readdirSync(join(ROOT, "cli/commands"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(ROOT, "cli/commands", name), "utf8")).join("\n");

test("its sessions show exactly what the command prints", async () => {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-cli-"));
  for (const [, name, text] of PAGE.matchAll(/^`([\w.]+)`:\n\n```\w+\n([^]*?)^```$/gm)) writeFileSync(join(folder, name!), text!);
  const sessions = [...PAGE.matchAll(/^```console\n\$ envoy-oidc (.*)\n([^]*?)^```$/gm)], before = process.cwd();
  expect(sessions.length).toBeGreaterThan(1);
  process.chdir(folder);
  try {
    for (const [, command, output] of sessions) expect((await envoyOidc(command!.split(" "))).out).toBe(output!.trimEnd());
  } finally {
    process.chdir(before);
  }
});

test("it lists every finding of the code, and no other", () => {
  const listed = [...PAGE.slice(PAGE.indexOf("## Findings")).matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!));
  const made = [...SOURCE.matchAll(/(?:note|say)\((?:"(?:error|warning|note)"|[^"()]*\? "[a-z]+" : "[a-z]+"|level), "([a-z-]+)"|code: "([a-z-]+)"(?! \|)|ProviderError\("([a-z-]+)"/g)].map(([, said, code, provider]) => said ?? code ?? `provider-${provider}`);
  expect(listed.length).toBeGreaterThan(40);
  expect([...new Set(made)].filter((code) => !listed.includes(code))).toEqual([]);
  expect(listed.filter((code) => !SOURCE.includes(`"${code}"`) && !(code.startsWith("provider-") && SOURCE.includes(`"${code.slice(9)}"`)))).toEqual([]);
});
