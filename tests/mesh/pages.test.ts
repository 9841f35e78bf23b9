// docs/istio.md, docs/envoy-gateway.md and docs/kubernetes.md agree with the samples: the same names everywhere, commands that a shell accepts, and
// resources that an API server accepts.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { atEnd } from "../envoy/support/cleanup";
import { runProgram } from "../support/child";
import { validate } from "./support/istio";
import { BUILD_MS, program } from "./support/programs";
import { blocks, ofKind, sample, type Resource } from "./support/samples";

beforeAll(async () => { await program("istio"); }, BUILD_MS);

const text = (page: string): string => readFileSync(join(__dirname, "../../docs", page), "utf8");
const resources = (yaml: string): Resource[] => parseAllDocuments(yaml).map((document) => document.toJS() as Resource);

/** A page's blocks of shell commands, without the list's indentation. */
const commands = (page: string): string[] => [...text(page).matchAll(/^( *)```sh\n([^]*?)^\1```/gm)].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, "gm"), ""));

/** The file that a command of the page writes with cat. */
const written = (page: string): string => /<<'END'\n([^]*?)^END$/m.exec(commands(page).find((block) => block.includes("<<'END'"))!)![1]!;

/** The Secrets that a page creates, in its order. */
function secrets(page: string): { namespace: string; type: string; name: string; keys: string[] }[] {
  return [...commands(page).join("\n").matchAll(/^kubectl (?:-n (\S+) )?create secret (\S+) (\S+) (.*)$/gm)].map(([, namespace = "default", type, name, rest]) => ({
    namespace, type: type!, name: name!, keys: [...rest!.matchAll(/--from-file=(\S+)/g)].map(([, key]) => key!),
  }));
}

type Reference = { name: string; valueFrom: { secretKeyRef: { name: string; key: string } } };
const gatewayOf = (page: string): Resource => ofKind(resources(page === "istio.md" ? sample("istio/gateway.yaml") : blocks(page)[0]!), "Gateway");

/** By page: the namespace of Envoy's pods, the source of their variables, and the variables that the filter may read. */
const ENVIRONMENTS: [page: string, namespace: string, references: () => Reference[], mayRead: () => string[]][] = [
  ["istio.md", "istio-ingress", () => parse(written("istio.md")).envVarFrom, () => ofKind(resources(sample("istio/gateway.yaml")), "WasmPlugin").spec.vmConfig.env.map(({ name }: { name: string }) => name)],
  ["envoy-gateway.md", "envoy-gateway-system", () => ofKind(resources(sample("gateway/provider.yaml")), "EnvoyProxy").spec.provider.kubernetes.envoyDeployment.container.env, () => ofKind(resources(sample("gateway/policy.yaml")), "EnvoyExtensionPolicy").spec.wasm[0].env.hostKeys],
  ["kubernetes.md", "default", () => ofKind(resources(sample("kubernetes/deployment.yaml")), "Deployment").spec.template.spec.containers[0].env, () => ["OIDC_CLIENT_SECRET", "OIDC_SESSION_SECRET"]],
];

test.each(ENVIRONMENTS)("%s: the Secret has the name, namespace and keys that the variables refer to, and the filter may read exactly these", (page, namespace, references, mayRead) => {
  const [made] = secrets(page), wanted = references().map(({ valueFrom }) => valueFrom.secretKeyRef);
  expect(made).toEqual({ namespace, type: "generic", name: "envoy-oidc", keys: ["client-secret", "session-secret"] });
  expect(wanted).toEqual(made!.keys.map((key) => ({ name: made!.name, key })));
  expect(references().map(({ name }) => name)).toEqual(mayRead());
});

test.each(ENVIRONMENTS)("%s: its commands write the Secret's files, without a line break", (page) => {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-page-"));
  atEnd(async () => rmSync(folder, { recursive: true }));
  const lines = commands(page).join("\n").split("\n").filter((line) => /> (client|session)-secret$/.test(line));
  expect(runProgram("sh", ["-euc", lines.join("\n")], { cwd: folder })).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(join(folder, "client-secret"), "utf8")).toBe("THE CLIENT SECRET");
  expect(readFileSync(join(folder, "session-secret"), "utf8")).toMatch(/^[\w+/=]{44}$/);
});

test.each(["istio.md", "envoy-gateway.md"])("%s: the certificate's Secret is the one that the Gateway names, in its namespace", (page) => {
  const { metadata, spec } = gatewayOf(page), server = (spec.servers ?? spec.listeners)[0];
  expect(secrets(page)[1]).toEqual({ namespace: metadata.namespace, type: "tls", name: server.tls.credentialName ?? server.tls.certificateRefs[0].name, keys: [] });
});

test("istio.md: the name of the chart's release gives the gateway's pods the label that the samples select", () => {
  const [, release] = /helm upgrade --install (\S+) istio\/gateway -n istio-ingress/.exec(text("istio.md"))!;
  for (const file of ["istio/gateway.yaml", "istio/gateway-with-forms.yaml"]) expect(ofKind(resources(sample(file)), "Gateway").spec.selector).toEqual({ istio: release!.replace(/^istio-/, "") });
});

test.each([["istio.md", ["istio/gateway.yaml", "istio/gateway-with-forms.yaml", "istio/sidecar.yaml"], "outbound|443||idp.example.com"], ["envoy-gateway.md", ["gateway/policy.yaml", "gateway/policy-with-forms.yaml"], "idp"]])(
  "%s: the samples use the cluster name that the page explains", (page, files, cluster) => {
    expect(text(page)).toContain(`\`${cluster}\``);
    for (const file of files) expect(sample(file)).toMatch(new RegExp(`provider_cluster"?: "?${cluster.replaceAll("|", "\\|")}"?,?\n`));
  });

test.each([["istio.md", "istio"], ["envoy-gateway.md", "gateway"]])("%s: it links to each sample of envoy/%s", (page, folder) => {
  const linked = [...text(page).matchAll(/\]\(\.\.\/envoy\/([\w/-]+\.yaml)\)/g)].map(([, file]) => file!);
  expect([...new Set(linked)].sort()).toEqual(readdirSync(join(__dirname, "../../envoy", folder)).map((file) => `${folder}/${file}`).sort());
});

test("an API server accepts the resources in the pages", async () => {
  const whole = ["istio.md", "envoy-gateway.md", "kubernetes.md"].flatMap(blocks).filter((block) => block.startsWith("apiVersion:"));
  expect(whole).toHaveLength(3);
  expect(await validate(whole.join("---\n"))).toBe("");
});
