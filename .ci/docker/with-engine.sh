#!/usr/bin/env bash
# Runs one command with a Docker engine of its own that holds the images of `.env`, made from parts of this machine: for machines that
# reach no image registry. As root.
#   .ci/docker/with-engine.sh env KEYCLOAK_TESTS=containers npm run test:keycloak
# Nothing of it runs any more when this returns. The engine changes no firewall rule and no setting of the kernel: its containers reach one
# another, this machine reaches the ports that they publish on 127.0.0.1, and there is no way out. Images stay in .cache/docker.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"

exec {names}< <(exec node "$here/no-names.mjs")
name_server=$!
read -r address <&"$names"

data="$here/../../.cache/docker"
mkdir -p "$data"
run="$(mktemp -d /tmp/envoy-oidc-docker.XXXXXX)" # the path of a socket has to be short
export DOCKER_HOST="unix://$run/docker.sock"
setsid dockerd --host "$DOCKER_HOST" --data-root "$data" --exec-root "$run/exec" --pidfile "$run/dockerd.pid" \
  --bridge none --iptables=false --ip-forward=false --ip-masq=false --dns "$address" >"$run/dockerd.log" 2>&1 &
engine=$!

stop() {
  # Networks first lose their containers, and then take their bridges with them.
  timeout 60 docker ps --all --quiet | timeout 60 xargs --no-run-if-empty docker rm --force --volumes >/dev/null || true
  timeout 60 docker network prune --force >/dev/null || true
  kill "$engine" 2>/dev/null || true
  for _ in {1..150}; do
    if ! kill -0 "$engine" 2>/dev/null; then break; fi
    sleep 0.2
  done
  kill -KILL "$engine" 2>/dev/null || true
  wait "$engine" || true
  kill "$name_server" 2>/dev/null || true
  rm -rf "$run"
}
trap stop EXIT

for _ in {1..100}; do
  if docker version >/dev/null 2>&1; then break; fi
  if ! kill -0 "$engine" 2>/dev/null; then break; fi
  sleep 0.2
done
if ! docker version >/dev/null 2>&1; then
  echo "The Docker engine does not come up. Its log ends so:" >&2
  tail -n 20 "$run/dockerd.log" >&2
  exit 1
fi

"$here/build-images.sh"

# Its image is not among them. with-engine.sh removes all containers itself.
export TESTCONTAINERS_RYUK_DISABLED=true
"$@"
