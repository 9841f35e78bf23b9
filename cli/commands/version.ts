import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version in package.json: two folders up in the project, one up from the compiled command. */
export const VERSION = [join(__dirname, "../../package.json"), join(__dirname, "../package.json")].map((path) => {
  try { return (JSON.parse(readFileSync(path, "utf8")) as { name?: string; version: string }); } catch { return undefined; }
}).find((found) => found?.name === "envoy-oidc")?.version ?? "unknown";
