// The login at the provider: oidc-provider sends the browser to /interaction/…, and gets it back with a result.

import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { PAGE_HEADERS } from "./page";
import { errorPage, loginPage } from "./provider-pages";

const PATH = /^\/interaction\/[\w-]+$/;
const NAME = /^[\w.-]{1,40}$/;
const MAX_BODY = 4096;

/** Handles the request if it belongs to a login in progress, and returns whether it did. */
export function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): boolean {
  const path = request.url ?? "";
  if (!PATH.test(path)) return false;
  answer(provider, path, request, response).catch((error: Error) => {
    send(response, 400, errorPage(error.name, "This login is over, or was begun in another browser."));
  });
  return true;
}

async function answer(provider: Provider, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name !== "login") return provider.interactionFinished(request, response, { consent: {} }); // the login implies consent
  const form = request.method === "POST" ? await readForm(request) : new URLSearchParams();
  if (form.has("cancel")) {
    return provider.interactionFinished(request, response, { error: "access_denied", error_description: "The login was cancelled." });
  }
  const login = (form.get("login") ?? "").trim().toLowerCase();
  if (NAME.test(login)) return provider.interactionFinished(request, response, { login: { accountId: login } });
  send(response, 200, loginPage({ client: String(params.client_id), scope: String(params.scope), action: path }));
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MAX_BODY) throw new Error("The form is too long.");
  }
  return new URLSearchParams(body);
}

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, PAGE_HEADERS).end(html);
}
