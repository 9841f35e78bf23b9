// envoy/istio/*.yaml on Istio's real control plane, with plain Envoys as gateway and as sidecar.

import { converse } from "./support/conversation";
import { GATEWAY, gatewayWithoutAgent, SIDECAR, sidecarWithoutAgent, startControlPlane, startWorkload, validate } from "./support/istio";
import { BUILD_MS, program } from "./support/programs";
import { forWorld, sample, withBackchannel } from "./support/samples";
import { startParts } from "./support/world";

beforeAll(async () => { await program("istio"); }, BUILD_MS);

describe.each([
  ["gateway.yaml", GATEWAY, gatewayWithoutAgent, { forms: false }],
  ["gateway-with-forms.yaml", GATEWAY, gatewayWithoutAgent, { forms: true, formPost: true }],
  ["sidecar.yaml", SIDECAR, sidecarWithoutAgent, { forms: false }],
] as const)("%s", (file, workload, adapt, conversation) => {
  converse(async () => {
    const world = await startParts();
    await startWorkload(workload, await startControlPlane(adapt(withBackchannel(forWorld(`istio/${file}`, world)), world)));
    return world;
  }, conversation);
});

const SAMPLES = ["istio/gateway.yaml", "istio/gateway-with-forms.yaml", "istio/sidecar.yaml", "gateway/provider.yaml", "gateway/policy.yaml", "gateway/policy-with-forms.yaml", "kubernetes/deployment.yaml"];

test("an API server and Istio accept the samples unchanged", async () => {
  expect(await validate(SAMPLES.map(sample).join("\n---\n"))).toBe("");
});

test("each mistake is refused", async () => {
  const wrong = (file: string, right: string, mistake: string) => sample(file).replace(right, mistake);
  const output = await validate([
    wrong("istio/gateway.yaml", "failStrategy:", "failureStrategy:"), wrong("istio/sidecar.yaml", "mode: SIMPLE", "mode: SIMPEL"), wrong("gateway/policy.yaml", "type: Image", "type: HTTP"),
    wrong("kubernetes/deployment.yaml", "initContainers:", "initContainer:"),
  ].join("\n---\n"));
  for (const mistake of ["failureStrategy", "SIMPEL", "http field needs to be set", "initContainer"]) expect(output).toContain(mistake);
});
