// Lets a request through: identity headers that the client sent go, the ones that its token earned come.

import { MapType } from "../abi/enums";
import { headerPairs, pairsAt, pairsSize, removeRequestHeader, removeRequestTrailer, replaceRequestHeader, setProperty } from "../abi/host";
import { utf8 } from "../bytes/bytes";
import { Credential } from "../flow/credential";
import { HeaderBlock } from "../http/header_block";
import { NameTable } from "../http/name_table";
import { pathWithout } from "../http/query";
import { Entry, ENTRY_HEAD } from "../policy/identity";

const trailers = new HeaderBlock();

const PATH = utf8(":path");
const BEARER = utf8("Bearer ");

/** Removes every header that only the filter may set, under every spelling that the client used. */
export function scrub(headers: HeaderBlock): void {
  for (let i = 0; i < headers.identities; i++) removeRequestHeader(headers.identityNameAt(i), headers.identityNameSize(i));
}

/** Removes what these names stand for from the request's trailers. A block gives some names at once, so it is read until none is left. */
export function scrubTrailers(names: NameTable): void {
  for (let whole = false, any = true; !whole && any;) {
    whole = headerPairs(MapType.HttpRequestTrailers) && trailers.read(pairsAt(), pairsSize(), names);
    any = trailers.identities > 0;
    for (let i = 0; i < trailers.identities; i++) removeRequestTrailer(trailers.identityNameAt(i), trailers.identityNameSize(i));
  }
}

/** Sets what the identity (policy/identity.ts) asks for. After `scrub`, so that each header stands exactly once. */
export function applyIdentity(at: usize, size: usize, credential: Credential): void {
  const end = at + size;
  while (at < end) {
    const nameSize = load<u32>(at, 4), valueSize = load<u32>(at, 8);
    const name = at + ENTRY_HEAD, value = name + nameSize;
    switch (load<u32>(at)) {
      case Entry.Header: replaceRequestHeader(name, nameSize, value, valueSize); break;
      case Entry.TokenHeader: replaceRequestHeader(name, nameSize, credential.at, credential.size); break;
      case Entry.BearerHeader: replaceWithBearer(name, nameSize, credential); break;
      default: setProperty(name, nameSize, value, valueSize);
    }
    at = value + valueSize;
  }
}

/** A token in the query must not go further: upstreams log their URLs (RFC 9700 §4.3.2). */
export function hideQueryToken(headers: HeaderBlock, credential: Credential): void {
  const source = credential.fromQuery;
  if (source == null) return;
  const path = pathWithout(headers, source.name);
  replaceRequestHeader(PATH.dataStart, PATH.length, path.dataStart, path.length);
}

function replaceWithBearer(name: usize, nameSize: usize, credential: Credential): void {
  const value = new Uint8Array(BEARER.length + credential.size);
  value.set(BEARER);
  memory.copy(value.dataStart + BEARER.length, credential.at, credential.size);
  replaceRequestHeader(name, nameSize, value.dataStart, value.length);
}
