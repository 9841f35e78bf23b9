// A test checks every fenced block of the documents: here the filter's reader, Envoy or a shell does, or ELSEWHERE names another test file. A block
// that no test checks is an error.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { blocksIn, pagesIn, type Block } from "../../cli/site/vitepress/documents";
import { envoyOidc, file, type Found } from "../cli/support";
import { runProgram } from "../support/child";
import { validateConfig } from "./support/envoy";

const ROOT = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface Snippet extends Block { page: string; name: string }

const SNIPPETS: Snippet[] = pagesIn(ROOT).flatMap((page) => blocksIn(read(page)).map((block) => ({ ...block, page, name: `${page}:${block.line}` })));

/** Blocks that another test file checks. That file contains the page's name, or `named`. */
const ELSEWHERE: { language: string; page: RegExp; begins?: RegExp; by: string; named?: string }[] = [
  { language: "mermaid", page: /./, by: "tests/browser/documents.test.ts", named: "pagesIn" },
  { language: "text", page: /^docs\/(?:access|configuration|operations)\.md$/, by: "tests/host/quoted_lines.test.ts" },
  { language: "text", page: /^docs\/runbooks\.md$/, by: "tests/host/runbooks.test.ts" },
  { language: "text", page: /^docs\/architecture\.md$/, by: "tests/layers.test.ts" },
  { language: "js", page: /^docs\/(?:login|recipes)\.md$/, by: "tests/browser/userinfo.test.ts" },
  { language: "json", page: /^docs\/keycloak\.md$/, begins: /^\{\s*"clientId"/, by: "tests/keycloak/setup.test.ts" },
  { language: "json", page: /^docs\/login\.md$/, begins: /^\{ "sub"/, by: "tests/host/userinfo_path.test.ts" },
  { language: "json", page: /^docs\/command-line\.md$/, by: "tests/cli/documentation.test.ts" },
  { language: "yaml", page: /^docs\/command-line\.md$/, by: "tests/cli/documentation.test.ts" },
  { language: "console", page: /^docs\/command-line\.md$/, by: "tests/cli/documentation.test.ts" },
  { language: "yaml", page: /^docs\/(?:envoy-gateway|kubernetes)\.md$/, begins: /^apiVersion: /, by: "tests/mesh/pages.test.ts" },
  { language: "yaml", page: /^docs\/envoy-gateway\.md$/, begins: /^code:/, by: "tests/mesh/all/envoy-gateway.test.ts" },
];
const otherOf = ({ language, page, text }: Snippet) => ELSEWHERE.find((one) => one.language === language && one.page.test(page) && (one.begins === undefined || one.begins.test(text)));

const here = (language: string): Snippet[] => SNIPPETS.filter((snippet) => snippet.language === language && otherOf(snippet) === undefined);
const CHECKED_HERE = ["json", "yaml", "sh"];

describe("the pages", () => {
  test("have no block that no test checks", () => {
    expect(SNIPPETS.filter((snippet) => !CHECKED_HERE.includes(snippet.language) && otherOf(snippet) === undefined).map(({ name, language }) => `${name}: ${language || "no language"}`)).toEqual([]);
  });

  test("have no fences besides those of these blocks", () => {
    for (const page of pagesIn(ROOT)) {
      const fences = read(page).split("\n").flatMap((line, i) => (/^[\s>]*(?:[-*+]|\d+\.)?\s*(?:```|~~~)/.test(line) ? [i + 1] : []));
      expect([page, fences]).toEqual([page, blocksIn(read(page)).flatMap(({ line, text }) => [line, line + text.split("\n").length])]);
    }
  });

  test.each(ELSEWHERE)("$language of $page: $by reads it", (one) => {
    const pages = [...new Set(SNIPPETS.filter((snippet) => otherOf(snippet) === one).map(({ page }) => page))], judge = read(one.by);
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) expect(judge).toContain(one.named ?? page.split("/").pop());
  });
});

type Filter = Record<string, unknown>;

/** The login settings that recipes and other fragments add to. */
const LOGIN: Filter = {
  discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", client_id: "app", client_secret: "$ENV://CLIENT_SECRET",
  redirect_uri: "https://app.example.com/callback", session: { secret: "$ENV://SESSION_SECRET" },
};
/** A block with an assertion's audience is for clients that sign. Its page leaves the key to the reader. */
const SIGNING: Filter = { token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: "$ENV://CLIENT_KEY" };
/** Warnings that a page mentions. */
const ANNOUNCED: Record<string, RegExp> = { "docs/from-apisix.md": /ssl_verify is false/, "docs/providers/hydra.md": /ssl_verify is false/ };

/** A complete configuration unchanged. A fragment is added to the first configuration of a provider's page, or to LOGIN. */
function wholeText({ page, text }: Snippet): string {
  const own = JSON.parse(text) as Filter;
  if (own.bearer_only === true && "discovery" in own || /"discovery"[^]*"client_id"|"client_id"[^]*"discovery"/.test(text)) return text;
  const base = page.startsWith("docs/providers/") ? JSON.parse(here("json").find((snippet) => snippet.page === page)!.text) as Filter : LOGIN;
  return JSON.stringify({ ...base, ...("client_jwt_assertion_audience" in own ? SIGNING : {}), ...own });
}

async function faults(text: string, name: string): Promise<string[]> {
  const { findings } = JSON.parse((await envoyOidc(["check", "--json", file(text, name)])).out) as { findings: Found[] };
  return findings.filter(({ level }) => level !== "note").map(({ level, path, text: said }) => `${level}: ${path ?? ""}: ${said}`);
}

test.each(here("json"))("$name: the filter accepts it, with no warnings but those that the page mentions", async (snippet) => {
  expect((await faults(wholeText(snippet), "filter.json")).filter((fault) => !ANNOUNCED[snippet.page]?.test(fault))).toEqual([]);
});

const ENVIRONMENT = { CLIENT_SECRET: "the-secret-of-the-client-0123456789", SESSION_SECRET: "0123456789abcdef0123456789ABCDEF" };

/** envoy/browser.yaml with these fields, each in the place that the page names. */
function envoyWith(fields: Record<string, unknown>): string {
  const config = parse(read("envoy/browser.yaml").replaceAll("$ENV://OIDC_", "$ENV://").replaceAll("OIDC_", "")) as any;
  const { listeners: [listener], clusters: [service] } = config.static_resources, manager = listener.filter_chains[0].filters[0].typed_config;
  const [own, router] = manager.http_filters;
  for (const [name, value] of Object.entries(fields)) {
    if (name === "environment_variables") own.typed_config.config.vm_config[name] = value;
    else if (name === "health_checks") service[name] = value;
    else manager[name] = value;
  }
  // A fragment may name our filter without its settings, or the router: each is replaced by the complete one.
  manager.http_filters = manager.http_filters.map((filter: { name: string; typed_config?: object }) => (filter.typed_config !== undefined ? filter : filter.name === own.name ? own : router));
  if (manager.http_filters.at(-1).name !== router.name) manager.http_filters.push(router);
  return stringify(config);
}

test.each(here("yaml"))("$name: Envoy accepts it, and `check` finds no error", async ({ text }) => {
  const whole = envoyWith(parse(text) as Record<string, unknown>);
  expect(await validateConfig(whole, ENVIRONMENT)).toBe("");
  expect((await faults(whole, "envoy.yaml")).filter((fault) => fault.startsWith("error"))).toEqual([]);
});

const SCRIPTS = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;

/** Programs that the pages may use, with their commands. The test checks the options of `envoy-oidc` and of npm's scripts only. */
const PROGRAMS = [
  /^(?:cat|cd|cp|curl|export|grep|openssl|printf|sed|sha256sum|sort|tr|uniq)\b/, /^git clone /, /^docker (?:build|compose up|push)\b/, /^envoy (?:--mode validate )?-c \S+$/,
  /^kubectl (?:-n \S+ )?(?:apply -f|create namespace|create secret (?:generic|tls)|logs) /, /^kubectl apply -k envoy\/kubernetes$/,
  /^helm (?:repo add|(?:upgrade --)?install) /, /^gh attestation verify /, /^cosign verify(?:-blob)? /,
];

/** The commands of a block, without here-documents, quoted text and comments. Continued lines are joined. */
function commandsIn(text: string): string[] {
  const plain = text.replaceAll(/<<'(\w+)'[^\n]*\n[^]*?^\1$/gm, "").replaceAll(/\\\n\s*/g, "").replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''").replaceAll(/(^|\s)#.*$/gm, "");
  return plain.split(/\n|&&|\|\|?|;/).map((command) => command.trim().replace(/ > \S+$/, "")).filter((command) => command !== "");
}

async function isKnown(command: string): Promise<boolean> {
  const words = command.split(/\s+/);
  if (words[0] === "npm") return npmFault(words.slice(1)) === null;
  if (words[0] !== "envoy-oidc") return PROGRAMS.some((program) => program.test(command));
  const names = words.slice(1, words[1] === "session" ? 3 : 2).filter((word) => word !== "--help"), { out } = await envoyOidc([...names, "--help"]);
  return out.startsWith(`Usage: ${["envoy-oidc", ...names].join(" ")} [`) && words.filter((word) => word.startsWith("--")).every((option) => new RegExp(`${option}\\b`).test(out));
}

function npmFault([first, ...rest]: string[]): string | null {
  const name = first === "run" ? rest[0] : ["start", "test"].includes(first!) ? first : undefined, script = name === undefined ? undefined : SCRIPTS[name];
  if (script === undefined) return "no script";
  const program = /\S+\/main\.ts/.exec(script)?.[0], options = rest.filter((word) => /^--\w/.test(word)).map((word) => word.slice(2));
  return options.every((option) => program !== undefined && new RegExp(`\\b${option}\\b`).test(read(program))) ? null : "no option";
}

describe.each(here("sh"))("$name", ({ text }) => {
  test("a shell can parse it, and it has no <placeholder>, which a shell takes for a redirection", () => {
    expect(runProgram("sh", ["-n"], { input: text })).toMatchObject({ status: 0, stderr: "" });
    expect(text).not.toMatch(/<[\w -]+>/);
  });

  test("its commands exist", async () => {
    const commands = commandsIn(text), known = await Promise.all(commands.map(isKnown));
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.filter((_, i) => !known[i])).toEqual([]);
  });
});

describe("the check of a command", () => {
  test.each(["npm run bench -- --quick", "npm test", "envoy-oidc check --online x", "envoy-oidc session inspect c", "envoy-oidc --help", "kubectl -n a create secret generic b"])("%s is known", async (command) => expect(await isKnown(command)).toBe(true));
  test.each(["npm run nonesuch", "npm publish", "npm run bench -- --nonesuch", "npm test -- --quick", "envoy-oidc nonesuch", "envoy-oidc check --nonesuch x", "envoy-oidc check --on x", "envoy-oidc --nonesuch", "envoy-oidc session nonesuch", "kubectl delete x", "rm -r x", "envoy -c"])(
    "%s is unknown", async (command) => expect(await isKnown(command)).toBe(false));
  test("each command of several is checked", () => expect(commandsIn("a > x && b | c '; d'\n\\\n# e\nf \\\n  g # h\ncat > i <<'END'\nj\nEND\n")).toEqual(["a", "b", "c ''", "f g", "cat"]));
});
