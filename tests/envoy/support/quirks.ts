// Runs the table of quirks in a real Envoy: one scripted provider, one Envoy, and one listener for each configuration that a row needs.

import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../cli/demo/ports";
import { ScriptedProvider } from "../../support/quirks/provider";
import { BEGINS_AGAIN, CLIENT, GOES_ON, isRefresh, LEADS_TO_LOGIN, LOGGED_IN, LOGGED_OUT, PASSES, REFRESHED, SESSION_ENDED, type Quirk } from "../../support/quirks/quirk";
import { BrowserClient, type Visit } from "./browser-client";
import { SESSION_SECRET } from "./browser-world";
import { atEnd } from "./cleanup";
import { startEnvoy, type TestEnvoy } from "./envoy";
import { getWith, request, type RawResponse } from "./http";
import { received, startUpstream, type Echo } from "./upstream";
import type { Filter } from "./world";

/** The result of a row, and the last request that reached the upstream for it. */
export interface Seen extends Ending { calls: string[]; log: string[] }

/** `location`: the last redirect. */
interface Ending { outcome: string; echo?: Echo; location?: string }

const PAGE = "/page?a=1", NOBODY = "401 sign_in_needed";
const SESSION_COOKIE = /^oidc_.{8}$/;
/** `expires_in: 0` counts as one second. */
const SHORTEST_TOKEN_MS = 1_100;

export interface QuirkWorld { envoy: TestEnvoy; secrets: string[]; run(row: string): Promise<Seen> }

export async function startQuirks(quirks: Map<string, Quirk>): Promise<QuirkWorld> {
  const [provider, upstream] = await Promise.all([ScriptedProvider.start(quirks, atEnd), startUpstream()]);
  const listeners = new Map<string, { name: string; filter: Filter }>(), listenerOf = new Map<string, string>();
  for (const [row, { config = {} }] of quirks) {
    const filter = configured(provider, row, config), key = JSON.stringify(filter);
    if (!listeners.has(key)) listeners.set(key, { name: row, filter });
    listenerOf.set(row, listeners.get(key)!.name);
  }
  const names = [...listeners.values()], ports: number[] = [];
  while (ports.length < names.length) ports.push(await freePort());
  const envoy = await startEnvoy({
    concurrency: 1, ports, clusters: { upstream: { port: upstream.port }, idp: { port: provider.port }, nowhere: { port: await freePort() } },
    listeners: names.map(({ name, filter }) => ({ filters: { [name]: filter } })),
  });
  const urlOf = (row: string): string => envoy.urls[names.findIndex(({ name }) => name === listenerOf.get(row))]!;

  // If the quirk is in a refresh, the access token of the login expires a second later.
  const begun = new Map<string, Login>();
  for (const [row, quirk] of quirks) if (isRefresh(quirk)) begun.set(row, await login(provider, urlOf(row), row));
  await sleep(SHORTEST_TOKEN_MS);

  async function run(row: string): Promise<Seen> {
    const asked = provider.calls.length, before = upstream.count(), session = begun.get(row);
    const seen = session ? await refreshes(provider, urlOf(row), row, session) : await journey(quirks.get(row)!)(provider, urlOf(row), row);
    const reached = upstream.count() - before;
    if (reached !== (seen.echo === undefined ? 0 : 1)) throw new Error(`${reached} requests reached the upstream, though the row ended in ${seen.outcome}`);
    const ofRow = (line: string): boolean => line.includes(listenerOf.get(row)!) || line.includes(`/${provider.tenant(row)}`);
    return { ...seen, calls: provider.calls.slice(asked), log: envoy.logs().split("\n").filter(ofRow) };
  }
  return { envoy, secrets: provider.secrets, run };
}

/** `BASE` stands for the row's issuer. */
function configured(provider: ScriptedProvider, row: string, changes: Filter): Filter {
  const filter = {
    discovery: "BASE/.well-known/openid-configuration", provider_cluster: "idp", ssl_verify: false, use_jwks: true, client_id: CLIENT.id, client_secret: CLIENT.secret,
    redirect_uri: "/callback", session: { secret: SESSION_SECRET }, cache_max_kib: 64, ...changes,
  };
  return JSON.parse(JSON.stringify(filter).replaceAll("BASE", provider.base(row))) as Filter;
}

interface Login { browser: BrowserClient; last: Visit }

type Journey = (provider: ScriptedProvider, url: string, row: string) => Promise<Ending>;

function journey(quirk: Quirk): Journey {
  if (quirk.request) return opens(quirk.request);
  if (quirk.bearer) return async (provider, url, row) => passes(await getWith(url, provider.bearer(row)));
  if (quirk.introspection) return async (_, url, row) => passes(await getWith(url, row));
  return quirk.logout ? logsOut : logsIn(quirk.page ?? PAGE);
}

const passes = (answer: RawResponse): Ending => answer.status === 200 ? { outcome: PASSES, echo: answer.json<Echo>() } : { outcome: outcome(answer) };

const opens = ({ method, headers }: NonNullable<Quirk["request"]>): Journey => async (provider, url, row) => {
  const answer = await request(url + PAGE, { method, headers: Object.entries(headers) }), location = answer.one("location");
  return { outcome: location?.startsWith(`${provider.base(row)}/authorize?`) ? LEADS_TO_LOGIN : outcome(answer), location };
};

/** Follows a login up to the redirect to the page, or to the answer that came instead. */
async function login(provider: ScriptedProvider, url: string, row: string, wanted = PAGE): Promise<Login> {
  const browser = new BrowserClient(), page = await browser.get(url + wanted);
  if (page.status !== 302) return { browser, last: page };
  return { browser, last: await browser.get(provider.authorizes(page.one("location")!, row), "cross-site") };
}

const logsIn = (wanted: string): Journey => async (provider, url, row) => {
  const { browser, last } = await login(provider, url, row, wanted), inside = await browser.fetch(`${url}/api`);
  if (last.status === 303 && last.one("location") === wanted) {
    if (inside.status === 200) return { outcome: LOGGED_IN, echo: inside.json<Echo>() };
    return { outcome: outcome(inside) === NOBODY ? BEGINS_AGAIN : outcome(inside) };
  }
  return inside.status === 200 ? { outcome: `${outcome(last)}, and logged in`, echo: inside.json<Echo>() } : { outcome: outcome(last) };
};

const logsOut: Journey = async (provider, url, row) => {
  const { browser } = await login(provider, url, row), last = await browser.get(`${url}/logout`, "same-origin"), inside = await browser.fetch(`${url}/api`);
  return { outcome: last.status === 303 && outcome(inside) === NOBODY ? LOGGED_OUT : `${outcome(last)}, then ${outcome(inside)}`, location: last.one("location") };
};

async function refreshes(provider: ScriptedProvider, url: string, row: string, { browser, last }: Login): Promise<Ending> {
  if (last.status !== 303) return { outcome: `${outcome(last)} at the login` };
  const isIn = (): boolean => browser.cookieNames(url).some((name) => SESSION_COOKIE.test(name)), inside = await browser.fetch(`${url}/api`);
  if (inside.status === 200) {
    const echo = inside.json<Echo>();
    return { outcome: received(echo, "x-access-token")[0] === provider.lastAccessToken(row) ? REFRESHED : GOES_ON, echo };
  }
  if (inside.status === 503) return { outcome: isIn() ? outcome(inside) : `${outcome(inside)}, and the session is gone` };
  const kept = isIn(), next = await browser.get(`${url}/page`);
  return { outcome: outcome(inside) === NOBODY && !kept && next.status === 302 ? SESSION_ENDED : `${outcome(inside)}, then ${outcome(next)}` };
}

/** "401 expired": the status and the stable code of a refusal, on a page or in JSON. */
function outcome({ status, body }: RawResponse): string {
  return `${status} ${/"code":"(\w+)"/.exec(body)?.[1] ?? /<code>\d+ (\w+)/.exec(body)?.[1] ?? ""}`.trim();
}
