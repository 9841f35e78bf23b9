import { start } from "./fixture";

/** The error lines for a configuration, one for each mistake; none if it is accepted. */
export function mistakes(config: object | string | Uint8Array, env: Record<string, string> = {}): string[] {
  try {
    start({ config, start: { env } });
  } catch (error) {
    return String((error as Error).message).split("\n").filter((line) => line.startsWith("error")).map((line) => line.replace(/^error: envoy-oidc: configuration: /, ""));
  }
  return [];
}
