// Runs django-oauth-toolkit (tests/providers/django).

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../../envoy/support/cleanup";
import { built, serve, type Provider } from "./provider";

export const django: Provider = {
  name: "django",
  methods: ["client_secret_basic", "client_secret_post"],
  introspection: ["client_secret_post"],
  tokens: ["opaque"],
  userinfo: { sub: "1", preferred_username: "alice", name: "Alice Müller" },
  clientCredentials: true,
  audience: false,
  revocation: false,
  backchannel: false,
  rotation: "adds",
  logoutWithoutHint: true,

  async start(port, clients) {
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-django-"));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    const home = await built("django"), origin = `http://127.0.0.1:${port}`;
    await serve(`${origin}/o/.well-known/openid-configuration`, "python3", [join(home, "app.py")], {
      env: { PYTHONPATH: join(home, "site"), PYTHONUNBUFFERED: "1", DATABASE: join(folder, "database"), LISTEN: `127.0.0.1:${port}`, CLIENTS: JSON.stringify(clients) },
    });
    return {
      hosts: { "https://idp.example.com": origin },
      clusters: { idp: { port } },
      tokenEndpoint: `${origin}/o/token/`,
      userinfoEndpoint: `${origin}/o/userinfo/`,
      revocation: `${origin}/o/revoke_token/`,
      rotate: async () => { await fetch(`${origin}/test/rotate`, { method: "POST" }); },
    };
  },
};
