/** `introspection_addon_headers`: a result is cached for the token together with the headers that the provider got. */
import { bearer, refused, type World } from "./fixture";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";
import { active, open, introspections } from "./workers";

type Sent = [string, string][];
const NAMES = ["x-tenant", "x-device"];
const GOOD: Sent = [["x-tenant", "good"], ["x-device", "d1"]];
const opened = (workers = 1): Envoy => open({ introspection_addon_headers: NAMES, claim_headers: { sub: "x-user" } }, workers);
const ask = (envoy: Envoy, headers: Sent = GOOD, worker = 0, token = "opaque"): StreamContext => envoy.get("/", [...Object.entries(bearer(token)), ...headers], { worker });

const OTHERS: [string, Sent][] = [
  ["another tenant", [["x-tenant", "bad"], ["x-device", "d1"]]], ["another device", [["x-tenant", "good"], ["x-device", "thief"]]], ["no headers", []],
  ["only the first header", [["x-tenant", "good"]]], ["only the second header", [["x-device", "d1"]]], ["their values exchanged", [["x-tenant", "d1"], ["x-device", "good"]]],
  ["a value twice", [...GOOD, ["x-device", "d1"]]], ["an empty value", [["x-tenant", "good"], ["x-device", ""]]],
  ["a byte moved from one value to the next", [["x-tenant", "goo"], ["x-device", "dd1"]]], ["two values as one", [["x-tenant", "good"], ["x-tenant", "d1"]]],
  ["different case", [["x-tenant", "Good"], ["x-device", "d1"]]],
];

describe("duty 155: the headers of the introspection request are part of the cache key", () => {
  test("the same headers get the cached verdict, whatever other headers the request has", () => {
    const envoy = opened();
    const first = ask(envoy);
    envoy.callout().json(active());
    expect([first, ask(envoy), ask(envoy, [["x-other", "1"], ...GOOD]), ask(envoy, [GOOD[1]!, GOOD[0]!])].map((request) => request.forwarded.get("x-user"))).toEqual(Array(4).fill("joe"));
    expect(introspections(envoy)).toBe(1);
  });

  test.each(OTHERS)("%s: a new introspection, whose refusal is cached", (_, headers) => {
    const envoy = opened();
    ask(envoy);
    envoy.callout().json(active());
    const other = ask(envoy, headers);
    expect(other.waiting).toBe(true);
    expect(envoy.callout().headers.list.filter(([name]) => NAMES.includes(name)).sort()).toEqual([...headers].sort());
    envoy.callout().json({ active: false });
    expect([refused(other), refused(ask(envoy, headers))]).toEqual(["401 inactive", "401 inactive"]);
    ask(envoy).forwarded;
    expect(introspections(envoy)).toBe(2);
  });

  test.each(OTHERS)("%s, while the first introspection is open: another call", (_, headers) => {
    const envoy = opened();
    const first = ask(envoy), same = ask(envoy), other = ask(envoy, headers);
    expect(envoy.callouts).toHaveLength(2);
    const [good, bad] = envoy.callouts;
    bad!.json({ active: false });
    expect(refused(other)).toBe("401 inactive");
    good!.json(active());
    for (const request of [first, same]) request.forwarded;
  });

  test.each(OTHERS)("%s, in another worker: neither the call nor the result is shared", (_, headers) => {
    const envoy = opened(2);
    const first = ask(envoy), during = ask(envoy, headers, 1);
    expect(envoy.callouts).toHaveLength(2);
    const [good, bad] = envoy.callouts;
    good!.json(active());
    first.forwarded;
    bad!.json({ active: false });
    expect(refused(during)).toBe("401 inactive");
    envoy.advance(6);
    expect(ask(envoy, headers, 1).waiting).toBe(true);
    ask(envoy, GOOD, 1).forwarded;
  });

  test("a refusal for one tenant does not refuse another", () => {
    const envoy = opened();
    ask(envoy, [["x-tenant", "bad"]]);
    envoy.callout().json({ active: false });
    const good = ask(envoy);
    envoy.callout().json(active());
    good.forwarded;
  });

  test("another token with the same headers is introspected separately", () => {
    const envoy = opened();
    ask(envoy);
    envoy.callout().json(active());
    expect(ask(envoy, GOOD, 0, "opaquf").waiting).toBe(true);
  });

  test("headers that are too long for a cache key: each request is introspected, and nothing is cached or shared", () => {
    const envoy = opened(2), long: Sent = [["x-tenant", "t".repeat(20_000)], ["x-device", "d".repeat(20_000)]];
    const requests = [ask(envoy, long), ask(envoy, long), ask(envoy, long, 1)];
    expect(envoy.callouts).toHaveLength(3);
    for (const [i, call] of envoy.callouts.entries()) call.json(i === 1 ? { active: false } : active());
    requests[0]!.forwarded;
    expect(refused(requests[1]!)).toBe("401 inactive");
    requests[2]!.forwarded;
    expect([ask(envoy, long).waiting, ask(envoy, long, 1).waiting, ask(envoy, []).waiting]).toEqual([true, true, true]);
    envoy.refuseCallouts = true;
    expect(refused(ask(envoy, long))).toBe("503 provider_unreachable");
  });

  test("a cached verdict costs the same host calls with such headers as without", () => {
    const cost = (config: NonNullable<World["config"]>, headers: Sent): Record<string, number> => {
      const envoy = open(config as object, 1);
      ask(envoy, headers);
      envoy.callout().json(active());
      ask(envoy, headers).forwarded;
      return envoy.counting(() => ask(envoy, headers).forwarded);
    };
    expect(cost({ introspection_addon_headers: NAMES }, GOOD)).toEqual(cost({}, GOOD));
  });
});
