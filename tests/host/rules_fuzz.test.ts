/** Rules with random requests and configurations: the filter never traps, and guarded pages stay guarded. */
import { bearer, token } from "./fixture";
import { Headers, type Pair } from "./host/headers";
import { Random } from "./host/random";
import { StreamContext } from "./host/stream";
import { OTHER_CLIENT, outcome, ruled, LOGIN, TOKENS } from "./ruled";
import { start } from "./fixture";
import type { Envoy } from "./host/envoy";

const SEEDS = [1, 2, 3, 4];
const RULES = [
  { host: ["app.example", "*.app.example"], path_prefix: "/admin", method: ["GET", "POST"], mode: "deny" }, { path: ["/health", "/ready"], mode: "public" }, { path_prefix: "/static", method: "GET", mode: "public" },
  { path_prefix: "/other", ...OTHER_CLIENT }, { path_prefix: "/api", mode: "bearer", auth_header_name: "X-Api-Token", auth_accept_token_as: ["header", "query:t"] }, { method: "OPTIONS", allow_preflight: true },
];
const ENDINGS = /^(forwarded|waiting|30[23]|200 \w+|40[0135] \w+|431 \w+|50[23] \w+)$/;

/** A request with arbitrary bytes. */
function raw(envoy: Envoy, pairs: Pair[], body = ""): StreamContext {
  const root = envoy.plugins[0]!.roots[0]!, stream = new StreamContext(root.vm, root, root.vm.nextId(), new Headers(pairs)).begin(body === "");
  if (body !== "") stream.data(body, true);
  envoy.settle();
  return stream;
}

describe.each(SEEDS)("seed %d", (seed) => {
  test("duties 123, 131: any bytes as path, host and method are answered, and no guarded page is open", () => {
    const random = new Random(seed), envoy = ruled({ ...LOGIN, mode: "deny", rules: RULES.map((rule) => "mode" in rule ? rule : { ...rule, mode: "browser" }) });
    const samples = { path: ["/health", "/static/%2e%2e/a;b//c", "/other/callback?code=c&state=s", "/api/x?t=1", "/admin/..;/", "/other/x/.apisix/redirect"], host: ["app.example", "a.app.example.:80", "[::1]:8080"], method: ["GET", "POST", "OPTIONS"] };
    const value = (kind: keyof typeof samples): string => {
      const sample = Buffer.from(random.pick(samples[kind]));
      return (random.chance(4) ? sample : random.chance(3) ? random.bytes(random.below(60)) : random.mutate(sample)).toString("latin1");
    };
    let passed = 0;
    for (let i = 0; i < 4000; i++) {
      const pairs: Pair[] = [[":method", value("method")], [":path", (random.chance(3) ? "/" : "") + value("path")], [":scheme", random.pick(["https", "http", ""])], [":authority", value("host")]];
      if (random.chance(10)) pairs.splice(random.below(4), 1);
      if (random.chance(3)) pairs.push([random.pick(["authorization", "x-api-token", "cookie", "x_userinfo", "origin"]), random.bytes(random.below(40)).toString("latin1")]);
      const request = raw(envoy, pairs, random.chance(8) ? "body" : ""), ended = outcome(request);
      expect(ended).toMatch(ENDINGS);
      if (ended !== "forwarded") continue;
      passed++;
      // Only these paths are public, and a random Bearer value is no valid token.
      const path = request.forwarded.get(":path")!;
      expect([path, /^\/(health|ready)(\?|$)|^\/static(\/|\?|$)/.test(path)]).toEqual([path, true]);
      expect(request.forwarded.has("x_userinfo")).toBe(false);
    }
    expect(passed).toBeGreaterThan(20);
  });

  test("long and deeply nested ones too", () => {
    const random = new Random(seed), envoy = ruled({ ...TOKENS, mode: "public", rules: [{ path_prefix: "/private", mode: "bearer" }, { host: "a.example", mode: "deny" }] });
    const parts = ["/", "../", "%2e%2e%2f", "%25", "25", ";", ".", " ", "%20", "a", "/a", "//", "\\", "%c0%ae", "%", "~1", ":", "%2525", "\u00ff", "private/", "?"];
    for (let i = 0; i < 60; i++) {
      const some = Array.from({ length: 1 + random.below(3) }, () => random.pick(parts)).join(""), path = `/${some.repeat(Math.floor(60_000 / some.length))}`;
      expect(outcome(raw(envoy, [[":method", "GET"], [":path", path], [":scheme", "https"], [":authority", "b.example"]]))).toMatch(/^(forwarded|40[0-3] \w+)$/);
      expect(outcome(raw(envoy, [[":method", "GET"], [":path", "/"], [":scheme", "https"], [":authority", path]]))).toMatch(/^(forwarded|40[0-3] \w+)$/);
      expect(outcome(raw(envoy, [[":method", path], [":path", "/"], [":scheme", "https"], [":authority", "b.example"]]))).toMatch(/^(forwarded|40[0-3] \w+)$/);
    }
    expect(envoy.memoryBytes()).toBeLessThan(8 << 20);
  });

  test("a configuration with mutated rules is accepted, or refused with a message", () => {
    const random = new Random(seed), whole = JSON.stringify({ ...TOKENS, mode: "bearer", rules: [{ host: ["a.example", "*.b.example"], path_prefix: "/api", method: "GET", mode: "public" }, { path: "/x", realm: "x", required_scopes: ["a"] }, { path_prefix: ["/y", "/z/"], mode: "deny" }] });
    let accepted = 0;
    for (let i = 0; i < 400; i++) {
      try {
        const envoy = start({ config: random.chance(2) ? random.mutate(Buffer.from(whole)) as unknown as string : JSON.stringify(random.mutateJson(JSON.parse(whole))) });
        accepted++;
        for (const path of ["/", "/x", "/y/1", "/api"]) expect(outcome(envoy.get(path, bearer("x.y.z")))).toMatch(ENDINGS);
      } catch (error) {
        expect((error as Error).message).toMatch(/^the module refused its configuration\n(.*\n)*error: envoy-oidc: configuration: (?:.+: .+|expected .+)/);
        const lines = (error as Error).message.split("\n").filter((line) => line.startsWith("error"));
        expect(new Set(lines).size).toBe(lines.length);
      }
    }
    expect([accepted > 5, accepted < 400]).toEqual([true, true]);
  });
});

test("a token in any place, under any rule, passes only where the rule accepts it", () => {
  const random = new Random(9), envoy = ruled({ ...TOKENS, mode: "bearer", required_scopes: ["s0"], rules: [1, 2, 3].map((n) => ({ path_prefix: `/r${n}`, required_scopes: [`s${n}`], ...(n === 2 ? { auth_header_name: "X-Api-Token" } : {}), ...(n === 3 ? { auth_accept_token_as: ["query:t", "cookie:t"] } : {}) })) });
  const tokens = [0, 1, 2, 3].map((n) => token({ scope: `s${n}` }));
  let passed = 0;
  for (let i = 0; i < 3000; i++) {
    const n = random.below(4), at = random.below(4), value = tokens[n]!, place = random.below(4);
    const path = at === 0 ? random.pick(["/", "/r", "/r11", "/x/r1"]) : `/r${at}${random.pick(["", "/", "/x", "/%41", "/x;y", "/X"])}`;
    const request = envoy.get(place === 2 ? `${path}?t=${value}` : path, place === 0 ? bearer(value) : place === 1 ? { "x-api-token": value } : place === 3 ? { cookie: `t=${value}` } : {});
    const accepted = place === (at === 2 ? 1 : at === 3 ? Math.max(place, 2) : 0);
    expect([path, n, place, outcome(request) === "forwarded"]).toEqual([path, n, place, n === at && accepted]);
    if (n === at && accepted) passed++;
  }
  expect(passed).toBeGreaterThan(100);
});
