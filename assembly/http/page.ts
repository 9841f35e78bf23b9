// The bodies of refusals. All text in them is our own.

export function refusalJson(error: string, code: string, description: string): string {
  const head = error.length > 0 ? `{"error":"${error}",` : "{";
  return `${head}"error_description":"${description}","code":"${code}"}\n`;
}

export function refusalPage(status: i32, code: string, description: string): string {
  const title = status == 503 ? "Not available right now" : status == 403 ? "Not allowed" : status == 401 ? "Sign-in needed" : "Bad request";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.4rem}code{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}code{color:#999}}</style>
<h1>${title}</h1>
<p>${description}</p>
<p><code>${status} ${code}</code></p>
</html>
`;
}
