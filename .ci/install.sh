# Part of .ci/run: installs what it needs and the machine does not have. The tests fetch the rest themselves.

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
# Envoy Gateway's ports are fixed: tests/mesh runs it in a network namespace.
has ip || missing+=(iproute2)
has chromium || has chromium-browser || has google-chrome || missing+=(chromium fonts-dejavu-core)
# For .ci/docker/with-engine.sh.
has dockerd && has docker || missing+=(docker.io)
docker compose version >/dev/null 2>&1 || has docker-compose || missing+=(docker-compose)
has iptables || missing+=(iptables)
has mmdebstrap || missing+=(mmdebstrap)

if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! has apt-get; then
    echo "needed: ${missing[*]}" >&2
    exit 1
  fi
  # An engine that the package starts would run on, and change the firewall: with-engine.sh starts its own.
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"; fi
  apt-get update -q
  apt-get install -yq --no-install-recommends "${missing[@]}"
  if [ -n "$policy" ]; then rm "$policy"; fi
fi
if [ "$(id -u)" != 0 ]; then
  echo "A Docker engine can be started by root alone" >&2
  exit 1
fi
