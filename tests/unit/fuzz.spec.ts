import { decodeBase64url } from "../../assembly/bytes/base64";
import { decodeUtf8, isUtf8 } from "../../assembly/bytes/utf8";
import { same } from "../../assembly/bytes/bytes";
import { Verification } from "../../assembly/config/config";
import { compile } from "../../assembly/config/compile";
import { Environment } from "../../assembly/config/environment";
import { SecretKey } from "../../assembly/crypto/encoding/key";
import { readPublicKeyPem } from "../../assembly/crypto/keys/pem";
import { decide } from "../../assembly/flow/bearer/decide";
import { Forward } from "../../assembly/flow/decision/next";
import { ReadAnswer } from "../../assembly/flow/bearer/read_answer";
import { Reply } from "../../assembly/http/callout";
import { readUrl } from "../../assembly/http/url";
import { readJwks } from "../../assembly/jose/jwks";
import { readJws } from "../../assembly/jose/jws";
import { Json, Kind } from "../../assembly/json/json";
import { parse } from "../../assembly/json/parser";
import { Endpoints } from "../../assembly/oidc/endpoints";
import { readMetadata } from "../../assembly/oidc/discovery";
import { readIntrospection } from "../../assembly/oidc/introspection";
import { headerValue } from "../../assembly/policy/claim_value";
import { equal, equalBytes, equalInt, isFalse, isTrue, text, utf8 } from "./check";
import { DISCOVERY, MINIMAL } from "./config/compiled.as";
import { exchange, introspectionConfig, secretConfig } from "./flow/decision/exchange.as";
import { Reader } from "./fuzz.as";
import { EC_PEM, ED_PEM, RSA_PEM } from "./jose/fixtures.as";
import { base64url, ecJwk, edJwk, hs256, jwks, rsaJwk, SECRET } from "./jose/tokens.as";

class Base64urlReader extends Reader {
  read(input: Uint8Array): bool {
    const got = decodeBase64url(input);
    if (!got.failed) equal(base64url(got.value), text(input)); // each value has one encoding
    return !got.failed;
  }
}

export function base64url_that_is_accepted_encodes_to_the_same_text(): void { some(new Base64urlReader().fuzz(["Zm9vYmFyYmF6", "-_-_Zg", "AAECAwQFBgcICQoLDA0ODw"], 2500)); }

class Utf8Reader extends Reader {
  read(input: Uint8Array): bool {
    const ok = isUtf8(input);
    equalBytes(utf8(decodeUtf8(input)), ok ? input : new Uint8Array(0));
    return ok;
  }
}

export function utf_8_that_is_accepted_decodes_and_encodes_to_the_same_bytes(): void { some(new Utf8Reader().fuzz(["a\u00e9\u20ac\ud83d\ude00z", "\u0800\uffff\ud800\udc00\udbff\udfff"], 2500)); }

class JsonReader extends Reader {
  read(input: Uint8Array): bool {
    const parsed = parse(input, 4096);
    if (parsed.failed) return false;
    const json = parsed.value;
    isTrue(isUtf8(input), "UTF-8");
    equalInt(visit(json, json.root, 1), json.nodeCount);
    const again = parse(json.raw(json.root), 4096);
    isTrue(json.isString(json.root) || !again.failed && again.value.nodeCount == json.nodeCount, "the value alone reads the same");
    return true;
  }
}

/** How many names of the object are equal to this one. */
function namesLike(json: Json, object: i32, name: i32): i32 {
  let count = 0;
  for (let child = json.first(object), place = 0; child >= 0; child = json.sibling(object, child), place++) {
    if (!(place & 1) && json.sameText(child, name)) count++;
  }
  return count;
}

/** The number of nodes, after calling every reader on each. */
function visit(json: Json, node: i32, depth: i32): i32 {
  isTrue(depth <= 33, "depth");
  let count = 1;
  const value = headerValue(json, node);
  if (value != null) for (let i = 0; i < value.length; i++) isTrue(value[i] >= 0x20 && value[i] < 0x7f, "a header value that is printable ASCII");
  if (json.isString(node)) isTrue(isUtf8(json.text(node)), "a text that is UTF-8");
  isTrue(json.isNumber(node) != isNaN(json.number(node)), "a number, or none");
  if (json.kind(node) < Kind.List) return count;
  const object = json.isObject(node);
  for (let child = json.first(node), place = 0; child >= 0; child = json.sibling(node, child), place++) {
    if (object && !(place & 1)) equalInt(namesLike(json, node, child), 1);
    count += visit(json, child, depth + 1);
  }
  return count;
}

const JSONS = ["{\"a\":[1,-2.5e3,true,false,null],\"b\\u0041\":{\"c\":\"\\ud83d\\ude00 \u00e9\"},\"c\":\"x\"}", "[[[{\"a\":{\"b\":[]}}]],\"\\n\\\"\",0.1,1e10]", " {\"iss\":\"i\",\"exp\":1e9,\"aud\":[\"a\",\"b\"]} "];

export function duty_131_json_that_is_accepted_can_be_walked_and_has_no_duplicate_names(): void { some(new JsonReader().fuzz(JSONS, 6000)); }

class UrlReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readUrl(input);
    if (got.failed) return false;
    const url = got.value, written = text(input), authority = text(url.authority), path = text(url.path);
    isFalse(authority.length == 0 || authority.includes("@") || authority.includes("/") || authority.includes("?"), written);
    isTrue(path.startsWith("/"), written);
    for (let i = 0; i < input.length; i++) isTrue(input[i] > 0x20 && input[i] < 0x7f && input[i] != 0x5c, written);
    isTrue(written == (url.https ? "https://" : "http://") + authority + (path == "/" && !written.endsWith("/") ? "" : written.includes(authority + "?") ? path.substring(1) : path), written);
    return true;
  }
}

export function a_url_that_is_accepted_consists_of_its_parts(): void { some(new UrlReader().fuzz(["https://idp.example.com:8443/realms/a?b=c", "http://[::1]/", "https://h?x=y"], 2500)); }

const PAYLOAD = "{\"iss\":\"https://idp.example.com\",\"exp\":1700000600,\"sub\":\"me\",\"aud\":[\"a\"],\"scope\":\"read\"}";

class TokenReader extends Reader {
  private readonly key: SecretKey = new SecretKey(utf8(SECRET));
  private readonly good: Uint8Array = utf8(hs256("{\"alg\":\"HS256\",\"kid\":\"k\",\"typ\":\"at+jwt\"}", PAYLOAD));

  read(input: Uint8Array): bool {
    const got = readJws(input), unchanged = same(input, this.good);
    if (got.failed) return false;
    let dots = 0;
    for (let i = 0; i < input.length; i++) if (input[i] == 0x2e) dots++;
    equalInt(dots, 2);
    isTrue(got.value.verifiedBy(this.key).failed != unchanged, "only the token that was signed verifies");
    isTrue(decide(exchange(secretConfig()), input) instanceof Forward == unchanged, "only the token that was signed is admitted");
    return true;
  }
}

export function duty_55_no_changed_token_is_admitted(): void { some(new TokenReader().fuzz([hs256("{\"alg\":\"HS256\",\"kid\":\"k\",\"typ\":\"at+jwt\"}", PAYLOAD)], 6000)); }

class PayloadReader extends Reader {
  read(input: Uint8Array): bool {
    // The token is validly signed. The filter must decide, whatever the issuer writes.
    const next = decide(exchange(secretConfig("\"required_scopes\":\"read\",\"claim_headers\":{\"a.b\":\"x-a\",\"sub\":\"x-sub\"}")), utf8(hs256("{\"alg\":\"HS256\"}", text(input))));
    return next instanceof Forward;
  }
}

export function duty_131_no_signed_payload_traps(): void { some(new PayloadReader().fuzz([PAYLOAD], 4000)); }

class JwksReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readJwks(input);
    if (!got.failed) isTrue(got.value.size > 0 && got.value.size <= 100, "keys");
    return !got.failed;
  }
}

export function a_key_set_that_is_accepted_has_a_key(): void { some(new JwksReader().fuzz([jwks([rsaJwk("\"kid\":\"r1\",\"use\":\"sig\",\"key_ops\":[\"verify\"],"), edJwk("\"alg\":\"EdDSA\",")]), jwks([ecJwk("\"kid\":\"e\",")])], 1500)); }

class PemReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readPublicKeyPem(input);
    if (!got.failed) isTrue(got.value.spki().length > 40, "a key that can be written again");
    return !got.failed;
  }
}

export function a_pem_text_that_is_accepted_is_a_key(): void { some(new PemReader().fuzz([RSA_PEM, EC_PEM, ED_PEM], 2000)); }

class MetadataReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readMetadata(new Reply(200, input), utf8("https://idp.example.com"), false, false, new Endpoints());
    if (got.failed) return false;
    const jwks = got.value.endpoint("jwks_uri"), introspection = got.value.endpoint("introspection_endpoint");
    isTrue((jwks == null || jwks.https) && (introspection == null || introspection.https), "https");
    return true;
  }
}

export function metadata_that_is_accepted_names_https_endpoints_only(): void {
  some(new MetadataReader().fuzz(["{\"issuer\":\"https://idp.example.com\",\"jwks_uri\":\"https://idp.example.com/jwks\",\"introspection_endpoint\":\"https://h/i\",\"x\":[\"a\"]}"], 2500));
}

class AnswerReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readIntrospection(new Reply(200, input));
    const next = new ReadAnswer().resume(exchange(introspectionConfig()), new Reply(200, input));
    if (got.failed) isFalse(next instanceof Forward, "admitted without an answer");
    else isTrue(got.value.claims.isTrue(got.value.claims.member(0, "active")), "active");
    return !got.failed;
  }
}

export function duty_78_an_introspection_response_that_is_accepted_says_active_true(): void { some(new AnswerReader().fuzz(["{\"active\":true,\"sub\":\"me\",\"exp\":1700000600,\"scope\":\"a b\",\"aud\":[\"x\"]}"], 2500)); }

class ConfigurationReader extends Reader {
  read(input: Uint8Array): bool {
    const out = compile(input, new Environment([utf8("A=b")])), c = out.config;
    isTrue((c == null) != (out.errors.length == 0), "a configuration, or errors");
    for (let i = 0; i < out.errors.length; i++) isTrue(out.errors[i].includes(": ") || out.errors[i].startsWith("expected "), "a place and a reason: " + out.errors[i]);
    if (c == null) return false;
    isTrue(c.algorithms.length > 0 && (c.issuers.length > 0 || c.provider != null || c.verification == Verification.Introspection), "algorithms and issuers");
    isTrue(c.slackSec <= 300 && c.timeoutMs > 0 && c.sources.length > 0, "bounds");
    return true;
  }
}

export function duty_130_a_changed_configuration_is_accepted_as_a_whole_or_not_at_all(): void {
  some(new ConfigurationReader().fuzz([
    "{" + MINIMAL + ",\"realm\":\"$ENV://A\",\"required_scopes\":[\"a\",\"b\"],\"claim_headers\":{\"sub\":\"x-sub\",\"a.b\":\"x-b\"},\"auth_accept_token_as\":[\"header\",\"query:t\"]}",
    "{\"unauth_action\":\"pass\"," + DISCOVERY + ",\"claim_validator\":{\"audience\":{\"claim\":\"aud\",\"required\":true},\"issuer\":{\"valid_issuers\":[\"i\"]}},\"timeout\":5,\"iat_slack\":1e2}",
    "{\"bearer_only\":true,\"introspection_endpoint\":\"https://h/i\",\"client_id\":\"a\",\"client_secret\":\"b\",\"provider_cluster\":\"c\",\"introspection_addon_headers\":\"x-a\"}",
  ], 1500));
}

/** If a reader accepted none of the changed inputs, its invariant would test nothing. */
function some(reader: Reader): void { isTrue(reader.accepted > 20, reader.accepted.toString() + " changed inputs were accepted"); }
