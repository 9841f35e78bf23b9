// Runs LemonLDAP::NG (tests/providers/lemonldap): Debian's packages in a separate folder, with the Perl and the C library of the same release.

import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atEnd } from "../../envoy/support/cleanup";
import { built, PERSON, serve, type Client, type Provider } from "./provider";

const FULL_NAME = "Alice Müller";
/** On a request, its processes look for a new configuration if the last look was a second ago. They count in whole seconds. */
const READ_WITHIN_MS = 2_100;

export const lemonldap: Provider = {
  name: "lemonldap",
  methods: ["client_secret_post"],
  introspection: [],
  tokens: ["jwt", "opaque"],
  userinfo: { sub: "alice", preferred_username: "alice", name: FULL_NAME },
  clientCredentials: true,
  audience: true,
  revocation: false,
  backchannel: false,
  rotation: "replaces",
  logoutWithoutHint: true,

  async start(port, clients) {
    const home = await built("lemonldap"), folder = await mkdtemp(join(tmpdir(), "envoy-oidc-lemonldap-"));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    const origin = `http://localhost:${port}`, sessions = join(folder, "sessions"), conf = join(folder, "conf");
    for (const path of [join(sessions, "lock"), join(folder, "psessions/lock"), conf]) await mkdir(path, { recursive: true });
    const ini = join(folder, "lemonldap-ng.ini");
    await writeFile(ini, settings(home, conf));
    let number = 0;
    const configure = async () => {
      await writeFile(join(folder, "next"), JSON.stringify(configuration(origin, folder, clients, ++number)));
      await rename(join(folder, "next"), join(conf, `lmConf-${number}.json`)); // so that no process reads half a file
    };
    await configure();
    await serve(`${origin}/.well-known/openid-configuration`, join(home, "perl"), [
      join(home, "debian/usr/bin/starman"), "--listen", `127.0.0.1:${port}`, "--workers", "4", join(home, "app.psgi"),
    ], {
      env: { LLNG_DEFAULTCONFFILE: ini, SHARE: join(home, "debian/usr/share"), PERSON: PERSON.name, PASSWORD: PERSON.password, FULL_NAME },
    });
    return {
      hosts: { "https://auth.example.com": origin },
      clusters: { idp: { port } },
      tokenEndpoint: `${origin}/oauth2/token`,
      userinfoEndpoint: `${origin}/oauth2/userinfo`,
      revocation: (token) => rm(join(sessions, token)),
      rotate: async () => { await configure(); await sleep(READ_WITHIN_MS); },
    };
  },
};

/** The portal's file of settings. */
const settings = (home: string, conf: string) => `
[all]
logger = Lemonldap::NG::Common::Logger::Std
logLevel = warn
checkTime = 1
[configuration]
type = File
dirName = ${conf}
[portal]
staticPrefix = /static
templateDir = ${home}/debian/usr/share/lemonldap-ng/portal/templates
languages = en
`;

/** The configuration that LemonLDAP::NG's manager would write. */
function configuration(origin: string, folder: string, clients: Client[], number: number): object {
  const storage = (name: string) => ({ Directory: join(folder, name), LockDirectory: join(folder, name, "lock"), generateModule: "Lemonldap::NG::Common::Apache::Session::Generate::SHA256" });
  const key = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: { format: "pem", type: "spki" }, privateKeyEncoding: { format: "pem", type: "pkcs1" } });
  const byName = <T>(value: (client: Client) => T) => Object.fromEntries(clients.map((client, i) => [`client${i}`, value(client)]));
  return {
    cfgNum: number, cfgAuthor: "tests", cfgDate: String(Math.floor(Date.now() / 1000)), cfgVersion: "2.16.1",
    key: "a key of the tests", portal: `${origin}/`, domain: "localhost", cookieName: "lemonldap", securedCookie: 0,
    authentication: "Demo", userDB: "Same", passwordDB: "Null", demoExportedVars: { uid: "uid", cn: "cn" }, whatToTrace: "uid",
    captcha: "::Main::Plugin", // the default needs an image library, although no captcha is shown
    globalStorage: "Apache::Session::File", globalStorageOptions: storage("sessions"),
    persistentStorage: "Apache::Session::File", persistentStorageOptions: storage("psessions"),
    localSessionStorage: "Cache::FileCache", localSessionStorageOptions: { namespace: "sessions", default_expires_in: 600, directory_umask: "007", cache_root: join(folder, "cache"), cache_depth: 3 },
    locationRules: { localhost: { default: "accept" } },
    issuerDBOpenIDConnectActivation: 1,
    oidcServicePrivateKeySig: key.privateKey, oidcServicePublicKeySig: key.publicKey, oidcServiceKeyIdSig: `key-${number}`,
    oidcServiceAllowOnlyDeclaredScopes: 0,
    oidcRPMetaDataOptions: byName(relyingParty),
    oidcRPMetaDataExportedVars: byName(() => ({ preferred_username: "uid", name: "cn" })),
  };
}

function relyingParty(client: Client): object {
  const options = {
    ClientID: client.id, ClientSecret: client.secret, RedirectUris: client.redirect_uri, PostLogoutRedirectUris: client.post_logout_redirect_uri,
    BypassConsent: 1, LogoutBypassConfirm: 0, RefreshToken: 1, IDTokenSignAlg: "RS256", AccessTokenSignAlg: "RS256",
    AccessTokenJWT: client.opaque ? 0 : 1, AccessTokenExpiration: client.seconds, AllowClientCredentialsGrant: client.grant === "client-credentials" ? 1 : 0,
    ...client.more,
  };
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [`oidcRPMetaDataOptions${name}`, value]));
}
