// Envoy's own features beside the filter, in a real Envoy: what docs/login.md says of CORS and of internal redirects.

import { createServer } from "node:http";
import { close, freePort, listenOn } from "../../cli/demo/ports";
import { BrowserClient } from "./support/browser-client";
import { bySession } from "./support/browser-world";
import { atEnd } from "./support/cleanup";
import { startEnvoy, type TestEnvoy } from "./support/envoy";
import { getWith, request, type RawResponse } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { received, startUpstream, type Echo } from "./support/upstream";
import { clusters, passes, refused } from "./support/world";

const SPA = "https://spa.example.com";

const type = (name: string): { "@type": string } => ({ "@type": `type.googleapis.com/envoy.extensions.filters.http.cors.v3.${name}` });
const CORS = { name: "envoy.filters.http.cors", typed_config: type("Cors") };
const POLICY = { ...type("CorsPolicy"), allow_origin_string_match: [{ exact: SPA }], allow_methods: "POST", allow_headers: "authorization" };

let provider: TestProvider, envoy: TestEnvoy, app: string;

beforeAll(async () => {
  const port = await freePort();
  app = `http://localhost:${port}`;
  const upstream = await startUpstream();
  provider = await startProvider({ browser: { redirectUris: [`${app}/callback`] } });
  const redirects = createServer(({ headers }, response) => void response.writeHead(302, { location: `http://${headers.host}/target` }).end());
  const redirecting = await listenOn(redirects, 0);
  atEnd(() => close(redirects));
  const routes = [
    { match: { prefix: "/moved" }, route: { cluster: "redirects", internal_redirect_policy: {} } },
    { match: { prefix: "/" }, route: { cluster: "upstream" } },
  ];
  envoy = await startEnvoy({
    ports: [port], concurrency: 1, clusters: { ...clusters({ provider, upstream }), redirects: { port: redirecting } },
    listeners: [{
      filters: { oidc: bySession(provider, app) }, before: [CORS],
      connectionManager: { route_config: { virtual_hosts: [{ name: "all", domains: ["*"], typed_per_filter_config: { [CORS.name]: POLICY }, routes }] } },
    }],
  });
  await passes(envoy.url, await provider.mint());
});

const preflight = (origin: string): Promise<RawResponse> =>
  request(`${app}/api`, { method: "OPTIONS", headers: [["Origin", origin], ["Access-Control-Request-Method", "POST"], ["Access-Control-Request-Headers", "authorization"]] });

test("with Envoy's CORS filter before it, a script of an allowed origin gets its preflight answered, and reads answers and refusals", async () => {
  const allowed = await preflight(SPA);
  expect([allowed.status, allowed.one("access-control-allow-origin"), allowed.one("access-control-allow-headers")]).toEqual([200, SPA, "authorization"]);
  const token = await provider.mint(), answers = await Promise.all([token, `${token}x`].map((one) => getWith(`${app}/api`, one, [["Origin", SPA]])));
  expect(answers.map((answer) => [answer.status, answer.one("access-control-allow-origin")])).toEqual([[200, SPA], [401, SPA]]);
});

test("a preflight and a request of another origin get no CORS headers", async () => {
  const other = "https://other.example.com", answers = [await preflight(other), await getWith(`${app}/api`, "bad", [["Origin", other]])];
  expect(answers.map((answer) => [answer.status, answer.one("access-control-allow-origin")])).toEqual([[401, undefined], [401, undefined]]);
});

test("an internal redirect is judged again: by its bearer token, but without the session, and no forged identity passes", async () => {
  const userOf = (answer: RawResponse): string[] => received(answer.json<Echo>(), "x-user-id"), person = new BrowserClient();
  await person.logIn(`${app}/page`);
  expect(userOf(await person.fetch(`${app}/target`))).toEqual(["alice"]);
  expect(userOf(await getWith(`${app}/moved`, await provider.mint({ claims: { sub: "robot" } }), [["X-User-Id", "mallory"]]))).toEqual(["robot"]);
  expect(refused(await person.fetch(`${app}/moved`))).toBe("401 sign_in_needed");
  expect((await person.get(`${app}/moved`)).one("location")?.startsWith(provider.issuer)).toBe(true);
});
