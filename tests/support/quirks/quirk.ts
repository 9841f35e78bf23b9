// What a row of the table of quirks is made of.

import { b64u, signature, type Key } from "../../host/fixture";

export type Json = Record<string, unknown>;

/** An answer over HTTP. An object is sent as JSON. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer | object;
  /** The connection ends without an answer, or nothing comes at all. */
  never?: "cut" | "hang";
}

/** Members that differ from the usual ones (`undefined` takes one away), or the whole answer in place of the usual one. */
export type Change = Json | ((usual: Json) => Reply);

/** What is odd about a JWT; everything else is as it should be. */
export interface JwtChange {
  claims?: Json | ((usual: Json) => Json);
  header?: Json;
  /** Who signs; `kid` and `alg` follow unless `header` has them. */
  key?: Key;
  /** The claims as text, where JSON.stringify would not write them so. */
  payload?(json: string): string | Buffer;
  /** The finished token, signature and all. */
  form?(jwt: string): string;
}

/**
 * One document or answer, why there is such a thing, and what must come of it. What the row asks for follows from its members: one with
 * `refresh` or `refreshedIdToken` is a refresh, with `introspection` an opaque token, with `bearer` a JWT, with `request` a browser's request, with
 * `logout` a login and a logout, and anything else a login.
 */
export interface Quirk {
  quirk: string;
  /** Who does so, or which rule forbids it. */
  why: string;
  /** `LOGGED_IN`, `PASSES`, `REFRESHED` or the like; or a refusal's status and code. */
  then: string;
  metadata?: Change;
  keys?: Change;
  /** Parameters of the authorization response; `null` takes one away, a function gets the whole query. */
  callback?: Record<string, string | null> | ((query: string) => string);
  token?: Change;
  idToken?: JwtChange;
  userinfo?: Change;
  /** Answers to the refresh token, and the ID Token in them; without one there is none. */
  refresh?: Change;
  refreshedIdToken?: JwtChange;
  introspection?: Change;
  bearer?: JwtChange;
  request?: { method?: string; headers: Record<string, string> };
  /** The page that a person wants, with its query: `/page?a=1` unless told. */
  page?: string;
  /** Where a browser's request, or a person's logout, leads. */
  leadsTo?: RegExp;
  logout?: true;
  /** Attributes of the filter beside those that every row has. */
  config?: Json;
  /** Headers that the upstream gets: a text as it is, an object as base64 of its JSON, which may have more members; `null`: none. */
  upstream?: Record<string, string | Json | null>;
  /** A line of the log. */
  log?: RegExp;
  /** The provider's endpoints that are asked on the way, in order. */
  calls?: string[];
}

/** What comes of rows, where it is no status and code. `SESSION_ENDED`: by a refusal, and the next page is the login. */
export const LOGGED_IN = "logged in", PASSES = "passes", REFRESHED = "refreshed", GOES_ON = "goes on without new tokens", SESSION_ENDED = "session ended";
export const BEGINS_AGAIN = "begins again", LOGGED_OUT = "logged out", LEADS_TO_LOGIN = "leads to the login";

/** Everything else is a refusal. */
export const ACCEPTED = [LOGGED_IN, PASSES, REFRESHED, GOES_ON, BEGINS_AGAIN, LOGGED_OUT, LEADS_TO_LOGIN];

export const isRefresh = ({ refresh, refreshedIdToken }: Quirk): boolean => refresh !== undefined || refreshedIdToken !== undefined;

export const CLIENT = { id: "gateway", secret: "the secret of the gateway, long enough for HS256" };

export const text = (body: string | Buffer, status = 200, type = "application/json"): (() => Reply) => () => ({ status, headers: { "content-type": type }, body });
export const error = (code: string, status = 400, more: Json = {}): (() => Reply) => () => ({ status, body: { error: code, ...more } });
export const nothing = (never: "cut" | "hang"): (() => Reply) => () => ({ never });
/** The usual answer, otherwise packed. */
export const packed = (pack: (json: string) => string | Buffer, status = 200, type?: string) => (usual: Json): Reply =>
  ({ status, headers: { "content-type": type ?? "application/json" }, body: pack(JSON.stringify(usual)) });
/** The usual JSON with a member in front that stands there already. */
export const twice = (member: string) => (json: string): string => json.replace("{", `{${member},`);
/** A JWT without its signature. */
export const unsigned = (jwt: string): string => jwt.replace(/[^.]*$/, "");
/** The same claims under HS256, by this secret. */
export const byHmac = (secret: string) => (jwt: string): string => {
  const input = `${b64u({ alg: "HS256", kid: "k1" })}.${jwt.split(".")[1]}`;
  return `${input}.${b64u(signature("HS256", secret, input))}`;
};
export const now = (): number => Math.floor(Date.now() / 1000);
/** The usual answer from its end to its beginning. */
export const reversed = (usual: Json): Reply => ({ body: Object.fromEntries(Object.entries(usual).reverse()) });

// Reasons of many rows.
export const NULLS = "serialisers that write what is not there";
export const WINDOWS = "servers on Windows";
export const NO_TYPE = "PHP, where nobody sets a type";
