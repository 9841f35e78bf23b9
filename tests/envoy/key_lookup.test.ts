// A token names an unknown key during the 30 seconds between two fetches. The filter cannot know yet whether it is bad, so it does not answer 401.

import { BrowserClient } from "./support/browser-client";
import { startBrowserWorld } from "./support/browser-world";
import { until } from "./support/envoy";
import { getWith } from "./support/http";
import { refused } from "./support/world";

const AT_ONCE = 12;

test("duty 47: a token whose key cannot be looked up yet gets 503 with Retry-After and never 401, in both workers, until a login fetches the key", async () => {
  const { app, envoy, provider } = await startBrowserWorld();
  const ofStranger = (kid: string) => provider.mint({ key: "stranger", header: { kid } });
  const old = await provider.mint(), stranger = await ofStranger("unknown-2");
  expect(refused(await getWith(app, await ofStranger("unknown-1")))).toBe("401 unknown_key"); // uses the one fetch
  await provider.rotateKeys({ keepPrevious: true });
  const fresh = await provider.mint(), { jwks } = await provider.counts();
  for (const end = Date.now() + 3_000; Date.now() < end; ) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => getWith(app, i % 2 ? fresh : stranger)));
    expect(new Set(answers.map((answer) => `${refused(answer)}, Retry-After: ${answer.one("retry-after")}`))).toEqual(new Set(["503 provider_not_ready, Retry-After: 5"]));
    expect((await getWith(app, old)).status).toBe(200);
  }
  expect((await provider.counts()).jwks).toBe(jwks);
  const workers = await envoy.stats(/listener\..*worker_\d+\.downstream_cx_total/);
  expect(Object.values(workers).filter((connections) => connections > 0)).toHaveLength(2);

  // An ID token from the token endpoint may always cause a fetch.
  expect((await new BrowserClient().logIn(`${app}/page`)).status).toBe(200);
  await until("the new key in both workers", 5_000, async () =>
    (await Promise.all(Array.from({ length: AT_ONCE }, () => getWith(app, fresh)))).every(({ status }) => status === 200) ? true : undefined);
  expect(refused(await getWith(app, stranger))).toMatch(/^(503 provider_not_ready|401 unknown_key)$/);
  expect((await provider.counts()).jwks).toBe(jwks! + 1);
});
