/** Each page of docs/providers/ begins with a complete configuration. The further ones on the page are merged into it. */
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { start } from "./fixture";

const FOLDER = join(__dirname, "../../docs/providers");
const pages = readdirSync(FOLDER).filter((name) => name.endsWith(".md") && name !== "README.md");
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const env = {
  CLIENT_SECRET: "the-secret-of-the-client-0123456789", SESSION_SECRET: "0123456789abcdef0123456789ABCDEF",
  CLIENT_KEY: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
};

const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");
const configurations = (name: string): object[] => [...read(name).matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) => JSON.parse(text!) as object);
/** The warnings and errors for a configuration at its start. A refusal throws. */
const warnings = (config: object): string[] => start({ config, start: { env } }).logs.filter(({ level }) => level === "warn" || level === "error").map(({ text }) => text);

test("the pages are found", () => expect(pages.length).toBeGreaterThan(12));

/** Added to a block with an assertion's audience, which is for clients with a key: the page leaves the key to the reader. */
const SIGNING = { token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: "$ENV://CLIENT_KEY" };
/** A warning that a page announces. */
const EXPECTED: Record<string, RegExp> = { "hydra.md": /ssl_verify is false/ };

describe.each(pages)("%s", (name) => {
  test("its first configuration is accepted without a warning", () => {
    expect(warnings(configurations(name)[0]!)).toEqual([]);
  });

  test("each further one, merged into the first, is accepted with only the warnings that the page mentions", () => {
    const [first, ...others] = configurations(name);
    for (const other of others) {
      const logged = warnings({ ...first, ...("client_jwt_assertion_audience" in other ? SIGNING : {}), ...other });
      expect(logged.filter((text) => !EXPECTED[name]?.test(text))).toEqual([]);
    }
  });

  test("it says whether the tests run it, as the index does", () => {
    const row = readFileSync(join(FOLDER, "README.md"), "utf8").split("\n").find((line) => line.includes(`](${name})`));
    const tested = !read(name).includes("\nFrom the provider's documentation; not run in the tests.\n");
    expect(row).toMatch(tested ? /\| yes \|$/ : /\| no \|$/);
  });
});
