/** What is counted of each rule, and under which names. */
import { bearer, INTROSPECTION_CONFIG, JWKS_CONFIG, ready, start, token } from "./fixture";
import { Browser } from "./browser";
import { LOGIN, outcome, ruled, TOKENS } from "./ruled";
import type { Envoy } from "./host/envoy";

const GOOD = bearer(token()), BAD = bearer(token({ exp: 1 }));
const OPEN = { path: "/open", mode: "public" };

/** "api.shop admitted 2, refused 1" for each pair of counters, in the order of their names. */
function counted(envoy: Envoy): string[] {
  envoy.advance(1);
  const all = envoy.metrics(), of = (kind: string, name: string): string => `${kind} ${String(all[`envoy_oidc.rule_${kind}.${name}`])}`;
  return Object.keys(all).flatMap((name) => /^envoy_oidc\.rule_refused\.(.*)/.exec(name)?.[1] ?? []).sort().map((name) => `${name} ${of("admitted", name)}, ${of("refused", name)}`);
}
const names = (envoy: Envoy): string[] => counted(envoy).map((line) => line.split(" ")[0]!);
/** The sum of all counters that match. */
const sum = (envoy: Envoy, pattern: RegExp): number => Object.entries(envoy.metrics()).reduce((total, [name, value]) => total + (pattern.test(name) ? Number(value) : 0), 0);

test("admitted and refused requests are counted for the rule's name, else for its number; none is what no rule matches", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [OPEN, { name: "api", path_prefix: "/api", required_scopes: ["read"] }, { path: "/shut", mode: "deny" }] });
  for (const [path, headers] of [["/open", {}], ["/open", GOOD], ["/api", GOOD], ["/api", GOOD], ["/api", BAD], ["/api", BAD], ["/api", {}], ["/shut", GOOD], ["/", GOOD], ["/", {}]] as const) envoy.get(path, headers);
  expect(counted(envoy)).toEqual(["0.envoy-oidc admitted 2, refused 0", "2.envoy-oidc admitted 0, refused 1", "api.envoy-oidc admitted 2, refused 3", "none.envoy-oidc admitted 1, refused 1"]);
});

test("every admitted and every refused request counts for one rule: also before a rule is chosen, and after a wait", () => {
  const envoy = ruled({ ...LOGIN, unauth_action: "pass", ready_path: "/ready", rules: [{ ...OPEN, name: "open" }, { name: "shut", path: "/shut", mode: "deny" }, { name: "opaque", path_prefix: "/opaque", ...INTROSPECTION_CONFIG }] });
  const ended = [
    envoy.get("/open"), envoy.get("/"), envoy.get("/", GOOD), envoy.get("/", BAD), envoy.get("/shut"), envoy.get("/Shut/../open"), envoy.get("*"), envoy.request("POST", "/ready"), envoy.get("/ready"), envoy.get("/callback"),
    new Browser(envoy).navigate("/"), envoy.get("/opaque", bearer("one")), envoy.get("/opaque", bearer("two")),
  ];
  for (const reply of [{ active: true, sub: "joe", exp: 2e9 }, { active: false }]) envoy.callouts[0]!.json(reply);
  expect(ended.map(outcome).filter((one) => one === "waiting")).toEqual([]);
  envoy.advance(1);
  const admitted = ended.filter((one) => outcome(one) === "forwarded").length, refused = ended.filter((one) => /^[45]/.test(outcome(one))).length;
  expect([admitted, refused].every((number) => number > 3)).toBe(true);
  expect({ admitted: sum(envoy, /\.rule_admitted\./), refused: sum(envoy, /\.rule_refused\./) }).toEqual({ admitted, refused });
  expect({ admitted: sum(envoy, /oidc\.(allowed|session|anonymous|public|preflight)$/), refused: sum(envoy, /oidc\.refused\./) }).toEqual({ admitted, refused });
  expect(counted(envoy)).toContain("opaque.envoy-oidc admitted 1, refused 1");
});

test("the redirect to the provider is neither", () => {
  const envoy = ruled(LOGIN);
  expect(outcome(new Browser(envoy).navigate("/"))).toBe("302");
  expect(counted(envoy)).toEqual(["none.envoy-oidc admitted 0, refused 0"]);
});

describe("they exist, as 0, from the start of their configuration", () => {
  const shop = { ...TOKENS, mode: "bearer", rules: [{ ...OPEN, name: "open" }, { path: "/b", mode: "deny" }] };
  const ZERO = (...rules: string[]): string[] => rules.map((rule) => `${rule} admitted 0, refused 0`);

  test("of the first one, and of others in the same VM", () => {
    const envoy = start({ config: shop, start: { rootId: "shop" } });
    envoy.addPlugin(JWKS_CONFIG, "api");
    expect(counted(envoy)).toEqual(ZERO("1.shop", "none.api", "none.shop", "open.shop"));
  });

  test("after a change those of the same names count on, and new ones begin", () => {
    const envoy = start({ config: shop });
    envoy.get("/open");
    envoy.reload({ ...shop, rules: [{ ...OPEN, path: "/other", name: "open" }, { ...OPEN, name: "new" }] });
    for (const path of ["/open", "/other"]) envoy.get(path);
    expect(counted(envoy)).toEqual([...ZERO("1.envoy-oidc"), "new.envoy-oidc admitted 1, refused 0", ...ZERO("none.envoy-oidc"), "open.envoy-oidc admitted 2, refused 0"]);
  });

  test("a configuration that is refused brings none", () => {
    const envoy = start();
    for (const wrong of ["{", { ...shop, relm: "x" }, { ...shop, error_pages: { nonesuch: "<p>" } }]) expect(() => envoy.addPlugin(wrong, "wrong")).toThrow("refused its configuration");
    expect(names(envoy)).toEqual(["none.envoy-oidc"]);
  });

  test("workers add up", () => {
    const envoy = ready({ start: { workers: 2 } });
    for (const worker of [0, 1]) envoy.get("/", BAD, { worker });
    expect(counted(envoy)).toEqual(["none.envoy-oidc admitted 0, refused 2"]);
  });
});

describe("the configuration's name", () => {
  const called = (plugin_name: string, rootId = ""): string[] => names(start({ start: { rootId, properties: { plugin_name } } }));

  test.each([
    ["shop", "shop", "the plugin's"], ["shop", "root", "the plugin's, whatever its root id"], ["istio-system.oidc", "", "with dots"], ["envoyextensionpolicy/default/oidc/wasm/0", "", "with slashes"],
  ])("%j, %j: %s", (name, rootId) => expect(called(name, rootId)).toEqual([`none.${name}`]));
  test.each(["", "envoy-oidc"])("%j identifies nothing: the root id stands for it, if there is one", (name) => {
    expect([called(name, "root"), called(name)]).toEqual([["none.root"], ["none.envoy-oidc"]]);
  });
  test("blanks and characters that are not visible ASCII are escaped", () => expect(called("a b\nü\\")).toEqual(["none.a\\x20b\\x0a\\xc3\\xbc\\x5c"]));
  test("a long one is cut", () => expect(called("n".repeat(1000))).toEqual([`none.${"n".repeat(128)}...`]));
  test("configurations with the same name share their counters", () => {
    const envoy = start({ config: { mode: "deny" }, start: { properties: { plugin_name: "shop" } } }), second = envoy.addPlugin({ mode: "deny" }, "second");
    envoy.get("/");
    envoy.get("/", {}, { plugin: second });
    expect(counted(envoy)).toEqual(["none.shop admitted 0, refused 2"]);
  });
});

describe("a worker defines them for 1,024 rules", () => {
  const generation = (n: number): object => ({ mode: "deny", rules: Array.from({ length: 64 }, (_, i) => ({ name: `r${n}-${i}`, path: `/${i}`, mode: "public" })) });

  test("further ones are counted together, as other, and no more are defined", () => {
    const envoy = start({ config: generation(0) });
    for (let n = 1; n < 16; n++) envoy.reload(generation(n));
    // One was for what no rule matches, so one of these 1,024 rules had no room.
    expect([names(envoy).length, names(envoy).includes("r15-62.envoy-oidc"), names(envoy).includes("r15-63.envoy-oidc")]).toEqual([1025, true, false]);
    expect(envoy.counting(() => { for (let n = 16; n < 40; n++) envoy.reload(generation(n)); })).not.toHaveProperty("proxy_define_metric");
    for (const path of ["/0", "/63", "/none"]) envoy.get(path);
    expect(counted(envoy).filter((line) => /^(other|none)\./.test(line))).toEqual(["none.envoy-oidc admitted 0, refused 1", "other.other admitted 2, refused 0"]);
  });
});

test("the cached path makes no host call for them: they are written on the tick", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ name: "api", path_prefix: "/api" }] });
  envoy.get("/api", GOOD);
  expect(envoy.counting(() => envoy.get("/api", GOOD))).toEqual({ proxy_get_header_map_pairs: 1, proxy_get_current_time_nanoseconds: 1, proxy_replace_header_map_value: 2 });
});
