// The parts of a row in the table of quirks.

import { b64u, signature, type Key } from "../../host/fixture";

export type Json = Record<string, unknown>;

/** An answer over HTTP. An object is sent as JSON. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
  /** The connection closes without an answer, or nothing comes at all. */
  never?: "cut" | "hang";
}

/** Changed members (`undefined` removes one), or a function that replaces the whole answer. */
export type Change = Json | ((usual: Json) => Reply);

/** The changes to a JWT; everything else is correct. */
export interface JwtChange {
  claims?: Json | ((usual: Json) => Json);
  header?: Json;
  /** The signing key; `kid` and `alg` are its own unless `header` has them. */
  key?: Key;
  /** The claims as text, if JSON.stringify cannot write them that way. */
  payload?(json: string): string | Buffer;
  /** The finished token with its signature. */
  form?(jwt: string): string;
}

/**
 * One document or answer, why it exists, and the expected result. The members decide what the row tests: `refresh` or `refreshedIdToken` a refresh,
 * `introspection` an opaque token, `bearer` a JWT, `request` a browser's request, `logout` a login and a logout, and anything else a login.
 */
export interface Quirk {
  quirk: string;
  /** Which providers do so, or which rule forbids it. */
  why: string;
  /** `LOGGED_IN`, `PASSES`, `REFRESHED` or the like; or a refusal's status and code. */
  then: string;
  metadata?: Change;
  keys?: Change;
  /** Parameters of the authorization response. `null` removes one; a function gets the whole query. */
  callback?: Record<string, string | null> | ((query: string) => string);
  token?: Change;
  idToken?: JwtChange;
  userinfo?: Change;
  /** The answer to the refresh token, and the ID Token in it; by default there is none. */
  refresh?: Change;
  refreshedIdToken?: JwtChange;
  introspection?: Change;
  bearer?: JwtChange;
  request?: { method?: string; headers: Record<string, string> };
  /** The requested page with its query, by default `/page?a=1`. */
  page?: string;
  /** The target of a browser's request, or of a logout. */
  leadsTo?: RegExp;
  logout?: true;
  /** Attributes of the filter that the row adds. */
  config?: Json;
  /** Headers that the upstream gets: a string as it is, an object as base64 of JSON, which may have more members; `null`: none. */
  upstream?: Record<string, string | Json | null>;
  /** A line of the log. */
  log?: RegExp;
  /** The calls of the provider's endpoints, in order. */
  calls?: string[];
}

/** The results of rows other than a refusal. `SESSION_ENDED`: a refusal, and the next page starts a login. */
export const LOGGED_IN = "logged in", PASSES = "passes", REFRESHED = "refreshed", GOES_ON = "continues without new tokens", SESSION_ENDED = "session ended";
export const BEGINS_AGAIN = "begins again", LOGGED_OUT = "logged out", LEADS_TO_LOGIN = "leads to the login";

/** Everything else is a refusal. */
export const ACCEPTED = [LOGGED_IN, PASSES, REFRESHED, GOES_ON, BEGINS_AGAIN, LOGGED_OUT, LEADS_TO_LOGIN];

export const isRefresh = ({ refresh, refreshedIdToken }: Quirk): boolean => refresh !== undefined || refreshedIdToken !== undefined;

export const CLIENT = { id: "gateway", secret: "the secret of the gateway, long enough for HS256" };

export const text = (body: string | Buffer, status = 200, type = "application/json"): (() => Reply) => () => ({ status, headers: { "content-type": type }, body });
export const error = (code: string, status = 400, more: Json = {}): (() => Reply) => () => ({ status, body: { error: code, ...more } });
export const nothing = (never: "cut" | "hang"): (() => Reply) => () => ({ never });
/** The usual answer in another form. */
export const packed = (pack: (json: string) => string | Buffer, status = 200, type?: string) => (usual: Json): Reply =>
  ({ status, headers: { "content-type": type ?? "application/json" }, body: pack(JSON.stringify(usual)) });
/** The usual JSON with a repeated member at its start. */
export const twice = (member: string) => (json: string): string => json.replace("{", `{${member},`);
/** A JWT without its signature. */
export const unsigned = (jwt: string): string => jwt.replace(/[^.]*$/, "");
/** The same claims under HS256, with this secret. */
export const byHmac = (secret: string) => (jwt: string): string => {
  const input = `${b64u({ alg: "HS256", kid: "k1" })}.${jwt.split(".")[1]}`;
  return `${input}.${b64u(signature("HS256", secret, input))}`;
};
export const now = (): number => Math.floor(Date.now() / 1000);
/** The usual answer with its members in reverse order. */
export const reversed = (usual: Json): Reply => ({ body: Object.fromEntries(Object.entries(usual).reverse()) });

// Reasons of many rows.
export const NULLS = "serialisers that write absent members as null";
export const WINDOWS = "servers on Windows";
export const NO_TYPE = "PHP scripts that do not set a type";
