// How a real Envoy passes a configuration to the filter, and what its log says about a wrong one.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { validateConfig } from "./support/envoy";

const SHIPPED = readFileSync(join(__dirname, "../../envoy/bearer.yaml"), "utf8");

/** The shipped file with another configuration of the filter. */
function configured(change: (value: string) => object): string {
  const yaml = parse(SHIPPED) as { static_resources: { listeners: any[] } };
  const plugin = yaml.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0].typed_config.config;
  plugin.configuration = change(plugin.configuration.value);
  return stringify(yaml);
}

test("a Struct does not reach the filter as JSON: the log says what to write, and names the plugin", async () => {
  const log = await validateConfig(configured((value) => ({ "@type": "type.googleapis.com/google.protobuf.Struct", value: JSON.parse(value) })), { OIDC_CLIENT_SECRET: "0123456789abcdef" });
  expect(log).toContain("envoy-oidc: configuration: expected JSON, found a protobuf message: give the JSON as the value of a google.protobuf.StringValue, not of a Struct");
  expect(log).toContain("Plugin envoy-oidc failed to load");
});

test("an extra comma is reported with its line and column", async () => {
  const value = '{\n  "bearer_only": true,\n}';
  const log = await validateConfig(configured(() => ({ "@type": "type.googleapis.com/google.protobuf.StringValue", value })), { OIDC_CLIENT_SECRET: "0123456789abcdef" });
  expect(log).toContain("envoy-oidc: configuration: line 3, column 1: there is one comma too many before this: }");
});

test("the README's example gives the plugin the name that these lines show", () => {
  const [, example] = /```yaml\n(http_filters:[^]*?)```/.exec(readFileSync(join(__dirname, "../../README.md"), "utf8"))!;
  expect(parse(example!).http_filters[0].typed_config.config.name).toBe("envoy-oidc");
});
