// Runs NAV's mock-oauth2-server (tests/providers/navikt). It accepts every client and every user, and its keys never change.

import { join } from "node:path";
import { built, serve, type Provider } from "./provider";

export const navikt: Provider = {
  name: "navikt",
  methods: ["client_secret_basic"],
  introspection: [],
  tokens: [],
  userinfo: { sub: "alice" },
  clientCredentials: false,
  audience: false,
  revocation: false,
  backchannel: false,
  rotation: "none",
  logoutWithoutHint: true,

  async start(port, clients) {
    const issuer = `http://127.0.0.1:${port}/default`;
    const tokens = { issuerId: "default", tokenExpiry: clients[0]!.seconds, requestMappings: [] };
    const config = { interactiveLogin: true, rotateRefreshToken: true, httpServer: "NettyWrapper", tokenCallbacks: [tokens] };
    await serve(`${issuer}/.well-known/openid-configuration`, "java", ["-XX:TieredStopAtLevel=1", "-cp", join(await built("navikt"), "target/dependency/*"), "no.nav.security.mock.oauth2.StandaloneMockOAuth2ServerKt"], {
      env: { SERVER_HOSTNAME: "127.0.0.1", SERVER_PORT: String(port), JSON_CONFIG: JSON.stringify(config) },
    });
    return {
      hosts: { "https://idp.example.com": `http://127.0.0.1:${port}` },
      clusters: { idp: { port } },
      tokenEndpoint: `${issuer}/token`,
      userinfoEndpoint: `${issuer}/userinfo`,
      revocation: `${issuer}/revoke`,
    };
  },
};
