// The table of quirks: what providers and browsers really send, why, and the expected result. tests/envoy/quirks.test.ts runs it.

import { BEARER_TOKENS } from "./bearer_tokens";
import { CALLBACKS } from "./callbacks";
import { ID_TOKENS } from "./id_tokens";
import { INTROSPECTION } from "./introspection";
import { KEYS } from "./keys";
import { METADATA } from "./metadata";
import type { Quirk } from "./quirk";
import { REFRESHES } from "./refreshes";
import { REQUESTS } from "./requests";
import { TOKEN_ANSWERS } from "./token_answers";
import { USERINFO } from "./userinfo";

export const QUIRKS: Record<string, Quirk[]> = {
  "metadata": METADATA, "keys": KEYS, "a browser's request": REQUESTS, "an authorization response": CALLBACKS, "a token answer": TOKEN_ANSWERS, "an ID Token": ID_TOKENS,
  "a refresh": REFRESHES, "UserInfo": USERINFO, "introspection": INTROSPECTION, "a bearer token": BEARER_TOKENS,
};
