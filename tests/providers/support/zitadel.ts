// Runs the example server of Zitadel's library (tests/providers/zitadel).

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";
import { built, PERSON, serve, type Provider } from "./provider";

export const zitadel: Provider = {
  name: "zitadel",
  methods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  introspection: ["private_key_jwt"],
  tokens: ["jwt", "opaque"],
  userinfo: { sub: "id1", preferred_username: "alice", name: "Alice Müller" },
  clientCredentials: false,
  audience: true,
  revocation: true,
  backchannel: false,
  rotation: "adds",
  logoutWithoutHint: true,

  async start(port, clients) {
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-zitadel-"));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    const users = join(folder, "users.json"), origin = `http://127.0.0.1:${port}`;
    await writeFile(users, JSON.stringify({ id1: { ID: "id1", Username: PERSON.name, Password: PERSON.password, FirstName: "Alice", LastName: "Müller", PreferredLanguage: "de" } }));
    await serve(`${origin}/.well-known/openid-configuration`, join(await built("zitadel"), "provider"), [], {
      env: { LISTEN: `127.0.0.1:${port}`, ISSUER: `${origin}/`, USERS: users, CLIENTS: JSON.stringify(clients) },
    });
    return {
      hosts: { "https://idp.example.com": origin },
      clusters: { idp: { port } },
      tokenEndpoint: `${origin}/oauth/token`,
      userinfoEndpoint: `${origin}/userinfo`,
      revocation: `${origin}/revoke`,
      rotate: async () => { await fetch(`${origin}/test/rotate`, { method: "POST" }); },
    };
  },
};
