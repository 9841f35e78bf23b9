/** `envoy-oidc session inspect`: it shows what is in a session, and never a token. */
import { browse, BROWSER_CONFIG, logIn } from "../host/browser";
import { envoyOidc, file } from "./support";

const SECRET = String((BROWSER_CONFIG.session as { secret: string }).secret);
const config = file(JSON.stringify(BROWSER_CONFIG), "filter.json");

/** The cookies of a session that the filter itself has sealed, and its tokens. */
function cookies(changes: Record<string, unknown> = {}): { header: string; tokens: string[] } {
  const { browser } = browse(changes);
  logIn(browser);
  const forwarded = browser.navigate("/page").forwarded;
  return { header: browser.cookiesFor("/page"), tokens: [forwarded.get("x-access-token")!] };
}

test("a session of the filter is opened: its user, its times, and the size of each part", async () => {
  const { header } = cookies();
  const { code, out } = await envoyOidc(["session", "inspect", "--config", config, "--json", file(`Cookie: ${header}`, "cookie.txt")], { SESSION_SECRET: SECRET });
  const [session] = (JSON.parse(out) as { sessions: { sizes: Record<string, number> }[] }).sessions;
  expect(code).toBe(0);
  expect(session).toMatchObject({ subject: "alice", sid: "op-session-1", chunks: expect.any(Number), times: { created: expect.any(Number) } });
  expect(session!.sizes.accessToken).toBeGreaterThan(100);
});

test("no token is shown, neither as text nor as JSON", async () => {
  const { header, tokens } = cookies(), path = file(header, "cookie.txt");
  for (const options of [[], ["--json"]]) {
    const { out, err } = await envoyOidc(["session", "inspect", "--config", config, ...options, path], { SESSION_SECRET: SECRET });
    for (const part of tokens.flatMap((token) => token.split("."))) expect(out + err).not.toContain(part);
  }
});

test.each<[string, string[], Record<string, string>, RegExp]>([
  ["another secret", ["--config", config], { SESSION_SECRET: "another secret of thirty-two characters" }, /could not be opened/],
  ["another client", ["--config", config, "--client-id", "other"], { SESSION_SECRET: SECRET }, /could not be opened/],
])("%s opens nothing", async (_, options, environment, message) => {
  const { code, out, err } = await envoyOidc(["session", "inspect", ...options, file(cookies().header, "cookie.txt")], environment);
  expect([code, out, err]).toEqual([1, "", expect.stringMatching(message)]);
});

test("a cookie that was changed opens nothing", async () => {
  const changed = cookies().header.replace(/(=\d.{40})./, (_, before: string) => `${before}!`);
  expect((await envoyOidc(["session", "inspect", "--config", config, file(changed, "cookie.txt")], { SESSION_SECRET: SECRET })).code).toBe(1);
});

test("the older of two secrets opens it too", async () => {
  const { code } = await envoyOidc(["session", "inspect", "--config", config, "--secret-env", "NEW", "--secret-env", "OLD", file(cookies().header, "cookie.txt")], { NEW: "a new secret of thirty-two characters", OLD: SECRET });
  expect(code).toBe(0);
});

test.each<[string, string[], Record<string, string>]>([["no secret", ["--config", config], {}], ["neither configuration nor issuer", [], { SESSION_SECRET: SECRET }]])("%s is wrong usage", async (_, options, environment) => {
  expect((await envoyOidc(["session", "inspect", ...options, file("a=b", "cookie.txt")], environment)).code).toBe(2);
});

test("a header without a session is reported as such", async () => {
  expect((await envoyOidc(["session", "inspect", "--config", config, file("a=b; c=d", "cookie.txt")], { SESSION_SECRET: SECRET })).err).toBe("There is no cookie of a session in it.");
});

test("a client and a provider that the configuration takes from the environment are found there", async () => {
  const own = file(JSON.stringify({ ...BROWSER_CONFIG, client_id: "$ENV://CLIENT", discovery: "$ENV://DISCOVERY" }), "filter.json");
  const { code } = await envoyOidc(["session", "inspect", "--config", own, file(cookies().header, "cookie.txt")], { SESSION_SECRET: SECRET, CLIENT: String(BROWSER_CONFIG.client_id), DISCOVERY: String(BROWSER_CONFIG.discovery) });
  expect(code).toBe(0);
});
