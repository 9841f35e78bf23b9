// "Did you mean …?" for misspelt attribute names.

const MAX_NAME = 64;

/** The known name with the fewest edits. At most two of its letters, or a third of them, may differ; otherwise "". */
export function nearest(name: string, known: string[]): string {
  if (name.length > MAX_NAME) return "";
  let best = "", fewest = max(2, name.length / 3) + 1;
  for (let i = 0; i < known.length; i++) {
    const edits = distance(name, known[i]);
    if (edits < fewest) {
      fewest = edits;
      best = known[i];
    }
  }
  return best;
}

/** Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): i32 {
  const row = new StaticArray<i32>(b.length + 1);
  for (let j = 0; j <= b.length; j++) row[j] = j;
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0];
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      const change = diagonal + (a.charCodeAt(i - 1) == b.charCodeAt(j - 1) ? 0 : 1);
      row[j] = min(change, min(above, row[j - 1]) + 1);
      diagonal = above;
    }
  }
  return row[b.length];
}
