// The log lines that pages quote as examples are exactly the filter's. docs/runbooks.md has its own test file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksIn } from "../../cli/site/vitepress/documents";
import { bearer, JWKS_CONFIG, ready, token } from "./fixture";
import { asked, browse, callbackPath, openCall } from "./browser";
import { mistakes } from "./mistakes";

/** The x-request-id of the tests, which the pages quote. */
const ID = "7d1f0b3e-93a2-4f6b-8a38-5f1c2f5a9a11";
const withoutItsRequest = (line: string): string => line.replace(/^\w+: /, "").replace(/^(envoy-oidc) shop/, "$1").replace(/ time=\S+( id=\S+) host=\S+ path=\S+$/, "$1");

const quoted = (page: string): string[] => blocksIn(readFileSync(join(__dirname, "../../docs", page), "utf8")).filter(({ language }) => language === "text").flatMap(({ text }) => text.trimEnd().split("\n"));

function refusedByRule(): string[] {
  const rules = { all: [{ claim: "sub", exists: true }, { claim: "realm_access.roles", contains: "manager" }] };
  const envoy = ready({ config: { ...JWKS_CONFIG, access_rules: rules } });
  envoy.get("/orders", { ...bearer(token()), "x-request-id": ID });
  return envoy.logText.split("\n");
}

function refusedClient(): string[] {
  const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
  browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site", "x-request-id": ID });
  openCall(envoy, "/token").json({ error: "invalid_client" }, 401);
  return envoy.logText.split("\n");
}

function inForce(): string[] {
  const rules = [{ path: "/open", mode: "public" }, { path_prefix: "/api", mode: "bearer" }, { path_prefix: "/feed", mode: "bearer" }];
  return browse({ ready_path: "/oidc-ready", rules }).envoy.logText.split("\n");
}

const BAD_SCOPE = { path: "/a", required_scopes: ["a b"] };
const wrong = (config: object | string): string[] => mistakes(config).map((text) => `envoy-oidc: configuration: ${text}`);

test.each([
  ["access.md", refusedByRule],
  ["operations.md", () => [...inForce(), ...refusedClient()]],
  ["configuration.md", () => [
    ...wrong({ ...JWKS_CONFIG, claim_headers: { sub: "host" }, claim_validator: { valid_audiences: ["a"] }, rules: [{ path: "/b" }, BAD_SCOPE] }),
    ...wrong('{\n  "bearer_only": true\n    "timeout": 3\n}'),
  ]],
] as [string, () => string[]][])("docs/%s", (page, cause) => {
  const lines = quoted(page), logged = cause().map(withoutItsRequest);
  expect(lines.length).toBeGreaterThan(0);
  expect({ missing: lines.filter((line) => !logged.includes(withoutItsRequest(line))), logged }).toEqual({ missing: [], logged });
});

test("a line with another text is not found", () => expect(refusedByRule().map(withoutItsRequest)).not.toContain("envoy-oidc: refused, claim_missing (403)"));
