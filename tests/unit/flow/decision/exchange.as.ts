/** Exchanges for a decision, with a provider, randomness and registry of the test, and the result of a decision as text. */

import { Config } from "../../../../assembly/config/config";
import { Claim, Entropy, Exchange, Once, ProviderView, RefreshState, Registry, Waits } from "../../../../assembly/flow/decision/exchange";
import { Await, AwaitProvider, Forward, Next, Refuse } from "../../../../assembly/flow/decision/next";
import { KeySet, readJwks } from "../../../../assembly/jose/jwks";
import { Reply } from "../../../../assembly/http/callout";
import { Endpoints } from "../../../../assembly/oidc/endpoints";
import { isIssuer, Metadata, readMetadata } from "../../../../assembly/oidc/discovery";
import { text, utf8 } from "../../check";
import { configOf } from "../../config/compiled.as";
import { SECRET } from "../../jose/tokens.as";

export const NOW: i64 = 1_700_000_000;

/** A provider in the state that a test sets. Counts how often a new fetch of the keys was requested. */
export class FakeProvider extends ProviderView {
  document: string = "";
  jwks: string = "";
  allowsRefetch: bool = true;
  onTheWay: bool = false;
  up: bool = true;
  exact: bool = true;
  refetches: i32 = 0;

  metadata(): Metadata | null { return this.document == "" ? null : readMetadata(new Reply(200, utf8(this.document)), utf8("https://idp.example.com"), false, false, new Endpoints()).value; }
  issuer(): Uint8Array { return utf8("https://idp.example.com"); }
  isIssuer(iss: Uint8Array): bool { return isIssuer(iss, utf8("https://idp.example.com"), this.exact); }
  keys(): KeySet | null { return this.jwks == "" ? null : readJwks(utf8(this.jwks)).value; }
  failing: bool = false;
  dropped: string = "";
  newerKeys(): bool { return false; }
  get keysFailing(): bool { return this.failing; }
  hasDropped(kid: Uint8Array | null): bool { return kid != null && this.dropped.length > 0 && text(kid) == this.dropped; }
  askForKey(_fromProvider: bool): bool { this.refetches++; return this.allowsRefetch; }
  coming(): bool { return this.onTheWay; }
  answers(): bool { return this.up; }
}

/** Returns different bytes each time, or null if `empty`. */
export class FakeEntropy extends Entropy {
  empty: bool = false;
  private next: u8 = 1;
  bytes(size: i32): Uint8Array | null { return this.empty ? null : new Uint8Array(size).fill(this.next++); }
}

/** A registry in memory, with the state of a refresh that a test sets. */
export class FakeRegistry extends Registry {
  readonly endedKeys: u64[] = [];
  full: bool = false;
  readonly seen: string[] = [];
  state: RefreshState | null = null;
  get nothingEnded(): bool { return this.endedKeys.length == 0; }
  ended(key: u64, _beganAtSec: i64): bool { return this.endedKeys.includes(key); }
  end(key: u64, _person: u64, _nowSec: i64, _untilSec: i64): bool {
    if (!this.full) this.endedKeys.push(key);
    return !this.full;
  }
  claim(what: Once, key: Uint8Array, _nowMs: i64, _untilMs: i64): Claim {
    const name = what.toString() + key.toString();
    if (this.seen.includes(name)) return Claim.Taken;
    this.seen.push(name);
    return Claim.Mine;
  }
  release(what: Once, key: Uint8Array, _nowMs: i64): void {
    const at = this.seen.indexOf(what.toString() + key.toString());
    if (at >= 0) this.seen.splice(at, 1);
  }
  refresh(_key: Uint8Array, _nowMs: i64): RefreshState | null { return this.state; }
}

export function exchange(config: Config, provider: ProviderView | null = null, waited: bool = false): Exchange {
  return new Exchange(config, NOW * 1000, provider, [], new Waits(waited, 0), new FakeEntropy(), new FakeRegistry());
}

/** A configuration for HS256 with SECRET and the issuer https://idp.example.com, and these members. */
export function secretConfig(members: string = ""): Config {
  const validator = members.includes("\"claim_validator\"") ? "" : ",\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://idp.example.com\"]}}";
  return configOf("{\"bearer_only\":true,\"symmetric_key\":\"" + SECRET + "\",\"token_signing_alg_values_expected\":\"HS256\"" + validator + (members.length > 0 ? "," + members : "") + "}");
}

export function introspectionConfig(members: string = ""): Config {
  return configOf("{\"bearer_only\":true,\"introspection_endpoint\":\"https://idp.example.com/i\",\"provider_cluster\":\"idp\",\"client_id\":\"c\",\"client_secret\":\"s\"" + (members.length > 0 ? "," + members : "") + "}");
}

/** The result in one word: `forward`, `await`, `await provider`, or the refusal's code. */
export function outcome(next: Next): string {
  if (next instanceof Refuse) return (next as Refuse).refusal.code;
  if (next instanceof Forward) return "forward";
  if (next instanceof Await) return "await";
  return next instanceof AwaitProvider ? "await provider" : "?";
}

/** For how many seconds the verdict may be cached; 0: not at all. */
export function cachedSec(next: Next): i64 {
  const until = next instanceof Refuse ? (next as Refuse).untilSec : next instanceof Forward ? (next as Forward).untilSec : 0;
  return until == 0 ? 0 : until - NOW;
}

export function statusOf(next: Next): i32 { return next instanceof Refuse ? (next as Refuse).refusal.status : 200; }
export function identityText(next: Next): string { return next instanceof Forward ? text((next as Forward).identity) : ""; }
