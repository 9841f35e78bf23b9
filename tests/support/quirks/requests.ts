// Requests of browsers that open a page, and requests that must not start a login.

import { LEADS_TO_LOGIN, type Quirk } from "./quirk";

const HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const OPENED = { accept: HTML, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" };
const REFUSED = "401 sign_in_needed";
const AHEAD = "such a login would never be completed";

export const REQUESTS: Quirk[] = [
  { quirk: "a page", why: "the request that the rows below change", request: { headers: OPENED }, then: LEADS_TO_LOGIN },
  { quirk: "a page through a service worker", why: "fetch(event.request) keeps the mode and loses the destination", request: { headers: { ...OPENED, "sec-fetch-dest": "empty" } }, then: LEADS_TO_LOGIN },
  { quirk: "a page in Android's WebView", why: "it names its application in X-Requested-With", request: { headers: { ...OPENED, "x-requested-with": "com.example.app" } }, then: LEADS_TO_LOGIN },
  { quirk: "a page in an old WebView, without Fetch Metadata", why: "it names its application in X-Requested-With", request: { headers: { accept: HTML, "x-requested-with": "com.example.app" } }, then: LEADS_TO_LOGIN },
  { quirk: "a page in a browser without Fetch Metadata", why: "Safari before 16.4, and plain http", request: { headers: { accept: HTML } }, then: LEADS_TO_LOGIN },

  { quirk: "a Host with the default port", why: "load balancers add it, but it is not part of the registered redirect URI", request: { headers: { ...OPENED, host: "app.example.com:80" } }, then: LEADS_TO_LOGIN, leadsTo: /redirect_uri=http%3A%2F%2Fapp\.example\.com%2Fcallback(&|$)/ },
  { quirk: "a Host with another port", why: "it is another origin", request: { headers: { ...OPENED, host: "app.example.com:8080" } }, then: LEADS_TO_LOGIN, leadsTo: /redirect_uri=http%3A%2F%2Fapp\.example\.com%3A8080%2Fcallback(&|$)/ },

  { quirk: "a script's request in an old browser", why: "jQuery and others set X-Requested-With", request: { headers: { accept: HTML, "x-requested-with": "XMLHttpRequest" } }, then: REFUSED },
  { quirk: "X-Moz: prefetch", why: `older versions of Firefox: ${AHEAD}`, request: { headers: { accept: HTML, "x-moz": "prefetch" } }, then: REFUSED },
  { quirk: "X-Purpose: preview", why: `Safari's top sites: ${AHEAD}`, request: { headers: { accept: HTML, "x-purpose": "preview" } }, then: REFUSED },
  { quirk: "Purpose: prefetch", why: `older versions of Chromium: ${AHEAD}`, request: { headers: { ...OPENED, purpose: "prefetch" } }, then: REFUSED },
  { quirk: "Sec-Purpose: prefetch", why: AHEAD, request: { headers: { ...OPENED, "sec-purpose": "prefetch" } }, then: REFUSED },
  { quirk: "Sec-Purpose: prefetch;prerender", why: AHEAD, request: { headers: { ...OPENED, "sec-purpose": "prefetch;prerender" } }, then: REFUSED },
  { quirk: "a page that a service worker prefetches", why: AHEAD, request: { headers: { ...OPENED, "sec-fetch-dest": "empty", "sec-purpose": "prefetch" } }, then: REFUSED },
  { quirk: "a WebView's prefetch", why: AHEAD, request: { headers: { ...OPENED, "x-requested-with": "com.example.app", purpose: "prefetch" } }, then: REFUSED },
  { quirk: "a service worker's fetch() of its own", why: "no user sees the answer", request: { headers: { accept: "*/*", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" } }, then: REFUSED },
  { quirk: "a service worker's fetch() that asks for a page", why: "scripts cannot set the mode navigate", request: { headers: { accept: HTML, "sec-fetch-mode": "same-origin", "sec-fetch-dest": "empty" } }, then: REFUSED },
  { quirk: "a frame", why: "providers forbid framing", request: { headers: { ...OPENED, "sec-fetch-dest": "iframe" } }, then: REFUSED },
  { quirk: "an image", why: "an image cannot show a login page", request: { headers: { accept: "image/*", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" } }, then: REFUSED },
  { quirk: "a program", why: "a program cannot log in", request: { headers: { accept: "application/json" } }, then: REFUSED },
  { quirk: "a submitted form", why: "its content would be lost by the redirect", request: { method: "POST", headers: OPENED }, then: "401 not_sent" },
];
