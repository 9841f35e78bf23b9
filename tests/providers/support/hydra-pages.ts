// The login, consent and logout pages, which Hydra's operators have to write.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { close, listenOn } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { PERSON } from "./provider";

/** Returns the pages' origin. */
export async function startPages(admin: string): Promise<string> {
  const server = createServer((request, response) => {
    void answer(admin, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  const port = await listenOn(server, 0);
  atEnd(() => close(server));
  return `http://127.0.0.1:${port}`;
}

async function answer(admin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, "http://localhost");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  const step = pathname.slice(1);
  const challenge = searchParams.get(`${step}_challenge`);
  if (challenge === null) return page(response, 400, `<h1>${step}</h1><p>${searchParams}</p>`);
  const at = (path: string) => `${admin}/admin/oauth2/auth/requests/${step}${path}?${step}_challenge=${encodeURIComponent(challenge)}`;
  const accept = async (body: object) => {
    const answered = await json(await fetch(at("/accept"), { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }));
    response.writeHead(302, { location: answered.redirect_to as string }).end();
  };

  if (step === "logout") return accept({});
  const asked = await json(await fetch(at("")));
  if (step === "login") {
    if (asked.skip === true) return accept({ subject: asked.subject });
    if (form.get("password") === PERSON.password) return accept({ subject: form.get("username"), remember: true, remember_for: 3600 });
    return page(response, 200, '<h1>Log in</h1><form method="post"><input name="username"><input name="password" type="password"><button>Log in</button></form>');
  }
  if (asked.skip === true || form.has("allow")) {
    const { requested_scope: grant_scope, requested_access_token_audience: grant_access_token_audience } = asked;
    return accept({ grant_scope, grant_access_token_audience, remember: true, remember_for: 3600, session: { id_token: { name: "Alice Müller" } } });
  }
  return page(response, 200, '<h1>Allow?</h1><form method="post"><button name="allow" value="yes">Allow</button></form>');
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html>${html}`);
}

async function json(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (!response.ok) throw new Error(`Hydra answered ${response.url} with ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
