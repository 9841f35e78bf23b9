/** `envoy-oidc convert`: the result is as strict as the source, or the list says where it is not. */
import { convertModAuthOpenidc } from "../../cli/commands/convert/mod_auth_openidc";
import { convertOauth2Proxy } from "../../cli/commands/convert/oauth2_proxy";
import { judge, type Remark } from "../../cli/commands/filter/judge";
import { variablesOf } from "../../cli/commands/filter/stand_ins";
import { envoyOidc, file } from "./support";

const DISCOVERY = "https://idp.example.com/realms/a/.well-known/openid-configuration";

function refused(filter: Record<string, unknown>): Remark[] {
  const { environment, standIns } = variablesOf(filter, null, {});
  return judge(JSON.stringify(filter), environment).errors.filter(({ path }) => !standIns.some((one) => one.path === path));
}

const APACHE = `OIDCProviderMetadataURL ${DISCOVERY}\nOIDCClientID a\nOIDCClientSecret $ENV://A\nOIDCRedirectURI https://app.example.com/oidc\nOIDCCryptoPassphrase y`;

describe("mod_auth_openidc: nothing of Apache's access control is lost without a word", () => {
  const converted = (...lines: string[]) => convertModAuthOpenidc([APACHE, ...lines].join("\n"));
  const guard = ["AuthType openid-connect", "Require valid-user"];
  test.each(["<Directory /var/www/html>", "<DirectoryMatch ^/var>", "<Files secret.html>", "<If %{HTTPS}>", "<Proxy http://a/>", "<Location ~ \"^/(a|b)\">", "<Location /a/?>"])("%s is reported as unguarded, and opens nothing", (line) => {
    const { filter, changes } = converted(line, ...guard, line.replace(/<(\w+).*/, "</$1>"), "<Location /app>", ...guard, "</Location>");
    expect(changes).toContainEqual(expect.objectContaining({ kind: "unguarded", option: line.slice(1, -1) }));
    expect([filter.rules, filter.access_rules]).toEqual([[{ path_prefix: "/app", mode: "browser" }], undefined]);
    expect(refused(filter)).toEqual([]);
  });
  test("a later Location replaces what an earlier one opened, as in Apache", () => {
    expect(converted("<Location /open>", "Require all granted", "</Location>", "<Location />", ...guard, "</Location>").filter).toMatchObject({ mode: "browser", rules: [{ path_prefix: "/open", mode: "browser" }] });
  });
  test("a Location inside of another has its requirements", () => {
    expect(converted("<Location /app>", ...guard.slice(0, 1), "Require claim role:x", "</Location>", "<Location /app/sub>", "OIDCUnAuthAction 401", "</Location>").filter.rules).toContainEqual({ path_prefix: "/app/sub", mode: "browser", unauth_action: "deny", access_rules: { any: [{ claim: "role", contains: "x" }] } });
  });
  test("RequireAll means all, and RequireNone none", () => {
    const { filter } = converted("<Location /app>", "AuthType openid-connect", "<RequireAll>", "Require claim a:1", "Require claim b:2 c:3", "<RequireNone>", "Require claim d:4", "</RequireNone>", "</RequireAll>", "</Location>");
    const claim = (name: string, value: string) => ({ claim: name, contains: value });
    expect(filter.rules).toContainEqual({ path_prefix: "/app", mode: "browser", access_rules: { any: [{ all: [claim("a", "1"), { any: [claim("b", "2"), claim("c", "3")] }, { not: { any: [claim("d", "4")] } }] }] } });
    expect(refused(filter)).toEqual([]);
  });
  test("a condition of OIDCUnAuthAction lets nobody else pass", () => expect(converted("<Location />", ...guard, "OIDCUnAuthAction pass \"%{REQUEST_URI} =~ m#^/a#\"", "</Location>").filter).not.toHaveProperty("unauth_action"));
  test("rules do not inherit the requirements of <Location />", () => {
    expect(converted("<Location />", "AuthType openid-connect", "Require claim a:1", "</Location>", "<Location /app>", "Require valid-user", "</Location>").filter).toMatchObject({ rules: [{ path_prefix: "/app", mode: "browser" }, { path_prefix: "/", mode: "browser", access_rules: { any: [{ claim: "a", contains: "1" }] } }] });
  });
  test("AuthType oauth20 outside of all sections takes bearer tokens alone", () => expect(converted("AuthType oauth20", "Require valid-user").filter.bearer_only).toBe(true));
  test.each(["Include conf.d/*.conf", "Use Guarded /app", "RequestHeader set X-Mail %{OIDC_CLAIM_email}e"])("%s is reported", (line) => expect(converted(line).changes).toContainEqual(expect.objectContaining({ kind: "dropped", option: line })));
  test("AuthType Basic is reported", () => expect(converted("<Location /a>", "AuthType Basic", "Require valid-user", "</Location>").changes).toContainEqual(expect.objectContaining({ kind: "changed", option: "/a: AuthType Basic" })));
  test("of several virtual hosts only one is read, and two that use the module are wrong usage", async () => {
    const one = ["<VirtualHost a:443>", "<Location />", ...guard, "</Location>", "</VirtualHost>"], plain = ["<VirtualHost *:80>", "<Location />", "Require all granted", "</Location>", "</VirtualHost>"];
    const { filter, changes } = converted(...one, ...plain);
    expect([filter.mode, changes.find(({ option }) => option === "VirtualHost *:80")?.kind]).toEqual(["browser", "dropped"]);
    expect((await envoyOidc(["convert", "--from", "mod_auth_openidc", file([...one, ...one.map((line) => line.replace("a:", "b:"))].join("\n"))])).code).toBe(2);
  });
  test("CRLF, a BOM and lines that go on are read", () => {
    expect(convertModAuthOpenidc(`\uFEFF${APACHE}\nOIDCScope \\\n  "openid email"\n<Location '/a b'>\n${guard.join("\n")}\n</Location>`.replaceAll("\n", "\r\n")).filter).toMatchObject({ discovery: DISCOVERY, scope: "openid email", rules: [{ path_prefix: "/a b" }, {}] });
  });
});

describe("oauth2-proxy: nothing that restricts access is lost without a word", () => {
  const PROXY = `provider = "oidc"\nclient_id = "a"\nclient_secret = "$ENV://A"\noidc_issuer_url = "https://idp.example.com/realms/a"\nredirect_url = "https://app.example.com/oidc"\nemail_domains = ["*"]\n`;
  const FLAGS = ["--client-id=a", "--client-secret=$ENV://A", "--oidc-issuer-url=https://idp.example.com/realms/a", "--redirect-url=https://app.example.com/oidc", "--email-domain=*"];
  const args = (...flags: string[]) => convertOauth2Proxy(`args:\n${[...FLAGS, ...flags].map((flag) => `- ${JSON.stringify(flag)}`).join("\n")}`);
  const claim = (name: string, contains: string) => ({ claim: name, contains });

  test("groups of several options, or of one flag, are all kept", () => {
    const any = [claim("groups", "a"), claim("groups", "b"), claim("realm_access.roles", "c"), claim("groups", "d")];
    expect(convertOauth2Proxy(`${PROXY}allowed_groups = ["a", "b"]\nallowed_roles = "c"\nkeycloak_groups = ["d"]`).filter.access_rules).toEqual({ any });
    expect(args("--allowed-group=a,b", "--allowed-role=c", "--keycloak-group=d").filter.access_rules).toEqual({ any });
    expect(convertOauth2Proxy(`${PROXY}allowed_groups = []`).filter).not.toHaveProperty("access_rules");
  });
  test("without skip_jwt_bearer_tokens no bearer token passes, and with it only those for the client", () => {
    const api = "api_routes = [\"^/api/\"]\n", without = convertOauth2Proxy(PROXY + api).filter, bearer = convertOauth2Proxy(`${PROXY}${api}skip_jwt_bearer_tokens = true`).filter;
    expect(without).toMatchObject({ mode: "browser", rules: [{ path_prefix: "/api", mode: "browser", unauth_action: "deny" }] });
    expect(bearer).toMatchObject({ claim_validator: { audience: { match_with_client_id: true, required: true } }, rules: [{ path_prefix: "/api", mode: "bearer" }] });
    expect([bearer.mode, refused(without), refused(bearer)]).toEqual([undefined, [], []]);
  });
  test("a flag's value is whole, in quotes or not, and a comment is none", () => {
    expect(args("--scope=openid email groups").filter.scope).toBe("openid email groups");
    expect(convertOauth2Proxy(`args:\n${FLAGS.map((flag) => `- '${flag}'`).join("\n")}\n# - --skip-auth-route=^/\n`).filter).not.toHaveProperty("rules");
    expect(convertOauth2Proxy(`oauth2-proxy --skip-provider-button ${FLAGS.map((flag) => flag.replace(/=(.*)/, " '$1'")).join(" \\\n  ")} # --skip-auth-route=^/`).filter).toEqual(args().filter);
  });
  test("settings in the environment and in a file beside the flags are reported as unguarded", () => {
    const { filter, changes } = convertOauth2Proxy(`config: |\n  allowed_groups = ["a"]\nargs:\n${FLAGS.map((flag) => `- ${flag}`).join("\n")}\nenv:\n- name: OAUTH2_PROXY_EMAIL_DOMAINS\n- name: OAUTH2_PROXY_GOOGLE_GROUPS\n- name: OAUTH2_PROXY_COOKIE_SECRET\n`);
    expect(changes.filter(({ kind }) => kind === "unguarded").map(({ option }) => option)).toEqual(["allowed_groups and what else is in its file", "OAUTH2_PROXY_GOOGLE_GROUPS"]);
    expect(filter.session).toEqual({ secret: "$ENV://SESSION_SECRET" });
  });
  test("what is switched off changes nothing", () => {
    expect(convertOauth2Proxy(`${PROXY}relative_redirect_url = false\nsession_cookie_minimal = false\nskip_jwt_bearer_tokens = false`).filter).toEqual(convertOauth2Proxy(PROXY).filter);
  });
  test("proxy_prefix moves the logout, and the callback unless redirect_url names one", () => {
    expect(convertOauth2Proxy(`${PROXY}proxy_prefix = "/auth"`).filter).toMatchObject({ redirect_uri: "https://app.example.com/oidc", logout_path: "/auth/sign_out" });
    expect(convertOauth2Proxy(`${PROXY.replace(/redirect_url.*\n/, "")}proxy_prefix = "/auth"`).filter).toMatchObject({ redirect_uri: "/auth/callback", logout_path: "/auth/sign_out" });
  });
  test.each(["oidc_issuer_url = 5", "providers:\n- id: a", "OAUTH2_PROXY_CLIENT_ID=a"])("%j is wrong usage, with the reason", async (text) => {
    const { code, err } = await envoyOidc(["convert", "--from", "oauth2-proxy", file(text)]);
    expect([code, err]).toEqual([2, expect.stringMatching(/^envoy-oidc: (oidc_issuer_url: cannot be 5|this is neither)/)]);
  });
});
