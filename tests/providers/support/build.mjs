// Builds a provider into .cache/providers (tests/support/build.mjs). The provider's folder beside this one pins its versions.
//   node tests/providers/support/build.mjs hydra        prints the folder of the result

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { built, GO, print, tell } from "../../support/build.mjs";

const providers = dirname(dirname(fileURLToPath(import.meta.url)));

const C = { command: ["cc", "--version"], install: "a C compiler (on Debian or Ubuntu: apt-get install gcc libc6-dev)" };
const JAVA = { command: ["javac", "-version"], found: /javac (\d+)/, oldest: 17, install: "a JDK, 17 or newer (on Debian or Ubuntu: apt-get install openjdk-17-jdk-headless)" };
const MAVEN = { command: ["mvn", "--version"], install: "Maven (on Debian or Ubuntu: apt-get install maven)" };
const PIP = { command: ["python3", "-m", "pip", "--version"], found: /python 3\.(\d+)/, oldest: 10, install: "Python 3.10 or newer with pip (on Debian or Ubuntu: apt-get install python3-pip)" };
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const DEBIAN = { command: ["sh", "-c", `apt-get --version && dpkg-deb --version && test -r ${KEYRING}`], install: "Debian or Ubuntu with Debian's keys (apt-get install debian-archive-keyring)" };

// Without optimisation SQLite compiles in 5 s.
const go = (...args) => (work) => tell(work, "go", ["build", "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", "provider", ...args], { CGO_CFLAGS: "-O0" });

const PROVIDERS = {
  hydra: { needs: [GO, C], build: go("-tags=sqlite,json1", "github.com/ory/hydra/v2") },
  spring: { needs: [JAVA, MAVEN], build: (work) => tell(work, "mvn", ["-B", "-q", "package"]) },
  navikt: { needs: [JAVA, MAVEN], build: (work) => tell(work, "mvn", ["-B", "-q", "dependency:copy-dependencies"]) },
  zitadel: { needs: [GO], build: go(".") },
  django: { needs: [PIP], build: (work) => tell(work, "python3", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target=site", "--requirement=requirements.txt"]) },
  lemonldap: { needs: [DEBIAN], build: (work) => tell(work, "sh", ["build.sh"]) },
};

const name = process.argv[2];
await print(built({ what: `The provider ${name}`, cache: join("providers", name), source: join(providers, name), ...PROVIDERS[name] }));
