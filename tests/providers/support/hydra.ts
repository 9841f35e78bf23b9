// Runs Ory Hydra (tests/providers/hydra). hydra-pages.ts has the pages, because Hydra has none.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { programOutput } from "../../support/child";
import { startPages } from "./hydra-pages";
import { built, serve, type Client, type Provider } from "./provider";

/** The same site as the application, so browsers send its cookies in the frames of a front-channel logout. */
const HOST = "localhost";
const MIGRATED_WITHIN_MS = 120_000;

export const hydra: Provider = {
  name: "hydra",
  methods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  introspection: [],
  tokens: ["jwt", "opaque"],
  userinfo: { sub: "alice", name: "Alice Müller" },
  clientCredentials: true,
  audience: false,
  revocation: true,
  backchannel: true,
  rotation: "adds",
  logoutWithoutHint: true,

  async start(port, clients) {
    const adminPort = await freePort(), issuer = `http://${HOST}:${port}`, admin = `http://127.0.0.1:${adminPort}`;
    const pages = await startPages(admin);
    const program = join(await built("hydra"), "provider");
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-hydra-"));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    // Hydra's in-memory database refuses a logout during a revocation.
    const database = { DSN: `sqlite://${folder}/database?_fk=true&_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate` };
    await programOutput(program, ["migrate", "sql", "--read-from-env", "--yes"], { env: { ...process.env, ...database }, withinMs: MIGRATED_WITHIN_MS });
    // The first request for its keys generates them, which takes seconds.
    await serve(`http://127.0.0.1:${port}/.well-known/jwks.json`, program, ["serve", "all", "--dev"], {
      env: {
        ...database, SECRETS_SYSTEM: "a system secret of the tests", SQA_OPT_OUT: "true", LOG_LEVEL: "warn",
        URLS_SELF_ISSUER: issuer, URLS_LOGIN: `${pages}/login`, URLS_CONSENT: `${pages}/consent`, URLS_LOGOUT: `${pages}/logout`, URLS_ERROR: `${pages}/error`,
        SERVE_PUBLIC_HOST: "127.0.0.1", SERVE_PUBLIC_PORT: String(port), SERVE_ADMIN_HOST: "127.0.0.1", SERVE_ADMIN_PORT: String(adminPort),
        OAUTH2_EXPOSE_INTERNAL_ERRORS: "true",
      },
    });
    for (const client of clients) await call(`${admin}/admin/clients`, representation(client));
    return {
      hosts: { "https://idp.example.com": issuer, "http://hydra-admin.internal:4445": admin },
      clusters: { idp: { port }, "hydra-admin": { port: adminPort } },
      tokenEndpoint: `${issuer}/oauth2/token`,
      userinfoEndpoint: `${issuer}/userinfo`,
      revocation: `${issuer}/oauth2/revoke`,
      async rotate() {
        for (const set of ["hydra.openid.id-token", "hydra.jwt.access-token"]) await call(`${admin}/admin/keys/${set}`, { alg: "RS256", use: "sig", kid: `${set}-${Date.now()}` });
      },
    };
  },
};

/** The client as Hydra's admin API expects it. */
function representation(client: Client): object {
  const code = client.grant === "authorization-code", life = `${client.seconds}s`;
  return {
    client_id: client.id, client_secret: client.secret, token_endpoint_auth_method: client.method, jwks: client.jwks, token_endpoint_auth_signing_alg: client.method === "private_key_jwt" ? "RS256" : "",
    grant_types: code ? ["authorization_code", "refresh_token"] : ["client_credentials"], response_types: ["code"], scope: "openid offline_access profile read",
    redirect_uris: [client.redirect_uri], post_logout_redirect_uris: [client.post_logout_redirect_uri],
    backchannel_logout_uri: code ? client.backchannel_logout_uri : "", frontchannel_logout_uri: code && client.backchannel_logout_uri === "" ? client.frontchannel_logout_uri : "",
    frontchannel_logout_session_required: true, backchannel_logout_session_required: true, ...client.more,
    access_token_strategy: client.opaque ? "opaque" : "jwt",
    authorization_code_grant_access_token_lifespan: life, refresh_token_grant_access_token_lifespan: life, client_credentials_grant_access_token_lifespan: life,
  };
}

async function call(url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`Hydra answered ${url} with ${response.status}: ${await response.text()}`);
}
