/** Files as people write them: what YAML allows is read, and what it does not is told by place. */
import { findings, file } from "./support";

const SETTINGS = { discovery: "http://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", bearer_only: true, use_jwks: true, ssl_verify: false };
const VM = "{ vm_id: envoy-oidc, code: { local: { filename: /envoy-oidc.wasm } } }";
const plugin = (name: string, vm: string, configuration: string): string => `- name: ${name}\n  vm_config: ${vm}\n  configuration: ${configuration}\n`;
const value = (settings: object): string => `{ "@type": type.googleapis.com/google.protobuf.StringValue, value: '${JSON.stringify(settings)}' }`;
const errors = async (text: string) => (await findings([file(text)])).filter(({ level }) => level === "error").map(({ code, path, position }) => [code, path, position?.line]);

describe("aliases of YAML", () => {
  test("a plugin whose parts are aliases is checked", async () => {
    const text = plugin("one", `&vm ${VM}`, `&conf ${value(SETTINGS)}`) + plugin("two", "*vm", "*conf") + plugin("three", "*vm", value({ ...SETTINGS, relm: "x" }));
    expect(await errors(text)).toEqual([["filter", "relm", 9]]);
  });
  test("a plugin that is used twice is checked once", async () => expect(await errors(`one: &one { vm_config: ${VM}, configuration: ${value({ ...SETTINGS, relm: "x" })} }\ntwo: *one\n`)).toEqual([["filter", "relm", 1]]));
  test("a cluster's TLS may be an alias", async () => {
    const tls = "transport_socket: &tls { typed_config: { \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, sni: idp.example.com, common_tls_context: { validation_context: { trusted_ca: { filename: /ca }, match_typed_subject_alt_names: [{ san_type: DNS, matcher: { exact: idp.example.com } }] } } } }";
    const text = `static_resources:\n  clusters:\n  - { name: other, ${tls} }\n  - { name: idp, transport_socket: *tls }\nplugins:\n${plugin("one", VM, value({ ...SETTINGS, ssl_verify: undefined, discovery: SETTINGS.discovery.replace("http:", "https:") }))}`;
    expect(await errors(text)).toEqual([]);
  });
  test.each<[string, string]>([["an alias without an anchor", "a: *nowhere"], ["a bomb", ["a: &a [x,x,x,x,x,x,x,x,x,x,x]", ..."bcdefg".split("").map((name, i) => `${name}: &${name} [${Array(11).fill(`*${"abcdef"[i]}`).join(",")}]`)].join("\n")]])("%s is an error of the file", async (_, text) => {
    expect(await errors(text)).toEqual([["syntax", undefined, 1]]);
  });
  test("an alias within its own node is left alone", async () => expect(await errors("a: &a { vm_config: *a }")).toEqual([["no-plugin", undefined, undefined]]));
});

describe("line ends and blanks", () => {
  test("CRLF and tabs do not move positions", async () => {
    const text = `{\r\n\t${JSON.stringify({ ...SETTINGS, relm: 1 }, null, 1).slice(1, -1).trim().replaceAll("\n", "\r\n\t")}\r\n}`;
    expect((await findings([file(text, "filter.json")]))[0]).toMatchObject({ path: "relm", position: { line: 7, column: 3 } });
  });
  test.each(["", "null", "[]", "# nothing\n", "---\n---\n"])("a file with %j has no configuration", async (text) => expect((await errors(text))[0]).toEqual(["no-plugin", undefined, undefined]));
});

// Envoy takes the last of them without a word.
test("a name that occurs twice in an object of YAML is an error of the file", async () => {
  expect(await errors(plugin("one", VM, value(SETTINGS)) + `  configuration: ${value({ relm: 1 })}\n`)).toEqual([["syntax", undefined, 4]]);
});
test("a name that occurs twice in the filter's JSON is the filter's own message", async () => {
  const found = await findings([file("{\"bearer_only\":true,\"bearer_only\":false}", "filter.json")]);
  expect(found[0]).toMatchObject({ code: "filter", position: { line: 1, column: 34 }, text: expect.stringContaining("occurs twice") });
});
