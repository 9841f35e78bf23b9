/** One introspection for all workers of an Envoy: whoever is first asks, the others wait for its answer. */
import { bearer, INTROSPECTION_CONFIG, refused } from "./fixture";
import type { StreamContext } from "./host/stream";
import { active, ask, open, questions } from "./workers";

describe("one call", () => {
  test("serves requests in parallel in all workers", () => {
    const envoy = open({ claim_headers: { sub: "x-user" } });
    const requests = [...Array(40)].map((_, i) => ask(envoy, i % 4));
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => expect(request.forwarded.get("x-user")).toBe("joe"));
    expect(questions(envoy)).toBe(1);
  });

  test("for each token", () => {
    const envoy = open({ claim_headers: { sub: "x-user" } });
    const requests = [...Array(200)].map((_, i) => ({ i, request: ask(envoy, i % 4, `t${i >> 2}`) }));
    expect(envoy.callouts).toHaveLength(50);
    for (const call of envoy.callouts) call.json(active({ sub: call.form.get("token") }));
    envoy.advance(0.2);
    for (const { i, request } of requests) expect(request.forwarded.get("x-user")).toBe(`t${i >> 2}`);
  });

  test("serves who comes later, in whatever worker, without any wait", () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().json(active());
    for (const worker of [1, 2, 3, 0, 1]) ask(envoy, worker).forwarded;
    expect(questions(envoy)).toBe(1);
  });

  test("serves two listeners with the same configuration", () => {
    const envoy = open({}, 1), second = envoy.addPlugin(INTROSPECTION_CONFIG);
    const requests = [ask(envoy, 0), envoy.get("/", bearer("opaque"), { plugin: second })];
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => request.forwarded);
  });

  test("tells all of them that the token is not active, for five seconds", () => {
    const envoy = open();
    const requests = [0, 1, 2].map((worker) => ask(envoy, worker));
    envoy.callout().json({ active: false });
    envoy.advance(0.1);
    expect([...requests, ask(envoy, 3)].map(refused)).toEqual(Array(4).fill("401 inactive"));
    envoy.advance(4.8);
    expect(refused(ask(envoy, 1))).toBe("401 inactive");
    envoy.advance(0.2);
    expect([1, 2].map((worker) => ask(envoy, worker).waiting)).toEqual([true, true]);
    expect(questions(envoy)).toBe(2);
  });

  test("a rule that refuses what the provider calls active refuses it in all workers, for as long as in one", () => {
    const envoy = open({ required_scopes: ["admin"] });
    const requests = [0, 1].map((worker) => ask(envoy, worker));
    envoy.callout().json(active());
    envoy.advance(0.1);
    expect([...requests, ask(envoy, 2)].map(refused)).toEqual(Array(3).fill("403 insufficient_scope"));
    envoy.advance(10);
    expect(ask(envoy, 3).waiting).toBe(true);
  });

  test("costs a token that is remembered no host call more than before", () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().json(active());
    ask(envoy, 1).forwarded;
    const calls = envoy.counting(() => ask(envoy, 1).forwarded);
    expect(Object.keys(calls).filter((name) => /shared_data|random/.test(name))).toEqual([]);
  });

  test("is counted once, and so is its failure; what every worker answered is counted by each", () => {
    const envoy = open();
    [0, 1].map((worker) => ask(envoy, worker));
    envoy.callout().fail();
    envoy.advance(2);
    expect(envoy.metrics()).toMatchObject({ "envoy_oidc.callout.introspection": 1, "envoy_oidc.callout.introspection.failed": 1, "envoy_oidc.refused.provider_unreachable": 2 });
  });
});

describe("another worker's answer", () => {
  const later = (changes: object, body: object, seconds: number): boolean => {
    const envoy = open(changes);
    ask(envoy, 0);
    envoy.callout().json(body);
    envoy.advance(seconds);
    return ask(envoy, 1).waiting;
  };

  test("ends when it ends for the worker that asked, not later", () => {
    expect([later({}, active(), 299), later({}, active(), 300)]).toEqual([false, true]);
    expect([later({ introspection_interval: 10 }, active(), 9), later({ introspection_interval: 10 }, active(), 10)]).toEqual([false, true]);
    const ttl = { introspection_expiry_claim: "ttl" };
    expect([later(ttl, active({ ttl: 20 }), 19), later(ttl, active({ ttl: 20 }), 20)]).toEqual([false, true]);
  });

  test("does not begin anew when a worker has taken it", () => {
    const envoy = open({ introspection_interval: 10 });
    ask(envoy, 0);
    envoy.callout().json(active());
    for (let worker = 1; worker < 4; worker++) {
      envoy.advance(3);
      ask(envoy, worker).forwarded;
    }
    envoy.advance(1);
    expect([0, 1, 2, 3].map((worker) => ask(envoy, worker).waiting)).toEqual(Array(4).fill(true));
    expect(questions(envoy)).toBe(2);
  });

  test("that nobody may believe later serves those who wait for it, and nobody else", () => {
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
    expect(questions(envoy)).toBe(2);
  });

  test("is not missed by those who wait for it when the next question is asked at once", () => {
    const envoy = open();
    const waits = ask(envoy, 1), first = ask(envoy, 0);
    expect(questions(envoy)).toBe(1);
    envoy.callout().json(active({ exp: undefined }));
    const third = ask(envoy, 2);
    envoy.advance(0.05);
    for (const request of [waits, first]) request.forwarded;
    expect(third.waiting).toBe(true);
    expect(questions(envoy)).toBe(2);
  });

  test("is taken by a worker that has read the clock a little earlier, and so is its turn", () => {
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
    expect(questions(envoy)).toBe(1);
  });

  test.each([["has just begun to ask", false], ["has asked and has the answer", true]])("is noticed by one that was about to ask itself when another %s", (_, answered) => {
    const envoy = open(), set = envoy.sharedData.set.bind(envoy.sharedData);
    let first: StreamContext | undefined;
    // Worker 1 has looked, and found nothing; before it can write, all this happens.
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
    expect(questions(envoy)).toBe(1);
  });

  test("is not believed when the clock has jumped back behind it", () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().json(active());
    envoy.nowMs -= 60_000;
    expect(ask(envoy, 1).waiting).toBe(true);
    expect(questions(envoy)).toBe(2);
  });
});

describe("the provider fails", () => {
  test.each([["an error", 500, {}], ["refused credentials", 401, {}], ["an error page", 200, "<html>"], ["too much", 200, `{"active":true,"x":"${"x".repeat(40_000)}"}`]])(
    "%s: 503 for all that wait, after one call; who comes later asks again", (_, status, body) => {
      const envoy = open();
      const requests = [0, 1, 2, 3].map((worker) => ask(envoy, worker));
      envoy.callout().reply(status, {}, body);
      envoy.advance(0.1);
      expect(requests.map(refused)).toEqual(Array(4).fill("503 provider_unreachable"));
      expect(envoy.logText.match(/introspection endpoint/g)).toHaveLength(1);
      expect(ask(envoy, 2).waiting).toBe(true);
      expect(questions(envoy)).toBe(2);
    });

  test("no answer in time: 503 for all, no later than for the worker that asked", () => {
    const envoy = open();
    const requests = [0, 1, 2, 3].map((worker) => ask(envoy, worker));
    envoy.advance(3.05);
    expect(requests.map(refused)).toEqual(Array(4).fill("503 provider_unreachable"));
    expect(questions(envoy)).toBe(1);
  });

  test("a call that Envoy does not take keeps nobody waiting", () => {
    const envoy = open();
    envoy.refuseCallouts = true;
    expect([0, 1].map((worker) => refused(ask(envoy, worker)))).toEqual(["503 provider_unreachable", "503 provider_unreachable"]);
    envoy.refuseCallouts = false;
    expect(ask(envoy, 1).waiting).toBe(true);
  });

  test("duty 143: waiting for another worker's call counts like a call", () => {
    const envoy = open({}, 2);
    const here = [...Array(256)].map((_, i) => ask(envoy, 0, `t${i}`)), there = [...Array(257)].map((_, i) => ask(envoy, 1, `t${i}`));
    expect([envoy.callouts.length, refused(there[256]!)]).toEqual([256, "503 too_many_waiting"]);
    for (const call of envoy.callouts) call.json(active());
    envoy.advance(2);
    [...here, ...there.slice(0, 256)].forEach((request) => request.forwarded);
  });
});

describe("a worker that does not come back", () => {
  /** Worker 0 has the turn, and its call is gone. */
  const lost = () => {
    const envoy = open();
    ask(envoy, 0);
    envoy.callout().cancel();
    return { envoy, requests: [1, 2, 3].map((worker) => ask(envoy, worker)) };
  };

  test("is waited for as long as its call may take, then one of the others asks", () => {
    const { envoy, requests } = lost();
    envoy.advance(4.9);
    expect([questions(envoy), requests.every(({ waiting }) => waiting)]).toEqual([1, true]);
    envoy.advance(0.2);
    envoy.callout().json(active());
    envoy.advance(0.1);
    requests.forEach((request) => request.forwarded);
    expect(questions(envoy)).toBe(2);
  });

  test("twice: nobody waits for a third", () => {
    const { envoy, requests } = lost();
    envoy.advance(5.1);
    envoy.callout().cancel(); // with its own request, which is lost too
    envoy.advance(5.1);
    expect(questions(envoy)).toBe(3);
    expect(requests.filter(({ waiting }) => !waiting).map(refused)).toEqual(["503 provider_unreachable"]);
    const newcomer = ask(envoy, 0, "another");
    for (const call of envoy.callouts) call.json(active());
    expect(requests.filter(({ waiting }) => waiting)).toHaveLength(1);
    newcomer.forwarded;
  });

  test("and comes back late: its answer does not end another's turn, and is good for those who wait", () => {
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
    expect([refused(ask(envoy, 3)), questions(envoy)]).toEqual(["401 inactive", 2]);
  });
});
