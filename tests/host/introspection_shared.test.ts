/** The introspection results that workers share in shared data: no one else can read or forge them, or keep requests waiting with them. */
import { bearer, INTROSPECTION_CONFIG, NOW, refused, start } from "./fixture";
import type { Envoy } from "./host";
import { active, ask, open, introspections } from "./workers";

const ANSWERS = "envoy-oidc/1/results/";
const records = (envoy: Envoy): string[] => envoy.sharedData.keys.filter((key) => key.startsWith(ANSWERS));
/** The record of the only token in shared data. */
const record = (envoy: Envoy): Buffer => envoy.sharedData.get(records(envoy)[0]!)!.value;
const write = (envoy: Envoy, value: Buffer): void => { for (const key of records(envoy)) envoy.sharedData.set(key, Buffer.from(value), 0); };
/** The offsets of a record's text, and of the sealed result in it. */
const TEXT = 32, SEALED = TEXT + 24;

test("a record contains no token, user or secret", () => {
  const envoy = open();
  ask(envoy, 0, "the-token-itself");
  const text = (): string => envoy.sharedData.keys.map((key) => key + envoy.sharedData.get(key)!.value.toString("latin1")).join();
  for (const when of ["asked", "answered"]) {
    for (const secret of ["the-token", "joe", "write", "active", "gateway", "s3cr3t"]) expect([when, text().includes(secret)]).toEqual([when, false]);
    if (when === "asked") envoy.callout().json(active());
  }
});

test.each([["another token", {}, "opaque2"], ["another secret", { client_secret: "s3cr3t-2" }, "opaque"], ["another cache segment", { cache_segment: "b" }, "opaque"], ["other rules", { required_scopes: ["admin"] }, "opaque"]])(
  "a record is not used for %s", (_, changes, token) => {
    const envoy = open({}, 2), other = envoy.addPlugin({ ...INTROSPECTION_CONFIG, ...changes });
    ask(envoy, 0);
    expect(envoy.get("/", bearer(token), { worker: 1, plugin: other }).waiting && envoy.callouts.length === 2).toBe(true);
    envoy.callouts[0]!.json(active());
    envoy.callouts[0]!.json({ active: false });
    expect(envoy.get("/", bearer(token), { worker: 0, plugin: other }).local.status).toBe(401);
  });

test("a record is not used for a configuration that differs only in a secret's variable", () => {
  const config = { ...INTROSPECTION_CONFIG, client_secret: "$ENV://SECRET" };
  const envoy = start({ config, start: { workers: 1, env: { SECRET: "one" } } });
  envoy.environment.SECRET = "two";
  const other = envoy.addPlugin(config);
  ask(envoy, 0);
  envoy.get("/", bearer("opaque"), { plugin: other });
  const [a, b] = envoy.callouts;
  expect([a, b].map((call) => Buffer.from(call!.headers.get("authorization")!.slice(6), "base64").toString())).toEqual(["gateway:one", "gateway:two"]);
});

test.each([...Array(6)].map((_, i) => i))("a changed result is ignored: place %i of six", (part) => {
  const envoy = open();
  ask(envoy, 0);
  envoy.callout().json(active());
  const whole = record(envoy), changed = Buffer.from(whole), at = SEALED + Math.floor((whole.length - SEALED - 1) * part / 5);
  changed[at]! ^= 1;
  write(envoy, changed);
  expect(ask(envoy, 1).waiting).toBe(true);
  expect(introspections(envoy)).toBe(2);
  envoy.callout().json({ active: false });
  expect(refused(ask(envoy, 2))).toBe("401 inactive");
});

test("a result moved to another token's record is ignored", () => {
  const envoy = open();
  ask(envoy, 0, "good");
  envoy.callout().json(active());
  const [good] = records(envoy), sealed = record(envoy).subarray(TEXT);
  ask(envoy, 0, "bad");
  envoy.callout().json({ active: false });
  const bad = records(envoy).find((key) => key !== good)!, value = envoy.sharedData.get(bad)!.value;
  const forged = Buffer.concat([value.subarray(0, TEXT), sealed]);
  forged.writeUInt32LE(sealed.length, 20);
  envoy.sharedData.set(bad, forged, 0);
  expect(ask(envoy, 1, "bad").waiting).toBe(true);
});

test("an older result is not accepted for the one that is awaited", () => {
  const envoy = open();
  ask(envoy, 0);
  envoy.callout().json(active({ exp: undefined }));
  const older = record(envoy);
  envoy.advance(1);
  ask(envoy, 0);
  const waits = ask(envoy, 1), forged = Buffer.from(older);
  for (const at of [TEXT, TEXT + 16]) forged.writeBigInt64LE(record(envoy).readBigInt64LE(TEXT), at);
  write(envoy, forged);
  envoy.advance(0.1);
  envoy.callouts.forEach((call) => call.json({ active: false }));
  expect(refused(waits)).toBe("401 inactive");
});

test("if a result was changed while a worker waits for it, that worker introspects itself", () => {
  const envoy = open();
  ask(envoy, 0);
  const waits = ask(envoy, 1);
  envoy.callout().json(active());
  const changed = Buffer.from(record(envoy));
  changed[changed.length - 1]! ^= 1;
  write(envoy, changed);
  envoy.advance(0.1);
  envoy.callout().json(active());
  waits.forwarded;
});

test("a lease with forged times keeps no request waiting", () => {
  for (const [at, value] of [[TEXT + 8, 2n ** 62n], [TEXT, 2n ** 62n], [TEXT + 8, -1n], [TEXT + 16, 2n ** 62n], [TEXT + 8, BigInt((NOW + 60) * 1000)]] as const) {
    const envoy = open();
    ask(envoy, 0);
    const changed = Buffer.from(record(envoy));
    changed.writeBigInt64LE(value, at);
    write(envoy, changed);
    const request = ask(envoy, 1);
    expect(introspections(envoy)).toBe(2);
    envoy.callouts[1]!.json(active());
    request.forwarded;
  }
});

test("garbage of any size is ignored", () => {
  for (const size of [0, 1, 31, 32, 33, 55, 56, 80, 96, 4096]) {
    const envoy = open({}, 2);
    ask(envoy, 0);
    const waits = ask(envoy, 1);
    write(envoy, Buffer.alloc(size, 0xa5));
    envoy.advance(0.1);
    for (const call of envoy.callouts) call.json(active());
    waits.forwarded;
  }
});

test("if shared data cannot be written, each worker introspects itself", () => {
  const envoy = open({}, 2);
  envoy.sharedData.set = () => 8;
  const requests = [0, 1].map((worker) => ask(envoy, worker));
  expect(envoy.callouts).toHaveLength(2);
  for (const call of envoy.callouts) call.json(active());
  requests.forEach((request) => request.forwarded);
});

test("duty 138: without randomness no result is shared: each worker introspects itself, one after the other", () => {
  const envoy = open({}, 2);
  envoy.failRandom = true;
  const requests = [0, 1].map((worker) => ask(envoy, worker));
  envoy.callout().json(active());
  envoy.advance(0.1);
  envoy.callout().json(active());
  requests.forEach((request) => request.forwarded);
});

test("the records have a bound, and the newest is kept", () => {
  const envoy = open({ set_userinfo_header: false }, 2), pad = "x".repeat(30_000);
  for (let i = 0; i < 3000; i++) {
    ask(envoy, 0, `t${i}`);
    envoy.callout().json(active({ pad }));
  }
  const sizes = records(envoy).map((key) => envoy.sharedData.get(key)!.value.length);
  expect([sizes.length <= 1024, Math.max(...sizes) < 34_000]).toEqual([true, true]);
  ask(envoy, 1, "t2999").forwarded;
});
