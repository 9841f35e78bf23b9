// Runs Spring Authorization Server (tests/providers/spring).

import { join } from "node:path";
import { built, serve, type Provider } from "./provider";

export const spring: Provider = {
  name: "spring",
  methods: ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
  introspection: ["client_secret_post", "client_secret_jwt", "private_key_jwt"],
  tokens: ["jwt", "opaque"],
  userinfo: { sub: "alice" },
  clientCredentials: true,
  audience: true,
  revocation: true,
  backchannel: false,
  rotation: "adds",
  logoutWithoutHint: false,

  async start(port, clients) {
    const issuer = `http://127.0.0.1:${port}`;
    await serve(`${issuer}/.well-known/openid-configuration`, "java", ["-XX:TieredStopAtLevel=1", "-jar", join(await built("spring"), "target/spring.jar")], {
      env: { SERVER_PORT: String(port), SERVER_ADDRESS: "127.0.0.1", ISSUER: issuer, CLIENTS: JSON.stringify(clients) },
    });
    return {
      hosts: { "https://idp.example.com": issuer },
      clusters: { idp: { port } },
      tokenEndpoint: `${issuer}/oauth2/token`,
      userinfoEndpoint: `${issuer}/userinfo`,
      revocation: `${issuer}/oauth2/revoke`,
      rotate: async () => { await fetch(`${issuer}/test/rotate`, { method: "POST" }); },
    };
  },
};
