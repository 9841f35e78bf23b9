// Keycloak for tests: temporary realms, the admin API, tokens.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";
import { runtimeOf } from "./choice";
import { ADMIN, type KeycloakState, type Runtime } from "./runtime";

/** The client of envoy/keycloak/quickstart-realm.json. */
export const CLIENT = { id: "apisix-quickstart-client", secret: "bSaIN3MV1YynmtXvU8lKkfeY0iwpr9cH" };
export interface Person { name: string; password: string }
/** Has the role `member` and is in the group `/staff`. */
export const USER: Person = { name: "quickstart-user", password: "quickstart-user-pass" };
/** Has the role `manager` and is in the group `/bosses`. */
export const BOSS: Person = { name: "quickstart-boss", password: "quickstart-boss-pass" };

/** One of Keycloak's JSON representations. Tests read only some fields, without types. */
export type Json = Record<string, any>;

export interface Tokens { access_token: string; refresh_token?: string; id_token?: string; expires_in: number; refresh_expires_in?: number; scope?: string }

const MODEL = join(__dirname, "../../../envoy/keycloak/quickstart-realm.json");
/** When to get a new admin token. Keycloak's tokens last 60 s. */
const ADMIN_TOKEN_MS = 30_000;

/** The Keycloak that all test files share. */
export function keycloak(): Keycloak {
  const state = process.env.KEYCLOAK_STATE;
  if (!state) throw new Error("KEYCLOAK_STATE is not set: these tests run in the Jest project `keycloak`, whose set-up starts Keycloak.");
  return new Keycloak(JSON.parse(state) as KeycloakState, true);
}

/** Starts a separate Keycloak, which the test file may stop. The start is slow, so start at most one in a file. */
export async function ownKeycloak(): Promise<Keycloak> {
  const runtime = runtimeOf(keycloak().state.mode);
  const own = new Keycloak(await runtime.startKeycloak(), false);
  atEnd(() => runtime.removeKeycloak(own.state));
  return own;
}

export class Keycloak {
  private adminToken = "";
  private adminTokenUntil = 0;

  constructor(public state: KeycloakState, private readonly shared: boolean) {}

  get url(): string {
    return this.state.url;
  }

  async stop(): Promise<void> {
    await this.runtime().stopKeycloak(this.state);
  }

  /** Starts it again after a stop, with the same URL, realms and keys. */
  async start(): Promise<void> {
    this.state = await this.runtime().resumeKeycloak(this.state);
  }

  /**
   * Creates a realm for the test file: envoy/keycloak/quickstart-realm.json with another name, and with `changes`. It accepts any redirect URI, because
   * gateways listen on free ports. It is deleted at the end of the file.
   */
  async realm(name: string, changes: (realm: Json) => void = () => undefined): Promise<Realm> {
    const json = JSON.parse(readFileSync(MODEL, "utf8").replaceAll("quickstart-realm", name)) as Json;
    for (const client of json.clients as Json[]) {
      client.redirectUris = ["*"];
      delete client.attributes["backchannel.logout.url"]; // it is for docker-compose.yml's gateway
    }
    changes(json);
    await this.admin("DELETE", `/realms/${name}`).catch(() => undefined); // a killed run may have left it
    await this.admin("POST", "/realms", json);
    atEnd(() => this.admin("DELETE", `/realms/${name}`).then(() => undefined, () => undefined)); // a stopped Keycloak is removed with all its realms
    return new Realm(this, name);
  }

  /**
   * Calls the admin API; `path` is relative to /admin. Returns the JSON of the answer, or `{ id }` of a created object. An error has the status and the
   * text.
   */
  async admin<T = Json>(method: string, path: string, body?: unknown): Promise<T> {
    if (Date.now() > this.adminTokenUntil) {
      this.adminToken = (await tokenOf(`${this.url}/realms/master`, { grant_type: "password", client_id: "admin-cli", username: ADMIN.name, password: ADMIN.password })).access_token;
      this.adminTokenUntil = Date.now() + ADMIN_TOKEN_MS;
    }
    const response = await fetch(`${this.url}/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${this.adminToken}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keycloak answered ${method} /admin${path} with ${response.status}: ${text.slice(0, 500)}`);
    if (text !== "") return JSON.parse(text) as T;
    return { id: response.headers.get("location")?.split("/").pop() } as T;
  }

  private runtime(): Runtime {
    if (this.shared) throw new Error("Other test files use this Keycloak at the same time: take one by ownKeycloak() to stop it.");
    return runtimeOf(this.state.mode);
  }
}

export class Realm {
  constructor(readonly keycloak: Keycloak, readonly name: string) {}

  get issuer(): string { return `${this.keycloak.url}/realms/${this.name}`; }
  get discovery(): string { return `${this.issuer}/.well-known/openid-configuration`; }
  get tokenEndpoint(): string { return `${this.issuer}/protocol/openid-connect/token`; }
  get introspectionEndpoint(): string { return `${this.tokenEndpoint}/introspect`; }

  /** `path` is relative to this realm's: "/users", or "" for the realm. */
  admin<T = Json>(method: string, path: string, body?: unknown): Promise<T> {
    return this.keycloak.admin(method, `/realms/${this.name}${path}`, body);
  }

  /** Calls the token endpoint, as CLIENT unless the form names another client (`client_secret: ""` for a public one). A refusal throws. */
  token(form: Record<string, string>): Promise<Tokens> {
    return tokenOf(this.issuer, { client_id: CLIENT.id, client_secret: CLIENT.secret, ...form });
  }

  async clientCredentials(form: Record<string, string> = {}): Promise<string> {
    return (await this.token({ grant_type: "client_credentials", ...form })).access_token;
  }

  /** The password grant, with an ID Token. */
  password({ name, password }: Person = USER, form: Record<string, string> = {}): Promise<Tokens> {
    return this.token({ grant_type: "password", username: name, password, scope: "openid", ...form });
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return this.token({ grant_type: "refresh_token", refresh_token: refreshToken });
  }

  async client(clientId = CLIENT.id): Promise<Json> {
    const [found] = await this.admin<Json[]>("GET", `/clients?clientId=${encodeURIComponent(clientId)}`);
    if (found === undefined) throw new Error(`The realm ${this.name} has no client ${clientId}.`);
    return found;
  }

  /** For example `(client) => { client.attributes["backchannel.logout.url"] = … }`. */
  async changeClient(change: (client: Json) => void, clientId = CLIENT.id): Promise<void> {
    const client = await this.client(clientId);
    change(client);
    await this.admin("PUT", `/clients/${client.id}`, client);
  }

  async userId(name = USER.name): Promise<string> {
    const [found] = await this.admin<Json[]>("GET", `/users?exact=true&username=${encodeURIComponent(name)}`);
    if (found === undefined) throw new Error(`The realm ${this.name} has no user ${name}.`);
    return found.id as string;
  }

  /** Does what the admin console's "Sign out" does: ends all sessions of a user, and calls the back-channel URLs of clients. */
  async endSessions(name = USER.name): Promise<void> {
    await this.admin("POST", `/users/${await this.userId(name)}/logout`);
  }

  /** Adds a key that signs from now on. The old keys still verify. Returns the component's id, for a change or deletion. */
  async addKey(provider = "rsa-generated", algorithm = "RS256"): Promise<string> {
    const { id } = await this.admin("GET", "");
    const ecdsa = provider === "ecdsa-generated" ? { ecdsaEllipticCurveKey: [`P-${algorithm.slice(2)}`] } : { algorithm: [algorithm] };
    const priority = [String(Math.floor(Date.now() / 1000))]; // the newest key has the highest
    return (await this.admin("POST", "/components", {
      name: `${provider} ${priority[0]}`, providerId: provider, providerType: "org.keycloak.keys.KeyProvider", parentId: id,
      config: { priority, enabled: ["true"], active: ["true"], ...ecdsa },
    })).id as string;
  }

  /** The ids of the components that contain the keys of an algorithm. Delete one with `admin("DELETE", "/components/ID")`. */
  async keyComponents(algorithm = "RS256"): Promise<string[]> {
    const { keys } = await this.admin("GET", "/keys");
    return (keys as Json[]).filter((key) => key.algorithm === algorithm).map((key) => key.providerId as string);
  }

  /** The public key of the current signing key, as PEM. */
  async publicKey(algorithm = "RS256"): Promise<string> {
    const { active, keys } = await this.admin("GET", "/keys");
    const key = (keys as Json[]).find(({ kid }) => kid === active[algorithm]);
    if (key === undefined) throw new Error(`The realm ${this.name} signs nothing with ${algorithm}.`);
    return `-----BEGIN PUBLIC KEY-----\n${key.publicKey}\n-----END PUBLIC KEY-----`;
  }
}

async function tokenOf(issuer: string, form: Record<string, string>): Promise<Tokens> {
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, { method: "POST", body: new URLSearchParams(form) });
  const body = (await response.json()) as Json;
  if (!response.ok) throw new Error(`The token endpoint of ${issuer} answered ${response.status}: ${body.error}, ${body.error_description}`);
  return body as Tokens;
}
