// The median and the spread of numbers.

export function median(values: number[]): number { return quantile(values, 0.5); }

export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b), at = (sorted.length - 1) * share, below = Math.floor(at);
  return sorted.length === 0 ? NaN : sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
}
