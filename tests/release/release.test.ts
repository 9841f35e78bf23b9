// The output of `npm run release`: the same bytes twice, in the formats for Envoy, Istio, Envoy Gateway and npm.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { filesOf } from "../../cli/release/archive";
import { startEnvoy } from "../envoy/support/envoy";
import { request } from "../envoy/support/http";
import { anotherMachine, thisMachine, type Machine } from "./support/machine";
import { makeAgain, makeRelease, refusedRelease, type Made } from "./support/make";
import { filesBelow, newFolder, read, ROOT, run } from "./support/run";

const { version } = JSON.parse(read(ROOT, "package.json").toString()) as { version: string };
const STEM = `envoy-oidc-${version}`;
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

let made: Made, again: Made, other: Machine;
beforeAll(() => {
  other = anotherMachine();
  made = makeRelease();
  again = makeAgain(made, other.run);
}, 2_400_000);

test("another machine has another user, home, time zone, language, umask, Node and npm", () => {
  const here = Object.entries(thisMachine.about()), there = other.about();
  expect(here.filter(([what, is]) => there[what as keyof typeof there] === is)).toEqual([]);
  expect(there).toMatchObject({ user: "nobody", locale: "tr-TR", zone: "Pacific/Kiritimati", umask: "77" });
});

test("a release from another machine and another folder has the same bytes", () => {
  const digests = ({ folder }: Made): string[] => filesBelow(folder).map((file) => `${sha256(read(folder, file))}  ${file}`);
  expect(made.root).not.toBe(again.root);
  expect(digests(again)).toEqual(digests(made));
});

test("the release has exactly these files", () => {
  expect(filesBelow(made.folder).filter((file) => !file.includes("/"))).toEqual([
    "LICENSES.txt", "RELEASE_NOTES.md", "SHA256SUMS", "bearer.yaml", "browser.yaml", `${STEM}.cdx.json`, `${STEM}.oci.digest`, `${STEM}.oci.tar`, `${STEM}.tgz`,
    `${STEM}.wasm`, `${STEM}.wasm.sha256`, "first.yaml",
  ]);
});

test("SHA256SUMS and the module's own sum are right, and reveal a changed file", () => {
  for (const list of ["SHA256SUMS", `${STEM}.wasm.sha256`]) run(made.folder, "sha256sum", "--check", "--strict", list);
  const folder = newFolder();
  run(made.folder, "cp", `${STEM}.wasm`, "SHA256SUMS", folder);
  writeFileSync(join(folder, `${STEM}.wasm`), Buffer.concat([read(folder, `${STEM}.wasm`), Buffer.from([0])]));
  expect(() => run(folder, "sha256sum", "--check", "--ignore-missing", "SHA256SUMS")).toThrow();
});

test("a tree that differs from its commit is refused", () => {
  writeFileSync(join(again.root, "README.md"), "something else");
  expect(refusedRelease(again.root)).toMatch(/A release is made of a commit, and these files differ from it:\n *M README\.md/);
});

describe("the image", () => {
  interface Descriptor { mediaType: string; digest: string; size: number; annotations?: Record<string, string> }
  const layout = (): string => join(made.folder, `${STEM}.oci`);
  const json = <T>(file: string): T => JSON.parse(read(layout(), file).toString()) as T;
  const blob = ({ digest, size }: Descriptor): Buffer => {
    const bytes = read(layout(), `blobs/sha256/${digest.slice("sha256:".length)}`);
    expect([`sha256:${sha256(bytes)}`, bytes.length]).toEqual([digest, size]);
    return bytes;
  };
  const manifest = (): { descriptor: Descriptor; config: Descriptor; layers: Descriptor[]; annotations: Record<string, string> } => {
    const [descriptor] = json<{ manifests: [Descriptor] }>("index.json").manifests;
    return { descriptor, ...JSON.parse(blob(descriptor).toString()) };
  };

  test("is one tar+gzip layer with the module as plugin.wasm, as Istio's agent and Envoy Gateway expect", async () => {
    const { descriptor, config, layers } = manifest();
    expect([descriptor.mediaType, config.mediaType, layers.map(({ mediaType }) => mediaType)]).toEqual([
      "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json", ["application/vnd.oci.image.layer.v1.tar+gzip"]]);
    const tar = gunzipSync(blob(layers[0]!));
    expect(JSON.parse(blob(config).toString())).toMatchObject({ architecture: "wasm", rootfs: { type: "layers", diff_ids: [`sha256:${sha256(tar)}`] } });
    expect(await filesOf(tar)).toEqual({ "plugin.wasm": read(made.folder, `${STEM}.wasm`) });
    expect(json("oci-layout")).toEqual({ imageLayoutVersion: "1.0.0" });
  });

  test("has annotations with its title, version, licence and commit", () => {
    expect(manifest().annotations).toMatchObject({
      "org.opencontainers.image.title": "envoy-oidc", "org.opencontainers.image.version": version, "org.opencontainers.image.licenses": "Apache-2.0",
      "org.opencontainers.image.revision": run(made.root, "git", "rev-parse", "HEAD").trim(), "org.opencontainers.image.created": "2026-01-01T00:00:00Z",
    });
  });

  test("its digest is printed and written to a file", () => {
    expect(read(made.folder, `${STEM}.oci.digest`).toString()).toBe(`${manifest().descriptor.digest}\n`);
    expect(made.printed).toContain(`image ${manifest().descriptor.digest}`);
  });

  test("the tar has the files of the layout", async () => {
    const tar = await filesOf(read(made.folder, `${STEM}.oci.tar`));
    expect(Object.keys(tar)).toEqual(filesBelow(layout()));
    for (const [file, bytes] of Object.entries(tar)) expect(read(layout(), file).equals(bytes)).toBe(true);
  });

  test("no gzip header contains a time or the name of the system", () => {
    for (const bytes of [blob(manifest().layers[0]!), read(made.folder, `${STEM}.tgz`)]) expect([...bytes.subarray(3, 8), bytes[9]]).toEqual([0, 0, 0, 0, 0, 3]);
  });
});

describe("the npm package", () => {
  test("contains the module, its documentation and its samples, and no source, test or script that npm would run", async () => {
    const files = await filesOf(gunzipSync(read(made.folder, `${STEM}.tgz`)));
    expect(Object.keys(files).sort()).toEqual([
      "CHANGELOG.md", "LICENSE", "README.md", "build/LICENSES.txt", "build/envoy-oidc.cjs", "build/envoy-oidc.wasm", "cli/package/index.d.ts", "cli/package/index.js",
      "envoy-oidc.schema.json", "envoy/bearer.yaml", "envoy/browser.yaml", "envoy/first.yaml", "package.json",
    ].map((file) => `package/${file}`));
    expect(read(made.folder, `${STEM}.wasm`).equals(files["package/build/envoy-oidc.wasm"]!)).toBe(true);
    const manifest = JSON.parse(Buffer.from(files["package/package.json"]!).toString()) as { private?: boolean; scripts: object };
    expect(manifest.private).toBeUndefined();
    for (const script of ["preinstall", "install", "postinstall", "prepare"]) expect(manifest.scripts).not.toHaveProperty(script);
  });

  test("after an installation from the tarball, it gives the path of a module that Envoy runs", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "package.json"), "{}");
    run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(made.folder, `${STEM}.tgz`));
    const say = (script: string): string => run(folder, "node", "--input-type=module", "--eval", script).trim();
    const wasm = say('import { wasm } from "envoy-oidc"; console.log(wasm)');
    expect(wasm).toBe(join(folder, "node_modules/envoy-oidc/build/envoy-oidc.wasm"));
    expect(say('import { version } from "envoy-oidc"; console.log(version)')).toBe(version);
    expect(run(folder, join(folder, "node_modules/.bin/envoy-oidc"), "--version").trim()).toBe(version);
    writeFileSync(join(folder, "a.ts"), 'import { version, wasm } from "envoy-oidc";\nexport const all: string[] = [version, wasm];\n');
    run(folder, "node", join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "--module", "nodenext", "a.ts");

    const filter = { discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", bearer_only: true, use_jwks: true };
    const envoy = await startEnvoy({ wasm, clusters: { upstream: { port: 1 }, idp: { port: 1 } }, filter });
    expect((await request(envoy.url)).json<{ code: string }>().code).toBe("no_token");
    await envoy.logged(new RegExp(`envoy-oidc: version ${version.replaceAll(".", "\\.")}$`, "m"));
  });
});

test("the SBOM is CycloneDX, and names what is compiled in, but no tool of the build or of this machine", () => {
  const bom = JSON.parse(read(made.folder, `${STEM}.cdx.json`).toString()) as { bomFormat: string; metadata: { component: object; tools: { components: { name: string }[] } }; components: { name: string; version: string }[] };
  const { devDependencies } = JSON.parse(read(ROOT, "package.json").toString()) as { devDependencies: Record<string, string> };
  expect([bom.bomFormat, bom.metadata.component]).toEqual(["CycloneDX", expect.objectContaining({ name: "envoy-oidc", version })]);
  expect(bom.components).toContainEqual(expect.objectContaining({ name: "assemblyscript", version: devDependencies.assemblyscript }));
  expect(bom.components.map(({ name }) => name).filter((name) => ["jest", "typescript", "oidc-provider"].includes(name))).toEqual([]);
  expect(bom.metadata.tools.components.map(({ name }) => name)).not.toContain("npm");
});

test("LICENSES.txt has the complete licences of the project and of AssemblyScript", () => {
  const text = read(made.folder, "LICENSES.txt").toString();
  for (const file of ["LICENSE", "node_modules/assemblyscript/LICENSE", "node_modules/assemblyscript/NOTICE"]) expect(text).toContain(read(ROOT, file).toString());
});

test("the notes are the changelog's section of this version only", () => {
  const notes = read(made.folder, "RELEASE_NOTES.md").toString();
  expect(read(made.root, "CHANGELOG.md").toString()).toContain(notes.trim());
  expect(notes).not.toMatch(/^## /m);
});

describe("publishing, as a dry run", () => {
  const publish = (changes: (root: string) => void, ...args: string[]): string => {
    changes(made.root);
    return execFileSync(join(made.root, "cli/release/publish.sh"), args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, DRY_RUN: "1" }, timeout: 60_000 });
  };
  const released = (root: string): void => {
    writeFileSync(join(root, "CHANGELOG.md"), read(ROOT, "CHANGELOG.md").toString().replace(/^(## \S+) \(unreleased\)/m, "$1 (2026-01-01)"));
    writeFileSync(join(root, "package.json"), JSON.stringify({ ...JSON.parse(read(ROOT, "package.json").toString()), repository: "owner/envoy-oidc" }));
  };

  test("each file that it names exists, and the image is signed by its digest", () => {
    const lines = publish(released, `v${version}`, "registry.example.com/owner/envoy-oidc").trim().split("\n");
    expect(lines.map((line) => line.split(" ", 2).join(" "))).toEqual(["cosign sign-blob", "skopeo copy", "cosign sign", "npm publish", "gh release"]);
    expect(lines[2]).toBe(`cosign sign --yes registry.example.com/owner/envoy-oidc@${read(made.folder, `${STEM}.oci.digest`).toString().trim()}`);
    const there = filesBelow(made.folder), named = [...lines.join(" ").matchAll(/(?<=[ :/])(?:envoy-oidc-\d\S*|\w+\.(?:yaml|txt|md)|SHA256SUMS)(?= |$)/g)].map(([file]) => file);
    expect(named.length).toBeGreaterThan(12);
    expect(named.filter((file) => !there.includes(file))).toEqual([]);
  });

  test.each<[string, (root: string) => void, string, RegExp]>([
    ["another tag than the version", released, "v99.0.0", /The tag is v99\.0\.0, and package\.json says/],
    ["a changelog that says unreleased", (root) => { released(root); writeFileSync(join(root, "CHANGELOG.md"), `## ${version} (unreleased)\n`); }, `v${version}`, /CHANGELOG\.md still calls/],
    ["a package without a repository", (root) => { released(root); run(root, "git", "checkout", "package.json"); }, `v${version}`, /package\.json has no "repository"/],
    ["a file that was changed after the release was made", (root) => { released(root); writeFileSync(join(root, "build/release/first.yaml"), ""); }, `v${version}`, /first\.yaml: FAILED|1 computed checksum did NOT match/],
  ])("%s is refused", (_, changes, tag, reason) => {
    expect(() => publish(changes, tag, "registry.example.com/owner/envoy-oidc")).toThrow(reason);
  });
});
