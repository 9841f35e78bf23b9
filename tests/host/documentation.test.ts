/** Compares docs/ with the filter. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const page = (name: string): string => readFileSync(join(ROOT, "docs", name), "utf8");
const sources = readdirSync(join(ROOT, "assembly"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(ROOT, "assembly", file), "utf8")).join("\n");

test("docs/operations.md has the code of every refusal with its status, and no others", () => {
  const inCode = [...sources.matchAll(/new Refusal\("([a-z_]+)", (\d+)/g)].map(([, code, status]) => `${code} ${status}`).sort();
  const inPage = [...page("operations.md").matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \| (\d+) \|/gm)].flatMap(([, codes, status]) => [...codes!.matchAll(/`([a-z_]+)`/g)].map(([, code]) => `${code} ${status}`)).sort();
  expect(inPage).toEqual(inCode);
});

test("every code and every log line that troubleshooting.md quotes exists in the filter", () => {
  const codes = [...sources.matchAll(/new Refusal\("([a-z_]+)"/g)].map(([, code]) => code);
  const firstCells = [...page("troubleshooting.md").matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+)/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code!));
  expect(firstCells.length).toBeGreaterThan(15);
  expect(firstCells.filter((code) => !codes.includes(code))).toEqual([]);
  const lines = ["refuses calls", "names another issuer than its URL belongs to", "does not know this client", "names others than client_id in aud",
    "plain http is refused", "is required for the browser login", "does not work with a login", "unknown attribute", "is not available in Envoy", "ends with a line break", "capability_restriction_config must allow"];
  for (const line of lines) {
    expect(page("troubleshooting.md")).toContain(line);
    expect(sources).toContain(line);
  }
});

test("duty 165: every refused reference syntax of other products is documented", () => {
  const forms = [...sources.matchAll(/^const (?:PREFIXES|PREFIXES_OF_SECRETS): string\[\] = \[(.*)\];/gm)].flatMap(([, list]) => list!.split(", ").map((form) => JSON.parse(form) as string));
  expect(forms.length).toBeGreaterThan(15);
  const documented = page("configuration.md").toLowerCase();
  expect(forms.filter((form) => !documented.includes(`\`${form}`))).toEqual([]);
});

test("every name of a metric is documented", () => {
  const names = [...sources.matchAll(/^(?:export )?const (?:OUTCOMES|LOOKUPS|BOUNDS|BROWSER_EVENTS): string\[\] = \[([^\]]*)\];/gm)].flatMap(([, list]) => [...list!.matchAll(/"([^"]+)"/g)].map(([, name]) => name!));
  const gauges = [...sources.matchAll(/= define\("(provider_\w+\.)", issuer\)/g)].map(([, name]) => `${name}<issuer>`);
  expect([names.length, gauges.length]).toEqual([25, 5]);
  const others = ["refused.<code>", "callout.<endpoint>", "callout.<endpoint>.failed", "callout_ms.<endpoint>", "version.<version>", "rule_admitted.<rule>.<configuration>", "rule_refused.<rule>.<configuration>", "discovery", "jwks", "introspection", "token", "userinfo", "revocation"];
  for (const name of [...names, ...gauges, ...others]) expect(page("operations.md")).toContain(`\`${name}\``);
});
