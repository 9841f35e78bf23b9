// The common parts of the demo's pages, at the provider and at the upstream: no script, no framework, light and dark.

export interface Page {
  title: string;
  /** HTML. The caller escapes everything that it did not write itself. */
  body: string;
  style?: string;
}

/** For static pages. A login form ends at another origin, so there is no form-action. */
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

export function htmlPage({ title, body, style = "" }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; --text: #1d2329; --soft: #5c6770; --line: #d9dee3; --back: #fff; --panel: #f5f7f9; --accent: #1b5fae; --on-accent: #fff; }
  @media (prefers-color-scheme: dark) { :root { --text: #e4e8ec; --soft: #9aa5af; --line: #38414a; --back: #15191d; --panel: #1e242a; --accent: #7db4f2; --on-accent: #10151a; } }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 0 1.25rem 4rem; color: var(--text); background: var(--back); }
  h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
  h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; }
  p { margin: .5rem 0; }
  a { color: var(--accent); }
  code, .code { font-family: ui-monospace, monospace; font-size: .875em; overflow-wrap: anywhere; }
  .soft { color: var(--soft); }
  .small { font-size: .875rem; }
  button, .button { display: inline-block; font: inherit; line-height: 1.4; padding: .45rem 1rem; border: 1px solid var(--line); border-radius: 6px; color: var(--text); background: var(--panel); text-decoration: none; cursor: pointer; }
  button:hover, .button:hover { border-color: var(--accent); }
  .main { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
${style}</style>
${body}
</html>
`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
