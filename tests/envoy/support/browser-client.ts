// A browser without a screen: it keeps cookies, sends the headers of a navigation or a fetch, and follows a redirect only when a test says so. It is
// for tests that check every step; tests/browser uses real Chromium.

import { request, type RawResponse } from "./http";

export interface Cookie { host: string; path: string; name: string; value: string; attributes: string[] }

export interface Visit extends RawResponse { url: string }

type Headers = [string, string][];

const REDIRECTS = [301, 302, 303, 307, 308];
const AT_MOST = 12;

export class BrowserClient {
  /**
   * In the order in which they were set. Cookies ignore ports, and here domains. Secure ones are sent over plain http, as browsers do on loopback.
   */
  cookies: Cookie[] = [];

  /** A navigation by click or typing. `site` is its origin: by default typed ("none"). */
  get(url: string, site = "none", headers: Headers = []): Promise<Visit> {
    return this.send(url, "GET", [...navigation(site), ...headers]);
  }

  /** The submission of a form. */
  post(url: string, form: Record<string, string>, site = "same-origin", headers: Headers = []): Promise<Visit> {
    const type: Headers = [["Content-Type", "application/x-www-form-urlencoded"], ["Origin", new URL(url).origin]];
    return this.send(url, "POST", [...navigation(site), ...type, ...headers], new URLSearchParams(form).toString());
  }

  /** A fetch by a page's script. */
  fetch(url: string, headers: Headers = [], method = "GET"): Promise<Visit> {
    return this.send(url, method, [["Accept", "*/*"], ["Sec-Fetch-Mode", "cors"], ["Sec-Fetch-Dest", "empty"], ["Sec-Fetch-Site", "same-origin"], ...headers]);
  }

  /** Follows the one redirect of this answer. */
  follow(from: Visit): Promise<Visit> {
    const location = from.one("location");
    if (!REDIRECTS.includes(from.status) || location === undefined) throw new Error(`${from.url} answered ${from.status}, which leads nowhere: ${from.body.slice(0, 200)}`);
    const to = new URL(location, from.url);
    return this.get(to.href, to.origin === new URL(from.url).origin ? "same-origin" : "cross-site");
  }

  /** Follows all redirects, to the page at their end. */
  async settle(visit: Visit): Promise<Visit> {
    for (let steps = 0; REDIRECTS.includes(visit.status); steps++) {
      if (steps === AT_MOST) throw new Error(`${AT_MOST} redirects led to ${visit.url}, and on.`);
      visit = await this.follow(visit);
    }
    return visit;
  }

  async open(url: string): Promise<Visit> {
    return this.settle(await this.get(url));
  }

  /** Opens a page, logs in at the provider if asked to, and returns the final page. */
  async logIn(url: string, person = "alice"): Promise<Visit> {
    const page = await this.open(url);
    return page.body.includes('name="login"') ? this.settle(await this.post(page.url, { login: person })) : page;
  }

  /** The names of the cookies that a request to this URL would carry. */
  cookieNames(url: string): string[] {
    return this.sentTo(new URL(url)).map(({ name }) => name);
  }

  /** The Cookie header for this URL; "" for none. */
  cookieHeader(url: string): string {
    return this.sentTo(new URL(url)).map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  private async send(url: string, method: string, headers: Headers, body?: string): Promise<Visit> {
    const cookie = this.cookieHeader(url);
    const response = await request(url, { method, body, headers: cookie === "" ? headers : [...headers, ["Cookie", cookie]] });
    for (const line of response.all("set-cookie")) this.keep(line, new URL(url));
    return { ...response, url };
  }

  private keep(line: string, { hostname, pathname }: URL): void {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    const attribute = (wanted: string) => attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute("path") ?? (pathname.slice(0, pathname.lastIndexOf("/")) || "/"); // RFC 6265 §5.1.4
    const maxAge = attribute("max-age");
    const expires = attribute("expires");
    const over = maxAge !== undefined ? Number(maxAge) <= 0 : expires !== undefined && Date.parse(expires) <= Date.now();
    this.cookies = this.cookies.filter((one) => one.host !== hostname || one.path !== path || one.name !== name);
    if (!over) this.cookies.push({ host: hostname, path, name, value: pair.slice(equals + 1), attributes });
  }

  /** Longer paths first (RFC 6265 §5.4). */
  private sentTo({ hostname, pathname }: URL): Cookie[] {
    const covers = (path: string) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    return this.cookies.filter(({ host, path }) => host === hostname && covers(path)).sort((a, b) => b.path.length - a.path.length);
  }
}

function navigation(site: string): Headers {
  return [
    ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"], ["Upgrade-Insecure-Requests", "1"],
    ["Sec-Fetch-Site", site], ["Sec-Fetch-Mode", "navigate"], ["Sec-Fetch-User", "?1"], ["Sec-Fetch-Dest", "document"],
  ];
}
