// UserInfo responses. Only one about another user ends a login, unless `userinfo_required` is set.

import { b64u, KEY, makeKey, signature, type Key } from "../../host/fixture";
import { CLIENT, LOGGED_IN, NO_TYPE, nothing, NULLS, packed, text, twice, WINDOWS, type Json, type Quirk, type Reply } from "./quirk";

const ALICE = { sub: "alice", name: "Alice", email: "alice@example.com" };
const REFUSED = "502 login_failed", REQUIRED = { userinfo_required: true };

/** `application/jwt` (OpenID Connect Core §5.3.2). */
function signed(changes: Json = {}, key: Key = KEY, header: Json = {}): () => Reply {
  const input = `${b64u({ alg: key.alg, kid: key.kid, ...header })}.${b64u({ ...ALICE, aud: CLIENT.id, ...changes })}`;
  return text(`${input}.${b64u(signature(key.alg, key.privateKey, input))}`, 200, "application/jwt");
}

/** Unusable UserInfo responses, and why they exist. */
const USELESS: [string, string, Quirk["userinfo"], then?: string][] = [
  ["status 401", "access tokens for another audience: Entra ID, Auth0", text("", 401)],
  ["status 403", "a firewall in front of the endpoint", text("<html>", 403, "text/html")],
  ["status 404", "metadata that name an endpoint that does not exist", text("<html>", 404)],
  ["status 406", "an endpoint that does not support Accept", text("", 406)],
  ["status 500", "an outage", text("{}", 500), "503 provider_unreachable"],
  ["status 429", "an outage: the provider is overloaded", text("{}", 429), "503 provider_unreachable"],
  ["a broken connection", "an outage", nothing("cut"), "503 provider_unreachable"],
  ["a redirect", "the access token would be sent to another host", () => ({ status: 302, headers: { location: "https://evil.example/" } })],
  ["a page with status 200", "portals", text("<html>", 200, "text/html")],
  ["an empty body with status 200", "servers that fail silently", text("")],
  ["status 204", "servers without claims", text("", 204)],
  ["a list", "directories that return all matches", packed((json) => `[${json}]`)],
  ["JSON that is not UTF-8", "names from a database in Latin-1", () => ({ body: Buffer.from('{"sub":"alice","name":"Ren\xe9"}', "latin1") })],
  ["sub twice", "parsers differ in which one they use", packed(twice('"sub":"alice"'))],
  ["40 kB", "users in very many groups", { groups: Array(4000).fill("a group") }],
  ["signed by another key", "OpenID Connect Core §5.3.2", signed({}, makeKey("k1"))],
  ["signed for another client", "OpenID Connect Core §5.3.2", signed({ aud: "other" })],
  ["signed by another issuer", "OpenID Connect Core §5.3.2", signed({ iss: "https://evil.example" })],
  ["a JWT that is not signed", "RFC 8725 §3.2", text(`${b64u({ alg: "none" })}.${b64u({ ...ALICE, aud: CLIENT.id })}.`, 200, "application/jwt")],
  ["a JWT with crit", "RFC 7515 §4.1.11", signed({}, KEY, { crit: ["exp"] })],
  ["an encrypted JWT", "OpenID Connect Core §5.3.2", text(`${b64u({ alg: "RSA-OAEP", enc: "A256GCM" })}.a.b.c.d`, 200, "application/jwt")],
];

export const USERINFO: Quirk[] = [
  { quirk: "the usual response", why: "the response that the rows below change", userinfo: {}, then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "a byte order mark", why: WINDOWS, userinfo: packed((json) => `\ufeff${json}`), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "text/html as its type", why: NO_TYPE, userinfo: packed((json) => json, 200, "text/html"), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "null in every claim but sub", why: NULLS, userinfo: { name: null, email: null, picture: null }, then: LOGGED_IN, upstream: { "x-userinfo": { sub: "alice" } } },
  { quirk: "signed", why: "OpenID Connect Core §5.3.2, if the client is registered for it", userinfo: signed(), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "signed, with another media type", why: "media types are often wrong", userinfo: () => ({ ...signed()(), headers: { "content-type": "application/json" } }), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "signed, without iss and aud", why: "OpenID Connect Core §5.3.2 only recommends them", userinfo: signed({ aud: undefined }), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "signed, with null in iss and aud", why: "null is absence", userinfo: signed({ iss: null, aud: null }), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  { quirk: "signed for several audiences", why: "Keycloak's audience mappers", userinfo: signed({ aud: ["account", CLIENT.id] }), then: LOGGED_IN, upstream: { "x-userinfo": ALICE } },
  ...USELESS.map(([quirk, why, userinfo]): Quirk => ({ quirk: `${quirk}: the ID Token's claims are used instead`, why, userinfo, then: LOGGED_IN, upstream: { "x-userinfo": { sub: "alice", aud: CLIENT.id } } })),
  { quirk: "no answer within timeout: the ID Token's claims are used instead", why: "an outage", config: { timeout: 1 }, userinfo: nothing("hang"), then: LOGGED_IN, upstream: { "x-userinfo": { sub: "alice", aud: CLIENT.id } } },
  { quirk: "not requested, if nothing uses it", why: "it saves a call", config: { set_userinfo_header: false }, userinfo: {}, then: LOGGED_IN, calls: ["token"] },

  ...USELESS.map(([quirk, why, userinfo, then = REFUSED]): Quirk => ({ quirk: `${quirk}, with userinfo_required`, why, userinfo, config: REQUIRED, then })),
  { quirk: "about another user", why: "OpenID Connect Core §5.3.4", userinfo: { sub: "mallory" }, then: REFUSED },
  { quirk: "sub in capitals", why: "OpenID Connect Core §5.3.2: exactly", userinfo: { sub: "ALICE" }, then: REFUSED },
  { quirk: "no sub", why: "OpenID Connect Core §5.3.2: required", userinfo: { sub: undefined }, then: REFUSED },
  { quirk: "sub null", why: "OpenID Connect Core §5.3.2: required", userinfo: { sub: null }, then: REFUSED },
  { quirk: "sub in a list", why: "OpenID Connect Core §5.3.2: a string", userinfo: { sub: ["alice"] }, then: REFUSED },
  { quirk: "signed, about another user", why: "OpenID Connect Core §5.3.4", userinfo: signed({ sub: "mallory" }), then: REFUSED },
  { quirk: "status 500, if a rule needs its claims", why: "the claim is missing", config: { access_rules: { claim: "name", equals: "Alice" } }, userinfo: text("", 500), then: "403 claim_missing" },
];
