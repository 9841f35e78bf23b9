// A real Envoy gives each request an id: a person who reads it from a page is found in the log by one grep.

import { request } from "./support/http";
import { startWorld, byKeys, type World } from "./support/world";

let world: World;
beforeAll(async () => { world = await startWorld(({ provider }) => ({ filter: byKeys(provider) })); });

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

test("the id that Envoy made is in the page, in the JSON and in the log line, with host and path", async () => {
  const { envoy } = world, expired = await world.provider.mint({ claims: { exp: 1 } });
  for (const accept of ["text/html", "*/*"]) {
    const answer = await request(envoy.url, { path: "/orders/7?page=2", headers: [["Authorization", `Bearer ${expired}`], ["Accept", accept]] });
    const id = UUID.exec(answer.body)?.[0];
    expect([answer.status, id]).toEqual([401, expect.stringMatching(UUID)]);
    const line = await envoy.logged(new RegExp(`.*id=${id} .*`));
    expect(line).toMatch(new RegExp(`refused, expired \\(401\\) time=\\S+Z id=${id} host=${new URL(envoy.url).host} path=/orders/7$`));
  }
});

test("an id that a client makes up does not get past Envoy", async () => {
  const answer = await request(world.envoy.url, { headers: [["x-request-id", "mine"], ["Authorization", "Bearer x"]] });
  expect(answer.body).not.toContain("mine");
});
