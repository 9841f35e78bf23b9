// docker-compose.yml, and the output of `envoy-oidc generate --target compose`. If these tests run in containers, they start both; otherwise Envoy
// validates the configurations.

import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { run as envoyOidc } from "../../cli/commands/main";
import { freePort } from "../../cli/demo/ports";
import { BrowserClient } from "../envoy/support/browser-client";
import { atEnd } from "../envoy/support/cleanup";
import { until, validateConfig } from "../envoy/support/envoy";
import { getWith, request } from "../envoy/support/http";
import { relay } from "../mesh/support/relay";
import { compose, startCompose, type Compose } from "./support/compose";
import { LABEL } from "./support/container";
import { addressOn } from "./support/containers";
import { image } from "./support/images";
import type { Echo } from "./support/gateway";
import { BOSS, CLIENT, keycloak, USER, type Realm } from "./support/keycloak";
import { isLoginForm, keycloakLogin } from "./support/login";

const ROOT = join(__dirname, "../..");
const START_MS = 300_000;
const SECRETS = { CLIENT_SECRET: "what the provider gave", SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-compose-"));
  atEnd(async () => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755); // the images run as other users
  return folder;
}

const text = (file: string) => readFileSync(join(ROOT, file), "utf8");

if (keycloak().state.mode === "containers") {
  describe("docker compose up", () => {
    let stack: Compose;
    const page = () => `${stack.gateway}/orders?page=2`;

    beforeAll(async () => (stack = await startCompose()), START_MS);

    test("prints which URL to open, and the users for the login", async () => {
      const printed = await until("the line of the service `ready`", 90_000, async () => /Open .*/.exec(await stack.run("logs", "--no-color", "ready"))?.[0]);
      expect(printed).toContain(`Open ${stack.gateway}/ and log in as ${USER.name} / ${USER.password}, or as ${BOSS.name} / ${BOSS.password}`);
    }, 100_000);

    test("the URL leads to Keycloak's form, and the login to the upstream, which shows what it received", async () => {
      const client = new BrowserClient();
      const form = await client.open(page());
      expect([isLoginForm(form), new URL(form.url).origin]).toEqual([true, stack.keycloak]);
      const shown = await keycloakLogin(client, page());
      expect([shown.url, shown.status]).toEqual([page(), 200]);
      const { path, headers } = shown.json<Echo>();
      expect(path).toBe("/orders?page=2");
      expect(headers).toMatchObject({ "x-user-name": USER.name, "x-groups": "/staff", "x-roles": expect.stringContaining("member") });
      expect(headers).not.toHaveProperty("cookie");
    });

    test("a program's valid token passes on the same URL; a bad one, or none, does not", async () => {
      const token = await stack.realm.clientCredentials();
      expect((await getWith(page(), token)).json<Echo>().headers).toMatchObject({ "x-access-token": token });
      expect((await getWith(page(), token.slice(0, -4))).status).toBe(401);
      expect((await request(page(), { headers: [["Accept", "application/json"]] })).status).toBe(401);
    });

    test("a user who logs out is logged out of Keycloak as well", async () => {
      const client = new BrowserClient();
      await keycloakLogin(client, page());
      const after = await client.open(`${stack.gateway}/logout`);
      expect([after.status, after.body.includes("You are logged out")]).toEqual([200, true]);
      const again = await client.open(page());
      expect([isLoginForm(again), new URL(again.url).origin]).toEqual([true, stack.keycloak]);
    });

    test("a user whom the administrator logs out is logged out here too, by Keycloak's back-channel logout", async () => {
      const client = new BrowserClient();
      await keycloakLogin(client, page(), BOSS);
      expect((await client.get(page())).status).toBe(200);
      await stack.realm.endSessions(BOSS.name);
      // The first answer after the last page counts, because users would see an error in between.
      const over = await until("the session to be over", 10_000, async () => {
        const { status } = await client.get(page());
        return status === 200 ? undefined : status;
      });
      expect(over).toBe(302);
    });

    test("only Envoy and Keycloak are published, and only on loopback", async () => {
      const published = async (service: string, port: string) => (await stack.run("port", service, port).catch(() => "")).trim().replace(/:\d+$/, "");
      expect(await published("envoy", "10000")).toBe("127.0.0.1");
      expect(await published("keycloak", "8080")).toBe("127.0.0.1");
      expect(["", ":0"]).toContain(await published("upstream", "8000"));
    });

    test("without a compiled filter the log says how to compile it", async () => {
      const folder = newFolder();
      for (const part of ["docker-compose.yml", ".env", "envoy"]) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
      const run = compose(folder);
      atEnd(async () => void (await run("down")));
      await run("up", "--detach", "--no-deps", "ready");
      await until("the log line", 30_000, async () =>
        ((await run("logs", "--no-color", "ready")).includes("build/envoy-oidc.wasm, is not there. Compile it, and start again: npm run build") ? true : undefined));
    });
  });
} else {
  describe("docker-compose.yml, without containers", () => {
    const services = parse(text("docker-compose.yml")).services as Record<string, { image: string; environment: Record<string, string>; ports?: string[] }>;
    const environment = { ...services.envoy!.environment, OIDC_DISCOVERY: "http://localhost:8080/realms/quickstart-realm/.well-known/openid-configuration", OIDC_AFTER_LOGOUT: "http://localhost:10000/" };
    const inPlace = (file: string) => text(file).replaceAll(/(?<=[\s"])\/project(?=\/)/g, ROOT);

    test.each(["envoy/keycloak/envoy.yaml", "envoy/keycloak/upstream.yaml"])("Envoy accepts %s", async (file) => {
      expect(await validateConfig(inPlace(file), environment)).toBe("");
    });

    test.each(["OIDC_DISCOVERY", "OIDC_CLIENT_SECRET", "OIDC_SESSION_SECRET", "OIDC_AFTER_LOGOUT"])("without %s the filter refuses its configuration, and names what is missing", async (name) => {
      const { [name]: _left, ...others } = environment as Record<string, string>;
      expect(await validateConfig(inPlace("envoy/keycloak/envoy.yaml"), others)).toContain(name);
    });

    test("takes the two images of all services from .env", () => {
      expect(new Set(Object.values(services).map(({ image }) => image))).toEqual(new Set(["${ENVOY_IMAGE}", "${KEYCLOAK_IMAGE}"]));
    });

    test("publishes only Envoy and Keycloak, and only on loopback", () => {
      const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
      expect(published).toEqual([["keycloak", "127.0.0.1:${KEYCLOAK_PORT:-8080}:8080"], ["envoy", "127.0.0.1:${ENVOY_PORT:-10000}:10000"]]);
    });
  });
}

/** A new folder with the files of `envoy-oidc generate --target compose`. */
async function generated(...options: string[]): Promise<string> {
  const folder = newFolder();
  const io = { line: () => {}, error: () => {}, progress: () => {}, paint: (_: string, line: string) => line, environment: {} };
  expect(await envoyOidc(["generate", "--target", "compose", "--out", folder, ...options], io)).toBe(0);
  return folder;
}

describe("the output of envoy-oidc generate --target compose", () => {
  let folder: string, written: string;
  beforeAll(async () => {
    folder = await generated("--issuer", "https://idp.example.com", "--client-id", "shop", "--offline");
    written = readFileSync(join(folder, "compose.yaml"), "utf8");
  });

  test("has a valid Envoy configuration, and the image of docker-compose.yml", async () => {
    expect(await validateConfig(readFileSync(join(folder, "envoy.yaml"), "utf8"), SECRETS)).toBe("");
    expect(parse(written).services.envoy.image).toBe(image("ENVOY_IMAGE"));
  });

  test("mounts its other files read-only where Envoy looks for them, and no file that is missing", () => {
    const { command, volumes } = parse(written).services.envoy as { command: string[]; volumes: string[] };
    expect(volumes).toEqual([`./envoy.yaml:${command.at(-1)}:ro`, "./envoy-oidc.wasm:/etc/envoy/envoy-oidc.wasm:ro"]);
    expect(["compose.yaml", ...volumes.map((volume) => volume.slice("./".length, volume.indexOf(":")))].sort()).toEqual(readdirSync(folder).sort());
    expect(readFileSync(join(folder, "envoy.yaml"), "utf8")).toContain("/etc/envoy/envoy-oidc.wasm");
  });

  test("publishes Envoy on loopback alone", () => expect(parse(written).services.envoy.ports).toEqual(["127.0.0.1:8080:8080"]));

  if (keycloak().state.mode === "containers") {
    test.each(Object.keys(SECRETS))("is refused without %s, and the error names it", async (name) => {
      await expect(compose(folder, { ...SECRETS, [name]: "" })("config")).rejects.toThrow(/set it in \.env/);
    });

    describe("comes up as it was written, and", () => {
      let app: string, provider: string, realm: Realm, run: Compose["run"];
      const page = () => `${app}/orders?page=2`;

      beforeAll(async () => {
        const network = keycloak().state.network!, port = Number(new URL(keycloak().url).port), host = await addressOn(network);
        const end = await relay({ port, host }, port);
        atEnd(async () => end());
        [app, provider] = [`http://localhost:${await freePort()}`, `http://${host}:${port}`];
        realm = await keycloak().realm("composed", (json) => (json.attributes = { ...json.attributes, frontendUrl: provider }));
        const folder = await generated("--issuer", `${provider}/realms/${realm.name}`, "--client-id", CLIENT.id, "--app-url", app, "--upstream", "upstream:8000");
        writeFileSync(join(folder, ".env"), `CLIENT_SECRET=${CLIENT.secret}\nSESSION_SECRET=${SECRETS.SESSION_SECRET}\n`);
        // The user's own service, and Keycloak's network in place of a new one; the labels are for what a killed run leaves.
        const labels = { [LABEL]: network }, upstream = { image: image("ENVOY_IMAGE"), command: ["-c", "/project/envoy/keycloak/upstream.yaml"], volumes: [`${ROOT}:/project:ro`], labels };
        writeFileSync(join(folder, "compose.override.yaml"), stringify({ services: { envoy: { labels }, upstream }, networks: { default: { external: true, name: network } } }));
        run = compose(folder);
        atEnd(async () => void (await run("down", "--timeout", "3")));
        await run("up", "--detach");
        await until("Envoy to know Keycloak's keys", 60_000, async () => {
          const token = await realm.clientCredentials();
          return getWith(page(), token).then(({ status }) => (status === 200 ? true : undefined), () => undefined);
        });
      }, START_MS);

      test("a person logs in at Keycloak, and the upstream knows who it is", async () => {
        const client = new BrowserClient();
        expect(isLoginForm(await client.open(page()))).toBe(true);
        const shown = await keycloakLogin(client, page());
        expect([shown.url, shown.status]).toEqual([page(), 200]);
        const { path, headers } = shown.json<Echo>();
        expect(path).toBe("/orders?page=2");
        expect(JSON.parse(Buffer.from(headers["x-userinfo"]!, "base64").toString())).toMatchObject({ sub: await realm.userId(), preferred_username: USER.name });
        expect(headers).not.toHaveProperty("cookie");
      });

      test("who logs out is logged out of Keycloak as well", async () => {
        const client = new BrowserClient();
        await keycloakLogin(client, page());
        expect(new URL((await client.open(`${app}/logout`)).url).origin).toBe(provider);
        expect((await client.fetch(page())).status).toBe(401);
        expect(isLoginForm(await client.open(page()))).toBe(true);
      });

      test("a logout at Keycloak ends the session, by the path that the command prints", async () => {
        await realm.changeClient((client) => (client.attributes["backchannel.logout.url"] = "http://envoy:8080/backchannel-logout"));
        const client = new BrowserClient();
        await keycloakLogin(client, page());
        expect((await client.fetch(page())).status).toBe(200);
        await realm.endSessions();
        await until("the session to be over", 10_000, async () => ((await client.fetch(page())).status === 401 ? true : undefined));
      });

      test("a program passes with Keycloak's token, and without a credential nothing does", async () => {
        const token = await realm.clientCredentials();
        expect((await getWith(page(), token)).json<Echo>().headers).toMatchObject({ "x-access-token": token });
        expect((await getWith(page(), token.slice(0, -4))).status).toBe(401);
        expect((await request(page(), { headers: [["Accept", "application/json"]] })).status).toBe(401);
      });

      test("Envoy is published on loopback alone, at the port of --app-url", async () => {
        expect((await run("port", "envoy", "8080")).trim()).toBe(new URL(app).host.replace("localhost", "127.0.0.1"));
      });
    });
  }
});
