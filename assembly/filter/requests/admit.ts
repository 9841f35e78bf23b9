// Admits a request: removes the headers that clients must not set, and sets those of its token's or session's identity.

import { FilterHeadersStatus, MapType } from "../../abi/enums";
import { headerPairs, pairsAt, pairsSize, removeRequestHeader, removeRequestTrailer, replaceRequestHeader, setProperty } from "../../abi/host";
import { utf8 } from "../../bytes/bytes";
import { HeaderBlock } from "../../http/header_block";
import { NameTable } from "../../http/name_table";
import { pathWithout } from "../../http/query";
import { Entry, ENTRY_HEAD } from "../../policy/identity";
import { metrics, Outcome } from "../observe/metrics";
import { RuleSettings } from "../rules/rule_settings";
import { cookies, credential, headers, stream } from "./current";
import { noteLetThrough, noteNoStore } from "./responses";

const trailers = new HeaderBlock();

const PATH = utf8(":path");
const COOKIE = utf8("cookie");
const BEARER = utf8("Bearer ");

/** Admits the current request with this identity (policy/identity.ts); `size` 0: with none. */
export function admit(identity: usize, size: usize, rule: RuleSettings, outcome: Outcome): FilterHeadersStatus {
  scrub();
  if (credential.fromQuery != null) {
    hideQueryToken();
    noteNoStore(stream);
  }
  if (!rule.root.cookieNames.isEmpty) stripCookies();
  if (rule.root.watchesResponses) noteLetThrough(stream);
  applyIdentity(identity, size);
  metrics.outcome(outcome);
  rule.counters.admitted.add();
  return FilterHeadersStatus.Continue;
}

/** Removes these names from the request's trailers. One reading finds a limited number of them, so it is repeated until none is left. */
export function scrubTrailers(names: NameTable): void {
  for (let whole = false, any = true; !whole && any;) {
    whole = headerPairs(MapType.HttpRequestTrailers) && trailers.read(pairsAt(), pairsSize(), names);
    any = trailers.identities > 0;
    for (let i = 0; i < trailers.identities; i++) removeRequestTrailer(trailers.identityNameAt(i), trailers.identityNameSize(i));
  }
}

/** Removes every header that only the filter may set, under every spelling that the client used. */
function scrub(): void {
  for (let i = 0; i < headers.identities; i++) removeRequestHeader(headers.identityNameAt(i), headers.identityNameSize(i));
}

/** Removes the filter's own cookies (duty 95). */
function stripCookies(): void {
  if (cookies.own == 0) return;
  const others = cookies.others();
  if (others.length == 0) removeRequestHeader(COOKIE.dataStart, COOKIE.length);
  else replaceRequestHeader(COOKIE.dataStart, COOKIE.length, others.dataStart, others.length);
}

/** Sets what the identity asks for. After `scrub`, so that each header stands exactly once. A person (`Next.person`) has properties alone. */
export function applyIdentity(at: usize, size: usize): void {
  const end = at + size;
  while (at < end) {
    const nameSize = load<u32>(at, 4), valueSize = load<u32>(at, 8);
    const name = at + ENTRY_HEAD, value = name + nameSize;
    switch (load<u32>(at)) {
      case Entry.Header: replaceRequestHeader(name, nameSize, value, valueSize); break;
      case Entry.TokenHeader: replaceRequestHeader(name, nameSize, credential.at, credential.size); break;
      case Entry.BearerHeader: replaceWithBearer(name, nameSize); break;
      default: setProperty(name, nameSize, value, valueSize);
    }
    at = value + valueSize;
  }
}

/** Removes a token from the query: upstreams log their URLs (RFC 9700 §4.3.2). */
function hideQueryToken(): void {
  const source = credential.fromQuery;
  if (source == null) return;
  const path = pathWithout(headers, source.name);
  replaceRequestHeader(PATH.dataStart, PATH.length, path.dataStart, path.length);
}

function replaceWithBearer(name: usize, nameSize: usize): void {
  const value = new Uint8Array(BEARER.length + credential.size);
  value.set(BEARER);
  memory.copy(value.dataStart + BEARER.length, credential.at, credential.size);
  replaceRequestHeader(name, nameSize, value.dataStart, value.length);
}
