/** A browser in front of the scripted Envoy. It stores cookies as browsers do, and sends Fetch Metadata headers. */
import { createHash } from "node:crypto";
import { ISSUER, KEY, METADATA, NOW, start, token, type Key, type World } from "./fixture";
import type { Envoy, RequestOptions } from "./host/envoy";
import type { Callout } from "./host/callout";
import type { Headers } from "./host/headers";
import type { LocalReply, StreamContext } from "./host/stream";

export const SECRET = "0123456789abcdef0123456789abcdef";
export const CLIENT = "gateway";
export const ORIGIN = "https://app.example";

export const BROWSER_METADATA = {
  ...METADATA,
  authorization_endpoint: `${ISSUER}/authorize`, token_endpoint: `${ISSUER}/token`, userinfo_endpoint: `${ISSUER}/userinfo`,
  end_session_endpoint: `${ISSUER}/logout`, revocation_endpoint: `${ISSUER}/revoke`,
  authorization_response_iss_parameter_supported: true,
};

export const BROWSER_CONFIG = {
  discovery: `${ISSUER}/.well-known/openid-configuration`, provider_cluster: "idp", client_id: CLIENT, client_secret: "s3cr3t-of-the-gateway",
  use_jwks: true, redirect_uri: "/callback", session: { secret: SECRET },
};

export type Sent = Record<string, string>;

export class Browser {
  readonly jar = new Map<string, { value: string; path: string }>();

  constructor(readonly envoy: Envoy, readonly options: RequestOptions = {}) {}

  /** The user opens this address. */
  navigate(path: string, headers: Sent = {}): StreamContext {
    return this.send("GET", path, { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none", ...headers });
  }

  /** A script of the page requests this. */
  fetch(path: string, headers: Sent = {}, method = "GET"): StreamContext {
    return this.send(method, path, { accept: "*/*", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin", referer: `${ORIGIN}/page?a=1`, ...headers });
  }

  send(method: string, path: string, headers: Sent = {}, body = ""): StreamContext {
    const cookies = this.cookiesFor(path);
    const request = this.envoy.request(method, path, { ...(cookies ? { cookie: cookies } : {}), ...headers }, { ...this.options, body });
    this.take(request);
    return request;
  }

  /** Stores the cookies of the answer. A test calls it itself for a request that had to wait. A forwarded request is first answered by the upstream. */
  take(request: StreamContext): StreamContext {
    if (typeof request.outcome !== "object") return request;
    const headers = "local" in request.outcome ? request.outcome.local.headers : (request.response ?? request.respond(200, {}, "hello")).headers;
    for (const line of setCookies(headers)) this.keep(line);
    return request;
  }

  cookiesFor(path: string): string {
    const bare = path.split("?")[0]!;
    return [...this.jar].filter(([, { path: own }]) => own === "/" || bare === own || bare.startsWith(own.endsWith("/") ? own : `${own}/`))
      .map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  private keep(line: string): void {
    const [pair, ...attributes] = line.split("; ") as [string, ...string[]];
    const name = pair.slice(0, pair.indexOf("=")), value = pair.slice(pair.indexOf("=") + 1);
    const of = (attribute: string): string | undefined => attributes.find((part) => part.toLowerCase().startsWith(`${attribute}=`))?.slice(attribute.length + 1);
    if (line.length > 4096) throw new Error(`a browser would drop ${name}: ${line.length} bytes`);
    if (of("max-age") === "0") this.jar.delete(name);
    else this.jar.set(name, { value, path: of("path") ?? "/" });
  }

  get names(): string[] { return [...this.jar.keys()]; }
  get session(): string | undefined { return this.names.find((name) => /^__Host-oidc_.{8}$/.test(name)); }
  get logins(): string[] { return this.names.filter((name) => name.includes("_login_")); }
}

export const setCookies = (headers: Headers): string[] => headers.list.filter(([name]) => name === "set-cookie").map(([, value]) => value);

/** The target of a redirect. Any other outcome is an error, which describes it. */
export function location(request: StreamContext): URL {
  const { status, headers, body } = request.local;
  const to = headers.get("location");
  if (to === undefined || ![302, 303].includes(status)) throw new Error(`no redirect: ${status} ${request.local.details} ${body}`);
  return new URL(to, ORIGIN);
}

/** The parameters of one authorization request. */
export interface Asked { state: string; nonce: string; challenge: string; redirectUri: string; url: URL }

export function asked(request: StreamContext): Asked {
  const url = location(request), of = (name: string): string => url.searchParams.get(name) ?? "";
  return { state: of("state"), nonce: of("nonce"), challenge: of("code_challenge"), redirectUri: of("redirect_uri"), url };
}

export const callbackPath = ({ state }: { state: string }, changes: Record<string, string | null> = {}): string => {
  const query = Object.entries({ code: "c0de", state, iss: ISSUER, ...changes }).filter(([, value]) => value !== null) as [string, string][];
  return `/callback?${new URLSearchParams(query)}`;
};

export const idToken = (nonce: string | undefined, changes: Record<string, unknown> = {}, key: Key = KEY): string =>
  token({ aud: CLIENT, scope: undefined, nonce, sub: "alice", sid: "op-session-1", ...changes }, { key });

export const accessToken = (changes: Record<string, unknown> = {}): string => token({ sub: "alice", client_id: CLIENT, ...changes });

/** The provider's token response. */
export function tokens(nonce: string | undefined, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { access_token: accessToken(), token_type: "Bearer", expires_in: 300, refresh_token: "refresh-1", scope: "openid read", id_token: idToken(nonce), ...changes };
}

export const USERINFO = { sub: "alice", name: "Alice", email: "alice@example.com" };

/** Serves the documents. Calls for tokens, UserInfo and revocation stay open: the test answers them. */
export function serveBrowser(envoy: Envoy, { keys = [KEY], metadata = BROWSER_METADATA }: World = {}): void {
  envoy.provider("idp").answers((call) => {
    if (call.path === "/.well-known/openid-configuration") return { body: metadata };
    if (call.path === "/jwks") return { body: { keys: keys.map(({ jwk }) => jwk) } };
    return null;
  });
}

/** The filter for browsers with its provider's metadata and keys, and a browser in front of it. */
export function browse(changes: Record<string, unknown> = {}, world: World = {}): { envoy: Envoy; browser: Browser } {
  const envoy = start({ config: { ...BROWSER_CONFIG, ...changes }, ...world });
  serveBrowser(envoy, world);
  envoy.advance(1);
  return { envoy, browser: new Browser(envoy) };
}

export const openCall = (envoy: Envoy, path: string): Callout => {
  const call = envoy.callouts.find((open) => open.path === path);
  if (!call) throw new Error(`no open call for ${path}; open: ${envoy.callouts.join(", ") || "none"}`);
  return call;
};

export interface Login { path?: string; tokens?: Record<string, unknown>; userinfo?: object | null }

/** A whole login: from the page to the provider and back. Returns the last answer, which redirects to the page. */
export function logIn(browser: Browser, { path = "/page?a=1", tokens: changes = {}, userinfo = USERINFO }: Login = {}): StreamContext {
  const ask = asked(browser.navigate(path));
  const back = browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site" });
  const call = openCall(browser.envoy, "/token");
  if (createHash("sha256").update(call.form.get("code_verifier") ?? "").digest("base64url") !== ask.challenge) throw new Error("the verifier does not belong to the challenge");
  call.json(tokens(ask.nonce, changes));
  if (userinfo) openCall(browser.envoy, "/userinfo").json(userinfo);
  return browser.take(back);
}

/** The status and the stable code of a refusal, such as "400 login_unknown". */
export function code(reply: LocalReply): string { return `${reply.status} ${reply.details.replace(/^oidc_/, "")}`; }

export const at = (envoy: Envoy): number => envoy.now - NOW;

/** Another browser with the same cookies, for example in another worker, or a thief's. */
export function copyOf(browser: Browser, options: RequestOptions = browser.options): Browser {
  const copy = new Browser(browser.envoy, options);
  for (const [name, cookie] of browser.jar) copy.jar.set(name, cookie);
  return copy;
}

/** A request with the browser's cookies. If it is forwarded, the test answers it, and no cookie is stored. */
export function through(browser: Browser, path = "/api", headers: Sent = {}, method = "GET"): StreamContext {
  return browser.envoy.request(method, path, { cookie: browser.cookiesFor(path), accept: "*/*", ...headers }, browser.options);
}

/** Moves the clock at once, without the ticks in between; also backwards. */
export function jump(envoy: Envoy, seconds: number): void {
  envoy.nowMs += seconds * 1000;
  envoy.advance(0);
}

/** The names of the cookies that an answer deletes. */
export const expired = (headers: Headers): string[] =>
  setCookies(headers).filter((line) => /; Max-Age=0(;|$)/.test(line)).map((line) => line.slice(0, line.indexOf("="))).sort();

export const decoded = (value: string | undefined): Record<string, unknown> => JSON.parse(Buffer.from(value ?? "", "base64").toString());

/** A login up to the call of the token endpoint, which the test answers. */
export function redeeming(browser: Browser, path = "/page?a=1", changes: Record<string, string | null> = {}): { ask: Asked; back: StreamContext; call: Callout } {
  const ask = asked(browser.navigate(path));
  const back = browser.navigate(callbackPath(ask, changes), { "sec-fetch-site": "cross-site" });
  const call = browser.envoy.callouts.filter((open) => open.path === "/token").at(-1);
  if (!call) throw new Error(`no call to the token endpoint; the callback: ${JSON.stringify(back.outcome)}`);
  return { ask, back, call };
}

/** The link with which an error page lets the user try again. */
export const tryAgain = (reply: LocalReply): string | undefined => /<a class="b" href="([^"]*)">/.exec(reply.body)?.[1];

/** The names of the cookies that an answer sets. */
export const kept = (headers: Headers): string[] =>
  setCookies(headers).filter((line) => !/; Max-Age=0(;|$)/.test(line)).map((line) => line.slice(0, line.indexOf("="))).sort();

/** The cookie with this ending among those that an answer sets. */
export const cookieOf = (headers: Headers, end: string): string => kept(headers).find((name) => name.endsWith(end))!;

/** A login at any time, with these claims in the ID Token and these changes to the token response. Returns the redirect to the page. */
export function logInAs(browser: Browser, claims: Record<string, unknown> = {}, answer: Record<string, unknown> = {}, path = "/page?a=1"): StreamContext {
  const { ask, back, call } = redeeming(browser, path, claims.iss === undefined ? {} : { iss: String(claims.iss) }), now = Math.floor(browser.envoy.now);
  call.json({ ...tokens(ask.nonce, answer), id_token: idToken(ask.nonce, { iat: now, exp: now + 300, ...claims }) });
  const userinfo = browser.envoy.callouts.find((open) => open.path === "/userinfo");
  userinfo?.json({ ...USERINFO, sub: claims.sub ?? USERINFO.sub });
  location(browser.take(back));
  return back;
}
