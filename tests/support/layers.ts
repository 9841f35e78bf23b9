/** The rules that `layers.test.ts` checks. An exception is one line here, with its reason. An exception that is no longer needed fails the test. */

/** Low to high. A file imports from its own layer and from lower ones, never from one on the same level. */
export const ORDER = [
  ["unpack"], ["runtime", "result", "version"], ["bytes"], ["crypto", "json", "http"], ["jose"], ["oidc"], ["session"], ["policy"], ["config"], ["flow"], ["filter"], ["index"],
];

/** The same inside a folder that has folders; `.` stands for the files beside them. */
export const WITHIN: Record<string, string[][]> = {
  crypto: [["arithmetic"], ["hash", "aead", "encoding"], ["rsa", "elliptic", "edwards"], ["keys"], ["."]],
  flow: [["decision"], ["bearer"], ["browser"], ["logout"], ["."]],
  filter: [["envoy", "observe"], ["pages"], ["shared"], ["verdicts"], ["provider"], ["rules"], ["calls"], ["requests"], ["."]],
};

/** `abi` is outside of the order: it uses only bytes and results, and only the filter uses it. */
export const RIGHT_OF_ABI = ["filter", "index"];

interface Ban {
  name: string;
  pattern: RegExp;
  why: string;
  /** A file, or a folder with its slash → the reason. */
  allowed: Record<string, string>;
}

export const BANS: Ban[] = [
  { name: "throw", pattern: /\bthrow\b/, why: "AssemblyScript cannot catch it; input is refused with a Fault", allowed: {} },
  { name: "x!", pattern: /[\w)\]]!(?!=)/, why: "traps on null", allowed: {
    "result.ts": "the one place where a missing value is our own bug",
  } },
  { name: "unchecked()", pattern: /\bunchecked\s*\(/, why: "reads past the end of an array", allowed: {} },
  { name: "changetype<>", pattern: /\bchangetype\s*</, why: "takes any number for an object, or an object for its address", allowed: {
    "runtime.ts": "it makes the objects",
    "abi/": "the boundary: the host passes addresses",
    "crypto/": "inner loops over state of a fixed size",
    "bytes/bytes.ts": "reads a text of our own up to its length",
    "bytes/base64.ts": "tables with an entry for every value of the index",
    "json/json.ts": "node numbers that it has given out itself",
    "flow/bearer/credential.ts": "a table with an entry for every byte",
    "filter/verdicts/verdict_cache.ts": "its table is one flat buffer, so that the collector has nothing to mark",
    "filter/verdicts/verdict_key.ts": "the address of its one buffer",
    "filter/verdicts/seen_sessions.ts": "the address of its one buffer",
    "http/name_table.ts": "a table with an entry for every value of the index",
  } },
  { name: "raw memory", pattern: /\b(?:load|store)\s*<|\bv128\.(?:load|store)|\bmemory\.(?!data\b)|\bheap\./, why: "no bound is checked", allowed: {
    "runtime.ts": "it is the memory",
    "unpack.ts": "it writes the static data, before there is anything else",
    "abi/": "the boundary: what the host wrote lies at an address",
    "bytes/bytes.ts": "compares bytes whose lengths were compared before, and looks for a byte in whole blocks",
    "bytes/base64.ts": "whole groups within arrays that were measured for them",
    "bytes/compression.ts": "a table with an entry for every number of a node",
    "bytes/utf8.ts": "whole blocks of eight, as long as there are eight",
    "json/json.ts": "the list of nodes, and text between ends that the parser set",
    "json/parser.ts": "whole blocks of sixteen, as long as there are sixteen",
    "bytes/writer.ts": "writes after its own check for room",
    "bytes/hash.ts": "the hot path's hash, over a checked range",
    "crypto/": "inner loops over buffers whose size was checked before",
    "http/parameters.ts": "decodes each byte of a form between the ends that it was given, into room for as many",
    "http/cookie_names.ts": "compares names of the Cookie value where it lies",
    "http/session_chunks.ts": "puts chunks of the Cookie value together, each as long as it was measured",
    "http/cookies.ts": "scans the Cookie value in the header block on every request, without copying it",
    "http/header_block.ts": "reads the host's header block in place, without copying it",
    "http/request_match.ts": "compares host, path and method of the header block in place",
    "http/path_lead.ts": "reads the path in the header block, each byte below its end",
    "http/request_target.ts": "reads host and method in the header block",
    "http/name_table.ts": "compares names of the header block in place",
    "http/query.ts": "reads the query in the header block, each byte below its end",
    "flow/bearer/credential.ts": "reads the Authorization value in the header block",
    "filter/requests/admit.ts": "writes prepared headers out of the cache",
    "filter/configure.ts": "reads a seed from eight random bytes",
    "filter/envoy/envoy_verifier.ts": "compares the host's answer where it lies",
    "filter/shared/ended_sessions.ts": "records of fixed size in data that workers share",
    "filter/requests/stream.ts": "reads the path in the header block",
    "filter/calls/introspection_request.ts": "a head of fixed size in data that this file sealed",
    "filter/shared/shared_results.ts": "a head of fixed size in data that workers share",
    "filter/shared/shared_table.ts": "records in data that workers share, each measured before it is read",
    "filter/shared/shared_provider.ts": "a header of fixed size in data that workers share",
    "filter/verdicts/verdict_cache.ts": "one flat buffer, so that the collector has nothing to mark",
    "filter/verdicts/verdict_key.ts": "puts token and headers together in one buffer, without allocating",
    "filter/verdicts/seen_sessions.ts": "puts a session's cookies together in one buffer, without allocating",
  } },
  { name: "Math.random, Date.now", pattern: /\bMath\.random\b|\bDate\.now\b/, why: "imports that Envoy does not have; time and randomness are passed in", allowed: {} },
  { name: "String.UTF8.decode", pattern: /\bString\.UTF(?:8|16)\.decode/, why: "accepts malformed bytes; bytes/utf8 refuses them", allowed: {
    "bytes/utf8.ts": "decodes what it has just checked",
  } },
  { name: "parseInt, parseFloat", pattern: /\bparse(?:Int|Float)\s*\(/, why: "reads a number out of anything that starts like one", allowed: {} },
  { name: "console, trace", pattern: /\bconsole\.|\btrace\s*\(/, why: "imports that Envoy does not have", allowed: {} },
];

/** Values that prove that a check ran, because one file makes them: class → the only file that may write `new`. */
export const MAKERS: Record<string, string> = {
  VerifiedJwt: "jose/jws.ts",
  ActiveToken: "oidc/introspection.ts",
  KeySet: "jose/jwks.ts",
  ClaimSchema: "config/read_claim_schema.ts",
  Metadata: "oidc/discovery.ts",
  PrivateKey: "crypto/keys/private_key.ts",
  Tokens: "oidc/token.ts",
  IdToken: "oidc/id_token.ts",
  LogoutToken: "oidc/logout_token.ts",
};

/** Folders whose files may have circular imports, and why. */
export const CIRCLES: Record<string, string> = {
  "tests/host/host/": "the scripted host is one graph of objects: an Envoy, its VMs, their roots and streams refer to each other, as in Envoy",
};

export const LINES = 300;

/** Files that are longer, and why. */
export const LONG: Record<string, string> = {};
