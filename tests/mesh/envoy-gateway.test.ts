// envoy/gateway/*.yaml and the gateway of docs/envoy-gateway.md on a real Envoy Gateway, which fetches the filter as an OCI image.

import { converse } from "./support/conversation";
import { forProcesses, startEnvoyGateway } from "./support/envoy-gateway";
import { BUILD_MS, program } from "./support/programs";
import { startRegistry } from "./support/registry";
import { forWorld, fromPage, withBackchannel } from "./support/samples";
import { startParts } from "./support/world";

beforeAll(async () => { await program("envoy-gateway"); }, BUILD_MS);

describe.each([
  ["policy.yaml", { forms: false }],
  ["policy-with-forms.yaml", { forms: true, formPost: true }],
])("%s", (file, conversation) => {
  converse(async () => {
    const [world, registry] = await Promise.all([startParts(), startRegistry()]);
    const resources = [...fromPage("envoy-gateway.md", world), ...forWorld("gateway/provider.yaml", world), ...forWorld(`gateway/${file}`, world, registry.image)];
    await startEnvoyGateway(await forProcesses(withBackchannel(resources), world), world, [registry.port]);
    return world;
  }, conversation);
});
