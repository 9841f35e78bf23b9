// Waits for the introspection response about a token.

import { Reply } from "../../http/callout";
import { IntrospectionFault, introspectionFaultText, readIntrospection } from "../../oidc/introspection";
import { admitActive } from "../decision/admit";
import { Exchange } from "../decision/exchange";
import { Next, Refuse, Step } from "../decision/next";
import { INACTIVE, PROVIDER_UNREACHABLE } from "../decision/refusal";

/** How long an inactive result is cached: long enough to spare the provider a flood, too short to lock out a new token. */
const INACTIVE_SEC: i64 = 5;

@final
export class ReadAnswer extends Step {
  resume(x: Exchange, reply: Reply): Next {
    const answer = readIntrospection(reply);
    const fault = answer.fault;
    if (fault == null) return admitActive(x, answer.value);
    if (fault.code == IntrospectionFault.Inactive) return new Refuse(INACTIVE, x.nowSec + INACTIVE_SEC);
    // Without an answer there is no verdict: the request is refused, and nothing is cached.
    return new Refuse(PROVIDER_UNREACHABLE, 0, introspectionFaultText(fault.code, fault.at));
  }
}
