// Decides whether an upstream may see a request, from what was sent and what arrived, without any code of the filter.

import { ID } from "./hostile-requests";
import { understood, type Recorded } from "./recorder";

/** A user, and the proof: a bearer token, or the value of a session cookie. */
export interface Credential {
  who: string;
  kind: "bearer" | "session";
  secret: string;
  /** The listeners that accept it. */
  goodAt: string[];
}

export interface SentRequest {
  listener: string;
  /** The complete request, as sent. */
  text: string;
}

/** The rules of a listener. */
export interface Rules {
  /** Without sessions no cookie belongs to the filter. */
  sessions: boolean;
  public: string[];
  denied: string[];
  bearerOnly: string[];
  preflight: boolean;
}

export const IDENTITY = ["HTTP_X_USERINFO", "HTTP_X_USER_ID", "HTTP_X_ACCESS_TOKEN", "HTTP_X_ID_TOKEN", "HTTP_X_RAW_ID_TOKEN", "HTTP_X_REFRESH_TOKEN"];

/** Why the request should not have arrived; undefined: it may. */
export function wrongWith(request: Recorded, sent: Map<string, SentRequest>, rules: Record<string, Rules>, credentials: Credential[], ownCookies: string[]): string | undefined {
  const values = understood(request), ids = values.get("HTTP_X_FUZZ_ID") ?? [];
  const origin = ids.length === 1 ? sent.get(ids[0]!) : undefined;
  if (origin === undefined) return `it is no request that was sent: ${ID} is ${JSON.stringify(ids)}`;
  const here = rules[origin.listener]!, paths = readings(request.path);
  const own = cookieNames(values.get("HTTP_COOKIE") ?? []).find((name) => here.sessions && ownCookies.some((one) => new RegExp(`^${one}(_[1-8]|_flow|_login_[\\w-]{8})?$`).test(name)));
  if (own !== undefined) return `the filter's own cookie ${own} is in it`;
  if (paths.some((path) => within(path, here.denied))) return "nobody may open its path";
  const doubled = IDENTITY.find((name) => (values.get(name) ?? []).length > 1);
  if (doubled !== undefined) return `${doubled} stands several times: ${values.get(doubled)!.join(" | ")}`;
  if (!IDENTITY.some((name) => values.has(name))) return isForAnybody(request, here, paths, values) ? undefined : "it has no identity";
  return wrongIdentity(values, credentials.filter(({ kind, secret, goodAt }) => goodAt.includes(origin.listener) && contains(origin.text, secret) &&
    (kind === "bearer" || !paths.some((path) => within(path, here.bearerOnly)))));
}

function isForAnybody({ method }: Recorded, here: Rules, paths: string[], values: Map<string, string[]>): boolean {
  if (paths.every((path) => within(path, here.public))) return true;
  return here.preflight && method === "OPTIONS" && values.has("HTTP_ORIGIN") && values.has("HTTP_ACCESS_CONTROL_REQUEST_METHOD");
}

/** The identity must be that of a credential that was sent, in every header. */
function wrongIdentity(values: Map<string, string[]>, proven: Credential[]): string | undefined {
  const [who = ""] = values.get("HTTP_X_USER_ID") ?? [];
  const theirs = proven.filter((one) => one.who === who);
  if (theirs.length === 0) return `it says that it comes from ${JSON.stringify(who)}, and proves ${JSON.stringify(proven.map((one) => one.who))}`;
  for (const name of ["HTTP_X_USERINFO", "HTTP_X_ID_TOKEN"]) {
    const [value] = values.get(name) ?? [];
    if (value !== undefined && subjectIn(value) !== who) return `${name} is not ${who}'s: ${value}`;
  }
  for (const name of ["HTTP_X_RAW_ID_TOKEN", "HTTP_X_REFRESH_TOKEN"]) if (values.has(name)) return `${name} is set, which nothing asks for`;
  const [token] = values.get("HTTP_X_ACCESS_TOKEN") ?? [];
  const own = theirs.some(({ kind, secret }) => (kind === "bearer" ? secret === token : subjectIn(token?.split(".")[1] ?? "") === who));
  return own ? undefined : `HTTP_X_ACCESS_TOKEN is not ${who}'s`;
}

function subjectIn(base64: string): unknown {
  try {
    return (JSON.parse(Buffer.from(base64, "base64").toString("utf8")) as { sub?: unknown }).sub;
  } catch {
    return undefined;
  }
}

/** Also percent-encoded, as in a query. */
function contains(text: string, secret: string): boolean {
  return text.includes(secret) || text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))).includes(secret);
}

/** Cookie names as browsers write them. Anything else is the client's own. */
function cookieNames(headers: string[]): string[] {
  return headers.flatMap((header) => header.split(";").flatMap((pair) => /^\s*([^\s=]+)=/.exec(pair)?.[1] ?? []));
}

const within = (path: string, prefixes: string[]): boolean => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));

/** The paths that upstreams may read in a path: each reading is one or several of these steps, followed by the resolution of dots. */
const STEPS: ((path: string) => string)[] = [
  (path) => decoded(path, "latin1"),
  (path) => decoded(path, "utf8"),
  (path) => path.replace(/\\/g, "/"),
  (path) => path.replace(/;[^/]*/g, ""),
  (path) => path.normalize("NFKC"),
  (path) => path.toLowerCase(),
  (path) => path.split("\0")[0]!,
  (path) => path.replace(/[?#].*/s, ""),
];

function readings(target: string): string[] {
  const [path] = target.replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/);
  const all = new Set([path!]);
  for (const reading of all) if (all.size < 500) for (const step of STEPS) all.add(step(reading));
  return [...new Set([...all].map(resolved))];
}

/** Bytes that are not valid UTF-8 stay unchanged. */
function decoded(path: string, encoding: "latin1" | "utf8"): string {
  return path.replace(/(%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replace(/%/g, ""), "hex").toString(encoding));
}

/** Empty segments and dots are removed, and so are blanks and dots at the end of a segment, as on Windows. */
function resolved(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    const name = /^[.\s]*$/.test(segment) ? segment.trim() : segment.replace(/[.\s]+$/, "");
    if (name === "..") out.pop();
    else if (name !== "" && name !== ".") out.push(name);
  }
  return `/${out.join("/")}`;
}
