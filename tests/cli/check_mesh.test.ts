/** `envoy-oidc check` with the resources of a mesh around the plugin: Istio's and Envoy Gateway's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { envoyOidc, file, findings } from "./support";

const SECRETS = { OIDC_CLIENT_SECRET: "the secret that the provider gave", OIDC_SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" };

test("forms on Envoy Gateway need an EnvoyPatchPolicy that sets allow_on_headers_stop_iteration, in any of the files", async () => {
  const text = readFileSync(join(__dirname, "../../envoy/gateway/policy-with-forms.yaml"), "utf8"), [policy, patch] = text.split("---\n");
  const codes = async (...texts: string[]): Promise<string[]> => (await findings(texts.map((one, i) => file(one, `${i}.yaml`)), SECRETS)).map(({ code }) => code);
  expect(await codes(text)).not.toContain("headers-not-held");
  expect(await codes(policy!, patch!)).not.toContain("headers-not-held");
  expect(await codes(policy!)).toContain("headers-not-held");
  expect(await codes(text.replace("value: true", "value: false"))).toContain("headers-not-held");
  expect(await codes(text.replace("path: allow_on_headers_stop_iteration", "path: name"))).toContain("headers-not-held");
});

describe("the connection to the provider in a mesh", () => {
  const generated = async (target: string): Promise<string> => (await envoyOidc(["generate", "--issuer", "https://idp.example.com", "--client-id", "shop", "--offline", "--target", target])).out;
  test.each<[string, string, RegExp, string]>([
    ["istio", "error cluster-without-tls", /---\napiVersion: networking.istio.io\/v1\nkind: DestinationRule[^]*$/, ""],
    ["istio", "warning tls-without-name-check", /, subjectAltNames: \[[^\]]*\]/, ""],
    ["istio", "warning tls-without-ca", /, caCertificates: system/, ""],
    ["istio", "error cluster-missing", /number: 443/, "number: 8443"],
    ["envoy-gateway", "error cluster-without-tls", /---\napiVersion: gateway.networking.k8s.io\/v1\nkind: BackendTLSPolicy[^]*$/, ""],
    ["envoy-gateway", "error tls-without-name-check", /, hostname: idp.example.com \}/, " }"],
  ])("%s: %s", async (target, expected, from, to) => {
    const text = await generated(target), changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect((await findings([file(changed)])).map(({ level, code }) => `${level} ${code}`)).toContain(expected);
    expect((await findings([file(text)])).map(({ level, code }) => `${level} ${code}`)).not.toContain(expected);
  });
  test("resources may be in several files, and an absent one is not reported", async () => {
    const [plugin, ...rest] = (await generated("istio")).split("---\n");
    expect((await findings([file(plugin!), file(rest[0]!)])).map(({ code }) => code)).toContain("cluster-without-tls");
    expect((await findings([file(plugin!), file(rest.join("---\n"))])).filter(({ level }) => level !== "note")).toEqual([]);
    expect((await findings([file(plugin!)])).filter(({ level }) => level !== "note")).toEqual([]);
  });
});
