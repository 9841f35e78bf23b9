/** One introspection for all workers of an Envoy: the first worker makes the call, and the others wait for its result. */
import { bearer, INTROSPECTION_CONFIG, refused } from "./fixture";
import type { StreamContext } from "./host/stream";
import { active, ask, open, introspections } from "./workers";

describe("one call", () => {
  test("serves parallel requests in all workers", () => {
    const envoy = open({ claim_headers: { sub: "x-user" } });
    const requests = [...Array(40)].map((_, i) => ask(envoy, i % 4));
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => expect(request.forwarded.get("x-user")).toBe("joe"));
    expect(introspections(envoy)).toBe(1);
  });

  test("is made for each token", () => {
    const envoy = open({ claim_headers: { sub: "x-user" } });
    const requests = [...Array(200)].map((_, i) => ({ i, request: ask(envoy, i % 4, `t${i >> 2}`) }));
    expect(envoy.callouts).toHaveLength(50);
    for (const call of envoy.callouts) call.json(active({ sub: call.form.get("token") }));
    envoy.advance(0.2);
    for (const { i, request } of requests) expect(request.forwarded.get("x-user")).toBe(`t${i >> 2}`);
  });

  test("serves later requests in any worker without a wait", () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().json(active());
    for (const worker of [1, 2, 3, 0, 1]) ask(envoy, worker).forwarded;
    expect(introspections(envoy)).toBe(1);
  });

  test("serves two listeners with the same configuration", () => {
    const envoy = open({}, 1), second = envoy.addPlugin(INTROSPECTION_CONFIG);
    const requests = [ask(envoy, 0), envoy.get("/", bearer("opaque"), { plugin: second })];
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => request.forwarded);
  });

  test("refuses an inactive token in all workers, for five seconds", () => {
    const envoy = open();
    const requests = [0, 1, 2].map((worker) => ask(envoy, worker));
    envoy.callout().json({ active: false });
    envoy.advance(0.1);
    expect([...requests, ask(envoy, 3)].map(refused)).toEqual(Array(4).fill("401 inactive"));
    envoy.advance(4.8);
    expect(refused(ask(envoy, 1))).toBe("401 inactive");
    envoy.advance(0.2);
    expect([1, 2].map((worker) => ask(envoy, worker).waiting)).toEqual([true, true]);
    expect(introspections(envoy)).toBe(2);
  });

  test("a refusal by required_scopes is shared by all workers, for the same time as in one", () => {
    const envoy = open({ required_scopes: ["admin"] });
    const requests = [0, 1].map((worker) => ask(envoy, worker));
    envoy.callout().json(active());
    envoy.advance(0.1);
    expect([...requests, ask(envoy, 2)].map(refused)).toEqual(Array(3).fill("403 insufficient_scope"));
    envoy.advance(10);
    expect(ask(envoy, 3).waiting).toBe(true);
  });

  test("adds no host call for a cached token", () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().json(active());
    ask(envoy, 1).forwarded;
    const calls = envoy.counting(() => ask(envoy, 1).forwarded);
    expect(Object.keys(calls).filter((name) => /shared_data|random/.test(name))).toEqual([]);
  });

  test("is counted once, and so is its failure; each worker counts its own refusals", () => {
    const envoy = open();
    [0, 1].map((worker) => ask(envoy, worker));
    envoy.callout().fail();
    envoy.advance(2);
    expect(envoy.metrics()).toMatchObject({ "envoy_oidc.callout.introspection": 1, "envoy_oidc.callout.introspection.failed": 1, "envoy_oidc.refused.provider_unreachable": 2 });
  });
});

describe("another worker's result", () => {
  const later = (changes: object, body: object, seconds: number): boolean => {
    const envoy = open(changes);
    ask(envoy, 0);
    envoy.callout().json(body);
    envoy.advance(seconds);
    return ask(envoy, 1).waiting;
  };

  test("expires at the same time as in the worker that made the call", () => {
    expect([later({}, active(), 299), later({}, active(), 300)]).toEqual([false, true]);
    expect([later({ introspection_interval: 10 }, active(), 9), later({ introspection_interval: 10 }, active(), 10)]).toEqual([false, true]);
    const ttl = { introspection_expiry_claim: "ttl" };
    expect([later(ttl, active({ ttl: 20 }), 19), later(ttl, active({ ttl: 20 }), 20)]).toEqual([false, true]);
  });

  test("does not get a new lifetime when a worker reads it", () => {
    const envoy = open({ introspection_interval: 10 });
    ask(envoy, 0);
    envoy.callout().json(active());
    for (let worker = 1; worker < 4; worker++) {
      envoy.advance(3);
      ask(envoy, worker).forwarded;
    }
    envoy.advance(1);
    expect([0, 1, 2, 3].map((worker) => ask(envoy, worker).waiting)).toEqual(Array(4).fill(true));
    expect(introspections(envoy)).toBe(2);
  });

  test("that may not be cached serves only the waiting requests", () => {
    const envoy = open(), body = active({ exp: undefined });
    const requests = [0, 1, 2].map((worker) => ask(envoy, worker));
    envoy.callout().json(body);
    envoy.advance(0.1);
    requests.forEach((request) => request.forwarded);
    const next = [3, 1, 0].map((worker) => ask(envoy, worker));
    expect(next.every(({ waiting }) => waiting)).toBe(true);
    envoy.callout().json({ active: false });
    envoy.advance(0.1);
    expect(next.map(refused)).toEqual(Array(3).fill("401 inactive"));
    expect(introspections(envoy)).toBe(2);
  });

  test("reaches the waiting requests even if the next introspection starts at once", () => {
    const envoy = open();
    const waits = ask(envoy, 1), first = ask(envoy, 0);
    expect(introspections(envoy)).toBe(1);
    envoy.callout().json(active({ exp: undefined }));
    const third = ask(envoy, 2);
    envoy.advance(0.05);
    for (const request of [waits, first]) request.forwarded;
    expect(third.waiting).toBe(true);
    expect(introspections(envoy)).toBe(2);
  });

  test("is accepted by a worker whose clock is slightly behind, and so is its lease", () => {
    const envoy = open(), earlier = (ms: number): void => { envoy.nowMs -= ms; };
    ask(envoy, 0);
    earlier(5);
    const waits = ask(envoy, 1);
    earlier(-5);
    envoy.callout().json(active());
    earlier(20);
    ask(envoy, 2).forwarded;
    envoy.advance(0.1);
    waits.forwarded;
    expect(introspections(envoy)).toBe(1);
  });

  test.each([["has just started a call", false], ["already has the result", true]])("is noticed by a worker that is about to make the call when another %s", (_, answered) => {
    const envoy = open(), set = envoy.sharedData.set.bind(envoy.sharedData);
    let first: StreamContext | undefined;
    // Worker 1 has read shared data and found nothing. All this happens before it writes.
    envoy.sharedData.set = (...args) => {
      envoy.sharedData.set = set;
      first = ask(envoy, 0);
      if (answered) envoy.callout().json(active());
      return set(...args);
    };
    const second = ask(envoy, 1);
    if (!answered) envoy.callout().json(active());
    envoy.advance(0.1);
    for (const request of [first!, second]) request.forwarded;
    expect(introspections(envoy)).toBe(1);
  });

  test("is not used if the clock has jumped back to before it", () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().json(active());
    envoy.nowMs -= 60_000;
    expect(ask(envoy, 1).waiting).toBe(true);
    expect(introspections(envoy)).toBe(2);
  });
});

describe("the provider fails", () => {
  test.each([["an error", 500, {}], ["refused credentials", 401, {}], ["an error page", 200, "<html>"], ["too much", 200, `{"active":true,"x":"${"x".repeat(40_000)}"}`]])(
    "%s: 503 for all waiting requests, after one call; a later request introspects again", (_, status, body) => {
      const envoy = open();
      const requests = [0, 1, 2, 3].map((worker) => ask(envoy, worker));
      envoy.callout().reply(status, {}, body);
      envoy.advance(0.1);
      expect(requests.map(refused)).toEqual(Array(4).fill("503 provider_unreachable"));
      expect(envoy.logText.match(/introspection endpoint/g)).toHaveLength(1);
      expect(ask(envoy, 2).waiting).toBe(true);
      expect(introspections(envoy)).toBe(2);
    });

  test("no response in time: 503 for all, at the same time as in the worker that made the call", () => {
    const envoy = open();
    const requests = [0, 1, 2, 3].map((worker) => ask(envoy, worker));
    envoy.advance(3.05);
    expect(requests.map(refused)).toEqual(Array(4).fill("503 provider_unreachable"));
    expect(introspections(envoy)).toBe(1);
  });

  test("a call that Envoy refuses keeps no request waiting", () => {
    const envoy = open();
    envoy.refuseCallouts = true;
    expect([0, 1].map((worker) => refused(ask(envoy, worker)))).toEqual(["503 provider_unreachable", "503 provider_unreachable"]);
    envoy.refuseCallouts = false;
    expect(ask(envoy, 1).waiting).toBe(true);
  });

  test("duty 143: waiting for another worker's call counts as a call", () => {
    const envoy = open({}, 2);
    const here = [...Array(256)].map((_, i) => ask(envoy, 0, `t${i}`)), there = [...Array(257)].map((_, i) => ask(envoy, 1, `t${i}`));
    expect([envoy.callouts.length, refused(there[256]!)]).toEqual([256, "503 too_many_waiting"]);
    for (const call of envoy.callouts) call.json(active());
    envoy.advance(2);
    [...here, ...there.slice(0, 256)].forEach((request) => request.forwarded);
  });
});

describe("a worker that does not finish", () => {
  /** Worker 0 has the lease, and its call is lost. */
  const lost = () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().cancel();
    return { envoy, requests: [1, 2, 3].map((worker) => ask(envoy, worker)) };
  };

  test("is awaited as long as its call may take, then one of the others makes the call", () => {
    const { envoy, requests } = lost();
    envoy.advance(4.9);
    expect([introspections(envoy), requests.every(({ waiting }) => waiting)]).toEqual([1, true]);
    envoy.advance(0.2);
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => request.forwarded);
    expect(introspections(envoy)).toBe(2);
  });

  test("twice: the others do not wait for a third", () => {
    const { envoy, requests } = lost();
    envoy.advance(5.1);
    envoy.callout().cancel(); // its own request is lost too
    envoy.advance(5.1);
    expect(introspections(envoy)).toBe(3);
    expect(requests.filter(({ waiting }) => !waiting).map(refused)).toEqual(["503 provider_unreachable"]);
    const newcomer = ask(envoy, 0, "another");
    for (const call of envoy.callouts) call.json(active());
    expect(requests.filter(({ waiting }) => waiting)).toHaveLength(1);
    newcomer.forwarded;
  });

  test("until late: its result serves the waiting requests, and does not end another worker's lease", () => {
    const envoy = open();
    const slow = ask(envoy, 0), call = Object.assign(envoy.callout(), { dueAtMs: Infinity });
    const others = [1, 2].map((worker) => ask(envoy, worker));
    envoy.advance(5.1);
    const second = envoy.callouts.find((one) => one !== call)!;
    call.json(active());
    slow.forwarded;
    ask(envoy, 0).forwarded;
    second.json({ active: false });
    envoy.advance(0.1);
    expect(others.every(({ waiting }) => !waiting)).toBe(true);
    expect([refused(ask(envoy, 3)), introspections(envoy)]).toEqual(["401 inactive", 2]);
  });
});
