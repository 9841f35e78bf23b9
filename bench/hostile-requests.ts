// Hostile requests: one for each reader on the path, as large as Envoy accepts.

import { HOSTILE_ALGORITHMS, text, type HostileAlgorithm, type HostileProvider } from "./hostile-provider";
import { STEM, tenantHost, type Listener } from "./hostile-settings";
import { DIFFERENT } from "./raw-load";

export interface Hostile {
  name: string;
  to: Listener;
  /** The expected status. */
  status: number;
  /** Byte for byte. */
  request: string;
  /** The filter makes no call, and the upstream answers. */
  forwarded?: boolean;
  /** Subtract the check of this algorithm's signature, which has its own table. */
  less?: HostileAlgorithm;
  /** The filter calls the provider, which has its own cost and its own limits. */
  asked?: boolean;
}

/** Envoy accepts 60 KiB of headers, in 100 lines. */
const HEAD = 60 * 1024;
const LINES = 100;
/**
 * The filter's own limits, above which it refuses without reading: a form's body (filter/requests/bodies.ts), and parameters (http/parameters.ts).
 */
const FORM = 64 * 1024, PARAMETERS = 20 * 1024;
/** The most cookies that are read (http/cookies.ts). */
const COOKIES = 512;
/** The longest path that rules are matched with (http/path_lead.ts). */
const PATH = 8 * 1024;
/** The longest token that is read, and its longest header (jose/jws.ts). */
const TOKEN = 16 * 1024, HEADER = 4 * 1024;

const HOST = "bench.example";
/** Room for what Envoy adds to the request line and its own headers before it counts. */
const MARGIN = 200;

type Header = [name: string, value: string];

interface What { method?: string; path?: string; host?: string; headers?: Header[]; body?: string }

function request({ method = "GET", path = "/", host = HOST, headers = [], body }: What): string {
  const lines = [["host", host], ...headers, ...(body === undefined ? [] : [["content-length", String(body.length)]])];
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body ?? ""}`;
}

/** Repeats the unit until the request has the largest allowed size. */
function filled(unit: string, make: (text: string) => What, most = HEAD - MARGIN): string {
  return request(make(unit.repeat(Math.floor((most - request(make("")).length) / unit.length))));
}

const header = (name: string, unit: string, begin = "", more: What = {}): string => filled(unit, (text) => ({ ...more, headers: [...(more.headers ?? []), [name, begin + text]] }));
const path = (unit: string, begin = "/", more: What = {}, most = HEAD): string => filled(unit, (text) => ({ ...more, path: begin + text }), Math.min(HEAD - MARGIN, most + request({ ...more, path: "" }).length));
const lines = (make: (i: number) => Header, count = LINES - 5): string => request({ headers: Array.from({ length: count }, (_, i) => make(i)) });
const bearer = (token: string): string => request({ headers: [["authorization", `Bearer ${token}`]] });
const FORM_TYPE: Header = ["content-type", "application/x-www-form-urlencoded"];
const form = (at: string, unit: string, begin = "", most = PARAMETERS, headers: Header[] = []): string => request({ method: "POST", path: at, headers: [FORM_TYPE, ...headers], body: begin + unit.repeat(Math.floor((most - begin.length) / unit.length)) });
const NAVIGATION: Header[] = [["accept", "text/html"], ["sec-fetch-mode", "navigate"], ["sec-fetch-dest", "document"]];

/** The reference for the others: no token, nothing else. */
export const PLAIN: Hostile = { name: "no token", to: "bearer", status: 401, request: request({}) };

/** `login`: the cookies of a login in progress, which anybody can start. */
export function hostileRequests(provider: HostileProvider, login: string): Hostile[] {
  return [
    ...ordinary(), ...paths(), ...queries(), ...cookies(), ...credentials(), ...headers(provider), ...payloads(provider), ...forms(provider, login), ...navigation(), ...identities(),
  ];
}

function ordinary(): Hostile[] {
  return [
    { name: "nothing, login for programs", to: "browser", status: 401, request: request({}) },
    { name: "nothing, login begins", to: "browser", status: 302, request: request({ headers: NAVIGATION }) },
    { name: "nothing, 64 rules by path", to: "paths", status: 401, request: request({}) },
    { name: "nothing, 64 tenants, the last one", to: "tenants", status: 401, request: request({ host: tenantHost(63) }) },
    { name: "nothing, 64 tenants, login begins", to: "tenants", status: 302, request: request({ host: tenantHost(63), headers: NAVIGATION }) },
    { name: "nothing, denied", to: "denied", status: 403, request: request({}) },
    { name: "nothing, public", to: "public", status: 200, forwarded: true, request: request({}) },
  ];
}

function paths(): Hostile[] {
  const units: [name: string, unit: string, status: number][] = [
    ["letters", "a", 401], ["escaped letters", "%61", 401], ["one escape, %252525…", "25", 400], ["escaped escapes", "%25252561", 401], ["slashes", "/", 400], ["segments", "a/", 401],
    ["dots", ".", 400], ["dots and a letter", `${".".repeat(63)}a`, 401], ["escaped dots and a letter", `${"%252525252525252525252e".repeat(60)}a`, 401],
    ["blanks and a letter", `${"%20".repeat(63)}a`, 401], ["parameters", ";", 400], ["climbing", "../", 400], ["letters that fold", "%c4%b1", 400], ["overlong letters", "%c0%af", 400],
    ["a rule's path, letters", "a", 401],
  ];
  return [
    ...units.map(([name, unit, status]): Hostile => ({ name: `path: ${name}, 64 rules by path`, to: "paths", status, request: path(unit, name.startsWith("one escape") ? "/%" : name.startsWith("a rule's") ? `${STEM}/below-63-3/` : `${STEM}/`, {}, PATH) })),
    { name: "path: 60 kB of letters, 64 rules by path", to: "paths", status: 400, request: path("a") },
    { name: "path: letters", to: "bearer", status: 401, request: path("a") },
    { name: "path: letters, login", to: "browser", status: 401, request: path("a") },
    { name: "path: letters, login begins", to: "browser", status: 302, request: path("a", "/", { headers: NAVIGATION }) },
    { name: "path: letters, 64 tenants", to: "tenants", status: 401, request: path("a", "/", { host: tenantHost(63) }) },
    { name: "path: letters, 64 tenants with a callback behind every page", to: "suffixes", status: 401, request: path("a", "/", { host: tenantHost(63) }) },
    { name: "path: dots, 64 tenants with a callback behind every page", to: "suffixes", status: 401, request: path(`${".".repeat(63)}a`, "/", { host: tenantHost(63) }) },
    { name: "host of letters, 64 tenants", to: "tenants", status: 400, request: filled("a", (text) => ({ host: text })) },
    { name: "host of labels, 64 tenants with a callback behind every page", to: "suffixes", status: 400, request: filled("a.", (text) => ({ host: `${text}example.com` })) },
  ];
}

function queries(): Hostile[] {
  return [
    { name: "query: empty parameters", to: "sources", status: 401, request: path("&", "/?") },
    { name: "query: parameters", to: "sources", status: 401, request: path("a=b&", "/?") },
    { name: "query: escaped names", to: "sources", status: 401, request: path("access%5ftoke=&", "/?") },
    { name: "query: half a name", to: "sources", status: 401, request: path("access_toke&", "/?") },
    { name: "query: the token again and again", to: "sources", status: 400, request: path("access_token=a&", "/?") },
    { name: "query: a long token", to: "sources", status: 401, request: path("a", `/?access_token=${DIFFERENT}`, {}, TOKEN) },
    { name: "query: a question mark at the end of letters, 64 tenants with a callback behind every page", to: "suffixes", status: 401, request: filled("a", (text) => ({ host: tenantHost(63), path: `/${text}?` })) },
    { name: "callback: parameters", to: "browser", status: 400, request: path("a=b&", "/callback?", {}, PARAMETERS) },
    { name: "callback: escapes", to: "browser", status: 400, request: path("%41", "/callback?code=", {}, PARAMETERS) },
    { name: "callback: escaped beyond ASCII", to: "browser", status: 400, request: path("%c3%a9", "/callback?state=", {}, PARAMETERS) },
    { name: "callback: a long state", to: "browser", status: 400, request: path("a", "/callback?state=", {}, PARAMETERS) },
    { name: "front-channel logout: escapes", to: "browser", status: 400, request: path("%41", "/frontchannel?iss=a&sid=", {}, PARAMETERS) },
    { name: "callback: 60 kB of escapes", to: "browser", status: 400, request: path("%41", "/callback?code=") },
  ];
}

function cookies(): Hostile[] {
  const last = { host: tenantHost(63) }, state = "a".repeat(32), callback = `/callback?code=a&state=${state}`;
  /** The most cookies that are read, with values as long as there is room for. */
  const most = (name: (i: number) => string, more: What = {}, value = "", size = 58_000 / COOKIES): string =>
    request({ ...more, headers: [...(more.headers ?? []), ["cookie", Array.from({ length: COOKIES }, (_, i) => `${name(i)}=${value}`.padEnd(size - 2, "A")).join("; ")]] });
  const everywhere = (name: string, make: (more: What) => string): Hostile[] => [
    { name: `cookies: ${name}`, to: "browser", status: 401, request: make({}) },
    { name: `cookies: ${name}, 64 tenants`, to: "tenants", status: 401, request: make(last) },
    { name: `cookies: ${name}, public`, to: "public", status: 200, forwarded: true, request: make({}) },
    { name: `cookies: ${name}, denied`, to: "denied", status: 403, request: make({}) },
  ];
  const id = (i: number): string => i.toString(36).padStart(8, "0");
  const chunks = (sets: number, bytes: number): string => Array.from({ length: sets }, (_, k) => Array.from({ length: 9 }, (_, i) => `session${i ? `_${i}` : "=9"}${i ? "=" : ""}${id(k)}`.padEnd(bytes, "A"))).flat().join("; ");
  return [
    ...["a;", "a=;", ";", "session=;"].map((unit): Hostile => ({ name: `cookies: ${unit}, 64 tenants`, to: "tenants", status: 431, request: header("cookie", unit, "", last) })),
    { name: "cookies: a=;, public", to: "public", status: 431, request: header("cookie", "a=;") },
    { name: "cookies: a;, a token's cookie", to: "sources", status: 431, request: header("cookie", "a;") },
    ...everywhere("512", (more) => most((i) => `a${i}`, more)),
    ...everywhere("512 that are named nearly so", (more) => most((i) => `session-${i}_login_${id(i).slice(1)}`, more)),
    ...everywhere("512 logins", (more) => most((i) => `${more.host ? "session-63" : "session"}_login_${id(i)}`, more)),
    ...everywhere("512 logins of others", (more) => most((i) => `session-${i % 63}_login_${id(i)}`, more)),
    { name: "cookies: the token's again and again", to: "sources", status: 400, request: most(() => "token") },
    { name: "cookies: a session in one chunk", to: "browser", status: 401, request: header("cookie", "A", "session=1") },
    { name: "cookies: a session in one chunk, 8 secrets", to: "secrets", status: 401, request: header("cookie", "A", "session=1") },
    { name: "cookies: a session in nine chunks", to: "browser", status: 401, request: request({ headers: [["cookie", chunks(1, 6_000)]] }) },
    { name: "cookies: 56 sessions in nine chunks", to: "browser", status: 401, request: request({ headers: [["cookie", chunks(56, 110)]] }) },
    { name: "cookies: 56 sessions in nine chunks, 8 secrets", to: "secrets", status: 401, request: request({ headers: [["cookie", chunks(56, 110)]] }) },
    { name: "cookies: 512 sessions in one chunk", to: "browser", status: 401, request: most(() => "session", {}, "1") },
    { name: "cookies: 512 small sessions in one chunk", to: "browser", status: 401, request: most(() => "session", {}, "1", 65) },
    { name: "cookies: 512 sessions in one chunk, 8 secrets", to: "secrets", status: 401, request: most(() => "session", {}, "1") },
    { name: "cookies: 512 sessions in one chunk, at the logout", to: "browser", status: 200, request: most(() => "session", { path: "/logout" }, "1") },
    { name: "cookies: 512 logins, at the callback", to: "browser", status: 400, request: most((i) => `session_login_${id(i)}`, { path: callback }, "1") },
    { name: "cookies: 512 logins of this state, at the callback", to: "browser", status: 400, request: most(() => `session_login_${state.slice(0, 8)}`, { path: callback }, "1") },
    { name: "cookies: 512 logins of this state, at the callback, 8 secrets", to: "secrets", status: 400, request: most(() => `session_login_${state.slice(0, 8)}`, { path: callback }, "1") },
    { name: "cookies: 512 logins, at the posted callback", to: "formPost", status: 400, request: most((i) => `session_login_${id(i)}`, { method: "POST", path: "/callback", headers: [FORM_TYPE], body: "" }, "1") },
    { name: "cookies: a long login, at the callback", to: "browser", status: 400, request: header("cookie", "A", `session_login_${state.slice(0, 8)}=1`, { path: callback }) },
    { name: "cookies: a long flow", to: "browser", status: 302, request: header("cookie", "aaaaaaaa.", "session_flow=", { headers: NAVIGATION }) },
    { name: "cookies: 512 flows", to: "browser", status: 302, request: most(() => "session_flow", { headers: NAVIGATION }, `0.1767225600.${Array.from({ length: 7 }, (_, i) => id(i)).join(".")}`, 80) },
  ];
}

function credentials(): Hostile[] {
  const credential = (unit: string, begin: string): string => header("authorization", unit, begin);
  return [
    { name: "credential: letters", to: "bearer", status: 401, request: credential("a", `Bearer ${DIFFERENT}`) },
    { name: "credential: 16 kB of letters", to: "bearer", status: 401, request: bearer(`${DIFFERENT}${"a".repeat(TOKEN - 8)}`) },
    { name: "credential: = in between", to: "bearer", status: 400, request: bearer(`${DIFFERENT}${"a=".repeat(TOKEN / 2 - 4)}`) },
    { name: "credential: a blank at the end", to: "bearer", status: 400, request: bearer(`${DIFFERENT}${"a".repeat(TOKEN - 10)} a`) },
    { name: "credential: blanks", to: "bearer", status: 401, request: filled(" ", (text) => ({ headers: [["authorization", `Bearer ${text}a`]] })) },
    { name: "credential: commas", to: "bearer", status: 401, request: credential(",", "Basic a") },
    { name: "credential: commas and blanks", to: "bearer", status: 401, request: credential(",  ", "Basic a") },
    { name: "credential: a comma and blanks", to: "bearer", status: 401, request: filled(" ", (text) => ({ headers: [["authorization", `Basic a,${text}a`]] })) },
    { name: "credential: nearly a bearer behind each comma", to: "bearer", status: 401, request: credential(",bearer", "Basic a") },
    { name: "credential: many headers", to: "bearer", status: 401, request: lines((i) => ["authorization", `Bearer ${i}`.padEnd(500, "a")]) },
    { name: "credential: many headers of another name", to: "sources", status: 400, request: lines((i) => ["x-token", `${i}`.padEnd(500, "a")]) },
    { name: "credential: in the cookie", to: "sources", status: 401, request: request({ headers: [["cookie", `token=${DIFFERENT}${"a".repeat(TOKEN - 8)}`]] }) },
    { name: "credential: dots", to: "bearer", status: 401, request: bearer(`${DIFFERENT}${".".repeat(TOKEN - 8)}`) },
    { name: "introspection of a token, with its call", to: "opaque", status: 401, asked: true, request: bearer(`${DIFFERENT}${"a".repeat(32)}`) },
    { name: "introspection of a long token, with its call", to: "opaque", status: 401, asked: true, request: bearer(`${DIFFERENT}${"a".repeat(TOKEN - 8)}`) },
    { name: "introspection of a long token to be escaped, with its call", to: "opaque", status: 401, asked: true, request: bearer(`${DIFFERENT}${"/".repeat(TOKEN - 8)}`) },
  ];
}

function headers(provider: HostileProvider): Hostile[] {
  const from = (json: string): string => `${text(json)}.${DIFFERENT}.${"A".repeat(342)}`;
  const members = (name: (i: number) => string, value = "1"): string => {
    let json = '{"alg":"RS256","kid":"unknown"';
    for (let i = 0; ; i++) {
      const member = `,"${name(i)}":${value}`;
      if (json.length + member.length >= HEADER) return `${json}}`;
      json += member;
    }
  };
  const number = (i: number): string => i.toString(36).padStart(2, "0"), open = "[".repeat(28), close = "]".repeat(28);
  const of = (name: string, json: string): Hostile => ({ name: `JWS header: ${name}`, to: "bearer", status: 401, request: bearer(from(json)) });
  return [
    of("members", members(number)),
    of("escaped members", members((i) => `\\u00${(0x20 + (i >> 8)).toString(16)}\\u00${(i & 255).toString(16).padStart(2, "0")}`)),
    of("members that begin alike, escaped", members((i) => `\\n\\n\\n\\n${number(i)}`)),
    of("members, short and escaped", members((i) => `\\n${number(i)}`)),
    of("deep lists", members(number, `${open}${close}`)),
    of("lists", `{"alg":"RS256","kid":"unknown","x":[${"1,".repeat((HEADER - 60) / 2)}1]}`),
    of("long numbers", `{"alg":"RS256","kid":"unknown","x":${"1".repeat(HEADER - 60)}}`),
    of("a long key id", `{"alg":"RS256","kid":"${"k".repeat(HEADER - 40)}"}`),
    of("an escaped key id", `{"alg":"RS256","kid":"${"\\u006b".repeat(80)}"}`),
    of("an escaped algorithm", `{"alg":"${"\\u0052".repeat(660)}","kid":"k"}`),
    { name: "JWS header: a long one, and a long signature", to: "bearer", status: 401, request: bearer(`${text(members(number))}.${DIFFERENT}.${"A".repeat(TOKEN - 5600)}`) },
    { name: "JWS header: nothing but it", to: "bearer", status: 401, request: bearer(`${"A".repeat(TOKEN - 16)}.${DIFFERENT}.AAAA`) },
    { name: "JWS: unknown key id", to: "bearer", status: 401, request: bearer(provider.forged("RS256", { kid: "unknown" }, TOKEN)) },
  ];
}

/** A payload is decoded and read only after its signature has been verified. An attacker's payload costs only the hashing. */
function payloads(provider: HostileProvider): Hostile[] {
  return HOSTILE_ALGORITHMS.map((algorithm): Hostile => ({
    name: `JWS payload: 16 kB, ${algorithm}, without its signature's check`, to: algorithm === "HS256" ? "symmetric" : "bearer", status: 401, less: algorithm,
    request: bearer(provider.forged(algorithm, undefined, TOKEN)),
  }));
}

function forms(provider: HostileProvider, login: string): Hostile[] {
  const posted = (unit: string, begin = "", most = PARAMETERS): string => form("/callback", unit, begin, most, [["cookie", login]]);
  return [
    { name: "form of the callback: parameters", to: "formPost", status: 400, request: posted("a=b&") },
    { name: "form of the callback: escapes", to: "formPost", status: 400, request: posted("%41", "code=") },
    { name: "form of the callback: letters", to: "formPost", status: 400, request: posted("a", "state=") },
    { name: "form of the callback: 64 kB of escapes", to: "formPost", status: 400, request: posted("%41", "code=", FORM) },
    { name: "back-channel logout: parameters", to: "browser", status: 400, request: form("/backchannel", "a=b&") },
    { name: "back-channel logout: escapes", to: "browser", status: 400, request: form("/backchannel", "%41", "logout_token=") },
    { name: "back-channel logout: blanks", to: "browser", status: 400, request: form("/backchannel", "+", "logout_token=") },
    {
      name: "back-channel logout: a token, without its signature's check", to: "browser", status: 400, less: "RS256",
      request: request({ method: "POST", path: "/backchannel", headers: [FORM_TYPE], body: `logout_token=${provider.forged("RS256", undefined, TOKEN)}` }),
    },
  ];
}

function navigation(): Hostile[] {
  return [
    ...([",", ", ", "a,", "text/htm,", "*/*;q=0.1,", " "]).map((unit): Hostile => ({ name: `Accept: ${unit}`, to: "bearer", status: 401, request: header("accept", unit) })),
    { name: "Accept: many", to: "bearer", status: 401, request: lines(() => ["accept", "a,".repeat(280)]) },
    { name: "Accept: commas, login", to: "browser", status: 401, request: header("accept", ",") },
    { name: "Sec-Purpose: semicolons", to: "browser", status: 302, request: header("sec-purpose", ";", "", { headers: NAVIGATION }) },
    { name: "Purpose: many", to: "browser", status: 302, request: request({ headers: [...NAVIGATION, ...Array.from({ length: LINES - 10 }, (): Header => ["purpose", "a;".repeat(280)])] }) },
    { name: "Sec-Fetch-Mode: letters", to: "browser", status: 401, request: header("sec-fetch-mode", "a") },
    { name: "Sec-Fetch-Dest: letters", to: "browser", status: 401, request: header("sec-fetch-dest", "a") },
    { name: "Content-Type: letters", to: "browser", status: 302, request: header("content-type", "a", "", { headers: NAVIGATION }) },
    { name: "Referer: of this site", to: "browser", status: 401, request: header("referer", "a", `http://${HOST}/`) },
    { name: "Referer: escapes", to: "browser", status: 401, request: request({ headers: [["referer", `http://${HOST}/${"%41".repeat(680)}`]] }) },
    { name: "Origin: letters, at the logout", to: "browser", status: 200, request: header("origin", "a", "", { path: "/logout" }) },
    { name: "Referer: many, at the logout", to: "browser", status: 200, request: request({ path: "/logout", headers: Array.from({ length: LINES - 5 }, (): Header => ["referer", "a".repeat(500)]) }) },
    { name: "many headers that nobody asks for, login begins", to: "browser", status: 302, request: request({ headers: [...NAVIGATION, ...Array.from({ length: LINES - 10 }, (_, i): Header => [`x-header-${i}`, "a".repeat(600)])] }) },
    { name: "many headers with long names", to: "browser", status: 401, request: lines((i) => [`x-${i}-${"a".repeat(600)}`, "a"]) },
  ];
}

function identities(): Hostile[] {
  const spelt = (i: number): string => Array.from("x-userinfo", (c, at) => (c === "-" ? "_" : (i >> at) & 1 ? c.toUpperCase() : c)).join("");
  return [
    { name: "identity headers: 95 spellings", to: "bearer", status: 400, request: lines((i) => [spelt(i), "a".repeat(600)]) },
    { name: "identity headers: 32, public", to: "public", status: 200, forwarded: true, request: lines((i) => [`${["x-userinfo", "x-access-token", "x-id-token", "x-raw-id-token"][i % 4]!}`, "a".repeat(1800)], 32) },
    { name: "identity headers: 95 that only begin so", to: "public", status: 200, forwarded: true, request: lines((i) => [`x-userinf${i}`, "a".repeat(600)]) },
  ];
}
