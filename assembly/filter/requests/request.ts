// A request that memory did not settle.

import { copied, EMPTY } from "../../bytes/bytes";
import { atEndpoint, browse } from "../../flow/browse";
import { decide } from "../../flow/bearer/decide";
import { Exchange } from "../../flow/decision/exchange";
import { Next, Refuse } from "../../flow/decision/next";
import { NO_TOKEN } from "../../flow/decision/refusal";
import { Endpoint, BrowserRequest } from "../../flow/decision/browser_request";
import { Configuration } from "../calls/roots";
import { RuleSettings } from "../rules/rule_settings";
import { Share } from "../rules/share";
import { cookies, credential, headers, verdictKey } from "./current";

/** What it takes to decide a request, and to decide it again as long as its headers are at hand. */
@final
export class Request {
  /** Its bearer token; null where it has none, or none that counts. */
  token: Uint8Array | null = null;
  /** By what the verdict on the token is cached (filter/verdicts/verdict_key.ts); EMPTY where it may not be. */
  key: Uint8Array = EMPTY;

  constructor(readonly root: Configuration, readonly rule: RuleSettings, readonly stream: u32, readonly place: Endpoint, readonly secure: bool, readonly bodyFollows: bool) {}

  /** Its bearer token is what is decided about. */
  takeToken(): void {
    const token = copied(credential.at, credential.size);
    this.token = token;
    this.key = verdictKey.at == credential.at ? token : copied(verdictKey.at, verdictKey.size);
  }

  /** What its calls and waits count in. */
  get share(): Share { return this.token == null ? this.rule.browsers : this.rule.tokens; }

  /** The one decision: about the token, for a browser, or at one of the filter's own endpoints. */
  decide(x: Exchange): Next {
    const token = this.token, browser = this.rule.config.browser;
    if (token != null) return decide(x, token);
    if (browser == null) return new Refuse(NO_TOKEN);
    const request = new BrowserRequest(browser, headers, cookies, this.secure);
    return this.place == Endpoint.Elsewhere ? browse(x, request) : atEndpoint(x, request, this.place);
  }
}
