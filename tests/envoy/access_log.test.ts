// envoy/observability/access-log.yaml in a real Envoy: one grep for a user's `sub` finds all their requests, admitted or refused.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { BrowserClient } from "./support/browser-client";
import { startBrowserWorld, type BrowserWorld } from "./support/browser-world";
import { startEnvoy, until, type TestEnvoy } from "./support/envoy";
import { getWith } from "./support/http";
import { clusters, passes } from "./support/world";
import { freePort } from "../../cli/demo/ports";

const connectionManager = parse(readFileSync(join(__dirname, "../../envoy/observability/access-log.yaml"), "utf8")) as object;
const RULES = [{ path_prefix: "/admin", required_scopes: ["nobody-has-it"] }];

interface Line { request_id: string; method: string; path: string; status: number; details: string; sub: string | null; iss: string | null }

/** The lines of Envoy's output that contain the text, as a shell's `grep` finds them. */
const grep = (envoy: TestEnvoy, text: string): string[] => envoy.logs().split("\n").filter((line) => line.includes(text));
const linesOf = (envoy: TestEnvoy, text: string): Line[] => grep(envoy, text).filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
const summaryOf = ({ method, path, status, details }: Line): string => `${method} ${path} ${status} ${details}`;

let world: BrowserWorld, envoy: TestEnvoy, app: string;

async function startWith(set_filter_state: boolean): Promise<void> {
  const port = await freePort();
  app = `http://localhost:${port}`;
  world = await startBrowserWorld({ browser: { redirectUris: [`${app}/callback`], postLogoutRedirectUris: [`${app}/`], backchannelLogoutUri: `${app}/backchannel-logout` } });
  const filter = world.filter({ set_filter_state, rules: RULES, post_logout_redirect_uri: `${app}/`, revoke_tokens_on_logout: true });
  envoy = await startEnvoy({ clusters: clusters(world), ports: [port], listeners: [{ filters: { oidc: filter }, connectionManager }], concurrency: 2 });
  await passes(envoy.url, await world.provider.mint({ claims: { sub: "somebody" } }));
}

/** Sends a user's requests, with tokens and with a browser. Some are refused. */
async function useApplication(sub: string): Promise<void> {
  const token = await world.provider.mint({ claims: { sub } });
  expect((await getWith(`${envoy.url}/api?access_token=secret`, token)).status).toBe(200);
  for (let i = 0; i < 2; i++) expect((await getWith(`${envoy.url}/admin`, token)).status).toBe(403);
  expect((await getWith(`${envoy.url}/late`, await world.provider.mint({ claims: { sub, exp: 1 } }))).status).toBe(401);
  const browser = new BrowserClient();
  await browser.logIn(`${app}/page?a=1`, sub);
  expect((await browser.open(`${app}/admin/page`)).status).toBe(403);
  await browser.get(`${app}/logout`, "same-origin");
}

test("one grep for a user's sub finds all their requests, admitted or refused: with tokens, at the callback, in the session and at logout", async () => {
  await startWith(true);
  await useApplication("alice");
  await useApplication("bob");
  const expected = ["GET /admin 403 oidc_insufficient_scope", "GET /admin 403 oidc_insufficient_scope", "GET /admin/page 403 oidc_insufficient_scope", "GET /api 200 via_upstream",
    "GET /callback 303 oidc_signed_in", "GET /late 401 oidc_expired", "GET /logout 303 oidc_signed_out", "GET /page 200 via_upstream"];
  for (const sub of ["alice", "bob"]) {
    const lines = await until("all lines", 5000, async () => { const found = linesOf(envoy, `"sub":"${sub}"`); return found.length >= expected.length ? found : undefined; });
    expect(lines.map(summaryOf).sort()).toEqual(expected);
    expect(new Set(lines.map(({ iss }) => iss))).toEqual(new Set([world.provider.issuer]));
    for (const { request_id } of lines) expect(linesOf(envoy, request_id)).toHaveLength(1);
  }
  // The start of a login has no user yet. No line contains a query.
  expect(linesOf(envoy, "oidc_sign_in_started").map(({ sub, iss }) => [sub, iss])).toEqual([[null, null], [null, null]]);
  expect(linesOf(envoy, "{").filter((line) => /[?&]|code=|secret/.test(JSON.stringify(line)))).toEqual([]);
}, 60_000);

test("duty 114: without set_filter_state no line names a user", async () => {
  await startWith(false);
  await useApplication("alice");
  await until("the last line", 5000, async () => linesOf(envoy, "oidc_signed_out")[0]);
  expect(grep(envoy, "alice")).toEqual([]);
}, 60_000);
