// Writes envoy/observability/dashboard.json: npx tsx cli/dashboard.ts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DASHBOARD, dashboard } from "./dashboard/build";

writeFileSync(join(__dirname, "..", DASHBOARD), dashboard());
