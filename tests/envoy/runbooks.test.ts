// What docs/runbooks.md says about Envoy itself.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./support/envoy";
import { getWith, request } from "./support/http";
import { byKeys, startWorld } from "./support/world";

const PAGE = readFileSync(join(__dirname, "../../docs/runbooks.md"), "utf8");

test("headers beyond Envoy's limits get 431 before the filter sees them, and the access log says why", async () => {
  const { envoy, upstream } = await startWorld(({ provider }) => ({ listeners: [{ filters: { oidc: byKeys(provider) }, accessLog: "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%" }] }));
  const before = (await envoy.accessLog()).length, passed = upstream.count();
  expect((await request(envoy.url, { headers: [["cookie", "a".repeat(61 * 1024)]] })).status).toBe(431);
  expect((await request(envoy.url, { headers: Array.from({ length: 101 }, (_, i) => [`x-${i}`, "a"]) })).status).toBe(431);
  const lines = (await envoy.accessLog(before + 2)).slice(before);
  expect(lines).toEqual(["431 http1.headers_too_large", "431 http1.too_many_headers"]);
  for (const line of lines) expect(PAGE).toContain(`\`${line.slice("431 ".length)}\``);
  expect(upstream.count()).toBe(passed);
});

test("refusals are in the log of an Envoy that logged only warnings, after the level is changed as the page says", async () => {
  const { envoy } = await startWorld(({ provider }) => ({ componentLogLevel: "wasm:warning", concurrency: 1, listeners: [{ filters: { oidc: byKeys(provider) } }] }));
  const refusals = () => envoy.logs().match(/refused, not_a_jwt/g)?.length ?? 0;
  expect((await getWith(envoy.url, "junk")).status).toBe(401);
  expect(refusals()).toBe(0);
  const [, url] = /curl -X POST '(http:\/\/127\.0\.0\.1:9901[^']*)'/.exec(PAGE)!;
  expect((await fetch(url!.replace("http://127.0.0.1:9901", envoy.adminUrl), { method: "POST" })).status).toBe(200);
  await until("a refusal in the log", 10_000, async () => { await getWith(envoy.url, "junk"); return refusals() > 0 ? true : undefined; });
});
