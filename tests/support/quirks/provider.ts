// A scripted OpenID provider: it answers over HTTP as usual, except where a row of the table has another answer.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { close, listenOn } from "../../../cli/demo/ports";
import { b64u, KEY, signature, type Key } from "../../host/fixture";
import { CLIENT, isRefresh, now, type Change, type Json, type JwtChange, type Quirk, type Reply } from "./quirk";

/** The issuer of all rows without documents of their own. */
const COMMON = "common";

/** The registered media types of answers, if not only application/json. */
const REGISTERED: Record<string, string[]> = { jwks: ["application/jwk-set+json"], userinfo: ["application/json", "application/jwt"] };

export class ScriptedProvider {
  /** The endpoints that were called for a row, in order. */
  readonly calls: string[] = [];
  /** Codes and tokens, which no log may contain. */
  readonly secrets: string[] = [];
  private readonly logins = new Map<string, { row: string; nonce: string }>();
  /** The owners of the tokens that reach UserInfo. */
  private readonly owners = new Map<string, string>();
  private readonly latest = new Map<string, string>();
  private issued = 0;

  /** `quirks`: the rows by id. */
  private constructor(readonly origin: string, private readonly quirks: Map<string, Quirk>) {}

  static async start(quirks: Map<string, Quirk>, atEnd: (ending: () => Promise<void>) => void): Promise<ScriptedProvider> {
    let provider: ScriptedProvider | undefined;
    const server = createServer((request, response) => void provider!.serve(request, response));
    provider = new ScriptedProvider(`http://127.0.0.1:${await listenOn(server, 0)}`, quirks);
    atEnd(() => close(server));
    return provider;
  }

  get port(): number { return Number(new URL(this.origin).port); }

  /** The first path segment of the row's documents. */
  tenant(row: string): string {
    const { metadata, keys } = this.quirks.get(row) ?? {};
    return metadata === undefined && keys === undefined ? COMMON : row;
  }

  base(row: string): string { return `${this.origin}/${this.tenant(row)}`; }

  /** A user logs in at the provider for this row. Returns the redirect. */
  authorizes(request: string, row: string): string {
    const asked = new URL(request).searchParams, code = `${row}.${this.issued++}`, { callback = {} } = this.quirks.get(row)!;
    this.secrets.push(code);
    this.logins.set(code, { row, nonce: asked.get("nonce") ?? "" });
    const usual: Record<string, string | null> = { code, state: asked.get("state") };
    const parameters = Object.entries(typeof callback === "function" ? usual : { ...usual, ...callback }).filter((pair): pair is [string, string] => pair[1] !== null);
    const query = new URLSearchParams(parameters).toString();
    return `${asked.get("redirect_uri")}?${typeof callback === "function" ? callback(query) : query}`;
  }

  /** The last access token that was made for the row. */
  lastAccessToken(row: string): string | undefined { return this.latest.get(row); }

  /** A bearer token for this row. */
  bearer(row: string): string {
    return this.jwt(this.quirks.get(row)!.bearer ?? {}, { ...this.claims(row), aud: "https://api.example.com", scope: "read write", client_id: CLIENT.id });
  }

  private claims(row: string): Json {
    return { iss: this.base(row), sub: "alice", iat: now(), exp: now() + 300, jti: `${row}.${this.issued++}` };
  }

  private jwt({ claims = {}, header = {}, key = KEY, payload = (json) => json, form = (jwt) => jwt }: JwtChange, usual: Json): string {
    const body = { ...usual, ...(typeof claims === "function" ? claims(usual) : claims) };
    const head = { alg: key.alg, kid: key.kid, ...header }, input = `${b64u(head)}.${b64u(payload(JSON.stringify(body)))}`;
    return form(`${input}.${b64u(signature(key.alg, key.privateKey, input))}`);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, tenant = "", ...rest] = new URL(request.url ?? "/", this.origin).pathname.split("/");
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { status = 200, headers = {}, body: answer = "", never } = this.answer(tenant, rest.join("/"), request, new URLSearchParams(body));
    if (never === "hang") return;
    if (never === "cut") return void response.destroy();
    const json = typeof answer === "object" && !Buffer.isBuffer(answer);
    response.writeHead(status, { ...(json ? { "content-type": "application/json" } : {}), ...headers }).end(json ? JSON.stringify(answer) : answer);
  }

  private answer(tenant: string, endpoint: string, request: IncomingMessage, form: URLSearchParams): Reply {
    const accepts = (request.headers.accept ?? "").split(", ");
    // Some providers answer 406 to a request that does not accept the registered type of the answer (RFC 7517 §8.5, OpenID Connect Core §5.3.2).
    if (!(REGISTERED[endpoint] ?? ["application/json"]).every((type) => accepts.includes(type))) return { status: 406 };
    switch (endpoint) {
      case ".well-known/openid-configuration": return changed(this.quirks.get(tenant)?.metadata, this.metadata(tenant));
      case "jwks": return changed(this.quirks.get(tenant)?.keys, { keys: [KEY.jwk] });
      case "token": return this.token(form);
      case "userinfo": {
        const row = this.owners.get((request.headers.authorization ?? "").replace(/^Bearer /, "")) ?? "";
        return this.asked(endpoint, changed(this.quirks.get(row)?.userinfo, { sub: "alice", name: "Alice", email: "alice@example.com" }));
      }
      case "introspect": {
        const row = form.get("token") ?? form.get("access_token") ?? "";
        return this.asked(endpoint, changed(this.quirks.get(row)?.introspection, { active: true, sub: "alice", scope: "read write", exp: now() + 300 }));
      }
      default: return { status: 404, body: "<html>" };
    }
  }

  private metadata(tenant: string): Json {
    const at = `${this.origin}/${tenant}`;
    return {
      issuer: at, jwks_uri: `${at}/jwks`, authorization_endpoint: `${at}/authorize`, token_endpoint: `${at}/token`, userinfo_endpoint: `${at}/userinfo`,
      introspection_endpoint: `${at}/introspect`, end_session_endpoint: `${at}/logout`,
    };
  }

  private token(form: URLSearchParams): Reply {
    const refreshes = form.get("grant_type") === "refresh_token";
    const login = this.logins.get(form.get(refreshes ? "refresh_token" : "code") ?? "");
    if (login === undefined) return { status: 400, body: { error: "invalid_grant" } };
    const { row, nonce } = login, quirk = this.quirks.get(row)!, refreshToken = `${row}.refresh.${this.issued++}`;
    this.logins.set(refreshToken, login);
    const accessToken = this.jwt({}, { ...this.claims(row), client_id: CLIENT.id }), change = refreshes ? quirk.refresh : quirk.token;
    const own = refreshes ? quirk.refreshedIdToken : quirk.idToken ?? {};
    const idToken = own && this.jwt(own, { ...this.claims(row), aud: CLIENT.id, nonce: refreshes ? undefined : nonce, at_hash: halfHash(accessToken, own.key ?? KEY) });
    // If the quirk is in the refresh, the token of the login before it expires at once.
    const usual = { access_token: accessToken, token_type: "Bearer", expires_in: isRefresh(quirk) && !refreshes ? 0 : 300, refresh_token: refreshToken, scope: "openid read", id_token: idToken };
    const reply = changed(change, usual);
    if (typeof reply.body === "object" && "access_token" in reply.body) this.owners.set(String(reply.body.access_token), row);
    this.owners.set(accessToken, row);
    this.latest.set(row, accessToken);
    this.secrets.push(accessToken, refreshToken, ...(idToken ? [idToken] : []));
    return this.asked(refreshes ? "refresh" : "token", reply);
  }

  private asked(endpoint: string, reply: Reply): Reply {
    this.calls.push(endpoint);
    return reply;
  }
}

function changed(change: Change | undefined, usual: Json): Reply {
  return typeof change === "function" ? change(usual) : { body: { ...usual, ...change } };
}

/** `at_hash` (OpenID Connect Core §3.1.3.6). */
function halfHash(accessToken: string, { alg }: Key): string {
  const hash = createHash(alg === "EdDSA" ? "sha512" : `sha${alg.slice(2)}`).update(accessToken).digest();
  return hash.subarray(0, hash.length / 2).toString("base64url");
}
