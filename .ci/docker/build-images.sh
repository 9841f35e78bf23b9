#!/usr/bin/env bash
# Builds the images that `.env` names for the Docker engine of DOCKER_HOST: Envoy's binary, Keycloak's distribution, and Debian's Java.
# An image that is there is left as it is; `docker rmi` it to have it built again.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$here/../.."
source "$root/.env"
export DOCKER_BUILDKIT=0 # the builder that needs nothing beside the engine

is_there() { docker image inspect "$1" >/dev/null 2>&1; }

if ! is_there "$ENVOY_IMAGE"; then
  echo "Building $ENVOY_IMAGE …"
  envoy="$(node "$root/cli/demo/fetch-envoy.mjs")"
  if [[ "$("$envoy" --version)" != *"/${ENVOY_IMAGE##*:v}/"* ]]; then
    echo "$envoy is not the version of $ENVOY_IMAGE. Unset ENVOY, or take it off the PATH." >&2
    exit 1
  fi
  files="$(mktemp -d)"
  trap 'rm -rf "$files"' EXIT
  install -D "$envoy" "$files/usr/local/bin/envoy"
  for library in $(ldd "$envoy" | grep -o '/lib[^ ]*'); do cp --dereference --parents "$library" "$files"; done
  docker build --quiet --tag "$ENVOY_IMAGE" --file "$here/envoy.Dockerfile" "$files" 2>/dev/null
fi

if ! is_there "$KEYCLOAK_IMAGE"; then
  echo "Building $KEYCLOAK_IMAGE …"
  keycloak="$(node "$root/cli/fetch-keycloak.mjs")"
  if ! is_there envoy-oidc/java; then
    (source /etc/os-release && mmdebstrap --quiet --variant=minbase --include=default-jre-headless "$VERSION_CODENAME" -) | docker import - envoy-oidc/java
  fi
  docker build --quiet --tag "$KEYCLOAK_IMAGE" --file "$here/keycloak.Dockerfile" "$keycloak" 2>/dev/null
fi
