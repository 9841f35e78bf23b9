// The identity that the upstream, routes, access logs and later filters of a real Envoy see. Clients cannot forge it.

import { until } from "./support/envoy";
import { getWith, request, type RawRequest } from "./support/http";
import { received, type Echo } from "./support/upstream";
import { byKeys, refused, startWorld, type World } from "./support/world";

let world: World;
let token: string;

const rbac = {
  name: "envoy.filters.http.rbac",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
    rules: {
      action: "DENY",
      policies: { mallory: { permissions: [{ url_path: { path: { prefix: "/members" } } }], principals: [{ filter_state: { key: "wasm.oidc.sub", string_match: { exact: "mallory" } } }] } },
    },
  },
};

beforeAll(async () => {
  world = await startWorld(({ provider }) => ({
    listeners: [{
      filters: { oidc: byKeys(provider, { claim_headers: { sub: "x-user", role: "x-role" }, set_filter_state: true }) },
      routes: [
        { prefix: "/", cluster: "upstream", extra: { match: { prefix: "/", headers: [{ name: "x-role", string_match: { exact: "admin" } }] }, route: { cluster: "upstream", prefix_rewrite: "/admin" } } },
        { prefix: "/", cluster: "upstream" },
      ],
      after: [rbac],
      accessLog: "%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% sub=%FILTER_STATE(wasm.oidc.sub:PLAIN)% scope=%FILTER_STATE(wasm.oidc.scope:PLAIN)%\n",
    }],
  }));
  token = await world.provider.mint({ claims: { sub: "alice", scope: "read write" } });
});

const sent = async (headers: RawRequest["headers"] = [], path = "/"): Promise<Echo> => (await getWith(world.envoy.url + path, token, headers)).json<Echo>();

test("duties 87-89: forged identity headers, repeated and in every spelling, do not reach the upstream", async () => {
  const names = ["X-Access-Token", "X-ID-Token", "X-Userinfo", "X-Raw-ID-Token", "X-Refresh-Token", "X-User", "X-Role"];
  const echo = await sent(names.flatMap((name): [string, string][] => [[name, "evil"], [name.toLowerCase(), "evil"], [name.replaceAll("-", "_"), "evil"]]));
  expect(JSON.stringify(echo.headers)).not.toContain("evil");
  expect(received(echo, "x-user")).toEqual(["alice"]);
  expect(received(echo, "x-access-token")).toEqual([token]);
  expect(JSON.parse(Buffer.from(received(echo, "x-userinfo")[0]!, "base64").toString())).toMatchObject({ sub: "alice" });
});

/** The CGI variables of the headers (RFC 3875 §4.1.18): everything but letters and digits becomes `_`. */
function cgiVariables(echo: Echo): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, value] of echo.headers) (out[`HTTP_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`] ??= []).push(value);
  return out;
}

test("duty 154: an upstream that turns header names into CGI variables sees only the filter's values", async () => {
  // Every character that a header name may contain besides letters and digits (RFC 9110 §5.6.2).
  for (const mark of "!#$%&'*+-.^_`|~") {
    const echo = await sent([[`X${mark}User`, "forged"], [`X${mark}Userinfo`, "forged"], [`x-access${mark}token`, "forged"], [`${mark}path`, "/forged"]]);
    const { HTTP__PATH: own, ...variables } = cgiVariables(echo);
    expect([mark, JSON.stringify(variables).includes("forged"), variables.HTTP_X_USER, variables.HTTP_X_ACCESS_TOKEN, variables.HTTP_X_USERINFO?.length]).toEqual([mark, false, ["alice"], [token], 1]);
    expect([echo.path, own]).toEqual(["/", ["/forged"]]);
  }
});

test("duty 90: a client cannot have identity headers removed by naming them in Connection", async () => {
  const echo = await sent([["Connection", "close, x-user, x-userinfo, x-access-token"]]);
  expect(received(echo, "x-user")).toEqual(["alice"]);
  expect(received(echo, "x-userinfo")).toHaveLength(1);
});

test("duty 98: routes are chosen by the headers that the filter set, never by those that the client sent", async () => {
  expect((await sent([["x-role", "admin"]], "/x")).path).toBe("/x");
  token = await world.provider.mint({ claims: { sub: "alice", role: "admin" } });
  expect((await sent([], "/x")).path).toBe("/adminx");
  token = await world.provider.mint({ claims: { sub: "alice", scope: "read write" } });
});

test("duty 97: access logs and RBAC see the identity, and the client cannot set it", async () => {
  await sent([["wasm.oidc.sub", "mallory"]], "/members/1");
  const mallory = await getWith(`${world.envoy.url}/members/2`, await world.provider.mint({ claims: { sub: "mallory" } }));
  expect(mallory.status).toBe(403);
  const none = await request(`${world.envoy.url}/members/3`);
  expect(none.status).toBe(401);
  const log = await until("all three in the access log", 5000, async () => {
    const lines = (await world.envoy.accessLog()).join("\n");
    return lines.includes("/members/3") ? lines : undefined;
  });
  expect(log).toContain("/members/1 200 via_upstream sub=alice scope=read write");
  expect(log).toMatch(/\/members\/2 403 rbac_access_denied\S* sub=mallory/);
  expect(log).toContain("/members/3 401 oidc_no_token sub=-");
});

test("the upstream receives the request unchanged except for the identity", async () => {
  const echo = (await request(world.envoy.url, { method: "PUT", path: "/a%20b?c=d&e", headers: [["Authorization", `Bearer ${token}`], ["X-Other", "1"], ["X-Other", "2"], ["Cookie", "a=b"]], body: "body" })).json<Echo>();
  expect([echo.method, echo.path]).toEqual(["PUT", "/a%20b?c=d&e"]);
  expect(received(echo, "cookie")).toEqual(["a=b"]);
  expect(received(echo, "x-other").join()).toBe("1,2");
  expect(received(echo, "authorization")).toEqual([`Bearer ${token}`]);
});

test("duty 73: two Authorization headers are refused, in either order", async () => {
  const bearer: [string, string] = ["Authorization", `Bearer ${token}`];
  expect(refused(await request(world.envoy.url, { headers: [bearer, bearer] }))).toBe("400 malformed_credential");
  expect(refused(await request(world.envoy.url, { headers: [["Authorization", "Basic YTpi"], bearer] }))).toBe("400 several_credentials");
  expect(refused(await request(world.envoy.url, { headers: [bearer, ["Authorization", "Basic YTpi"]] }))).toBe("400 malformed_credential");
});

test("duty 91: a claim cannot break out of its header", async () => {
  const evil = await world.provider.mint({ claims: { sub: "a\r\nx-role: admin", role: "user,admin" } });
  const echo = (await getWith(world.envoy.url, evil)).json<Echo>();
  expect(received(echo, "x-user")).toEqual(["a%0D%0Ax-role: admin"]);
  expect(received(echo, "x-role")).toEqual(["user%2Cadmin"]);
});
