// The signing key changes during a four-second outage of the provider's documents, under load, with listener reloads, in two workers: no valid token is
// refused as bad, and no session ends.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient } from "./support/browser-client";
import { listeners, startBrowserWorld } from "./support/browser-world";
import { until } from "./support/envoy";
import { getWith } from "./support/http";

const SILENT_MS = 4_000;

test("a rotation during a short outage, with clients that send unknown key ids: valid bearer tokens get 503 or 200, and sessions last", async () => {
  const { app, envoy, provider, filter } = await startBrowserWorld({ envoy: { reloadable: true }, browser: { accessTokenSec: 3 } });
  const people = [new BrowserClient(), new BrowserClient(), new BrowserClient()];
  for (const [i, person] of people.entries()) expect((await person.logIn(`${app}/page`, `person${i}`)).status).toBe(200);
  const strangers = await Promise.all(Array.from({ length: 50 }, (_, i) => provider.mint({ key: "stranger", header: { kid: `unknown-${i}` } })));
  const answers: Record<"old" | "fresh" | "stranger" | "session", Map<string, number>> = { old: new Map(), fresh: new Map(), stranger: new Map(), session: new Map() };
  const note = (who: keyof typeof answers, { status, one }: { status: number; one(name: string): string | undefined }): void => {
    const seen = status === 503 ? `503 ${one("retry-after")}` : String(status);
    answers[who].set(seen, (answers[who].get(seen) ?? 0) + 1);
  };
  let running = true, fresh: string | undefined;
  const loop = async (pauseMs: number, once: () => Promise<void>): Promise<void> => { while (running) { await once(); await sleep(pauseMs); } };
  const old = await provider.mint();
  let turn = 0, reloads = 0;
  const load = Promise.all([
    loop(5, async () => note("old", await getWith(app, old))),
    loop(5, async () => note("stranger", await getWith(app, strangers[turn++ % strangers.length]!))),
    loop(5, async () => { if (fresh !== undefined) note("fresh", await getWith(app, fresh)); }),
    ...people.map((person) => loop(50, async () => note("session", await person.fetch(`${app}/api`)))),
    loop(1_500, async () => { if ((await envoy.reload({ listeners: listeners(filter({ realm: `realm-${reloads}` })) })).accepted) reloads++; }),
  ]);

  await sleep(3_000); // unknown key ids have used the one look-up, and sessions have been refreshed
  await provider.fault("jwks", { kind: "hang" });
  await provider.fault("discovery", { kind: "hang" });
  await provider.rotateKeys({ keepPrevious: true });
  fresh = await provider.mint();
  await sleep(SILENT_MS);
  await provider.fault("jwks", null);
  await provider.fault("discovery", null);
  await until("tokens of the new key to pass in both workers", 10_000, async () =>
    (await Promise.all(Array.from({ length: 20 }, () => getWith(app, fresh!)))).every(({ status }) => status === 200) ? true : undefined);
  const soFar = [...answers.fresh.keys()];
  answers.fresh.clear();
  await sleep(4_000);
  running = false;
  await load;

  expect([...answers.old.keys()]).toEqual(["200"]);
  expect(soFar.filter((seen) => !["200", "503 5"].includes(seen))).toEqual([]);
  expect([...answers.fresh.keys()]).toEqual(["200"]);
  expect([...answers.stranger.keys()].filter((seen) => !["401", "503 5"].includes(seen))).toEqual([]);
  expect([...answers.session.keys()].filter((seen) => !["200", "503 5"].includes(seen))).toEqual([]);
  for (const person of people) expect((await person.fetch(`${app}/api`)).status).toBe(200);
  expect((await provider.counts())["token:refresh_token"]).toBeGreaterThan(people.length);
  expect((await provider.counts())["token:authorization_code"]).toBe(people.length);
  expect(reloads).toBeGreaterThan(2);
}, 60_000);
