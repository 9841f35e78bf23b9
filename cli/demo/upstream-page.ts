// The upstream's page: who is logged in, how long the access token is valid, and every header that arrived. Tokens are shown in part.

import { escape, htmlPage } from "./page";

export interface Echo { method: string; path: string; headers: [string, string][]; body: string }

/** Headers that the filter sets in this configuration. All others come from the browser or from Envoy. */
const IDENTITY = /^x-(access-token|id-token|raw-id-token|refresh-token|userinfo|user-id|user-name|scopes)$/i;

/** Shortens tokens and sealed cookies in the middle. Users do not read them, and a screenshot must not contain one. */
const TOKEN = /[\w.+/=~-]{64,}/g;
const KEPT_AT_START = 24;
const KEPT_AT_END = 8;

const STYLE = `  body { max-width: 60rem; }
  header { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; justify-content: space-between; margin: 2.5rem 0 1.5rem; }
  header p { margin: 0; }
  nav { display: flex; flex-wrap: wrap; gap: .6rem; }
  .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem; margin: 0; }
  .facts div { padding: .7rem 1rem; border-radius: 8px; background: var(--panel); }
  dt { font-size: .8rem; color: var(--soft); }
  dd { margin: .1rem 0 0; overflow-wrap: anywhere; }
  dd small { color: var(--soft); }
  table { border-collapse: collapse; width: 100%; table-layout: fixed; }
  th, td { text-align: left; vertical-align: top; padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line); font-size: .875rem; }
  th { width: 15rem; font-weight: 500; overflow-wrap: anywhere; }
  td { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
  td .soft { display: block; }
  .hint { margin-top: .75rem; }
  @media (max-width: 40rem) { th, td { display: block; width: auto; padding-right: 0; } th { border: 0; padding-bottom: 0; } td { padding-top: 0; } }
`;

type Json = Record<string, unknown>;

export function echoPage(echo: Echo, now: Date): string {
  const identity = echo.headers.filter(([name]) => IDENTITY.test(name));
  const others = echo.headers.filter(([name]) => !IDENTITY.test(name));
  return htmlPage({
    title: `What the upstream received at ${shortened(echo.path)}`,
    style: STYLE,
    body: `<header>
<div>
${greeting(echo, identity)}
</div>
${identity.length > 0 ? navigation(echo) : ""}
</header>
<main>
<dl class="facts">
<div><dt>Request</dt><dd><code>${escape(echo.method)} ${escape(shortened(echo.path))}</code></dd></div>
<div><dt>Answered</dt><dd>${clock(now)}</dd></div>
${expiry(identity, now)}
</dl>
${identity.length > 0 && !isProgram(echo) ? `<p class="soft small hint">When the access token has expired, reload: the filter refreshes it, and you stay logged in.</p>` : ""}
${echo.body === "" ? "" : `<h2>Body</h2>\n<p class="code">${escape(shortened(echo.body))}</p>`}
${identity.length > 0 ? `<h2>Identity, which the filter has set</h2>\n${table(identity)}` : ""}
<h2>${identity.length > 0 ? "All other headers" : "Headers"}</h2>
${table(others)}
</main>`,
  });
}

function greeting(echo: Echo, identity: [string, string][]): string {
  if (identity.length === 0) return `<h1>Nobody is logged in</h1>\n<p class="soft">No header says who this is.</p>`;
  const claims = decoded(valueOf(identity, "x-userinfo")) ?? decoded(valueOf(identity, "x-id-token")) ?? {};
  const who = text(claims.name) ?? text(claims.sub) ?? valueOf(identity, "x-user-id") ?? "somebody";
  const how = isProgram(echo) ? "by a bearer token" : text(claims.email) ?? text(claims.sub) ?? "";
  return `<h1>Logged in as ${escape(who)}</h1>\n<p class="soft">${escape(how)}</p>`;
}

/** A session can be logged out of, a bearer token cannot. */
function navigation(echo: Echo): string {
  if (isProgram(echo)) return "";
  return `<nav>
<a class="button" href="">Reload</a>
<a class="button" href="/second" target="_blank" rel="noopener">Open a second tab</a>
<a class="button main" href="/logout">Log out</a>
</nav>`;
}

function expiry(identity: [string, string][], now: Date): string {
  const parts = valueOf(identity, "x-access-token")?.split(".") ?? [];
  const exp = parts.length === 3 ? decoded(parts[1])?.exp : undefined;
  if (typeof exp !== "number") return "";
  const left = Math.round(exp - now.getTime() / 1000);
  const when = left < 0 ? "It has expired" : left < 120 ? `Expires in ${left} s` : `Expires in ${Math.round(left / 60)} min`;
  return `<div><dt>Access token</dt><dd>${when} <small>at ${clock(new Date(exp * 1000))}</small></dd></div>`;
}

function table(headers: [string, string][]): string {
  const rows = headers.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(shortened(value))}${said(name, value)}</td></tr>`);
  return `<table>\n${rows.join("\n")}\n</table>`;
}

/** The content of a header that is base64 of JSON. */
function said(name: string, value: string): string {
  const claims = /^x-(userinfo|id-token)$/i.test(name) ? decoded(value) : undefined;
  if (claims === undefined) return "";
  const lines = Object.entries(claims).map(([claim, held]) => `${claim}: ${typeof held === "string" ? held : JSON.stringify(held)}`);
  return lines.map((line) => `<span class="soft">${escape(shortened(line))}</span>`).join("");
}

function shortened(value: string): string {
  return value.replace(TOKEN, (token) => `${token.slice(0, KEPT_AT_START)}… ${token.length} characters …${token.slice(-KEPT_AT_END)}`);
}

function isProgram(echo: Echo): boolean {
  return valueOf(echo.headers, "authorization") !== undefined;
}

function valueOf(headers: [string, string][], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The JSON object in base64 or base64url, or undefined. */
function decoded(value: string | undefined): Json | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(value ?? "", "base64").toString("utf8"));
    return typeof json === "object" && json !== null ? json as Json : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function clock(time: Date): string {
  return time.toTimeString().slice(0, 8);
}
