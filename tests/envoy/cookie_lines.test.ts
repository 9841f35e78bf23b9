// Several Cookie lines in one HTTP/1.1 request, in a real Envoy. Proxies make them of HTTP/2's cookie crumbs. Together they are one cookie string
// (RFC 9113 §8.2.3).

import { BrowserClient } from "./support/browser-client";
import { startBrowserWorld, type BrowserWorld } from "./support/browser-world";
import { request, type RawResponse } from "./support/http";
import { received, type Echo } from "./support/upstream";

let world: BrowserWorld;
/** The cookies (`name=value`) of a session that needs several chunks. */
let chunks: string[];

beforeAll(async () => {
  world = await startBrowserWorld({ browser: { paddingBytes: 4300 }, filter: { auth_accept_token_as: ["header", "cookie:token"] } });
  const browser = new BrowserClient();
  await browser.logIn(`${world.app}/page`);
  chunks = browser.cookieHeader(`${world.app}/`).split("; ").filter((pair) => !pair.includes("_flow="));
});

const send = (lines: string[], more: [string, string][] = []): Promise<RawResponse> =>
  request(world.envoy.url, { headers: [...more, ...lines.map((line): [string, string] => ["Cookie", line])] });

async function reaches(lines: string[], more: [string, string][] = []): Promise<{ who: string[]; cookies: string[] }> {
  const response = await send(lines, more);
  expect(response.status).toBe(200);
  const echo = response.json<Echo>();
  expect(chunks.filter((chunk) => JSON.stringify(echo).includes(chunk.slice(0, 60)))).toEqual([]);
  return { who: received(echo, "x-user-id"), cookies: received(echo, "cookie") };
}

test("the session has several chunks", () => expect(chunks.length).toBeGreaterThan(2));

describe("duty 159: all Cookie lines are one cookie string", () => {
  test("the session is found in the first line and in the last, and all other cookies are forwarded in one line", async () => {
    const session = chunks.join("; ");
    expect(await reaches([`a=1; ${session}`, "b=2"])).toEqual({ who: ["alice"], cookies: ["a=1; b=2"] });
    expect(await reaches(["a=1", `b=2; ${session}; c="3 4"`])).toEqual({ who: ["alice"], cookies: ['a=1; b=2; c="3 4"'] });
    expect(await reaches(["a=1", session, "b=2;c=3"])).toEqual({ who: ["alice"], cookies: ["a=1; b=2;c=3"] });
    expect(await reaches([session, "a=1"])).toEqual({ who: ["alice"], cookies: ["a=1"] });
  });

  test("chunks of one session may be in different lines, in any order", async () => {
    expect(await reaches(chunks)).toEqual({ who: ["alice"], cookies: [] });
    expect(await reaches([...chunks].reverse().flatMap((chunk, i) => [chunk, `a${i}=${i}`]))).toEqual({ who: ["alice"], cookies: [chunks.map((_, i) => `a${i}=${i}`).join("; ")] });
  });

  test("a bearer token takes precedence, and the session cookies of all lines are removed", async () => {
    const bearer: [string, string][] = [["Authorization", `Bearer ${await world.provider.mint({ claims: { sub: "joe" } })}`]];
    const session = chunks.join("; ");
    for (const lines of [[session, "a=1"], ["a=1", session], [chunks[0]!, "a=1", chunks[1]!]]) {
      expect(await reaches(lines, bearer)).toEqual({ who: ["joe"], cookies: ["a=1"] });
    }
  });

  test("lines without a cookie of the filter are unchanged", async () => {
    const bearer: [string, string][] = [["Authorization", `Bearer ${await world.provider.mint({ claims: { sub: "joe" } })}`]];
    expect((await reaches(["a=1;b", "c=3;", "a=4"], bearer)).cookies).toEqual(["a=1;b", "c=3;", "a=4"]);
  });

  test("a token in a cookie is found in any line, and two tokens count as two credentials", async () => {
    const token = await world.provider.mint({ claims: { sub: "joe" } });
    for (const lines of [[`token=${token}`, "a=1"], ["a=1", `token=${token}`]]) expect((await reaches(lines)).who).toEqual(["joe"]);
    expect((await send([`token=${token}`, `token=${token}`])).status).toBe(400);
  });
});
