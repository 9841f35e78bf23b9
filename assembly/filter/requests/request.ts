// A request without a cached verdict.

import { copied, EMPTY } from "../../bytes/bytes";
import { atOwnEndpoint, browse } from "../../flow/browse";
import { decide } from "../../flow/bearer/decide";
import { Exchange } from "../../flow/decision/exchange";
import { Next, Refuse } from "../../flow/decision/next";
import { NO_TOKEN } from "../../flow/decision/refusal";
import { OwnEndpoint, BrowserRequest } from "../../flow/decision/browser_request";
import { Configuration } from "../calls/roots";
import { RuleSettings } from "../rules/rule_settings";
import { Share } from "../rules/share";
import { cookies, credential, headers, verdictKey } from "./current";

/** What a decision about a request needs. It can be decided again while its headers can be read. */
@final
export class Request {
  /** Its bearer token; null if it has none, or if it is ignored. */
  token: Uint8Array | null = null;
  /** The key of the token's verdict in the cache (filter/verdicts/verdict_key.ts); EMPTY if it may not be cached. */
  key: Uint8Array = EMPTY;

  constructor(readonly root: Configuration, readonly rule: RuleSettings, readonly endpoint: OwnEndpoint, readonly secure: bool, readonly bodyFollows: bool) {}

  /** The decision is about its bearer token. */
  takeToken(): void {
    const token = copied(credential.at, credential.size);
    this.token = token;
    this.key = verdictKey.at == credential.at ? token : copied(verdictKey.at, verdictKey.size);
  }

  /** The share that its calls and waits count towards. */
  get share(): Share { return this.token == null ? this.rule.browsers : this.rule.tokens; }

  /** The only decision: about the token, for a browser, or at one of the filter's own endpoints. */
  decide(x: Exchange): Next {
    const token = this.token, browser = this.rule.config.browser;
    if (token != null) return decide(x, token);
    if (browser == null) return new Refuse(NO_TOKEN);
    const request = new BrowserRequest(browser, headers, cookies, this.secure);
    return this.endpoint == OwnEndpoint.None ? browse(x, request) : atOwnEndpoint(x, request, this.endpoint);
  }
}
