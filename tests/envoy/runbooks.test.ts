// What docs/runbooks.md says about Envoy itself.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "./support/http";
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
