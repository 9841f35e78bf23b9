/**
 * Sessions sealed by earlier releases. Each opens in this version, so that an upgrade logs nobody out (docs/upgrading.md).
 * SEAL=1 npx jest tests/host/sealed_sessions.test.ts     writes the sessions of the version in package.json
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NOW } from "./fixture";
import { browse, logInAs } from "./browser";
import type { Envoy } from "./host";
import type { Headers } from "./host/headers";

const FOLDER = join(__dirname, "sealed");
const { version: VERSION } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string };
const IDENTITY = ["x-access-token", "x-id-token", "x-userinfo", "x-raw-id-token", "x-refresh-token"];
const EVERY_TOKEN = { set_raw_id_token_header: true, set_refresh_token_header: true };

interface Sealed {
  name: string;
  /** Changes to the configuration of the other tests. */
  config: Record<string, unknown>;
  /** The Cookie header. */
  cookie: string;
  /** The identity headers that the sealing version sent to the upstream. */
  upstream: Record<string, string>;
}

const KINDS: [name: string, config: Record<string, unknown>, claims: Record<string, unknown>, answer: Record<string, unknown>][] = [
  ["a session as it comes", EVERY_TOKEN, {}, {}],
  ["a session in several cookies", EVERY_TOKEN, { groups: Array.from({ length: 200 }, (_, i) => `group-${i}-${(i * 7919) % 1000}`) }, {}],
  ["a session without a refresh token", EVERY_TOKEN, {}, { refresh_token: undefined }],
  ["a session that keeps UserInfo alone", { session_contents: { user: true } }, {}, {}],
  ["a session with an opaque access token", EVERY_TOKEN, {}, { access_token: "opaque-1" }],
];

if (process.env.SEAL === "1") {
  const all = KINDS.map(([name, config, claims, answer]): Sealed => {
    const { browser } = browse(config);
    logInAs(browser, claims, answer);
    return { name, config, cookie: browser.cookiesFor("/page"), upstream: identityIn(browser.navigate("/page").forwarded) };
  });
  writeFileSync(join(FOLDER, `${VERSION}.json`), `${JSON.stringify(all, null, 1)}\n`);
}

const releases = readdirSync(FOLDER).map((file) => ({ release: file.replace(".json", ""), sessions: JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Sealed[] }));
const all = releases.flatMap(({ release, sessions }) => sessions.map((sealed) => ({ release, kind: sealed.name, sealed })));

function identityIn(headers: Headers): Record<string, string> {
  return Object.fromEntries(IDENTITY.filter((name) => headers.has(name)).map((name) => [name, headers.get(name)!]));
}

/** The filter a minute after the login. */
function later(config: Record<string, unknown>): Envoy {
  const { envoy } = browse(config, { start: { now: NOW + 60 } });
  return envoy;
}

test("there are sessions of this version, for the next one", () => expect(releases.map(({ release }) => release)).toContain(VERSION));

test("each release has a session in several cookies", () => {
  for (const { sessions } of releases) expect(sessions.some(({ cookie }) => cookie.split("; ").length > 2)).toBe(true);
});

test.each(all)("of $release, $kind: the upstream gets the same identity", ({ sealed: { config, cookie, upstream } }) => {
  expect(Object.keys(upstream).length).toBeGreaterThan(0);
  expect(identityIn(later(config).get("/page", { cookie }).forwarded)).toEqual(upstream);
});

test.each(all)("of $release, $kind: with one changed byte, or another secret, it is refused", ({ sealed: { config, cookie } }) => {
  const at = cookie.length - 40, changed = cookie.slice(0, at) + (cookie[at] === "A" ? "B" : "A") + cookie.slice(at + 1);
  expect(later(config).get("/page", { cookie: changed }).local.status).toBe(401);
  expect(later({ ...config, session: { secret: "another secret, which is long enough too" } }).get("/page", { cookie }).local.status).toBe(401);
});
