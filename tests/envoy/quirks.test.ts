// What providers and browsers really send, to the filter in a real Envoy, over HTTP and with signatures. tests/support/quirks has the table.

import { QUIRKS } from "../support/quirks";
import { ACCEPTED, type Json } from "../support/quirks/quirk";
import { startQuirks, type QuirkWorld } from "./support/quirks";
import { received } from "./support/upstream";

const rows = Object.entries(QUIRKS).flatMap(([document, quirks], i) => quirks.map((quirk, j) => ({ row: `row${i}-${j}`, document, ...quirk })));
let world: QuirkWorld;

beforeAll(async () => { world = await startQuirks(new Map(rows.map(({ row, ...quirk }) => [row, quirk]))); });

describe.each(Object.keys(QUIRKS))("%s:", (document) => {
  test.each(rows.filter((row) => row.document === document))("$quirk ($why): $then", async ({ row, then, upstream = {}, log, leadsTo, calls }) => {
    const seen = await world.run(row);
    expect(seen.outcome).toBe(then);
    for (const [name, wanted] of Object.entries(upstream)) expectHeader(received(seen.echo!, name), wanted);
    if (leadsTo) expect(seen.location).toMatch(leadsTo);
    if (calls) expect(seen.calls).toEqual(calls);
    if (log) expect(seen.log.join("\n")).toMatch(log);
  });
});

test("the log contains no code and no token", () => {
  const log = world.envoy.logs(), secrets = world.secrets.filter((secret) => secret.length > 8);
  expect(secrets.length).toBeGreaterThan(500);
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});

test("no worker has died, and refusals outnumber acceptances", () => {
  expect(world.envoy.logs()).not.toMatch(/trap|Function: proxy|Wasm VM failed/);
  const accepted = rows.filter(({ then }) => ACCEPTED.includes(then)).length;
  expect(rows.length - accepted).toBeGreaterThan(accepted);
});

function expectHeader(values: string[], wanted: string | Json | null): void {
  if (wanted === null) return expect(values).toEqual([]);
  expect(values).toHaveLength(1);
  if (typeof wanted === "string") expect(values[0]).toBe(wanted);
  else expect(JSON.parse(Buffer.from(values[0]!, "base64").toString())).toMatchObject(wanted);
}
