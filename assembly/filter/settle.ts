// How a request ends here: it goes on with an identity, or is answered.

import { FilterHeadersStatus } from "../abi/enums";
import { removeRequestHeader, replaceRequestHeader } from "../abi/host";
import { utf8 } from "../bytes/bytes";
import { Config } from "../config/config";
import { ForwardSession, Page, Redirect, Refuse } from "../flow/next";
import { Refusal } from "../flow/refusal";
import { applyIdentity, hideQueryToken, scrub } from "./admit";
import { cookies, credential, headers } from "./current";
import { Guard } from "./guard";
import { Outcome } from "./metrics";
import { respond, respondPage, respondRedirect } from "./respond";
import { noteCookies, noteLetThrough, noteNoStore } from "./responses";
import { logs, metrics } from "./world";

const COOKIE = utf8("cookie");

/** With the identity that the request's token or session has earned. */
export function admit(identity: usize, size: usize, stream: u32, guard: Guard, outcome: Outcome): FilterHeadersStatus {
  scrub(headers);
  if (credential.fromQuery != null) {
    hideQueryToken(headers, credential);
    noteNoStore(stream);
  }
  if (!guard.root.cookieNames.isEmpty) stripCookies();
  if (guard.root.watchesResponses) noteLetThrough(stream);
  applyIdentity(identity, size, credential);
  metrics.outcome(outcome);
  return FilterHeadersStatus.Continue;
}

export function admitAnonymous(stream: u32, guard: Guard, outcome: Outcome): FilterHeadersStatus {
  return admit(0, 0, stream, guard, outcome);
}

export function admitSession(forward: ForwardSession, stream: u32, guard: Guard, now: i64): FilterHeadersStatus {
  const status = admit(forward.identity.dataStart, forward.identity.length, stream, guard, Outcome.Session);
  if (forward.setCookies.length > 0) noteCookies(stream, forward.setCookies, now);
  return status;
}

/** `presented`: the request carried a credential. */
export function refuse(refusal: Refusal, guard: Guard | null, presented: bool): FilterHeadersStatus {
  return refuseWith(new Refuse(refusal), guard, presented);
}

/** `guard`: null where there is no configuration. */
export function refuseWith(refuse: Refuse, guard: Guard | null, presented: bool): FilterHeadersStatus {
  const refusal = refuse.refusal;
  metrics.refused(refusal);
  const lines = guard == null ? logs.strays : guard.root.lines, config: Config | null = guard == null ? null : guard.config;
  lines.refused(guard == null ? "" : guard.rule, refusal.code, refusal.status, presented, refuse.place);
  respond(refuse, config, headers.all("accept"));
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

export function redirect(next: Redirect): FilterHeadersStatus {
  metrics.visited(next.visited);
  respondRedirect(next);
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

export function page(next: Page): FilterHeadersStatus {
  metrics.visited(next.visited);
  respondPage(next);
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

/** The filter's own cookies go no further than here (duty 95). */
function stripCookies(): void {
  if (cookies.own == 0) return;
  const others = cookies.others();
  if (others.length == 0) removeRequestHeader(COOKIE.dataStart, COOKIE.length);
  else replaceRequestHeader(COOKIE.dataStart, COOKIE.length, others.dataStart, others.length);
}
