// Runs a recipe of docs/recipes.md as the page shows it, in a real Envoy: its JSON is added to the settings of a login, its YAML to the connection
// manager.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { ClusterOptions } from "../../../cli/demo/envoy-config";
import { freePort } from "../../../cli/demo/ports";
import type { BrowserOptions } from "../../../cli/demo/provider-clients";
import { bySession, SESSION_SECRET } from "./browser-world";
import { startEnvoy, until, type TestEnvoy } from "./envoy";
import { getWith } from "./http";
import { startProvider, type TestProvider } from "./provider";
import { startUpstream, type Upstream } from "./upstream";
import type { Filter } from "./world";

const PAGE = readFileSync(join(__dirname, "../../../docs/recipes.md"), "utf8");

export const HEADINGS = [...PAGE.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);

/** The blocks of one language below a heading. */
export function blocks(heading: string, language: "json" | "yaml"): string[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/recipes.md has no recipe "${heading}".`);
  return [...section.matchAll(/^```(\w+)\n([^]*?)^```/gm)].filter(([, name]) => name === language).map(([, , text]) => text!);
}

export interface RecipeOptions {
  /** The index of its JSON block, if it has several. */
  json?: number;
  /** Envoy's host name in browsers, by default `localhost`. */
  host?: string;
  /** Texts of the YAML to replace, because a test cannot have them or wait for them. `APP` stands for Envoy's own origin. */
  replace?: Record<string, string>;
  /** Further settings of the filter, computed from the recipe's own. */
  filter?(recipe: Filter): Filter;
  browser?(app: string): Partial<BrowserOptions>;
  /** Replaces the echo upstream. */
  service?: ClusterOptions;
  /** A filter of the recipe to leave out. */
  without?: string;
  /** The number of Envoys, each with the complete recipe and its own port. */
  replicas?: number;
}

export interface RecipeWorld { app: string; apps: string[]; envoys: TestEnvoy[]; provider: TestProvider; service: Upstream }

/** The environment variables of recipes. */
export const SECRETS = { SESSION_SECRET, SHOP_SECRET: "the-secret-of-the-shop", WIKI_SECRET: "the-secret-of-the-wiki" };

interface Manager { http_filters?: { name: string }[]; [field: string]: unknown }

export async function startRecipe(heading: string, options: RecipeOptions = {}): Promise<RecipeWorld> {
  const ports: number[] = [];
  while (ports.length < (options.replicas ?? 1)) ports.push(await freePort());
  const apps = ports.map((port) => `http://${options.host ?? "localhost"}:${port}`), app = apps[0]!;
  const [provider, service] = await Promise.all([startProvider({ browser: { redirectUris: [`${app}/callback`], ...options.browser?.(app) } }), startUpstream()]);
  const recipe = JSON.parse(blocks(heading, "json")[options.json ?? 0] ?? "{}") as Filter, own = bySession(provider, app, recipe);
  const text = Object.entries(options.replace ?? {}).reduce((yaml, [from, to]) => replaced(yaml, from, to.replace("APP", app)), blocks(heading, "yaml")[0] ?? "{}");
  const { http_filters = [{ name: "envoy-oidc" }, { name: "envoy.filters.http.router" }], ...connectionManager } = parse(text) as Manager;
  const filters = http_filters.filter(({ name }) => name !== options.without), at = filters.findIndex(({ name }) => name === "envoy-oidc");
  if (at < 0 || filters.at(-1)?.name !== "envoy.filters.http.router") throw new Error(`The filters of "${heading}" have no envoy-oidc, or do not end with the router.`);
  const listener = {
    filters: { "envoy-oidc": options.filter === undefined ? own : { ...own, ...options.filter(recipe) } },
    before: filters.slice(0, at), after: filters.slice(at + 1, -1), connectionManager, routes: [{ prefix: "/", cluster: "service" }],
  };
  const clusters = { idp: { port: Number(new URL(provider.issuer).port) }, service: options.service ?? { port: service.port } };
  const envoys = await Promise.all(ports.map((port) => startEnvoy({ ports: [port], listeners: [listener], clusters, environment: SECRETS, concurrency: 1 })));
  const token = await provider.mint();
  for (const { url } of envoys) await until("the provider's keys", 10_000, async () => ((await getWith(`${url}/`, token)).status === 503 ? undefined : true));
  return { app, apps, envoys, provider, service };
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The recipe has no ${from}.`);
  return text.replaceAll(from, to);
}
