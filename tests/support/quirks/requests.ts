// Requests of browsers that open a page, and requests that must not start a login.

import { LEADS_TO_LOGIN, type Quirk } from "./quirk";

const HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const OPENED = { accept: HTML, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" };
const REFUSED = "401 sign_in_needed";
const AHEAD = "a login that nobody will finish";

export const REQUESTS: Quirk[] = [
  { quirk: "a page", why: "what the rows below differ from", request: { headers: OPENED }, then: LEADS_TO_LOGIN },
  { quirk: "a page by way of a service worker", why: "fetch(event.request) keeps the mode and loses the destination", request: { headers: { ...OPENED, "sec-fetch-dest": "empty" } }, then: LEADS_TO_LOGIN },
  { quirk: "a page in Android's WebView", why: "it names its application in X-Requested-With", request: { headers: { ...OPENED, "x-requested-with": "com.example.app" } }, then: LEADS_TO_LOGIN },
  { quirk: "a page in an old WebView, without Fetch Metadata", why: "it names its application in X-Requested-With", request: { headers: { accept: HTML, "x-requested-with": "com.example.app" } }, then: LEADS_TO_LOGIN },
  { quirk: "a page in a browser without Fetch Metadata", why: "Safari before 16.4, and plain http", request: { headers: { accept: HTML } }, then: LEADS_TO_LOGIN },

  { quirk: "a Host with the default port", why: "load balancers write it; no provider has registered it so", request: { headers: { ...OPENED, host: "app.example.com:80" } }, then: LEADS_TO_LOGIN, leadsTo: /redirect_uri=http%3A%2F%2Fapp\.example\.com%2Fcallback(&|$)/ },
  { quirk: "a Host with a port of its own", why: "that is another place", request: { headers: { ...OPENED, host: "app.example.com:8080" } }, then: LEADS_TO_LOGIN, leadsTo: /redirect_uri=http%3A%2F%2Fapp\.example\.com%3A8080%2Fcallback(&|$)/ },

  { quirk: "a script's request in an old browser", why: "jQuery and others say so in X-Requested-With", request: { headers: { accept: HTML, "x-requested-with": "XMLHttpRequest" } }, then: REFUSED },
  { quirk: "X-Moz: prefetch", why: `older versions of Firefox: ${AHEAD}`, request: { headers: { accept: HTML, "x-moz": "prefetch" } }, then: REFUSED },
  { quirk: "X-Purpose: preview", why: `Safari's top sites: ${AHEAD}`, request: { headers: { accept: HTML, "x-purpose": "preview" } }, then: REFUSED },
  { quirk: "Purpose: prefetch", why: `Chromium, older ones alone: ${AHEAD}`, request: { headers: { ...OPENED, purpose: "prefetch" } }, then: REFUSED },
  { quirk: "Sec-Purpose: prefetch", why: AHEAD, request: { headers: { ...OPENED, "sec-purpose": "prefetch" } }, then: REFUSED },
  { quirk: "Sec-Purpose: prefetch;prerender", why: AHEAD, request: { headers: { ...OPENED, "sec-purpose": "prefetch;prerender" } }, then: REFUSED },
  { quirk: "a page that a service worker fetches ahead", why: AHEAD, request: { headers: { ...OPENED, "sec-fetch-dest": "empty", "sec-purpose": "prefetch" } }, then: REFUSED },
  { quirk: "a WebView's prefetch", why: AHEAD, request: { headers: { ...OPENED, "x-requested-with": "com.example.app", purpose: "prefetch" } }, then: REFUSED },
  { quirk: "a service worker's fetch() of its own", why: "no person is looking", request: { headers: { accept: "*/*", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" } }, then: REFUSED },
  { quirk: "a service worker's fetch() that asks for a page", why: "scripts cannot make the mode navigate", request: { headers: { accept: HTML, "sec-fetch-mode": "same-origin", "sec-fetch-dest": "empty" } }, then: REFUSED },
  { quirk: "a frame", why: "providers forbid to be framed", request: { headers: { ...OPENED, "sec-fetch-dest": "iframe" } }, then: REFUSED },
  { quirk: "an image", why: "nobody could follow", request: { headers: { accept: "image/*", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" } }, then: REFUSED },
  { quirk: "a program", why: "it can follow no login", request: { headers: { accept: "application/json" } }, then: REFUSED },
  { quirk: "a form that is sent", why: "its content would be lost on the way to the login", request: { method: "POST", headers: OPENED }, then: "401 not_sent" },
];
