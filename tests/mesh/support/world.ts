// Provider and upstream of a gateway, and the client under which its filter logs people in.

import { join } from "node:path";
import { freePort } from "../../../cli/demo/ports";
import { startProvider, type TestProvider } from "../../envoy/support/provider";
import { startUpstream } from "../../envoy/support/upstream";
import type { Gateway } from "./conversation";

/** Self-signed, for idp.example.com alone, until 2126. */
export const AUTHORITY = join(__dirname, "tls/idp.example.com.pem");

export const AFTER_LOGOUT = "https://www.example.com/";

export interface World extends Gateway {
  /** Where the gateway has to listen, on 127.0.0.1. */
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
