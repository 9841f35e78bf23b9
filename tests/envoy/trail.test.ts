// A real Envoy gives each request an id. Error pages show it, and one grep for it finds the request in the log.

import { request } from "./support/http";
import { startWorld, byKeys, type World } from "./support/world";

let world: World;
beforeAll(async () => { world = await startWorld(({ provider }) => ({ filter: byKeys(provider) })); });

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

test("Envoy's request id is in the page, in the JSON and in the log line, which also has host and path", async () => {
  const { envoy } = world, expired = await world.provider.mint({ claims: { exp: 1 } });
  for (const accept of ["text/html", "*/*"]) {
    const answer = await request(envoy.url, { path: "/orders/7?page=2", headers: [["Authorization", `Bearer ${expired}`], ["Accept", accept]] });
    const id = UUID.exec(answer.body)?.[0];
    expect([answer.status, id]).toEqual([401, expect.stringMatching(UUID)]);
    const line = await envoy.logged(new RegExp(`.*id=${id} .*`));
    expect(line).toMatch(new RegExp(`refused, expired \\(401\\) time=\\S+Z id=${id} host=${new URL(envoy.url).host} path=/orders/7$`));
  }
});

test("Envoy replaces an id that a client sends", async () => {
  const answer = await request(world.envoy.url, { headers: [["x-request-id", "mine"], ["Authorization", "Bearer x"]] });
  expect(answer.body).not.toContain("mine");
});
