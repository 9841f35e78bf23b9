/** Requests before the provider's documents are fetched, and while the provider is down. */
import { asked, bearer, JWKS_CONFIG, ready, refused, serve, start, token } from "./fixture";

describe("at the start", () => {
  test("metadata and keys are fetched before the first request", () => {
    const envoy = ready();
    expect(asked(envoy, "/jwks")).toBe(1);
    envoy.get("/", bearer(token())).forwarded;
    expect(envoy.history).toHaveLength(2);
  });

  test("ten thousand early requests wait, and one fetch gives each the right answer", () => {
    const envoy = start();
    const [valid, expired] = [{}, { exp: 1 }].map((claims) => Array.from({ length: 100 }, (_, i) => token({ ...claims, jti: `${i}` })));
    const good = Array.from({ length: 8_000 }, (_, i) => envoy.get("/", bearer(valid![i % 100]!)));
    const bad = Array.from({ length: 2_000 }, (_, i) => envoy.get("/", bearer(expired![i % 100]!)));
    const none = envoy.get("/");
    expect(refused(none)).toBe("401 no_token");
    expect([...good, ...bad].every((request) => request.waiting)).toBe(true);
    serve(envoy);
    envoy.advance(1);
    good.forEach((request) => request.forwarded);
    expect(new Set(bad.map(refused))).toEqual(new Set(["401 expired"]));
    expect(envoy.history).toHaveLength(2);
  });

  test("only some of the waiting requests resume in one callback, because Envoy runs their replies recursively", () => {
    const envoy = start();
    const bad = Array.from({ length: 200 }, (_, i) => envoy.get("/", bearer(token({ exp: 1, jti: `${i}` }))));
    serve(envoy);
    const left: number[] = [];
    for (let i = 0; i < 200; i++) {
      envoy.advance(0.001);
      left.push(bad.filter((request) => request.waiting).length);
    }
    const steps = left.map((count, i) => (left[i - 1] ?? bad.length) - count);
    expect(Math.max(...steps)).toBeLessThanOrEqual(64); // a reply and a tick may fall together
    expect(left.at(-1)).toBe(0);
  });

  test("duty 129: while the provider is down, requests get 503 and are never forwarded; afterwards they pass", () => {
    const envoy = start();
    const waiting = envoy.get("/", bearer(token()));
    envoy.advance(0.1);
    envoy.callout().fail();
    expect(refused(waiting)).toBe("503 provider_not_ready");
    expect(waiting.local.headers.get("retry-after")).toBe("5");
    expect(waiting.local.headers.has("www-authenticate")).toBe(false);
    expect(refused(envoy.get("/", bearer(token())))).toBe("503 provider_not_ready");
    serve(envoy);
    envoy.advance(3);
    envoy.get("/", bearer(token())).forwarded;
  });

  test("duty 137: if the clock is set back after a failure, the next attempt is not delayed", () => {
    const envoy = start();
    envoy.advance(0.1);
    envoy.callout().fail();
    envoy.setClock(-3600);
    serve(envoy);
    envoy.advance(3);
    envoy.get("/", bearer(token({ iat: Math.floor(envoy.now) }))).forwarded;
  });

  test("a provider that never answers delays requests no longer than its timeout", () => {
    const envoy = start({ config: { ...JWKS_CONFIG, timeout: 2 } });
    const waiting = envoy.get("/", bearer(token()));
    envoy.advance(2.5);
    expect(refused(waiting)).toBe("503 provider_not_ready");
  });

  test("if Envoy refuses calls during its start, they are repeated on every tick: requests wait, and nothing is logged", () => {
    const envoy = start({ start: { refuseCallouts: true } });
    const waiting = envoy.get("/", bearer(token()));
    envoy.advance(4);
    envoy.refuseCallouts = false;
    serve(envoy);
    envoy.advance(0.2);
    waiting.forwarded;
    expect(envoy.logText).not.toContain("refuses calls");
  });

  test("if Envoy keeps refusing calls, the provider counts as down, and the log says so", () => {
    const envoy = start({ start: { refuseCallouts: true } });
    const waiting = envoy.get("/", bearer(token()));
    envoy.advance(6);
    expect(refused(waiting)).toBe("503 provider_not_ready");
    expect(envoy.logText).toContain("check that it exists (a Sidecar resource of Istio may hide it) and that DNS knows its host");
    envoy.refuseCallouts = false;
    serve(envoy);
    envoy.advance(5);
    envoy.get("/", bearer(token())).forwarded;
  });

  test("the intervals between failed attempts grow", () => {
    const envoy = start();
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(60);
    expect(envoy.history.length).toBeLessThan(9);
    expect(envoy.history.length).toBeGreaterThan(4);
  });
});
