/**
 * Duty 154: a header that an upstream may read as one of the filter's is removed. CGI, PHP and others turn header names into variables, in which `-`,
 * `.`, `!` and others become the same character.
 */
import { browse, logIn, through } from "./browser";
import { bearer, JWKS_CONFIG, ready, refused, serve, start, token } from "./fixture";
import { ruled, outcome, TOKENS } from "./ruled";
import type { Pair } from "./host/headers";
import type { StreamContext } from "./host/stream";

const CLAIM_HEADERS = { sub: "x-user-id", "realm_access.roles": "x_roles" };
const FORGED: Pair[] = [
  ["X.User-Id", "forged"], ["x!user!id", "forged"], ["X~User~Id", "forged"], ["x.user.id", "forged"], ["X_User.Id", "forged"], ["x-user+id", "forged"], ["x`user^id", "forged"],
  ["x-roles", "forged"], ["x.roles", "forged"], ["X!Userinfo", "forged"], ["X~Userinfo", "forged"], ["x|userinfo", "forged"], ["x_access.token", "forged"], ["x'access*token", "forged"],
  ["X#Id$Token", "forged"], ["x%raw&id-token", "forged"], ["x.refresh_token", "forged"],
];
const OTHERS: Pair[] = [["x.user-ids", "kept"], ["xx-user-id", "kept"], ["x-user", "kept"], ["x.request.id", "kept"]];

/** The environment of a CGI program. */
function variables(request: StreamContext): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, value] of request.forwarded.list) (out[`HTTP_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`] ??= []).push(value);
  return out;
}

function expectNoForgery(request: StreamContext, identity: Record<string, string[]> = {}): void {
  const env = variables(request);
  expect(JSON.stringify(env)).not.toContain("forged");
  for (const name of ["HTTP_X_USER_ID", "HTTP_X_ROLES", "HTTP_X_REFRESH_TOKEN"]) expect([name, env[name]]).toEqual([name, identity[name]]);
  expect(Object.values(env).flat().filter((value) => value === "kept")).toHaveLength(OTHERS.length);
}

const sent = (...more: Pair[]): Pair[] => [...FORGED, ...OTHERS, ...more];

describe("duty 154: names that CGI cannot distinguish from the filter's are removed", () => {
  const config = { ...JWKS_CONFIG, claim_headers: CLAIM_HEADERS };

  test("with a bearer token, new and cached", () => {
    const envoy = ready({ config }), value = token();
    for (let i = 0; i < 2; i++) expectNoForgery(envoy.get("/", sent(["authorization", `Bearer ${value}`])), { HTTP_X_USER_ID: ["joe"] });
  });

  test("with a bearer token that had to wait for the provider", () => {
    const envoy = start({ config }), request = envoy.get("/", sent(["authorization", `Bearer ${token()}`]));
    expect(request.waiting).toBe(true);
    serve(envoy);
    envoy.advance(1);
    expectNoForgery(request, { HTTP_X_USER_ID: ["joe"] });
  });

  test("without a credential, if none is required", () => {
    expectNoForgery(ready({ config: { ...config, bearer_only: false, unauth_action: "pass" } }).get("/", sent()));
  });

  test("on a CORS preflight", () => {
    const envoy = ready({ config: { ...config, allow_preflight: true } });
    expectNoForgery(envoy.request("OPTIONS", "/", sent(["origin", "https://shop.example"], ["access-control-request-method", "PUT"])));
  });

  test("on a public path, also headers that other rules set", () => {
    const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/open", mode: "public" }, { path_prefix: "/users", claim_headers: CLAIM_HEADERS }] });
    expectNoForgery(envoy.get("/open/x", sent()));
    expectNoForgery(envoy.get("/users/1", sent(["authorization", `Bearer ${token()}`])), { HTTP_X_USER_ID: ["joe"] });
  });

  test("with a session, opened and cached", () => {
    const { browser } = browse({ claim_headers: CLAIM_HEADERS });
    logIn(browser);
    for (let i = 0; i < 2; i++) {
      const request = browser.envoy.get("/api", sent(["cookie", browser.cookiesFor("/api")]));
      expectNoForgery(request, { HTTP_X_USER_ID: ["alice"] });
    }
    expect(through(browser).forwarded.get("x-user-id")).toBe("alice");
  });
});

describe("duty 154: no header is read as a pseudo-header", () => {
  const envoy = ruled({ mode: "deny", rules: [{ host: "open.example", mode: "public" }, { path_prefix: "/open", mode: "public" }, { method: "OPTIONS", mode: "public" }] });

  test.each(["!path", "-path", "_path", ".path", "~path"])("%s is not the path", (name) => expect(outcome(envoy.get("/x", [[name, "/open"]]))).toBe("403 denied"));
  test.each(["_method", "-method", "~method"])("%s is not the method", (name) => expect(outcome(envoy.get("/x", [[name, "OPTIONS"]]))).toBe("403 denied"));
  test.each(["~authority", "-authority", "!authority"])("%s is not the host", (name) => expect(outcome(envoy.get("/x", [[name, "open.example"]]))).toBe("403 denied"));
  test("and none replaces the real ones", () => expect(outcome(envoy.get("/open", [["-path", "/x"], ["_method", "POST"]]))).toBe("forwarded"));
});

test("duty 154: a credential in a header that upstreams read as the configured one is a second credential", () => {
  const envoy = ready({ config: { ...JWKS_CONFIG, auth_accept_token_as: ["header", "header:X-Api-Token"] } });
  expect(refused(envoy.get("/", { ...bearer(token()), "x.api.token": token() }))).toBe("400 several_credentials");
});
