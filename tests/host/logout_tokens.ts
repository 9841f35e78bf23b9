/** Logout tokens as a provider sends them (OpenID Connect Back-Channel Logout 1.0 §2.4), and whether a browser is still logged in. */
import { KEY, NOW, token, type Key } from "./fixture";
import { copyOf, type Browser, type Sent } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

export const PATH = "/backchannel";
export const CONFIG = { backchannel_logout_path: PATH };
export const FORM: Sent = { "content-type": "application/x-www-form-urlencoded" };
export const EVENT = "http://schemas.openid.net/event/backchannel-logout";
let ids = 0;

interface Made { key?: Key; header?: Record<string, unknown> }
export const logoutToken = (changes: Record<string, unknown> = {}, { key = KEY, header = {} }: Made = {}): string => token({
  aud: "gateway", scope: undefined, sub: "alice", sid: "op-session-1", jti: `logout-${ids++}`, events: { [EVENT]: {} }, exp: NOW + 120, ...changes,
}, { key, header: { typ: "logout+jwt", ...header } });

export const post = (envoy: Envoy, body: string, headers: Sent = FORM, worker = 0): StreamContext => envoy.request("POST", PATH, headers, { body, worker });
export const send = (envoy: Envoy, value: string, worker = 0): StreamContext => post(envoy, new URLSearchParams({ logout_token: value }).toString(), FORM, worker);
export const isIn = (browser: Browser): boolean => "forwarded" in (copyOf(browser).fetch("/api").outcome as object);
