/** Compares the filter's results for claim schemas with those of ajv, a complete JSON Schema validator, for thousands of schemas and claims. */
import Ajv2020 from "ajv/dist/2020";
import { Random } from "../host/host/random";
import { compile } from "../support/compile";
import { watch } from "../support/coverage";
import { damaged, someClaims, someSchema, textOf, twins } from "./claim_schema_cases";
import { imports } from "./harness-imports";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const SCHEMAS = 150;
const CLAIMS = 40;

/** The compiled implementation. */
class Own {
  private readonly exports: { memory: WebAssembly.Memory } & Record<string, (size?: number) => number>;

  constructor() {
    const build = compile("tests/unit/policy/claim_schema.as.ts", { name: "claim_schema", release: true });
    const module = new WebAssembly.Module(new Uint8Array(build.wasm));
    const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => instance.exports.memory as WebAssembly.Memory));
    this.exports = instance.exports as Own["exports"];
    this.exports._initialize!();
    watch(build, this.exports.memory);
  }

  /** Reads the schema for later calls. Returns its errors; empty if it is accepted. */
  use(schema: string): string { return this.call("use", `{"claim_schema":${schema}}`); }

  misfit(claims: string): string { return this.call("misfit", claims); }

  private call(name: string, text: string): string {
    this.exports.collect!();
    const bytes = Buffer.from(text), room = () => Buffer.from(this.exports.memory.buffer, this.exports.buffer!());
    bytes.copy(room());
    const size = this.exports[name]!(bytes.length);
    if (size < 0) throw new Error(`not JSON: ${text}`);
    return room().subarray(0, size).toString();
  }
}

/** `ownProperties`: inherited properties of JavaScript objects are not claims. */
const other = (): Ajv2020 => new Ajv2020({ strict: false, ownProperties: true, validateSchema: false });

let own: Own;
beforeAll(() => { own = new Own(); });

test.each(SEEDS)("the filter and ajv agree which claims fit (seed %d)", (seed) => {
  const random = new Random(seed);
  let fitting = 0;
  for (let i = 0; i < SCHEMAS; i++) {
    const schema = textOf(someSchema(random), random);
    expect(own.use(schema)).toBe("");
    const validate = other().compile(JSON.parse(schema));
    for (let k = 0; k < CLAIMS; k++) {
      const claims = textOf(someClaims(random), random), fits = validate(JSON.parse(claims)), misfit = own.misfit(claims);
      if (fits !== (misfit === "")) throw new Error(`ajv says ${fits}, we say ${misfit || "fits"}\n${schema}\n${claims}`);
      if (fits) fitting++;
    }
  }
  // Both results must be common, or the comparison would mean little.
  expect(fitting).toBeGreaterThan(SCHEMAS * CLAIMS / 5);
  expect(fitting).toBeLessThan(SCHEMAS * CLAIMS * 4 / 5);
});

test.each(SEEDS)("the filter and ajv agree which values are equal, at every position (seed %d)", (seed) => {
  const random = new Random(seed + 2000);
  let equal = 0;
  for (let i = 0; i < 400; i++) {
    const [one, twin] = twins(random);
    const schema = `{"properties":{"x":{"const":${textOf(one, random)}}}}`, validate = other().compile(JSON.parse(schema));
    expect(own.use(schema)).toBe("");
    for (let before = 0; before < 5; before++) {
      const claims = `{${Array.from({ length: before }, (_, k) => `"n${k}":0,`).join("")}"x":${textOf(twin, random)}}`, fits = validate(JSON.parse(claims)), misfit = own.misfit(claims);
      if (misfit !== (fits ? "" : "claim_schema.properties.x.const")) throw new Error(`ajv says ${fits}, we say ${misfit || "fits"}\n${schema}\n${claims}`);
      if (fits) equal++;
    }
  }
  expect(equal).toBeGreaterThan(400);
  expect(equal).toBeLessThan(1600);
});

test.each(SEEDS)("the filter and ajv agree which schemas are valid (seed %d)", (seed) => {
  const random = new Random(seed + 1000), isSchema = other().getSchema("https://json-schema.org/draft/2020-12/schema")!;
  let refused = 0;
  for (let i = 0; i < 500; i++) {
    const schema = textOf(damaged(someSchema(random), random), random);
    const errors = own.use(schema), valid = isSchema(JSON.parse(schema));
    if (errors !== "") refused++;
    if (valid !== (errors === "")) throw new Error(`ajv says ${JSON.stringify(isSchema.errors)}, we say ${errors || "right"}\n${schema}`);
  }
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(400);
});
