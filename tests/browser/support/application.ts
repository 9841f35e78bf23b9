// An application that uses the provider directly, without Envoy and the filter, for tests of the provider itself.

import { createServer } from "node:http";
import { close, listenOn } from "../../../cli/demo/ports";
import { BROWSER_CLIENT, type BrowserOptions } from "../../../cli/demo/provider-clients";
import { atEnd } from "../../envoy/support/cleanup";
import { startProvider, type TestProvider } from "../../envoy/support/provider";

export interface Tokens { access_token: string; refresh_token: string; id_token: string; error?: string }

export interface Application {
  provider: TestProvider;
  url: string;
  /** The logout tokens that the provider has sent. */
  logoutTokens: string[];
  loginUrl(parameters?: Record<string, string>): string;
  token(form: Record<string, string>): Promise<Tokens>;
  /** Exchanges the code of a callback's URL for tokens. */
  redeem(callback: string): Promise<Tokens>;
}

export async function startApplication(options: Partial<BrowserOptions> = {}): Promise<Application> {
  const logoutTokens: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      if (request.url === "/backchannel-logout") logoutTokens.push(new URLSearchParams(body).get("logout_token") ?? "");
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>The application</h1>");
    });
  });
  const url = `http://localhost:${await listenOn(server, 0)}`;
  atEnd(() => close(server));
  const provider = await startProvider({
    browser: { redirectUris: [`${url}/callback`], postLogoutRedirectUris: [`${url}/`], backchannelLogoutUri: url.replace("localhost", "127.0.0.1") + "/backchannel-logout", ...options },
  });
  const token = async (form: Record<string, string>): Promise<Tokens> => {
    const authorization = `Basic ${Buffer.from(`${BROWSER_CLIENT.id}:${BROWSER_CLIENT.secret}`).toString("base64")}`;
    return await (await fetch(`${provider.issuer}/token`, { method: "POST", headers: { authorization }, body: new URLSearchParams(form) })).json() as Tokens;
  };
  return {
    provider, url, logoutTokens, token,
    loginUrl: (parameters = {}) => `${provider.issuer}/auth?${new URLSearchParams({
      client_id: BROWSER_CLIENT.id, response_type: "code", redirect_uri: `${url}/callback`, scope: "openid profile email offline_access read", state: "s", nonce: "n", ...parameters,
    })}`,
    redeem: (callback) => token({ grant_type: "authorization_code", code: new URL(callback).searchParams.get("code") ?? "", redirect_uri: `${url}/callback` }),
  };
}
