/** Helpers of specs about calls to the provider. */
import { EMPTY } from "../../../assembly/bytes/bytes";
import { Callout, Endpoint } from "../../../assembly/http/callout";
import { readUrl, Url } from "../../../assembly/http/url";
import { Client, ClientAuth, AssertionContext } from "../../../assembly/oidc/client_auth";
import { ascii, filled, text, utf8 } from "../check";
import { joined } from "../http/serialised.as";

export const NOW: i64 = 1_700_000_000;

export function urlOf(address: string): Url { return readUrl(ascii(address)).value; }
export function endpointOf(address: string): Endpoint { return new Endpoint(urlOf(address), ascii("idp")); }

/** The client `client`, with a secret that needs encoding. */
export function client(auth: ClientAuth): Client { return new Client(utf8("client"), utf8("s:e%cret \u00e9"), auth); }

// An assertion context with as many random bytes as a call needs, and one without any.
export function assertionContext(): AssertionContext { return new AssertionContext(NOW, filled(16, 0xa5)); }
export function withoutRandomness(): AssertionContext { return new AssertionContext(NOW, EMPTY); }

/** The call. Fails if it is null. */
export function made(call: Callout | null): Callout {
  assert(call != null, "no call");
  return call == null ? new Callout("", endpointOf("https://none.example")) : call;
}

/** The only value of the header, or "". Fails if there are several. */
export function pair(call: Callout, name: string): string {
  const values: Uint8Array[] = [];
  for (let i = 0; i < call.pairs.length; i += 2) if (text(call.pairs[i]) == name) values.push(call.pairs[i + 1]);
  assert(values.length < 2, "twice: " + name);
  return joined(values);
}
