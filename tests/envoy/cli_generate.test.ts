// Envoy accepts the output of `envoy-oidc generate` unchanged, and users log in with it.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../cli/commands/main";
import { envoyBinary } from "../../cli/demo/envoy-binary";
import { runEnvoy } from "../../cli/demo/envoy-process";
import { freePort } from "../../cli/demo/ports";
import { BROWSER_CLIENT } from "../../cli/demo/provider-clients";
import { BrowserClient } from "./support/browser-client";
import { atEnd } from "./support/cleanup";
import { FILTER_WASM, until, validateConfig } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";

async function generate(args: string[]): Promise<string> {
  const out: string[] = [];
  const io = { line: (text: string) => void out.push(text), error: () => {}, progress: () => {}, paint: (_: string, text: string) => text, environment: {} };
  expect(await run(["generate", ...args], io)).toBe(0);
  return out.join("\n");
}

test.each([[[]], [["--bearer-only"]]])("envoy --mode validate accepts it, with %j", async (more) => {
  const text = await generate(["--issuer", "https://idp.example.com", "--client-id", "shop", "--offline", ...more]);
  expect(await validateConfig(text, { CLIENT_SECRET: "what the provider gave", SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" })).toBe("");
});

test("a user logs in, and the provider's logout ends the session", async () => {
  const port = await freePort(), adminPort = await freePort(), app = `http://localhost:${port}`;
  const provider = await startProvider({ browser: { redirectUris: [`${app}/callback`], postLogoutRedirectUris: [], backchannelLogoutUri: `http://127.0.0.1:${port}/backchannel-logout` } }), upstream = await startUpstream();
  const text = await generate(["--issuer", provider.issuer, "--client-id", BROWSER_CLIENT.id, "--app-url", app, "--upstream", `127.0.0.1:${upstream.port}`, "--wasm", FILTER_WASM]);
  expect(text).toContain('"backchannel_logout_path"');
  const configPath = join(mkdtempSync(join(tmpdir(), "envoy-oidc-")), "envoy.yaml");
  writeFileSync(configPath, text.replace("port_value: 8080", `port_value: ${port}`).replace("port_value: 9901", `port_value: ${adminPort}`));
  const envoy = await runEnvoy({ binary: await envoyBinary(), configPath, adminPort, concurrency: 1, environment: { ...process.env, CLIENT_SECRET: BROWSER_CLIENT.secret, SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" } });
  atEnd(() => envoy.stop());
  await until("the provider's keys", 10_000, async () => ((await getWith(app, await provider.mint())).status === 503 ? undefined : true));

  const browser = new BrowserClient();
  expect((await browser.logIn(`${app}/orders`)).status).toBe(200);
  expect((await browser.fetch(`${app}/orders`)).status).toBe(200);
  await provider.endSessions("alice");
  await until("the logout to end the session", 10_000, async () => ((await browser.fetch(`${app}/orders`)).status === 401 ? true : undefined));
});
