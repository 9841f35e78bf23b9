// Checks for the system programs that the tests need and npm cannot install. `npm test` and CI use this list.
//   node cli/needs.mjs [LEVEL…]      for these levels of tests; without a level, for everything that CI runs
// As root on Debian or Ubuntu it installs what is missing. Otherwise it prints the command that does. Plain Node and no packages.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CI = "ci";
/** A command that hangs, such as a client whose engine does not answer, counts as missing. */
const ASKED_WITHIN_MS = 60_000, INSTALLED_WITHIN_MS = 1_200_000;
const works = (command, ...args) => spawnSync(command, args, { stdio: "ignore", timeout: ASKED_WITHIN_MS }).status === 0;
const onPath = (...names) => names.some((name) => works("sh", "-c", `command -v ${name}`));
const isUbuntu = () => existsSync("/etc/os-release") && /^ID=ubuntu$/m.test(readFileSync("/etc/os-release", "utf8"));
const OLDEST_JAVA = 17;

/** Keycloak runs in containers if there is a Docker engine. Otherwise it runs as a process, which needs Java. */
const runsContainers = () => process.env.KEYCLOAK_TESTS !== "native" && works("docker", "info") && hasCompose();
const hasCompose = () => works("docker", "compose", "version") || onPath("docker-compose");

function hasJava() {
  const { stderr } = spawnSync("java", ["-version"], { encoding: "utf8", timeout: ASKED_WITHIN_MS });
  return Number(/version "(\d+)/.exec(stderr ?? "")?.[1] ?? 0) >= OLDEST_JAVA;
}

/** For each: its purpose, the levels that need it, whether it is there, and Debian's packages. */
const NEEDS = [
  { what: "Python 3 with pip: Envoy and the test vectors come by it", levels: ["vectors", "envoy", "browser", "keycloak", "providers", "mesh", "release"], has: () => works("python3", "-m", "pip", "--version"), packages: ["python3", "python3-pip"] },
  { what: "Prometheus: the tests scrape Envoy with it", levels: ["envoy"], has: () => onPath("prometheus") && onPath("promtool"), packages: ["prometheus"] },
  { what: "a Chromium: the tests drive it", levels: ["browser", "keycloak", "providers"], has: () => onPath("chromium", "chromium-browser", "google-chrome"), packages: [isUbuntu() ? "chromium-browser" : "chromium", "fonts-dejavu-core"] },
  { what: `Java ${OLDEST_JAVA} or newer: Keycloak without containers`, levels: ["keycloak"], has: () => hasJava() || runsContainers(), packages: ["default-jre-headless"] },
  { what: "Maven: Keycloak without containers comes by it", levels: ["keycloak", "providers"], has: () => onPath("mvn") || runsContainers(), packages: ["maven"] },
  { what: "Go: the tests build servers that are written in it", levels: ["providers", "mesh"], has: () => onPath("go"), packages: ["golang-go"] },
  { what: "a C compiler: parts of those servers are written in C", levels: ["providers", "mesh"], has: () => onPath("cc"), packages: ["gcc", "libc6-dev"] },
  { what: "ip: servers with fixed ports run in a network of their own", levels: ["mesh"], has: () => onPath("ip"), packages: ["iproute2"] },
  { what: "a Java compiler: for a provider that is written in Java", levels: ["providers"], has: () => onPath("javac"), packages: ["default-jdk-headless"] },
  { what: "Debian's keys: for a provider that comes in Debian's packages", levels: ["providers"], has: () => existsSync("/usr/share/keyrings/debian-archive-keyring.gpg"), packages: ["debian-archive-keyring"] },
  // For .ci/docker/with-engine.sh.
  { what: "Docker's engine and client", levels: [CI], has: () => onPath("dockerd") && onPath("docker"), packages: ["docker.io"] },
  { what: "Docker Compose", levels: [CI], has: hasCompose, packages: ["docker-compose"] },
  { what: "iptables: Docker's engine wants it", levels: [CI], has: () => onPath("iptables"), packages: ["iptables"] },
  { what: "mmdebstrap: images are made by it where no registry is reached", levels: [CI], has: () => onPath("mmdebstrap"), packages: ["mmdebstrap"] },
];

/** Installs what these levels need, all levels and CI if none is named, or throws with what to do. */
export function meetNeeds(levels) {
  // CI needs everything, including programs for which other machines may have an alternative.
  const all = levels.length === 0;
  if (all) process.env.KEYCLOAK_TESTS = "native";
  const missing = NEEDS.filter((need) => (all || need.levels.some((level) => levels.includes(level))) && !need.has());
  if (missing.length === 0) return;
  const packages = missing.flatMap((need) => need.packages);
  const needed = `Needed, and not on this machine:\n${missing.map(({ what }) => `  - ${what}`).join("\n")}`;
  if (!onPath("apt-get")) throw new Error(`${needed}\nInstall it, and try again.`);
  if (process.getuid() !== 0) throw new Error(`${needed}\nInstall it, and try again:\n  sudo apt-get install --no-install-recommends ${packages.join(" ")}`);
  console.log(`${needed}\nInstalling ${packages.join(" ")} …`);
  install(packages);
}

/** Docker's package would start an engine that keeps running and changes the firewall. .ci/docker/with-engine.sh starts its own. */
function install(packages) {
  const policy = "/usr/sbin/policy-rc.d", ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const apt = (...args) => execFileSync("apt-get", args, { stdio: "inherit", timeout: INSTALLED_WITHIN_MS, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    apt("update", "-q");
    apt("install", "-yq", "--no-install-recommends", ...packages);
  } finally {
    if (ours) rmSync(policy);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    meetNeeds(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
