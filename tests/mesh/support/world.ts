// The provider and the upstream of a gateway. The filter is a client of the provider.

import { join } from "node:path";
import { freePort } from "../../../cli/demo/ports";
import { startProvider, type TestProvider } from "../../envoy/support/provider";
import { startUpstream } from "../../envoy/support/upstream";
import type { Gateway } from "./conversation";

/** Self-signed, only for idp.example.com, valid until 2126. */
export const AUTHORITY = join(__dirname, "tls/idp.example.com.pem");

export const AFTER_LOGOUT = "https://www.example.com/";

export interface World extends Gateway {
  /** The port on 127.0.0.1 where the gateway has to listen. */
  port: number;
  providerPort: number;
}

export async function startParts(): Promise<World> {
  const port = await freePort(), app = `https://app.localhost:${port}`;
  const [provider, upstream] = await Promise.all([
    startProvider({ browser: { redirectUris: [`${app}/callback`], postLogoutRedirectUris: [AFTER_LOGOUT], backchannelLogoutUri: `http://127.0.0.1:${port}/backchannel-logout` } }),
    startUpstream(),
  ]);
  return { app, port, provider, upstream, providerPort: portOf(provider) };
}

const portOf = ({ issuer }: TestProvider): number => Number(new URL(issuer).port);
