/** The circles in a graph of imports, each once, as `a → b → a`. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [], done = new Set<string>(), path: string[] = [];
  const visit = (at: string): void => {
    const since = path.indexOf(at);
    if (since >= 0) found.push([...path.slice(since), at].join(" → "));
    if (since >= 0 || done.has(at)) return;
    path.push(at);
    for (const to of imports.get(at) ?? []) visit(to);
    path.pop();
    done.add(at);
  };
  for (const at of imports.keys()) visit(at);
  return found;
}
