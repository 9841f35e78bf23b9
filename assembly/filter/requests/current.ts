// The current request. All requests use the same objects, so that a cached verdict allocates nothing. Valid until the callback returns.

import { Credential } from "../../flow/bearer/credential";
import { CookieScan } from "../../http/cookies";
import { HeaderBlock } from "../../http/header_block";
import { VerdictKey } from "../verdicts/verdict_key";

export const headers = new HeaderBlock();
export const credential = new Credential();
export const verdictKey = new VerdictKey();
export const cookies = new CookieScan();

/** The id of its stream. */
export let stream: u32 = 0;
export function setStream(id: u32): void { stream = id; }
