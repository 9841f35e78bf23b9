// What there is one of in this VM.

import { Bodies } from "./bodies";
import { Logs } from "./logs";
import { Metrics } from "./metrics";
import { Roots } from "./roots";

export const logs = new Logs();
export const metrics = new Metrics();
export const roots = new Roots();
export const bodies = new Bodies();
