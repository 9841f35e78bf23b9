import { start } from "./fixture";

/** What a configuration is refused with, a line for each mistake; none where it is taken. */
export function mistakes(config: object | string | Uint8Array, env: Record<string, string> = {}): string[] {
  try {
    start({ config, start: { env } });
  } catch (error) {
    return String((error as Error).message).split("\n").filter((line) => line.startsWith("error")).map((line) => line.replace(/^error: envoy-oidc: configuration: /, ""));
  }
  return [];
}
