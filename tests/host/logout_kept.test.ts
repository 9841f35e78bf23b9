// A logout token is accepted once, and only if its records can be stored.
import { KEY, makeKey } from "./fixture";
import { browse, BROWSER_CONFIG, code, jump, serveBrowser, logIn } from "./browser";
import { CONFIG, FORM, isIn, logoutToken, PATH, send } from "./logout_tokens";
import type { StreamContext } from "./host/stream";

describe("duty 120: a logout that cannot be stored is not accepted", () => {
  test.each([["of ended sessions", /\/ended\//], ["of used logout tokens", /\/logout-tokens\//], ["of either", /./]])("if the shared data %s cannot be written: 503, and the same token is accepted later", (_, refuses) => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    const set = envoy.sharedData.set.bind(envoy.sharedData), value = logoutToken();
    envoy.sharedData.set = (key, ...rest) => refuses.test(key) ? 8 : set(key, ...rest);
    expect(code(send(envoy, value).local)).toBe("503 logout_not_kept");
    expect(envoy.logText).toMatch(/warn: .*back-channel logout/);
    envoy.sharedData.set = set;
    expect(send(envoy, value).local.status).toBe(200);
    expect(isIn(browser)).toBe(false);
  });
  test("garbage in the shared data causes no trap", () => {
    for (const size of [1, 23, 25, 4096 + 8]) {
      const { envoy, browser } = browse(CONFIG);
      send(envoy, logoutToken({ sub: "somebody", sid: "else" }));
      const keys = envoy.sharedData.keys.filter((key) => key.includes("/ended/")), head = keys.find((key) => /ended\/[^/]+$/.test(key))!;
      logIn(browser);
      for (let i = 0; i < 16; i++) envoy.sharedData.set(`${head}/${i}`, Buffer.alloc(size, 0x5a), 0);
      envoy.sharedData.set(head, Buffer.alloc(1), 0);
      envoy.advance(1);
      expect(isIn(browser)).toBe(true);
      expect(send(envoy, logoutToken()).local.status).toBe(200);
    }
  });
});

describe("duty 163: a logout token that two workers receive at once is accepted once", () => {
  const codes = (requests: StreamContext[]): string[] => requests.map(({ local }) => local.status === 200 ? "200" : code(local)).sort();

  test("both have waited for its key", () => {
    const key = makeKey("k2"), { envoy, browser } = browse(CONFIG, { start: { workers: 2 } });
    logIn(browser);
    jump(envoy, 31);
    envoy.provider("idp").answers(null);
    const value = logoutToken({}, { key }), requests = [0, 1].map((worker) => send(envoy, value, worker));
    expect(requests.every(({ waiting }) => waiting)).toBe(true);
    serveBrowser(envoy, { keys: [KEY, key] });
    envoy.advance(1);
    expect(codes(requests)).toEqual(["200", "400 logout_token_invalid"]);
    expect(isIn(browser)).toBe(false);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("the other worker runs before write number %s of the first", (n) => {
    const { envoy, browser } = browse(CONFIG, { start: { workers: 2 } });
    logIn(browser);
    const set = envoy.sharedData.set.bind(envoy.sharedData), value = logoutToken(), requests: StreamContext[] = [];
    let writes = 0;
    envoy.sharedData.set = (...args) => {
      if (++writes === n) requests.push(send(envoy, value, 1));
      return set(...args);
    };
    requests.push(send(envoy, value, 0));
    envoy.sharedData.set = set;
    if (requests.length === 1) requests.push(send(envoy, value, 1));
    envoy.advance(1);
    expect(codes(requests)).toEqual(["200", "400 logout_token_invalid"]);
    expect(isIn(browser)).toBe(false);
  });

  test("the same jti for another client is another token", () => {
    const { envoy } = browse(CONFIG), other = envoy.addPlugin({ ...BROWSER_CONFIG, ...CONFIG, client_id: "other" });
    envoy.advance(1);
    const to = (aud: string, plugin = envoy.plugins[0]!): StreamContext => envoy.request("POST", PATH, FORM, { body: `logout_token=${logoutToken({ aud, jti: "the same" })}`, plugin });
    expect([to("gateway"), to("other", other)].map(({ local }) => local.status)).toEqual([200, 200]);
    expect(code(to("gateway").local)).toBe("400 logout_token_invalid");
  });
});
