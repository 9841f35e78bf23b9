// Hostile requests, random but from a seed: mutated paths, cookies, credentials and forms, forged identities in headers and trailers, and
// contradictory framing. Good credentials are among them, so that some requests must be let through.

import { Random } from "../../host/host/random";
import type { Headers } from "./exchange";

/** The header that connects the upstream's record of a request with the request that was sent. */
export const ID = "x-fuzz-id";

/** The material of the generator. */
export interface Material {
  /** Bearer tokens, good and bad. */
  tokens: string[];
  /** Whole Cookie headers, good and bad. */
  cookies: string[];
  paths: string[];
  forms: string[];
}

export type Framing = "none" | "length" | "chunks" | "trailers" | "wrong length" | "both";

export interface HostileRequest {
  id: string;
  method: string;
  path: string;
  headers: Headers;
  framing: Framing;
  body: string;
  trailers: Headers;
  /** Its unusual traits, for the statistics. */
  traits: string[];
}

const METHODS = ["GET", "GET", "GET", "GET", "POST", "POST", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "CONNECT", "TRACE", "get", "FOO"];
const FORGED_NAMES = ["x-userinfo", "X_Userinfo", "x-user-id", "X_User_Id", "X.User-Id", "x!user!id", "x-access-token", "x_access_token", "X-ID-Token", "x-raw-id-token", "X-Refresh_Token"];
const INTO_PATHS = [
  "/..", "/../", "/.", "//", "/..;/", "/%2e%2e/", "%2f", "%5c", "\\", ";x=1", "%00", "%252e%252e%252f", "?", "#", "%ef%bc%8e%ef%bc%8e", "%e2%80%a5", "%e2%88%95", "%c0%ae", "%",
  "/deny", "/DENY", "/%64eny", "/api", "/pub", "/pub/../deny", "/.apisix/redirect", " ", "\t", "&access_token=", "?access_token=a",
];
const ODD = ["", "a", ",", ";", "=", "\"", "%", "\u00ff", "text/html", "application/json", "null", "http://localhost", "https://evil.example"];
const OTHERS: [string, string[]][] = [
  ["Accept", ["text/html", "*/*", ",;q=,text/html"]], ["Content-Type", ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=utf-8", "application/grpc", "text/plain"]],
  ["Origin", ["http://localhost", "null", "https://evil.example"]], ["Referer", ["http://localhost/x"]], ["Sec-Fetch-Mode", ["navigate", "cors"]], ["Sec-Fetch-Dest", ["document", "empty"]],
  ["Sec-Fetch-Site", ["none", "same-origin", "cross-site"]], ["Access-Control-Request-Method", ["POST"]], ["X-Forwarded-Proto", ["https", "http"]], ["X-Forwarded-For", ["1.2.3.4"]],
  ["X-Original-URL", ["/pub"]], ["Purpose", ["prefetch"]], ["TE", ["trailers"]], ["Upgrade", ["websocket", "h2c"]], ["Connection", ["close", "keep-alive", "Upgrade", "x-userinfo, x-user-id"]],
  ["Content-Encoding", ["gzip"]], ["Host", ["localhost", "api.example", "[::1]"]],
];

export function hostileRequest(random: Random, id: string, material: Material): HostileRequest {
  const traits: string[] = [], method = random.pick(METHODS);
  const oneIn = (chance: number, trait: string) => random.chance(chance) && traits.push(trait) > 0;
  let path = random.pick(material.paths);
  if (oneIn(3, "mutated path")) path = mutatedPath(random, path);
  const headers: Headers = [[ID, id]];
  if (random.chance(2)) headers.push(["x-towards", "HTTP/2"]);
  if (oneIn(2, "bearer")) headers.push(["Authorization", `${random.pick(["Bearer ", "Bearer ", "Bearer ", "bearer ", "Bearer  ", "Basic ", ""])}${credential(random, material.tokens, oneIn)}`]);
  for (let lines = random.pick([0, 0, 1, 1, 1, 2]); lines--;) headers.push(["Cookie", mutatedCookie(random, credential(random, material.cookies, oneIn), oneIn)]);
  if (oneIn(8, "token in the query")) path += `${path.includes("?") ? "&" : "?"}${random.pick(["access_token", "access_token", "access%5Ftoken"])}=${credential(random, material.tokens, oneIn)}`;
  if (oneIn(3, "forged identity")) headers.push(...forged(random));
  for (let n = random.below(4); n--;) {
    const [name, values] = random.pick(OTHERS);
    headers.push([random.chance(30) ? mutated(random, name).replace(/[^!-9;-~]/g, "") || "x" : name, random.chance(8) ? random.pick(ODD) : random.pick(values)]);
  }
  if (oneIn(12, "expects 100")) headers.push(["Expect", "100-continue"]);
  const framing = random.pick<Framing>(["none", "none", "none", "length", "length", "chunks", "trailers", "trailers", "trailers", "wrong length", "both"]);
  if (framing !== "none") traits.push(framing);
  if (framing !== "none" && random.chance(2)) headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
  let body = framing === "none" ? "" : random.pick(material.forms);
  if (body !== "" && oneIn(4, "mutated form")) body = mutated(random, body);
  shuffle(random, headers);
  return { id, method, path, headers, framing, body, trailers: framing === "trailers" ? [["x-checksum", "1"], ...forged(random)] : [], traits };
}

/** As HTTP/1.1 text, with any framing: Envoy must refuse contradictory framing, or read it in one way. */
export function asText({ method, path, headers, framing, body, trailers }: HostileRequest, random: Random): string {
  const lines = (list: Headers) => list.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const chunked = () => chunks(random, body) + `0\r\n${lines(trailers)}\r\n`;
  const framed: Record<Framing, [Headers, string]> = {
    "none": [[], ""],
    "length": [[["Content-Length", String(body.length)]], body],
    "wrong length": [[["Content-Length", String(Math.max(0, body.length + random.below(20) - 10))]], body],
    "chunks": [[["Transfer-Encoding", "chunked"]], chunked()],
    "trailers": [[["Transfer-Encoding", "chunked"]], chunked()],
    "both": [[["Content-Length", String(body.length)], ["Transfer-Encoding", random.pick(["chunked", " chunked", "gzip, chunked", "x"])]], chunked()],
  };
  const [framingHeaders, bytes] = framed[framing];
  const host: Headers = headers.some(([name]) => name === "Host") ? [] : [["Host", "localhost"]];
  return `${method} ${path} HTTP/1.1\r\n${lines([...host, ...headers, ...framingHeaders])}\r\n${bytes}`;
}

function chunks(random: Random, body: string): string {
  let out = "";
  for (let at = 0; at < body.length;) {
    const size = 1 + random.below(random.pick([1, 8, 1000]));
    const piece = body.slice(at, at + size);
    out += `${piece.length.toString(16)}${random.chance(20) ? ";ext=1" : ""}\r\n${piece}\r\n`;
    at += size;
  }
  return out;
}

type OneIn = (chance: number, trait: string) => boolean;

function credential(random: Random, from: string[], oneIn: OneIn): string {
  const whole = random.pick(from);
  if (!oneIn(3, "mutated credential")) return whole;
  return whole.split(".").length === 3 && random.chance(2) ? random.mutateToken(whole, random.pick(from)) : mutated(random, whole);
}

function mutatedCookie(random: Random, cookie: string, oneIn: OneIn): string {
  if (!oneIn(4, "mutated cookies")) return cookie;
  return random.pick([() => `a=b; ${cookie}`, () => `${cookie}; ${cookie}`, () => `; ;=;${cookie};`, () => cookie.replace("=", " = "), () => `"${cookie}"`, () => `${cookie};\t$Version=1`])();
}

const forged = (random: Random): Headers => Array.from({ length: 1 + random.below(3) }, () => [random.pick(FORGED_NAMES), random.pick(["forged", "alice", "eyJzdWIiOiJmb3JnZWQifQ=="])]);

function mutatedPath(random: Random, path: string): string {
  let out = path;
  for (let n = 1 + random.below(3); n--;) {
    const at = random.below(out.length + 1);
    out = random.chance(5) ? mutated(random, out) : out.slice(0, at) + random.pick(INTO_PATHS) + out.slice(at);
  }
  return out;
}

/** Line ends are excluded, because they would make other lines. Envoy's reader handles those, not the filter, and another test covers them. */
function mutated(random: Random, text: string): string {
  return random.mutate(Buffer.from(text, "latin1")).toString("latin1").replace(/[\r\n]/g, "");
}

function shuffle<T>(random: Random, list: T[]): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
}
