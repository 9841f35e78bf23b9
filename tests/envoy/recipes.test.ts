// docs/recipes.md: each configuration, as the page shows it, does what the page promises.

import { blocks, HEADINGS, SECRETS, startRecipe, type RecipeWorld } from "./support/recipes";
import { BrowserClient, type Visit } from "./support/browser-client";
import { getWith, request, type RawResponse } from "./support/http";
import { received, type Echo } from "./support/upstream";
import { refused } from "./support/world";

const echo = (answer: RawResponse): Echo => answer.json<Echo>();
const userOf = (answer: RawResponse): string[] => received(echo(answer), "x-user-id");
const FORGED: [string, string][] = [["X-User-Id", "mallory"]];

test("each recipe has a configuration, which a test below or in recipes_protocols.test.ts runs", () => {
  const run = ["A single-page application with an API", "A page that everybody may read, with a button to log in", "WebSockets", "gRPC and gRPC-Web", "Paths without a login",
    "API keys beside a login", "People and programs on one path", "Several applications with one Envoy", "Behind another proxy or a CDN", "Several replicas"];
  expect(HEADINGS).toEqual(run);
  for (const heading of run) expect(blocks(heading, "json").length + blocks(heading, "yaml").length).toBeGreaterThan(0);
});

describe("a single-page application with an API", () => {
  let world: RecipeWorld, person: BrowserClient;
  const post = (origin?: string) => person.fetch(`${world.app}/api/orders`, origin === undefined ? [] : [["Origin", origin]], "POST");

  beforeAll(async () => {
    world = await startRecipe("A single-page application with an API");
    person = new BrowserClient();
  });

  test("before the login, scripts get 401 with the page that starts a login", async () => {
    for (const path of ["/userinfo", "/api/orders"]) {
      const answer = await person.fetch(world.app + path, [["Referer", `${world.app}/orders?a=1`]]);
      expect([refused(answer), answer.json<{ sign_in: string }>().sign_in]).toEqual(["401 sign_in_needed", "/orders?a=1"]);
    }
    const page = await person.get(`${world.app}/`);
    expect([page.status, page.one("location")?.startsWith(world.provider.issuer)]).toEqual([302, true]);
  });

  test("after the login, scripts get the user's claims, and reach the API", async () => {
    await person.logIn(`${world.app}/`);
    const answer = await person.fetch(`${world.app}/userinfo`), info = answer.json<{ claims: Record<string, string>; session_expires_in: number }>();
    expect(info).toMatchObject({ sub: "alice", claims: { name: "Alice Example", email: "alice@example.com" }, logout_path: "/logout" });
    expect(info.session_expires_in).toBeGreaterThan(0);
    expect([answer.one("cache-control"), answer.one("content-type"), answer.all("access-control-allow-origin")]).toEqual(["no-store", "application/json", []]);
    expect(answer.body).not.toMatch(/eyJ|token/);
    expect(userOf(await person.fetch(`${world.app}/api/orders`))).toEqual(["alice"]);
  });

  test("another site, or another host of the domain, does not get the claims", async () => {
    for (const site of ["cross-site", "same-site"]) {
      const answer = await request(`${world.app}/userinfo`, { headers: [["Cookie", person.cookieHeader(world.app)], ["Origin", "https://other.example.com"], ["Sec-Fetch-Site", site]] });
      expect([refused(answer), answer.body.includes("alice")]).toEqual(["403 userinfo_cross_site", false]);
    }
  });

  test("a POST from the page itself passes; one from another host, or without an origin, does not", async () => {
    expect(userOf(await post(world.app))).toEqual(["alice"]);
    const before = world.service.count();
    for (const origin of ["https://other.example.com", "null", undefined]) expect((await post(origin)).status).toBe(403);
    expect(world.service.count()).toBe(before);
  });

  test("the link to logout_path logs out", async () => {
    await person.get(`${world.app}/logout`, "same-origin");
    expect(refused(await person.fetch(`${world.app}/userinfo`))).toBe("401 sign_in_needed");
  });
});

test("a public page: the button logs in and leads back, and the API needs a session", async () => {
  const { app } = await startRecipe("A page that everybody may read, with a button to log in"), person = new BrowserClient();
  const anybody = await person.fetch(`${app}/`, FORGED);
  expect([anybody.status, userOf(anybody)]).toEqual([200, []]);
  for (const path of ["/api/orders", "/userinfo"]) {
    const answer = await person.fetch(app + path, [["Referer", `${app}/orders?page=2`]]);
    expect([refused(answer), answer.json<object>()]).toEqual(["401 sign_in_needed", expect.not.objectContaining({ sign_in: expect.anything() })]);
  }
  const back = await person.logIn(`${app}/login/orders?page=2`);
  expect([back.url, back.status]).toEqual([`${app}/orders?page=2`, 200]);
  expect((await new BrowserClient().logIn(`${app}/login`)).url).toBe(`${app}/`);
  expect(userOf(await person.fetch(`${app}/`))).toEqual(["alice"]);
  expect(userOf(await person.fetch(`${app}/api/orders`))).toEqual(["alice"]);
  expect((await person.fetch(`${app}/userinfo`)).json()).toMatchObject({ sub: "alice" });
});

test("a public page: no address below /login leads to another host, before a login or after it", async () => {
  const { app, provider } = await startRecipe("A page that everybody may read, with a button to log in"), person = new BrowserClient();
  await person.logIn(`${app}/login/orders`);
  for (const path of ["/login//evil.example", "/login///evil.example/", "/login/\\evil.example", "/login/%2Fevil.example", "/login/%5Cevil.example", "/login/https://evil.example", "/login/.evil.example", "/login/@evil.example", "/login/%09//evil.example"]) {
    for (const cookie of ["", person.cookieHeader(app)]) {
      const answer = await request(app, { path, headers: [["Accept", "text/html"], ...(cookie === "" ? [] : [["Cookie", cookie] as [string, string]])] }), to = answer.one("location");
      const { origin } = new URL(to ?? app, app);
      expect([path, origin === app || origin === new URL(provider.issuer).origin]).toEqual([path, true]);
    }
  }
});

test("paths without a login: a public rule removes forged headers, a disabled filter does not, and nothing else is open", async () => {
  const { app } = await startRecipe("Paths without a login"), person = new BrowserClient();
  for (const path of ["/health", "/assets/app.js"]) {
    const answer = await person.fetch(app + path, FORGED);
    expect([path, answer.status, userOf(answer)]).toEqual([path, 200, []]);
  }
  expect(userOf(await person.fetch(`${app}/metrics`, FORGED))).toEqual(["mallory"]);
  for (const path of ["/", "/healthz", "/health/x", "/assetsx", "/metrics/x"]) expect([path, refused(await person.fetch(app + path, FORGED))]).toEqual([path, "401 sign_in_needed"]);
  expect(refused(await person.fetch(`${app}/assets/app.js`, FORGED, "POST"))).toBe("401 not_sent");
});

test("API keys beside a login: the key opens only its own path, and no spelling of the path works without the key", async () => {
  const { app } = await startRecipe("API keys beside a login"), person = new BrowserClient(), key: [string, string] = ["X-API-Key", "a-long-random-key"];
  const answer = await person.fetch(`${app}/hooks/paid`, [key, ...FORGED]);
  expect([answer.status, userOf(answer)]).toEqual([200, []]);
  expect((await person.fetch(`${app}/hooks/paid`)).status).toBe(401);
  expect((await person.fetch(`${app}/hooks/paid`, [["X-API-Key", "another"]])).status).toBe(401);
  expect(refused(await person.fetch(`${app}/orders`, [key]))).toBe("401 sign_in_needed");
  for (const path of ["/hooks", "/hooks/", "/%68ooks/paid", "/Hooks/paid", "//hooks/paid", "/x/../hooks/paid", "/hooks;a/paid", "/hooksx"]) {
    const { status } = await request(app, { path });
    expect([path, status === 400 || status === 401 || status === 302]).toEqual([path, true]);
  }
});

test("users and programs on one path: a token takes precedence over a session, and a bad token is refused beside a valid session", async () => {
  const { app, provider } = await startRecipe("People and programs on one path"), person = new BrowserClient(), url = `${app}/orders`;
  await person.logIn(url);
  expect(userOf(await person.fetch(url))).toEqual(["alice"]);
  expect(userOf(await getWith(url, await provider.mint({ claims: { sub: "robot" } })))).toEqual(["robot"]);
  expect(userOf(await person.fetch(url, [["Authorization", `Bearer ${await provider.mint({ claims: { sub: "robot" } })}`]]))).toEqual(["robot"]);
  const elsewhere = await provider.mint({ claims: { aud: "https://other.example.com" } });
  expect([refused(await getWith(url, elsewhere)), refused(await person.fetch(url, [["Authorization", `Bearer ${elsewhere}`]]))]).toEqual(["401 wrong_audience", "401 wrong_audience"]);
  expect(refused(await person.fetch(url, [["Authorization", "Bearer x"]]))).toBe("401 not_a_jwt");
});

describe("several applications with one Envoy", () => {
  const others = (shop: string, wiki: string) => [{ id: "shop", secret: SECRETS.SHOP_SECRET, redirectUris: [shop] }, { id: "wiki", secret: SECRETS.WIKI_SECRET, redirectUris: [wiki] }];

  test("by host: a login at one is not valid at the other, even with its cookies, and every other host is closed", async () => {
    const { app: shop } = await startRecipe("Several applications with one Envoy", {
      host: "shop.example.com", browser: (app) => ({ others: others(`${app}/callback`, `${app.replace("shop", "wiki")}/callback`) }),
    });
    const wiki = shop.replace("shop", "wiki"), person = new BrowserClient();
    expect((await person.logIn(`${shop}/orders`)).status).toBe(200);
    expect(userOf(await person.fetch(`${shop}/orders`))).toEqual(["alice"]);
    const copied = await request(`${wiki}/page`, { headers: [["Cookie", person.cookieHeader(shop)]] });
    expect(refused(copied)).toBe("401 sign_in_needed");
    expect((await person.logIn(`${wiki}/page`)).status).toBe(200);
    expect(person.cookieNames(wiki).filter((name) => person.cookieNames(shop).includes(name))).toEqual([]);
    expect(refused(await request(`${shop.replace("shop", "evil")}/`, { headers: [["Cookie", person.cookieHeader(shop)]] }))).toBe("403 denied");
  });

  test("by path: two sessions in one browser; no application receives either cookie; a logout ends one", async () => {
    const { app } = await startRecipe("Several applications with one Envoy", { json: 1, browser: (origin) => ({ others: others(`${origin}/callback`, `${origin}/wiki/callback`) }) });
    const person = new BrowserClient(), at = async (path: string) => { const answer = await person.fetch(app + path); return [answer.status, ...(answer.status === 200 ? received(echo(answer), "cookie") : [])]; };
    await person.logIn(`${app}/orders`);
    expect([await at("/orders"), await at("/wiki/page")]).toEqual([[200], [401]]);
    await person.logIn(`${app}/wiki/page`);
    expect([await at("/orders"), await at("/wiki/page")]).toEqual([[200], [200]]);
    await person.get(`${app}/wiki/logout`, "same-origin");
    expect([await at("/orders"), await at("/wiki/page")]).toEqual([[200], [401]]);
  });
});

describe("behind a proxy that ends TLS as https://shop.example.com", () => {
  const OUTSIDE = "https://shop.example.com";

  /** Follows all redirects as that proxy routes them: to this Envoy, or to the replica that it chooses. */
  async function settle(person: BrowserClient, visit: Visit, inside: () => string): Promise<Visit> {
    for (let to = visit.one("location"); to !== undefined; to = visit.one("location")) {
      const url = new URL(to, visit.url);
      visit = await person.get(url.origin === OUTSIDE ? inside() + url.pathname + url.search : url.href, "cross-site");
    }
    return visit;
  }

  async function logIn(person: BrowserClient, url: string, inside: () => string): Promise<Visit> {
    const form = await settle(person, await person.get(url), inside);
    return settle(person, await person.post(form.url, { login: "alice" }), inside);
  }

  const browser = () => ({ redirectUris: [`${OUTSIDE}/callback`] });

  test("a login leads back there, whatever a request's headers claim, and cookies are Secure", async () => {
    const { app } = await startRecipe("Behind another proxy or a CDN", { host: "shop.example.com", browser }), person = new BrowserClient();
    const claims: [string, string][] = [["Host", "evil.example"], ["X-Forwarded-Host", "evil.example"], ["X-Forwarded-Proto", "http"], ["Forwarded", "host=evil.example;proto=http"]];
    const asked = await request(`${app}/orders`, { headers: [...claims, ["Accept", "text/html"]] });
    expect(new URL(asked.one("location")!).searchParams.get("redirect_uri")).toBe(`${OUTSIDE}/callback`);
    expect((await logIn(person, `${app}/orders`, () => app)).status).toBe(200);
    const session = person.cookies.filter(({ host }) => host === "shop.example.com");
    expect(session.length).toBeGreaterThan(0);
    for (const { name, attributes } of session) expect([name, name.startsWith("__Host-"), attributes.includes("Secure")]).toEqual([name, true, true]);
    expect(userOf(await person.fetch(`${app}/orders`))).toEqual(["alice"]);
  });

  test("several replicas: the requests of one login may reach different replicas, and its session is valid at both", async () => {
    const { apps: [one, two] } = await startRecipe("Several replicas", { host: "shop.example.com", browser, replicas: 2 }), person = new BrowserClient();
    let turn = 0;
    await logIn(person, `${one}/orders`, () => [two!, one!][turn++ % 2]!);
    expect([userOf(await person.fetch(`${one}/orders`)), userOf(await person.fetch(`${two}/orders`))]).toEqual([["alice"], ["alice"]]);
    // Replicas do not share revoked sessions, as the page says: after a logout a copy of the cookies still works at the other replica.
    const copy: [string, string][] = [["Cookie", person.cookieHeader(one!)]];
    await person.get(`${one}/logout`, "same-origin");
    expect([(await request(`${one}/orders`, { headers: copy })).status, (await request(`${two}/orders`, { headers: copy })).status, person.cookieHeader(two!)]).toEqual([401, 200, ""]);
  });
});
