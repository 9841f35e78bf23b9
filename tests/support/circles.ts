/** The circles in a graph of imports, each once, as `a → b → a`. */
export function circles(leads: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [], done = new Set<string>(), way: string[] = [];
  const visit = (at: string): void => {
    const since = way.indexOf(at);
    if (since >= 0) found.push([...way.slice(since), at].join(" → "));
    if (since >= 0 || done.has(at)) return;
    way.push(at);
    for (const to of leads.get(at) ?? []) visit(to);
    way.pop();
    done.add(at);
  };
  for (const at of leads.keys()) visit(at);
  return found;
}
