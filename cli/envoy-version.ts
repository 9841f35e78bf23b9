// Versions of Envoy, and what they changed for the filter's configuration.

/** The first version with capability_restriction_config inside vm_config. It warns of the field beside it. */
export const RESTRICTION_MOVED = [1, 40];

/** Compares as many numbers as `than` has: 1.36.4-dev is before [1, 37], and not before [1, 36]. */
export function isBefore(version: string, than: readonly number[]): boolean {
  const own = version.split(".").map((part) => Number.parseInt(part, 10)), at = than.findIndex((number, i) => (own[i] ?? 0) !== number);
  return at >= 0 && (own[at] ?? 0) < than[at]!;
}
