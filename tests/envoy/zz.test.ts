import { startEnvoy, until } from "./support/envoy";
import { getWith, request, sendBytes } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
test("helpers", async () => {
  const [p, u] = await Promise.all([startProvider({ algs: ["ES256"] }), startUpstream()]);
  const e = await startEnvoy({ clusters: { upstream: { port: u.port }, idp: { port: Number(new URL(p.issuer).port) } }, environment: { CID: "envoy" }, concurrency: 1, componentLogLevel: "wasm:debug",
    listeners: [{ accessLog: "%RESPONSE_CODE% %REQ(:PATH)%", filters: { a: { client_id: "$ENV://CID", client_secret: "envoy-secret", discovery: p.discovery, bearer_only: true, ssl_verify: false, provider_cluster: "idp" } } }] });
  await e.logged(/keys of|envoy-oidc/);
  const t = await p.opaque({ sub: "x" });
  await until("200", 5000, async () => (await getWith(e.url, t)).status === 200 ? true : undefined);
  console.log(await p.counts(), (await p.calls("introspection"))[0]);
  await p.goDown(); console.log("down", (await getWith(e.url, await p.opaque({}))).status); await p.comeUp();
  for (const f of [{ kind: "hang" }, { kind: "truncate" }, { kind: "cut" }, { kind: "huge", bytes: 5e6 }, { kind: "reply", status: 302, headers: { location: "/x" } }, { kind: "delay", ms: 100 }, { kind: "reset" }] as const) {
    await p.fault("introspection", f); const s = Date.now(); console.log(f.kind, (await getWith(e.url, await p.opaque({}))).status, Date.now() - s);
  }
  await expect(p.mint({ alg: "RS256" })).rejects.toThrow("ES256");
  console.log((await request(e.url, { method: "BREW", headers: [["X", Buffer.from([0xff, 0x80])], ["X", "2"]] })).status, (await sendBytes(Number(new URL(e.url).port), Buffer.from("GARBAGE\r\n\r\n"))).toString());
  console.log(await e.accessLog(9), await e.stats(/oidc/));
}, 60000);
