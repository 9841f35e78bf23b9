// docs/install.md, followed with the files of a release and an Envoy, but without Node: the page's commands unchanged, in a real shell and a real Envoy,
// with a real OpenID provider behind TLS. Only the values of step 2 are different.

import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request as forward } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envoyBinary } from "../../cli/demo/envoy-binary";
import { close, freePort } from "../../cli/demo/ports";
import { BROWSER_CLIENT } from "../../cli/demo/provider-clients";
import { atEnd } from "../envoy/support/cleanup";
import { until } from "../envoy/support/envoy";
import { startProvider } from "../envoy/support/provider";

const ROOT = join(__dirname, "../.."), TLS = join(ROOT, "tests/envoy/support/tls");
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
const page = readFileSync(join(ROOT, "docs/install.md"), "utf8");
/** The shell blocks up to "Other forms", without the list's indentation. */
const [compare, values, make, start, ask] = [...page.split("## Other forms")[0]!.matchAll(/^( *)```sh\n([^]*?)^\1```/gm)].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, "gm"), ""));

/** The only programs on the PATH, besides Envoy. */
const PROGRAMS = ["bash", "sha256sum", "openssl", "sed", "curl"];

interface Shell { folder: string; environment: Record<string, string> }

/** An empty folder with the files that step 1 names, as a release has them. */
async function shell(): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-install-")), bin = join(folder, "bin");
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(bin);
  for (const program of PROGRAMS) symlinkSync(join("/usr/bin", program), join(bin, program));
  symlinkSync(await envoyBinary(), join(bin, "envoy"));
  copyFileSync(join(ROOT, "build/envoy-oidc.wasm"), join(folder, `envoy-oidc-${version}.wasm`));
  copyFileSync(join(ROOT, "envoy/first.yaml"), join(folder, "first.yaml"));
  const sum = (file: string): string => `${createHash("sha256").update(readFileSync(join(folder, file))).digest("hex")}  ${file}\n`;
  writeFileSync(join(folder, "SHA256SUMS"), `${sum(`envoy-oidc-${version}.wasm`)}${sum("first.yaml")}${"0".repeat(64)}  not-downloaded\n`);
  return { folder, environment: { PATH: bin, HOME: folder } };
}

function spawned({ folder, environment }: Shell, script: string): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn("/usr/bin/bash", ["-euc", script], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => { text += chunk.toString(); });
  return { child, output: () => text, ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** Runs a script and returns its output. A failure throws the output. */
async function sh(at: Shell, script: string): Promise<string> {
  const { output, ended } = spawned(at, script);
  if ((await ended) !== 0) throw new Error(`${script}\nprinted:\n${output()}`);
  return output();
}

/** The provider behind https at localhost, with a certificate for that name. */
async function providerBehindTls(port: number): Promise<string> {
  const idp = await freePort(), issuer = `https://localhost:${idp}`;
  const provider = await startProvider({ issuer, browser: { redirectUris: [`http://localhost:${port}/callback`] } });
  const serve = () => createServer({ cert: readFileSync(join(TLS, "localhost.pem")), key: readFileSync(join(TLS, "localhost.key")), minVersion: "TLSv1.3" }, (request, response) => {
    const { url, method, headers } = request;
    request.pipe(forward(provider.url + url, { method, headers: { ...headers, "x-forwarded-proto": "https" } }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    }));
  });
  // Envoy may resolve localhost to IPv4 or IPv6.
  for (const host of ["127.0.0.1", "::1"]) {
    const server = serve().listen(idp, host);
    await once(server, "listening");
    atEnd(() => close(server));
  }
  return `${provider.discovery}`;
}

test("the page has these five steps, and names this version", () => {
  expect([compare, values, make, start, ask].map((block) => block?.split("\n")[0])).toEqual([
    "sha256sum --check --ignore-missing SHA256SUMS", expect.stringMatching(/^export DISCOVERY=/), expect.stringMatching(/^export OIDC_SESSION_SECRET=/), "envoy -c envoy.yaml", "curl -i http://localhost:$PORT/"]);
  expect([...page.matchAll(/envoy-oidc[-:]v?(\d+\.\d+\.\d+)/g)].map(([, named]) => named).filter((named) => named !== version)).toEqual([]);
});

test("with the files of a release and without Node, a user reaches the protected page after a login, and not before", async () => {
  const at = await shell(), port = await freePort(), discovery = await providerBehindTls(port);
  expect(await sh(at, compare!)).toContain(`envoy-oidc-${version}.wasm: OK`);
  await expect(sh(at, "node --version")).rejects.toThrow(/command not found/);

  const mine: Record<string, string> = {
    DISCOVERY: discovery, IDP_HOST: "localhost", IDP_PORT: new URL(discovery).port, CA_FILE: join(TLS, "localhost.pem"), CLIENT_ID: BROWSER_CLIENT.id, PORT: String(port), OIDC_CLIENT_SECRET: BROWSER_CLIENT.secret,
  };
  expect([...values!.matchAll(/(\w+)=/g)].map(([, name]) => name)).toEqual(Object.keys(mine));
  Object.assign(at.environment, mine);
  await sh(at, make!);
  // The test runs each step in a new shell, so it repeats the exported variable.
  Object.assign(at.environment, { OIDC_SESSION_SECRET: "a session secret of the tests, long enough" });

  const envoy = spawned(at, `exec ${start}`);
  atEnd(async () => { envoy.child.kill("SIGTERM"); await envoy.ended; });
  const anonymous = await until("Envoy to answer", 30_000, async () => {
    const output = await sh(at, ask!).catch(() => "");
    return output.includes("HTTP/1.1") ? output : undefined;
  });
  expect(anonymous).toMatch(/^HTTP\/1\.1 401 /m);
  expect(anonymous).not.toContain("This page is protected");
  expect(envoy.output()).toContain(`envoy-oidc: version ${version}`);

  const browser = (more: string): Promise<string> => sh(at, `curl --silent --show-error --location --cacert ${mine.CA_FILE} --cookie jar --cookie-jar jar -H 'accept: text/html' -H 'sec-fetch-mode: navigate' -H 'sec-fetch-dest: document' -w '\\n%{url_effective}' ${more}`);
  const login = await until("the login page", 10_000, async () => {
    const output = await browser(`http://localhost:${port}/`);
    return output.includes('name="login"') ? output : undefined;
  });
  const shown = await browser(`--data login=alice '${login.split("\n").at(-1)}'`);
  expect(shown).toContain("This page is protected, and you may see it.");
  expect(shown).toContain(`http://localhost:${port}/`);
  expect(await sh(at, ask!)).toMatch(/^HTTP\/1\.1 401 /m);
}, 120_000);

test.each<[string, (at: Shell) => void, string, RegExp]>([
  ["a module that was changed on its way", ({ folder }) => writeFileSync(join(folder, `envoy-oidc-${version}.wasm`), "x"), "compare", /FAILED/],
  ["a mistake in a value", ({ environment }) => { environment.DISCOVERY = "http://idp.example.com/"; }, "make", /plain http is refused/],
])("%s is reported by the step itself", async (_, spoil, step, message) => {
  const at = await shell();
  Object.assign(at.environment, { DISCOVERY: "https://idp.example.com/", IDP_HOST: "idp.example.com", IDP_PORT: "443", CA_FILE: join(TLS, "localhost.pem"), CLIENT_ID: "shop", PORT: "8080", OIDC_CLIENT_SECRET: "secret" });
  spoil(at);
  await expect(sh(at, step === "compare" ? compare! : make!)).rejects.toThrow(message);
});
