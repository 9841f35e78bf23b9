// Checks that the scripted host behaves like Envoy, on which the filter's tests rely.
import { compile } from "../../support/compile";
import { Envoy, type StartOptions } from "./index";

const guest = compile("tests/host/host/guest.as.ts", { name: "guest", use: ["abort=tests/host/host/guest.as/abort"], coverage: false });
const start = (options: StartOptions = {}) => Envoy.start(guest, options);
const logged = (envoy: Envoy) => envoy.logs.map(({ text }) => text);

describe("the start", () => {
  test("creates, then configures the root context", () => {
    expect(logged(start({ config: { a: 1 } }))).toEqual(["create 1 of 0", 'configure 1 {"a":1}']);
  });
  test("fails with the log when the module refuses", () => {
    expect(() => start({ config: "bad" })).toThrow("refused its configuration\ninfo: create 1 of 0\ninfo: configure 1 bad");
  });
});

test("a canary VM loads the configuration first, and is then discarded", () => {
  expect(logged(start({ config: "a", canary: true }))).toEqual(["create 1 of 0", "configure 1 a", "done 1", "create 1 of 0", "configure 1 a"]);
});

describe("a request", () => {
  test("continues with the headers as the filter left them", () => {
    const req = start().get("/duplicates", { "X-Many": ["a", "b"], accept: "x" });
    expect(req.forwarded.object()).toEqual({ ":method": "GET", ":path": "/duplicates", ":scheme": "https", ":authority": "app.example", accept: "x", "x-many": "one" });
  });
  test("reads the first of several headers, whatever the case; an absent one is NotFound", () => {
    const envoy = start();
    envoy.get("/duplicates", { "X-Many": ["a", "b"] });
    expect(logged(envoy)).toContain("first a, absent status 1");
  });
  test("has at most one authorization header: Envoy joins several", () => {
    expect(start().get("/", { authorization: ["a", "b"] }).forwarded.get("authorization")).toBe("a,b");
  });
  test("is answered locally after the call has returned, and then ends", () => {
    const envoy = start(), req = envoy.get("/local");
    expect(req.local).toMatchObject({ status: 403, body: "no" });
    expect(req.local.headers.object()).toEqual({ "x-why": "told", "content-type": "text/plain", "content-length": "2" });
    expect(logged(envoy).at(-1)).toBe("done 2");
  });
  test("gets sequential context ids under its root", () => {
    const envoy = start();
    envoy.get("/");
    envoy.get("/");
    expect(logged(envoy).slice(2)).toEqual(["create 2 of 1", "create 3 of 1"]);
  });
  test("has its header pairs complete", () => {
    const envoy = start();
    envoy.get("/pairs", { a: "1" });
    expect(logged(envoy)).toContain("pairs 5");
  });
});

describe("a request whose headers the filter holds (StopIteration)", () => {
  const held = () => start().begin("POST", "/call");
  test("continues unchanged once a later callback returns Continue: for data, for empty last data, for trailers", () => {
    expect(held().outcome).toBe("waiting");
    expect(held().data("a=b").upstream).toMatchObject({ body: Buffer.from("a=b"), ended: false });
    expect(held().data("", true).upstream).toMatchObject({ body: Buffer.alloc(0), ended: true });
    expect(held().trailers({ "x-t": "1" }).upstream).toMatchObject({ ended: true, trailers: { list: [["x-t", "1"]] } });
  });
  test("without allow_on_headers_stop_iteration neither the filter nor the upstream gets anything before it continues", () => {
    const envoy = start();
    envoy.bodiesBehindHeaders = false;
    const req = envoy.begin("POST", "/call").data("a").data("b").trailers({ "x-t": "1" });
    expect(req.outcome).toBe("waiting");
    envoy.callout().json({});
    expect(req.upstream).toMatchObject({ body: Buffer.from("ab"), ended: true, trailers: { list: [["x-t", "1"]] } });
  });
  test("passes nothing more to the filter once it is answered", () => {
    const envoy = start(), req = envoy.begin("POST", "/local").data("a").trailers({ "x-t": "1" });
    expect([req.local.status, req.upstream.headers]).toEqual([403, null]);
  });
});

describe("a callout", () => {
  test("is answered to the root context, and headers can be written until the request continues", () => {
    const envoy = start(), req = envoy.get("/call"), call = envoy.callout("idp");
    expect(req.outcome).toBe("waiting");
    expect([call.method, call.path, call.timeoutMs]).toEqual(["GET", "/keys", 5000]);
    call.json({ keys: [] });
    expect(req.forwarded.get("x-late")).toBe("yes");
    expect(logged(envoy).slice(-3)).toEqual(["answer to 1: 2 headers", "before 0", "after 2"]);
  });
  test("that breaks is an answer without headers", () => {
    const envoy = start(), req = envoy.get("/call");
    envoy.callout().fail();
    expect(req.local.status).toBe(503);
  });
  test("that takes too long is answered with 504 by Envoy itself", () => {
    const envoy = start(), req = envoy.get("/call");
    envoy.advance(4);
    expect(req.waiting).toBe(true);
    envoy.advance(1);
    expect(req.forwarded.get("x-late")).toBe("yes");
  });
  test("outlives the request that made it, and then does not find its context", () => {
    const envoy = start(), req = envoy.get("/call");
    req.reset();
    envoy.advance(0);
    envoy.callout().json({});
    expect(logged(envoy).at(-1)).toBe("effective context 2");
    expect(req.outcome).toBe("reset");
  });
  test("may find the request reset while its context still exists", () => {
    const envoy = start(), req = envoy.get("/call");
    req.reset();
    expect(() => envoy.callout().json({})).toThrow("reset");
  });
  test("can be refused, and a cluster can be unknown", () => {
    const refused = start({ refuseCallouts: true }), unknown = start({ clusters: ["other"] });
    refused.get("/call");
    unknown.get("/call");
    expect([logged(refused).at(-1), logged(unknown).at(-1)]).toEqual(["call status 10", "call status 2"]);
  });
  test("is answered by a described provider once the call that made it has returned", () => {
    const envoy = start();
    envoy.provider("idp").answers((call) => ({ body: { path: call.path } }));
    expect(envoy.get("/call").forwarded.get("x-late")).toBe("yes");
    expect(envoy.provider("idp").calls).toHaveLength(1);
  });
});

describe("workers and configurations", () => {
  test("each worker ticks, and all share one store", () => {
    const envoy = start({ config: "tick", workers: 2 });
    envoy.advance(2.5);
    expect(logged(envoy).filter((line) => line === "tick 1")).toHaveLength(4);
    envoy.get("/shared", {}, { worker: 0 });
    envoy.get("/shared", {}, { worker: 1 });
    // A compare-and-swap value for a missing key is not compared.
    expect(logged(envoy).filter((line) => line.startsWith("found"))).toEqual(["found 1 stale 0 right 0", "found 0 stale 8 right 0"]);
  });
  test("an old configuration lives until its last request has ended", () => {
    const envoy = start({ config: "one" }), req = envoy.get("/call");
    envoy.reload("two");
    expect(logged(envoy).filter((line) => line.startsWith("done"))).toEqual([]);
    envoy.callout().json({});
    req.finish();
    expect(logged(envoy).filter((line) => line.startsWith("done"))).toEqual(["done 2", "done 1"]);
  });
  test("a refused configuration leaves the old one in place", () => {
    const envoy = start({ config: "one" });
    expect(() => envoy.reload("bad")).toThrow("refused");
    expect(envoy.get("/").forwarded).toBeDefined();
  });
});

describe("what a correct module does not do", () => {
  test("a trap names the line, and the VM stays dead", () => {
    const envoy = start();
    expect(() => envoy.get("/trap")).toThrow("a trap in the guest at line");
    expect(() => envoy.get("/")).toThrow("died");
  });
  test("a pointer outside the memory fails the test", () => {
    expect(() => start().get("/wild")).toThrow("outside the module's memory");
  });
  test("unknown metrics, empty increments and malformed signatures are statuses", () => {
    const envoy = start(), without = start({ verifySignature: false });
    for (const one of [envoy, without]) one.get("/verify");
    envoy.get("/metric");
    expect([...logged(envoy).slice(-3), logged(without).at(-1)]).toEqual(["verify 2", "create 3 of 1", "metric 1 2", "verify 1"]);
    expect(envoy.metrics()).toEqual({ "guest.requests": 2 });
  });
});
