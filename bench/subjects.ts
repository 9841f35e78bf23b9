// The subjects of measurement: a server, its requests, and the bare proxy with the same requests.

import { answering, bootstrap } from "./bootstraps";
import { chain, FORGED, jwtAuthn, oauth2, TIMES, wasm, type Filter } from "./filters";
import { emptyModule } from "./modules";
import { peerSubjects } from "./peers";
import type { BenchProvider } from "./provider";
import { answerOf, floorOf } from "./recording";
import { COOKIE_NAME, SESSION_SECRET, type Session } from "./sessions";
import { ALGORITHMS } from "./signers";
import type { Host, Subject } from "./subject";
import { CLIENT_ID, SCOPE, type Size } from "./tokens";
import { FILTER, OUT, TOKEN_BYTES, type World } from "./world";

export const BARE = "the proxy alone";
const ORIGIN = { tokens: `${BARE}, with a token`, opaque: `${BARE}, with an opaque token`, refusal: (what: string) => `Envoy answers 401 itself, as to ${what}` };
const cookies = (size: Size): string => `${BARE}, with ${size} of cookies`;

/** `floors`: one session of each size, whose path is recorded. */
export function subjects(world: World, floors: Record<Size, Session>): Subject[] {
  return [
    ...tokenSubjects(world), ...sessionSubjects(world, floors), ...refusalSubjects(world), ...singleSubjects(world), ...loginSubjects(world),
    ...(world.quick ? [] : peerSubjects(world)),
  ];
}

/** The measured configurations. */
export function configurations({ issuer }: BenchProvider) {
  const provided = { ssl_verify: false, discovery: `${issuer}/.well-known/openid-configuration`, provider_cluster: "idp" };
  const claims = { claim_headers: { sub: "x-user-id" } };
  const bearer = { ...provided, ...claims, bearer_only: true, use_jwks: true };
  const browser = {
    ...provided, ...claims, client_id: CLIENT_ID, client_secret: "the bench's client secret", scope: SCOPE, redirect_uri: "/callback",
    // Without an idle timeout the session is not rewritten during a run, and every request passes unchanged.
    session: { secret: SESSION_SECRET, cookie_name: COOKIE_NAME, idling_timeout: 0 },
  };
  return {
    bearer, browser,
    oneHeader: { ...bearer, claim_headers: undefined, set_access_token_header: false },
    firstSeen: { ...bearer, jwt_verification_cache_ignore: true },
    introspection: { ...bearer, use_jwks: false, introspection_endpoint: `${issuer}/introspect`, client_id: "a", client_secret: "b" },
    publicPath: { ...bearer, rules: [{ path: "/bench", mode: "public" }] },
    withoutUserinfo: { ...browser, session_contents: { access_token: true, id_token: true, enc_id_token: true } },
  };
}

function tokenSubjects(world: World): Subject[] {
  const { provider } = world, config = configurations(world.provider), token = provider.token("RS256", TOKEN_BYTES);
  const bearer = (name: string, host: Host, carried = token, path = "/known", judged = false): Subject => (
    { name, host, times: TIMES, over: carried === provider.opaque ? ORIGIN.opaque : ORIGIN.tokens, load: { kind: "token", token: carried, path, judged } });
  const floor = (settings: object): Host => {
    const { file, config: script } = floorOf(OUT, FILTER, provider, { config: settings, path: "/known", headers: { authorization: `Bearer ${token}`, ...FORGED } });
    return chained(wasm(file, script));
  };
  const oidc = (settings: object): Host => chained(wasm(FILTER, settings));
  const nothing = chained(null), uncached = chained(jwtAuthn(provider, false)), anew = oidc(config.firstSeen);
  return [
    bearer(ORIGIN.tokens, nothing, token, "/bench"),
    bearer(ORIGIN.opaque, nothing, provider.opaque, "/bench"),
    bearer("empty wasm module", chained(wasm(emptyModule(OUT), {})), token, "/bench"),
    bearer("floor, cached token, 3 headers", floor(config.bearer)),
    bearer("envoy-oidc, cached token, 3 headers", oidc(config.bearer), token, "/known", true),
    bearer("floor, cached token, 1 header", floor(config.oneHeader)),
    bearer("envoy-oidc, cached token, 1 header", oidc(config.oneHeader), token, "/known", true),
    bearer("jwt_authn, cache on", chained(jwtAuthn(provider, true))),
    ...ALGORITHMS.flatMap((algorithm) => [
      bearer(`jwt_authn, cache off, ${algorithm}`, uncached, provider.token(algorithm, TOKEN_BYTES)),
      bearer(`envoy-oidc, first seen, ${algorithm}`, anew, provider.token(algorithm, TOKEN_BYTES), "/known", algorithm === "RS256"),
    ]),
    bearer("envoy-oidc, cached introspection", oidc(config.introspection), provider.opaque),
    bearer("envoy-oidc, public path", oidc(config.publicPath), token, "/bench"),
  ];
}

function sessionSubjects(world: World, floors: Record<Size, Session>): Subject[] {
  const { provider } = world, { browser } = configurations(world.provider), nothing = chained(null, true), filter = chained(wasm(FILTER, browser), true);
  return (["1 kB", "12 kB"] as const).flatMap((size): Subject[] => {
    const { file, config } = floorOf(OUT, FILTER, provider, { config: browser, path: "/session", headers: { cookie: floors[size].cookies, ...FORGED } });
    const session = (name: string, host: Host, seen: boolean, path = "/session"): Subject => (
      { name: `${name}, ${size}`, host, times: TIMES, over: cookies(size), load: { kind: "session", size, seen, path } });
    return [
      { ...session("", nothing, true, "/bench"), name: cookies(size) },
      session("floor, session seen before", chained(wasm(file, config), true), true),
      session("envoy-oidc, session seen before", filter, true),
      session("envoy-oidc, session first seen", filter, false),
      { name: `oauth2, session, ${size}`, host: chained(oauth2(provider, size === "1 kB" ? "/token" : "/large/token"), true), times: TIMES, over: cookies(size), load: { kind: "own session", size } },
    ];
  });
}

function refusalSubjects(world: World): Subject[] {
  const { provider } = world, { bearer } = configurations(world.provider), filter = alone([wasm(FILTER, bearer)]);
  const bad = provider.token("RS256", TOKEN_BYTES).slice(0, -8) + "AAAAAAAA";
  return ([["no token", {}], ["a bad token seen before", { authorization: `Bearer ${bad}` }]] as const).flatMap(([what, carried]): Subject[] => {
    const headers = { ...carried, ...FORGED }, over = ORIGIN.refusal(what), answer = answerOf(FILTER, provider, { config: bearer, path: "/known", headers });
    const refused = (name: string, host: Host, under: string | null): Subject => ({ name, host, times: 1, over: under, load: { kind: "refused", headers } });
    return [
      refused(over, { start: (world) => world.envoy((ports) => answering(answer, ports)) }, over),
      refused(`envoy-oidc, ${what}`, filter, over),
    ];
  });
}

/** The usual deployment: the requests per second and the latency of a proxy with one filter. */
function singleSubjects(world: World): Subject[] {
  const { provider } = world, config = configurations(world.provider), token = provider.token("RS256", TOKEN_BYTES), over = `${BARE}, without anything`;
  const single = (name: string, filters: Filter[]): Subject => ({ name, host: alone(filters), times: 1, over, load: { kind: "token", token, path: "/bench" } });
  return [
    single(over, []),
    single("one empty wasm module", [wasm(emptyModule(OUT), {})]),
    single("one jwt_authn, cache on", [jwtAuthn(provider, true)]),
    single("one jwt_authn, cache off", [jwtAuthn(provider, false)]),
    single("one envoy-oidc, cached token, 3 headers", [wasm(FILTER, config.bearer)]),
    single("one envoy-oidc, first seen", [wasm(FILTER, config.firstSeen)]),
  ];
}

function loginSubjects(world: World): Subject[] {
  const { browser, withoutUserinfo } = configurations(world.provider);
  const logIn = (name: string, filter: Filter): Subject => ({ name, host: alone([filter]), times: 1, over: null, load: { kind: "login" } });
  return [
    logIn("oauth2, login", oauth2(world.provider, "/token")),
    logIn("envoy-oidc, login, no UserInfo", wasm(FILTER, withoutUserinfo)),
    logIn("envoy-oidc, login", wasm(FILTER, browser)),
  ];
}

function chained(filter: Filter | null, cookies = false): Host { return alone(chain(filter, cookies)); }

function alone(filters: Filter[]): Host { return { start: (world) => world.envoy((ports) => bootstrap(filters, ports)) }; }
