// Other servers that do the same work. The reference is the same server as a bare proxy.

import { apacheIsThere, HOW_TO_INSTALL, startApache, type Asks } from "./apache";
import type { Host, Subject } from "./subject";
import { TOKEN_BYTES, type World } from "./world";

const ALONE = "Apache alone";

export function peerSubjects({ provider }: World): Subject[] {
  if (!apacheIsThere()) return [];
  const apache = (asks: Asks): Host => ({ start: (world) => startApache(world, asks) });
  const nothing = apache("nothing"), token = provider.token("RS256", TOKEN_BYTES), over = `${ALONE}, with a token`, overCookies = `${ALONE}, with 1 kB of cookies`;
  return [
    { name: over, host: nothing, times: 1, over, load: { kind: "token", token, path: "/bench" } },
    { name: "mod_auth_openidc, token", host: apache("oauth20"), times: 1, over, load: { kind: "token", token, path: "/session" } },
    { name: overCookies, host: nothing, times: 1, over: overCookies, load: { kind: "session", size: "1 kB", seen: true, path: "/bench" } },
    { name: "mod_auth_openidc, session", host: apache("openid-connect"), times: 1, over: overCookies, load: { kind: "own session", size: "1 kB" } },
  ];
}

/** Which of them are missing, and why. */
export function missingPeers(): string {
  const missing = ["lua-resty-openidc, oauth2-proxy and other wasm filters for OpenID Connect: in no registry that this bench may use"];
  if (!apacheIsThere()) missing.unshift(`Apache's mod_auth_openidc: not installed (on Debian: ${HOW_TO_INSTALL})`);
  return `Not measured: ${missing.join("; ")}.`;
}
