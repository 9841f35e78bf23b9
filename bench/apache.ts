// Apache as a reverse proxy in front of the same upstream, alone or with mod_auth_openidc.

import { spawn } from "node:child_process";
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../cli/demo/ports";
import { SERVER_CORE, type Server } from "./servers";
import { CLIENT_ID, SCOPE } from "./tokens";
import { OUT, type World } from "./world";

/** Debian's paths. */
const BINARY = "/usr/sbin/apache2", MODULES = "/usr/lib/apache2/modules", OPENIDC = "mod_auth_openidc.so";

export const HOW_TO_INSTALL = "apt-get install apache2 libapache2-mod-auth-openidc";

export function apacheIsThere(): boolean { return existsSync(BINARY) && existsSync(join(MODULES, OPENIDC)); }

const KEY_FILE = "key.pem";

/** What Apache requires of requests: nothing, a bearer token verified with the provider's keys, or a session in cookies. */
export type Asks = "nothing" | "oauth20" | "openid-connect";

export async function startApache(world: World, asks: Asks): Promise<Server> {
  const port = await freePort(), folder = join(OUT, `apache-${port}`), log = join(folder, "error.log");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, KEY_FILE), createPublicKey({ key: world.provider.signers.RS256.jwk as JsonWebKey, format: "jwk" }).export({ type: "spki", format: "pem" }));
  writeFileSync(join(folder, "apache.conf"), configuration(world, port, folder, asks));
  const child = spawn("taskset", ["-c", String(SERVER_CORE), BINARY, "-d", folder, "-f", join(folder, "apache.conf"), "-DFOREGROUND"], { stdio: "ignore" });
  process.once("exit", () => child.kill("SIGTERM"));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const server = world.keep({
    pid: child.pid ?? 0, port,
    log: () => existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(-20).join("\n") : "",
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  });
  for (let tries = 0; !(await listens(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`Apache did not come up\n${server.log()}`);
    await sleep(50);
  }
  return server;
}

function configuration({ provider, upstream }: World, port: number, folder: string, asks: Asks): string {
  const key = join(folder, KEY_FILE), modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", ...(asks === "nothing" ? [] : ["auth_openidc"])];
  const lines = [
    ...modules.map((name) => `LoadModule ${name}_module ${join(MODULES, `mod_${name}.so`)}`),
    `Listen 127.0.0.1:${port}`, "ServerName 127.0.0.1", `PidFile ${join(folder, "pid")}`, `ErrorLog ${join(folder, "error.log")}`, "LogLevel error", "User nobody", "Group nogroup",
    // One process with enough threads for all connections of the load, and persistent connections.
    "StartServers 1", "ServerLimit 1", "ThreadsPerChild 32", "MaxRequestWorkers 32", "MaxConnectionsPerChild 0", "KeepAlive On", "MaxKeepAliveRequests 0", "LimitRequestFieldSize 65536",
    `ProxyPass "/callback" "!"`, `ProxyPass "/" "http://127.0.0.1:${upstream.port}/"`,
  ];
  if (asks === "nothing") return `${lines.join("\n")}\n`;
  const [shared, own] = [["OIDCAuthNHeader X-User-Id", "OIDCSSLValidateServer Off"], asks === "oauth20"
    // It fetches keys by https only, so it is given the signing key.
    ? [`OIDCOAuthVerifyCertFiles ${provider.signers.RS256.kid}#${key}`, "OIDCOAuthRemoteUserClaim sub", "OIDCOAuthSSLValidateServer Off"]
    : [
      `OIDCProviderMetadataURL ${provider.issuer}/.well-known/openid-configuration`, `OIDCClientID ${CLIENT_ID}`, `OIDCClientSecret "the bench's client secret"`,
      `OIDCRedirectURI http://127.0.0.1:${port}/callback`, `OIDCCryptoPassphrase "the bench's session secret, 32 or more"`, "OIDCSessionType client-cookie:persistent",
      // The same cookie is sent all the time, and the run takes longer than the default timeout of five minutes.
      "OIDCSessionInactivityTimeout 3600",
      "OIDCRemoteUserClaim sub", `OIDCScope "${SCOPE}"`, "OIDCCookieSameSite Off",
    ]];
  return `${[...lines, ...shared, ...own, "<Location />", `  AuthType ${asks}`, "  Require valid-user", "</Location>"].join("\n")}\n`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
